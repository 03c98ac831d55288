/*
 * bench/measure.h - CPU time of the thread, medians, and the control of what looks numbers up: a hash table of
 * 100,000 numbers as one would write it, FNV-1a, open addressing, half full, the number compared.
 *
 * All of it is inline, so that a control is compiled along with what it is compared to.
 */
#ifndef RW_BENCH_MEASURE_H
#define RW_BENCH_MEASURE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BENCH_NUMBERS 100000u
#define BENCH_SLOTS 262144u

/* The numbers are the caller's, and stay. Begin zeroed. */
struct bench_numbers {
    const char *slots[BENCH_SLOTS];
};

static inline double bench_cpu_ns(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static inline void bench_must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(2);
}

static inline int bench_compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

/* Sorts them. */
static inline double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), bench_compare);
    return values[count / 2];
}

/* Where the number is, or would be: NULL stands there then. */
static inline const char **bench_numbers_at(struct bench_numbers *table, const char *number)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const char *p = number; *p; p++)
        hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    for (size_t i = hash % BENCH_SLOTS;; i = (i + 1) % BENCH_SLOTS)
        if (!table->slots[i] || strcmp(table->slots[i], number) == 0)
            return &table->slots[i];
}

#endif
