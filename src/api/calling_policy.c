/* The calling policy of a tenant: whom it may call at all, and when. */
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"
#include "policy/calling.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define LIST_BYTES 65536u /* of prefixes, of hours */

/* ------------------------------------------------------------------ showing */

static void write_words(struct rw_json_writer *w, const char *name, const char *list,
                        const char *before)
{
    char word[40];

    rw_json_open_array(w, name);
    while (*list) {
        size_t n = strcspn(list, ",");

        (void)snprintf(word, sizeof(word), "%s%.*s", before, (int)n, list);
        rw_json_str(w, NULL, word);
        list += n + (list[n] == ',');
    }
    rw_json_close(w);
}

static void write_time(struct rw_json_writer *w, const char *name, unsigned minute)
{
    char text[8];

    (void)snprintf(text, sizeof(text), "%02u:%02u", minute / 60 % 100, minute % 60);
    rw_json_str(w, name, text);
}

static void write_hours(struct rw_json_writer *w, const char *lines)
{
    struct rw_hours_rule rule;

    rw_json_open_array(w, "callingHours");
    while (*lines) {
        size_t n = strcspn(lines, "\n");

        if (rw_hours_read((struct rw_slice){lines, n}, &rule)) {
            rw_json_open_object(w, NULL);
            rw_json_str(w, "region", rule.region);
            write_time(w, "from", rule.from_min);
            write_time(w, "to", rule.to_min);
            rw_json_close(w);
        }
        lines += n + (lines[n] == '\n');
    }
    rw_json_close(w);
}

static void write_policy(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_calling_policy *row = arg;
    char prefix[RW_PREFIX_DIGITS + 2];

    (void)r;
    rw_resource_write_version(w, row->version, row->created_ms, row->modified_ms);
    write_words(w, "allowedPrefixes", row->allowed_prefixes, "+");
    write_words(w, "blockedPrefixes", row->blocked_prefixes, "+");
    rw_json_bool(w, "highRiskBlocked", row->high_risk);
    rw_json_open_array(w, "highRiskPrefixes");
    for (size_t i = 0; i < rw_prefixes_high_risk.count; i++) {
        (void)snprintf(prefix, sizeof(prefix), "+%s", rw_prefixes_high_risk.at[i]);
        rw_json_str(w, NULL, prefix);
    }
    rw_json_close(w);
    write_words(w, "blockedTypes", row->blocked_types, "");
    write_words(w, "allowedRegions", row->allowed_regions, "");
    write_hours(w, row->hours);
    rw_json_uint(w, "freezeAfterRefusals", row->freeze_after);
    rw_json_str(w, "selfUri", "/api/v2/telephony/providers/edges/callingpolicy");
}

static const struct rw_resource kind = {.what = "calling policy", .write = write_policy};

/* What is stored, or what holds where nothing is: version 0. False: answered. */
static bool find(struct rw_request *r, struct rw_row_calling_policy *ret)
{
    const char *tenant = rw_request_tenant(r);
    const struct rw_calling_texts *none = &rw_calling_default;
    struct rw_err err;
    enum rw_class class =
        rw_store_get_calling_policy(r->api->with.reader, tenant, r->arena, ret, &err);

    if (class == RW_NOT_FOUND)
        *ret = (struct rw_row_calling_policy){.id = tenant,
                                              .tenant_id = tenant,
                                              .allowed_prefixes = none->allowed_prefixes,
                                              .blocked_prefixes = none->blocked_prefixes,
                                              .high_risk = none->high_risk,
                                              .blocked_types = none->blocked_types,
                                              .allowed_regions = none->allowed_regions,
                                              .hours = none->hours,
                                              .freeze_after = RW_CALLING_FREEZE_AFTER,
                                              .created_ms = rw_clock_wall_ms()};
    return rw_resource_found_or_default(r, class, &err);
}

void rw_op_getTelephonyProvidersEdgesCallingpolicy(struct rw_request *r)
{
    struct rw_row_calling_policy row;

    if (find(r, &row))
        rw_resource_show(r, &kind, &row);
}

/* ------------------------------------------------------------------ what a body says */

/* A list being read: texts of an array into a buffer, with what is wrong told beside each. */
struct list {
    struct rw_request *r;
    const char *member;
    struct rw_buf text;
};

static void fault(struct list *list, size_t i, struct rw_err *err)
{
    char pointer[48];

    (void)snprintf(pointer, sizeof(pointer), "/%s/%zu", list->member, i);
    rw_err_at(err, pointer, -1, 0);
    rw_request_fault(list->r, err);
}

static void put(struct list *list, char between, struct rw_slice text)
{
    if (list->text.len)
        rw_buf_putc(&list->text, between);
    rw_buf_put(&list->text, text);
}

/* "+65" as "65" */
static void read_prefix(struct list *list, size_t i, const char *text)
{
    size_t n = strspn(text, "0123456789"),
           digits = *text == '+' ? strspn(text + 1, "0123456789") : 0;
    struct rw_err err;

    if (digits && !text[digits + 1] && digits <= RW_PREFIX_DIGITS && text[1] != '0') {
        put(list, ',', rw_slice_str(text + 1));
        return;
    }
    rw_fail(&err, RW_MALFORMED, "policy.bad_prefix", "this is no beginning of telephone numbers");
    rw_err_found(&err, "\"%.60s\"", text);
    rw_err_expected(&err, "+ and 1 to %u digits, as in +8816", RW_PREFIX_DIGITS);
    if (n && !text[n] && *text != '0' && n <= RW_PREFIX_DIGITS)
        rw_err_suggest(&err, "+%s", text);
    fault(list, i, &err);
}

static void read_region(struct list *list, size_t i, const char *text)
{
    struct rw_err err;

    if (strlen(text) == 2 && *rw_address_region_name(text)) {
        put(list, ',', rw_slice_str(text));
        return;
    }
    rw_fail(&err, RW_MALFORMED, "policy.bad_region", "there is no such region");
    rw_err_found(&err, "\"%.40s\"", text);
    rw_err_expected(&err, "a region of ISO 3166-1 such as SG");
    fault(list, i, &err);
}

/* The schema lets known words pass only. */
static void read_type(struct list *list, size_t i, const char *text)
{
    (void)i;
    put(list, ',', rw_slice_str(text));
}

static void read_rule(struct list *list, size_t i, const json_t *rule)
{
    const char *region = json_string_value(json_object_get(rule, "region"));
    const char *from = json_string_value(json_object_get(rule, "from"));
    const char *to = json_string_value(json_object_get(rule, "to"));
    struct rw_hours_rule read;
    struct rw_err err;
    char text[64];

    (void)snprintf(text, sizeof(text), "%s %s-%s", region ? region : "", from ? from : "",
                   to ? to : "");
    if (rw_hours_read(rw_slice_str(text), &read) &&
        (read.region[0] == '*' || *rw_address_region_name(read.region))) {
        put(list, '\n', rw_slice_str(text));
        return;
    }
    rw_fail(&err, RW_MALFORMED, "policy.bad_hours", "this is no rule of calling hours");
    rw_err_found(&err, "%s", text);
    rw_err_expected(&err,
                    "a region such as SG, or *, and two times from 00:00 to 24:00 that differ");
    fault(list, i, &err);
}

/* The member's list as the store has it, in the arena; NULL when memory is out. */
static const char *read_list(struct rw_request *r, const char *member,
                             void (*read)(struct list *list, size_t i, const char *text))
{
    struct list list = {.r = r, .member = member};
    const json_t *item;
    const char *text;
    size_t i;

    rw_buf_init(&list.text, LIST_BYTES);
    json_array_foreach(json_object_get(r->body, member), i, item)
    {
        if (!read)
            read_rule(&list, i, item);
        else
            read(&list, i, json_string_value(item));
    }
    text = list.text.failed ? NULL : rw_arena_copy(r->arena, rw_buf_slice(&list.text));
    rw_buf_done(&list.text);
    return text;
}

static bool read_body(struct rw_request *r, struct rw_row_calling_policy *row)
{
    const json_t *freeze = json_object_get(r->body, "freezeAfterRefusals");

    row->allowed_prefixes = read_list(r, "allowedPrefixes", read_prefix);
    row->blocked_prefixes = read_list(r, "blockedPrefixes", read_prefix);
    row->high_risk = !json_is_false(json_object_get(r->body, "highRiskBlocked"));
    row->blocked_types = read_list(r, "blockedTypes", read_type);
    row->allowed_regions = read_list(r, "allowedRegions", read_region);
    row->hours = read_list(r, "callingHours", NULL);
    row->freeze_after = freeze ? (uint32_t)json_integer_value(freeze) : RW_CALLING_FREEZE_AFTER;
    row->modified_ms = rw_clock_wall_ms();
    return rw_resource_body_read(r, row->allowed_prefixes && row->blocked_prefixes &&
                                        row->blocked_types && row->allowed_regions && row->hours);
}

void rw_op_putTelephonyProvidersEdgesCallingpolicy(struct rw_request *r)
{
    struct rw_row_calling_policy row;
    struct rw_tx *tx;

    if (!find(r, &row) || !rw_resource_current(r, row.version) || !read_body(r, &row))
        return;
    row.version++;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_calling_policy(tx, &row);
    rw_resource_commit(r, &kind, tx, &row, "calling_policy.edit", row.id, NULL);
}
