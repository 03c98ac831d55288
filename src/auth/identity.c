#include "auth/identity.h"

#include "auth/peers.h"
#include "auth/secret.h"
#include "base/clock.h"
#include "base/mem.h"

#include <assert.h>

#define SETS 1024
#define WAYS 4
#define DIGEST 32
#define SCRATCH_MAX (64u << 10) /* rows read while looking a token up */

/* A remembered identity: what a copy needs lies in one piece, from `identity` on. */
struct entry {
    unsigned char digest[DIGEST]; /* of the token */
    uint64_t generation;          /* of the store it was read from */
    uint64_t used;                /* when last, in look-ups */
    size_t size;                  /* of identity and texts */
    struct rw_identity identity;
    char texts[];
};

struct rw_auth {
    struct rw_store *store;
    struct rw_store_reader *reader;
    const struct rw_auth_key *key;
    struct rw_peers *peers;
    struct rw_auth_counters counters;
    uint64_t lookups;
    struct entry *sets[SETS][WAYS];
};

enum rw_class rw_auth_new(struct rw_auth **ret, struct rw_store *store,
                          struct rw_store_reader *reader, const struct rw_auth_key *key,
                          struct rw_err *err)
{
    struct rw_auth *auth = rw_calloc(1, sizeof(*auth));

    if (!auth)
        return rw_fail_memory(err);
    auth->peers = rw_peers_new();
    if (!auth->peers) {
        rw_free(auth);
        return rw_fail_memory(err);
    }
    auth->store = store;
    auth->reader = reader;
    auth->key = key;
    *ret = auth;
    return RW_OK;
}

void rw_auth_free(struct rw_auth *auth)
{
    if (!auth)
        return;
    for (size_t i = 0; i < SETS; i++)
        for (size_t k = 0; k < WAYS; k++)
            rw_free(auth->sets[i][k]);
    rw_peers_free(auth->peers);
    rw_free(auth);
}

const struct rw_auth_counters *rw_auth_counters(const struct rw_auth *auth)
{
    return &auth->counters;
}

/* ------------------------------------------------------------------ what is remembered */

/* The digest is keyed, so its bytes are evenly spread and nobody can choose them. */
static struct entry **set_of(struct rw_auth *auth, const unsigned char *digest)
{
    return auth->sets[(digest[0] | (unsigned)digest[1] << 8) % SETS];
}

static struct entry *recall(struct rw_auth *auth, const unsigned char *digest)
{
    struct entry **set = set_of(auth, digest);

    for (int i = 0; i < WAYS; i++)
        if (set[i] && memcmp(set[i]->digest, digest, DIGEST) == 0)
            return set[i];
    return NULL;
}

static const char *keep_text(char **at, const char *text)
{
    size_t n;
    char *p = *at;

    if (!text)
        return NULL;
    n = strlen(text) + 1;
    memcpy(p, text, n);
    *at += n;
    return p;
}

static size_t text_size(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static struct entry *new_entry(const struct rw_identity *id, const unsigned char *digest,
                               uint64_t generation)
{
    size_t texts = text_size(id->tenant_id) + text_size(id->user_id) + text_size(id->client_id) +
                   text_size(id->token_id) + text_size(id->roles) + text_size(id->scopes);
    struct entry *entry = rw_calloc(1, sizeof(*entry) + texts);
    char *at;

    if (!entry)
        return NULL;
    at = entry->texts;
    memcpy(entry->digest, digest, DIGEST);
    entry->generation = generation;
    entry->size = sizeof(entry->identity) + texts;
    entry->identity = *id;
    entry->identity.tenant_id = keep_text(&at, id->tenant_id);
    entry->identity.user_id = keep_text(&at, id->user_id);
    entry->identity.client_id = keep_text(&at, id->client_id);
    entry->identity.token_id = keep_text(&at, id->token_id);
    entry->identity.roles = keep_text(&at, id->roles);
    entry->identity.scopes = keep_text(&at, id->scopes);
    return entry;
}

/* In the place of the same token, of nothing, or of what was not used for longest. */
static void remember(struct rw_auth *auth, struct entry *entry)
{
    struct entry **set = set_of(auth, entry->digest), **place = &set[0];

    for (int i = 0; i < WAYS; i++) {
        if (set[i] && memcmp(set[i]->digest, entry->digest, DIGEST) == 0) {
            place = &set[i];
            break;
        }
        if (*place && (!set[i] || set[i]->used < (*place)->used))
            place = &set[i];
    }
    rw_free(*place);
    *place = entry;
}

static void move_text(const char **text, const char *from, char *to)
{
    if (*text)
        *text = to + (*text - from);
}

/* The entry's block into the arena, its pointers moved along. */
static enum rw_class hand_out(const struct entry *entry, struct rw_arena *arena,
                              const struct rw_identity **ret, struct rw_err *err)
{
    static_assert(sizeof(struct entry) == offsetof(struct entry, texts) &&
                      offsetof(struct entry, texts) ==
                          offsetof(struct entry, identity) + sizeof(struct rw_identity),
                  "identity and texts lie in one piece");
    const char *from = (const char *)&entry->identity;
    struct rw_identity *copy = rw_arena_alloc(arena, entry->size);

    if (!copy)
        return rw_fail_memory(err);
    memcpy(copy, from, entry->size);
    move_text(&copy->tenant_id, from, (char *)copy);
    move_text(&copy->user_id, from, (char *)copy);
    move_text(&copy->client_id, from, (char *)copy);
    move_text(&copy->token_id, from, (char *)copy);
    move_text(&copy->roles, from, (char *)copy);
    move_text(&copy->scopes, from, (char *)copy);
    *ret = copy;
    return RW_OK;
}

/* ------------------------------------------------------------------ looking up */

#define ANOTHER_TOKEN "another token: POST /oauth/token, or ringwright token create --user"

static enum rw_class refuse(struct rw_err *err, const char *code, const char *message)
{
    (void)rw_fail(err, RW_UNAUTHENTICATED, code, "%s", message);
    rw_err_at(err, "Authorization:", -1, 0);
    rw_err_expected(err, ANOTHER_TOKEN);
    return RW_UNAUTHENTICATED;
}

static enum rw_class unknown(struct rw_slice token, struct rw_err *err)
{
    (void)refuse(err, "auth.unknown_token", "this server knows no such token");
    if (rw_token_shape(token))
        rw_err_found(err, "a token of the right form, of another server or removed here");
    else
        rw_err_found(err, "%zu characters%s; tokens of this server have %d and begin with %s",
                     token.n,
                     rw_slice_starts(token, RW_LIT(RW_TOKEN_PREFIX)) ? "" : ", another beginning",
                     RW_TOKEN_TEXT - 1, RW_TOKEN_PREFIX);
    return RW_UNAUTHENTICATED;
}

static enum rw_class expired(uint64_t at_ms, uint64_t now_ms, struct rw_err *err)
{
    char at[RW_TIME_TEXT], now[RW_TIME_TEXT];

    rw_time_format(at_ms, at);
    rw_time_format(now_ms, now);
    (void)refuse(err, "auth.token_expired", "the token has expired");
    rw_err_found(err, "good until %s; it is %s here", at, now);
    return RW_UNAUTHENTICATED;
}

static enum rw_class revoked(const char *what, uint64_t at_ms, struct rw_err *err)
{
    char at[RW_TIME_TEXT];

    rw_time_format(at_ms, at);
    (void)refuse(err, "auth.token_revoked", "the token was taken back");
    rw_err_found(err, "%s revoked at %s", what, at);
    return RW_UNAUTHENTICATED;
}

static void narrow(struct rw_permissions *permissions, const char *roles)
{
    struct rw_permissions these = rw_permissions_of_roles(roles);

    *permissions = rw_permissions_both(permissions, &these);
}

/* What the user may now bounds the token; somebody who has left has no token any more. */
static enum rw_class bound_by_user(struct rw_auth *auth, const struct rw_row_token *token,
                                   struct rw_arena *scratch, struct rw_identity *id,
                                   struct rw_err *err)
{
    struct rw_row_user user;
    enum rw_class class =
        rw_store_get_user(auth->reader, token->tenant_id, token->user_id, scratch, &user, err);

    if (class != RW_OK && class != RW_NOT_FOUND)
        return class;
    if (class == RW_NOT_FOUND || !user.state || strcmp(user.state, "active") != 0) {
        (void)refuse(err, "auth.user_inactive", "the token's user is not active any more");
        rw_err_found(err, "user %s, %s", token->user_id,
                     class == RW_NOT_FOUND || !user.state ? "gone" : user.state);
        return RW_UNAUTHENTICATED;
    }
    narrow(&id->permissions, user.roles);
    if (!*id->roles)
        id->roles = user.roles ? user.roles : "";
    return RW_OK;
}

static enum rw_class bound_by_client(struct rw_auth *auth, const struct rw_row_token *token,
                                     struct rw_arena *scratch, struct rw_identity *id,
                                     struct rw_err *err)
{
    struct rw_row_client client;
    struct rw_scopes scopes;
    enum rw_class class = rw_store_get_client(auth->reader, token->tenant_id, token->client_id,
                                              scratch, &client, err);

    if (class == RW_NOT_FOUND)
        return refuse(err, "auth.token_revoked", "the token's client is gone");
    if (class != RW_OK)
        return class;
    if (client.revoked_ms)
        return revoked("its client,", client.revoked_ms, err);
    narrow(&id->permissions, client.roles);
    scopes = rw_scopes_of_list(client.scopes);
    id->scope_set = rw_scopes_both(&id->scope_set, &scopes);
    if (!*id->roles)
        id->roles = client.roles ? client.roles : "";
    return RW_OK;
}

/* Everything the token stands for, or why it stands for nothing. Texts live in the scratch arena. */
static enum rw_class resolve(struct rw_auth *auth, const struct rw_row_token *token,
                             uint64_t now_ms, struct rw_arena *scratch, struct rw_identity *id,
                             struct rw_err *err)
{
    enum rw_class class = RW_OK;
    char *scopes = rw_arena_alloc(scratch, RW_LIST_TEXT);

    if (!scopes)
        return rw_fail_memory(err);
    if (token->revoked_ms)
        return revoked("it was", token->revoked_ms, err);
    if (token->expires_ms && token->expires_ms <= now_ms)
        return expired(token->expires_ms, now_ms, err);
    *id = (struct rw_identity){
        .tenant_id = token->tenant_id,
        .user_id = token->user_id,
        .client_id = token->client_id,
        .token_id = token->id,
        .roles = token->roles ? token->roles : "",
        .scope_set = rw_scopes_of_list(token->scopes),
        .expires_ms = token->expires_ms,
    };
    if (*id->roles) {
        id->permissions = rw_permissions_of_roles(id->roles);
    } else if (token->user_id || token->client_id) {
        memset(&id->permissions, 0xff, sizeof(id->permissions)); /* theirs alone bound it */
    }
    if (token->user_id)
        class = bound_by_user(auth, token, scratch, id, err);
    if (class == RW_OK && token->client_id)
        class = bound_by_client(auth, token, scratch, id, err);
    id->scopes = rw_scopes_text(&id->scope_set, scopes, RW_LIST_TEXT);
    if (!id->scope_set.all && !id->scope_set.bits)
        id->scopes = "(none)"; /* the empty text would say: all */
    return class;
}

static enum rw_class look_up(struct rw_auth *auth, struct rw_slice text,
                             const unsigned char *digest, uint64_t now_ms, struct entry **ret_entry,
                             struct rw_err *err)
{
    uint64_t generation = rw_store_generation(auth->store); /* before reading: never too new */
    char hash[RW_TOKEN_HASH];
    struct rw_row_token token;
    struct rw_arena scratch;
    struct rw_identity id = {0};
    enum rw_class class;

    if (!rw_token_shape(text))
        return unknown(text, err);
    rw_token_hash(auth->key, text, hash);
    rw_arena_init(&scratch, SCRATCH_MAX);
    class = rw_store_find_token(auth->reader, hash, &scratch, &token, err);
    if (class == RW_OK)
        class = resolve(auth, &token, now_ms, &scratch, &id, err);
    else if (class == RW_NOT_FOUND)
        class = unknown(text, err);
    if (class == RW_OK) {
        *ret_entry = new_entry(&id, digest, generation);
        if (!*ret_entry)
            class = rw_fail_memory(err);
    }
    rw_arena_done(&scratch);
    return class;
}

/* ------------------------------------------------------------------ the door */

enum rw_class rw_auth_peer_check(struct rw_auth *auth, struct rw_slice peer, struct rw_err *err)
{
    uint64_t left_ms = 0;
    uint32_t count = peer.n ? rw_peers_count(auth->peers, peer, rw_clock_wall_ms(), &left_ms) : 0;

    if (count < RW_AUTH_FAILURES_MAX)
        return RW_OK;
    auth->counters.locked++;
    (void)rw_fail(err, RW_LIMIT, "auth.too_many_failures",
                  "too many requests from this address could not be authenticated; the next one is "
                  "looked at in %llu s",
                  (unsigned long long)(left_ms + 999) / 1000);
    rw_err_at(err, "Authorization:", -1, 0);
    rw_err_found(err, "%u failures within a minute", count);
    rw_err_expected(err, "at most %d a minute", RW_AUTH_FAILURES_MAX);
    return RW_LIMIT;
}

void rw_auth_peer_failed(struct rw_auth *auth, struct rw_slice peer)
{
    auth->counters.failures++;
    if (peer.n)
        rw_peers_failed(auth->peers, peer, rw_clock_wall_ms());
}

/* An expired or revoked token is no guess: whoever holds one may come back with a new one at once. */
static void note_failure(struct rw_auth *auth, struct rw_slice peer, const struct rw_err *err)
{
    if (strcmp(err->code, "auth.unknown_token") == 0)
        rw_auth_peer_failed(auth, peer);
    else
        auth->counters.failures++;
}

enum rw_class rw_auth_identify(struct rw_auth *auth, struct rw_slice header, struct rw_slice peer,
                               struct rw_arena *arena, const struct rw_identity **ret,
                               struct rw_err *err)
{
    uint64_t now_ms = rw_clock_wall_ms();
    unsigned char digest[DIGEST];
    struct rw_err unasked;
    struct rw_slice token;
    struct entry *entry;
    enum rw_class class;

    if (!err)
        err = &unasked;
    class = rw_bearer_read(header, &token, err);
    if (class != RW_OK) { /* no guess at a token: a browser or a beginner, not counted by address */
        auth->counters.failures++;
        return class;
    }
    rw_token_digest(auth->key, token, digest);
    entry = recall(auth, digest);
    if (entry && entry->generation == rw_store_generation(auth->store) &&
        (!entry->identity.expires_ms || now_ms < entry->identity.expires_ms)) {
        auth->counters.hits++;
    } else {
        /* Who showed a good token a moment ago is let in even from an address that is locked. */
        class = entry ? RW_OK : rw_auth_peer_check(auth, peer, err);
        if (class != RW_OK)
            return class;
        auth->counters.misses++;
        class = look_up(auth, token, digest, now_ms, &entry, err);
        if (class == RW_UNAUTHENTICATED)
            note_failure(auth, peer, err);
        if (class != RW_OK)
            return class;
        assert(entry);
        remember(auth, entry);
    }
    entry->used = ++auth->lookups;
    return hand_out(entry, arena, ret, err);
}
