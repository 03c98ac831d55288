#include "route/table.h"

#include "base/mem.h"

enum kind {
    NUMBER_BY_ID,
    NUMBER_BY_E164,
    USER,
    STATION,
    TRUNK,
    NUMBERS,
    PLANS,
    ROUTES,
    CALLING,
    SPEND,
    RATE_BOOK,
    LIMITS,
    FREEZE
};

struct slot {
    uint64_t hash;               /* 0 = free */
    const char *tenant_id, *key; /* in the arena, like the row */
    const void *row;             /* NULL: known not to be there */
    enum kind kind;
};

#define SLOTS ((size_t)2 * RW_ROUTE_REMEMBERED)
#define LOOKUPS_A_PLAN (RW_ROUTE_CONSIDERED + 16u) /* more than one plan can make */

struct rw_route_table {
    struct rw_store *store;
    struct rw_store_reader *reader;
    struct rw_zones *zones; /* these four outlast changes */
    struct rw_trunk_board *board;
    struct rw_rate_shelf shelf;
    struct rw_ledger *ledger;
    uint64_t generation;
    uint32_t used;
    bool starved; /* the arena refused: begin anew next time */
    struct rw_arena arena;
    struct slot slots[SLOTS];
};

enum rw_class rw_route_table_new(struct rw_route_table **ret, struct rw_store *store,
                                 struct rw_store_reader *reader, struct rw_err *err)
{
    struct rw_route_table *table = rw_calloc(1, sizeof(*table));

    if (!table)
        return rw_fail_memory(err);
    if (rw_zones_new(&table->zones, RW_ZONES_DIRECTORY, err) != RW_OK) {
        rw_free(table);
        return RW_NO_MEMORY;
    }
    table->store = store;
    table->reader = reader;
    table->generation = rw_store_generation(store);
    rw_arena_init(&table->arena, RW_TABLE_BYTES);
    *ret = table;
    return RW_OK;
}

void rw_route_table_free(struct rw_route_table *table)
{
    if (!table)
        return;
    rw_arena_done(&table->arena);
    rw_zones_free(table->zones);
    rw_rate_shelf_clear(&table->shelf);
    rw_free(table);
}

void rw_route_table_heed(struct rw_route_table *table, struct rw_trunk_board *board)
{
    table->board = board;
}

struct rw_trunk_board *rw_table_board(const struct rw_route_table *table)
{
    return table->board;
}

void rw_table_refresh(struct rw_route_table *table)
{
    uint64_t generation = rw_store_generation(table->store);

    if (generation == table->generation && !table->starved &&
        table->used + LOOKUPS_A_PLAN <= RW_ROUTE_REMEMBERED &&
        table->arena.used <= RW_TABLE_BYTES / 2)
        return;
    rw_arena_done(&table->arena);
    rw_arena_init(&table->arena, RW_TABLE_BYTES);
    memset(table->slots, 0, sizeof(table->slots));
    table->used = 0;
    table->starved = false;
    table->generation = generation;
}

/* ------------------------------------------------------------------ reading */

static enum rw_class no_memory(struct rw_route_table *table, struct rw_err *err)
{
    table->starved = true;
    return rw_fail_memory(err);
}

static enum rw_class read_numbers(struct rw_route_table *table, const char *tenant_id,
                                  const void **ret, struct rw_err *err)
{
    struct rw_table_numbers *list = rw_arena_alloc(&table->arena, sizeof(*list));
    struct rw_page page = {.size = RW_TABLE_LIST_MAX, .number = 1};

    *ret = list;
    if (!list)
        return rw_fail_memory(err);
    return rw_store_list_numbers(table->reader, tenant_id, &page, &table->arena, &list->at,
                                 &list->count, err);
}

static enum rw_class read_plans(struct rw_route_table *table, const char *tenant_id,
                                const void **ret, struct rw_err *err)
{
    struct rw_table_plans *list = rw_arena_alloc(&table->arena, sizeof(*list));
    struct rw_page page = {.size = RW_TABLE_LIST_MAX, .number = 1};
    struct rw_row_number_plan *rows;
    enum rw_class class;

    *ret = list;
    if (!list)
        return rw_fail_memory(err);
    class = rw_store_list_number_plans(table->reader, tenant_id, &page, &table->arena, &rows,
                                       &list->count, err);
    return class == RW_OK ? rw_number_plans_make(rows, list->count, &table->arena, &list->at, err)
                          : class;
}

/* The ways of all rules in one array; NULL when there are none, or no memory (*ret_count > 0). */
static struct rw_route_way *gather_ways(struct rw_route_table *table, struct rw_route_rule *rules,
                                        size_t *ret_count)
{
    struct rw_route_way *ways, *end;

    *ret_count = 0;
    for (const struct rw_route_rule *rule = rules; rule; rule = rule->next)
        *ret_count += rw_route_ways_count(rule);
    ways = end = *ret_count ? rw_arena_alloc(&table->arena, *ret_count * sizeof(*ways)) : NULL;
    for (struct rw_route_rule *rule = rules; ways && rule; rule = rule->next)
        end = rw_route_ways(rule, end);
    return ways;
}

static enum rw_class read_routes(struct rw_route_table *table, const char *tenant_id,
                                 const void **ret, struct rw_err *err)
{
    struct rw_route_prefixes *prefixes = rw_arena_alloc(&table->arena, sizeof(*prefixes));
    struct rw_page page = {.size = RW_TABLE_LIST_MAX, .number = 1};
    struct rw_route_rule *rules = NULL, *rule;
    struct rw_route_way *ways;
    struct rw_row_route *rows;
    size_t count, way_count;
    enum rw_class rc;

    *ret = prefixes;
    if (!prefixes)
        return rw_fail_memory(err);
    rc = rw_store_list_routes(table->reader, tenant_id, &page, &table->arena, &rows, &count, err);
    for (size_t i = 0; rc == RW_OK && i < count; i++) {
        rc = rw_route_rule_make(&rows[i], table->zones, &table->arena, &rule, err);
        if (rc == RW_OK) {
            rule->next = rules;
            rules = rule;
        }
    }
    if (rc != RW_OK)
        return rc;
    ways = gather_ways(table, rules, &way_count);
    if (way_count && !ways)
        return rw_fail_memory(err);
    return rw_route_prefixes_make(prefixes, ways, way_count, &table->arena, err);
}

static enum rw_class read_calling(struct rw_route_table *table, const char *tenant_id,
                                  const void **ret, struct rw_err *err)
{
    struct rw_calling *calling = rw_arena_alloc(&table->arena, sizeof(*calling));
    struct rw_calling_texts texts = rw_calling_default;
    struct rw_row_calling_policy row;
    enum rw_class rc;

    *ret = calling;
    if (!calling)
        return rw_fail_memory(err);
    rc = rw_store_get_calling_policy(table->reader, tenant_id, &table->arena, &row, err);
    if (rc == RW_OK)
        texts = (struct rw_calling_texts){row.allowed_prefixes,
                                          row.blocked_prefixes,
                                          row.blocked_types,
                                          row.allowed_regions,
                                          row.hours,
                                          row.high_risk,
                                          row.freeze_after};
    else if (rc != RW_NOT_FOUND)
        return rc;
    rc = rw_calling_compile(&texts, &table->arena, calling, err);
    return rc == RW_MALFORMED ? rw_fail(err, RW_IO, "store.corrupt",
                                        "the calling policy that is stored can't be read")
                              : rc;
}

static enum rw_class read_spend(struct rw_route_table *table, const char *tenant_id,
                                const void **ret, struct rw_err *err)
{
    struct rw_table_spend *spend = rw_arena_alloc(&table->arena, sizeof(*spend));
    struct rw_row_spend_policy *row = rw_arena_alloc(&table->arena, sizeof(*row));
    enum rw_class rc;

    *ret = spend;
    if (!spend || !row)
        return rw_fail_memory(err);
    rc = rw_store_get_spend_policy(table->reader, tenant_id, &table->arena, row, err);
    if (rc != RW_OK)
        return rc;
    spend->row = row;
    rc = rw_caps_compile(rw_slice_str(row->caps), &table->arena, &spend->caps, err);
    if (*row->zone)
        spend->zone = rw_zones_get(table->zones, rw_slice_str(row->zone));
    return rc == RW_MALFORMED
               ? rw_fail(err, RW_IO, "store.corrupt", "the caps that are stored can't be read")
               : rc;
}

static enum rw_class read_book(struct rw_route_table *table, const char *tenant_id,
                               const void **ret, struct rw_err *err)
{
    struct rw_row_rate_book *row = rw_arena_alloc(&table->arena, sizeof(*row));

    *ret = row;
    return row ? rw_store_get_rate_book(table->reader, tenant_id, &table->arena, row, err)
               : rw_fail_memory(err);
}

static enum rw_class read_limits(struct rw_route_table *table, const char *tenant_id,
                                 const void **ret, struct rw_err *err)
{
    struct rw_route_limits *limits = rw_arena_alloc(&table->arena, sizeof(*limits));
    struct rw_row_call_limits row = {.classes = "", .clients = ""};
    enum rw_class rc;

    *ret = limits;
    if (!limits)
        return rw_fail_memory(err);
    rc = rw_store_get_call_limits(table->reader, tenant_id, &table->arena, &row, err);
    return rc == RW_OK || rc == RW_NOT_FOUND
               ? rw_route_limits_read(&row, &table->arena, limits, err)
               : rc;
}

#define READ_ROW(type, call)                                                                       \
    do {                                                                                           \
        struct type *row = rw_arena_alloc(&table->arena, sizeof(*row));                            \
        *ret = row;                                                                                \
        return row ? call(table->reader, tenant_id, key, &table->arena, row, err)                  \
                   : rw_fail_memory(err);                                                          \
    } while (0)

static enum rw_class read_row(struct rw_route_table *table, enum kind kind, const char *tenant_id,
                              const char *key, const void **ret, struct rw_err *err)
{
    switch (kind) {
    case NUMBER_BY_ID:
        READ_ROW(rw_row_number, rw_store_get_number);
    case NUMBER_BY_E164:
        READ_ROW(rw_row_number, rw_store_find_number);
    case USER:
        READ_ROW(rw_row_user, rw_store_get_user);
    case STATION:
        READ_ROW(rw_row_station, rw_store_get_station);
    case TRUNK:
        READ_ROW(rw_row_trunk, rw_store_get_trunk);
    case FREEZE:
        READ_ROW(rw_row_freeze, rw_store_get_freeze);
    case NUMBERS:
        return read_numbers(table, tenant_id, ret, err);
    case PLANS:
        return read_plans(table, tenant_id, ret, err);
    case ROUTES:
        return read_routes(table, tenant_id, ret, err);
    case CALLING:
        return read_calling(table, tenant_id, ret, err);
    case LIMITS:
        return read_limits(table, tenant_id, ret, err);
    case RATE_BOOK:
        return read_book(table, tenant_id, ret, err);
    case SPEND:
    default:
        return read_spend(table, tenant_id, ret, err);
    }
}

/* ------------------------------------------------------------------ remembering */

/* Eight bytes at a step: every call passes here several times. */
static uint64_t mix(uint64_t hash, struct rw_slice text)
{
    uint64_t word = text.n;

    for (;;) {
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
        if (!text.n)
            return hash;
        word = 0;
        memcpy(&word, text.p, text.n < sizeof(word) ? text.n : sizeof(word));
        text = rw_slice_from(text, sizeof(word));
    }
}

/* The slot that remembers this, or the free one where it belongs. Half of the slots are free. */
static struct slot *find(struct rw_route_table *table, const struct slot *wanted,
                         struct rw_slice key)
{
    for (size_t i = wanted->hash >> 17;; i++) {
        struct slot *slot = &table->slots[i % SLOTS];

        if (!slot->hash || (slot->hash == wanted->hash && slot->kind == wanted->kind &&
                            rw_slice_eq(rw_slice_str(slot->key), key) &&
                            strcmp(slot->tenant_id, wanted->tenant_id) == 0))
            return slot;
    }
}

static enum rw_class look_up(struct rw_route_table *table, enum kind kind, const char *tenant_id,
                             struct rw_slice key, const void **ret, struct rw_err *err)
{
    struct slot wanted = {.kind = kind, .tenant_id = tenant_id};
    struct slot *slot;
    enum rw_class rc;

    if (key.n > 64 || (key.n && memchr(key.p, 0, key.n)))
        return rw_fail(err, RW_NOT_FOUND, "store.not_found", "there is no such thing");
    wanted.hash = mix(mix(0xcbf29ce484222325u + kind, rw_slice_str(tenant_id)), key) | 1;
    slot = find(table, &wanted, key);
    if (!slot->hash) {
        wanted.tenant_id = rw_arena_copy(&table->arena, rw_slice_str(tenant_id));
        wanted.key = rw_arena_copy(&table->arena, key);
        if (!wanted.tenant_id || !wanted.key)
            return no_memory(table, err);
        rc = read_row(table, kind, tenant_id, wanted.key, &wanted.row, err);
        if (rc == RW_NO_MEMORY)
            return no_memory(table, err);
        if (rc != RW_OK && rc != RW_NOT_FOUND)
            return rc;
        if (rc == RW_NOT_FOUND)
            wanted.row = NULL;
        *slot = wanted;
        table->used++;
    }
    if (!slot->row)
        return rw_fail(err, RW_NOT_FOUND, "store.not_found", "there is no such thing");
    *ret = slot->row;
    return RW_OK;
}

#define LOOK_UP(type, kind, key)                                                                   \
    const void *row = NULL;                                                                        \
    enum rw_class rc = look_up(table, kind, tenant_id, key, &row, err);                            \
                                                                                                   \
    if (rc == RW_OK)                                                                               \
        *ret = (const struct type *)row;                                                           \
    return rc

enum rw_class rw_table_number_by_id(struct rw_route_table *table, const char *tenant_id,
                                    struct rw_slice id, const struct rw_row_number **ret,
                                    struct rw_err *err)
{
    LOOK_UP(rw_row_number, NUMBER_BY_ID, id);
}

enum rw_class rw_table_number_by_e164(struct rw_route_table *table, const char *tenant_id,
                                      struct rw_slice e164, const struct rw_row_number **ret,
                                      struct rw_err *err)
{
    LOOK_UP(rw_row_number, NUMBER_BY_E164, e164);
}

enum rw_class rw_table_user(struct rw_route_table *table, const char *tenant_id, const char *id,
                            const struct rw_row_user **ret, struct rw_err *err)
{
    LOOK_UP(rw_row_user, USER, rw_slice_str(id));
}

enum rw_class rw_table_station(struct rw_route_table *table, const char *tenant_id, const char *id,
                               const struct rw_row_station **ret, struct rw_err *err)
{
    LOOK_UP(rw_row_station, STATION, rw_slice_str(id));
}

enum rw_class rw_table_trunk(struct rw_route_table *table, const char *tenant_id,
                             struct rw_slice id, const struct rw_row_trunk **ret,
                             struct rw_err *err)
{
    LOOK_UP(rw_row_trunk, TRUNK, id);
}

enum rw_class rw_table_numbers(struct rw_route_table *table, const char *tenant_id,
                               const struct rw_table_numbers **ret, struct rw_err *err)
{
    LOOK_UP(rw_table_numbers, NUMBERS, RW_LIT(""));
}

enum rw_class rw_table_plans(struct rw_route_table *table, const char *tenant_id,
                             const struct rw_table_plans **ret, struct rw_err *err)
{
    LOOK_UP(rw_table_plans, PLANS, RW_LIT(""));
}

enum rw_class rw_table_routes(struct rw_route_table *table, const char *tenant_id,
                              const struct rw_route_prefixes **ret, struct rw_err *err)
{
    LOOK_UP(rw_route_prefixes, ROUTES, RW_LIT(""));
}

enum rw_class rw_table_calling(struct rw_route_table *table, const char *tenant_id,
                               const struct rw_calling **ret, struct rw_err *err)
{
    LOOK_UP(rw_calling, CALLING, RW_LIT(""));
}

enum rw_class rw_table_spend(struct rw_route_table *table, const char *tenant_id,
                             const struct rw_table_spend **ret, struct rw_err *err)
{
    LOOK_UP(rw_table_spend, SPEND, RW_LIT(""));
}

static enum rw_class find_book(struct rw_route_table *table, const char *tenant_id,
                               const struct rw_row_rate_book **ret, struct rw_err *err)
{
    LOOK_UP(rw_row_rate_book, RATE_BOOK, RW_LIT(""));
}

enum rw_class rw_table_rates(struct rw_route_table *table, const char *tenant_id,
                             const struct rw_rates **ret, struct rw_err *err)
{
    const struct rw_row_rate_book *book;
    enum rw_class rc = find_book(table, tenant_id, &book, err);

    return rc == RW_OK ? rw_rate_shelf_get(&table->shelf, table->reader, book, ret, err) : rc;
}

void rw_route_table_count_in(struct rw_route_table *table, struct rw_ledger *ledger)
{
    table->ledger = ledger;
}

struct rw_ledger *rw_table_ledger(struct rw_route_table *table)
{
    return table->ledger;
}

enum rw_class rw_table_spent(struct rw_route_table *table, const char *tenant_id,
                             const char *account, struct rw_arena *arena, int64_t *ret,
                             struct rw_err *err)
{
    struct rw_row_spending row = {.micro = 0};
    enum rw_class rc = rw_store_get_spending(table->reader, tenant_id, account, arena, &row, err);

    *ret = (int64_t)row.micro;
    return rc == RW_NOT_FOUND ? RW_OK : rc;
}

enum rw_class rw_table_limits(struct rw_route_table *table, const char *tenant_id,
                              const struct rw_route_limits **ret, struct rw_err *err)
{
    LOOK_UP(rw_route_limits, LIMITS, RW_LIT(""));
}

enum rw_class rw_table_freeze(struct rw_route_table *table, const char *tenant_id, const char *id,
                              const struct rw_row_freeze **ret, struct rw_err *err)
{
    LOOK_UP(rw_row_freeze, FREEZE, rw_slice_str(id));
}

struct rw_zones *rw_table_zones(struct rw_route_table *table)
{
    return table->zones;
}
