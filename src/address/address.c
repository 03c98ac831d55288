#include "address/address.h"

#include "address/parse.h"

static const struct rw_address_policy defaults = {
    .accept_national = true,
    .accept_uris = true,
    .accept_separators = true,
    .accept_unicode = true,
    .accept_extensions = true,
};

void rw_address_policy_init(struct rw_address_policy *policy)
{
    *policy = defaults;
}

/* ------------------------------------------------------------------ spans, notes, suggestions */

/* Of [lo, hi); an empty range is the place before mark lo. */
static struct rw_address_span span_of(const struct rw_parse *p, struct rw_range r)
{
    const struct rw_mark *from, *to;
    struct rw_address_span span = {0};

    if (p->n == 0)
        return span;
    from = &p->marks[r.lo < p->n ? r.lo : p->n - 1];
    to = &p->marks[r.hi > r.lo && r.hi <= p->n ? r.hi - 1 : p->n - 1];
    span.at = r.lo < p->n ? from->at : (uint32_t)from->at + from->length;
    span.byte = r.lo < p->n ? from->byte : (uint32_t)from->byte + from->bytes;
    if (r.hi > r.lo && r.lo < p->n) {
        span.length = (uint32_t)to->at + to->length - span.at;
        span.bytes = (uint32_t)to->byte + to->bytes - span.byte;
    }
    return span;
}

void rw_parse_fault(struct rw_parse *p, enum rw_address_verdict verdict, const char *code,
                    struct rw_range span)
{
    if (p->out->code)
        return;
    p->out->verdict = verdict;
    p->out->code = code;
    p->out->span = span_of(p, span);
}

void rw_parse_fault_cp(struct rw_parse *p, enum rw_address_verdict verdict, const char *code,
                       struct rw_range span)
{
    if (!p->out->code && span.lo < p->n)
        p->out->code_point = p->marks[span.lo].cp;
    rw_parse_fault(p, verdict, code, span);
}

void rw_parse_note(struct rw_parse *p, const char *code, struct rw_range r)
{
    struct rw_address_span span = span_of(p, r);
    struct rw_address *out = p->out;

    for (uint32_t i = 0; i < out->note_count; i++) {
        struct rw_address_note *note = &out->notes[i];

        if (strcmp(note->code, code) != 0)
            continue;
        note->span.length = span.at + span.length - note->span.at;
        note->span.bytes = span.byte + span.bytes - note->span.byte;
        note->count++;
        return;
    }
    if (out->note_count == RW_ADDRESS_NOTES_MAX) {
        out->notes_dropped++;
        return;
    }
    out->notes[out->note_count++] = (struct rw_address_note){
        .code = code, .span = span, .count = 1, .code_point = r.lo < p->n ? p->marks[r.lo].cp : 0};
}

/* ------------------------------------------------------------------ the text around it */

size_t rw_parse_count_digits(const struct rw_parse *p, struct rw_range r)
{
    size_t n = 0;

    for (size_t i = r.lo; i < r.hi; i++)
        n += p->marks[i].digit >= 0;
    return n;
}

void rw_parse_gather(const struct rw_parse *p, struct rw_range r, struct rw_digits *d)
{
    d->plus = false;
    d->n = 0;
    for (size_t i = r.lo; i < r.hi; i++) {
        enum rw_cp_kind kind = p->marks[i].kind;
        int digit = p->marks[i].digit;

        if (digit >= 0) {
            d->mark[d->n] = (uint16_t)i;
            d->digit[d->n++] = (char)('0' + digit);
        } else if (d->n == 0 && (kind == RW_CP_PLUS || kind == RW_CP_OTHER_PLUS)) {
            d->plus = true;
        }
    }
    d->digit[d->n] = '\0';
}

/* The number that stands complete in front of mark `end`, before something that should not be there. */
static void suggest_front(struct rw_parse *p, size_t end)
{
    struct rw_digits d;

    for (size_t i = 0; i < end; i++) {
        enum rw_cp_kind kind = p->marks[i].kind;

        if (kind != RW_CP_DIGIT && kind != RW_CP_SEPARATOR && !(kind == RW_CP_PLUS && i == 0))
            return;
    }
    rw_parse_gather(p, (struct rw_range){0, end}, &d);
    rw_parse_suggest_read(p, &d, "the number in front of it");
}

/* Line breaks and other controls are never harmless: they end headers. Nor is what is no text. */
static bool has_control(struct rw_parse *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->marks[i].kind != RW_CP_CONTROL)
            continue;
        rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED,
                          p->marks[i].cp == RW_CP_BAD ? "address.not_utf8" : "address.control_char",
                          (struct rw_range){i, i + 1});
        suggest_front(p, i);
        return true;
    }
    return false;
}

/* Takes invisible marks out, telling. What stays keeps the place it had. */
static void drop_invisible(struct rw_parse *p)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->n; i++) {
        enum rw_cp_kind kind = p->marks[i].kind;

        if (kind == RW_CP_BIDI || kind == RW_CP_INVISIBLE)
            rw_parse_note(p, kind == RW_CP_BIDI ? "bidi_control_removed" : "invisible_removed",
                          (struct rw_range){i, i + 1});
    }
    for (size_t i = 0; i < p->n; i++) {
        enum rw_cp_kind kind = p->marks[i].kind;

        if (kind != RW_CP_BIDI && kind != RW_CP_INVISIBLE)
            p->marks[kept++] = p->marks[i];
    }
    p->n = kept;
}

static bool refuses_unicode(struct rw_parse *p)
{
    for (size_t i = 0; i < p->n && !p->policy->accept_unicode; i++)
        if (p->marks[i].cp >= 0x80) {
            rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.unicode_refused",
                              (struct rw_range){i, i + 1});
            return true;
        }
    return false;
}

static struct rw_range trim(struct rw_parse *p)
{
    struct rw_range r = {0, p->n};

    while (r.lo < r.hi && rw_cp_is_space(p->marks[r.lo].cp))
        r.lo++;
    while (r.hi > r.lo && rw_cp_is_space(p->marks[r.hi - 1].cp))
        r.hi--;
    if (r.lo == r.hi)
        return r;
    if (r.lo)
        rw_parse_note(p, "trimmed", (struct rw_range){0, r.lo});
    if (r.hi < p->n)
        rw_parse_note(p, "trimmed", (struct rw_range){r.hi, p->n});
    return r;
}

static void judge_text(struct rw_parse *p, struct rw_slice text)
{
    const uint32_t control = 1u << RW_CP_CONTROL, unseen = 1u << RW_CP_BIDI | 1u << RW_CP_INVISIBLE;
    struct rw_range r;
    uint32_t kinds;

    p->n = rw_text_decode(text, p->marks, &kinds);
    if ((kinds & control && has_control(p)) || refuses_unicode(p))
        return;
    if (kinds & unseen)
        drop_invisible(p);
    r = trim(p);
    if (r.lo == r.hi)
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.empty", (struct rw_range){0, 0});
    else if (!rw_parse_uri(p, r))
        rw_parse_scan(p, r);
}

static void judge_slowly(const char *text, size_t length, const struct rw_address_policy *policy,
                         struct rw_address *out)
{
    struct rw_parse p;

    p.policy = policy;
    p.out = out;
    p.n = 0;
    judge_text(&p, (struct rw_slice){text, length});
    if (!out->e164[0])
        out->extension[0] = '\0';
}

void rw_address_judge(const char *text, size_t length, const struct rw_address_policy *policy,
                      struct rw_address *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->time_zones = "";
    if (!policy)
        policy = &defaults;
    if (rw_number_judge_plain(text, length, policy, ret))
        return;
    if (length > RW_ADDRESS_INPUT_MAX) {
        ret->verdict = RW_ADDRESS_MALFORMED;
        ret->code = "address.input_too_long";
        return;
    }
    judge_slowly(text, length, policy, ret);
}
