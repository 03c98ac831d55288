/*
 * What it costs a call to be counted and judged: its rate among 100,000 prefixes, its money taken and given
 * back, the calling policy asked. The control is a look-up of the number in a hash table of 100,000 numbers.
 *
 *     build/bench/bench_spend        prints nanoseconds and ratios; exit 1 when the rate is over 10
 *
 * Load: prefixes of 2 to 8 digits, 100,000 numbers in any order that begin with one. Median of seven rounds.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "policy/calling.h"
#include "spend/ledger.h"
#include "spend/money.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 7
#define COUNT 100000u
#define SLOTS 262144u
#define LIMIT 10.0

static char numbers[COUNT][16];
static const char *slots[SLOTS];
static struct rw_rates *rates;
static struct rw_ledger *ledger;
static struct rw_zones *zones;
static struct rw_calling calling;
static struct rw_address called;
static struct rw_spend_terms terms = {
    .tenant_id = "t",
    .slice_s = 60,
    .count = 2,
    .accounts = {{"client c 2026-11-26", RW_MONEY_MAX, UINT64_MAX},
                 {"tenant * 2026-11", RW_MONEY_MAX, UINT64_MAX}},
};
static volatile uintptr_t sink;

static double cpu_ns(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_spend: %s\n", what);
    exit(2);
}

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;

    while (*text)
        hash = (hash ^ (unsigned char)*text++) * 16777619u;
    return hash;
}

static const char **slot_of(const char *number)
{
    uint32_t i = hash_of(number) % SLOTS;

    while (slots[i] && strcmp(slots[i], number) != 0)
        i = (i + 1) % SLOTS;
    return &slots[i];
}

static void make_load(void)
{
    static struct rw_faults faults;
    struct rw_arena arena;
    struct rw_buf csv;
    double began;

    rw_buf_init(&csv, RW_RATES_BYTES);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t prefix = 10 + i * 7919u % 99999989u;

        rw_buf_printf(&csv, "+%u,0.%04u\n", prefix, i % 10000);
        (void)snprintf(numbers[i * 61u % COUNT], sizeof(numbers[0]), "%u%06u", prefix, i % 1000000);
    }
    must(!csv.failed, "the file is too large");
    for (uint32_t i = 0; i < COUNT; i++)
        *slot_of(numbers[i]) = numbers[i];
    began = cpu_ns();
    must(rw_rates_read(rw_buf_slice(&csv), &rates, &faults) == RW_OK, "no rates");
    printf("%u rates read in %.1f ms, %zu KiB\n", rates->count, (cpu_ns() - began) / 1e6,
           rates->count * sizeof(rates->at[0]) >> 10);
    rw_buf_done(&csv);
    must(rw_ledger_new(&ledger, NULL) == RW_OK, "no ledger");
    for (size_t i = 0; i < terms.count; i++)
        must(rw_ledger_know(ledger, "t", &terms.accounts[i], 0, NULL) == RW_OK, "no account");
    terms.rate = rates->at[0];
    rw_arena_init(&arena, 1u << 16);
    must(rw_zones_new(&zones, RW_ZONES_DIRECTORY, NULL) == RW_OK, "no zones");
    must(rw_calling_compile(&rw_calling_default, &arena, &calling, NULL) == RW_OK, "no policy");
    rw_address_judge("+6591234567", 11, NULL, &called);
}

static void look_up(const char *number)
{
    sink += (uintptr_t)*slot_of(number);
}

static void find_rate(const char *number)
{
    sink += (uintptr_t)rw_rates_find(rates, rw_slice_str(number));
}

static void take_and_give_back(const char *number)
{
    struct rw_charge charge;

    (void)number;
    if (rw_ledger_begin(ledger, &terms, &charge, NULL) == RW_OK) {
        sink += (uintptr_t)rw_ledger_settle(ledger, &charge, 30);
        rw_ledger_leave(ledger, &charge);
    }
}

static void judge(const char *number)
{
    static struct rw_faults faults;

    (void)number;
    sink += rw_calling_judge(&calling, &called, zones, 1795694400000, "/to", &faults);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median_ns(void (*run)(const char *number))
{
    double took[ROUNDS];

    for (int round = 0; round < ROUNDS; round++) {
        double began = cpu_ns();

        for (uint32_t i = 0; i < COUNT; i++)
            run(numbers[i]);
        took[round] = (cpu_ns() - began) / COUNT;
    }
    qsort(took, ROUNDS, sizeof(took[0]), compare);
    return took[ROUNDS / 2];
}

int main(void)
{
    double control, rate, money, policy;

    make_load();
    control = median_ns(look_up);
    rate = median_ns(find_rate);
    money = median_ns(take_and_give_back);
    policy = median_ns(judge);
    printf(
        "hash look-up %.0f ns; rate %.0f ns (%.1f); two accounts taken and settled %.0f ns (%.1f); "
        "default policy %.0f ns (%.1f)\n",
        control, rate, rate / control, money, money / control, policy, policy / control);
    rw_rates_free(rates);
    return rate / control > LIMIT;
}
