/* ringwright - the client. Reads the environment and the streams; rw_cli_run() does the rest. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *environment(const char *name)
{
    return getenv(name);
}

int main(int argc, char **argv)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    struct rw_cli cli = {.in = stdin,
                         .out = stdout,
                         .err = stderr,
                         .terminal = isatty(STDOUT_FILENO),
                         .err_terminal = isatty(STDERR_FILENO),
                         .env = environment};
    int status;

    cli.color =
        cli.err_terminal && (!no_color || !*no_color) && !(term && strcmp(term, "dumb") == 0);
    status = rw_cli_run(&cli, argc, argv);
    if (fflush(stdout) != 0 && status == 0)
        status = 1; /* a full disk must not look like success */
    return status;
}
