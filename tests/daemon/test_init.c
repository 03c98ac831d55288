/* --init: what it makes can be used at once, a refusal leaves nothing, and files.c beneath it. */
#include "../store/store_test.h"

#include "auth/identity.h"
#include "auth/secret.h"
#include "base/clock.h"
#include "base/mem.h"
#include "daemon/files.h"
#include "daemon/init.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[64];
    struct rw_config config;
    char *printed; /* what the last run wrote to standard output */
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    (void)strcpy(place->folder, "/tmp/rw-init-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    rw_config_defaults(&place->config);
    (void)snprintf(place->config.data_dir, sizeof(place->config.data_dir), "%s/data",
                   place->folder);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;

    store_test_remove(place->config.data_dir);
    store_test_remove(place->folder);
    free(place->printed);
    free(place);
    return 0;
}

/* Runs --init with standard output in a file, and keeps what stands there. */
static enum rw_class run(struct place *place, const struct rw_daemon_options *options,
                         struct rw_err *err)
{
    int own = dup(STDOUT_FILENO), fd;
    char path[96];
    enum rw_class class;
    struct stat size;

    (void)snprintf(path, sizeof(path), "%s/out", place->folder);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(own >= 0 && fd >= 0);
    (void)fflush(stdout);
    (void)dup2(fd, STDOUT_FILENO);
    class = rw_init_run(&place->config, options, err);
    (void)fflush(stdout);
    (void)dup2(own, STDOUT_FILENO);
    (void)close(own);
    assert_int_equal(fstat(fd, &size), 0);
    free(place->printed);
    place->printed = calloc(1, (size_t)size.st_size + 1);
    assert_int_equal(pread(fd, place->printed, (size_t)size.st_size, 0), size.st_size);
    (void)close(fd);
    return class;
}

/* The parts of a server that tell what a token or a secret is worth. */
struct door {
    const struct rw_auth_key *key;
    struct rw_store *store;
    struct rw_store_reader *reader;
    struct rw_auth *auth;
    struct rw_arena arena;
};

static void open_door(struct door *door, const struct place *place)
{
    char path[RW_PATH_TEXT];

    rw_files_path(&place->config, "ringwright.db", path);
    rw_arena_init(&door->arena, 1u << 20);
    assert_int_equal(rw_auth_key_load(place->config.data_dir, &door->key, NULL), RW_OK);
    assert_int_equal(
        rw_store_open(&door->store, &(struct rw_store_options){.path = path, .batch_max = 1}, NULL),
        RW_OK);
    assert_int_equal(rw_store_reader_new(door->store, &door->reader, NULL), RW_OK);
    assert_int_equal(rw_auth_new(&door->auth, door->store, door->reader, door->key, NULL), RW_OK);
}

static void close_door(struct door *door)
{
    rw_auth_free(door->auth);
    rw_store_reader_free(door->reader);
    rw_store_close(door->store);
    rw_auth_key_free(door->key);
    rw_arena_done(&door->arena);
}

static const struct rw_identity *identify(struct door *door, const char *token)
{
    const struct rw_identity *identity = NULL;
    char header[96];

    assert_non_null(token);
    (void)snprintf(header, sizeof(header), "Bearer %s", token);
    assert_int_equal(rw_auth_identify(door->auth, rw_slice_str(header), RW_LIT("t"), &door->arena,
                                      &identity, NULL),
                     RW_OK);
    return identity;
}

static const char *text(const json_t *shown, const char *name)
{
    return json_string_value(json_object_get(shown, name));
}

static void check_client(struct door *door, const json_t *shown, const char *id, const char *secret,
                         const char *roles)
{
    struct rw_row_client client;

    assert_int_equal(
        rw_store_find_client(door->reader, text(shown, id), &door->arena, &client, NULL), RW_OK);
    assert_string_equal(client.tenant_id, text(shown, "tenant_id"));
    assert_string_equal(client.roles, roles);
    assert_true(rw_secret_verify(rw_slice_str(text(shown, secret)), client.secret_hash));
    assert_false(rw_secret_verify(RW_LIT("another"), client.secret_hash));
}

static void an_administrator_can_start_working(void **state)
{
    static const struct rw_daemon_options options = {
        .mode = RW_MODE_INIT, .tenant = "Example \"Ltd\"", .json = true};
    struct place *place = *state;
    const struct rw_identity *identity;
    struct rw_row_tenant *tenants;
    struct rw_row_audit *audit;
    struct rw_page page = {.size = 10, .number = 1};
    struct stat of;
    struct rw_err err;
    struct door door;
    json_t *shown;
    size_t count;

    assert_int_equal(run(place, &options, &err), RW_OK);
    shown = json_loads(place->printed, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(shown);
    open_door(&door, place);
    identity = identify(&door, text(shown, "admin_token"));
    assert_string_equal(identity->tenant_id, text(shown, "tenant_id"));
    assert_string_equal(identity->user_id, text(shown, "admin_user_id"));
    assert_string_equal(identity->roles, "admin");
    assert_true(rw_permissions_have(&identity->permissions, "conversation:call:add"));
    check_client(&door, shown, "admin_client_id", "admin_client_secret", "admin");
    assert_int_equal(rw_store_list_tenants(door.reader, &door.arena, &tenants, &count, &err),
                     RW_OK);
    assert_int_equal(count, 1);
    assert_string_equal(tenants[0].name, "Example \"Ltd\"");
    assert_int_equal(rw_store_list_audit(door.reader, text(shown, "tenant_id"), &page, &door.arena,
                                         &audit, &count, &err),
                     RW_OK);
    assert_int_equal(count, 1);
    assert_string_equal(audit[0].action, "tenant.create");
    json_decref(shown);
    close_door(&door);
    assert_int_equal(stat(place->config.data_dir, &of), 0);
    assert_int_equal(of.st_mode & 0777, 0700);
}

static void the_demo_can_call(void **state)
{
    static const struct rw_daemon_options options = {.mode = RW_MODE_INIT,
                                                     .demo = true,
                                                     .carrier = "[2001:db8::1]:5070/tcp",
                                                     .station = "sip:dana@192.0.2.7:5080",
                                                     .json = true};
    static const struct {
        const char *token, *user, *role, *may, *may_not;
    } people[] = {
        {"user_token", "user_id", "agent", "conversation:call:add",
         "conversation:agentlessCall:add"},
        {"viewer_token", "viewer_id", "viewer", NULL, "conversation:call:add"},
        {"admin_token", "admin_user_id", "admin", "conversation:agentlessCall:add", NULL},
        {"agentless_token", "agentless_user_id", "integrator", "conversation:agentlessCall:add",
         NULL},
    };
    struct place *place = *state;
    const char *tenant;
    struct rw_row_trunk trunk;
    struct rw_row_user user;
    struct rw_row_station station;
    struct rw_row_number number;
    struct rw_err err;
    struct door door;
    json_t *shown;

    assert_int_equal(run(place, &options, &err), RW_OK);
    shown = json_loads(place->printed, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(shown);
    tenant = text(shown, "tenant_id");
    open_door(&door, place);
    for (size_t i = 0; i < sizeof(people) / sizeof(*people); i++) {
        const struct rw_identity *identity = identify(&door, text(shown, people[i].token));

        assert_string_equal(identity->tenant_id, tenant);
        assert_string_equal(identity->user_id, text(shown, people[i].user));
        assert_string_equal(identity->roles, people[i].role);
        if (people[i].may)
            assert_true(rw_permissions_have(&identity->permissions, people[i].may));
        if (people[i].may_not)
            assert_false(rw_permissions_have(&identity->permissions, people[i].may_not));
    }
    check_client(&door, shown, "client_id", "client_secret", "integrator");
    assert_int_equal(
        rw_store_get_trunk(door.reader, tenant, text(shown, "trunk_id"), &door.arena, &trunk, &err),
        RW_OK);
    assert_string_equal(trunk.host, "2001:db8::1");
    assert_int_equal(trunk.port, 5070);
    assert_string_equal(trunk.transport, "tcp");
    assert_string_equal(text(shown, "provider_id"), "12345-abcde-67890");
    assert_int_equal(
        rw_store_get_number(door.reader, tenant, "12345-abcde-67890", &door.arena, &number, &err),
        RW_OK);
    assert_string_equal(number.e164, "+6534567890");
    assert_true(number.outbound_allowed);
    assert_int_equal(
        rw_store_get_user(door.reader, tenant, text(shown, "user_id"), &door.arena, &user, &err),
        RW_OK);
    assert_int_equal(
        rw_store_get_station(door.reader, tenant, user.station_id, &door.arena, &station, &err),
        RW_OK);
    assert_string_equal(station.sip_uri, "sip:dana@192.0.2.7:5080");
    /* Somebody else's number is there, and it is not this tenant's. */
    assert_int_equal(rw_store_find_number(door.reader, tenant, text(shown, "foreign_number"),
                                          &door.arena, &number, &err),
                     RW_NOT_FOUND);
    json_decref(shown);
    close_door(&door);
}

static void a_carrier_over_tls(void **state)
{
    static const struct rw_daemon_options options = {.mode = RW_MODE_INIT,
                                                     .demo = true,
                                                     .carrier = "sip.carrier.example/tls",
                                                     .carrier_ca = "/dev/../dev/null",
                                                     .station = "sip:dana@192.0.2.7:5080",
                                                     .json = true};
    struct place *place = *state;
    struct rw_row_trunk trunk;
    struct rw_err err;
    struct door door;
    json_t *shown;

    assert_int_equal(run(place, &options, &err), RW_OK);
    shown = json_loads(place->printed, JSON_REJECT_DUPLICATES, NULL);
    open_door(&door, place);
    assert_int_equal(rw_store_get_trunk(door.reader, text(shown, "tenant_id"),
                                        text(shown, "trunk_id"), &door.arena, &trunk, &err),
                     RW_OK);
    assert_string_equal(trunk.host, "sip.carrier.example");
    assert_int_equal(trunk.port, 0); /* by SRV */
    assert_string_equal(trunk.transport, "tls");
    assert_string_equal(trunk.ca_file, "/dev/null"); /* whole, wherever the server is started */
    assert_false(trunk.tls_unverified);
    json_decref(shown);
    close_door(&door);
}

/* The place is named, something is said about what could stand there, and no tenant is left behind. */
static void a_bad_peer_is_refused(void **state)
{
    static const struct {
        const char *carrier, *station, *code, *at, *ca;
    } cases[] = {
        {"192.0.2.7", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"192.0.2.7:0", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"192.0.2.7:70000", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"192.0.2.7:5060/sctp", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"/tls", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"192.0.2.7/tls", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"a b", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"/tcp", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"a b:5060", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"a\r\nVia x:5060", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"a>b:5060", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"a;b:5060", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"a@b:5060", "sip:a@b", "usage.bad_carrier", "--carrier", NULL},
        {"192.0.2.7:5060", "", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "dana", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "tel:+6591234567", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sip:", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sip:a@", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sip:a@b:0", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sip:a@b\r\nVia: x", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sip:a@b>", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sip:a b@c", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sip:a@b?Replaces=x", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sips:a@b", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060", "sip:a@b;transport=tls", "usage.bad_station", "--station", NULL},
        {"192.0.2.7:5060/tcp", "sip:a@b", "usage.bad_carrier_ca", "--carrier-ca", "/dev/null"},
        {"192.0.2.7:5060/tls", "sip:a@b", "usage.bad_carrier_ca", "--carrier-ca", "/none/ca"},
    };
    struct place *place = *state;
    struct rw_row_tenant *tenants;
    struct door door;
    size_t count;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_daemon_options options = {.mode = RW_MODE_INIT,
                                            .demo = true,
                                            .carrier = cases[i].carrier,
                                            .carrier_ca = cases[i].ca,
                                            .station = cases[i].station};
        struct rw_err err = {0};

        if (run(place, &options, &err) != RW_MALFORMED || strcmp(err.code, cases[i].code) != 0 ||
            strcmp(err.pointer, cases[i].at) != 0)
            fail_msg("'%s' '%s': %s at '%s'", cases[i].carrier, cases[i].station,
                     err.code ? err.code : "accepted", err.pointer);
        assert_true(err.expected[0] != '\0');
        assert_string_equal(place->printed, "");
    }
    open_door(&door, place);
    assert_int_equal(rw_store_list_tenants(door.reader, &door.arena, &tenants, &count, NULL),
                     RW_OK);
    assert_int_equal(count, 0);
    close_door(&door);
}

/* A server at work holds the folder: no second one, and no --init beneath it. */
static void a_folder_in_use_is_left_alone(void **state)
{
    static const struct rw_daemon_options options = {.mode = RW_MODE_INIT, .tenant = "Second"};
    struct place *place = *state;
    struct rw_err err;
    int first = -1, second = -1;

    assert_int_equal(rw_files_make_data_dir(&place->config, &err), RW_OK);
    assert_int_equal(rw_files_make_data_dir(&place->config, &err), RW_OK); /* it may be there */
    assert_int_equal(rw_files_lock(&place->config, &first, &err), RW_OK);
    assert_int_equal(rw_files_lock(&place->config, &second, &err), RW_CONFLICT);
    assert_string_equal(err.code, "daemon.already_running");
    assert_int_equal(second, -1);
    assert_int_equal(run(place, &options, &err), RW_CONFLICT);
    assert_string_equal(err.code, "daemon.already_running");
    assert_string_equal(place->printed, "");
    (void)close(first);
    assert_int_equal(run(place, &options, &err), RW_OK);
    assert_non_null(strstr(place->printed, "shown this once"));
}

static void files_are_replaced_whole_and_private(void **state)
{
    struct place *place = *state;
    char path[RW_PATH_TEXT], content[32] = "";
    struct rw_err err;
    struct stat of;
    int fd;

    assert_int_equal(rw_files_make_data_dir(&place->config, &err), RW_OK);
    rw_files_path(&place->config, "ready", path);
    assert_int_equal(rw_files_write(path, RW_LIT("a longer first one"), &err), RW_OK);
    assert_int_equal(rw_files_write(path, RW_LIT("second"), &err), RW_OK);
    fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, content, sizeof(content)), 6);
    (void)close(fd);
    assert_string_equal(content, "second");
    assert_int_equal(stat(path, &of), 0);
    assert_int_equal(of.st_mode & 0777, 0600);
    assert_int_equal(rw_files_write("/nonexistent/x", RW_LIT("x"), &err), RW_IO);
    assert_string_equal(err.code, "daemon.write_failed");
    assert_non_null(strstr(err.message, "/nonexistent/x"));
}

static void a_folder_that_cannot_be(void **state)
{
    struct place *place = *state;
    struct rw_err err;
    int fd;

    assert_int_equal(
        rw_config_set(&place->config, RW_LIT("server.data_dir=/nonexistent/a/b"), "t", &err),
        RW_OK);
    assert_int_equal(rw_files_make_data_dir(&place->config, &err), RW_IO);
    assert_string_equal(err.code, "daemon.data_dir");
    assert_non_null(strstr(err.message, "/nonexistent/a/b"));
    assert_int_equal(rw_files_lock(&place->config, &fd, &err), RW_IO);
    (void)snprintf(place->config.data_dir, sizeof(place->config.data_dir), "/dev/null");
    assert_int_equal(rw_files_make_data_dir(&place->config, &err), RW_IO);
    (void)snprintf(place->config.data_dir, sizeof(place->config.data_dir), "%s/data",
                   place->folder);
    assert_int_equal(rw_files_make_data_dir(&place->config, &err), RW_OK);
}

/* Out of memory at any point: refused, and the next run finds nothing in its way. */
static void each_allocation_fails_in_turn(void **state)
{
    static const struct rw_daemon_options options = {.mode = RW_MODE_INIT,
                                                     .demo = true,
                                                     .carrier = "127.0.0.1:5070",
                                                     .station = "sip:dana@127.0.0.1:5080",
                                                     .json = true};
    struct place *place = *state;
    size_t live = rw_mem_live();
    enum rw_class class = RW_NO_MEMORY;
    struct rw_err err;
    long n;

    for (n = 0; class != RW_OK && n < 1000; n++) {
        rw_mem_fail_once(n);
        class = run(place, &options, &err);
        rw_mem_fail_once(-1);
        if (class != RW_OK) {
            assert_int_equal(class, RW_NO_MEMORY);
            assert_string_equal(place->printed, "");
        }
        assert_int_equal(rw_mem_live(), live);
    }
    assert_int_equal(class, RW_OK);
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_administrator_can_start_working, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_demo_can_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_carrier_over_tls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_peer_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_in_use_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_are_replaced_whole_and_private, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_allocation_fails_in_turn, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("init", tests, NULL, NULL);
}
