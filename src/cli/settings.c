#include "cli/settings.h"

#include "base/err.h"

#include <string.h>

#define SHOWN_MAX 80u
#define NAME_MAX_BYTES 64u

/* ------------------------------------------------------------------ setting */

static json_t *value_of(struct rw_slice text)
{
    json_t *value = text.n ? json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL) : json_null();

    return value ? value : json_stringn(text.p, text.n);
}

/* Where in the body a name leads: into a group, which is made when it is not there. */
static json_t *group_of(json_t *body, char *name, const char **ret_member)
{
    char *dot = strchr(name, '.');
    json_t *group;

    *ret_member = name;
    if (!dot)
        return body;
    *dot = '\0';
    *ret_member = dot + 1;
    group = json_object_get(body, name);
    if (!json_is_object(group)) {
        group = json_object();
        (void)json_object_set_new(body, name, group);
    }
    return group;
}

static void add_to_list(json_t *group, const char *member, json_t *value)
{
    json_t *now = json_object_get(group, member);

    if (!json_is_array(now)) {
        json_t *list = json_array();

        (void)json_array_append(list, now);
        (void)json_object_set_new(group, member, list);
        now = list;
    }
    if (value)
        (void)json_array_append_new(now, value);
}

static bool refuse(struct rw_cli *cli, struct rw_slice part)
{
    char clean[100];

    (void)rw_text_clean(clean, sizeof(clean), part);
    fprintf(cli->err, "ringwright: --set takes NAME=VALUE, separated by commas, not \"%s\"\n",
            clean);
    return false;
}

bool rw_cli_settings_set(struct rw_cli *cli, const char *text, json_t *body)
{
    char name[NAME_MAX_BYTES];
    const char *member = NULL;
    json_t *group = NULL;

    for (bool more = text != NULL; more; text++) {
        struct rw_slice part = {text, strcspn(text, ",")};
        size_t n = strcspn(text, ",=");

        text += part.n;
        more = *text != '\0';
        if (n < part.n) {
            if (!n || !rw_slice_copy(name, sizeof(name), (struct rw_slice){part.p, n}))
                return refuse(cli, part);
            group = group_of(body, name, &member);
            (void)json_object_set_new(group, member, value_of(rw_slice_from(part, n + 1)));
        } else if (!member) {
            return refuse(cli, part);
        } else {
            add_to_list(group, member, part.n ? value_of(part) : NULL);
        }
    }
    return true;
}

/* ------------------------------------------------------------------ showing */

static bool is_column(const struct rw_cli_column *columns, const char *path)
{
    while (columns->title && strcmp(columns->path, path) != 0)
        columns++;
    return columns->title != NULL;
}

void rw_cli_settings_show(struct rw_cli *cli, const json_t *object,
                          const struct rw_cli_column *columns)
{
    char paths[SHOWN_MAX][NAME_MAX_BYTES];
    struct rw_cli_column all[SHOWN_MAX + 1];
    const char *name, *member;
    json_t *group, *value;
    size_t n = 0;

    for (; columns[n].title && n < SHOWN_MAX; n++)
        all[n] = columns[n];
    json_object_foreach((json_t *)object, name, group)
    {
        if (!json_is_object(group) || json_object_get(group, "id"))
            continue; /* a reference to something else */
        json_object_foreach(group, member, value)
        {
            if (n < SHOWN_MAX &&
                (size_t)snprintf(paths[n], NAME_MAX_BYTES, "%s.%s", name, member) <
                    NAME_MAX_BYTES &&
                !is_column(columns, paths[n])) {
                all[n] = (struct rw_cli_column){paths[n], paths[n]};
                n++;
            }
        }
    }
    all[n] = (struct rw_cli_column){NULL, NULL};
    rw_cli_show_object(cli, object, all);
}
