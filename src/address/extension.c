#include "address/parse.h"

#include "base/utf8.h"

/*
 * Extensions in the spellings that people use, and the parameters of RFC 3966 and RFC 3261.
 */

static bool is_separator(const struct rw_mark *mark)
{
    return mark->kind == RW_CP_SEPARATOR || mark->kind == RW_CP_OTHER_SEPARATOR;
}

/* ------------------------------------------------------------------ digits of an extension */

bool rw_parse_extension(struct rw_parse *p, struct rw_range r)
{
    char *dst = p->out->extension;
    const size_t max = sizeof(p->out->extension) - 1;
    size_t n = 0;

    for (size_t i = r.lo; i < r.hi; i++) {
        int digit = p->marks[i].digit;

        if (digit < 0 && is_separator(&p->marks[i]))
            continue;
        if (digit < 0) {
            rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.unexpected_char",
                              (struct rw_range){i, i + 1});
            return false;
        }
        if (n == max) {
            rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.extension_too_long",
                           (struct rw_range){i, r.hi});
            return false;
        }
        dst[n++] = (char)('0' + digit);
    }
    dst[n] = '\0';
    if (n == 0)
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.extension_empty",
                       (struct rw_range){r.lo, r.lo});
    return n > 0;
}

/* ------------------------------------------------------------------ words for "extension" */

/* Small, and from full-width to ASCII. */
static uint32_t fold(uint32_t cp)
{
    if (cp >= 0xff01 && cp <= 0xff5e)
        cp -= 0xff01 - '!';
    if (cp >= 'A' && cp <= 'Z')
        return cp + ('a' - 'A');
    if (cp >= 0x410 && cp <= 0x42f) /* Cyrillic */
        return cp + 0x20;
    return cp == 0xd3 ? 0xf3 : cp; /* O with acute */
}

/* How many marks of r spell the word, in any case and width; 0 = they don't. */
static size_t spells(const struct rw_parse *p, struct rw_range r, const char *word)
{
    struct rw_slice rest = rw_slice_str(word);
    size_t at = r.lo;

    while (rest.n) {
        uint32_t cp;
        size_t used = rw_utf8_decode(rest, &cp);

        if (at == r.hi || fold(p->marks[at].cp) != cp)
            return 0;
        rest = rw_slice_from(rest, used);
        at++;
    }
    return at - r.lo;
}

static size_t skip(const struct rw_parse *p, size_t at, size_t end, const char *also)
{
    while (at < end && (is_separator(&p->marks[at]) || (p->marks[at].cp && p->marks[at].cp < 0x80 &&
                                                        strchr(also, (int)p->marks[at].cp))))
        at++;
    return at;
}

/* The longer of two that begin alike comes first. */
static const char *const words[] = {
    "extensi\xc3\xb3n", /* Spanish */
    "extension",
    "extn",
    "ext",
    "xtn",
    "x",
    "interno", /* Italian */
    "int",
    "anexo", /* Spanish in Peru and Chile */
    "ramal", /* Portuguese */
    "poste", /* French */
    "durchwahl",
    "dw",                       /* German */
    "toestel",                  /* Dutch */
    "\xd0\xb4\xd0\xbe\xd0\xb1", /* Russian, "dob" */
    "#",
    "~",
};

bool rw_parse_find_extension(const struct rw_parse *p, struct rw_range r, struct rw_range *ret)
{
    size_t at = skip(p, r.lo, r.hi, ",;["), n = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(*words) && n == 0; i++)
        n = spells(p, (struct rw_range){at, r.hi}, words[i]);
    if (n == 0)
        return false;
    at = skip(p, at + n, r.hi, ":=#");
    if (spells(p, (struct rw_range){at, r.hi}, "no"))
        at = skip(p, at + 2, r.hi, ":=#");
    *ret = (struct rw_range){at, r.hi};
    if (ret->hi > ret->lo && p->marks[ret->hi - 1].cp == ']')
        ret->hi--;
    for (size_t i = ret->lo; i < ret->hi; i++)
        if (p->marks[i].digit < 0 && !is_separator(&p->marks[i]))
            return false;
    return rw_parse_count_digits(p, *ret) > 0;
}

bool rw_parse_refuse_extension(struct rw_parse *p, struct rw_range r, struct rw_range number)
{
    struct rw_digits d;

    if (p->policy->accept_extensions)
        return false;
    rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.extension_refused", r);
    rw_parse_gather(p, number, &d);
    rw_parse_suggest_read(p, &d, "the number without its extension");
    return true;
}

/* ------------------------------------------------------------------ ";name=value" */

void rw_parse_refuse_param(struct rw_parse *p, struct rw_range param, struct rw_range number)
{
    struct rw_digits d;

    rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.unexpected_param", param);
    rw_parse_gather(p, number, &d);
    rw_parse_suggest_read(p, &d, "the number without what follows it");
}

bool rw_parse_params(struct rw_parse *p, struct rw_range r, struct rw_range number,
                     struct rw_range *context)
{
    bool ext = false;

    while (r.lo < r.hi) {
        struct rw_range param = {r.lo, rw_parse_find(p, (struct rw_range){r.lo + 1, r.hi}, ';')};
        struct rw_range name = {param.lo + 1, param.hi};
        struct rw_range value = {rw_parse_find(p, name, '='), param.hi};

        if (value.lo < value.hi)
            value.lo++;
        if (!ext && rw_parse_spells(p, name, "ext=")) {
            ext = true;
            if (rw_parse_refuse_extension(p, param, number) || !rw_parse_extension(p, value))
                return false;
        } else if (context && context->lo == context->hi &&
                   rw_parse_spells(p, name, "phone-context=")) {
            *context = value;
        } else {
            rw_parse_refuse_param(p, param, number);
            return false;
        }
        r.lo = param.hi;
    }
    return true;
}
