#include "route/target.h"

#include <stdio.h>

bool rw_route_target(const struct rw_row_trunk *row, char uri[RW_ROUTE_TARGET_URI],
                     struct rw_trunk_target *ret)
{
    bool bare_v6 = strchr(row->host, ':') && row->host[0] != '[';
    char port[16] = "";
    int n;

    if (row->port)
        (void)snprintf(port, sizeof(port), ":%u", row->port);
    n = snprintf(uri, RW_ROUTE_TARGET_URI,
                 bare_v6 ? "sip:[%s]%s;transport=%s" : "sip:%s%s;transport=%s", row->host, port,
                 row->transport);
    if (n < 0 || n >= RW_ROUTE_TARGET_URI)
        return false;
    *ret = (struct rw_trunk_target){
        .id = row->id,
        .name = row->name,
        .uri = uri,
        .route = row->outbound_proxy,
        .auth_user = row->auth_user,
        .auth_password = row->auth_password,
        .user = row->from_user,
        .domain = row->from_domain,
        .tls = {.ca_file = row->ca_file,
                .cert_file = row->client_cert_file,
                .key_file = row->client_key_file,
                .name = row->tls_name,
                .unverified = row->tls_unverified},
        .places = row->addresses,
    };
    return true;
}
