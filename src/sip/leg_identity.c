#include "base/clock.h"
#include "base/mem.h"
#include "sip/session.h"

#include <time.h>

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static char *keep(char *at, const char **text)
{
    size_t n = size_of(*text);

    if (n)
        memcpy(at, *text, n);
    *text = n ? at : NULL;
    return at + n;
}

bool rw_leg_identity_init(struct rw_leg *leg, const struct rw_leg_target *target)
{
    struct rw_leg_identity *identity;
    struct rw_identity_claim claim = target->claim;
    char *at;

    if (!target->signer)
        return true;
    claim.trunk_id = target->trunk_id;
    identity = rw_calloc(1, sizeof(*identity) + size_of(claim.from_number) +
                                size_of(claim.to_number) + size_of(claim.trunk_id));
    if (!identity)
        return false;
    at = keep(identity->texts, &claim.from_number);
    at = keep(at, &claim.to_number);
    (void)keep(at, &claim.trunk_id);
    identity->signer = target->signer;
    identity->claim = claim;
    leg->identity = identity;
    return true;
}

void rw_leg_identity_done(struct rw_leg *leg)
{
    if (!leg->identity)
        return;
    rw_free(leg->identity->value);
    rw_free(leg->identity);
    leg->identity = NULL;
}

static enum rw_class sign(struct rw_leg_identity *identity, uint64_t now_s, struct rw_err *err)
{
    struct rw_buf value;
    enum rw_class class;

    rw_buf_init(&value, RW_IDENTITY_MAX);
    class = identity->signer->put(identity->signer, &identity->claim, now_s, &value, err);
    if (!class && value.failed)
        class = rw_fail_memory(err);
    if (class) {
        rw_buf_done(&value);
        return class;
    }
    rw_free(identity->value);
    identity->value = value.len ? value.p : NULL; /* the buffer's memory is ours from here on */
    identity->signed_s = now_s;
    if (!identity->value)
        rw_buf_done(&value);
    return RW_OK;
}

/* "Sat, 13 Nov 2010 23:29:00 GMT", in English wherever the server stands (RFC 3261, section 20.17). */
static void put_date(struct rw_buf *buf, uint64_t wall_s)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at = (time_t)wall_s;
    struct tm tm;

    if (gmtime_r(&at, &tm))
        rw_buf_printf(buf, "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday],
                      tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                      tm.tm_sec);
}

enum rw_class rw_leg_identity_put(struct rw_leg *leg, struct rw_buf *buf, struct rw_err *err)
{
    struct rw_leg_identity *identity = leg->identity;
    uint64_t now_s = rw_clock_wall_ms() / 1000;
    enum rw_class class;

    if (!identity)
        return RW_OK;
    /* a clock that was set back makes a token of the future, which nobody takes either */
    if (!identity->signed_s || now_s < identity->signed_s ||
        now_s - identity->signed_s >= RW_IDENTITY_FRESH_S) {
        class = sign(identity, now_s, err);
        if (class)
            return class;
    }
    if (!identity->value)
        return RW_OK;
    put_date(buf, identity->signed_s); /* what is signed and what is said here must not differ */
    rw_sip_put_header(buf, "Identity", rw_slice_str(identity->value));
    return RW_OK;
}
