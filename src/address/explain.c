/*
 * Sentences about one number. A template of api/errors/address.yaml has names in braces; each stands for
 * something that the judgement may know. Where one is not known, the template says nothing and the next
 * one is tried, so that a sentence never has a hole.
 */
#include "address/address.h"
#include "address/out.h"
#include "address/words.h"

#include <string.h>

/* Whether text may go into a line as it is. */
static bool is_plain(const char *text)
{
    for (const char *p = text; *p; p++)
        if (*p < 0x20 || *p > 0x7e)
            return false;
    return *text != '\0';
}

/* ------------------------------------------------------------------ what is known */

/* Names that take "the" within a sentence. */
static bool takes_article(const char *region)
{
    static const char *const regions = "AE AX BS CC CD CF CG CK DO FK FO GB GM IM IO KM KY MH MP "
                                       "MV NL PH SB SC TC TF UM US VG VI ";
    const char *found = region[0] && region[1] ? strstr(regions, region) : NULL;

    return found && found[2] == ' ';
}

static bool put_region(struct rw_out *out, const struct rw_address *a)
{
    const char *name = rw_address_region_name(a->region);

    if (!is_plain(name))
        return false;
    if (takes_article(a->region) && strncmp(name, "The ", 4) != 0)
        rw_out_text(out, "the ");
    rw_out_text(out, name);
    return true;
}

static bool put_cc(struct rw_out *out, const struct rw_address *a)
{
    if (!a->country_code)
        return false;
    rw_out_char(out, '+');
    rw_out_number(out, a->country_code);
    return true;
}

static bool put_before(struct rw_out *out, const struct rw_address *a)
{
    if (a->before[0] != '+' || !is_plain(a->before))
        return false;
    rw_out_text(out, a->before);
    return true;
}

static void put_digit_count(struct rw_out *out, unsigned n)
{
    rw_out_number(out, n);
    rw_out_text(out, n == 1 ? " digit" : " digits");
}

/* How many digits of `before` come after the country code; false when none do: then it does not hold them. */
static bool national_digits(const struct rw_address *a, unsigned *ret)
{
    char text[8];
    struct rw_out cc = rw_out_begin(text, sizeof(text));
    size_t n;

    if (!put_cc(&cc, a))
        return false;
    rw_out_end(&cc);
    n = strlen(text);
    if (strncmp(a->before, text, n) != 0)
        return false;
    *ret = (unsigned)(strlen(a->before) - n);
    return *ret > 0;
}

static bool put_digits(struct rw_out *out, const struct rw_address *a)
{
    unsigned n;

    if (!national_digits(a, &n))
        return false;
    put_digit_count(out, n);
    return true;
}

static bool put_are(struct rw_out *out, const struct rw_address *a)
{
    unsigned n;

    if (!national_digits(a, &n))
        return false;
    rw_out_text(out, n == 1 ? "is" : "are");
    return true;
}

static bool put_type(struct rw_out *out, const struct rw_address *a)
{
    const char *name = rw_address_type_name(a->type);

    if (a->type == RW_ADDRESS_TYPE_UNKNOWN || !is_plain(name))
        return false;
    for (const char *p = name; *p; p++)
        rw_out_char(out, *p == '_' ? ' ' : *p);
    return true;
}

/* The numbers of the bits in `set`: "1", "7 or 9", "1, 7 or 9"; four or more in a row "2 to 9". */
static void put_set(struct rw_out *out, uint32_t set)
{
    unsigned shown = 0, items = 0;
    unsigned from[32], to[32];

    for (unsigned n = 0; n < 32; n++) {
        unsigned last = n;

        if (!(set >> n & 1))
            continue;
        while (last + 1 < 32 && (set >> (last + 1) & 1))
            last++;
        if (last < n + 3)
            last = n;
        from[items] = n;
        to[items++] = last;
        n = last;
    }
    for (; shown < items; shown++) {
        if (shown)
            rw_out_text(out, shown + 1 == items ? " or " : ", ");
        rw_out_number(out, from[shown]);
        if (to[shown] != from[shown]) {
            rw_out_text(out, " to ");
            rw_out_number(out, to[shown]);
        }
    }
}

static bool put_allowed(struct rw_out *out, const struct rw_address *a)
{
    put_set(out, a->allowed_digits & 0x3ffu);
    return (a->allowed_digits & 0x3ffu) != 0;
}

static bool put_lengths(struct rw_out *out, const struct rw_address *a)
{
    put_set(out, a->lengths);
    rw_out_text(out, a->lengths == 1u << 1 ? " digit" : " digits");
    return a->lengths != 0;
}

static bool put_most(struct rw_out *out, const struct rw_address *a)
{
    unsigned most = 0;

    for (unsigned n = 0; n < 32; n++)
        if (a->lengths >> n & 1)
            most = n;
    put_digit_count(out, most);
    return most != 0;
}

static const struct fact {
    const char *name;                                                  /* with the closing brace */
    bool (*put)(struct rw_out *out, const struct rw_address *address); /* false: it is not known */
} facts[] = {
    {"allowed}", put_allowed}, {"are}", put_are},       {"before}", put_before},
    {"cc}", put_cc},           {"digits}", put_digits}, {"lengths}", put_lengths},
    {"most}", put_most},       {"region}", put_region}, {"type}", put_type},
};

/* ------------------------------------------------------------------ sentences */

/* The fact whose name `text` begins with, or NULL. */
static const struct fact *fact_of(const char *text)
{
    for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
        if (strncmp(text, facts[i].name, strlen(facts[i].name)) == 0)
            return &facts[i];
    return NULL;
}

/* Writes the template with what is known into dst; false when something of it is not. */
static bool fill(const char *text, const struct rw_address *address, char *dst, size_t size)
{
    struct rw_out out = rw_out_begin(dst, size);

    while (*text) {
        const struct fact *fact = NULL;

        if (*text != '{') {
            rw_out_char(&out, *text++);
            continue;
        }
        fact = fact_of(++text);
        if (!fact || !fact->put(&out, address))
            return false;
        text += strlen(fact->name);
    }
    rw_out_end(&out);
    return true;
}

static bool fill_first(const char *const templates[RW_WORDS_TEMPLATES_MAX],
                       const struct rw_address *address, char *dst, size_t size)
{
    for (size_t i = 0; i < RW_WORDS_TEMPLATES_MAX && templates[i]; i++)
        if (fill(templates[i], address, dst, size))
            return true;
    return false;
}

const char *rw_address_explain(const struct rw_address *address, char *dst, size_t size)
{
    const struct rw_words *words = rw_words_of_fault(address->code);

    if (size == 0)
        return dst;
    if (!words || !(fill_first(words->explain, address, dst, size) ||
                    fill(words->message, address, dst, size)))
        *dst = '\0';
    return dst;
}

const char *rw_address_expected(const struct rw_address *address, char *dst, size_t size)
{
    /* Of every code that has no words of its own. */
    static const char *const digits[RW_WORDS_TEMPLATES_MAX] = {
        "after {before} only {allowed} can follow", "{allowed}"};
    static const char *const lengths[RW_WORDS_TEMPLATES_MAX] = {"{lengths} after {cc}",
                                                                "{lengths}"};
    const struct rw_words *words = rw_words_of_fault(address->code);

    if (size == 0)
        return dst;
    if (!words ||
        !(fill_first(words->expected, address, dst, size) ||
          fill_first(digits, address, dst, size) || fill_first(lengths, address, dst, size)))
        *dst = '\0';
    return dst;
}
