/*
 * cli/cli.h - `ringwright`, the client: what its files share.
 *
 * A command is one row of a table (noun, verb, options, example, function); help and the errors of
 * usage come from that row. Commands talk HTTP to the server (client.h), never to its store, and
 * show what they get as a table, as JSON, or, when it was refused, as a compiler shows an error.
 *
 * Owner    main() owns struct rw_cli; json_t references are owned as jansson's documentation says.
 * Threads  one.
 * Memory   answers up to RW_CLI_ANSWER_MAX bytes.
 * Errors   a command returns the exit status: 0 done, 1 refused or failed, 2 usage, else of
 *          sysexits(3) as base/status.h says.
 */
#ifndef RW_CLI_CLI_H
#define RW_CLI_CLI_H

#include "base/slice.h"

#include <jansson.h>
#include <stdio.h>

#define RW_CLI_USAGE 2
#define RW_CLI_OPTIONS_MAX 16
#define RW_CLI_ARGS_MAX 2
#define RW_CLI_ANSWER_MAX (16u << 20)

struct rw_cli_client;

struct rw_cli {
    FILE *in, *out, *err; /* in: only a command that reads it needs one */
    bool terminal;        /* out is one, or --table: tables rather than JSON */
    bool err_terminal;    /* err is one */
    bool color;           /* on err */
    bool json, quiet;
    const char *(*env)(const char *name);
    const char *host, *token;     /* of the command line, or NULL */
    struct rw_cli_client *client; /* made by the first request */
};

struct rw_cli_option {
    const char *name;  /* without "--"; NULL ends the list */
    const char *value; /* what its value is called in the help; NULL: it takes none */
    const char *help;
    bool required;
};

struct rw_cli_args;

struct rw_cli_command {
    const char *noun, *verb; /* verb NULL: the noun stands alone */
    const char *args;        /* "ID": each word is one argument, "[ID]": not required; "" = none */
    const char *summary;
    const char *example;
    int (*run)(struct rw_cli *cli, const struct rw_cli_args *args);
    struct rw_cli_option options[RW_CLI_OPTIONS_MAX];
};

struct rw_cli_args {
    const struct rw_cli_command *command;
    const char *args[RW_CLI_ARGS_MAX];
    const char *values[RW_CLI_OPTIONS_MAX]; /* beside command->options; "" for one without value */
};

/* The value of an option, "" when it is set and takes none, NULL when it was not given. */
const char *rw_cli_option(const struct rw_cli_args *args, const char *name);

extern const struct rw_cli_command rw_cli_commands[];
extern const size_t rw_cli_command_count;

/* Everything main() does once streams and environment are known. */
int rw_cli_run(struct rw_cli *cli, int argc, char *const *argv);

/* Tells what is wrong with a command's words and where its help is. Returns RW_CLI_USAGE. */
int rw_cli_usage(struct rw_cli *cli, const struct rw_cli_command *command, const char *what,
                 const char *word);

/* Help on all commands, on those of a noun, on one. */
void rw_cli_help_all(FILE *out);
void rw_cli_help_noun(FILE *out, const char *noun);
void rw_cli_help_command(FILE *out, const struct rw_cli_command *command);

/* The nearest of `words` to what was typed, NULL when none is near. `next` walks the words. */
const char *rw_cli_nearest(const char *typed, const char *(*word)(size_t i, const void *arg),
                           const void *arg);

#endif
