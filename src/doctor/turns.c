#include "base/mem.h"
#include "doctor/doctor.h"

#include <pthread.h>

#define TENANT 65 /* an id and NUL */

struct rw_doctor_turns {
    pthread_mutex_t lock;
    char tenants[RW_DOCTOR_TURNS][TENANT]; /* "" = free */
};

enum rw_class rw_doctor_turns_new(struct rw_doctor_turns **ret, struct rw_err *err)
{
    struct rw_doctor_turns *turns = rw_calloc(1, sizeof(*turns));

    if (!turns)
        return rw_fail_memory(err);
    (void)pthread_mutex_init(&turns->lock, NULL);
    *ret = turns;
    return RW_OK;
}

void rw_doctor_turns_free(struct rw_doctor_turns *turns)
{
    if (!turns)
        return;
    (void)pthread_mutex_destroy(&turns->lock);
    rw_free(turns);
}

/* Of this tenant ("": a free one), or NULL. */
static char *find(struct rw_doctor_turns *turns, const char *tenant_id)
{
    for (unsigned i = 0; i < RW_DOCTOR_TURNS; i++)
        if (strcmp(turns->tenants[i], tenant_id) == 0)
            return turns->tenants[i];
    return NULL;
}

enum rw_class rw_doctor_turns_take(struct rw_doctor_turns *turns, const char *tenant_id,
                                   struct rw_err *err)
{
    enum rw_class class = RW_OK;
    char *turn;

    (void)pthread_mutex_lock(&turns->lock);
    turn = find(turns, "");
    if (find(turns, tenant_id)) {
        class = rw_fail(err, RW_CONFLICT, "doctor.busy", "a trunk is being tested already");
        rw_err_expected(err, "one test at a time: this one may begin when that one has ended");
    } else if (!turn) {
        class = rw_fail(err, RW_LIMIT, "doctor.crowded", "too many trunks are being tested");
        rw_err_found(err, "%u tests of all tenants", RW_DOCTOR_TURNS);
        rw_err_expected(err, "fewer than %u", RW_DOCTOR_TURNS);
    } else {
        (void)rw_slice_copy(turn, TENANT, rw_slice_str(tenant_id));
    }
    (void)pthread_mutex_unlock(&turns->lock);
    return class;
}

void rw_doctor_turns_give_back(struct rw_doctor_turns *turns, const char *tenant_id)
{
    char *turn;

    (void)pthread_mutex_lock(&turns->lock);
    turn = find(turns, tenant_id);
    if (turn)
        turn[0] = '\0';
    (void)pthread_mutex_unlock(&turns->lock);
}
