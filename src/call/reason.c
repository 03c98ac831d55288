#include "call/reason.h"

struct word {
    const char *reason, *meaning;
};

static const struct word words[] = {
    {RW_REASON_HUNG_UP, "A side hung up an answered call."},
    {RW_REASON_CANCELLED, "The call was ended through the API before it was answered."},
    {RW_REASON_NO_ANSWER, "It rang and nobody answered in time."},
    {RW_REASON_BUSY, "The called telephone is busy."},
    {RW_REASON_DECLINED, "The called party declined the call."},
    {RW_REASON_UNAVAILABLE, "The called telephone is switched off or can't be reached now."},
    {RW_REASON_BLOCKED, "A service on the way, such as a spam filter, refused the call."},
    {RW_REASON_NUMBER_NOT_FOUND, "The carrier says that nobody has this number."},
    {RW_REASON_NUMBER_INCOMPLETE, "The carrier says that digits are missing or too many."},
    {RW_REASON_NUMBER_CHANGED, "The carrier says that the party has another number now."},
    {RW_REASON_REDIRECTED, "The far end sent the call elsewhere, which is not followed."},
    {RW_REASON_MEDIA_REFUSED, "The far end accepts none of the codecs offered."},
    {RW_REASON_MEDIA_UNUSABLE, "The far end answered with media that can't be used."},
    {RW_REASON_MEDIA_NOT_ENCRYPTED, "The trunk wants SRTP and the far end answered without: turn "
                                    "SRTP on there, or let the trunk's "
                                    "be optional."},
    {RW_REASON_MEDIA_BAD_KEY,
     "The far end answered with an SRTP key or suite that does not fit what was offered."},
    {RW_REASON_CARRIER_AUTH, "The carrier did not accept the trunk's user name and password."},
    {RW_REASON_CARRIER_REFUSED, "The carrier does not permit this call on this trunk."},
    {RW_REASON_CARRIER_FAILURE, "The carrier failed to complete the call."},
    {RW_REASON_CARRIER_CONGESTED, "The carrier has no free line towards the called party."},
    {RW_REASON_CARRIER_SILENT, "The carrier's address gave no answer of any kind."},
    {RW_REASON_CARRIER_UNREACHABLE, "Nothing could be sent to the carrier's address."},
    {RW_REASON_CARRIER_UNTRUSTED, "Nobody whom the trunk trusts has signed the carrier's "
                                  "certificate: give the trunk its CA file."},
    {RW_REASON_CARRIER_WRONG_NAME, "The carrier's certificate is for another name: correct the "
                                   "trunk's host, or set its TLS name."},
    {RW_REASON_CARRIER_OUT_OF_DATE,
     "The carrier's certificate is not valid today: it has to be renewed, or our clock is wrong."},
    {RW_REASON_CARRIER_TLS, "TLS with the carrier did not come about; the phrase says why."},
    {RW_REASON_CARRIER_GONE, "The carrier lost the call while it was up."},
    {RW_REASON_SESSION_EXPIRED,
     "The carrier did not confirm in time that the call is still up (session timer)."},
    {RW_REASON_STATION_AUTH, "The station did not accept the user name and password it asked for."},
    {RW_REASON_STATION_REFUSED, "The station does not permit the call."},
    {RW_REASON_STATION_FAILURE, "The station failed to take the call."},
    {RW_REASON_STATION_NOT_FOUND, "The station's address is known to nobody there."},
    {RW_REASON_STATION_SILENT, "The station's address gave no answer of any kind."},
    {RW_REASON_STATION_UNREACHABLE, "Nothing could be sent to the station's address."},
    {RW_REASON_STATION_GONE, "The station was lost while the call was up."},
    {RW_REASON_MAX_DURATION, "The call reached the longest time allowed."},
    {RW_REASON_TRUNK_LIMIT, "A limit that is set for the trunk had no room for the call."},
    {RW_REASON_SPEND_EXHAUSTED,
     "A cap on spending left nothing for a further stretch of the call."},
    {RW_REASON_DRAINED, "The server was stopped in order."},
    {RW_REASON_STORE_FAILED, "The call could not be stored, so it was not placed."},
    {RW_REASON_NODE_LOST, "The server ended without order while the call was up."},
};

struct verdict {
    enum rw_disconnect disconnect;
    const char *reason;
};

#define CARRIER_FAILED                                                                             \
    {                                                                                              \
        RW_DISC_ERROR, RW_REASON_CARRIER_FAILURE                                                   \
    }
#define STATION_FAILED                                                                             \
    {                                                                                              \
        RW_DISC_ERROR, RW_REASON_STATION_FAILURE                                                   \
    }

/*
 * A final SIP status, from what it means to the two parties. The first row that holds it counts.
 * vague: says so little about the called party that a Q.850 cause beside it is believed instead.
 */
static const struct status {
    uint16_t first, last;
    bool vague;
    struct verdict station, carrier;
} statuses[] = {
    {300, 399, false, {RW_DISC_ERROR, RW_REASON_REDIRECTED}, {RW_DISC_ERROR, RW_REASON_REDIRECTED}},
    {401,
     401,
     false,
     {RW_DISC_ERROR, RW_REASON_STATION_AUTH},
     {RW_DISC_ERROR, RW_REASON_CARRIER_AUTH}},
    {402,
     403,
     true,
     {RW_DISC_ERROR, RW_REASON_STATION_REFUSED},
     {RW_DISC_ERROR, RW_REASON_CARRIER_REFUSED}},
    {404,
     404,
     true, /* RFC 3398 makes it of "no route" too, and then the cause says so */
     {RW_DISC_ERROR, RW_REASON_STATION_NOT_FOUND},
     {RW_DISC_UNCALLABLE, RW_REASON_NUMBER_NOT_FOUND}},
    {407,
     407,
     false,
     {RW_DISC_ERROR, RW_REASON_STATION_AUTH},
     {RW_DISC_ERROR, RW_REASON_CARRIER_AUTH}},
    {410,
     410,
     false,
     {RW_DISC_ERROR, RW_REASON_STATION_NOT_FOUND},
     {RW_DISC_UNCALLABLE, RW_REASON_NUMBER_CHANGED}},
    {480,
     480,
     true,
     {RW_DISC_ENDPOINT, RW_REASON_UNAVAILABLE},
     {RW_DISC_ENDPOINT, RW_REASON_UNAVAILABLE}},
    {484,
     484,
     false,
     {RW_DISC_ERROR, RW_REASON_STATION_NOT_FOUND},
     {RW_DISC_UNCALLABLE, RW_REASON_NUMBER_INCOMPLETE}},
    {486, 486, false, {RW_DISC_ENDPOINT, RW_REASON_BUSY}, {RW_DISC_ENDPOINT, RW_REASON_BUSY}},
    {488,
     488,
     false,
     {RW_DISC_ERROR, RW_REASON_MEDIA_REFUSED},
     {RW_DISC_ERROR, RW_REASON_MEDIA_REFUSED}},
    {600, 600, false, {RW_DISC_ENDPOINT, RW_REASON_BUSY}, {RW_DISC_ENDPOINT, RW_REASON_BUSY}},
    {603,
     603,
     false,
     {RW_DISC_ENDPOINT, RW_REASON_DECLINED},
     {RW_DISC_ENDPOINT, RW_REASON_DECLINED}},
    {604,
     604,
     false,
     {RW_DISC_ERROR, RW_REASON_STATION_NOT_FOUND},
     {RW_DISC_UNCALLABLE, RW_REASON_NUMBER_NOT_FOUND}},
    {606,
     606,
     false,
     {RW_DISC_ERROR, RW_REASON_MEDIA_REFUSED},
     {RW_DISC_ERROR, RW_REASON_MEDIA_REFUSED}},
    {607,
     607,
     false,
     {RW_DISC_ENDPOINT, RW_REASON_DECLINED},
     {RW_DISC_ENDPOINT, RW_REASON_DECLINED}},
    {608, 608, false, {RW_DISC_ERROR, RW_REASON_BLOCKED}, {RW_DISC_ERROR, RW_REASON_BLOCKED}},
    {600,
     699,
     false,
     {RW_DISC_ENDPOINT, RW_REASON_DECLINED},
     {RW_DISC_ENDPOINT, RW_REASON_DECLINED}},
    {0, 0xffff, true, STATION_FAILED, CARRIER_FAILED},
};

/* Q.850 causes that say something of the called party or of the network's room for the call. */
static const struct cause {
    uint16_t cause;
    struct verdict verdict;
} causes[] = {
    {1, {RW_DISC_UNCALLABLE, RW_REASON_NUMBER_NOT_FOUND}},
    {2, {RW_DISC_ERROR, RW_REASON_CARRIER_FAILURE}},
    {3, {RW_DISC_ERROR, RW_REASON_CARRIER_FAILURE}},
    {17, {RW_DISC_ENDPOINT, RW_REASON_BUSY}},
    {18, {RW_DISC_TIMEOUT, RW_REASON_NO_ANSWER}},
    {19, {RW_DISC_TIMEOUT, RW_REASON_NO_ANSWER}},
    {20, {RW_DISC_ENDPOINT, RW_REASON_UNAVAILABLE}},
    {21, {RW_DISC_ENDPOINT, RW_REASON_DECLINED}},
    {22, {RW_DISC_UNCALLABLE, RW_REASON_NUMBER_CHANGED}},
    {28, {RW_DISC_UNCALLABLE, RW_REASON_NUMBER_INCOMPLETE}},
    {34, {RW_DISC_ERROR, RW_REASON_CARRIER_CONGESTED}},
    {42, {RW_DISC_ERROR, RW_REASON_CARRIER_CONGESTED}},
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct verdict of_failure(enum rw_leg_side leg, const struct rw_ending *heard)
{
    const struct status *s = statuses;

    while (heard->sip_code < s->first || heard->sip_code > s->last)
        s++;
    if (leg == RW_LEG_TRUNK && s->vague)
        for (size_t i = 0; i < COUNT(causes); i++)
            if (causes[i].cause == heard->q850)
                return causes[i].verdict;
    return leg == RW_LEG_STATION ? s->station : s->carrier;
}

/*
 * The end of an answered leg. Whoever heard a BYE leaves `disconnect` empty; a dialog that died
 * otherwise arrives with a disconnect of its own, and then the far end is gone rather than done.
 */
static struct verdict of_end(enum rw_leg_side leg, const struct rw_ending *heard)
{
    if (heard->disconnect == RW_DISC_NONE || heard->disconnect == RW_DISC_ENDPOINT)
        return (struct verdict){RW_DISC_ENDPOINT, RW_REASON_HUNG_UP};
    return (struct verdict){heard->disconnect, leg == RW_LEG_STATION ? RW_REASON_STATION_GONE
                                                                     : RW_REASON_CARRIER_GONE};
}

static struct verdict judge(enum rw_leg_side leg, enum rw_call_input_kind kind,
                            const struct rw_ending *heard)
{
    bool station = leg == RW_LEG_STATION;

    switch (kind) {
    case RW_IN_LEG_ENDED:
        return of_end(leg, heard);
    case RW_IN_LEG_SILENT:
        return (struct verdict){RW_DISC_TRANSPORT_FAILURE,
                                station ? RW_REASON_STATION_SILENT : RW_REASON_CARRIER_SILENT};
    case RW_IN_LEG_UNREACHABLE:
        return (struct verdict){RW_DISC_TRANSPORT_FAILURE, station ? RW_REASON_STATION_UNREACHABLE
                                                                   : RW_REASON_CARRIER_UNREACHABLE};
    default:
        return of_failure(leg, heard);
    }
}

struct rw_ending rw_reason_judge(enum rw_leg_side leg, enum rw_call_input_kind kind,
                                 const struct rw_ending *heard)
{
    struct verdict verdict = judge(leg, kind, heard);
    bool spoken = kind == RW_IN_LEG_ENDED || (kind == RW_IN_LEG_FAILED && heard->sip_code);
    struct rw_ending ending = *heard;

    if (!heard->reason) {
        ending.disconnect = verdict.disconnect;
        ending.reason = verdict.reason;
    } else if (heard->disconnect == RW_DISC_NONE) {
        ending.disconnect = verdict.disconnect;
    }
    /* A BYE or a status was said by the far end. Silence, or media that is no use, only we noticed. */
    if (heard->said_by == RW_SAID_NOBODY) {
        if (!spoken || ending.disconnect == RW_DISC_TRANSPORT_FAILURE)
            ending.said_by = RW_SAID_US;
        else
            ending.said_by = leg == RW_LEG_STATION ? RW_SAID_STATION : RW_SAID_CARRIER;
    }
    return ending;
}

static const struct word *find(struct rw_slice reason)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (rw_slice_eq(rw_slice_str(words[i].reason), reason))
            return &words[i];
    return NULL;
}

const char *rw_reason_meaning(struct rw_slice reason)
{
    const struct word *word = find(reason);

    return word ? word->meaning : NULL;
}

const char *rw_reason_intern(struct rw_slice reason)
{
    const struct word *word = find(reason);

    return word ? word->reason : NULL;
}
