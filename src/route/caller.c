#include "route/making.h"

#include <stdio.h>

static const struct rw_table_numbers *all_numbers(struct rw_making *m)
{
    const struct rw_table_numbers *numbers = NULL;
    struct rw_err err;
    bool missing;

    return rw_making_settled(m, rw_table_numbers(m->table, m->wish->tenant_id, &numbers, &err),
                             &err, &missing)
               ? numbers
               : NULL;
}

/*
 * What could be shown instead: "one of +6534567890, +6534567891 and 3 more", those first that are nearest
 * to the number given. Of calls that show numbers with these prefixes only, unless NULL.
 */
static void expect_usable(const struct rw_table_numbers *numbers, struct rw_slice near,
                          const char *caller_prefixes, struct rw_err *err)
{
    struct rw_route_nearest nearest;
    char list[RW_ROUTE_NEAREST_MAX * 24];
    size_t n = 0;

    rw_route_find_nearest(numbers->at, numbers->count, near, caller_prefixes, &nearest);
    for (size_t i = 0; i < nearest.count; i++)
        n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%.20s", i ? ", " : "",
                              nearest.at[i]->e164);
    if (!n)
        rw_err_expected(err, "a number that is active and allowed outbound; there is none yet");
    else if (nearest.more)
        rw_err_expected(err, "one of %s and %zu more", list, nearest.more);
    else
        rw_err_expected(err, "one of %s", list);
}

/* The usable number that is nearest to another; NULL when there is none. */
static const struct rw_row_number *nearest_to(const struct rw_table_numbers *numbers,
                                              struct rw_slice e164, const char *caller_prefixes)
{
    struct rw_route_nearest nearest;

    rw_route_find_nearest(numbers->at, numbers->count, e164, caller_prefixes, &nearest);
    return nearest.count ? nearest.at[0] : NULL;
}

static void not_owned(struct rw_making *m, const struct rw_row_number *instead)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    const struct rw_route_wish *w = m->wish;
    struct rw_err err;

    if (!numbers)
        return;
    (void)rw_fail(&err, RW_FORBIDDEN, "caller.not_owned",
                  "this number can not be shown: it is none of yours");
    rw_err_found(&err, "%.*s", RW_SLICE_ARG(w->from));
    expect_usable(numbers, w->from, NULL, &err);
    if (!instead)
        instead = nearest_to(numbers, w->from, NULL);
    if (instead)
        rw_err_suggest(&err, "%s", instead->e164);
    rw_making_fault(m, &err, w->from_pointer);
}

static void no_provider(struct rw_making *m, const struct rw_row_number *of_from)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    const struct rw_route_wish *w = m->wish;
    const struct rw_row_number *near = of_from;
    struct rw_err err;

    if (!numbers)
        return;
    (void)rw_fail(&err, RW_MALFORMED, "provider.not_found",
                  "none of your number resources has this id");
    rw_err_found(&err, "\"%.*s\"", RW_SLICE_ARG(w->provider));
    rw_err_expected(&err,
                    "the id of a number resource, as "
                    "GET /api/v2/telephony/providers/edges/{edgeId}/phoneNumbers/{phoneNumber} "
                    "tells it");
    if (!near)
        near = rw_route_nearest_id(numbers->at, numbers->count, w->provider);
    if (near)
        rw_err_suggest(&err, "%s", near->id);
    rw_making_fault(m, &err, w->provider_pointer);
}

static void mismatch(struct rw_making *m, const struct rw_row_number *of_provider,
                     const struct rw_row_number *of_from)
{
    struct rw_err err;

    (void)rw_fail(&err, RW_MALFORMED, "provider.mismatch",
                  "the number resource is not the number in `from`");
    rw_err_found(&err, "%s, which is %s", of_provider->id, of_provider->e164);
    rw_err_expected(&err, "%s, or no `from`", of_from->id);
    rw_err_suggest(&err, "%s", of_from->id);
    rw_making_fault(m, &err, m->wish->provider_pointer);
}

/* A number of the tenant that may not be shown; the route's own, unless NULL. */
static void not_usable(struct rw_making *m, const struct rw_row_number *number,
                       const struct rw_row_route *route, const char *pointer)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    struct rw_err err;

    if (!numbers)
        return;
    if (strcmp(number->state, "active") != 0)
        (void)rw_fail(&err, RW_FORBIDDEN, "caller.inactive", "this number is not active");
    else
        (void)rw_fail(&err, RW_FORBIDDEN, "caller.internal_only",
                      "this number is for internal calls only");
    rw_err_found(&err, "%s%s%.50s, state %s", number->e164, route ? ", caller id of route " : "",
                 route ? route->name : "", number->state);
    expect_usable(numbers, rw_slice_str(number->e164), NULL, &err);
    rw_making_fault(m, &err, pointer);
}

/* The caller id of a route is none of the tenant's numbers any more. */
static void route_shows_nothing(struct rw_making *m, const struct rw_row_route *route)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    struct rw_err err;

    if (!numbers)
        return;
    (void)rw_fail(&err, RW_FORBIDDEN, "caller.not_owned",
                  "the number that the route shows is none of yours");
    rw_err_found(&err, "%s, caller id of route %.50s", route->caller_id, route->name);
    expect_usable(numbers, rw_slice_str(route->caller_id), NULL, &err);
    rw_making_fault(m, &err, m->wish->from_pointer);
}

/* The route's own number: false when it can't be shown, which is told. */
static bool routes_own(struct rw_making *m, const struct rw_row_route *route,
                       const struct rw_row_number **ret)
{
    struct rw_err err;
    bool missing;

    if (!rw_making_settled(m,
                           rw_table_number_by_e164(m->table, m->wish->tenant_id,
                                                   rw_slice_str(route->caller_id), ret, &err),
                           &err, &missing)) {
        if (missing)
            route_shows_nothing(m, route);
        return false;
    }
    if (!rw_route_usable(*ret)) {
        not_usable(m, *ret, route, m->wish->from_pointer);
        return false;
    }
    return true;
}

/* The user's own or the tenant's, where there is only one; NULL otherwise. */
static const struct rw_row_number *only_one(struct rw_making *m)
{
    const struct rw_table_numbers *numbers;

    if (!m->sought_only_one) {
        m->sought_only_one = true;
        numbers = all_numbers(m);
        if (numbers)
            m->only_one = rw_route_default_number(numbers->at, numbers->count, m->wish->user_id);
    }
    return m->only_one;
}

const struct rw_row_number *rw_making_number_for(struct rw_making *m,
                                                 const struct rw_row_route *route)
{
    const struct rw_row_number *number = NULL;

    if (!m->choosing)
        return m->number;
    if (!route->caller_id)
        return only_one(m);
    if (!routes_own(m, route, &number))
        m->choosing = false; /* the call is refused: no other number is taken silently */
    return number;
}

void rw_making_show(struct rw_making *m, const struct rw_row_number *number,
                    const struct rw_row_route *route)
{
    if (!m->choosing)
        return;
    m->choosing = false;
    m->number = number;
    if (number)
        m->caller = route->caller_id ? RW_ROUTE_CALLER_ROUTES
                    : number->owner_user_id && m->wish->user_id &&
                            strcmp(number->owner_user_id, m->wish->user_id) == 0
                        ? RW_ROUTE_CALLER_USERS_OWN
                        : RW_ROUTE_CALLER_ONLY_USABLE;
    else
        m->nothing_to_show = true;
}

void rw_making_settle_number(struct rw_making *m)
{
    static const struct rw_row_route none = {.caller_id = NULL};
    const struct rw_table_numbers *numbers;
    struct rw_err err;

    if (m->choosing)
        rw_making_show(m, only_one(m), &none);
    numbers = m->nothing_to_show ? all_numbers(m) : NULL;
    if (!numbers)
        return;
    (void)rw_fail(&err, RW_FORBIDDEN, "caller.none",
                  "neither `from` nor `providerId` says which number to show");
    expect_usable(numbers, m->wish->to, NULL, &err);
    rw_making_fault(m, &err, m->wish->from_pointer);
}

void rw_making_not_on_route(struct rw_making *m, const struct rw_row_route *const *routes,
                            size_t count)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    const struct rw_route_wish *w = m->wish;
    struct rw_slice shown = rw_slice_str(m->number->e164);
    const struct rw_row_number *instead;
    const char *prefixes = routes[0]->caller_prefixes;
    struct rw_err err;

    for (size_t i = 1; prefixes && i < count; i++)
        prefixes = rw_arena_printf(m->arena, "%s,%s", prefixes, routes[i]->caller_prefixes);
    if (!numbers || !prefixes)
        return;
    (void)rw_fail(&err, RW_FORBIDDEN, "caller.not_on_route",
                  "no route to this number takes calls that show this one");
    rw_err_found(&err, "%s; route %.40s is for %.40s", m->number->e164, routes[0]->name,
                 routes[0]->caller_prefixes);
    expect_usable(numbers, shown, prefixes, &err);
    instead = nearest_to(numbers, shown, prefixes);
    if (instead)
        rw_err_suggest(&err, "%s", w->from.n || !w->provider.n ? instead->e164 : instead->id);
    rw_making_fault(m, &err, w->from.n || !w->provider.n ? w->from_pointer : w->provider_pointer);
}

/* A number of the tenant that was found: may it be shown? */
static void check_number(struct rw_making *m, const struct rw_row_number *number,
                         const char *pointer)
{
    if (rw_route_usable(number))
        m->number = number;
    else
        not_usable(m, number, NULL, pointer);
}

/* Caller id: by providerId, by `from`, by both if they agree; if nothing is named, the routes say. */
void rw_making_find_number(struct rw_making *m)
{
    const struct rw_route_wish *w = m->wish;
    const struct rw_row_number *of_from = NULL, *of_provider = NULL;
    bool from_given = w->from_pointer && w->from_pointer[0] && w->from.n == 0;
    bool provider_given = w->provider_pointer && w->provider_pointer[0] && w->provider.n == 0;
    bool no_from = false, no_id = false;
    struct rw_err err;

    if (w->from.n &&
        !rw_making_settled(m,
                           rw_table_number_by_e164(m->table, w->tenant_id, w->from, &of_from, &err),
                           &err, &no_from) &&
        !no_from)
        return;
    if (w->provider.n &&
        !rw_making_settled(
            m, rw_table_number_by_id(m->table, w->tenant_id, w->provider, &of_provider, &err), &err,
            &no_id) &&
        !no_id)
        return;
    if (no_from)
        not_owned(m, of_provider);
    if (no_id)
        no_provider(m, of_from);
    if (of_from && of_provider && strcmp(of_from->id, of_provider->id) != 0)
        mismatch(m, of_provider, of_from);
    if (of_from)
        check_number(m, of_from, w->from_pointer);
    else if (of_provider)
        check_number(m, of_provider, w->provider_pointer);
    else if (!no_from && !no_id && !from_given && !provider_given)
        m->choosing = true;
    if (m->number && (of_from || of_provider))
        m->caller = !of_provider ? RW_ROUTE_CALLER_FROM
                    : of_from    ? RW_ROUTE_CALLER_BOTH
                                 : RW_ROUTE_CALLER_PROVIDER;
}
