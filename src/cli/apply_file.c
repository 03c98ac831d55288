/* What stands in the file, member by member. */
#include "cli/apply.h"

#include "address/address.h"
#include "base/mem.h"
#include "cli/named.h"
#include "cli/route_text.h"

#include <stdlib.h>
#include <string.h>

static const struct rw_apply_member site_members[] = {
    {"name", NULL, "name", RW_APPLY_TEXT, true, false},
    {"description", NULL, "description", RW_APPLY_TEXT, false, false},
    {0},
};
static const struct rw_apply_member trunk_members[] = {
    {"name", NULL, "name", RW_APPLY_TEXT, true, false},
    {"description", NULL, "description", RW_APPLY_TEXT, false, false},
    {"host", "sip", "host", RW_APPLY_TEXT, true, false},
    {"port", "sip", "port", RW_APPLY_NUMBER, false, false},
    {"transport", "sip", "transport", RW_APPLY_TEXT, false, false},
    {"outboundProxy", "sip", "outboundProxy", RW_APPLY_TEXT, false, false},
    {"authUser", "sip", "authUser", RW_APPLY_TEXT, false, false},
    {"authPassword", "sip", "authPassword", RW_APPLY_TEXT, false, true},
    {"addresses", "sip", "addresses", RW_APPLY_TEXTS, false, false},
    {"reliableProvisional", "sip", "reliableProvisional", RW_APPLY_TEXT, false, false},
    {"sessionExpiresS", "sip", "sessionExpiresS", RW_APPLY_NUMBER, false, false},
    {"caFile", "tls", "caFile", RW_APPLY_TEXT, false, false},
    {"certFile", "tls", "certFile", RW_APPLY_TEXT, false, false},
    {"keyFile", "tls", "keyFile", RW_APPLY_TEXT, false, false},
    {"tlsName", "tls", "name", RW_APPLY_TEXT, false, false},
    {"unverified", "tls", "unverified", RW_APPLY_FLAG, false, false},
    {"fromUser", "identity", "fromUser", RW_APPLY_TEXT, false, false},
    {"domain", "identity", "domain", RW_APPLY_TEXT, false, false},
    {"identityHeader", "identity", "header", RW_APPLY_TEXT, false, false},
    {"privacy", "identity", "privacy", RW_APPLY_TEXT, false, false},
    {"diversionNumber", "identity", "diversionNumber", RW_APPLY_TEXT, false, false},
    {"calledFormat", "identity", "calledFormat", RW_APPLY_TEXT, false, false},
    {"fromFormat", "identity", "fromFormat", RW_APPLY_TEXT, false, false},
    {"identityFormat", "identity", "headerFormat", RW_APPLY_TEXT, false, false},
    {"userPhone", "identity", "userPhone", RW_APPLY_FLAG, false, false},
    {"srtp", "media", "srtp", RW_APPLY_TEXT, false, false},
    {"dtmf", "media", "dtmf", RW_APPLY_TEXT, false, false},
    {"codecs", "media", "codecs", RW_APPLY_TEXTS, false, false},
    {"mediaHost", "media", "advertisedHost", RW_APPLY_TEXT, false, false},
    {"callsPerSecond", "limits", "callsPerSecond", RW_APPLY_NUMBER, false, false},
    {"burst", "limits", "burst", RW_APPLY_NUMBER, false, false},
    {"channels", "limits", "channels", RW_APPLY_NUMBER, false, false},
    {"waitMs", "limits", "waitMs", RW_APPLY_NUMBER, false, false},
    {"maxDurationMs", "limits", "maxDurationMs", RW_APPLY_NUMBER, false, false},
    {"register", "registration", "enabled", RW_APPLY_FLAG, false, false},
    {"registerExpiresS", "registration", "expiresS", RW_APPLY_NUMBER, false, false},
    {"optionsIntervalS", "health", "optionsIntervalS", RW_APPLY_NUMBER, false, false},
    {"incoming", "incoming", "to", RW_APPLY_TEXT, false, false},
    {"incomingUser", "incoming", "userId", RW_APPLY_TEXT, false, false},
    {"answerTimeoutMs", NULL, "answerTimeoutMs", RW_APPLY_NUMBER, false, false},
    {"enabled", NULL, "enabled", RW_APPLY_FLAG, false, false},
    {0},
};
static const struct rw_apply_member number_members[] = {
    {"phoneNumber", NULL, "phoneNumber", RW_APPLY_TEXT, true, false},
    {"id", NULL, "id", RW_APPLY_TEXT, false, false},
    {"name", NULL, "name", RW_APPLY_TEXT, false, false},
    {"state", NULL, "state", RW_APPLY_TEXT, false, false},
    {"outboundAllowed", NULL, "outboundAllowed", RW_APPLY_FLAG, false, false},
    {"owner", "owner", "id", RW_APPLY_TEXT, false, false},
    {0},
};
static const struct rw_apply_member route_members[] = {
    {"name", NULL, "name", RW_APPLY_TEXT, true, false},
    {"site", NULL, "site", RW_APPLY_TEXT, false, false},
    {"description", NULL, "description", RW_APPLY_TEXT, false, false},
    {"prefixes", NULL, "prefixes", RW_APPLY_TEXTS, false, false},
    {"classes", NULL, "classificationTypes", RW_APPLY_TEXTS, false, false},
    {"trunks", NULL, "externalTrunkBases", RW_APPLY_TEXTS, true, false},
    {"callers", NULL, "callerPrefixes", RW_APPLY_TEXTS, false, false},
    {"callerId", NULL, "callerId", RW_APPLY_TEXT, false, false},
    {"hours", "callableTime", "timeSlots", RW_APPLY_HOURS, false, false},
    {"timeZone", "callableTime", "timeZoneId", RW_APPLY_TEXT, false, false},
    {"priority", NULL, "priority", RW_APPLY_NUMBER, false, false},
    {"distribution", NULL, "distribution", RW_APPLY_TEXT, false, false},
    {"enabled", NULL, "enabled", RW_APPLY_FLAG, false, false},
    {0},
};

static const struct rw_apply_member pool_members[] = {
    {"name", NULL, "name", RW_APPLY_TEXT, true, false},
    {"description", NULL, "description", RW_APPLY_TEXT, false, false},
    {"first", NULL, "startPhoneNumber", RW_APPLY_TEXT, true, false},
    {"last", NULL, "endPhoneNumber", RW_APPLY_TEXT, true, false},
    {"comments", NULL, "comments", RW_APPLY_TEXT, false, false},
    {0},
};
static const struct rw_apply_member phone_members[] = {
    {"name", NULL, "name", RW_APPLY_TEXT, true, false},
    {"description", NULL, "description", RW_APPLY_TEXT, false, false},
    {"site", NULL, "site", RW_APPLY_SITE_NAME, false, false},
    {"uri", "sip", "uri", RW_APPLY_TEXT, true, false},
    {"authUser", "sip", "authUser", RW_APPLY_TEXT, false, false},
    {"authPassword", "sip", "authPassword", RW_APPLY_TEXT, false, true},
    {0},
};
static const struct rw_apply_member extension_pool_members[] = {
    {"name", NULL, "name", RW_APPLY_TEXT, true, false},
    {"description", NULL, "description", RW_APPLY_TEXT, false, false},
    {"first", NULL, "startNumber", RW_APPLY_TEXT, true, false},
    {"last", NULL, "endNumber", RW_APPLY_TEXT, true, false},
    {0},
};
static const struct rw_apply_member extension_members[] = {
    {"number", NULL, "number", RW_APPLY_TEXT, true, false},
    {"user", "owner", "id", RW_APPLY_TEXT, false, false},
    {"phone", NULL, "owner", RW_APPLY_PHONE_NAME, false, false},
    {0},
};
static const struct rw_apply_member plan_members[] = {
    {"name", NULL, "name", RW_APPLY_TEXT, true, false},
    {"site", NULL, "site", RW_APPLY_TEXT, false, false},
    {"class", NULL, "classification", RW_APPLY_TEXT, true, false},
    {"matchType", NULL, "matchType", RW_APPLY_TEXT, true, false},
    {"match", NULL, "match", RW_APPLY_TEXT, false, false},
    {"minDigits", "digitLength", "start", RW_APPLY_TEXT, false, false},
    {"maxDigits", "digitLength", "end", RW_APPLY_TEXT, false, false},
    {"numbers", NULL, "numbers", RW_APPLY_RANGES, false, false},
    {"priority", NULL, "priority", RW_APPLY_NUMBER, false, false},
    {0},
};

const struct rw_apply_kind_of rw_apply_kinds[RW_APPLY_KINDS] = {
    [RW_APPLY_SITE] = {"sites", "site", "name", site_members, RW_CLI_SITES},
    [RW_APPLY_TRUNK] = {"trunks", "trunk", "name", trunk_members, RW_CLI_TRUNKS},
    [RW_APPLY_POOL] = {"pools", "pool", "name", pool_members, RW_CLI_POOLS},
    [RW_APPLY_NUMBERS] = {"numbers", "number", "phoneNumber", number_members, NULL},
    [RW_APPLY_PHONE] = {"phones", "phone", "name", phone_members, RW_CLI_PHONES},
    [RW_APPLY_EXTENSION_POOL] = {"extensionPools", "extension pool", "name", extension_pool_members,
                                 RW_CLI_EXTENSION_POOLS},
    [RW_APPLY_EXTENSION] = {"extensions", "extension", "number", extension_members,
                            RW_CLI_EXTENSIONS},
    [RW_APPLY_PLAN] = {"numberPlans", "number plan", "name", plan_members, NULL},
    [RW_APPLY_ROUTE] = {"routes", "route", "name", route_members, NULL},
};

struct rw_apply_item *rw_apply_add(struct rw_apply *apply, enum rw_apply_kind kind,
                                   const char *name, int node)
{
    struct rw_apply_item *item = rw_calloc(1, sizeof(*item));
    json_t *wish = json_object();

    if (!item || !wish) {
        rw_free(item);
        json_decref(wish);
        fprintf(apply->cli->err, "ringwright: out of memory\n");
        return NULL;
    }
    item->kind = kind;
    item->name = name;
    item->node = node;
    item->wish = wish;
    *apply->end = item;
    apply->end = &item->next;
    return item;
}

/* ------------------------------------------------------------------ values */

static json_t *number(struct rw_cli_yaml *yaml, int node, const char *text)
{
    char *end;
    long long n = text ? strtoll(text, &end, 10) : 0;

    if (text && *text >= '0' && *text <= '9' && !*end)
        return json_integer(n);
    rw_cli_yaml_fault(yaml, node, "this is no number", "digits");
    return NULL;
}

static json_t *flag(struct rw_cli_yaml *yaml, int node, const char *text)
{
    if (text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return json_boolean(*text == 't');
    rw_cli_yaml_fault(yaml, node, "this is neither true nor false", "true or false");
    return NULL;
}

/* A list of texts; a text alone is a list of one. */
static json_t *texts(struct rw_cli_yaml *yaml, int node)
{
    const char *alone = rw_cli_yaml_text(yaml, node);
    json_t *array = json_array();
    int item;

    if (alone)
        (void)json_array_append_new(array, json_string(alone));
    else if (!rw_cli_yaml_is_list(yaml, node))
        rw_cli_yaml_fault(yaml, node, "this is no list", "a list of texts");
    for (size_t i = 0; (item = rw_cli_yaml_item(yaml, node, i)) != 0; i++) {
        const char *text = rw_cli_yaml_text(yaml, item);

        if (text)
            (void)json_array_append_new(array, json_string(text));
        else
            rw_cli_yaml_fault(yaml, item, "this is no text", "a text");
    }
    return array;
}

/* "Mon-Fri 09:00-18:00", or a list of such, as slots of days. */
static json_t *hours(struct rw_cli_yaml *yaml, int node)
{
    json_t *slots = json_array(), *list = texts(yaml, node), *text;
    size_t i;

    json_array_foreach(list, i, text)
    {
        int item = rw_cli_yaml_item(yaml, node, i);

        if (!rw_cli_hours_read(rw_slice_str(json_string_value(text)), slots))
            rw_cli_yaml_fault(yaml, item ? item : node, "this is no stretch of the week",
                              "Mon-Fri 09:00-18:00");
    }
    json_decref(list);
    return slots;
}

/* "+6531234500-+6531234599", "+658", as [{start, end}, {start}]. */
static json_t *ranges(struct rw_cli_yaml *yaml, int node)
{
    json_t *list = texts(yaml, node), *array = json_array(), *text;
    size_t i;

    json_array_foreach(list, i, text)
    {
        const char *range = json_string_value(text);
        size_t n = strcspn(range, "-");
        json_t *one = json_object();

        (void)json_object_set_new(one, "start", json_stringn(range, n));
        if (range[n])
            (void)json_object_set_new(one, "end", json_string(range + n + 1));
        (void)json_array_append_new(array, one);
    }
    json_decref(list);
    return array;
}

static json_t *value(struct rw_cli_yaml *yaml, const struct rw_apply_member *member, int node)
{
    const char *text = rw_cli_yaml_text(yaml, node);

    if (member->type == RW_APPLY_TEXTS)
        return texts(yaml, node);
    if (member->type == RW_APPLY_HOURS)
        return hours(yaml, node);
    if (member->type == RW_APPLY_RANGES)
        return ranges(yaml, node);
    if (rw_cli_yaml_is_map(yaml, node) || rw_cli_yaml_is_list(yaml, node)) {
        rw_cli_yaml_fault(yaml, node, "this is no single value", "a text, a number, true or false");
        return NULL;
    }
    if (member->type == RW_APPLY_NUMBER)
        return number(yaml, node, text);
    if (member->type == RW_APPLY_FLAG)
        return flag(yaml, node, text);
    return text ? json_string(text) : json_null();
}

/* ------------------------------------------------------------------ things */

static const struct rw_apply_member *find_member(const struct rw_apply_kind_of *kind,
                                                 const char *name)
{
    for (const struct rw_apply_member *m = kind->members; name && m->name; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

static const char *member_at(size_t i, const void *arg)
{
    const struct rw_apply_kind_of *kind = arg;

    return kind->members[i].name;
}

static void unknown_member(struct rw_cli_yaml *yaml, const struct rw_apply_kind_of *kind, int key)
{
    const char *name = rw_cli_yaml_text(yaml, key);
    const char *near = name ? rw_cli_nearest(name, member_at, kind) : NULL;
    char message[120], expected[200] = "";

    (void)snprintf(message, sizeof(message), "a %s has no member of this name", kind->what);
    for (const struct rw_apply_member *m = kind->members; m->name; m++) {
        size_t n = strlen(expected);

        (void)snprintf(expected + n, sizeof(expected) - n, "%s%s", n ? ", " : "", m->name);
    }
    rw_cli_yaml_fault(yaml, key, message, near ? near : expected);
}

static void put(struct rw_apply_item *item, const struct rw_apply_member *member, json_t *json)
{
    json_t *into = item->wish;

    if (member->group) {
        into = json_object_get(item->wish, member->group);
        if (!into) {
            into = json_object();
            (void)json_object_set_new(item->wish, member->group, into);
        }
    }
    (void)json_object_set_new(into, member->there, json);
}

static void read_members(struct rw_apply *apply, struct rw_apply_item *item)
{
    const struct rw_apply_kind_of *kind = &rw_apply_kinds[item->kind];
    struct rw_cli_yaml *yaml = apply->yaml;
    char message[80];
    int key, node;

    for (size_t i = 0; (node = rw_cli_yaml_pair(yaml, item->node, i, &key)) != 0; i++) {
        const struct rw_apply_member *member = find_member(kind, rw_cli_yaml_text(yaml, key));
        json_t *json;

        if (!member) {
            unknown_member(yaml, kind, key);
            continue;
        }
        if (rw_cli_yaml_member(yaml, item->node, member->name) != node)
            rw_cli_yaml_fault(yaml, key, "this member stands here twice", NULL);
        json = value(yaml, member, node);
        if (json)
            put(item, member, json);
    }
    for (const struct rw_apply_member *m = kind->members; m->name; m++)
        if (m->required && !rw_cli_yaml_member(yaml, item->node, m->name)) {
            (void)snprintf(message, sizeof(message), "the %s has no %s", kind->what, m->name);
            rw_cli_yaml_fault(yaml, item->node, message, m->name);
        }
}

/* Numbers are told apart by their text, so it has to be the one that the server has: E.164. */
static void check_number(struct rw_cli_yaml *yaml, int node)
{
    const char *typed = rw_cli_yaml_text(yaml, node);
    struct rw_address address;
    char message[RW_ADDRESS_TEXT_MAX];

    if (!typed)
        return;
    rw_address_judge(typed, strlen(typed), NULL, &address);
    if (strcmp(address.e164, typed) == 0)
        return;
    if (address.code)
        (void)rw_address_explain(&address, message, sizeof(message));
    else
        (void)snprintf(message, sizeof(message), "a number stands here without separators");
    rw_cli_yaml_fault(yaml, node, message,
                      address.e164[0]            ? address.e164
                      : address.suggestion_count ? address.suggestions[0].text
                                                 : "+ and digits");
}

/* Number plans of two sites may be called alike. */
static bool same_site(const struct rw_cli_yaml *yaml, int a, int b)
{
    const char *of_a = rw_cli_yaml_text(yaml, rw_cli_yaml_member(yaml, a, "site"));
    const char *of_b = rw_cli_yaml_text(yaml, rw_cli_yaml_member(yaml, b, "site"));

    return of_a && of_b ? strcmp(of_a, of_b) == 0 : of_a == of_b;
}

/* Whose it is stands there once. */
static void check_extension(struct rw_cli_yaml *yaml, int node)
{
    int user = rw_cli_yaml_member(yaml, node, "user"),
        phone = rw_cli_yaml_member(yaml, node, "phone");

    if (!user == !phone)
        rw_cli_yaml_fault(yaml, phone ? phone : node,
                          user ? "the extension has two owners" : "the extension has no owner",
                          "user: an id, or phone: a name");
}

static bool read_item(struct rw_apply *apply, enum rw_apply_kind kind, int node)
{
    const char *name = rw_cli_yaml_text(
        apply->yaml, rw_cli_yaml_member(apply->yaml, node, rw_apply_kinds[kind].key));
    struct rw_apply_item *item;

    if (!rw_cli_yaml_is_map(apply->yaml, node)) {
        rw_cli_yaml_fault(apply->yaml, node, "this is no thing with members", "name: and others");
        return true;
    }
    for (const struct rw_apply_item *other = apply->items; name && other; other = other->next)
        if (other->kind == kind && strcmp(other->name, name) == 0 &&
            (kind != RW_APPLY_PLAN || same_site(apply->yaml, other->node, node)))
            rw_cli_yaml_fault(apply->yaml,
                              rw_cli_yaml_member(apply->yaml, node, rw_apply_kinds[kind].key),
                              "this stands in the file twice", "another name");
    if (kind == RW_APPLY_NUMBERS)
        check_number(apply->yaml, rw_cli_yaml_member(apply->yaml, node, "phoneNumber"));
    if (kind == RW_APPLY_EXTENSION)
        check_extension(apply->yaml, node);
    item = rw_apply_add(apply, kind, name ? name : "", node);
    if (item)
        read_members(apply, item);
    return item != NULL;
}

/* "sites", "trunks" and so on; RW_APPLY_KINDS for any other word. */
static enum rw_apply_kind kind_of(const char *list)
{
    enum rw_apply_kind kind = RW_APPLY_SITE;

    while (kind < RW_APPLY_KINDS && (!list || strcmp(rw_apply_kinds[kind].list, list) != 0))
        kind++;
    return kind;
}

static const char *list_at(size_t i, const void *arg)
{
    (void)arg;
    return i < RW_APPLY_KINDS ? rw_apply_kinds[i].list : NULL;
}

static void unknown_list(struct rw_cli_yaml *yaml, int key)
{
    const char *name = rw_cli_yaml_text(yaml, key);
    const char *near = name ? rw_cli_nearest(name, list_at, NULL) : NULL;
    char expected[200] = "";

    for (size_t i = 0; i < RW_APPLY_KINDS; i++) {
        size_t n = strlen(expected);

        (void)snprintf(expected + n, sizeof(expected) - n, "%s%s",
                       !i                       ? ""
                       : i + 1 < RW_APPLY_KINDS ? ", "
                                                : " or ",
                       rw_apply_kinds[i].list);
    }
    rw_cli_yaml_fault(yaml, key, "there is no list of this name", near ? near : expected);
}

bool rw_apply_read(struct rw_apply *apply)
{
    struct rw_cli_yaml *yaml = apply->yaml;
    int root = rw_cli_yaml_root(yaml), key, list, node;

    if (!rw_cli_yaml_is_map(yaml, root))
        rw_cli_yaml_fault(yaml, root, "the file has none of the lists",
                          "sites:, trunks:, numbers:, routes: or another list");
    for (size_t i = 0; (list = rw_cli_yaml_pair(yaml, root, i, &key)) != 0; i++) {
        enum rw_apply_kind kind = kind_of(rw_cli_yaml_text(yaml, key));

        if (kind == RW_APPLY_KINDS) {
            unknown_list(yaml, key);
            continue;
        }
        if (!rw_cli_yaml_is_list(yaml, list))
            rw_cli_yaml_fault(yaml, list, "this is no list", "- and the members of each");
        for (size_t n = 0; (node = rw_cli_yaml_item(yaml, list, n)) != 0; n++)
            if (!read_item(apply, kind, node))
                return false;
    }
    return rw_cli_yaml_sound(yaml);
}
