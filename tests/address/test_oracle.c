/*
 * test_oracle SEED COUNT - compares our answers with google-libphonenumber's, which come on stdin, COUNT lines
 * of oracle/oracle.cjs. Prints the first disagreements, how many there are of each kind, and how often
 * each deliberate difference occurred. RINGWRIGHT_SHOW=N shows N disagreements instead of 20.
 */
#include "check.h"
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_RUN 200000 /* lines after which every deliberate difference must have occurred */

static const char *const aspects[ORACLE_ASPECTS] = {
    "short", "possible", "fault",         "extension", "e164",    "verdict", "valid",
    "type",  "region",   "international", "national",  "rfc3966", "zones",
};

static struct {
    const char *seed;
    unsigned long rows, possible, show, shown, disagreements[ORACLE_ASPECTS], broken;
    unsigned long *used; /* times that each deliberate difference occurred */
} run;

/* ------------------------------------------------------------------ what both said */

bool oracle_is_possible(const struct oracle_row *row)
{
    return strcmp(row->reason, "possible") == 0;
}

static const char *theirs_of(enum oracle_aspect aspect, const struct oracle_row *row)
{
    switch (aspect) {
    case ORACLE_SHORT:
        return row->shorts;
    case ORACLE_POSSIBLE:
        return oracle_is_possible(row) ? "possible" : "impossible";
    case ORACLE_FAULT:
        return row->reason;
    case ORACLE_VERDICT: /* what google calls possible but not valid */
        return strcmp(row->valid, "valid") == 0 ? "ok" : "unassigned";
    case ORACLE_E164:
        return row->e164;
    case ORACLE_EXTENSION:
        return row->extension;
    case ORACLE_VALID:
        return row->valid;
    case ORACLE_TYPE:
        return row->type;
    case ORACLE_REGION:
        return row->number_region;
    case ORACLE_INTERNATIONAL:
        return row->international;
    case ORACLE_NATIONAL:
        return row->national;
    case ORACLE_RFC3966:
        return row->rfc3966;
    default:
        return row->zones;
    }
}

static const char *short_of(const struct rw_address *a)
{
    if (a->code && strcmp(a->code, "address.emergency_number") == 0)
        return "emergency";
    return a->code && strcmp(a->code, "address.short_code") == 0 ? "valid" : "no";
}

/* The text of a format; the extension is compared by itself, so it is left out unless RFC 3966. */
static const char *written(const struct rw_address *address, enum rw_address_format format,
                           char dst[RW_ADDRESS_FORMAT_MAX])
{
    struct rw_address a = *address;

    if (format != RW_ADDRESS_RFC3966)
        a.extension[0] = '\0';
    (void)rw_address_write(&a, format, dst);
    return dst;
}

static const char *ours_of(enum oracle_aspect aspect, const struct rw_address *a,
                           char dst[RW_ADDRESS_FORMAT_MAX])
{
    switch (aspect) {
    case ORACLE_SHORT:
        return short_of(a);
    case ORACLE_POSSIBLE:
        return a->possible ? "possible" : "impossible";
    case ORACLE_FAULT:
        return a->code ? a->code : "none";
    case ORACLE_VERDICT:
        return rw_address_verdict_name(a->verdict);
    case ORACLE_E164:
        return a->e164;
    case ORACLE_EXTENSION:
        return a->extension;
    case ORACLE_VALID:
        return a->valid ? "valid" : "invalid";
    case ORACLE_TYPE:
        return rw_address_type_name(a->type);
    case ORACLE_REGION:
        return a->region;
    case ORACLE_INTERNATIONAL:
        return written(a, RW_ADDRESS_INTERNATIONAL, dst);
    case ORACLE_NATIONAL:
        return written(a, RW_ADDRESS_NATIONAL, dst);
    case ORACLE_RFC3966:
        return written(a, RW_ADDRESS_RFC3966, dst);
    default:
        return a->time_zones;
    }
}

/* ------------------------------------------------------------------ whether it is the same */

/* The codes that say the same as one of google's reasons. */
static bool fault_agrees(const char *reason, const char *code)
{
    static const struct {
        const char *reason, *code;
    } same[] = {
        {"local_only", "address.area_code_missing"}, {"too_short", "address.too_short"},
        {"too_short", "address.short_code"},         {"cut_short", "address.too_short"},
        {"cut_short", "address.area_code_missing"},  {"too_long", "address.too_long"},
        {"too_long", "address.too_long_e164"},       {"bad_length", "address.bad_length"},
        {"bad_length", "address.too_long_e164"},     {"bad_code", "address.cc_unassigned"},
        {"bad_code", "address.cc_leading_zero"},     {"bad_code", "address.missing_plus"},
    };

    /* Emergency and short codes come first; whether they are such was compared before. */
    if (strcmp(code, "address.emergency_number") == 0 || strcmp(code, "address.short_code") == 0)
        return true;
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
        if (strcmp(same[i].reason, reason) == 0 && strcmp(same[i].code, code) == 0)
            return true;
    return strcmp(reason, "not_a_number") == 0 && strcmp(code, "none") != 0;
}

/* Digits too few for any number are a short code to us even where google knows no such service. */
static bool short_agrees(const struct oracle_row *row, const char *ours)
{
    if (strcmp(row->shorts, "emergency") == 0 || strcmp(row->shorts, "valid") == 0)
        return strcmp(ours, row->shorts) == 0;
    return strcmp(ours, "no") == 0 || (strcmp(ours, "valid") == 0 && !oracle_is_possible(row));
}

/* RFC 3966 without visual separators: nothing reads them, and without them there is one spelling. */
static bool rfc3966_agrees(const char *theirs, const char *ours)
{
    for (; *theirs; theirs++)
        if (*theirs != '-' && *ours++ != *theirs)
            return false;
    return *ours == '\0';
}

static bool agrees(enum oracle_aspect aspect, const struct oracle_row *row, const char *ours)
{
    switch (aspect) {
    case ORACLE_SHORT:
        return short_agrees(row, ours);
    case ORACLE_FAULT:
        return fault_agrees(row->reason, ours);
    case ORACLE_RFC3966:
        return rfc3966_agrees(row->rfc3966, ours);
    default:
        return strcmp(theirs_of(aspect, row), ours) == 0;
    }
}

/* ------------------------------------------------------------------ a row */

static bool is_deliberate(enum oracle_aspect aspect, const struct oracle_row *row,
                          const struct rw_address *a)
{
    for (size_t i = 0; i < oracle_difference_count; i++)
        if (oracle_differences[i].aspect == aspect && oracle_differences[i].applies(row, a)) {
            run.used[i]++;
            return true;
        }
    return false;
}

static void show(const struct oracle_row *row, const struct rw_address *a, const char *what,
                 const char *theirs, const char *ours)
{
    if (run.shown++ < run.show)
        printf("%s\t%s\t[%s]\t%s\tgoogle: %s\tours: %s\t(google %s %s, ours %s %s)\n", row->kind,
               row->region, row->input, what, theirs, ours, row->reason, row->e164,
               a->code ? a->code : "ok", a->e164);
}

/* False: they differ, on purpose or not. */
static bool compare_aspect(enum oracle_aspect aspect, const struct oracle_row *row,
                           const struct rw_address *a)
{
    char text[RW_ADDRESS_FORMAT_MAX];
    const char *ours = ours_of(aspect, a, text);

    if (agrees(aspect, row, ours))
        return true;
    if (!is_deliberate(aspect, row, a)) {
        run.disagreements[aspect]++;
        show(row, a, aspects[aspect], theirs_of(aspect, row), ours);
    }
    return false;
}

static void compare(const struct oracle_row *row)
{
    struct rw_slice input = {row->input, strlen(row->input)};
    struct rw_address_policy policy;
    struct rw_address a;
    const char *broken;

    rw_address_policy_init(&policy);
    if (strcmp(row->region, "-") != 0)
        memcpy(policy.region, row->region, sizeof(policy.region));
    rw_address_judge(input.p, input.n, &policy, &a);
    broken = check_judgement(input, &policy, &a);
    if (broken) {
        run.broken++;
        show(row, &a, broken, "", "");
    }
    (void)compare_aspect(ORACLE_SHORT, row, &a);
    if (!compare_aspect(ORACLE_POSSIBLE, row, &a))
        return;
    if (!a.possible) {
        (void)compare_aspect(ORACLE_FAULT, row, &a);
        return;
    }
    run.possible++;
    (void)compare_aspect(ORACLE_EXTENSION, row, &a);
    if (!compare_aspect(ORACLE_E164, row, &a))
        return;
    for (int aspect = ORACLE_VERDICT; aspect < ORACLE_ASPECTS; aspect++)
        (void)compare_aspect((enum oracle_aspect)aspect, row, &a);
}

/* Splits the line at its tabs; false when there are too few or too many. */
static bool read_row(char *line, struct oracle_row *row)
{
    const char *column[ORACLE_COLUMNS];
    size_t n = 0;

    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; at; n++) {
        char *tab = strchr(at, '\t');

        if (n == ORACLE_COLUMNS)
            return false;
        if (tab)
            *tab++ = '\0';
        column[n] = at;
        at = tab;
    }
    if (n != ORACLE_COLUMNS || (strlen(column[1]) != 2 && strcmp(column[1], "-") != 0))
        return false;
    memcpy(row, column, sizeof(*row));
    return true;
}

/* ------------------------------------------------------------------ the run */

static bool report(unsigned long wanted)
{
    bool good = run.rows == wanted && !run.broken;

    if (run.rows != wanted)
        printf("%lu inputs were to come\n", wanted);
    if (run.broken)
        printf("%8lu break what holds of every judgement\n", run.broken);
    for (int i = 0; i < ORACLE_ASPECTS; i++)
        if (run.disagreements[i]) {
            printf("%8lu disagree: %s\n", run.disagreements[i], aspects[i]);
            good = false;
        }
    for (size_t i = 0; i < oracle_difference_count; i++) {
        printf("%8lu differ on purpose: %s\n", run.used[i], oracle_differences[i].name);
        if (!run.used[i] && wanted >= WHOLE_RUN) {
            printf("         none: is it still so that %s?\n", oracle_differences[i].reason);
            good = false;
        }
    }
    printf("seed %s: %lu inputs, %lu possible to both: %s\n", run.seed, run.rows, run.possible,
           good ? "the same answers" : "NOT the same answers");
    return good;
}

int main(int argc, char **argv)
{
    const char *limit = getenv("RINGWRIGHT_SHOW");
    char line[4096];
    bool good;

    if (argc != 3) {
        (void)fputs("usage: test_oracle SEED COUNT <lines of oracle.cjs\n", stderr);
        return 2;
    }
    run.seed = argv[1];
    run.show = limit ? strtoul(limit, NULL, 10) : 20;
    run.used = calloc(oracle_difference_count, sizeof(*run.used));
    if (!run.used)
        return 2;
    printf("seed %s\n", run.seed);
    while (fgets(line, sizeof(line), stdin)) {
        struct oracle_row row;

        if (!read_row(line, &row)) {
            printf("line %lu is no answer\n", run.rows + 1);
            return 1;
        }
        run.rows++;
        compare(&row);
    }
    good = report(strtoul(argv[2], NULL, 10));
    free(run.used);
    return good ? 0 : 1;
}
