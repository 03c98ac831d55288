/*
 * json/habits.h - the mistakes people make when they mean JSON, each with words of its own.
 *
 * Threads  any; no state, no allocation.
 */
#ifndef RW_JSON_HABITS_H
#define RW_JSON_HABITS_H

#include "base/err.h"

enum rw_json_expect {
    RW_EXPECT_VALUE,
    RW_EXPECT_VALUE_OR_CLOSE,
    RW_EXPECT_MEMBER_OR_CLOSE,
    RW_EXPECT_MEMBER,
    RW_EXPECT_COLON,
    RW_EXPECT_COMMA,
    RW_EXPECT_END
};

/* Where the text stopped making sense. */
struct rw_json_habit_place {
    struct rw_slice text;
    size_t at;
    enum rw_json_expect expect;
    bool in_object, outermost;
    size_t comma; /* the last comma read; text.n: none yet */
};

/*
 * True when the mistake is a known one: then *err says it, without its place, and *span (a piece of
 * the text) is what is at fault. What *err leaves empty, the caller fills in.
 */
bool rw_json_habit(const struct rw_json_habit_place *place, struct rw_slice *span,
                   struct rw_err *err);

/* Mistakes that concern the body as a whole: empty, not UTF-8, a form. Complete with their place. */
enum rw_class rw_json_habit_whole(struct rw_slice text, struct rw_err *err);

#endif
