/*
 * cli/render.h - what is shown: tables, single objects, JSON, and refusals as a compiler shows them.
 *
 * Nothing from the server reaches a terminal raw: control characters and bidirectional marks are
 * shown escaped (base/err.h, rw_text_clean()).
 *
 * Threads  any. Owner: nothing is kept.
 */
#ifndef RW_CLI_RENDER_H
#define RW_CLI_RENDER_H

#include "base/buf.h"
#include "cli/cli.h"

struct rw_cli_column {
    const char *title; /* NULL ends the list */
    const char *path;  /* "user.name", "participants.0.ani" */
};

/* Rows of an array; on a terminal a table, otherwise the whole answer as JSON. */
void rw_cli_show_list(struct rw_cli *cli, const json_t *answer,
                      const struct rw_cli_column *columns);
/* One object: a line a column that it has; otherwise JSON. */
void rw_cli_show_object(struct rw_cli *cli, const json_t *object,
                        const struct rw_cli_column *columns);
void rw_cli_show_json(struct rw_cli *cli, const json_t *json);
/* JSON in ASCII, every character that a terminal would act upon escaped, and a line end. */
void rw_cli_put_json(FILE *out, const json_t *json, bool one_line);
/* A sentence for a person: nothing when --quiet or when JSON is shown. */
void rw_cli_say(struct rw_cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The text at a path; numbers and booleans as text in `scratch`; NULL when it is not there. */
const char *rw_cli_text_at(const json_t *json, const char *path, char scratch[40]);

/* A request as it was sent, for showing its faults: name stands before the line ("request.json"). */
struct rw_cli_source {
    const char *name;
    struct rw_slice text;
};

/*
 * An ErrorBody: each fault with its line and a caret, what was found and expected, help; at last
 * the request that would be accepted. source NULL: without lines.
 */
void rw_cli_show_refusal(struct rw_cli *cli, const json_t *error_body,
                         const struct rw_cli_source *source);
/* The "warnings" of an answer, in the same way. */
void rw_cli_show_warnings(struct rw_cli *cli, const json_t *answer,
                          const struct rw_cli_source *source);

/* A piece of one line of text with a mark under `length` code points from `column` (1-based). */
void rw_cli_show_line(FILE *out, struct rw_slice text, int line, int column, int length,
                      const char *color, const char *plain);
/* The same of a word that stands alone, line ends in it escaped: without a line's number, and with a
 * text (clean, "" = none) beside the mark. */
void rw_cli_show_word(FILE *out, struct rw_slice word, int column, int length, const char *beside,
                      const char *color, const char *plain);

/* Columns that a code point takes on a terminal: 0, 1 or 2. */
int rw_cli_width(uint32_t cp);

#endif
