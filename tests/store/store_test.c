#include "store_test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void open_file(struct store_test *t)
{
    const struct rw_store_options options = {
        .path = t->path, .linger_ms = 1, .linger_patient_ms = 5};
    struct rw_err err = {0};

    if (rw_store_open(&t->store, &options, &err) != RW_OK)
        fail_msg("open: %s %s %s", err.code, err.message, err.found);
    if (rw_store_reader_new(t->store, &t->reader, &err) != RW_OK)
        fail_msg("reader: %s %s %s", err.code, err.message, err.found);
}

void store_test_open(struct store_test *t)
{
    *t = (struct store_test){.folder = "/tmp/rw-store-XXXXXX"};
    assert_non_null(mkdtemp(t->folder));
    (void)snprintf(t->path, sizeof(t->path), "%s/db", t->folder);
    rw_arena_init(&t->arena, 16u << 20);
    open_file(t);
}

void store_test_reopen(struct store_test *t)
{
    rw_store_reader_free(t->reader);
    rw_store_close(t->store);
    open_file(t);
}

void store_test_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        (void)closedir(dir);
    (void)rmdir(folder);
}

void store_test_close(struct store_test *t)
{
    rw_arena_done(&t->arena);
    rw_store_reader_free(t->reader);
    rw_store_close(t->store);
    store_test_remove(t->folder);
}

enum rw_class store_test_try(struct rw_tx *tx, const char **ret_code)
{
    struct rw_err err = {0};
    enum rw_class class;

    assert_non_null(tx);
    class = rw_tx_commit(tx, &err);
    *ret_code = class == RW_OK ? "" : err.code;
    return class;
}

int store_test_set_up(void **state)
{
    struct store_test *t = calloc(1, sizeof(*t));

    store_test_open(t);
    *state = t;
    return 0;
}

int store_test_tear_down(void **state)
{
    store_test_close(*state);
    free(*state);
    return 0;
}

void store_test_same(const char *a, const char *b)
{
    if (!a || !b)
        assert_ptr_equal(a, b);
    else
        assert_string_equal(a, b);
}

void store_test_commit(struct rw_tx *tx)
{
    struct rw_err err = {0};

    assert_non_null(tx);
    if (rw_tx_commit(tx, &err) != RW_OK)
        fail_msg("commit: %s %s %s", err.code, err.message, err.found);
}

const char *store_test_id(unsigned n, char out[37])
{
    (void)snprintf(out, 37, "0192f111-%04x-7000-8000-%012x", n >> 16 & 0xffff, n);
    return out;
}

void store_test_call(struct rw_tx *tx, const char *tenant_id, const char *id, uint64_t now_ms)
{
    static const char *const types[] = {"created", "dialing", "connected", "ended"};
    char part[2][37], comm[2][37];

    rw_tx_add_conversation(tx, &(struct rw_row_conversation){.id = id,
                                                             .tenant_id = tenant_id,
                                                             .user_id = TENANT_B,
                                                             .to_number = "+6591234567",
                                                             .from_number = "+6534567890",
                                                             .provider_id = "12345-abcde-67890",
                                                             .correlation_id = id,
                                                             .created_ms = now_ms});
    for (uint32_t i = 0; i < 2; i++) {
        (void)snprintf(part[i], 37, "%.35s%x", id, i + 1);
        (void)snprintf(comm[i], 37, "%.35s%x", id, i + 3);
        rw_tx_add_participant(tx, &(struct rw_row_participant){.id = part[i],
                                                               .conversation_id = id,
                                                               .communication_id = comm[i],
                                                               .leg = i,
                                                               .purpose = i ? "external" : "user",
                                                               .address = "sip:alice@192.0.2.7",
                                                               .name = "Alice"});
    }
    for (int i = 0; i < 4; i++)
        rw_tx_add_event(tx, &(struct rw_row_event){.conversation_id = id,
                                                   .tenant_id = tenant_id,
                                                   .at_ms = now_ms + (uint64_t)i,
                                                   .leg = i - 1,
                                                   .type = types[i],
                                                   .data = i == 3 ? "{\"sip\":200}" : NULL});
    rw_tx_end_conversation(tx, tenant_id, id, now_ms + 9, "peer", "hung_up");
}
