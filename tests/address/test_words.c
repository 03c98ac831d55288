/* What is said about each code: that every one comes about, and that the sentences hold what is known. */
#include "address/report.h"
#include "address/words.h"
#include "check.h"
#include "examples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ------------------------------------------------------------------ every code comes about */

static bool says(const struct rw_address *a, const struct example *example)
{
    if (!example->note)
        return a->code && strcmp(a->code, example->code) == 0;
    for (uint32_t i = 0; i < a->note_count; i++)
        if (strcmp(a->notes[i].code, example->code + strlen("address.")) == 0)
            return a->verdict == RW_ADDRESS_OK || a->verdict == RW_ADDRESS_UNASSIGNED;
    return false;
}

static void every_example_gives_its_code(void **state)
{
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < example_count; i++) {
        struct rw_slice input = {examples[i].input, examples[i].length};
        struct rw_address_policy policy;
        struct rw_address a;
        const char *broken;

        example_policy(i, &policy);
        rw_address_judge(input.p, input.n, &policy, &a);
        broken = check_judgement(input, &policy, &a);
        if (broken)
            print_error("%s: %s\n", examples[i].code, broken);
        if (says(&a, &examples[i]) == examples[i].pending)
            print_error("%s: the example gives %s; %s\n", examples[i].code, a.code ? a.code : "ok",
                        examples[i].pending ? "it is not pending any more" : "it should give this");
        wrong += broken || says(&a, &examples[i]) == examples[i].pending;
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(example_count, rw_words_fault_count + rw_words_note_count);
}

/* ------------------------------------------------------------------ the tables */

static void a_code_is_found_by_its_name(void **state)
{
    static const char *const others[] = {"",        "address.", "address.trimmed", "zzz",
                                         "address", "trimmed ", "address.too",     "0"};

    (void)state;
    for (size_t i = 0; i < rw_words_fault_count; i++) {
        const struct rw_words *words = &rw_words_faults[i];

        assert_true(i == 0 || strcmp(words[-1].code, words->code) < 0);
        assert_ptr_equal(rw_words_of_fault(words->code), words);
        assert_null(rw_words_of_note(words->code + strlen("address.")));
        assert_string_equal(rw_address_message(words->code), words->message);
    }
    for (size_t i = 0; i < rw_words_note_count; i++) {
        const struct rw_words *words = &rw_words_notes[i];
        const char *note = words->code + strlen("address.");

        assert_true(i == 0 || strcmp(words[-1].code, words->code) < 0);
        assert_ptr_equal(rw_words_of_note(note), words);
        assert_string_equal(rw_address_note_meaning(note), words->message);
        assert_string_equal(rw_address_message(words->code), "");
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        assert_null(rw_words_of_fault(others[i]));
        assert_true(strcmp(others[i], "trimmed") == 0 || !rw_words_of_note(others[i]));
    }
    assert_string_equal(rw_address_message(NULL), "");
    assert_string_equal(rw_address_note_meaning(NULL), "");
}

/* A judgement of which all is known, for any code. */
static struct rw_address known(const char *code)
{
    return (struct rw_address){.code = code,
                               .region = "SG",
                               .country_code = 65,
                               .type = RW_ADDRESS_PREMIUM,
                               .before = "+653",
                               .allowed_digits = 1u << 1 | 1u << 2,
                               .lengths = 1u << 8 | 1u << 10 | 1u << 11};
}

/* One line of printable ASCII of less than size bytes, with no template left in it. */
static void assert_line(const char *text, size_t size)
{
    assert_true(strlen(text) < size);
    for (const char *p = text; *p; p++)
        if (*p < 0x20 || *p > 0x7e || *p == '{' || *p == '}')
            fail_msg("\"%s\"", text);
}

static void every_template_can_be_filled(void **state)
{
    (void)state;
    for (size_t i = 0; i < rw_words_fault_count; i++) {
        const struct rw_words *words = &rw_words_faults[i];
        struct rw_address all = known(words->code), nothing = {.code = words->code};
        char text[200];

        assert_line(rw_address_explain(&all, text, sizeof(text)), sizeof(text));
        /* The beginning of the first template, up to what is put in. */
        if (words->explain[0])
            assert_memory_equal(text, words->explain[0], strcspn(words->explain[0], "{"));
        if (words->explain[0] && strcmp(text, words->message) == 0)
            fail_msg("%s: the first template is never filled", words->code);
        assert_line(rw_address_expected(&all, text, 160), 160);
        if (words->expected[0])
            assert_memory_equal(text, words->expected[0], strcspn(words->expected[0], "{"));
        assert_true(text[0]);
        assert_string_equal(rw_address_explain(&nothing, text, sizeof(text)), words->message);
        assert_line(rw_address_expected(&nothing, text, 160), 160);
    }
}

/* ------------------------------------------------------------------ sentences */

static const struct sentence {
    struct rw_address address;
    const char *explain, *expected;
} sentences[] = {
    {{.code = "address.unassigned_range",
      .region = "SG",
      .country_code = 65,
      .before = "+653",
      .allowed_digits = 1u << 1 | 1u << 2},
     "no such number range in Singapore (+65)",
     "after +653 only 1 or 2 can follow"},
    {{.code = "address.unassigned_range",
      .country_code = 1,
      .before = "+155",
      .allowed_digits = 1u << 1 | 1u << 7 | 1u << 9},
     "no such number range under +1",
     "after +155 only 1, 7 or 9 can follow"},
    {{.code = "address.unassigned_range",
      .region = "ZZ",
      .country_code = 1,
      .before = "+1",
      .allowed_digits = 0x3fc},
     "no such number range under +1",
     "after +1 only 2 to 9 can follow"},
    {{.code = "address.unassigned_range", .country_code = 65, .allowed_digits = 1u << 9},
     "no such number range under +65",
     "9"},
    {{.code = "address.unassigned_range"}, "there is no such number range", ""},
    {{.code = "address.too_short",
      .region = "SG",
      .country_code = 65,
      .before = "+659123456",
      .lengths = 1u << 8 | 1u << 10 | 1u << 11},
     "7 digits after +65 are too few for Singapore",
     "8, 10 or 11 digits after +65"},
    {{.code = "address.too_short", .country_code = 1, .before = "+12", .lengths = 1u << 10},
     "1 digit after +1 is too few",
     "10 digits after +1"},
    {{.code = "address.too_short", .region = "SG", .country_code = 65, .before = "+65"},
     "there are too few digits after +65 for Singapore",
     "at least 7 digits, the country code among them"},
    {{.code = "address.too_short", .country_code = 65, .before = "+6"},
     "there are too few digits after +65",
     "at least 7 digits, the country code among them"},
    {{.code = "address.too_short"},
     "digits are missing",
     "at least 7 digits, the country code among them"},
    {{.code = "address.too_long",
      .region = "SG",
      .country_code = 65,
      .before = "+6512345678901",
      .lengths = 1u << 8 | 1u << 10 | 1u << 11},
     "more than 11 digits after +65 are too many for Singapore",
     "8, 10 or 11 digits after +65"},
    {{.code = "address.too_long", .country_code = 52, .lengths = 1u << 10},
     "more than 10 digits after +52 are too many",
     "10 digits after +52"},
    {{.code = "address.bad_length",
      .region = "SG",
      .country_code = 65,
      .before = "+65912345678",
      .lengths = 1u << 8 | 1u << 10 | 1u << 11},
     "no number of Singapore has 9 digits after +65",
     "8, 10 or 11 digits after +65"},
    {{.code = "address.bad_length", .region = "SG", .country_code = 65, .lengths = 1u << 8},
     "numbers of Singapore have another length",
     "8 digits after +65"},
    {{.code = "address.bad_length", .country_code = 290, .lengths = 1u << 4 | 1u << 5},
     "numbers under +290 have another length",
     "4 or 5 digits after +290"},
    {{.code = "address.too_long", .country_code = 1}, "there are too many digits after +1", ""},
    {{.code = "address.length_for_prefix",
      .region = "SG",
      .country_code = 65,
      .before = "+656",
      .lengths = 1u << 8},
     "numbers that begin with +656 have another length",
     "8 digits after +65"},
    {{.code = "address.length_for_prefix", .country_code = 49, .before = "+4930", .lengths = 0xff0},
     "numbers that begin with +4930 have another length",
     "4 to 11 digits after +49"},
    {{.code = "address.area_code_missing", .region = "SG", .country_code = 65},
     "this is a number within an area of Singapore: after +65 the area code is missing",
     "an area code after +65"},
    {{.code = "address.area_code_missing", .country_code = 1},
     "after +1 the area code is missing",
     "an area code after +1"},
    {{.code = "address.trunk_prefix", .country_code = 49, .before = "+49"},
     "a prefix that is dialled only within the country stands after +49",
     "the area code or number right after +49"},
    {{.code = "address.cc_unassigned", .before = "+210"},
     "no country has the code +210",
     "an assigned country code, such as 65 or 1"},
    {{.code = "address.cc_unassigned"},
     "no country has this code",
     "an assigned country code, such as 65 or 1"},
    {{.code = "address.cc_leading_zero", .before = "+", .allowed_digits = 0x3fe},
     "no country code begins with 0",
     "a country code: 1 to 9"},
    {{.code = "address.type_refused", .type = RW_ADDRESS_FIXED_OR_MOBILE},
     "fixed or mobile numbers may not be called",
     ""},
    {{.code = "address.region_refused", .region = "SG"},
     "numbers of Singapore may not be called",
     ""},
    {{.code = "address.short_code", .lengths = 1u << 1},
     "short numbers work only within one network, "
     "not from here",
     "'+', a country code and the whole number"},
    {{.code = "address.unexpected_char", .lengths = 1u << 1},
     "this character has no place in a number",
     "1 digit"},
    {{.code = "address.no_such_code", .lengths = 1u << 7}, "", ""},
    {{.code = NULL}, "", ""},
    /* What no judgement holds, but a caller might: nothing of it reaches the line. */
    {{.code = "address.cc_unassigned", .before = "+2\n"},
     "no country has this code",
     "an assigned country code, such as 65 or 1"},
    {{.code = "address.type_refused", .type = RW_ADDRESS_TYPES},
     "numbers of this type may not be called",
     ""},
};

static void sentences_hold_what_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++) {
        const struct sentence *s = &sentences[i];
        char text[200];

        assert_string_equal(rw_address_explain(&s->address, text, sizeof(text)), s->explain);
        assert_string_equal(rw_address_expected(&s->address, text, sizeof(text)), s->expected);
    }
}

static void a_sentence_is_cut_where_there_is_no_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++) {
        const struct rw_address *a = &sentences[i].address;

        for (size_t size = 1; size < 100; size++) {
            char text[101];

            memset(text, '#', sizeof(text));
            assert_ptr_equal(rw_address_explain(a, text, size), text);
            assert_int_equal(text[size], '#');
            assert_memory_equal(text, sentences[i].explain, strlen(text));
            assert_true(strlen(text) == size - 1 || strlen(text) == strlen(sentences[i].explain));
            memset(text, '#', sizeof(text));
            assert_ptr_equal(rw_address_expected(a, text, size), text);
            assert_int_equal(text[size], '#');
            assert_memory_equal(text, sentences[i].expected, strlen(text));
        }
    }
    assert_null(rw_address_explain(&sentences[0].address, NULL, 0));
    assert_null(rw_address_expected(&sentences[0].address, NULL, 0));
}

/* ------------------------------------------------------------------ as an error */

static void an_error_says_what_is_known(void **state)
{
    struct rw_address a = known("address.unassigned_range");
    struct rw_err err;

    (void)state;
    a.verdict = RW_ADDRESS_UNASSIGNED;
    assert_int_equal(rw_address_error(&a, RW_LIT("+6534567890"), "/to", &err), RW_MALFORMED);
    assert_string_equal(err.message, "no such number range in Singapore (+65)");
    assert_string_equal(err.expected, "after +653 only 1 or 2 can follow");
    a = known("address.region_refused");
    a.verdict = RW_ADDRESS_REFUSED;
    assert_int_equal(rw_address_error(&a, RW_LIT(""), "/to", &err), RW_FORBIDDEN);
    a.code = "address.emergency_number";
    assert_int_equal(rw_address_error(&a, RW_LIT(""), "/to", &err), RW_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_gives_its_code),
        cmocka_unit_test(a_code_is_found_by_its_name),
        cmocka_unit_test(every_template_can_be_filled),
        cmocka_unit_test(sentences_hold_what_is_known),
        cmocka_unit_test(a_sentence_is_cut_where_there_is_no_room),
        cmocka_unit_test(an_error_says_what_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
