#include "understand.h"

#include "api/explain.h"
#include "api/order.h"
#include "api/rewrite.h"
#include "api/router.h"
#include "json/locate.h"
#include "json/read.h"

#include <stdlib.h>

static struct rw_guess guess, again;
static struct rw_faults faults, warnings;

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The form of a body that places a call. */
static const struct rw_schema *schema_of_calls(void)
{
    const struct rw_operation *operations;
    size_t count = rw_router_operations(&operations);

    for (size_t i = 0; i < count; i++)
        if (strcmp(operations[i].id, "postConversationsCalls") == 0)
            return operations[i].request;
    abort();
}

static void check_finds(struct rw_slice text)
{
    struct rw_json_place place;

    require(guess.count <= RW_GUESS_MAX);
    for (uint32_t i = 0; i < guess.count; i++)
        require(rw_json_locate(text, guess.at[i].at, &place, NULL));
}

static void check_faults(struct rw_slice text, struct rw_faults *found)
{
    rw_schema_locate(text, found);
    for (uint32_t i = 0; i < found->count; i++) {
        const struct rw_err *err = &found->at[i];

        require(err->code && err->message[0]);
        require(err->line == 0 || (err->offset >= 0 && (size_t)err->offset <= text.n));
        require(err->line > 0 || err->pointer[0] != '/');
    }
}

/* The wish as it would be suggested: of the right form, and read as it was meant. */
static void check_rewrite(const json_t *body, const struct rw_meant *meant, struct rw_arena *arena)
{
    const struct rw_schema *schema = schema_of_calls();
    struct rw_wish wish = meant->wish;
    struct rw_meant back;
    struct rw_slice text;
    json_t *tree = NULL;

    wish.to = rw_slice_str(meant->to_e164);
    wish.from = meant->from_e164[0] ? rw_slice_str(meant->from_e164) : (struct rw_slice){NULL, 0};
    wish.provider_id = (struct rw_slice){NULL, 0};
    text = rw_rewrite(schema, body, &wish, arena);
    require(text.p && rw_json_read(text, NULL, &tree, NULL) == RW_OK);
    faults.count = faults.dropped = 0;
    rw_schema_check(schema, tree, RW_SCHEMA_REQUEST, &faults, NULL);
    require(faults.count == 0);
    require(rw_guess_read(tree, arena, &again));
    rw_meant_choose(&again, tree, &back);
    require(strcmp(back.to_e164, meant->to_e164) == 0);
    require(strcmp(back.from_e164, meant->from_e164) == 0);
    json_decref(tree);
}

void fuzz_understand(struct rw_slice text, const json_t *body)
{
    struct rw_arena arena;
    struct rw_meant meant;

    rw_arena_init(&arena, 1u << 20);
    require(rw_guess_read(body, &arena, &guess));
    check_finds(text);
    rw_meant_choose(&guess, body, &meant);
    faults.count = faults.dropped = warnings.count = warnings.dropped = 0;
    rw_schema_check(schema_of_calls(), body, RW_SCHEMA_REQUEST, &faults, &warnings);
    rw_explain(&guess, &meant, true, &faults, &warnings);
    rw_order_faults(body, &guess, &meant, &faults);
    check_faults(text, &faults);
    check_faults(text, &warnings);
    if (meant.to_e164[0])
        check_rewrite(body, &meant, &arena);
    rw_arena_done(&arena);
}
