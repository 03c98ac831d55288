/*
 * doctor/house.h - is this machine, as it is configured, fit to carry calls? What is looked at, and what is
 * to be thought of it.
 *
 * Threads  rw_doctor_house_look() blocks (files, certificates): not in a worker's loop. The judges are pure.
 * Errors   none: what can't be seen is said so in the report.
 */
#ifndef RW_DOCTOR_HOUSE_H
#define RW_DOCTOR_HOUSE_H

#include "doctor/report.h"
#include "tls/tls.h"

#define RW_DOCTOR_WARN_DAYS 30u /* before a certificate ends */
#define RW_DOCTOR_PATH 528      /* folder and file, and NUL */

/* What the operator decided, as far as it matters here. Texts live as long as the server. */
struct rw_doctor_house {
    const char *data_dir;
    uint32_t calls_max, workers, http_connections_max; /* connections: of each worker */
    uint16_t port_min, port_max;                       /* of RTP; 0, 0 = any */
    uint32_t socket_buffer;                            /* bytes that SIP sockets ask for */
    const char *sip_host, *media_host;                 /* advertised */
    const char *http_cert_file, *sip_cert_file, *stir_cert_file; /* "" = none */
};

enum rw_doctor_own_certificate {
    RW_DOCTOR_CERT_HTTP,
    RW_DOCTOR_CERT_SIP,
    RW_DOCTOR_CERT_STIR,
    RW_DOCTOR_OWN_CERTS
};

struct rw_doctor_house_seen {
    uint64_t files;         /* descriptors that this process may have open */
    uint64_t receive, send; /* bytes that a socket got of those asked for; 0 = not known */
    bool disk_known, disk_read_only;
    uint64_t disk_free, disk_size; /* bytes */
    bool clock_known, clock_kept;  /* kept: something holds it to the right time */
    uint64_t wall_s;
    struct {
        const char *file;  /* NULL = none is configured */
        char trouble[200]; /* why it can't be read; "" */
        struct rw_tls_certificate certificate;
    } certificates[RW_DOCTOR_OWN_CERTS];
};

void rw_doctor_house_look(const struct rw_doctor_house *house, struct rw_doctor_house_seen *ret);

/* All of the judges below, in their order. */
void rw_doctor_house_judge(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                           const struct rw_doctor_house_seen *seen);

void rw_doctor_judge_ports(struct rw_doctor_report *report, const struct rw_doctor_house *house);
/* The same against the calls at a time that a trunk may have; 0 = no limit of its own: nothing is said. */
void rw_doctor_judge_channels(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                              uint32_t channels);
void rw_doctor_judge_files(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                           uint64_t files);
void rw_doctor_judge_buffers(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                             uint64_t receive, uint64_t send);
void rw_doctor_judge_disk(struct rw_doctor_report *report, const struct rw_doctor_house *house,
                          const struct rw_doctor_house_seen *seen);
void rw_doctor_judge_clock(struct rw_doctor_report *report,
                           const struct rw_doctor_house_seen *seen);
void rw_doctor_judge_addresses(struct rw_doctor_report *report,
                               const struct rw_doctor_house *house);
void rw_doctor_judge_own_certificates(struct rw_doctor_report *report,
                                      const struct rw_doctor_house_seen *seen);

/*
 * The dates of any certificate; `whose` is "the carrier" or "our HTTP listener", `mend` what to do
 * when it ends.
 */
void rw_doctor_judge_dates(struct rw_doctor_report *report, const char *name, const char *whose,
                           const struct rw_tls_certificate *certificate, uint64_t wall_s,
                           const char *mend);

#endif
