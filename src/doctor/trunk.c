#include "doctor/trunk.h"

#include "doctor/house.h"

#include <stdio.h>
#include <string.h>

static const char *const ways[] = {"UDP", "TCP", "TLS"};

/* ------------------------------------------------------------------ addresses */

static void put_places(const struct rw_doctor_trunk_seen *seen, char *dst, size_t size)
{
    size_t n = 0;

    dst[0] = '\0';
    for (unsigned i = 0; i < seen->count && n + RW_DOCTOR_ADDRESS + 2 < size; i++)
        n += (size_t)snprintf(dst + n, size - n, "%s%s", i ? ", " : "", seen->at[i].address);
}

void rw_doctor_judge_dns(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen)
{
    const char *of = seen->by_proxy ? "outbound proxy " : "";
    char places[240];

    if (seen->count == 0) {
        rw_doctor_add(report, "dns", RW_DOCTOR_FAIL, "no address was found for %s%s%s%s", of,
                      seen->host, seen->trouble[0] ? ": " : "", seen->trouble);
        if (seen->unusable)
            rw_doctor_next(report, "mend the trunk's host, addresses or outbound proxy: "
                                   "`ringwright trunk get` shows them");
        else
            rw_doctor_next(
                report,
                "see how it is spelt (`ringwright trunk get`), and ask with `getent hosts "
                "%s`; if that finds one, the name servers of /etc/resolv.conf do not",
                seen->host);
        return;
    }
    put_places(seen, places, sizeof(places));
    rw_doctor_add(report, "dns", RW_DOCTOR_OK, "%s%s is %s%s", of, seen->host, places,
                  seen->by_hand        ? ", as the trunk lists them"
                  : seen->by_service   ? ", by its SRV records"
                  : seen->without_port ? ", which are its own: it has no SRV records"
                                       : "");
}

/* ------------------------------------------------------------------ connections */

static void judge_unreached(struct rw_doctor_report *report,
                            const struct rw_doctor_trunk_seen *seen,
                            const struct rw_doctor_place *place)
{
    rw_doctor_add(report, "reach", RW_DOCTOR_FAIL, "%s takes no TCP connection: %s", place->address,
                  place->error ? strerror(place->error) : "no answer in time");
    rw_doctor_next(report,
                   place->error
                       ? "see that the port and the transport (%s) are what the carrier says"
                       : "let TCP out of your firewall, ask the carrier whether your address is on "
                         "its list, and see that port and transport (%s) are right",
                   ways[seen->way]);
}

static const char *mend_tls(const struct rw_doctor_trunk_seen *seen, enum rw_tls_fault_kind kind)
{
    switch (kind) {
    case RW_TLS_UNTRUSTED:
        return seen->has_ca ? "put the certificate of whoever signs the carrier's into the trunk's "
                              "CA file"
                            : "give the trunk a CA file with the certificate of whoever signs the "
                              "carrier's";
    case RW_TLS_WRONG_NAME:
        return "write the name that the certificate has as the trunk's host, or as its TLS name; "
               "if it belongs to somebody else, you are talking to somebody else";
    case RW_TLS_OUT_OF_DATE:
        return "have the carrier renew it, and see that the clock of this machine is right";
    default:
        return "see that this port of the carrier speaks TLS, and whether it wants a certificate "
               "of ours";
    }
}

static void judge_place(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen,
                        const struct rw_doctor_place *place)
{
    switch (place->reached) {
    case RW_DOCTOR_NOT_TRIED:
        break;
    case RW_DOCTOR_UNREACHED:
        judge_unreached(report, seen, place);
        break;
    case RW_DOCTOR_NO_TLS:
        rw_doctor_add(report, "tls", RW_DOCTOR_FAIL, "%s: %s", place->address, place->fault.what);
        rw_doctor_next(report, "%s", mend_tls(seen, place->fault.kind));
        break;
    case RW_DOCTOR_REACHED:
        rw_doctor_add(report, "reach", RW_DOCTOR_OK, "%s took a %s connection after %u ms",
                      place->address, ways[seen->way], place->reached_ms);
        if (place->has_certificate)
            rw_doctor_judge_dates(report, "certificate", place->address, &place->certificate,
                                  seen->wall_s, "ask the carrier to renew it");
        break;
    }
}

void rw_doctor_judge_reach(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen)
{
    if (seen->count && seen->trouble[0]) {
        rw_doctor_add(report, "tls", RW_DOCTOR_FAIL, "%s", seen->trouble);
        rw_doctor_next(report,
                       "mend the file that the trunk names, readable for the server's user");
    }
    for (unsigned i = 0; i < seen->count; i++)
        judge_place(report, seen, &seen->at[i]);
}

void rw_doctor_trunk_judge(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen)
{
    if (!seen->active) {
        rw_doctor_add(report, "trunk", RW_DOCTOR_WARN,
                      "the trunk is disabled: no call leaves by it");
        rw_doctor_next(report, "`ringwright trunk enable NAME`");
    }
    rw_doctor_judge_dns(report, seen);
    rw_doctor_judge_reach(report, seen);
    rw_doctor_judge_options(report, seen);
    rw_doctor_judge_nat(report, seen);
    rw_doctor_judge_their_clock(report, seen);
    rw_doctor_judge_registration(report, seen);
    rw_doctor_judge_credentials(report, seen);
    rw_doctor_judge_call(report, seen);
    rw_doctor_judge_audio(report, seen);
    if (seen->late) {
        rw_doctor_add(report, "time", RW_DOCTOR_FAIL,
                      "not everything was looked at before the time was up");
        rw_doctor_next(report, "test it again; what is slow stands above");
    }
}
