/* Commands against a server that answers from a script: what is asked, what is shown, how it ends. */
#include "base/mem.h"
#include "cli/cli.h"
#include "http/http.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define ID "019ab3c4-7d10-7000-8000-000000000001"
#define TRUNK                                                                                      \
    "{\"id\":\"t1\",\"name\":\"Carrier "                                                           \
    "One\",\"version\":4,\"enabled\":true,\"sip\":{\"host\":\"h\","                                \
    "\"port\":5060,\"hasPassword\":true},\"selfUri\":\"/t1\",\"state\":\"active\"}"
#define ASKED_MAX 65536

struct answer {
    const char *request; /* "GET /path?query" */
    unsigned status;
    const char *body;
};

static const struct answer script[] = {
    {"POST /oauth/token", 200, "{\"access_token\":\"from-client\",\"expires_in\":3600}"},
    {"POST /api/v2/conversations/calls", 200, "{\"id\":\"" ID "\",\"selfUri\":\"/x\"}"},
    {"POST /api/v2/conversations/calls/user/u%2F1", 200, "{\"id\":\"" ID "\"}"},
    {"POST /api/v2/conversations/calls?validateOnly=true", 400,
     "{\"code\":\"c\",\"message\":\"m\",\"errors\":[{\"code\":\"address.missing_plus\","
     "\"message\":\"No plus.\",\"line\":1,\"column\":8,\"length\":4}],"
     "\"suggestedRequest\":{\"to\":\"+123\"}}"},
    {"POST /api/v2/conversations/calls/user/me?validateOnly=true", 200,
     "{\"warnings\":[{\"code\":\"w\",\"message\":\"Spaces.\",\"line\":1,\"column\":1,\"length\":1}]"
     "}"},
    {"GET /api/v2/conversations/calls/" ID, 200,
     "{\"id\":\"" ID "\",\"state\":\"disconnected\",\"disconnectReasons\":[{\"type\":\"sip\","
     "\"code\":486,\"phrase\":\"Busy "
     "Here\"},{\"type\":\"q850\",\"code\":17}],\"participants\":[{\"purpose\":\"external\","
     "\"state\":\"disconnected\",\"ani\":\"+65\",\"dnis\":\"+66\"}]}"},
    {"GET /api/v2/conversations/calls", 200, "{\"entities\":[]}"},
    {"GET /api/v2/conversations/calls/forbidden", 403,
     "{\"code\":\"auth.permission_missing\",\"message\":\"Not allowed.\"}"},
    {"GET /api/v2/conversations/calls/none", 404, "{\"code\":\"n\",\"message\":\"No such call.\"}"},
    {"GET /api/v2/conversations/calls/busy", 429, "{\"code\":\"b\",\"message\":\"Later.\"}"},
    {"GET /api/v2/conversations/calls/draining", 503, "{\"code\":\"d\",\"message\":\"Later.\"}"},
    {"GET /api/v2/conversations/calls/broken", 500, "<html>"},
    {"POST /api/v2/conversations/" ID "/disconnect", 202, ""},
    {"POST /api/v2/ringwright/tokens", 200, "{\"token\":\"secret\",\"id\":\"t1\"}"},
    {"GET /api/v2/ringwright/tokens?pageSize=5&pageNumber=2", 200,
     "{\"entities\":[{\"id\":\"t1\",\"userId\":\"u1\"}],\"pageNumber\":2,\"pageCount\":2}"},
    {"DELETE /api/v2/ringwright/tokens/t1", 204, ""},
    {"GET /api/v2/tokens/me", 200, "{\"organization\":{\"name\":\"Demo\"}}"},
    {"POST /api/v2/oauth/clients", 200, "{\"id\":\"c1\",\"name\":\"crm\",\"secret\":\"s3\"}"},
    {"POST /api/v2/users", 200, "{\"id\":\"u1\",\"name\":\"Ana\"}"},
    {"POST /api/v2/stations", 200, "{\"id\":\"s1\",\"name\":\"desk\"}"},
    {"GET /api/v2/telephony/providers/edges?pageSize=1", 200, "{\"entities\":[{\"id\":\"e1\"}]}"},
    {"GET /api/v2/telephony/providers/edges/e1/phoneNumbers/%2B65", 200,
     "{\"id\":\"n1\",\"phoneNumber\":\"+65\",\"outboundAllowed\":true}"},
    {"GET /api/v2/telephony/providers/edges/outboundroutes/explain?to=%2B6591234567&from=%2B65",
     200,
     "{\"placeable\":true,\"to\":{\"number\":\"+6591234567\",\"verdict\":\"ok\",\"type\":"
     "\"mobile\","
     "\"region\":\"SG\"},\"callerId\":{\"number\":\"+65\",\"why\":\"because\"},\"routes\":[{"
     "\"name\":"
     "\"SG\",\"prefix\":\"65\",\"priority\":2,\"taken\":true,\"trunk\":{\"id\":\"t1\"},\"why\":"
     "\"asked "
     "first\"},{\"id\":\"r2\",\"prefix\":\"\",\"taken\":false,\"trunk\":{\"name\":\"b\\u001b\"},"
     "\"why\":"
     "\"gone\"}],\"routesInAll\":5,\"trunks\":[{\"id\":\"t1\",\"uri\":\"sip:x\","
     "\"answerTimeoutMs\":60000}],"
     "\"invite\":\"INVITE sip:x SIP/2.0\\r\\nTo: \\u001b\\r\\n\"}"},
    {"GET /api/v2/telephony/providers/edges/outboundroutes/explain?to=112&providerId=p&userId=u",
     200,
     "{\"placeable\":false,\"to\":{\"given\":\"112\",\"verdict\":\"refused\"},\"callerId\":{"
     "\"why\":\"w\"},"
     "\"routes\":[],\"routesInAll\":0,\"trunks\":[],\"errors\":[{\"code\":\"address.emergency_"
     "number\","
     "\"message\":\"Never.\"}]}"},
    {"GET /api/v2/telephony/providers/edges/e1/phoneNumbers?pageSize=3", 200,
     "{\"entities\":[{\"phoneNumber\":\"+65\",\"id\":\"n1\"}]}"},
    {"POST /api/v2/telephony/providers/edges/e1/phoneNumbers", 200, "{\"id\":\"n2\"}"},
    {"DELETE /api/v2/telephony/providers/edges/e1/phoneNumbers/%2B65", 200, ""},
    {"GET /api/v2/telephony/providers/edges/trunkbasesettings", 200, "{\"entities\":[" TRUNK "]}"},
    {"GET /api/v2/telephony/providers/edges/trunkbasesettings?name=Carrier%20One", 200,
     "{\"entities\":[" TRUNK "]}"},
    {"GET /api/v2/telephony/providers/edges/trunkbasesettings?name=t2", 200, "{\"entities\":[]}"},
    {"GET /api/v2/telephony/providers/edges/trunkbasesettings/t2", 200,
     "{\"id\":\"t2\",\"name\":\"Two\",\"selfUri\":\"/t2\"}"},
    {"POST /api/v2/telephony/providers/edges/trunkbasesettings", 200, TRUNK},
    {"PUT /t1", 200, TRUNK},
    {"DELETE /t1", 200, ""},
    {"GET /api/v2/telephony/providers/edges/sites?pageSize=1", 200,
     "{\"entities\":[{\"id\":\"s1\",\"selfUri\":\"/s1\"}]}"},
    {"GET /api/v2/telephony/providers/edges/sites?name=Office", 200,
     "{\"entities\":[{\"id\":\"s2\",\"selfUri\":\"/s2\"}]}"},
    {"GET /s1/outboundroutes", 200,
     "{\"entities\":[{\"name\":\"Asia\",\"prefixes\":[\"+65\",\"+81\"],"
     "\"externalTrunkBases\":[{\"id\":\"t1\",\"name\":\"Carrier One\"}]}]}"},
    {"POST /s2/outboundroutes", 200, "{\"id\":\"r1\"}"},
    {"GET /s1/outboundroutes?name=Asia", 200,
     "{\"entities\":[{\"id\":\"r1\",\"selfUri\":\"/r1\",\"name\":\"Asia\",\"version\":2,"
     "\"callerPrefixes\":[\"+44\"],\"callerId\":\"+44\",\"distribution\":\"RANDOM\"}]}"},
    {"DELETE /r1", 200, ""},
    {"PUT /r1", 200, "{\"id\":\"r1\",\"callerId\":\"+65\"}"},
    {"GET /api/v2/telephony/providers/edges/sites?pageSize=500&pageNumber=1", 200,
     "{\"entities\":[{\"id\":\"s1\",\"name\":\"Main\",\"selfUri\":\"/s1\"}]}"},
    {"GET /api/v2/telephony/providers/edges/trunkbasesettings?pageSize=500&pageNumber=1", 200,
     "{\"entities\":[" TRUNK "]}"},
    {"GET //phoneNumbers?pageSize=500&pageNumber=1", 200, "{\"entities\":[]}"},
    {"GET /s1/outboundroutes?pageSize=500&pageNumber=1", 200, "{\"entities\":[]}"},
    {"POST /s1/outboundroutes", 400,
     "{\"code\":\"c\",\"message\":\"m\",\"errors\":[{\"code\":\"route.bad_prefix\",\"message\":"
     "\"No prefix.\",\"pointer\":\"/prefixes/1\",\"line\":1,\"column\":9,\"length\":1}]}"},
    {"POST /api/v2/telephony/providers/edges/trunks/t1/test", 200,
     "{\"result\":\"fail\",\"checks\":[{\"name\":\"dns\",\"result\":\"ok\",\"found\":\"h is "
     "\\u001b[1m\"},{\"name\":\"reach\",\"result\":\"fail\",\"found\":\"refused\",\"next\":\"see\"}"
     "]}"},
    {"POST /api/v2/telephony/providers/edges/trunks/t2/test", 409,
     "{\"code\":\"doctor.busy\",\"message\":\"Wait.\"}"},
    {"GET /api/v2/telephony/providers/edges/trunks/t1", 200,
     "{\"name\":\"Carrier "
     "One\",\"inService\":true,\"optionsEnabledStatus\":\"ENABLED\",\"optionsStatus\":[{"
     "\"proxyAddress\":\"192.0.2.1:5060\",\"state\":\"up\",\"optionStateTime\":\"2026-11-23T17:00:"
     "00.001Z\","
     "\"roundTripUs\":4210,\"sipCode\":200,\"sipReason\":\"OK\",\"agent\":\"far\\u001b\"},{"
     "\"proxyAddress\":"
     "\"192.0.2.2:5060\",\"state\":\"down\",\"errorInfo\":{\"text\":\"no "
     "answer\"}}],\"registersStatus\":[{"
     "\"registerState\":true,\"registeredUntil\":\"2026-11-23T18:00:00.001Z\",\"nextTime\":"
     "\"2026-11-23T17:58:00.001Z\"}]}"},
    {"GET /api/v2/telephony/providers/edges/trunks?pageSize=100&pageNumber=1", 200,
     "{\"pageCount\":2,\"entities\":[{\"name\":\"A\",\"optionsEnabledStatus\":\"ENABLED\","
     "\"registersStatus\":[{"
     "\"registerState\":false,\"errorInfo\":{\"text\":\"403 "
     "No\"},\"nextTime\":\"2026-11-23T17:58:00.001Z\"}]}]"
     "}"},
    {"GET /api/v2/telephony/providers/edges/trunks?pageSize=100&pageNumber=2", 200,
     "{\"pageCount\":2,\"entities\":[{\"name\":\"B\",\"optionsEnabledStatus\":\"DISABLED\","
     "\"registersStatus\":[{"
     "\"registerState\":true,\"registeredUntil\":\"2026-11-23T18:00:00.001Z\",\"errorInfo\":{"
     "\"text\":\"x\"}}]}]}"},
    {"GET /api/v2/telephony/providers/edges/e1/doctor", 200,
     "{\"result\":\"warn\",\"checks\":[{\"name\":\"clock\",\"result\":\"warn\",\"found\":\"late\","
     "\"next\":\"NTP\"}]}"},
    {"GET /api/v2/telephony/providers/edges/trunkbasesettings?pageSize=500", 200,
     "{\"entities\":[" TRUNK ",{\"id\":\"t2\",\"enabled\":false}]}"},
    {"GET /health", 200, "{\"status\":\"ok\",\"lastSeq\":7}"},
    {"GET /api/v2/ringwright/events?after=0&waitMs=20000&conversationId=" ID, 200,
     "{\"entities\":[{\"seq\":1,\"at\":\"2026-11-23T17:00:00.001Z\",\"conversationId\":\"" ID
     "\",\"leg\":\"trunk\",\"type\":\"ringing\"}],\"after\":1}"},
    {"GET /api/v2/ringwright/events?after=1&waitMs=20000&conversationId=" ID, 200,
     "{\"entities\":[{\"seq\":2,\"at\":\"2026-11-23T17:00:01.000Z\",\"type\":\"connected\"},"
     "{\"seq\":3,\"at\":\"2026-11-23T17:00:02.000Z\",\"type\":\"ended\",\"data\":{\"disconnect\":"
     "\"peer\",\"saidBy\":\"carrier\",\"sipCode\":200}}],\"after\":3}"},
    {"GET /api/v2/ringwright/sip?after=0&waitMs=0&conversationId=" ID, 200,
     "{\"entities\":[{\"n\":1,\"at\":\"2026-11-23T17:00:00.000Z\",\"direction\":\"sent\",\"leg\":"
     "\"trunk\",\"transport\":\"udp\",\"peer\":\"192.0.2.1:5060\",\"message\":"
     "\"INVITE sip:a SIP/2.0\\r\\nTo: \\u001b[1m\\r\\n\"}],\"after\":1}"},
    {"GET /api/v2/ringwright/events?after=0&waitMs=400&conversationId=" ID, 200,
     "{\"entities\":[{\"seq\":3,\"at\":\"2026-11-23T17:00:02.000Z\",\"type\":\"ended\"}],\"after\":"
     "3}"},
    {"GET /api/v2/ringwright/sip?after=1&waitMs=0&conversationId=" ID, 200, "{\"entities\":[]}"},
    {"GET /api/v2/ringwright/events?after=3&waitMs=0&conversationId=" ID, 200, "{\"entities\":[]}"},
};

static struct rw_workers *workers;
static struct rw_http *http;
static char url[64], asked[ASKED_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *env_token, *env_client;

/* ------------------------------------------------------------------ the server */

static void note_request(struct rw_http_exchange *x, const struct rw_http_request *r)
{
    struct rw_slice token = rw_http_header(x, "Authorization");
    struct rw_slice key = rw_http_header(x, "Idempotency-Key");
    size_t n;

    (void)pthread_mutex_lock(&lock);
    n = strlen(asked);
    (void)snprintf(asked + n, sizeof(asked) - n, "%s %.*s%s%.*s [%.*s] %.*s%.*s\n", r->method,
                   RW_SLICE_ARG(r->path), r->query.n ? "?" : "", RW_SLICE_ARG(r->query),
                   RW_SLICE_ARG(token), RW_SLICE_ARG(r->body), RW_SLICE_ARG(key));
    (void)pthread_mutex_unlock(&lock);
}

static void handle(struct rw_http_exchange *x, const struct rw_http_request *r, void *arg)
{
    char line[512];
    struct rw_buf body;

    (void)arg;
    note_request(x, r);
    (void)snprintf(line, sizeof(line), "%s %.*s%s%.*s", r->method, RW_SLICE_ARG(r->path),
                   r->query.n ? "?" : "", RW_SLICE_ARG(r->query));
    rw_buf_init(&body, 65536);
    for (size_t i = 0; i < sizeof(script) / sizeof(script[0]); i++) {
        if (strcmp(script[i].request, line) != 0)
            continue;
        rw_buf_puts(&body, script[i].body);
        rw_http_reply(x, script[i].status, *script[i].body ? "application/json" : NULL, &body);
        return;
    }
    rw_buf_puts(&body, "{\"code\":\"test.unscripted\",\"message\":\"unscripted\"}");
    rw_http_reply(x, 404, "application/json", &body);
}

static void refuse(struct rw_http_exchange *x, const struct rw_err *err, void *arg)
{
    (void)arg;
    rw_http_reply(x, rw_http_refusal_status(err), NULL, NULL);
}

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    const struct rw_http_options options = {
        .host = "127.0.0.1", .handle = handle, .refuse = refuse};

    (void)arg;
    return rw_http_new(&http, worker, &options, err);
}

static void on_stop(struct rw_worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
    rw_http_free(http);
}

static int set_up(void **state)
{
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_workers_new(&workers, 1, &err), RW_OK);
    assert_int_equal(rw_workers_start(workers, on_start, on_stop, NULL, &err), RW_OK);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", rw_http_port(http));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rw_workers_stop(workers);
    rw_workers_free(workers);
    return 0;
}

/* ------------------------------------------------------------------ the client */

static const char *environment(const char *name)
{
    if (strcmp(name, "RINGWRIGHT_URL") == 0)
        return url;
    if (strcmp(name, "RINGWRIGHT_TOKEN") == 0)
        return env_token;
    if (strcmp(name, "RINGWRIGHT_CLIENT_ID") == 0 || strcmp(name, "RINGWRIGHT_CLIENT_SECRET") == 0)
        return env_client;
    return NULL;
}

struct ran {
    int status;
    char *out, *err;
};

static struct ran run_on(const char *line, bool terminal)
{
    struct ran ran;
    size_t out_n, err_n;
    struct rw_cli cli = {.out = open_memstream(&ran.out, &out_n),
                         .err = open_memstream(&ran.err, &err_n),
                         .terminal = terminal,
                         .env = environment};
    char *words = strdup(line), *argv[20] = {(char *)"ringwright"};
    int argc = 1;

    for (char *word = strtok(words, "|"); word; word = strtok(NULL, "|"))
        argv[argc++] = word;
    (void)pthread_mutex_lock(&lock);
    asked[0] = '\0';
    (void)pthread_mutex_unlock(&lock);
    ran.status = rw_cli_run(&cli, argc, argv);
    (void)fclose(cli.out);
    (void)fclose(cli.err);
    free(words);
    return ran;
}

static void done(struct ran *ran)
{
    free(ran->out);
    free(ran->err);
}

struct expectation {
    const char *line;
    int status;
    const char *asked, *out, *err; /* parts; NULL: not looked at; "": must be empty */
};

static bool holds(const char *text, const char *part)
{
    return !part || (*part ? strstr(text, part) != NULL : !*text);
}

static void expect_all(const struct expectation *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ran ran = run_on(cases[i].line, true);

        if (ran.status != cases[i].status || !holds(asked, cases[i].asked) ||
            !holds(ran.out, cases[i].out) || !holds(ran.err, cases[i].err))
            fail_msg("%s: %d\nasked: %sout: %serr: %s", cases[i].line, ran.status, asked, ran.out,
                     ran.err);
        done(&ran);
    }
}

static void commands_ask_and_show(void **state)
{
    static const struct expectation cases[] = {
        {"call|place|--to|+66|--from|+65|--provider-id|p1|--idempotency-key|k1", 0,
         "POST /api/v2/conversations/calls [Bearer tok] {\n  \"to\": {\n    \"phoneNumber\": "
         "\"+66\"\n  },\n  \"from\": {\n    \"phoneNumber\": \"+65\"\n  },\n  \"callType\": "
         "\"outbound\",\n  \"providerId\": \"p1\"\n}k1\n",
         "id  " ID, ""},
        {"call|place|--to|+66|--user|u/1", 0, "POST /api/v2/conversations/calls/user/u%2F1 ", ID,
         ""},
        {"call|place|--to|+66|--wait", 0, "events?after=1", "17:00:01.000  call     connected\n",
         ""},
        {"call|get|" ID, 0, NULL, "heard  SIP 486 Busy Here, Q.850 17\n", ""},
        {"call|list", 0, "GET /api/v2/conversations/calls ", "none\n", ""},
        {"call|hangup|" ID, 0, "POST /api/v2/conversations/" ID "/disconnect [Bearer tok] \n",
         "is being ended", ""},
        {"token|create|--user|u1|--scope|a,b|--seconds|60", 0,
         "{\n  \"userId\": \"u1\",\n  \"scopes\": [\n    \"a\",\n    \"b\"\n  ],\n  "
         "\"expiresInSeconds\": 60\n}",
         "token  secret\n", ""},
        {"token|create|--client|c1|--secret|s1", 0,
         "POST /oauth/token [Basic YzE6czE=] grant_type=client_credentials\n",
         "token          from-client", ""},
        {"token|list|--page-size|5|--page|2", 0, NULL, "ID  USER", ""},
        {"token|revoke|t1", 0, "DELETE /api/v2/ringwright/tokens/t1 [Bearer tok] \n", NULL, ""},
        {"token|me", 0, NULL, "organization  Demo", ""},
        {"client|create|--name|crm|--role|operator", 0, "\"roleIds\": [\n    \"operator\"\n  ]",
         "secret (shown this once)  s3\n", ""},
        {"user|create|--name|Ana|--email|a@b", 0,
         "{\n  \"name\": \"Ana\",\n  \"email\": \"a@b\"\n}", "id    u1\n", ""},
        {"station|create|--name|desk|--sip-uri|sip:a@b", 0,
         "{\n  \"name\": \"desk\",\n  \"sipUri\": \"sip:a@b\"\n}", "id    s1\n", ""},
        {"number|get|+65", 0, "/edges/e1/phoneNumbers/%2B65", "outbound calls  yes\n", ""},
        {"route|explain|+6591234567|--from|+65", 0,
         "explain?to=%2B6591234567&from=%2B65 [Bearer tok] \n",
         "calls      +6591234567  (ok, mobile, SG)\nshows      +65: because\nroutes     in the "
         "order they "
         "are considered\n  + SG, prefix 65, priority 2, to trunk t1: asked first\n  - r2, for all "
         "numbers, priority 0, to trunk b\\u{001B}: gone\n  and 3 more, which were not looked at\n"
         "trunk\n  1. t1  sip:x, may ring 60 s\nwould send (without body and credentials)\n    | "
         "INVITE "
         "sip:x SIP/2.0\n    | To: \\u{001B}\n",
         ""},
        {"route|explain|112|--provider-id|p|--user|u", 1, NULL,
         "calls      112  (refused)\nshows      no number: w\nroutes     none was considered",
         "refused, because\nerror: Never. [address.emergency_number]\n"},
        {"number|list|--page-size|3", 0, NULL, "+65     n1\n", ""},
        {"number|create|+65|--id|main|--owner|u1|--internal", 0,
         "{\n  \"phoneNumber\": \"+65\",\n  \"outboundAllowed\": false,\n  \"id\": \"main\",\n"
         "  \"owner\": {\n    \"id\": \"u1\"\n  }\n}",
         "id  n2\n", ""},
        {"number|delete|+65", 0, "DELETE ", "The number is gone.\n", ""},
        {"trunk|list", 0, NULL, "Carrier One  h     5060", ""},
        {"trunk|get|Carrier One", 0, NULL, "password  yes\n", ""},
        {"trunk|get|t2", 0, "/trunkbasesettings/t2 ", "name  Two\n", ""},
        {"trunk|create|--name|N|--carrier|h|--port|5070|--auth-user|me|--answer-timeout|30|--"
         "disabled",
         0,
         "{\n  \"sip\": {\n    \"host\": \"h\",\n    \"authUser\": \"me\",\n    \"port\": 5070\n"
         "  },\n  \"name\": \"N\",\n  \"answerTimeoutMs\": 30000,\n  \"enabled\": false\n}",
         "id        t1\n", ""},
        {"trunk|update|Carrier One|--carrier|h2|--proxy|", 2, NULL, "", "a value is missing"},
        {"trunk|update|Carrier One|--carrier|h2", 0,
         "PUT /t1 [Bearer tok] {\n  \"name\": \"Carrier One\",\n  \"version\": 4,\n"
         "  \"enabled\": true,\n  \"sip\": {\n    \"host\": \"h2\",\n    \"port\": 5060\n  }\n}",
         "t1", ""},
        {"trunk|disable|Carrier One", 0, "\"enabled\": false", "t1", ""},
        {"trunk|enable|Carrier One", 0, "\"enabled\": true", "t1", ""},
        {"trunk|delete|Carrier One", 0, "DELETE /t1 ", "The trunk is gone.\n", ""},
        {"trunk|test|Carrier One", 1, "POST ",
         "Carrier One\nok    dns          h is \\u{001B}[1m\nfail  reach        refused\n"
         "                   next: see\n2 checks: 1 ok, 0 warn, 1 fail\n",
         ""},
        {"trunk|status|Carrier One", 0, "/trunks/t1 ",
         "Carrier One  yes         192.0.2.1:5060  up     2026-11-23 17:00:00Z  4.2 ms      200 "
         "OK, "
         "far\\u{001B}  until 2026-11-23 18:00:00Z\nCarrier One  yes         192.0.2.2:5060  down "
         " ",
         ""},
        {"trunk|status", 0, "pageNumber=2 ",
         "unknown                             no: 403 No; again at 2026-11-23 17:58:00Z\nB       "
         "                    not asked                           until 2026-11-23 18:00:00Z: x\n",
         ""},
        {"trunk|status|--json", 0, NULL, "\"name\": \"A\",", ""},
        {"trunk|status|t9", 1, NULL, "", "unscripted"},
        {"trunk|test|Carrier One|--echo|+65|--from|+66", 1,
         "POST /api/v2/telephony/providers/edges/trunks/t1/test [Bearer tok] {\n  \"echoNumber\": "
         "\"+65\",\n  \"from\": \"+66\"\n}",
         "1 fail\n", ""},
        {"trunk|test|Carrier One|--from|+66", 2, NULL, "", "no --echo"},
        {"trunk|test|t2", 1, NULL, "", "Wait. [doctor.busy]"},
        {"doctor|--no-trunks", 0, "/e1/doctor ",
         "the server\nwarn  clock        late\n                   next: NTP\n1 checks: 0 ok, 1 "
         "warn, 0 fail\n",
         ""},
        {"doctor", 1, "POST /api/v2/telephony/providers/edges/trunks/t1/test ", "1 fail\n",
         ""}, /* of the trunk that is enabled */
        {"doctor|--json", 1, NULL, "\"trunks\": [\n    {\n      \"result\": \"fail\"", ""},
        {"route|list", 0, NULL, "Asia  +65, +81  Carrier One", ""},
        {"route|create|--site|Office|--name|A|--prefix|+65,+81|--trunk|Carrier One,t2|--priority|5|"
         "--random|--class|National",
         0,
         "POST /s2/outboundroutes [Bearer tok] {\n  \"name\": \"A\",\n  \"externalTrunkBases\": [\n"
         "    {\n      \"id\": \"t1\"\n    },\n    {\n      \"id\": \"t2\"\n    }\n  ],\n"
         "  \"prefixes\": [\n    \"+65\",\n    \"+81\"\n  ],\n  \"classificationTypes\": [\n    "
         "\"National\"\n  ],\n  \"priority\": 5,\n"
         "  \"distribution\": \"RANDOM\"\n}",
         "id  r1\n", ""},
        {"route|create|--name|A|--trunk|nobody", 1, NULL, "", "unscripted"},
        {"route|update|Asia|--trunk|Carrier One;weight=3,t2;weight=0|--caller|+653,+81|--caller-id|"
         "+65",
         0,
         "PUT /r1 [Bearer tok] {\n  \"name\": \"Asia\",\n  \"version\": 2,\n  \"callerPrefixes\": "
         "[\n"
         "    \"+653\",\n    \"+81\"\n  ],\n  \"callerId\": \"+65\",\n"
         "  \"distribution\": \"WEIGHTED\",\n  \"externalTrunkBases\": [\n"
         "    {\n      \"id\": \"t1\",\n      \"weight\": 3\n    },\n"
         "    {\n      \"id\": \"t2\",\n      \"weight\": 0\n    }\n  ]\n}",
         "caller id  +65\n", ""},
        {"route|update|Asia|--hours=Sun-Mon 20:00-02:00|--time-zone|UTC", 0,
         "  \"callableTime\": {\n    \"timeZoneId\": \"UTC\",\n    \"timeSlots\": [\n      {\n"
         "        \"day\": 7,\n        \"startTime\": \"20:00:00\",\n"
         "        \"stopTime\": \"02:00:00\"\n      },\n      {\n        \"day\": 1,\n",
         "id         r1\n", ""},
        {"route|update|Asia|--hours=weekdays", 2, NULL, "",
         "ringwright: --hours has days and times, as in 'Mon-Fri 09:00-18:00,Sat 10:00-14:00'\n"},
        {"route|update|Asia|--caller=|--caller-id=|--sequential|--disabled", 0,
         "PUT /r1 [Bearer tok] {\n  \"name\": \"Asia\",\n  \"version\": 2,\n"
         "  \"distribution\": \"SEQUENTIAL\",\n  \"enabled\": false\n}",
         "id         r1\n", ""},
        {"route|delete|Asia", 0, "DELETE /r1 ", "The route is gone.\n", ""},
        {"health", 0, "GET /health [] \n", "status      ok\n", ""},
        {"tail|--conversation|" ID, 0, NULL,
         "17:00:00.001  trunk    ringing\n17:00:01.000  call     connected\n17:00:02.000  call     "
         "ended  peer, said by carrier, SIP 200\n",
         ""},
        {"tail|--sip|--conversation|" ID, 0, NULL,
         "17:00:00.000  trunk    --> udp 192.0.2.1:5060\n    | INVITE sip:a SIP/2.0\n    | To: "
         "\\u{001B}[1m\n17:00:02.000  call     ended\n",
         ""},
    };

    (void)state;
    env_token = "tok";
    expect_all(cases, sizeof(cases) / sizeof(cases[0]));
}

static void refusals_end_by_their_class(void **state)
{
    static const struct expectation cases[] = {
        {"call|get|forbidden", 77, NULL, "", "error: Not allowed. [auth.permission_missing]\n"},
        {"call|get|none", 1, NULL, "", "No such call."},
        {"call|get|busy", 75, NULL, "", "Later."},
        {"call|get|draining", 69, NULL, "", "Later."},
        {"call|get|broken", 70, NULL, "", "the server answered 500\n"},
        {"call|get|" ID "|--host|http://127.0.0.1:1", 69, NULL, "", "no answer from"},
        {"call|place|--to|66|--validate-only", 1, NULL, "", "request:1:8: error: No plus."},
    };

    (void)state;
    env_token = "tok";
    expect_all(cases, sizeof(cases) / sizeof(cases[0]));
}

static void a_client_in_the_environment_gets_a_token_first(void **state)
{
    static const struct expectation cases[] = {
        {"call|list", 0,
         "POST /oauth/token [Basic Y2xpOmNsaQ==] grant_type=client_credentials\n"
         "GET /api/v2/conversations/calls [Bearer from-client] \n",
         NULL, ""},
        {"call|list|--token|given", 0, "GET /api/v2/conversations/calls [Bearer given] \n", NULL,
         ""},
    };

    (void)state;
    env_token = NULL;
    env_client = "cli";
    expect_all(cases, sizeof(cases) / sizeof(cases[0]));
    env_client = NULL;
    env_token = "tok";
}

static void a_file_is_checked_as_a_compiler_does(void **state)
{
    char name[] = "/tmp/rw-cli-XXXXXX", line[200], shown[300];
    int fd = mkstemp(name);
    struct ran ran;

    (void)state;
    assert_int_equal(write(fd, "{\"to\": 1234}\n", 13), 13);
    (void)close(fd);
    (void)snprintf(line, sizeof(line), "request|check|%s", name);
    ran = run_on(line, true);
    (void)snprintf(
        shown, sizeof(shown),
        "%s:1:8: error: No plus. [address.missing_plus]\n    1 | {\"to\": 1234}\n      | "
        "       ^~~~\nhelp: this request would be accepted:\n{\n  \"to\": \"+123\"\n}\n",
        name);
    assert_int_equal(ran.status, 1);
    assert_string_equal(ran.err, shown);
    assert_non_null(strstr(asked, "] {\"to\": 1234}\n")); /* sent as it stands */
    done(&ran);
    (void)snprintf(line, sizeof(line), "request|check|%s|--user|me", name);
    ran = run_on(line, true);
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.err, ":1:1: warning: Spaces. [w]\n"));
    assert_non_null(strstr(ran.out, "a call would be placed"));
    done(&ran);
    (void)unlink(name);
    ran = run_on(line, true);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "No such file"));
    assert_string_equal(asked, "");
    done(&ran);
}

/* What a file wishes becomes requests; a refusal of one of them is shown in the file. */
static void a_file_is_applied(void **state)
{
    static const char yaml[] = "trunks:\n- {name: Carrier One, host: h2}\nroutes:\n- name: R\n"
                               "  prefixes: [+65, 81]\n  trunks: Carrier One\n";
    char name[] = "/tmp/rw-cli-XXXXXX", line[200], part[200];
    int fd = mkstemp(name);
    long live = rw_mem_live();
    struct ran ran;

    (void)state;
    assert_int_equal(write(fd, yaml, sizeof(yaml) - 1), sizeof(yaml) - 1);
    (void)close(fd);
    (void)snprintf(line, sizeof(line), "apply|-f|%s|--plan", name);
    ran = run_on(line, true);
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.out,
                        "~ trunk \"Carrier One\"\n    host: \"h\" -> \"h2\"\n+ route \"R\"\n"
                        "1 to create, 1 to change, 0 to delete; 0 as they are\n");
    assert_null(strstr(asked, "PUT "));
    done(&ran);
    (void)snprintf(line, sizeof(line), "apply|-f|%s", name); /* nobody to ask */
    ran = run_on(line, true);
    assert_int_equal(ran.status, 1);
    assert_null(strstr(asked, "PUT "));
    done(&ran);
    (void)snprintf(line, sizeof(line), "apply|--file=%s|--yes", name);
    ran = run_on(line, true);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(asked, "PUT /t1 "));
    assert_non_null(strstr(asked, "\"version\": 4"));
    assert_non_null(strstr(asked, "\"host\": \"h2\""));
    assert_null(strstr(asked, "hasPassword"));
    assert_non_null(strstr(asked, "\"externalTrunkBases\": [{\"id\": \"t1\"}]"));
    (void)snprintf(part, sizeof(part), "%s:5:19: error: No prefix. [route.bad_prefix]\n", name);
    assert_non_null(strstr(ran.err, part));
    assert_non_null(strstr(ran.err, "1 of 2 done"));
    done(&ran);
    (void)snprintf(line, sizeof(line), "apply|-f|%s|--plan", name);
    for (long n = 0, status = -1; status != 0 && n < 400; n++) {
        rw_mem_fail_once(n);
        ran = run_on(line, true);
        rw_mem_fail_once(-1);
        status = ran.status;
        if (status != 0 && !*ran.err)
            fail_msg("allocation %ld: failed silently", n);
        done(&ran);
    }
    assert_int_equal(rw_mem_live(), live);
    (void)unlink(name);
}

static void without_a_terminal_answers_are_json(void **state)
{
    struct ran ran = run_on("call|get|none", false);
    json_t *json = json_loads(ran.out, 0, NULL);

    (void)state;
    assert_int_equal(ran.status, 1);
    assert_string_equal(json_string_value(json_object_get(json, "code")), "n");
    json_decref(json);
    done(&ran);
    ran = run_on("tail|--conversation|" ID, false);
    assert_int_equal(ran.status, 0);
    for (char *line = strtok(ran.out, "\n"); line; line = strtok(NULL, "\n")) {
        json = json_loads(line, 0, NULL);
        assert_non_null(json); /* each line is one */
        json_decref(json);
    }
    done(&ran);
}

static void every_allocation_may_fail(void **state)
{
    static const char *const lines[] = {"call|place|--to|+66|--wait",
                                        "token|list|--page-size|5|--page|2",
                                        "number|get|+65",
                                        "call|get|" ID,
                                        "trunk|update|Carrier One|--carrier|x",
                                        "doctor|--no-trunks",
                                        "route|create|--name|A|--trunk|t2|--site|Office"};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        long live = rw_mem_live(), n = 0;
        int status = -1;

        for (; status != 0 && n < 400; n++) {
            struct ran ran;

            rw_mem_fail_once(n);
            ran = run_on(lines[i], true);
            rw_mem_fail_once(-1);
            status = ran.status;
            if (status != 0 && !*ran.err)
                fail_msg("%s, allocation %ld: failed silently", lines[i], n);
            done(&ran);
            assert_int_equal(rw_mem_live(), live);
        }
        assert_int_equal(status, 0);
        assert_true(n > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_ask_and_show),
        cmocka_unit_test(refusals_end_by_their_class),
        cmocka_unit_test(a_client_in_the_environment_gets_a_token_first),
        cmocka_unit_test(a_file_is_checked_as_a_compiler_does),
        cmocka_unit_test(a_file_is_applied),
        cmocka_unit_test(without_a_terminal_answers_are_json),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
