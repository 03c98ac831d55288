#include "spend/rates.h"

#include "base/mem.h"
#include "spend/money.h"

#include <stdio.h>
#include <stdlib.h>

#define DIGITS 15u
#define FIELDS 5u
#define STEP_DEFAULT_S 60u

static const uint64_t powers[DIGITS + 1] = {1,
                                            10,
                                            100,
                                            1000,
                                            10000,
                                            100000,
                                            1000000,
                                            10000000,
                                            100000000,
                                            1000000000,
                                            10000000000,
                                            100000000000,
                                            1000000000000,
                                            10000000000000,
                                            100000000000000,
                                            1000000000000000};

/* ------------------------------------------------------------------ a line */

struct reading {
    struct rw_slice csv;
    struct rw_faults *faults;
    const char *line_start;
    int32_t line;
    bool bad;
};

static void fault(struct reading *r, struct rw_slice field, struct rw_err *err)
{
    rw_err_at(err, "", (int32_t)(field.p - r->csv.p), (int32_t)field.n);
    err->line = r->line;
    err->column = (int32_t)(field.p - r->line_start) + 1;
    rw_err_found(err, "\"%.*s\"", (int)(field.n < 60 ? field.n : 60), field.p);
    rw_faults_add(r->faults, err);
    r->bad = true;
}

static struct rw_slice trimmed(struct rw_slice s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = (struct rw_slice){s.p + 1, s.n - 1};
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r'))
        s.n--;
    return s;
}

static void read_prefix(struct reading *r, struct rw_slice field, struct rw_rate *rate)
{
    struct rw_slice digits = rw_slice_starts(field, RW_LIT("+")) ? rw_slice_from(field, 1) : field;
    struct rw_err err;
    uint64_t value = 0;
    size_t n = 0;

    while (n < digits.n && n < DIGITS && digits.p[n] >= '0' && digits.p[n] <= '9')
        value = value * 10 + (uint64_t)(digits.p[n++] - '0');
    if (n && n == digits.n && digits.p[0] != '0') {
        rate->prefix = value * powers[DIGITS - n];
        rate->digits = (uint8_t)n;
        return;
    }
    (void)rw_fail(&err, RW_MALFORMED, "rate.bad_prefix",
                  "this is no beginning of telephone numbers");
    rw_err_expected(&err, "+ and 1 to %u digits, as in +65", DIGITS);
    fault(r, field, &err);
}

static void read_amount(struct reading *r, struct rw_slice field, int64_t *ret)
{
    struct rw_err err;

    if (rw_money_read(field, ret) && *ret <= RW_RATE_MAX)
        return;
    (void)rw_fail(&err, RW_MALFORMED, "rate.bad_amount", "this is no amount of money");
    rw_err_expected(&err, "0 to 100000, with at most six digits behind the point, as in 0.0125");
    fault(r, field, &err);
}

static void read_step(struct reading *r, struct rw_slice field, uint16_t *ret)
{
    struct rw_err err;
    uint32_t n = 0;
    size_t i;

    for (i = 0; i < field.n && n <= RW_RATE_STEP_MAX; i++) {
        if (field.p[i] < '0' || field.p[i] > '9')
            break;
        n = n * 10 + (uint32_t)(field.p[i] - '0');
    }
    if (i == field.n && n && n <= RW_RATE_STEP_MAX) {
        *ret = (uint16_t)n;
        return;
    }
    (void)rw_fail(&err, RW_MALFORMED, "rate.bad_step", "this is no step of counting");
    rw_err_expected(&err, "1 to %u seconds", RW_RATE_STEP_MAX);
    fault(r, field, &err);
}

static size_t split(struct rw_slice line, struct rw_slice fields[FIELDS + 1])
{
    size_t count = 0;

    for (struct rw_slice rest = line; count <= FIELDS;) {
        const char *comma = rest.n ? memchr(rest.p, ',', rest.n) : NULL;

        fields[count++] =
            trimmed((struct rw_slice){rest.p, comma ? (size_t)(comma - rest.p) : rest.n});
        if (!comma)
            break;
        rest = (struct rw_slice){comma + 1, rest.n - (size_t)(comma - rest.p) - 1};
    }
    return count;
}

static void read_line(struct reading *r, struct rw_slice line, struct rw_rate *rate)
{
    struct rw_slice fields[FIELDS + 1];
    size_t count = split(line, fields);
    struct rw_err err;

    *rate = (struct rw_rate){.first_s = STEP_DEFAULT_S, .next_s = STEP_DEFAULT_S};
    if (count < 2 || count == 4 || count > FIELDS) {
        (void)rw_fail(&err, RW_MALFORMED, "rate.bad_line", "a rate has two, three or five values");
        rw_err_expected(&err, "prefix,rate_per_minute[,connect_fee[,first_s,next_s]]");
        fault(r, line, &err);
        return;
    }
    read_prefix(r, fields[0], rate);
    read_amount(r, fields[1], &rate->minute_micro);
    if (count >= 3)
        read_amount(r, fields[2], &rate->connect_micro);
    if (count == FIELDS) {
        read_step(r, fields[3], &rate->first_s);
        read_step(r, fields[4], &rate->next_s);
    }
}

/* ------------------------------------------------------------------ the file */

/* A rate and the place that it was read from, so that one that stands there twice can be shown. */
struct entry {
    struct rw_rate rate;
    struct rw_slice text;
    const char *line_start;
    int32_t line;
};

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->rate.prefix != y->rate.prefix)
        return x->rate.prefix < y->rate.prefix ? -1 : 1;
    if (x->rate.digits != y->rate.digits)
        return x->rate.digits < y->rate.digits ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static void refuse_twice(struct reading *r, const struct entry *first, const struct entry *second)
{
    struct rw_err err;

    (void)rw_fail(&err, RW_MALFORMED, "rate.twice", "the prefix has a rate already, in line %d",
                  first->line);
    rw_err_expected(&err, "one line a prefix");
    r->line = second->line;
    r->line_start = second->line_start;
    fault(r, second->text, &err);
}

static bool has_prefix(const struct rw_rate *shorter, const struct rw_rate *longer)
{
    return longer->prefix / powers[DIGITS - shorter->digits] ==
           shorter->prefix / powers[DIGITS - shorter->digits];
}

/* Entries are sorted: the one before, or what that one is below of, is the parent if anything is. */
static struct rw_rates *compile(const struct entry *entries, uint32_t count)
{
    struct rw_rates *rates = rw_calloc(1, sizeof(*rates) + count * sizeof(rates->at[0]));

    if (!rates)
        return NULL;
    rates->count = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t parent = i;

        rates->at[i] = entries[i].rate;
        while (parent && !has_prefix(&rates->at[parent - 1], &rates->at[i]))
            parent = rates->at[parent - 1].parent;
        rates->at[i].parent = parent;
    }
    return rates;
}

static size_t count_lines(struct rw_slice csv)
{
    size_t lines = 1;

    for (const char *p = csv.p, *end = csv.p + csv.n;
         csv.n && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        lines++;
    return lines;
}

static uint32_t read_lines(struct reading *r, struct entry *entries)
{
    struct rw_slice rest = r->csv;
    uint32_t count = 0;

    if (rw_slice_starts(rest, RW_LIT("\xef\xbb\xbf")))
        rest = rw_slice_from(rest, 3);
    for (; rest.n; r->line++) {
        const char *end = memchr(rest.p, '\n', rest.n);
        struct rw_slice line = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
        struct rw_slice text = trimmed(line);
        bool head = r->line == 1 && rw_slice_starts(text, RW_LIT("prefix"));

        r->line_start = line.p;
        rest = rw_slice_from(rest, line.n + 1);
        if (!text.n || text.p[0] == '#' || head)
            continue;
        read_line(r, text, &entries[count].rate);
        entries[count].text = text;
        entries[count].line_start = line.p;
        entries[count++].line = r->line;
    }
    return count;
}

static enum rw_class no_memory(struct rw_faults *faults)
{
    struct rw_err err;
    enum rw_class class = rw_fail_memory(&err);

    rw_faults_add(faults, &err);
    return class;
}

enum rw_class rw_rates_read(struct rw_slice csv, struct rw_rates **ret, struct rw_faults *faults)
{
    struct reading r = {.csv = csv, .faults = faults, .line_start = csv.p, .line = 1};
    size_t lines = count_lines(csv);
    struct entry *entries;
    struct rw_rates *rates = NULL;
    struct rw_err err;
    uint32_t count;
    bool sound;

    if (csv.n && memchr(csv.p, '\0', csv.n)) {
        (void)rw_fail(&err, RW_MALFORMED, "rate.bad_line",
                      "there is a NUL byte, so this is no text");
        fault(&r, (struct rw_slice){csv.p, 0}, &err);
        return RW_MALFORMED;
    }
    if (lines > RW_RATES_MAX || csv.n > RW_RATES_BYTES) {
        (void)rw_fail(&err, RW_TOO_LARGE, "rate.too_many", "there are too many rates");
        rw_err_found(&err, "%zu lines, %zu bytes", lines, csv.n);
        rw_err_expected(&err, "at most %u lines and %u bytes", RW_RATES_MAX, RW_RATES_BYTES);
        rw_faults_add(faults, &err);
        return RW_TOO_LARGE;
    }
    entries = rw_calloc(lines, sizeof(*entries));
    if (!entries)
        return no_memory(faults);
    count = read_lines(&r, entries);
    sound = !r.bad;
    if (sound)
        qsort(entries, count, sizeof(*entries), compare);
    for (uint32_t i = 1; sound && i < count; i++)
        if (entries[i].rate.prefix == entries[i - 1].rate.prefix &&
            entries[i].rate.digits == entries[i - 1].rate.digits)
            refuse_twice(&r, &entries[i - 1], &entries[i]);
    if (!r.bad)
        rates = compile(entries, count);
    rw_free(entries);
    if (r.bad)
        return RW_MALFORMED;
    if (!rates)
        return no_memory(faults);
    *ret = rates;
    return RW_OK;
}

void rw_rates_free(struct rw_rates *rates)
{
    rw_free(rates);
}

/* ------------------------------------------------------------------ asking */

const struct rw_rate *rw_rates_find(const struct rw_rates *rates, struct rw_slice digits)
{
    struct rw_rate wanted = {.digits = (uint8_t)(digits.n < DIGITS ? digits.n : DIGITS)};
    uint32_t low = 0, high = rates->count;

    for (size_t i = 0; i < wanted.digits; i++)
        wanted.prefix = wanted.prefix * 10 + (uint64_t)(digits.p[i] - '0');
    wanted.prefix *= powers[DIGITS - wanted.digits];
    while (low < high) { /* the first that stands behind the number */
        uint32_t middle = low + (high - low) / 2;
        const struct rw_rate *rate = &rates->at[middle];

        if (rate->prefix < wanted.prefix ||
            (rate->prefix == wanted.prefix && rate->digits <= wanted.digits))
            low = middle + 1;
        else
            high = middle;
    }
    while (low &&
           (rates->at[low - 1].digits > wanted.digits || !has_prefix(&rates->at[low - 1], &wanted)))
        low = rates->at[low - 1].parent;
    return low ? &rates->at[low - 1] : NULL;
}

const char *rw_rate_prefix(const struct rw_rate *rate, char dst[RW_RATE_PREFIX_TEXT])
{
    (void)snprintf(dst, RW_RATE_PREFIX_TEXT, "+%llu",
                   (unsigned long long)(rate->prefix / powers[DIGITS - rate->digits]));
    return dst;
}

int64_t rw_rate_cost(const struct rw_rate *rate, uint32_t seconds)
{
    uint64_t s = seconds < RW_RATE_SECONDS_MAX ? seconds : RW_RATE_SECONDS_MAX;

    if (s > rate->first_s)
        s = rate->first_s + (s - rate->first_s + rate->next_s - 1) / rate->next_s * rate->next_s;
    else
        s = rate->first_s;
    return rate->connect_micro + (int64_t)(((uint64_t)rate->minute_micro * s + 59) / 60);
}
