/*
 * RFC 4475's messages: what torture/expected.tsv says of each, read alone and by a worker that knows
 * the sender. argv[1]: the folder.
 */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROWS 49u
#define COLUMNS 7

enum { NAME, SECTION, KIND, READ, WHAT, UDP, TCP };

static struct row {
    char line[200];
    const char *column[COLUMNS];
    char bytes[8192];
    size_t n;
} rows[ROWS];

static void read_table(const char *folder)
{
    char path[600], line[200];
    unsigned count = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/expected.tsv", folder);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        struct row *row = &rows[count];
        char *rest = row->line;

        if (line[0] == '#' || count++ == ROWS)
            continue;
        line[strcspn(line, "\n")] = '\0';
        (void)snprintf(row->line, sizeof(row->line), "%s", line);
        for (int i = 0; i < COLUMNS; i++)
            row->column[i] = strsep(&rest, "\t");
    }
    if (file)
        (void)fclose(file);
    for (unsigned i = 0; count == ROWS && i < ROWS; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s.sip", folder, rows[i].column[NAME]);
        file = fopen(path, "re");
        if (!file)
            exit(2);
        rows[i].n = fread(rows[i].bytes, 1, sizeof(rows[i].bytes), file);
        (void)fclose(file);
    }
    if (count != ROWS)
        exit(2);
}

static const char *reading(const struct rw_sip_message *m, const char *wrong)
{
    return wrong ? "wrong" : m->flaw ? "flaw" : "ok";
}

static void each_is_read_as_it_should(void **state)
{
    unsigned valid = 0, refused = 0;

    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        struct row *row = &rows[i];
        char copy[sizeof(row->bytes)];
        struct rw_sip_message m;
        const char *wrong, *what;

        memcpy(copy, row->bytes, row->n);
        wrong = rw_sip_message_parse(&m, copy, row->n, false);
        what = wrong ? wrong : m.flaw ? m.flaw : "-";
        if (strcmp(reading(&m, wrong), row->column[READ]) != 0 ||
            strcmp(what, row->column[WHAT]) != 0)
            fail_msg("%s: %s (%s)", row->column[NAME], reading(&m, wrong), what);
        valid += strcmp(row->column[KIND], "valid") == 0 && !wrong && !m.flaw;
        refused += strcmp(row->column[KIND], "invalid") == 0 && (wrong || m.flaw);
    }
    assert_int_equal(valid, 13);
    assert_int_equal(refused, 19);
}

/* What stands in them is understood, and not only let pass. */
static void the_tortuous_ones_are_understood(void **state)
{
    struct rw_sip_message m;
    char copy[8192];

    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        memcpy(copy, rows[i].bytes, rows[i].n);
        if (strcmp(rows[i].column[NAME], "wsinv") == 0) {
            assert_null(rw_sip_message_parse(&m, copy, rows[i].n, true));
            assert_true(rw_slice_eq(m.from_tag, RW_LIT("98asjd8")));
            assert_true(rw_slice_eq(m.to_tag, RW_LIT("1918181833n")));
            assert_true(rw_slice_eq(m.via_host, RW_LIT("192.0.2.2")));
            assert_true(rw_slice_eq(m.branch, RW_LIT("390skdjuw")));
            assert_true(rw_slice_eq(m.contact, RW_LIT("sip:jdrosen@example.com")));
            assert_true(m.cseq == 9 && m.method == RW_SIP_INVITE && m.body.n == 150);
        }
        if (strcmp(rows[i].column[NAME], "intmeth") == 0) {
            assert_null(rw_sip_message_parse(&m, copy, rows[i].n, true));
            assert_true(rw_slice_starts(m.to, RW_LIT("\"BEL:\\  NUL:\\  DEL:\\ \" <sip:1_")));
            assert_true(rw_slice_eq(m.from_tag, RW_LIT("_token~1'+`*%!-.")));
        }
        if (strcmp(rows[i].column[NAME], "mpart01") == 0) {
            assert_null(rw_sip_message_parse(&m, copy, rows[i].n, true));
            assert_true(m.body.n == 553);
        }
    }
}

/* Cut anywhere, and with any byte of the head turned over: no harm. */
static void parts_do_no_harm(void **state)
{
    struct rw_sip_message m;

    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        for (size_t n = 0; n <= rows[i].n; n += n < 1500 ? 1 : 37) {
            char *copy = malloc(n + 1);

            memcpy(copy, rows[i].bytes, n);
            (void)!rw_sip_message_length((struct rw_slice){copy, n}, 65536);
            (void)!rw_sip_message_parse(&m, copy, n, i & 1);
            if (n) {
                memcpy(copy, rows[i].bytes, n);
                copy[n - 1] ^= (char)(1u << (n & 7));
                (void)!rw_sip_message_parse(&m, copy, n, i & 1);
            }
            free(copy);
        }
    }
}

static void check_answer(struct stage *s, const struct row *row, unsigned before)
{
    const char *code = row->column[UDP];

    if (strcmp(code, "-") == 0) {
        if (s->sent_count != before)
            stage_fail(s, __FILE__, __LINE__, "%s: answered %.60s", row->column[NAME], s->sent);
        return;
    }
    if (s->sent_count != before + 1 || strncmp(s->sent, "SIP/2.0 ", 8) != 0 ||
        strncmp(s->sent + 8, code, 3) != 0)
        stage_fail(s, __FILE__, __LINE__, "%s: not %s but %.60s", row->column[NAME], code, s->sent);
    if (strcmp(code, "400") == 0 && !strstr(s->sent, row->column[WHAT]))
        stage_fail(s, __FILE__, __LINE__, "%s: the reason is not named: %.60s", row->column[NAME],
                   s->sent);
    if (strcmp(code, "405") == 0 || strcmp(code, "501") == 0)
        CHECK(s, strstr(s->sent, "\r\nAllow: INVITE, "));
    if (strcmp(code, "420") == 0)
        CHECK(s, strstr(s->sent, "\r\nUnsupported: nothingSupportsThis, nothingSupportsThisEither"
                                 "\r\nUnsupported: noProxiesSupportThis, "));
    if (strcmp(code, "415") == 0)
        CHECK(s, strstr(s->sent, "\r\nAccept: application/sdp\r\n"));
}

static void answers(struct stage *s)
{
    unsigned before;

    for (unsigned i = 0; i < ROWS; i++) { /* of a stranger */
        stage_send(s, rows[i].bytes, rows[i].n);
        stage_turn(s);
    }
    CHECK(s, s->sent_count == 0);
    rw_sip_acquaint(s->sip, RW_LIT("127.0.0.1"), NULL, 3600000);
    for (unsigned i = 0; i < ROWS; i++) {
        before = s->sent_count;
        stage_send(s, rows[i].bytes, rows[i].n);
        stage_turn(s);
        check_answer(s, &rows[i], before);
    }
    while (stage_read(s))
        ; /* answers to who named our own port in Via */
    stage_answered_call(s);
    for (unsigned i = 0; i < ROWS; i++) { /* and during a call */
        before = s->sent_count;
        stage_send(s, rows[i].bytes, rows[i].n);
        stage_turn(s);
        check_answer(s, &rows[i], before);
    }
    expect_no_news(s);
    stage_request(s, "BYE", 7, "far", "", "");
    (void)expect_news(s, RW_IN_LEG_ENDED);
}

/* A call is not lost by what a strict reader would have refused: the far end's BYE counts. */
static void flaws_in_a_dialog(struct stage *s)
{
    stage_answered_call(s);
    stage_request(s, "INFO", 5, "far", "Date: Fri, 01 Jan 2010 16:00:00 EST\r\n", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    stage_request(s, "INFO", 6, "far", "Content-Length: x\r\n", "");
    expect(s, "SIP/2.0 400 Bad Request (Content-Length)\r\n");
    stage_request(s, "BYE", 7, "far", "Contact: <sip:a@b>;;\r\n", "");
    expect(s, "SIP/2.0 200 OK\r\n");
    (void)expect_news(s, RW_IN_LEG_ENDED);
}

PLAY(answers)
PLAY(flaws_in_a_dialog)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_read_as_it_should),
        cmocka_unit_test(the_tortuous_ones_are_understood),
        cmocka_unit_test(parts_do_no_harm),
        cmocka_unit_test(play_answers),
        cmocka_unit_test(play_flaws_in_a_dialog),
    };

    if (argc < 2)
        return 2;
    read_table(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
