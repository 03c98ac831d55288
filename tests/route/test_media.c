/* How a trunk's row says what its media are to be, and what its station is offered then. */
#include "route/making.h"
#include "test.h"

#define PCMU 0
#define PCMA 8

static void a_trunks_terms(void **state)
{
    static const struct {
        const char *srtp, *dtmf, *codecs;
        struct rw_media_terms terms;
        uint8_t station_first; /* of the codecs that the station is offered */
    } table[] = {
        {NULL, NULL, NULL, {.codec_count = 0}, PCMU},
        {"optional",
         "info",
         "PCMA",
         {.srtp = RW_TERMS_SRTP_OPTIONAL,
          .dtmf = RW_TERMS_DTMF_INFO,
          .codecs = {PCMA},
          .codec_count = 1},
         PCMA},
        {"required",
         "inband",
         "PCMU",
         {.srtp = RW_TERMS_SRTP_REQUIRED,
          .dtmf = RW_TERMS_DTMF_INBAND,
          .codecs = {PCMU},
          .codec_count = 1},
         PCMU},
        {NULL, NULL, "PCMA,PCMU", {.codecs = {PCMA, PCMU}, .codec_count = 2}, PCMA},
        {NULL, NULL, "PCMU,PCMA,PCMU", {.codecs = {PCMU, PCMA}, .codec_count = 2}, PCMU},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct rw_row_trunk row = {.media_srtp = table[i].srtp,
                                         .media_dtmf = table[i].dtmf,
                                         .media_codecs = table[i].codecs,
                                         .media_host = "192.0.2.9"};
        struct rw_media_terms terms = rw_making_media(&row), due = table[i].terms;
        struct rw_media_terms station = rw_making_station_media(&terms);

        assert_int_equal(terms.srtp, due.srtp);
        assert_int_equal(terms.dtmf, due.dtmf);
        assert_int_equal(terms.codec_count, due.codec_count);
        assert_memory_equal(terms.codecs, due.codecs, due.codec_count);
        assert_string_equal(terms.advertised_host, "192.0.2.9");
        assert_int_equal(station.srtp, RW_TERMS_SRTP_OFF);
        assert_int_equal(station.dtmf, RW_TERMS_DTMF_RFC4733);
        assert_null(station.advertised_host);
        assert_int_equal(station.codec_count, due.codec_count ? 2 : 0); /* none: all of them */
        if (due.codec_count) {
            assert_int_equal(station.codecs[0], table[i].station_first);
            assert_int_equal(station.codecs[1], PCMA - table[i].station_first);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_trunks_terms)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
