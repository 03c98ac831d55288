/*
 * sim/line.h - one event is one line of JSON on standard output.
 *
 *     rw_sim_line_begin(&line, "bye_received", call_id);
 *     rw_sim_line_text(&line, "reason", reason);
 *     rw_sim_line_end(&line);
 *
 * Owner    whoever called _init().
 * Threads  one at a time. A line is one write(); who does not read stops the simulator.
 * Errors   none: a line that can't be made or written is lost.
 */
#ifndef RW_SIM_LINE_H
#define RW_SIM_LINE_H

#include "base/buf.h"

struct rw_sim_line {
    struct rw_buf buf;
    int fd;  /* -1 = say nothing */
    bool on; /* between begin and end of a line that is wanted */
};

void rw_sim_line_init(struct rw_sim_line *line, int fd);
void rw_sim_line_done(struct rw_sim_line *line);

/* call_id may be empty. */
void rw_sim_line_begin(struct rw_sim_line *line, const char *event, struct rw_slice call_id);
void rw_sim_line_text(struct rw_sim_line *line, const char *key, struct rw_slice value);
void rw_sim_line_number(struct rw_sim_line *line, const char *key, uint64_t value);
void rw_sim_line_level(struct rw_sim_line *line, const char *key, double value); /* one decimal */
void rw_sim_line_flag(struct rw_sim_line *line, const char *key, bool value);
void rw_sim_line_end(struct rw_sim_line *line);

#endif
