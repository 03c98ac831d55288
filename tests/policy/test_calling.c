#include "../test.h"
#include "zone_file.h"

#include "base/mem.h"
#include "policy/calling.h"

/* The names are those that the numbering data gives; the rules are the tests'. */
static const char *const files[] = {"Singapore", "<+08>-8", NULL};

static struct rw_address number(const char *e164)
{
    struct rw_address address;

    rw_address_judge(e164, strlen(e164), NULL, &address);
    assert_string_equal(address.e164, e164);
    return address;
}

static const struct {
    const char *number, *allowed, *blocked, *types, *regions, *hours;
    bool high_risk;
    const char *codes[5]; /* of the refusals, in order; NULL at the end */
} table[] = {
    {"+6591234567", "", "", "", "", "", true, {NULL}},
    {"+881612345678", "", "", "", "", "", true, {"policy.high_risk"}},
    {"+881612345678", "", "", "", "", "", false, {NULL}},
    {"+881612345678", "8816", "", "", "", "", true, {NULL}},
    {"+881612345678", "", "", "satellite", "", "", false, {"policy.blocked_type"}},
    {"+881612345678",
     "",
     "881",
     "satellite",
     "SG",
     "",
     true,
     {"policy.blocked_prefix", "policy.high_risk", "policy.blocked_type",
      "policy.region_not_allowed"}},
    {"+979123456789", "", "", "", "", "", true, {"policy.high_risk"}},
    {"+252612345678", "", "", "", "", "", true, {"policy.high_risk"}},
    {"+6591234567", "", "65,6591", "", "", "", true, {"policy.blocked_prefix"}},
    {"+6591234567", "6591", "65,6591", "", "", "", true, {NULL}},
    {"+6591234567", "65", "65,6591", "", "", "", true, {"policy.blocked_prefix"}},
    {"+6591234567", "", "6592", "", "", "", true, {NULL}},
    {"+6561234567", "", "", "mobile", "", "", true, {NULL}},
    {"+6581234567", "", "", "mobile,premium", "", "", true, {"policy.blocked_type"}},
    {"+6581234567", "658", "", "mobile,premium", "MY", "", true, {NULL}},
    {"+6591234567", "", "", "", "MY,SG", "", true, {NULL}},
    {"+6591234567", "", "", "", "MY,DE", "", true, {"policy.region_not_allowed"}},
    {"+881612345678", "", "", "", "", "SG 08:00-20:00", false, {NULL}},
    {"+881612345678", "", "", "", "", "* 08:00-20:00", false, {"policy.zone_unknown"}},
    {"+6591234567", "65", "", "", "", "SG 08:00-20:00", false, {"policy.zone_unknown"}},
};

static void every_rule_refuses_by_itself(void **state)
{
    const char *directory = zone_directory(files);
    struct rw_zones *zones;

    (void)state;
    assert_int_equal(rw_zones_new(&zones, directory, NULL), RW_OK);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct rw_calling_texts texts = {table[i].allowed,
                                               table[i].blocked,
                                               table[i].types,
                                               table[i].regions,
                                               table[i].hours,
                                               table[i].high_risk,
                                               30};
        struct rw_address called = number(table[i].number);
        struct rw_faults faults = {.count = 0};
        struct rw_calling calling;
        struct rw_arena arena;
        uint32_t told = 0;
        bool allowed;

        rw_arena_init(&arena, 16384);
        assert_int_equal(rw_calling_compile(&texts, &arena, &calling, NULL), RW_OK);
        allowed = rw_calling_judge(&calling, &called, zones, 1795651200000, "/to", &faults);
        for (uint32_t j = 0; j < faults.count; j++) {
            assert_int_equal(faults.at[j].class, RW_FORBIDDEN);
            assert_string_equal(faults.at[j].pointer, "/to");
            assert_true(faults.at[j].found[0] && faults.at[j].expected[0]);
            if (!table[i].codes[j] || strcmp(faults.at[j].code, table[i].codes[j]) != 0)
                fail_msg("%zu: %s: %s", i, table[i].number, faults.at[j].code);
        }
        while (table[i].codes[told])
            told++;
        assert_int_equal(faults.count, told);
        assert_int_equal(allowed, !told);
        rw_arena_done(&arena);
    }
    rw_zones_free(zones);
    zone_directory_remove(directory, files);
}

static void a_refusal_says_when_to_call(void **state)
{
    struct rw_address called = number("+6591234567");
    const struct rw_calling_texts texts = {"", "", "", "", "SG 08:00-20:00", true, 30};
    const char *directory = zone_directory(files);
    struct rw_faults faults = {.count = 0};
    struct rw_calling calling;
    struct rw_zones *zones;
    struct rw_arena arena;

    (void)state;
    called.time_zones = "Singapore";
    rw_arena_init(&arena, 16384);
    assert_int_equal(rw_zones_new(&zones, directory, NULL), RW_OK);
    assert_int_equal(rw_calling_compile(&texts, &arena, &calling, NULL), RW_OK);
    /* 2026-11-26 22:12:30 UTC */
    assert_false(rw_calling_judge(&calling, &called, zones, 1795731150000, "/to", &faults));
    assert_string_equal(faults.at[0].code, "policy.outside_hours");
    assert_string_equal(faults.at[0].found, "06:12 in Singapore; the rule is SG 08:00-20:00");
    assert_string_equal(faults.at[0].expected,
                        "the call from 2026-11-27T00:00Z on, which is in 108 minutes");
    rw_zones_free(zones);
    rw_arena_done(&arena);
    zone_directory_remove(directory, files);
}

static void what_is_no_policy_is_refused(void **state)
{
    static const struct {
        struct rw_calling_texts texts;
        const char *code, *pointer, *found;
        int32_t offset;
    } bad[] = {
        {{"65,", "", "", "", "", true, 30}, "policy.bad_prefix", "/allowedPrefixes", "\"\"", 3},
        {{"", "65,x", "", "", "", true, 30}, "policy.bad_prefix", "/blockedPrefixes", "\"x\"", 3},
        {{"", "0", "", "", "", true, 30}, "policy.bad_prefix", "/blockedPrefixes", "\"0\"", 0},
        {{"", "1234567890123456", "", "", "", true, 30},
         "policy.bad_prefix",
         "/blockedPrefixes",
         "\"1234567890123456\"",
         0},
        {{"", "", "premium,cheap", "", "", true, 30},
         "policy.bad_type",
         "/blockedTypes",
         "\"cheap\"",
         8},
        {{"", "", "", "SG,QQ", "", true, 30}, "policy.bad_region", "/allowedRegions", "\"QQ\"", 3},
        {{"", "", "", "", "SG", true, 30}, "policy.bad_hours", "/callingHours", "\"SG\"", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct rw_calling calling;
        struct rw_arena arena;
        struct rw_err err;

        rw_arena_init(&arena, 16384);
        assert_int_equal(rw_calling_compile(&bad[i].texts, &arena, &calling, &err), RW_MALFORMED);
        assert_string_equal(err.code, bad[i].code);
        assert_string_equal(err.pointer, bad[i].pointer);
        assert_string_equal(err.found, bad[i].found);
        assert_int_equal(err.offset, bad[i].offset);
        rw_arena_done(&arena);
    }
}

static void memory_may_be_out(void **state)
{
    const struct rw_calling_texts texts = {"65", "66", "premium", "SG", "SG 08:00-20:00", true, 30};
    long live = rw_mem_live();

    (void)state;
    /* The bound of the arena ends it here or there: each piece of memory is refused in turn. */
    for (size_t max = 0; max < 4096; max += 16) {
        struct rw_calling calling;
        struct rw_arena arena;
        enum rw_class class;

        rw_arena_init(&arena, max);
        class = rw_calling_compile(&texts, &arena, &calling, NULL);
        assert_true(class == RW_OK || class == RW_NO_MEMORY);
        rw_arena_done(&arena);
    }
    assert_int_equal(rw_mem_live(), live);
}

static void a_tenant_that_set_nothing_has_the_list(void **state)
{
    struct rw_calling calling;
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 4096);
    assert_int_equal(rw_calling_compile(&rw_calling_default, &arena, &calling, NULL), RW_OK);
    assert_true(calling.high_risk);
    assert_string_equal(rw_prefixes_find(&rw_prefixes_high_risk, RW_LIT("881612345678")), "881");
    assert_null(rw_prefixes_find(&rw_prefixes_high_risk, RW_LIT("6591234567")));
    for (size_t i = 0; i < rw_prefixes_high_risk.count; i++)
        assert_true(strlen(rw_prefixes_high_risk.at[i]) <= rw_prefixes_high_risk.longest);
    for (size_t i = 1; i < rw_prefixes_high_risk.count; i++) /* the search relies on it */
        assert_true(strcmp(rw_prefixes_high_risk.at[i - 1], rw_prefixes_high_risk.at[i]) < 0);
    rw_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_refuses_by_itself),
        cmocka_unit_test(a_refusal_says_when_to_call),
        cmocka_unit_test(what_is_no_policy_is_refused),
        cmocka_unit_test(memory_may_be_out),
        cmocka_unit_test(a_tenant_that_set_nothing_has_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
