#include "trunk/keeper.h"

#include "base/mem.h"
#include "trunk/kept.h"

#include <stddef.h>

#define STAGGER_MS 20u /* so that the questions to many trunks do not leave in one moment */
#define STAGGER_MAX_MS 10000u
#define BUCKETS 4096u

/* ------------------------------------------------------------------ plans */

#define TEXT(member) offsetof(struct rw_keeper_trunk, target.member)

static const size_t texts[] = {
    TEXT(name),         TEXT(id),          TEXT(uri),      TEXT(route),         TEXT(auth_user),
    TEXT(places),       TEXT(tls.ca_file), TEXT(tls.name), TEXT(auth_password), TEXT(tls.cert_file),
    TEXT(tls.key_file), TEXT(user),        TEXT(domain)};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))
#define TEXTS_OF_BINDING 1 /* from here on: the name is shown and nothing else */

static const char **text_of(struct rw_keeper_trunk *trunk, size_t i)
{
    return (void *)((char *)trunk + texts[i]);
}

static struct rw_keeper_trunk *copy_plan(const struct rw_keeper_trunk *trunk)
{
    struct rw_keeper_trunk from = *trunk, *copy;
    size_t size = sizeof(*copy);
    char *at;

    for (size_t i = 0; i < TEXTS; i++)
        size += *text_of(&from, i) ? strlen(*text_of(&from, i)) + 1 : 0;
    copy = rw_calloc(1, size);
    if (!copy)
        return NULL;
    *copy = from;
    at = (char *)(copy + 1);
    for (size_t i = 0; i < TEXTS; i++) {
        if (!*text_of(&from, i))
            continue;
        *text_of(copy, i) = at;
        at = stpcpy(at, *text_of(&from, i)) + 1;
    }
    return copy;
}

static bool are_same_texts(const struct rw_keeper_trunk *a, const struct rw_keeper_trunk *b,
                           size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const char *one = *text_of((struct rw_keeper_trunk *)a, i);
        const char *other = *text_of((struct rw_keeper_trunk *)b, i);

        if (one != other && (!one || !other || strcmp(one, other) != 0))
            return false;
    }
    return true;
}

/* A registration made by the one is good for the other. */
static bool is_same_binding(const struct rw_keeper_trunk *a, const struct rw_keeper_trunk *b)
{
    return a->expires_s == b->expires_s && a->target.tls.unverified == b->target.tls.unverified &&
           are_same_texts(a, b, TEXTS_OF_BINDING, TEXTS);
}

static bool is_same_plan(const struct rw_keeper_trunk *a, const struct rw_keeper_trunk *b)
{
    return is_same_binding(a, b) && a->interval_s == b->interval_s &&
           are_same_texts(a, b, 0, TEXTS_OF_BINDING);
}

/* ------------------------------------------------------------------ one trunk */

void rw_kept_show(const struct rw_kept *kept)
{
    rw_trunk_board_put(kept->keeper->options.board, kept->plan->target.id, &kept->status);
}

static void start(struct rw_kept *kept)
{
    uint32_t first_ms = kept->keeper->count * STAGGER_MS % STAGGER_MAX_MS;

    rw_kept_bind(kept, first_ms);
    rw_kept_watch(kept, first_ms);
    rw_kept_show(kept);
}

static void release(struct rw_kept *kept)
{
    rw_trunk_board_forget(kept->keeper->options.board, kept->plan->target.id);
    rw_kept_unwatch(kept);
    rw_kept_drop_binding(kept);
    list_unlink(&kept->le);
    hash_unlink(&kept->he);
    kept->keeper->count--;
    rw_free(kept->next);
    rw_free(kept->plan);
    rw_free(kept);
}

void rw_kept_unbound(struct rw_kept *kept)
{
    struct rw_keeper *keeper = kept->keeper;

    if (kept->gone || !kept->next) {
        release(kept);
    } else {
        rw_free(kept->plan);
        kept->plan = kept->next;
        kept->next = NULL;
        start(kept);
    }
    if (keeper->leaving && list_isempty(&keeper->all) && keeper->left) {
        void (*left)(void *arg) = keeper->left;

        keeper->left = NULL;
        left(keeper->left_arg);
    }
}

/* Ends what it does; then `next` becomes its plan, or it is gone. */
static void stop(struct rw_kept *kept)
{
    rw_kept_unwatch(kept);
    if (rw_kept_unbind(kept))
        rw_kept_unbound(kept);
}

static struct rw_kept *find(const struct rw_keeper *keeper, const char *trunk_id)
{
    struct le *le = list_head(hash_list(keeper->by_id, hash_joaat_str(trunk_id)));

    for (; le; le = le->next) {
        struct rw_kept *kept = le->data;

        if (strcmp(kept->plan->target.id, trunk_id) == 0)
            return kept;
    }
    return NULL;
}

static void add(struct rw_keeper *keeper, struct rw_keeper_trunk *plan)
{
    struct rw_kept *kept = rw_calloc(1, sizeof(*kept));

    if (!kept) {
        rw_free(plan);
        return;
    }
    kept->keeper = keeper;
    kept->plan = plan;
    kept->named = true;
    list_append(&keeper->all, &kept->le, kept);
    hash_append(keeper->by_id, hash_joaat_str(plan->target.id), &kept->he, kept);
    start(kept);
    keeper->count++;
}

/* To `plan`, which differs from what it is or is to be. */
static void change(struct rw_kept *kept, struct rw_keeper_trunk *plan)
{
    kept->named = true;
    if (!kept->gone && !kept->next && is_same_binding(kept->plan, plan)) {
        rw_kept_unwatch(kept);
        rw_free(kept->plan);
        kept->plan = plan;
        rw_kept_watch(kept, 0);
        rw_kept_show(kept);
        return;
    }
    rw_free(kept->next);
    kept->next = plan;
    kept->gone = false;
    stop(kept);
}

/* ------------------------------------------------------------------ all of them */

struct rw_keeper *rw_keeper_new(const struct rw_keeper_options *options)
{
    struct rw_keeper *keeper = rw_calloc(1, sizeof(*keeper));

    if (!keeper || hash_alloc(&keeper->by_id, BUCKETS)) {
        rw_free(keeper);
        return NULL;
    }
    keeper->options = *options;
    return keeper;
}

void rw_keeper_free(struct rw_keeper *keeper)
{
    if (!keeper)
        return;
    while (keeper->all.head)
        release(keeper->all.head->data);
    mem_deref(keeper->by_id);
    rw_free(keeper);
}

void rw_keeper_begin(struct rw_keeper *keeper)
{
    for (struct le *le = keeper->all.head; le; le = le->next)
        ((struct rw_kept *)le->data)->named = false;
}

void rw_keeper_keep(struct rw_keeper *keeper, const struct rw_keeper_trunk *trunk)
{
    struct rw_kept *kept = find(keeper, trunk->target.id);
    struct rw_keeper_trunk *plan;

    if (keeper->leaving)
        return;
    if (kept && !kept->gone && is_same_plan(kept->next ? kept->next : kept->plan, trunk)) {
        kept->named = true;
        return;
    }
    if (!kept && keeper->count >= RW_TRUNK_BOARD_MAX)
        return;
    plan = copy_plan(trunk);
    if (!plan) {
        if (kept)
            kept->named = true; /* as it was, until memory is there */
        return;
    }
    if (kept)
        change(kept, plan);
    else
        add(keeper, plan);
}

static void let_go(struct rw_kept *kept)
{
    kept->gone = true;
    stop(kept);
}

void rw_keeper_end(struct rw_keeper *keeper)
{
    struct le *next;

    for (struct le *le = keeper->all.head; le; le = next) {
        struct rw_kept *kept = le->data;

        next = le->next;
        if (!kept->named && !kept->gone)
            let_go(kept);
    }
}

void rw_keeper_leave(struct rw_keeper *keeper, void (*left)(void *arg), void *arg)
{
    keeper->leaving = true;
    rw_keeper_begin(keeper);
    rw_keeper_end(keeper);
    if (list_isempty(&keeper->all)) {
        left(arg);
        return;
    }
    keeper->left = left;
    keeper->left_arg = arg;
}
