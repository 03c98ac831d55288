/*
 * cli/apply.h - `ringwright apply`: a file that says what there is to be, and what follows from it. For
 * cmd_apply.c, apply_file.c and apply_plan.c only.
 *
 * An item is one thing of the file, or one of the server that the file has no more. What the file does not
 * say of a thing stays as it is, so passwords, which the server never shows, are sent only when a trunk has
 * none yet or is made.
 *
 * Owner    struct rw_apply owns its items and what was fetched; names and places are the file's.
 * Threads  one.
 */
#ifndef RW_CLI_APPLY_H
#define RW_CLI_APPLY_H

#include "cli/yaml_file.h"

enum rw_apply_type {
    RW_APPLY_TEXT,
    RW_APPLY_NUMBER,
    RW_APPLY_FLAG,
    RW_APPLY_TEXTS,
    RW_APPLY_HOURS
};

/* A member in the file, and where it stands in a request. */
struct rw_apply_member {
    const char *name;          /* in the file; NULL ends the list */
    const char *group, *there; /* "sip", "host": /sip/host; group NULL: /there */
    enum rw_apply_type type;
    bool required, secret;
};

enum rw_apply_kind {
    RW_APPLY_SITE,
    RW_APPLY_TRUNK,
    RW_APPLY_NUMBERS,
    RW_APPLY_ROUTE,
    RW_APPLY_KINDS
};

struct rw_apply_kind_of {
    const char *list, *what; /* "trunks", "trunk" */
    const char *key;         /* the member that names one, in file and answers: "name" */
    const struct rw_apply_member *members;
};
extern const struct rw_apply_kind_of rw_apply_kinds[RW_APPLY_KINDS];

enum rw_apply_action { RW_APPLY_KEEP, RW_APPLY_CREATE, RW_APPLY_CHANGE, RW_APPLY_DELETE };

struct rw_apply_item {
    struct rw_apply_item *next;
    enum rw_apply_kind kind;
    enum rw_apply_action action;
    int node;         /* in the file; 0: not there */
    const char *name; /* what it is called */
    json_t *wish;     /* the members given, as a request has them; trunks and site by name */
    json_t *now;      /* as the server has it; NULL: not at all */
    json_t *changes;  /* of a change: [["host", old, new], ...] */
};

struct rw_apply {
    struct rw_cli *cli;
    struct rw_cli_yaml *yaml;
    struct rw_apply_item *items, **end;
    json_t *fetched[RW_APPLY_KINDS]; /* arrays of what the server has */
    char numbers_path[160];
    bool prune;
};

/* apply_file.c: items from the file. False: told. */
bool rw_apply_read(struct rw_apply *apply);
/* NULL when memory is out, told. Names and place are borrowed. */
struct rw_apply_item *rw_apply_add(struct rw_apply *apply, enum rw_apply_kind kind,
                                   const char *name, int node);

/* apply_plan.c: what is to be done to each item. False: told. */
bool rw_apply_compare(struct rw_apply *apply);
/* Shows it; how many things change. */
size_t rw_apply_show(const struct rw_apply *apply);
/* The site of a route, by its name in the file or on the server; NULL when there is none. */
json_t *rw_apply_site_of(const struct rw_apply *apply, const struct rw_apply_item *route);
/* The object called so, of those fetched or made meanwhile; NULL when there is none. */
json_t *rw_apply_find(const struct rw_apply *apply, enum rw_apply_kind kind, const char *name);

#endif
