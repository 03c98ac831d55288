#include "spend/ledger.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "spend/money.h"

#include <pthread.h>

#define BUCKETS 4096u

struct rw_ledger_account {
    struct rw_ledger_account *next;
    int64_t taken_micro; /* spent and held */
    int64_t held_micro;
    int64_t limit_micro; /* as the last call that met it knew it */
    uint64_t ends_ms;
    uint32_t charges;
    bool warned, exhausted;
    char name[RW_ACCOUNT_TEXT];
    char tenant_id[];
};

struct rw_ledger {
    pthread_mutex_t mutex;
    uint32_t count;
    struct rw_ledger_account *buckets[BUCKETS];
};

enum rw_class rw_ledger_new(struct rw_ledger **ret, struct rw_err *err)
{
    struct rw_ledger *ledger = rw_calloc(1, sizeof(*ledger));

    if (!ledger)
        return rw_fail_memory(err);
    (void)pthread_mutex_init(&ledger->mutex, NULL);
    *ret = ledger;
    return RW_OK;
}

void rw_ledger_free(struct rw_ledger *ledger)
{
    if (!ledger)
        return;
    for (uint32_t i = 0; i < BUCKETS; i++)
        while (ledger->buckets[i]) {
            struct rw_ledger_account *account = ledger->buckets[i];

            ledger->buckets[i] = account->next;
            rw_free(account);
        }
    (void)pthread_mutex_destroy(&ledger->mutex);
    rw_free(ledger);
}

/* ------------------------------------------------------------------ accounts; the mutex is held */

static struct rw_ledger_account **bucket(struct rw_ledger *ledger, const char *tenant_id,
                                         const char *name)
{
    return &ledger->buckets[rw_hash_text(rw_hash_text(RW_HASH_START, tenant_id) * 31, name) %
                            BUCKETS];
}

static struct rw_ledger_account *find(struct rw_ledger *ledger, const char *tenant_id,
                                      const char *name)
{
    struct rw_ledger_account *account = *bucket(ledger, tenant_id, name);

    while (account &&
           (strcmp(account->name, name) != 0 || strcmp(account->tenant_id, tenant_id) != 0))
        account = account->next;
    return account;
}

/* Those of periods that are over and that no call counts in any more. */
static void forget_old(struct rw_ledger *ledger, uint64_t now_ms)
{
    for (uint32_t i = 0; i < BUCKETS; i++)
        for (struct rw_ledger_account **at = &ledger->buckets[i]; *at;) {
            struct rw_ledger_account *account = *at;

            if (account->charges || account->ends_ms > now_ms) {
                at = &account->next;
                continue;
            }
            *at = account->next;
            rw_free(account);
            ledger->count--;
        }
}

static bool fits(const struct rw_ledger_account *account, int64_t limit_micro, int64_t micro)
{
    return micro == 0 || account->taken_micro <= limit_micro - micro;
}

static void take(struct rw_charge *charge, int64_t micro)
{
    for (size_t i = 0; i < charge->count; i++) {
        struct rw_ledger_account *account = charge->accounts[i];

        account->taken_micro += micro;
        account->held_micro += micro;
        if (!account->warned && micro &&
            account->taken_micro >= account->limit_micro / 100 * RW_LEDGER_WARN_PERCENT) {
            account->warned = true;
            charge->warned |= (uint8_t)(1u << i);
        }
    }
    charge->taken_micro += micro;
}

static void tell_exhausted(const char *account, int64_t limit_micro, uint64_t ends_ms,
                           const struct rw_ledger_account *has, int64_t micro, struct rw_err *err)
{
    char spent[RW_MONEY_TEXT], held[RW_MONEY_TEXT], limit[RW_MONEY_TEXT], cost[RW_MONEY_TEXT];
    char ends[RW_TIME_TEXT];

    (void)rw_fail(err, RW_LIMIT, "spend.exhausted",
                  "the cap on spending leaves too little for this call");
    rw_err_found(err, "%.44s%s: %s spent, %s held, of %s", account,
                 strlen(account) > 44 ? "..." : "",
                 rw_money_write(has->taken_micro - has->held_micro, spent),
                 rw_money_write(has->held_micro, held), rw_money_write(limit_micro, limit));
    rw_time_format(ends_ms, ends);
    rw_err_expected(err,
                    "%s left, which the first stretch of the call costs; the period ends at %s",
                    rw_money_write(micro, cost), ends);
}

/* ------------------------------------------------------------------ asking */

bool rw_ledger_look(struct rw_ledger *ledger, const char *tenant_id, const char *account,
                    struct rw_ledger_state *ret)
{
    const struct rw_ledger_account *has;

    pthread_mutex_lock(&ledger->mutex);
    has = find(ledger, tenant_id, account);
    if (has)
        *ret = (struct rw_ledger_state){has->taken_micro - has->held_micro, has->held_micro};
    pthread_mutex_unlock(&ledger->mutex);
    return has != NULL;
}

enum rw_class rw_ledger_know(struct rw_ledger *ledger, const char *tenant_id,
                             const struct rw_account *account, int64_t spent_micro,
                             struct rw_err *err)
{
    struct rw_ledger_account *made = rw_calloc(1, sizeof(*made) + strlen(tenant_id) + 1), **at;

    if (!made)
        return rw_fail_memory(err);
    made->taken_micro = spent_micro;
    made->limit_micro = account->limit_micro;
    made->ends_ms = account->ends_ms;
    memcpy(made->name, account->name, sizeof(made->name));
    memcpy(made->tenant_id, tenant_id, strlen(tenant_id) + 1);
    pthread_mutex_lock(&ledger->mutex);
    if (!find(ledger, tenant_id, account->name)) {
        if (ledger->count >= RW_LEDGER_ACCOUNTS)
            forget_old(ledger, rw_clock_wall_ms());
        if (ledger->count < RW_LEDGER_ACCOUNTS) {
            at = bucket(ledger, tenant_id, account->name);
            made->next = *at;
            *at = made;
            made = NULL;
            ledger->count++;
        }
    } else {
        rw_free(made);
        made = NULL;
    }
    pthread_mutex_unlock(&ledger->mutex);
    rw_free(made);
    return made ? rw_fail_memory(err) : RW_OK;
}

bool rw_ledger_fits(struct rw_ledger *ledger, const struct rw_spend_terms *terms,
                    const char *pointer, struct rw_faults *faults)
{
    int64_t micro = rw_rate_cost(&terms->rate, terms->slice_s);
    bool all = true;

    pthread_mutex_lock(&ledger->mutex);
    for (size_t i = 0; i < terms->count; i++) {
        const struct rw_account *account = &terms->accounts[i];
        struct rw_ledger_account *has = find(ledger, terms->tenant_id, account->name);
        struct rw_err err;

        if (has)
            has->limit_micro = account->limit_micro;
        if (!has || fits(has, account->limit_micro, micro))
            continue;
        tell_exhausted(account->name, account->limit_micro, account->ends_ms, has, micro, &err);
        rw_err_at(&err, pointer, -1, 0);
        rw_faults_add(faults, &err);
        all = false;
    }
    pthread_mutex_unlock(&ledger->mutex);
    return all;
}

/* ------------------------------------------------------------------ taking and giving back */

static enum rw_class begin(struct rw_ledger *ledger, const struct rw_spend_terms *terms,
                           int64_t micro, struct rw_charge *charge, struct rw_err *err)
{
    for (size_t i = 0; i < terms->count; i++) {
        const struct rw_account *wanted = &terms->accounts[i];
        struct rw_ledger_account *account = find(ledger, terms->tenant_id, wanted->name);

        if (!account)
            return rw_fail(err, RW_BUG, "server.bug", "an account was not entered: %s",
                           wanted->name);
        if (!fits(account, wanted->limit_micro, micro)) {
            tell_exhausted(wanted->name, wanted->limit_micro, wanted->ends_ms, account, micro, err);
            return RW_LIMIT;
        }
        account->limit_micro = wanted->limit_micro;
        charge->accounts[i] = account;
    }
    charge->count = terms->count;
    for (size_t i = 0; i < charge->count; i++)
        charge->accounts[i]->charges++;
    take(charge, micro);
    return RW_OK;
}

enum rw_class rw_ledger_begin(struct rw_ledger *ledger, const struct rw_spend_terms *terms,
                              struct rw_charge *ret, struct rw_err *err)
{
    struct rw_charge charge = {
        .rate = terms->rate, .slice_s = terms->slice_s, .paid_s = terms->slice_s};
    enum rw_class class;

    pthread_mutex_lock(&ledger->mutex);
    class = begin(ledger, terms, rw_rate_cost(&terms->rate, terms->slice_s), &charge, err);
    pthread_mutex_unlock(&ledger->mutex);
    if (class == RW_OK)
        *ret = charge;
    return class;
}

bool rw_ledger_extend(struct rw_ledger *ledger, struct rw_charge *charge, int64_t *ret_micro)
{
    uint32_t seconds = charge->paid_s + charge->slice_s;
    int64_t micro = rw_rate_cost(&charge->rate, seconds) - charge->taken_micro;
    bool all = true;

    if (micro < 0)
        micro = 0;
    pthread_mutex_lock(&ledger->mutex);
    for (size_t i = 0; i < charge->count; i++) {
        struct rw_ledger_account *account = charge->accounts[i];

        if (fits(account, account->limit_micro, micro))
            continue;
        all = false;
        if (!account->exhausted)
            charge->exhausted |= (uint8_t)(1u << i);
        account->exhausted = true;
    }
    if (all) {
        take(charge, micro);
        charge->paid_s = seconds;
        *ret_micro = micro;
    }
    pthread_mutex_unlock(&ledger->mutex);
    return all;
}

static void give_back(struct rw_ledger *ledger, struct rw_charge *charge, int64_t micro)
{
    pthread_mutex_lock(&ledger->mutex);
    for (size_t i = 0; i < charge->count; i++) {
        struct rw_ledger_account *account = charge->accounts[i];

        account->held_micro -= charge->taken_micro;
        account->taken_micro -= micro;
    }
    pthread_mutex_unlock(&ledger->mutex);
}

int64_t rw_ledger_settle(struct rw_ledger *ledger, struct rw_charge *charge, uint32_t seconds)
{
    int64_t used = seconds ? rw_rate_cost(&charge->rate, seconds) : 0;
    int64_t back = charge->taken_micro - used;

    give_back(ledger, charge, back);
    return back;
}

void rw_ledger_drop(struct rw_ledger *ledger, struct rw_charge *charge)
{
    give_back(ledger, charge, charge->taken_micro);
}

void rw_ledger_leave(struct rw_ledger *ledger, struct rw_charge *charge)
{
    pthread_mutex_lock(&ledger->mutex);
    for (size_t i = 0; i < charge->count; i++)
        charge->accounts[i]->charges--;
    pthread_mutex_unlock(&ledger->mutex);
    charge->count = 0;
}

const char *rw_ledger_name(const struct rw_ledger_account *account)
{
    return account->name;
}

int64_t rw_ledger_limit(const struct rw_ledger_account *account)
{
    return account->limit_micro;
}
