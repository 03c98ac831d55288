/* A thousand slow clients are cut at the absolute deadline; a healthy one is served meanwhile. */
#include "server.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SLOW 1000
#define DEADLINE_MS 1500

static uint64_t now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void serve_healthy(struct test_server *server)
{
    static const char get[] = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";
    char answer[4096];
    int fd = test_connect(test_server_port(server));

    test_send(fd, get, sizeof(get) - 1);
    (void)test_read_answer(fd, answer, sizeof(answer));
    assert_int_equal(test_status(answer), 200);
    (void)close(fd);
}

/* What a slow client got before the close: 408 with this code. */
static void expect_408(int fd, const char *code)
{
    char answer[4096];

    (void)test_read_answer(fd, answer, sizeof(answer));
    if (test_status(answer) != 408 || !strstr(answer, code))
        fail_msg("expected 408 %s, got %s", code, answer);
    assert_true(test_closed(fd));
}

/* Each slow client sends `start` and then a byte now and then, as long as it lives. */
static void starve(const char *start, const char *code)
{
    const struct rw_http_options options = {.header_deadline_ms = DEADLINE_MS,
                                            .body_deadline_ms = DEADLINE_MS};
    struct test_server *server = test_server_start(&options);
    struct pollfd *slow = calloc(SLOW, sizeof(*slow));
    uint64_t begun, worst = 0;
    unsigned left = SLOW;

    for (unsigned i = 0; i < SLOW; i++) {
        slow[i] = (struct pollfd){.fd = test_connect(test_server_port(server)), .events = POLLIN};
        test_send(slow[i].fd, start, strlen(start));
    }
    begun = now_ms();
    while (left && now_ms() - begun < 20 * DEADLINE_MS) {
        uint64_t asked = now_ms();

        serve_healthy(server);
        worst = now_ms() - asked > worst ? now_ms() - asked : worst;
        (void)poll(slow, SLOW, 20);
        for (unsigned i = 0; i < SLOW; i++) {
            if (slow[i].fd >= 0 && (slow[i].revents & POLLIN)) {
                expect_408(slow[i].fd, code);
                (void)close(slow[i].fd);
                slow[i].fd = -1;
                left--;
            } else if (slow[i].fd >= 0) {
                test_send(slow[i].fd, "a", 1);
            }
        }
    }
    assert_int_equal(left, 0);
    assert_true(worst < DEADLINE_MS); /* served at once, not when the others were cut */
    assert_int_equal(test_server_counters(server).cut_slow, SLOW);
    free(slow);
    test_server_stop(server);
}

static void slow_heads_are_cut(void **state)
{
    (void)state;
    starve("GET /echo HTTP/1.1\r\nHost: a\r\nX: ", "http.header_too_slow");
}

static void slow_bodies_are_cut(void **state)
{
    (void)state;
    starve("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n",
           "http.body_too_slow");
}

static void silent_connections_are_closed(void **state)
{
    const struct rw_http_options options = {.header_deadline_ms = 50, .idle_deadline_ms = 50};
    struct test_server *server = test_server_start(&options);
    static const char get[] = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";
    char answer[4096];
    int never = test_connect(test_server_port(server)), once;

    (void)state;
    assert_true(test_closed(never));
    once = test_connect(test_server_port(server));
    test_send(once, get, sizeof(get) - 1);
    assert_true(test_read_answer(once, answer, sizeof(answer)) > 0);
    assert_true(test_closed(once));
    (void)close(never);
    (void)close(once);
    test_server_stop(server);
}

static void who_does_not_read_its_answer_is_cut(void **state)
{
    const struct rw_http_options options = {.answer_deadline_ms = 100};
    struct test_server *server = test_server_start(&options);
    static const char get[] = "GET /big HTTP/1.1\r\nHost: a\r\n\r\n";
    int fd = test_connect(test_server_port(server));
    struct pollfd hung_up = {.fd = fd, .events = POLLRDHUP};
    int small = 4096;

    (void)state;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    for (int i = 0; i < 4; i++) /* more than the kernel's buffers take */
        test_send(fd, get, sizeof(get) - 1);
    while (!test_server_counters(server).cut_slow)
        (void)poll(&hung_up, 1, 10);
    (void)close(fd);
    test_server_stop(server);
}

/* A handler that thinks has no deadline: answers may wait for a store or a long poll. */
static void a_thinking_handler_is_not_cut(void **state)
{
    const struct rw_http_options options = {.header_deadline_ms = 20,
                                            .body_deadline_ms = 20,
                                            .idle_deadline_ms = 20,
                                            .answer_deadline_ms = 20};
    struct test_server *server = test_server_start(&options);
    static const char get[] = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";
    char answer[4096];
    int fd = test_connect(test_server_port(server)), never = test_connect(test_server_port(server));

    (void)state;
    test_send(fd, get, sizeof(get) - 1);
    test_server_wait_later(server, 1);
    assert_true(test_closed(never)); /* so the deadlines have passed */
    never = (close(never), test_connect(test_server_port(server)));
    assert_true(test_closed(never));
    test_server_answer(server);
    assert_true(test_read_answer(fd, answer, sizeof(answer)) > 0);
    assert_int_equal(test_status(answer), 200);
    (void)close(fd);
    (void)close(never);
    test_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_heads_are_cut),
        cmocka_unit_test(slow_bodies_are_cut),
        cmocka_unit_test(silent_connections_are_closed),
        cmocka_unit_test(who_does_not_read_its_answer_is_cut),
        cmocka_unit_test(a_thinking_handler_is_not_cut),
    };
    struct rlimit files;

    (void)getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192; /* both ends are ours */
    (void)setrlimit(RLIMIT_NOFILE, &files);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
