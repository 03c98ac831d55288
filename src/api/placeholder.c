#include "api/placeholder.h"

#include "address/placeholder.h"

#define TEXT_MAX 128 /* longer ones are no placeholder for an id */

static bool is_word(struct rw_slice text, enum rw_placeholder_of of)
{
    for (const struct rw_placeholder_word *word = rw_placeholder_words; word->text; word++)
        if (word->of == of && rw_slice_ieq(text, rw_slice_str(word->text)))
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
    size_t from = 0;
    bool found = false;

    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.p[i] >= '0' && text.p[i] <= '9')
            return false;
        if (i < text.n && !strchr("-_ .", text.p[i]))
            continue;
        found |= is_word((struct rw_slice){text.p + from, i - from}, RW_PLACEHOLDER_TELLS);
        from = i + 1;
    }
    return found;
}

bool rw_placeholder(struct rw_slice text)
{
    if (text.n == 0 || text.n > TEXT_MAX || memchr(text.p, 0, text.n))
        return false;
    return is_word(text, RW_PLACEHOLDER_ALONE) || has_brackets(text) || is_masked(text) ||
           is_told(text);
}
