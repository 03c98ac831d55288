#include "policy/prefixes.h"

#include <stdlib.h>

static const char high_risk[][RW_PREFIX_DIGITS + 1] = {
    "246", /* Diego Garcia */
    "247", /* Ascension */
    "252", /* Somalia */
    "269", /* Comoros */
    "290", /* Saint Helena */
    "500", /* Falkland Islands */
    "672", /* Norfolk Island, Antarctica */
    "674", /* Nauru */
    "677", /* Solomon Islands */
    "681", /* Wallis and Futuna */
    "682", /* Cook Islands */
    "683", /* Niue */
    "686", /* Kiribati */
    "688", /* Tuvalu */
    "690", /* Tokelau */
    "850", /* North Korea */
    "870", /* Inmarsat */
    "881", /* satellite networks */
    "882", /* international networks */
    "883", /* international networks */
    "979", /* international premium rate */
};

const struct rw_prefixes rw_prefixes_high_risk = {
    .count = sizeof(high_risk) / sizeof(*high_risk), .longest = 3, .at = high_risk};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static enum rw_class refuse(struct rw_slice list, struct rw_slice word, struct rw_err *err)
{
    (void)rw_fail(err, RW_MALFORMED, "policy.bad_prefix",
                  "this is no beginning of telephone numbers");
    rw_err_at(err, "", (int32_t)(word.p - list.p), (int32_t)word.n);
    rw_err_found(err, "\"%.*s\"", (int)(word.n < 60 ? word.n : 60), word.p);
    rw_err_expected(err, "1 to %u digits, the first of them not 0", RW_PREFIX_DIGITS);
    return RW_MALFORMED;
}

enum rw_class rw_prefixes_compile(struct rw_slice list, struct rw_arena *arena,
                                  struct rw_prefixes *ret, struct rw_err *err)
{
    char(*at)[RW_PREFIX_DIGITS + 1];
    size_t count = 0, longest = 0, room = list.n > 0;

    for (size_t i = 0; i < list.n; i++)
        room += list.p[i] == ',';
    if (room > RW_PREFIXES_MAX)
        return rw_fail(err, RW_MALFORMED, "policy.bad_prefix", "there are more than %u prefixes",
                       RW_PREFIXES_MAX);
    *ret = (struct rw_prefixes){.count = 0};
    if (!room)
        return RW_OK;
    at = rw_arena_alloc(arena, room * sizeof(*at));
    if (!at)
        return rw_fail_memory(err);
    for (struct rw_slice rest = list; count < room;) {
        const char *comma = rest.n ? memchr(rest.p, ',', rest.n) : NULL;
        struct rw_slice word = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        size_t digits = 0;

        while (digits < word.n && word.p[digits] >= '0' && word.p[digits] <= '9')
            digits++;
        if (!word.n || word.n > RW_PREFIX_DIGITS || digits < word.n || word.p[0] == '0')
            return refuse(list, word.p ? word : (struct rw_slice){list.p + list.n, 0}, err);
        memcpy(at[count++], word.p, word.n);
        longest = word.n > longest ? word.n : longest;
        rest = rw_slice_from(rest, word.n + 1);
    }
    qsort(at, count, sizeof(*at), compare);
    *ret = (struct rw_prefixes){count, longest, (const char(*)[RW_PREFIX_DIGITS + 1]) at};
    return RW_OK;
}

/* Asks for each length in turn, the longest first: a number has few beginnings. */
const char *rw_prefixes_find(const struct rw_prefixes *prefixes, struct rw_slice digits)
{
    char key[RW_PREFIX_DIGITS + 1];
    size_t n = digits.n < prefixes->longest ? digits.n : prefixes->longest;

    if (!prefixes->count)
        return NULL;
    for (; n; n--) {
        const char *found;

        memcpy(key, digits.p, n);
        key[n] = '\0';
        found = bsearch(key, prefixes->at, prefixes->count, sizeof(*prefixes->at), compare);
        if (found)
            return found;
    }
    return NULL;
}
