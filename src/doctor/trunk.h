/*
 * doctor/trunk.h - what was seen of a trunk, and what is to be thought of it.
 *
 * Threads  pure functions.
 * Errors   none.
 */
#ifndef RW_DOCTOR_TRUNK_H
#define RW_DOCTOR_TRUNK_H

#include "doctor/report.h"
#include "tls/tls.h"

#define RW_DOCTOR_PLACES 8u
#define RW_DOCTOR_ADDRESS 80 /* "[2001:db8::1]:5060" and NUL */

enum rw_doctor_way { RW_DOCTOR_UDP, RW_DOCTOR_TCP, RW_DOCTOR_TLS };

enum rw_doctor_reached {
    RW_DOCTOR_NOT_TRIED, /* UDP knows no connections */
    RW_DOCTOR_REACHED,
    RW_DOCTOR_UNREACHED, /* `error` says why; 0: no answer in time */
    RW_DOCTOR_NO_TLS     /* a connection, and no TLS: `fault` */
};

enum rw_doctor_asked {
    RW_DOCTOR_NOT_ASKED,
    RW_DOCTOR_ANSWERED,
    RW_DOCTOR_SILENT, /* no answer in time */
    RW_DOCTOR_UNSENT  /* the network says that it can't be delivered */
};

/* One address of the carrier. */
struct rw_doctor_place {
    char address[RW_DOCTOR_ADDRESS];
    enum rw_doctor_reached reached;
    int error; /* errno */
    uint32_t reached_ms;
    struct rw_tls_fault fault;
    bool has_certificate;
    struct rw_tls_certificate certificate;

    enum rw_doctor_asked asked; /* by OPTIONS */
    uint32_t asked_ms;          /* from the request to its answer */
    uint16_t code;
    char phrase[64];
    char seen_as[RW_DOCTOR_ADDRESS]; /* received and rport of our Via; "" = not said */
    bool has_date;
    int64_t ahead_s; /* its clock against ours */
};

/* What became of the test call, as far as media/probe.h and the exchange tell. */
struct rw_doctor_call_seen {
    bool wanted;
    char refused[200]; /* why it was not placed; "" */
    bool answered;
    uint32_t answered_ms; /* after the INVITE */
    uint16_t code;        /* of its end when it was not answered; 0 = none */
    char phrase[128];
    char meaning[160];             /* of our word for it */
    bool credentials;              /* the carrier did not take the trunk's */
    char told[RW_DOCTOR_ADDRESS];  /* where our SDP has RTP come to */
    char named[RW_DOCTOR_ADDRESS]; /* where theirs has it; "" = not known */
    char from[RW_DOCTOR_ADDRESS];  /* where theirs comes from; "" = none came */
    uint32_t sent, received;       /* packets */
    uint32_t foreign, forged;      /* dropped: they came from elsewhere, or were sealed wrongly */
    uint32_t sounding;             /* of those, with sound in them */
    uint32_t bursts, bursts_heard; /* tones sent, and heard again */
    uint32_t round_trip_ms;        /* of the quickest */
};

struct rw_doctor_trunk_seen {
    const char *host;  /* whose addresses were looked for */
    bool by_proxy;     /* it is the outbound proxy's */
    bool by_hand;      /* the addresses stand in the trunk */
    bool without_port; /* so SRV records may name them, */
    bool by_service;   /* and they do */
    bool active;
    enum rw_doctor_way way;
    uint64_t wall_s;
    char trouble[200]; /* why nothing could be tried: files of TLS, an unreadable address; "" */
    bool unusable;     /* it is how the trunk is set up */
    unsigned count;
    struct rw_doctor_place at[RW_DOCTOR_PLACES];
    const char *tls_name; /* that its certificate has to have */
    bool has_ca;          /* the trunk names a CA file */
    bool has_credentials;
    /* What a registrar made of them; all zero: it was not asked, or asked nothing. */
    bool challenged, refused;
    uint16_t registrar_code;
    /* What the trunk's registration has come to; registers false: it has none. */
    bool registers, registered;
    uint64_t until_s; /* with `registered` */
    char registrar[RW_DOCTOR_ADDRESS +
                   80]; /* the last answer: "192.0.2.1:5060 said 403 No"; "" = none yet */
    char sent_as[RW_DOCTOR_ADDRESS];  /* in our Via and Contact */
    char media_as[RW_DOCTOR_ADDRESS]; /* host that our SDP names */
    struct rw_doctor_call_seen call;
    bool late; /* the examination's deadline came first */
};

/* All of the judges below, in their order. */
void rw_doctor_trunk_judge(struct rw_doctor_report *report,
                           const struct rw_doctor_trunk_seen *seen);

void rw_doctor_judge_dns(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen);
void rw_doctor_judge_reach(struct rw_doctor_report *report,
                           const struct rw_doctor_trunk_seen *seen);
void rw_doctor_judge_options(struct rw_doctor_report *report,
                             const struct rw_doctor_trunk_seen *seen);
void rw_doctor_judge_nat(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen);
void rw_doctor_judge_their_clock(struct rw_doctor_report *report,
                                 const struct rw_doctor_trunk_seen *seen);
void rw_doctor_judge_registration(struct rw_doctor_report *report,
                                  const struct rw_doctor_trunk_seen *seen);
void rw_doctor_judge_credentials(struct rw_doctor_report *report,
                                 const struct rw_doctor_trunk_seen *seen);
void rw_doctor_judge_call(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen);
void rw_doctor_judge_audio(struct rw_doctor_report *report,
                           const struct rw_doctor_trunk_seen *seen);

/* A SIP Date (RFC 3261, section 20.17) as seconds since 1970. False: it is none. */
bool rw_doctor_read_date(const char *text, int64_t *ret_s);

#endif
