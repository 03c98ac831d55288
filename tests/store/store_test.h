/* tests/store/store_test.h - a store in a folder of its own, and short ways to fill it. */
#ifndef RW_TEST_STORE_TEST_H
#define RW_TEST_STORE_TEST_H

#include "../test.h"

#include "store/store.h"

#define TENANT_A "0192f000-0000-7000-8000-00000000000a"
#define TENANT_B "0192f000-0000-7000-8000-00000000000b"

struct store_test {
    char folder[64], path[96];
    struct rw_store *store;
    struct rw_store_reader *reader;
    struct rw_arena arena;
};

void store_test_open(struct store_test *t);
void store_test_reopen(struct store_test *t); /* closes and opens the same file */
void store_test_close(struct store_test *t);  /* and removes the folder */
void store_test_remove(const char *folder);

/* For each test of a group, with a store_test as its state. */
int store_test_set_up(void **state);
int store_test_tear_down(void **state);
#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_test_set_up, store_test_tear_down)

/* Commits and expects RW_OK; or gives the class and the code. */
void store_test_commit(struct rw_tx *tx);
enum rw_class store_test_try(struct rw_tx *tx, const char **ret_code);

/* The texts are equal, or both NULL. */
void store_test_same(const char *a, const char *b);

/* A conversation id of the n-th call. */
const char *store_test_id(unsigned n, char out[37]);
/* The rows of a whole call: birth, two participants, four events, the end. */
void store_test_call(struct rw_tx *tx, const char *tenant_id, const char *id, uint64_t now_ms);

#endif
