/* From words on the command line to a command with its arguments; what is wrong with them. */
#include "cli/cli.h"

#include "base/err.h"
#include "base/near.h"
#include "base/utf8.h"
#include "cli/client.h"
#include <string.h>

const char *rw_cli_option(const struct rw_cli_args *args, const char *name)
{
    const struct rw_cli_option *options = args->command->options;

    for (size_t i = 0; i < RW_CLI_OPTIONS_MAX && options[i].name; i++)
        if (strcmp(options[i].name, name) == 0)
            return args->values[i];
    return NULL;
}

/* ------------------------------------------------------------------ did you mean */

const char *rw_cli_nearest(const char *typed, const char *(*word)(size_t i, const void *arg),
                           const void *arg)
{
    const char *best = NULL, *w;
    unsigned least = strlen(typed) < 4 ? 2 : 3; /* beyond that it is another word */

    for (size_t i = 0; (w = word(i, arg)) != NULL; i++) {
        unsigned d = *w ? rw_near_distance(rw_slice_str(typed), rw_slice_str(w)) : RW_NEAR_FAR;

        if (d < least) {
            least = d;
            best = w;
        }
    }
    return best;
}

static const char *noun_at(size_t i, const void *arg)
{
    (void)arg;
    return i < rw_cli_command_count ? rw_cli_commands[i].noun : NULL;
}

static const char *verb_at(size_t i, const void *noun)
{
    if (i >= rw_cli_command_count)
        return NULL;
    return strcmp(rw_cli_commands[i].noun, noun) == 0 && rw_cli_commands[i].verb
               ? rw_cli_commands[i].verb
               : "";
}

static const char *const general[] = {"host", "token", "json", "table", "quiet", "help", "version"};
#define GENERAL (sizeof(general) / sizeof(general[0]))

static const char *option_at(size_t i, const void *arg)
{
    const struct rw_cli_command *command = arg;

    if (i < GENERAL)
        return general[i];
    i -= GENERAL;
    return i < RW_CLI_OPTIONS_MAX ? command->options[i].name : NULL;
}

/* ------------------------------------------------------------------ usage */

static int usage(struct rw_cli *cli, const char *what, const char *word, const char *nearest,
                 const char *help)
{
    char clean[120];

    rw_text_clean(clean, sizeof(clean), rw_slice_str(word));
    fprintf(cli->err, "ringwright: %s '%s'", what, clean);
    if (nearest)
        fprintf(cli->err, "; did you mean '%s'?", nearest);
    fprintf(cli->err, "\nTry: %s --help\n", help);
    return RW_CLI_USAGE;
}

static void name_of(const struct rw_cli_command *command, char *dst, size_t size)
{
    (void)snprintf(dst, size, "ringwright %s%s%s", command->noun, command->verb ? " " : "",
                   command->verb ? command->verb : "");
}

static int usage_of(struct rw_cli *cli, const struct rw_cli_command *command, const char *what,
                    const char *word, const char *nearest)
{
    char name[80];

    name_of(command, name, sizeof(name));
    return usage(cli, what, word, nearest, name);
}

int rw_cli_usage(struct rw_cli *cli, const struct rw_cli_command *command, const char *what,
                 const char *word)
{
    return usage_of(cli, command, what, word, NULL);
}

/* ------------------------------------------------------------------ words */

struct words {
    int argc, at;
    char *const *argv;
    const char *plain[2 + RW_CLI_ARGS_MAX + 1]; /* noun, verb, arguments, one too many */
    size_t plain_count;
    bool help, version;
};

/* "--name=value" or "--name value"; NULL when there is none. */
static const char *value_of(struct words *w, const char *equals)
{
    if (equals)
        return equals + 1;
    return w->at + 1 < w->argc ? w->argv[++w->at] : NULL;
}

static bool is(const char *word, size_t n, const char *name)
{
    return strlen(name) == n && strncmp(word, name, n) == 0;
}

/* An option that every command has. 1: it was one; 0: not; -1: its value is missing. */
static int general_option(struct rw_cli *cli, struct words *w, const char *name, size_t n,
                          const char *equals)
{
    if (is(name, n, "host")) {
        cli->host = value_of(w, equals);
        return cli->host ? 1 : -1;
    }
    if (is(name, n, "token")) {
        cli->token = value_of(w, equals);
        return cli->token ? 1 : -1;
    }
    if (is(name, n, "json"))
        cli->json = true;
    else if (is(name, n, "table"))
        cli->terminal = true;
    else if (is(name, n, "quiet"))
        cli->quiet = true;
    else if (is(name, n, "help"))
        w->help = true;
    else if (is(name, n, "version"))
        w->version = true;
    else
        return 0;
    return 1;
}

static const struct rw_cli_command *find(const char *noun, const char *verb)
{
    for (size_t i = 0; i < rw_cli_command_count; i++) {
        const struct rw_cli_command *c = &rw_cli_commands[i];

        if (strcmp(c->noun, noun) == 0 && (!c->verb || (verb && strcmp(c->verb, verb) == 0)))
            return c;
    }
    return NULL;
}

static bool is_noun(const char *word)
{
    for (size_t i = 0; i < rw_cli_command_count; i++)
        if (strcmp(rw_cli_commands[i].noun, word) == 0)
            return true;
    return false;
}

/* One word that begins with "--", or -f for --file; for a command or before one is known. */
static int read_option(struct rw_cli *cli, struct words *w, struct rw_cli_args *args)
{
    const char *word = w->argv[w->at], *name = word[1] == '-' ? word + 2 : "file";
    const char *equals = strchr(name, '=');
    size_t n = equals ? (size_t)(equals - name) : strlen(name);
    const struct rw_cli_command *command = args->command;
    char typed[80];
    int known = general_option(cli, w, name, n, equals);

    (void)snprintf(typed, sizeof(typed), "%.*s", (int)(n < 79 ? n : 79), name);
    if (known < 0)
        return usage(cli, "a value is missing behind", w->argv[w->at], NULL, "ringwright");
    if (known)
        return 0;
    for (size_t i = 0; command && i < RW_CLI_OPTIONS_MAX && command->options[i].name; i++) {
        if (!is(name, n, command->options[i].name))
            continue;
        if (!command->options[i].value && equals)
            return usage_of(cli, command, "no value can stand behind", typed, NULL);
        args->values[i] = command->options[i].value ? value_of(w, equals) : "";
        if (!args->values[i])
            return usage_of(cli, command, "a value is missing behind", w->argv[w->at], NULL);
        return 0;
    }
    if (!command)
        return usage(cli, "a command must come before the option", w->argv[w->at], NULL,
                     "ringwright");
    return usage_of(cli, command, "unknown option", typed,
                    rw_cli_nearest(typed, option_at, command));
}

static int read_words(struct rw_cli *cli, struct words *w, struct rw_cli_args *args)
{
    bool only_plain = false;

    for (w->at = 1; w->at < w->argc; w->at++) {
        const char *word = w->argv[w->at];
        struct rw_slice bytes = rw_slice_str(word);
        int wrong;

        if (rw_utf8_valid_prefix(bytes) != bytes.n)
            return usage(cli, "not UTF-8:", word, NULL, "ringwright");
        if (!only_plain && strcmp(word, "--") == 0) {
            only_plain = true;
            continue;
        }
        if (!only_plain && strcmp(word, "-h") == 0)
            word = "--help";
        if (!only_plain && (strncmp(word, "--", 2) == 0 || strcmp(word, "-f") == 0)) {
            if (word != w->argv[w->at]) {
                w->help = true;
                continue;
            }
            wrong = read_option(cli, w, args);
            if (wrong)
                return wrong;
            continue;
        }
        if (w->plain_count < sizeof(w->plain) / sizeof(w->plain[0]))
            w->plain[w->plain_count++] = word;
        if (!args->command)
            args->command = find(w->plain[0], w->plain_count > 1 ? w->plain[1] : NULL);
    }
    return 0;
}

/* ------------------------------------------------------------------ a command */

/* How many arguments there can be; *ret_least: how many there must be, which come first. */
static size_t wanted_args(const struct rw_cli_command *command, size_t *ret_least)
{
    size_t n = *command->args != '\0', optional = 0;

    for (const char *p = command->args; *p; p++) {
        n += *p == ' ';
        optional += *p == '[';
    }
    *ret_least = n - optional;
    return n;
}

static int check_args(struct rw_cli *cli, struct words *w, struct rw_cli_args *args)
{
    const struct rw_cli_command *command = args->command;
    size_t first = command->verb ? 2 : 1, given = w->plain_count - first;
    size_t least, most = wanted_args(command, &least);

    if (given < least)
        return usage_of(cli, command, "missing:", command->args, NULL);
    if (given > most)
        return usage_of(cli, command, "one word too many:", w->plain[first + most], NULL);
    for (size_t i = 0; i < given; i++)
        args->args[i] = w->plain[first + i];
    for (size_t i = 0; i < RW_CLI_OPTIONS_MAX && command->options[i].name; i++)
        if (command->options[i].required && !args->values[i]) {
            char missing[60];

            (void)snprintf(missing, sizeof(missing), "--%s", command->options[i].name);
            return usage_of(cli, command, "missing:", missing, NULL);
        }
    return 0;
}

static int unknown_command(struct rw_cli *cli, const struct words *w)
{
    const char *noun = w->plain[0];
    char help[80];

    if (!is_noun(noun))
        return usage(cli, "unknown command", noun, rw_cli_nearest(noun, noun_at, NULL),
                     "ringwright");
    (void)snprintf(help, sizeof(help), "ringwright %s", noun);
    if (w->plain_count < 2)
        return usage(cli, "a verb must follow", noun, NULL, help);
    return usage(cli, "unknown verb", w->plain[1], rw_cli_nearest(w->plain[1], verb_at, noun),
                 help);
}

static int help(struct rw_cli *cli, const struct words *w, const struct rw_cli_args *args)
{
    if (args->command)
        rw_cli_help_command(cli->out, args->command);
    else if (w->plain_count && is_noun(w->plain[0]))
        rw_cli_help_noun(cli->out, w->plain[0]);
    else
        rw_cli_help_all(cli->out);
    return 0;
}

int rw_cli_run(struct rw_cli *cli, int argc, char *const *argv)
{
    struct words w = {.argc = argc, .argv = argv};
    struct rw_cli_args args = {0};
    int wrong = read_words(cli, &w, &args);

    if (w.help)
        return help(cli, &w, &args);
    if (wrong)
        return wrong;
    if (w.version) {
        fprintf(cli->out, "ringwright %s\n", RW_VERSION);
        return 0;
    }
    if (!w.plain_count) {
        rw_cli_help_all(cli->err);
        return RW_CLI_USAGE;
    }
    if (!args.command)
        return unknown_command(cli, &w);
    wrong = check_args(cli, &w, &args);
    if (!wrong)
        wrong = args.command->run(cli, &args);
    rw_cli_client_free(cli->client);
    cli->client = NULL;
    return wrong;
}
