/*
 * Bodies of any shape: names of other APIs, misspelt ones, numbers and ids of every type at any depth. Of
 * each refusal holds: what is suggested is accepted when it is sent; where nothing is, one fact is named;
 * every fault points to a place of the body. RINGWRIGHT_SEED=N repeats a run, RINGWRIGHT_BODIES=N sets
 * how many are tried.
 */
#include "house.h"

#include "base/id.h"
#include "json/locate.h"

#include <stdlib.h>

#define BODIES 3000

static uint64_t seed;

static unsigned any(unsigned below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (unsigned)((seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

#define ONE_OF(list) ((list)[any((unsigned)(sizeof(list) / sizeof((list)[0])))])

/* ------------------------------------------------------------------ bodies */

static const char *a_text(void)
{
    static const char *const texts[] = {"+6591234567",
                                        "+6591234567",
                                        "6591234567",
                                        "+65 9123 4567",
                                        "+6534567890",
                                        "+6534567890",
                                        "+6534560000",
                                        "+6534567892",
                                        "+15551234567",
                                        "+15550199",
                                        "tel:+6591234567",
                                        "sip:+6591234567@example.com",
                                        "sip:alice@example.com",
                                        "client:bob",
                                        "2000",
                                        "112",
                                        "",
                                        "{{number}}",
                                        "your-user-id",
                                        "agent",
                                        "user",
                                        "phone",
                                        "outbound",
                                        ANN,
                                        NOBODY,
                                        NUMBER_A,
                                        "12345-abcde-67899",
                                        "b-number",
                                        "default",
                                        "\xe2\x80\xaa+6591234567\xe2\x80\xac",
                                        "+6591234567\n",
                                        "call me",
                                        "+999123456789",
                                        "+442079460000"};

    return ONE_OF(texts);
}

/* One letter of it left out, doubled, in the other case, or another one. */
static void misspell(char *name)
{
    size_t n = strlen(name), at = n ? any((unsigned)n) : 0;

    if (n < 2 || n > 30)
        return;
    switch (any(5)) {
    case 0:
        memmove(name + at, name + at + 1, n - at);
        break;
    case 1:
        memmove(name + at + 1, name + at, n - at + 1);
        break;
    case 2:
        name[at] ^= 0x20;
        break;
    case 3:
        name[at] = (char)('a' + any(26));
        break;
    default:
        memmove(name + at + 1, name + at, n - at + 1);
        name[at] = "_-/~ "[any(5)];
    }
}

static void a_name(char name[40])
{
    static const char *const names[] = {
        "to",       "to",           "from",       "from",         "phoneNumber", "phoneNumber",
        "callerId", "providerId",   "callType",   "callerIdName", "toAddress",   "fromAddress",
        "callee",   "caller",       "targets",    "participants", "addresses",   "recipients",
        "address",  "uri",          "number",     "id",           "type",        "name",
        "agentId",  "userId",       "queueId",    "routingData",  "callUserId",  "callFromQueueId",
        "provider", "sip_trunk_id", "to_number",  "contact",      "metadata",    "attributes",
        "label",    "priority",     "wrapUpCode", "user",         "data",        "x"};

    (void)snprintf(name, 40, "%s", ONE_OF(names));
    if (any(8) == 0)
        misspell(name);
}

static json_t *an_object(unsigned depth);

static json_t *a_value(unsigned depth)
{
    json_t *value;

    switch (any(depth ? 12 : 8)) {
    case 0:
        return json_integer(any(2) ? 6591234567 : (json_int_t)any(5000));
    case 1:
        value = json_real(any(2) ? 6591234567.0 : 4.479e11);
        return any(2) ? value : (json_decref(value), json_null());
    case 2:
        return json_boolean(any(2));
    case 8:
    case 9:
    case 10:
        return an_object(depth - 1);
    case 11:
        value = json_array();
        for (unsigned n = any(3); n; n--)
            json_array_append_new(value, a_value(depth - 1));
        return value;
    default:
        return json_string(a_text());
    }
}

static json_t *an_object(unsigned depth)
{
    json_t *object = json_object();

    for (unsigned n = any(4) + 1; n; n--) {
        char name[40];

        a_name(name);
        json_object_set_new(object, name, a_value(depth));
    }
    return object;
}

static char *a_body(void)
{
    json_t *body = an_object(3);
    char *text;

    if (any(3) == 0)
        json_object_set_new(body, "to", json_pack("{s:s}", "phoneNumber", a_text()));
    if (any(40) == 0)
        body = json_pack("[o]", body);
    text = json_dumps(body, any(2) ? JSON_INDENT(2) : JSON_COMPACT);
    json_decref(body);
    return text;
}

/* ------------------------------------------------------------------ what holds */

#define WRONG(why) fail_msg("%s\n%s\n%s", why, body, house_last()->text)

static size_t lines_of(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* The value is there, or what it should stand in is; of a destination that nobody named neither. */
static bool is_there(const char *body, const json_t *fault)
{
    const char *pointer = json_string_value(json_object_get(fault, "pointer"));
    const char *code = json_string_value(json_object_get(fault, "code"));
    struct rw_json_place place;
    char parent[256];

    if (!pointer || (pointer[0] && pointer[0] != '/') ||
        strcmp(code, "call.destination_missing") == 0 || strcmp(code, "caller.none") == 0)
        return true;
    (void)snprintf(parent, sizeof(parent), "%s", pointer);
    if (rw_json_locate(rw_slice_str(body), parent, &place, NULL))
        return true;
    if (!strrchr(parent, '/'))
        return false;
    *strrchr(parent, '/') = '\0';
    return rw_json_locate(rw_slice_str(body), parent, &place, NULL);
}

static void check_places(const char *body, const json_t *faults)
{
    const json_t *fault;
    size_t i;

    json_array_foreach(faults, i, fault)
    {
        json_int_t offset = json_integer_value(json_object_get(fault, "offset"));
        json_int_t line = json_integer_value(json_object_get(fault, "line"));
        json_int_t column = json_integer_value(json_object_get(fault, "column"));

        if (!is_there(body, fault))
            WRONG("a pointer leads nowhere");
        if (offset < 0 || (size_t)offset > strlen(body) || (size_t)line > lines_of(body) ||
            (size_t)column > strlen(body) + 1)
            WRONG("a place is outside of the body");
    }
}

/* True when there was a suggestion. */
static bool check_refusal(enum house_token token, const char *body)
{
    const struct house_answer *a = house_last();
    const json_t *suggested = json_object_get(a->body, "suggestedRequest");
    const json_t *missing = json_object_get(a->body, "missingFact");
    char *text;

    if (a->status < 400 || a->status >= 500 || !json_array_size(json_object_get(a->body, "errors")))
        WRONG("neither accepted nor refused");
    check_places(body, json_object_get(a->body, "errors"));
    check_places(body, json_object_get(a->body, "warnings"));
    if (token == TOKEN_VIEWER) {
        if (suggested || missing)
            WRONG("a token that may not call learns what would be accepted");
        return false;
    }
    if (!suggested == !missing)
        WRONG("a suggestion, or a fact that is missing: one of them");
    if (!suggested)
        return false;
    text = json_dumps(suggested, JSON_COMPACT);
    if (house_judge(token, text)->status != 200)
        fail_msg("a suggestion is refused\n%s\n%s\n%s", body, text, house_last()->text);
    free(text);
    return true;
}

static void test_rewrites(void **state)
{
    static const enum house_token tokens[] = {TOKEN_ANN, TOKEN_ANN, TOKEN_ANN,   TOKEN_ANN,
                                              TOKEN_BOB, TOKEN_CY,  TOKEN_VIEWER};
    const char *given = getenv("RINGWRIGHT_SEED"), *count = getenv("RINGWRIGHT_BODIES");
    unsigned bodies = count ? (unsigned)strtoul(count, NULL, 10) : BODIES;
    unsigned accepted = 0, suggested = 0;

    (void)state;
    seed = given ? strtoull(given, NULL, 10) : rw_random_u64() >> 16;
    seed += !seed;
    print_message("RINGWRIGHT_SEED=%llu\n", (unsigned long long)seed);
    for (unsigned i = 0; i < bodies; i++) {
        enum house_token token = ONE_OF(tokens);
        char *body = a_body();

        if (house_judge(token, body)->status == 200)
            accepted++;
        else
            suggested += check_refusal(token, body);
        free(body);
    }
    print_message("%u bodies: %u accepted, %u rewritten\n", bodies, accepted, suggested);
    assert_true(suggested > bodies / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rewrites),
    };

    return cmocka_run_group_tests_name("api rewrites", tests, house_open, house_close);
}
