#include "route/pattern.h"

#include <string.h>

/*
 * A program in the manner of Thompson: to be in a state is to stand before a step. A fork stands before two
 * others at once. Distances are relative, so that a part can be moved and copied as a whole.
 */
enum op { OP_ONE_OF, OP_FORK, OP_GO, OP_BEGIN, OP_END, OP_MATCH };

struct step {
    uint8_t op;
    uint16_t set;      /* OP_ONE_OF: bit 0..9 the digit, bit 10 the plus */
    int16_t to, other; /* OP_FORK both, OP_GO the first: how far */
};

struct rw_pattern {
    uint16_t count;
    struct step at[];
};

#define PLUS (1u << 10)
#define DIGITS 0x3ffu
#define ANY (DIGITS | PLUS)
#define TIMES_MAX 32
#define NOTHING (-1)

/* ------------------------------------------------------------------ reading */

struct group {
    int start; /* its first step */
    int branch; /* OP_GO behind the branch before, which is to lead behind the group; NOTHING: none */
    size_t at; /* of its parenthesis */
};

struct reader {
    struct rw_slice text;
    size_t at;
    struct step steps[RW_PATTERN_STEPS_MAX];
    int count, atom; /* atom: the first step of what a repetition is about; NOTHING: nothing is */
    struct group groups[RW_PATTERN_DEPTH_MAX + 1];
    int depth;
    bool failed;
    struct rw_err *err;
};

static void fail(struct reader *r, size_t at, size_t n, const char *what, const char *expected)
{
    if (r->failed)
        return;
    r->failed = true;
    rw_fail(r->err, RW_MALFORMED, "numberplan.bad_pattern", "%s", what);
    rw_err_at(r->err, "", (int32_t)at, (int32_t)n);
    if (n)
        rw_err_found(r->err, "\"%.*s\"", (int)n, r->text.p + at);
    rw_err_expected(r->err, "%s", expected);
}

static char peek(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

/* Room for n more steps. */
static bool has_room(struct reader *r, int n)
{
    if (r->count + n <= RW_PATTERN_STEPS_MAX - 1) /* the last one is the match */
        return true;
    fail(r, 0, 0, "the expression is too large with its repetitions written out",
         "fewer or shorter repetitions: {2,15} of a group counts as fifteen groups");
    return false;
}

static void add(struct reader *r, struct step step)
{
    if (has_room(r, 1))
        r->steps[r->count++] = step;
}

static void insert(struct reader *r, int at, struct step step)
{
    if (!has_room(r, 1))
        return;
    memmove(r->steps + at + 1, r->steps + at, (size_t)(r->count - at) * sizeof(step));
    r->steps[at] = step;
    r->count++;
}

static void add_set(struct reader *r, unsigned set)
{
    r->atom = r->count;
    add(r, (struct step){.op = OP_ONE_OF, .set = (uint16_t)set});
}

/* A digit or the plus as its bit; 0 for anything else. */
static unsigned bit_of(char c)
{
    return c == '+' ? PLUS : c >= '0' && c <= '9' ? 1u << (c - '0') : 0;
}

/* Behind a backslash. */
static unsigned escaped(struct reader *r)
{
    char c = peek(r);
    unsigned set = c == 'd' ? DIGITS : c == 'D' ? PLUS : bit_of(c);

    if (!set || (c >= '0' && c <= '9')) {
        fail(r, r->at - 1, r->at < r->text.n ? 2 : 1, "this escape means nothing here",
             "\\d for a digit, \\+ for the plus");
        return 0;
    }
    r->at++;
    return set;
}

/* Behind "[": to the closing one. */
static unsigned class_of(struct reader *r)
{
    size_t from = r->at - 1;
    bool negated = peek(r) == '^';
    unsigned set = 0;

    r->at += negated;
    while (r->at < r->text.n && peek(r) != ']') {
        char first = r->text.p[r->at++], last = first;

        if (first == '\\') {
            set |= escaped(r);
            continue;
        }
        if (peek(r) == '-' && r->at + 1 < r->text.n && r->text.p[r->at + 1] != ']') {
            last = r->text.p[r->at + 1];
            r->at += 2;
        }
        if (!bit_of(first) || !bit_of(last) || last < first || (first != last && first == '+'))
            fail(r, from, r->at - from, "a number has none of these",
                 "digits, as in [2-9] or [^01]");
        for (char c = first; c <= last && !r->failed; c++)
            set |= bit_of(c);
    }
    if (peek(r) != ']')
        fail(r, from, 1, "the bracket is not closed", "digits and a ], as in [2-9]");
    else if (!set)
        fail(r, from, 2, "nothing stands between the brackets", "digits, as in [2-9]");
    r->at++;
    return negated ? ANY & ~set : set;
}

/* ------------------------------------------------------------------ groups */

static void open_group(struct reader *r)
{
    size_t from = r->at - 1;

    if (peek(r) == '?') {
        if (r->at + 1 >= r->text.n || r->text.p[r->at + 1] != ':') {
            fail(r, from, 2, "what looks ahead or back or has a name is not taken", "( or (?:");
            return;
        }
        r->at += 2;
    }
    if (r->depth == RW_PATTERN_DEPTH_MAX) {
        fail(r, from, 1, "there are too many groups within each other", "fewer parentheses");
        return;
    }
    r->groups[++r->depth] = (struct group){r->count, NOTHING, from};
    r->atom = NOTHING;
}

/* The branch that ends here, behind another one: that one leads to here. */
static void end_branch(struct reader *r)
{
    struct group *group = &r->groups[r->depth];

    if (group->branch != NOTHING)
        r->steps[group->branch].to = (int16_t)(r->count - group->branch);
}

static void next_branch(struct reader *r)
{
    struct group *group = &r->groups[r->depth];

    if (!has_room(r, 2))
        return;
    end_branch(r);
    insert(r, group->start,
           (struct step){.op = OP_FORK, .to = 1, .other = (int16_t)(r->count - group->start + 2)});
    group->branch = r->count;
    add(r, (struct step){.op = OP_GO});
    r->atom = NOTHING;
}

static void close_group(struct reader *r)
{
    if (r->depth == 0) {
        fail(r, r->at - 1, 1, "this closes no group", "a ( before it, or none");
        return;
    }
    end_branch(r);
    r->atom = r->groups[r->depth--].start;
}

/* ------------------------------------------------------------------ repetitions */

/* Again what stands from `from` on, n steps. */
static void copy(struct reader *r, int from, int n)
{
    if (!has_room(r, n))
        return;
    memcpy(r->steps + r->count, r->steps + from, (size_t)n * sizeof(*r->steps));
    r->count += n;
}

/* The last n steps may be left out; with `again` they may come any number of times. */
static void make_optional(struct reader *r, int n, bool again)
{
    insert(r, r->count - n,
           (struct step){.op = OP_FORK, .to = 1, .other = (int16_t)(n + 1 + again)});
    if (again)
        add(r, (struct step){.op = OP_GO, .to = (int16_t) - (n + 1)});
}

#define NO_END (-1)

/* From `least` to `most` times. */
static void repeat(struct reader *r, int least, int most)
{
    int from = r->atom, n = r->count - from;

    for (int i = 1; i < least && !r->failed; i++)
        copy(r, from, n);
    if (least == 0 && most == 0)
        r->count = from;
    else if (least == 0)
        make_optional(r, n, most == NO_END);
    else if (most == NO_END)
        add(r, (struct step){.op = OP_FORK, .to = (int16_t)-n, .other = 1});
    for (int i = least ? least : 1; i < most && !r->failed; i++) {
        copy(r, least ? from : from + 1, n); /* behind the fork of the first */
        if (!r->failed)
            make_optional(r, n, false);
    }
    r->atom = NOTHING;
}

/* Digits as a number; NOTHING when there are none. */
static int count_of(struct reader *r)
{
    int n = NOTHING;

    while (peek(r) >= '0' && peek(r) <= '9' && n <= TIMES_MAX)
        n = (n == NOTHING ? 0 : n) * 10 + (r->text.p[r->at++] - '0');
    return n;
}

/* Behind "{". */
static void counted(struct reader *r)
{
    size_t from = r->at - 1;
    int least = count_of(r), most = least;

    if (peek(r) == ',') {
        r->at++;
        most = count_of(r);
    }
    if (least == NOTHING || least > TIMES_MAX || most > TIMES_MAX || peek(r) != '}' ||
        (most != NO_END && most < least)) {
        fail(r, from, r->at < r->text.n ? r->at + 1 - from : r->at - from,
             "this says no number of times",
             "{n}, {n,} or {n,m} with at most 32, the smaller first");
        return;
    }
    r->at++;
    repeat(r, least, most);
}

/* A plus that was meant as one is written with a backslash. */
static void nothing_to_repeat(struct reader *r, char c)
{
    size_t at = r->at - 1;

    fail(r, at, 1, "there is nothing before this that could be repeated",
         c == '+' ? "\\+ where the plus of a number is meant"
                  : "a digit, a class or a group before");
    if (c == '+')
        rw_err_suggest(r->err, "%.*s\\%.*s", (int)at, r->text.p, (int)(r->text.n - at),
                       r->text.p + at);
}

static void quantified(struct reader *r, char c)
{
    if (r->atom == NOTHING)
        nothing_to_repeat(r, c);
    else if (c == '{')
        counted(r);
    else
        repeat(r, c == '+', c == '?' ? 1 : NO_END);
}

/* ------------------------------------------------------------------ the whole */

static void read_one(struct reader *r)
{
    char c = r->text.p[r->at++];

    if (c == '\\')
        add_set(r, escaped(r));
    else if (c == '[')
        add_set(r, class_of(r));
    else if (c == '.')
        add_set(r, ANY);
    else if (c == '(')
        open_group(r);
    else if (c == ')')
        close_group(r);
    else if (c == '|')
        next_branch(r);
    else if (c == '*' || c == '+' || c == '?' || c == '{')
        quantified(r, c);
    else if (c >= '0' && c <= '9')
        add_set(r, bit_of(c));
    else if (c == '^' || c == '$') {
        add(r, (struct step){.op = c == '^' ? OP_BEGIN : OP_END});
        r->atom = NOTHING;
    } else {
        fail(r, r->at - 1, (unsigned char)c < 0x80 && c > ' ',
             "a number in E.164 never has this character",
             "digits, \\+ . \\d [ ] ( ) | * + ? {n,m} ^ and $");
    }
}

enum rw_class rw_pattern_make(struct rw_slice text, struct rw_arena *arena,
                              const struct rw_pattern **ret, struct rw_err *err)
{
    struct reader r = {.text = text, .atom = NOTHING, .err = err};
    struct rw_pattern *pattern;

    r.groups[0] = (struct group){0, NOTHING, 0};
    if (text.n == 0 || text.n > RW_PATTERN_BYTES_MAX)
        fail(&r, 0, 0, text.n ? "the expression is too long" : "the expression is empty",
             "up to 200 characters, as in ^\\+65[689]\\d{7}$");
    while (r.at < text.n && !r.failed)
        read_one(&r);
    if (r.depth)
        fail(&r, r.groups[r.depth].at, 1, "the group is not closed", "a ) behind it");
    if (r.failed)
        return RW_MALFORMED;
    end_branch(&r);
    r.steps[r.count++] = (struct step){.op = OP_MATCH};
    pattern = rw_arena_alloc(arena, sizeof(*pattern) + (size_t)r.count * sizeof(*r.steps));
    if (!pattern)
        return rw_fail_memory(err);
    pattern->count = (uint16_t)r.count;
    memcpy(pattern->at, r.steps, (size_t)r.count * sizeof(*r.steps));
    *ret = pattern;
    return RW_OK;
}

/* ------------------------------------------------------------------ matching */

struct states {
    uint16_t at[RW_PATTERN_STEPS_MAX]; /* steps that take a character */
    uint16_t count;
    uint64_t seen[RW_PATTERN_STEPS_MAX / 64];
};

static bool see(struct states *s, int at)
{
    uint64_t bit = UINT64_C(1) << (at & 63);

    if (s->seen[at >> 6] & bit)
        return false;
    s->seen[at >> 6] |= bit;
    return true;
}

/* Everything that stands where `at` does without another character. True when that is the match. */
static bool follow(const struct rw_pattern *pattern, int at, bool begins, bool ends,
                   struct states *s)
{
    uint16_t open[RW_PATTERN_STEPS_MAX + 1];
    unsigned depth = 0;

    open[depth++] = (uint16_t)at;
    while (depth) {
        const struct step *step;

        at = open[--depth];
        step = &pattern->at[at];
        if (!see(s, at))
            continue;
        if (step->op == OP_MATCH)
            return true;
        if (step->op == OP_ONE_OF)
            s->at[s->count++] = (uint16_t)at;
        else if (step->op == OP_BEGIN || step->op == OP_END) {
            if (step->op == OP_BEGIN ? begins : ends)
                open[depth++] = (uint16_t)(at + 1);
        } else {
            open[depth++] = (uint16_t)(at + step->to);
            if (step->op == OP_FORK)
                open[depth++] = (uint16_t)(at + step->other);
        }
    }
    return false;
}

bool rw_pattern_matches(const struct rw_pattern *pattern, struct rw_slice digits)
{
    struct states states[2], *now = &states[0], *next = &states[1];

    if (digits.n > RW_PATTERN_DIGITS_MAX)
        return false;
    now->count = 0;
    memset(now->seen, 0, sizeof(now->seen));
    if (follow(pattern, 0, true, false, now))
        return true;
    for (size_t i = 0; i <= digits.n; i++) {
        unsigned bit = i ? bit_of(digits.p[i - 1]) : PLUS; /* the plus stands before the digits */
        struct states *swap = now;
        bool ends = i == digits.n;

        next->count = 0;
        memset(next->seen, 0, sizeof(next->seen));
        for (unsigned k = 0; k < now->count; k++)
            if (pattern->at[now->at[k]].set & bit &&
                follow(pattern, now->at[k] + 1, false, ends, next))
                return true;
        if (follow(pattern, 0, false, ends, next)) /* it may begin anywhere */
            return true;
        now = next;
        next = swap;
    }
    return false;
}
