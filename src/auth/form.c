#include "auth/form.h"

#include <sodium.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum decoded { DECODED, BROKEN, OUT_OF_MEMORY };

/* *ret_at: where in `text` it is broken. */
static enum decoded decode(struct rw_slice text, struct rw_arena *arena, const char **ret,
                           size_t *ret_at)
{
    char *out = rw_arena_alloc(arena, text.n + 1), *p = out;

    if (!out)
        return OUT_OF_MEMORY;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        *ret_at = i;
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int hi = i + 2 < text.n ? hex_value(text.p[i + 1]) : -1;
            int lo = i + 2 < text.n ? hex_value(text.p[i + 2]) : -1;

            if (hi < 0 || lo < 0)
                return BROKEN;
            c = (char)(hi << 4 | lo);
            i += 2;
        }
        if ((unsigned char)c < 0x20 || c == 0x7f)
            return BROKEN;
        *p++ = c;
    }
    *ret = out;
    return DECODED;
}

const char *rw_form_get(const struct rw_form *form, const char *name)
{
    for (unsigned i = 0; i < form->count; i++)
        if (strcmp(form->at[i].name, name) == 0)
            return form->at[i].value;
    return NULL;
}

static enum rw_class fail_at(struct rw_err *err, size_t offset, const char *message,
                             struct rw_slice found, const char *expected)
{
    char text[80];

    (void)rw_fail(err, RW_MALFORMED, "auth.grant_form", "%s", message);
    rw_err_at(err, "", (int32_t)offset, 1);
    (void)rw_text_clean(text, sizeof(text), found);
    rw_err_found(err, "%s", text);
    rw_err_expected(err, "%s", expected);
    return RW_MALFORMED;
}

static struct rw_slice first(struct rw_slice s, size_t n)
{
    return (struct rw_slice){s.p, s.n < n ? s.n : n};
}

/* One "name=value" at `offset` of the body. */
static enum rw_class read_field(struct rw_slice pair, size_t offset, struct rw_arena *arena,
                                struct rw_form *form, struct rw_err *err)
{
    const char *equals = memchr(pair.p, '=', pair.n);
    struct rw_slice name = {pair.p, equals ? (size_t)(equals - pair.p) : pair.n};
    struct rw_slice value = rw_slice_from(pair, name.n + 1);
    struct rw_form_field field;
    enum decoded outcome;
    size_t at = 0;

    outcome = decode(name, arena, &field.name, &at);
    if (outcome == DECODED) {
        outcome = decode(value, arena, &field.value, &at);
        if (outcome == BROKEN)
            at += name.n + 1;
    }
    if (outcome == OUT_OF_MEMORY)
        return rw_fail_memory(err);
    if (outcome == BROKEN) /* where it is, but not what: it may stand in a secret */
        return fail_at(err, offset + at, "the form has a character that can't be read",
                       first(name, 24),
                       "letters and digits, %XX for the rest, no control characters");
    if (rw_form_get(form, field.name))
        return fail_at(err, offset, "a parameter comes twice", first(name, 24),
                       "each parameter once (RFC 6749, section 3.2)");
    if (!*field.value)
        return RW_OK; /* section 3.1: sent without a value is as good as not sent */
    if (form->count == RW_FORM_FIELDS_MAX)
        return fail_at(err, offset, "the form has too many parameters", first(name, 24),
                       "grant_type, client_id, client_secret and scope");
    form->at[form->count++] = field;
    return RW_OK;
}

enum rw_class rw_form_read(struct rw_slice body, struct rw_arena *arena, struct rw_form *ret,
                           struct rw_err *err)
{
    struct rw_form form = {.count = 0};
    size_t offset = 0;

    while (offset < body.n) {
        struct rw_slice rest = rw_slice_from(body, offset);
        const char *end = memchr(rest.p, '&', rest.n);
        struct rw_slice pair = {rest.p, end ? (size_t)(end - rest.p) : rest.n};

        if (pair.n) {
            enum rw_class class = read_field(pair, offset, arena, &form, err);

            if (class != RW_OK)
                return class;
        }
        offset += pair.n + 1;
    }
    *ret = form;
    return RW_OK;
}

/* ------------------------------------------------------------------ Basic */

static enum rw_class fail_basic(struct rw_err *err, const char *message)
{
    (void)rw_fail(err, RW_MALFORMED, "auth.grant_basic", "%s", message);
    rw_err_at(err, "Authorization:", -1, 0);
    rw_err_expected(err, "Basic, one space, base64 of CLIENT_ID:CLIENT_SECRET");
    return RW_MALFORMED;
}

/* Decoded if it is form-encoded, else as it stands. */
static enum rw_class part(struct rw_slice text, struct rw_arena *arena, const char **ret,
                          struct rw_err *err)
{
    size_t at;
    enum decoded outcome = decode(text, arena, ret, &at);

    if (outcome == BROKEN) {
        for (size_t i = 0; i < text.n; i++)
            if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
                return fail_basic(err, "the client's id or secret has a control character");
        *ret = rw_arena_copy(arena, text);
        outcome = *ret ? DECODED : OUT_OF_MEMORY;
    }
    return outcome == DECODED ? RW_OK : rw_fail_memory(err);
}

enum rw_class rw_basic_read(struct rw_slice header, struct rw_arena *arena, const char **ret_id,
                            const char **ret_secret, struct rw_err *err)
{
    const char *blank = header.n ? memchr(header.p, ' ', header.n) : NULL, *colon, *id, *secret;
    struct rw_slice scheme = {header.p, blank ? (size_t)(blank - header.p) : header.n};
    struct rw_slice text = rw_slice_from(header, scheme.n), pair;
    enum rw_class class;
    char *plain;
    size_t n = 0;

    if (!rw_slice_ieq(scheme, RW_LIT("Basic")))
        return fail_basic(err, "a client names itself by HTTP Basic here, or in the form");
    while (text.n && text.p[0] == ' ')
        text = rw_slice_from(text, 1);
    plain = rw_arena_alloc(arena, text.n + 1);
    if (!plain)
        return rw_fail_memory(err);
    if (text.n == 0 || sodium_base642bin((unsigned char *)plain, text.n, text.p, text.n, NULL, &n,
                                         NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return fail_basic(err, "what follows the word Basic is no base64");
    pair = (struct rw_slice){plain, n};
    colon = n ? memchr(plain, ':', n) : NULL;
    if (!colon)
        return fail_basic(err, "there is no colon between the client's id and its secret");
    class = part((struct rw_slice){plain, (size_t)(colon - plain)}, arena, &id, err);
    if (class == RW_OK)
        class = part(rw_slice_from(pair, (size_t)(colon - plain) + 1), arena, &secret, err);
    if (class != RW_OK)
        return class;
    *ret_id = id;
    *ret_secret = secret;
    return RW_OK;
}
