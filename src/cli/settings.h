/*
 * cli/settings.h - settings that have no option of their own, by the names that the API has for them.
 *
 *     --set limits.channels=30,media.codecs=PCMA,PCMU,identity.fromUser='"4711"'
 *
 * A value is read as JSON when it is some (30, true, null, "4711"), else it is a text; none is null. What stands behind a
 * comma and is no NAME=VALUE goes on with the list before it; a comma at the end makes a list of one.
 *
 * Threads  one. Errors: told on cli->err.
 */
#ifndef RW_CLI_SETTINGS_H
#define RW_CLI_SETTINGS_H

#include "cli/render.h"

/* Puts what --set says into the body; true also when `text` is NULL. */
bool rw_cli_settings_set(struct rw_cli *cli, const char *text, json_t *body);

/* Shows the object by its columns, and then every member of its groups that none of them is. */
void rw_cli_settings_show(struct rw_cli *cli, const json_t *object,
                          const struct rw_cli_column *columns);

#endif
