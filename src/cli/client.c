#include "cli/client.h"

#include "base/mem.h"
#include "base/status.h"
#include "cli/render.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <string.h>

#define URL_MAX 512
#define TOKEN_MAX 4096

struct rw_cli_client {
    CURL *curl;
    char base[URL_MAX];
    char token[TOKEN_MAX];
};

/* ------------------------------------------------------------------ where and who */

static const char *env(const struct rw_cli *cli, const char *name)
{
    const char *value = cli->env(name);

    return value && *value ? value : NULL;
}

void rw_cli_base_url(const struct rw_cli *cli, char *dst, size_t size)
{
    const char *url = cli->host ? cli->host : env(cli, "RINGWRIGHT_URL");
    const char *host = env(cli, "GENESYSCLOUD_GATEWAY_HOST");
    const char *port = env(cli, "GENESYSCLOUD_GATEWAY_PORT");
    const char *protocol = env(cli, "GENESYSCLOUD_GATEWAY_PROTOCOL");
    size_t n;

    if (url)
        (void)snprintf(dst, size, "%s%s", strstr(url, "://") ? "" : "http://", url);
    else if (host)
        (void)snprintf(dst, size, "%s://%s%s%s", protocol ? protocol : "https", host,
                       port ? ":" : "", port ? port : "");
    else
        (void)snprintf(dst, size, "http://127.0.0.1:8080");
    n = strlen(dst);
    while (n && dst[n - 1] == '/')
        dst[--n] = '\0';
}

void rw_cli_escape(struct rw_buf *buf, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            strchr("-._~", c)) {
            rw_buf_putc(buf, (char)c);
        } else {
            rw_buf_putc(buf, '%');
            rw_buf_putc(buf, hex[c >> 4]);
            rw_buf_putc(buf, hex[c & 15]);
        }
    }
}

int rw_cli_path_failed(struct rw_cli *cli)
{
    fprintf(cli->err, "ringwright: a value is too long, or memory is out\n");
    return RW_CLI_USAGE;
}

static struct rw_cli_client *client(struct rw_cli *cli)
{
    if (!cli->client) {
        struct rw_cli_client *made = rw_calloc(1, sizeof(*made));

        if (made)
            made->curl = curl_easy_init();
        if (!made || !made->curl) {
            rw_free(made);
            return NULL;
        }
        rw_cli_base_url(cli, made->base, sizeof(made->base));
        cli->client = made;
    }
    return cli->client;
}

void rw_cli_client_free(struct rw_cli_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    rw_free(client);
}

/* ------------------------------------------------------------------ one request */

/* What goes to libcurl for one request. */
struct wire {
    const char *method, *url, *body, *type;
    const char *user, *password; /* of a client, for /oauth/token */
    const char *token, *idempotency_key;
    long timeout_ms;
};

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct rw_buf *text = arg;

    rw_buf_put(text, (struct rw_slice){bytes, size * n});
    return text->failed ? 0 : size * n;
}

static bool add(struct curl_slist **list, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static bool add(struct curl_slist **list, const char *fmt, ...)
{
    char line[TOKEN_MAX + 64];
    struct curl_slist *more;
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    more = curl_slist_append(*list, line);
    if (more)
        *list = more;
    return more != NULL;
}

static struct curl_slist *headers(const struct wire *w)
{
    struct curl_slist *list = NULL;
    bool ok = add(&list, "Accept: application/json") && add(&list, "Expect:");

    if (w->body)
        ok = ok && add(&list, "Content-Type: %s", w->type);
    if (w->token)
        ok = ok && add(&list, "Authorization: Bearer %s", w->token);
    if (w->idempotency_key)
        ok = ok && add(&list, "Idempotency-Key: %s", w->idempotency_key);
    if (!ok) {
        curl_slist_free_all(list);
        return NULL;
    }
    return list;
}

static void set(CURL *curl, const struct wire *w, struct rw_buf *text)
{
    curl_easy_reset(curl);
    (void)curl_easy_setopt(curl, CURLOPT_URL, w->url);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, w->method);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "ringwright/" RW_VERSION);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, w->timeout_ms ? w->timeout_ms : 30000L);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
    if (w->body) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, w->body);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(w->body));
    } else if (strcmp(w->method, "POST") == 0 || strcmp(w->method, "PUT") == 0) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
    }
    if (w->user) {
        (void)curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        (void)curl_easy_setopt(curl, CURLOPT_USERNAME, w->user);
        (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, w->password);
    }
}

static void perform(struct rw_cli *cli, struct rw_cli_client *c, const struct wire *w,
                    struct rw_cli_answer *ret)
{
    struct curl_slist *list = headers(w);
    char why[CURL_ERROR_SIZE] = "";
    CURLcode code = CURLE_OUT_OF_MEMORY;

    *ret = (struct rw_cli_answer){.failure = RW_NO_MEMORY};
    rw_buf_init(&ret->text, RW_CLI_ANSWER_MAX);
    if (list) {
        set(c->curl, w, &ret->text);
        (void)curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, list);
        (void)curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, why);
        code = curl_easy_perform(c->curl);
        curl_slist_free_all(list);
    }
    if (code == CURLE_OK) {
        (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &ret->status);
        ret->json = ret->text.len ? json_loadb(ret->text.p, ret->text.len, 0, NULL) : NULL;
        return;
    }
    ret->failure = code == CURLE_OPERATION_TIMEDOUT ? RW_TOO_SLOW
                   : code == CURLE_OUT_OF_MEMORY    ? RW_NO_MEMORY
                                                    : RW_UNAVAILABLE;
    fprintf(cli->err, "ringwright: no answer from %s: %s\n", c->base,
            *why ? why : curl_easy_strerror(code));
}

void rw_cli_answer_done(struct rw_cli_answer *answer)
{
    json_decref(answer->json);
    rw_buf_done(&answer->text);
    *answer = (struct rw_cli_answer){0};
}

/* ------------------------------------------------------------------ tokens */

/* Asks /oauth/token by the client in the environment. False: told already, *ret says how to end. */
static bool fetch_token(struct rw_cli *cli, struct rw_cli_client *c, const char *id,
                        const char *secret, struct rw_cli_answer *ret)
{
    char url[URL_MAX + 32];
    const struct wire w = {.method = "POST",
                           .url = url,
                           .body = "grant_type=client_credentials",
                           .type = "application/x-www-form-urlencoded",
                           .user = id,
                           .password = secret};
    const char *token;

    (void)snprintf(url, sizeof(url), "%s/oauth/token", c->base);
    perform(cli, c, &w, ret);
    if (!ret->status)
        return false;
    token = json_string_value(json_object_get(ret->json, "access_token"));
    if (ret->status == 200 && token && strlen(token) < sizeof(c->token)) {
        memcpy(c->token, token, strlen(token) + 1);
        rw_cli_answer_done(ret);
        return true;
    }
    fprintf(cli->err, "ringwright: no token for client %s: ", id);
    rw_cli_show_refusal(cli, ret->json, NULL);
    return false;
}

static bool have_token(struct rw_cli *cli, struct rw_cli_client *c, struct rw_cli_answer *ret)
{
    const char *token = cli->token ? cli->token : env(cli, "RINGWRIGHT_TOKEN");
    const char *id = env(cli, "RINGWRIGHT_CLIENT_ID"),
               *secret = env(cli, "RINGWRIGHT_CLIENT_SECRET");

    if (c->token[0])
        return true;
    if (!token && !id) {
        token = env(cli, "GENESYSCLOUD_ACCESS_TOKEN");
        id = env(cli, "GENESYSCLOUD_OAUTHCLIENT_ID");
        secret = env(cli, "GENESYSCLOUD_OAUTHCLIENT_SECRET");
    }
    if (token) {
        (void)snprintf(c->token, sizeof(c->token), "%s", token);
        return true;
    }
    if (id && secret)
        return fetch_token(cli, c, id, secret, ret);
    fprintf(cli->err, "ringwright: no token; give --token, or set RINGWRIGHT_TOKEN, or "
                      "RINGWRIGHT_CLIENT_ID and RINGWRIGHT_CLIENT_SECRET\n");
    ret->failure = RW_UNAUTHENTICATED;
    return false;
}

/* ------------------------------------------------------------------ sending */

static void tell_refusal(struct rw_cli *cli, const struct rw_cli_call *call,
                         const struct rw_cli_answer *answer)
{
    const struct rw_cli_source source = {call->source_name ? call->source_name : "request",
                                         call->place ? call->source : rw_slice_str(call->body)};

    if (call->place && json_is_object(answer->json))
        call->place(answer->json, call->place_arg);
    if (cli->json || !cli->terminal)
        rw_cli_show_json(cli, answer->json);
    if (json_is_object(answer->json))
        rw_cli_show_refusal(cli, answer->json, call->body || call->place ? &source : NULL);
    else
        fprintf(cli->err, "ringwright: the server answered %ld\n", answer->status);
}

bool rw_cli_send(struct rw_cli *cli, const struct rw_cli_call *call, struct rw_cli_answer *ret)
{
    struct rw_cli_client *c = client(cli);
    char url[URL_MAX + 2048];
    struct wire w = {.method = call->method,
                     .url = url,
                     .body = call->form ? call->form : call->body,
                     .type = call->form   ? "application/x-www-form-urlencoded"
                             : call->type ? call->type
                                          : "application/json",
                     .user = call->client_id,
                     .password = call->client_secret,
                     .idempotency_key = call->idempotency_key,
                     .timeout_ms = call->timeout_ms};

    *ret = (struct rw_cli_answer){.failure = RW_NO_MEMORY};
    if (!c) {
        fprintf(cli->err, "ringwright: out of memory\n");
        return false;
    }
    if (!call->anonymous && !call->form) {
        if (!have_token(cli, c, ret))
            return false;
        w.token = c->token;
    }
    (void)snprintf(url, sizeof(url), "%s%s", c->base, call->path);
    perform(cli, c, &w, ret);
    if (ret->status >= 200 && ret->status < 300)
        return true;
    if (ret->status)
        tell_refusal(cli, call, ret);
    return false;
}

int rw_cli_exit(const struct rw_cli_answer *answer)
{
    switch (answer->status) {
    case 0:
        return rw_status_exit(answer->failure);
    case 401:
    case 403:
        return rw_status_exit(RW_FORBIDDEN);
    case 408:
    case 429:
        return rw_status_exit(RW_LIMIT);
    case 502:
    case 503:
    case 504:
        return rw_status_exit(RW_UNAVAILABLE);
    default:
        return answer->status >= 500 ? rw_status_exit(RW_BUG) : answer->status >= 300;
    }
}
