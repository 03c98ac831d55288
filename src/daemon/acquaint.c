#include "daemon/acquaint.h"

#include "base/clock.h"
#include "base/log.h"
#include "route/target.h"
#include "sip/target.h"
#include "sip/uri.h"

#define LOOK_MS 1000u
#define AGAIN_MS 300000u
#define KNOWN_MS 900000u
#define ARENA_BYTES (64u << 20)

static void tell(struct rw_acquaint *a, const char *state, const char *address,
                 const struct rw_leg_origin *origin)
{
    if (address && strcmp(state, "active") == 0)
        rw_sip_acquaint(a->sip, rw_slice_str(address), origin, KNOWN_MS);
}

/* Where the trunk's calls may come from: its host, its proxy, the addresses in the host's stead. */
static void tell_trunk(struct rw_acquaint *a, const struct rw_row_trunk *trunk)
{
    struct rw_slice rest = rw_slice_str(trunk->addresses), one;
    struct rw_leg_origin origin;

    if (!rw_slice_copy(origin.tenant.text, sizeof(origin.tenant.text),
                       rw_slice_str(trunk->tenant_id)) ||
        !rw_slice_copy(origin.trunk.text, sizeof(origin.trunk.text), rw_slice_str(trunk->id)))
        return;
    tell(a, trunk->state, trunk->host, &origin);
    tell(a, trunk->state, trunk->outbound_proxy, &origin);
    while (rw_sip_next_element(&rest, &one)) {
        struct rw_sip_target target = {.port = 0};

        if (rw_sip_target_read(one, &target))
            tell(a, trunk->state, target.name, &origin);
    }
}

static void keep(struct rw_acquaint *a, const struct rw_row_trunk *row)
{
    uint32_t expires_s =
        row->register_expires_s ? row->register_expires_s : RW_REGISTRATION_STANDARD_S;
    struct rw_keeper_trunk trunk = {
        .interval_s = row->options_interval_s,
        .expires_s = row->registers ? expires_s : 0,
    };
    char uri[RW_ROUTE_TARGET_URI];

    if (strcmp(row->state, "active") == 0 && (trunk.interval_s || trunk.expires_s) &&
        rw_route_target(row, uri, &trunk.target))
        rw_keeper_keep(a->keeper, &trunk);
}

static enum rw_class tell_tenant(struct rw_acquaint *a, const char *tenant_id,
                                 struct rw_arena *arena, struct rw_err *err)
{
    struct rw_page page = {.size = RW_ACQUAINT_ROWS, .number = 1};
    struct rw_row_station *stations;
    struct rw_row_trunk *trunks;
    size_t count;
    enum rw_class class;

    class = rw_store_list_trunks(a->reader, tenant_id, &page, arena, &trunks, &count, err);
    for (size_t i = 0; !class && i < count; i++) {
        tell_trunk(a, &trunks[i]);
        keep(a, &trunks[i]);
    }
    if (!class)
        class = rw_store_list_stations(a->reader, tenant_id, &page, arena, &stations, &count, err);
    for (size_t i = 0; !class && i < count; i++)
        tell(a, stations[i].state, stations[i].sip_uri, NULL);
    return class;
}

static enum rw_class tell_all(struct rw_acquaint *a, struct rw_err *err)
{
    struct rw_row_tenant *tenants;
    struct rw_arena list;
    size_t count;
    enum rw_class class;

    rw_arena_init(&list, ARENA_BYTES);
    rw_keeper_begin(a->keeper);
    class = rw_store_list_tenants(a->reader, &list, &tenants, &count, err);
    for (size_t i = 0; !class && i < count; i++) {
        struct rw_arena rows;

        rw_arena_init(&rows, ARENA_BYTES);
        class = tell_tenant(a, tenants[i].id, &rows, err);
        rw_arena_done(&rows);
    }
    if (!class) /* otherwise those that could not be read would be let go */
        rw_keeper_end(a->keeper);
    rw_arena_done(&list);
    return class;
}

static void on_look(void *arg)
{
    struct rw_acquaint *a = arg;
    uint64_t generation = rw_store_generation(a->store), now = rw_clock_mono_ms();
    struct rw_err err;

    if (generation != a->generation || now - a->told_ms >= AGAIN_MS) {
        if (tell_all(a, &err))
            rw_log(RW_LOG_WARN, "sip.peers_unread", "code=%s", err.code);
        a->generation = generation;
        a->told_ms = now;
    }
    tmr_start(&a->tmr, LOOK_MS, on_look, a);
}

void rw_acquaint_start(struct rw_acquaint *a, struct rw_store *store,
                       struct rw_store_reader *reader, struct rw_sip *sip, struct rw_keeper *keeper)
{
    *a = (struct rw_acquaint){.store = store, .reader = reader, .sip = sip, .keeper = keeper};
    tmr_init(&a->tmr);
    a->generation = rw_store_generation(store) - 1; /* as if it had changed */
    on_look(a);
}

void rw_acquaint_stop(struct rw_acquaint *a)
{
    tmr_cancel(&a->tmr);
}
