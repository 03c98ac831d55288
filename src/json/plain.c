#include "json/plain.h"

#include "json/text.h"

#define DIGITS_MAX 18 /* always fit 64 bits */

struct plain {
    struct rw_slice text;
    size_t at;
    uint32_t depth, depth_max;
    json_t *open[RW_JSON_PLAIN_DEPTH]; /* borrowed; the outermost holds all */
    struct rw_slice key;               /* of the value that comes next */
};

static char peek(const struct plain *p)
{
    return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static void skip_blank(struct plain *p)
{
    p->at = rw_json_skip_blank(p->text, p->at);
}

/* `at` is on the opening quote. */
static bool take_text(struct plain *p, struct rw_slice *ret)
{
    size_t from = ++p->at;

    for (; p->at < p->text.n; p->at++) {
        char c = p->text.p[p->at];

        if (c == '"') {
            *ret = (struct rw_slice){p->text.p + from, p->at++ - from};
            return true;
        }
        if (c < ' ' || c > '~' || c == '\\')
            return false;
    }
    return false;
}

static json_t *take_number(struct plain *p)
{
    bool negative = peek(p) == '-';
    json_int_t n = 0;
    size_t from;

    p->at += negative;
    from = p->at;
    while (peek(p) >= '0' && peek(p) <= '9' && p->at - from < DIGITS_MAX)
        n = n * 10 + (p->text.p[p->at++] - '0');
    if (p->at == from || rw_json_is_one_of(peek(p), "0123456789.eE") ||
        (p->text.p[from] == '0' && (p->at - from > 1 || negative)))
        return NULL;
    return json_integer(negative ? -n : n);
}

static json_t *take_word(struct plain *p, struct rw_slice word, json_t *value)
{
    if (!rw_slice_starts(rw_slice_from(p->text, p->at), word))
        return NULL;
    p->at += word.n;
    return value;
}

/* A value at `at`; of a container only its opening bracket. */
static json_t *take_value(struct plain *p)
{
    struct rw_slice text;

    switch (peek(p)) {
    case '{':
        p->at++;
        return json_object();
    case '[':
        p->at++;
        return json_array();
    case '"':
        return take_text(p, &text) ? json_stringn_nocheck(text.p, text.n) : NULL;
    case 't':
        return take_word(p, RW_LIT("true"), json_true());
    case 'f':
        return take_word(p, RW_LIT("false"), json_false());
    case 'n':
        return take_word(p, RW_LIT("null"), json_null());
    default:
        return take_number(p);
    }
}

/* Gives the value to its container. False for a name that was used already, or without memory. */
static bool put(struct plain *p, json_t *value)
{
    json_t *container = p->open[p->depth - 1];
    size_t before;

    if (json_is_array(container))
        return json_array_append_new(container, value) == 0;
    before = json_object_size(container);
    return json_object_setn_new_nocheck(container, p->key.p, p->key.n, value) == 0 &&
           json_object_size(container) > before;
}

/* In an object: the next member's name and its colon. */
static bool take_key(struct plain *p)
{
    if (json_is_array(p->open[p->depth - 1]))
        return true;
    if (peek(p) != '"' || !take_text(p, &p->key))
        return false;
    skip_blank(p);
    if (peek(p) != ':')
        return false;
    p->at++;
    skip_blank(p);
    return true;
}

/* After a value: closes what ends here, and stands at the next value or behind the whole. */
static bool go_on(struct plain *p)
{
    for (;;) {
        skip_blank(p);
        if (p->depth == 0)
            return p->at == p->text.n;
        if (peek(p) == ',') {
            p->at++;
            skip_blank(p);
            return take_key(p);
        }
        if (peek(p) != (json_is_array(p->open[p->depth - 1]) ? ']' : '}'))
            return false;
        p->at++;
        p->depth--;
    }
}

/* After an opening bracket: an empty container closes at once. */
static bool enter(struct plain *p, json_t *container)
{
    if (p->depth == p->depth_max)
        return false;
    p->open[p->depth++] = container;
    skip_blank(p);
    if (peek(p) == (json_is_array(container) ? ']' : '}'))
        return go_on(p);
    return take_key(p);
}

static bool take_all(struct plain *p, json_t *root)
{
    if (!enter(p, root))
        return false;
    while (p->depth) {
        json_t *value = take_value(p);

        if (!value || !put(p, value))
            return false;
        if (json_is_object(value) || json_is_array(value) ? !enter(p, value) : !go_on(p))
            return false;
    }
    return p->at == p->text.n;
}

json_t *rw_json_plain(struct rw_slice text, uint32_t depth_max)
{
    struct plain p = {.text = text, .depth_max = depth_max};
    json_t *root;

    if (p.depth_max > RW_JSON_PLAIN_DEPTH)
        p.depth_max = RW_JSON_PLAIN_DEPTH;
    skip_blank(&p);
    if (peek(&p) != '{' && peek(&p) != '[')
        return NULL;
    root = take_value(&p);
    if (root && take_all(&p, root))
        return root;
    json_decref(root);
    return NULL;
}
