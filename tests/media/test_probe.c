/* A probe behind a real relay, and a far end that sends back what it hears, or does not. */
#include "../sip/stage.h"
/* after re.h */
#include "../test.h"
#include "base/clock.h"
#include "base/mem.h"
#include "media/g711.h"
#include "media/media.h"
#include "media/probe.h"

#include <string.h>
#include <unistd.h>

enum manner { ECHOES, ECHOES_IN_ALAW, SAYS_NOTHING, IS_SILENT };

struct far_end {
    int fd;
    struct sockaddr_in us;
    uint16_t port;
    unsigned received;
};

static unsigned times_heard, times_closed;

static void on_heard(void *arg)
{
    (void)arg;
    times_heard++;
}

static void on_closed(void *arg)
{
    (void)arg;
    times_closed++;
}

static void open_far_end(struct stage *stage, struct far_end *far)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(here);

    *far = (struct far_end){.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
    CHECK(stage, bind(far->fd, (struct sockaddr *)&here, n) == 0);
    CHECK(stage, getsockname(far->fd, (struct sockaddr *)&here, &n) == 0);
    far->port = ntohs(here.sin_port);
}

static void behave(struct far_end *far, enum manner manner)
{
    uint8_t bytes[512];
    ssize_t n;

    while ((n = recv(far->fd, bytes, sizeof(bytes), 0)) > 12) {
        far->received++;
        if (manner == SAYS_NOTHING)
            continue;
        if (manner == IS_SILENT)
            memset(bytes + 12, 0xff, (size_t)n - 12);
        if (manner == ECHOES_IN_ALAW) {
            rw_g711_ulaw_to_alaw(bytes + 12, (size_t)n - 12);
            bytes[1] = (uint8_t)((bytes[1] & 0x80) | 8);
        }
        (void)sendto(far->fd, bytes, (size_t)n, 0, (struct sockaddr *)&far->us, sizeof(far->us));
    }
}

static struct rw_relay_port *media_on(struct stage *stage)
{
    const struct rw_media_options options = {.host = "127.0.0.1"};
    struct rw_relay_port *port = NULL;
    struct rw_err err;

    CHECK(stage, rw_media_new(&port, stage->worker, &options, &err) == RW_OK);
    return port;
}

/* The exchange's part: an offer, an answer, an answered call. */
static struct rw_relay *set_up(struct stage *stage, struct rw_probe *probe, struct far_end *far)
{
    const struct rw_media_terms terms = {.advertised_host = NULL};
    const struct rw_relay_ops *ops = &rw_probe_relay_ops;
    struct rw_relay *relay = NULL;
    struct rw_buf offer;
    struct rw_err err;
    char answer[300];
    const char *m;

    CHECK(stage, !rw_probe_is_open(probe));
    CHECK(stage, ops->open(rw_probe_port(probe), 1, &relay, &err) == RW_OK);
    CHECK(stage, rw_probe_is_open(probe));
    rw_buf_init(&offer, 4096);
    CHECK(stage, ops->offer(relay, RW_LEG_TRUNK, &terms, &offer, &err) == RW_OK);
    m = strstr(offer.p, "m=audio ");
    CHECK(stage, m != NULL);
    far->us = (struct sockaddr_in){.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons((uint16_t)atoi(m + 8))};
    rw_buf_done(&offer);
    (void)snprintf(answer, sizeof(answer),
                   "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                   "m=audio %u RTP/AVP 0 8\r\nc=IN IP4 127.0.0.1\r\n",
                   far->port);
    CHECK(stage, ops->answer(relay, RW_LEG_TRUNK, rw_slice_str(answer), &err) == RW_OK);
    rw_probe_begin(probe, on_heard, NULL);
    return relay;
}

static void play(struct stage *stage, enum manner manner, unsigned most_ms,
                 struct rw_probe_seen *ret)
{
    struct rw_relay_port *port = media_on(stage);
    const struct rw_probe_options options = {
        .port = port, .host = "127.0.0.1", .closed = on_closed};
    struct rw_probe *probe = NULL;
    struct rw_relay *relay;
    struct far_end far;
    struct rw_err err;
    char named[60];

    times_heard = times_closed = 0;
    open_far_end(stage, &far);
    CHECK(stage, rw_probe_new(&probe, &options, &err) == RW_OK);
    relay = set_up(stage, probe, &far);
    for (unsigned ms = 0; ms < most_ms && !times_heard; ms += 20) {
        stage->now_ms += 20;
        rw_clock_set_virtual(stage->now_ms);
        stage_turn(stage);
        behave(&far, manner);
        stage_turn(stage);
    }
    CHECK(stage, times_heard == 1);
    rw_probe_relay_ops.close(relay);
    CHECK(stage, times_closed == 1);
    rw_probe_read(probe, ret);
    (void)snprintf(named, sizeof(named), "127.0.0.1:%u", far.port);
    CHECK(stage, strcmp(ret->named, named) == 0);
    CHECK(stage, strcmp(ret->from, manner == SAYS_NOTHING ? "" : named) == 0);
    (void)snprintf(named, sizeof(named), "127.0.0.1:%u", ntohs(far.us.sin_port));
    CHECK(stage, strcmp(ret->told, named) == 0);
    CHECK(stage, ret->relay.packets[RW_LEG_TRUNK] == ret->echo.packets);
    CHECK(stage, ret->sent == far.received);
    rw_probe_free(probe);
    rw_media_free(port);
    (void)close(far.fd);
}

static void an_echo(struct stage *stage)
{
    struct rw_probe_seen seen;

    play(stage, ECHOES, 3000, &seen);
    CHECK(stage, seen.echo.heard == 3 && seen.echo.first == 0 && seen.echo.last == 2);
    CHECK(stage, seen.echo.round_trip_ms <= 20);
    CHECK(stage, seen.sent >= 60 && seen.sent < 100);
    play(stage, ECHOES_IN_ALAW, 3000, &seen);
    CHECK(stage, seen.echo.heard == 3);
}
PLAY(an_echo)

static void nothing_comes(struct stage *stage)
{
    struct rw_probe_seen seen;

    play(stage, SAYS_NOTHING, 5100, &seen);
    CHECK(stage, seen.echo.packets == 0 && seen.echo.heard == 0 && seen.echo.sent == 10);
    CHECK(stage, seen.sent == 250);
}
PLAY(nothing_comes)

static void silence_comes(struct stage *stage)
{
    struct rw_probe_seen seen;

    play(stage, IS_SILENT, 8100, &seen);
    CHECK(stage, seen.echo.packets > 390 && seen.echo.sounding == 0 && seen.echo.heard == 0);
    CHECK(stage, seen.sent == 400);
}
PLAY(silence_comes)

/* A probe has one call with one leg; what it can't have it says. */
static void what_can_not_be(struct stage *stage)
{
    struct rw_relay_port *port = media_on(stage);
    struct rw_probe_options options = {.port = port, .host = "127.0.0.1", .closed = on_closed};
    struct rw_relay *relay = NULL, *second = NULL;
    struct rw_probe *probe = NULL;
    struct rw_err err;

    CHECK(stage, rw_probe_new(&probe, &options, &err) == RW_OK);
    CHECK(stage, rw_probe_relay_ops.open(rw_probe_port(probe), 2, &relay, &err) == RW_BUG);
    CHECK(stage, rw_probe_relay_ops.open(rw_probe_port(probe), 1, &relay, &err) == RW_OK);
    CHECK(stage, rw_probe_relay_ops.open(rw_probe_port(probe), 1, &second, &err) == RW_BUG);
    rw_probe_relay_ops.close(relay);
    rw_probe_begin(probe, on_heard, NULL); /* too late: nothing happens */
    rw_probe_free(probe);
    rw_probe_free(NULL);
    options.host = "name.example";
    CHECK(stage, rw_probe_new(&probe, &options, &err) == RW_MALFORMED);
    options.host = "192.0.2.77";
    CHECK(stage, rw_probe_new(&probe, &options, &err) == RW_IO);
    CHECK(stage, strcmp(err.code, "media.bind_failed") == 0);
    options.host = "0.0.0.0"; /* reached by the loopback address */
    CHECK(stage, rw_probe_new(&probe, &options, &err) == RW_OK);
    rw_probe_free(probe);
    rw_media_free(port);
}
PLAY(what_can_not_be)

static void memory_ends(struct stage *stage)
{
    struct rw_relay_port *port = media_on(stage);
    const struct rw_probe_options options = {
        .port = port, .host = "127.0.0.1", .closed = on_closed};
    struct rw_relay *relay = NULL;
    struct rw_probe *probe = NULL;
    struct rw_err err;
    long n = 0;

    rw_mem_fail_after(0);
    CHECK(stage, rw_probe_new(&probe, &options, &err) == RW_NO_MEMORY);
    rw_mem_fail_after(-1);
    CHECK(stage, rw_probe_new(&probe, &options, &err) == RW_OK);
    for (; n < 50 && !relay; n++) {
        rw_mem_fail_once(n);
        (void)!rw_probe_relay_ops.open(rw_probe_port(probe), 1, &relay, &err);
        rw_mem_fail_once(-1);
        CHECK(stage, relay || !rw_probe_is_open(probe));
    }
    CHECK(stage, relay && n > 1);
    rw_probe_relay_ops.close(relay);
    rw_probe_free(probe);
    rw_media_free(port);
}
PLAY(memory_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_an_echo),       cmocka_unit_test(play_nothing_comes),
        cmocka_unit_test(play_silence_comes), cmocka_unit_test(play_what_can_not_be),
        cmocka_unit_test(play_memory_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
