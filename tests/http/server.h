/* tests/http/server.h - a worker with a listener, and a blunt client of it, for the tests here. */
#ifndef RW_TEST_HTTP_SERVER_H
#define RW_TEST_HTTP_SERVER_H

#include "http/http.h"

/*
 * What the handler does by path: /echo answers "METHOD path query body"; /later keeps the exchange
 * until test_server_answer(); /big answers 3 MiB; /empty answers 204; /header answers with bad and
 * good headers; anything else 404. A refusal answers {"code":..,"offset":..,"line":..,"column":..}.
 */
struct test_server;

/* Options may be NULL; host, port and handlers are filled in. */
struct test_server *test_server_start(const struct rw_http_options *options);
void test_server_stop(struct test_server *server);
uint16_t test_server_port(struct test_server *server);

/* Runs fn in the worker and waits for it. */
void test_server_run(struct test_server *server, void (*fn)(struct rw_http *http, void *arg),
                     void *arg);
/* How many exchanges wait for test_server_answer(); waits until there are `n`. */
void test_server_wait_later(struct test_server *server, unsigned n);
void test_server_answer(struct test_server *server); /* all that wait, with 200 "late" */
void test_server_drain(struct test_server *server, uint32_t grace_ms);
void test_server_free_listener(struct test_server *server);
void test_server_wait_quiet(struct test_server *server);
struct rw_http_counters test_server_counters(struct test_server *server);

int test_connect(uint16_t port); /* blocking, gives up after 10 s */
void test_send(int fd, const void *bytes, size_t n);
/* One answer with its body; its length, 0 when the peer closed before one was whole. */
size_t test_read_answer(int fd, char *dst, size_t size);
bool test_closed(int fd); /* waits for the end of the stream; false when bytes come instead */
int test_status(const char *answer);

#endif
