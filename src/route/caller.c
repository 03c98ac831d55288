#include "route/making.h"

#include <stdio.h>

/* "+6534567890, +6534567891 and 3 more": the numbers that could be shown. */
static void list_usable(const struct rw_table_numbers *numbers, char *dst, size_t size)
{
    size_t shown = 0, usable = 0, n = 0;

    dst[0] = '\0';
    for (size_t i = 0; i < numbers->count; i++) {
        if (!rw_route_usable(&numbers->at[i]))
            continue;
        if (usable++ < 4 && n + 24 < size) {
            n += (size_t)snprintf(dst + n, size - n, "%s%.20s", shown ? ", " : "",
                                  numbers->at[i].e164);
            shown++;
        }
    }
    if (usable > shown && n < size)
        (void)snprintf(dst + n, size - n, " and %zu more", usable - shown);
}

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

static void expect_usable(const struct rw_table_numbers *numbers, struct rw_err *err)
{
    char list[140];

    list_usable(numbers, list, sizeof(list));
    if (list[0])
        rw_err_expected(err, "one of %s", list);
    else
        rw_err_expected(err, "a number that is active and allowed outbound; there is none yet");
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
    expect_usable(numbers, &err);
    if (!instead)
        instead = rw_route_nearest_number(numbers->at, numbers->count, w->from);
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

/* A number of the tenant that was found: may it be shown? */
static void check_number(struct rw_making *m, const struct rw_row_number *number,
                         const char *pointer)
{
    const struct rw_table_numbers *numbers;
    bool active = strcmp(number->state, "active") == 0;
    struct rw_err err;

    if (rw_route_usable(number)) {
        m->number = number;
        return;
    }
    numbers = all_numbers(m);
    if (!numbers)
        return;
    if (!active)
        (void)rw_fail(&err, RW_FORBIDDEN, "caller.inactive", "this number is not active");
    else
        (void)rw_fail(&err, RW_FORBIDDEN, "caller.internal_only",
                      "this number is for internal calls only");
    rw_err_found(&err, "%s, state %s", number->e164, number->state);
    expect_usable(numbers, &err);
    rw_making_fault(m, &err, pointer);
}

static void choose_number(struct rw_making *m)
{
    const struct rw_table_numbers *numbers = all_numbers(m);
    struct rw_err err;

    if (!numbers)
        return;
    m->number = rw_route_default_number(numbers->at, numbers->count, m->wish->user_id);
    if (m->number) {
        m->caller = m->number->owner_user_id && m->wish->user_id &&
                            strcmp(m->number->owner_user_id, m->wish->user_id) == 0
                        ? RW_ROUTE_CALLER_USERS_OWN
                        : RW_ROUTE_CALLER_ONLY_USABLE;
        return;
    }
    (void)rw_fail(&err, RW_FORBIDDEN, "caller.none",
                  "neither `from` nor `providerId` says which number to show");
    expect_usable(numbers, &err);
    rw_making_fault(m, &err, m->wish->from_pointer);
}

/* Caller id: by providerId, by `from`, by both if they agree, or the only one there is. */
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
        choose_number(m);
    if (m->number && (of_from || of_provider))
        m->caller = !of_provider ? RW_ROUTE_CALLER_FROM
                    : of_from    ? RW_ROUTE_CALLER_BOTH
                                 : RW_ROUTE_CALLER_PROVIDER;
}
