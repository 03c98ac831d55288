#include "api/placeholder.h"

#define TEXT_MAX 128 /* longer ones are no placeholder for an id */

static bool among(const char *const *words, struct rw_slice word)
{
    for (; *words; words++)
        if (rw_slice_ieq(word, rw_slice_str(*words)))
            return true;
    return false;
}

/* Brackets that templates are filled in by. */
static bool has_brackets(struct rw_slice text)
{
    static const char *const pairs[] = {"{}", "<>", "[]", "%%"};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *open = memchr(text.p, pairs[i][0], text.n);

        if (open && memchr(open + 1, pairs[i][1], text.n - (size_t)(open + 1 - text.p)))
            return true;
    }
    return false;
}

/* "xxxxxxxx-xxxx": one letter all over. */
static bool is_masked(struct rw_slice text)
{
    size_t masks = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (strchr("xX*?", text.p[i]))
            masks++;
        else if (text.p[i] != '-' && text.p[i] != '_')
            return false;
    }
    return masks > 1;
}

/* Words only, of which one says that something has to be put here. */
static bool is_told(struct rw_slice text)
{
    static const char *const telling[] = {"your",   "my",      "some",        "insert", "enter",
                                          "put",    "replace", "placeholder", "here",   "optional",
                                          "sample", "id",      "uuid",        "guid",   NULL};
    size_t from = 0;
    bool found = false;

    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.p[i] >= '0' && text.p[i] <= '9')
            return false;
        if (i < text.n && !strchr("-_ .", text.p[i]))
            continue;
        found |= among(telling, (struct rw_slice){text.p + from, i - from});
        from = i + 1;
    }
    return found;
}

bool rw_placeholder(struct rw_slice text)
{
    static const char *const words[] = {"null", "none", "undefined", "nil",  "string",
                                        "todo", "tbd",  "changeme",  "guid", NULL};

    if (text.n == 0 || text.n > TEXT_MAX || memchr(text.p, 0, text.n))
        return false;
    return among(words, text) || has_brackets(text) || is_masked(text) || is_told(text);
}
