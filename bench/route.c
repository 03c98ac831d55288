/*
 * What a route decision costs with 10,000 routes and 100,000 prefixes: from a called number to the trunks to
 * be asked, and the whole plan of a call with its caller id and targets. The control is a look-up of the same
 * number in a hash table of 100,000 numbers.
 *
 *     build/bench/bench_route        prints nanoseconds and ratios; exit 1 when the decision is over 10
 *
 * Load: prefixes of 1 to 7 digits and the empty one, each route with ten of them and three trunks; 100,000
 * numbers in any order, nine of ten behind a prefix of their own. Median of seven rounds over all numbers, the
 * three taken in turns.
 */
#include "base/id.h"
#include "base/mem.h"
#include "measure.h"
#include "route/making.h"

#include <malloc.h>
#include <unistd.h>

#define ROUNDS 7
#define ROUTES 10000u
#define PREFIXES 10u /* of a route */
#define LIMIT 10.0
#define TENANT "0192f000-0000-7000-8000-00000000000a"

static char numbers[BENCH_NUMBERS][24];
static struct bench_numbers known;
static uint64_t seed = 20260101;

static uint32_t next_random(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % below);
}

/* ------------------------------------------------------------------ the configuration */

/* The n-th prefix: what is short is rare, as with countries and areas. */
static void write_prefix(unsigned n, char dst[16])
{
    if (n < 9)
        (void)snprintf(dst, 16, "%u", n + 1);
    else if (n < 90)
        (void)snprintf(dst, 16, "%u", n + 10);
    else if (n < 900)
        (void)snprintf(dst, 16, "%u", n + 100);
    else if (n < 9000)
        (void)snprintf(dst, 16, "%u", n + 1000);
    else
        (void)snprintf(dst, 16, "%u%02u", 10000 + n * 89 % 90000, n % 3 ? n % 100 : n % 10);
}

static void commit(struct rw_tx *tx)
{
    struct rw_err err;

    bench_must(rw_tx_commit(tx, &err) == RW_OK, "the store refuses the configuration");
}

static void put_trunks(struct rw_store *store)
{
    struct rw_tx *tx = rw_tx_new(store);

    bench_must(tx != NULL, "memory");
    rw_tx_put_tenant(tx, &(struct rw_row_tenant){.id = TENANT, .name = "Bench"});
    rw_tx_put_number(tx, &(struct rw_row_number){.id = "bench",
                                                 .tenant_id = TENANT,
                                                 .edge_id = "edge",
                                                 .e164 = "+6534567890",
                                                 .state = "active",
                                                 .outbound_allowed = true,
                                                 .version = 1});
    for (unsigned i = 0; i < 50; i++) {
        char id[RW_ID_TEXT], name[16];

        (void)snprintf(id, sizeof(id), "0192f000-0000-7000-8000-%012u", i);
        (void)snprintf(name, sizeof(name), "Trunk %u", i);
        rw_tx_put_trunk(tx, &(struct rw_row_trunk){.id = id,
                                                   .tenant_id = TENANT,
                                                   .edge_id = "edge",
                                                   .name = name,
                                                   .state = "active",
                                                   .host = "192.0.2.1",
                                                   .port = 5060,
                                                   .transport = "udp",
                                                   .version = 1});
    }
    commit(tx);
}

static void put_route(struct rw_tx *tx, unsigned i)
{
    char name[16], prefixes[200], trunks[3 * RW_ID_TEXT], prefix[16];
    struct rw_id id = rw_id_new(0);
    size_t n = 0;

    for (unsigned p = 0; p < PREFIXES; p++) {
        write_prefix(i + p * ROUTES, prefix);
        n += (size_t)snprintf(prefixes + n, sizeof(prefixes) - n, "%s%s", p ? "," : "",
                              i + p ? prefix : "");
    }
    (void)snprintf(name, sizeof(name), "Route %u", i);
    (void)snprintf(trunks, sizeof(trunks),
                   "0192f000-0000-7000-8000-%012u,0192f000-0000-7000-8000-%012u,"
                   "0192f000-0000-7000-8000-%012u",
                   i % 50, (i + 1) % 50, (i + 7) % 50);
    rw_tx_put_route(tx, &(struct rw_row_route){.id = id.text,
                                               .tenant_id = TENANT,
                                               .site_id = "site",
                                               .name = name,
                                               .prefixes = prefixes,
                                               .trunk_ids = trunks,
                                               .distribution = "SEQUENTIAL",
                                               .classifications = "",
                                               .enabled = true,
                                               .version = 1});
}

static void put_routes(struct rw_store *store)
{
    for (unsigned from = 0; from < ROUTES; from += 1000) {
        struct rw_tx *tx = rw_tx_new(store);

        bench_must(tx != NULL, "memory");
        for (unsigned i = from; i < from + 1000; i++)
            put_route(tx, i);
        commit(tx);
    }
}

/* ------------------------------------------------------------------ the control */

static void draw_numbers(void)
{
    for (unsigned i = 0; i < BENCH_NUMBERS; i++) {
        char prefix[16] = "";

        do {
            if (i % 10)
                write_prefix(next_random(ROUTES * PREFIXES), prefix);
            (void)snprintf(numbers[i], sizeof(numbers[i]), "+%.7s%03u%05u", prefix,
                           100 + next_random(900) % 900, next_random(100000) % 100000);
        } while (*bench_numbers_at(&known, numbers[i]));
        *bench_numbers_at(&known, numbers[i]) = numbers[i];
    }
}

/* ------------------------------------------------------------------ measuring */

static double control_ns(void)
{
    double begin = bench_cpu_ns();
    size_t found = 0;

    for (unsigned i = 0; i < BENCH_NUMBERS; i++)
        found += *bench_numbers_at(&known, numbers[i]) == numbers[i];
    bench_must(found == BENCH_NUMBERS, "a number was not found");
    return (bench_cpu_ns() - begin) / BENCH_NUMBERS;
}

static struct rw_route_wish wish_of(unsigned i)
{
    return (struct rw_route_wish){.tenant_id = TENANT,
                                  .to = rw_slice_str(numbers[i]),
                                  .from = RW_LIT("+6534567890"),
                                  .to_pointer = "/phoneNumber",
                                  .from_pointer = "/callerId",
                                  .provider_pointer = ""};
}

static double decision_ns(struct rw_route_table *table)
{
    struct rw_faults faults = {.count = 0};
    double begin = bench_cpu_ns();
    uint32_t trunks = 0;

    for (unsigned i = 0; i < BENCH_NUMBERS; i++) {
        const struct rw_route_wish wish = wish_of(i);
        struct rw_making m = {.table = table, .wish = &wish, .faults = &faults};

        rw_table_refresh(table);
        rw_making_find_trunks(&m);
        trunks += m.trunk_count > 2;
    }
    bench_must(trunks == BENCH_NUMBERS && faults.count == 0, "a number found no trunk");
    return (bench_cpu_ns() - begin) / BENCH_NUMBERS;
}

static double plan_ns(struct rw_route_table *table)
{
    struct rw_faults faults = {.count = 0};
    double begin = bench_cpu_ns();

    for (unsigned i = 0; i < BENCH_NUMBERS; i++) {
        const struct rw_route_wish wish = wish_of(i);
        struct rw_route_plan plan;
        struct rw_arena arena;

        rw_arena_init(&arena, 65536);
        bench_must(rw_route_plan_make(table, &wish, "192.0.2.9:5060", &arena, &plan, &faults) ==
                       RW_OK,
                   "a number found no plan");
        rw_arena_done(&arena);
    }
    return (bench_cpu_ns() - begin) / BENCH_NUMBERS;
}

int main(void)
{
    char folder[] = "/tmp/rw-bench-route-XXXXXX", path[64], command[80];
    double control[ROUNDS], decision[ROUNDS], plan[ROUNDS], ratio[ROUNDS], whole[ROUNDS], begin;
    struct rw_store_reader *reader;
    struct rw_route_table *table;
    struct rw_store *store;
    struct mallinfo2 taken, held;
    struct rw_err err;

    bench_must(mkdtemp(folder) != NULL, "no folder for the store");
    (void)snprintf(path, sizeof(path), "%s/store.db", folder);
    bench_must(rw_store_open(&store, &(struct rw_store_options){.path = path}, &err) == RW_OK &&
                   rw_store_reader_new(store, &reader, &err) == RW_OK &&
                   rw_route_table_new(&table, store, reader, &err) == RW_OK,
               "no store");
    put_trunks(store);
    put_routes(store);
    draw_numbers();
    taken = mallinfo2();
    begin = bench_cpu_ns();
    (void)decision_ns(table);
    begin = bench_cpu_ns() - begin;
    held = mallinfo2();
    printf("route: configuration read and put together in %.0f ms, %.1f MiB\n", begin / 1e6,
           (double)(held.uordblks + held.hblkhd - taken.uordblks - taken.hblkhd) / (1u << 20));
    for (unsigned i = 0; i < ROUNDS; i++) {
        control[i] = control_ns();
        decision[i] = decision_ns(table);
        plan[i] = plan_ns(table);
        ratio[i] = decision[i] / control[i];
        whole[i] = plan[i] / control[i];
    }
    begin = bench_median(ratio, ROUNDS);
    printf("route: look-up %.0f ns, decision %.0f ns, whole plan %.0f ns\n",
           bench_median(control, ROUNDS), bench_median(decision, ROUNDS),
           bench_median(plan, ROUNDS));
    printf("route: decision / look-up %.2f (%.2f-%.2f), bound <= %.0f: %s\n", begin, ratio[0],
           ratio[ROUNDS - 1], LIMIT, begin <= LIMIT ? "ok" : "MISS");
    printf("route: whole plan / look-up %.2f (shown)\n", bench_median(whole, ROUNDS));
    rw_route_table_free(table);
    rw_store_reader_free(reader);
    rw_store_close(store);
    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command) || begin > LIMIT;
}
