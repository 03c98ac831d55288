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
