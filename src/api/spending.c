/* What a tenant's calls may cost, and what they cost so far. */
#include "api/change.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"
#include "policy/zone_name.h"
#include "policy/zones.h"
#include "route/route.h"

#include <jansson.h>

#include <stdio.h>

#define SLICE_DEFAULT_S 60
#define CAPS_BYTES 131072u
#define ACCOUNTS_SHOWN 100u /* of a period */

/* ------------------------------------------------------------------ showing */

static void write_caps(struct rw_json_writer *w, const struct rw_caps *caps)
{
    rw_json_open_array(w, "caps");
    for (size_t i = 0; i < caps->count; i++) {
        const struct rw_cap *cap = &caps->at[i];

        rw_json_open_object(w, NULL);
        rw_json_str(w, "scope", rw_cap_scopes[cap->scope]);
        if (strcmp(cap->subject, "*") != 0)
            rw_json_str(w, "id", cap->subject);
        rw_json_str(w, "period", rw_cap_periods[cap->period]);
        rw_render_amount(w, "limit", cap->limit_micro);
        rw_json_close(w);
    }
    rw_json_close(w);
}

struct showing {
    struct rw_request *r;
    struct rw_json_writer *w;
    const struct rw_row_spend_policy *row;
    const struct rw_caps *caps;
    const struct rw_zone *zone;
    uint64_t now_ms;
};

static void write_account(const struct showing *s, const struct rw_cap *cap, const char *subject,
                          int64_t stored_micro)
{
    struct rw_ledger_state state = {.spent_micro = stored_micro};
    struct rw_account account;

    rw_cap_account(cap, subject, s->zone, s->now_ms, &account);
    (void)rw_route_spent(s->r->api->with.routes, s->row->tenant_id, &account, &state);
    rw_json_open_object(s->w, NULL);
    rw_json_str(s->w, "account", account.name);
    rw_render_amount(s->w, "limit", account.limit_micro);
    rw_render_amount(s->w, "spent", state.spent_micro);
    rw_render_amount(s->w, "held", state.held_micro);
    rw_render_amount(s->w, "left", account.limit_micro - state.spent_micro - state.held_micro);
    rw_json_time(s->w, "periodEnds", account.ends_ms);
    rw_json_close(s->w);
}

/* The cap that holds for an account's subject: its own, else that of each. */
static const struct rw_cap *cap_of(const struct showing *s, struct rw_slice scope,
                                   struct rw_slice subject, enum rw_cap_period period)
{
    const struct rw_cap *each = NULL;

    for (size_t i = 0; i < s->caps->count; i++) {
        const struct rw_cap *cap = &s->caps->at[i];

        if (cap->period != period || !rw_slice_eq(rw_slice_str(rw_cap_scopes[cap->scope]), scope))
            continue;
        if (rw_slice_eq(rw_slice_str(cap->subject), subject))
            return cap;
        if (strcmp(cap->subject, "*") == 0)
            each = cap;
    }
    return each;
}

/* The accounts of a period that anything was spent on, dearest first. False: trouble of the store. */
static bool write_period(const struct showing *s, enum rw_cap_period period, struct rw_err *err)
{
    const struct rw_cap any = {.scope = RW_CAP_TENANT, .period = period, .subject = "*"};
    struct rw_row_spending *rows = NULL;
    struct rw_account account;
    size_t count = 0;

    rw_cap_account(&any, "*", s->zone, s->now_ms, &account);
    if (rw_store_spending_of(s->r->api->with.reader, s->row->tenant_id,
                             strrchr(account.name, ' ') + 1, ACCOUNTS_SHOWN, s->r->arena, &rows,
                             &count, err) != RW_OK)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct rw_slice scope = {rows[i].account, strcspn(rows[i].account, " ")};
        struct rw_slice rest = rw_slice_from(rw_slice_str(rows[i].account), scope.n + 1);
        struct rw_slice subject = {rest.p, rest.n ? strcspn(rest.p, " ") : 0};
        const struct rw_cap *cap = cap_of(s, scope, subject, period);
        const char *id = rw_arena_copy(s->r->arena, subject);

        if (cap && id)
            write_account(s, cap, id, (int64_t)rows[i].micro);
    }
    return true;
}

static bool write_spending(const struct showing *s, struct rw_err *err)
{
    bool ok = true;

    rw_json_open_object(s->w, NULL);
    rw_resource_write_version(s->w, s->row->version, s->row->created_ms, s->row->modified_ms);
    rw_json_opt(s->w, "currency", *s->row->currency ? s->row->currency : NULL);
    rw_json_str(s->w, "timeZone", *s->row->zone ? s->row->zone : "UTC");
    rw_json_str(s->w, "unknownPrefix", s->row->unknown_allowed ? "allow" : "refuse");
    rw_json_uint(s->w, "sliceSeconds", s->row->slice_s);
    write_caps(s->w, s->caps);
    rw_json_open_array(s->w, "accounts");
    for (unsigned period = 0; ok && period < RW_CAP_PERIODS; period++)
        ok = write_period(s, (enum rw_cap_period)period, err);
    rw_json_close(s->w);
    rw_json_str(s->w, "selfUri", "/api/v2/telephony/providers/edges/spending");
    rw_answer_warnings(s->r, s->w);
    rw_json_close(s->w);
    return ok;
}

/* The answer about a row, in *body. False: answered. */
static bool show(struct rw_request *r, const struct rw_row_spend_policy *row, struct rw_buf *body)
{
    struct rw_json_writer w;
    struct rw_zones *zones = NULL;
    struct rw_caps caps = {0};
    struct showing s = {.r = r, .w = &w, .row = row, .caps = &caps, .now_ms = rw_clock_wall_ms()};
    struct rw_err err;
    bool ok = rw_caps_compile(rw_slice_str(row->caps), r->arena, &caps, &err) == RW_OK &&
              rw_zones_new(&zones, RW_ZONES_DIRECTORY, &err) == RW_OK;

    rw_answer_init(body);
    w = rw_json_writer(body);
    if (ok && *row->zone)
        s.zone = rw_zones_get(zones, rw_slice_str(row->zone));
    ok = ok && write_spending(&s, &err);
    rw_zones_free(zones);
    if (!ok) {
        rw_buf_done(body);
        rw_answer_err(r, &err);
    }
    return ok;
}

/* What is stored, or what holds where nothing is: version 0. False: answered. */
static bool find(struct rw_request *r, struct rw_row_spend_policy *ret)
{
    const char *tenant = rw_request_tenant(r);
    struct rw_err err;
    enum rw_class class =
        rw_store_get_spend_policy(r->api->with.reader, tenant, r->arena, ret, &err);

    if (class == RW_NOT_FOUND)
        *ret = (struct rw_row_spend_policy){.id = tenant,
                                            .tenant_id = tenant,
                                            .currency = "",
                                            .zone = "",
                                            .slice_s = SLICE_DEFAULT_S,
                                            .caps = "",
                                            .created_ms = rw_clock_wall_ms()};
    return rw_resource_found_or_default(r, class, &err);
}

void rw_op_getTelephonyProvidersEdgesSpending(struct rw_request *r)
{
    struct rw_row_spend_policy row;
    struct rw_buf body;

    if (find(r, &row) && show(r, &row, &body))
        rw_answer_json(r, 200, &body);
}

/* ------------------------------------------------------------------ what a body says */

static void bad_cap(struct rw_request *r, size_t i, const char *text, const char *why)
{
    char pointer[32];
    struct rw_err err;

    (void)snprintf(pointer, sizeof(pointer), "/caps/%zu", i);
    rw_fail(&err, RW_MALFORMED, "spend.bad_cap", "%s", why);
    rw_err_at(&err, pointer, -1, 0);
    rw_err_found(&err, "%s", text);
    rw_err_expected(&err, "an amount such as 25.00; an id, of a client or user, or none for each");
    rw_request_fault(r, &err);
}

/* Two caps for the same would leave open which one holds. */
static bool is_there(const struct rw_buf *lines, const char *line)
{
    size_t n = (size_t)(strrchr(line, ' ') - line) + 1;

    for (const char *p = lines->len ? lines->p : ""; *p; p += strcspn(p, "\n"), p += *p == '\n')
        if (strncmp(p, line, n) == 0)
            return true;
    return false;
}

static bool read_caps(struct rw_request *r, const char **ret)
{
    struct rw_buf lines;
    const json_t *item;
    size_t i;

    rw_buf_init(&lines, CAPS_BYTES);
    json_array_foreach(json_object_get(r->body, "caps"), i, item)
    {
        const char *id = rw_resource_text(item, "id");
        struct rw_cap cap;
        char line[200];

        (void)snprintf(line, sizeof(line), "%s %s %s %s", rw_resource_text(item, "scope"),
                       *id ? id : "*", rw_resource_text(item, "period"),
                       rw_resource_text(item, "limit"));
        if (!rw_cap_read(rw_slice_str(line), &cap)) {
            bad_cap(r, i, line, "this is no cap of spending");
        } else if (is_there(&lines, line)) {
            bad_cap(r, i, line, "there is a cap of these already");
        } else {
            if (lines.len)
                rw_buf_putc(&lines, '\n');
            rw_buf_puts(&lines, line);
        }
    }
    *ret = lines.failed ? NULL : rw_arena_copy(r->arena, rw_buf_slice(&lines));
    rw_buf_done(&lines);
    return *ret != NULL;
}

static void judge_zone(struct rw_request *r, const char *zone)
{
    struct rw_err err;

    if (!*zone || rw_zone_name_known(RW_ZONES_DIRECTORY, rw_slice_str(zone)))
        return;
    rw_fail(&err, RW_MALFORMED, "spend.unknown_zone", "the system knows no such time zone");
    rw_err_at(&err, "/timeZone", -1, 0);
    rw_err_expected(&err, "UTC, or a name such as Asia/Singapore");
    rw_resource_unknown_zone(r, &err, zone);
}

static bool read_body(struct rw_request *r, struct rw_row_spend_policy *row)
{
    const json_t *slice = json_object_get(r->body, "sliceSeconds");
    const char *zone = rw_resource_text(r->body, "timeZone");

    row->currency = rw_resource_text(r->body, "currency");
    row->zone = strcmp(zone, "UTC") == 0 ? "" : zone;
    row->unknown_allowed = strcmp(rw_resource_text(r->body, "unknownPrefix"), "allow") == 0;
    row->slice_s = slice ? (uint32_t)json_integer_value(slice) : SLICE_DEFAULT_S;
    row->modified_ms = rw_clock_wall_ms();
    judge_zone(r, row->zone);
    return rw_resource_body_read(r, read_caps(r, &row->caps));
}

void rw_op_putTelephonyProvidersEdgesSpending(struct rw_request *r)
{
    struct rw_row_spend_policy row;
    struct rw_buf body;
    struct rw_tx *tx;

    if (!find(r, &row) || !rw_resource_current(r, row.version) || !read_body(r, &row))
        return;
    row.version++;
    if (!show(r, &row, &body))
        return;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_spend_policy(tx, &row);
    rw_change_commit(r, tx, "spending.edit", row.id, NULL, 200, &body);
}
