/* The keeper against a scripted far end, on a virtual clock: what it asks when, and what the board shows. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "trunk/keeper.h"

#include "test.h"

#include <re.h>
#include <stdlib.h>

/* A question that is open. */
struct rw_trunk_question {
    struct rw_trunk_question *next;
    rw_trunk_answers_h *on_answers; /* NULL: a REGISTER */
    rw_trunk_enrolled_h *on_enrolled;
    void *arg;
    struct rw_trunk_enrol enrol;
    char uri[80], call_id[80];
};

static struct rw_trunk_question *open_questions;
static unsigned asked, enrolled; /* in all */
static bool nobody_can_be_asked;
static struct rw_trunk_board *board;
static struct rw_keeper *keeper;
static uint64_t now;
static unsigned left_told;

static struct rw_trunk_question *add(const struct rw_trunk_target *target, void *arg)
{
    struct rw_trunk_question *q = calloc(1, sizeof(*q));

    (void)snprintf(q->uri, sizeof(q->uri), "%s", target->uri);
    q->arg = arg;
    q->next = open_questions;
    open_questions = q;
    return q;
}

static void drop(struct rw_trunk_question *q)
{
    struct rw_trunk_question **at = &open_questions;

    if (!q)
        return;
    while (*at != q)
        at = &(*at)->next;
    *at = q->next;
    free(q);
}

static enum rw_class options(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                             rw_trunk_answers_h *handler, void *arg, struct rw_trunk_question **ret,
                             struct rw_err *err)
{
    (void)port;
    asked++;
    if (nobody_can_be_asked)
        return rw_fail(err, RW_IO, "sip.unresolvable", "no name server can be asked");
    *ret = add(target, arg);
    (*ret)->on_answers = handler;
    return RW_OK;
}

static enum rw_class enrol(struct rw_trunk_port *port, const struct rw_trunk_target *target,
                           const struct rw_trunk_enrol *enrol, rw_trunk_enrolled_h *handler,
                           void *arg, struct rw_trunk_question **ret, struct rw_err *err)
{
    (void)port;
    enrolled++;
    if (nobody_can_be_asked)
        return rw_fail(err, RW_IO, "sip.unresolvable", "no name server can be asked");
    *ret = add(target, arg);
    (*ret)->on_enrolled = handler;
    (*ret)->enrol = *enrol;
    (void)snprintf((*ret)->call_id, sizeof((*ret)->call_id), "%s", enrol->call_id);
    return RW_OK;
}

static const struct rw_trunk_ops ops = {.options = options, .enrol = enrol, .drop = drop};

static void advance(uint64_t ms)
{
    for (uint64_t done = 0; done < ms; done += 10) {
        rw_clock_set_virtual(now += 10);
        tmr_poll(NULL);
    }
}

static struct rw_trunk_question *find(bool of_enrol)
{
    struct rw_trunk_question *q = open_questions;

    while (q && (q->on_enrolled != NULL) != of_enrol)
        q = q->next;
    return q;
}

/* Answers the open OPTIONS: a status for each address of 192.0.2.n, 0 = silence. */
static void answer(unsigned count, const uint16_t *codes)
{
    struct rw_trunk_answers answers = {.count = count};
    struct rw_trunk_question *q = find(false);
    rw_trunk_answers_h *handler;
    void *arg;

    assert_non_null(q);
    for (unsigned i = 0; i < count; i++) {
        (void)snprintf(answers.at[i].address, RW_TRUNK_ADDRESS, "192.0.2.%u:5060", i);
        answers.at[i].outcome = codes[i] ? RW_TRUNK_ANSWERED : RW_TRUNK_SILENT;
        answers.at[i].code = codes[i];
    }
    handler = q->on_answers;
    arg = q->arg;
    drop(q);
    handler(&answers, arg);
}

static void answer_one(uint16_t code)
{
    answer(1, &code);
}

/* Answers the open REGISTER. */
static void confirm(uint16_t code, uint32_t expires_s)
{
    struct rw_trunk_question *q = find(true);
    struct rw_trunk_enrolled told = {.expires_s = expires_s};
    rw_trunk_enrolled_h *handler;
    void *arg;

    assert_non_null(q);
    told.cseq = q->enrol.cseq + 1;
    told.answer.outcome = code ? RW_TRUNK_ANSWERED : RW_TRUNK_SILENT;
    told.answer.code = code;
    (void)snprintf(told.answer.address, RW_TRUNK_ADDRESS, "192.0.2.0:5060");
    handler = q->on_enrolled;
    arg = q->arg;
    drop(q);
    handler(&told, arg);
}

static struct rw_trunk_status shown(const char *id)
{
    struct rw_trunk_status status;

    (void)rw_trunk_board_read(board, id, &status);
    return status;
}

static struct rw_keeper_trunk trunk(const char *id, uint32_t interval_s, uint32_t expires_s)
{
    return (struct rw_keeper_trunk){.target = {.id = id,
                                               .name = id,
                                               .uri = "sip:192.0.2.0:5060;transport=udp",
                                               .auth_user = "u"},
                                    .interval_s = interval_s,
                                    .expires_s = expires_s};
}

static void keep_only(const struct rw_keeper_trunk *kept)
{
    rw_keeper_begin(keeper);
    if (kept)
        rw_keeper_keep(keeper, kept);
    rw_keeper_end(keeper);
}

static int set_up(void **state)
{
    const struct rw_keeper_options with = {.ops = &ops, .worker = 3};

    (void)state;
    rw_log_set_level(RW_LOG_ERROR);
    rw_clock_set_virtual(now = 1000000);
    board = rw_trunk_board_new();
    keeper = rw_keeper_new(&with);
    rw_keeper_free(keeper);
    keeper = rw_keeper_new(
        &(struct rw_keeper_options){.ops = &ops, .board = board, .worker = with.worker});
    asked = enrolled = left_told = 0;
    nobody_can_be_asked = false;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rw_keeper_free(keeper);
    assert_null(open_questions); /* all were dropped */
    rw_trunk_board_free(board);
    rw_clock_set_virtual(0);
    return 0;
}

/* ------------------------------------------------------------------ OPTIONS */

static void up_down_and_up_again(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 30, 0);

    (void)state;
    keep_only(&one);
    assert_int_equal(shown("one").interval_s, 30);
    assert_int_equal(shown("one").count, 0);
    advance(100);
    answer_one(200);
    assert_int_equal(shown("one").at[0].health.state, RW_HEALTH_UP);
    assert_int_equal(shown("one").at[0].health.since_ms, now);
    advance(29900);
    assert_null(find(false));
    advance(200);
    answer_one(0);
    assert_int_equal(shown("one").at[0].health.state, RW_HEALTH_UP);
    advance(RW_HEALTH_DOUBT_MS + 50); /* not half a minute */
    answer_one(503);
    assert_true(rw_trunk_board_is_down(board, "one"));
    advance(29900);
    assert_null(find(false));
    advance(200);
    answer_one(200);
    assert_true(rw_trunk_board_is_down(board, "one"));
    advance(RW_HEALTH_DOUBT_MS + 50);
    answer_one(404);
    assert_false(rw_trunk_board_is_down(board, "one"));
    assert_int_equal(shown("one").at[0].answer.code, 404);
}

static void each_address_has_its_own(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 10, 0);

    (void)state;
    keep_only(&one);
    for (unsigned i = 0; i < 2; i++) {
        advance(10100);
        answer(2, (uint16_t[]){200, 0});
    }
    assert_false(rw_trunk_board_is_down(board, "one"));
    assert_true(rw_trunk_board_address_is_down(board, "one", "192.0.2.1:5060"));
    advance(10100);
    answer(1, (uint16_t[]){200}); /* the name leads elsewhere now */
    assert_false(rw_trunk_board_has_down(board));
    advance(10100);
    answer(2, (uint16_t[]){200, 0});
    assert_int_equal(shown("one").at[1].health.state, RW_HEALTH_UNKNOWN); /* begins anew */
}

static void a_name_that_leads_nowhere_is_down(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 10, 0);

    (void)state;
    nobody_can_be_asked = true;
    keep_only(&one);
    advance(15200);
    assert_int_equal(asked, 3);
    assert_true(rw_trunk_board_is_down(board, "one"));
    assert_string_equal(shown("one").at[0].answer.address, "192.0.2.0:5060");
    assert_string_equal(shown("one").at[0].answer.what, "no name server can be asked");
    nobody_can_be_asked = false;
    advance(10100);
    answer(0, NULL);
    assert_string_equal(shown("one").at[0].answer.what, "the name leads to no address");
    advance(10100);
    answer_one(200);
    assert_int_equal(shown("one").count, 1);
}

/* A name server that is gone for a moment says nothing of the carrier. */
static void a_name_that_led_somewhere_is_in_doubt(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 10, 0);

    (void)state;
    keep_only(&one);
    advance(100);
    answer(2, (uint16_t[]){200, 200});
    for (unsigned i = 0; i < 2; i++) {
        assert_false(rw_trunk_board_has_down(board));
        assert_int_equal(shown("one").count, 2);
        advance(10100);
        answer(0, NULL);
    }
    assert_true(rw_trunk_board_is_down(board, "one"));
    assert_string_equal(shown("one").at[1].answer.address, "192.0.2.1:5060");
    assert_string_equal(shown("one").at[1].answer.what, "the name leads to no address");
}

static void many_are_not_asked_in_one_moment(void **state)
{
    (void)state;
    rw_keeper_begin(keeper);
    for (unsigned i = 0; i < 20; i++) {
        char id[8];
        struct rw_keeper_trunk one = trunk(id, 30, 0);

        (void)snprintf(id, sizeof(id), "%u", i);
        rw_keeper_keep(keeper, &one);
    }
    rw_keeper_end(keeper);
    advance(100);
    assert_in_range(asked, 4, 8);
    advance(1000);
    assert_int_equal(asked, 20);
}

static void what_is_off_asks_nothing(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 30, 0);

    (void)state;
    keep_only(&one);
    advance(100);
    one.interval_s = 0;
    keep_only(&one); /* the question under way is dropped */
    assert_null(open_questions);
    advance(100000);
    assert_int_equal(asked, 1);
    assert_int_equal(shown("one").interval_s, 0);
    keep_only(NULL);
    assert_false(rw_trunk_board_read(board, "one", &(struct rw_trunk_status){0}));
}

/* ------------------------------------------------------------------ REGISTER */

static void registered_and_renewed(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 0, 600);
    struct rw_trunk_question *q;
    char call_id[80];
    uint64_t until;

    (void)state;
    keep_only(&one);
    assert_int_equal(shown("one").binding.state, RW_REGISTRATION_ASKING);
    advance(100);
    q = find(true);
    assert_int_equal(q->enrol.kind, RW_TRUNK_ENROL);
    assert_int_equal(q->enrol.expires_s, 600);
    assert_int_equal(q->enrol.cseq, 1);
    assert_memory_equal(q->call_id, "03-", 3);
    (void)snprintf(call_id, sizeof(call_id), "%s", q->call_id);
    confirm(200, 60);
    assert_true(shown("one").binding.bound);
    assert_int_equal(shown("one").binding.until_ms, until = now + 60000);
    assert_int_equal(shown("one").binding.next_ms, now + 45000);
    advance(44900);
    assert_int_equal(enrolled, 1);
    advance(200);
    assert_int_equal(enrolled, 2);
    assert_string_equal(find(true)->call_id, call_id); /* one registration, one Call-ID */
    assert_int_equal(find(true)->enrol.cseq, 3);
    confirm(0, 0); /* silence; it is bound all the same */
    assert_true(shown("one").binding.bound);
    assert_int_equal(shown("one").binding.until_ms, until);
    advance(5100);
    confirm(403, 0);
    assert_int_equal(shown("one").binding.state, RW_REGISTRATION_WAITING);
    advance(until - now + 10); /* nothing is asked meanwhile, and yet it is seen */
    assert_int_equal(enrolled, 3);
    assert_false(shown("one").binding.bound);
    assert_int_equal(shown("one").binding.last.answer.code, 403);
}

static void taken_back_when_let_go(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 0, 600);

    (void)state;
    keep_only(&one);
    advance(100);
    confirm(200, 600);
    keep_only(NULL);
    assert_int_equal(find(true)->enrol.kind, RW_TRUNK_LEAVE);
    assert_int_equal(find(true)->enrol.cseq, 3);
    assert_false(shown("one").binding.bound);
    confirm(200, 0);
    assert_false(rw_trunk_board_read(board, "one", &(struct rw_trunk_status){0}));
    assert_int_equal(enrolled, 2);
}

static void taken_back_before_it_is_made_anew(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 0, 600);

    (void)state;
    keep_only(&one);
    advance(100);
    confirm(200, 600);
    one.target.auth_user = "other";
    keep_only(&one);
    one.target.auth_user = "third"; /* changed once more meanwhile */
    keep_only(&one);
    keep_only(&one);
    assert_int_equal(enrolled, 2);
    assert_int_equal(find(true)->enrol.kind, RW_TRUNK_LEAVE);
    confirm(200, 0);
    advance(100);
    assert_int_equal(enrolled, 3);
    assert_int_equal(find(true)->enrol.kind, RW_TRUNK_ENROL);
    confirm(200, 600);
    /* what does not matter to the registrar changes nothing there */
    one.target.name = "another name";
    one.interval_s = 30;
    keep_only(&one);
    assert_int_equal(enrolled, 3);
    assert_true(shown("one").binding.bound);
    advance(100);
    assert_int_equal(asked, 1);
    answer_one(200);
    /* let go, and wanted again before that is done */
    keep_only(NULL);
    assert_int_equal(enrolled, 4);
    keep_only(&one);
    confirm(0, 0);
    advance(100);
    assert_int_equal(enrolled, 5);
    assert_int_equal(find(true)->enrol.kind, RW_TRUNK_ENROL);
}

static void one_under_way_is_taken_back_too(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 0, 600);

    (void)state;
    keep_only(&one);
    advance(100);
    keep_only(NULL);
    assert_int_equal(find(true)->enrol.kind, RW_TRUNK_LEAVE);
    assert_true(find(true)->enrol.cseq > 16); /* above all that the dropped one can have used */
    confirm(200, 0);
    assert_null(open_questions);
}

static void who_can_not_be_asked_is_tried_again(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 0, 600);

    (void)state;
    nobody_can_be_asked = true;
    keep_only(&one);
    advance(100);
    assert_int_equal(shown("one").binding.state, RW_REGISTRATION_WAITING);
    assert_string_equal(shown("one").binding.last.answer.what, "no name server can be asked");
    advance(60000);
    assert_in_range(enrolled, 3, 8);
    nobody_can_be_asked = false;
    advance(RW_REGISTRATION_SILENT_MAX_MS);
    confirm(200, 600);
    assert_true(shown("one").binding.bound);
    nobody_can_be_asked = true;
    keep_only(NULL);
    advance(10);
    assert_false(rw_trunk_board_read(board, "one", &(struct rw_trunk_status){0}));
}

static void on_left(void *arg)
{
    (*(unsigned *)arg)++;
}

static void all_leave(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 30, 600), two = trunk("two", 30, 600),
                           three = trunk("three", 30, 0);

    (void)state;
    rw_keeper_begin(keeper);
    rw_keeper_keep(keeper, &one);
    rw_keeper_keep(keeper, &two);
    rw_keeper_keep(keeper, &three);
    rw_keeper_end(keeper);
    advance(100);
    confirm(200, 600);
    confirm(200, 600);
    rw_keeper_leave(keeper, on_left, &left_told);
    assert_int_equal(left_told, 0);
    confirm(200, 0);
    rw_keeper_keep(keeper, &three); /* too late */
    assert_int_equal(left_told, 0);
    confirm(0, 0);
    assert_int_equal(left_told, 1);
    assert_null(open_questions);
}

static void nobody_is_there_to_leave(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 30, 0);

    (void)state;
    keep_only(&one);
    rw_keeper_leave(keeper, on_left, &left_told);
    assert_int_equal(left_told, 1);
}

static void memory_ends(void **state)
{
    struct rw_keeper_trunk one = trunk("one", 30, 600), other = trunk("one", 30, 600);

    (void)state;
    other.target.auth_user = "other";
    for (long n = 0; n < 12; n++) {
        rw_mem_fail_once(n);
        keep_only(&one);
        keep_only(&other);
        rw_mem_fail_after(-1);
        keep_only(NULL);
        while (find(true))
            confirm(200, 0);
        assert_false(rw_trunk_board_read(board, "one", &(struct rw_trunk_status){0}));
    }
    rw_mem_fail_after(0);
    assert_null(rw_keeper_new(&(struct rw_keeper_options){.ops = &ops, .board = board}));
    rw_mem_fail_after(-1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(up_down_and_up_again),
        TEST(each_address_has_its_own),
        TEST(a_name_that_leads_nowhere_is_down),
        TEST(a_name_that_led_somewhere_is_in_doubt),
        TEST(many_are_not_asked_in_one_moment),
        TEST(what_is_off_asks_nothing),
        TEST(registered_and_renewed),
        TEST(taken_back_when_let_go),
        TEST(taken_back_before_it_is_made_anew),
        TEST(one_under_way_is_taken_back_too),
        TEST(who_can_not_be_asked_is_tried_again),
        TEST(all_leave),
        TEST(nobody_is_there_to_leave),
        TEST(memory_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
