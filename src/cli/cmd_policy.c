/* policy show, set: whom the tenant may call at all, and when. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/render.h"

#include <string.h>

#define POLICY "/api/v2/telephony/providers/edges/callingpolicy"

static const struct rw_cli_column columns[] = {
    {"allowed prefixes", "allowedPrefixes"},
    {"blocked prefixes", "blockedPrefixes"},
    {"high risk blocked", "highRiskBlocked"},
    {"high risk", "highRiskPrefixes"},
    {"blocked types", "blockedTypes"},
    {"allowed regions", "allowedRegions"},
    {"calling hours", "hours"},
    {"freeze after", "freezeAfterRefusals"},
    {"version", "version"},
    {NULL, NULL},
};

/* {"region": "SG", "from": "08:00", "to": "20:00"} as it is typed; on a terminal alone. */
static void show(struct rw_cli *cli, json_t *policy)
{
    json_t *hours = json_array();
    const json_t *rule;
    size_t i;

    json_array_foreach(json_object_get(policy, "callingHours"), i, rule)
    {
        const char *region, *from, *to;

        if (json_unpack((json_t *)rule, "{s:s, s:s, s:s}", "region", &region, "from", &from, "to",
                        &to) == 0)
            (void)json_array_append_new(hours, json_sprintf("%s %s-%s", region, from, to));
    }
    if (cli->terminal && !cli->json)
        (void)json_object_set(policy, "hours", hours);
    rw_cli_show_object(cli, policy, columns);
    json_decref(hours);
}

/* The policy as the server has it, or the exit status. */
static json_t *read_policy(struct rw_cli *cli, int *ret_exit)
{
    const struct rw_cli_call call = {.method = "GET", .path = POLICY};
    struct rw_cli_answer answer;
    json_t *policy = NULL;

    if (rw_cli_send(cli, &call, &answer))
        policy = json_incref(answer.json);
    else
        *ret_exit = rw_cli_exit(&answer);
    rw_cli_answer_done(&answer);
    return policy;
}

int rw_cli_policy_show(struct rw_cli *cli, const struct rw_cli_args *args)
{
    int status = 0;
    json_t *policy = read_policy(cli, &status);

    (void)args;
    if (policy)
        show(cli, policy);
    json_decref(policy);
    return status;
}

/* "SG 08:00-20:00,* 09:00-21:00" as objects; the server says what is wrong with one. */
static json_t *rules_of(const char *list)
{
    json_t *rules = json_array();

    while (*list) {
        size_t n = strcspn(list, ","), region = strcspn(list, " "), from;

        if (region > n)
            region = n;
        from = strcspn(list + region, "-") + region;
        if (from > n)
            from = n;
        (void)json_array_append_new(
            rules, json_pack("{s:s%, s:s%, s:s%}", "region", list, region, "from",
                             list + region + (region < from), from - region - (region < from), "to",
                             list + from + (from < n), n - from - (from < n)));
        list += n + (list[n] == ',');
    }
    return rules;
}

static bool read_options(struct rw_cli *cli, const struct rw_cli_args *args, json_t *body)
{
    static const char *const lists[][2] = {{"allow-prefix", "allowedPrefixes"},
                                           {"block-prefix", "blockedPrefixes"},
                                           {"block-type", "blockedTypes"},
                                           {"allow-region", "allowedRegions"}};
    const char *hours = rw_cli_option(args, "hours"), *risk = rw_cli_option(args, "high-risk");
    const char *freeze = rw_cli_option(args, "freeze-after");
    long long after = 0;

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        if (rw_cli_option(args, lists[i][0]))
            (void)json_object_set_new(body, lists[i][1],
                                      rw_cli_words(rw_cli_option(args, lists[i][0])));
    if (hours)
        (void)json_object_set_new(body, "callingHours", rules_of(hours));
    if (freeze && strcmp(freeze, "0") != 0 && !rw_cli_number(cli, args, "freeze-after", &after))
        return false;
    if (freeze)
        (void)json_object_set_new(body, "freezeAfterRefusals", json_integer(after));
    if (risk && strcmp(risk, "block") != 0 && strcmp(risk, "allow") != 0) {
        fprintf(cli->err, "ringwright: --high-risk takes block or allow\n");
        return false;
    }
    if (risk)
        (void)json_object_set_new(body, "highRiskBlocked", json_boolean(*risk == 'b'));
    return true;
}

/* What is not given stays: the policy is read, changed, and sent back from the version that was read. */
int rw_cli_policy_set(struct rw_cli *cli, const struct rw_cli_args *args)
{
    static const char *const shown_only[] = {"dateCreated", "dateModified", "highRiskPrefixes",
                                             "selfUri"};
    int status = 0;
    json_t *policy = read_policy(cli, &status);

    if (!policy)
        return status;
    for (size_t i = 0; i < sizeof(shown_only) / sizeof(*shown_only); i++)
        (void)json_object_del(policy, shown_only[i]);
    if (!read_options(cli, args, policy)) {
        json_decref(policy);
        return RW_CLI_USAGE;
    }
    status = rw_cli_change(cli, "PUT", POLICY, policy, NULL);
    return status ? status : rw_cli_policy_show(cli, args);
}
