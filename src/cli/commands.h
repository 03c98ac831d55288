/* cli/commands.h - the functions behind the commands; one file a noun. */
#ifndef RW_CLI_COMMANDS_H
#define RW_CLI_COMMANDS_H

#include "base/buf.h"
#include "cli/cli.h"

typedef int(rw_cli_run_h)(struct rw_cli *cli, const struct rw_cli_args *args);

rw_cli_run_h rw_cli_call_place, rw_cli_call_get, rw_cli_call_list, rw_cli_call_hangup;
rw_cli_run_h rw_cli_number_check, rw_cli_number_get, rw_cli_number_metadata_version;
rw_cli_run_h rw_cli_number_list, rw_cli_number_create, rw_cli_number_delete;
rw_cli_run_h rw_cli_trunk_list, rw_cli_trunk_get, rw_cli_trunk_create, rw_cli_trunk_update,
    rw_cli_trunk_enable, rw_cli_trunk_delete, rw_cli_trunk_test, rw_cli_trunk_status;
rw_cli_run_h rw_cli_route_list, rw_cli_route_create, rw_cli_route_update, rw_cli_route_delete;
rw_cli_run_h rw_cli_limit_show, rw_cli_limit_set;
rw_cli_run_h rw_cli_policy_show, rw_cli_policy_set;
rw_cli_run_h rw_cli_rate_load, rw_cli_rate_show;
rw_cli_run_h rw_cli_spend_show, rw_cli_spend_set;
rw_cli_run_h rw_cli_request_check;
rw_cli_run_h rw_cli_route_explain;
rw_cli_run_h rw_cli_token_create, rw_cli_token_list, rw_cli_token_revoke, rw_cli_token_me;
rw_cli_run_h rw_cli_token_frozen, rw_cli_token_thaw;
rw_cli_run_h rw_cli_client_create, rw_cli_client_list, rw_cli_client_get, rw_cli_client_delete,
    rw_cli_client_secret;
rw_cli_run_h rw_cli_user_create, rw_cli_user_list, rw_cli_user_get, rw_cli_user_delete,
    rw_cli_user_me;
rw_cli_run_h rw_cli_station_create, rw_cli_station_list, rw_cli_station_get;
rw_cli_run_h rw_cli_edge_list;
rw_cli_run_h rw_cli_phone_list, rw_cli_phone_get, rw_cli_phone_create, rw_cli_phone_update,
    rw_cli_phone_delete;
rw_cli_run_h rw_cli_pool_list, rw_cli_pool_create, rw_cli_pool_delete;
rw_cli_run_h rw_cli_extension_list, rw_cli_extension_give, rw_cli_extension_free,
    rw_cli_extension_pool_list, rw_cli_extension_pool_create, rw_cli_extension_pool_delete;
rw_cli_run_h rw_cli_number_plan_list;
rw_cli_run_h rw_cli_audit_list, rw_cli_health;
rw_cli_run_h rw_cli_tail;
rw_cli_run_h rw_cli_apply;
rw_cli_run_h rw_cli_doctor;

/* Shows what happens to a conversation until it has ended; true when it was connected. */
bool rw_cli_follow(struct rw_cli *cli, const char *conversation_id, int *ret_exit);

/* GET path and show its entities, or the object. */
struct rw_cli_column;
int rw_cli_get_list(struct rw_cli *cli, const char *path, const struct rw_cli_column *columns);
int rw_cli_get_object(struct rw_cli *cli, const char *path, const struct rw_cli_column *columns);
/* The same for a command with --page-size and --page. */
int rw_cli_get_page(struct rw_cli *cli, const char *path, const struct rw_cli_args *args,
                    const struct rw_cli_column *columns);
/* method path/ID<tail>; shows the object answered when there are columns. */
int rw_cli_by_id(struct rw_cli *cli, const char *method, const char *path, const char *id,
                 const char *tail, const struct rw_cli_column *columns);
int rw_cli_get_by_id(struct rw_cli *cli, const char *path, const char *id,
                     const struct rw_cli_column *columns);
/* Sends `body` (its reference is taken; NULL: none) and shows the object answered. */
int rw_cli_change(struct rw_cli *cli, const char *method, const char *path, json_t *body,
                  const struct rw_cli_column *columns);
/* The same, shown by `show`: rw_cli_show_object() or one with its parameters. */
typedef void(rw_cli_show_h)(struct rw_cli *cli, const json_t *object,
                            const struct rw_cli_column *columns);
int rw_cli_change_shown(struct rw_cli *cli, const char *method, const char *path, json_t *body,
                        const struct rw_cli_column *columns, rw_cli_show_h *show);

/* A text file, - for standard input, into a buffer whose maximum is the file's. False: told already. */
bool rw_cli_read_file(struct rw_cli *cli, const char *name, struct rw_buf *text);

/* The texts of options as members of `body`: {{"name", "name"}, ...}; "" as null. */
void rw_cli_texts(const struct rw_cli_args *args, const char *const (*members)[2], size_t count,
                  json_t *body);
/* Deletes the thing of the collection with this name or id, and says so. */
int rw_cli_delete_named(struct rw_cli *cli, const char *collection, const char *name,
                        const char *said);
/* Shows the same. */
int rw_cli_get_named(struct rw_cli *cli, const char *collection, const char *name,
                     const struct rw_cli_column *columns);

/* "a,b" as an array of texts. */
json_t *rw_cli_words(const char *list);
/* An option's number, above 0; *ret stays when it was not given. False: told already. */
bool rw_cli_number(struct rw_cli *cli, const struct rw_cli_args *args, const char *name,
                   long long *ret);

#endif
