/*
 * api/catalogue.h - every code an error of ours can carry, with what it means and how to mend it.
 *
 * tools/gen_api.py merges the YAML files of api/errors into the table at build time, sorted by code; the same
 * source makes docs/errors.md. A test holds the codes in the sources against it.
 *
 * Threads  constant data.
 */
#ifndef RW_API_CATALOGUE_H
#define RW_API_CATALOGUE_H

#include "base/err.h"

struct rw_catalogue_entry {
    const char *code; /* "body.unknown_member" */
    enum rw_class class;
    const char *title, *help, *example;
};

const struct rw_catalogue_entry *rw_catalogue_find(struct rw_slice code); /* NULL: no such code */
const struct rw_catalogue_entry *rw_catalogue_at(size_t index); /* in order; NULL past the last */
size_t rw_catalogue_count(void);

/* The known code nearest to a mistyped one, or NULL. */
const struct rw_catalogue_entry *rw_catalogue_near(struct rw_slice code);

/* The name of a class as the catalogue and the reference print it: "malformed". */
const char *rw_catalogue_class_name(enum rw_class class);

#endif
