#include "../test.h"
#include "base/mem.h"
#include "policy/zone_name.h"
#include "policy/zones.h"
#include "zone_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const files[] = {"Singapore", "<+08>-8", NULL};
static const char tab[] =
    "# comment\tand\tAsia/Nowhere\n"
    "SG\t+0117+10351\tAsia/Singapore\n"
    "US\t+404251-0740023\tAmerica/New_York\tEastern (most areas)\n"
    "US\t+340308-1181434\tAmerica/Los_Angeles\tPacific\r\n"
    "TO\t-210800-1751200\tPacific/Tongatapu\n"
    "broken\n\tline\n"
    "XX\t1\tX/ThisNameIsLongerThanAnyZoneThatThereIsOrThatAnybodyWouldEverMakeUp\n";

static const char *directory;

static int setup(void **state)
{
    char path[128];
    FILE *file;

    (void)state;
    directory = zone_directory(files);
    (void)snprintf(path, sizeof(path), "%s/zone.tab", directory);
    file = fopen(path, "w");
    return file && fputs(tab, file) >= 0 && fclose(file) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
    char path[128];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/zone.tab", directory);
    (void)unlink(path);
    zone_directory_remove(directory, files);
    return 0;
}

static void names_are_known(void **state)
{
    (void)state;
    assert_true(rw_zone_name_known(directory, RW_LIT("Singapore")));
    assert_false(rw_zone_name_known(directory, RW_LIT("singapore")));
    assert_false(rw_zone_name_known(directory, RW_LIT("zone.tab")));
    assert_false(rw_zone_name_known(directory, RW_LIT("../etc/passwd")));
    assert_false(rw_zone_name_known(directory, RW_LIT("")));
    rw_mem_fail_after(0);
    assert_false(rw_zone_name_known(directory, RW_LIT("Singapore")));
    rw_mem_fail_after(-1);
}

static void the_one_that_was_meant_is_found(void **state)
{
    static const struct {
        const char *given, *near; /* NULL: none */
    } table[] = {
        {"asia/singapore", "Asia/Singapore"},
        {"Asia/Singapoer", "Asia/Singapore"},
        {"Singapore", "Asia/Singapore"},
        {"new york", "America/New_York"},
        {"America/New York", "America/New_York"},
        {"US/Los_Angeles", NULL},
        {"LosAngeles", "America/Los_Angeles"},
        {"Nowhere", NULL},
        {"SGT", NULL},
        {"X", NULL},
        {"", NULL},
        {"a name that is longer than any zone that there is or that anybody would make up", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        char near[RW_ZONE_NAME_SIZE] = "none";

        assert_int_equal(rw_zone_name_nearest(directory, rw_slice_str(table[i].given), near),
                         table[i].near != NULL);
        assert_string_equal(near, table[i].near ? table[i].near : "none");
    }
    assert_false(
        rw_zone_name_nearest("/nowhere", RW_LIT("Singapore"), (char[RW_ZONE_NAME_SIZE]){""}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_known),
        cmocka_unit_test(the_one_that_was_meant_is_found),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
