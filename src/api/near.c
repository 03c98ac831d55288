#include "api/schema.h"

#define WORD_MAX 64

/* Letters in lower case, without what people put between words: phone_number is phoneNumber. */
static size_t fold(struct rw_slice text, char out[WORD_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < text.n && n < WORD_MAX; i++) {
        char c = text.p[i];

        if (c != '_' && c != '-' && c != ' ')
            out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return n;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Letters to put in, take out, change or swap with their neighbour until a is b. */
static unsigned distance(const char *a, size_t a_n, const char *b, size_t b_n)
{
    unsigned rows[3][WORD_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b_n; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= a_n; i++) {
        unsigned *spare;

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_n; j++) {
            unsigned cost = a[i - 1] != b[j - 1];

            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b_n];
}

const char *rw_schema_near(const char *const *words, struct rw_slice text)
{
    char a[WORD_MAX], b[WORD_MAX];
    size_t a_n = fold(text, a);
    const char *best = NULL;
    unsigned best_distance = (unsigned)(a_n / 3) + 1;

    if (text.n == 0 || text.n > WORD_MAX)
        return NULL;
    for (; *words; words++) {
        size_t b_n = fold(rw_slice_str(*words), b);
        unsigned d;

        if ((b_n > a_n ? b_n - a_n : a_n - b_n) >= best_distance)
            continue;
        d = distance(a, a_n, b, b_n);
        if (d < best_distance) {
            best = *words;
            best_distance = d;
        }
    }
    return best;
}
