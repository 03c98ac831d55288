/* number check and metadata-version: no server needed. */
#include "address/address.h"
#include "base/err.h"
#include "base/status.h"
#include "cli/commands.h"
#include "cli/number_batch.h"
#include "cli/number_json.h"
#include "cli/render.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>

/* ------------------------------------------------------------------ number check */

static void show_json(struct rw_cli *cli, struct rw_slice typed, const struct rw_address *a)
{
    struct rw_json_writer w;
    struct rw_buf buf;
    json_t *json = NULL;

    rw_buf_init(&buf, RW_CLI_NUMBER_JSON_MAX);
    w = rw_json_writer(&buf);
    rw_cli_number_json(&w, typed, typed.n, a, true);
    if (rw_json_done(&w))
        json = json_loadb(buf.p, buf.len, 0, NULL);
    rw_cli_show_json(cli, json);
    json_decref(json);
    rw_buf_done(&buf);
}

static void show_fault(struct rw_cli *cli, const struct rw_address *a, struct rw_slice typed)
{
    bool warning = a->verdict == RW_ADDRESS_UNASSIGNED;
    const char *color = !cli->color ? "" : warning ? "\033[1;33m" : "\033[1;31m";
    const char *plain = cli->color ? "\033[0m" : "";
    char text[256];

    fprintf(cli->err, "%s%s[%s]:%s %s\n", color, warning ? "warning" : "error", a->code, plain,
            rw_address_explain(a, text, sizeof(text)));
    rw_cli_show_word(cli->err, typed, (int)a->span.at + 1, (int)a->span.length,
                     rw_address_expected(a, text, sizeof(text)), color, plain);
    for (uint32_t i = 0; i < a->suggestion_count; i++)
        fprintf(cli->err, "  = instead: %s (%s)\n", a->suggestions[i].text,
                a->suggestions[i].reason);
    if (warning)
        fprintf(cli->err,
                "  = as of numbering data %s; placed anyway for single calls (policy: warn), "
                "refused in campaigns\n",
                rw_address_data_month());
    for (uint32_t i = 0; i < a->note_count; i++)
        fprintf(cli->err, "  = note: %s\n", rw_address_note_meaning(a->notes[i].code));
}

static void say(struct rw_cli *cli, const char *what, const char *text)
{
    if (text && *text)
        rw_cli_say(cli, "%-11s %s\n", what, text);
}

static void say_form(struct rw_cli *cli, const char *what, const struct rw_address *a,
                     enum rw_address_format format)
{
    char text[RW_ADDRESS_FORMAT_MAX];

    if (rw_address_write(a, format, text))
        say(cli, what, text);
}

static void say_notes(struct rw_cli *cli, const struct rw_address *a)
{
    for (uint32_t i = 0; i < a->note_count; i++) {
        const struct rw_address_note *note = &a->notes[i];
        char name[RW_ADDRESS_NAME_MAX];

        if (note->code_point >= 0x80) /* what a person can't tell apart, or see at all */
            rw_cli_say(cli, "%-11s %s (%s)\n", "note", rw_address_note_meaning(note->code),
                       rw_address_code_point_name(note->code_point, name));
        else
            say(cli, "note", rw_address_note_meaning(note->code));
    }
}

static void show_number(struct rw_cli *cli, const struct rw_address *a)
{
    const char *name = rw_address_region_name(a->region);
    char text[RW_ADDRESS_FORMAT_MAX];

    if (rw_address_write(a, RW_ADDRESS_INTERNATIONAL, text))
        fprintf(cli->out, "%s\n", text);
    say_form(cli, "E.164", a, RW_ADDRESS_E164);
    say_form(cli, "national", a, RW_ADDRESS_NATIONAL);
    say_form(cli, "RFC 3966", a, RW_ADDRESS_RFC3966);
    if (*name)
        rw_cli_say(cli, "%-11s %s, %s\n", "region", a->region, name);
    else
        say(cli, "region", a->region);
    if (a->type != RW_ADDRESS_TYPE_UNKNOWN)
        say(cli, "type", rw_address_type_name(a->type));
    say(cli, "time zones", a->time_zones);
    say(cli, "extension", a->extension);
    say_notes(cli, a);
}

static int check_one(struct rw_cli *cli, const struct rw_address_policy *policy, const char *typed)
{
    struct rw_slice text = rw_slice_str(typed);
    struct rw_address address;

    rw_address_judge(text.p, text.n, policy, &address);
    if (cli->json || !cli->terminal)
        show_json(cli, text, &address);
    else if (!address.code)
        show_number(cli, &address);
    if (address.code && !cli->json)
        show_fault(cli, &address, text);
    return address.verdict == RW_ADDRESS_OK || address.verdict == RW_ADDRESS_UNASSIGNED ? 0 : 1;
}

/* A reader that has gone away is told by write(), not by a signal that would end us without a word. */
static int check_list(struct rw_cli *cli, const struct rw_address_policy *policy)
{
    struct rw_cli_batch batch = {.policy = policy};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    const char *wrong;
    int why;

    (void)fflush(cli->out);
    batch.in = fileno(cli->in);
    batch.out = fileno(cli->out);
    if (cli->err_terminal && !cli->terminal && !cli->quiet)
        batch.progress = cli->err;
    (void)sigaction(SIGPIPE, &ignore, &before);
    wrong = rw_cli_number_batch(&batch);
    why = errno;
    (void)sigaction(SIGPIPE, &before, NULL);
    if (!wrong)
        return 0;
    fprintf(cli->err, "ringwright: %s: %s\n", wrong, strerror(why));
    return why == ENOMEM ? rw_status_exit(RW_NO_MEMORY) : 1;
}

/* False: told already. */
static bool set_region(struct rw_cli *cli, struct rw_address_policy *policy, const char *region)
{
    if (!region)
        return true;
    if (strlen(region) != 2 || !isalpha((unsigned char)region[0]) ||
        !isalpha((unsigned char)region[1])) {
        fprintf(cli->err, "ringwright: --region takes two letters, such as SG\n");
        return false;
    }
    policy->region[0] = (char)toupper((unsigned char)region[0]);
    policy->region[1] = (char)toupper((unsigned char)region[1]);
    if (*rw_address_region_name(policy->region))
        return true;
    fprintf(cli->err, "ringwright: there is no region %s in the numbering data (ISO 3166-1)%s\n",
            policy->region, strcmp(policy->region, "UK") == 0 ? "; is GB meant?" : "");
    return false;
}

int rw_cli_number_check(struct rw_cli *cli, const struct rw_cli_args *args)
{
    bool list = rw_cli_option(args, "batch") != NULL;
    struct rw_address_policy policy;

    if (list && args->args[0])
        return rw_cli_usage(cli, args->command,
                            "--batch reads standard input; one word too many:", args->args[0]);
    if (!list && !args->args[0])
        return rw_cli_usage(cli, args->command, "missing:", "NUMBER");
    rw_address_policy_init(&policy);
    if (!set_region(cli, &policy, rw_cli_option(args, "region")))
        return RW_CLI_USAGE;
    return list ? check_list(cli, &policy) : check_one(cli, &policy, args->args[0]);
}

/* ------------------------------------------------------------------ number metadata-version */

int rw_cli_number_metadata_version(struct rw_cli *cli, const struct rw_cli_args *args)
{
    json_t *json;

    (void)args;
    if (!cli->json && cli->terminal) {
        fprintf(cli->out, "%s\n", rw_address_data_version());
        return 0;
    }
    json = json_pack("{s:s, s:s}", "version", rw_address_data_version(), "month",
                     rw_address_data_month());
    rw_cli_show_json(cli, json);
    json_decref(json);
    return 0;
}
