/* Configured addresses are no strangers (sip/peers.h); names among them are looked up. */
#include "base/mem.h"
#include "sip/core.h"

#define LOOKUPS_MAX 256u /* at a time; the daemon asks again for what had no place */

struct acquaintance { /* to be made, once its name is resolved */
    struct le le;
    struct rw_sip *sip;
    struct dns_query *query;
    uint32_t for_ms;
    struct rw_leg_origin origin; /* "" = no trunk's */
};

static void know(struct rw_sip *sip, const struct sa *sa, const struct rw_leg_origin *origin,
                 uint32_t for_ms)
{
    rw_sip_peers_know(rw_sip_wire_peers(sip->wire), sa, for_ms);
    if (origin && origin->trunk.text[0])
        rw_sip_origins_put(rw_sip_wire_origins(sip->wire), sa, origin, for_ms);
}

static void release(struct acquaintance *lookup)
{
    mem_deref(lookup->query);
    list_unlink(&lookup->le);
    rw_free(lookup);
}

static bool take_address(struct dnsrr *rr, void *arg)
{
    const struct acquaintance *lookup = arg;
    struct sa sa;

    if (rw_sip_record_address(rr, 0, &sa))
        know(lookup->sip, &sa, &lookup->origin, lookup->for_ms);
    return false; /* all of them */
}

static void on_resolved(int e, const struct dnshdr *header, struct list *answers,
                        struct list *authorities, struct list *additional, void *arg)
{
    struct acquaintance *lookup = arg;

    (void)header, (void)authorities, (void)additional;
    if (!e)
        (void)dns_rrlist_apply(answers, NULL, rw_sip_address_type(lookup->sip), DNS_CLASS_IN, true,
                               take_address, lookup);
    release(lookup);
}

static void look_up(struct rw_sip *sip, const char *host, const struct rw_leg_origin *origin,
                    uint32_t for_ms)
{
    struct acquaintance *lookup;

    if (list_count(&sip->lookups) >= LOOKUPS_MAX || !rw_sip_dns(sip))
        return;
    lookup = rw_calloc(1, sizeof(*lookup));
    if (!lookup)
        return;
    lookup->sip = sip;
    lookup->for_ms = for_ms;
    if (origin)
        lookup->origin = *origin;
    list_append(&sip->lookups, &lookup->le, lookup);
    if (dnsc_query(&lookup->query, sip->dns, host, rw_sip_address_type(sip), DNS_CLASS_IN, true,
                   on_resolved, lookup))
        release(lookup);
}

void rw_sip_acquaint(struct rw_sip *sip, struct rw_slice host_or_uri,
                     const struct rw_leg_origin *origin, uint32_t for_ms)
{
    struct rw_sip_uri uri = {.host = host_or_uri};
    char host[256];
    struct sa sa;

    (void)rw_sip_uri_parse(host_or_uri, &uri);
    if (!rw_slice_copy(host, sizeof(host), uri.host) || !host[0])
        return;
    if (strcasecmp(host, "localhost") == 0) /* RFC 6761, section 6.3: never asked for */
        (void)rw_slice_copy(host, sizeof(host), RW_LIT("127.0.0.1"));
    if (sa_set_str(&sa, host, 0) == 0)
        know(sip, &sa, origin, for_ms);
    else
        look_up(sip, host, origin, for_ms);
}

void rw_sip_lookups_drop(struct rw_sip *sip)
{
    while (sip->lookups.head)
        release(sip->lookups.head->data);
}
