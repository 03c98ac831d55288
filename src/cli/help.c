#include "cli/commands.h"
#include "cli/number_json.h"

#include <string.h>

static const char general[] =
    "\nWith every command:\n"
    "  --host URL         the server; default $RINGWRIGHT_URL, then http://127.0.0.1:8080\n"
    "  --token TOKEN      default $RINGWRIGHT_TOKEN, then a token for $RINGWRIGHT_CLIENT_ID\n"
    "                     and $RINGWRIGHT_CLIENT_SECRET\n"
    "  --json             JSON, also on a terminal; without a terminal it is JSON anyway\n"
    "  --table            tables, also where there is no terminal\n"
    "  --quiet            only what was asked for\n"
    "  --help             this, or help on a command\n"
    "  --version          which version this is\n";

static void title(const struct rw_cli_command *c, char *dst, size_t size)
{
    (void)snprintf(dst, size, "%s%s%s%s%s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "",
                   *c->args ? " " : "", c->args);
}

static void list(FILE *out, const char *noun)
{
    for (size_t i = 0; i < rw_cli_command_count; i++) {
        const struct rw_cli_command *c = &rw_cli_commands[i];
        char name[60];

        if (noun && strcmp(noun, c->noun) != 0)
            continue;
        title(c, name, sizeof(name));
        fprintf(out, "  %-24s %s\n", name, c->summary);
    }
}

void rw_cli_help_all(FILE *out)
{
    fprintf(out, "Usage: ringwright NOUN VERB [ARGUMENTS] [OPTIONS]\n\n"
                 "Places and watches telephone calls through a Ringwright server.\n\n");
    list(out, NULL);
    fprintf(out,
            "%s\nExample:\n  ringwright call place --to +6591234567 --from +6534567890 --wait\n",
            general);
}

void rw_cli_help_noun(FILE *out, const char *noun)
{
    fprintf(out, "Usage: ringwright %s VERB [ARGUMENTS] [OPTIONS]\n\n", noun);
    list(out, noun);
    fprintf(out, "%s", general);
}

static void show_option(FILE *out, const struct rw_cli_option *o)
{
    char name[60];

    (void)snprintf(name, sizeof(name), "--%s%s%s", o->name, o->value ? " " : "",
                   o->value ? o->value : "");
    fprintf(out, "  %-24s %s%s\n", name, o->help, o->required ? " (required)" : "");
}

/* What a command has to say beyond its options. */
static const char *more_on(const struct rw_cli_command *command)
{
    return command->run == rw_cli_number_check ? rw_cli_number_members : NULL;
}

void rw_cli_help_command(FILE *out, const struct rw_cli_command *command)
{
    char name[60];

    title(command, name, sizeof(name));
    fprintf(out, "Usage: ringwright %s%s\n\n%s.\n", name,
            command->options[0].name ? " [OPTIONS]" : "", command->summary);
    if (command->options[0].name)
        fprintf(out, "\nOptions:\n");
    for (size_t i = 0; i < RW_CLI_OPTIONS_MAX && command->options[i].name; i++)
        show_option(out, &command->options[i]);
    if (more_on(command))
        fprintf(out, "\n%s", more_on(command));
    fprintf(out, "%s\nExample:\n  %s\n", general, command->example);
}
