#include "base/clock.h"
#include "route/making.h"

void rw_making_fault(struct rw_making *m, struct rw_err *err, const char *pointer)
{
    if (pointer && !err->pointer[0])
        rw_err_at(err, pointer, -1, 0);
    rw_faults_add(m->faults, err);
    if (m->first == RW_OK)
        m->first = err->class;
}

bool rw_making_settled(struct rw_making *m, enum rw_class rc, struct rw_err *err, bool *ret_missing)
{
    *ret_missing = rc == RW_NOT_FOUND;
    if (rc != RW_OK && rc != RW_NOT_FOUND)
        rw_making_fault(m, err, NULL);
    return rc == RW_OK;
}

int64_t rw_making_now_s(struct rw_making *m)
{
    if (!m->now_s)
        m->now_s = (int64_t)((m->wish->at_ms ? m->wish->at_ms : rw_clock_wall_ms()) / 1000);
    return m->now_s;
}

/* ------------------------------------------------------------------ user and station */

static void find_station(struct rw_making *m)
{
    const struct rw_route_wish *w = m->wish;
    struct rw_err err;
    bool missing;

    if (!w->user_id)
        return;
    if (!rw_making_settled(m, rw_table_user(m->table, w->tenant_id, w->user_id, &m->user, &err),
                           &err, &missing)) {
        if (missing) {
            (void)rw_fail(&err, RW_NOT_FOUND, "user.not_found", "there is no such user");
            rw_err_found(&err, "%s", w->user_id);
            rw_making_fault(m, &err, NULL);
        }
        return;
    }
    if (!w->with_station)
        return;
    missing = !m->user->station_id;
    if (m->user->station_id &&
        !rw_making_settled(
            m, rw_table_station(m->table, w->tenant_id, m->user->station_id, &m->station, &err),
            &err, &missing) &&
        !missing)
        return;
    if (missing) {
        (void)rw_fail(&err, RW_CONFLICT, "station.missing",
                      "the user has no station, so there is no telephone to ring first");
        rw_err_found(&err, "user %s", m->user->name ? m->user->name : m->user->id);
        rw_err_expected(&err,
                        "a station associated with the user: PUT /api/v2/users/%s/station/"
                        "associatedstation/{stationId}",
                        m->user->id);
        rw_making_fault(m, &err, NULL);
    } else if (strcmp(m->station->state, "active") != 0) {
        (void)rw_fail(&err, RW_CONFLICT, "station.inactive", "the user's station is not active");
        rw_err_found(&err, "station %s, state %s", m->station->name, m->station->state);
        rw_err_expected(&err, "an active station");
        rw_making_fault(m, &err, NULL);
    }
}

/* ------------------------------------------------------------------ the plan */

/* Copies into the request's arena: the table may forget its rows before the plan has been used. */
static const char *keep(struct rw_making *m, const char *text, bool *failed)
{
    const char *copy = text ? rw_arena_copy(m->arena, rw_slice_str(text)) : NULL;

    *failed |= text && !copy;
    return copy;
}

static enum rw_leg_reliable reliable_of(const struct rw_row_trunk *t)
{
    if (!t->reliable_provisional)
        return RW_LEG_RELIABLE_OFF;
    return strcmp(t->reliable_provisional, "required") == 0 ? RW_LEG_RELIABLE_REQUIRED
                                                            : RW_LEG_RELIABLE_SUPPORTED;
}

static void fill_trunk(struct rw_making *m, const struct rw_row_trunk *t, const char *from_uri,
                       const char *local, struct rw_route_plan *plan, bool *failed)
{
    struct rw_leg_target *target = &plan->trunks[plan->trunk_count];

    *target = (struct rw_leg_target){
        .uri = rw_making_called_uri(m->arena, t, plan->to_e164),
        .route = keep(m, t->outbound_proxy, failed),
        .from_uri = from_uri,
        .auth_user = keep(m, t->auth_user, failed),
        .auth_password = keep(m, t->auth_password, failed),
        .trunk_id = keep(m, t->id, failed),
        .trunk_name = keep(m, t->name, failed),
        /* every caller id is a number resource of the tenant: rw_making_find_number() lets no other pass */
        .claim = {.from_number = plan->from_e164, .to_number = plan->to_e164, .owned = true},
        .tls = {.ca_file = keep(m, t->ca_file, failed),
                .cert_file = keep(m, t->client_cert_file, failed),
                .key_file = keep(m, t->client_key_file, failed),
                .name = keep(m, t->tls_name, failed),
                .unverified = t->tls_unverified},
        .places = keep(m, t->addresses, failed),
        .media = rw_making_media(t),
        .reliable = reliable_of(t),
        .session_expires_s = t->session_expires_s,
    };
    target->media.advertised_host = keep(m, t->media_host, failed);
    plan->trunk_answer_ms[plan->trunk_count] = t->answer_timeout_ms;
    plan->trunk_max_ms[plan->trunk_count] = t->max_duration_ms;
    plan->limits.trunks[plan->trunk_count++] =
        (struct rw_call_limit){t->calls_per_second, t->burst, t->channels, t->wait_ms};
    *failed |= !target->uri || !rw_making_name_caller(m->arena, t, plan->from_e164, local, target);
}

static void fill_trunks(struct rw_making *m, const char *local, struct rw_route_plan *plan,
                        bool *failed)
{
    const char *from_uri = rw_making_number_uri(m->arena, plan->from_e164, local);

    plan->trunks = rw_arena_alloc(m->arena, m->trunk_count * sizeof(*plan->trunks));
    *failed |= !from_uri || !plan->trunks;
    for (uint32_t i = 0; i < m->trunk_count && !*failed; i++)
        fill_trunk(m, m->trunks[i], from_uri, local, plan, failed);
    if (!*failed)
        plan->trunk_id = plan->trunks[0].trunk_id;
}

/* The user's telephone shows whom it is going to be connected to. */
static void fill_station(struct rw_making *m, const char *local, struct rw_route_plan *plan,
                         bool *failed)
{
    plan->station_id = keep(m, m->station->id, failed);
    plan->station = (struct rw_leg_target){
        .uri = keep(m, m->station->sip_uri, failed),
        .from_uri = rw_making_number_uri(m->arena, plan->to_e164, local),
        .auth_user = keep(m, m->station->auth_user, failed),
        .auth_password = keep(m, m->station->auth_password, failed),
    };
    if (!*failed)
        plan->station.media = rw_making_station_media(&plan->trunks[0].media);
    *failed |= !plan->station.from_uri;
}

static bool fill(struct rw_making *m, const char *local, struct rw_route_plan *plan)
{
    bool failed = false;

    *plan = (struct rw_route_plan){
        .to_e164 = rw_arena_copy(m->arena, m->wish->to),
        .from_e164 = keep(m, m->number->e164, &failed),
        .provider_id = keep(m, m->number->id, &failed),
        .route_id = keep(m, m->routes[0] ? m->routes[0]->id : NULL, &failed),
        .user_name = keep(m, m->user ? m->user->name : NULL, &failed),
        .limits = m->limits,
        .max_duration_ms = m->max_duration_ms,
    };
    if (failed || !plan->to_e164)
        return false;
    fill_trunks(m, local, plan, &failed);
    if (m->station)
        fill_station(m, local, plan, &failed);
    return !failed;
}

enum rw_class rw_route_plan_make(struct rw_route_table *table, const struct rw_route_wish *wish,
                                 const char *local, struct rw_arena *arena,
                                 struct rw_route_plan *ret, struct rw_faults *faults)
{
    struct rw_making m = {.table = table, .wish = wish, .arena = arena, .faults = faults};
    struct rw_route_plan plan;
    struct rw_err err;

    rw_table_refresh(table);
    rw_making_judge_policy(&m);
    find_station(&m);
    rw_making_find_number(&m);
    rw_making_find_trunks(&m);
    rw_making_find_spend(&m);
    rw_making_find_limits(&m);
    if (wish->trace) {
        wish->trace->caller = m.caller;
        wish->trace->number = m.number;
        wish->trace->now_s = rw_making_now_s(&m);
    }
    if (m.first != RW_OK)
        return m.first;
    if (!m.number || !m.trunk_count || (wish->with_station && !m.station))
        return RW_MALFORMED; /* something was given that is not usable: whoever read it said so */
    if (!fill(&m, local, &plan)) {
        (void)rw_fail_memory(&err);
        rw_making_fault(&m, &err, NULL);
        return m.first;
    }
    plan.spend = m.spend;
    *ret = plan;
    return RW_OK;
}
