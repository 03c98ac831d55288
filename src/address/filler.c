#include "address/odd.h"
#include "address/placeholder.h"

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(const struct odd *o, struct rw_range r)
{
    if (r.hi - r.lo != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        uint32_t cp = rw_odd_at(o, r.lo + i);

        if (dash ? cp != '-' : rw_cp_hex(cp) < 0)
            return false;
    }
    return true;
}

/* 32 or 24 hexadecimal digits, at least one of them a letter, as databases number their things. */
static bool is_hex(const struct odd *o, struct rw_range r)
{
    bool letter = false;

    if (r.hi - r.lo != 32 && r.hi - r.lo != 24)
        return false;
    for (size_t i = r.lo; i < r.hi; i++) {
        if (rw_cp_hex(rw_odd_at(o, i)) < 0)
            return false;
        letter |= rw_odd_is_letter(rw_odd_at(o, i));
    }
    return letter;
}

bool rw_odd_is_id(struct odd *o)
{
    struct rw_range r = o->r;

    if (rw_parse_spells(o->p, r, "urn:uuid:"))
        r.lo += strlen("urn:uuid:");
    if (r.hi - r.lo > 2 && rw_odd_at(o, r.lo) == '{' && rw_odd_at(o, r.hi - 1) == '}') {
        r.lo++;
        r.hi--;
    }
    if (!is_uuid(o, r) && !is_hex(o, r))
        return false;
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.is_an_id", o->r);
    return true;
}

/* "+2772xxxxxxx": digits that somebody hid. */
bool rw_odd_is_masked(struct odd *o)
{
    uint32_t cp = rw_odd_at(o, o->at);
    size_t end = o->at, masks = 0;

    for (size_t i = o->at; i < o->r.hi; i++) {
        uint32_t other = rw_odd_at(o, i);

        if (other == cp) {
            masks++;
            end = i + 1;
        } else if (other != ' ' && other != '-') {
            break;
        }
    }
    if (masks >= 3 &&
        (cp == 'x' || cp == 'X' || cp == '*' || cp == '?' || cp == '_' || cp == '#')) {
        rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.placeholder",
                          (struct rw_range){o->at, end});
        return true;
    }
    return false;
}

/* Does a word begin, or end, at mark i? Between letters only where a capital follows a small one. */
static bool is_edge(const struct odd *o, size_t i)
{
    uint32_t before = i > o->r.lo ? rw_odd_at(o, i - 1) : 0, behind = rw_odd_at(o, i);

    return !rw_odd_is_letter(before) || !rw_odd_is_letter(behind) ||
           (before >= 'a' && behind <= 'Z');
}

static bool has_word(const struct odd *o, const char *word)
{
    for (size_t i = o->r.lo; i < o->r.hi; i++)
        if (rw_parse_spells(o->p, (struct rw_range){i, o->r.hi}, word) && is_edge(o, i) &&
            is_edge(o, i + strlen(word)))
            return true;
    return false;
}

bool rw_odd_is_placeholder(struct odd *o)
{
    static const char *const brackets[] = {"{", "[", "<", "%s", "%d"};
    bool found = false;

    if (rw_odd_digits(o) >= RW_ADDRESS_DIGITS_MIN || rw_parse_find(o->p, o->r, '@') < o->r.hi)
        return false;
    for (size_t i = 0; i < sizeof(brackets) / sizeof(*brackets) && !found; i++)
        found = has_word(o, brackets[i]);
    for (const struct rw_placeholder_word *word = rw_placeholder_words; word->text && !found;
         word++)
        found = has_word(o, word->text);
    if (found)
        rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.placeholder", o->r);
    return found;
}

bool rw_odd_is_service_code(struct odd *o)
{
    uint32_t cp = rw_odd_at(o, o->r.lo);

    if (cp != '#' && cp != '*')
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.service_code",
                      (struct rw_range){o->r.lo, o->r.lo + 1});
    return true;
}

/* "anonymous", "alice", "SIP/201" */
bool rw_odd_is_no_number(struct odd *o)
{
    bool wordy = false;

    for (size_t i = o->r.lo; i < o->r.hi; i++)
        wordy |= rw_odd_is_wordy(rw_odd_at(o, i));
    if (!wordy || rw_odd_digits(o) >= RW_ADDRESS_DIGITS_MIN)
        return false;
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.not_a_number", o->r);
    o->p->out->code_point = rw_odd_at(o, o->at);
    return true;
}
