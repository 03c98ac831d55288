/*
 * number check: one number as a person and as a program see it, lists of anything; metadata-version.
 *
 *     test_cli_number docs/cli.md
 *
 * What the engine says is its own tests' business. Where it depends on the numbering data, the judgement
 * here is made by hand.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/number_batch.h"
#include "cli/number_json.h"

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

static const char *manual; /* docs/cli.md */

struct ran {
    int status;
    char *out, *err;
};

/* Runs words separated by '|'. */
static struct ran run(const char *line, bool terminal)
{
    struct ran ran;
    size_t out_n, err_n;
    struct rw_cli cli = {.out = open_memstream(&ran.out, &out_n),
                         .err = open_memstream(&ran.err, &err_n),
                         .terminal = terminal};
    char *words = strdup(line), *argv[20] = {(char *)"ringwright"};
    int argc = 1;

    for (char *word = strtok(words, "|"); word; word = strtok(NULL, "|"))
        argv[argc++] = word;
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

/* ------------------------------------------------------------------ one number */

static void a_fault_is_shown_where_it_stands(void **state)
{
    static const struct {
        const char *line, *head, *shown;
    } cases[] = {
        {"6591234567", "error[address.missing_plus]: ", "\n  6591234567\n  ^ "},
        {"6591234567", "error[address.missing_plus]: ", "\n  = instead: +6591234567 ("},
        {"+65 9123 456O",
         "error[address.lookalike_letter]: ", "\n  +65 9123 456O\n              ^"},
        {"+65 9123 456O", "error[address.lookalike_letter]: ", "\n  = instead: +6591234560 ("},
        {"+65 9123 456O", "error[address.lookalike_letter]: ", "\n  = note: separators"},
        {"+6591234567\n",
         "error[address.control_char]: ", "\n  +6591234567\\u{000A}\n             ^~~~~~~~"},
        {"+65\xe2\x80\xae"
         "9x1",
         "error[address.", "\n  +65\\u{202E}9x1\n"},
        {"\xef\xbc\x8b\xef\xbc\x96\xef\xbc\x95*91234567",
         "error[address.unexpected_char]: ", "\n        ^"},
        {"112", "error[address.emergency_number]: ", "\n  112\n  ^~~"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[80];
        struct ran ran;

        (void)snprintf(line, sizeof(line), "number|check|%s", cases[i].line);
        ran = run(line, true);
        if (ran.status != 1 || *ran.out || !strstr(ran.err, cases[i].shown) ||
            strncmp(ran.err, cases[i].head, strlen(cases[i].head)) != 0)
            fail_msg("%s: %d, %s%s", cases[i].line, ran.status, ran.out, ran.err);
        done(&ran);
    }
}

static void a_number_is_shown_in_each_form(void **state)
{
    struct ran ran = run("number|check|+65 9123 4567 ext. 12", true);

    (void)state;
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.err, "");
    assert_memory_equal(ran.out, "+65 9123", 8);
    assert_non_null(strstr(ran.out, " ext. 12\nE.164       +6591234567\nnational    9123"));
    assert_non_null(strstr(ran.out, "RFC 3966    tel:+6591234567;ext=12\n"));
    assert_non_null(strstr(ran.out, "region      SG, Singapore\n"));
    assert_non_null(strstr(ran.out, "extension   12\n"));
    assert_non_null(strstr(ran.out, "note        separators between digits were removed\n"));
    done(&ran);
    ran = run("number|check|+65\xe2\x80\x8b"
              "91234567",
              true);
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, " (U+200B ZERO WIDTH SPACE)\n"));
    done(&ran);
    ran = run("number|check|+6591234567|--quiet", true);
    assert_int_equal(ran.status, 0);
    assert_memory_equal(ran.out, "+65 9123", 8);
    assert_string_equal(strchr(ran.out, '\n'), "\n");
    done(&ran);
}

/* A range that is assigned nowhere is no fault of the person: told, and no failure. */
static void an_unassigned_number_is_a_warning(void **state)
{
    struct ran ran = run("number|check|+6534567890", true);
    struct rw_address address;

    (void)state;
    rw_address_judge("+6534567890", 11, NULL, &address);
    assert_int_equal(ran.status, 0);
    if (address.verdict == RW_ADDRESS_UNASSIGNED) {
        char shown[400];

        (void)snprintf(
            shown, sizeof(shown),
            "warning[address.unassigned_range]: no such number range in Singapore (+65)\n"
            "  +6534567890\n"
            "      ^ after +653 only 1 or 2 can follow\n"
            "  = as of numbering data %s; placed anyway for single calls (policy: warn), refused "
            "in "
            "campaigns\n",
            rw_address_data_month());
        assert_string_equal(ran.err, shown);
        assert_string_equal(ran.out, "");
    }
    done(&ran);
}

static void a_program_gets_an_object(void **state)
{
    struct ran ran = run("number|check|+65 9123 4567|--json", true);
    json_t *json = json_loads(ran.out, 0, NULL);

    (void)state;
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.err, "");
    assert_string_equal(json_string_value(json_object_get(json, "e164")), "+6591234567");
    assert_string_equal(json_string_value(json_object_get(json, "input")), "+65 9123 4567");
    assert_null(json_object_get(json, "message"));
    json_decref(json);
    done(&ran);
    ran = run("number|check|6591234567", false);
    json = json_loads(ran.out, 0, NULL);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "[address.missing_plus]"));
    assert_string_equal(json_string_value(json_object_get(json, "code")), "address.missing_plus");
    assert_non_null(json_object_get(json, "message"));
    json_decref(json);
    done(&ran);
}

static void the_numbering_data_says_its_version(void **state)
{
    struct ran ran = run("number|metadata-version", true);
    json_t *json;

    (void)state;
    assert_int_equal(ran.status, 0);
    assert_memory_equal(ran.out, rw_address_data_version(), strlen(rw_address_data_version()));
    assert_string_equal(ran.out + strlen(rw_address_data_version()), "\n");
    done(&ran);
    ran = run("number|metadata-version|--json", true);
    json = json_loads(ran.out, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(json, "version")),
                        rw_address_data_version());
    assert_string_equal(json_string_value(json_object_get(json, "month")), rw_address_data_month());
    assert_int_equal(json_object_size(json), 2);
    json_decref(json);
    done(&ran);
}

/* ------------------------------------------------------------------ the object */

static const struct rw_address unassigned = {
    .verdict = RW_ADDRESS_UNASSIGNED,
    .e164 = "+6534567890",
    .region = "SG",
    .country_code = 65,
    .possible = true,
    .time_zones = "Asia/Singapore,Asia/Kuala_Lumpur",
    .code = "address.unassigned_range",
    .span = {4, 1, 4, 1},
};

static struct rw_buf object_of(const char *input, uint64_t bytes, const struct rw_address *address)
{
    struct rw_json_writer w;
    struct rw_buf buf;

    rw_buf_init(&buf, RW_CLI_NUMBER_JSON_MAX);
    w = rw_json_writer(&buf);
    rw_cli_number_json(&w, rw_slice_str(input), bytes, address, false);
    assert_true(rw_json_done(&w));
    return buf;
}

static void an_object_has_what_is_known(void **state)
{
    struct rw_buf buf = object_of("+6534567890", 11, &unassigned);
    struct rw_address none = {.verdict = RW_ADDRESS_MALFORMED, .code = "address.input_too_long"};
    char expected[200], *found;

    (void)state;
    (void)rw_address_expected(&unassigned, expected, sizeof(expected));
    found = strstr(buf.p, "\"found\"");
    assert_non_null(found);
    assert_memory_equal(
        buf.p,
        "{\"input\":\"+6534567890\",\"verdict\":\"unassigned\",\"possible\":true,"
        "\"valid\":false,\"e164\":\"+6534567890\",\"region\":\"SG\",\"type\":\"unknown\","
        "\"timeZones\":[\"Asia/Singapore\",\"Asia/Kuala_Lumpur\"],"
        "\"code\":\"address.unassigned_range\",\"at\":4,\"length\":1,",
        (size_t)(found - buf.p));
    assert_memory_equal(found, "\"found\":\"\\\"4\\\"\"", 15);
    rw_buf_done(&buf);
    buf = object_of("+65", 70000, &none);
    assert_non_null(strstr(buf.p, "\"input\":\"+65\",\"inputBytes\":70000,"));
    assert_null(strstr(buf.p, "e164"));
    assert_null(strstr(buf.p, "suggestions"));
    assert_null(strstr(buf.p, "notes"));
    rw_buf_done(&buf);
}

/* As much as there can be of everything, each byte of the input escaped six times as long. */
static void the_largest_object_fits(void **state)
{
    struct rw_address most = unassigned;
    char input[RW_ADDRESS_INPUT_MAX + 9];
    struct rw_buf buf;

    (void)state;
    memset(input, '\xff', sizeof(input) - 1);
    input[sizeof(input) - 1] = '\0';
    most.code = "address.control_char";
    most.span = (struct rw_address_span){0, 512, 0, 512};
    memset(most.extension, '9', sizeof(most.extension) - 1);
    most.suggestion_count = RW_ADDRESS_SUGGESTIONS_MAX;
    for (unsigned i = 0; i < RW_ADDRESS_SUGGESTIONS_MAX; i++) {
        memset(most.suggestions[i].text, '9', sizeof(most.suggestions[i].text) - 1);
        most.suggestions[i].reason =
            "011 is dialled before a country code in North America, and so "
            "on, as far as a reason may ever go";
    }
    most.note_count = RW_ADDRESS_NOTES_MAX;
    for (unsigned i = 0; i < RW_ADDRESS_NOTES_MAX; i++)
        most.notes[i] = (struct rw_address_note){
            .code = "bidi_control_removed", .span = {~0u, ~0u, ~0u, ~0u}, .count = ~0u};
    buf = object_of(input, UINT64_MAX, &most);
    assert_true(buf.len < RW_CLI_NUMBER_JSON_MAX / 2 + 2048);
    rw_buf_done(&buf);
}

static void help_and_manual_know_each_member(void **state)
{
    static const char *const members[] = {
        "input",     "inputBytes", "verdict", "possible", "valid",       "e164",
        "extension", "region",     "type",    "code",     "timeZones",   "message",
        "at",        "length",     "found",   "expected", "suggestions", "notes"};
    FILE *file = fopen(manual, "r");
    static char text[65536];
    size_t n;

    (void)state;
    assert_non_null(file);
    n = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[n] = '\0';
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        char quoted[40];

        (void)snprintf(quoted, sizeof(quoted), "`%s`", members[i]);
        if (!strstr(rw_cli_number_members, members[i]) || !strstr(text, quoted))
            fail_msg("%s stands in the help or in docs/cli.md no more", members[i]);
    }
}

/* ------------------------------------------------------------------ lists */

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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_is_shown_where_it_stands),
        cmocka_unit_test(a_number_is_shown_in_each_form),
        cmocka_unit_test(an_unassigned_number_is_a_warning),
        cmocka_unit_test(a_program_gets_an_object),
        cmocka_unit_test(the_numbering_data_says_its_version),
        cmocka_unit_test(an_object_has_what_is_known),
        cmocka_unit_test(the_largest_object_fits),
        cmocka_unit_test(help_and_manual_know_each_member),
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

    manual = argc > 1 ? argv[1] : "docs/cli.md";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
