#include "trunk/board.h"

#include "base/hash.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#define BUCKETS 4096u

struct entry {
    struct entry *next; /* of its bucket */
    char trunk_id[RW_TRUNK_ID];
    struct rw_trunk_status status; /* its end is cut off behind the last address */
};

struct rw_trunk_board {
    pthread_mutex_t lock;
    uint32_t count;
    _Atomic uint32_t down; /* addresses */
    struct entry *buckets[BUCKETS];
};

static size_t status_size(uint32_t addresses)
{
    return offsetof(struct rw_trunk_status, at) + addresses * sizeof(struct rw_trunk_address);
}

struct rw_trunk_board *rw_trunk_board_new(void)
{
    struct rw_trunk_board *board = rw_calloc(1, sizeof(*board));

    if (board)
        (void)pthread_mutex_init(&board->lock, NULL);
    return board;
}

void rw_trunk_board_free(struct rw_trunk_board *board)
{
    if (!board)
        return;
    for (unsigned i = 0; i < BUCKETS; i++) {
        while (board->buckets[i]) {
            struct entry *entry = board->buckets[i];

            board->buckets[i] = entry->next;
            rw_free(entry);
        }
    }
    (void)pthread_mutex_destroy(&board->lock);
    rw_free(board);
}

/* Where the trunk's entry hangs, or where it would. Under the lock. */
static struct entry **place_of(struct rw_trunk_board *board, const char *trunk_id)
{
    struct entry **at = &board->buckets[rw_hash_text(RW_HASH_START, trunk_id) % BUCKETS];

    while (*at && strcmp((*at)->trunk_id, trunk_id) != 0)
        at = &(*at)->next;
    return at;
}

static uint32_t count_down(const struct rw_trunk_status *status)
{
    uint32_t down = 0;

    for (uint32_t i = 0; i < status->count; i++)
        down += status->at[i].health.state == RW_HEALTH_DOWN;
    return down;
}

static void take_off(struct rw_trunk_board *board, struct entry **at)
{
    struct entry *entry = *at;

    *at = entry->next;
    atomic_fetch_sub(&board->down, count_down(&entry->status));
    board->count--;
    rw_free(entry);
}

void rw_trunk_board_put(struct rw_trunk_board *board, const char *trunk_id,
                        const struct rw_trunk_status *status)
{
    size_t size = status_size(status->count);
    struct entry *entry = rw_calloc(1, offsetof(struct entry, status) + size);
    struct entry **at;

    if (!entry ||
        !rw_slice_copy(entry->trunk_id, sizeof(entry->trunk_id), rw_slice_str(trunk_id))) {
        rw_free(entry);
        return;
    }
    memcpy(&entry->status, status, size);
    (void)pthread_mutex_lock(&board->lock);
    at = place_of(board, trunk_id);
    if (*at)
        take_off(board, at);
    if (board->count < RW_TRUNK_BOARD_MAX) {
        entry->next = *at;
        *at = entry;
        board->count++;
        atomic_fetch_add(&board->down, count_down(status));
        entry = NULL;
    }
    (void)pthread_mutex_unlock(&board->lock);
    rw_free(entry);
}

void rw_trunk_board_forget(struct rw_trunk_board *board, const char *trunk_id)
{
    struct entry **at;

    (void)pthread_mutex_lock(&board->lock);
    at = place_of(board, trunk_id);
    if (*at)
        take_off(board, at);
    (void)pthread_mutex_unlock(&board->lock);
}

bool rw_trunk_board_read(struct rw_trunk_board *board, const char *trunk_id,
                         struct rw_trunk_status *ret)
{
    const struct entry *entry;

    memset(ret, 0, sizeof(*ret));
    (void)pthread_mutex_lock(&board->lock);
    entry = *place_of(board, trunk_id);
    if (entry)
        memcpy(ret, &entry->status, status_size(entry->status.count));
    (void)pthread_mutex_unlock(&board->lock);
    return entry != NULL;
}

bool rw_trunk_status_is_down(const struct rw_trunk_status *status)
{
    return status->count && count_down(status) == status->count;
}

bool rw_trunk_board_has_down(const struct rw_trunk_board *board)
{
    return board && atomic_load_explicit(&board->down, memory_order_relaxed) != 0;
}

bool rw_trunk_board_is_down(struct rw_trunk_board *board, const char *trunk_id)
{
    const struct entry *entry;
    bool down;

    if (!rw_trunk_board_has_down(board))
        return false;
    (void)pthread_mutex_lock(&board->lock);
    entry = *place_of(board, trunk_id);
    down = entry && rw_trunk_status_is_down(&entry->status);
    (void)pthread_mutex_unlock(&board->lock);
    return down;
}

bool rw_trunk_board_address_is_down(struct rw_trunk_board *board, const char *trunk_id,
                                    const char *address)
{
    const struct entry *entry;
    bool down = false;

    if (!rw_trunk_board_has_down(board))
        return false;
    (void)pthread_mutex_lock(&board->lock);
    entry = *place_of(board, trunk_id);
    for (uint32_t i = 0; entry && i < entry->status.count && !down; i++)
        down = entry->status.at[i].health.state == RW_HEALTH_DOWN &&
               strcmp(entry->status.at[i].answer.address, address) == 0;
    (void)pthread_mutex_unlock(&board->lock);
    return down;
}
