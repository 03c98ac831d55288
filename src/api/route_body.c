#include "api/route_body.h"

#include "api/answer.h"
#include "api/number.h"
#include "api/resource.h"
#include "base/clock.h"
#include "policy/zone_name.h"
#include "route/route.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define LIST_BYTES 16384u /* of prefixes, of trunk ids */
#define PRIORITY_DEFAULT 100
#define BASES "telephony/providers/edges/trunkbasesettings"

/* ------------------------------------------------------------------ prefixes */

static void bad_prefix(struct rw_request *r, const char *pointer, const char *text)
{
    size_t n = strspn(text, "0123456789");
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, "route.bad_prefix", "this is no beginning of telephone numbers");
    rw_err_at(&err, pointer, -1, 0);
    rw_err_found(&err, "\"%.60s\"", text);
    rw_err_expected(&err, "+ and up to %u digits, as in +65; + alone is every number",
                    RW_ROUTE_PREFIX_MAX);
    if (n && !text[n] && *text != '0' && n <= RW_ROUTE_PREFIX_MAX)
        rw_err_suggest(&err, "+%s", text);
    rw_request_fault(r, &err);
}

static void add_word(struct rw_buf *list, const char *word, bool first)
{
    if (!first)
        rw_buf_putc(list, ',');
    rw_buf_puts(list, word);
}

/* "+65", "+81" as "65,81"; none given is every number. */
static void read_prefixes(struct rw_request *r, const char *member, struct rw_buf *list)
{
    const json_t *prefixes = json_object_get(r->body, member), *item;
    char pointer[40];
    size_t i;

    json_array_foreach(prefixes, i, item)
    {
        const char *text = json_string_value(item);
        size_t n = text && *text == '+' ? strspn(text + 1, "0123456789") : 0;

        if (text && *text == '+' && !text[n + 1] && n <= RW_ROUTE_PREFIX_MAX && text[1] != '0') {
            add_word(list, text + 1, i == 0);
            continue;
        }
        (void)snprintf(pointer, sizeof(pointer), "/%s/%zu", member, i);
        bad_prefix(r, pointer, text ? text : "");
    }
}

/* ------------------------------------------------------------------ trunks */

static void unknown_trunk(struct rw_request *r, size_t i, const char *id)
{
    char pointer[48];
    struct rw_err err;

    (void)snprintf(pointer, sizeof(pointer), "/externalTrunkBases/%zu/id", i);
    rw_fail(&err, RW_MALFORMED, "route.unknown_trunk", "no trunk of this tenant has this id");
    rw_err_at(&err, pointer, -1, 0);
    rw_err_found(&err, "\"%.64s\"", id);
    rw_err_expected(&err, "an id that GET /api/v2/" BASES " lists");
    rw_request_fault(r, &err);
}

/* Ids of trunks that are there, and their weights beside. False: trouble of the store, answered. */
static bool read_trunks(struct rw_request *r, struct rw_buf *ids, struct rw_buf *weights)
{
    const json_t *bases = json_object_get(r->body, "externalTrunkBases"), *item;
    size_t i;

    json_array_foreach(bases, i, item)
    {
        const char *id = json_string_value(json_object_get(item, "id"));
        const json_t *weight = json_object_get(item, "weight");
        struct rw_row_trunk trunk;
        struct rw_err err;
        enum rw_class class = rw_store_get_trunk(r->api->with.reader, rw_request_tenant(r),
                                                 id ? id : "", r->arena, &trunk, &err);

        if (class == RW_NOT_FOUND) {
            unknown_trunk(r, i, id ? id : "");
            continue;
        }
        if (class != RW_OK) {
            rw_answer_err(r, &err);
            return false;
        }
        add_word(ids, trunk.id, i == 0);
        rw_buf_printf(weights, "%s%lld", i ? "," : "",
                      weight ? (long long)json_integer_value(weight) : 1);
    }
    return true;
}

/* A line each; a class can't be called with a line end in it, so one that has is never met. */
static void read_classes(struct rw_request *r, struct rw_buf *list)
{
    const json_t *classes = json_object_get(r->body, "classificationTypes"), *item;
    size_t i;

    json_array_foreach(classes, i, item)
    {
        if (i)
            rw_buf_putc(list, '\n');
        rw_buf_puts(list, json_string_value(item));
    }
}

/* ------------------------------------------------------------------ the lists */

enum list { PREFIXES, CALLERS, CLASSES, TRUNKS, WEIGHTS, LISTS };

static bool keep_lists(struct rw_request *r, struct rw_buf lists[LISTS], struct rw_row_route *row)
{
    const char *texts[LISTS];
    struct rw_err err;

    for (int i = 0; i < LISTS; i++) {
        texts[i] = lists[i].failed ? NULL : rw_arena_copy(r->arena, rw_buf_slice(&lists[i]));
        if (texts[i])
            continue;
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return false;
    }
    row->prefixes = texts[PREFIXES];
    row->caller_prefixes = *texts[CALLERS] ? texts[CALLERS] : NULL;
    row->classifications = texts[CLASSES];
    row->trunk_ids = texts[TRUNKS];
    row->trunk_weights = *texts[WEIGHTS] ? texts[WEIGHTS] : NULL;
    return true;
}

static bool read_lists(struct rw_request *r, struct rw_row_route *row)
{
    struct rw_buf lists[LISTS];
    bool ok;

    for (int i = 0; i < LISTS; i++)
        rw_buf_init(&lists[i], LIST_BYTES);
    read_prefixes(r, "prefixes", &lists[PREFIXES]);
    read_prefixes(r, "callerPrefixes", &lists[CALLERS]);
    read_classes(r, &lists[CLASSES]);
    ok = read_trunks(r, &lists[TRUNKS], &lists[WEIGHTS]) && keep_lists(r, lists, row);
    for (int i = 0; i < LISTS; i++)
        rw_buf_done(&lists[i]);
    return ok;
}

/* ------------------------------------------------------------------ the number that is shown */

static void bad_caller_id(struct rw_request *r, const char *found, const char *expected)
{
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, "route.bad_caller_id",
            "the route can't show this number to whom is called");
    rw_err_at(&err, "/callerId", -1, 0);
    rw_err_found(&err, "%s", found);
    rw_err_expected(&err, "%s", expected);
    rw_request_fault(r, &err);
}

/* A number of the tenant that may be shown, to calls that the route takes. False: answered. */
static bool read_caller_id(struct rw_request *r, struct rw_row_route *row)
{
    const char *text = rw_request_member(r, "callerId");
    struct rw_row_number number;
    struct rw_address address;
    char found[100];
    struct rw_err err;
    enum rw_class class;

    row->caller_id = NULL;
    if (!text ||
        !rw_number_judge_owned(rw_slice_str(text), "/callerId", &address, r->faults, r->warnings))
        return true;
    class = rw_store_find_number(r->api->with.reader, row->tenant_id, address.e164, r->arena,
                                 &number, &err);
    if (class == RW_NOT_FOUND) {
        (void)snprintf(found, sizeof(found), "%s, which is no number of the tenant", address.e164);
        bad_caller_id(r, found,
                      "one that GET /api/v2/telephony/providers/edges/{edgeId}/phoneNumbers lists");
        return true;
    }
    if (class != RW_OK) {
        rw_answer_err(r, &err);
        return false;
    }
    (void)snprintf(found, sizeof(found), "%s, state %s%s", number.e164, number.state,
                   number.outbound_allowed ? "" : ", for internal calls only");
    if (!rw_route_usable(&number))
        bad_caller_id(r, found, "a number that is active and allowed outbound");
    else if (row->caller_prefixes && !rw_route_shows(row->caller_prefixes, number.e164))
        bad_caller_id(r, number.e164, "a number that begins with one of callerPrefixes");
    row->caller_id = number.e164;
    return true;
}

/* ------------------------------------------------------------------ hours */

static void bad_slot(struct rw_request *r, size_t i, const char *text)
{
    char pointer[48];
    struct rw_err err;

    (void)snprintf(pointer, sizeof(pointer), "/callableTime/timeSlots/%zu", i);
    rw_fail(&err, RW_MALFORMED, "route.bad_hours", "this is no stretch of a day");
    rw_err_at(&err, pointer, -1, 0);
    rw_err_found(&err, "%.60s", text);
    rw_err_expected(&err, "startTime and stopTime that differ, as in 09:00 and 18:00, up to 24:00");
    rw_request_fault(r, &err);
}

/* The slots of callableTime as they are stored, each behind a comma. */
static void read_slots(struct rw_request *r, const json_t *slots, struct rw_buf *text)
{
    const json_t *item;
    size_t i;

    json_array_foreach(slots, i, item)
    {
        const char *start = json_string_value(json_object_get(item, "startTime"));
        const char *stop = json_string_value(json_object_get(item, "stopTime"));
        char from[RW_ROUTE_TIME_TEXT], to[RW_ROUTE_TIME_TEXT], given[60];
        struct rw_route_slot slot;

        (void)snprintf(given, sizeof(given), "%lld %.20s-%.20s",
                       (long long)json_integer_value(json_object_get(item, "day")),
                       start ? start : "", stop ? stop : "");
        if (!rw_route_slot_read(rw_slice_str(given), &slot)) {
            bad_slot(r, i, given + 2);
            continue;
        }
        rw_route_time_write(slot.start_s, from);
        rw_route_time_write(slot.stop_s, to);
        rw_buf_printf(text, ",%u %s-%s", slot.day, from, to);
    }
}

static void judge_zone(struct rw_request *r, const char *zone)
{
    struct rw_err err;

    if (rw_zone_name_known(RW_ZONES_DIRECTORY, rw_slice_str(zone)))
        return;
    rw_fail(&err, RW_MALFORMED, "route.unknown_zone", "no time zone here has this name");
    rw_err_at(&err, "/callableTime/timeZoneId", -1, 0);
    rw_err_expected(&err, "a name of the IANA time zone database, as in Asia/Singapore or UTC");
    rw_resource_unknown_zone(r, &err, zone);
}

/* When calls take the route. False: answered. */
static bool read_hours(struct rw_request *r, struct rw_row_route *row)
{
    const json_t *times = json_object_get(r->body, "callableTime");
    const char *zone = json_string_value(json_object_get(times, "timeZoneId"));
    struct rw_buf text;
    struct rw_err err;

    row->hours = NULL;
    if (!zone)
        return true;
    judge_zone(r, zone);
    rw_buf_init(&text, LIST_BYTES);
    rw_buf_puts(&text, zone);
    read_slots(r, json_object_get(times, "timeSlots"), &text);
    row->hours = text.failed ? NULL : rw_arena_copy(r->arena, rw_buf_slice(&text));
    rw_buf_done(&text);
    if (row->hours)
        return true;
    rw_fail_memory(&err);
    rw_answer_err(r, &err);
    return false;
}

bool rw_route_body_read(struct rw_request *r, struct rw_row_route *row)
{
    const json_t *priority = json_object_get(r->body, "priority");
    const char *distribution = rw_request_member(r, "distribution");

    row->name = rw_request_member(r, "name");
    row->description = rw_request_member(r, "description");
    row->distribution = distribution ? distribution : "SEQUENTIAL";
    row->enabled = !json_is_false(json_object_get(r->body, "enabled"));
    row->priority = priority ? (uint32_t)json_integer_value(priority) : PRIORITY_DEFAULT;
    row->modified_ms = rw_clock_wall_ms();
    return read_lists(r, row) && read_caller_id(r, row) && read_hours(r, row) &&
           rw_resource_no_faults(r);
}
