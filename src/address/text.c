#include "address/text.h"

#include "base/utf8.h"

/* Where the decimal digits of each script begin (Unicode 15, general category Nd), but for ASCII. */
static const uint32_t zeros[] = {
    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,   0xc66,
    0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,  0x1810,
    0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,
    0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066, 0x110f0,
    0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
    0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0,
};

static const struct range {
    uint32_t first, last;
    enum rw_cp_kind kind;
} ranges[] = {
    {0x80, 0x9f, RW_CP_CONTROL},
    {0xa0, 0xa0, RW_CP_OTHER_SEPARATOR},
    {0xad, 0xad, RW_CP_INVISIBLE},
    {0xb7, 0xb7, RW_CP_OTHER_SEPARATOR},
    {0x34f, 0x34f, RW_CP_INVISIBLE},
    {0x61c, 0x61c, RW_CP_BIDI},
    {0x115f, 0x1160, RW_CP_INVISIBLE},
    {0x1680, 0x1680, RW_CP_OTHER_SEPARATOR},
    {0x180b, 0x180e, RW_CP_INVISIBLE},
    {0x2000, 0x200a, RW_CP_OTHER_SEPARATOR},
    {0x200b, 0x200d, RW_CP_INVISIBLE},
    {0x200e, 0x200f, RW_CP_BIDI},
    {0x2010, 0x2015, RW_CP_OTHER_SEPARATOR},
    {0x2022, 0x2022, RW_CP_OTHER_SEPARATOR},
    {0x2024, 0x2024, RW_CP_OTHER_SEPARATOR},
    {0x2027, 0x2027, RW_CP_OTHER_SEPARATOR},
    {0x2028, 0x2029, RW_CP_CONTROL},
    {0x202a, 0x202e, RW_CP_BIDI},
    {0x202f, 0x202f, RW_CP_OTHER_SEPARATOR},
    {0x2043, 0x2043, RW_CP_OTHER_SEPARATOR},
    {0x205f, 0x205f, RW_CP_OTHER_SEPARATOR},
    {0x2060, 0x2064, RW_CP_INVISIBLE},
    {0x2066, 0x2069, RW_CP_BIDI},
    {0x206a, 0x206f, RW_CP_INVISIBLE},
    {0x207a, 0x207a, RW_CP_OTHER_PLUS},
    {0x2212, 0x2212, RW_CP_OTHER_SEPARATOR},
    {0x2795, 0x2795, RW_CP_OTHER_PLUS},
    {0x3000, 0x3000, RW_CP_OTHER_SEPARATOR},
    {0x3164, 0x3164, RW_CP_INVISIBLE},
    {0xfe00, 0xfe0f, RW_CP_INVISIBLE},
    {0xfe58, 0xfe58, RW_CP_OTHER_SEPARATOR},
    {0xfe62, 0xfe62, RW_CP_OTHER_PLUS},
    {0xfe63, 0xfe63, RW_CP_OTHER_SEPARATOR},
    {0xfeff, 0xfeff, RW_CP_INVISIBLE},
    {0xff08, 0xff09, RW_CP_OTHER_SEPARATOR},
    {0xff0b, 0xff0b, RW_CP_OTHER_PLUS},
    {0xff0d, 0xff0e, RW_CP_OTHER_SEPARATOR},
    {0xff65, 0xff65, RW_CP_OTHER_SEPARATOR},
    {0xffa0, 0xffa0, RW_CP_INVISIBLE},
    {0xe0000, 0xe007f, RW_CP_INVISIBLE},
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* The zero of the script that cp is a digit of; 0 when it is none. */
static uint32_t zero_of(uint32_t cp)
{
    size_t lo = 0, hi = COUNT(zeros);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (zeros[mid] <= cp)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo && cp - zeros[lo - 1] < 10 ? zeros[lo - 1] : 0;
}

/* clang-format off */
enum { C = RW_CP_CONTROL, D = RW_CP_DIGIT, L = RW_CP_LETTER, O = RW_CP_OTHER, P = RW_CP_PLUS, S = RW_CP_SEPARATOR };
static const uint8_t ascii[0x80] = {
    C, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C,
    C, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C,
    S, O, O, O, O, O, O, O, S, S, O, P, O, S, S, O,
    D, D, D, D, D, D, D, D, D, D, O, O, O, O, O, O,
    O, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, O, O, O, O, O,
    O, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, O, O, O, O, C,
};
/* clang-format on */

enum rw_cp_kind rw_cp_kind_of(uint32_t cp)
{
    uint32_t zero;

    if (cp == RW_CP_BAD)
        return RW_CP_CONTROL; /* no more to be passed over than one */
    if (cp < 0x80)
        return ascii[cp];
    for (size_t i = 0; i < COUNT(ranges) && ranges[i].first <= cp; i++)
        if (cp <= ranges[i].last)
            return ranges[i].kind;
    zero = zero_of(cp);
    if (zero == 0)
        return RW_CP_OTHER;
    return zero == 0xff10 ? RW_CP_WIDE_DIGIT : RW_CP_OTHER_DIGIT;
}

int rw_cp_digit(uint32_t cp)
{
    uint32_t zero;

    if (cp >= '0' && cp <= '9')
        return (int)(cp - '0');
    if (cp < 0x80)
        return -1;
    zero = zero_of(cp);
    return zero ? (int)(cp - zero) : -1;
}

int rw_cp_hex(uint32_t cp)
{
    if (cp >= '0' && cp <= '9')
        return (int)(cp - '0');
    cp |= 0x20;
    return cp >= 'a' && cp <= 'f' ? (int)(cp - 'a' + 10) : -1;
}

bool rw_cp_is_space(uint32_t cp)
{
    return cp == ' ' || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
           cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

void rw_mark_set(struct rw_mark *mark, uint32_t cp)
{
    mark->cp = cp;
    mark->kind = (uint8_t)rw_cp_kind_of(cp);
    mark->digit = (int16_t)rw_cp_digit(cp);
}

size_t rw_text_decode(struct rw_slice text, struct rw_mark marks[RW_ADDRESS_INPUT_MAX],
                      uint32_t *ret_kinds)
{
    size_t n = 0, byte = 0;
    uint32_t kinds = 0;

    while (byte < text.n && n < RW_ADDRESS_INPUT_MAX) {
        struct rw_mark *mark = &marks[n];
        uint32_t cp = (unsigned char)text.p[byte];
        size_t used = 1;

        mark->at = (uint16_t)n++;
        mark->length = 1;
        mark->byte = (uint16_t)byte;
        if (cp < 0x80) {
            mark->cp = cp;
            mark->kind = ascii[cp];
            mark->digit = mark->kind == RW_CP_DIGIT ? (int16_t)(cp - '0') : -1;
        } else {
            used = rw_utf8_decode(rw_slice_from(text, byte), &cp);
            rw_mark_set(mark, used ? cp : RW_CP_BAD);
            used += used == 0;
        }
        mark->bytes = (uint16_t)used;
        byte += used;
        kinds |= UINT32_C(1) << mark->kind;
    }
    *ret_kinds = kinds;
    return n;
}

/* Names (Unicode's) of what can't be seen, is mistaken for something else, or breaks a line. */
static const struct {
    uint32_t cp;
    const char *name;
} names[] = {
    {0x00, "NULL"},
    {0x09, "CHARACTER TABULATION"},
    {0x0a, "LINE FEED"},
    {0x0b, "LINE TABULATION"},
    {0x0c, "FORM FEED"},
    {0x0d, "CARRIAGE RETURN"},
    {0x1b, "ESCAPE"},
    {0x20, "SPACE"},
    {0x21, "EXCLAMATION MARK"},
    {0x22, "QUOTATION MARK"},
    {0x23, "NUMBER SIGN"},
    {0x24, "DOLLAR SIGN"},
    {0x25, "PERCENT SIGN"},
    {0x26, "AMPERSAND"},
    {0x27, "APOSTROPHE"},
    {0x28, "LEFT PARENTHESIS"},
    {0x29, "RIGHT PARENTHESIS"},
    {0x2a, "ASTERISK"},
    {0x2b, "PLUS SIGN"},
    {0x2c, "COMMA"},
    {0x2d, "HYPHEN-MINUS"},
    {0x2e, "FULL STOP"},
    {0x2f, "SOLIDUS"},
    {0x3a, "COLON"},
    {0x3b, "SEMICOLON"},
    {0x3c, "LESS-THAN SIGN"},
    {0x3d, "EQUALS SIGN"},
    {0x3e, "GREATER-THAN SIGN"},
    {0x3f, "QUESTION MARK"},
    {0x40, "COMMERCIAL AT"},
    {0x5b, "LEFT SQUARE BRACKET"},
    {0x5c, "REVERSE SOLIDUS"},
    {0x5d, "RIGHT SQUARE BRACKET"},
    {0x5e, "CIRCUMFLEX ACCENT"},
    {0x5f, "LOW LINE"},
    {0x60, "GRAVE ACCENT"},
    {0x7b, "LEFT CURLY BRACKET"},
    {0x7c, "VERTICAL LINE"},
    {0x7d, "RIGHT CURLY BRACKET"},
    {0x7e, "TILDE"},
    {0x7f, "DELETE"},
    {0x85, "NEXT LINE"},
    {0xa0, "NO-BREAK SPACE"},
    {0xab, "LEFT-POINTING DOUBLE ANGLE QUOTATION MARK"},
    {0xad, "SOFT HYPHEN"},
    {0xb7, "MIDDLE DOT"},
    {0xbb, "RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK"},
    {0x34f, "COMBINING GRAPHEME JOINER"},
    {0x399, "GREEK CAPITAL LETTER IOTA"},
    {0x39f, "GREEK CAPITAL LETTER OMICRON"},
    {0x3bf, "GREEK SMALL LETTER OMICRON"},
    {0x406, "CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I"},
    {0x41e, "CYRILLIC CAPITAL LETTER O"},
    {0x43e, "CYRILLIC SMALL LETTER O"},
    {0x61c, "ARABIC LETTER MARK"},
    {0x115f, "HANGUL CHOSEONG FILLER"},
    {0x1160, "HANGUL JUNGSEONG FILLER"},
    {0x1680, "OGHAM SPACE MARK"},
    {0x180e, "MONGOLIAN VOWEL SEPARATOR"},
    {0x2000, "EN QUAD"},
    {0x2001, "EM QUAD"},
    {0x2002, "EN SPACE"},
    {0x2003, "EM SPACE"},
    {0x2004, "THREE-PER-EM SPACE"},
    {0x2005, "FOUR-PER-EM SPACE"},
    {0x2006, "SIX-PER-EM SPACE"},
    {0x2007, "FIGURE SPACE"},
    {0x2008, "PUNCTUATION SPACE"},
    {0x2009, "THIN SPACE"},
    {0x200a, "HAIR SPACE"},
    {0x200b, "ZERO WIDTH SPACE"},
    {0x200c, "ZERO WIDTH NON-JOINER"},
    {0x200d, "ZERO WIDTH JOINER"},
    {0x200e, "LEFT-TO-RIGHT MARK"},
    {0x200f, "RIGHT-TO-LEFT MARK"},
    {0x2010, "HYPHEN"},
    {0x2011, "NON-BREAKING HYPHEN"},
    {0x2012, "FIGURE DASH"},
    {0x2013, "EN DASH"},
    {0x2014, "EM DASH"},
    {0x2015, "HORIZONTAL BAR"},
    {0x2018, "LEFT SINGLE QUOTATION MARK"},
    {0x2019, "RIGHT SINGLE QUOTATION MARK"},
    {0x201c, "LEFT DOUBLE QUOTATION MARK"},
    {0x201d, "RIGHT DOUBLE QUOTATION MARK"},
    {0x201e, "DOUBLE LOW-9 QUOTATION MARK"},
    {0x2022, "BULLET"},
    {0x2027, "HYPHENATION POINT"},
    {0x2028, "LINE SEPARATOR"},
    {0x2029, "PARAGRAPH SEPARATOR"},
    {0x202a, "LEFT-TO-RIGHT EMBEDDING"},
    {0x202b, "RIGHT-TO-LEFT EMBEDDING"},
    {0x202c, "POP DIRECTIONAL FORMATTING"},
    {0x202d, "LEFT-TO-RIGHT OVERRIDE"},
    {0x202e, "RIGHT-TO-LEFT OVERRIDE"},
    {0x202f, "NARROW NO-BREAK SPACE"},
    {0x2043, "HYPHEN BULLET"},
    {0x205f, "MEDIUM MATHEMATICAL SPACE"},
    {0x2060, "WORD JOINER"},
    {0x2061, "FUNCTION APPLICATION"},
    {0x2062, "INVISIBLE TIMES"},
    {0x2063, "INVISIBLE SEPARATOR"},
    {0x2064, "INVISIBLE PLUS"},
    {0x2066, "LEFT-TO-RIGHT ISOLATE"},
    {0x2067, "RIGHT-TO-LEFT ISOLATE"},
    {0x2068, "FIRST STRONG ISOLATE"},
    {0x2069, "POP DIRECTIONAL ISOLATE"},
    {0x206a, "INHIBIT SYMMETRIC SWAPPING"},
    {0x206b, "ACTIVATE SYMMETRIC SWAPPING"},
    {0x206c, "INHIBIT ARABIC FORM SHAPING"},
    {0x206d, "ACTIVATE ARABIC FORM SHAPING"},
    {0x206e, "NATIONAL DIGIT SHAPES"},
    {0x206f, "NOMINAL DIGIT SHAPES"},
    {0x207a, "SUPERSCRIPT PLUS SIGN"},
    {0x20ac, "EURO SIGN"},
    {0x20e3, "COMBINING ENCLOSING KEYCAP"},
    {0x2212, "MINUS SIGN"},
    {0x2795, "HEAVY PLUS SIGN"},
    {0x3000, "IDEOGRAPHIC SPACE"},
    {0x3164, "HANGUL FILLER"},
    {0xfe00, "VARIATION SELECTOR-1"},
    {0xfe01, "VARIATION SELECTOR-2"},
    {0xfe02, "VARIATION SELECTOR-3"},
    {0xfe03, "VARIATION SELECTOR-4"},
    {0xfe04, "VARIATION SELECTOR-5"},
    {0xfe05, "VARIATION SELECTOR-6"},
    {0xfe06, "VARIATION SELECTOR-7"},
    {0xfe07, "VARIATION SELECTOR-8"},
    {0xfe08, "VARIATION SELECTOR-9"},
    {0xfe09, "VARIATION SELECTOR-10"},
    {0xfe0a, "VARIATION SELECTOR-11"},
    {0xfe0b, "VARIATION SELECTOR-12"},
    {0xfe0c, "VARIATION SELECTOR-13"},
    {0xfe0d, "VARIATION SELECTOR-14"},
    {0xfe0e, "VARIATION SELECTOR-15"},
    {0xfe0f, "VARIATION SELECTOR-16"},
    {0xfe58, "SMALL EM DASH"},
    {0xfe62, "SMALL PLUS SIGN"},
    {0xfe63, "SMALL HYPHEN-MINUS"},
    {0xfeff, "ZERO WIDTH NO-BREAK SPACE"},
    {0xff08, "FULLWIDTH LEFT PARENTHESIS"},
    {0xff09, "FULLWIDTH RIGHT PARENTHESIS"},
    {0xff0b, "FULLWIDTH PLUS SIGN"},
    {0xff0d, "FULLWIDTH HYPHEN-MINUS"},
    {0xff0e, "FULLWIDTH FULL STOP"},
    {0xff2f, "FULLWIDTH LATIN CAPITAL LETTER O"},
    {0xff4f, "FULLWIDTH LATIN SMALL LETTER O"},
    {0xffa0, "HALFWIDTH HANGUL FILLER"},
    {0xfffd, "REPLACEMENT CHARACTER"},
};

static size_t put_hex(char *dst, uint32_t cp)
{
    int digits = cp > 0xfffff ? 6 : cp > 0xffff ? 5 : 4;

    dst[0] = 'U';
    dst[1] = '+';
    for (int i = 0; i < digits; i++)
        dst[2 + i] = "0123456789ABCDEF"[cp >> 4 * (digits - 1 - i) & 0xf];
    return 2 + (size_t)digits;
}

const char *rw_address_code_point_name(uint32_t code_point, char dst[RW_ADDRESS_NAME_MAX])
{
    static const char bad[] = "a byte that is not UTF-8";
    char letter[] = "LATIN CAPITAL LETTER X", small[] = "LATIN SMALL LETTER X";
    const char *name = NULL;
    size_t n;

    if (code_point == RW_CP_BAD)
        return memcpy(dst, bad, sizeof(bad));
    for (size_t i = 0; i < COUNT(names) && !name; i++)
        if (names[i].cp == code_point)
            name = names[i].name;
    if (code_point >= 'a' && code_point <= 'z') {
        small[sizeof(small) - 2] = (char)(code_point - 'a' + 'A');
        name = small;
    } else if (code_point >= 'A' && code_point <= 'Z') {
        letter[sizeof(letter) - 2] = (char)code_point;
        name = letter;
    }
    n = put_hex(dst, code_point);
    dst[n] = '\0';
    if (name) {
        dst[n++] = ' ';
        memcpy(dst + n, name, strlen(name) + 1);
    }
    return dst;
}
