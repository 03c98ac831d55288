/*
 * cli/named.h - things that are spoken of by name: found in their collection, changed from what they are.
 *
 * Owner    objects are the caller's references. Threads: one.
 * Errors   false: told on cli->err, and *ret_exit is how to end.
 */
#ifndef RW_CLI_NAMED_H
#define RW_CLI_NAMED_H

#include "cli/cli.h"

#define RW_CLI_EDGES "/api/v2/telephony/providers/edges"
#define RW_CLI_TRUNKS RW_CLI_EDGES "/trunkbasesettings"
#define RW_CLI_SITES RW_CLI_EDGES "/sites"
#define RW_CLI_POOLS RW_CLI_EDGES "/didpools"
#define RW_CLI_PHONES RW_CLI_EDGES "/phones"
#define RW_CLI_EXTENSION_POOLS RW_CLI_EDGES "/extensionpools"
#define RW_CLI_EXTENSIONS RW_CLI_EDGES "/extensions"

/* What GET path answers. */
bool rw_cli_fetch(struct rw_cli *cli, const char *path, json_t **ret, int *ret_exit);

/* The same of an answer that is an array. */
bool rw_cli_fetch_array(struct rw_cli *cli, const char *path, json_t **ret, int *ret_exit);

/* The one of the collection (a path that takes ?name=) with this name, or else with this id. */
bool rw_cli_find_named(struct rw_cli *cli, const char *collection, const char *name, json_t **ret,
                       int *ret_exit);

/* The same by name; the first of all when name is NULL. `what` is for saying that there is none. */
bool rw_cli_find_or_first(struct rw_cli *cli, const char *collection, const char *what,
                          const char *name, json_t **ret, int *ret_exit);

/* A copy that can be sent back: without what the server says itself. NULL when memory is out. */
json_t *rw_cli_editable(const json_t *object);

/* The object's selfUri, which is its path. */
const char *rw_cli_path_of(const json_t *object);

#endif
