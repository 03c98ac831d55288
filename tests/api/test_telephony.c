/* What calls leave by, through the API: trunks, and that the next call follows a change. */
#include "house.h"

#include <stdlib.h>
#include <string.h>

#define EDGES "/api/v2/telephony/providers/edges"
#define BASES EDGES "/trunkbasesettings"

static const struct house_answer *expect(const struct house_answer *a, int status)
{
    if (a->status != status)
        fail_msg("%d %s", a->status, a->text);
    return a;
}

static const struct house_answer *admin(const char *method, const char *path, const char *body,
                                        int status)
{
    return expect(house_send(TOKEN_ADMIN, method, path, NULL, body), status);
}

/* Refused with exactly this code and pointer, among others perhaps. */
static void refused(const char *code, const char *pointer)
{
    for (size_t i = 0; i < house_count("errors"); i++) {
        char path[40];

        (void)snprintf(path, sizeof(path), "errors/%zu/code", i);
        if (strcmp(house_text(path), code) != 0)
            continue;
        (void)snprintf(path, sizeof(path), "errors/%zu/pointer", i);
        if (strcmp(house_text(path), pointer) == 0)
            return;
    }
    fail_msg("no %s at %s: %s", code, pointer, house_last()->text);
}

static void call_agentless(void)
{
    expect(house_send(TOKEN_CLIENT, "POST", "/api/v2/conversations/calls/user/" BOB, NULL,
                      "{\"phoneNumber\":\"+6591234567\",\"callerId\":\"+6534567890\"}"),
           200);
}

/* ------------------------------------------------------------------ edges */

static void test_edge(void **state)
{
    (void)state;
    admin("GET", EDGES "/" EDGE_A, NULL, 200);
    assert_string_equal(house_text("name"), "edge");
    admin("PUT", EDGES "/" EDGE_A, "{\"name\":\"E1\",\"version\":1,\"make\":\"x\"}", 200);
    assert_true(house_warns("body.ignored_member"));
    admin("PUT", EDGES "/" EDGE_A, "{\"name\":\"edge\",\"version\":1}", 409);
    refused("version.conflict", "/version");
    admin("PUT", EDGES "/" EDGE_A, "{\"name\":\"edge\",\"version\":2}", 200);
    assert_int_equal(house_number("version"), 3);
}

/* ------------------------------------------------------------------ trunks */

/* Over TLS the port is another one; what the API does not show of a trunk's TLS stays when it is changed. */
static void test_trunk_over_tls(void **state)
{
    struct rw_row_trunk row = {.id = "0192f000-0000-7000-8000-0000000000f7",
                               .tenant_id = TENANT_A,
                               .edge_id = EDGE_A,
                               .name = "By hand",
                               .state = "active",
                               .host = "sip.example",
                               .transport = "tls",
                               .version = 1,
                               .addresses = "192.0.2.1, 192.0.2.2;priority=1"};
    struct rw_store_reader *reader = NULL;
    struct rw_tx *tx = rw_tx_new(house.store.store);
    struct rw_arena arena;

    (void)state;
    admin("POST", BASES,
          "{\"name\":\"Secure\",\"sip\":{\"host\":\"a.example\",\"transport\":\"tls\"}}", 200);
    assert_int_equal(house_number("sip/port"), 5061);
    rw_tx_put_trunk(tx, &row);
    store_test_commit(tx);
    admin("GET", BASES "/0192f000-0000-7000-8000-0000000000f7", NULL, 200);
    assert_int_equal(house_number("sip/port"), 0); /* where it is stands in SRV records */
    assert_string_equal(house_text("sip/addresses/1"), "192.0.2.2;priority=1");
    admin("PUT", BASES "/0192f000-0000-7000-8000-0000000000f7",
          "{\"name\":\"By "
          "hand\",\"version\":1,\"tls\":{\"unverified\":true},\"sip\":{\"host\":\"b.example\","
          "\"transport\":\"tls\",\"addresses\":[\"192.0.2.1;priority=1\",\"[2001:db8::1]:5070\"]}}",
          200);
    assert_string_equal(house_text("sip/addresses/1"), "[2001:db8::1]:5070");
    rw_arena_init(&arena, 1u << 16);
    assert_int_equal(rw_store_reader_new(house.store.store, &reader, NULL), RW_OK);
    assert_int_equal(rw_store_get_trunk(reader, TENANT_A, row.id, &arena, &row, NULL), RW_OK);
    assert_string_equal(row.host, "b.example");
    assert_string_equal(row.addresses, "192.0.2.1;priority=1,[2001:db8::1]:5070");
    assert_true(row.tls_unverified);
    rw_store_reader_free(reader);
    rw_arena_done(&arena);
}

static char base_path[200];

static void test_trunk_is_made_and_shown(void **state)
{
    char id[40], path[200];

    (void)state;
    admin("POST", BASES,
          "{\"name\":\"Carrier\",\"trunkType\":\"EXTERNAL\",\"trunkMetabase\":{\"id\":\"x\"},"
          "\"sip\":{\"host\":\"198.51.100.7\",\"port\":5080,\"transport\":\"tcp\","
          "\"authUser\":\"me\",\"authPassword\":\"s3cret\"}}",
          200);
    (void)snprintf(id, sizeof(id), "%s", house_text("id"));
    (void)snprintf(base_path, sizeof(base_path), "%s", house_text("selfUri"));
    assert_int_equal(house_number("version"), 1);
    assert_int_equal(house_number("answerTimeoutMs"), 60000);
    assert_true(house_warns("body.ignored_member"));
    assert_null(strstr(house_last()->text, "s3cret"));
    admin("GET", base_path, NULL, 200);
    assert_string_equal(house_text("sip/host"), "198.51.100.7");
    assert_string_equal(house_text("sip/reliableProvisional"), "off");
    assert_int_equal(house_number("sip/sessionExpiresS"), 0);
    assert_int_equal(house_number("sip/port"), 5080);
    assert_null(strstr(house_last()->text, "s3cret"));
    assert_non_null(strstr(house_last()->text, "\"hasPassword\":true"));
    (void)snprintf(path, sizeof(path), EDGES "/trunks/%s", id);
    admin("GET", path, NULL, 200);
    assert_string_equal(house_text("trunkBase/id"), id);
    assert_string_equal(house_text("edge/id"), EDGE_A);
    admin("GET", EDGES "/trunks", NULL, 200);
    assert_int_equal(house_number("total"), 2);
    admin("GET", EDGES "/trunks?trunkType=PHONE", NULL, 200);
    assert_int_equal(house_number("total"), 0);
    admin("GET", BASES "?name=Carrier", NULL, 200);
    assert_int_equal(house_number("total"), 1);
    assert_string_equal(house_text("entities/0/id"), id);
    admin("GET", BASES "?pageSize=1&pageNumber=2", NULL, 200);
    assert_int_equal(house_count("entities"), 1);
    assert_int_equal(house_number("pageCount"), 2);
}

static void test_trunk_takes_calls(void **state)
{
    (void)state;
    admin("POST", BASES,
          "{\"name\":\"In\",\"sip\":{\"host\":\"h\"},\"incoming\":{\"to\":\"user\"}}", 400);
    refused("trunk.bad_incoming_user", "/incoming/userId");
    admin("POST", BASES,
          "{\"name\":\"In\",\"sip\":{\"host\":\"h\"},\"incoming\":{\"to\":\"user\",\"userId\":"
          "\"0192f000-0000-7000-8000-00000000ffff\"}}",
          400);
    refused("trunk.bad_incoming_user", "/incoming/userId");
    admin("POST", BASES,
          "{\"name\":\"In\",\"sip\":{\"host\":\"h\"},\"incoming\":{\"to\":\"owner\",\"userId\":"
          "\"x\"}}",
          400);
    refused("trunk.bad_incoming_user", "/incoming/userId");
    admin(
        "POST", BASES,
        "{\"name\":\"In\",\"sip\":{\"host\":\"h\"},\"incoming\":{\"to\":\"user\",\"userId\":\"" ANN
        "\"}}",
        200);
    assert_string_equal(house_text("incoming/userId"), ANN);
}

static void test_trunk_is_judged(void **state)
{
    static const struct {
        const char *sip, *code, *pointer;
        int status;
    } cases[] = {
        {"{\"host\":\"sip:192.0.2.7:5060\"}", "trunk.bad_host", "/sip/host", 400},
        {"{\"host\":\"192.0.2.7:5060\"}", "trunk.bad_host", "/sip/host", 400},
        {"{\"host\":\"a b\"}", "trunk.bad_host", "/sip/host", 400},
        {"{\"host\":\"a\\r\\nX: y\"}", "trunk.bad_host", "/sip/host", 400},
        {"{\"host\":\"[2001:db8::1\"}", "trunk.bad_host", "/sip/host", 400},
        {"{\"host\":\"\"}", "body.too_short", "/sip/host", 400},
        {"{}", "body.missing_member", "/sip/host", 400},
        {"{\"host\":\"h\",\"port\":-1}", "body.out_of_range", "/sip/port", 400},
        {"{\"host\":\"h\",\"port\":\"5060\"}", "body.wrong_type", "/sip/port", 400},
        {"{\"host\":\"h\",\"transport\":\"sctp\"}", "body.bad_enum", "/sip/transport", 400},
        {"{\"host\":\"h\",\"outboundProxy\":\"192.0.2.9\"}", "trunk.bad_proxy",
         "/sip/outboundProxy", 400},
        {"{\"host\":\"h\",\"outboundProxy\":\"sip:h>x\"}", "trunk.bad_proxy", "/sip/outboundProxy",
         400},
        {"{\"host\":\"h\",\"authUser\":\"a\\n\"}", "trunk.bad_credential", "/sip/authUser", 400},
        {"{\"host\":\"h\",\"addresses\":[\"a\",\"b:x\"]}", "trunk.bad_address", "/sip/addresses/1",
         400},
        {"{\"host\":\"h\",\"addresses\":[\"a,b\"]}", "trunk.bad_address", "/sip/addresses/0", 400},
        {"{\"host\":\"h\",\"sessionExpiresS\":89}", "trunk.short_session", "/sip/sessionExpiresS",
         400},
        {"{\"host\":\"h\",\"sessionExpiresS\":-1}", "body.out_of_range", "/sip/sessionExpiresS",
         400},
        {"{\"host\":\"h\",\"reliableProvisional\":\"on\"}", "body.bad_enum",
         "/sip/reliableProvisional", 400},
        {"{\"host\":\"h\",\"secret\":1}", "body.unknown_member", "/sip/secret", 400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char body[300];

        (void)snprintf(body, sizeof(body), "{\"name\":\"N\",\"sip\":%s}", cases[i].sip);
        admin("POST", BASES, body, cases[i].status);
        refused(cases[i].code, cases[i].pointer);
    }
    admin("POST", BASES, "{\"name\":\"N\",\"sip\":{\"host\":\"sip:192.0.2.7:5060\"}}", 400);
    assert_string_equal(house_text("errors/0/suggestion"), "192.0.2.7");
    admin("POST", BASES, "{\"name\":\"N\",\"properties\":{},\"sip\":{\"host\":\"h\"}}", 400);
    refused("body.not_supported", "/properties");
    admin("POST", BASES, "{\"name\":\"Carrier\",\"sip\":{\"host\":\"h\"}}", 409);
    refused("telephony.name_taken", "/name");
    admin("GET", BASES, NULL, 200);
    assert_int_equal(house_number("total"), 2);
}

#define NAMED(rest) "{\"name\":\"N\",\"sip\":{\"host\":\"h\"},\"identity\":{" rest "}}"

static void test_identity_of_a_trunk(void **state)
{
    static const struct {
        const char *body, *code, *pointer;
    } cases[] = {
        {NAMED("\"fromUser\":\"4711@carrier.example\""), "trunk.bad_user", "/identity/fromUser"},
        {NAMED("\"fromUser\":\"a b\""), "trunk.bad_user", "/identity/fromUser"},
        {NAMED("\"fromUser\":\"a\\r\\nX: y\""), "trunk.bad_user", "/identity/fromUser"},
        {NAMED("\"fromUser\":\"<a>\""), "trunk.bad_user", "/identity/fromUser"},
        {NAMED("\"fromUser\":\"\""), "body.too_short", "/identity/fromUser"},
        {NAMED("\"domain\":\"sip:carrier.example\""), "trunk.bad_host", "/identity/domain"},
        {NAMED("\"domain\":\"carrier.example:5060\""), "trunk.bad_host", "/identity/domain"},
        {NAMED("\"header\":\"Remote-Party-ID\""), "body.bad_enum", "/identity/header"},
        {NAMED("\"privacy\":true"), "body.wrong_type", "/identity/privacy"},
        {NAMED("\"calledFormat\":\"+\""), "body.bad_enum", "/identity/calledFormat"},
        {NAMED("\"diversionNumber\":\"31234567\""), "address.missing_plus",
         "/identity/diversionNumber"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        admin("POST", BASES, cases[i].body, 400);
        refused(cases[i].code, cases[i].pointer);
    }
    admin("POST", BASES, NAMED("\"fromUser\":\"4711@carrier.example\""), 400);
    assert_string_equal(house_text("errors/0/suggestion"), "4711");
    admin("POST", BASES,
          NAMED("\"fromUser\":\"4711\",\"domain\":\"carrier.example\","
                "\"header\":\"P-Asserted-Identity\",\"privacy\":\"id\",\"userPhone\":false,"
                "\"diversionNumber\":\"+65 3123 4567\",\"calledFormat\":\"digits\""),
          200);
    admin("GET", house_text("selfUri"), NULL, 200);
    assert_string_equal(house_text("identity/fromUser"), "4711");
    assert_string_equal(house_text("identity/domain"), "carrier.example");
    assert_string_equal(house_text("identity/header"), "P-Asserted-Identity");
    assert_string_equal(house_text("identity/privacy"), "id");
    assert_string_equal(house_text("identity/diversionNumber"), "+6531234567");
    assert_string_equal(house_text("identity/calledFormat"), "digits");
    assert_string_equal(house_text("identity/fromFormat"), "e164");
    assert_non_null(strstr(house_last()->text, "\"userPhone\":false"));
    admin("PUT", house_text("selfUri"), "{\"name\":\"N\",\"version\":1,\"sip\":{\"host\":\"h\"}}",
          200);
    assert_string_equal(house_text("identity/header"), "none"); /* as if it never had been there */
    assert_null(strstr(house_last()->text, "fromUser"));
    assert_non_null(strstr(house_last()->text, "\"userPhone\":true"));
    admin("DELETE", house_text("selfUri"), NULL, 200);
}

#define WITH_MEDIA(transport, rest)                                                                \
    "{\"name\":\"M\",\"sip\":{\"host\":\"h\",\"transport\":\"" transport "\"},\"media\":{" rest "}}"

static void test_media_of_a_trunk(void **state)
{
    static const struct {
        const char *body, *code, *pointer;
    } cases[] = {
        {WITH_MEDIA("udp", "\"srtp\":\"on\""), "body.bad_enum", "/media/srtp"},
        {WITH_MEDIA("udp", "\"codecs\":[\"G729\"]"), "body.bad_enum", "/media/codecs/0"},
        {WITH_MEDIA("udp", "\"codecs\":[]"), "body.too_few_items", "/media/codecs"},
        {WITH_MEDIA("udp", "\"codecs\":[\"PCMU\",\"PCMU\"]"), "trunk.codec_twice",
         "/media/codecs/1"},
        {WITH_MEDIA("udp", "\"advertisedHost\":\"media.example\""), "trunk.bad_media_host",
         "/media/advertisedHost"},
        {WITH_MEDIA("udp", "\"advertisedHost\":\"192.0.2.7:5060\""), "trunk.bad_media_host",
         "/media/advertisedHost"},
        {WITH_MEDIA("udp", "\"advertisedHost\":\"224.0.0.1\""), "trunk.bad_media_host",
         "/media/advertisedHost"},
        {WITH_MEDIA("udp", "\"advertisedHost\":\"2001:db8::7\""), "trunk.bad_media_host",
         "/media/advertisedHost"}, /* RTP is bound to an IPv4 address */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        admin("POST", BASES, cases[i].body, 400);
        refused(cases[i].code, cases[i].pointer);
    }
    admin("POST", BASES,
          WITH_MEDIA("tls",
                     "\"srtp\":\"required\",\"dtmf\":\"info\",\"codecs\":[\"PCMA\",\"PCMU\"],"
                     "\"advertisedHost\":\"192.0.2.7\""),
          200);
    assert_null(strstr(house_last()->text, "warnings"));
    admin("GET", house_text("selfUri"), NULL, 200);
    assert_string_equal(house_text("media/srtp"), "required");
    assert_string_equal(house_text("media/dtmf"), "info");
    assert_string_equal(house_text("media/codecs/0"), "PCMA");
    assert_string_equal(house_text("media/codecs/1"), "PCMU");
    assert_string_equal(house_text("media/advertisedHost"), "192.0.2.7");
    admin(
        "PUT", house_text("selfUri"),
        "{\"name\":\"M\",\"version\":1,\"sip\":{\"host\":\"h\"},\"media\":{\"srtp\":\"optional\"}}",
        200);
    assert_string_equal(house_text("warnings/0/code"), "trunk.keys_in_clear");
    assert_string_equal(house_text("warnings/0/pointer"), "/media/srtp");
    assert_null(strstr(house_last()->text, "codecs"));
    admin("PUT", house_text("selfUri"), "{\"name\":\"M\",\"version\":2,\"sip\":{\"host\":\"h\"}}",
          200);
    assert_string_equal(house_text("media/srtp"), "off");
    assert_string_equal(house_text("media/dtmf"), "rfc4733");
    assert_null(strstr(house_last()->text, "warnings"));
    admin("DELETE", house_text("selfUri"), NULL, 200);
}

static void test_registration_and_health_of_a_trunk(void **state)
{
    char path[200];

    (void)state;
    admin("POST", BASES,
          "{\"name\":\"R\",\"sip\":{\"host\":\"h\"},\"registration\":{\"enabled\":true}}", 400);
    refused("trunk.nobody_registers", "/registration/enabled");
    admin("POST", BASES,
          "{\"name\":\"R\",\"sip\":{\"host\":\"h\"},\"registration\":{\"expiresS\":59},"
          "\"health\":{\"optionsIntervalS\":3601}}",
          400);
    refused("body.out_of_range", "/registration/expiresS");
    refused("body.out_of_range", "/health/optionsIntervalS");
    admin("POST", BASES,
          "{\"name\":\"R\",\"sip\":{\"host\":\"h\",\"authUser\":\"us\"},\"registration\":{"
          "\"enabled\":true,\"expiresS\":600},\"health\":{\"optionsIntervalS\":30}}",
          200);
    assert_int_equal(house_number("registration/expiresS"), 600);
    assert_int_equal(house_number("health/optionsIntervalS"), 30);
    (void)snprintf(path, sizeof(path), EDGES "/trunks/%s", house_text("id"));
    admin("GET", path, NULL, 200); /* nobody has asked yet in this house */
    assert_string_equal(house_text("optionsEnabledStatus"), "ENABLED");
    assert_string_equal(house_text("registersEnabledStatus"), "ENABLED");
    assert_non_null(strstr(house_last()->text, "\"inService\":false"));
    (void)snprintf(path, sizeof(path), BASES "/%s", house_text("id"));
    admin("PUT", path,
          "{\"name\":\"R\",\"version\":1,\"sip\":{\"host\":\"h\"},\"identity\":{"
          "\"fromUser\":\"us\"},\"registration\":{\"enabled\":true}}",
          200);
    assert_int_equal(house_number("registration/expiresS"), 3600);
    assert_int_equal(house_number("health/optionsIntervalS"), 0);
    admin("DELETE", path, NULL, 200);
}

static void test_trunk_is_changed_by_its_version(void **state)
{
    (void)state;
    admin("PUT", base_path,
          "{\"name\":\"Carrier\",\"version\":1,\"sip\":{\"host\":\"2001:db8::7\",\"authUser\":"
          "\"me\"},\"enabled\":false}",
          200);
    assert_int_equal(house_number("version"), 2);
    assert_int_equal(house_number("sip/port"), 5060);
    assert_string_equal(house_text("state"), "inactive");
    assert_non_null(strstr(house_last()->text, "\"hasPassword\":true")); /* as it was */
    admin("PUT", base_path, "{\"name\":\"C\",\"version\":1,\"sip\":{\"host\":\"h\"}}", 409);
    refused("version.conflict", "/version");
    assert_non_null(strstr(house_text("errors/0/message"), "version 1, but version 2"));
    admin("PUT", base_path, "{\"name\":\"C\",\"sip\":{\"host\":\"h\"}}", 400);
    refused("body.missing_member", "/version");
    admin("PUT", base_path, "{\"name\":\"trunk\",\"version\":2,\"sip\":{\"host\":\"h\"}}", 409);
    refused("telephony.name_taken", "/name");
    admin("PUT", base_path,
          "{\"name\":\"C\",\"version\":2,\"description\":\"x\",\"sip\":{\"host\":\"h\","
          "\"authUser\":\"me\",\"authPassword\":null}}",
          200);
    assert_non_null(strstr(house_last()->text, "\"hasPassword\":false"));
}

static void test_trunk_is_deleted_when_unused(void **state)
{
    (void)state;
    admin("DELETE", BASES "/" TRUNK_A, NULL, 409);
    refused("telephony.in_use", "{trunkBaseSettingsId}");
    assert_non_null(strstr(house_text("errors/0/found"), "outbound route \"all\""));
    admin("DELETE", base_path, NULL, 200);
    admin("DELETE", base_path, NULL, 404);
    admin("GET", "/api/v2/ringwright/audit?pageSize=1", NULL, 200);
    assert_string_equal(house_text("entities/0/action"), "trunk.delete");
}

/* No restart, not even a second request: the settings of a trunk are those of the next call. */
static void test_the_next_call_follows(void **state)
{
    (void)state;
    call_agentless();
    assert_string_equal(house.invited, "sip:+6591234567@192.0.2.1:5060;transport=udp;user=phone");
    admin("PUT", BASES "/" TRUNK_A,
          "{\"name\":\"trunk\",\"version\":1,\"sip\":{\"host\":\"carrier.example\",\"port\":5070,"
          "\"transport\":\"tcp\",\"authUser\":\"u\",\"authPassword\":\"p\"}}",
          200);
    call_agentless();
    assert_string_equal(house.invited,
                        "sip:+6591234567@carrier.example:5070;transport=tcp;user=phone");
    assert_string_equal(house.invited_as, "u/p");
    admin("PUT", BASES "/" TRUNK_A,
          "{\"name\":\"trunk\",\"version\":2,\"enabled\":false,\"sip\":{\"host\":\"192.0.2.1\"}}",
          200);
    expect(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6591234567\"}"), 409);
    refused("route.trunk_inactive", "/phoneNumber");
    admin("PUT", BASES "/" TRUNK_A,
          "{\"name\":\"trunk\",\"version\":3,\"sip\":{\"host\":\"192.0.2.1\"}}", 200);
    call_agentless();
    assert_string_equal(house.invited_as, "/"); /* without the user the password is gone too */
}

/* ------------------------------------------------------------------ numbers */

#define NUMBERS EDGES "/" EDGE_A "/phoneNumbers"

static void test_numbers(void **state)
{
    (void)state;
    admin("POST", NUMBERS,
          "{\"phoneNumber\":\"+65 3123 4567\",\"id\":\"main\",\"name\":\"Main\",\"owner\":{\"id\":"
          "\"" ANN "\"}}",
          200);
    assert_string_equal(house_text("phoneNumber"), "+6531234567");
    assert_string_equal(house_text("id"), "main");
    assert_true(house_warns("address.separators_removed"));
    expect(house_send(TOKEN_CLIENT, "POST", "/api/v2/conversations/calls/user/" BOB, NULL,
                      "{\"to\":{\"phoneNumber\":\"+6591234567\"},\"providerId\":\"main\"}"),
           200);
    admin("PUT", NUMBERS "/+6531234567", "{\"version\":1,\"state\":\"inactive\"}", 200);
    assert_int_equal(house_number("version"), 2);
    assert_string_equal(house_text("owner/id"), "(none)");
    expect(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6591234567\",\"callerId\":\"+6531234567\"}"),
           403);
    refused("caller.inactive", "/callerId");
    admin("PUT", NUMBERS "/%2B6531234567", "{\"version\":1}", 409);
    refused("version.conflict", "/version");
    admin("GET", NUMBERS, NULL, 200);
    assert_int_equal(house_number("total"), 5);

    admin("POST", NUMBERS, "{\"phoneNumber\":\"6531234567\"}", 400);
    refused("address.missing_plus", "/phoneNumber");
    assert_string_equal(house_text("errors/0/suggestion"), "+6531234567");
    admin("POST", NUMBERS, "{\"phoneNumber\":\"+6531234569;ext=5\",\"owner\":{\"id\":\"x\"}}", 400);
    refused("number.unknown_owner", "/owner/id");
    assert_int_equal(house_count("errors"), 2);
    admin("POST", NUMBERS, "{\"phoneNumber\":\"+6531234567\"}", 409);
    refused("number.taken", "/phoneNumber");
    admin("POST", NUMBERS, "{\"phoneNumber\":\"+6531234568\",\"id\":\"main\"}", 409);
    refused("number.id_taken", "/id");
    admin("POST", NUMBERS, "{\"phoneNumber\":\"+6531234568\",\"id\":\"a b\"}", 400);
    refused("body.bad_format", "/id");

    admin("DELETE", NUMBERS "/+6534567891", NULL, 409);
    refused("telephony.in_use", "{phoneNumber}");
    assert_non_null(strstr(house_text("errors/0/found"), "Bob"));
    admin("DELETE", NUMBERS "/+6531234567", NULL, 200);
    admin("GET", NUMBERS "/+6531234567", NULL, 404);
}

static void test_pool(void **state)
{
    char path[200], did[200];

    (void)state;
    admin("POST", EDGES "/didpools",
          "{\"name\":\"Office\",\"startPhoneNumber\":\"+6531234570\",\"endPhoneNumber\":"
          "\"+6531234579\",\"provider\":\"PURE_CLOUD\",\"comments\":\"c\"}",
          200);
    (void)snprintf(path, sizeof(path), "%s", house_text("selfUri"));
    admin("GET", path, NULL, 200);
    assert_string_equal(house_text("endPhoneNumber"), "+6531234579");
    admin("GET", EDGES "/didpools/dids?type=UNASSIGNED&numberMatch=312345", NULL, 200);
    assert_int_equal(house_number("total"), 10);
    assert_string_equal(house_text("entities/9/number"), "+6531234579");
    admin("GET", EDGES "/dids?phoneNumber=%2B6531234575", NULL, 200);
    assert_int_equal(house_number("total"), 1);
    expect(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6591234567\",\"callerId\":\"+6531234575\"}"),
           200);
    (void)snprintf(did, sizeof(did), EDGES "/dids/%s", house_text("providerId"));
    admin("GET", did, NULL, 200);
    assert_string_equal(house_text("phoneNumber"), "+6531234575");

    /* the range moves: five go, five come, five stay what they are */
    admin("PUT", path,
          "{\"name\":\"Office\",\"version\":1,\"startPhoneNumber\":\"+6531234575\","
          "\"endPhoneNumber\":\"+6531234584\"}",
          200);
    admin("GET", did, NULL, 200);
    assert_int_equal(house_number("version"), 1);
    admin("GET", EDGES "/didpools/dids?numberMatch=312345", NULL, 200);
    assert_int_equal(house_number("total"), 10);
    assert_string_equal(house_text("entities/0/number"), "+6531234575");

    admin("PUT", NUMBERS "/+6531234580", "{\"version\":1,\"owner\":{\"id\":\"" ANN "\"}}", 200);
    admin("PUT", path,
          "{\"name\":\"Office\",\"version\":2,\"startPhoneNumber\":\"+6531234575\","
          "\"endPhoneNumber\":\"+6531234576\"}",
          409);
    refused("telephony.in_use", "{didPoolId}");
    admin("DELETE", path, NULL, 409);
    assert_non_null(strstr(house_text("errors/0/found"), "+6531234580 \"Ann\""));
    admin("DELETE", NUMBERS "/+6531234576", NULL, 409); /* it came with the pool */
    admin("PUT", NUMBERS "/+6531234580", "{\"version\":2}", 200);
    admin("DELETE", path, NULL, 200);
    admin("GET", EDGES "/didpools/dids?numberMatch=312345", NULL, 200);
    assert_int_equal(house_number("total"), 0);
}

static void test_pool_is_judged(void **state)
{
    static const struct {
        const char *first, *last, *code, *pointer;
        int status;
    } cases[] = {
        {"+6531234570", "+653123457", "address.too_short", "/endPhoneNumber", 400},
        {"6531234570", "+6531234579", "address.missing_plus", "/startPhoneNumber", 400},
        {"+6531234579", "+6531234570", "didpool.bad_range", "/endPhoneNumber", 400},
        {"+6531234000", "+6531235000", "didpool.bad_range", "/endPhoneNumber", 400},
        {"+6531234570", "+442079460000", "didpool.bad_range", "/endPhoneNumber", 400},
        {"+6534567885", "+6534567895", "didpool.overlap", "/startPhoneNumber", 409},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char body[200];

        (void)snprintf(body, sizeof(body),
                       "{\"name\":\"P\",\"startPhoneNumber\":\"%s\",\"endPhoneNumber\":\"%s\"}",
                       cases[i].first, cases[i].last);
        admin("POST", EDGES "/didpools", body, cases[i].status);
        refused(cases[i].code, cases[i].pointer);
    }
    admin("POST", EDGES "/didpools",
          "{\"name\":\"Many\",\"startPhoneNumber\":\"+6531235000\",\"endPhoneNumber\":"
          "\"+6531235999\"}",
          200);
    admin("GET", EDGES "/didpools?name=Many", NULL, 200);
    assert_int_equal(house_number("total"), 1);
    admin("DELETE", house_text("entities/0/selfUri"), NULL, 200);
}

/* ------------------------------------------------------------------ sites and routes */

static char site_path[200];

static void test_site(void **state)
{
    (void)state;
    admin("POST", EDGES "/sites",
          "{\"name\":\"Branch\",\"location\":{\"id\":\"x\"},\"mediaModel\":\"Cloud\"}", 200);
    assert_true(house_warns("body.ignored_member"));
    (void)snprintf(site_path, sizeof(site_path), "%s", house_text("selfUri"));
    admin("PUT", site_path, "{\"name\":\"site\",\"version\":1}", 409);
    refused("telephony.name_taken", "/name");
    admin("PUT", site_path, "{\"name\":\"Office\",\"version\":1,\"description\":\"d\"}", 200);
    admin("PUT", site_path, "{\"name\":\"Office\",\"version\":1}", 409);
    refused("version.conflict", "/version");
    admin("GET", site_path, NULL, 200);
    assert_string_equal(house_text("description"), "d");
    admin("GET", EDGES "/sites?name=Office", NULL, 200);
    assert_int_equal(house_number("total"), 1);
    admin("DELETE", EDGES "/sites/" SITE_A, NULL, 409);
    refused("telephony.in_use", "{siteId}");
}

static void make_trunk(const char *name, const char *host, char id[40])
{
    char body[200];

    (void)snprintf(body, sizeof(body), "{\"name\":\"%s\",\"sip\":{\"host\":\"%s\"}}", name, host);
    admin("POST", BASES, body, 200);
    (void)snprintf(id, 40, "%s", house_text("id"));
}

static void expect_host(const char *host)
{
    call_agentless();
    if (!strstr(house.invited, host))
        fail_msg("%s, not %s", house.invited, host);
}

/* The longest prefix, then priority, then the order of the trunks; each change counts at once. */
static void test_routes_lead_calls(void **state)
{
    char routes[240], route[240], one[40], two[40], body[400];

    (void)state;
    make_trunk("One", "198.51.100.1", one);
    make_trunk("Two", "198.51.100.2", two);
    (void)snprintf(routes, sizeof(routes), "%s/outboundroutes", site_path);
    (void)snprintf(body, sizeof(body),
                   "{\"name\":\"Asia\",\"prefixes\":[\"+81\",\"+659\"],\"externalTrunkBases\":[{"
                   "\"id\":\"%s\"},{\"id\":\"%s\"}]}",
                   one, two);
    expect_host("192.0.2.1");
    admin("POST", routes, body, 200);
    assert_int_equal(house_number("priority"), 100);
    (void)snprintf(route, sizeof(route), "%s", house_text("selfUri"));
    expect_host("198.51.100.1");
    (void)snprintf(body, sizeof(body), BASES "/%s", one);
    admin("PUT", body,
          "{\"name\":\"One\",\"version\":1,\"enabled\":false,\"sip\":{\"host\":\"198.51.100.1\"}}",
          200);
    expect_host("198.51.100.2");
    admin("DELETE", body, NULL, 409);
    refused("telephony.in_use", "{trunkBaseSettingsId}");
    (void)snprintf(body, sizeof(body),
                   "{\"name\":\"Asia\",\"version\":1,\"prefixes\":[\"+81\",\"+\"],\"priority\":0,"
                   "\"externalTrunkBases\":[{\"id\":\"%s\",\"name\":\"Two\"}]}",
                   two);
    admin("PUT", route, body, 200);
    assert_string_equal(house_text("prefixes/1"), "+");
    assert_string_equal(house_text("externalTrunkBases/0/name"), "Two");
    expect_host(
        "198.51.100.2"); /* the same prefix as the tenant's other route, and a lower priority */
    admin("PUT", route, "{\"name\":\"Asia\",\"version\":2,\"enabled\":false}", 200);
    assert_string_equal(house_text("prefixes/0"), "+");
    expect_host("192.0.2.1");
    admin("DELETE", route, NULL, 200);
    admin("GET", route, NULL, 404);
    admin("DELETE", site_path, NULL, 200);
}

static void test_route_is_judged(void **state)
{
    static const char *const bad[] = {"65", "+0", "+65x", "", "+6591234567890123", "+ 65"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char body[200];

        (void)snprintf(body, sizeof(body), "{\"name\":\"N\",\"prefixes\":[\"+65\",\"%s\"]}",
                       bad[i]);
        admin("POST", EDGES "/sites/" SITE_A "/outboundroutes", body, 400);
        refused(*bad[i] ? "route.bad_prefix" : "body.too_short", "/prefixes/1");
    }
    admin("POST", EDGES "/sites/" SITE_A "/outboundroutes",
          "{\"name\":\"N\",\"prefixes\":[\"65\"],\"externalTrunkBases\":[{\"id\":\"x\"}]}", 400);
    refused("route.bad_prefix", "/prefixes/0");
    refused("route.unknown_trunk", "/externalTrunkBases/0/id");
    admin("POST", EDGES "/sites/" SITE_A "/outboundroutes", "{\"name\":\"all\"}", 409);
    refused("telephony.name_taken", "/name");
    admin("GET", EDGES "/sites/" SITE_A "/outboundroutes?name=all", NULL, 200);
    assert_int_equal(house_number("total"), 1);
}

#define PLANS EDGES "/sites/" SITE_A "/numberplans"

/* A route that is limited to a class takes the numbers that the first matching plan puts there. */
static void test_plans_class_numbers(void **state)
{
    char id[40], body[600], plan[200];

    (void)state;
    admin("PUT", PLANS,
          "[{\"name\":\"Desk\",\"matchType\":\"numberList\",\"classification\":\"Service\","
          "\"numbers\":[{\"start\":\"+6591234500\",\"end\":\"+6591234599\"},{\"start\":\"+658\"}]},"
          "{\"name\":\"Home\",\"matchType\":\"intraCountryCode\",\"match\":\"+65\","
          "\"classification\":\"National\"},"
          "{\"name\":\"Long\",\"matchType\":\"digitLength\",\"digitLength\":{\"start\":\"12\","
          "\"end\":\"15\"},\"classification\":\"International\"},"
          "{\"name\":\"Abroad\",\"matchType\":\"interCountryCode\",\"match\":\"65\","
          "\"classification\":\"International\",\"priority\":500}]",
          200);
    (void)snprintf(id, sizeof(id), "%s", house_text("1/id"));
    (void)snprintf(plan, sizeof(plan), "%s", house_text("1/selfUri"));
    admin("GET", PLANS "/classifications", NULL, 200);
    assert_int_equal(json_array_size(house_last()->body), 3);
    admin("GET", PLANS "/classifications?classification=National", NULL, 200);
    assert_int_equal(json_array_size(house_last()->body), 1);
    admin("GET", plan, NULL, 200);
    assert_string_equal(house_text("match"), "65");
    admin("GET", PLANS, NULL, 200);
    assert_string_equal(house_text("0/numbers/0/end"), "+6591234599");
    assert_string_equal(house_text("2/digitLength/end"), "15");

    admin("PUT", EDGES "/sites/" SITE_A "/outboundroutes/route-a",
          "{\"name\":\"all\",\"version\":1,\"classificationTypes\":[\"National\",\"Other\"],"
          "\"externalTrunkBases\":[{\"id\":\"" TRUNK_A "\"}]}",
          200);
    assert_string_equal(house_text("classificationTypes/1"), "Other");
    expect(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6591234600\"}"), 200);
    expect(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6591234567\"}"), 409);
    refused("route.none", "/phoneNumber");
    assert_non_null(strstr(house_text("errors/0/found"), "route all takes other classes"));
    expect(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+442079460000\"}"), 409);

    /* changed, made, deleted by one list; from the version that was read */
    (void)snprintf(body, sizeof(body),
                   "[{\"id\":\"%s\",\"name\":\"UK\",\"version\":1,\"matchType\":"
                   "\"intraCountryCode\",\"match\":\"44\",\"classification\":\"National\"}]",
                   id);
    admin("PUT", PLANS, body, 200);
    assert_int_equal(house_number("0/version"), 2);
    expect(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+442079460000\"}"), 200);
    admin("PUT", PLANS, body, 409);
    refused("version.conflict", "/0/version");
    admin("GET", PLANS, NULL, 200);
    assert_int_equal(json_array_size(house_last()->body), 1);
    admin("PUT", EDGES "/sites/" SITE_A "/outboundroutes/route-a",
          "{\"name\":\"all\",\"version\":2,\"externalTrunkBases\":[{\"id\":\"" TRUNK_A "\"}]}",
          200);
    admin("PUT", PLANS, "[]", 200);
    expect(house_judge(TOKEN_ANN, "{\"phoneNumber\":\"+6591234567\"}"), 200);
}

static void test_plans_are_judged(void **state)
{
    static const struct {
        const char *match, *code, *pointer;
    } cases[] = {
        {"\"matchType\":\"regex\",\"match\":\"+65\"", "numberplan.bad_pattern", "/0/match"},
        {"\"matchType\":\"intraCountryCode\"", "numberplan.bad_match", "/0/match"},
        {"\"matchType\":\"intraCountryCode\",\"match\":\"0065\"", "numberplan.bad_match",
         "/0/match"},
        {"\"matchType\":\"digitLength\"", "numberplan.bad_match", "/0/digitLength"},
        {"\"matchType\":\"digitLength\",\"digitLength\":{\"start\":\"9\",\"end\":\"16\"}",
         "numberplan.bad_match", "/0/digitLength"},
        {"\"matchType\":\"numberList\",\"numbers\":[]", "numberplan.bad_match", "/0/numbers"},
        {"\"matchType\":\"numberList\",\"numbers\":[{\"start\":\"+65\",\"end\":\"+6599\"}]",
         "numberplan.bad_match", "/0/numbers"},
        {"\"matchType\":\"intraCountryCode\",\"match\":\"65\",\"id\":\"x\"", "numberplan.unknown",
         "/0/id"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char body[300];

        (void)snprintf(body, sizeof(body), "[{\"name\":\"N\",\"classification\":\"C\",%s}]",
                       cases[i].match);
        admin("PUT", PLANS, body, 400);
        refused(cases[i].code, cases[i].pointer);
    }
    admin("PUT", PLANS, "{}", 400);
    refused("body.wrong_type", "");
}

static void test_who_may(void **state)
{
    (void)state;
    expect(house_send(TOKEN_ANN, "GET", BASES, NULL, NULL), 403);
    assert_true(house_has_code("auth.missing_permission"));
    expect(house_send(TOKEN_ANN, "POST", BASES, NULL, "{\"name\":\"x\",\"sip\":{\"host\":\"h\"}}"),
           403);
    expect(house_send(TOKEN_NONE, "GET", BASES, NULL, NULL), 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edge),
        cmocka_unit_test(test_trunk_is_made_and_shown),
        cmocka_unit_test(test_trunk_is_judged),
        cmocka_unit_test(test_identity_of_a_trunk),
        cmocka_unit_test(test_media_of_a_trunk),
        cmocka_unit_test(test_registration_and_health_of_a_trunk),
        cmocka_unit_test(test_trunk_is_changed_by_its_version),
        cmocka_unit_test(test_trunk_is_deleted_when_unused),
        cmocka_unit_test(test_the_next_call_follows),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_pool_is_judged),
        cmocka_unit_test(test_site),
        cmocka_unit_test(test_routes_lead_calls),
        cmocka_unit_test(test_route_is_judged),
        cmocka_unit_test(test_plans_class_numbers),
        cmocka_unit_test(test_plans_are_judged),
        cmocka_unit_test(test_who_may),
        cmocka_unit_test(test_trunk_over_tls),
        cmocka_unit_test(test_trunk_takes_calls),
    };

    return cmocka_run_group_tests_name("api telephony", tests, house_open, house_close);
}
