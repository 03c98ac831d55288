#include "daemon/identity.h"

#include "base/clock.h"
#include "base/log.h"
#include "stir/stir.h"

#define DAY_S UINT64_C(86400)

static enum rw_class put(const struct rw_identity_signer *signer,
                         const struct rw_identity_claim *claim, uint64_t wall_s, struct rw_buf *ret,
                         struct rw_err *err)
{
    const struct rw_identity *identity = (const struct rw_identity *)(const void *)signer;
    const struct rw_stir_call call = {.orig = rw_slice_str(claim->from_number),
                                      .dest = rw_slice_str(claim->to_number),
                                      .origin = rw_slice_str(claim->trunk_id),
                                      .owned = claim->owned};

    return rw_stir_identity_put(identity->stir, &call, wall_s, ret, err);
}

static enum rw_stir_attestation attestation(const char *word)
{
    return *word == 'B' ? RW_STIR_B : *word == 'C' ? RW_STIR_C : RW_STIR_NONE;
}

/* An outdated certificate stops nothing: calls go out as they would without a signature. */
static void tell_end(const struct rw_config *config, uint64_t ends_s)
{
    uint64_t now_s = rw_clock_wall_ms() / 1000;
    char date[RW_TIME_TEXT], file[RW_LOG_VALUE];

    if (!ends_s)
        return;
    rw_time_format(ends_s * 1000, date);
    (void)rw_log_quote(file, rw_slice_str(config->stir_certificate_file));
    if (ends_s <= now_s)
        rw_log(RW_LOG_ERROR, "stir.certificate_ended", "ended=%s file=%s", date, file);
    else
        rw_log(ends_s - now_s < RW_IDENTITY_WARN_DAYS * DAY_S ? RW_LOG_WARN : RW_LOG_INFO,
               "stir.certificate_ends", "ends=%s days=%llu file=%s", date,
               (unsigned long long)((ends_s - now_s) / DAY_S), file);
}

enum rw_class rw_identity_open(const struct rw_config *config, struct rw_identity *ret,
                               struct rw_err *err)
{
    struct rw_identity identity = {.port.put = put};
    struct rw_stir_options options = {.key_file = config->stir_key_file,
                                      .certificate_url = config->stir_certificate_url,
                                      .certificate_file = config->stir_certificate_file,
                                      .origid = config->stir_origid,
                                      .unowned = attestation(config->stir_attestation_other)};
    char option[sizeof(err->pointer)];
    enum rw_class class;

    if (config->stir_key_file[0]) {
        class = rw_stir_new(&identity.stir, &options, err);
        if (class) {
            /* a name without its section, which blame() replaces by the place */
            (void)rw_slice_copy(option, sizeof(option), rw_slice_str(err->pointer));
            rw_config_blame(config, "stir", option, err);
            return class;
        }
        tell_end(config, rw_stir_certificate_ends_s(identity.stir));
    }
    *ret = identity;
    return RW_OK;
}

void rw_identity_close(struct rw_identity *identity)
{
    rw_stir_free(identity->stir);
    *identity = (struct rw_identity){.stir = NULL};
}

const struct rw_identity_signer *rw_identity_signer(const struct rw_identity *identity)
{
    return identity->stir ? &identity->port : NULL;
}
