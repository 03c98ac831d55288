#include "event/event.h"

#include "base/utf8.h"
#include "call/reason.h"
#include "json/read.h"
#include "json/write.h"

/* ------------------------------------------------------------------ endings */

void rw_event_encode_ending(struct rw_buf *buf, const struct rw_ending *ending)
{
    struct rw_json_writer w = rw_json_writer(buf);

    rw_json_open_object(&w, NULL);
    if (ending->disconnect != RW_DISC_NONE)
        rw_json_str(&w, "disconnect", rw_disconnect_name(ending->disconnect));
    if (ending->said_by != RW_SAID_NOBODY)
        rw_json_str(&w, "saidBy", rw_said_by_name(ending->said_by));
    if (ending->sip_code)
        rw_json_uint(&w, "sipCode", ending->sip_code);
    if (ending->sip_reason[0])
        rw_json_str(&w, "sipReason", ending->sip_reason);
    if (ending->q850)
        rw_json_uint(&w, "q850", ending->q850);
    rw_json_opt(&w, "reason", ending->reason);
    if (ending->trunks_tried)
        rw_json_uint(&w, "trunksTried", ending->trunks_tried);
    rw_json_close(&w);
}

static enum rw_class unreadable(struct rw_err *err, const char *what)
{
    return rw_fail(err, RW_IO, "event.unreadable", "an event of the log can't be read: %s", what);
}

static struct rw_slice text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value)
               ? (struct rw_slice){json_string_value(value), json_string_length(value)}
               : (struct rw_slice){NULL, 0};
}

static uint16_t small_of(const json_t *object, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(object, name));

    return n > 0 && n <= 0xffff ? (uint16_t)n : 0;
}

static enum rw_class read_object(struct rw_slice data, json_t **ret, struct rw_err *err)
{
    enum rw_class rc = rw_json_read(data, NULL, ret, NULL);

    if (rc == RW_NO_MEMORY)
        return rw_fail_memory(err);
    if (rc != RW_OK)
        return unreadable(err, "it is not JSON");
    if (json_is_object(*ret))
        return RW_OK;
    json_decref(*ret);
    return unreadable(err, "it is no object");
}

enum rw_class rw_event_decode_ending(struct rw_slice data, struct rw_arena *arena,
                                     struct rw_ending *ret, struct rw_err *err)
{
    struct rw_ending ending = {0};
    struct rw_slice reason;
    json_t *object = NULL;
    enum rw_class rc = read_object(data, &object, err);

    if (rc != RW_OK)
        return rc;
    (void)rw_disconnect_parse(text_of(object, "disconnect"), &ending.disconnect);
    (void)rw_said_by_parse(text_of(object, "saidBy"), &ending.said_by);
    ending.sip_code = small_of(object, "sipCode");
    ending.q850 = small_of(object, "q850");
    ending.trunks_tried = (uint8_t)small_of(object, "trunksTried");
    (void)rw_slice_copy(ending.sip_reason, sizeof(ending.sip_reason), text_of(object, "sipReason"));
    reason = text_of(object, "reason");
    if (reason.n) {
        ending.reason = rw_reason_intern(reason);
        if (!ending.reason)
            ending.reason = rw_arena_copy(arena, reason);
        if (!ending.reason)
            rc = rw_fail_memory(err);
    }
    json_decref(object);
    if (rc == RW_OK)
        *ret = ending;
    return rc;
}

/* ------------------------------------------------------------------ dialogs */

/* The text members of a dialog, by one table for both directions. */
static const struct member {
    const char *name;
    size_t at, size;
} members[] = {
#define MEMBER(name, member)                                                                       \
    {                                                                                              \
        name, offsetof(struct rw_leg_dialog, member), sizeof(((struct rw_leg_dialog *)0)->member)  \
    }
    MEMBER("callId", call_id),         MEMBER("localTag", local_tag),
    MEMBER("remoteTag", remote_tag),   MEMBER("branch", branch),
    MEMBER("requestUri", request_uri), MEMBER("remoteTarget", remote_target),
    MEMBER("from", from_uri),          MEMBER("to", to_uri),
    MEMBER("route", route_set),
};

#define MEMBERS (sizeof(members) / sizeof(*members))

/* One character for each byte, so that any bytes survive being JSON. */
static void put_bytes(struct rw_json_writer *w, const char *name, const char *bytes)
{
    char wide[2 * sizeof(((struct rw_leg_dialog *)0)->route_set)];
    size_t n = 0;

    for (const char *p = bytes; *p && n + 2 <= sizeof(wide); p++)
        n += rw_utf8_encode((unsigned char)*p, wide + n);
    rw_json_slice(w, name, (struct rw_slice){wide, n});
}

static void put_trunk(struct rw_json_writer *w, const struct rw_event_trunk *trunk)
{
    rw_json_open_object(w, "trunk");
    rw_json_opt(w, "id", trunk->id);
    rw_json_opt(w, "name", trunk->name);
    rw_json_close(w);
    if (trunk->attempt > 1)
        rw_json_uint(w, "attempt", trunk->attempt);
}

void rw_event_encode_dialog(struct rw_buf *buf, const struct rw_event_trunk *trunk,
                            const struct rw_leg_dialog *dialog)
{
    struct rw_json_writer w = rw_json_writer(buf);

    rw_json_open_object(&w, NULL);
    if (trunk)
        put_trunk(&w, trunk);
    rw_json_open_object(&w, "dialog");
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *text = (const char *)dialog + members[i].at;

        if (*text)
            put_bytes(&w, members[i].name, text);
    }
    rw_json_uint(&w, "cseq", dialog->local_cseq);
    if (dialog->answered)
        rw_json_bool(&w, "answered", true);
    rw_json_close(&w);
    rw_json_close(&w);
}

static bool get_bytes(char *dst, size_t size, struct rw_slice wide)
{
    size_t n = 0;

    while (wide.n) {
        uint32_t cp = 0;
        size_t used = rw_utf8_decode(wide, &cp);

        if (used == 0 || cp == 0 || cp > 0xff || n + 1 >= size)
            return false;
        dst[n++] = (char)cp;
        wide = rw_slice_from(wide, used);
    }
    dst[n] = '\0';
    return true;
}

enum rw_class rw_event_decode_dialog(struct rw_slice data, struct rw_leg_dialog *ret,
                                     struct rw_err *err)
{
    struct rw_leg_dialog dialog = {0};
    json_t *object = NULL;
    const json_t *inner;
    json_int_t cseq;
    enum rw_class rc = read_object(data, &object, err);

    if (rc != RW_OK)
        return rc;
    inner = json_object_get(object, "dialog");
    if (!json_is_object(inner))
        rc = unreadable(err, "no dialog in it");
    for (size_t i = 0; rc == RW_OK && i < MEMBERS; i++)
        if (!get_bytes((char *)&dialog + members[i].at, members[i].size,
                       text_of(inner, members[i].name)))
            rc = unreadable(err, members[i].name);
    cseq = json_integer_value(json_object_get(inner, "cseq"));
    if (rc == RW_OK && (cseq < 0 || cseq > UINT32_MAX))
        rc = unreadable(err, "cseq");
    dialog.local_cseq = (uint32_t)cseq;
    dialog.answered = json_is_true(json_object_get(inner, "answered"));
    json_decref(object);
    if (rc == RW_OK)
        *ret = dialog;
    return rc;
}

static bool keep(struct rw_arena *arena, struct rw_slice text, const char **ret)
{
    *ret = text.n ? rw_arena_copy(arena, text) : NULL;
    return *ret || !text.n;
}

enum rw_class rw_event_decode_trunk(struct rw_slice data, struct rw_arena *arena,
                                    struct rw_event_trunk *ret, struct rw_err *err)
{
    struct rw_event_trunk trunk;
    json_t *object = NULL;
    const json_t *inner;
    enum rw_class rc = read_object(data, &object, err);

    if (rc != RW_OK)
        return rc;
    inner = json_object_get(object, "trunk");
    trunk.attempt = small_of(object, "attempt");
    if (!trunk.attempt)
        trunk.attempt = 1;
    if (!keep(arena, text_of(inner, "id"), &trunk.id) ||
        !keep(arena, text_of(inner, "name"), &trunk.name))
        rc = rw_fail_memory(err);
    json_decref(object);
    if (rc == RW_OK)
        *ret = trunk;
    return rc;
}

bool rw_event_open_dialog(const struct rw_row_event *events, size_t count, enum rw_leg_side leg,
                          struct rw_leg_dialog *ret)
{
    for (size_t i = count; i-- > 0;) {
        const struct rw_row_event *e = &events[i];
        enum rw_call_event type;

        if (!rw_call_event_parse(rw_slice_str(e->type), &type))
            continue;
        if (type == RW_EV_ENDED || (type == RW_EV_LEG_ENDED && e->leg == (int32_t)leg))
            return false;
        if (e->leg == (int32_t)leg && e->data &&
            rw_event_decode_dialog(rw_slice_str(e->data), ret, NULL) == RW_OK)
            return true;
    }
    return false;
}
