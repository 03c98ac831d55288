#include "api/foreign.h"

#include "api/schema_text.h"

#define T RW_FOREIGN_TOP
#define P RW_FOREIGN_PARTY
#define D RW_FOREIGN_DEEP

#define TO "the number to call is to.phoneNumber", "\"to\": {\"phoneNumber\": \"+...\"}"
#define FROM "the number to show is from.phoneNumber", "\"from\": {\"phoneNumber\": \"+...\"}"
#define NUMBER "the number of either end is its phoneNumber", "\"phoneNumber\": \"+...\""
#define PROVIDER                                                                                   \
    "the trunk follows from the number called; a number to show is named by providerId",           \
        "\"providerId\": \"...\", or neither of them"
#define USER                                                                                       \
    "the token's user calls; for another one there is "                                            \
    "/api/v2/conversations/calls/user/{userId}",                                                   \
        NULL
#define QUEUE                                                                                      \
    "a queue to call on behalf of is callFromQueueId in the contract, and there are no queues "    \
    "yet",                                                                                         \
        NULL
#define ONE_KIND "not needed, every call here is an outbound telephone call", NULL
#define ONE_ADDRESS "not needed, only telephone numbers can stand here", NULL
#define IS_AGENT "the token's own user is the agent, and nothing in the body selects one", NULL
#define AFTER "it is set after the call, on the participant", NULL
#define DATA                                                                                       \
    "data of yours has a place in attributes", "\"attributes\": {\"name\": \"text\"}, or nothing"
#define NAME "a name to show beside the number is callerIdName", "\"callerIdName\": \"...\""
#define CAMPAIGN "this places one call; there are no campaigns yet", NULL
#define EVENTS                                                                                     \
    "nothing is called back; what happens to a call is told at /api/v2/ringwright/events", NULL
#define SETTING "not set for a single call, it is a matter of the server's configuration", NULL

/* The first row that fits counts: rows with a value stand before those without. */
static const struct rw_foreign rows[] = {
    /* documented, in one form or the other */
    {"to", NULL, T | P | D, RW_FOREIGN_DESTINATION, NULL, NULL},
    {"from", NULL, T | P | D, RW_FOREIGN_CALLER, NULL, NULL},
    {"phoneNumber", NULL, T | D, RW_FOREIGN_DESTINATION, NULL, NULL},
    {"phoneNumber", NULL, P, RW_FOREIGN_SAME, NULL, NULL},
    {"callerId", NULL, T | P | D, RW_FOREIGN_CALLER, NULL, NULL},
    {"providerId", NULL, T | P | D, RW_FOREIGN_PROVIDER, NULL, NULL},
    {"participants", NULL, T | D, RW_FOREIGN_DESTINATION, NULL, NULL},
    {"callUserId", NULL, T | D, RW_FOREIGN_USER, NULL, NULL},
    {"callQueueId", NULL, T | D, RW_FOREIGN_QUEUE, NULL, NULL},
    {"callFromQueueId", NULL, T | D, RW_FOREIGN_QUEUE, NULL, NULL},
    {"externalContactId", NULL, T | D, RW_FOREIGN_OTHER, NULL, NULL},
    {"attributes", NULL, T | D, RW_FOREIGN_DATA, NULL, NULL},

    /* whom to call */
    {"toAddress", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"toNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"toPhone", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"toPhoneNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"toUri", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"destination", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"destinations", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"destinationAddress", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"destinationNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"destinationPhoneNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"dest", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"callee", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"calleeNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"called", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"calledNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"calledParty", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"target", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"targets", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"targetAddress", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"targetNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"recipient", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"recipients", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"recipientNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"participant", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"contact", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"contacts", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"contactNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"customer", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"customerNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"dnis", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"dial", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"dialNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"callNumber", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"numberToCall", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"sipCallTo", NULL, T | D, RW_FOREIGN_DESTINATION, TO},
    {"endpoint", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"exten", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"addresses", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"address", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"phone", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"phones", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"phoneNumbers", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"telephone", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"tel", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"mobile", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"msisdn", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"number", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"numbers", NULL, T, RW_FOREIGN_DESTINATION, TO},
    {"uri", NULL, T, RW_FOREIGN_DESTINATION, TO},

    /* the number to show */
    {"fromAddress", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"fromNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"fromPhone", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"fromPhoneNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"fromUri", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"caller", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"callerNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"callerIdNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"callerPhoneNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"callingNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"callingParty", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"ani", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"cli", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"outboundNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"outboundCallerId", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"alternateCallerId", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"displayNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"source", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"sourceNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"sourceCallerIdNumber", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"sender", NULL, T | D, RW_FOREIGN_CALLER, FROM},
    {"originator", NULL, T | D, RW_FOREIGN_CALLER, FROM},

    /* the number resource */
    {"provider", NULL, T | D, RW_FOREIGN_PROVIDER, PROVIDER},
    {"trunk", NULL, T | D, RW_FOREIGN_PROVIDER, PROVIDER},
    {"trunkId", NULL, T | D, RW_FOREIGN_PROVIDER, PROVIDER},
    {"sipTrunkId", NULL, T | D, RW_FOREIGN_PROVIDER, PROVIDER},
    {"gateway", NULL, T | D, RW_FOREIGN_PROVIDER, PROVIDER},
    {"carrier", NULL, T | D, RW_FOREIGN_PROVIDER, PROVIDER},
    {"numberId", NULL, T | D, RW_FOREIGN_PROVIDER, PROVIDER},
    {"phoneNumberId", NULL, T | D, RW_FOREIGN_PROVIDER, PROVIDER},

    /* who calls */
    {"user", NULL, T | D, RW_FOREIGN_USER, USER},
    {"userId", NULL, T | P | D, RW_FOREIGN_USER, USER},
    {"agent", NULL, T | D, RW_FOREIGN_USER, USER},
    {"agentId", NULL, T | P | D, RW_FOREIGN_USER, USER},
    {"agentUserId", NULL, T | P | D, RW_FOREIGN_USER, USER},
    {"fromUserId", NULL, T | D, RW_FOREIGN_USER, USER},
    {"id", NULL, P, RW_FOREIGN_ID, USER},
    {"type", "agent", P, RW_FOREIGN_AGENT, IS_AGENT},
    {"type", "user", P, RW_FOREIGN_AGENT, IS_AGENT},
    {"addressType", "agent", P, RW_FOREIGN_AGENT, IS_AGENT},
    {"addressType", "user", P, RW_FOREIGN_AGENT, IS_AGENT},
    {"purpose", "agent", P, RW_FOREIGN_AGENT, IS_AGENT},
    {"purpose", "user", P, RW_FOREIGN_AGENT, IS_AGENT},
    {"role", "agent", P, RW_FOREIGN_AGENT, IS_AGENT},
    {"role", "user", P, RW_FOREIGN_AGENT, IS_AGENT},

    /* queues and how a call is led to people */
    {"queue", NULL, T | D, RW_FOREIGN_QUEUE, QUEUE},
    {"queueId", NULL, T | P | D, RW_FOREIGN_QUEUE, QUEUE},
    {"fromQueueId", NULL, T | D, RW_FOREIGN_QUEUE, QUEUE},
    {"routing", NULL, T, RW_FOREIGN_NOTHING, QUEUE},
    {"routingData", NULL, T, RW_FOREIGN_NOTHING, QUEUE},

    /* inside of one end of the call */
    {"number", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"address", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"addr", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"uri", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"sip", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"sipUri", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"phone", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"telephone", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"tel", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"mobile", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"msisdn", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"e164", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"value", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"callerIdNumber", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"identity", NULL, P, RW_FOREIGN_SAME, NUMBER},
    {"type", NULL, P, RW_FOREIGN_NOTHING, ONE_ADDRESS},
    {"addressType", NULL, P, RW_FOREIGN_NOTHING, ONE_ADDRESS},
    {"purpose", NULL, P, RW_FOREIGN_NOTHING, ONE_ADDRESS},
    {"role", NULL, P, RW_FOREIGN_NOTHING, ONE_ADDRESS},
    {"name", NULL, P, RW_FOREIGN_NOTHING, NAME},
    {"displayName", NULL, P, RW_FOREIGN_NOTHING, NAME},
    {"callerName", NULL, T | P, RW_FOREIGN_NOTHING, NAME},
    {"fromName", NULL, T, RW_FOREIGN_NOTHING, NAME},

    /* what every call here is */
    {"type", NULL, T, RW_FOREIGN_NOTHING, ONE_KIND},
    {"direction", NULL, T | P, RW_FOREIGN_NOTHING, ONE_KIND},
    {"channel", NULL, T | P, RW_FOREIGN_NOTHING, ONE_KIND},
    {"channelType", NULL, T | P, RW_FOREIGN_NOTHING, ONE_KIND},
    {"media", NULL, T | P, RW_FOREIGN_NOTHING, ONE_KIND},
    {"mediaType", NULL, T | P, RW_FOREIGN_NOTHING, ONE_KIND},
    {"conversationType", NULL, T, RW_FOREIGN_NOTHING, ONE_KIND},
    {"communicationType", NULL, T, RW_FOREIGN_NOTHING, ONE_KIND},

    /* what has another time or place */
    {"wrapUpCode", NULL, T | P, RW_FOREIGN_NOTHING, AFTER},
    {"wrapUp", NULL, T | P, RW_FOREIGN_NOTHING, AFTER},
    {"wrapUpCodeId", NULL, T | P, RW_FOREIGN_OTHER, AFTER},
    {"disposition", NULL, T | P, RW_FOREIGN_NOTHING, AFTER},
    {"metadata", NULL, T | P, RW_FOREIGN_DATA, DATA},
    {"customerData", NULL, T | P, RW_FOREIGN_DATA, DATA},
    {"data", NULL, T | P, RW_FOREIGN_NOTHING, DATA},
    {"customData", NULL, T | P, RW_FOREIGN_DATA, DATA},
    {"variables", NULL, T | P, RW_FOREIGN_DATA, DATA},
    {"context", NULL, T | P, RW_FOREIGN_DATA, DATA},
    {"tags", NULL, T | P, RW_FOREIGN_DATA, DATA},
    {"campaign", NULL, T, RW_FOREIGN_NOTHING, CAMPAIGN},
    {"campaignId", NULL, T | D, RW_FOREIGN_OTHER, CAMPAIGN},
    {"contactListId", NULL, T | D, RW_FOREIGN_OTHER, CAMPAIGN},
    {"script", NULL, T, RW_FOREIGN_NOTHING, CAMPAIGN},
    {"scriptId", NULL, T | D, RW_FOREIGN_OTHER, CAMPAIGN},
    {"answerUrl", NULL, T, RW_FOREIGN_NOTHING, EVENTS},
    {"callbackUrl", NULL, T, RW_FOREIGN_NOTHING, EVENTS},
    {"callbackUri", NULL, T, RW_FOREIGN_NOTHING, EVENTS},
    {"eventUrl", NULL, T, RW_FOREIGN_NOTHING, EVENTS},
    {"statusCallback", NULL, T, RW_FOREIGN_NOTHING, EVENTS},
    {"webhook", NULL, T, RW_FOREIGN_NOTHING, EVENTS},
    {"webhookUrl", NULL, T, RW_FOREIGN_NOTHING, EVENTS},
    {"url", NULL, T, RW_FOREIGN_NOTHING, EVENTS},
    {"timeout", NULL, T, RW_FOREIGN_NOTHING, SETTING},
    {"ringTimeout", NULL, T, RW_FOREIGN_NOTHING, SETTING},
    {"record", NULL, T, RW_FOREIGN_NOTHING, SETTING},
    {"recording", NULL, T, RW_FOREIGN_NOTHING, SETTING},
};

#undef T
#undef P
#undef D

static char next_letter(const char **p)
{
    char c;

    while (**p == '_' || **p == '-' || **p == ' ')
        (*p)++;
    c = **p;
    if (c)
        (*p)++;
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool rw_foreign_same(const char *a, const char *b)
{
    char x;

    do {
        x = next_letter(&a);
        if (x != next_letter(&b))
            return false;
    } while (x);
    return true;
}

const struct rw_foreign *rw_foreign_find(enum rw_foreign_place place, const char *name,
                                         const json_t *value)
{
    const char *text = json_string_value(value);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct rw_foreign *row = &rows[i];

        if ((row->places & place) && rw_foreign_same(row->name, name) &&
            (!row->value || (text && rw_foreign_same(row->value, text))))
            return row;
    }
    return NULL;
}

bool rw_foreign_advise(const char *schema, const char *name, const json_t *value,
                       struct rw_err *err)
{
    const struct rw_foreign *row = NULL;

    if (schema && strcmp(schema, "CreateCallRequest") == 0)
        row = rw_foreign_find(RW_FOREIGN_TOP, name, value);
    else if (schema && strcmp(schema, "CallAddress") == 0)
        row = rw_foreign_find(RW_FOREIGN_PARTY, name, value);
    if (!row || !row->why)
        return false;
    rw_schema_say(err, "there is no member %s here: %s", name, row->why);
    rw_err_expected(err, "%s", row->instead ? row->instead : "a request without this member");
    return true;
}
