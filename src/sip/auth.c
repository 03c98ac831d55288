#include "sip/auth.h"

#include "base/id.h"
#include "base/mem.h"
#include "sip/core.h"

/* Made when the first challenge comes. */
struct rw_sip_auth {
    unsigned count;
    struct {
        uint64_t realm; /* hash of header kind and realm */
        char *line;     /* the whole header */
        bool again;     /* answered twice already: the nonce was stale */
    } at[RW_SIP_REALMS];
};

void rw_sip_auth_done(struct rw_sip_auth **auth)
{
    if (!*auth)
        return;
    for (unsigned i = 0; i < (*auth)->count; i++)
        rw_free((*auth)->at[i].line);
    rw_free(*auth);
    *auth = NULL;
}

void rw_sip_auth_put(const struct rw_sip_auth *auth, struct rw_buf *buf)
{
    for (unsigned i = 0; auth && i < auth->count; i++)
        rw_buf_puts(buf, auth->at[i].line);
}

/* The entry for a realm; a new one if there is room. -1: answered before, or too many. */
static int slot_for(struct rw_sip_auth *auth, uint64_t realm, bool stale)
{
    for (unsigned i = 0; i < auth->count; i++) {
        if (auth->at[i].realm != realm)
            continue;
        if (!stale || auth->at[i].again)
            return -1;
        auth->at[i].again = true;
        return (int)i;
    }
    return auth->count < RW_SIP_REALMS ? (int)auth->count : -1;
}

static bool answer_one(struct rw_sip_auth *auth, const struct rw_sip_challenge *challenge,
                       bool proxy, const struct rw_sip_credentials *who)
{
    struct rw_buf buf;
    char *line = NULL;
    int i = slot_for(auth, rw_sip_hash(challenge->realm) * 2 + proxy, challenge->stale);

    if (i < 0)
        return false;
    rw_buf_init(&buf, 2048);
    rw_buf_puts(&buf, proxy ? "Proxy-Authorization: " : "Authorization: ");
    if (rw_sip_digest_put(&buf, challenge, who)) {
        rw_buf_puts(&buf, "\r\n");
        line = buf.failed ? NULL : rw_strdup(buf.p);
    }
    rw_buf_done(&buf);
    if (!line)
        return false;
    rw_free(auth->at[i].line);
    auth->at[i].line = line;
    auth->at[i].realm = rw_sip_hash(challenge->realm) * 2 + proxy;
    if ((unsigned)i == auth->count)
        auth->count++;
    return true;
}

bool rw_sip_auth_answer(struct rw_sip_auth **auth, const struct rw_sip_message *message,
                        const struct rw_sip_credentials *who)
{
    bool proxy = message->code == 407;
    enum rw_sip_header_kind kind = proxy ? RW_SIP_H_PROXY_AUTHENTICATE : RW_SIP_H_WWW_AUTHENTICATE;
    struct rw_sip_credentials fresh = *who;
    struct rw_sip_challenge challenge;

    if (!who->user.p || (message->code != 401 && !proxy))
        return false;
    if (!*auth)
        *auth = rw_calloc(1, sizeof(**auth));
    for (uint32_t i = 0; *auth && i < message->header_count; i++) {
        if (message->headers[i].kind != kind ||
            !rw_sip_challenge_parse(message->headers[i].value, &challenge))
            continue;
        fresh.cnonce = rw_random_u64();
        return answer_one(*auth, &challenge, proxy, &fresh);
    }
    return false;
}
