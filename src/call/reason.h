/*
 * call/reason.h - why a leg ended: what was heard on the wire, put into stable words.
 *
 * One table says what a SIP status (RFC 3261 section 21, 8197, 8688) or a Q.850 cause (RFC 3398, 4497)
 * means for the caller. The telephone of a user and the carrier are judged differently: a 404 from a
 * carrier is a number nobody has, a 404 from a station is a station that is not registered.
 *
 * Threads  pure functions over static tables; any thread.
 * Memory   none; every text returned is static.
 * Errors   none: an unknown status has its class's meaning, an unknown cause has none.
 */
#ifndef RW_CALL_REASON_H
#define RW_CALL_REASON_H

#include "call/call.h"

/* Our words. They are stored, shown and compared by programs: never change one. */
#define RW_REASON_HUNG_UP "hung_up"
#define RW_REASON_CANCELLED "cancelled"
#define RW_REASON_NO_ANSWER "no_answer"
#define RW_REASON_BUSY "busy"
#define RW_REASON_DECLINED "declined"
#define RW_REASON_UNAVAILABLE "unavailable"
#define RW_REASON_BLOCKED "blocked"
#define RW_REASON_NUMBER_NOT_FOUND "number_not_found"
#define RW_REASON_NUMBER_INCOMPLETE "number_incomplete"
#define RW_REASON_NUMBER_CHANGED "number_changed"
#define RW_REASON_REDIRECTED "redirected"
#define RW_REASON_MEDIA_REFUSED "media_refused"
#define RW_REASON_MEDIA_UNUSABLE "media_unusable"
#define RW_REASON_MEDIA_NOT_ENCRYPTED "media_not_encrypted"
#define RW_REASON_MEDIA_BAD_KEY "media_bad_key"
#define RW_REASON_CARRIER_AUTH "carrier_auth"
#define RW_REASON_CARRIER_REFUSED "carrier_refused"
#define RW_REASON_CARRIER_FAILURE "carrier_failure"
#define RW_REASON_CARRIER_CONGESTED "carrier_congested"
#define RW_REASON_CARRIER_SILENT "carrier_silent"
#define RW_REASON_CARRIER_UNREACHABLE "carrier_unreachable"
#define RW_REASON_CARRIER_UNTRUSTED "carrier_certificate_untrusted"
#define RW_REASON_CARRIER_WRONG_NAME "carrier_certificate_name"
#define RW_REASON_CARRIER_OUT_OF_DATE "carrier_certificate_expired"
#define RW_REASON_CARRIER_TLS "carrier_tls"
#define RW_REASON_CARRIER_GONE "carrier_gone"
#define RW_REASON_SESSION_EXPIRED "session_expired"
#define RW_REASON_STATION_AUTH "station_auth"
#define RW_REASON_STATION_REFUSED "station_refused"
#define RW_REASON_STATION_FAILURE "station_failure"
#define RW_REASON_STATION_NOT_FOUND "station_not_found"
#define RW_REASON_STATION_SILENT "station_silent"
#define RW_REASON_STATION_UNREACHABLE "station_unreachable"
#define RW_REASON_STATION_GONE "station_gone"
#define RW_REASON_MAX_DURATION "max_duration"
#define RW_REASON_TRUNK_LIMIT "trunk_limit"
#define RW_REASON_SPEND_EXHAUSTED "spend_exhausted"
#define RW_REASON_DRAINED "drained"
#define RW_REASON_STORE_FAILED "store_failed"
#define RW_REASON_NODE_LOST "node_lost"

/*
 * The ending of `leg` that what was heard amounts to. `heard` brings sip_code, sip_reason and q850
 * (0 and "" where unknown) and is copied; disconnect, said_by and reason are worked out, unless
 * heard->reason is set already: then whoever heard it knew more than a status can say.
 * kind is one of RW_IN_LEG_{FAILED,ENDED,SILENT,UNREACHABLE}.
 */
struct rw_ending rw_reason_judge(enum rw_leg_side leg, enum rw_call_input_kind kind,
                                 const struct rw_ending *heard);

/* One sentence for a person about one of the words above; NULL when it is none of them. */
const char *rw_reason_meaning(struct rw_slice reason);

/* The static text equal to `reason`, so that an ending read back needs no memory; NULL when unknown. */
const char *rw_reason_intern(struct rw_slice reason);

#endif
