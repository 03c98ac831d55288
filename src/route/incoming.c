#include "route/incoming.h"

#include "route/making.h"
#include "route/table.h"

#include <ctype.h>
#include <stdio.h>

#define NUMBER_BYTES 24 /* '+', 15 digits, and some for what is none */
#define CALLER_BYTES 64

/* "+6531112222" of "+6531112222", "006531112222" or "6531112222"; false for what is no number. */
static bool read_called(struct rw_slice called, char ret[NUMBER_BYTES])
{
    struct rw_slice digits = called;

    if (digits.n && digits.p[0] == '+')
        digits = rw_slice_from(digits, 1);
    else if (digits.n > 2 && digits.p[0] == '0' && digits.p[1] == '0')
        digits = rw_slice_from(digits, 2);
    if (digits.n == 0 || digits.n > 15)
        return false;
    for (size_t i = 0; i < digits.n; i++)
        if (!isdigit((unsigned char)digits.p[i]))
            return false;
    (void)snprintf(ret, NUMBER_BYTES, "+%.*s", RW_SLICE_ARG(digits));
    return true;
}

/* What can stand in a URI of ours; of anything else nothing is told. */
static const char *read_caller(struct rw_slice caller, struct rw_arena *arena)
{
    bool plain = caller.n > 0 && caller.n < CALLER_BYTES;

    for (size_t i = 0; plain && i < caller.n; i++)
        plain = isalnum((unsigned char)caller.p[i]) || strchr("+-._", caller.p[i]);
    return rw_arena_copy(arena, plain ? caller : RW_LIT("anonymous"));
}

/* What a look-up came to; `missing` is the fate when there is no such thing. */
static enum rw_incoming_fate fate_of(enum rw_class class, enum rw_incoming_fate missing)
{
    return class == RW_OK          ? RW_INCOMING_TAKEN
           : class == RW_NOT_FOUND ? missing
                                   : RW_INCOMING_TROUBLE;
}

static bool takes_calls(const struct rw_row_trunk *trunk)
{
    return trunk->incoming && strcmp(trunk->state, "active") == 0;
}

/*
 * The first trunk of the address that takes calls and whose tenant has the number. Where no trunk takes any, that
 * is all that is told: which numbers there are is nobody's business then.
 */
static enum rw_incoming_fate find_number(struct rw_route_table *table,
                                         const struct rw_leg_offer *offer,
                                         const struct rw_row_number **ret,
                                         const struct rw_row_trunk **ret_trunk)
{
    enum rw_incoming_fate fate = RW_INCOMING_REFUSED;
    char e164[NUMBER_BYTES] = "";
    struct rw_err err;

    (void)read_called(offer->called, e164);
    for (unsigned i = 0; i < offer->origin_count; i++) {
        const char *tenant = offer->origins[i].tenant.text;
        enum rw_class class = rw_table_trunk(
            table, tenant, rw_slice_str(offer->origins[i].trunk.text), ret_trunk, &err);

        if (class == RW_NOT_FOUND || (class == RW_OK && !takes_calls(*ret_trunk)))
            continue;
        fate = RW_INCOMING_NO_NUMBER;
        if (class == RW_OK)
            class = rw_table_number_by_e164(table, tenant, rw_slice_str(e164), ret, &err);
        if (class == RW_OK && strcmp((*ret)->state, "active") == 0)
            return RW_INCOMING_TAKEN;
        if (class != RW_OK && class != RW_NOT_FOUND)
            return RW_INCOMING_TROUBLE;
    }
    return fate;
}

static enum rw_incoming_fate find_user(struct rw_route_table *table,
                                       const struct rw_row_trunk *trunk,
                                       const struct rw_row_number *number,
                                       const struct rw_row_user **ret)
{
    const char *user_id =
        strcmp(trunk->incoming, "user") == 0 ? trunk->incoming_user_id : number->owner_user_id;
    struct rw_err err;

    return user_id ? fate_of(rw_table_user(table, trunk->tenant_id, user_id, ret, &err),
                             RW_INCOMING_NOBODY)
                   : RW_INCOMING_NOBODY;
}

static enum rw_incoming_fate find_station(struct rw_route_table *table, const char *tenant_id,
                                          const struct rw_row_user *user,
                                          const struct rw_row_station **ret)
{
    struct rw_err err;
    enum rw_incoming_fate fate =
        user->station_id ? fate_of(rw_table_station(table, tenant_id, user->station_id, ret, &err),
                                   RW_INCOMING_NO_STATION)
                         : RW_INCOMING_NO_STATION;

    return fate == RW_INCOMING_TAKEN && strcmp((*ret)->state, "active") != 0
               ? RW_INCOMING_NO_STATION
               : fate;
}

enum rw_incoming_fate rw_route_incoming(struct rw_route_table *table,
                                        const struct rw_leg_offer *offer, const char *local,
                                        struct rw_arena *arena, struct rw_incoming_plan *ret)
{
    const struct rw_row_station *station = NULL;
    const struct rw_row_number *number = NULL;
    const struct rw_row_trunk *trunk = NULL;
    const struct rw_route_limits *limits = NULL;
    const struct rw_row_user *user = NULL;
    enum rw_incoming_fate fate;
    char name[CALLER_BYTES];
    struct rw_err err;

    *ret = (struct rw_incoming_plan){.from = read_caller(offer->caller, arena)};
    rw_table_refresh(table);
    fate = find_number(table, offer, &number, &trunk);
    if (fate != RW_INCOMING_TAKEN)
        return fate;
    ret->tenant_id = trunk->tenant_id;
    ret->number_id = number->id;
    ret->to_e164 = number->e164;
    ret->trunk_max_ms = trunk->max_duration_ms;
    ret->trunk = (struct rw_leg_target){
        .trunk_id = trunk->id, .trunk_name = trunk->name, .media = rw_making_media(trunk)};
    ret->limits.trunks[0] = (struct rw_call_limit){trunk->calls_per_second, trunk->burst,
                                                   trunk->channels, trunk->wait_ms};
    if (rw_table_limits(table, ret->tenant_id, &limits, &err) != RW_OK)
        return RW_INCOMING_TROUBLE;
    ret->limits.tenant = limits->tenant;
    fate = find_user(table, trunk, number, &user);
    if (fate == RW_INCOMING_TAKEN)
        fate = find_station(table, ret->tenant_id, user, &station);
    if (fate != RW_INCOMING_TAKEN)
        return fate;
    (void)rw_text_clean(name, sizeof(name), offer->caller_name);
    ret->user_id = user->id;
    ret->user_name = user->name;
    ret->station_id = station->id;
    ret->station = (struct rw_leg_target){.uri = station->sip_uri,
                                          .from_uri = rw_making_number_uri(arena, ret->from, local),
                                          .from_name = rw_arena_copy(arena, rw_slice_str(name)),
                                          .auth_user = station->auth_user,
                                          .auth_password = station->auth_password,
                                          .media = rw_making_station_media(&ret->trunk.media)};
    return ret->from && ret->station.from_uri && ret->station.from_name ? RW_INCOMING_TAKEN
                                                                        : RW_INCOMING_TROUBLE;
}

static const struct {
    struct rw_leg_refusal refusal;
    const char *name;
} fates[] = {
    [RW_INCOMING_TAKEN] = {{200, "OK"}, "taken"},
    [RW_INCOMING_NO_NUMBER] = {{404, "Not Found"}, "no_number"},
    [RW_INCOMING_REFUSED] = {{403, "Calls Are Not Taken Here"}, "refused"},
    [RW_INCOMING_NOBODY] = {{404, "Nobody Has This Number"}, "nobody"},
    [RW_INCOMING_NO_STATION] = {{480, "Temporarily Unavailable"}, "no_station"},
    [RW_INCOMING_TROUBLE] = {{500, "Server Internal Error"}, "trouble"},
};

struct rw_leg_refusal rw_incoming_refusal(enum rw_incoming_fate fate)
{
    return fates[fate].refusal;
}

const char *rw_incoming_fate_name(enum rw_incoming_fate fate)
{
    return fates[fate].name;
}
