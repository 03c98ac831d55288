#include "api/render.h"

#include "spend/money.h"

#include <stdio.h>
#include <string.h>

void rw_render_self(struct rw_json_writer *w, const char *collection, const char *id)
{
    char uri[200];

    (void)snprintf(uri, sizeof(uri), "/api/v2/%s/%s", collection, id);
    rw_json_str(w, "selfUri", uri);
}

void rw_render_words(struct rw_json_writer *w, const char *key, const char *words)
{
    rw_json_open_array(w, key);
    while (words && *words) {
        size_t n;

        words += strspn(words, " ");
        n = strcspn(words, ",");
        if (n)
            rw_json_slice(w, NULL, (struct rw_slice){words, n});
        words += n + (words[n] == ',');
    }
    rw_json_close(w);
}

void rw_render_ref(struct rw_json_writer *w, const char *key, const char *id, const char *name,
                   const char *collection)
{
    if (!id)
        return;
    rw_json_open_object(w, key);
    rw_json_str(w, "id", id);
    rw_json_opt(w, "name", name);
    if (collection)
        rw_render_self(w, collection, id);
    rw_json_close(w);
}

static void write_roles(struct rw_json_writer *w, const char *roles)
{
    rw_json_open_object(w, "authorization");
    rw_json_open_array(w, "roles");
    while (roles && *roles) {
        size_t n = strcspn(roles, ",");

        if (n) {
            rw_json_open_object(w, NULL);
            rw_json_slice(w, "id", (struct rw_slice){roles, n});
            rw_json_slice(w, "name", (struct rw_slice){roles, n});
            rw_json_close(w);
        }
        roles += n + (roles[n] == ',');
    }
    rw_json_close(w);
    rw_json_close(w);
}

void rw_render_user_open(struct rw_json_writer *w, const char *key, const struct rw_row_user *row)
{
    rw_json_open_object(w, key);
    rw_json_str(w, "id", row->id);
    rw_json_str(w, "name", row->name);
    rw_json_opt(w, "email", row->email);
    rw_json_opt(w, "username", row->email);
    rw_json_str(w, "state", row->state);
    rw_json_uint(w, "version", row->version);
    write_roles(w, row->roles);
    rw_render_self(w, "users", row->id);
}

void rw_render_user(struct rw_json_writer *w, const char *key, const struct rw_row_user *row)
{
    rw_render_user_open(w, key, row);
    rw_json_close(w);
}

void rw_render_amount(struct rw_json_writer *w, const char *key, int64_t micro)
{
    char text[RW_MONEY_TEXT];

    rw_json_str(w, key, rw_money_write(micro, text));
}
