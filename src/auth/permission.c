#include "auth/permission.h"

#include "auth/identity.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Roles as bits, in the order of role_names. */
enum { ADMIN = 1, SUPERVISOR = 2, AGENT = 4, INTEGRATOR = 8, VIEWER = 16 };

static const char *const role_names[] = {"admin", "supervisor", "agent", "integrator", "viewer"};

#define LOOK (ADMIN | SUPERVISOR | VIEWER)
#define TALK (ADMIN | SUPERVISOR | AGENT)
#define LEAD (ADMIN | SUPERVISOR)

/* Sorted by name. The words are the contract's; "admin" is one of them. */
static const struct {
    const char *name;
    uint8_t roles;
} permissions[] = {
    {"admin", ADMIN},
    {"analytics:agentConversationDetail:view", LOOK | AGENT},
    {"analytics:conversationAggregate:view", LOOK},
    {"analytics:conversationDetail:view", LOOK},
    {"audits:audit:view", LEAD},
    {"authorization:role:view", LEAD},
    {"conversation:agentlessCall:add", LEAD | INTEGRATOR},
    {"conversation:call:add", TALK},
    {"conversation:call:assign", LEAD},
    {"conversation:call:barge", LEAD},
    {"conversation:call:coach", LEAD},
    {"conversation:call:monitor", LEAD},
    {"conversation:call:pull", LEAD},
    {"conversation:call:record", LEAD},
    {"conversation:communication:blindTransfer", TALK},
    {"conversation:communication:blindTransferAgent", TALK},
    {"conversation:communication:blindTransferExternal", TALK},
    {"conversation:communication:blindTransferQueue", TALK},
    {"conversation:communication:consultTransfer", TALK},
    {"conversation:communication:consultTransferAgent", TALK},
    {"conversation:communication:consultTransferExternal", TALK},
    {"conversation:communication:consultTransferQueue", TALK},
    {"conversation:communication:disconnect", TALK | INTEGRATOR},
    {"conversation:communication:view", TALK | INTEGRATOR | VIEWER},
    {"conversation:conference:add", TALK},
    {"conversation:participant:wrapup", TALK},
    {"conversation:recording:pauseOthers", LEAD},
    {"directory:organization:admin", ADMIN},
    {"directory:user:add", ADMIN},
    {"directory:user:delete", ADMIN},
    {"directory:user:edit", ADMIN},
    {"directory:user:view", LOOK | AGENT},
    {"oauth:client:add", ADMIN},
    {"oauth:client:authorize", ADMIN},
    {"oauth:client:delete", ADMIN},
    {"oauth:client:edit", ADMIN},
    {"oauth:client:view", ADMIN},
    {"oauth:token:delete", ADMIN},
    {"recording:recording:view", LEAD},
    {"telephony:callMetrics:view", LOOK},
    {"telephony:extensionPool:add", ADMIN},
    {"telephony:extensionPool:delete", ADMIN},
    {"telephony:extensionPool:edit", ADMIN},
    {"telephony:extensionPool:view", LOOK},
    {"telephony:otherStationAssociation:edit", LEAD},
    {"telephony:otherStationAssociation:view", LEAD},
    {"telephony:phone:assign", LEAD},
    {"telephony:plugin:all", ADMIN},
    {"telephony:sites:view", LOOK},
    {"telephony:station:disassociate", LEAD},
    {"usage:organization:view", LEAD},
};

/*
 * The contract's scopes, and call:write, which is ours: placing and ending calls without the rest of
 * conversations. Those without an operation yet are known all the same, so that a client brought
 * along keeps its list.
 */
static const char *const scope_names[] = {
    "analytics",
    "analytics:readonly",
    "audits",
    "audits:readonly",
    "authorization",
    "authorization:readonly",
    "call:write",
    "conversations",
    "conversations:readonly",
    "notifications",
    "oauth",
    "oauth:readonly",
    "outbound",
    "outbound:readonly",
    "presence",
    "presence:readonly",
    "recordings",
    "recordings:readonly",
    "routing",
    "routing:readonly",
    "stations",
    "stations:readonly",
    "telephony",
    "telephony:readonly",
    "user-basic-info",
    "users",
    "users:readonly",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NO_INDEX UINT32_MAX

static_assert(COUNT(permissions) <= RW_PERMISSIONS_MAX, "more permissions than bits");
static_assert(COUNT(scope_names) <= 64, "more scopes than bits");

const char *rw_permission_at(unsigned index)
{
    return index < COUNT(permissions) ? permissions[index].name : NULL;
}

const char *rw_role_at(unsigned index)
{
    return index < COUNT(role_names) ? role_names[index] : NULL;
}

const char *rw_scope_at(unsigned index)
{
    return index < COUNT(scope_names) ? scope_names[index] : NULL;
}

/* ------------------------------------------------------------------ finding names */

static uint32_t find_name(const char *const *names, size_t count, struct rw_slice name)
{
    for (size_t i = 0; i < count; i++)
        if (rw_slice_eq(name, rw_slice_str(names[i])))
            return (uint32_t)i;
    return NO_INDEX;
}

static uint32_t find_permission(const char *name)
{
    size_t low = 0, high = COUNT(permissions);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(name, permissions[middle].name);

        if (order == 0)
            return (uint32_t)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NO_INDEX;
}

bool rw_role_known(struct rw_slice name)
{
    return find_name(role_names, COUNT(role_names), name) != NO_INDEX;
}

bool rw_scope_known(struct rw_slice name)
{
    return find_name(scope_names, COUNT(scope_names), name) != NO_INDEX;
}

/* The next word of a comma-separated list, without blanks around it. */
static bool next_word(const char **list, struct rw_slice *ret)
{
    const char *p = *list;
    size_t n;

    p += strspn(p, ", ");
    n = strcspn(p, ",");
    *list = p + n;
    while (n && p[n - 1] == ' ')
        n--;
    *ret = (struct rw_slice){p, n};
    return n > 0;
}

static unsigned roles_of_list(const char *list)
{
    struct rw_slice word;
    unsigned roles = 0;

    while (list && next_word(&list, &word)) {
        uint32_t at = find_name(role_names, COUNT(role_names), word);

        if (at != NO_INDEX)
            roles |= 1u << at;
    }
    return roles;
}

/* ------------------------------------------------------------------ sets */

struct rw_permissions rw_permissions_of_roles(const char *roles)
{
    struct rw_permissions set = {{0}};
    unsigned mask = roles_of_list(roles);

    for (size_t i = 0; i < COUNT(permissions); i++)
        if (permissions[i].roles & mask)
            set.bits[i / 64] |= UINT64_C(1) << (i % 64);
    return set;
}

struct rw_permissions rw_permissions_both(const struct rw_permissions *a,
                                          const struct rw_permissions *b)
{
    struct rw_permissions set;

    for (size_t i = 0; i < COUNT(set.bits); i++)
        set.bits[i] = a->bits[i] & b->bits[i];
    return set;
}

bool rw_permissions_have(const struct rw_permissions *set, const char *name)
{
    uint32_t at = find_permission(name);

    return at != NO_INDEX && (set->bits[at / 64] >> (at % 64) & 1);
}

struct rw_scopes rw_scopes_of_list(const char *list)
{
    struct rw_scopes set = {.all = !list || !*list};
    struct rw_slice word;

    while (!set.all && next_word(&list, &word)) {
        uint32_t at = find_name(scope_names, COUNT(scope_names), word);

        if (at != NO_INDEX)
            set.bits |= UINT64_C(1) << at;
    }
    return set;
}

struct rw_scopes rw_scopes_both(const struct rw_scopes *a, const struct rw_scopes *b)
{
    if (a->all)
        return *b;
    if (b->all)
        return *a;
    return (struct rw_scopes){.bits = a->bits & b->bits};
}

bool rw_scopes_have(const struct rw_scopes *set, const char *name)
{
    uint32_t at;

    if (set->all)
        return true;
    at = find_name(scope_names, COUNT(scope_names), rw_slice_str(name));
    return at != NO_INDEX && (set->bits >> at & 1);
}

/* ------------------------------------------------------------------ texts */

/* Appends ", name" when all of it fits. */
static void append(char *buf, size_t size, const char *separator, const char *name)
{
    size_t n = strlen(buf);

    if (n + strlen(separator) + strlen(name) < size)
        (void)snprintf(buf + n, size - n, "%s%s", n ? separator : "", name);
}

const char *rw_scopes_text(const struct rw_scopes *set, char *buf, size_t size)
{
    buf[0] = '\0';
    for (size_t i = 0; i < COUNT(scope_names) && !set->all; i++)
        if (set->bits >> i & 1)
            append(buf, size, ",", scope_names[i]);
    return buf;
}

/* "a or b", as many as fit. */
static const char *any_of(const char *const *names, char *buf, size_t size)
{
    buf[0] = '\0';
    for (; *names; names++)
        append(buf, size, " or ", *names);
    return buf;
}

/* The roles that give any of these. */
static const char *givers(const char *const *names, char *buf, size_t size)
{
    unsigned mask = 0;

    buf[0] = '\0';
    for (; *names; names++) {
        uint32_t at = find_permission(*names);

        if (at != NO_INDEX)
            mask |= permissions[at].roles;
    }
    for (size_t i = 0; i < COUNT(role_names); i++)
        if (mask >> i & 1)
            append(buf, size, ", ", role_names[i]);
    return buf;
}

/* ------------------------------------------------------------------ the judgement */

static bool has_any_permission(const struct rw_identity *identity, const char *const *names)
{
    if (!names || !names[0])
        return true;
    for (; *names; names++)
        if (rw_permissions_have(&identity->permissions, *names))
            return true;
    return false;
}

static bool has_any_scope(const struct rw_identity *identity, const char *const *names)
{
    if (!names || !names[0] || identity->scope_set.all)
        return true;
    for (; *names; names++)
        if (rw_scopes_have(&identity->scope_set, *names))
            return true;
    return false;
}

static const char *or_none(const char *list)
{
    return list && *list ? list : "(none)";
}

enum rw_class rw_permission_check(const struct rw_identity *identity,
                                  const char *const *needed_permissions,
                                  const char *const *needed_scopes, struct rw_err *err)
{
    char needed[112], by[64];

    if (!has_any_permission(identity, needed_permissions)) {
        (void)rw_fail(err, RW_FORBIDDEN, "auth.missing_permission",
                      "the token may not do this: none of its roles gives the permission");
        rw_err_found(err, "roles: %s", or_none(identity->roles));
        rw_err_expected(err, "%s; roles with it: %s",
                        any_of(needed_permissions, needed, sizeof(needed)),
                        givers(needed_permissions, by, sizeof(by)));
        return RW_FORBIDDEN;
    }
    if (!has_any_scope(identity, needed_scopes)) {
        (void)rw_fail(
            err, RW_FORBIDDEN, "auth.missing_scope",
            "the token may not do this: its scopes leave it out, though its roles allow it");
        rw_err_found(err, "scopes: %s", or_none(identity->scopes));
        rw_err_expected(err, "scope %s, or a token that names no scopes",
                        any_of(needed_scopes, needed, sizeof(needed)));
        return RW_FORBIDDEN;
    }
    return RW_OK;
}
