/*
 * What the client shows of a server's answer: up to the first NUL the request that was sent, after it
 * the answer. Nothing of either may reach the terminal raw: no control character but the line end.
 */
#include "base/utf8.h"
#include "cli/render.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_clean(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rw_cli_column columns[] = {
        {"Id", "id"}, {"Name", "user.name"}, {"Ani", "participants.0.ani"}, {NULL, NULL}};
    const uint8_t *end = memchr(data, 0, size);
    size_t n = end ? (size_t)(end - data) : size;
    struct rw_cli_source source = {"request.json", {(const char *)data, n}};
    json_t *answer = end ? json_loadb((const char *)end + 1, size - n - 1, 0, NULL) : NULL;
    struct rw_cli cli = {.terminal = true};
    char *out = NULL, *err = NULL;
    size_t out_n = 0, err_n = 0;

    if (!answer)
        return 0;
    cli.out = open_memstream(&out, &out_n);
    cli.err = open_memstream(&err, &err_n);
    if (!cli.out || !cli.err)
        abort();
    rw_cli_show_refusal(&cli, answer, &source);
    rw_cli_show_warnings(&cli, answer, &source);
    rw_cli_show_list(&cli, answer, columns);
    rw_cli_show_object(&cli, answer, columns);
    (void)fclose(cli.out);
    (void)fclose(cli.err);
    require_clean(out, out_n);
    require_clean(err, err_n);
    free(out);
    free(err);
    json_decref(answer);
    return 0;
}
