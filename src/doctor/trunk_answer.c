/* What the carrier's answers say. */
#include "base/clock.h"
#include "doctor/trunk.h"

#include <string.h>
#include <time.h>

#define CLOCK_WARN_S 10
#define CLOCK_FAIL_S 60 /* the age at which a PASSporT is refused (RFC 8224, section 6.2.3) */
#define SLOW_MS 1000u

static const char *const ways[] = {"UDP", "TCP", "TLS"};

/* ------------------------------------------------------------------ OPTIONS */

/* A carrier that answers calls may still say nothing to OPTIONS. */
static bool call_came_through(const struct rw_doctor_trunk_seen *seen)
{
    return seen->call.answered || seen->call.code;
}

static void judge_silent(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen,
                         const struct rw_doctor_place *place)
{
    if (place->asked == RW_DOCTOR_UNSENT) {
        rw_doctor_add(report, "options", RW_DOCTOR_FAIL,
                      "nothing can be delivered to %s over %s: nobody listens, or there is no way "
                      "there",
                      place->address, ways[seen->way]);
        rw_doctor_next(report, "see that host, port and transport are what the carrier says");
        return;
    }
    rw_doctor_add(report, "options", call_came_through(seen) ? RW_DOCTOR_WARN : RW_DOCTOR_FAIL,
                  "%s said nothing to OPTIONS for %u ms over %s", place->address, place->asked_ms,
                  ways[seen->way]);
    if (call_came_through(seen))
        rw_doctor_next(report, "nothing, when that is the carrier's way: it answers calls");
    else
        rw_doctor_next(report,
                       "let %s to and from the carrier through your firewall, and ask it whether "
                       "your address is on its list; a carrier that never answers OPTIONS is "
                       "tested by a call (--echo)",
                       ways[seen->way]);
}

static void judge_answer(struct rw_doctor_report *report, const struct rw_doctor_place *place)
{
    bool refused = place->code == 403 || place->code >= 500 || place->code == 408;

    rw_doctor_add(report, "options",
                  refused || place->asked_ms > SLOW_MS ? RW_DOCTOR_WARN : RW_DOCTOR_OK,
                  "%s answered OPTIONS with %u %s after %u ms", place->address, place->code,
                  place->phrase, place->asked_ms);
    if (place->code == 403)
        rw_doctor_next(report, "ask the carrier whether your address and your user are allowed");
    else if (refused)
        rw_doctor_next(report, "ask the carrier whether it is in service there");
    else if (place->asked_ms > SLOW_MS)
        rw_doctor_next(report, "see where the packets are lost or wait: calls need the same way");
}

void rw_doctor_judge_options(struct rw_doctor_report *report,
                             const struct rw_doctor_trunk_seen *seen)
{
    for (unsigned i = 0; i < seen->count; i++) {
        const struct rw_doctor_place *place = &seen->at[i];

        if (place->asked == RW_DOCTOR_SILENT || place->asked == RW_DOCTOR_UNSENT)
            judge_silent(report, seen, place);
        else if (place->asked == RW_DOCTOR_ANSWERED)
            judge_answer(report, place);
    }
}

/* ------------------------------------------------------------------ NAT */

/* The host of "192.0.2.1:5060" or "[2001:db8::1]:5060", brackets and all. */
static size_t host_length(const char *address)
{
    const char *end = *address == '[' ? strchr(address, ']') : NULL;

    return end ? (size_t)(end - address) + 1 : strcspn(address, ":");
}

static bool same_host(const char *a, const char *b)
{
    size_t n = host_length(a);

    return n == host_length(b) && strncmp(a, b, n) == 0;
}

static bool is_named(const char *host)
{
    return host[0] != '[' && host[strspn(host, "0123456789.:")] != '\0';
}

/* ":5060" */
static const char *port_of(const char *address)
{
    return address + host_length(address);
}

static void advise(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen,
                   const struct rw_doctor_place *place, bool host, bool media)
{
    int n = (int)host_length(place->seen_as);

    if (!host)
        rw_doctor_next(report,
                       "set sip.advertised_host (and media.advertised_host) to %.*s, and have the "
                       "SIP port and the RTP ports sent from there to this machine",
                       n, place->seen_as);
    else if (!media)
        rw_doctor_next(report,
                       "set media.advertised_host to %.*s, unless RTP has an address of its own: "
                       "the carrier sends its sound to %s",
                       n, place->seen_as, seen->media_as);
    else
        rw_doctor_next(report, "something on the way changes the port: have it keep the SIP port, "
                               "or requests of the carrier, such as BYE, may not arrive");
}

void rw_doctor_judge_nat(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen)
{
    const struct rw_doctor_place *place = NULL;
    bool host, port, media;

    for (unsigned i = 0; i < seen->count && !place; i++)
        if (seen->at[i].seen_as[0])
            place = &seen->at[i];
    if (!place)
        return;
    host = is_named(seen->sent_as) || same_host(place->seen_as, seen->sent_as);
    media = same_host(place->seen_as, seen->media_as);
    /* over a stream the port is any that the system gave; 0 = the carrier did not say */
    port = seen->way != RW_DOCTOR_UDP || strcmp(port_of(place->seen_as), ":0") == 0 ||
           strcmp(port_of(place->seen_as), port_of(seen->sent_as)) == 0;
    rw_doctor_add(report, "nat", host && port && media ? RW_DOCTOR_OK : RW_DOCTOR_WARN,
                  "the carrier sees %s; our Via and Contact say %s, our SDP %s", place->seen_as,
                  seen->sent_as, seen->media_as);
    if (!host || !port || !media)
        advise(report, seen, place, host, media);
}

/* ------------------------------------------------------------------ the carrier's clock */

void rw_doctor_judge_their_clock(struct rw_doctor_report *report,
                                 const struct rw_doctor_trunk_seen *seen)
{
    const struct rw_doctor_place *place = NULL;
    int64_t off;

    for (unsigned i = 0; i < seen->count && !place; i++)
        if (seen->at[i].has_date)
            place = &seen->at[i];
    if (!place)
        return;
    off = place->ahead_s < 0 ? -place->ahead_s : place->ahead_s;
    rw_doctor_add(report, "clock",
                  off >= CLOCK_FAIL_S   ? RW_DOCTOR_FAIL
                  : off >= CLOCK_WARN_S ? RW_DOCTOR_WARN
                                        : RW_DOCTOR_OK,
                  "the carrier's clock is %lld s %s ours", (long long)off,
                  place->ahead_s < 0 ? "behind" : "ahead of");
    if (off >= CLOCK_WARN_S)
        rw_doctor_next(report, "run an NTP client here (chrony, systemd-timesyncd); if this clock "
                               "is right, tell the carrier: signed calls are refused when they "
                               "look a minute old");
}

/* ------------------------------------------------------------------ credentials */

void rw_doctor_judge_registration(struct rw_doctor_report *report,
                                  const struct rw_doctor_trunk_seen *seen)
{
    char until[RW_TIME_TEXT];

    if (!seen->registers)
        return;
    rw_time_format(seen->until_s * 1000, until);
    if (seen->registered) {
        rw_doctor_add(report, "registration", RW_DOCTOR_OK, "we are registered until %s", until);
        return;
    }
    rw_doctor_add(report, "registration", RW_DOCTOR_FAIL, "we are not registered: %s",
                  seen->registrar[0] ? seen->registrar : "no answer has come yet");
    rw_doctor_next(report, "see the trunk's user and password, and what `ringwright trunk status` "
                           "says; calls to us do not arrive meanwhile");
}

static void judge_refused(struct rw_doctor_report *report, const char *found)
{
    rw_doctor_add(report, "credentials", RW_DOCTOR_FAIL, "%s", found);
    rw_doctor_next(report, "`ringwright trunk update NAME --auth-user USER --auth-password "
                           "PASSWORD` with what the carrier gave you");
}

static void judge_forbidden(struct rw_doctor_report *report)
{
    rw_doctor_add(
        report, "credentials", RW_DOCTOR_WARN,
        "the carrier refuses the call (403), as many do when user and password are wrong, "
        "or when the number that is shown is none of yours");
    rw_doctor_next(report, "compare the trunk's user and password, and --from, with what the "
                           "carrier gave you");
}

/* Asked again, or forbidden once it was told who we are. */
static bool registrar_refuses(const struct rw_doctor_trunk_seen *seen)
{
    return seen->refused || (seen->challenged && seen->registrar_code == 403);
}

void rw_doctor_judge_credentials(struct rw_doctor_report *report,
                                 const struct rw_doctor_trunk_seen *seen)
{
    const struct rw_doctor_call_seen *call = &seen->call;

    if (call->credentials && !seen->has_credentials)
        judge_refused(report, "the carrier asks for a user and a password, and the trunk has none");
    else if (call->credentials || (registrar_refuses(seen) && !call->answered))
        judge_refused(report, "the carrier does not accept the trunk's user and password");
    else if (!seen->has_credentials)
        return;
    else if (call->code == 403)
        judge_forbidden(report);
    else if (seen->challenged && seen->registrar_code / 100 == 2)
        rw_doctor_add(report, "credentials", RW_DOCTOR_OK,
                      "the carrier asked who we are, and accepted the trunk's user and password");
    else
        rw_doctor_add(report, "credentials", RW_DOCTOR_OK,
                      call->answered ? "the carrier takes calls with the trunk's user and password"
                                     : "the trunk has a user and a password, which the carrier did "
                                       "not ask for yet: a call (--echo) tells more");
}

/* ------------------------------------------------------------------ dates */

bool rw_doctor_read_date(const char *text, int64_t *ret_s)
{
    struct tm tm = {.tm_sec = 0};
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S", &tm);

    if (!end || strcmp(end, " GMT") != 0)
        return false;
    *ret_s = timegm(&tm);
    return true;
}
