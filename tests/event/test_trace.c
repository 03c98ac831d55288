#include "base/mem.h"
#include "event/trace.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID "0192f3a0-0000-7000-8000-0123456789ab"

static struct rw_arena arena;

static int setup(void **state)
{
    (void)state;
    rw_arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rw_trace_stop();
    rw_arena_done(&arena);
    assert_int_equal(rw_mem_live(), 0);
    return 0;
}

static size_t read_all(uint64_t after, const char *id, struct rw_trace_entry **list, uint64_t *next)
{
    size_t count = 0;

    assert_int_equal(rw_trace_read(after, id, 1000, &arena, list, &count, next, NULL), RW_OK);
    return count;
}

static void off_keeps_nothing(void **state)
{
    struct rw_trace_entry *list;
    uint64_t next = 9;

    (void)state;
    assert_int_equal(rw_trace_start(0, 0, NULL), RW_OK);
    assert_false(rw_trace_is_on());
    rw_trace_add(true, "udp", "a", "b", RW_LIT("INVITE sip:x SIP/2.0\r\n\r\n"));
    assert_int_equal(read_all(0, NULL, &list, &next), 0);
    assert_int_equal(next, 0);
}

static const struct {
    const char *message, *id;
    int leg;
} ids[] = {
    {"BYE sip:x SIP/2.0\r\nCall-ID: 0a-" ID "-s\r\n\r\n", ID, 0},
    {"BYE sip:x SIP/2.0\r\ncall-id \t:\t fF-" ID "-t \t\r\n\r\n", ID, 1},
    {"BYE sip:x SIP/2.0\ni:00-" ID "-t\n\n", ID, 1},
    {"BYE sip:x SIP/2.0\r\ni: 00-" ID "-t", ID, 1},
    {"BYE sip:x SIP/2.0\r\ni: 00-" ID "-x\r\n\r\n", "", -1},
    {"BYE sip:x SIP/2.0\r\ni: 00-" ID "-t2\r\n\r\n", ID, 1},
    {"BYE sip:x SIP/2.0\r\ni: 00-" ID "-t1\r\n\r\n", "", -1},
    {"BYE sip:x SIP/2.0\r\ni: 00-" ID "-t22\r\n\r\n", "", -1},
    {"BYE sip:x SIP/2.0\r\ni: 00-" ID "-s2\r\n\r\n", "", -1},
    {"BYE sip:x SIP/2.0\r\ni: g0-" ID "-t\r\n\r\n", "", -1},
    {"BYE sip:x SIP/2.0\r\ni: 00-" ID "-t@host\r\n\r\n", "", -1},
    {"BYE sip:x SIP/2.0\r\nVia: x\r\n\r\nCall-ID: 00-" ID "-t\r\n", "", -1}, /* in the body */
    {"BYE sip:x SIP/2.0\r\nCall-ID:\r\n\r\n", "", -1},
    {"BYE sip:x SIP/2.0\r\nCall-ID", "", -1},
    {"\r\n\r\n", "", -1},
    {"x", "", -1},
};

static void the_call_id_names_the_conversation(void **state)
{
    struct rw_trace_entry *list = NULL;
    uint64_t next;

    (void)state;
    assert_int_equal(rw_trace_start(64, 65536, NULL), RW_OK);
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
        rw_trace_add(i % 2, "tcp", "192.0.2.1:5060", "192.0.2.2:5060",
                     rw_slice_str(ids[i].message));
    assert_int_equal(read_all(0, NULL, &list, &next), sizeof(ids) / sizeof(*ids));
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        assert_string_equal(list[i].conversation_id, ids[i].id);
        assert_int_equal(list[i].leg, ids[i].leg);
        assert_string_equal(list[i].message, ids[i].message);
        assert_int_equal(list[i].n, i + 1);
        assert_int_equal(list[i].sent, i % 2);
        assert_string_equal(list[i].transport, "tcp");
        assert_string_equal(list[i].peer, "192.0.2.2:5060");
    }
    assert_int_equal(read_all(0, ID, &list, &next), 5);
    assert_int_equal(next, 6); /* one before it was nobody's */
    assert_int_equal(read_all(next, ID, &list, &next), 0);
    assert_int_equal(next, sizeof(ids) / sizeof(*ids));
}

static const struct {
    const char *before, *after;
} secrets[] = {
    {"Authorization: Digest username=\"u\", response=\"abc\", uri=\"x\"",
     "Authorization: Digest username=\"u\", response=\"***\", uri=\"x\""},
    {"PROXY-AUTHORIZATION :digest Response = abc,nonce=\"q\"",
     "PROXY-AUTHORIZATION :digest Response = ***,nonce=\"q\""},
    {"Authorization: Digest a=b,\r\n\tresponse=\"abc",
     "Authorization: Digest a=b,\r\n\tresponse=\"***"},
    {"Authorization: Basic dTpw", "Authorization: **********"},
    {"Authorization: x", "Authorization: *"},
    {"WWW-Authenticate: Digest response=\"abc\"", "WWW-Authenticate: Digest response=\"abc\""},
    {"X: y\r\n response=\"abc\"", "X: y\r\n response=\"abc\""},
    {"Authorization: Digest response", "Authorization: Digest response"},
    {"Authorization: Digest response=", "Authorization: Digest response="},
    {"X: y\r\n\r\na=crypto:1 SUITE inline:abcdef|2^31\r\na=crypto:2 S INLINE:x;inline:y WSH=64",
     "X: y\r\n\r\na=crypto:1 SUITE inline:***********\r\na=crypto:2 S INLINE:********** WSH=64"},
    {"X: y\r\n\r\na=crypto:1 S inline:\r\na=x: inline:zz\r\noutline:q",
     "X: y\r\n\r\na=crypto:1 S inline:\r\na=x: inline:**\r\noutline:q"},
    {":inline:", ":inline:"},
};

static void secrets_are_masked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
        struct rw_trace_entry *list = NULL;
        char before[300], after[300];
        uint64_t next;

        (void)snprintf(before, sizeof(before), "A b C\r\n%s\r\n\r\nresponse=\"z\"",
                       secrets[i].before);
        (void)snprintf(after, sizeof(after), "A b C\r\n%s\r\n\r\nresponse=\"z\"", secrets[i].after);
        assert_int_equal(rw_trace_start(4, 0, NULL), RW_OK);
        rw_trace_add(true, "udp", "a", "b", rw_slice_str(before));
        assert_int_equal(read_all(0, NULL, &list, &next), 1);
        assert_string_equal(list[0].message, after);
        rw_trace_stop();
    }
}

static void keys_are_masked(void **state)
{
    struct rw_trace_entry *list = NULL;
    uint64_t next;

    (void)state;
    assert_int_equal(rw_trace_start(5, 0, NULL), RW_OK);
    rw_trace_add(
        true, "udp", "a", "b",
        RW_LIT("INFO sip:x SIP/2.0\r\nSignal=x\r\n\r\nSignal= 5\r\nDuration=160\r\nsignal=#"));
    rw_trace_add(true, "udp", "a", "b",
                 RW_LIT("INFO sip:x SIP/2.0\r\n\r\n signal = 12 \r\nDuration=9\r\n"));
    rw_trace_add(true, "udp", "a", "b", RW_LIT("INFO sip:x SIP/2.0\r\n\r\n5\r\n"));
    rw_trace_add(true, "udp", "a", "b", RW_LIT("NOTIFY sip:x SIP/2.0\r\n\r\nSignal=5"));
    rw_trace_add(true, "udp", "a", "b", RW_LIT("INFO sip:x SIP/2.0\r\nSignal=5"));
    assert_int_equal(read_all(0, NULL, &list, &next), 5);
    assert_string_equal(
        list[0].message,
        "INFO sip:x SIP/2.0\r\nSignal=x\r\n\r\nSignal=**\r\nDuration=160\r\nsignal=*");
    assert_string_equal(list[1].message,
                        "INFO sip:x SIP/2.0\r\n\r\n signal =****\r\nDuration=9\r\n");
    assert_string_equal(list[2].message, "INFO sip:x SIP/2.0\r\n\r\n*\r\n");
    assert_string_equal(list[3].message, "NOTIFY sip:x SIP/2.0\r\n\r\nSignal=5");
    assert_string_equal(list[4].message, "INFO sip:x SIP/2.0\r\nSignal=5");
}

static void the_oldest_make_room(void **state)
{
    char text[5000], big[RW_TRACE_MESSAGE_MAX + 50];
    struct rw_trace_entry *list = NULL;
    unsigned seed = 5;
    uint64_t next;

    (void)state;
    assert_int_equal(rw_trace_start(7, 20000, NULL), RW_OK);
    for (unsigned n = 1; n < 3000; n++) {
        size_t len = 1 + (seed = seed * 1103515245u + 12345u) / 65536 % (sizeof(text) - 1), count;

        memset(text, 'a' + (int)(n % 26), len);
        rw_trace_add(true, "udp", "a", "b", (struct rw_slice){text, len});
        rw_arena_done(&arena);
        rw_arena_init(&arena, 1 << 20);
        count = read_all(0, NULL, &list, &next);
        assert_in_range(count, 1, 7);
        assert_int_equal(next, n);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(list[i].n, n - count + 1 + i);
            assert_int_equal(strlen(list[i].message), list[i].length);
            for (size_t k = 0; k < list[i].length; k++)
                assert_int_equal(list[i].message[k], 'a' + (int)(list[i].n % 26));
        }
        assert_int_equal(list[count - 1].length, len);
    }
    memset(big, 'x', sizeof(big));
    rw_trace_add(true, "udp", "a", "b", (struct rw_slice){big, sizeof(big)});
    assert_int_equal(read_all(next, NULL, &list, &next), 1);
    assert_true(list[0].cut);
    assert_int_equal(list[0].length, RW_TRACE_MESSAGE_MAX);
}

static void an_arena_too_small_reads_in_turns(void **state)
{
    struct rw_trace_entry *list = NULL;
    uint64_t next = 0;
    size_t count = 0, seen = 0;

    (void)state;
    assert_int_equal(rw_trace_start(8, 65536, NULL), RW_OK);
    for (int i = 0; i < 4; i++) {
        char text[4000];

        memset(text, 'a', sizeof(text));
        rw_trace_add(false, "udp", "a", "b", (struct rw_slice){text, sizeof(text)});
    }
    for (int turn = 0; turn < 4 && seen < 4; turn++, seen += count) {
        rw_arena_done(&arena);
        rw_arena_init(&arena, 9600);
        assert_int_equal(rw_trace_read(next, NULL, 9, &arena, &list, &count, &next, NULL), RW_OK);
        assert_in_range(count, 1, 3);
        assert_int_equal(next, seen + count);
    }
    assert_int_equal(seen, 4);
    rw_arena_done(&arena);
    rw_arena_init(&arena, 100);
    assert_int_equal(rw_trace_read(0, NULL, 9, &arena, &list, &count, &next, NULL), RW_NO_MEMORY);
    rw_arena_done(&arena);
    rw_arena_init(&arena, 1 << 20);
}

static void *hammer(void *arg)
{
    for (int i = 0; i < 2000; i++) {
        struct rw_trace_entry *list;
        struct rw_arena own;
        size_t count;
        uint64_t next;
        enum rw_class rc;

        rw_arena_init(&own, 1 << 16);
        rw_trace_add(true, "udp", "a", "b", RW_LIT("BYE sip:x SIP/2.0\r\ni: 00-" ID "-t\r\n\r\n"));
        rc = rw_trace_read(0, ID, 2, &own, &list, &count, &next, NULL);
        rw_arena_done(&own);
        if (rc != RW_OK || count == 0)
            return arg;
    }
    return NULL;
}

static void threads_may_add_at_once(void **state)
{
    struct rw_trace_entry *list = NULL;
    pthread_t threads[4];
    uint64_t next;

    (void)state;
    assert_int_equal(rw_trace_start(100, 65536, NULL), RW_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, threads), 0);
    for (int i = 0; i < 4; i++) {
        void *failed;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(read_all(0, ID, &list, &next), 100);
    assert_int_equal(next, 8000);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    for (long n = 0; n < 2; n++) {
        rw_mem_fail_after(n);
        assert_int_equal(rw_trace_start(100, 65536, NULL), RW_NO_MEMORY);
        rw_mem_fail_after(-1);
        assert_false(rw_trace_is_on());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(off_keeps_nothing),       TEST(the_call_id_names_the_conversation),
        TEST(secrets_are_masked),      TEST(the_oldest_make_room),
        TEST(threads_may_add_at_once), TEST(an_arena_too_small_reads_in_turns),
        TEST(memory_may_run_out),      TEST(keys_are_masked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
