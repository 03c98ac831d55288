/*
 * trunk/keeper.h - asks the trunks' addresses from time to time, and keeps their registrations.
 *
 *     OPTIONS    every interval_s to each address; sooner while one is in doubt (trunk/health.h)
 *     REGISTER   as trunk/registration.h says; taken back when the trunk is let go, is changed or the
 *                server stops
 *
 * What becomes of it stands on the board. An address that goes up or down, and a registration that is
 * made, refused or lost, is logged once.
 *
 * A trunk that was changed first leaves as it was, then begins as it is: a registrar that hears both at
 * once may take the new binding away for the old one.
 *
 * Owner    a worker's. All trunks of a server have one keeper, so each is registered by one worker.
 * Threads  its worker; the board is for all.
 * Memory   some 6 KiB a trunk, at most RW_TRUNK_BOARD_MAX; further ones are not kept.
 * Errors   none: what can't be asked is tried again.
 */
#ifndef RW_TRUNK_KEEPER_H
#define RW_TRUNK_KEEPER_H

#include "trunk/board.h"

struct rw_keeper;

struct rw_keeper_options {
    const struct rw_trunk_ops *ops;
    struct rw_trunk_port *port;
    struct rw_trunk_board *board;
    unsigned worker; /* its number, for Call-IDs */
};

/* A trunk to be kept. Copied. */
struct rw_keeper_trunk {
    struct rw_trunk_target target;
    uint32_t interval_s; /* between OPTIONS; 0 = none */
    uint32_t expires_s;  /* of the registration that is asked for; 0 = none */
};

struct rw_keeper *rw_keeper_new(const struct rw_keeper_options *options); /* NULL: no memory */
void rw_keeper_free(
    struct rw_keeper *keeper); /* drops everything; nothing is taken back. NULL is fine */

/* The trunks there are: begin, keep each, end. Those that were not named are let go. */
void rw_keeper_begin(struct rw_keeper *keeper);
void rw_keeper_keep(struct rw_keeper *keeper, const struct rw_keeper_trunk *trunk);
void rw_keeper_end(struct rw_keeper *keeper);

/* Lets all go and says when that is done, now or later. Nothing is kept any more. */
void rw_keeper_leave(struct rw_keeper *keeper, void (*left)(void *arg), void *arg);

#endif
