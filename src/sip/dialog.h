/*
 * sip/dialog.h - what identifies a dialog of ours and says where its requests go (RFC 3261, 12).
 *
 * Mostly ours is the caller's side: made with the INVITE, completed by the 2xx, or read back from
 * the store after a restart. Of a call that comes in it is the called one's, complete from the beginning.
 *
 * Owner    embedded; _done() frees the texts.
 * Memory   the texts, each at most RW_SIP_DIALOG_TEXT_MAX bytes.
 */
#ifndef RW_SIP_DIALOG_H
#define RW_SIP_DIALOG_H

#include "base/buf.h"
#include "call/leg.h"
#include "sip/compose.h"

#define RW_SIP_DIALOG_TEXT_MAX 4096

struct rw_sip_dialog {
    char *call_id;
    char *from;       /* our side: value of From without its tag */
    char *to;         /* their side: URI in To */
    char *remote_tag; /* NULL before the 2xx */
    char *target;     /* URI to send requests to: the INVITE's, from the 2xx on the Contact's */
    char *routes;     /* Route header values, comma-separated; NULL = none */
    char local_tag[40];
    uint32_t local_cseq, remote_cseq;
    bool remote_spoke; /* remote_cseq is set */
};

/* to_uri: the INVITE's request URI; port and parameters do not go into To (table 1 of 19.1.1). */
RW_NODISCARD enum rw_class rw_sip_dialog_init(struct rw_sip_dialog *dialog, const char *call_id,
                                              const char *from_name, const char *from_uri,
                                              const char *to_uri, const char *local_tag,
                                              struct rw_err *err);
void rw_sip_dialog_done(struct rw_sip_dialog *dialog);

/*
 * Learns tag, target and route set from a 2xx to our INVITE. False when memory is out or they can't
 * be used: the dialog is then as before.
 */
bool rw_sip_dialog_confirm(struct rw_sip_dialog *dialog, const struct rw_sip_message *answer);

/*
 * The dialog of an INVITE of the far end's: their From is who we talk to, their To is we. Routes stand as
 * Record-Route has them (12.1.1). RW_MALFORMED sip.bad_dialog for what no dialog can be made of.
 */
RW_NODISCARD enum rw_class rw_sip_dialog_take(struct rw_sip_dialog *dialog,
                                              const struct rw_sip_message *invite,
                                              const char *local_tag, struct rw_err *err);

/* The far end has moved (target refresh, 12.2.2). A failure keeps the old target. */
void rw_sip_dialog_move(struct rw_sip_dialog *dialog, struct rw_slice contact);

/* True when request and dialog have the same tags. */
bool rw_sip_dialog_matches(const struct rw_sip_dialog *dialog,
                           const struct rw_sip_message *request);

/*
 * Where a request of this dialog goes: the first route or the target, if its host is an address of
 * this family, and over TLS if that is; otherwise `fallback`, from where the 2xx came. Carriers put names and addresses of
 * their inside there; the element that answered us is always right or passes it on.
 */
struct rw_sip_hop rw_sip_dialog_hop(const struct rw_sip_dialog *dialog, int af,
                                    const struct rw_sip_hop *fallback);

/* The request URI (the first route instead of the target when that is a strict router, 12.2.1.1). */
struct rw_slice rw_sip_dialog_uri(const struct rw_sip_dialog *dialog);

/* Writes a request up to and with User-Agent into buf; the caller adds headers and the end. */
void rw_sip_dialog_put(struct rw_buf *buf, const struct rw_sip_dialog *dialog,
                       const struct rw_sip_wire *wire, enum rw_sip_method method, uint32_t cseq,
                       enum rw_sip_transport transport, uint64_t branch);

/* Reads what was stored. RW_MALFORMED sip.bad_dialog when it can't be a dialog of ours. */
RW_NODISCARD enum rw_class rw_sip_dialog_load(struct rw_sip_dialog *dialog,
                                              const struct rw_leg_dialog *stored,
                                              struct rw_err *err);

/* An outbound proxy's URI as a Route header's value: in <>, with lr. To be freed; NULL: memory is out. */
char *rw_sip_route_of(const char *uri);

#endif
