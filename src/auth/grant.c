#include "auth/grant.h"

#include "auth/form.h"
#include "auth/permission.h"

/* The words of RFC 6749, section 5.2. */
static const char invalid_request[] = "invalid_request";
static const char invalid_client[] = "invalid_client";
static const char unauthorized_client[] = "unauthorized_client";
static const char unsupported_grant_type[] = "unsupported_grant_type";
static const char invalid_scope[] = "invalid_scope";

/* refusal->err is made; this adds the word and gives its class. */
static enum rw_class refused(struct rw_grant_refusal *refusal, const char *word)
{
    refusal->error = word;
    return refusal->err.class;
}

static enum rw_class no_memory(struct rw_grant_refusal *refusal)
{
    refusal->error = "temporarily_unavailable";
    return rw_fail_memory(&refusal->err);
}

/* ------------------------------------------------------------------ reading the request */

static enum rw_class check_grant_type(const struct rw_form *form, struct rw_grant_refusal *refusal)
{
    const char *type = rw_form_get(form, "grant_type");
    struct rw_err *err = &refusal->err;

    if (!type) {
        (void)rw_fail(err, RW_MALFORMED, "auth.grant_form", "the form lacks grant_type");
        rw_err_found(err, "no parameter grant_type");
        rw_err_expected(err, "grant_type=client_credentials");
        rw_err_suggest(err, "grant_type=client_credentials");
        return refused(refusal, invalid_request);
    }
    if (strcmp(type, "client_credentials") != 0) {
        char found[80];

        (void)rw_fail(err, RW_MALFORMED, "auth.grant_type",
                      "tokens are given for client_credentials only");
        (void)rw_text_clean(found, sizeof(found), rw_slice_str(type));
        rw_err_found(err, "grant_type=%s", found);
        rw_err_expected(err, "grant_type=client_credentials; a user's token is made with "
                             "ringwright token create --user");
        rw_err_suggest(err, "grant_type=client_credentials");
        return refused(refusal, unsupported_grant_type);
    }
    return RW_OK;
}

static enum rw_class two_ways(struct rw_grant_refusal *refusal)
{
    struct rw_err *err = &refusal->err;

    (void)rw_fail(err, RW_MALFORMED, "auth.grant_form",
                  "the client names itself twice, in the header and in the form");
    rw_err_found(err, "an Authorization header, and client_id or client_secret in the form");
    rw_err_expected(err, "one of the two (RFC 6749, section 2.3)");
    return refused(refusal, invalid_request);
}

static enum rw_class no_client(struct rw_grant_refusal *refusal, const char *found)
{
    struct rw_err *err = &refusal->err;

    (void)rw_fail(err, RW_UNAUTHENTICATED, "auth.grant_client",
                  "the request does not say which client asks, with its secret");
    rw_err_found(err, "%s", found);
    rw_err_expected(err, "an Authorization header of the scheme Basic, or client_id and "
                         "client_secret in the form");
    return refused(refusal, invalid_client);
}

static enum rw_class name_client(const struct rw_form *form, struct rw_slice authorization,
                                 struct rw_arena *arena, struct rw_grant_request *request,
                                 struct rw_grant_refusal *refusal)
{
    const char *id = rw_form_get(form, "client_id"), *secret = rw_form_get(form, "client_secret");
    enum rw_class class;

    if (authorization.n) {
        const char *basic_id, *basic_secret;

        refusal->challenge = request->challenge = true;
        class = rw_basic_read(authorization, arena, &basic_id, &basic_secret, &refusal->err);
        if (class == RW_NO_MEMORY)
            return no_memory(refusal);
        if (class != RW_OK)
            return refused(refusal, invalid_request);
        if (secret || (id && strcmp(id, basic_id) != 0))
            return two_ways(refusal);
        id = basic_id;
        secret = basic_secret;
    }
    if (!id || !*id)
        return no_client(refusal, "no client_id");
    if (!secret || !*secret)
        return no_client(refusal, "a client_id without a client_secret");
    request->client_id = id;
    request->secret = rw_slice_str(secret);
    return RW_OK;
}

enum rw_class rw_grant_parse(struct rw_slice body, struct rw_slice authorization,
                             struct rw_arena *arena, struct rw_grant_request *ret,
                             struct rw_grant_refusal *refusal)
{
    struct rw_grant_request request = {0};
    struct rw_form form;
    enum rw_class class;

    *refusal = (struct rw_grant_refusal){0};
    if (body.n > RW_GRANT_BODY_MAX) {
        (void)rw_fail(&refusal->err, RW_MALFORMED, "auth.grant_form", "the form is too long");
        rw_err_found(&refusal->err, "%zu bytes", body.n);
        rw_err_expected(&refusal->err, "at most %d bytes", RW_GRANT_BODY_MAX);
        return refused(refusal, invalid_request);
    }
    class = rw_form_read(body, arena, &form, &refusal->err);
    if (class == RW_NO_MEMORY)
        return no_memory(refusal);
    if (class != RW_OK)
        return refused(refusal, invalid_request);
    class = check_grant_type(&form, refusal);
    if (class == RW_OK)
        class = name_client(&form, authorization, arena, &request, refusal);
    if (class != RW_OK)
        return class;
    request.scope = rw_form_get(&form, "scope");
    *ret = request;
    return RW_OK;
}

/* ------------------------------------------------------------------ the scope */

/* The next of words separated by spaces. */
static bool next_word(const char **rest, struct rw_slice *ret)
{
    const char *p = *rest + strspn(*rest, " ");
    size_t n = strcspn(p, " ");

    *rest = p + n;
    *ret = (struct rw_slice){p, n};
    return n > 0;
}

static enum rw_class bad_scope(struct rw_slice word, bool known, const char *allowed,
                               struct rw_grant_refusal *refusal)
{
    struct rw_err *err = &refusal->err;
    char found[80];

    (void)rw_text_clean(found, sizeof(found), word);
    (void)rw_fail(err, RW_MALFORMED, "auth.grant_scope",
                  known ? "this client may not ask for that scope"
                        : "there is no scope of this name");
    rw_err_at(err, "/scope", -1, 0);
    rw_err_found(err, "%s", found);
    if (*allowed)
        rw_err_expected(err, "of %s; or no scope for all of them", allowed);
    else
        rw_err_expected(err,
                        "of conversations, call:write, conversations:readonly, users, stations, "
                        "telephony, oauth, audits; or no scope");
    return refused(refusal, invalid_scope);
}

/*
 * What was asked, as a comma-separated list; nothing asked is what the client has. Asking can only
 * narrow.
 */
static enum rw_class judge_scope(const struct rw_grant_request *request,
                                 const struct rw_row_client *client, struct rw_arena *arena,
                                 const char **ret, struct rw_grant_refusal *refusal)
{
    const char *allowed = client->scopes ? client->scopes : "";
    struct rw_scopes may = rw_scopes_of_list(allowed), asked = {0};
    const char *rest = request->scope ? request->scope : "";
    char name[80], *text = rw_arena_alloc(arena, RW_LIST_TEXT);
    struct rw_slice word;

    if (!text)
        return no_memory(refusal);
    while (next_word(&rest, &word)) {
        bool known = rw_scope_known(word) && rw_slice_copy(name, sizeof(name), word);
        struct rw_scopes one;

        if (!known || !rw_scopes_have(&may, name))
            return bad_scope(word, known, allowed, refusal);
        one = rw_scopes_of_list(name);
        asked.bits |= one.bits;
    }
    *ret = asked.bits ? rw_scopes_text(&asked, text, RW_LIST_TEXT) : allowed;
    return RW_OK;
}

/* ------------------------------------------------------------------ issuing */

static enum rw_class unknown_client(const struct rw_grant_request *request,
                                    struct rw_grant_refusal *refusal)
{
    struct rw_err *err = &refusal->err;
    char id[80];

    /* One answer for both, so that nobody learns which clients there are. */
    (void)rw_fail(err, RW_UNAUTHENTICATED, "auth.grant_client",
                  "there is no such client, or the secret is not its secret");
    (void)rw_text_clean(id, sizeof(id), rw_slice_str(request->client_id));
    rw_err_found(err, "client_id %s", id);
    rw_err_expected(err, "id and secret as ringwright client create printed them");
    return refused(refusal, invalid_client);
}

/* "client_credentials", or "CLIENT-CREDENTIALS" as the contract spells it. */
static bool is_client_credentials(const char *type)
{
    static const char want[] = "client_credentials";
    size_t i = 0;

    for (; type && type[i] && i < sizeof(want) - 1; i++) {
        char c = type[i] == '-' ? '_' : (char)(type[i] | 0x20);

        if (type[i] != want[i] && c != want[i])
            return false;
    }
    return type && !type[i] && i == sizeof(want) - 1;
}

enum rw_class rw_grant_issue(const struct rw_auth_key *key, const struct rw_grant_request *request,
                             const struct rw_row_client *client, bool verified, unsigned worker,
                             uint64_t now_ms, struct rw_arena *arena, struct rw_grant *ret,
                             struct rw_grant_refusal *refusal)
{
    struct rw_token_order order = {.worker = worker, .roles = ""};
    struct rw_grant grant;
    char *scope;
    enum rw_class class;

    *refusal = (struct rw_grant_refusal){.challenge = request->challenge};
    if (!client || !verified || client->revoked_ms)
        return unknown_client(request, refusal);
    if (!is_client_credentials(client->grant_type)) {
        (void)rw_fail(&refusal->err, RW_MALFORMED, "auth.grant_not_allowed",
                      "this client was not made for client_credentials");
        rw_err_found(&refusal->err, "a client for %s",
                     client->grant_type ? client->grant_type : "nothing");
        rw_err_expected(&refusal->err, "a client made with authorizedGrantType CLIENT-CREDENTIALS");
        return refused(refusal, unauthorized_client);
    }
    class = judge_scope(request, client, arena, &order.scopes, refusal);
    if (class != RW_OK)
        return class;
    order.tenant_id = client->tenant_id;
    order.client_id = client->id;
    order.seconds = client->token_seconds ? client->token_seconds : RW_TOKEN_SECONDS;
    scope = rw_arena_copy(arena, rw_slice_str(order.scopes));
    if (!scope || rw_token_make(key, &order, now_ms, arena, &grant.row, grant.text, NULL) != RW_OK)
        return no_memory(refusal);
    for (char *p = scope; *p; p++)
        if (*p == ',')
            *p = ' ';
    grant.scope = scope;
    grant.expires_in = order.seconds;
    *ret = grant;
    rw_secret_wipe(grant.text, sizeof(grant.text));
    return RW_OK;
}
