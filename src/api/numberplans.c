/* Number plans of a site: what class a number is of, which outbound routes may be limited to. */
#include "api/answer.h"
#include "api/change.h"
#include "api/render.h"
#include "api/resource.h"
#include "api/sites.h"
#include "api_gen.h"
#include "base/clock.h"
#include "route/pattern.h"

#include <jansson.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLANS_MAX 200      /* of a site */
#define MATCH_BYTES 65536u /* the numbers of a plan */
#define DIGITS_MAX 15      /* of E.164 */
#define PRIORITY_STEP 10   /* between plans that say none, in the order of the body */

struct plans {
    struct rw_row_number_plan *at;
    size_t count;
};

/* The plans of the site of the path, or the refusal is answered: false. */
static bool read_plans(struct rw_request *r, struct rw_row_site *site, struct plans *ret)
{
    struct rw_err err;

    if (!rw_sites_find(r, site))
        return false;
    if (rw_store_plans_of_site(r->api->with.reader, site->tenant_id, site->id, PLANS_MAX, r->arena,
                               &ret->at, &ret->count, &err) == RW_OK)
        return true;
    rw_answer_err(r, &err);
    return false;
}

/* ------------------------------------------------------------------ showing */

/* "+6531-+6532,+81" as [{start, end}, {start}]. */
static void write_numbers(struct rw_json_writer *w, const char *list)
{
    rw_json_open_array(w, "numbers");
    while (*list) {
        size_t n = strcspn(list, ","), first = strcspn(list, "-,");

        rw_json_open_object(w, NULL);
        rw_json_slice(w, "start", (struct rw_slice){list, first});
        if (first < n)
            rw_json_slice(w, "end", (struct rw_slice){list + first + 1, n - first - 1});
        rw_json_close(w);
        list += n + (list[n] == ',');
    }
    rw_json_close(w);
}

/* models: NumberPlan */
static void write_plan(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_number_plan *row = arg;
    size_t dash = strcspn(row->match, "-");
    char collection[120];

    (void)r;
    rw_resource_write_head(w, &(struct rw_resource_head){row->id, row->name, NULL, "active",
                                                         row->version, row->created_ms,
                                                         row->modified_ms});
    rw_json_str(w, "matchType", row->match_type);
    if (strcmp(row->match_type, "digitLength") == 0) {
        rw_json_open_object(w, "digitLength");
        rw_json_slice(w, "start", (struct rw_slice){row->match, dash});
        rw_json_str(w, "end", row->match + dash + (row->match[dash] == '-'));
        rw_json_close(w);
    } else if (strcmp(row->match_type, "numberList") == 0) {
        write_numbers(w, row->match);
    } else { /* a country code, an expression */
        rw_json_str(w, "match", row->match);
    }
    rw_json_str(w, "classification", row->classification);
    rw_json_uint(w, "priority", row->priority);
    (void)snprintf(collection, sizeof(collection), "telephony/providers/edges/sites/%s/numberplans",
                   row->site_id);
    rw_render_self(w, collection, row->id);
}

static const struct rw_resource kind = {
    .code = "numberplan.not_found",
    .what = "number plan",
    .param = "numberPlanId",
    .list = "GET /api/v2/telephony/providers/edges/sites/{siteId}/numberplans",
    .write = write_plan,
};

/* The answer is an array, so each plan has the warnings about it. r->faults, in which nothing is, serves. */
static void write_warnings(struct rw_request *r, struct rw_json_writer *w, size_t at)
{
    char pointer[32];
    int n = snprintf(pointer, sizeof(pointer), "/%zu/", at);

    for (uint32_t i = 0; i < r->warnings->count; i++)
        if (strncmp(r->warnings->at[i].pointer, pointer, (size_t)n) == 0)
            rw_faults_add(r->faults, &r->warnings->at[i]);
    if (r->faults->count)
        rw_answer_entries(r, w, "warnings", r->faults, false);
    r->faults->count = 0;
}

static void write_all(struct rw_request *r, struct rw_buf *body,
                      const struct rw_row_number_plan *rows, size_t count)
{
    struct rw_json_writer w;

    rw_answer_init(body);
    w = rw_json_writer(body);
    rw_json_open_array(&w, NULL);
    for (size_t i = 0; i < count; i++) {
        rw_json_open_object(&w, NULL);
        write_plan(r, &w, &rows[i]);
        write_warnings(r, &w, i);
        rw_json_close(&w);
    }
    rw_json_close(&w);
}

void rw_op_getTelephonyProvidersEdgesSiteNumberplans(struct rw_request *r)
{
    struct rw_row_site site;
    struct plans plans;
    struct rw_buf body;

    if (!read_plans(r, &site, &plans))
        return;
    write_all(r, &body, plans.at, plans.count);
    rw_answer_json(r, 200, &body);
}

void rw_op_getTelephonyProvidersEdgesSiteNumberplan(struct rw_request *r)
{
    struct rw_row_number_plan row;
    struct rw_row_site site;
    struct rw_err err;
    enum rw_class class;

    if (!rw_sites_find(r, &site))
        return;
    class = rw_store_get_number_plan(r->api->with.reader, site.tenant_id,
                                     rw_request_param(r, "numberPlanId"), r->arena, &row, &err);
    if (class == RW_OK && strcmp(row.site_id, site.id) != 0)
        class = RW_NOT_FOUND;
    if (rw_resource_found(r, &kind, class, &err))
        rw_resource_show(r, &kind, &row);
}

/* Each class once, in the order of the plans. */
void rw_op_getTelephonyProvidersEdgesSiteNumberplansClassifications(struct rw_request *r)
{
    struct rw_slice wanted = rw_request_query(r, "classification");
    struct rw_row_site site;
    struct plans plans;
    struct rw_json_writer w;
    struct rw_buf body;

    if (!read_plans(r, &site, &plans))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_array(&w, NULL);
    for (size_t i = 0; i < plans.count; i++) {
        const char *class = plans.at[i].classification;
        bool before = wanted.n && !rw_slice_eq(wanted, rw_slice_str(class));

        for (size_t n = 0; n < i && !before; n++)
            before = strcmp(plans.at[n].classification, class) == 0;
        if (!before)
            rw_json_str(&w, NULL, class);
    }
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

/* ------------------------------------------------------------------ what a plan says */

static void bad_match(struct rw_request *r, size_t at, const char *member, const char *expected)
{
    struct rw_err err;
    char pointer[48];

    rw_fail(&err, RW_MALFORMED, "numberplan.bad_match",
            "the plan does not say which numbers it matches");
    (void)snprintf(pointer, sizeof(pointer), "/%zu/%s", at, member);
    rw_err_at(&err, pointer, -1, 0);
    rw_err_expected(&err, "%s", expected);
    rw_request_fault(r, &err);
}

static const char *read_length(struct rw_request *r, const json_t *plan, size_t at)
{
    const json_t *length = json_object_get(plan, "digitLength");
    const char *start = rw_resource_text(length, "start"), *end = rw_resource_text(length, "end");
    long least = strtol(start, NULL, 10), most = *end ? strtol(end, NULL, 10) : least;

    if (isdigit((unsigned char)*start) && !start[strspn(start, "0123456789")] &&
        !end[strspn(end, "0123456789")] && least >= 1 && least <= most && most <= DIGITS_MAX)
        return rw_arena_printf(r->arena, "%ld-%ld", least, most);
    bad_match(r, at, "digitLength", "start and end, from 1 to 15 digits without the plus");
    return NULL;
}

static const char *read_country(struct rw_request *r, const json_t *plan, size_t at)
{
    const char *code = rw_resource_text(plan, "match");

    code += *code == '+';
    if (*code && strspn(code, "0123456789") == strlen(code) && strlen(code) <= 3 && *code != '0')
        return code;
    bad_match(r, at, "match", "a country code, such as 65");
    return NULL;
}

static const char *read_pattern(struct rw_request *r, const json_t *plan, size_t at)
{
    const char *text = rw_resource_text(plan, "match");
    const struct rw_pattern *pattern;
    struct rw_err err;
    char pointer[32];

    if (rw_pattern_make(rw_slice_str(text), r->arena, &pattern, &err) == RW_OK)
        return text;
    (void)snprintf(pointer, sizeof(pointer), "/%zu/match", at);
    rw_err_at(&err, pointer, err.offset, err.length);
    rw_request_fault(r, &err);
    return NULL;
}

static bool is_number(const char *text)
{
    size_t n = *text == '+' ? strspn(text + 1, "0123456789") : 0;

    return n && n <= DIGITS_MAX && !text[n + 1];
}

static const char *read_numbers(struct rw_request *r, const json_t *plan, size_t at)
{
    const json_t *numbers = json_object_get(plan, "numbers"), *range;
    const char *list;
    struct rw_buf text;
    size_t i;

    rw_buf_init(&text, MATCH_BYTES);
    json_array_foreach(numbers, i, range)
    {
        const char *start = rw_resource_text(range, "start"), *end = rw_resource_text(range, "end");

        if (!is_number(start) ||
            (*end && (!is_number(end) || strlen(end) != strlen(start) || strcmp(end, start) < 0))) {
            bad_match(r, at, "numbers", "ranges in E.164, start and end of the same length");
            break;
        }
        rw_buf_printf(&text, "%s%s%s%s", i ? "," : "", start, *end ? "-" : "", end);
    }
    if (!i)
        bad_match(r, at, "numbers", "at least one range in E.164");
    list = text.failed ? NULL : rw_arena_copy(r->arena, rw_buf_slice(&text));
    rw_buf_done(&text);
    return list;
}

static const char *read_match(struct rw_request *r, const json_t *plan, size_t at)
{
    const char *type = rw_resource_text(plan, "matchType");

    if (strcmp(type, "digitLength") == 0)
        return read_length(r, plan, at);
    if (strcmp(type, "numberList") == 0)
        return read_numbers(r, plan, at);
    if (strcmp(type, "regex") == 0)
        return read_pattern(r, plan, at);
    return read_country(r, plan, at);
}

/* ------------------------------------------------------------------ replacing */

static const struct rw_row_number_plan *find_plan(const struct plans *plans, const char *id)
{
    for (size_t i = 0; i < plans->count; i++)
        if (strcmp(plans->at[i].id, id) == 0)
            return &plans->at[i];
    return NULL;
}

/* The plan that an entry of the body changes; NULL for a new one. What is wrong is a fault. */
static const struct rw_row_number_plan *replaced(struct rw_request *r, const json_t *plan,
                                                 size_t at, const struct plans *before)
{
    const char *id = json_string_value(json_object_get(plan, "id"));
    const json_t *version = json_object_get(plan, "version");
    const struct rw_row_number_plan *row = id ? find_plan(before, id) : NULL;
    struct rw_err err;
    char pointer[32];

    if (id && !row) {
        rw_fail(&err, RW_MALFORMED, "numberplan.unknown", "the site has no number plan of this id");
        (void)snprintf(pointer, sizeof(pointer), "/%zu/id", at);
        rw_err_at(&err, pointer, -1, 0);
        rw_err_found(&err, "\"%.64s\"", id);
        rw_err_expected(&err, "the id of one of its plans, or none for a new one");
        rw_request_fault(r, &err);
    }
    if (row && (!version || (uint64_t)json_integer_value(version) != row->version)) {
        (void)rw_change_stale(&err, (uint64_t)json_integer_value(version), row->version);
        (void)snprintf(pointer, sizeof(pointer), "/%zu/version", at);
        rw_err_at(&err, pointer, -1, 0);
        rw_request_fault(r, &err);
    }
    return row;
}

static bool read_body(struct rw_request *r, const struct rw_row_site *site,
                      const struct plans *before, struct rw_row_number_plan *rows)
{
    const json_t *plan;
    size_t i;

    json_array_foreach(r->body, i, plan)
    {
        const struct rw_row_number_plan *old = replaced(r, plan, i, before);
        const json_t *priority = json_object_get(plan, "priority");

        rows[i] = (struct rw_row_number_plan){
            .id = old ? old->id : NULL,
            .tenant_id = site->tenant_id,
            .site_id = site->id,
            .name = rw_resource_text(plan, "name"),
            .match_type = rw_resource_text(plan, "matchType"),
            .match = read_match(r, plan, i),
            .classification = rw_resource_text(plan, "classification"),
            .priority = json_is_integer(priority) ? (uint32_t)json_integer_value(priority)
                                                  : (uint32_t)(i + 1) * PRIORITY_STEP,
            .version = old ? old->version + 1 : 1,
            .created_ms = old ? old->created_ms : rw_clock_wall_ms(),
            .modified_ms = rw_clock_wall_ms(),
        };
        if (!old && !rw_resource_new_id(r, &rows[i].id))
            return false;
    }
    return rw_resource_no_faults(r);
}

void rw_op_putTelephonyProvidersEdgesSiteNumberplans(struct rw_request *r)
{
    size_t count = json_array_size(r->body);
    struct rw_row_number_plan *rows = rw_arena_alloc(r->arena, (count + 1) * sizeof(*rows));
    struct rw_row_site site;
    struct plans before;
    struct rw_buf body;
    struct rw_err err;
    struct rw_tx *tx;

    if (!rows) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return;
    }
    if (!read_plans(r, &site, &before) || !read_body(r, &site, &before, rows))
        return;
    tx = rw_tx_new(r->api->with.store);
    for (size_t i = 0; tx && i < before.count; i++)
        if (!find_plan(&(struct plans){rows, count}, before.at[i].id))
            rw_tx_delete_number_plan(tx, site.tenant_id, before.at[i].id, before.at[i].version);
    for (size_t i = 0; tx && i < count; i++)
        rw_tx_put_number_plan(tx, &rows[i]);
    write_all(r, &body, rows, count);
    rw_change_commit(r, tx, "numberplans.edit", site.id, site.name, 200, &body);
}
