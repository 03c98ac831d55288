#include "doctor/house.h"

#include "base/clock.h"
#include "media/addr.h"

#include <stdio.h>

#define MIB (UINT64_C(1) << 20)
#define DISK_FAIL (100 * MIB)
#define DISK_WARN (1024 * MIB)
#define PORTS_A_CALL 4u   /* RTP and RTCP of two legs; an agentless call needs none of its own */
#define SOCKETS_A_CALL 4u /* the same ports, opened */
#define FILES_A_WORKER 64u
#define STREAMS_A_WORKER 256u /* SIP over TCP and TLS, and what listens */
#define DAY_S 86400u

/* Calls with a telephone of ours that the ports carry at once; UINT32_MAX when any port will do. */
static uint32_t calls_by_ports(const struct rw_doctor_house *house)
{
    uint32_t share;

    if (!house->port_max)
        return UINT32_MAX;
    share = ((uint32_t)house->port_max - house->port_min + 1) / house->workers & ~1u;
    return share / PORTS_A_CALL * house->workers;
}

void rw_doctor_judge_ports(struct rw_doctor_report *report, const struct rw_doctor_house *house)
{
    uint32_t calls = calls_by_ports(house);
    uint32_t wanted = house->calls_max * PORTS_A_CALL;

    if (calls == UINT32_MAX) {
        rw_doctor_add(
            report, "ports", RW_DOCTOR_OK,
            "RTP takes any port that the system gives; a firewall has to let all of them in");
        return;
    }
    rw_doctor_add(report, "ports",
                  !calls                     ? RW_DOCTOR_FAIL
                  : calls < house->calls_max ? RW_DOCTOR_WARN
                                             : RW_DOCTOR_OK,
                  "RTP ports %u to %u carry %u calls with a telephone at once, %u for each of %u "
                  "workers; server.calls_max is %u",
                  house->port_min, house->port_max, calls, calls / house->workers, house->workers,
                  house->calls_max);
    if (calls >= house->calls_max)
        return;
    if (wanted / PORTS_A_CALL == house->calls_max && wanted < 64000)
        rw_doctor_next(report,
                       "give media.port_min to media.port_max %u ports, or set server.calls_max to "
                       "%u; calls beyond that are ended with media.no_ports",
                       wanted, calls ? calls : 1);
    else
        rw_doctor_next(
            report,
            "set server.calls_max to %u, or widen media.port_min to media.port_max; calls "
            "with a telephone beyond that are ended with media.no_ports",
            calls ? calls : 1);
}

void rw_doctor_judge_channels(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                              uint32_t channels)
{
    uint32_t calls = calls_by_ports(house);
    bool by_ports = calls < house->calls_max;

    if (!channels)
        return;
    calls = by_ports ? calls : house->calls_max;
    rw_doctor_add(report, "channels", channels > calls ? RW_DOCTOR_WARN : RW_DOCTOR_OK,
                  "the trunk may have %u calls at a time; %s let the server have %u", channels,
                  by_ports ? "RTP ports" : "server.calls_max and RTP ports", calls);
    if (channels > calls)
        rw_doctor_next(report,
                       by_ports ? "give media.port_min to media.port_max %u ports for them, or the "
                                  "trunk fewer channels"
                                : "raise server.calls_max (%u ports are needed then), or give the "
                                  "trunk fewer channels",
                       channels * PORTS_A_CALL);
}

void rw_doctor_judge_files(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                           uint64_t files)
{
    uint32_t by_ports = calls_by_ports(house);
    uint64_t calls = by_ports < house->calls_max ? by_ports : house->calls_max;
    uint64_t needed = calls * SOCKETS_A_CALL +
                      (uint64_t)house->workers *
                          (house->http_connections_max + STREAMS_A_WORKER + FILES_A_WORKER);

    rw_doctor_add(report, "files", files < needed ? RW_DOCTOR_FAIL : RW_DOCTOR_OK,
                  "%llu files and sockets may be open; %llu calls with a telephone and %llu HTTP "
                  "connections take %llu",
                  (unsigned long long)files, (unsigned long long)calls,
                  (unsigned long long)house->workers * house->http_connections_max,
                  (unsigned long long)needed);
    if (files < needed)
        rw_doctor_next(
            report,
            "raise the hard limit to %llu (LimitNOFILE= of the unit, or ulimit -n before "
            "the start), or lower server.calls_max or http.connections_max",
            (unsigned long long)needed);
}

void rw_doctor_judge_buffers(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                             uint64_t receive, uint64_t send)
{
    bool enough = receive >= house->socket_buffer && send >= house->socket_buffer;

    if (!receive || !send) {
        rw_doctor_add(report, "buffers", RW_DOCTOR_WARN,
                      "how large the buffers of sockets may be can't be seen");
        rw_doctor_next(report, "see that net.core.rmem_max and net.core.wmem_max are at least %u",
                       house->socket_buffer);
        return;
    }
    rw_doctor_add(report, "buffers", enough ? RW_DOCTOR_OK : RW_DOCTOR_WARN,
                  "a SIP socket gets %llu bytes to receive and %llu to send, of %u asked for",
                  (unsigned long long)receive, (unsigned long long)send, house->socket_buffer);
    if (!enough)
        rw_doctor_next(report,
                       "sysctl -w net.core.rmem_max=%u net.core.wmem_max=%u, and the same in "
                       "/etc/sysctl.d; bursts of SIP are lost otherwise",
                       house->socket_buffer, house->socket_buffer);
}

void rw_doctor_judge_disk(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                          const struct rw_doctor_house_seen *seen)
{
    enum rw_doctor_result result = seen->disk_read_only || seen->disk_free < DISK_FAIL
                                       ? RW_DOCTOR_FAIL
                                   : seen->disk_free < DISK_WARN ? RW_DOCTOR_WARN
                                                                 : RW_DOCTOR_OK;

    if (!seen->disk_known) {
        rw_doctor_add(report, "disk", RW_DOCTOR_FAIL, "%s can't be looked at", house->data_dir);
        rw_doctor_next(report,
                       "see that server.data_dir is there and belongs to the server's user");
        return;
    }
    rw_doctor_add(report, "disk", result, "%llu MiB of %llu are free at %s%s",
                  (unsigned long long)(seen->disk_free / MIB),
                  (unsigned long long)(seen->disk_size / MIB), house->data_dir,
                  seen->disk_read_only ? ", and nothing can be written there" : "");
    if (seen->disk_read_only)
        rw_doctor_next(report, "mount it for writing: a call that can't be stored is refused");
    else if (result != RW_DOCTOR_OK)
        rw_doctor_next(report, "make room: a call that can't be stored is refused (store.full)");
}

void rw_doctor_judge_clock(struct rw_doctor_report *report, const struct rw_doctor_house_seen *seen)
{
    char now[RW_TIME_TEXT];

    rw_time_format(seen->wall_s * 1000, now);
    if (!seen->clock_known) {
        rw_doctor_add(
            report, "clock", RW_DOCTOR_OK,
            "it is %s here; whether something keeps it right can't be asked, and a test of "
            "a trunk compares it with the carrier's",
            now);
        return;
    }
    rw_doctor_add(report, "clock", seen->clock_kept ? RW_DOCTOR_OK : RW_DOCTOR_WARN,
                  "it is %s here, and %s", now,
                  seen->clock_kept ? "the kernel says that it is kept right"
                                   : "the kernel says that nothing keeps it right");
    if (!seen->clock_kept)
        rw_doctor_next(report, "run an NTP client (chrony, systemd-timesyncd): signed calls are "
                               "refused when the clock is a minute wrong, and certificates hold or "
                               "end by it");
}

static void judge_address(struct rw_doctor_report *report, const char *host, const char *what,
                          const char *option)
{
    struct rw_media_addr addr;

    if (!rw_media_addr_parse(&addr, AF_UNSPEC, rw_slice_str(host), 0)) {
        rw_doctor_add(report, "address", RW_DOCTOR_OK, "%s is told to come to %s", what, host);
        return;
    }
    if (rw_media_addr_is_any(&addr) || rw_media_addr_is_loopback(&addr)) {
        rw_doctor_add(report, "address", RW_DOCTOR_WARN,
                      "%s is told to come to %s, where only this machine finds it", what, host);
        rw_doctor_next(report,
                       "set %s to the address that carriers reach, unless they all run on this "
                       "machine",
                       option);
        return;
    }
    rw_doctor_add(
        report, "address", RW_DOCTOR_OK, "%s is told to come to %s%s", what, host,
        rw_media_addr_is_private(&addr)
            ? ", a private address: a test of a trunk shows whether the carrier sees the same"
            : "");
}

void rw_doctor_judge_addresses(struct rw_doctor_report *report, const struct rw_doctor_house *house)
{
    judge_address(report, house->sip_host, "SIP", "sip.advertised_host");
    judge_address(report, house->media_host, "RTP", "media.advertised_host");
}

static void put_day(uint64_t at_s, char out[RW_TIME_TEXT])
{
    rw_time_format(at_s * 1000, out);
    out[10] = '\0';
}

void rw_doctor_judge_dates(struct rw_doctor_report *report, const char *name, const char *whose,
                           const struct rw_tls_certificate *certificate, uint64_t wall_s,
                           const char *mend)
{
    char begins[RW_TIME_TEXT], ends[RW_TIME_TEXT];
    uint64_t days = certificate->ends_s > wall_s ? (certificate->ends_s - wall_s) / DAY_S : 0;
    bool over = certificate->ends_s <= wall_s, early = certificate->begins_s > wall_s;

    put_day(certificate->begins_s, begins);
    put_day(certificate->ends_s, ends);
    if (over)
        rw_doctor_add(report, name, RW_DOCTOR_FAIL, "the certificate of %s (%s) ended on %s", whose,
                      certificate->subject, ends);
    else if (early)
        rw_doctor_add(report, name, RW_DOCTOR_FAIL, "the certificate of %s (%s) holds only from %s",
                      whose, certificate->subject, begins);
    else
        rw_doctor_add(
            report, name, days < RW_DOCTOR_WARN_DAYS ? RW_DOCTOR_WARN : RW_DOCTOR_OK,
            "the certificate of %s is for %s, issued by %s, and ends on %s, in %llu day%s", whose,
            certificate->names, certificate->issuer, ends, (unsigned long long)days,
            days == 1 ? "" : "s");
    if (early)
        rw_doctor_next(report, "see whether the clock of this machine is right; if it is, %s",
                       mend);
    else if (over || days < RW_DOCTOR_WARN_DAYS)
        rw_doctor_next(report, "%s", mend);
}

void rw_doctor_judge_own_certificates(struct rw_doctor_report *report,
                                      const struct rw_doctor_house_seen *seen)
{
    static const struct {
        const char *whose, *mend;
    } kinds[RW_DOCTOR_OWN_CERTS] = {
        [RW_DOCTOR_CERT_HTTP] = {"our HTTP listener",
                                 "renew http.tls_cert_file, and start the server again"},
        [RW_DOCTOR_CERT_SIP] = {"our SIP port",
                                "renew sip.tls_cert_file, and start the server again"},
        [RW_DOCTOR_CERT_STIR] =
            {"our STIR key", "renew stir.certificate_file with its authority: calls signed with "
                             "it count as unsigned once it has ended"},
    };

    for (unsigned i = 0; i < RW_DOCTOR_OWN_CERTS; i++) {
        if (!seen->certificates[i].file)
            continue;
        if (!seen->certificates[i].trouble[0]) {
            rw_doctor_judge_dates(report, "certificate", kinds[i].whose,
                                  &seen->certificates[i].certificate, seen->wall_s, kinds[i].mend);
            continue;
        }
        rw_doctor_add(report, "certificate", RW_DOCTOR_FAIL, "of %s: %s", kinds[i].whose,
                      seen->certificates[i].trouble);
        rw_doctor_next(report, "put it back there, readable for the server's user");
    }
}

void rw_doctor_house_judge(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                           const struct rw_doctor_house_seen *seen)
{
    rw_doctor_judge_addresses(report, house);
    rw_doctor_judge_ports(report, house);
    rw_doctor_judge_files(report, house, seen->files);
    rw_doctor_judge_buffers(report, house, seen->receive, seen->send);
    rw_doctor_judge_disk(report, house, seen);
    rw_doctor_judge_clock(report, seen);
    rw_doctor_judge_own_certificates(report, seen);
}
