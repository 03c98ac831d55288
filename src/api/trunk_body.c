#include "api/trunk_body.h"

#include "api/answer.h"
#include "api/resource.h"
#include "api/sip_address.h"
#include "api/trunk_identity.h"
#include "api/trunk_media.h"
#include "api/trunk_settings.h"
#include "base/clock.h"
#include "sip/target.h"
#include "tls/tls.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PORT_DEFAULT 5060
#define PORT_DEFAULT_TLS 5061
#define SESSION_MIN_S 90u
#define PATH_BYTES 600
#define FILE_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

enum { CA, CERT, KEY };

/* ------------------------------------------------------------------ where the carrier is */

/* The host that stands in a SIP URI or before a port, when that was written; NULL when none does. */
static const char *host_within(struct rw_request *r, const char *text)
{
    const char *begin = strncmp(text, "sip:", 4) == 0 ? text + 4 : text;
    const char *end = strrchr(begin, ':'), *host;

    if (!end || end[1 + strspn(end + 1, "0123456789")])
        end = begin + strcspn(begin, ";");
    host = rw_arena_copy(r->arena, (struct rw_slice){begin, (size_t)(end - begin)});
    return host && strcmp(host, text) != 0 && rw_sip_address_is_host(host) ? host : NULL;
}

static void judge_host(struct rw_request *r, const char *host)
{
    const char *within;
    struct rw_err err;

    if (rw_sip_address_is_host(host))
        return;
    rw_fail(&err, RW_MALFORMED, "trunk.bad_host", "this is no host");
    rw_err_at(&err, "/sip/host", -1, 0);
    rw_err_found(&err, "\"%.100s\"", host);
    rw_err_expected(&err, "a name or an address, as in sip.carrier.example or 192.0.2.7; the port "
                          "stands in sip.port");
    within = host_within(r, host);
    if (within)
        rw_err_suggest(&err, "%s", within);
    rw_request_fault(r, &err);
}

static void judge_proxy(struct rw_request *r, const char *proxy)
{
    struct rw_err err;

    if (!proxy || rw_sip_address_is_proxy(proxy))
        return;
    rw_fail(&err, RW_MALFORMED, "trunk.bad_proxy", "an outbound proxy is given as a SIP URI");
    rw_err_at(&err, "/sip/outboundProxy", -1, 0);
    rw_err_found(&err, "\"%.100s\"", proxy);
    rw_err_expected(&err, "sip:host, maybe with :port, ;transport=tcp and ;lr");
    if (rw_sip_address_is_host(proxy))
        rw_err_suggest(&err, strchr(proxy, ':') && *proxy != '[' ? "sip:[%s];lr" : "sip:%s;lr",
                       proxy);
    rw_request_fault(r, &err);
}

/* A header is written with them. */
static void judge_credential(struct rw_request *r, const char *text, const char *pointer)
{
    struct rw_err err;
    const char *p = text;

    while (p && *p && (unsigned char)*p >= ' ' && *p != 0x7f)
        p++;
    if (!p || !*p)
        return;
    rw_fail(&err, RW_MALFORMED, "trunk.bad_credential",
            "a control character can't stand in a SIP header");
    rw_err_at(&err, pointer, -1, 0);
    rw_err_expected(&err, "text without control characters, such as line ends");
    rw_request_fault(r, &err);
}

/* Places in the host's stead: see sip/target.h. */
static void judge_addresses(struct rw_request *r, const struct rw_row_trunk *row)
{
    const json_t *list = json_object_get(json_object_get(r->body, "sip"), "addresses");
    char pointer[40];
    struct rw_sip_target target;
    struct rw_err err;
    json_t *item;
    size_t i;

    if (!row->addresses)
        return;
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);

        target = (struct rw_sip_target){.port = PORT_DEFAULT};
        if (!strchr(text, ',') && rw_sip_target_read(rw_slice_str(text), &target) &&
            rw_sip_address_is_host(target.name))
            continue;
        (void)snprintf(pointer, sizeof(pointer), "/sip/addresses/%zu", i);
        rw_fail(&err, RW_MALFORMED, "trunk.bad_address", "this is no address of a carrier");
        rw_err_at(&err, pointer, -1, 0);
        rw_err_found(&err, "\"%.100s\"", text);
        rw_err_expected(&err, "a host, maybe with :port, ;priority=1 and ;weight=3");
        rw_request_fault(r, &err);
    }
}

/* RFC 4028, section 5 */
static void judge_interval(struct rw_request *r, uint32_t seconds)
{
    struct rw_err err;

    if (seconds == 0 || seconds >= SESSION_MIN_S)
        return;
    rw_fail(&err, RW_MALFORMED, "trunk.short_session", "a session is refreshed less often");
    rw_err_at(&err, "/sip/sessionExpiresS", -1, 0);
    rw_err_found(&err, "%u", seconds);
    rw_err_expected(&err, "at least %u seconds, or 0 for no session timer", SESSION_MIN_S);
    rw_err_suggest(&err, "%u", SESSION_MIN_S);
    rw_request_fault(r, &err);
}

/* ------------------------------------------------------------------ TLS */

struct file {
    const char *pointer, *now, *before;
    char path[PATH_BYTES]; /* "" = none */
};

/* A name in the folder set aside, or the path that an operator gave the trunk before. */
static bool find_file(struct rw_request *r, struct file *file)
{
    const char *dir = r->api->with.tls_dir;
    size_t n = file->now ? strspn(file->now, FILE_LETTERS) : 0;
    struct rw_err err;

    file->path[0] = '\0';
    if (!file->now)
        return true;
    if (file->before && strcmp(file->now, file->before) == 0 && *file->now == '/') {
        (void)snprintf(file->path, sizeof(file->path), "%s", file->now);
        return true;
    }
    if (!file->now[n] && *file->now != '.' && dir && *dir) {
        (void)snprintf(file->path, sizeof(file->path), "%s/%s", dir, file->now);
        if (access(file->path, R_OK) == 0)
            return true;
    }
    rw_fail(&err, RW_MALFORMED, "trunk.bad_file", "there is no such file for trunks");
    rw_err_at(&err, file->pointer, -1, 0);
    rw_err_found(&err, "\"%.100s\"", file->now);
    if (dir && *dir)
        rw_err_expected(&err, "the name of a PEM file that the operator put into %.100s", dir);
    else
        rw_err_expected(&err, "sip.tls_dir in the server's configuration, and a PEM file there");
    rw_request_fault(r, &err);
    return false;
}

/* What TLS itself says of the files, at the place of the one that is no use. */
static void try_files(struct rw_request *r, const struct file files[3], bool unverified)
{
    const struct rw_tls_client client = {
        .ca_file = files[CA].path[0] ? files[CA].path : NULL,
        .cert_file = files[CERT].path[0] ? files[CERT].path : NULL,
        .key_file = files[KEY].path[0] ? files[KEY].path : NULL,
        .unverified = unverified,
    };
    struct rw_tls *tls = NULL;
    struct rw_err err;

    if (rw_tls_client_new(&tls, &client, &err) != RW_OK) {
        bool of_ca = strcmp(err.code, "tls.ca_unreadable") == 0;
        bool of_cert = strcmp(err.code, "tls.certificate_unreadable") == 0;

        rw_err_at(&err, files[of_ca ? CA : of_cert ? CERT : KEY].pointer, -1, 0);
        rw_request_fault(r, &err);
    }
    rw_tls_free(tls);
}

static void judge_tls(struct rw_request *r, const struct rw_row_trunk *row,
                      const struct rw_row_trunk *before)
{
    struct file files[] = {
        [CA] = {.pointer = "/tls/caFile", .now = row->ca_file, .before = before->ca_file},
        [CERT] = {.pointer = "/tls/certFile",
                  .now = row->client_cert_file,
                  .before = before->client_cert_file},
        [KEY] = {.pointer = "/tls/keyFile",
                 .now = row->client_key_file,
                 .before = before->client_key_file},
    };
    bool found = true;
    struct rw_err err;

    if (row->tls_name && !rw_sip_address_is_host(row->tls_name)) {
        rw_fail(&err, RW_MALFORMED, "trunk.bad_host", "this is no host");
        rw_err_at(&err, "/tls/name", -1, 0);
        rw_err_found(&err, "\"%.100s\"", row->tls_name);
        rw_err_expected(&err, "the name that stands in the carrier's certificate");
        rw_request_fault(r, &err);
    }
    for (int i = CA; i <= KEY; i++)
        found &= find_file(r, &files[i]);
    if (!row->client_cert_file != !row->client_key_file) {
        rw_fail(&err, RW_MALFORMED, "trunk.half_certificate",
                "a certificate and its key go together");
        rw_err_at(&err, files[row->client_cert_file ? KEY : CERT].pointer, -1, 0);
        rw_err_expected(&err, "both of tls.certFile and tls.keyFile, or neither");
        rw_request_fault(r, &err);
        found = false;
    }
    if (found && (row->ca_file || row->client_cert_file))
        try_files(r, files, row->tls_unverified);
}

/* ------------------------------------------------------------------ registration */

static void judge_registration(struct rw_request *r, const struct rw_row_trunk *row)
{
    struct rw_err err;

    if (!row->registers || row->auth_user || row->from_user)
        return;
    rw_fail(&err, RW_MALFORMED, "trunk.nobody_registers",
            "a trunk that registers needs a user to be registered");
    rw_err_at(&err, "/registration/enabled", -1, 0);
    rw_err_found(&err, "true, and neither sip.authUser nor identity.fromUser");
    rw_err_expected(&err, "sip.authUser and sip.authPassword as the carrier gave them, or false");
    rw_request_fault(r, &err);
}

/* ------------------------------------------------------------------ calls that come in */

static void judge_incoming(struct rw_request *r, const struct rw_row_trunk *row)
{
    bool for_user = row->incoming && strcmp(row->incoming, "user") == 0;
    struct rw_row_user user;
    struct rw_err err;
    enum rw_class class = RW_NOT_FOUND;

    if (!for_user && !row->incoming_user_id)
        return;
    if (for_user && row->incoming_user_id)
        class = rw_store_get_user(r->api->with.reader, row->tenant_id, row->incoming_user_id,
                                  r->arena, &user, &err);
    if (class == RW_NOT_FOUND) {
        rw_fail(&err, RW_MALFORMED, "trunk.bad_incoming_user",
                for_user ? "there is no such user for calls that come in"
                         : "a user goes with calls that are for a user");
        rw_err_at(&err, "/incoming/userId", -1, 0);
        if (row->incoming_user_id)
            rw_err_found(&err, "\"%.100s\"", row->incoming_user_id);
        rw_err_expected(&err, "incoming.to \"user\" and the id of a user, as GET /api/v2/users "
                              "lists them");
        class = RW_MALFORMED;
    }
    if (class != RW_OK)
        rw_request_fault(r, &err);
}

/* ------------------------------------------------------------------ all of it */

bool rw_trunk_body_read(struct rw_request *r, struct rw_row_trunk *row)
{
    const json_t *sip = json_object_get(r->body, "sip");
    const struct rw_row_trunk before = *row;
    struct rw_err err;

    row->name = rw_request_member(r, "name");
    row->description = rw_request_member(r, "description");
    if (!rw_trunk_settings_read(r->body, r->arena, row) || !rw_trunk_identity_judge(r, row)) {
        (void)rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return false;
    }
    if (!json_object_get(sip, "port"))
        row->port = strcmp(row->transport, "tls") == 0 ? PORT_DEFAULT_TLS : PORT_DEFAULT;
    if (!row->auth_user && !json_object_get(sip, "authPassword"))
        row->auth_password = NULL; /* nobody is left to give it for */
    row->state = json_is_false(json_object_get(r->body, "enabled")) ? "inactive" : "active";
    row->modified_ms = rw_clock_wall_ms();
    judge_host(r, row->host);
    judge_proxy(r, row->outbound_proxy);
    judge_credential(r, row->auth_user, "/sip/authUser");
    judge_credential(r, row->auth_password, "/sip/authPassword");
    judge_addresses(r, row);
    judge_interval(r, row->session_expires_s);
    judge_tls(r, row, &before);
    rw_trunk_media_judge(r, row);
    judge_registration(r, row);
    judge_incoming(r, row);
    return rw_resource_no_faults(r);
}
