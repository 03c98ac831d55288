/* How a trunk wants its media, as far as the store's row says so. */
#include "route/making.h"

#define PCMU 0 /* static payload types, RFC 3551 table 4 */
#define PCMA 8

static void add_codec(struct rw_media_terms *terms, struct rw_slice name)
{
    if (terms->codec_count < RW_TERMS_CODECS)
        terms->codecs[terms->codec_count++] = rw_slice_eq(name, RW_LIT("PCMA")) ? PCMA : PCMU;
}

struct rw_media_terms rw_making_media(const struct rw_row_trunk *trunk)
{
    struct rw_media_terms terms = {.advertised_host = trunk->media_host};

    if (trunk->media_srtp)
        terms.srtp = strcmp(trunk->media_srtp, "required") == 0 ? RW_TERMS_SRTP_REQUIRED
                                                                : RW_TERMS_SRTP_OPTIONAL;
    if (trunk->media_dtmf)
        terms.dtmf =
            strcmp(trunk->media_dtmf, "info") == 0 ? RW_TERMS_DTMF_INFO : RW_TERMS_DTMF_INBAND;
    for (const char *at = trunk->media_codecs; at && *at;) {
        size_t n = strcspn(at, ",");

        add_codec(&terms, (struct rw_slice){at, n});
        at += n + (at[n] == ',');
    }
    return terms;
}

struct rw_media_terms rw_making_station_media(const struct rw_media_terms *trunk)
{
    struct rw_media_terms terms = *trunk;

    if (terms.codec_count == 1)
        terms.codecs[terms.codec_count++] = terms.codecs[0] == PCMA ? PCMU : PCMA;
    terms.srtp = RW_TERMS_SRTP_OFF;
    terms.dtmf = RW_TERMS_DTMF_RFC4733;
    terms.advertised_host = NULL;
    return terms;
}
