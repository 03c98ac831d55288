/* Any text as calling hours, prefixes, caps and an amount: refused with a place inside, or what was read holds. */
#include "policy/hours.h"
#include "policy/prefixes.h"
#include "spend/caps.h"
#include "spend/money.h"

#include <stdlib.h>

static void hours(struct rw_slice text, struct rw_arena *arena)
{
    struct rw_hours read;
    struct rw_err err = {.offset = 0};

    if (rw_hours_compile(text, arena, &read, &err) != RW_OK) {
        if (err.offset > (int32_t)text.n)
            abort();
        return;
    }
    for (size_t i = 0; i < read.count; i++)
        if (read.at[i].from_min > 1440 || read.at[i].to_min > 1440 ||
            read.at[i].from_min == read.at[i].to_min)
            abort();
}

static void prefixes(struct rw_slice text, struct rw_arena *arena)
{
    struct rw_prefixes read;

    if (rw_prefixes_compile(text, arena, &read, NULL) != RW_OK)
        return;
    for (size_t i = 0; i < read.count; i++)
        if (!rw_prefixes_find(&read, rw_slice_str(read.at[i])))
            abort();
}

static void caps(struct rw_slice text, struct rw_arena *arena)
{
    struct rw_account accounts[RW_CAPS_A_CALL];
    struct rw_caps read;

    if (rw_caps_compile(text, arena, &read, NULL) == RW_OK &&
        rw_caps_of_call(&read, "c", "u", NULL, 1795694400000, accounts) > RW_CAPS_A_CALL)
        abort();
}

static void amount(struct rw_slice text)
{
    int64_t micro, again;
    char written[RW_MONEY_TEXT];

    if (rw_money_read(text, &micro) &&
        (!rw_money_read(rw_slice_str(rw_money_write(micro, written)), &again) || again != micro))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice text = {(const char *)data, size};
    struct rw_arena arena;

    rw_arena_init(&arena, 4u << 20);
    hours(text, &arena);
    prefixes(text, &arena);
    caps(text, &arena);
    amount(text);
    rw_arena_done(&arena);
    return 0;
}
