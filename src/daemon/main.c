/* ringwrightd: reads the command line and does the one thing it asks for. */
#include "base/log.h"
#include "base/status.h"
#include "daemon/identity.h"
#include "daemon/init.h"
#include "daemon/options.h"
#include "daemon/server.h"

#include <stdio.h>

extern char **environ;

#define EXIT_USAGE 2
#define EXIT_CANNOT_SERVE 69
#define EXIT_BAD_CONFIG 78

static void show(const struct rw_err *err)
{
    fputs("ringwrightd: ", stderr);
    if (err->pointer[0])
        fprintf(stderr, "%s:", err->pointer);
    if (err->line)
        fprintf(stderr, "%d:%d:", err->line, err->column);
    fprintf(stderr, "%serror[%s]: %s\n", err->pointer[0] ? " " : "", err->code, err->message);
    if (err->found[0])
        fprintf(stderr, "  found     %s\n", err->found);
    if (err->expected[0])
        fprintf(stderr, "  expected  %s\n", err->expected);
    if (err->suggestion[0])
        fprintf(stderr, "  write     %s\n", err->suggestion);
}

static int exit_status(enum rw_class class, const struct rw_err *err)
{
    if (class == RW_OK)
        return 0;
    show(err);
    if (strncmp(err->code, "usage.", 6) == 0)
        return EXIT_USAGE;
    /* Whoever starts services tries again after any status but this one: it needs a person. */
    if (class == RW_MALFORMED || strncmp(err->code, "config.", 7) == 0 ||
        strcmp(err->code, "auth.no_key") == 0)
        return EXIT_BAD_CONFIG;
    return class == RW_CONFLICT ? EXIT_CANNOT_SERVE : rw_status_exit(class);
}

static void apply_log_options(const struct rw_config *config)
{
    static const char *const levels[] = {"error", "warn", "info", "debug"};

    for (int i = 0; i < 4; i++)
        if (strcmp(config->log_level, levels[i]) == 0)
            rw_log_set_level((enum rw_log_level)i);
    rw_log_set_mask_numbers(config->log_mask_numbers);
}

static enum rw_class print_config(const struct rw_config *config, struct rw_err *err)
{
    struct rw_buf out;

    rw_buf_init(&out, 1u << 20);
    rw_config_print(config, &out);
    if (out.failed) {
        rw_buf_done(&out);
        return rw_fail_memory(err);
    }
    fputs(out.p, stdout);
    rw_buf_done(&out);
    return RW_OK;
}

/* What the files that the configuration names hold is a part of it. */
static enum rw_class check(const struct rw_config *config, struct rw_err *err)
{
    struct rw_identity identity;
    enum rw_class class = rw_identity_open(config, &identity, err);

    if (class)
        return class;
    rw_identity_close(&identity);
    puts("the configuration is good");
    return RW_OK;
}

int main(int argc, char **argv)
{
    static struct rw_config config; /* 17 KB */
    struct rw_daemon_options options;
    struct rw_err err;
    enum rw_class class = rw_daemon_options_read(argc, argv, environ, &options, &config, &err);

    if (class)
        return exit_status(class, &err);
    apply_log_options(&config);
    switch (options.mode) {
    case RW_MODE_HELP:
        fputs(rw_daemon_help, stdout);
        break;
    case RW_MODE_VERSION:
        puts("ringwrightd " RW_VERSION);
        break;
    case RW_MODE_CHECK:
        class = check(&config, &err);
        break;
    case RW_MODE_PRINT_CONFIG:
        class = print_config(&config, &err);
        break;
    case RW_MODE_INIT:
        class = rw_init_run(&config, &options, &err);
        break;
    case RW_MODE_RUN:
        class = rw_server_run(&config, &err);
        break;
    }
    return exit_status(class, &err);
}
