#include "api/trunk_media.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static bool is_one_hosts(struct rw_request *r, const char *host)
{
    struct in6_addr v6;
    struct in_addr v4;

    if (r->api->with.media_is_ipv6)
        return inet_pton(AF_INET6, host, &v6) == 1 && !IN6_IS_ADDR_MULTICAST(&v6) &&
               !IN6_IS_ADDR_UNSPECIFIED(&v6);
    return inet_pton(AF_INET, host, &v4) == 1 && !IN_MULTICAST(ntohl(v4.s_addr)) &&
           ntohl(v4.s_addr) >> 24 != 0 && v4.s_addr != INADDR_NONE;
}

/* It goes into c= and o=, where far ends expect an address rather than a name. */
static void judge_address(struct rw_request *r, const char *host)
{
    struct rw_err err;

    if (!host || is_one_hosts(r, host))
        return;
    rw_fail(&err, RW_MALFORMED, "trunk.bad_media_host", "this is no address for media");
    rw_err_at(&err, "/media/advertisedHost", -1, 0);
    rw_err_found(&err, "\"%.100s\"", host);
    rw_err_expected(&err, r->api->with.media_is_ipv6
                              ? "an IPv6 address without brackets, as in 2001:db8::7"
                              : "an IPv4 address, as in 203.0.113.7");
    rw_request_fault(r, &err);
}

static void judge_codecs(struct rw_request *r)
{
    const json_t *list = json_object_get(json_object_get(r->body, "media"), "codecs");
    struct rw_err err;
    char pointer[40];

    for (size_t i = 1; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));

        if (!name || strcmp(name, json_string_value(json_array_get(list, 0))) != 0)
            continue;
        (void)snprintf(pointer, sizeof(pointer), "/media/codecs/%zu", i);
        rw_fail(&err, RW_MALFORMED, "trunk.codec_twice", "a codec stands in the list twice");
        rw_err_at(&err, pointer, -1, 0);
        rw_err_found(&err, "\"%s\"", name);
        rw_err_expected(&err, "each codec once, the most wanted one first");
        rw_request_fault(r, &err);
    }
}

static void warn_of_keys(struct rw_request *r, const struct rw_row_trunk *row)
{
    struct rw_err err;

    if (!row->media_srtp || strcmp(row->transport, "tls") == 0)
        return;
    rw_fail(&err, RW_OK, "trunk.keys_in_clear",
            "whoever can read the trunk's SIP can read the keys of its SRTP, and hear its calls");
    rw_err_at(&err, "/media/srtp", -1, 0);
    rw_err_found(&err, "\"%s\" over %s", row->media_srtp, row->transport);
    rw_err_expected(&err, "sip.transport tls");
    rw_faults_add(r->warnings, &err);
}

void rw_trunk_media_judge(struct rw_request *r, const struct rw_row_trunk *row)
{
    judge_address(r, row->media_host);
    judge_codecs(r);
    warn_of_keys(r, row);
}
