/*
 * A certificate in DER, as a server shows it: whatever stands in it, what is told of it is one clean line that
 * fits, and no name is found that can't be a host's.
 */
#include "tls/verify.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_clean(const struct rw_tls_fault *fault)
{
    size_t n = strnlen(fault->what, sizeof(fault->what));

    if (n == 0 || n == sizeof(fault->what))
        abort();
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)fault->what[i] < 0x20 || fault->what[i] == 0x7f)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int errors[] = {X509_V_ERR_CERT_HAS_EXPIRED,
                                 X509_V_ERR_CERT_NOT_YET_VALID,
                                 X509_V_ERR_HOSTNAME_MISMATCH,
                                 X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                                 X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                                 X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                                 X509_V_ERR_CERT_REVOKED};
    const unsigned char *p = data;
    X509 *certificate = d2i_X509(NULL, &p, (long)size);

    if (!certificate)
        return 0;
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        struct rw_tls_session session = {.name = "carrier.example"};

        rw_tls_note(&session, certificate, errors[i]);
        require_clean(&session.fault);
    }
    if (rw_tls_has_sip_domain(certificate, "") ||
        rw_tls_has_sip_domain(certificate, "bob@bobs.example"))
        abort();
    X509_free(certificate);
    return 0;
}
