#include "api/roles.h"

#include "api/answer.h"
#include "auth/permission.h"

#include <jansson.h>

#include <stdio.h>

struct vocabulary {
    bool (*known)(struct rw_slice name);
    const char *(*at)(unsigned index);
    const char *code, *what;
};

static const struct vocabulary roles = {rw_role_known, rw_role_at, "role.unknown", "role"};
static const struct vocabulary scopes = {rw_scope_known, rw_scope_at, "scope.unknown", "scope"};

static void add_unknown(struct rw_request *r, const struct vocabulary *words, const char *member,
                        size_t index, struct rw_slice name)
{
    char all[160] = "", at[96];
    struct rw_err err;
    const char *word;

    for (unsigned i = 0; (word = words->at(i)); i++) {
        size_t n = strlen(all);

        (void)snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "", word);
    }
    (void)snprintf(at, sizeof(at), "/%s/%zu", member, index);
    rw_fail(&err, RW_MALFORMED, words->code, "there is no %s \"%.*s\"", words->what,
            (int)(name.n < 64 ? name.n : 64), name.p);
    rw_err_at(&err, at, -1, 0);
    rw_err_found(&err, "\"%.*s\"", (int)(name.n < 64 ? name.n : 64), name.p);
    rw_err_expected(&err, "%s", all);
    rw_request_fault(r, &err);
}

/* Every unknown name is a fault; what is left is joined by commas. */
static bool read_words(struct rw_request *r, const struct vocabulary *words, const char *member,
                       const char **ret)
{
    const json_t *array = json_object_get(r->body, member), *item;
    struct rw_buf text;
    struct rw_err err;
    size_t i;

    if (!json_is_array(array))
        return true;
    rw_buf_init(&text, RW_LIST_TEXT - 1);
    json_array_foreach(array, i, item)
    {
        struct rw_slice name = {json_string_value(item), json_string_length(item)};

        if (!words->known(name)) {
            add_unknown(r, words, member, i, name);
            continue;
        }
        if (text.len)
            rw_buf_putc(&text, ',');
        rw_buf_put(&text, name);
    }
    *ret = rw_arena_copy(r->arena, rw_buf_slice(&text));
    if (text.failed || !*ret) {
        rw_buf_done(&text);
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return false;
    }
    rw_buf_done(&text);
    if (r->faults->count == 0)
        return true;
    rw_answer_refuse(r);
    return false;
}

bool rw_roles_read(struct rw_request *r, const char *member, const char **ret)
{
    return read_words(r, &roles, member, ret);
}

bool rw_scopes_read(struct rw_request *r, const char *member, const char **ret)
{
    return read_words(r, &scopes, member, ret);
}
