/*
 *     SRV --none--> addresses of the host itself --> told
 *      '--> addresses of each target in turn, where they did not come along --'
 */
#include "sip/locate.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "sip/core.h"
#include "sip/dialog.h"

#include <errno.h>
#include <stdio.h>

#define TTL_MAX_S 3600u
#define HOST RW_SIP_HOST_SIZE

struct found {
    unsigned count;
    bool by_service;
    struct {
        struct sa peer;
        uint16_t priority, weight;
        uint8_t target; /* its addresses stay together, as the name server ordered them */
    } at[RW_SIP_PLACES_MAX];
};

/* In the slot that the key's hash gives. */
struct rw_sip_known {
    char key[HOST + 16];
    uint64_t until_ms;
    struct found found;
};

struct rw_sip_lookup {
    struct rw_sip *sip;
    struct dns_query *query;
    struct tmr late;
    rw_sip_located_h *handler;
    void *arg;
    char key[HOST + 16];
    char host[HOST];
    uint16_t port; /* of the host itself */
    uint32_t ttl_s;
    unsigned count, at; /* of targets */
    bool services;      /* are asked for now, not addresses */
    bool refused;       /* a SRV record says that there is no such service */
    struct rw_sip_target targets[RW_SIP_PLACES_MAX];
    struct found found;
};

/* ------------------------------------------------------------------ the order */

/* Moves the addresses of `target` from found to the end of ret. */
static void take_target(struct found *left, uint8_t target, struct rw_sip_places *ret)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < left->count; i++) {
        if (left->at[i].target == target)
            ret->at[ret->count++] = left->at[i].peer;
        else
            left->at[kept++] = left->at[i];
    }
    left->count = kept;
}

/* The target to come next: of the lowest priority, drawn by weight (RFC 2782). */
static uint8_t draw(const struct found *left)
{
    uint16_t lowest = UINT16_MAX;
    uint64_t sum = 0, chance;
    int last = -1;

    for (unsigned i = 0; i < left->count; i++)
        if (left->at[i].priority < lowest)
            lowest = left->at[i].priority;
    for (int pass = 0; pass < 2; pass++) {
        chance = pass && sum ? rw_random_u64() % sum : 0;
        last = -1;
        for (unsigned i = 0; i < left->count; i++) {
            /* a weight of 0 still has a small chance beside others; an address counts for its target */
            uint64_t weight = left->at[i].weight ? left->at[i].weight * UINT64_C(64) : 1;

            if (left->at[i].priority != lowest || left->at[i].target == last)
                continue;
            last = left->at[i].target;
            if (!pass)
                sum += weight;
            else if (chance < weight)
                return (uint8_t)last;
            else
                chance -= weight;
        }
    }
    return (uint8_t)last;
}

static void put_in_order(const struct found *found, struct rw_sip_places *ret)
{
    struct found left = *found;

    ret->count = 0;
    ret->by_service = found->by_service;
    while (left.count)
        take_target(&left, draw(&left), ret);
}

/* ------------------------------------------------------------------ what is known */

static struct rw_sip_known **slot_of(struct rw_sip *sip, const char *key)
{
    return &sip->known[rw_sip_hash(rw_slice_str(key)) % RW_SIP_KNOWN_HOSTS];
}

static const struct found *recall(struct rw_sip *sip, const char *key)
{
    const struct rw_sip_known *known = *slot_of(sip, key);

    return known && strcmp(known->key, key) == 0 && rw_clock_mono_ms() < known->until_ms
               ? &known->found
               : NULL;
}

static void remember(const struct rw_sip_lookup *lookup)
{
    struct rw_sip_known **slot = slot_of(lookup->sip, lookup->key);

    if (lookup->found.count == 0 || lookup->ttl_s == 0)
        return;
    if (!*slot)
        *slot = rw_calloc(1, sizeof(**slot));
    if (!*slot)
        return; /* it is asked for again */
    (void)snprintf((*slot)->key, sizeof((*slot)->key), "%s", lookup->key);
    (*slot)->until_ms = rw_clock_mono_ms() + UINT64_C(1000) * lookup->ttl_s;
    (*slot)->found = lookup->found;
}

void rw_sip_known_free(struct rw_sip *sip)
{
    for (unsigned i = 0; i < RW_SIP_KNOWN_HOSTS; i++)
        rw_free(sip->known[i]);
}

/* ------------------------------------------------------------------ asking */

void rw_sip_lookup_cancel(struct rw_sip_lookup *lookup)
{
    if (!lookup)
        return;
    tmr_cancel(&lookup->late);
    mem_deref(lookup->query);
    rw_free(lookup);
}

static void finish(struct rw_sip_lookup *lookup)
{
    rw_sip_located_h *handler = lookup->handler;
    void *arg = lookup->arg;
    struct rw_sip_places places;

    remember(lookup);
    put_in_order(&lookup->found, &places);
    rw_sip_lookup_cancel(lookup);
    handler(&places, arg);
}

static void heed_ttl(struct rw_sip_lookup *lookup, const struct dnsrr *rr)
{
    if (rr->ttl >= 0 && rr->ttl < lookup->ttl_s)
        lookup->ttl_s = (uint32_t)rr->ttl;
}

uint16_t rw_sip_address_type(const struct rw_sip *sip)
{
    return rw_sip_wire_af(sip->wire) == AF_INET ? DNS_TYPE_A : DNS_TYPE_AAAA;
}

bool rw_sip_record_address(const struct dnsrr *record, uint16_t port, struct sa *ret)
{
    if (record->type == DNS_TYPE_A)
        sa_set_in(ret, record->rdata.a.addr, port);
    else if (record->type == DNS_TYPE_AAAA)
        sa_set_in6(ret, record->rdata.aaaa.addr, port);
    else
        return false;
    return true;
}

/* An address of `target`. True when no more fit. */
static bool add_place(struct rw_sip_lookup *lookup, const struct rw_sip_target *target,
                      const struct sa *peer)
{
    struct found *found = &lookup->found;

    if (found->count == RW_SIP_PLACES_MAX)
        return true;
    found->at[found->count].peer = *peer;
    found->at[found->count].priority = target->priority;
    found->at[found->count].weight = target->weight;
    found->at[found->count].target = target->number;
    return ++found->count == RW_SIP_PLACES_MAX;
}

static bool take_address(struct dnsrr *rr, void *arg)
{
    struct rw_sip_lookup *lookup = arg;
    const struct rw_sip_target *target = &lookup->targets[lookup->at];
    struct sa peer;

    if (!rw_sip_record_address(rr, target->port, &peer))
        return false;
    heed_ttl(lookup, rr);
    return add_place(lookup, target, &peer);
}

static void on_addresses(int e, const struct dnshdr *header, struct list *answers,
                         struct list *authorities, struct list *additional, void *arg);
static void on_services(int e, const struct dnshdr *header, struct list *answers,
                        struct list *authorities, struct list *additional, void *arg);

/* The resolver goes on asking for minutes; a call has no time for that. */
static void on_late(void *arg)
{
    struct rw_sip_lookup *lookup = arg;
    dns_query_h *answered = lookup->services ? on_services : on_addresses;

    answered(ETIMEDOUT, NULL, NULL, NULL, NULL, lookup);
}

static bool ask(struct rw_sip_lookup *lookup, const char *name, uint16_t type)
{
    lookup->services = type == DNS_TYPE_SRV;
    if (dnsc_query(&lookup->query, lookup->sip->dns, name, type, DNS_CLASS_IN, true,
                   lookup->services ? on_services : on_addresses, lookup))
        return false;
    tmr_start(&lookup->late, RW_SIP_QUESTION_MS, on_late, lookup);
    return true;
}

/* Asks for the addresses of the target whose turn it is; whoever can't be asked for is passed over.
 * False when nothing is left to ask for. */
static bool ask_for_next(struct rw_sip_lookup *lookup)
{
    for (; lookup->at < lookup->count && lookup->found.count < RW_SIP_PLACES_MAX; lookup->at++) {
        if (ask(lookup, lookup->targets[lookup->at].name, rw_sip_address_type(lookup->sip)))
            return true;
    }
    return false;
}

static void ask_for_addresses(struct rw_sip_lookup *lookup)
{
    if (!ask_for_next(lookup))
        finish(lookup);
}

static void on_addresses(int e, const struct dnshdr *header, struct list *answers,
                         struct list *authorities, struct list *additional, void *arg)
{
    struct rw_sip_lookup *lookup = arg;

    (void)header, (void)authorities, (void)additional;
    lookup->query = mem_deref(lookup->query);
    if (!e) /* by type alone: the name may lead to another (CNAME) */
        (void)dns_rrlist_apply(answers, NULL, rw_sip_address_type(lookup->sip), DNS_CLASS_IN, true,
                               take_address, lookup);
    lookup->at++;
    ask_for_addresses(lookup);
}

/* Keeps the records of the lowest priorities, sorted. */
static bool take_service(struct dnsrr *rr, void *arg)
{
    struct rw_sip_lookup *lookup = arg;
    unsigned i = lookup->count;

    if (rr->type != DNS_TYPE_SRV)
        return false;
    heed_ttl(lookup, rr);
    if (!rr->rdata.srv.target || !rr->rdata.srv.target[0] ||
        strcmp(rr->rdata.srv.target, ".") == 0) {
        lookup->refused = true;
        return false;
    }
    if (strlen(rr->rdata.srv.target) >= HOST || rr->rdata.srv.port == 0)
        return false;
    while (i && lookup->targets[i - 1].priority > rr->rdata.srv.pri)
        i--;
    if (i == RW_SIP_PLACES_MAX)
        return false;
    if (lookup->count < RW_SIP_PLACES_MAX)
        lookup->count++;
    memmove(&lookup->targets[i + 1], &lookup->targets[i],
            (lookup->count - i - 1) * sizeof(lookup->targets[0]));
    (void)snprintf(lookup->targets[i].name, HOST, "%s", rr->rdata.srv.target);
    lookup->targets[i].priority = rr->rdata.srv.pri;
    lookup->targets[i].weight = rr->rdata.srv.weight;
    lookup->targets[i].port = rr->rdata.srv.port;
    return false;
}

static void take_the_host_itself(struct rw_sip_lookup *lookup)
{
    lookup->targets[0] = (struct rw_sip_target){.port = lookup->port};
    (void)snprintf(lookup->targets[0].name, HOST, "%s", lookup->host);
    lookup->count = 1;
}

static void on_services(int e, const struct dnshdr *header, struct list *answers,
                        struct list *authorities, struct list *additional, void *arg)
{
    struct rw_sip_lookup *lookup = arg;

    (void)header, (void)authorities, (void)additional;
    lookup->query = mem_deref(lookup->query);
    if (!e)
        (void)dns_rrlist_apply(answers, NULL, DNS_TYPE_SRV, DNS_CLASS_IN, true, take_service,
                               lookup);
    for (unsigned i = 0; i < lookup->count; i++)
        lookup->targets[i].number = (uint8_t)i;
    lookup->found.by_service = lookup->count || lookup->refused;
    if (lookup->count == 0 && !lookup->refused)
        take_the_host_itself(lookup);
    ask_for_addresses(lookup);
}

/* The resolver of the system (resolv.conf), asked without blocking the loop. */
struct dnsc *rw_sip_dns(struct rw_sip *sip)
{
    struct sa servers[4];
    uint32_t count = 4;
    char domain[256];

    if (!sip->dns && dns_srv_get(domain, sizeof(domain), servers, &count) == 0 && count)
        (void)dnsc_alloc(&sip->dns, NULL, servers, count);
    return sip->dns;
}

static bool begin(struct rw_sip_lookup *lookup, bool with_services, enum rw_sip_transport way)
{
    char name[HOST + 16];

    if (!rw_sip_dns(lookup->sip))
        return false;
    if (!with_services) {
        take_the_host_itself(lookup);
        return ask(lookup, lookup->host, rw_sip_address_type(lookup->sip));
    }
    (void)snprintf(name, sizeof(name), "%s.%s",
                   way == RW_SIP_TLS   ? "_sips._tcp"
                   : way == RW_SIP_TCP ? "_sip._tcp"
                                       : "_sip._udp",
                   lookup->host);
    return ask(lookup, name, DNS_TYPE_SRV);
}

/* True when the host is an address; *ret_class says whether it is of use. */
static bool is_address(struct rw_sip *sip, const char *host, uint16_t port,
                       struct rw_sip_places *ret, enum rw_class *ret_class, struct rw_err *err)
{
    int af = rw_sip_wire_af(sip->wire);

    if (strcasecmp(host, "localhost") == 0) /* RFC 6761, section 6.3: never asked for */
        host = af == AF_INET ? "127.0.0.1" : "::1";
    if (sa_set_str(&ret->at[0], host, port))
        return false;
    ret->count = 1;
    ret->by_service = false;
    *ret_class = sa_af(&ret->at[0]) == af
                     ? RW_OK
                     : rw_fail(err, RW_MALFORMED, "sip.wrong_address_family",
                               "the target has an address of another IP version than our SIP port");
    return true;
}

/* ------------------------------------------------------------------ by hand */

/* Addresses are found at once, names become targets to be asked for. */
static enum rw_class read_places(struct rw_sip_lookup *lookup, const char *by_hand,
                                 struct rw_err *err)
{
    struct rw_slice rest = rw_slice_str(by_hand), one;
    uint8_t number = 0;

    while (rw_sip_next_element(&rest, &one)) {
        struct rw_sip_target *target = &lookup->targets[lookup->count];
        struct sa peer;

        if (number == RW_SIP_PLACES_MAX)
            return rw_fail(err, RW_MALFORMED, "sip.bad_places", "a trunk has at most %u addresses",
                           RW_SIP_PLACES_MAX);
        *target = (struct rw_sip_target){.port = lookup->port, .number = number++};
        if (!rw_sip_target_read(one, target))
            return rw_fail(err, RW_MALFORMED, "sip.bad_places",
                           "%.*s is no address of a trunk, such as 192.0.2.1:5060;priority=1",
                           (int)(one.n < 80 ? one.n : 80), one.p);
        if (sa_set_str(&peer, target->name, target->port) != 0)
            lookup->count++;
        else if (sa_af(&peer) == rw_sip_wire_af(lookup->sip->wire))
            (void)add_place(lookup, target, &peer);
    }
    if (lookup->count == 0 && lookup->found.count == 0)
        return rw_fail(err, RW_MALFORMED, "sip.wrong_address_family",
                       "no address of the trunk is of our SIP port's IP version");
    return RW_OK;
}

/* ------------------------------------------------------------------ beginning */

static struct rw_sip_lookup *lookup_new(struct rw_sip *sip, const struct rw_sip_uri *uri,
                                        const char *key, const char *host)
{
    struct rw_sip_lookup *lookup = rw_calloc(1, sizeof(*lookup));

    if (!lookup)
        return NULL;
    lookup->sip = sip;
    lookup->port = rw_sip_uri_port(uri);
    lookup->ttl_s = TTL_MAX_S;
    (void)snprintf(lookup->host, sizeof(lookup->host), "%s", host);
    (void)snprintf(lookup->key, sizeof(lookup->key), "%s", key);
    return lookup;
}

/* RW_OK with *ret filled, or with lookup->query under way. */
static enum rw_class begin_by_hand(struct rw_sip_lookup *lookup, const char *by_hand,
                                   struct rw_sip_places *ret, struct rw_err *err)
{
    enum rw_class class = read_places(lookup, by_hand, err);

    if (class != RW_OK || (lookup->count && rw_sip_dns(lookup->sip) && ask_for_next(lookup)))
        return class;
    put_in_order(&lookup->found, ret);
    return ret->count ? RW_OK
                      : rw_fail(err, RW_IO, "sip.unresolvable",
                                "no name server can be asked for the host");
}

static void write_key(char key[HOST + 16], const struct rw_sip_uri *uri, const char *host,
                      const char *by_hand)
{
    int way = rw_sip_uri_way(uri);

    if (by_hand)
        (void)snprintf(key, HOST + 16, "=%016llx:%u/%d",
                       (unsigned long long)rw_sip_hash(rw_slice_str(by_hand)), uri->port, way);
    else
        (void)snprintf(key, HOST + 16, "%s:%u/%d", host, uri->port, way);
}

enum rw_class rw_sip_locate(struct rw_sip *sip, const struct rw_sip_uri *uri, const char *by_hand,
                            struct rw_sip_places *ret, rw_sip_located_h *handler, void *arg,
                            struct rw_sip_lookup **ret_lookup, struct rw_err *err)
{
    const struct found *found;
    struct rw_sip_lookup *lookup;
    enum rw_class class = RW_OK;
    char host[HOST], key[HOST + 16];

    *ret_lookup = NULL;
    if (by_hand && !by_hand[0])
        by_hand = NULL;
    if (!rw_slice_copy(host, sizeof(host), uri->host))
        return rw_fail(err, RW_MALFORMED, "sip.bad_target", "the host name is too long");
    if (!by_hand && is_address(sip, host, rw_sip_uri_port(uri), ret, &class, err))
        return class;
    write_key(key, uri, host, by_hand);
    found = recall(sip, key);
    if (found) {
        put_in_order(found, ret);
        return RW_OK;
    }
    lookup = lookup_new(sip, uri, key, host);
    if (!lookup)
        return rw_fail_memory(err);
    lookup->handler = handler;
    lookup->arg = arg;
    if (by_hand)
        class = begin_by_hand(lookup, by_hand, ret, err);
    else if (!begin(lookup, uri->port == 0, rw_sip_uri_way(uri)))
        class = rw_fail(err, RW_IO, "sip.unresolvable", "no name server can be asked for the host");
    if (class == RW_OK && lookup->query)
        *ret_lookup = lookup;
    else
        rw_sip_lookup_cancel(lookup);
    return class;
}
