#include "store/reader.h"

/* ------------------------------------------------------------------ what every entity has */

static enum rw_class get(struct rw_store_reader *reader, enum rw_entity_kind entity,
                         const char *tenant_id, const char *id, struct rw_arena *arena, void *ret,
                         struct rw_err *err)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]), rw_value_id(id, space[1])};

    return rw_reader_one(reader, RW_Q_GET + entity, values, 2, arena, ret, err);
}

static enum rw_class list(struct rw_store_reader *reader, enum rw_entity_kind entity,
                          const char *tenant_id, struct rw_page *page, struct rw_arena *arena,
                          void **ret, size_t *ret_count, struct rw_err *err)
{
    char space[16];
    const struct rw_value tenant = rw_value_id(tenant_id, space);

    return rw_reader_page(reader, RW_Q_LIST + entity, &tenant, 1, page, arena, ret, ret_count, err);
}

#define READS_OF(name, plural, KIND)                                                               \
    enum rw_class rw_store_get_##name(struct rw_store_reader *reader, const char *tenant_id,       \
                                      const char *id, struct rw_arena *arena,                      \
                                      struct rw_row_##name *ret, struct rw_err *err)               \
    {                                                                                              \
        return get(reader, KIND, tenant_id, id, arena, ret, err);                                  \
    }                                                                                              \
    enum rw_class rw_store_list_##plural(                                                          \
        struct rw_store_reader *reader, const char *tenant_id, struct rw_page *page,               \
        struct rw_arena *arena, struct rw_row_##name **ret, size_t *ret_count, struct rw_err *err) \
    {                                                                                              \
        void *rows = NULL;                                                                         \
        enum rw_class class = list(reader, KIND, tenant_id, page, arena, &rows, ret_count, err);   \
                                                                                                   \
        if (class == RW_OK)                                                                        \
            *ret = rows;                                                                           \
        return class;                                                                              \
    }

READS_OF(user, users, RW_ENTITY_USER)
READS_OF(station, stations, RW_ENTITY_STATION)
READS_OF(edge, edges, RW_ENTITY_EDGE)
READS_OF(trunk, trunks, RW_ENTITY_TRUNK)
READS_OF(number, numbers, RW_ENTITY_NUMBER)
READS_OF(did_pool, did_pools, RW_ENTITY_DID_POOL)
READS_OF(site, sites, RW_ENTITY_SITE)
READS_OF(route, routes, RW_ENTITY_ROUTE)
READS_OF(number_plan, number_plans, RW_ENTITY_NUMBER_PLAN)
READS_OF(extension_pool, extension_pools, RW_ENTITY_EXTENSION_POOL)
READS_OF(extension, extensions, RW_ENTITY_EXTENSION)
READS_OF(client, clients, RW_ENTITY_CLIENT)
READS_OF(freeze, freezes, RW_ENTITY_FREEZE)
READS_OF(token, tokens, RW_ENTITY_TOKEN)
READS_OF(conversation, conversations, RW_ENTITY_CONVERSATION)

enum rw_class rw_store_get_calling_policy(struct rw_store_reader *reader, const char *tenant_id,
                                          struct rw_arena *arena, struct rw_row_calling_policy *ret,
                                          struct rw_err *err)
{
    return get(reader, RW_ENTITY_CALLING_POLICY, tenant_id, tenant_id, arena, ret, err);
}

enum rw_class rw_store_get_rate_book(struct rw_store_reader *reader, const char *tenant_id,
                                     struct rw_arena *arena, struct rw_row_rate_book *ret,
                                     struct rw_err *err)
{
    return get(reader, RW_ENTITY_RATE_BOOK, tenant_id, tenant_id, arena, ret, err);
}

enum rw_class rw_store_get_rate_text(struct rw_store_reader *reader, const char *tenant_id,
                                     struct rw_arena *arena, struct rw_row_rate_text *ret,
                                     struct rw_err *err)
{
    char space[16];
    const struct rw_value tenant = rw_value_id(tenant_id, space);

    return rw_reader_one(reader, RW_Q_RATE_TEXT, &tenant, 1, arena, ret, err);
}

enum rw_class rw_store_get_spend_policy(struct rw_store_reader *reader, const char *tenant_id,
                                        struct rw_arena *arena, struct rw_row_spend_policy *ret,
                                        struct rw_err *err)
{
    return get(reader, RW_ENTITY_SPEND_POLICY, tenant_id, tenant_id, arena, ret, err);
}

enum rw_class rw_store_get_spending(struct rw_store_reader *reader, const char *tenant_id,
                                    const char *account, struct rw_arena *arena,
                                    struct rw_row_spending *ret, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(account)};

    return rw_reader_one(reader, RW_Q_SPENDING, values, 2, arena, ret, err);
}

enum rw_class rw_store_spending_of(struct rw_store_reader *reader, const char *tenant_id,
                                   const char *period, uint32_t max, struct rw_arena *arena,
                                   struct rw_row_spending **ret, size_t *ret_count,
                                   struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(period)};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_SPENDING_OF, values, 2, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_get_call_limits(struct rw_store_reader *reader, const char *tenant_id,
                                       struct rw_arena *arena, struct rw_row_call_limits *ret,
                                       struct rw_err *err)
{
    return get(reader, RW_ENTITY_CALL_LIMITS, tenant_id, tenant_id, arena, ret, err);
}

/* ------------------------------------------------------------------ by name */

#define NAMED_OF(name_, plural, QUERY)                                                             \
    enum rw_class rw_store_named_##plural(struct rw_store_reader *reader, const char *tenant_id,   \
                                          const char *name, struct rw_page *page,                  \
                                          struct rw_arena *arena, struct rw_row_##name_ **ret,     \
                                          size_t *ret_count, struct rw_err *err)                   \
    {                                                                                              \
        char space[16];                                                                            \
        const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(name)};     \
        void *rows = NULL;                                                                         \
        enum rw_class class =                                                                      \
            rw_reader_page(reader, QUERY, values, 2, page, arena, &rows, ret_count, err);          \
                                                                                                   \
        if (class == RW_OK)                                                                        \
            *ret = rows;                                                                           \
        return class;                                                                              \
    }

NAMED_OF(trunk, trunks, RW_Q_NAMED_TRUNKS)
NAMED_OF(did_pool, did_pools, RW_Q_NAMED_DID_POOLS)
NAMED_OF(site, sites, RW_Q_NAMED_SITES)

#define NAMED_OF_SITE(name_, plural, QUERY)                                                        \
    enum rw_class rw_store_named_##plural(                                                         \
        struct rw_store_reader *reader, const char *tenant_id, const char *site_id,                \
        const char *name, struct rw_page *page, struct rw_arena *arena,                            \
        struct rw_row_##name_ **ret, size_t *ret_count, struct rw_err *err)                        \
    {                                                                                              \
        char space[2][16];                                                                         \
        const struct rw_value values[] = {rw_value_id(tenant_id, space[0]), rw_value_text(name),   \
                                          rw_value_id(site_id, space[1])};                         \
        void *rows = NULL;                                                                         \
        enum rw_class class =                                                                      \
            rw_reader_page(reader, QUERY, values, 3, page, arena, &rows, ret_count, err);          \
                                                                                                   \
        if (class == RW_OK)                                                                        \
            *ret = rows;                                                                           \
        return class;                                                                              \
    }

NAMED_OF_SITE(station, stations, RW_Q_NAMED_STATIONS)
NAMED_OF_SITE(route, routes, RW_Q_NAMED_ROUTES)

enum rw_class rw_store_find_named(struct rw_store_reader *reader, enum rw_store_named what,
                                  const char *tenant_id, const char *name, struct rw_arena *arena,
                                  const char **ret_id, struct rw_err *err)
{
    static const enum rw_query queries[] = {
        [RW_NAMED_TRUNK] = RW_Q_NAMED_TRUNKS,
        [RW_NAMED_DID_POOL] = RW_Q_NAMED_DID_POOLS,
        [RW_NAMED_SITE] = RW_Q_NAMED_SITES,
        [RW_NAMED_ROUTE] = RW_Q_NAMED_ROUTES,
        [RW_NAMED_STATION] = RW_Q_NAMED_STATIONS,
        [RW_NAMED_EXTENSION_POOL] = RW_Q_NAMED_EXTENSION_POOLS,
    };
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(name),
                                      rw_value_text(NULL)};
    void *rows = NULL;
    size_t count;
    enum rw_class class =
        rw_reader_many(reader, queries[what], values, 3, 1, arena, &rows, &count, err);

    if (class == RW_OK && !count)
        return rw_fail(err, RW_NOT_FOUND, "store.not_found", "nothing of the tenant is called so");
    if (class == RW_OK)
        *ret_id = *(const char *const *)rows; /* every row begins with its id */
    return class;
}

enum rw_class rw_store_plans_of_site(struct rw_store_reader *reader, const char *tenant_id,
                                     const char *site_id, uint32_t max, struct rw_arena *arena,
                                     struct rw_row_number_plan **ret, size_t *ret_count,
                                     struct rw_err *err)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]),
                                      rw_value_id(site_id, space[1])};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_PLANS_OF_SITE, values, 2, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

static enum rw_class routes_by(struct rw_store_reader *reader, unsigned query,
                               const char *tenant_id, const char *text, struct rw_page *page,
                               struct rw_arena *arena, struct rw_row_route **ret, size_t *ret_count,
                               struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(text)};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_page(reader, query, values, 2, page, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_routes_to_trunk(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *trunk_id, struct rw_page *page,
                                       struct rw_arena *arena, struct rw_row_route **ret,
                                       size_t *ret_count, struct rw_err *err)
{
    return routes_by(reader, RW_Q_ROUTES_TO_TRUNK, tenant_id, trunk_id, page, arena, ret, ret_count,
                     err);
}

enum rw_class rw_store_routes_showing(struct rw_store_reader *reader, const char *tenant_id,
                                      const char *e164, struct rw_page *page,
                                      struct rw_arena *arena, struct rw_row_route **ret,
                                      size_t *ret_count, struct rw_err *err)
{
    return routes_by(reader, RW_Q_ROUTES_SHOWING, tenant_id, e164, page, arena, ret, ret_count,
                     err);
}

/* Pages of what speaks of another thing of the tenant, which is an id. */
#define PAGE_OF(function, name_, QUERY)                                                            \
    enum rw_class function(struct rw_store_reader *reader, const char *tenant_id, const char *id,  \
                           struct rw_page *page, struct rw_arena *arena,                           \
                           struct rw_row_##name_ **ret, size_t *ret_count, struct rw_err *err)     \
    {                                                                                              \
        char space[2][16];                                                                         \
        const struct rw_value values[] = {rw_value_id(tenant_id, space[0]),                        \
                                          rw_value_id(id, space[1])};                              \
        void *rows = NULL;                                                                         \
        enum rw_class class =                                                                      \
            rw_reader_page(reader, QUERY, values, 2, page, arena, &rows, ret_count, err);          \
                                                                                                   \
        if (class == RW_OK)                                                                        \
            *ret = rows;                                                                           \
        return class;                                                                              \
    }

PAGE_OF(rw_store_users_of_station, user, RW_Q_USERS_OF_STATION)
PAGE_OF(rw_store_trunks_of_edge, trunk, RW_Q_TRUNKS_OF_EDGE)
PAGE_OF(rw_store_routes_showing_pool, route, RW_Q_ROUTES_SHOWING_POOL)

/* ------------------------------------------------------------------ extensions */

enum rw_class rw_store_extension_pools_with(struct rw_store_reader *reader, const char *tenant_id,
                                            const char *first, const char *last,
                                            struct rw_page *page, struct rw_arena *arena,
                                            struct rw_row_extension_pool **ret, size_t *ret_count,
                                            struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(first),
                                      rw_value_text(last)};
    void *rows = NULL;
    enum rw_class class = rw_reader_page(reader, RW_Q_EXTENSION_POOLS_WITH, values, 3, page, arena,
                                         &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_some_extensions(struct rw_store_reader *reader, const char *tenant_id,
                                       const struct rw_extension_filter *filter,
                                       struct rw_page *page, struct rw_arena *arena,
                                       struct rw_row_extension **ret, size_t *ret_count,
                                       struct rw_err *err)
{
    char space[3][16];
    const struct rw_value values[] = {
        rw_value_id(tenant_id, space[0]), rw_value_text(filter->number),
        rw_value_id(filter->pool_id, space[1]), rw_value_id(filter->owner_id, space[2])};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_page(reader, RW_Q_SOME_EXTENSIONS, values, 4, page, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

/* ------------------------------------------------------------------ tenants and the door */

enum rw_class rw_store_get_tenant(struct rw_store_reader *reader, const char *id,
                                  struct rw_arena *arena, struct rw_row_tenant *ret,
                                  struct rw_err *err)
{
    char space[16];
    const struct rw_value value = rw_value_id(id, space);

    return rw_reader_one(reader, RW_Q_GET + RW_ENTITY_TENANT, &value, 1, arena, ret, err);
}

enum rw_class rw_store_list_tenants(struct rw_store_reader *reader, struct rw_arena *arena,
                                    struct rw_row_tenant **ret, size_t *ret_count,
                                    struct rw_err *err)
{
    void *rows = NULL;
    enum rw_class class = rw_reader_many(reader, RW_Q_ALL_TENANTS, NULL, 0, RW_READER_NO_LIMIT,
                                         arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_find_token(struct rw_store_reader *reader, const char *hash,
                                  struct rw_arena *arena, struct rw_row_token *ret,
                                  struct rw_err *err)
{
    const struct rw_value value = rw_value_text(hash);

    return rw_reader_one(reader, RW_Q_TOKEN_BY_HASH, &value, 1, arena, ret, err);
}

enum rw_class rw_store_find_client(struct rw_store_reader *reader, const char *client_id,
                                   struct rw_arena *arena, struct rw_row_client *ret,
                                   struct rw_err *err)
{
    char space[16];
    const struct rw_value value = rw_value_id(client_id, space);

    return rw_reader_one(reader, RW_Q_CLIENT_BY_ID, &value, 1, arena, ret, err);
}

/* ------------------------------------------------------------------ numbers */

enum rw_class rw_store_find_number(struct rw_store_reader *reader, const char *tenant_id,
                                   const char *e164, struct rw_arena *arena,
                                   struct rw_row_number *ret, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(e164)};

    return rw_reader_one(reader, RW_Q_NUMBER_BY_E164, values, 2, arena, ret, err);
}

enum rw_class rw_store_some_numbers(struct rw_store_reader *reader, const char *tenant_id,
                                    const struct rw_number_filter *filter, struct rw_page *page,
                                    struct rw_arena *arena, struct rw_row_number **ret,
                                    size_t *ret_count, struct rw_err *err)
{
    char space[3][16];
    const struct rw_value values[] = {
        rw_value_id(tenant_id, space[0]),       rw_value_text(filter->e164),
        rw_value_text(filter->contains),        rw_value_id(filter->edge_id, space[1]),
        rw_value_id(filter->pool_id, space[2]), rw_value_int((uint64_t)filter->owner)};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_page(reader, RW_Q_SOME_NUMBERS, values, 6, page, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_numbers_between(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *first, const char *last, uint32_t max,
                                       struct rw_arena *arena, struct rw_row_number **ret,
                                       size_t *ret_count, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(first),
                                      rw_value_text(last)};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_NUMBERS_BETWEEN, values, 3, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_taken_elsewhere(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *first, const char *last, struct rw_arena *arena,
                                       const char **ret, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(first),
                                      rw_value_text(last)};
    void *rows = NULL;
    size_t count;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_TAKEN_ELSEWHERE, values, 3, 1, arena, &rows, &count, err);

    if (class == RW_OK)
        *ret = count ? ((struct rw_row_number *)rows)->e164 : NULL;
    return class;
}

static size_t common_length(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

/*
 * In the order of the numbers, those that share the longest beginning stand next to the place where
 * e164 would stand: as many upwards and downwards as are asked for hold all of them.
 */
enum rw_class rw_store_near_numbers(struct rw_store_reader *reader, const char *tenant_id,
                                    const char *edge_id, const char *e164, uint32_t max,
                                    struct rw_arena *arena, struct rw_row_number **ret,
                                    size_t *ret_count, struct rw_err *err)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]), rw_value_text(e164),
                                      rw_value_id(edge_id, space[1])};
    struct rw_row_number *up, *down, *rows;
    size_t up_count, down_count, u = 0, d = 0, n = 0;
    void *found = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_NUMBERS_FROM, values, 3, max, arena, &found, &up_count, err);

    if (class != RW_OK)
        return class;
    up = found;
    class =
        rw_reader_many(reader, RW_Q_NUMBERS_BELOW, values, 3, max, arena, &found, &down_count, err);
    if (class != RW_OK)
        return class;
    down = found;
    rows = rw_arena_alloc(arena, (up_count + down_count) * sizeof(*rows));
    if (!rows)
        return rw_fail_memory(err);
    while (n < max && (u < up_count || d < down_count)) {
        bool take_up = d == down_count || (u < up_count && common_length(up[u].e164, e164) >=
                                                               common_length(down[d].e164, e164));

        rows[n++] = take_up ? up[u++] : down[d++];
    }
    *ret = rows;
    *ret_count = n;
    return RW_OK;
}

/* ------------------------------------------------------------------ calls and their log */

enum rw_class rw_store_list_open(struct rw_store_reader *reader, const char *tenant_id,
                                 const char *user_id, struct rw_page *page, struct rw_arena *arena,
                                 struct rw_row_conversation **ret, size_t *ret_count,
                                 struct rw_err *err)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space[0]),
                                      rw_value_id(user_id, space[1])};
    void *rows = NULL;
    enum rw_class class = rw_reader_page(reader, user_id ? RW_Q_OPEN_OF_USER : RW_Q_OPEN, values,
                                         user_id ? 2 : 1, page, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_open_conversations(struct rw_store_reader *reader, const char *after_id,
                                          uint32_t max, struct rw_arena *arena,
                                          struct rw_row_conversation **ret, size_t *ret_count,
                                          struct rw_err *err)
{
    char space[16];
    const struct rw_value after = rw_value_id(after_id, space);
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_OPEN_OF_ALL, &after, 1, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_conversations_after(struct rw_store_reader *reader, const char *tenant_id,
                                           const char *after_id, uint32_t max,
                                           struct rw_arena *arena, struct rw_row_conversation **ret,
                                           size_t *ret_count, struct rw_err *err)
{
    char spaces[2][16];
    const struct rw_value values[] = {rw_value_id(tenant_id, spaces[0]),
                                      rw_value_id(after_id, spaces[1])};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_CALLS_AFTER, values, 2, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_participants(struct rw_store_reader *reader, const char *conversation_id,
                                    struct rw_arena *arena, struct rw_row_participant **ret,
                                    size_t *ret_count, struct rw_err *err)
{
    char space[16];
    const struct rw_value value = rw_value_id(conversation_id, space);
    void *rows = NULL;
    enum rw_class class = rw_reader_many(reader, RW_Q_PARTICIPANTS, &value, 1, RW_READER_NO_LIMIT,
                                         arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_events_of(struct rw_store_reader *reader, const char *tenant_id,
                                 const char *conversation_id, struct rw_arena *arena,
                                 struct rw_row_event **ret, size_t *ret_count, struct rw_err *err)
{
    char space[2][16];
    const struct rw_value values[] = {rw_value_id(conversation_id, space[0]),
                                      rw_value_id(tenant_id, space[1])};
    void *rows = NULL;
    enum rw_class class = rw_reader_many(reader, RW_Q_EVENTS_OF, values, 2, RW_READER_NO_LIMIT,
                                         arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_events_after(struct rw_store_reader *reader, const char *tenant_id,
                                    uint64_t after_seq, uint32_t max, struct rw_arena *arena,
                                    struct rw_row_event **ret, size_t *ret_count,
                                    struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_int(after_seq), rw_value_id(tenant_id, space)};
    void *rows = NULL;
    enum rw_class class =
        rw_reader_many(reader, RW_Q_EVENTS_AFTER, values, 2, max, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}

enum rw_class rw_store_get_idempotency(struct rw_store_reader *reader, const char *tenant_id,
                                       const char *key, uint64_t now_ms, struct rw_arena *arena,
                                       struct rw_row_idempotency *ret, struct rw_err *err)
{
    char space[16];
    const struct rw_value values[] = {rw_value_id(tenant_id, space), rw_value_text(key),
                                      rw_value_int(now_ms)};

    return rw_reader_one(reader, RW_Q_KEY, values, 3, arena, ret, err);
}

enum rw_class rw_store_list_audit(struct rw_store_reader *reader, const char *tenant_id,
                                  struct rw_page *page, struct rw_arena *arena,
                                  struct rw_row_audit **ret, size_t *ret_count, struct rw_err *err)
{
    void *rows = NULL;
    enum rw_class class =
        list(reader, RW_ENTITY_AUDIT, tenant_id, page, arena, &rows, ret_count, err);

    if (class == RW_OK)
        *ret = rows;
    return class;
}
