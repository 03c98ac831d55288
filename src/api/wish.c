#include "api/wish.h"

#include <stdio.h>
#include <string.h>

/* Containers deeper than this hold no telephone number that anybody meant. */
#define DEPTH_MAX 5

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
            value = inner;
        } else {
            return true;
        }
    }
    return true;
}

/* The first of the names under which a text is found. A party's caller stands under "from" only. */
static bool find(const json_t *body, const char *const *names, const char *const *inside,
                 struct rw_arena *arena, struct rw_slice *ret, char ret_at[96])
{
    for (; *names; names++) {
        const json_t *value = json_object_get(body, *names);
        bool parties = strncmp(*names, "participant", 11) == 0;
        char at[96] = "";

        if (!value)
            continue;
        step(at, *names);
        if (!follow(value, inside, parties && inside == from_inside, arena, ret, at))
            return false;
        if (ret->p) {
            memcpy(ret_at, at, sizeof(at));
            return true;
        }
    }
    return true;
}

bool rw_wish_guess(const json_t *body, struct rw_arena *arena, struct rw_wish *ret)
{
    char unused[96] = "";

    *ret = (struct rw_wish){.contract_form = json_is_string(json_object_get(body, "phoneNumber"))};
    return find(body, to_names, to_inside, arena, &ret->to, ret->to_at) &&
           find(body, from_names, from_inside, arena, &ret->from, ret->from_at) &&
           find(body, provider_names, id_names, arena, &ret->provider_id, unused);
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
