/* Whatever is ambiguous is refused with 400 and a close; whatever is valid is served. */
#include "server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define H "Host: a\r\n"
#define POST "POST /echo HTTP/1.1\r\n" H
#define GET "GET /echo HTTP/1.1\r\n" H
#define RAW(s) (s), sizeof(s) - 1

struct refused {
    const char *what, *raw;
    size_t n;
    int status;
    const char *code;
    int line, column; /* 0 = not checked */
};

static char long_target[10000], long_header[10000];

static const struct refused refusals[] = {
    {"CL.TE", RAW(POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.length_and_transfer_encoding", 4, 1},
    {"TE.CL", RAW(POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.length_and_transfer_encoding", 3, 1},
    {"two equal lengths", RAW(POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab"), 400,
     "http.framing.two_lengths", 4, 1},
    {"two different lengths", RAW(POST "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), 400,
     "http.framing.two_lengths", 4, 1},
    {"a list of lengths", RAW(POST "Content-Length: 2, 2\r\n\r\nab"), 400,
     "http.framing.bad_length", 3, 18},
    {"length with plus", RAW(POST "Content-Length: +2\r\n\r\nab"), 400, "http.framing.bad_length",
     3, 17},
    {"negative length", RAW(POST "Content-Length: -1\r\n\r\nab"), 400, "http.framing.bad_length", 3,
     17},
    {"length with space", RAW(POST "Content-Length: 1 2\r\n\r\nab"), 400, "http.framing.bad_length",
     3, 18},
    {"hexadecimal length", RAW(POST "Content-Length: 0x2\r\n\r\nab"), 400,
     "http.framing.bad_length", 3, 18},
    {"no length in the header", RAW(POST "Content-Length:\r\n\r\n"), 400, "http.framing.bad_length",
     3, 16},
    {"length beyond 64 bits", RAW(POST "Content-Length: 99999999999999999999999\r\n\r\n"), 400,
     "http.framing.bad_length", 3, 0},
    {"TE: xchunked", RAW(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.bad_transfer_encoding", 3, 20},
    {"TE: chunked, chunked", RAW(POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.bad_transfer_encoding", 3, 20},
    {"TE: gzip, chunked", RAW(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.bad_transfer_encoding", 3, 20},
    {"TE: identity", RAW(POST "Transfer-Encoding: identity\r\n\r\n"), 400,
     "http.framing.bad_transfer_encoding", 3, 20},
    {"TE with a vertical tab", RAW(POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"), 400,
     "http.header_bad_byte", 3, 20},
    {"two TE",
     RAW(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.two_transfer_encodings", 4, 1},
    {"HTTP/1.0 with TE",
     RAW("POST /echo HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.transfer_encoding_in_1_0", 3, 1},
    {"bare LF everywhere", RAW("GET /echo HTTP/1.1\nHost: a\n\n"), 400, "http.framing.bare_lf", 1,
     19},
    {"bare LF after a header", RAW("GET /echo HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"), 400,
     "http.framing.bare_lf", 2, 8},
    {"bare LF as the empty line", RAW(GET "\n"), 400, "http.framing.bare_lf", 3, 1},
    {"bare CR in a value", RAW(GET "X: a\rb\r\n\r\n"), 400, "http.framing.bare_cr", 3, 5},
    {"bare CR in the request line", RAW("GET /echo\r HTTP/1.1\r\n" H "\r\n"), 400,
     "http.framing.bare_cr", 1, 10},
    {"CR CR LF", RAW(GET "X: a\r\r\n\r\n"), 400, "http.framing.bare_cr", 3, 5},
    {"folded header", RAW(GET "X: a\r\n b\r\n\r\n"), 400, "http.framing.folded_header", 4, 1},
    {"folded by a tab", RAW(POST "Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.folded_header", 4, 1},
    {"space before the first header", RAW("GET /echo HTTP/1.1\r\n Host: a\r\n\r\n"), 400,
     "http.framing.folded_header", 2, 1},
    {"space before the colon", RAW(POST "Content-Length : 2\r\n\r\nab"), 400,
     "http.framing.space_before_colon", 3, 15},
    {"tab before the colon", RAW(POST "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n"), 400,
     "http.framing.space_before_colon", 3, 18},
    {"no colon", RAW(GET "Nonsense\r\n\r\n"), 400, "http.header_no_colon", 3, 1},
    {"no name", RAW(GET ": a\r\n\r\n"), 400, "http.header_name_bad", 3, 1},
    {"a name in brackets", RAW(GET "X[1]: a\r\n\r\n"), 400, "http.header_name_bad", 3, 2},
    {"NUL in a value", RAW(GET "X: a\0b\r\n\r\n"), 400, "http.header_bad_byte", 3, 5},
    {"NUL in a name", RAW(GET "X\0: a\r\n\r\n"), 400, "http.header_name_bad", 3, 2},
    {"two tokens", RAW(GET "Authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n"), 400,
     "http.header_repeated", 4, 1},
    {"two keys", RAW(GET "Idempotency-Key: a\r\nX: y\r\nIdempotency-Key: a\r\n\r\n"), 400,
     "http.header_repeated", 5, 1},
    {"two Host", RAW(GET "Host: b\r\n\r\n"), 400, "http.host_repeated", 3, 1},
    {"no Host", RAW("GET /echo HTTP/1.1\r\nAccept: */*\r\n\r\n"), 400, "http.host_missing", 1, 1},
    {"Host with a list", RAW("GET /echo HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400, "http.host_bad", 2,
     8},
    {"Host with a path", RAW("GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400, "http.host_bad", 2,
     8},
    {"absolute target for another host", RAW("GET http://b/echo HTTP/1.1\r\nHost: a\r\n\r\n"), 400,
     "http.host_differs", 2, 7},
    {"absolute target of another scheme", RAW("GET ftp://a/echo HTTP/1.1\r\nHost: a\r\n\r\n"), 400,
     "http.target_bad", 1, 5},
    {"CONNECT", RAW("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), 400, "http.target_bad", 1, 9},
    {"fragment in the target", RAW("GET /echo#x HTTP/1.1\r\n" H "\r\n"), 400, "http.target_bad", 1,
     10},
    {"a byte above ASCII in the target", RAW("GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n"), 400,
     "http.target_bad", 1, 6},
    {"two spaces before the target", RAW("GET  /echo HTTP/1.1\r\n" H "\r\n"), 400,
     "http.request_line_bad", 1, 0},
    {"two spaces before the version", RAW("GET /echo  HTTP/1.1\r\n" H "\r\n"), 400,
     "http.version_unsupported", 1, 11},
    {"space after the version", RAW("GET /echo HTTP/1.1 \r\n" H "\r\n"), 400,
     "http.version_unsupported", 1, 11},
    {"HTTP/0.9", RAW("GET /echo\r\n\r\n"), 400, "http.request_line_bad", 1, 0},
    {"HTTP/2 preface", RAW("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400, "http.version_unsupported", 1,
     7},
    {"HTTP/1.2", RAW("GET /echo HTTP/1.2\r\n" H "\r\n"), 400, "http.version_unsupported", 1, 11},
    {"lower-case version", RAW("GET /echo http/1.1\r\n" H "\r\n"), 400, "http.version_unsupported",
     1, 11},
    {"TLS on a plain port", RAW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400,
     "http.tls_on_plain_port", 1, 1},
    {"no method", RAW(" /echo HTTP/1.1\r\n" H "\r\n"), 400, "http.request_line_bad", 1, 1},
    {"three empty lines first", RAW("\r\n\r\n\r\n" GET "\r\n"), 400, "http.request_line_bad", 1, 1},
    {"unknown expectation", RAW(GET "Expect: coffee\r\n\r\n"), 400, "http.expectation_unknown", 3,
     9},
    {"chunk size not hexadecimal", RAW(POST "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400,
     "http.framing.bad_chunk", 0, 0},
    {"chunk size with 0x", RAW(POST "Transfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n"),
     400, "http.framing.bad_chunk", 0, 0},
    {"chunk size with a space", RAW(POST "Transfer-Encoding: chunked\r\n\r\n2 \r\nab\r\n0\r\n\r\n"),
     400, "http.framing.bad_chunk", 0, 0},
    {"chunk size with a minus", RAW(POST "Transfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n"), 400,
     "http.framing.bad_chunk", 0, 0},
    {"chunk size of 17 digits",
     RAW(POST "Transfer-Encoding: chunked\r\n\r\n00000000000000002\r\nab\r\n0\r\n\r\n"), 400,
     "http.framing.bad_chunk", 0, 0},
    {"chunk longer than it says",
     RAW(POST "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n"), 400,
     "http.framing.bad_chunk", 0, 0},
    {"bare LF behind a chunk size",
     RAW(POST "Transfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n"), 400,
     "http.framing.bad_chunk", 0, 0},
    {"bare LF in an extension",
     RAW(POST "Transfer-Encoding: chunked\r\n\r\n2;a\nb\r\nab\r\n0\r\n\r\n"), 400,
     "http.framing.bad_chunk", 0, 0},
    {"a trailer without colon", RAW(POST "Transfer-Encoding: chunked\r\n\r\n0\r\nnonsense\r\n\r\n"),
     400, "http.framing.bad_chunk", 0, 0},
    {"body too large by its length", RAW(POST "Content-Length: 2000\r\n\r\n"), 413,
     "http.body_too_large", 0, 0},
    {"body too large by a chunk", RAW(POST "Transfer-Encoding: chunked\r\n\r\n7d0\r\n"), 413,
     "http.body_too_large", 0, 0},
    {"body too large, asked for leave",
     RAW(POST "Content-Length: 2000\r\nExpect: 100-continue\r\n\r\n"), 413, "http.body_too_large",
     0, 0},
    {"target too long", long_target, sizeof(long_target), 414, "http.target_too_long", 0, 0},
    {"headers too large", long_header, sizeof(long_header), 431, "http.headers_too_large", 0, 0},
};

struct served {
    const char *what, *raw;
    size_t n;
    const char *answer; /* part of the first answer */
    bool closes;
};

static const struct served valid[] = {
    {"plain GET", RAW(GET "\r\n"), "GET /echo  ", false},
    {"GET with a query", RAW("GET /echo?a=1&b HTTP/1.1\r\n" H "\r\n"), "GET /echo a=1&b ", false},
    {"JSON type on a GET without body", RAW(GET "Content-Type: application/json\r\n\r\n"),
     "GET /echo  ", false},
    {"POST of length 0", RAW(POST "Content-Length: 0\r\n\r\n"), "POST /echo  ", false},
    {"POST without length", RAW(POST "\r\n"), "POST /echo  ", false},
    {"POST with a body", RAW(POST "content-length: 3\r\n\r\nabc"), "POST /echo  abc", false},
    {"leading zeros in a length", RAW(POST "Content-Length: 003\r\n\r\nabc"), "POST /echo  abc",
     false},
    {"chunked", RAW(POST "Transfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
     "POST /echo  abc", false},
    {"chunked with extensions",
     RAW(POST "Transfer-Encoding: chunked\r\n\r\n3;a=b;c=\"d\"\r\nabc\r\n0;x\r\n\r\n"),
     "POST /echo  abc", false},
    {"chunked with a trailer",
     RAW(POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"),
     "POST /echo  abc", false},
    {"unknown method", RAW("BREW /echo HTTP/1.1\r\n" H "\r\n"), "BREW /echo  ", false},
    {"OPTIONS *", RAW("OPTIONS * HTTP/1.1\r\n" H "\r\n"), "OPTIONS *  ", false},
    {"absolute target for this host", RAW("GET http://a/echo?q HTTP/1.1\r\n" H "\r\n"),
     "GET /echo q ", false},
    {"an empty line first", RAW("\r\n" GET "\r\n"), "GET /echo  ", false},
    {"white space around a value", RAW("GET /echo HTTP/1.1\r\nHost: \t a \t\r\n\r\n"),
     "X-Seen-Host: a\r\n", false},
    {"an empty value", RAW(GET "X-Empty:\r\n\r\n"), "GET /echo  ", false},
    {"a value above ASCII", RAW(GET "X: \xc3\xa9\r\n\r\n"), "GET /echo  ", false},
    {"Connection: close", RAW(GET "Connection: foo, Close\r\n\r\n"), "Connection: close\r\n", true},
    {"HTTP/1.0", RAW("GET /echo HTTP/1.0\r\n\r\n"), "GET /echo  ", true},
    {"HTTP/1.0 kept alive", RAW("GET /echo HTTP/1.0\r\n" H "Connection: keep-alive\r\n\r\n"),
     "Connection: keep-alive\r\n", false},
    {"no content", RAW("GET /empty HTTP/1.1\r\n" H "\r\n"), "HTTP/1.1 204 No Content\r\n", false},
};

static struct test_server *server;

static int set_up(void **state)
{
    struct rw_http_options options = {.body_bytes_max = 1000, .header_bytes_max = 2048};

    (void)state;
    memset(long_target, 'a', sizeof(long_target));
    memcpy(long_target, "GET /", 5);
    memset(long_header, 'a', sizeof(long_header));
    memcpy(long_header, GET "X: ", sizeof(GET "X: ") - 1);
    server = test_server_start(&options);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_server_stop(server);
    return 0;
}

static void check_refusal(const struct refused *r, const char *answer, int fd)
{
    char code[100], place[60];

    (void)snprintf(code, sizeof(code), "\"code\":\"%s\"", r->code);
    (void)snprintf(place, sizeof(place), "\"line\":%d,\"column\":%d", r->line, r->column);
    if (test_status(answer) != r->status || !strstr(answer, code) ||
        (r->column && !strstr(answer, place)) || !strstr(answer, "\r\nConnection: close\r\n"))
        fail_msg("%s: expected %d %s %s, got\n%s", r->what, r->status, code, place, answer);
    if (!test_closed(fd))
        fail_msg("%s: the connection stays open", r->what);
}

static void ambiguous_requests_are_refused(void **state)
{
    char answer[4096];

    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        int fd = test_connect(test_server_port(server));

        test_send(fd, refusals[i].raw, refusals[i].n);
        (void)test_read_answer(fd, answer, sizeof(answer));
        check_refusal(&refusals[i], answer, fd);
        (void)close(fd);
    }
}

/* The same, byte by byte: where a read ends must not matter. Behind a good request, too. */
static void refusals_do_not_depend_on_packets(void **state)
{
    char answer[4096];

    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        int fd = test_connect(test_server_port(server));

        if (refusals[i].n > 1000) { /* one a byte would take too long */
            (void)close(fd);
            continue;
        }
        test_send(fd, GET "\r\n", sizeof(GET "\r\n") - 1);
        (void)test_read_answer(fd, answer, sizeof(answer));
        assert_int_equal(test_status(answer), 200);
        for (size_t j = 0; j < refusals[i].n; j++)
            test_send(fd, refusals[i].raw + j, 1);
        (void)test_read_answer(fd, answer, sizeof(answer));
        check_refusal(&refusals[i], answer, fd);
        (void)close(fd);
    }
}

static void check_served(const struct served *v, int fd)
{
    char answer[4096];

    (void)test_read_answer(fd, answer, sizeof(answer));
    if (test_status(answer) / 100 != 2 || !strstr(answer, v->answer))
        fail_msg("%s: expected %s, got\n%s", v->what, v->answer, answer);
    assert_non_null(strstr(answer, "\r\nDate: "));
    if (v->closes) {
        assert_true(test_closed(fd));
        return;
    }
    test_send(fd, GET "\r\n", sizeof(GET "\r\n") - 1);
    (void)test_read_answer(fd, answer, sizeof(answer));
    if (test_status(answer) != 200)
        fail_msg("%s: the connection does not go on: %s", v->what, answer);
}

static void valid_requests_are_served(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
        for (int split = 0; split < 2; split++) {
            int fd = test_connect(test_server_port(server));

            for (size_t j = 0; split && j + 1 < valid[i].n; j++)
                test_send(fd, valid[i].raw + j, 1);
            test_send(fd, valid[i].raw + (split ? valid[i].n - 1 : 0), split ? 1 : valid[i].n);
            check_served(&valid[i], fd);
            (void)close(fd);
        }
    }
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    static const char two[] =
        POST "Content-Length: 1\r\n\r\n1" POST
             "Transfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n" GET "\r\n";
    char answer[4096];
    int fd = test_connect(test_server_port(server));

    (void)state;
    test_send(fd, two, sizeof(two) - 1);
    assert_true(test_read_answer(fd, answer, sizeof(answer)) > 0);
    assert_non_null(strstr(answer, "POST /echo  1"));
    assert_true(test_read_answer(fd, answer, sizeof(answer)) > 0);
    assert_non_null(strstr(answer, "POST /echo  2"));
    assert_true(test_read_answer(fd, answer, sizeof(answer)) > 0);
    assert_non_null(strstr(answer, "GET /echo  "));
    (void)close(fd);
}

static void a_waiting_client_gets_leave_to_send(void **state)
{
    char answer[4096];
    int fd = test_connect(test_server_port(server));

    (void)state;
    test_send(fd, RAW(POST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
    assert_true(test_read_answer(fd, answer, sizeof(answer)) > 0);
    assert_string_equal(answer, "HTTP/1.1 100 Continue\r\n\r\n");
    test_send(fd, "hi", 2);
    assert_true(test_read_answer(fd, answer, sizeof(answer)) > 0);
    assert_non_null(strstr(answer, "POST /echo  hi"));
    (void)close(fd);
}

static void head_has_a_length_and_no_body(void **state)
{
    char answer[4096];
    int fd = test_connect(test_server_port(server));

    (void)state;
    test_send(fd, RAW("HEAD /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n"));
    for (size_t n = 0;;) {
        ssize_t got = recv(fd, answer + n, sizeof(answer) - n - 1, 0);

        assert_true(got >= 0);
        n += (size_t)got;
        answer[n] = '\0';
        if (!got)
            break;
    }
    assert_non_null(strstr(answer, "\r\nContent-Length: 12\r\n"));
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    (void)close(fd);
}

static void bad_answer_headers_are_dropped(void **state)
{
    uint64_t bugs = test_server_counters(server).bugs;
    char answer[4096];
    int fd = test_connect(test_server_port(server));

    (void)state;
    test_send(fd, RAW("GET /header HTTP/1.1\r\n" H "\r\n"));
    assert_true(test_read_answer(fd, answer, sizeof(answer)) > 0);
    assert_non_null(strstr(answer, "\r\nX-Good: yes\r\n"));
    assert_non_null(strstr(answer, "\r\nContent-Length: 0\r\n"));
    assert_null(strstr(answer, "X-Bad"));
    assert_null(strstr(answer, "X-Injected"));
    assert_null(strstr(answer, "X-Nul"));
    assert_int_equal(test_server_counters(server).bugs, bugs + 2);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ambiguous_requests_are_refused),
        cmocka_unit_test(refusals_do_not_depend_on_packets),
        cmocka_unit_test(valid_requests_are_served),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_waiting_client_gets_leave_to_send),
        cmocka_unit_test(head_has_a_length_and_no_body),
        cmocka_unit_test(bad_answer_headers_are_dropped),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
