/*
 * number check with a list: lines of anything, each answered. What the engine says is its own tests' business.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/number_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Writes bytes into a pipe in pieces, as a slow program would, and closes it. */
struct feed {
    pthread_t thread;
    const char *p;
    size_t n, piece;
    int fd;
};

static void *feeding(void *arg)
{
    struct feed *feed = arg;

    for (size_t at = 0; at < feed->n;) {
        size_t n = feed->n - at < feed->piece ? feed->n - at : feed->piece;
        ssize_t wrote = write(feed->fd, feed->p + at, n);

        if (wrote < 0)
            break;
        at += (size_t)wrote;
    }
    (void)close(feed->fd);
    return NULL;
}

static int feed_begin(struct feed *feed, const char *p, size_t n, size_t piece, int flags)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    if (flags)
        assert_int_equal(fcntl(ends[0], F_SETFL, flags), 0);
    *feed = (struct feed){.p = p, .n = n, .piece = piece, .fd = ends[1]};
    assert_int_equal(pthread_create(&feed->thread, NULL, feeding, feed), 0);
    return ends[0];
}

/* Reads a descriptor to its end. */
struct drain {
    pthread_t thread;
    int fd;
    char *p;
    size_t n;
};

static void *draining(void *arg)
{
    struct drain *drain = arg;
    FILE *to = open_memstream(&drain->p, &drain->n);
    char bytes[5000];
    ssize_t n;

    while ((n = read(drain->fd, bytes, sizeof(bytes))) > 0)
        (void)fwrite(bytes, 1, (size_t)n, to);
    (void)fclose(to);
    (void)close(drain->fd);
    return NULL;
}

/* Judges bytes that come through a pipe in pieces; the answers, to be freed. */
static char *batch(const char *p, size_t n, size_t piece, const struct rw_address_policy *policy,
                   int flags)
{
    struct rw_cli_batch job = {.policy = policy};
    struct drain drain = {0};
    struct feed feed;
    const char *wrong;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    if (flags)
        assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
    drain.fd = ends[0];
    job.out = ends[1];
    assert_int_equal(pthread_create(&drain.thread, NULL, draining, &drain), 0);
    job.in = feed_begin(&feed, p, n, piece, flags);
    wrong = rw_cli_number_batch(&job);
    if (wrong)
        fail_msg("%s: %s", wrong, strerror(errno));
    (void)close(job.in);
    (void)close(job.out);
    (void)pthread_join(feed.thread, NULL);
    (void)pthread_join(drain.thread, NULL);
    return drain.p;
}

/* The next line of the answers as JSON; all of it must be ASCII that a terminal can show. */
static json_t *next_object(char **rest)
{
    char *end = strchr(*rest, '\n');
    json_error_t error;
    json_t *json;

    if (!end)
        fail_msg("a line is missing, or its end: %s", *rest);
    for (const char *p = *rest; p < end; p++)
        if (*p < 0x20 || *p > 0x7e)
            fail_msg("a byte that no terminal should see: %.*s", (int)(end - *rest), *rest);
    json = json_loadb(*rest, (size_t)(end - *rest), JSON_ALLOW_NUL, &error);
    if (!json)
        fail_msg("%s: %.*s", error.text, (int)(end - *rest), *rest);
    *rest = end + 1;
    return json;
}

static uint32_t number_in(const json_t *json, const char *key)
{
    assert_true(json_is_integer(json_object_get(json, key)));
    return (uint32_t)json_integer_value(json_object_get(json, key));
}

static const char *text_in(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text ? text : "";
}

/* The object says what the engine says, and its input is what was put in. */
static void check_object(const json_t *json, struct rw_slice input,
                         const struct rw_address_policy *policy)
{
    const json_t *shown = json_object_get(json, "input");
    struct rw_slice text = {json_string_value(shown), json_string_length(shown)};
    struct rw_address a;

    rw_address_judge(input.p, input.n, policy, &a);
    assert_string_equal(text_in(json, "verdict"), rw_address_verdict_name(a.verdict));
    assert_string_equal(text_in(json, "code"), a.code ? a.code : "");
    assert_string_equal(text_in(json, "e164"), a.e164);
    assert_string_equal(text_in(json, "extension"), a.extension);
    assert_string_equal(text_in(json, "region"), a.region);
    assert_int_equal(json_is_true(json_object_get(json, "possible")), a.possible);
    assert_int_equal(json_is_true(json_object_get(json, "valid")), a.valid);
    assert_int_equal(json_array_size(json_object_get(json, "notes")), a.note_count);
    assert_int_equal(json_array_size(json_object_get(json, "suggestions")), a.suggestion_count);
    if (a.code) {
        assert_int_equal(number_in(json, "at"), a.span.at);
        assert_int_equal(number_in(json, "length"), a.span.length);
    }
    if (input.n > RW_ADDRESS_INPUT_MAX) {
        assert_int_equal(number_in(json, "inputBytes"), input.n);
        assert_true(text.n >= RW_ADDRESS_INPUT_MAX - 3);
    } else {
        assert_null(json_object_get(json, "inputBytes"));
        assert_int_equal(rw_utf8_count(text), rw_utf8_count(input)); /* so positions fit */
        if (rw_utf8_valid_prefix(input) == input.n)
            assert_true(rw_slice_eq(text, input));
    }
}

#define LINES(s) (s), sizeof(s) - 1

static void any_line_is_answered(void **state)
{
    static const struct {
        const char *line;
        size_t n;
        const char *end, *code; /* "" = whatever the engine says */
    } rows[] = {
        {LINES("+6591234567"), "\n", NULL},
        {LINES("+6591234567"), "\r\n", NULL},
        {LINES(""), "\n", "address.empty"},
        {LINES(""), "\r\n", "address.empty"},
        {LINES("\r"), "\r\n", "address.control_char"},
        {LINES("+65\r91234567"), "\n", "address.control_char"},
        {LINES("+65\0"
               "91234567"),
         "\n", "address.control_char"},
        {LINES("\0\0\0"), "\r\n", "address.control_char"},
        {LINES("+65\xff"
               "91234567"),
         "\n", "address.not_utf8"},
        {LINES("\xe6\x97"), "\n", "address.not_utf8"},
        {LINES("\xed\xa0\x80\xc0\x80\xf5"), "\n", "address.not_utf8"},
        {LINES("\xef\xbb\xbf+6591234567"), "\n", NULL},
        {LINES("\xe2\x80\xaa+6591234567\xe2\x80\xac"), "\n", NULL},
        {LINES("\x1b]0;owned\x07"), "\n", "address.control_char"},
        {LINES("\xc2\x9b[31m"), "\n", "address.control_char"},
        {LINES("\xf0\x9f\x98\x80 +6591234567"), "\n", ""},
        {LINES("{\"input\":\"\\u0000\"}"), "\n", ""},
        {LINES("\",\"verdict\":\"ok\"}"), "\n", ""},
        {LINES("+65 9123 456O"), "\n", "address.lookalike_letter"},
        {LINES("112"), "\n", "address.emergency_number"},
        {LINES("last, without an end"), "", ""},
    };
    struct rw_buf list;

    (void)state;
    rw_buf_init(&list, 4096);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rw_buf_put(&list, (struct rw_slice){rows[i].line, rows[i].n});
        rw_buf_puts(&list, rows[i].end);
    }
    for (size_t piece = 1; piece <= 1024; piece *= 4) {
        char *out = batch(list.p, list.len, piece, NULL, 0), *rest = out;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            json_t *json = next_object(&rest);

            check_object(json, (struct rw_slice){rows[i].line, rows[i].n}, NULL);
            if (!rows[i].code || *rows[i].code)
                assert_string_equal(text_in(json, "code"), rows[i].code ? rows[i].code : "");
            json_decref(json);
        }
        assert_string_equal(rest, "");
        free(out);
    }
    rw_buf_done(&list);
}

static void the_region_holds_for_all_lines(void **state)
{
    static const char list[] = "020 7946 0000\n0049 30 123456\n";
    struct rw_address_policy policy;
    char *out, *rest;

    (void)state;
    rw_address_policy_init(&policy);
    memcpy(policy.region, "GB", 3);
    rest = out = batch(list, sizeof(list) - 1, 100, &policy, 0);
    for (const char *line = list; *line; line = strchr(line, '\n') + 1) {
        json_t *json = next_object(&rest);

        check_object(json, (struct rw_slice){line, strcspn(line, "\n")}, &policy);
        json_decref(json);
    }
    free(out);
}

static void an_empty_list_has_no_answers(void **state)
{
    char *out = batch("", 0, 1, NULL, 0);

    (void)state;
    assert_string_equal(out, "");
    free(out);
}

/* Lines around every bound: what the engine reads, what is kept, what is read at once. */
static void long_lines_are_refused_and_forgotten(void **state)
{
    static const size_t lengths[] = {510,    511,    512,    513,     1022,   1023,   1024,
                                     1025,   65535,  65536,  262143,  262144, 262145, 262146,
                                     524288, 600001, 262144, 1000000, 3};
    struct rw_buf list;

    (void)state;
    rw_buf_init(&list, 8u << 20);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (size_t n = 0; n < lengths[i]; n++)
            rw_buf_putc(&list, "+\xe2\x82\xac"[n % 4]);
        rw_buf_puts(&list, i % 2 ? "\r\n" : "\n");
    }
    for (size_t piece = 4095; piece < 10u << 20; piece *= 8) {
        char *out = batch(list.p, list.len, piece, NULL, 0), *rest = out;
        const char *line = list.p;

        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
            json_t *json = next_object(&rest);

            check_object(json, (struct rw_slice){line, lengths[i]}, NULL);
            json_decref(json);
            line += lengths[i] + 1 + i % 2;
        }
        assert_string_equal(rest, "");
        free(out);
    }
    rw_buf_done(&list);
}

static void noise_is_answered_line_by_line(void **state)
{
    uint64_t seed = 20261123;
    struct rw_buf list;
    char *out, *rest;

    (void)state;
    rw_buf_init(&list, 1u << 20);
    for (unsigned i = 0; i < 200000; i++) {
        static const char likely[] = "+0123456789 -()\n\n\r\xe2\x80\xac\xc3xX;=@:,";
        uint64_t draw;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        draw = seed >> 33;
        rw_buf_putc(&list, draw % 4 ? likely[draw / 4 % (sizeof(likely) - 1)] : (char)(draw / 4));
    }
    rw_buf_putc(&list, '\n');
    rest = out = batch(list.p, list.len, 777, NULL, 0);
    for (const char *line = list.p; line < list.p + list.len;) {
        const char *end = memchr(line, '\n', (size_t)(list.p + list.len - line));
        size_t n = (size_t)(end - line);
        json_t *json = next_object(&rest);

        if (n && line[n - 1] == '\r')
            n--;
        check_object(json, (struct rw_slice){line, n}, NULL);
        json_decref(json);
        line = end + 1;
    }
    assert_string_equal(rest, "");
    free(out);
    rw_buf_done(&list);
}

/* Descriptors that do not wait: of a terminal, or of another program's loop. */
static void descriptors_need_not_wait(void **state)
{
    struct rw_buf list;
    char *out, *rest;

    (void)state;
    rw_buf_init(&list, 1u << 20);
    for (unsigned i = 0; i < 20000; i++)
        rw_buf_printf(&list, "+65912%05u\n", i);
    rest = out = batch(list.p, list.len, 3000, NULL, O_NONBLOCK);
    for (unsigned i = 0; i < 20000; i++) {
        json_t *json = next_object(&rest);
        char e164[20];

        (void)snprintf(e164, sizeof(e164), "+65912%05u", i);
        assert_string_equal(text_in(json, "e164"), e164);
        json_decref(json);
    }
    free(out);
    rw_buf_done(&list);
}

static void *judging(void *job)
{
    return (void *)rw_cli_number_batch(job);
}

static void what_was_asked_is_answered_before_more_is_awaited(void **state)
{
    struct rw_cli_batch job = {0};
    int ask[2], answer[2];
    pthread_t thread;
    void *wrong = NULL;
    char line[300];

    (void)state;
    assert_int_equal(pipe(ask), 0);
    assert_int_equal(pipe(answer), 0);
    job.in = ask[0];
    job.out = answer[1];
    assert_int_equal(pthread_create(&thread, NULL, judging, &job), 0);
    for (unsigned i = 0; i < 3; i++) {
        ssize_t n;

        assert_int_equal(write(ask[1], "+6591234567\n+6", 14), 14); /* and the next one's front */
        n = read(answer[0], line, sizeof(line));
        assert_true(n > 0 && line[n - 1] == '\n');
        assert_int_equal(write(ask[1], "591234567\n", 10), 10);
        n = read(answer[0], line, sizeof(line));
        assert_true(n > 0 && line[n - 1] == '\n');
    }
    (void)close(ask[1]);
    (void)pthread_join(thread, &wrong);
    assert_null(wrong);
    (void)close(ask[0]);
    (void)close(answer[0]);
    (void)close(answer[1]);
}

static void what_fails_is_told(void **state)
{
    struct rw_cli_batch job = {0};
    struct feed feed;
    int ends[2];

    (void)state;
    job.in = feed_begin(&feed, "1\n2", 3, 3, 0);
    job.out = open("/dev/full", O_WRONLY);
    assert_string_equal(rw_cli_number_batch(&job), "cannot write the answers");
    assert_int_equal(errno, ENOSPC);
    (void)close(job.in);
    (void)close(job.out);
    (void)pthread_join(feed.thread, NULL);

    job.in = open("/", O_RDONLY);
    job.out = open("/dev/null", O_WRONLY);
    assert_string_equal(rw_cli_number_batch(&job), "cannot read the list");
    assert_int_equal(errno, EISDIR);
    (void)close(job.in);
    (void)close(job.out);

    job.in = feed_begin(&feed, "1\n2\n", 4, 4, 0);
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[0]);
    job.out = ends[1];
    (void)signal(SIGPIPE, SIG_IGN);
    assert_string_equal(rw_cli_number_batch(&job), "cannot write the answers");
    assert_int_equal(errno, EPIPE);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)close(job.in);
    (void)close(job.out);
    (void)pthread_join(feed.thread, NULL);
}

static void without_memory_it_says_so(void **state)
{
    long live = rw_mem_live();
    bool through = false;

    (void)state;
    for (long n = 0; !through; n++) {
        struct rw_cli_batch job = {.out = open("/dev/null", O_WRONLY)};
        struct feed feed;
        const char *wrong;

        job.in = feed_begin(&feed, "1\n2\n3", 5, 5, 0);
        rw_mem_fail_after(n);
        wrong = rw_cli_number_batch(&job);
        rw_mem_fail_after(-1);
        through = !wrong;
        if (wrong)
            assert_int_equal(errno, ENOMEM);
        assert_int_equal(rw_mem_live(), live);
        (void)pthread_join(feed.thread, NULL);
        (void)close(job.in);
        (void)close(job.out);
        assert_true(n < 20);
    }
}

/* The command around it: --region and --batch, its exit status, no progress without a terminal. */
static int command(int in, FILE *out, FILE *err, bool err_terminal)
{
    char *argv[] = {(char *)"ringwright", (char *)"number",   (char *)"check",
                    (char *)"--batch",    (char *)"--region", (char *)"sg"};
    struct rw_cli cli = {
        .in = fdopen(in, "r"), .out = out, .err = err, .err_terminal = err_terminal};
    int status = rw_cli_run(&cli, 6, argv);

    (void)fclose(cli.in);
    return status;
}

static void the_command_ends_well_whatever_was_judged(void **state)
{
    struct feed feed;
    size_t err_n;
    char line[300], *err;

    (void)state;
    for (int terminal = 0; terminal < 2; terminal++) {
        FILE *out = tmpfile(), *to = open_memstream(&err, &err_n);
        int in = feed_begin(&feed, "x\n112\n", 6, 6, 0);

        assert_int_equal(command(in, out, to, terminal), 0);
        (void)pthread_join(feed.thread, NULL);
        (void)fclose(to);
        rewind(out);
        assert_non_null(fgets(line, sizeof(line), out));
        assert_non_null(strstr(line, "{\"input\":\"x\",\"verdict\":\"malformed\""));
        assert_non_null(fgets(line, sizeof(line), out));
        assert_null(fgets(line, sizeof(line), out));
        (void)fclose(out);
        if (terminal)
            assert_non_null(strstr(err, "\r2 lines, "));
        else
            assert_string_equal(err, "");
        free(err);
    }
}

static void the_command_fails_when_its_answers_are_lost(void **state)
{
    struct sigaction before;
    struct feed feed;
    size_t err_n;
    char *err;
    FILE *out, *to = open_memstream(&err, &err_n);
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[0]);
    out = fdopen(ends[1], "w");
    assert_int_equal(command(feed_begin(&feed, "1\n", 2, 2, 0), out, to, false), 1);
    (void)pthread_join(feed.thread, NULL);
    (void)fclose(out);
    (void)fclose(to);
    assert_string_equal(err, "ringwright: cannot write the answers: Broken pipe\n");
    free(err);
    (void)sigaction(SIGPIPE, NULL, &before);
    assert_true(before.sa_handler == SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_line_is_answered),
        cmocka_unit_test(the_region_holds_for_all_lines),
        cmocka_unit_test(an_empty_list_has_no_answers),
        cmocka_unit_test(long_lines_are_refused_and_forgotten),
        cmocka_unit_test(noise_is_answered_line_by_line),
        cmocka_unit_test(descriptors_need_not_wait),
        cmocka_unit_test(what_was_asked_is_answered_before_more_is_awaited),
        cmocka_unit_test(what_fails_is_told),
        cmocka_unit_test(without_memory_it_says_so),
        cmocka_unit_test(the_command_ends_well_whatever_was_judged),
        cmocka_unit_test(the_command_fails_when_its_answers_are_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
