#include "api/router.h"

#include "api/schema_text.h"
#include "api/tables.h"

#include <stdio.h>

#define SEGMENTS_MAX 24 /* more than any path has */

struct split {
    uint32_t count;
    bool too_many;
    struct rw_slice at[SEGMENTS_MAX];
};

static void split_path(struct rw_slice path, struct split *ret)
{
    size_t at = 1;

    ret->count = 0;
    ret->too_many = false;
    while (at < path.n || (at == path.n && path.n > 1)) {
        const char *slash = at < path.n ? memchr(path.p + at, '/', path.n - at) : NULL;
        size_t end = slash ? (size_t)(slash - path.p) : path.n;

        if (ret->count == SEGMENTS_MAX) {
            ret->too_many = true;
            return;
        }
        ret->at[ret->count++] = (struct rw_slice){path.p + at, end - at};
        at = end + 1;
    }
}

/* The child that is this very word. */
static const struct rw_router_node *literal(const struct rw_router_node *node, struct rw_slice word)
{
    for (uint16_t i = 0; i < node->child_count; i++) {
        const struct rw_router_node *child = &rw_router_nodes[node->child + i];

        if (child->segment && child->segment_length == word.n &&
            memcmp(child->segment, word.p, word.n) == 0)
            return child;
    }
    return NULL;
}

/* The child that takes a parameter: the last one, if any. */
static const struct rw_router_node *parameter(const struct rw_router_node *node)
{
    const struct rw_router_node *last;

    if (node->child_count == 0)
        return NULL;
    last = &rw_router_nodes[node->child + node->child_count - 1];
    return last->segment ? NULL : last;
}

/*
 * Walks down, literal words first; where that leads nowhere it goes back to the last place at which a
 * parameter could have been taken instead. The depth is the tree's.
 */
static const struct rw_router_node *walk(const struct split *path, uint32_t *ret_count,
                                         struct rw_slice params[RW_ROUTER_PARAMS_MAX])
{
    struct {
        const struct rw_router_node *node;
        uint32_t at, params;
    } fork[SEGMENTS_MAX];
    const struct rw_router_node *node = &rw_router_nodes[0];
    uint32_t forks = 0, at = 0, count = 0;

    while (node) {
        const struct rw_router_node *other, *next;

        if (at == path->count && node->operation_count) {
            *ret_count = count;
            return node;
        }
        next = at < path->count ? literal(node, path->at[at]) : NULL;
        other = at < path->count && path->at[at].n ? parameter(node) : NULL;
        if (next && other) {
            fork[forks].node = other;
            fork[forks].at = at;
            fork[forks++].params = count;
        } else if (!next && other && count < RW_ROUTER_PARAMS_MAX) {
            params[count++] = path->at[at];
            next = other;
        }
        at++;
        node = next;
        if (!node && forks) {
            forks--;
            node = fork[forks].node;
            at = fork[forks].at;
            count = fork[forks].params;
            params[count++] = path->at[at++];
        }
    }
    return NULL;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* RFC 3986, section 2.1. A plus is a plus: this is a path. */
static enum rw_class decode(struct rw_slice *param, struct rw_arena *arena, struct rw_err *err)
{
    char *out;
    size_t n = 0;

    if (param->n == 0 || !memchr(param->p, '%', param->n))
        return RW_OK;
    out = rw_arena_alloc(arena, param->n + 1);
    if (!out)
        return rw_fail_memory(err);
    for (size_t i = 0; i < param->n; i++) {
        char c = param->p[i];

        if (c == '%') {
            int high = i + 2 < param->n ? hex(param->p[i + 1]) : -1;
            int low = i + 2 < param->n ? hex(param->p[i + 2]) : -1;

            if (high < 0 || low < 0 || (high == 0 && low == 0)) {
                rw_fail(
                    err, RW_MALFORMED, "request.bad_path",
                    "a %% in the path is not followed by two hexadecimal digits of a character");
                rw_err_found(err, "%.*s", (int)(param->n - i < 3 ? param->n - i : 3), param->p + i);
                rw_err_expected(err, "%%2B for a plus, %%25 for a percent sign, and so on");
                return RW_MALFORMED;
            }
            c = (char)(high << 4 | low);
            i += 2;
        }
        out[n++] = c;
    }
    *param = (struct rw_slice){out, n};
    return RW_OK;
}

static const struct rw_operation *operation_for(const struct rw_router_node *node,
                                                const char *method)
{
    const struct rw_operation *get = NULL;

    for (uint16_t i = 0; i < node->operation_count; i++) {
        const struct rw_operation *op =
            &rw_operations[rw_router_operations_of[node->operation + i]];

        if (strcmp(op->method, method) == 0)
            return op;
        if (strcmp(op->method, "GET") == 0)
            get = op;
    }
    return strcmp(method, "HEAD") == 0 ? get : NULL;
}

/* ------------------------------------------------------------------ where nothing was found */

/* The path put right by a rule, when that leads somewhere. */
static bool leads(const char *path)
{
    struct rw_slice params[RW_ROUTER_PARAMS_MAX];
    struct split segments;
    uint32_t count;

    split_path(rw_slice_str(path), &segments);
    return !segments.too_many && walk(&segments, &count, params) != NULL;
}

#define PATH_SHOWN 400

static bool mend(struct rw_slice path, char out[PATH_SHOWN])
{
    static const char prefix[] = "/api/v2";
    int n = (int)path.n;

    if (path.n >= PATH_SHOWN - sizeof(prefix))
        return false;
    (void)snprintf(out, PATH_SHOWN, "%s%.*s", prefix, n, path.p); /* the prefix is missing */
    if (leads(out))
        return true;
    if (rw_slice_starts(path, RW_LIT("/api/v2/api/v2/"))) {
        (void)snprintf(out, PATH_SHOWN, "%.*s", n - 7, path.p + 7);
        if (leads(out))
            return true;
    }
    if (rw_slice_starts(path, RW_LIT("/v2/"))) {
        (void)snprintf(out, PATH_SHOWN, "/api%.*s", n, path.p);
        if (leads(out))
            return true;
    }
    if (rw_slice_starts(path, RW_LIT("/api/v1/")) || rw_slice_starts(path, RW_LIT("/api/v3/"))) {
        (void)snprintf(out, PATH_SHOWN, "%s%.*s", prefix, n - 7, path.p + 7);
        if (leads(out))
            return true;
    }
    if (rw_slice_starts(path, RW_LIT(prefix))) { /* it is there and does not belong there */
        (void)snprintf(out, PATH_SHOWN, "%.*s", n - 7, path.p + 7);
        if (leads(out))
            return true;
    }
    n = 0;
    for (size_t i = 0; i < path.n; i++) /* doubled or trailing slashes */
        if (path.p[i] != '/' || (i + 1 < path.n && path.p[i + 1] != '/'))
            out[n++] = path.p[i];
    out[n] = '\0';
    return (size_t)n < path.n && leads(out);
}

static bool is_parameter(struct rw_slice segment)
{
    return segment.n && segment.p[0] == '{';
}

/* How far a path is from a template: what is nearly right counts little, a parameter that fits anything too. */
static unsigned apart(const struct split *path, const struct split *template)
{
    unsigned count = 0;
    uint32_t most = path->count > template->count ? path->count : template->count;

    for (uint32_t i = 0; i < most; i++) {
        if (i >= path->count || i >= template->count) {
            count += 2;
        } else if (is_parameter(template->at[i])) {
            count++;
        } else if (!rw_slice_eq(path->at[i], template->at[i])) {
            char word[64];
            const char *const words[] = {word, NULL};

            if (!rw_slice_copy(word, sizeof(word), template->at[i]))
                word[0] = '\0';
            count += rw_schema_near(words, path->at[i]) ? 1 : 3;
        }
    }
    return count;
}

static const struct rw_operation *nearest(const struct split *path)
{
    const struct rw_operation *best = NULL;
    unsigned best_distance = path->count > 3 ? 5 : path->count + 1;

    for (size_t i = 0; i < rw_operation_count; i++) {
        struct split template;
        unsigned d;

        split_path(rw_slice_str(rw_operations[i].path), &template);
        d = apart(path, &template);
        if (d < best_distance) {
            best = &rw_operations[i];
            best_distance = d;
        }
    }
    return best;
}

static enum rw_class fail_unknown(struct rw_slice path, const struct split *segments,
                                  struct rw_err *err)
{
    const struct rw_operation *near;
    char mended[PATH_SHOWN];

    rw_fail(err, RW_NOT_FOUND, "request.unknown_path", "there is nothing at this path");
    rw_err_found(err, "%.*s", (int)(path.n < 110 ? path.n : 110), path.p);
    rw_err_expected(err, "a path that /docs/reference lists");
    if (mend(path, mended)) {
        rw_err_suggest(err, "%s", mended);
        return RW_NOT_FOUND;
    }
    near = nearest(segments);
    if (near)
        rw_err_suggest(err, "%s", near->path);
    return RW_NOT_FOUND;
}

static enum rw_class fail_method(const char *method, const struct rw_router_node *node,
                                 struct rw_err *err)
{
    rw_fail(err, RW_BAD_METHOD, "request.method_not_allowed", "this path does not take %.20s",
            method);
    rw_err_found(err, "%.20s", method);
    rw_err_expected(err, "%s", node->allow);
    if (!strchr(node->allow, ','))
        rw_err_suggest(err, "%s", node->allow);
    return RW_BAD_METHOD;
}

enum rw_class rw_router_match(const char *method, struct rw_slice path, struct rw_arena *arena,
                              struct rw_router_match *ret, struct rw_err *err)
{
    struct rw_slice params[RW_ROUTER_PARAMS_MAX];
    const struct rw_router_node *node = NULL;
    const struct rw_operation *operation;
    struct split segments;
    uint32_t count = 0;

    split_path(path, &segments);
    if (path.n && path.p[0] == '/' && !segments.too_many)
        node = walk(&segments, &count, params);
    if (!node)
        return fail_unknown(path, &segments, err);
    for (uint32_t i = 0; i < count; i++) {
        enum rw_class class = decode(&params[i], arena, err);

        if (class)
            return class;
    }
    ret->allow = node->allow;
    operation = operation_for(node, method);
    if (!operation)
        return fail_method(method, node, err);
    ret->operation = operation;
    ret->count = count;
    for (uint32_t i = 0; i < count; i++)
        ret->params[i] = params[i];
    return RW_OK;
}

struct rw_slice rw_router_param(const struct rw_router_match *match, const char *name)
{
    const char *const *names = match->operation->path_names;

    for (uint32_t i = 0; names && i < match->count && names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return match->params[i];
    return (struct rw_slice){NULL, 0};
}

const struct rw_response *rw_router_response(const struct rw_operation *operation, unsigned status)
{
    const struct rw_response *otherwise = NULL;

    for (uint32_t i = 0; i < operation->response_count; i++) {
        if (operation->responses[i].status == status)
            return &operation->responses[i];
        if (operation->responses[i].status == 0)
            otherwise = &operation->responses[i];
    }
    return otherwise;
}

size_t rw_router_operations(const struct rw_operation **ret_first)
{
    *ret_first = rw_operations;
    return rw_operation_count;
}
