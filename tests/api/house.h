/*
 * tests/api/house.h - a whole API to send requests to: a store with two tenants, one worker with its
 * listener, an exchange whose legs and media are faked, and a client of a few lines.
 *
 * Tenant A has Ann (station, the number +6534567890 with the id 12345-abcde-67890, an inactive and an
 * internal-only number), Bob (no station, owns the inactive +6534567891) and Gus, who is inactive.
 * Tenant B has Cy, with a station, an edge and a number of its own, but no route.
 */
#ifndef RW_TEST_API_HOUSE_H
#define RW_TEST_API_HOUSE_H

#include "../store/store_test.h"

#include "auth/secret.h"

#include <jansson.h>

#define ANN "0192f000-0000-7000-8000-0000000000a1"
#define BOB "0192f000-0000-7000-8000-0000000000a2"
#define GONE "0192f000-0000-7000-8000-0000000000a3"
#define ADMIN_A "0192f000-0000-7000-8000-0000000000a9"
#define ADMIN_B "0192f000-0000-7000-8000-0000000000b9"
#define CY "0192f000-0000-7000-8000-0000000000b1"
#define NOBODY "0192f000-0000-7000-8000-00000000dead"
#define STATION_A "0192f000-0000-7000-8000-0000000000c1"
#define SPARE_A "0192f000-0000-7000-8000-0000000000c2"
#define STATION_B "0192f000-0000-7000-8000-0000000000c3"
#define EDGE_A "0192f000-0000-7000-8000-0000000000e1"
#define EDGE_B "0192f000-0000-7000-8000-0000000000e2"
#define SITE_A "0192f000-0000-7000-8000-0000000000e5"
#define SITE_B "0192f000-0000-7000-8000-0000000000e6"
#define TRUNK_A "0192f000-0000-7000-8000-0000000000f1"
#define CLIENT_A "0192f000-0000-7000-8000-0000000000d1"
#define CLIENT_B "0192f000-0000-7000-8000-0000000000d2"
#define NUMBER_A "12345-abcde-67890"
#define NUMBER_B "b-number"

enum house_token {
    TOKEN_NONE,
    TOKEN_ANN,      /* agent with a station */
    TOKEN_BOB,      /* agent without a station */
    TOKEN_ADMIN,    /* an administrator of tenant A */
    TOKEN_VIEWER,   /* Ann as viewer: may not place calls */
    TOKEN_NARROW,   /* Ann as agent, but with the scope users:readonly only */
    TOKEN_CLIENT,   /* of client A, integrator: no user */
    TOKEN_CY,       /* of tenant B: agent */
    TOKEN_CY_ADMIN, /* an administrator of tenant B */
    TOKEN_EXPIRED,  /* Ann's of yesterday */
    TOKEN_REVOKED,  /* Ann's, taken back */
    TOKEN_GONE,     /* of Gus */
    TOKENS
};

struct house {
    struct store_test store;
    struct rw_workers *workers;
    const struct rw_auth_key *key;
    uint16_t port;
    char tokens[TOKENS][RW_TOKEN_TEXT];
    char secret[RW_SECRET_TEXT]; /* of client A */
    unsigned invites;            /* INVITEs that left */
    unsigned live_legs;
    char invited[200];    /* the URI of the last one that left by a trunk, and who it says it is: */
    char invited_as[100]; /* "user/password" */
};

extern struct house house;

/* How the server reads called numbers; set before house_open(). NULL: as everywhere. */
struct rw_address_policy;
extern const struct rw_address_policy *house_address;

int house_open(void **state); /* setup and teardown of a group */
int house_close(void **state);

/* The last answer; valid to the next request. */
struct house_answer {
    int status;
    char head[4096];
    char *text;
    json_t *body; /* NULL: no JSON */
};

/* headers: more header lines, each ending with \r\n, or NULL. body NULL: none. */
const struct house_answer *house_send(enum house_token token, const char *method, const char *path,
                                      const char *headers, const char *body);

/* The same; false when the server closes without an answer, as it may when memory is out. */
bool house_try(enum house_token token, const char *method, const char *path, const char *headers,
               const char *body);
const struct house_answer *house_last(void);

/* Bytes as they are, for what is no request; false as above. */
bool house_send_raw(const char *bytes, size_t n);

/* Runs something in the worker and waits for it. */
void house_do(void (*run)(void *arg), void *arg);
struct rw_api *house_api(void);

/* POST /conversations/calls?validateOnly=true with a body. */
const struct house_answer *house_judge(enum house_token token, const char *body);

/* An administrator of tenant A asks; fails the test unless it is answered with `status`. */
const struct house_answer *house_admin(const char *method, const char *path, const char *body,
                                       int status);

/* Fails the test unless the last answer has exactly this code at this pointer, among others perhaps. */
void house_refused(const char *code, const char *pointer);

/* Text at a path of member names and indices, "errors/0/code"; "(none)" when absent. */
const char *house_text(const char *path);
long long house_number(const char *path);   /* -1 when absent */
size_t house_count(const char *path);       /* of an array; 0 when absent */
bool house_has_code(const char *code);      /* in errors[] */
bool house_warns(const char *code);         /* in warnings[] */
const char *house_header(const char *name); /* "" when absent */

#endif
