/* station create, list, get: the telephones of users. */
#include "cli/commands.h"
#include "cli/render.h"

#define STATIONS "/api/v2/stations"

static const struct rw_cli_column columns[] = {
    {"id", "id"},       {"name", "name"},     {"telephone", "sipUri"},
    {"user", "userId"}, {"status", "status"}, {NULL, NULL},
};

static const struct rw_cli_column list_columns[] = {
    {"ID", "id"},       {"NAME", "name"},     {"TELEPHONE", "sipUri"},
    {"USER", "userId"}, {"STATUS", "status"}, {NULL, NULL},
};

int rw_cli_station_create(struct rw_cli *cli, const struct rw_cli_args *args)
{
    static const char *const members[][2] = {{"name", "name"},
                                             {"sip-uri", "sipUri"},
                                             {"user", "userId"},
                                             {"auth-user", "authUser"},
                                             {"auth-password", "authPassword"}};
    json_t *body = json_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *value = rw_cli_option(args, members[i][0]);

        if (value)
            (void)json_object_set_new(body, members[i][1], json_string(value));
    }
    return rw_cli_change(cli, "POST", STATIONS, body, columns);
}

int rw_cli_station_list(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_page(cli, STATIONS, args, list_columns);
}

int rw_cli_station_get(struct rw_cli *cli, const struct rw_cli_args *args)
{
    return rw_cli_get_by_id(cli, STATIONS, args->args[0], columns);
}
