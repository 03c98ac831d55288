#include "http/query.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool escaped_at(struct rw_slice s, size_t i)
{
    return i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0;
}

struct rw_slice rw_http_percent_decode(struct rw_slice text, struct rw_arena *arena)
{
    char *out = rw_arena_alloc(arena, text.n + 1);
    size_t n = 0;

    if (!out)
        return (struct rw_slice){NULL, 0};
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '%' && escaped_at(text, i)) {
            out[n++] = (char)(hex(text.p[i + 1]) * 16 + hex(text.p[i + 2]));
            i += 2;
        } else {
            out[n++] = text.p[i] == '+' ? ' ' : text.p[i];
        }
    }
    out[n] = '\0';
    return (struct rw_slice){out, n};
}

bool rw_http_query_next(struct rw_slice *query, struct rw_slice *name, struct rw_slice *value)
{
    while (query->n) {
        const char *amp = memchr(query->p, '&', query->n);
        struct rw_slice pair = {query->p, amp ? (size_t)(amp - query->p) : query->n};
        const char *eq = pair.n ? memchr(pair.p, '=', pair.n) : NULL;

        *query = rw_slice_from(*query, pair.n + 1);
        if (!pair.n)
            continue;
        *name = (struct rw_slice){pair.p, eq ? (size_t)(eq - pair.p) : pair.n};
        *value = eq ? (struct rw_slice){eq + 1, pair.n - name->n - 1}
                    : (struct rw_slice){pair.p + pair.n, 0};
        return true;
    }
    return false;
}

enum rw_class rw_http_query_escapes(struct rw_slice query, struct rw_err *err)
{
    for (size_t i = 0; i < query.n; i++) {
        if (query.p[i] != '%' || escaped_at(query, i))
            continue;
        rw_fail(err, RW_MALFORMED, "http.query_bad_escape",
                "a percent sign in the query is not followed by two hexadecimal digits");
        if (err) {
            char text[16];

            err->offset = (int32_t)i;
            err->length = 1;
            rw_text_clean(text, sizeof(text),
                          (struct rw_slice){query.p + i, query.n - i < 3 ? query.n - i : 3});
            rw_err_found(err, "%s", text);
        }
        rw_err_expected(err, "%%XX, and %%25 for a percent sign itself");
        return RW_MALFORMED;
    }
    return RW_OK;
}
