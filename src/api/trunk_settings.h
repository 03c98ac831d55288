/*
 * api/trunk_settings.h - the settings of a trunk: one table by which they are read and shown.
 *
 * A setting is a member of trunkbasesettings, alone or within a group ("sip", ...), and a field of the
 * store's row. The description (api/openapi.yaml) has checked form and bounds before; what a setting means
 * is judged by trunks.c. A new setting is a column of the store, a member in the description and a line
 * in the table; the client has tables of its own (cli/cmd_trunk.c, cli/apply_file.c).
 *
 * Owner    texts that were read live in the request. Threads: pure functions; any.
 * Errors   none: what is absent has its default, but a secret, which stays as it is.
 * Not to be included beside re.h.
 */
#ifndef RW_API_TRUNK_SETTINGS_H
#define RW_API_TRUNK_SETTINGS_H

#include "base/arena.h"
#include "store/store.h"
#include "json/write.h"

#include <jansson.h>

/* What the body says, into the row. Lists are joined in the arena; false: memory is out. */
bool rw_trunk_settings_read(const json_t *body, struct rw_arena *arena, struct rw_row_trunk *row);

/* Writes the settings as members of the object that is open. */
void rw_trunk_settings_write(struct rw_json_writer *w, const struct rw_row_trunk *row);

#endif
