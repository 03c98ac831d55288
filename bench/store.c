/*
 * bench/store: what a commit and a call's rows cost.
 *
 * Control: fdatasync() after appending 16 KiB to a file in the same folder, about what the log of a
 * small commit takes. Load: single, one transaction at a time (a call's birth, 4 rows) waited for;
 * full, one worker that keeps 128 transactions in flight, two a call (birth, then its events and
 * its end: 7 changes in all), so that batches hold 64 calls or more.
 *
 * Must hold: single <= 5 x control, full <= 30 us of the writer's CPU a call; else it exits with 1.
 *
 * Usage: bench_store [FOLDER]  (default: the current one; it should be on the disk that counts)
 */
#include "store/store_int.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 3
#define SINGLES 300
#define CALLS 40000
#define IN_FLIGHT 128

static const char tenant[] = "0192f000-0000-7000-8000-00000000000a";
static const char user[] = "0192f000-0000-7000-8000-00000000000b";

static double now_us(clockid_t clock)
{
    struct timespec ts;

    (void)clock_gettime(clock, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double middle(double *values, size_t n)
{
    qsort(values, n, sizeof(*values), by_value);
    return values[n / 2];
}

static void die(const char *what, const struct rw_err *err)
{
    (void)fprintf(stderr, "bench_store: %s: %s %s %s\n", what, err->code, err->message, err->found);
    exit(1);
}

/* ------------------------------------------------------------------ control */

static double fdatasync_p50(const char *folder)
{
    static char block[16384];
    double us[SINGLES];
    char path[512];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/control", folder);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int i = 0; i < SINGLES; i++) {
        double start = now_us(CLOCK_MONOTONIC);

        if (fd < 0 || write(fd, block, sizeof(block)) != (ssize_t)sizeof(block) || fdatasync(fd)) {
            perror(path);
            exit(1);
        }
        us[i] = now_us(CLOCK_MONOTONIC) - start;
    }
    (void)close(fd);
    (void)unlink(path);
    return middle(us, SINGLES);
}

/* ------------------------------------------------------------------ load */

static void add_event(struct rw_tx *tx, const char *id, int32_t leg, const char *type)
{
    rw_tx_add_event(tx, &(struct rw_row_event){.conversation_id = id,
                                               .tenant_id = tenant,
                                               .at_ms = tx->now_ms,
                                               .leg = leg,
                                               .type = type,
                                               .data = "{\"sip\":200}"});
}

static struct rw_tx *birth(struct rw_store *store, const char *id)
{
    struct rw_tx *tx = rw_tx_new(store);
    struct rw_id participant = rw_id_new(0), communication = rw_id_new(0);

    if (!tx)
        abort();
    rw_tx_add_conversation(tx, &(struct rw_row_conversation){.id = id,
                                                             .tenant_id = tenant,
                                                             .user_id = user,
                                                             .to_number = "+6591234567",
                                                             .from_number = "+6534567890",
                                                             .provider_id = "12345-abcde-67890",
                                                             .trunk_id = user,
                                                             .correlation_id = id,
                                                             .created_ms = tx->now_ms});
    rw_tx_add_participant(tx, &(struct rw_row_participant){.id = participant.text,
                                                           .conversation_id = id,
                                                           .communication_id = communication.text,
                                                           .leg = 1,
                                                           .purpose = "external",
                                                           .address = "+6591234567"});
    add_event(tx, id, -1, "created");
    add_event(tx, id, 1, "dialing");
    return tx;
}

static struct rw_tx *ending(struct rw_store *store, const char *id)
{
    struct rw_tx *tx = rw_tx_new(store);

    if (!tx)
        abort();
    rw_tx_patient(tx);
    add_event(tx, id, 1, "connected");
    add_event(tx, id, -1, "ended");
    rw_tx_end_conversation(tx, tenant, id, tx->now_ms, "peer", "hung_up");
    return tx;
}

static double single_p50(struct rw_store *store)
{
    double us[SINGLES];
    struct rw_err err;

    for (int i = 0; i < SINGLES; i++) {
        struct rw_id id = rw_id_new(0);
        struct rw_tx *tx = birth(store, id.text);
        double start = now_us(CLOCK_MONOTONIC);

        if (rw_tx_commit(tx, &err) != RW_OK)
            die("commit", &err);
        us[i] = now_us(CLOCK_MONOTONIC) - start;
    }
    return middle(us, SINGLES);
}

struct call {
    struct rw_id id;
    bool born;
};

static struct {
    struct rw_store *store;
    struct call calls[IN_FLIGHT];
    unsigned started, ended;
    pthread_mutex_t mutex;
    pthread_cond_t done;
} full;

static void told(struct rw_tx *tx, enum rw_class class, const struct rw_err *err, void *arg)
{
    struct call *call = arg;

    (void)tx;
    if (class != RW_OK)
        die("commit", err);
    if (call->born) {
        call->born = false;
        rw_tx_submit(ending(full.store, call->id.text), told, call);
        return;
    }
    if (++full.ended == CALLS) {
        pthread_mutex_lock(&full.mutex);
        pthread_cond_signal(&full.done);
        pthread_mutex_unlock(&full.mutex);
    }
    if (full.started < CALLS) {
        full.started++;
        call->born = true;
        call->id = rw_id_new(0);
        rw_tx_submit(birth(full.store, call->id.text), told, call);
    }
}

static enum rw_class start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    (void)worker;
    (void)arg;
    (void)err;
    for (int i = 0; i < IN_FLIGHT; i++) {
        full.started++;
        full.calls[i] = (struct call){rw_id_new(0), true};
        rw_tx_submit(birth(full.store, full.calls[i].id.text), told, &full.calls[i]);
    }
    return RW_OK;
}

static void stop(struct rw_worker *worker, void *arg)
{
    (void)worker;
    (void)arg;
}

struct result {
    double wall_us, writer_us, commits;
};

static struct result run_full(struct rw_store *store)
{
    struct rw_workers *workers = NULL;
    struct result result;
    struct rw_err err;
    clockid_t writer;
    double wall, cpu;
    uint64_t commits = store->commits;

    full.store = store;
    full.started = full.ended = 0;
    (void)pthread_getcpuclockid(store->thread, &writer);
    if (rw_workers_new(&workers, 1, &err) != RW_OK)
        die("worker", &err);
    wall = now_us(CLOCK_MONOTONIC);
    cpu = now_us(writer);
    pthread_mutex_lock(&full.mutex);
    if (rw_workers_start(workers, start, stop, NULL, &err) != RW_OK)
        die("worker", &err);
    pthread_cond_wait(&full.done, &full.mutex);
    pthread_mutex_unlock(&full.mutex);
    result.wall_us = (now_us(CLOCK_MONOTONIC) - wall) / CALLS;
    result.writer_us = (now_us(writer) - cpu) / CALLS;
    result.commits = (double)(store->commits - commits);
    rw_workers_stop(workers);
    rw_workers_free(workers);
    return result;
}

int main(int argc, char **argv)
{
    char folder[256], path[512];
    struct rw_store_options options = {.path = path, .linger_ms = 1, .linger_patient_ms = 5};
    struct rw_store *store = NULL;
    double raw[ROUNDS], one[ROUNDS], wall[ROUNDS], cpu[ROUNDS], batch[ROUNDS];
    struct rw_err err;

    (void)snprintf(folder, sizeof(folder), "%s/bench-store-XXXXXX", argc > 1 ? argv[1] : ".");
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    (void)snprintf(path, sizeof(path), "%s/db", folder);
    if (rw_store_open(&store, &options, &err) != RW_OK)
        die("open", &err);
    (void)pthread_mutex_init(&full.mutex, NULL);
    (void)pthread_cond_init(&full.done, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        struct result result;

        raw[i] = fdatasync_p50(folder);
        one[i] = single_p50(store);
        result = run_full(store);
        wall[i] = result.wall_us;
        cpu[i] = result.writer_us;
        batch[i] = CALLS * 2 / result.commits;
    }
    rw_store_close(store);
    printf("store.single_commit_p50_us %.0f control fdatasync_p50_us %.0f ratio %.2f\n",
           middle(one, ROUNDS), middle(raw, ROUNDS), middle(one, ROUNDS) / middle(raw, ROUNDS));
    printf("store.rows_per_s %.0f (7 changes a call, %.0f transactions a commit)\n",
           7e6 / middle(wall, ROUNDS), middle(batch, ROUNDS));
    printf("store.writer_cpu_us_per_call %.1f\n", middle(cpu, ROUNDS));
    for (int i = 0; i < 4; i++) {
        static const char *const suffix[] = {"", "-wal", "-shm", ".lock"};

        (void)snprintf(path, sizeof(path), "%s/db%s", folder, suffix[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    return middle(one, ROUNDS) <= 5 * middle(raw, ROUNDS) && middle(cpu, ROUNDS) <= 30 ? 0 : 1;
}
