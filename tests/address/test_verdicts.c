#include "base/utf8.h"
#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* verdicts.tsv, whose columns its head explains. */
enum column { REGION, INPUT, VERDICT, AT, LEN, CHAR, NOTES, EXT, SUGGEST, DATA, COLUMNS };

static const char *path;

static size_t unescape(const char *text, char *dst)
{
    size_t n = 0;

    while (*text) {
        if (strncmp(text, "\\u{", 3) == 0) {
            char *end;
            unsigned long cp = strtoul(text + 3, &end, 16);

            n += rw_utf8_encode((uint32_t)cp, dst + n);
            text = end + 1;
        } else {
            dst[n++] = *text++;
        }
    }
    return n;
}

static void join(char *dst, size_t size, const char *part, const char *with)
{
    size_t n = strlen(dst);

    (void)snprintf(dst + n, size - n, "%s%s", n ? with : "", part);
}

/* Time zones in full when they are one or two, else how many. */
static void describe_zones(const char *zones, char *dst, size_t size)
{
    size_t count = *zones != '\0';

    for (const char *p = zones; *p; p++)
        count += *p == ',';
    if (count > 2)
        (void)snprintf(dst, size, "%zu zones", count);
    else
        (void)snprintf(dst, size, "%s", zones);
}

/* What the numbering data says: of a number whose it is, of a fault what could stand there. */
static void describe_data(const struct rw_address *a, char *dst, size_t size)
{
    char zones[80], item[24];

    *dst = '\0';
    if (a->e164[0]) {
        describe_zones(a->time_zones, zones, sizeof(zones));
        join(dst, size, a->region[0] ? a->region : "?", " ");
        join(dst, size, rw_address_type_name(a->type), " ");
        join(dst, size, zones, " ");
    }
    for (unsigned i = 0; i < 10; i++)
        if (a->allowed_digits >> i & 1) {
            (void)snprintf(item, sizeof(item), "%s%u",
                           strstr(dst, "allowed=") ? "" : "allowed=", i);
            join(dst, size, item, strstr(dst, "allowed=") ? "" : " ");
        }
    for (unsigned i = 0; i < 32; i++)
        if (a->lengths >> i & 1) {
            (void)snprintf(item, sizeof(item), "%s%u",
                           strstr(dst, "lengths=") ? "" : "lengths=", i);
            join(dst, size, item, strstr(dst, "lengths=") ? "," : " ");
        }
}

static void describe(const struct rw_address *a, char *dst, size_t size)
{
    char notes[300] = "", suggestions[200] = "", cp[16] = "", data[200];

    for (uint32_t i = 0; i < a->note_count; i++)
        join(notes, sizeof(notes), a->notes[i].code, ",");
    for (uint32_t i = 0; i < a->suggestion_count; i++)
        join(suggestions, sizeof(suggestions), a->suggestions[i].text, " ");
    if (a->code_point)
        (void)snprintf(cp, sizeof(cp), "U+%04X", a->code_point);
    describe_data(a, data, sizeof(data));
    if (a->verdict == RW_ADDRESS_OK)
        (void)snprintf(dst, size, "ok %s\t\t\t%s\t%s\t%s\t%s\t%s", a->e164, cp, notes, a->extension,
                       suggestions, data);
    else
        (void)snprintf(dst, size, "%s\t%u\t%u\t%s\t%s\t%s\t%s\t%s", a->code, a->span.at,
                       a->span.length, cp, notes, a->extension, suggestions, data);
}

static bool check_row(char *line)
{
    char *column[COLUMNS] = {line}, want[1024], got[1024], input[1024];
    struct rw_address_policy policy;
    struct rw_address address;
    const char *broken;
    size_t n;

    for (int i = 1; i < COLUMNS; i++) {
        column[i] = strchr(column[i - 1], '\t');
        if (!column[i])
            fail_msg("\"%s\": column %d is missing", line, i);
        *column[i]++ = '\0';
    }
    n = unescape(column[INPUT], input);
    rw_address_policy_init(&policy);
    if (strcmp(column[REGION], "-") != 0)
        (void)snprintf(policy.region, sizeof(policy.region), "%.2s", column[REGION]);
    rw_address_judge(input, n, &policy, &address);
    describe(&address, got, sizeof(got));
    (void)snprintf(want, sizeof(want), "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", column[VERDICT],
                   column[AT], column[LEN], column[CHAR], column[NOTES], column[EXT],
                   column[SUGGEST], column[DATA]);
    broken = check_judgement((struct rw_slice){input, n}, &policy, &address);
    if (broken)
        print_error("[%s] %s\n", column[INPUT], broken);
    if (strcmp(got, want) != 0)
        print_error("[%s]\n  got  %s\n  want %s\n", column[INPUT], got, want);
    return !broken && strcmp(got, want) == 0;
}

static void every_row_is_answered(void **state)
{
    FILE *f = fopen(path, "r");
    char line[2048];
    int rows = 0, wrong = 0;

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#')
            continue;
        rows++;
        wrong += !check_row(line);
    }
    (void)fclose(f);
    assert_int_equal(wrong, 0);
    assert_true(rows > 200);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_is_answered)};

    if (argc != 2)
        return 2;
    path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
