/*
 * api/trunk_status.h - what is known of a trunk (trunk/board.h), as the contract's model Trunk shows it.
 *
 * Threads  the worker's; the board is read under its lock. Errors: none; what is not known is left out.
 */
#ifndef RW_API_TRUNK_STATUS_H
#define RW_API_TRUNK_STATUS_H

#include "store/store.h"
#include "json/write.h"

struct rw_trunk_board; /* trunk/board.h */

/* Members of the object that is open: inService to registersStatus. board may be NULL. */
void rw_trunk_status_write(struct rw_json_writer *w, const struct rw_row_trunk *row,
                           struct rw_trunk_board *board);

#endif
