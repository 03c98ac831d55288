#include "api/suggest.h"

#include "api/calls_judge.h"
#include "api/number.h"
#include "api/rewrite.h"
#include "api/router.h"
#include "base/mem.h"

/* What a suggestion may keep of the caller's wish, the most first. */
static const struct {
    bool from, provider;
} keeps[] = {{true, true}, {true, false}, {false, true}, {false, false}};

/* ------------------------------------------------------------------ the fact that is missing */

#define E164 "write it with '+', country code and all digits, as in +6591234567"

/* By the code of what stands in the way: what has to be known, and how to come by it. */
static const struct {
    const char *code, *what;
    const char *how; /* NULL: as the fault expects it */
} facts[] = {
    {"address.area_code_missing", "the area code of the number to call",
     "put it between the country code and the rest, as in +1 202 555 0123"},
    {"address.missing_plus", "the country code of the number to call",
     "put '+' and the country code in front of the number, as in +6591234567"},
    {"address.short_code", "the whole number to call",
     "short numbers and extensions work within one network only; " E164},
    {"address.too_short", "the missing digits of the number to call", E164},
    {"address.placeholder", "the number to call", "fill the placeholder in; " E164},
    {"address.scientific_notation", "all digits of the number to call",
     "take them from where the number was kept before the spreadsheet, and send it as text"},
    {"address.is_an_id", "the telephone number of whoever that id stands for",
     "calls go to telephone numbers only; " E164},
    {"address.emergency_number", "a number that is no emergency number",
     "call emergency services by telephone"},
    {"address.type_refused", "a number that the tenant's policy lets be called",
     "call another number, or have an administrator change the policy"},
    {"address.region_refused", "a number that the tenant's policy lets be called",
     "call another number, or have an administrator change the policy"},
    {"address.unassigned_range", "a number that is in use",
     "compare it with where it came from, digit by digit"},
    {"caller.none", "the number to show", NULL},
    {"caller.not_on_route", "a number to show that the route takes", NULL},
    {"user.not_found", "the user who calls", NULL},
    {"station.missing", "a station for the user, whose telephone rings first", NULL},
    {"station.inactive", "a station for the user, whose telephone rings first", NULL},
    {"route.none", "a route to this number", NULL},
    {"route.trunk_inactive", "an active trunk for this number", NULL},
};

/* Of a code that the table does not have nobody but the server's operator can know anything. */
static void missing(struct rw_request *r, const struct rw_err *err)
{
    const char *code = err->code ? err->code : "", *what = NULL, *how = NULL;

    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if (strcmp(facts[i].code, code) == 0) {
            what = facts[i].what;
            how = facts[i].how;
        }
    if (!what && strncmp(code, "address.", 8) == 0)
        what = "the number to call";
    if (!what)
        return;
    if (!how && err->expected[0])
        how = rw_arena_copy(r->arena, rw_slice_str(err->expected));
    r->missing = (struct rw_missing_fact){
        .pointer = err->pointer[0] ? rw_arena_copy(r->arena, rw_slice_str(err->pointer)) : NULL,
        .what = what,
        .how = how ? how : E164,
    };
}

/* Of a number at a place: what keeps it from being called. */
static void missing_number(struct rw_request *r, struct rw_slice text, const char *at)
{
    struct rw_faults *faults = rw_calloc(1, sizeof(*faults));
    struct rw_address address;

    if (!faults)
        return;
    if (!rw_number_judge(text, at, &r->api->numbers.called, &address, faults, NULL) &&
        faults->count)
        missing(r, &faults->at[0]);
    rw_free(faults);
}

static void missing_destination(struct rw_request *r, const struct rw_meant *meant)
{
    if (meant->wish.to.p)
        missing_number(r, meant->wish.to, meant->wish.to_at);
    else if (meant->like)
        missing_number(r, meant->like->text, meant->like->at);
    else if (meant->to_choices)
        r->missing = (struct rw_missing_fact){
            .pointer = "/to/phoneNumber",
            .what = "which of the numbers to call",
            .how = "one call goes to one number: send a request for each",
        };
    else
        r->missing = (struct rw_missing_fact){
            .pointer = "/to/phoneNumber",
            .what = "the number to call",
            .how = E164,
        };
}

/* ------------------------------------------------------------------ what would pass */

/* Judges a wish. The faults are the caller's to free; NULL when memory is out. */
static struct rw_faults *judge(const struct rw_request *r, const struct rw_wish *wish,
                               const char *user_id, bool agentless, bool *ret_accepted)
{
    struct rw_faults *faults = rw_calloc(1, sizeof(*faults));
    struct rw_call_judgement judgement;

    *ret_accepted = faults && rw_call_judge(r, wish, user_id, agentless, faults, NULL, &judgement);
    return faults;
}

/* The providerId that was written, or the one that the server suggests instead of it. */
static struct rw_slice mended_provider(const struct rw_request *r, const struct rw_wish *wish,
                                       const char *user_id, bool agentless)
{
    bool accepted;
    struct rw_faults *faults = judge(r, wish, user_id, agentless, &accepted);
    struct rw_slice provider = wish->provider_id;

    for (uint32_t i = 0; faults && i < faults->count; i++) {
        const struct rw_err *err = &faults->at[i];
        const char *copy;

        if (strcmp(err->pointer, wish->provider_at) != 0 || !err->suggestion[0])
            continue;
        copy = rw_arena_copy(r->arena, rw_slice_str(err->suggestion));
        if (copy)
            provider = rw_slice_str(copy);
    }
    rw_free(faults);
    return provider;
}

static struct rw_slice number_or_none(const char *e164)
{
    return e164[0] ? rw_slice_str(e164) : (struct rw_slice){NULL, 0};
}

/* The most of the wish that passes. False, with what stands in the way told, when nothing does. */
static bool find_passing(struct rw_request *r, struct rw_wish *wish, const char *user_id,
                         bool agentless)
{
    const struct rw_wish whole = *wish;
    const size_t last = sizeof(keeps) / sizeof(keeps[0]) - 1;

    for (size_t i = 0; i <= last; i++) {
        struct rw_faults *faults;
        bool accepted;

        if ((keeps[i].from && !whole.from.p) || (keeps[i].provider && !whole.provider_id.p))
            continue;
        *wish = whole;
        if (!keeps[i].from)
            wish->from = (struct rw_slice){NULL, 0};
        if (!keeps[i].provider)
            wish->provider_id = (struct rw_slice){NULL, 0};
        faults = judge(r, wish, user_id, agentless, &accepted);
        if (!accepted && i == last && faults && faults->count)
            missing(r, &faults->at[0]);
        rw_free(faults);
        if (accepted)
            return true;
    }
    return false;
}

void rw_suggest_call(struct rw_request *r, const struct rw_meant *meant, const char *user_id,
                     bool agentless)
{
    struct rw_wish wish = meant->wish;

    if (!r->may)
        return;
    wish.to = number_or_none(meant->to_e164);
    wish.from = number_or_none(meant->from_e164);
    if (!wish.to.p) {
        missing_destination(r, meant);
        return;
    }
    if (wish.provider_id.p)
        wish.provider_id = mended_provider(r, &wish, user_id, agentless);
    if (find_passing(r, &wish, user_id, agentless))
        r->suggested = rw_rewrite(r->operation->request, r->body, &wish, r->arena);
}
