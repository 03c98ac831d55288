#include "check.h"

#include "base/utf8.h"

static bool span_is_inside(struct rw_slice input, const struct rw_address_span *s)
{
    size_t points = rw_utf8_count(input);

    return s->byte <= input.n && s->bytes <= input.n - s->byte && s->at <= points &&
           s->length <= points - s->at &&
           rw_utf8_count((struct rw_slice){input.p, s->byte}) == s->at &&
           rw_utf8_count((struct rw_slice){input.p + s->byte, s->bytes}) == s->length;
}

static bool is_e164(const char *s)
{
    size_t n = strlen(s);

    return n >= 4 && n <= 16 && s[0] == '+' && strspn(s + 1, "0123456789") == n - 1 && s[1] != '0';
}

/* One line of text without surprises. */
static bool is_clean(const char *s)
{
    for (; *s; s++)
        if (*s < 0x20 || *s > 0x7e)
            return false;
    return true;
}

static const char *check_fault(struct rw_slice input, const struct rw_address_policy *policy,
                               const struct rw_address *a)
{
    char text[128], sentence[200], name[RW_ADDRESS_NAME_MAX];

    if (!a->code || !span_is_inside(input, &a->span))
        return "a fault has no code or lies outside of the input";
    if (!*rw_address_message(a->code))
        return "a fault's code has no message";
    if (!is_clean(rw_address_expected(a, text, sizeof(text))) ||
        !*rw_address_explain(a, sentence, sizeof(sentence)) || !is_clean(sentence) ||
        !is_clean(rw_address_code_point_name(a->code_point, name)))
        return "words are not clean";
    for (uint32_t i = 0; i < a->suggestion_count; i++) {
        struct rw_address again;

        if (!is_e164(a->suggestions[i].text) || !a->suggestions[i].reason)
            return "a suggestion is no number or has no reason";
        rw_address_judge(a->suggestions[i].text, strlen(a->suggestions[i].text), policy, &again);
        if (again.verdict != RW_ADDRESS_OK &&
            (again.verdict != RW_ADDRESS_UNASSIGNED || (policy && policy->refuse_unassigned)))
            return "a suggestion is not accepted";
    }
    return NULL;
}

const char *check_judgement(struct rw_slice input, const struct rw_address_policy *policy,
                            const struct rw_address *a)
{
    struct rw_address again;

    if (a->note_count > RW_ADDRESS_NOTES_MAX || a->suggestion_count > RW_ADDRESS_SUGGESTIONS_MAX)
        return "a count is over its bound";
    for (uint32_t i = 0; i < a->note_count; i++)
        if (!span_is_inside(input, &a->notes[i].span) || a->notes[i].count == 0 ||
            !*rw_address_note_meaning(a->notes[i].code))
            return "a note lies outside of the input or has no meaning";
    if ((a->verdict == RW_ADDRESS_OK) != (a->code == NULL))
        return "verdict and code disagree";
    if (a->verdict != RW_ADDRESS_OK)
        return check_fault(input, policy, a);
    if (!is_e164(a->e164) || a->country_code == 0)
        return "what was accepted is no number";
    for (size_t i = 0; i < input.n; i++)
        if (input.p[i] == '\r' || input.p[i] == '\n' || input.p[i] == '\0')
            return "a line break or NUL was accepted";
    rw_address_judge(a->e164, strlen(a->e164), policy, &again);
    if (again.verdict != RW_ADDRESS_OK || strcmp(again.e164, a->e164) != 0)
        return "normalising the result changes it";
    if (again.note_count > (again.note_count && strcmp(again.notes[0].code, "fictional") == 0))
        return "normalising the result normalises it again";
    return NULL;
}
