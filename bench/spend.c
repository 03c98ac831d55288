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
#include "measure.h"
#include "policy/calling.h"
#include "spend/ledger.h"
#include "spend/money.h"

#define ROUNDS 7
#define LIMIT 10.0

static char numbers[BENCH_NUMBERS][16];
static struct bench_numbers known;
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

static void make_load(void)
{
    static struct rw_faults faults;
    struct rw_arena arena;
    struct rw_buf csv;
    double began;

    rw_buf_init(&csv, RW_RATES_BYTES);
    for (uint32_t i = 0; i < BENCH_NUMBERS; i++) {
        uint32_t prefix = 10 + i * 7919u % 99999989u;

        rw_buf_printf(&csv, "+%u,0.%04u\n", prefix, i % 10000);
        (void)snprintf(numbers[i * 61u % BENCH_NUMBERS], sizeof(numbers[0]), "%u%06u", prefix,
                       i % 1000000);
    }
    bench_must(!csv.failed, "the file is too large");
    for (uint32_t i = 0; i < BENCH_NUMBERS; i++)
        *bench_numbers_at(&known, numbers[i]) = numbers[i];
    began = bench_cpu_ns();
    bench_must(rw_rates_read(rw_buf_slice(&csv), &rates, &faults) == RW_OK, "no rates");
    printf("%u rates read in %.1f ms, %zu KiB\n", rates->count, (bench_cpu_ns() - began) / 1e6,
           rates->count * sizeof(rates->at[0]) >> 10);
    rw_buf_done(&csv);
    bench_must(rw_ledger_new(&ledger, NULL) == RW_OK, "no ledger");
    for (size_t i = 0; i < terms.count; i++)
        bench_must(rw_ledger_know(ledger, "t", &terms.accounts[i], 0, NULL) == RW_OK, "no account");
    terms.rate = rates->at[0];
    rw_arena_init(&arena, 1u << 16);
    bench_must(rw_zones_new(&zones, RW_ZONES_DIRECTORY, NULL) == RW_OK, "no zones");
    bench_must(rw_calling_compile(&rw_calling_default, &arena, &calling, NULL) == RW_OK,
               "no policy");
    rw_address_judge("+6591234567", 11, NULL, &called);
}

static void look_up(const char *number)
{
    sink += (uintptr_t)*bench_numbers_at(&known, number);
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

static double median_ns(void (*run)(const char *number))
{
    double took[ROUNDS];

    for (int round = 0; round < ROUNDS; round++) {
        double began = bench_cpu_ns();

        for (uint32_t i = 0; i < BENCH_NUMBERS; i++)
            run(numbers[i]);
        took[round] = (bench_cpu_ns() - began) / BENCH_NUMBERS;
    }
    return bench_median(took, ROUNDS);
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
