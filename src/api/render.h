/*
 * api/render.h - the resources of the contract as JSON, one function a kind. `key` as in json/write.h.
 */
#ifndef RW_API_RENDER_H
#define RW_API_RENDER_H

#include "api/request.h"
#include "json/write.h"

/* A user; the object stays open, so that users/me can add what only it has. */
void rw_render_user_open(struct rw_json_writer *w, const char *key, const struct rw_row_user *row);
void rw_render_user(struct rw_json_writer *w, const char *key, const struct rw_row_user *row);

/* {"id", "name", "selfUri"}; nothing at all when id is NULL. */
void rw_render_ref(struct rw_json_writer *w, const char *key, const char *id, const char *name,
                   const char *collection);

/* "a,b, c" as an array of strings. */
void rw_render_words(struct rw_json_writer *w, const char *key, const char *words);

/* An amount of money as text: "0.012". */
void rw_render_amount(struct rw_json_writer *w, const char *key, int64_t micro);

/* {collection}/{id} as "selfUri". */
void rw_render_self(struct rw_json_writer *w, const char *collection, const char *id);

#endif
