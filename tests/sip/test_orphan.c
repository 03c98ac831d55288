/* Dialogs of an earlier life: what describe() says is enough to end them. */
#include "stage.h"

#include "base/mem.h"
#include "sip/dialog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The server forgets everything, as after kill -9, and starts again on the same port. */
static void restart(struct stage *s)
{
    struct rw_sip_options options = {.host = "127.0.0.1"};
    struct rw_err err;

    rw_sip_free(s->sip);
    s->leg = NULL;
    stage_turn(s);
    while (recv(s->udp, s->in, sizeof(s->in), 0) > 0)
        ;
    CHECK(s, rw_sip_new(&s->sip, s->worker, s->wire, &options, &err) == RW_OK);
}

static void end_orphan(struct stage *s, const struct rw_leg_dialog *dialog)
{
    struct rw_err err;

    CHECK(s, rw_sip_leg_ops.end_orphan(rw_sip_leg_port(s->sip), dialog, NULL, &err) == RW_OK);
}

static void answered(struct stage *s)
{
    struct rw_leg_dialog dialog;
    char from[200], to[200], route[100];

    stage_invite(s, &(struct rw_leg_target){.from_name = "Demo"});
    expect(s, "INVITE ");
    (void)snprintf(from, sizeof(from), "%s", strchr(header_of(s->in, "From"), '<'));
    (void)snprintf(route, sizeof(route),
                   "Record-Route: <sip:127.0.0.1:%u;lr>\r\nContact: <sip:far@10.9.9.9>\r\n",
                   s->peer_port);
    stage_answer_to(s, s->invite, "200 OK", "far", route, "v=0\r\n");
    expect(s, "ACK ");
    (void)snprintf(to, sizeof(to), "%s", header_of(s->in, "To"));
    rw_sip_leg_ops.describe(s->leg, &dialog);
    CHECK(s, dialog.answered && strcmp(dialog.remote_tag, "far") == 0);
    restart(s);
    end_orphan(s, &dialog);
    expect(s, "BYE sip:far@10.9.9.9 SIP/2.0\r\n");
    expect_text(s, "\r\nCSeq: 1000001 BYE\r\n");
    expect_text(s, "\r\nRoute: <sip:127.0.0.1:");
    expect_text(s, "\r\nReason: SIP;cause=500;");
    CHECK(s, strcmp(header_of(s->in, "From"), from) == 0);
    CHECK(s, strcmp(header_of(s->in, "To"), to) == 0);
    stage_advance(s, 500);
    expect(s, "BYE ");
    stage_answer_to(s, s->in, "200 OK", "", "", "");
    stage_request(s, "BYE", 1, "guessed", "", "");
    expect(s, "SIP/2.0 481 ");
    stage_request(s, "BYE", 1, "far", "", ""); /* the far end hangs up in the same moment */
    expect(s, "SIP/2.0 200 OK\r\n");
    stage_advance(s, 33000);
    expect_nothing(s);
}

static void ringing(struct stage *s)
{
    struct rw_leg_dialog dialog;
    char via[200], from[200];

    stage_invite(s, NULL);
    expect(s, "INVITE ");
    (void)snprintf(via, sizeof(via), "%s", header_of(s->in, "Via"));
    (void)snprintf(from, sizeof(from), "%s", header_of(s->in, "From"));
    stage_answer(s, "180 Ringing", "far", "");
    rw_sip_leg_ops.describe(s->leg, &dialog);
    CHECK(s, !dialog.answered && dialog.remote_target[0] == '\0');
    restart(s);
    end_orphan(s, &dialog);
    expect(s, "CANCEL sip:+6591234567@127.0.0.1:");
    CHECK(s, strcmp(header_of(s->in, "Via"), via) == 0);
    CHECK(s, strcmp(header_of(s->in, "From"), from) == 0);
    CHECK(s, strcmp(header_of(s->in, "To"), "<sip:+6591234567@127.0.0.1>") == 0);
    expect_text(s, "\r\nCSeq: 1 CANCEL\r\n");
    stage_advance(s, 500);
    expect(s, "CANCEL ");
    stage_answer_to(s, s->in, "200 OK", "far", "", "");
    stage_answer_to(s, s->invite, "487 Request Terminated", "far", "", "");
    expect(s, "ACK sip:+6591234567@127.0.0.1:");
    CHECK(s, strcmp(header_of(s->in, "Via"), via) == 0);
    expect_text(s, ";tag=far\r\n");
    expect_text(s, "\r\nCSeq: 1 ACK\r\n");
    stage_advance(s, 33000);
    expect_nothing(s);
}

static void answered_after_all(struct stage *s)
{
    struct rw_leg_dialog dialog;

    stage_invite(s, NULL);
    expect(s, "INVITE ");
    rw_sip_leg_ops.describe(s->leg, &dialog);
    restart(s);
    end_orphan(s, &dialog);
    expect(s, "CANCEL ");
    stage_answer(s, "200 OK", "far", "v=0\r\n");
    expect(s, "ACK sip:far@127.0.0.1:");
    expect(s, "BYE sip:far@127.0.0.1:");
    expect_text(s, ";tag=far\r\n");
}

static const struct rw_leg_dialog good = {.answered = true,
                                          .call_id = "00-1",
                                          .local_tag = "l",
                                          .remote_tag = "r",
                                          .branch = "z9hG4bK0123456789abcdef",
                                          .request_uri = "sip:a@127.0.0.1",
                                          .remote_target = "sip:b@127.0.0.1",
                                          .from_uri = "sip:c@127.0.0.1",
                                          .to_uri = "sip:d@127.0.0.1",
                                          .local_cseq = 1};

static void damaged(struct stage *s)
{
    struct rw_leg_dialog rows[14];
    struct rw_err err;

    for (size_t i = 0; i < 14; i++)
        rows[i] = good;
    rows[0].call_id[0] = '\0';
    (void)strcpy(rows[1].call_id, "00\r\nX: y");
    rows[2].local_tag[0] = '\0';
    (void)strcpy(rows[3].local_tag, "a;b");
    (void)strcpy(rows[4].remote_tag, "a\nb");
    (void)strcpy(rows[5].remote_target, "sip:a b");
    (void)strcpy(rows[6].remote_target, "tel:1");
    (void)strcpy(rows[7].from_uri, "sip:a>b");
    (void)strcpy(rows[8].to_uri, "x");
    (void)strcpy(rows[9].route_set, "<sip:a>\r\nX: y");
    rows[10].local_cseq = 0;
    rows[11].local_cseq = UINT32_MAX;
    rows[12].answered = false;
    (void)strcpy(rows[12].branch, "none");
    rows[13].answered = false;
    rows[13].request_uri[0] = '\0';
    for (size_t i = 0; i < 14; i++) {
        enum rw_class class =
            rw_sip_leg_ops.end_orphan(rw_sip_leg_port(s->sip), &rows[i], NULL, &err);

        if (class != RW_MALFORMED || strcmp(err.code, "sip.bad_dialog") != 0)
            stage_fail(s, __FILE__, __LINE__, "row %zu: class %d", i, class);
    }
    end_orphan(s, &good);
}

/* A host that is only a name is not asked for again: a restart waits for nobody. */
static void without_an_address(struct stage *s)
{
    struct rw_leg_dialog dialog = good;
    struct rw_err err;

    (void)strcpy(dialog.request_uri, "sip:a@carrier.invalid");
    CHECK(s, rw_sip_leg_ops.end_orphan(rw_sip_leg_port(s->sip), &dialog, NULL, &err) == RW_IO);
    CHECK(s, strcmp(err.code, "sip.unresolvable") == 0);
    expect_nothing(s);
}

/* Every allocation fails in turn while orphans are ended: it is told or made up for, and nothing is left. */
static void no_memory(struct stage *s)
{
    char uri[100];
    long n, live = 0;
    bool left = false;

    (void)snprintf(uri, sizeof(uri), "sip:a@127.0.0.1:%u", s->peer_port);
    for (n = -1; !left && n < 200; n++) {
        for (int i = 0; i < 2; i++) {
            struct rw_leg_dialog dialog = good;
            struct rw_err err;
            enum rw_class class;

            dialog.answered = i == 0;
            (void)snprintf(dialog.call_id, sizeof(dialog.call_id), "00-%ld-%d", n, i);
            (void)strcpy(dialog.request_uri, uri);
            (void)strcpy(dialog.remote_target, uri);
            if (i == 0)
                rw_mem_fail_once(n); /* -1: a first round without failures warms the buffers up */
            class = rw_sip_leg_ops.end_orphan(rw_sip_leg_port(s->sip), &dialog, NULL, &err);
            CHECK(s, class == RW_OK || class == RW_NO_MEMORY);
            if (stage_read(s))
                stage_answer_to(s, s->in, "200 OK", "far", "", "");
        }
        stage_advance(s, 70000);
        while (stage_read(s))
            ;
        left = stage_failure_is_left();
        if (n < 0)
            live = rw_mem_live();
        if (rw_mem_live() != live)
            stage_fail(s, __FILE__, __LINE__, "allocation %ld: %ld left", n, rw_mem_live() - live);
    }
    CHECK(s, left && n > 4);
}

PLAY(answered)
PLAY(ringing)
PLAY(answered_after_all)
PLAY(damaged)
PLAY(without_an_address)
PLAY(no_memory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_answered),           cmocka_unit_test(play_ringing),
        cmocka_unit_test(play_answered_after_all), cmocka_unit_test(play_damaged),
        cmocka_unit_test(play_without_an_address), cmocka_unit_test(play_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
