#include "address/placeholder.h"
#include "address/report.h"
#include "base/id.h"
#include "base/utf8.h"
#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct rw_address judge(const char *text, const struct rw_address_policy *policy)
{
    struct rw_address address;

    rw_address_judge(text, strlen(text), policy, &address);
    return address;
}

/* ------------------------------------------------------------------ any input */

static const char *const pieces[] = {
    "+",
    "65",
    "9123",
    "4567",
    " ",
    "-",
    "(0)",
    "(",
    ")",
    ".",
    "/",
    "tel:",
    "sip:",
    "@",
    "x.test",
    ";ext=",
    "12",
    ";phone-context=",
    "+44",
    "00",
    "011",
    "1",
    "0",
    "O",
    "I",
    "FLOWERS",
    "ext. ",
    "x",
    ",,",
    "w",
    "#",
    "*",
    "%2B",
    "%",
    "<",
    ">",
    "\"Bob\"",
    "{{",
    "}}",
    "call ",
    "or",
    "E9",
    "\xe2\x80\x8b",
    "\xe2\x80\xac",
    "\xef\xbc\x8b",
    "\xef\xbc\x96",
    "\xd9\xa6",
    "\xc2\xa0",
    "\xe2\x88\x92",
    "\xff",
    "\xc3",
    "\r",
    "\n",
    "\t",
    "911",
    "112",
    "999",
    "_",
    ":",
    "=",
    "&",
    "\xd0\x9e",
    "xxx",
    "***",
    "7",
    "8005550199",
};

static size_t random_text(char *dst, size_t size)
{
    size_t n = 0, count = rw_random_u64() % 9;

    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[rw_random_u64() % (sizeof(pieces) / sizeof(*pieces))];
        size_t len = strlen(piece);

        if (rw_random_u64() % 16 == 0) { /* now and then any byte */
            dst[n++] = (char)rw_random_u64();
            continue;
        }
        if (n + len + 1 >= size)
            break;
        memcpy(dst + n, piece, len);
        n += len;
    }
    return n;
}

static void whatever_comes_is_answered_well(void **state)
{
    static const char *const regions[] = {"", "SG", "US", "GB", "IT", "RU", "DE", "ZZ"};

    (void)state;
    for (int i = 0; i < 300000; i++) {
        struct rw_address_policy policy;
        struct rw_address address;
        char text[256];
        size_t n = random_text(text, sizeof(text));
        const char *broken;

        rw_address_policy_init(&policy);
        strcpy(policy.region, regions[i % 8]);
        policy.accept_vanity = i % 3 == 0;
        policy.accept_unicode = i % 5 != 0;
        policy.accept_separators = i % 7 != 0;
        policy.accept_extensions = i % 11 != 0;
        policy.accept_uris = i % 13 != 0;
        rw_address_judge(text, n, &policy, &address);
        broken = check_judgement((struct rw_slice){text, n}, &policy, &address);
        if (broken) {
            char clean[600];

            (void)rw_text_clean(clean, sizeof(clean), (struct rw_slice){text, n});
            fail_msg("[%s] %s", clean, broken);
        }
    }
}

/* However it is written, an emergency number is never called: neither as a number nor as an unassigned one. */
static void expect_no_call(const char *text, const struct rw_address_policy *policy)
{
    struct rw_address a = judge(text, policy);

    if (a.verdict == RW_ADDRESS_UNASSIGNED)
        fail_msg("[%s] in %s is called, although unassigned", text, policy->region);
    for (uint32_t i = 0; i < a.suggestion_count; i++)
        assert_int_equal(judge(a.suggestions[i].text, policy).verdict, RW_ADDRESS_OK);
}

/* With and without country code and trunk prefix, with something behind it. */
static void expect_no_call_to(const char *digits, uint16_t code,
                              const struct rw_address_policy *policy)
{
    static const char *const before[] = {"", "0", "(0)"};
    static const char *const behind[] = {"", " ext 5"};
    size_t befores;
    char text[40];

    /* A 0 in front is a trunk prefix where it changes nothing; elsewhere it is a digit of another number. */
    (void)snprintf(text, sizeof(text), "0%s", digits);
    befores = judge(text, policy).verdict == RW_ADDRESS_REFUSED ? 3 : 1;
    for (size_t i = 0; i < befores; i++)
        for (size_t j = 0; j < 2; j++) {
            (void)snprintf(text, sizeof(text), "%s%s%s", before[i], digits, behind[j]);
            expect_no_call(text, policy);
            (void)snprintf(text, sizeof(text), "+%u%s%s%s", code, before[i], digits, behind[j]);
            expect_no_call(text, policy);
            (void)snprintf(text, sizeof(text), "%u%s%s%s", code, before[i], digits, behind[j]);
            expect_no_call(text, policy);
        }
}

static void emergency_numbers_are_never_called(void **state)
{
    struct rw_address_policy policy;
    unsigned found = 0;

    (void)state;
    rw_address_policy_init(&policy);
    for (unsigned region = 0; region < 26 * 26; region++) {
        uint16_t code;

        policy.region[0] = (char)('A' + region / 26);
        policy.region[1] = (char)('A' + region % 26);
        if (!*rw_address_region_name(policy.region))
            continue;
        code = judge("555555555555555", &policy).country_code; /* is none, but of that country */
        for (unsigned number = 1; number < 1300; number++) {
            char digits[8];
            struct rw_address a;

            (void)snprintf(digits, sizeof(digits), "%02u", number);
            a = judge(digits, &policy);
            if (!a.code || strcmp(a.code, "address.emergency_number") != 0)
                continue;
            found++;
            expect_no_call_to(digits, code, &policy);
        }
    }
    assert_true(found > 500);
}

static void input_is_bounded(void **state)
{
    char text[4000];
    struct rw_address address;

    (void)state;
    for (size_t n = 500; n < sizeof(text); n += 3) {
        memset(text, n % 2 ? '1' : ' ', sizeof(text));
        text[0] = '+';
        rw_address_judge(text, n, NULL, &address);
        assert_int_equal(address.verdict == RW_ADDRESS_OK, false);
        assert_null(check_judgement((struct rw_slice){text, n}, NULL, &address));
        if (n > RW_ADDRESS_INPUT_MAX)
            assert_string_equal(address.code, "address.input_too_long");
    }
    rw_address_judge(NULL, 0, NULL, &address);
    assert_string_equal(address.code, "address.empty");
}

/* ------------------------------------------------------------------ policy */

static void the_policy_decides_what_is_accepted(void **state)
{
    static const struct {
        const char *input, *code; /* code with everything refused */
    } table[] = {
        {"+65 91234567", "address.separator_refused"},
        {"\xef\xbc\x8b"
         "6591234567",
         "address.unicode_refused"},
        {"tel:+6591234567", "address.uri_refused"},
        {"+6591234567;ext=1", "address.extension_refused"},
        {"+6591234567x1", "address.extension_refused"},
        {"+6591234567", NULL},
    };
    struct rw_address_policy strict = {.region = ""}, policy;

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_address a = judge(table[i].input, &strict);

        if (table[i].code)
            assert_string_equal(a.code, table[i].code);
        else
            assert_int_equal(a.verdict, RW_ADDRESS_OK);
        assert_int_equal(judge(table[i].input, NULL).verdict, RW_ADDRESS_OK);
    }
    rw_address_policy_init(&policy);
    policy.accept_vanity = true;
    assert_string_equal(judge("+1-800-FLOWERS", &policy).e164, "+18003569377");
}

static void types_and_regions_can_be_refused(void **state)
{
    struct rw_address_policy policy;
    struct rw_address a;

    (void)state;
    rw_address_policy_init(&policy);
    policy.refuse_types = 1u << RW_ADDRESS_SATELLITE | 1u << RW_ADDRESS_PREMIUM;
    policy.refuse_regions = "CU,KP";
    a = judge("+881612345678", &policy);
    assert_int_equal(a.verdict, RW_ADDRESS_REFUSED);
    assert_string_equal(a.code, "address.type_refused");
    assert_string_equal(a.e164, "+881612345678");
    a = judge("+85021234567", &policy);
    assert_string_equal(a.code, "address.region_refused");
    assert_string_equal(a.region, "KP");
    a = judge("+85091234567", &policy); /* unassigned, but there all the same */
    assert_string_equal(a.code, "address.region_refused");
    assert_int_equal(judge("+6591234567", &policy).verdict, RW_ADDRESS_OK);
    assert_int_equal(judge("+12025550123", &policy).verdict,
                     RW_ADDRESS_OK); /* of no single region */
}

/* ------------------------------------------------------------------ what comes out */

static void country_and_type_are_told(void **state)
{
    static const struct {
        const char *input, *region, *zones;
        uint16_t code;
        enum rw_address_type type;
    } table[] = {
        {"+6591234567", "SG", "Asia/Singapore", 65, RW_ADDRESS_MOBILE},
        {"+12025550143", "US", "America/New_York", 1, RW_ADDRESS_FIXED_OR_MOBILE},
        {"+442079460000", "GB", "Europe/London", 44, RW_ADDRESS_FIXED},
        {"+441534700000", "JE", "Europe/Jersey", 44, RW_ADDRESS_FIXED},
        {"+77011234567", "KZ", "Asia/Almaty,Asia/Aqtobe", 7, RW_ADDRESS_MOBILE},
        {"+80012345678", "001", "", 800, RW_ADDRESS_TOLL_FREE},
        {"+979123456789", "001", "", 979, RW_ADDRESS_PREMIUM},
        {"+881612345678", "001", "", 881, RW_ADDRESS_SATELLITE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_address a = judge(table[i].input, NULL);

        assert_string_equal(a.region, table[i].region);
        assert_int_equal(a.country_code, table[i].code);
        assert_int_equal(a.type, table[i].type);
        assert_string_equal(a.time_zones, table[i].zones);
        assert_true(a.possible && a.valid);
        assert_true(*rw_address_type_name(a.type));
    }
    assert_string_equal(rw_address_type_name(99), "");
    assert_string_equal(rw_address_verdict_name(RW_ADDRESS_REFUSED), "refused");
    assert_string_equal(rw_address_region_name("SG"), "Singapore");
    assert_string_equal(rw_address_region_name("001"), "");
    assert_string_equal(rw_address_region_name("ZZ"), "");
    assert_int_equal(strlen(rw_address_data_month()), strlen("2026-09"));
    assert_non_null(strstr(rw_address_data_version(), "google-libphonenumber "));
}

static void formats_are_written(void **state)
{
    static const struct {
        const char *input, *international, *national, *uri;
    } table[] = {
        {"+44 20 7946 0000 ext 12", "+44 20 7946 0000 ext. 12", "020 7946 0000 ext. 12",
         "tel:+442079460000;ext=12"},
        {"+6591234567", "+65 9123 4567", "9123 4567", "tel:+6591234567"},
        {"+12025550143", "+1 202-555-0143", "(202) 555-0143", "tel:+12025550143"},
        {"+5491134567890", "+54 9 11 3456-7890", "011 15-3456-7890", "tel:+5491134567890"},
        {"+390669812345", "+39 06 6981 2345", "06 6981 2345", "tel:+390669812345"},
        {"+6534567890", "+65 3456 7890", "3456 7890", "tel:+6534567890"}, /* unassigned */
        {"+8835100123456;ext=123456789012345", "+883 5100123456 ext. 123456789012345",
         "5100123456 ext. 123456789012345", "tel:+8835100123456;ext=123456789012345"},
    };
    struct rw_address none = judge("alice", NULL);
    char text[RW_ADDRESS_FORMAT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_address a = judge(table[i].input, NULL);

        assert_true(rw_address_write(&a, RW_ADDRESS_E164, text));
        assert_string_equal(text, a.e164);
        assert_true(rw_address_write(&a, RW_ADDRESS_INTERNATIONAL, text));
        assert_string_equal(text, table[i].international);
        assert_true(rw_address_write(&a, RW_ADDRESS_NATIONAL, text));
        assert_string_equal(text, table[i].national);
        assert_true(rw_address_write(&a, RW_ADDRESS_RFC3966, text));
        assert_string_equal(text, table[i].uri);
        assert_string_equal(judge(text, NULL).e164, a.e164);
    }
    assert_false(rw_address_write(&none, RW_ADDRESS_E164, text));
    assert_string_equal(text, "");
}

static void code_points_have_names(void **state)
{
    static const struct {
        uint32_t cp;
        const char *name;
    } table[] = {
        {0x202c, "U+202C POP DIRECTIONAL FORMATTING"},
        {'I', "U+0049 LATIN CAPITAL LETTER I"},
        {'z', "U+007A LATIN SMALL LETTER Z"},
        {0, "U+0000 NULL"},
        {0x5eb7, "U+5EB7"},
        {0x1f600, "U+1F600"},
        {0x10ffff, "U+10FFFF"},
        {0xffffffff, "a byte that is not UTF-8"},
    };
    char name[RW_ADDRESS_NAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        assert_string_equal(rw_address_code_point_name(table[i].cp, name), table[i].name);
    for (uint32_t cp = 0; cp < 0x110000; cp++)
        assert_true(strlen(rw_address_code_point_name(cp, name)) < RW_ADDRESS_NAME_MAX);
}

static void errors_carry_all_of_it(void **state)
{
    static const char input[] = "+659I234567", invisible[] = "+65\xe2\x80\xac"
                                                             "91234567";
    struct rw_address a = judge(input, NULL);
    struct rw_err err = {0};

    (void)state;
    assert_int_equal(rw_address_error(&a, RW_LIT(input), "/to/phoneNumber", &err), RW_MALFORMED);
    assert_string_equal(err.code, "address.lookalike_letter");
    assert_string_equal(err.pointer, "/to/phoneNumber");
    assert_int_equal(err.offset, 4);
    assert_int_equal(err.length, 1);
    assert_string_equal(err.found, "U+0049 LATIN CAPITAL LETTER I");
    assert_string_equal(err.suggestion, "+6591234567");
    a = judge(invisible, NULL);
    err = (struct rw_err){0};
    assert_int_equal(rw_address_error(&a, RW_LIT(invisible), "/to", &err), RW_OK);
    assert_null(err.code);
    rw_address_warning(&a, 0, "/to", &err);
    assert_string_equal(err.code, "address.bidi_control_removed");
    assert_int_equal(err.offset, 3);
    assert_string_equal(err.found, "U+202C POP DIRECTIONAL FORMATTING");
    assert_string_equal(err.suggestion, "+6591234567");
}

static void every_placeholder_word_is_known(void **state)
{
    (void)state;
    for (const struct rw_placeholder_word *word = rw_placeholder_words; word->text; word++)
        assert_string_equal(judge(word->text, NULL).code, "address.placeholder");
}

/* Some 48 bytes, then characters of two, three and four: none of them may be shown in part. */
static void what_was_found_is_cut_at_a_whole_character(void **state)
{
    static const char *const wide[] = {"\xc3\xa9", "\xe6\x97\xa5", "\xf0\x9f\x93\x9e"};
    char input[64], expected[64], text[RW_ADDRESS_FOUND_MAX];
    struct rw_address a = {.verdict = RW_ADDRESS_MALFORMED, .code = "address.not_a_number"};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (int before = 44; before <= 48; before++) {
            size_t kept = (size_t)before + strlen(wide[i]) <= 48 ? strlen(wide[i]) : 0;
            int n = snprintf(input, sizeof(input), "%.*s%s%s", before,
                             "012345678901234567890123456789012345678901234567", wide[i], "abcd");
            struct rw_slice found;
            struct rw_err err;

            a.span = (struct rw_address_span){.bytes = (uint16_t)n, .length = (uint16_t)n};
            found = rw_address_found(&a, (struct rw_slice){input, (size_t)n}, text);
            if (kept)
                kept = 48 - (size_t)before; /* and of what follows as much as there is room for */
            (void)snprintf(expected, sizeof(expected), "\"%.*s\"", before + (int)kept, input);
            assert_int_equal(found.n, strlen(expected));
            assert_memory_equal(found.p, expected, found.n);
            assert_int_equal(rw_address_error(&a, (struct rw_slice){input, (size_t)n}, "/to", &err),
                             RW_MALFORMED);
            assert_string_equal(err.found, expected);
        }
}

static void every_note_has_its_warning(void **state)
{
    static const char *const inputs[] = {" +6591234567",
                                         "tel:+6591234567",
                                         "+65-91234567",
                                         "+65\xc2\xa0"
                                         "91234567",
                                         "+65\xef\xbc\x99"
                                         "1234567",
                                         "+65\xd9\xa9"
                                         "1234567",
                                         "\xef\xbc\x8b"
                                         "6591234567",
                                         "+65\xe2\x80\x8b"
                                         "91234567",
                                         "tel:+65%39"
                                         "1234567",
                                         "tel:91234567;phone-context=+65",
                                         "+6591234567 ext 1",
                                         "+65 (0)91234567",
                                         "sip:+6591234567@x.test"};

    (void)state;
    for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs); i++) {
        struct rw_address a = judge(inputs[i], NULL);

        assert_int_equal(a.verdict, RW_ADDRESS_OK);
        assert_true(a.note_count > 0);
        for (uint32_t k = 0; k < a.note_count; k++) {
            struct rw_err err;

            rw_address_warning(&a, k, "", &err);
            assert_string_equal(err.code + strlen("address."), a.notes[k].code);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_comes_is_answered_well),
        cmocka_unit_test(emergency_numbers_are_never_called),
        cmocka_unit_test(input_is_bounded),
        cmocka_unit_test(the_policy_decides_what_is_accepted),
        cmocka_unit_test(types_and_regions_can_be_refused),
        cmocka_unit_test(country_and_type_are_told),
        cmocka_unit_test(formats_are_written),
        cmocka_unit_test(code_points_have_names),
        cmocka_unit_test(errors_carry_all_of_it),
        cmocka_unit_test(every_placeholder_word_is_known),
        cmocka_unit_test(what_was_found_is_cut_at_a_whole_character),
        cmocka_unit_test(every_note_has_its_warning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
