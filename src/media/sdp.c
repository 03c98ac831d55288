#include "media/sdp.h"

#include <inttypes.h>

const struct rw_sdp_codecs rw_sdp_all_codecs = {
    .audio = {RW_RTP_PCMU, RW_RTP_PCMA}, .audio_count = 2, .event_pt = RW_SDP_EVENT_PT};

enum { SENDS = 1, RECEIVES = 2, DIRECTION_UNSET = 4 };

struct line {
    char letter;
    struct rw_slice value;
    int32_t number, offset; /* 1-based; of the value, in the text */
};

struct reader {
    struct rw_slice text;
    size_t at;
    int32_t number;
    struct rw_err *err;
};

/* What the lines said so far; judged when all are read. */
struct draft {
    const struct rw_sdp_codecs *offered;
    int family;
    uint32_t media_count;
    struct line media; /* the first m= line */
    uint16_t port;
    uint8_t formats[RW_SDP_FORMATS_MAX];
    uint32_t format_count;
    struct rw_media_addr session, own; /* of c= before and inside the stream */
    uint8_t session_direction, direction;
    uint8_t event_pt;
    uint16_t remapped; /* bit 0 PCMU, bit 1 PCMA: their static number was given to another codec */
    struct rw_media_addr rtcp;
    uint16_t rtcp_port;
    uint16_t ptime_ms;
    enum rw_sdp_security security;
    bool sealed; /* by the m= line */
    struct rw_sdes crypto;
    uint8_t crypto_count;
};

static enum rw_class fail_at(struct rw_err *err, const struct line *line, const char *code,
                             const char *message)
{
    (void)rw_fail(err, RW_MALFORMED, code, "%s", message);
    if (err) {
        struct rw_slice shown = {line->value.p, line->value.n < 100 ? line->value.n : 100};
        char clean[120];

        rw_err_at(err, "", line->offset, 0);
        err->line = line->number;
        err->column = 1;
        (void)rw_text_clean(clean, sizeof(clean), shown);
        rw_err_found(err, "%c=%s", line->letter, clean);
    }
    return RW_MALFORMED;
}

/* The next word, words being apart by single spaces; empty at the end. */
static struct rw_slice next_word(struct rw_slice *rest)
{
    const char *space = rest->n ? memchr(rest->p, ' ', rest->n) : NULL;
    struct rw_slice word = *rest;

    if (space)
        word.n = (size_t)(space - rest->p);
    *rest = space ? rw_slice_from(*rest, word.n + 1) : (struct rw_slice){NULL, 0};
    return word;
}

static bool read_number(struct rw_slice s, uint32_t max, uint32_t *ret)
{
    uint32_t n = 0;

    if (s.n == 0 || s.n > 9)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (uint32_t)(s.p[i] - '0');
    }
    if (n > max)
        return false;
    *ret = n;
    return true;
}

static bool is_printable(struct rw_slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t')
            return false;
    return true;
}

/* 1: a line; 0: the end; -1: failed. Empty lines are let pass at the very end only. */
static int next_line(struct reader *reader, struct line *ret)
{
    struct rw_slice rest = rw_slice_from(reader->text, reader->at), all = rest;
    const char *end = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
    struct line line = {.number = ++reader->number, .offset = (int32_t)reader->at};

    if (rest.n == 0)
        return 0;
    if (end)
        rest.n = (size_t)(end - rest.p);
    reader->at += rest.n + (end != NULL);
    if (rest.n && rest.p[rest.n - 1] == '\r')
        rest.n--;
    if (rest.n == 0) {
        for (size_t i = 0; i < all.n; i++)
            if (all.p[i] != '\r' && all.p[i] != '\n')
                goto bad;
        return 0;
    }
    if (rest.n < 2 || rest.p[0] < 'a' || rest.p[0] > 'z' || rest.p[1] != '=' || !is_printable(rest))
        goto bad;
    line.letter = rest.p[0];
    line.value = (struct rw_slice){rest.p + 2, rest.n - 2};
    line.offset += 2;
    *ret = line;
    return 1;
bad:
    line.letter = '?';
    line.value = rest;
    (void)fail_at(reader->err, &line, "sdp.bad_line",
                  "a line of the session description is not <letter>=<value>");
    return -1;
}

/* c=IN IP4 192.0.2.1 (a multicast address would carry /ttl: no address for a telephone call) */
static enum rw_class read_connection(const struct line *line, struct draft *draft,
                                     struct rw_media_addr *ret, struct rw_err *err)
{
    struct rw_slice rest = line->value;
    struct rw_slice net = next_word(&rest), type = next_word(&rest), host = next_word(&rest);
    bool v4 = rw_slice_ieq(type, RW_LIT("IP4")), v6 = rw_slice_ieq(type, RW_LIT("IP6"));
    struct rw_media_addr addr;

    if (!rw_slice_ieq(net, RW_LIT("IN")) || rest.n || !(v4 || v6) ||
        !rw_media_addr_parse(&addr, v4 ? AF_INET : AF_INET6, host, 0)) {
        (void)fail_at(err, line, "sdp.bad_address", "the media address can't be read");
        rw_err_expected(err, "c=IN IP4 and a numeric address");
        return RW_MALFORMED;
    }
    if (addr.u.sa.sa_family != draft->family)
        return fail_at(err, line, "sdp.bad_address",
                       "the media address is of another IP version than ours");
    if (!rw_media_addr_is_any(&addr) && rw_media_addr_is_group(&addr))
        return fail_at(err, line, "sdp.bad_address", "the media address is not one host's");
    *ret = addr;
    return RW_OK;
}

static enum rw_class read_formats(const struct line *line, struct rw_slice rest,
                                  struct draft *draft, struct rw_err *err)
{
    while (rest.n) {
        struct rw_slice word = next_word(&rest);
        uint32_t pt;

        if (!read_number(word, 127, &pt) || draft->format_count == RW_SDP_FORMATS_MAX)
            return fail_at(err, line, "sdp.bad_format",
                           "the m= line names a payload type that is none, or too many");
        draft->formats[draft->format_count++] = (uint8_t)pt;
    }
    if (draft->format_count == 0)
        return fail_at(err, line, "sdp.bad_media", "the m= line names no payload type");
    return RW_OK;
}

/* m=audio 49170 RTP/AVP 0 8 101 */
static enum rw_class read_media(const struct line *line, struct draft *draft, struct rw_err *err)
{
    struct rw_slice rest = line->value;
    struct rw_slice kind = next_word(&rest), port = next_word(&rest), profile = next_word(&rest);
    uint32_t number = 0;

    draft->media_count++;
    if (draft->media_count > 1) {
        if (!rw_slice_eq(port, RW_LIT("0")))
            return fail_at(err, line, "sdp.extra_media",
                           "a second stream is described that was never offered");
        return RW_OK;
    }
    draft->media = *line;
    if (!rw_slice_ieq(kind, RW_LIT("audio")))
        return fail_at(err, line, "sdp.no_audio", "the first stream is not audio");
    if (profile.n == 0)
        return fail_at(err, line, "sdp.bad_media", "the m= line is cut short");
    if (port.n > 2 && rw_slice_eq(rw_slice_from(port, port.n - 2), RW_LIT("/1")))
        port.n -= 2;
    if (!read_number(port, 65535, &number))
        return fail_at(err, line, "sdp.bad_port", "the media port is no port number");
    if (number == 0)
        return fail_at(err, line, "sdp.rejected", "the far end refuses the audio stream");
    draft->sealed = draft->security != RW_SDP_PLAIN && rw_slice_ieq(profile, RW_LIT("RTP/SAVP"));
    if (!draft->sealed && !rw_slice_ieq(profile, RW_LIT("RTP/AVP")))
        return fail_at(err, line, "sdp.unsupported_profile",
                       "the stream is not RTP/AVP, nor RTP/SAVP where that was offered");
    draft->port = (uint16_t)number;
    return read_formats(line, rest, draft, err);
}

/* The encoding name that RFC 3551 ties to a static payload type, as far as we speak it. */
static void note_static(struct draft *draft, uint32_t pt, struct rw_slice encoding)
{
    if (pt == RW_RTP_PCMU && !rw_slice_ieq(encoding, RW_LIT("PCMU/8000")) &&
        !rw_slice_ieq(encoding, RW_LIT("PCMU/8000/1")))
        draft->remapped |= 1;
    if (pt == RW_RTP_PCMA && !rw_slice_ieq(encoding, RW_LIT("PCMA/8000")) &&
        !rw_slice_ieq(encoding, RW_LIT("PCMA/8000/1")))
        draft->remapped |= 2;
}

/* a=rtpmap:101 telephone-event/8000 */
static enum rw_class read_rtpmap(const struct line *line, struct rw_slice value,
                                 struct draft *draft, struct rw_err *err)
{
    struct rw_slice pt_word = next_word(&value), encoding = next_word(&value);
    uint32_t pt;

    if (!read_number(pt_word, 127, &pt) || encoding.n == 0)
        return fail_at(err, line, "sdp.bad_attribute", "an rtpmap attribute can't be read");
    note_static(draft, pt, encoding);
    if (draft->event_pt || pt == 0 || !rw_slice_ieq(encoding, RW_LIT("telephone-event/8000")))
        return RW_OK;
    for (uint32_t i = 0; i < draft->format_count; i++)
        if (draft->formats[i] == pt)
            draft->event_pt = (uint8_t)pt;
    return RW_OK;
}

/* a=rtcp:53020 or a=rtcp:53020 IN IP4 192.0.2.7 (RFC 3605) */
static enum rw_class read_rtcp(const struct line *line, struct rw_slice value, struct draft *draft,
                               struct rw_err *err)
{
    struct rw_slice port_word = next_word(&value);
    struct line address = *line;
    uint32_t port;

    if (!read_number(port_word, 65535, &port) || port == 0)
        return fail_at(err, line, "sdp.bad_attribute", "the rtcp attribute names no port");
    draft->rtcp_port = (uint16_t)port;
    if (value.n == 0)
        return RW_OK;
    address.value = value;
    return read_connection(&address, draft, &draft->rtcp, err);
}

/* a=crypto: (RFC 4568). The line is never shown: it holds a key. */
static enum rw_class read_crypto(const struct line *line, struct rw_slice value,
                                 struct draft *draft, struct rw_err *err)
{
    struct line nameless = *line;
    struct rw_sdes crypto;
    const char *what;
    enum rw_class class = rw_sdes_read(value, &crypto, &what);

    nameless.value = RW_LIT("crypto:...");
    if (class == RW_MALFORMED)
        return fail_at(err, &nameless, "sdp.bad_crypto", what);
    if (draft->crypto_count < UINT8_MAX)
        draft->crypto_count++;
    if (class == RW_OK && draft->crypto.suite == RW_SRTP_NONE)
        draft->crypto = crypto;
    return RW_OK;
}

static enum rw_class read_attribute(const struct line *line, struct draft *draft,
                                    struct rw_err *err)
{
    static const struct {
        struct rw_slice name;
        uint8_t direction;
    } directions[] = {{{"sendrecv", 8}, SENDS | RECEIVES},
                      {{"sendonly", 8}, SENDS},
                      {{"recvonly", 8}, RECEIVES},
                      {{"inactive", 8}, 0}};
    uint8_t *direction = draft->media_count ? &draft->direction : &draft->session_direction;
    uint32_t ptime;

    for (size_t i = 0; i < sizeof(directions) / sizeof(*directions); i++)
        if (rw_slice_eq(line->value, directions[i].name))
            *direction = directions[i].direction;
    if (draft->media_count == 0)
        return RW_OK;
    if (rw_slice_starts(line->value, RW_LIT("rtpmap:")))
        return read_rtpmap(line, rw_slice_from(line->value, 7), draft, err);
    if (rw_slice_starts(line->value, RW_LIT("rtcp:")))
        return read_rtcp(line, rw_slice_from(line->value, 5), draft, err);
    if (draft->security != RW_SDP_PLAIN && rw_slice_starts(line->value, RW_LIT("crypto:")))
        return read_crypto(line, rw_slice_from(line->value, 7), draft, err);
    if (rw_slice_starts(line->value, RW_LIT("ptime:")) &&
        read_number(rw_slice_from(line->value, 6), 200, &ptime) && ptime)
        draft->ptime_ms = (uint16_t)ptime;
    return RW_OK;
}

static enum rw_class read_line(const struct line *line, struct draft *draft, struct rw_err *err)
{
    if (line->letter == 'm')
        return read_media(line, draft, err);
    if (draft->media_count > 1) /* belongs to a refused stream */
        return RW_OK;
    if (line->letter == 'c')
        return read_connection(line, draft, draft->media_count ? &draft->own : &draft->session,
                               err);
    if (line->letter == 'a')
        return read_attribute(line, draft, err);
    return RW_OK;
}

static void choose_codecs(const struct draft *draft, struct rw_sdp_codecs *ret)
{
    for (uint32_t i = 0; i < draft->format_count && ret->audio_count < 2; i++) {
        uint8_t pt = draft->formats[i];

        if (!rw_sdp_has(draft->offered, pt) || rw_sdp_has(ret, pt) ||
            (draft->remapped & (pt == RW_RTP_PCMU ? 1 : 2)))
            continue;
        ret->audio[ret->audio_count++] = pt;
    }
    if (draft->offered->event_pt)
        ret->event_pt = draft->event_pt;
}

static void choose_addresses(const struct draft *draft, const struct rw_media_addr *host,
                             struct rw_sdp *ret)
{
    if (rw_media_addr_is_any(host)) { /* hold as in RFC 2543; RFC 3264 section 8.4 */
        ret->receives = false;
        return;
    }
    ret->rtp = *host;
    rw_media_addr_set_port(&ret->rtp, draft->port);
    ret->rtcp = draft->rtcp.len && !rw_media_addr_is_any(&draft->rtcp) ? draft->rtcp : *host;
    rw_media_addr_set_port(&ret->rtcp,
                           draft->rtcp_port ? draft->rtcp_port : (uint16_t)(draft->port + 1));
    if (rw_media_addr_port(&ret->rtcp) == 0) /* after 65535 comes nothing */
        ret->rtcp.len = 0;
}

static enum rw_class judge_security(const struct draft *draft, struct rw_err *err)
{
    if (draft->security == RW_SDP_SEALED && !draft->sealed) {
        (void)fail_at(err, &draft->media, "sdp.not_encrypted",
                      "the far end wants the media in the clear");
        rw_err_expected(err, "RTP/SAVP and a crypto attribute, as offered");
        return RW_MALFORMED;
    }
    if (draft->crypto.suite == RW_SRTP_NONE && (draft->sealed || draft->crypto_count)) {
        (void)fail_at(err, &draft->media, "sdp.bad_crypto",
                      "the media are encrypted, and no crypto attribute says how");
        rw_err_expected(err, "AES_CM_128_HMAC_SHA1_80 or AES_CM_128_HMAC_SHA1_32");
        return RW_MALFORMED;
    }
    return RW_OK;
}

static enum rw_class judge(const struct draft *draft, struct rw_sdp *ret, struct rw_err *err)
{
    const struct rw_media_addr *host = draft->own.len ? &draft->own : &draft->session;
    uint8_t direction = SENDS | RECEIVES;
    struct rw_sdp sdp = {.ptime_ms = draft->ptime_ms ? draft->ptime_ms : 20};

    if (draft->media_count == 0)
        return rw_fail(err, RW_MALFORMED, "sdp.no_audio", "the session description has no m= line");
    if (host->len == 0)
        return fail_at(err, &draft->media, "sdp.no_address",
                       "no c= line says where the stream goes");
    choose_codecs(draft, &sdp.codecs);
    if (sdp.codecs.audio_count == 0) {
        (void)fail_at(err, &draft->media, "sdp.no_common_codec",
                      "the far end takes none of the codecs offered");
        rw_err_expected(err, "payload type 0 (PCMU) or 8 (PCMA), as offered");
        return RW_MALFORMED;
    }
    if (judge_security(draft, err) != RW_OK)
        return RW_MALFORMED;
    sdp.sealed = draft->sealed;
    sdp.crypto = draft->crypto;
    sdp.crypto_count = draft->crypto_count;
    if (draft->direction != DIRECTION_UNSET)
        direction = draft->direction;
    else if (draft->session_direction != DIRECTION_UNSET)
        direction = draft->session_direction;
    sdp.sends = direction & SENDS;
    sdp.receives = direction & RECEIVES;
    choose_addresses(draft, host, &sdp);
    *ret = sdp;
    return RW_OK;
}

enum rw_class rw_sdp_read(struct rw_slice text, const struct rw_sdp_codecs *offered,
                          enum rw_sdp_security security, int family, struct rw_sdp *ret,
                          struct rw_err *err)
{
    struct reader reader = {.text = text, .err = err};
    struct draft draft = {.offered = offered,
                          .security = security,
                          .family = family,
                          .session_direction = DIRECTION_UNSET,
                          .direction = DIRECTION_UNSET};
    struct line line;
    int got;

    if (text.n == 0)
        return rw_fail(err, RW_MALFORMED, "sdp.missing", "there is no session description");
    if (text.n > RW_SDP_TEXT_MAX)
        return rw_fail(err, RW_MALFORMED, "sdp.too_large",
                       "the session description is longer than %d bytes", RW_SDP_TEXT_MAX);
    while ((got = next_line(&reader, &line)) > 0) {
        enum rw_class class = RW_OK;

        if (line.number == 1 && (line.letter != 'v' || !rw_slice_eq(line.value, RW_LIT("0"))))
            class = fail_at(err, &line, "sdp.bad_version", "a session description starts with v=0");
        else if (line.number > 1)
            class = read_line(&line, &draft, err);
        if (class != RW_OK)
            return class;
    }
    return got < 0 ? RW_MALFORMED : judge(&draft, ret, err);
}

static void write_codecs(struct rw_buf *buf, const struct rw_sdp_codecs *codecs)
{
    for (uint32_t i = 0; i < codecs->audio_count; i++)
        rw_buf_printf(buf, "a=rtpmap:%u %s/8000\r\n", codecs->audio[i],
                      codecs->audio[i] == RW_RTP_PCMU ? "PCMU" : "PCMA");
    if (codecs->event_pt)
        rw_buf_printf(buf, "a=rtpmap:%u telephone-event/8000\r\na=fmtp:%u 0-15\r\n",
                      codecs->event_pt, codecs->event_pt);
}

void rw_sdp_write(struct rw_buf *buf, const struct rw_sdp_local *local)
{
    char text[RW_MEDIA_ADDR_TEXT];
    const char *host = rw_media_addr_text(local->rtp, text);
    bool v6 = host[0] == '[';
    char *end = strrchr(text, v6 ? ']' : ':');

    if (end)
        *end = '\0';
    host += v6;
    rw_buf_printf(buf, "v=0\r\no=- %" PRIu64 " 1 IN IP%d %s\r\ns=-\r\nc=IN IP%d %s\r\nt=0 0\r\n",
                  local->session_id, v6 ? 6 : 4, host, v6 ? 6 : 4, host);
    rw_buf_printf(buf, "m=audio %u %s", rw_media_addr_port(local->rtp),
                  local->security == RW_SDP_SEALED ? "RTP/SAVP" : "RTP/AVP");
    for (uint32_t i = 0; i < local->codecs->audio_count; i++)
        rw_buf_printf(buf, " %u", local->codecs->audio[i]);
    if (local->codecs->event_pt)
        rw_buf_printf(buf, " %u", local->codecs->event_pt);
    rw_buf_puts(buf, "\r\n");
    write_codecs(buf, local->codecs);
    for (uint32_t i = 0; local->security != RW_SDP_PLAIN && i < local->crypto_count; i++)
        rw_sdes_put(buf, &local->crypto[i]);
    rw_buf_printf(buf, "a=ptime:20\r\na=%s\r\n", local->direction);
}
