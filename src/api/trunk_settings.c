#include "api/trunk_settings.h"

#include "api/render.h"
#include "trunk/registration.h"

#include <stddef.h>
#include <string.h>

enum kind {
    TEXT,   /* const char *; NULL is not shown */
    CHOICE, /* const char *; NULL is the first of its words, which is `text` */
    NUMBER, /* uint32_t */
    FLAG,   /* bool */
    DENIAL, /* bool, kept as its contrary: true when absent */
    LIST,   /* const char *, comma-separated; an array of texts; NULL is not shown */
    SECRET  /* const char *; shown is only whether there is one */
};

struct setting {
    const char *group; /* NULL: of the trunk itself; those of a group stand side by side */
    const char *name;
    enum kind kind;
    uint32_t offset;  /* in struct rw_row_trunk */
    const char *text; /* what it is when absent; of a SECRET: the name it is shown by */
    uint32_t number;  /* NUMBER, FLAG: what it is when absent */
};

#define AT(field) offsetof(struct rw_row_trunk, field)

static const struct setting settings[] = {
    {"sip", "host", TEXT, AT(host), "", 0},
    {"sip", "port", NUMBER, AT(port), NULL, 0},
    {"sip", "transport", TEXT, AT(transport), "udp", 0},
    {"sip", "outboundProxy", TEXT, AT(outbound_proxy), NULL, 0},
    {"sip", "authUser", TEXT, AT(auth_user), NULL, 0},
    {"sip", "authPassword", SECRET, AT(auth_password), "hasPassword", 0},
    {"sip", "addresses", LIST, AT(addresses), NULL, 0},
    {"sip", "reliableProvisional", CHOICE, AT(reliable_provisional), "off", 0},
    {"sip", "sessionExpiresS", NUMBER, AT(session_expires_s), NULL, 0},
    {"tls", "caFile", TEXT, AT(ca_file), NULL, 0},
    {"tls", "certFile", TEXT, AT(client_cert_file), NULL, 0},
    {"tls", "keyFile", TEXT, AT(client_key_file), NULL, 0},
    {"tls", "name", TEXT, AT(tls_name), NULL, 0},
    {"tls", "unverified", FLAG, AT(tls_unverified), NULL, false},
    {"identity", "fromUser", TEXT, AT(from_user), NULL, 0},
    {"identity", "domain", TEXT, AT(from_domain), NULL, 0},
    {"identity", "header", CHOICE, AT(identity_header), "none", 0},
    {"identity", "privacy", CHOICE, AT(privacy), "none", 0},
    {"identity", "diversionNumber", TEXT, AT(diversion_number), NULL, 0},
    {"identity", "calledFormat", CHOICE, AT(called_format), "e164", 0},
    {"identity", "fromFormat", CHOICE, AT(from_format), "e164", 0},
    {"identity", "headerFormat", CHOICE, AT(identity_format), "e164", 0},
    {"identity", "userPhone", DENIAL, AT(plain_user), NULL, 0},
    {"media", "srtp", CHOICE, AT(media_srtp), "off", 0},
    {"media", "dtmf", CHOICE, AT(media_dtmf), "rfc4733", 0},
    {"media", "codecs", LIST, AT(media_codecs), NULL, 0},
    {"media", "advertisedHost", TEXT, AT(media_host), NULL, 0},
    {"limits", "callsPerSecond", NUMBER, AT(calls_per_second), NULL, 0},
    {"limits", "burst", NUMBER, AT(burst), NULL, 0},
    {"limits", "channels", NUMBER, AT(channels), NULL, 0},
    {"limits", "waitMs", NUMBER, AT(wait_ms), NULL, 0},
    {"limits", "maxDurationMs", NUMBER, AT(max_duration_ms), NULL, 0},
    {"registration", "enabled", FLAG, AT(registers), NULL, false},
    {"registration", "expiresS", NUMBER, AT(register_expires_s), NULL, RW_REGISTRATION_STANDARD_S},
    {"health", "optionsIntervalS", NUMBER, AT(options_interval_s), NULL, 0},
    {"incoming", "to", CHOICE, AT(incoming), "refuse", 0},
    {"incoming", "userId", TEXT, AT(incoming_user_id), NULL, 0},
    {NULL, "answerTimeoutMs", NUMBER, AT(answer_timeout_ms), NULL, 60000},
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

/* ------------------------------------------------------------------ reading */

/* "a,b" of the array's texts; *ret stays when there is no memory. */
static bool join(const json_t *array, struct rw_arena *arena, const char **ret)
{
    size_t size = 1, i;
    json_t *item;
    char *at;

    json_array_foreach(array, i, item) size += json_string_length(item) + 1;
    at = rw_arena_alloc(arena, size);
    if (!at)
        return false;
    *ret = at;
    json_array_foreach(array, i, item)
    {
        if (i)
            *at++ = ',';
        memcpy(at, json_string_value(item), json_string_length(item));
        at += json_string_length(item);
    }
    *at = '\0';
    return true;
}

static const char *chosen(const json_t *value, const char *standard)
{
    const char *text = json_string_value(value);

    return text && strcmp(text, standard) != 0 ? text : NULL;
}

static bool read_one(const struct setting *s, const json_t *value, struct rw_arena *arena,
                     void *field)
{
    switch (s->kind) {
    case TEXT:
        *(const char **)field = json_is_string(value) ? json_string_value(value) : s->text;
        return true;
    case CHOICE:
        *(const char **)field = chosen(value, s->text);
        return true;
    case NUMBER:
        *(uint32_t *)field =
            json_is_integer(value) ? (uint32_t)json_integer_value(value) : s->number;
        return true;
    case FLAG:
        *(bool *)field = json_is_boolean(value) ? json_is_true(value) : s->number != 0;
        return true;
    case DENIAL:
        *(bool *)field = json_is_false(value);
        return true;
    case LIST:
        *(const char **)field = s->text;
        return !json_array_size(value) || join(value, arena, field);
    case SECRET:
        if (value)
            *(const char **)field = json_string_value(value);
        return true;
    }
    return true;
}

bool rw_trunk_settings_read(const json_t *body, struct rw_arena *arena, struct rw_row_trunk *row)
{
    for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
        const json_t *group = s->group ? json_object_get(body, s->group) : body;

        if (!read_one(s, json_object_get(group, s->name), arena, (char *)row + s->offset))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ showing */

static void write_one(struct rw_json_writer *w, const struct setting *s, const void *field)
{
    switch (s->kind) {
    case TEXT:
        rw_json_opt(w, s->name, *(const char *const *)field);
        break;
    case CHOICE:
        rw_json_str(w, s->name,
                    *(const char *const *)field ? *(const char *const *)field : s->text);
        break;
    case NUMBER: /* a row that was not written from here may say nothing */
        rw_json_uint(w, s->name, *(const uint32_t *)field ? *(const uint32_t *)field : s->number);
        break;
    case FLAG:
        rw_json_bool(w, s->name, *(const bool *)field);
        break;
    case DENIAL:
        rw_json_bool(w, s->name, !*(const bool *)field);
        break;
    case LIST:
        if (*(const char *const *)field)
            rw_render_words(w, s->name, *(const char *const *)field);
        break;
    case SECRET:
        rw_json_bool(w, s->text, *(const char *const *)field != NULL);
        break;
    }
}

void rw_trunk_settings_write(struct rw_json_writer *w, const struct rw_row_trunk *row)
{
    const char *open = NULL;

    for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
        if (open && s->group != open && (!s->group || strcmp(s->group, open) != 0)) {
            rw_json_close(w);
            open = NULL;
        }
        if (s->group && !open) {
            rw_json_open_object(w, s->group);
            open = s->group;
        }
        write_one(w, s, (const char *)row + s->offset);
    }
    if (open)
        rw_json_close(w);
}
