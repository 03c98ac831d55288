#include "store/sql.h"
#include "store/store.h"

#include <assert.h>

#define TEXT(row, member)                                                                          \
    {                                                                                              \
#member, offsetof(struct rw_row_##row, member), RW_FIELD_TEXT                              \
    }
#define ID(row, member)                                                                            \
    {                                                                                              \
#member, offsetof(struct rw_row_##row, member), RW_FIELD_ID                                \
    }
#define U64(row, member)                                                                           \
    {                                                                                              \
#member, offsetof(struct rw_row_##row, member), RW_FIELD_U64                               \
    }
#define U32(row, member)                                                                           \
    {                                                                                              \
#member, offsetof(struct rw_row_##row, member), RW_FIELD_U32                               \
    }
#define BOOL(row, member)                                                                          \
    {                                                                                              \
#member, offsetof(struct rw_row_##row, member), RW_FIELD_BOOL                              \
    }

static const struct rw_field tenant[] = {
    ID(tenant, id),
    TEXT(tenant, name),
    U64(tenant, created_ms),
};
static const struct rw_field user[] = {
    ID(user, id),         ID(user, tenant_id), TEXT(user, name),
    TEXT(user, email),    TEXT(user, state),   TEXT(user, roles),
    ID(user, station_id), U32(user, version),  U64(user, created_ms),
};
static const struct rw_field station[] = {
    ID(station, id),
    ID(station, tenant_id),
    TEXT(station, name),
    TEXT(station, sip_uri),
    ID(station, user_id),
    TEXT(station, auth_user),
    TEXT(station, auth_password),
    TEXT(station, state),
    U32(station, version),
    U64(station, created_ms),
    U64(station, modified_ms),
    TEXT(station, description),
    ID(station, site_id),
};
static const struct rw_field edge[] = {
    ID(edge, id),       ID(edge, tenant_id),   TEXT(edge, name),       TEXT(edge, state),
    U32(edge, version), U64(edge, created_ms), U64(edge, modified_ms), TEXT(edge, description),
};
static const struct rw_field extension_pool[] = {
    ID(extension_pool, id),
    ID(extension_pool, tenant_id),
    TEXT(extension_pool, name),
    TEXT(extension_pool, description),
    TEXT(extension_pool, first_number),
    TEXT(extension_pool, last_number),
    U32(extension_pool, version),
    U64(extension_pool, created_ms),
    U64(extension_pool, modified_ms),
};
static const struct rw_field extension[] = {
    ID(extension, id),       ID(extension, tenant_id),    TEXT(extension, number),
    ID(extension, pool_id),  TEXT(extension, owner_type), ID(extension, owner_id),
    U32(extension, version), U64(extension, created_ms),  U64(extension, modified_ms),
};
static const struct rw_field trunk[] = {
    ID(trunk, id),
    ID(trunk, tenant_id),
    ID(trunk, edge_id),
    TEXT(trunk, name),
    TEXT(trunk, state),
    TEXT(trunk, host),
    U32(trunk, port),
    TEXT(trunk, transport),
    TEXT(trunk, outbound_proxy),
    TEXT(trunk, auth_user),
    TEXT(trunk, auth_password),
    U32(trunk, answer_timeout_ms),
    U32(trunk, version),
    U64(trunk, created_ms),
    TEXT(trunk, ca_file),
    TEXT(trunk, client_cert_file),
    TEXT(trunk, client_key_file),
    TEXT(trunk, tls_name),
    TEXT(trunk, addresses),
    {"tls_unverified", offsetof(struct rw_row_trunk, tls_unverified), RW_FIELD_BOOL},
    U64(trunk, modified_ms),
    TEXT(trunk, description),
    TEXT(trunk, from_user),
    TEXT(trunk, from_domain),
    TEXT(trunk, identity_header),
    TEXT(trunk, privacy),
    TEXT(trunk, diversion_number),
    TEXT(trunk, called_format),
    TEXT(trunk, from_format),
    TEXT(trunk, identity_format),
    BOOL(trunk, plain_user),
    TEXT(trunk, media_srtp),
    TEXT(trunk, media_codecs),
    TEXT(trunk, media_host),
    TEXT(trunk, media_dtmf),
    U32(trunk, calls_per_second),
    U32(trunk, burst),
    U32(trunk, channels),
    U32(trunk, wait_ms),
    U32(trunk, max_duration_ms),
    TEXT(trunk, reliable_provisional),
    U32(trunk, session_expires_s),
    BOOL(trunk, registers),
    U32(trunk, register_expires_s),
    U32(trunk, options_interval_s),
    TEXT(trunk, incoming),
    ID(trunk, incoming_user_id),
};
static const struct rw_field did_pool[] = {
    ID(did_pool, id),           ID(did_pool, tenant_id),
    TEXT(did_pool, name),       TEXT(did_pool, description),
    TEXT(did_pool, first_e164), TEXT(did_pool, last_e164),
    TEXT(did_pool, comments),   U32(did_pool, version),
    U64(did_pool, created_ms),  U64(did_pool, modified_ms),
};
static const struct rw_field number[] = {
    ID(number, id),
    ID(number, tenant_id),
    ID(number, edge_id),
    TEXT(number, e164),
    TEXT(number, state),
    BOOL(number, outbound_allowed),
    ID(number, owner_user_id),
    TEXT(number, name),
    U32(number, version),
    U64(number, created_ms),
    ID(number, pool_id),
};
static const struct rw_field site[] = {
    ID(site, id),      ID(site, tenant_id), TEXT(site, name),      TEXT(site, description),
    TEXT(site, state), U32(site, version),  U64(site, created_ms), U64(site, modified_ms),
};
static const struct rw_field route[] = {
    ID(route, id),
    ID(route, tenant_id),
    ID(route, site_id),
    TEXT(route, name),
    TEXT(route, description),
    TEXT(route, prefixes),
    TEXT(route, trunk_ids),
    TEXT(route, distribution),
    BOOL(route, enabled),
    U32(route, priority),
    U32(route, version),
    U64(route, created_ms),
    U64(route, modified_ms),
    TEXT(route, classifications),
    TEXT(route, trunk_weights),
    TEXT(route, caller_prefixes),
    TEXT(route, caller_id),
    TEXT(route, hours),
};
static const struct rw_field number_plan[] = {
    ID(number_plan, id),
    ID(number_plan, tenant_id),
    ID(number_plan, site_id),
    TEXT(number_plan, name),
    TEXT(number_plan, match_type),
    TEXT(number_plan, match),
    TEXT(number_plan, classification),
    U32(number_plan, priority),
    U32(number_plan, version),
    U64(number_plan, created_ms),
    U64(number_plan, modified_ms),
};
static const struct rw_field calling_policy[] = {
    ID(calling_policy, id),
    ID(calling_policy, tenant_id),
    TEXT(calling_policy, allowed_prefixes),
    TEXT(calling_policy, blocked_prefixes),
    BOOL(calling_policy, high_risk),
    TEXT(calling_policy, blocked_types),
    TEXT(calling_policy, allowed_regions),
    TEXT(calling_policy, hours),
    U32(calling_policy, version),
    U64(calling_policy, created_ms),
    U64(calling_policy, modified_ms),
    U32(calling_policy, freeze_after),
};
static const struct rw_field freeze[] = {
    ID(freeze, id),       ID(freeze, tenant_id),   TEXT(freeze, kind),
    TEXT(freeze, reason), U64(freeze, created_ms),
};
static const struct rw_field rate_book[] = {
    ID(rate_book, id),       ID(rate_book, tenant_id),   U32(rate_book, rates),
    U32(rate_book, version), U64(rate_book, created_ms), U64(rate_book, modified_ms),
};
static const struct rw_field rate_text[] = {
    ID(rate_text, tenant_id),
    TEXT(rate_text, csv),
};
static const struct rw_field spend_policy[] = {
    ID(spend_policy, id),
    ID(spend_policy, tenant_id),
    TEXT(spend_policy, currency),
    TEXT(spend_policy, zone),
    BOOL(spend_policy, unknown_allowed),
    U32(spend_policy, slice_s),
    TEXT(spend_policy, caps),
    U32(spend_policy, version),
    U64(spend_policy, created_ms),
    U64(spend_policy, modified_ms),
};
static const struct rw_field spending[] = {
    ID(spending, tenant_id),
    TEXT(spending, account),
    U64(spending, micro),
};
static const struct rw_field call_limits[] = {
    ID(call_limits, id),
    ID(call_limits, tenant_id),
    U32(call_limits, calls_per_second),
    U32(call_limits, burst),
    U32(call_limits, channels),
    U32(call_limits, wait_ms),
    U32(call_limits, max_duration_ms),
    U32(call_limits, same_calls),
    U32(call_limits, same_s),
    TEXT(call_limits, classes),
    TEXT(call_limits, clients),
    U32(call_limits, version),
    U64(call_limits, created_ms),
    U64(call_limits, modified_ms),
};
static const struct rw_field client[] = {
    ID(client, id),           ID(client, tenant_id),
    TEXT(client, name),       TEXT(client, secret_hash),
    TEXT(client, grant_type), TEXT(client, roles),
    TEXT(client, scopes),     U32(client, token_seconds),
    U32(client, version),     U64(client, created_ms),
    U64(client, revoked_ms),
};
static const struct rw_field token[] = {
    TEXT(token, hash),      ID(token, id),          ID(token, tenant_id), ID(token, client_id),
    ID(token, user_id),     TEXT(token, roles),     TEXT(token, scopes),  U64(token, created_ms),
    U64(token, expires_ms), U64(token, revoked_ms),
};
static const struct rw_field conversation[] = {
    ID(conversation, id),
    ID(conversation, tenant_id),
    ID(conversation, user_id),
    TEXT(conversation, to_number),
    TEXT(conversation, from_number),
    ID(conversation, provider_id),
    ID(conversation, trunk_id),
    ID(conversation, station_id),
    ID(conversation, client_id),
    ID(conversation, correlation_id),
    U64(conversation, created_ms),
    U64(conversation, ended_ms),
    TEXT(conversation, disconnect),
    TEXT(conversation, reason),
    BOOL(conversation, incoming),
};
static const struct rw_field participant[] = {
    ID(participant, id),        ID(participant, conversation_id), ID(participant, communication_id),
    U32(participant, leg),      TEXT(participant, purpose),       ID(participant, user_id),
    TEXT(participant, address), TEXT(participant, name),
};
static const struct rw_field event[] = {
    U64(event, seq),
    ID(event, conversation_id),
    ID(event, tenant_id),
    U64(event, at_ms),
    {"leg", offsetof(struct rw_row_event, leg), RW_FIELD_I32},
    TEXT(event, type),
    TEXT(event, data),
};
static const struct rw_field idempotency[] = {
    ID(idempotency, tenant_id),       TEXT(idempotency, key),       TEXT(idempotency, body_hash),
    ID(idempotency, conversation_id), U32(idempotency, status),     TEXT(idempotency, answer),
    U64(idempotency, created_ms),     U64(idempotency, expires_ms),
};
static const struct rw_field audit[] = {
    U64(audit, seq),     ID(audit, tenant_id),      TEXT(audit, actor),  TEXT(audit, action),
    TEXT(audit, entity), ID(audit, correlation_id), TEXT(audit, detail), U64(audit, at_ms),
};

#define ENTITY(name, table, version_column)                                                        \
    {                                                                                              \
        (table), name, sizeof(struct rw_row_##name), sizeof(name) / sizeof((name)[0]),             \
            (version_column)                                                                       \
    }

const struct rw_entity rw_entities[RW_ENTITIES] = {
    [RW_ENTITY_TENANT] = ENTITY(tenant, "tenants", 0),
    [RW_ENTITY_USER] = ENTITY(user, "users", 8),
    [RW_ENTITY_STATION] = ENTITY(station, "stations", 9),
    [RW_ENTITY_EDGE] = ENTITY(edge, "edges", 5),
    [RW_ENTITY_TRUNK] = ENTITY(trunk, "trunks", 13),
    [RW_ENTITY_NUMBER] = ENTITY(number, "numbers", 9),
    [RW_ENTITY_DID_POOL] = ENTITY(did_pool, "did_pools", 8),
    [RW_ENTITY_SITE] = ENTITY(site, "sites", 6),
    [RW_ENTITY_ROUTE] = ENTITY(route, "outbound_routes", 11),
    [RW_ENTITY_NUMBER_PLAN] = ENTITY(number_plan, "number_plans", 9),
    [RW_ENTITY_EXTENSION_POOL] = ENTITY(extension_pool, "extension_pools", 7),
    [RW_ENTITY_EXTENSION] = ENTITY(extension, "extensions", 7),
    [RW_ENTITY_CALLING_POLICY] = ENTITY(calling_policy, "calling_policies", 9),
    [RW_ENTITY_RATE_BOOK] = ENTITY(rate_book, "rate_books", 4),
    [RW_ENTITY_RATE_TEXT] = ENTITY(rate_text, "rate_texts", 0),
    [RW_ENTITY_SPEND_POLICY] = ENTITY(spend_policy, "spend_policies", 8),
    [RW_ENTITY_SPENDING] = ENTITY(spending, "spending", 0),
    [RW_ENTITY_CALL_LIMITS] = ENTITY(call_limits, "call_limits", 12),
    [RW_ENTITY_FREEZE] = ENTITY(freeze, "freezes", 0),
    [RW_ENTITY_CLIENT] = ENTITY(client, "clients", 9),
    [RW_ENTITY_TOKEN] = ENTITY(token, "tokens", 0),
    [RW_ENTITY_CONVERSATION] = ENTITY(conversation, "conversations", 0),
    [RW_ENTITY_PARTICIPANT] = ENTITY(participant, "participants", 0),
    [RW_ENTITY_EVENT] = ENTITY(event, "events", 0),
    [RW_ENTITY_IDEMPOTENCY] = ENTITY(idempotency, "idempotency", 0),
    [RW_ENTITY_AUDIT] = ENTITY(audit, "audit", 0),
};

/* ------------------------------------------------------------------ ids */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Only the form that id_text() gives back exactly: everything else must stay text. */
static bool id_bytes(const char *id, size_t n, char out[16])
{
    size_t at = 0;

    if (n != 36)
        return false;
    for (size_t i = 0; i < 16; i++) {
        int hi, lo;

        if (i == 4 || i == 6 || i == 8 || i == 10)
            if (id[at++] != '-')
                return false;
        hi = hex_value(id[at++]);
        lo = hex_value(id[at++]);
        if (hi < 0 || lo < 0)
            return false;
        out[i] = (char)(hi << 4 | lo);
    }
    return true;
}

static char *id_text(const unsigned char *bytes, struct rw_arena *arena)
{
    static const char hex[] = "0123456789abcdef";
    char *text = rw_arena_alloc(arena, 37), *p = text;

    for (int i = 0; text && i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[bytes[i] >> 4];
        *p++ = hex[bytes[i] & 15];
    }
    return text;
}

/* ------------------------------------------------------------------ row -> values */

struct rw_value rw_value_text(const char *text)
{
    if (!text)
        return (struct rw_value){.type = 'n'};
    return (struct rw_value){.p = text, .n = (uint32_t)strlen(text), .type = 't'};
}

struct rw_value rw_value_id(const char *id, char space[16])
{
    struct rw_value value = rw_value_text(id);

    if (value.type == 't' && id_bytes(id, value.n, space))
        value = (struct rw_value){.p = space, .n = 16, .type = 'b'};
    return value;
}

struct rw_value rw_value_int(uint64_t n)
{
    return (struct rw_value){.i = (int64_t)n, .type = 'i'};
}

static struct rw_value value_of(const struct rw_field *field, const char *row)
{
    const void *member = row + field->offset;

    switch ((enum rw_field_kind)field->kind) {
    case RW_FIELD_U64:
        return rw_value_int(*(const uint64_t *)member);
    case RW_FIELD_U32:
        return rw_value_int(*(const uint32_t *)member);
    case RW_FIELD_I32:
        return (struct rw_value){.i = *(const int32_t *)member, .type = 'i'};
    case RW_FIELD_BOOL:
        return rw_value_int(*(const bool *)member);
    case RW_FIELD_TEXT:
    case RW_FIELD_ID:
        break;
    }
    return rw_value_text(*(const char *const *)member);
}

struct rw_value *rw_values_of_row(enum rw_entity_kind kind, const void *row, struct rw_arena *arena)
{
    const struct rw_entity *entity = &rw_entities[kind];
    struct rw_value values[RW_VALUES_MAX], *copy;
    const unsigned count = entity->count;
    size_t bytes = count * sizeof(*copy);
    char *p;

    assert(count <= RW_VALUES_MAX);
    for (unsigned i = 0; i < count; i++) {
        values[i] = value_of(&entity->fields[i], row);
        if (values[i].type == 't')
            bytes += values[i].n; /* an upper bound: a blob is shorter than its text */
    }
    copy = rw_arena_alloc(arena, bytes);
    if (!copy)
        return NULL;
    p = (char *)(copy + count);
    for (unsigned i = 0; i < count; i++) {
        copy[i] = values[i];
        if (values[i].type != 't')
            continue;
        copy[i].p = p;
        if (entity->fields[i].kind == RW_FIELD_ID && id_bytes(values[i].p, values[i].n, p)) {
            copy[i].n = 16;
            copy[i].type = 'b';
        } else if (values[i].n) {
            memcpy(p, values[i].p, values[i].n);
        }
        p += copy[i].n;
    }
    return copy;
}

void rw_values_bind(sqlite3_stmt *stmt, const struct rw_value *values, unsigned count)
{
    /* Binding fails only for a parameter that the statement has not: those are not needed. */
    for (unsigned i = 0; i < count; i++) {
        const struct rw_value *value = &values[i];
        int at = (int)i + 1;

        if (value->type == 'i')
            (void)sqlite3_bind_int64(stmt, at, value->i);
        else if (value->type == 't')
            (void)sqlite3_bind_text(stmt, at, value->p, (int)value->n, SQLITE_STATIC);
        else if (value->type == 'b')
            (void)sqlite3_bind_blob(stmt, at, value->p, (int)value->n, SQLITE_STATIC);
        else
            (void)sqlite3_bind_null(stmt, at);
    }
}

/* ------------------------------------------------------------------ columns -> row */

static bool read_text(sqlite3_stmt *stmt, int column, struct rw_arena *arena, const char **ret)
{
    int type = sqlite3_column_type(stmt, column);
    const void *p;
    size_t n;

    *ret = NULL;
    if (type == SQLITE_NULL)
        return true;
    p = sqlite3_column_blob(stmt, column); /* of a text: its bytes, without a terminator */
    n = (size_t)sqlite3_column_bytes(stmt, column);
    if (type == SQLITE_BLOB && n == 16)
        *ret = id_text(p, arena);
    else
        *ret = rw_arena_copy(arena, (struct rw_slice){p, n});
    return *ret != NULL;
}

bool rw_row_read(enum rw_entity_kind kind, sqlite3_stmt *stmt, struct rw_arena *arena, void *row)
{
    const struct rw_entity *entity = &rw_entities[kind];

    for (int i = 0; i < entity->count; i++) {
        void *member = (char *)row + entity->fields[i].offset;
        int64_t n;

        if (entity->fields[i].kind == RW_FIELD_TEXT || entity->fields[i].kind == RW_FIELD_ID) {
            if (!read_text(stmt, i, arena, (const char **)member))
                return false;
            continue;
        }
        n = sqlite3_column_int64(stmt, i);
        if (entity->fields[i].kind == RW_FIELD_U64)
            *(uint64_t *)member = (uint64_t)n;
        else if (entity->fields[i].kind == RW_FIELD_BOOL)
            *(bool *)member = n != 0;
        else if (entity->fields[i].kind == RW_FIELD_I32)
            *(int32_t *)member = (int32_t)n;
        else
            *(uint32_t *)member = (uint32_t)n;
    }
    return true;
}
