/*
 * trunk/board.h - what is known of the trunks: whether their addresses answer, whether they are
 * registered. One worker keeps it up (trunk/keeper.h), all others read.
 *
 * Whoever places calls asks only whether a trunk or an address is down. While nothing is, that is one
 * comparison; a server that watches no trunk pays nothing else.
 *
 * Owner    the daemon.
 * Threads  any; a lock held for a copy.
 * Memory   at most RW_TRUNK_BOARD_MAX trunks; of each what its addresses said last, some 500 bytes each.
 * Errors   without memory a trunk's status stays as it was, or stays unknown.
 */
#ifndef RW_TRUNK_BOARD_H
#define RW_TRUNK_BOARD_H

#include "trunk/health.h"
#include "trunk/registration.h"

#define RW_TRUNK_BOARD_MAX 16384u

struct rw_trunk_address {
    struct rw_health health;
    uint64_t asked_ms; /* wall time of the last question's end; 0 = none yet */
    struct rw_trunk_answer answer;
};

struct rw_trunk_binding {
    enum rw_registration_state state; /* OFF: this trunk does not register */
    bool bound;
    bool answered;     /* `last` says something */
    uint64_t since_ms; /* of `bound`; wall time, as those that follow; 0 = from the beginning */
    uint64_t until_ms; /* bound until then; 0 = it is not */
    uint64_t next_ms;  /* the next REGISTER; 0 = one is under way */
    struct rw_trunk_enrolled last;
};

struct rw_trunk_status {
    uint32_t interval_s; /* between questions; 0 = it is not watched */
    struct rw_trunk_binding binding;
    uint32_t count;
    struct rw_trunk_address at[RW_TRUNK_ADDRESSES];
};

struct rw_trunk_board;

struct rw_trunk_board *rw_trunk_board_new(void);        /* NULL: no memory */
void rw_trunk_board_free(struct rw_trunk_board *board); /* NULL is fine */

void rw_trunk_board_put(struct rw_trunk_board *board, const char *trunk_id,
                        const struct rw_trunk_status *status);
void rw_trunk_board_forget(struct rw_trunk_board *board, const char *trunk_id);

/* False: nothing is known of it. */
bool rw_trunk_board_read(struct rw_trunk_board *board, const char *trunk_id,
                         struct rw_trunk_status *ret);

/* Every address of it is down. board NULL: no. */
bool rw_trunk_board_is_down(struct rw_trunk_board *board, const char *trunk_id);

/* Any address of any trunk is down: a reason to ask more. board NULL: no. */
bool rw_trunk_board_has_down(const struct rw_trunk_board *board);
bool rw_trunk_board_address_is_down(struct rw_trunk_board *board, const char *trunk_id,
                                    const char *address);

/* There are addresses and all of them are down. */
bool rw_trunk_status_is_down(const struct rw_trunk_status *status);

#endif
