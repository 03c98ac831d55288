/*
 * cli/yaml_file.h - a YAML file of a person, with the place of everything in it, so that what is wrong is shown
 * where it stands.
 *
 * Nodes are numbers: 0 is none. Faults are collected and shown together, as a compiler shows them.
 *
 * Owner    the caller of _open(); texts live as long. Threads: one.
 * Memory   files of at most RW_CLI_YAML_MAX bytes; an alias costs nothing more, it is the same node.
 * Errors   _open() tells on cli->err and returns NULL: not readable, no YAML, more than one document.
 */
#ifndef RW_CLI_YAML_FILE_H
#define RW_CLI_YAML_FILE_H

#include "cli/cli.h"

#define RW_CLI_YAML_MAX (1u << 20)

struct rw_cli_yaml;

struct rw_cli_yaml *rw_cli_yaml_open(struct rw_cli *cli, const char *name);
void rw_cli_yaml_free(struct rw_cli_yaml *yaml); /* NULL is fine */

int rw_cli_yaml_root(const struct rw_cli_yaml *yaml); /* 0: the file is empty */
bool rw_cli_yaml_is_map(const struct rw_cli_yaml *yaml, int node);
bool rw_cli_yaml_is_list(const struct rw_cli_yaml *yaml, int node);

/* The text of a scalar, whatever it looks like; NULL when it is none, or null. */
const char *rw_cli_yaml_text(const struct rw_cli_yaml *yaml, int node);

/* The i-th of a list, or of a map with its key; 0 past the end. */
int rw_cli_yaml_item(const struct rw_cli_yaml *yaml, int list, size_t i);
int rw_cli_yaml_pair(const struct rw_cli_yaml *yaml, int map, size_t i, int *ret_key);
int rw_cli_yaml_member(const struct rw_cli_yaml *yaml, int map, const char *name);

/* Notes what is wrong at a node; `expected` may be NULL. */
void rw_cli_yaml_fault(struct rw_cli_yaml *yaml, int node, const char *message,
                       const char *expected);
/* Moves the fault of a refusal to a node. */
void rw_cli_yaml_place(const struct rw_cli_yaml *yaml, int node, json_t *fault);

/* Shows what was noted; true when there is nothing. */
bool rw_cli_yaml_sound(struct rw_cli_yaml *yaml);

/* The name and the text of the file. */
const char *rw_cli_yaml_name(const struct rw_cli_yaml *yaml);
struct rw_slice rw_cli_yaml_source(const struct rw_cli_yaml *yaml);

#endif
