/*
 * How a trunk is told who is called and who calls. Without settings: the number called with its plus in
 * the request URI, the caller id with its plus at our own host in From, both with user=phone, and no
 * more. A trunk may want another user or host in From, other formats, the caller id in a header of its
 * own (RFC 3325), From withheld from the called party (RFC 3323), or a Diversion (RFC 5806).
 */
#include "route/making.h"

#define PARTS_MAX 9
#define PORT_TEXT 12

static const char *port_text(uint32_t port, char text[PORT_TEXT])
{
    char *p = text + PORT_TEXT - 1;

    *p = '\0';
    do
        *--p = (char)('0' + port % 10);
    while (port /= 10);
    return p;
}

/* Texts put together in the arena. Every call passes here, so no format is interpreted. */
static const char *join(struct rw_arena *arena, const char *const *parts, size_t count)
{
    size_t n[PARTS_MAX], all = 0;
    char *text, *at;

    for (size_t i = 0; i < count; i++)
        all += n[i] = strlen(parts[i]);
    at = text = rw_arena_alloc(arena, all + 1);
    for (size_t i = 0; text && i < count; i++) {
        memcpy(at, parts[i], n[i]);
        at += n[i];
    }
    return text;
}

static bool is_bare_v6(const char *host)
{
    return strchr(host, ':') && host[0] != '[';
}

/* NULL is the number as it is, with its plus; the only other format is "digits". */
static const char *in_format(const char *e164, const char *format)
{
    return format && e164[0] == '+' ? e164 + 1 : e164;
}

static const char *phone_of(const struct rw_row_trunk *trunk)
{
    return trunk->plain_user ? "" : ";user=phone";
}

/* "sip:+6534567890@192.0.2.1:5060;user=phone" */
const char *rw_making_number_uri(struct rw_arena *arena, const char *e164, const char *host)
{
    const char *const parts[] = {"sip:", e164 ? e164 : "", "@", host, ";user=phone"};

    return join(arena, parts, 5);
}

/* "sip:+6591234567@192.0.2.9:5060;transport=udp;user=phone" */
const char *rw_making_called_uri(struct rw_arena *arena, const struct rw_row_trunk *t,
                                 const char *e164)
{
    bool bare = is_bare_v6(t->host);
    const char *behind_host = bare ? (t->port ? "]:" : "]") : t->port ? ":" : "";
    char port[PORT_TEXT];
    const char *const parts[] = {
        "sip:",      in_format(e164, t->called_format),       bare ? "@[" : "@", t->host,
        behind_host, t->port ? port_text(t->port, port) : "", ";transport=",     t->transport,
        phone_of(t)};

    return join(arena, parts, sizeof(parts) / sizeof(parts[0]));
}

/* At the trunk's domain, or at our own host where it has none. */
static const char *uri_at(struct rw_arena *arena, const struct rw_row_trunk *t, const char *user,
                          const char *local, const char *params)
{
    const char *host = t->from_domain ? t->from_domain : local;
    bool bare = t->from_domain && is_bare_v6(host);
    const char *const parts[] = {"sip:", user, bare ? "@[" : "@", host, bare ? "]" : "", params};

    return join(arena, parts, sizeof(parts) / sizeof(parts[0]));
}

static const char *from_uri(struct rw_arena *arena, const struct rw_row_trunk *t, const char *e164,
                            const char *local)
{
    if (t->from_user) /* an account is no telephone number */
        return uri_at(arena, t, t->from_user, local, "");
    return uri_at(arena, t, in_format(e164, t->from_format), local, phone_of(t));
}

static bool put_identity(struct rw_arena *arena, const struct rw_row_trunk *t, const char *e164,
                         const char *local, struct rw_leg_caller *caller)
{
    bool asserted = t->identity_header && strcmp(t->identity_header, "P-Asserted-Identity") == 0;
    const char **uri = asserted ? &caller->asserted : &caller->preferred;

    if (t->identity_header) {
        *uri = uri_at(arena, t, in_format(e164, t->identity_format), local, phone_of(t));
        if (!*uri)
            return false;
    }
    if (t->diversion_number)
        caller->diverted = uri_at(arena, t, in_format(t->diversion_number, t->identity_format),
                                  local, phone_of(t));
    return caller->diverted || !t->diversion_number;
}

bool rw_making_name_caller(struct rw_arena *arena, const struct rw_row_trunk *t, const char *e164,
                           const char *local, struct rw_leg_target *target)
{
    if (t->privacy) { /* RFC 3323, section 4.1.1.3 */
        target->from_name = "Anonymous";
        target->from_uri = "sip:anonymous@anonymous.invalid";
        target->caller.withheld = true;
    } else if (t->from_user || t->from_domain || t->from_format || t->plain_user) {
        target->from_uri = from_uri(arena, t, e164, local);
    }
    return target->from_uri && put_identity(arena, t, e164, local, &target->caller);
}
