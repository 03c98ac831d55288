/*
 * json/tree.h - a jansson tree written through json/write.h.
 *
 * Members come in the order they were put in. Depth beyond the writer's bound fails the buffer.
 * Threads  one at a time. Not to be included beside re.h.
 */
#ifndef RW_JSON_TREE_H
#define RW_JSON_TREE_H

#include "json/write.h"

#include <jansson.h>

void rw_json_tree(struct rw_json_writer *w, const char *key, const json_t *value);

#endif
