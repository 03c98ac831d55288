/* The catalogue of errors is sorted, complete in itself, and finds what is in it. */
#include "api/catalogue.h"
#include "api/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_entries(void **state)
{
    const struct rw_catalogue_entry *last = NULL;

    (void)state;
    assert_true(rw_catalogue_count() > 30);
    for (size_t i = 0; i < rw_catalogue_count(); i++) {
        const struct rw_catalogue_entry *entry = rw_catalogue_at(i);

        assert_true(!last || strcmp(last->code, entry->code) < 0);
        assert_ptr_equal(rw_catalogue_find(rw_slice_str(entry->code)), entry);
        assert_true(entry->class < RW_CLASS_COUNT); /* RW_OK: only ever a warning */
        assert_true(strlen(entry->title) > 5 && strlen(entry->help) > 10 && entry->example[0]);
        last = entry;
    }
    assert_null(rw_catalogue_at(rw_catalogue_count()));
}

static void test_unknown(void **state)
{
    static const char *const codes[] = {"",          "a",           "body", "body.",
                                        "body.empt", "body.emptyx", "zzz"};

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        assert_null(rw_catalogue_find(rw_slice_str(codes[i])));
    assert_string_equal(rw_catalogue_near(RW_LIT("body.unknown_membre"))->code,
                        "body.unknown_member");
    assert_string_equal(rw_catalogue_near(RW_LIT("body.notjson"))->code, "body.not_json");
    assert_null(rw_catalogue_near(RW_LIT("completely different")));
    assert_null(rw_catalogue_near(RW_LIT("")));
}

static void test_classes(void **state)
{
    (void)state;
    assert_string_equal(rw_catalogue_class_name(RW_MALFORMED), "malformed");
    assert_string_equal(rw_catalogue_class_name(RW_BAD_MEDIA_TYPE), "bad_media_type");
    assert_string_equal(rw_catalogue_class_name(RW_CLASS_COUNT), "unknown");
    for (int class = RW_OK; class < RW_CLASS_COUNT; class ++)
        assert_true(rw_catalogue_class_name((enum rw_class) class)[0]);
}

static void test_reference(void **state)
{
    struct rw_slice page = rw_reference_html();

    (void)state;
    assert_true(page.n > 10000);
    assert_true(rw_slice_starts(page, RW_LIT("<!doctype html>")));
    assert_non_null(memmem(page.p, page.n, "postConversationsCalls", 22));
    assert_non_null(memmem(page.p, page.n, "body.unknown_member", 19));
    assert_null(memmem(page.p, page.n, "<script", 7));
    assert_memory_equal(page.p + page.n - 8, "</html>\n", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
