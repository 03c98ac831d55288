#include "address/parse.h"
#include "address/plan.h"

/*
 * RFC 3966 (tel:), and RFC 3261 section 19.1.6 (sip: and sips: with a number as user). Only the number
 * is taken from a SIP URI: calls leave by the tenant's trunk, not to the host written there, and the
 * note says so.
 */

/* Decodes %XX of ASCII in r in place; *r and p->n shrink. False: a fault was set. */
static bool decode_percent(struct rw_parse *p, struct rw_range *r)
{
    size_t to = r->lo, from = r->lo;

    while (from < r->hi) {
        struct rw_mark mark = p->marks[from];

        if (mark.cp == '%') {
            int hi = from + 2 < r->hi ? rw_cp_hex(p->marks[from + 1].cp) : -1;
            int lo = from + 2 < r->hi ? rw_cp_hex(p->marks[from + 2].cp) : -1;

            if (hi >= 0 && lo >= 0)
                rw_mark_set(&mark, (uint32_t)(hi * 16 + lo));
            p->marks[from].cp = mark.cp;
            if (hi < 0 || lo < 0)
                rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.unexpected_char",
                                  (struct rw_range){from, from + 1});
            else if (hi > 7) /* beyond ASCII */
                rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.percent_encoded",
                               (struct rw_range){from, from + 3});
            else if (mark.kind == RW_CP_CONTROL)
                rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.control_char",
                                  (struct rw_range){from, from + 3});
            if (p->out->code)
                return false;
            mark.length = 3;
            mark.bytes = 3;
            rw_parse_note(p, "percent_decoded", (struct rw_range){from, from + 3});
            from += 2;
        }
        p->marks[to++] = mark;
        from++;
    }
    while (from < p->n)
        p->marks[to++] = p->marks[from++];
    r->hi -= p->n - to;
    p->n = to;
    return true;
}

/* A local number with phone-context: the context's digits come first. */
static void judge_local(struct rw_parse *p, struct rw_range number, struct rw_range context,
                        struct rw_digits *d, size_t end)
{
    struct rw_digits whole;

    if (rw_plan_is_emergency_in(NULL, d->digit, d->n)) {
        rw_parse_fault(p, RW_ADDRESS_REFUSED, "address.emergency_number", number);
        return;
    }
    if (context.lo == context.hi) {
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.tel_local_no_context", number);
        return;
    }
    rw_parse_gather(p, context, &whole);
    if (!whole.plus || whole.n == 0 || whole.n + 1 != context.hi - context.lo) {
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.phone_context_domain", context);
        return;
    }
    rw_parse_note(p, "phone_context", context);
    memcpy(whole.digit + whole.n, d->digit, d->n + 1);
    for (size_t i = 0; i < d->n; i++)
        whole.mark[whole.n + i] = d->mark[i];
    whole.n += d->n;
    rw_parse_number(p, &whole, end);
}

static void judge_tel(struct rw_parse *p, struct rw_range r)
{
    struct rw_range number, context = {0, 0};
    struct rw_digits d;
    size_t end;

    if (!decode_percent(p, &r))
        return;
    number = (struct rw_range){r.lo, rw_parse_find(p, r, ';')};
    if (!rw_parse_collect(p, number, &d, &end) ||
        !rw_parse_params(p, (struct rw_range){number.hi, r.hi}, number, &context))
        return;
    if (d.plus && context.lo < context.hi) /* RFC 3966, 5.1.5: of local numbers only */
        rw_parse_refuse_param(p, context, number);
    else if (d.plus)
        rw_parse_number(p, &d, end);
    else
        judge_local(p, number, context, &d, end);
}

static void judge_sip(struct rw_parse *p, struct rw_range r)
{
    struct rw_range user, number;
    struct rw_digits d;
    size_t end, at;

    if (!decode_percent(p, &r))
        return;
    at = rw_parse_find(p, r, '@');
    if (at == r.hi && rw_parse_count_digits(p, r) < RW_ADDRESS_DIGITS_MIN) {
        rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.not_a_number", r);
        return;
    }
    if (at + 1 >= r.hi) {
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.sip_no_host",
                       (struct rw_range){r.hi, r.hi});
        rw_parse_gather(p, (struct rw_range){r.lo, at}, &d);
        rw_parse_suggest_read(p, &d, "the number alone");
        return;
    }
    user = (struct rw_range){r.lo, at};
    number = (struct rw_range){user.lo, rw_parse_find(p, user, ';')};
    if (!rw_parse_collect(p, number, &d, &end) ||
        !rw_parse_params(p, (struct rw_range){number.hi, user.hi}, number, NULL))
        return;
    rw_parse_note(p, "uri_host_ignored", (struct rw_range){at, r.hi});
    rw_parse_number(p, &d, end);
}

bool rw_parse_uri(struct rw_parse *p, struct rw_range r)
{
    size_t scheme = 0;
    bool tel = rw_parse_spells(p, r, "tel:");

    if (tel || rw_parse_spells(p, r, "sip:"))
        scheme = 4;
    else if (rw_parse_spells(p, r, "sips:"))
        scheme = 5;
    if (scheme == 0)
        return false;
    if (!p->policy->accept_uris) {
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.uri_refused",
                       (struct rw_range){r.lo, r.lo + scheme});
        return true;
    }
    rw_parse_note(p, "scheme_removed", (struct rw_range){r.lo, r.lo + scheme});
    r.lo += scheme;
    if (r.lo == r.hi)
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.no_digits", r);
    else if (tel)
        judge_tel(p, r);
    else
        judge_sip(p, r);
    return true;
}
