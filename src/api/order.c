#include "api/order.h"

enum rank {
    RANK_TOKEN,
    RANK_REQUEST,
    RANK_JSON,
    RANK_DESTINATION_HOLDER,
    RANK_DESTINATION_FORM,
    RANK_DESTINATION_NUMBER,
    RANK_CALLER_HOLDER,
    RANK_CALLER_FORM,
    RANK_CALLER_NUMBER,
    RANK_REST,
    RANK_OWNED
};

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/*
 * Which end of the call the member is about: by what it holds, else by the name it stands below. A
 * foreign name alone does not tell when the destination is known to be elsewhere.
 */
static enum rw_foreign_role role_of(const struct rw_guess *guess, const struct rw_meant *meant,
                                    const char *pointer)
{
    const struct rw_foreign *row;
    bool caller = false;
    char name[64];

    for (uint32_t i = 0; i < guess->count; i++) {
        const struct rw_guess_find *find = &guess->at[i];

        if (!rw_guess_within(pointer, find->at))
            continue;
        if (find->role == RW_FOREIGN_DESTINATION)
            return find->role;
        caller |= find->role == RW_FOREIGN_CALLER;
    }
    if (caller)
        return RW_FOREIGN_CALLER;
    if (pointer[0] != '/' ||
        !rw_slice_copy(name, sizeof(name),
                       (struct rw_slice){pointer + 1, strcspn(pointer + 1, "/")}))
        return RW_FOREIGN_NOTHING;
    row = rw_foreign_find(RW_FOREIGN_TOP, name, NULL);
    return row && (!row->why || !meant->wish.to.p) ? row->role : RW_FOREIGN_NOTHING;
}

static enum rank rank_of_form(const struct rw_guess *guess, const struct rw_meant *meant,
                              const struct rw_err *err)
{
    const struct rw_wish *wish = &meant->wish;
    const char *to = wish->to.p ? wish->to_at : meant->like ? meant->like->at : NULL;

    if (to && rw_guess_within(err->pointer, to))
        return RANK_DESTINATION_HOLDER;
    if (wish->from.p && rw_guess_within(err->pointer, wish->from_at))
        return RANK_CALLER_HOLDER;
    switch (role_of(guess, meant, err->pointer)) {
    case RW_FOREIGN_DESTINATION:
        return RANK_DESTINATION_FORM;
    case RW_FOREIGN_CALLER:
        return RANK_CALLER_FORM;
    default:
        return RANK_REST;
    }
}

static enum rank rank_of(const json_t *body, const struct rw_guess *guess,
                         const struct rw_meant *meant, const struct rw_err *err)
{
    const char *code = err->code ? err->code : "";

    if (starts(code, "auth.") || strcmp(code, "call.not_a_user") == 0)
        return RANK_TOKEN;
    if (starts(code, "request."))
        return RANK_REQUEST;
    if (starts(code, "call.destination_"))
        return RANK_DESTINATION_FORM;
    if (starts(code, "call."))
        return strcmp(code, "call.caller_id_ambiguous") == 0 ? RANK_CALLER_FORM : RANK_REST;
    if (starts(code, "address.") && guess)
        switch (role_of(guess, meant, err->pointer)) {
        case RW_FOREIGN_DESTINATION:
            return RANK_DESTINATION_NUMBER;
        case RW_FOREIGN_CALLER:
            return RANK_CALLER_NUMBER;
        default:
            return RANK_REST;
        }
    if (strcmp(code, "body.placeholder") == 0 || strcmp(code, "body.bad_id") == 0)
        return RANK_REST;
    if (starts(code, "body."))
        return body && guess ? rank_of_form(guess, meant, err) : RANK_JSON;
    return RANK_OWNED;
}

void rw_order_faults(const json_t *body, const struct rw_guess *guess, const struct rw_meant *meant,
                     struct rw_faults *faults)
{
    enum rank ranks[RW_FAULTS_MAX];

    for (uint32_t i = 0; i < faults->count; i++)
        ranks[i] = rank_of(body, guess, meant, &faults->at[i]);
    for (uint32_t i = 1; i < faults->count; i++)
        for (uint32_t k = i; k > 0 && ranks[k] < ranks[k - 1]; k--) {
            struct rw_err err = faults->at[k];
            enum rank rank = ranks[k];

            faults->at[k] = faults->at[k - 1];
            ranks[k] = ranks[k - 1];
            faults->at[k - 1] = err;
            ranks[k - 1] = rank;
        }
}
