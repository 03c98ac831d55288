/* What roles give, what scopes leave, and what a refusal says. */
#include "../test.h"

#include "auth/identity.h"
#include "auth/permission.h"

#include <stdlib.h>

static void test_sorted(void **state)
{
    (void)state;
    for (unsigned i = 1; rw_permission_at(i); i++)
        assert_true(strcmp(rw_permission_at(i - 1), rw_permission_at(i)) < 0);
    for (unsigned i = 1; rw_scope_at(i); i++)
        assert_true(strcmp(rw_scope_at(i - 1), rw_scope_at(i)) < 0);
    assert_null(rw_role_at(99));
    assert_true(rw_role_known(RW_LIT("agent")));
    assert_false(rw_role_known(RW_LIT("agen")));
    assert_false(rw_scope_known(RW_LIT("")));
}

static void test_roles(void **state)
{
    static const struct {
        const char *roles, *permission;
        bool has;
    } cases[] = {
        {"admin", "admin", true},
        {"admin", "telephony:plugin:all", true},
        {"supervisor", "admin", false},
        {"supervisor", "audits:audit:view", true},
        {"agent", "conversation:call:add", true},
        {"agent", "conversation:conference:add", true},
        {"agent", "conversation:agentlessCall:add", false},
        {"agent", "audits:audit:view", false},
        {"integrator", "conversation:agentlessCall:add", true},
        {"integrator", "conversation:call:add", false},
        {"viewer", "conversation:communication:view", true},
        {"viewer", "conversation:communication:disconnect", false},
        {"viewer,integrator", "conversation:agentlessCall:add", true},
        {" viewer , integrator ", "conversation:agentlessCall:add", true},
        {"Viewer", "conversation:communication:view", false},
        {"root", "admin", false},
        {"", "conversation:communication:view", false},
        {NULL, "conversation:communication:view", false},
        {",,", "conversation:communication:view", false},
        {"admin", "no:such:permission", false},
        {"admin", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_permissions set = rw_permissions_of_roles(cases[i].roles);

        assert_int_equal(rw_permissions_have(&set, cases[i].permission), cases[i].has);
    }
    for (unsigned i = 0; rw_permission_at(i); i++) {
        struct rw_permissions all = rw_permissions_of_roles("admin");

        assert_true(rw_permissions_have(&all, rw_permission_at(i)));
    }
}

static void test_scopes(void **state)
{
    static const struct {
        const char *list, *with, *scope;
        bool has;
        const char *text; /* of both together */
    } cases[] = {
        {"", "", "conversations", true, ""},
        {NULL, "users", "conversations", false, "users"},
        {"users", "", "users", true, "users"},
        {"users,conversations", "conversations", "users", false, "conversations"},
        {"users,conversations", "conversations,users", "users", true, "conversations,users"},
        {"nonsense", "", "users", false, ""},
        {"conversations", "", "conversations:readonly", false, "conversations"},
        {"users", "telephony", "users", false, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_scopes a = rw_scopes_of_list(cases[i].list), b = rw_scopes_of_list(cases[i].with);
        struct rw_scopes both = rw_scopes_both(&a, &b);
        char text[RW_LIST_TEXT];

        assert_int_equal(rw_scopes_have(&both, cases[i].scope), cases[i].has);
        assert_string_equal(rw_scopes_text(&both, text, sizeof(text)), cases[i].text);
    }
    struct rw_scopes two = rw_scopes_of_list("conversations,users");
    char small[16];
    assert_string_equal(rw_scopes_text(&two, small, sizeof(small)), "conversations");
}

static const char *const place[] = {"conversation:conference:add", "conversation:call:add", NULL};
static const char *const nothing[] = {NULL};
static const char *const call_scopes[] = {"conversations", "call:write", NULL};

static void test_check(void **state)
{
    static const struct {
        const char *roles, *scopes;
        const char *const *permissions, *const *needs;
        const char *code, *found, *expected;
    } cases[] = {
        {"agent", "", place, call_scopes, NULL, NULL, NULL},
        {"agent", "call:write", place, call_scopes, NULL, NULL, NULL},
        {"agent", "conversations", place, call_scopes, NULL, NULL, NULL},
        {"", "users", nothing, NULL, NULL, NULL, NULL},
        {"", "users", NULL, nothing, NULL, NULL, NULL},
        {"viewer", "", place, call_scopes, "auth.missing_permission", "roles: viewer",
         "conversation:conference:add or conversation:call:add; roles with it: admin, supervisor, "
         "agent"},
        {"", "", place, NULL, "auth.missing_permission", "roles: (none)", NULL},
        {"agent", "conversations:readonly,users", place, call_scopes, "auth.missing_scope",
         "scopes: conversations:readonly,users",
         "scope conversations or call:write, or a token that names no scopes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_identity id = {.roles = cases[i].roles,
                                 .scopes = cases[i].scopes,
                                 .permissions = rw_permissions_of_roles(cases[i].roles),
                                 .scope_set = rw_scopes_of_list(cases[i].scopes)};
        struct rw_err err = {0};
        enum rw_class class = rw_permission_check(&id, cases[i].permissions, cases[i].needs, &err);

        assert_int_equal(class, cases[i].code ? RW_FORBIDDEN : RW_OK);
        if (!cases[i].code)
            continue;
        assert_string_equal(err.code, cases[i].code);
        assert_string_equal(err.found, cases[i].found);
        if (cases[i].expected)
            assert_string_equal(err.expected, cases[i].expected);
    }
}

/* Every name in the API description is one that we know: a slip there would lock everybody out. */
static void check_words(const char *line, bool scopes)
{
    while (*line && *line != '[')
        line++;
    while (*line) {
        size_t n;

        line += strspn(line, "[], '\"");
        n = strcspn(line, "[], '\"\n");
        if (n == 0)
            break;
        if (scopes) {
            if (!rw_scope_known((struct rw_slice){line, n}))
                fail_msg("scope %.*s is not known", (int)n, line);
        } else {
            struct rw_permissions all = rw_permissions_of_roles("admin");
            char name[128];

            assert_true(rw_slice_copy(name, sizeof(name), (struct rw_slice){line, n}));
            if (!rw_permissions_have(&all, name))
                fail_msg("permission %s is not known", name);
        }
        line += n;
    }
}

static void test_description(void **state)
{
    FILE *f = fopen(API_DESCRIPTION, "r");
    unsigned seen = 0;
    char line[1024];

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        const char *text = line + strspn(line, " -");

        if (strncmp(text, "oauth2: [", 9) == 0)
            check_words(text, true);
        else if (strncmp(text, "x-permissions: [", 16) == 0)
            check_words(text, false);
        else
            continue;
        seen++;
    }
    (void)fclose(f);
    assert_true(seen > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted),      cmocka_unit_test(test_roles),
        cmocka_unit_test(test_scopes),      cmocka_unit_test(test_check),
        cmocka_unit_test(test_description),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
