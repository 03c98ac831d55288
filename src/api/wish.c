#include "api/wish.h"

#include "api/schema.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Containers deeper than this hold no telephone number that anybody meant. */
#define DEPTH_MAX 5

/* The longest misspelt name: a pointer of DEPTH_MAX of them fits into rw_wish.to_at. */
#define MISSPELT_MAX 17

#define CALLER_NAME_MAX 64 /* characters, as the description has it of callerIdName */

static const char *const to_names[] = {
    "to",          "phoneNumber", "toAddress",  "toNumber",     "toPhoneNumber", "to_number",
    "destination", "dest",        "callee",     "called",       "calledNumber",  "target",
    "targets",     "recipient",   "recipients", "participants", "participant",   "addresses",
    "address",     "phone",       "number",     "callNumber",   "dnis",          NULL};

static const char *const from_names[] = {
    "from",           "callerId", "fromAddress",  "fromNumber",  "fromPhoneNumber",
    "from_number",    "callerID", "caller_id",    "caller",      "ani",
    "outboundNumber", "source",   "participants", "participant", NULL};

static const char *const provider_names[] = {"providerId", "provider", "provider_id", NULL};

/* Inside of an object that stands where a number should. */
static const char *const number_names[] = {"phoneNumber", "number", "address", "uri",
                                           "phone",       "e164",   "value",   NULL};
static const char *const to_inside[] = {"to", NULL};
static const char *const from_inside[] = {"from", NULL};
static const char *const id_names[] = {"id", NULL};

/* What a misspelt name may have been meant to be: the documented names, at the top and inside of a party. */
static const char *const top_names[] = {"to",           "phoneNumber", "callUserId", "callQueueId",
                                        "participants", "from",        "callerId",   "callerIdName",
                                        "providerId",   "callType",    NULL};
static const char *const party_names[] = {"phoneNumber", NULL};
static const char *const to_near[] = {"to", "phoneNumber", NULL};
static const char *const from_near[] = {"from", "callerId", NULL};
static const char *const provider_near[] = {"providerId", NULL};

static bool among(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void step(char at[96], const char *token)
{
    size_t n = strlen(at);

    (void)snprintf(at + n, 96 - n, "/%s", token);
}

static const json_t *member_of(const json_t *object, const char *const *names, char at[96])
{
    for (; *names; names++) {
        const json_t *value = json_object_get(object, *names);

        if (value && !json_is_null(value)) {
            step(at, *names);
            return value;
        }
    }
    return NULL;
}

/* Is `name` one of `wanted`, misspelt? Of all that is documented there the nearest one counts. */
static bool misspelt(const char *name, const char *const *documented, const char *const *wanted)
{
    const char *near;

    if (strlen(name) > MISSPELT_MAX || strpbrk(name, "/~") || among(documented, name))
        return false;
    near = rw_schema_near(documented, rw_slice_str(name));
    return near && among(wanted, near);
}

/* A misspelt member of a party. */
static const json_t *misspelt_number(const json_t *object, char at[96])
{
    json_t *walked = (json_t *)object; /* jansson's walk takes no const, and changes nothing */
    const char *name;
    json_t *value;

    json_object_foreach(walked, name, value)
    {
        if (json_is_null(value) || !misspelt(name, party_names, party_names))
            continue;
        step(at, name);
        return value;
    }
    return NULL;
}

/* A string as it is; a number, which somebody forgot to quote, as its digits. */
static bool text_of(const json_t *value, struct rw_arena *arena, struct rw_slice *ret)
{
    if (json_is_string(value)) {
        *ret = (struct rw_slice){json_string_value(value), json_string_length(value)};
        return true;
    }
    *ret = rw_slice_str(rw_arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value)));
    return ret->p != NULL;
}

/*
 * Follows a value down to a text: into an array that has one element only (of several nobody can say
 * which was meant), into an object by `first` names, then by the usual ones for a number.
 */
static bool follow(const json_t *value, const char *const *first, bool need_first,
                   struct rw_arena *arena, struct rw_slice *ret, char at[96])
{
    for (int depth = 0; value && depth < DEPTH_MAX; depth++) {
        if (json_is_string(value) || json_is_integer(value))
            return need_first || text_of(value, arena, ret);
        if (json_is_array(value)) {
            if (json_array_size(value) != 1)
                return true;
            value = json_array_get(value, 0);
            step(at, "0");
        } else if (json_is_object(value)) {
            const json_t *inner = first ? member_of(value, first, at) : NULL;

            if (inner)
                need_first = false;
            else if (!need_first)
                inner = member_of(value, number_names, at);
            if (!inner && !need_first)
                inner = misspelt_number(value, at);
            value = inner;
        } else {
            return true;
        }
    }
    return true;
}

/* One thing to look for: its names, the names inside of an object there, its documented names for what is misspelt. */
struct sought {
    const char *const *names, *const *inside, *const *near;
};

static const struct sought sought_to = {to_names, to_inside, to_near};
static const struct sought sought_from = {from_names, from_inside, from_near};
static const struct sought sought_provider = {provider_names, id_names, provider_near};

/* The text below one member, if there is one. A party's caller stands under "from" only. */
static bool look(const json_t *value, const char *name, const struct sought *sought,
                 struct rw_arena *arena, struct rw_slice *ret, char ret_at[96])
{
    bool parties = strncmp(name, "participant", 11) == 0;
    char at[96] = "";

    step(at, name);
    if (!follow(value, sought->inside, parties && sought == &sought_from, arena, ret, at))
        return false;
    if (ret->p)
        memcpy(ret_at, at, sizeof(at));
    return true;
}

/* The first of the names under which a text is found, else the first misspelt one. */
static bool find(const json_t *body, const struct sought *sought, struct rw_arena *arena,
                 struct rw_slice *ret, char ret_at[96])
{
    json_t *walked = (json_t *)body; /* jansson's walk takes no const, and changes nothing */
    const char *name;
    json_t *value;

    for (const char *const *known = sought->names; *known && !ret->p; known++) {
        value = json_object_get(body, *known);
        if (value && !look(value, *known, sought, arena, ret, ret_at))
            return false;
    }
    if (ret->p)
        return true;
    json_object_foreach(walked, name, value)
    {
        if (!misspelt(name, top_names, sought->near))
            continue;
        if (!look(value, name, sought, arena, ret, ret_at))
            return false;
        if (ret->p)
            break;
    }
    return true;
}

/* A name to show that could be shown. */
static const char *name_of(const json_t *value)
{
    const char *name = json_string_value(value);

    for (const char *p = name; p && *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return NULL;
    if (!name || !*name || rw_utf8_count(rw_slice_str(name)) > CALLER_NAME_MAX)
        return NULL;
    return name;
}

bool rw_wish_guess(const json_t *body, struct rw_arena *arena, struct rw_wish *ret)
{
    char unused[96] = "";

    *ret = (struct rw_wish){.contract_form = json_is_string(json_object_get(body, "phoneNumber")),
                            .caller_name = name_of(json_object_get(body, "callerIdName"))};
    return find(body, &sought_to, arena, &ret->to, ret->to_at) &&
           find(body, &sought_from, arena, &ret->from, ret->from_at) &&
           find(body, &sought_provider, arena, &ret->provider_id, unused);
}

static struct rw_slice string_of(const json_t *value)
{
    if (!json_is_string(value))
        return (struct rw_slice){NULL, 0};
    return (struct rw_slice){json_string_value(value), json_string_length(value)};
}

const char *const rw_wish_names[RW_WISH_MEMBERS] = {
    [RW_WISH_TO] = "to",
    [RW_WISH_PHONE_NUMBER] = "phoneNumber",
    [RW_WISH_CALL_USER_ID] = "callUserId",
    [RW_WISH_CALL_QUEUE_ID] = "callQueueId",
    [RW_WISH_PARTICIPANTS] = "participants",
    [RW_WISH_CONVERSATION_IDS] = "conversationIds",
    [RW_WISH_FROM] = "from",
    [RW_WISH_CALLER_ID] = "callerId",
    [RW_WISH_CALLER_ID_NAME] = "callerIdName",
    [RW_WISH_PROVIDER_ID] = "providerId",
};

/* The members in one walk: every call passes here, and looking each name up costs more. */
static uint32_t collect(const json_t *body, const json_t *ret[RW_WISH_MEMBERS])
{
    json_t *object = (json_t *)body; /* jansson's walk takes no const, and changes nothing */
    uint32_t said = 0;
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value) for (unsigned i = 0; i < RW_WISH_MEMBERS;
                                                  i++) if (strcmp(name, rw_wish_names[i]) == 0)
    {
        said |= UINT32_C(1) << i;
        ret[i] = value;
        break;
    }
    return said;
}

void rw_wish_read(const json_t *body, struct rw_wish *ret)
{
    const json_t *at[RW_WISH_MEMBERS] = {NULL};

    *ret = (struct rw_wish){.said = collect(body, at)};
    ret->to = string_of(json_object_get(at[RW_WISH_TO], "phoneNumber"));
    strcpy(ret->to_at, "/to/phoneNumber");
    if (!ret->to.p) {
        ret->to = string_of(at[RW_WISH_PHONE_NUMBER]);
        ret->contract_form = ret->to.p != NULL;
        if (ret->contract_form)
            strcpy(ret->to_at, "/phoneNumber");
    }
    ret->from = string_of(json_object_get(at[RW_WISH_FROM], "phoneNumber"));
    strcpy(ret->from_at, "/from/phoneNumber");
    if (!ret->from.p) {
        ret->from = string_of(at[RW_WISH_CALLER_ID]);
        if (ret->from.p)
            strcpy(ret->from_at, "/callerId");
    }
    ret->provider_id = string_of(at[RW_WISH_PROVIDER_ID]);
    ret->caller_name = json_string_value(at[RW_WISH_CALLER_ID_NAME]);
}
