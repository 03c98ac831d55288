/*
 * What it takes to judge a number, in CPU nanoseconds: bench/address.py runs it beside its control.
 *
 *     build/bench/bench_address LIST type|all        prints one JSON object
 *
 * LIST has lines of "REGION\tNUMBER", "ZZ" for no region; it is read before the clock runs.
 * type: is it valid, and of what type, which is all that the control can say. all: everything there is to
 * say of it, written into a buffer: type, time zones, the fault in words, what could stand there, suggestions.
 */
#include "address/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct line {
    struct rw_address_policy *policy;
    const char *p;
    size_t n;
};

static char *read_all(const char *name, size_t *ret_n)
{
    FILE *file = fopen(name, "rb");
    char *text;
    long n;

    if (!file || fseek(file, 0, SEEK_END) != 0 || (n = ftell(file)) < 0)
        return NULL;
    rewind(file);
    text = malloc((size_t)n + 1);
    if (text && fread(text, 1, (size_t)n, file) == (size_t)n)
        *ret_n = (size_t)n;
    (void)fclose(file);
    return text;
}

/* One policy a region: AA to ZZ. */
static struct rw_address_policy *policy_of(const char *region)
{
    static struct rw_address_policy policies[26][26];
    struct rw_address_policy *policy = &policies[region[0] - 'A'][region[1] - 'A'];

    if (!policy->accept_uris) {
        rw_address_policy_init(policy);
        if (strncmp(region, "ZZ", 2) != 0)
            memcpy(policy->region, region, 2);
    }
    return policy;
}

static size_t split(const char *text, size_t n, struct line *lines)
{
    const char *end = text + n;
    size_t count = 0;

    while (text < end) {
        const char *lf = memchr(text, '\n', (size_t)(end - text));

        lines[count++] = (struct line){policy_of(text), text + 3, (size_t)(lf - text) - 3};
        text = lf + 1;
    }
    return count;
}

static double cpu_ns(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static char *put(char *dst, const char *text)
{
    size_t n = strlen(text);

    memcpy(dst, text, n);
    dst[n] = '\n';
    return dst + n + 1;
}

/* Returns the bytes written. */
static size_t write_all(const struct rw_address *a, char buf[2048])
{
    char *p = buf;

    p = put(p, rw_address_verdict_name(a->verdict));
    p = put(p, rw_address_type_name(a->type));
    p = put(p, a->time_zones);
    if (a->code) {
        p = put(p, a->code);
        p += strlen(rw_address_explain(a, p, 256));
        p += strlen(rw_address_expected(a, p, 256));
    }
    for (uint32_t i = 0; i < a->suggestion_count; i++) {
        p = put(p, a->suggestions[i].text);
        p = put(p, a->suggestions[i].reason);
    }
    return (size_t)(p - buf);
}

int main(int argc, char **argv)
{
    size_t n = 0, count, valid = 0, ok = 0, written = 0;
    char *text = argc == 3 ? read_all(argv[1], &n) : NULL;
    struct line *lines = text ? calloc(n / 4 + 1, sizeof(*lines)) : NULL;
    bool all = argc == 3 && strcmp(argv[2], "all") == 0;
    unsigned types = 0;
    double begin;

    if (!lines || n == 0 || text[n - 1] != '\n')
        return 2;
    count = split(text, n, lines);
    begin = cpu_ns();
    for (size_t i = 0; i < count; i++) {
        struct rw_address address;
        char buf[2048];

        rw_address_judge(lines[i].p, lines[i].n, lines[i].policy, &address);
        valid += address.valid;
        ok += address.verdict == RW_ADDRESS_OK;
        types |= 1u << address.type;
        if (all)
            written += write_all(&address, buf);
    }
    begin = cpu_ns() - begin;
    printf("{\"count\": %zu, \"ns\": %.2f, \"ok\": %zu, \"valid\": %zu, \"types\": %u, \"bytes\": "
           "%zu}\n",
           count, begin / (double)count, ok, valid, types, written);
    free(lines);
    free(text);
    return 0;
}
