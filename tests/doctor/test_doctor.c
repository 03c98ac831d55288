/* Whose turn it is, and how a test of a trunk goes on and ends, against a scripted peer. */
#include "../sip/stage.h"
#include "../tls/certs.h"
/* after re.h */
#include "../test.h"
#include "base/clock.h"
#include "base/mem.h"
#include "doctor/doctor.h"
#include "trunk/board.h"
#include "verdict.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define OK RW_DOCTOR_OK
#define WARN RW_DOCTOR_WARN
#define FAIL RW_DOCTOR_FAIL

static struct rw_doctor_turns *turns;
static struct rw_offload *offload;
static struct rw_trunk_board *board;
static struct rw_doctor_report told;
static unsigned times_told;

static const struct rw_doctor_house house = {.data_dir = "/",
                                             .calls_max = 1,
                                             .workers = 1,
                                             .socket_buffer = 65536,
                                             .sip_host = "192.0.2.7",
                                             .media_host = "192.0.2.7",
                                             .http_cert_file = "",
                                             .sip_cert_file = "",
                                             .stir_cert_file = ""};

static void on_told(const struct rw_doctor_report *report, void *arg)
{
    (void)arg;
    told = *report;
    times_told++;
}

static struct rw_doctor *doctor_on(struct stage *stage)
{
    const struct rw_doctor_options options = {.worker = stage->worker,
                                              .offload = offload,
                                              .turns = turns,
                                              .sip = stage->sip,
                                              .trunk_ops = &rw_sip_trunk_ops,
                                              .trunk_port = rw_sip_trunk_port(stage->sip),
                                              .tls_dir = "/nonexistent",
                                              .board = board,
                                              .house = &house};
    struct rw_doctor *doctor = NULL;
    struct rw_err err;

    times_told = 0;
    CHECK(stage, rw_doctor_new(&doctor, &options, &err) == RW_OK);
    return doctor;
}

static void begin(struct stage *stage, struct rw_doctor *doctor,
                  const struct rw_trunk_target *target)
{
    const struct rw_doctor_trunk trunk = {.tenant_id = "a", .active = true, .target = target};
    struct rw_err err;

    CHECK(stage, rw_doctor_test_trunk(doctor, &trunk, on_told, NULL, &err) == RW_OK);
}

/* What a thread of the pool took and this one gives back: the stage counts for each thread alone. */
static void one_block_of_the_pool(void)
{
    free(rw_calloc(1, 1));
}

/* Turns of the loop until it is told; the files of TLS are read by another thread meanwhile. */
static void await(struct stage *stage)
{
    for (int i = 0; i < 5000 && !times_told; i++) {
        stage_turn(stage);
        (void)usleep(i < 50 ? 0 : 1000);
    }
    CHECK(stage, times_told == 1);
}

#define SAYS(stage, at, ...) CHECK(stage, verdict_is(&told, at, &(struct verdict){__VA_ARGS__}))

static const char *uri_of(const struct stage *stage, const char *transport)
{
    static char uri[80];

    (void)snprintf(uri, sizeof(uri), "sip:127.0.0.1:%u;transport=%s", stage->peer_port, transport);
    return uri;
}

/* The peer answers OPTIONS, and REGISTER: first with a challenge, then with `verdict`. */
static void udp_with(struct stage *stage, const char *password, const char *verdict)
{
    struct rw_trunk_target target = {
        .uri = uri_of(stage, "udp"), .auth_user = "us", .auth_password = password};
    struct rw_doctor *doctor = doctor_on(stage);
    char date[60], request[8192];
    time_t now = (time_t)(rw_clock_wall_ms() / 1000) + 20;
    struct tm tm;

    (void)strftime(date, sizeof(date), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&now, &tm));
    begin(stage, doctor, &target);
    stage_turn(stage);
    expect(stage, "OPTIONS sip:127.0.0.1:");
    (void)snprintf(request, sizeof(request), "%s", stage->in);
    stage_answer_to(stage, request, "200 Fine", "far", date, "");
    stage_turn(stage);
    expect(stage, "REGISTER sip:127.0.0.1");
    (void)snprintf(request, sizeof(request), "%s", stage->in);
    stage_answer_to(stage, request, "401 Who", "far",
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    stage_turn(stage);
    expect(stage, "REGISTER sip:127.0.0.1");
    expect_text(stage, "\r\nAuthorization: Digest ");
    (void)snprintf(request, sizeof(request), "%s", stage->in);
    stage_answer_to(stage, request, verdict, "far",
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    await(stage);
    SAYS(stage, 0, "dns", OK, "127.0.0.1 is 127.0.0.1:", NULL);
    SAYS(stage, 1, "options", OK, "answered OPTIONS with 200 Fine", NULL);
    SAYS(stage, 2, "clock", WARN, "20 s ahead of ours", "NTP");
    rw_doctor_free(doctor);
}

static void credentials_that_count(struct stage *stage)
{
    udp_with(stage, "right", "200 OK");
    SAYS(stage, 3, "credentials", OK, "accepted", NULL);
}
PLAY(credentials_that_count)

static void credentials_that_do_not(struct stage *stage)
{
    udp_with(stage, "wrong", "401 Who");
    SAYS(stage, 3, "credentials", FAIL, "does not accept", "--auth-password");
}
PLAY(credentials_that_do_not)

/* The board knows of the trunk's registration. */
static void a_registration(struct stage *stage)
{
    struct rw_trunk_status status = {.count = 0};
    struct rw_trunk_target target = {.id = "t1", .uri = uri_of(stage, "udp")};
    struct rw_doctor *doctor;
    const struct rw_doctor_trunk trunk = {
        .tenant_id = "a", .active = true, .registers = true, .target = &target};
    struct rw_err err;

    board = rw_trunk_board_new();
    CHECK(stage, board != NULL);
    doctor = doctor_on(stage);
    for (unsigned i = 0; i < 3; i++) {
        times_told = 0;
        CHECK(stage, rw_doctor_test_trunk(doctor, &trunk, on_told, NULL, &err) == RW_OK);
        stage_advance(stage, 5200);
        CHECK(stage, times_told == 1);
        SAYS(stage, 2, "registration", i == 2 ? OK : FAIL,
             i == 0   ? "no answer has come"
             : i == 1 ? "192.0.2.1:5060 said 403 No"
                      : "registered until",
             i == 2 ? NULL : "trunk status");
        status.binding.answered = true;
        status.binding.last.answer =
            (struct rw_trunk_answer){.address = "192.0.2.1:5060", .code = 403, .phrase = "No"};
        status.binding.bound = i == 1;
        status.binding.until_ms = rw_clock_wall_ms() + 60000;
        rw_trunk_board_put(board, "t1", &status);
    }
    rw_doctor_free(doctor);
    rw_trunk_board_free(board);
    board = NULL;
}
PLAY(a_registration)

/* Nobody says anything: in the time that OPTIONS has, that is told; and the deadline of all holds. */
static void silence(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "udp")};
    struct rw_doctor *doctor = doctor_on(stage);

    begin(stage, doctor, &target);
    stage_advance(stage, 5200);
    CHECK(stage, times_told == 1);
    SAYS(stage, 1, "options", FAIL, "said nothing to OPTIONS", "let UDP");
    SAYS(stage, 2, NULL);
    rw_doctor_free(doctor);
}
PLAY(silence)

static void udp_that_nobody_listens_at(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "udp")};
    struct rw_doctor *doctor = doctor_on(stage);

    (void)close(stage->udp);
    stage->udp = -1;
    begin(stage, doctor, &target);
    await(stage);
    SAYS(stage, 1, "options", FAIL, "nothing can be delivered", "host, port");
    rw_doctor_free(doctor);
}
PLAY(udp_that_nobody_listens_at)

static void tcp(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "tcp")};
    struct rw_doctor *doctor = doctor_on(stage);

    begin(stage, doctor, &target);
    stage_advance(stage, 5500);
    CHECK(stage, times_told == 1);
    SAYS(stage, 0, "dns", OK, "127.0.0.1 is 127.0.0.1:", NULL);
    SAYS(stage, 1, "reach", OK, "took a TCP connection", NULL);
    SAYS(stage, 2, "options", FAIL, "said nothing", "let TCP");
    SAYS(stage, 3, NULL);
    rw_doctor_free(doctor);
}
PLAY(tcp)

static void nobody_there(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "tcp")};
    struct rw_doctor *doctor = doctor_on(stage);

    (void)close(stage->listener);
    stage->listener = -1;
    begin(stage, doctor, &target);
    await(stage);
    SAYS(stage, 1, "reach", FAIL, "refused", "port and the transport");
    rw_doctor_free(doctor);
}
PLAY(nobody_there)

/* The peer takes the connection and says nothing in TLS. */
static void no_handshake(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "tls"),
                                     .tls = {.ca_file = certs_path("root.pem")}};
    struct rw_doctor *doctor = doctor_on(stage);

    begin(stage, doctor, &target);
    for (int i = 0; i < 200; i++) {
        stage_turn(stage);
        (void)usleep(500);
    }
    CHECK(stage, !times_told);
    stage_advance(stage, 4100);
    await(stage);
    SAYS(stage, 1, "reach", FAIL, "no answer in time", "firewall");
    rw_doctor_free(doctor);
    one_block_of_the_pool();
}
PLAY(no_handshake)

static void files_that_are_gone(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "tls"),
                                     .tls = {.ca_file = "/nonexistent/root.pem"}};
    struct rw_doctor *doctor = doctor_on(stage);

    begin(stage, doctor, &target);
    await(stage);
    SAYS(stage, 0, "dns", OK, "127.0.0.1:", NULL);
    SAYS(stage, 1, "tls", FAIL, "no certificates to trust can be read", "mend the file");
    SAYS(stage, 2, NULL);
    rw_doctor_free(doctor);
}
PLAY(files_that_are_gone)

static void an_address_that_is_none(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = "sip:sip.carrier.example:5060", .places = ";;"};
    struct rw_doctor *doctor = doctor_on(stage);

    begin(stage, doctor, &target);
    await(stage);
    SAYS(stage, 0, "dns", FAIL,
         "no address was found for sip.carrier.example: ", "mend the trunk's host");
    target = (struct rw_trunk_target){.uri = "sip:[2001:db8::1]:5060"};
    times_told = 0;
    begin(stage, doctor, &target);
    await(stage);
    SAYS(stage, 0, "dns", FAIL, "2001:db8::1: the target has an address of another IP version",
         "mend the trunk's host");
    target.uri = "tel:+6591234567";
    times_told = 0;
    begin(stage, doctor, &target);
    await(stage);
    SAYS(stage, 0, "dns", FAIL, "tel:+6591234567 is no SIP URI", "mend the trunk's host");
    rw_doctor_free(doctor);
}
PLAY(an_address_that_is_none)

static void a_disabled_trunk(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "udp")};
    struct rw_doctor *doctor = doctor_on(stage);
    const struct rw_doctor_trunk trunk = {.tenant_id = "a", .target = &target};
    struct rw_err err;

    CHECK(stage, rw_doctor_test_trunk(doctor, &trunk, on_told, NULL, &err) == RW_OK);
    stage_advance(stage, 5200);
    CHECK(stage, times_told == 1);
    SAYS(stage, 0, "trunk", WARN, "disabled", "trunk enable");
    SAYS(stage, 1, "dns", OK, "127.0.0.1:", NULL);
    rw_doctor_free(doctor);
}
PLAY(a_disabled_trunk)

/* A second test of a tenant has to wait; the server stops in the middle of one, with files being read. */
static void one_at_a_time(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "tls"),
                                     .tls = {.ca_file = certs_path("root.pem")}};
    struct rw_doctor *doctor = doctor_on(stage);
    const struct rw_doctor_trunk trunk = {.tenant_id = "a", .active = true, .target = &target};
    struct rw_err err;

    begin(stage, doctor, &target);
    CHECK(stage, rw_doctor_test_trunk(doctor, &trunk, on_told, NULL, &err) == RW_CONFLICT);
    CHECK(stage, strcmp(err.code, "doctor.busy") == 0);
    stage_turn(stage);
    rw_doctor_abandon(doctor);
    CHECK(stage, times_told == 1);
    CHECK(stage, strcmp(told.at[told.count - 1].name, "time") == 0);
    begin(stage, doctor, &target);
    rw_doctor_abandon(doctor);
    CHECK(stage, times_told == 2);
    for (int i = 0; i < 200; i++) { /* the job comes back to nobody */
        stage_turn(stage);
        (void)usleep(500);
    }
    rw_doctor_free(doctor);
    one_block_of_the_pool();
}
PLAY(one_at_a_time)

static void the_house(struct stage *stage)
{
    struct rw_doctor *doctor = doctor_on(stage);
    struct rw_err err;

    CHECK(stage, rw_doctor_examine_house(doctor, on_told, NULL, &err) == RW_OK);
    await(stage);
    SAYS(stage, 0, "address", OK, "192.0.2.7", NULL);
    CHECK(stage, told.count == 7);
    rw_doctor_free(doctor);
}
PLAY(the_house)

static void memory_ends(struct stage *stage)
{
    struct rw_trunk_target target = {.uri = uri_of(stage, "tcp")};
    struct rw_doctor *doctor = doctor_on(stage);
    const struct rw_doctor_trunk trunk = {.tenant_id = "a", .active = true, .target = &target};
    struct rw_err err;

    rw_mem_fail_after(0);
    CHECK(stage, rw_doctor_test_trunk(doctor, &trunk, on_told, NULL, &err) == RW_NO_MEMORY);
    CHECK(stage, rw_doctor_examine_house(doctor, on_told, NULL, &err) == RW_NO_MEMORY);
    rw_mem_fail_after(-1);
    begin(stage, doctor, &target); /* no turn was kept */
    rw_mem_fail_after(0);
    await(stage);
    rw_mem_fail_after(-1);
    SAYS(stage, 1, "reach", OK, "took a TCP connection", NULL);
    rw_doctor_free(doctor);
}
PLAY(memory_ends)

static void turns_are_few(void **state)
{
    struct rw_err err;
    char tenant[8];

    (void)state;
    for (unsigned i = 0; i < RW_DOCTOR_TURNS; i++) {
        (void)snprintf(tenant, sizeof(tenant), "t%u", i);
        assert_int_equal(rw_doctor_turns_take(turns, tenant, &err), RW_OK);
    }
    assert_int_equal(rw_doctor_turns_take(turns, "t3", &err), RW_CONFLICT);
    assert_int_equal(rw_doctor_turns_take(turns, "other", &err), RW_LIMIT);
    assert_string_equal(err.code, "doctor.crowded");
    rw_doctor_turns_give_back(turns, "t3");
    rw_doctor_turns_give_back(turns, "nobody");
    assert_int_equal(rw_doctor_turns_take(turns, "other", &err), RW_OK);
    rw_doctor_turns_give_back(turns, "other");
    for (unsigned i = 0; i < RW_DOCTOR_TURNS; i++) {
        (void)snprintf(tenant, sizeof(tenant), "t%u", i);
        rw_doctor_turns_give_back(turns, tenant);
    }
}

static int open_all(void **state)
{
    static const struct cert root = {"root", NULL, NULL, 0, 0, true};
    struct rw_err err;

    (void)state;
    return certs_begin() && certs_make(&root) && rw_doctor_turns_new(&turns, &err) == RW_OK &&
                   rw_offload_new(&offload, 1, 8, &err) == RW_OK
               ? 0
               : -1;
}

static int close_all(void **state)
{
    (void)state;
    rw_offload_free(offload);
    rw_doctor_turns_free(turns);
    certs_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_credentials_that_count),
        cmocka_unit_test(play_credentials_that_do_not),
        cmocka_unit_test(play_a_registration),
        cmocka_unit_test(play_silence),
        cmocka_unit_test(play_udp_that_nobody_listens_at),
        cmocka_unit_test(play_tcp),
        cmocka_unit_test(play_nobody_there),
        cmocka_unit_test(play_no_handshake),
        cmocka_unit_test(play_files_that_are_gone),
        cmocka_unit_test(play_an_address_that_is_none),
        cmocka_unit_test(play_a_disabled_trunk),
        cmocka_unit_test(play_one_at_a_time),
        cmocka_unit_test(play_the_house),
        cmocka_unit_test(play_memory_ends),
        cmocka_unit_test(turns_are_few),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
