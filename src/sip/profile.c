#include "sip/profile.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TEXTS 5
#define PATH_BYTES 600
#define LOG_EVERY_MS 60000u

/* What tells that a file has been replaced. */
struct stamp {
    struct timespec changed;
    off_t size;
    ino_t inode;
};

struct profile {
    uint32_t number;
    uint64_t used_ms, tried_ms, logged_ms, unlogged;
    struct rw_tls *tls; /* NULL: the files are no use, see err */
    struct rw_tls_ticket *ticket;
    struct rw_err err;
    struct rw_tls_fault fault; /* what[0]: of the last connection */
    struct stamp stamps[3];
    bool unverified;
    const char *texts[TEXTS]; /* trunk, name, CA file, certificate, key; NULL = none */
    char space[];
};

struct rw_sip_profiles {
    pthread_mutex_t lock;
    uint32_t last_number;
    unsigned count;
    char *dir;
    struct profile *at[RW_SIP_PROFILES_MAX];
};

enum { TRUNK, NAME, CA_FILE, CERT_FILE, KEY_FILE };

/* What to do about a fault, for the log; the call's reason word says the same in the API. */
static const char *const remedies[] = {
    [RW_TLS_NO_FAULT] = "see that the carrier's address and port are right",
    [RW_TLS_UNTRUSTED] = "give the trunk the CA file of whoever signed it",
    [RW_TLS_WRONG_NAME] = "correct the trunk's host, or give it the name to expect",
    [RW_TLS_OUT_OF_DATE] = "the carrier has to renew it, or our clock is wrong",
    [RW_TLS_BROKEN] = "see that the port speaks TLS and takes our certificate",
};

struct rw_sip_profiles *rw_sip_profiles_new(const char *dir)
{
    struct rw_sip_profiles *profiles = rw_calloc(1, sizeof(*profiles));

    if (!profiles)
        return NULL;
    profiles->dir = rw_strdup(dir ? dir : ".");
    if (!profiles->dir) {
        rw_free(profiles);
        return NULL;
    }
    (void)pthread_mutex_init(&profiles->lock, NULL);
    return profiles;
}

static void free_profile(struct profile *p)
{
    rw_tls_free(p->tls);
    rw_tls_ticket_free(p->ticket);
    rw_free(p);
}

void rw_sip_profiles_free(struct rw_sip_profiles *profiles)
{
    if (!profiles)
        return;
    for (unsigned i = 0; i < profiles->count; i++)
        free_profile(profiles->at[i]);
    (void)pthread_mutex_destroy(&profiles->lock);
    rw_free(profiles->dir);
    rw_free(profiles);
}

/* ------------------------------------------------------------------ files */

static void look_at_files(const struct profile *p, struct stamp stamps[3])
{
    memset(stamps, 0, 3 * sizeof(*stamps));
    for (int i = 0; i < 3; i++) {
        const char *file = p->texts[CA_FILE + i];
        struct stat st;

        if (file && stat(file, &st) == 0)
            stamps[i] = (struct stamp){st.st_mtim, st.st_size, st.st_ino};
    }
}

static bool same_files(const struct stamp a[3], const struct stamp b[3])
{
    for (int i = 0; i < 3; i++)
        if (a[i].changed.tv_sec != b[i].changed.tv_sec ||
            a[i].changed.tv_nsec != b[i].changed.tv_nsec || a[i].size != b[i].size ||
            a[i].inode != b[i].inode)
            return false;
    return true;
}

static void log_files(struct profile *p)
{
    char quoted[RW_LOG_VALUE];

    rw_log(RW_LOG_ERROR, "sip.tls_files", "trunk=%s code=%s what=%s",
           p->texts[TRUNK] ? p->texts[TRUNK] : "-", p->err.code,
           rw_log_quote(quoted, rw_slice_str(p->err.message)));
}

/* Reads the files when they are new. What can't be used leaves what was read before in force. */
static void read_files(struct profile *p)
{
    struct rw_tls *fresh = NULL;
    struct stamp stamps[3];
    uint64_t now = rw_clock_mono_ms();

    if (!p->tls && p->tried_ms && now - p->tried_ms < RW_SIP_PROFILE_RETRY_MS)
        return;
    look_at_files(p, stamps);
    if (p->tls && same_files(stamps, p->stamps))
        return;
    p->tried_ms = now;
    memcpy(p->stamps, stamps, sizeof(stamps));
    if (rw_tls_client_new(&fresh,
                          &(struct rw_tls_client){.ca_file = p->texts[CA_FILE],
                                                  .cert_file = p->texts[CERT_FILE],
                                                  .key_file = p->texts[KEY_FILE],
                                                  .unverified = p->unverified},
                          &p->err) != RW_OK) {
        if (p->logged_ms == 0 || now - p->logged_ms >= LOG_EVERY_MS) {
            p->logged_ms = now;
            log_files(p);
        }
        return;
    }
    rw_tls_free(p->tls);
    rw_tls_ticket_free(p->ticket); /* it may stand for somebody who is trusted no more */
    p->tls = fresh;
    p->ticket = NULL;
}

/* ------------------------------------------------------------------ finding */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_for(const struct profile *p, const char *const texts[TEXTS], bool unverified)
{
    if (p->unverified != unverified)
        return false;
    for (int i = 0; i < TEXTS; i++)
        if (!same_text(p->texts[i], texts[i]))
            return false;
    return true;
}

static struct profile *make(const char *const texts[TEXTS], bool unverified)
{
    size_t n[TEXTS], size = 0;
    struct profile *p;
    char *at;

    for (int i = 0; i < TEXTS; i++)
        size += n[i] = texts[i] ? strlen(texts[i]) + 1 : 0;
    p = rw_calloc(1, sizeof(*p) + size);
    if (!p)
        return NULL;
    p->unverified = unverified;
    at = p->space;
    for (int i = 0; i < TEXTS; i++) {
        if (!n[i])
            continue;
        memcpy(at, texts[i], n[i]);
        p->texts[i] = at;
        at += n[i];
    }
    return p;
}

static void add(struct rw_sip_profiles *profiles, struct profile *p)
{
    unsigned i = profiles->count;

    if (i == RW_SIP_PROFILES_MAX) {
        i = 0;
        for (unsigned k = 1; k < profiles->count; k++)
            if (profiles->at[k]->used_ms < profiles->at[i]->used_ms)
                i = k;
        free_profile(profiles->at[i]);
    } else {
        profiles->count++;
    }
    profiles->at[i] = p;
    p->number = ++profiles->last_number;
    if (p->number == 0)
        p->number = ++profiles->last_number;
}

/* Under the lock. */
static struct profile *by_number(struct rw_sip_profiles *profiles, uint32_t number)
{
    for (unsigned i = 0; i < profiles->count; i++)
        if (profiles->at[i]->number == number)
            return profiles->at[i];
    return NULL;
}

static struct profile *find_or_make(struct rw_sip_profiles *profiles,
                                    const char *const texts[TEXTS], bool unverified)
{
    struct profile *p;

    for (unsigned i = 0; i < profiles->count; i++)
        if (is_for(profiles->at[i], texts, unverified))
            return profiles->at[i];
    p = make(texts, unverified);
    if (p)
        add(profiles, p);
    return p;
}

/* Where the file lies; one that is named with its folder stays as it is. */
static const char *path_of(const struct rw_sip_profiles *profiles, const char *file,
                           char space[PATH_BYTES])
{
    if (!file || strchr(file, '/'))
        return file;
    (void)snprintf(space, PATH_BYTES, "%s/%s", profiles->dir, file);
    return space;
}

enum rw_class rw_sip_profile_find(struct rw_sip_profiles *profiles,
                                  const struct rw_leg_tls *settings, const char *trunk_id,
                                  struct rw_slice host, uint32_t *ret, struct rw_err *err)
{
    char name[256], paths[3][PATH_BYTES];
    const char *texts[TEXTS] = {
        [TRUNK] = trunk_id,
        [NAME] = settings->name ? settings->name : name,
        [CA_FILE] = path_of(profiles, settings->ca_file, paths[0]),
        [CERT_FILE] = path_of(profiles, settings->cert_file, paths[1]),
        [KEY_FILE] = path_of(profiles, settings->key_file, paths[2]),
    };
    enum rw_class class = RW_OK;
    struct profile *p;

    if (host.n && host.p[host.n - 1] == '.')
        host.n--; /* the root's; certificates leave it out */
    if (!rw_slice_copy(name, sizeof(name), host) || !texts[NAME][0] || texts[NAME][0] == '.' ||
        strlen(texts[NAME]) >= sizeof(name))
        return rw_fail(
            err, RW_MALFORMED, "sip.bad_target",
            "the host, or the TLS name, of the trunk is none that a certificate can have");
    (void)pthread_mutex_lock(&profiles->lock);
    p = find_or_make(profiles, texts, settings->unverified);
    if (p) {
        p->used_ms = rw_clock_mono_ms();
        if (!p->tls)
            read_files(p);
        if (p->tls)
            *ret = p->number;
        else if (err)
            *err = p->err;
        class = p->tls ? RW_OK : p->err.class;
    }
    (void)pthread_mutex_unlock(&profiles->lock);
    return p ? class : rw_fail_memory(err);
}

/* ------------------------------------------------------------------ connections */

struct rw_tls_session *rw_sip_profile_connect(struct rw_sip_profiles *profiles, uint32_t number,
                                              int fd)
{
    struct rw_tls_session *session = NULL;
    struct profile *p;

    (void)pthread_mutex_lock(&profiles->lock);
    p = by_number(profiles, number);
    if (p) {
        read_files(p);
        if (p->tls)
            session = rw_tls_connect(p->tls, fd, p->texts[NAME], p->ticket);
    }
    (void)pthread_mutex_unlock(&profiles->lock);
    return session;
}

void rw_sip_profile_is_up(struct rw_sip_profiles *profiles, uint32_t number)
{
    struct profile *p;

    (void)pthread_mutex_lock(&profiles->lock);
    p = by_number(profiles, number);
    if (p)
        p->fault = (struct rw_tls_fault){.kind = RW_TLS_NO_FAULT};
    (void)pthread_mutex_unlock(&profiles->lock);
}

void rw_sip_profile_is_over(struct rw_sip_profiles *profiles, uint32_t number,
                            struct rw_tls_session *session)
{
    struct rw_tls_ticket *ticket = rw_tls_session_ticket(session);
    struct profile *p;

    if (!ticket)
        return;
    (void)pthread_mutex_lock(&profiles->lock);
    p = by_number(profiles, number);
    if (p) {
        struct rw_tls_ticket *old = p->ticket;

        p->ticket = ticket;
        ticket = old;
    }
    (void)pthread_mutex_unlock(&profiles->lock);
    rw_tls_ticket_free(ticket);
}

void rw_sip_profile_failed(struct rw_sip_profiles *profiles, uint32_t number, const char *peer,
                           const struct rw_tls_fault *fault)
{
    uint64_t now = rw_clock_mono_ms();
    char quoted[RW_LOG_VALUE], name[RW_LOG_VALUE];
    struct profile *p;

    (void)pthread_mutex_lock(&profiles->lock);
    p = by_number(profiles, number);
    if (p) {
        p->fault = *fault;
        if (p->logged_ms && now - p->logged_ms < LOG_EVERY_MS) {
            p->unlogged++;
        } else {
            rw_log(RW_LOG_ERROR, "sip.tls_failed",
                   "trunk=%s peer=%s name=%s what=%s mend=\"%s\" suppressed=%llu",
                   p->texts[TRUNK] ? p->texts[TRUNK] : "-", peer,
                   rw_log_quote(name, rw_slice_str(p->texts[NAME])),
                   rw_log_quote(quoted, rw_slice_str(fault->what)), remedies[fault->kind],
                   (unsigned long long)p->unlogged);
            p->logged_ms = now;
            p->unlogged = 0;
        }
    }
    (void)pthread_mutex_unlock(&profiles->lock);
}

bool rw_sip_profile_fault(struct rw_sip_profiles *profiles, uint32_t number,
                          struct rw_tls_fault *ret)
{
    struct profile *p;
    bool failed;

    (void)pthread_mutex_lock(&profiles->lock);
    p = by_number(profiles, number);
    failed = p && p->fault.what[0];
    if (failed)
        *ret = p->fault;
    (void)pthread_mutex_unlock(&profiles->lock);
    return failed;
}
