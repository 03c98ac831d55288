/*
 * Connections to all addresses of a trunk at once, over TCP or TLS; nothing is said over them.
 *
 *     connecting --writable--> [TLS handshake] --> seen
 *          '------- refused, or RW_DOCTOR_REACH_MS -'
 */
#include "base/clock.h"
#include "base/mem.h"
#include "doctor/run.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* ------------------------------------------------------------------ whom the trunk trusts */

static const char *given(const char *file)
{
    return *file ? file : NULL;
}

/* As sip/profile.h finds the file. */
static void keep(char dst[RW_DOCTOR_PATH], const char *folder, const char *file)
{
    if (!file || strchr(file, '/'))
        (void)snprintf(dst, RW_DOCTOR_PATH, "%s", file ? file : "");
    else
        (void)snprintf(dst, RW_DOCTOR_PATH, "%s/%s", folder, file);
}

static void load(struct rw_job *job)
{
    struct rw_doctor_run *run =
        (struct rw_doctor_run *)(void *)((char *)job - offsetof(struct rw_doctor_run, job));
    const struct rw_tls_client options = {.ca_file = given(run->ca_file),
                                          .cert_file = given(run->cert_file),
                                          .key_file = given(run->key_file),
                                          .unverified = run->unverified};
    struct rw_err err;

    if (rw_tls_client_new(&run->tls, &options, &err) != RW_OK)
        (void)rw_text_clean(run->tls_trouble, sizeof(run->tls_trouble), rw_slice_str(err.message));
}

static void loaded(struct rw_job *job)
{
    struct rw_doctor_run *run =
        (struct rw_doctor_run *)(void *)((char *)job - offsetof(struct rw_doctor_run, job));

    run->job_out = false;
    if (!run->done) {
        rw_doctor_run_release(run);
        return;
    }
    (void)rw_slice_copy(run->seen.trouble, sizeof(run->seen.trouble),
                        rw_slice_str(run->tls_trouble));
    rw_doctor_run_next(run);
}

void rw_doctor_load_trust(struct rw_doctor_run *run)
{
    const struct rw_leg_tls *settings = &run->trunk.target->tls;
    const char *folder = run->doctor->options.tls_dir;
    struct rw_err err;

    if (run->seen.way != RW_DOCTOR_TLS || run->seen.count == 0) {
        rw_doctor_run_next(run);
        return;
    }
    run->seen.has_ca = settings->ca_file != NULL;
    run->seen.tls_name = settings->name ? settings->name : run->host;
    run->unverified = settings->unverified;
    keep(run->ca_file, folder, settings->ca_file);
    keep(run->cert_file, folder, settings->cert_file);
    keep(run->key_file, folder, settings->key_file);
    run->job.run = load;
    run->job.done = loaded;
    run->job_out = true;
    if (rw_offload_submit(run->doctor->options.offload, &run->job, &err) == RW_OK)
        return;
    run->job_out = false;
    (void)rw_text_clean(run->seen.trouble, sizeof(run->seen.trouble), rw_slice_str(err.message));
    rw_doctor_run_next(run);
}

/* ------------------------------------------------------------------ connections */

static struct rw_doctor_place *place_of(const struct rw_doctor_try *try)
{
    return &try->run->seen.at[try - try->run->tries];
}

static void close_try(struct rw_doctor_try *try)
{
    rw_tls_session_free(try->tls);
    try->tls = NULL;
    if (try->fd < 0)
        return;
    fd_close(try->fd);
    (void)close(try->fd);
    try->fd = -1;
}

void rw_doctor_stop_reaching(struct rw_doctor_run *run)
{
    for (unsigned i = 0; i < RW_DOCTOR_PLACES; i++)
        if (run->tries[i].run)
            close_try(&run->tries[i]);
}

static void over(struct rw_doctor_run *run)
{
    if (--run->waiting)
        return;
    tmr_cancel(&run->patience);
    rw_doctor_run_next(run);
}

static void settle(struct rw_doctor_try *try, enum rw_doctor_reached reached, int error)
{
    struct rw_doctor_place *place = place_of(try);

    place->reached = reached;
    place->error = error;
    place->reached_ms = (uint32_t)(rw_clock_mono_ms() - try->run->part_ms);
    if (reached == RW_DOCTOR_NO_TLS && try->tls)
        place->fault = *rw_tls_session_fault(try->tls);
    if (reached == RW_DOCTOR_REACHED && try->tls)
        place->has_certificate = rw_tls_session_certificate(try->tls, &place->certificate);
    close_try(try);
    over(try->run);
}

static void on_ready(int flags, void *arg);

static void shake_hands(struct rw_doctor_try *try)
{
    int n = rw_tls_handshake(try->tls);

    if (n == 0)
        settle(try, RW_DOCTOR_REACHED, 0);
    else if (n == RW_TLS_FAILED ||
             fd_listen(try->fd, n == RW_TLS_WANT_READ ? FD_READ : FD_WRITE, on_ready, try))
        settle(try, RW_DOCTOR_NO_TLS, 0);
}

static void on_ready(int flags, void *arg)
{
    struct rw_doctor_try *try = arg;
    struct rw_doctor_run *run = try->run;
    socklen_t size = sizeof(int);
    int error = 0;

    (void)flags;
    if (try->tls) {
        shake_hands(try);
        return;
    }
    if (getsockopt(try->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    if (error || run->seen.way == RW_DOCTOR_TCP) {
        settle(try, error ? RW_DOCTOR_UNREACHED : RW_DOCTOR_REACHED, error);
        return;
    }
    try->tls = rw_tls_connect(run->tls, try->fd, run->seen.tls_name, NULL);
    if (try->tls)
        shake_hands(try);
    else
        settle(try, RW_DOCTOR_UNREACHED, ENOMEM);
}

static void begin(struct rw_doctor_try *try, const struct sa *peer)
{
    int error = 0;

    try->fd = socket(sa_af(peer), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (try->fd < 0 || (connect(try->fd, &peer->u.sa, peer->len) < 0 && errno != EINPROGRESS))
        error = errno;
    else
        error = fd_listen(try->fd, FD_WRITE, on_ready, try);
    if (error)
        settle(try, RW_DOCTOR_UNREACHED, error);
}

static void on_patience_over(void *arg)
{
    struct rw_doctor_run *run = arg;

    run->waiting++; /* for this function: the last one goes on, and the run may be gone */
    for (unsigned i = 0; i < run->seen.count; i++)
        if (run->tries[i].fd >= 0)
            settle(&run->tries[i], RW_DOCTOR_UNREACHED, 0);
    over(run);
}

void rw_doctor_reach(struct rw_doctor_run *run)
{
    unsigned count = run->seen.count;

    if (run->seen.way == RW_DOCTOR_UDP || (run->seen.way == RW_DOCTOR_TLS && !run->tls))
        count = 0;
    run->waiting = count + 1; /* one for this function */
    tmr_start(&run->patience, RW_DOCTOR_REACH_MS, on_patience_over, run);
    for (unsigned i = 0; i < count; i++)
        run->tries[i] = (struct rw_doctor_try){.run = run, .fd = -1};
    for (unsigned i = 0; i < count; i++)
        begin(&run->tries[i], &run->peers[i]);
    over(run);
}
