/*
 * tests/tls/certs.h - certificates for tests, made by OpenSSL in a folder of their own.
 *
 * Owner    certs_begin() makes the folder, certs_end() removes it with what is in it.
 */
#ifndef TESTS_TLS_CERTS_H
#define TESTS_TLS_CERTS_H

#include <stdbool.h>

struct cert {
    const char *name;          /* of the files NAME.pem and NAME.key, and the subject's CN */
    const char *issuer;        /* name of one made before; NULL = signed by itself */
    const char *for_whom;      /* subjectAltName: "DNS:a.example,IP:127.0.0.1"; NULL = none */
    int from_days, until_days; /* from today on; both 0 = from -1 until 30 */
    bool ca;
};

bool certs_begin(void);
bool certs_make(const struct cert *cert);
void certs_end(void);

/* Path of a file in the folder; in one of 64 static buffers. */
const char *certs_path(const char *file);

#endif
