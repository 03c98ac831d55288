#include "api/suggest.h"

#include "api/calls_judge.h"
#include "api/number.h"
#include "base/mem.h"
#include "json/write.h"

#define SUGGESTION_BYTES_MAX 2048

/* What a suggestion may keep of the caller's wish, the most first. */
static const struct {
    bool from, provider;
} keeps[] = {{true, true}, {true, false}, {false, true}, {false, false}};

static void write_number(struct rw_json_writer *w, const char *key, struct rw_slice number)
{
    if (!number.p)
        return;
    rw_json_open_object(w, key);
    rw_json_slice(w, "phoneNumber", number);
    rw_json_close(w);
}

/* In the form that the caller used. */
static void write_wish(struct rw_buf *buf, const struct rw_wish *wish)
{
    struct rw_json_writer w = rw_json_writer(buf);

    rw_json_open_object(&w, NULL);
    if (wish->contract_form) {
        rw_json_slice(&w, "phoneNumber", wish->to);
        if (wish->from.p)
            rw_json_slice(&w, "callerId", wish->from);
    } else {
        write_number(&w, "to", wish->to);
        write_number(&w, "from", wish->from);
        rw_json_str(&w, "callType", "outbound");
        if (wish->provider_id.p)
            rw_json_slice(&w, "providerId", wish->provider_id);
    }
    rw_json_opt(&w, "callerIdName", wish->caller_name);
    rw_json_close(&w);
}

static struct rw_slice render(struct rw_request *r, const struct rw_wish *wish)
{
    struct rw_slice text = {NULL, 0};
    struct rw_buf buf;

    rw_buf_init(&buf, SUGGESTION_BYTES_MAX);
    write_wish(&buf, wish);
    if (!buf.failed) {
        text.p = rw_arena_copy(r->arena, rw_buf_slice(&buf));
        text.n = text.p ? buf.len : 0;
    }
    rw_buf_done(&buf);
    return text;
}

static bool is_accepted(const struct rw_request *r, const struct rw_wish *wish, const char *user_id,
                        bool agentless)
{
    struct rw_faults *faults = rw_calloc(1, sizeof(*faults));
    struct rw_call_judgement judgement;
    bool accepted;

    accepted = faults && rw_call_judge(r, wish, user_id, agentless, faults, NULL, &judgement);
    rw_free(faults);
    return accepted;
}

/* The providerId that was written, or the one that the server suggests instead of it. */
static struct rw_slice mended_provider(const struct rw_request *r, const struct rw_wish *wish,
                                       const char *user_id, bool agentless)
{
    struct rw_faults *faults = rw_calloc(1, sizeof(*faults));
    struct rw_slice provider = wish->provider_id;
    struct rw_call_judgement judgement;
    const char *copy;

    if (!faults)
        return provider;
    (void)rw_call_judge(r, wish, user_id, agentless, faults, NULL, &judgement);
    for (uint32_t i = 0; i < faults->count; i++) {
        const struct rw_err *err = &faults->at[i];

        if (strcmp(err->pointer, "/providerId") != 0 || !err->suggestion[0])
            continue;
        copy = rw_arena_copy(r->arena, rw_slice_str(err->suggestion));
        if (copy)
            provider = rw_slice_str(copy);
    }
    rw_free(faults);
    return provider;
}

/* The number that was meant, in E.164, in the arena; p = NULL when nobody can say. */
static struct rw_slice corrected(const struct rw_request *r, struct rw_slice text)
{
    struct rw_address address;

    if (!text.p || !rw_number_guess(text, NULL, &address))
        return (struct rw_slice){NULL, 0};
    return rw_slice_str(rw_arena_copy(r->arena, rw_slice_str(address.e164)));
}

void rw_suggest_call(struct rw_request *r, const char *user_id, bool agentless)
{
    struct rw_wish wish;

    if (!r->may || !json_is_object(r->body) || !rw_wish_guess(r->body, r->arena, &wish))
        return;
    wish.to = corrected(r, wish.to);
    wish.from = corrected(r, wish.from);
    if (!wish.to.p)
        return;
    if (wish.provider_id.p)
        wish.provider_id = mended_provider(r, &wish, user_id, agentless);
    if (!wish.provider_id.n) /* said, but empty: that is no id to repeat */
        wish.provider_id.p = NULL;
    for (size_t i = 0; i < sizeof(keeps) / sizeof(keeps[0]); i++) {
        struct rw_wish less = wish;

        if (!keeps[i].from)
            less.from = (struct rw_slice){NULL, 0};
        if (!keeps[i].provider)
            less.provider_id = (struct rw_slice){NULL, 0};
        if (is_accepted(r, &less, user_id, agentless)) {
            r->suggested = render(r, &less);
            return;
        }
    }
}
