/*
 * cli/apply.h - `ringwright apply`: a file that says what there is to be, and what follows from it. For
 * cmd_apply.c, apply_body.c, apply_file.c and apply_plan.c only.
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
    RW_APPLY_HOURS,
    RW_APPLY_RANGES,    /* "+6531-+6539" or one number, as {start, end} */
    RW_APPLY_SITE_NAME, /* names, where the request refers by an id */
    RW_APPLY_PHONE_NAME
};

enum rw_apply_kind {
    RW_APPLY_SITE,
    RW_APPLY_TRUNK,
    RW_APPLY_POOL, /* of numbers */
    RW_APPLY_NUMBERS,
    RW_APPLY_PHONE,
    RW_APPLY_EXTENSION_POOL,
    RW_APPLY_EXTENSION,
    RW_APPLY_PLAN, /* a number plan; those of a site are sent together */
    RW_APPLY_ROUTE,
    RW_APPLY_KINDS
};

/* A member in the file, and where it stands in a request. */
struct rw_apply_member {
    const char *name;          /* in the file; NULL ends the list */
    const char *group, *there; /* "sip", "host": /sip/host; group NULL: /there */
    enum rw_apply_type type;
    bool required, secret;
};

/* Whether it is the name of another thing, to which the request refers by its id; of which kind. */
static inline bool rw_apply_refers(const struct rw_apply_member *member, enum rw_apply_kind *ret)
{
    *ret = member->type == RW_APPLY_PHONE_NAME ? RW_APPLY_PHONE : RW_APPLY_SITE;
    return member->type == RW_APPLY_PHONE_NAME || member->type == RW_APPLY_SITE_NAME;
}

struct rw_apply_kind_of {
    const char *list, *what; /* "trunks", "trunk" */
    const char *key;         /* the member that names one, in file and answers: "name" */
    const struct rw_apply_member *members;
    const char
        *collection; /* its path; NULL: below another thing, and cmd_apply.c knows more of it */
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

/* cmd_apply.c: sends a request about an item; pointers into its body are of the form "/N/..." when the body
 * is a list of `items` (NULL: no list), some of which may be NULL. False: told. */
bool rw_apply_send(struct rw_apply *apply, struct rw_apply_item *item, const char *method,
                   const char *path, json_t *body, struct rw_apply_item *const *items,
                   int *ret_exit);

/* apply_body.c: what is sent of an item whose kind has a collection, or of a plan. */
json_t *rw_apply_body(const struct rw_apply *apply, const struct rw_apply_item *item);
/* All plans of the sites that an item changes, in one request a site. False: told. */
bool rw_apply_plans(struct rw_apply *apply, size_t *ret_done, int *ret_exit);

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
/* Whether an item of the file is this thing of the server. */
bool rw_apply_is(const struct rw_apply *apply, const struct rw_apply_item *item,
                 const json_t *entity);
/* The object called so, of those fetched or made meanwhile; NULL when there is none. */
json_t *rw_apply_find(const struct rw_apply *apply, enum rw_apply_kind kind, const char *name);

#endif
