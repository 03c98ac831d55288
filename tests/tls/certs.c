#include "certs.h"

#include <dirent.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];
static long serial;

bool certs_begin(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/ringwright-certs-XXXXXX");
    return mkdtemp(folder) != NULL;
}

const char *certs_path(const char *file)
{
    static char paths[64][160];
    static unsigned next;
    char *path = paths[next++ % 64];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, file);
    return path;
}

void certs_end(void)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL)
        (void)unlink(certs_path(entry->d_name));
    if (dir)
        (void)closedir(dir);
    (void)rmdir(folder);
}

static const char *file_of(const char *name, const char *kind)
{
    char file[100];

    (void)snprintf(file, sizeof(file), "%s.%s", name, kind);
    return certs_path(file);
}

static X509 *read_certificate(const char *name)
{
    FILE *f = fopen(file_of(name, "pem"), "re");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

    if (f)
        (void)fclose(f);
    return x;
}

static EVP_PKEY *read_key(const char *name)
{
    FILE *f = fopen(file_of(name, "key"), "re");
    EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;

    if (f)
        (void)fclose(f);
    return key;
}

static bool extend(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool good = extension && X509_add_ext(x, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return good;
}

static bool fill(X509 *x, const struct cert *cert, X509 *issuer, EVP_PKEY *key)
{
    bool standard = cert->from_days == 0 && cert->until_days == 0;
    X509_NAME *name = X509_get_subject_name(x);

    return X509_set_version(x, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial) &&
           X509_gmtime_adj(X509_getm_notBefore(x), 86400L * (standard ? -1 : cert->from_days)) &&
           X509_gmtime_adj(X509_getm_notAfter(x), 86400L * (standard ? 30 : cert->until_days)) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)cert->name,
                                      -1, -1, 0) == 1 &&
           X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : name) == 1 &&
           X509_set_pubkey(x, key) == 1 &&
           extend(x, NID_basic_constraints, cert->ca ? "critical,CA:TRUE" : "CA:FALSE") &&
           (!cert->for_whom || extend(x, NID_subject_alt_name, cert->for_whom));
}

static bool write_both(const struct cert *cert, X509 *x, EVP_PKEY *key)
{
    FILE *pem = fopen(file_of(cert->name, "pem"), "we");
    FILE *own = fopen(file_of(cert->name, "key"), "we");
    bool good = pem && own && PEM_write_X509(pem, x) == 1 &&
                PEM_write_PrivateKey(own, key, NULL, NULL, 0, NULL, NULL) == 1;

    if (pem)
        good &= fclose(pem) == 0;
    if (own)
        good &= fclose(own) == 0;
    return good;
}

bool certs_make(const struct cert *cert)
{
    X509 *x = X509_new(), *issuer = cert->issuer ? read_certificate(cert->issuer) : NULL;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    EVP_PKEY *signer = cert->issuer ? read_key(cert->issuer) : NULL;
    bool good = x && key && (!cert->issuer || (issuer && signer)) && fill(x, cert, issuer, key) &&
                X509_sign(x, signer ? signer : key, EVP_sha256()) > 0 && write_both(cert, x, key);

    X509_free(x);
    X509_free(issuer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(signer);
    return good;
}
