#include "api/rewrite.h"

#include "base/mem.h"
#include "json/write.h"

/* What is written from the wish, and not copied. */
static bool is_of_wish(const char *name)
{
    for (unsigned i = 0; i < RW_WISH_MEMBERS; i++)
        if (strcmp(rw_wish_names[i], name) == 0)
            return true;
    return strcmp(name, "callType") == 0;
}

static int put(const char *bytes, size_t n, void *arg)
{
    rw_buf_put(arg, (struct rw_slice){bytes, n});
    return 0;
}

/* A member that would be taken as it is. */
static bool is_right(const struct rw_schema_member *member, const json_t *value)
{
    struct rw_faults *faults;
    bool right;

    if (member->refused || member->read_only || is_of_wish(member->name) || json_is_null(value))
        return false;
    faults = rw_calloc(1, sizeof(*faults));
    if (!faults)
        return false;
    rw_schema_check(member->schema, value, RW_SCHEMA_REQUEST, faults, NULL);
    right = faults->count == 0;
    rw_free(faults);
    return right;
}

static void write_rest(struct rw_json_writer *w, const struct rw_schema *schema, const json_t *body)
{
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct rw_schema_member *member = &schema->members[i];
        const json_t *value = json_object_get(body, member->name);
        struct rw_buf text;

        if (!value || !is_right(member, value))
            continue;
        rw_buf_init(&text, RW_REWRITE_BYTES_MAX);
        if (json_dump_callback(value, put, &text, JSON_COMPACT | JSON_ENCODE_ANY) == 0 &&
            !text.failed)
            rw_json_raw(w, member->name, rw_buf_slice(&text));
        rw_buf_done(&text);
    }
}

static void write_number(struct rw_json_writer *w, const char *key, struct rw_slice number)
{
    if (!number.p)
        return;
    rw_json_open_object(w, key);
    rw_json_slice(w, "phoneNumber", number);
    rw_json_close(w);
}

static void write_wish(struct rw_json_writer *w, const struct rw_wish *wish)
{
    if (wish->contract_form) {
        rw_json_slice(w, "phoneNumber", wish->to);
        if (wish->from.p)
            rw_json_slice(w, "callerId", wish->from);
    } else {
        write_number(w, "to", wish->to);
        write_number(w, "from", wish->from);
        rw_json_str(w, "callType", "outbound");
    }
    if (wish->provider_id.p)
        rw_json_slice(w, "providerId", wish->provider_id);
    rw_json_opt(w, "callerIdName", wish->caller_name);
}

/* body NULL: the wish alone. */
static struct rw_slice render(const struct rw_schema *schema, const json_t *body,
                              const struct rw_wish *wish, struct rw_arena *arena)
{
    struct rw_slice text = {NULL, 0};
    struct rw_json_writer w;
    struct rw_buf buf;

    rw_buf_init(&buf, RW_REWRITE_BYTES_MAX);
    w = rw_json_writer(&buf);
    rw_json_open_object(&w, NULL);
    write_wish(&w, wish);
    if (body)
        write_rest(&w, schema, body);
    rw_json_close(&w);
    if (!buf.failed) {
        text.p = rw_arena_copy(arena, rw_buf_slice(&buf));
        text.n = text.p ? buf.len : 0;
    }
    rw_buf_done(&buf);
    return text;
}

struct rw_slice rw_rewrite(const struct rw_schema *schema, const json_t *body,
                           const struct rw_wish *wish, struct rw_arena *arena)
{
    struct rw_slice text = render(schema, body, wish, arena);

    return text.p ? text : render(schema, NULL, wish, arena);
}
