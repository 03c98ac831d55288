#include "call/failover.h"

#include "call/reason.h"

#include <string.h>

/*
 * Final statuses that a carrier gives for reasons of its own, while nothing has rung. All numbers of
 * sections are RFC 3261's unless another RFC is named. What is not here was said about the called
 * party, or by the party, and is final:
 *
 *     3xx       21.3    the party, or a number, is elsewhere: not followed, and no failure
 *     404 410 484 604   about the number: the same through every carrier. RFC 3398 (8.2.6.1) makes a
 *                       404 of "no route" too: then the cause beside it says so, see below
 *     433       RFC 5079  the party takes no anonymous calls
 *     480       21.4.18 the party was found and is not available
 *     481 491           about a dialog; they make no sense here
 *     485 486   21.4.23, 24  the party; 487  21.4.25  the INVITE was ended in order
 *     580       RFC 3312  the party's own telephone, and only of what we never ask for
 *     6xx       21.6    definitive for the party wherever it is asked, by definition
 */
static const struct {
    uint16_t first, last;
} carriers_own[] = {
    {400, 400}, /* 21.4.1  finds our request malformed */
    {401, 401}, /* 21.4.2  ours was answered already: this trunk's password is wrong */
    {402,
     403}, /* 21.4.3, 21.4.4  does not permit it: no credit, a barred destination or caller id */
    {405, 406}, /* 21.4.6, 21.4.7  can't do what every INVITE needs */
    {407, 407}, /* 21.4.8  as 401 */
    {408, 408}, /* 21.4.9  found nobody in time (also ours: nothing but 100 for 64*T1) */
    {413, 416}, /* 21.4.11 to 21.4.14  can't read our request */
    {420, 422}, /* 21.4.15, 21.4.16, RFC 4028 6  wants an extension, or a time, of its own */
    {428, 430}, /* RFC 8224 6.2.2, RFC 3892 5, RFC 5626 11.5  wants a proof, or lost its flow */
    {436, 438}, /* RFC 8224 6.2.2  does not accept our proof of identity */
    {440, 440}, /* RFC 5393 5  routes in too many directions */
    {482, 483}, /* 21.4.20, 21.4.21  routes in circles */
    {488, 488}, /* 21.4.26  has none of the codecs offered; another may transcode */
    {494, 494}, /* RFC 3329 2  wants a security agreement */
    {500, 579}, /* 21.5  a server failed; 503 by RFC 3263 4.3 as well */
    {581, 599}, /* 21.5 */
};

/*
 * Q.850 causes of a Reason header (RFC 3326) are nearer to where it happened than the status that was
 * made of them (RFC 3398, 8.2.6.1), so they are believed first.
 */
static const uint8_t of_the_network[] = {
    2,  3,      /* no route, by this network */
    25,         /* exchange routing error */
    34,         /* no circuit */
    38, 41, 42, /* network out of order, temporary failure, congestion */
    43, 44, 47, /* information discarded, channel or resource not available */
};
static const uint8_t of_the_party[] = {
    1,              /* nobody has this number */
    17, 18, 19, 20, /* busy, does not respond, does not answer, is switched off */
    21,             /* declined */
    22, 28,         /* the number changed, is incomplete */
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool is_one_of(uint16_t cause, const uint8_t *causes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (causes[i] == cause)
            return true;
    return false;
}

static bool is_carriers_own(uint16_t status)
{
    for (size_t i = 0; i < COUNT(carriers_own); i++)
        if (status >= carriers_own[i].first && status <= carriers_own[i].last)
            return true;
    return false;
}

/* These were said by a person or about one, whatever cause stands beside them. */
static bool is_partys_own(uint16_t status)
{
    return status == 486 || status == 487 || status >= 600;
}

bool rw_failover_due(enum rw_call_input_kind kind, enum rw_leg_state before,
                     const struct rw_ending *heard)
{
    bool rang = before == RW_LEG_RINGING;

    /* Media flowed: somebody or something was listened to, and a second call would come on top. */
    if (before != RW_LEG_CALLING && !rang)
        return false;
    if (heard->reason && strcmp(heard->reason, RW_REASON_TRUNK_LIMIT) == 0)
        return true; /* nothing was sent: the next one may have room */
    if (heard->reason || is_partys_own(heard->sip_code))
        return false;
    /* Unsent, or unheard of: no telephone can be ringing, unless it was heard ringing before. */
    if (kind == RW_IN_LEG_SILENT || kind == RW_IN_LEG_UNREACHABLE)
        return !rang;
    if (kind != RW_IN_LEG_FAILED || is_one_of(heard->q850, of_the_party, COUNT(of_the_party)))
        return false;
    if (is_one_of(heard->q850, of_the_network, COUNT(of_the_network)))
        return true; /* also when it rang: the network says that it was the network */
    /* After ringing a bare 5xx may as well be a person who pressed "decline". */
    return !rang && is_carriers_own(heard->sip_code);
}
