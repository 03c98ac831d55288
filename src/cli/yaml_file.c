#include "cli/yaml_file.h"

#include "base/buf.h"
#include "base/mem.h"
#include "cli/render.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

struct rw_cli_yaml {
    struct rw_cli *cli;
    const char *name;
    struct rw_buf text;
    yaml_document_t document;
    bool loaded;
    json_t *faults;
};

static yaml_node_t *node_of(const struct rw_cli_yaml *yaml, int node)
{
    /* libyaml reads only; its functions take no const. */
    return node ? yaml_document_get_node((yaml_document_t *)&yaml->document, node) : NULL;
}

/* ------------------------------------------------------------------ faults */

static void put_place(json_t *fault, const yaml_mark_t *from, size_t length)
{
    (void)json_object_set_new(fault, "line", json_integer((json_int_t)from->line + 1));
    (void)json_object_set_new(fault, "column", json_integer((json_int_t)from->column + 1));
    (void)json_object_set_new(fault, "length", json_integer((json_int_t)length));
}

void rw_cli_yaml_place(const struct rw_cli_yaml *yaml, int node, json_t *fault)
{
    const yaml_node_t *at = node_of(yaml, node);
    const yaml_mark_t none = {0, 0, 0};

    if (!at)
        put_place(fault, &none, 1);
    else if (at->type == YAML_SCALAR_NODE && at->start_mark.line == at->end_mark.line)
        put_place(fault, &at->start_mark, at->end_mark.column - at->start_mark.column);
    else
        put_place(fault, &at->start_mark, 1);
}

void rw_cli_yaml_fault(struct rw_cli_yaml *yaml, int node, const char *message,
                       const char *expected)
{
    json_t *fault = json_object();

    (void)json_object_set_new(fault, "message", json_string(message));
    if (expected)
        (void)json_object_set_new(fault, "expected", json_string(expected));
    rw_cli_yaml_place(yaml, node, fault);
    (void)json_array_append_new(yaml->faults, fault);
}

bool rw_cli_yaml_sound(struct rw_cli_yaml *yaml)
{
    const struct rw_cli_source source = {yaml->name, rw_buf_slice(&yaml->text)};
    json_t *body;

    if (!json_array_size(yaml->faults))
        return true;
    body = json_pack("{s:O}", "errors", yaml->faults);
    rw_cli_show_refusal(yaml->cli, body, &source);
    json_decref(body);
    (void)json_array_clear(yaml->faults);
    return false;
}

/* ------------------------------------------------------------------ reading */

static bool read_file(struct rw_cli_yaml *yaml)
{
    bool standard = strcmp(yaml->name, "-") == 0;
    FILE *file = standard ? yaml->cli->in : fopen(yaml->name, "rb");
    char bytes[4096];
    size_t n;
    bool failed;

    if (!file) {
        fprintf(yaml->cli->err, "ringwright: %s: %s\n", yaml->name, strerror(errno));
        return false;
    }
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
        rw_buf_put(&yaml->text, (struct rw_slice){bytes, n});
    failed = ferror(file) != 0;
    if (!standard)
        (void)fclose(file);
    if (failed || yaml->text.failed) {
        fprintf(yaml->cli->err, "ringwright: %s: not a file of at most 1 MiB\n", yaml->name);
        return false;
    }
    return true;
}

static void syntax(struct rw_cli_yaml *yaml, const yaml_parser_t *parser)
{
    json_t *fault = json_pack("{s:s?}", "message", parser->problem);

    put_place(fault, &parser->problem_mark, 1);
    (void)json_array_append_new(yaml->faults, fault);
}

/* One document, and nothing behind it. */
static bool load(struct rw_cli_yaml *yaml)
{
    yaml_document_t second;
    yaml_parser_t parser;
    bool ok;

    if (!yaml_parser_initialize(&parser)) {
        fprintf(yaml->cli->err, "ringwright: out of memory\n");
        return false;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)(yaml->text.p ? yaml->text.p : ""),
                                 yaml->text.len);
    ok = yaml->loaded = yaml_parser_load(&parser, &yaml->document) != 0;
    if (!ok)
        syntax(yaml, &parser);
    if (ok && rw_cli_yaml_root(yaml)) {
        ok = yaml_parser_load(&parser, &second) != 0;
        if (!ok)
            syntax(yaml, &parser);
        else if (yaml_document_get_root_node(&second))
            rw_cli_yaml_fault(yaml, 1, "there is more than one document in the file", "one");
        if (ok)
            yaml_document_delete(&second);
    }
    yaml_parser_delete(&parser);
    return rw_cli_yaml_sound(yaml) && ok;
}

struct rw_cli_yaml *rw_cli_yaml_open(struct rw_cli *cli, const char *name)
{
    struct rw_cli_yaml *yaml = rw_calloc(1, sizeof(*yaml));

    if (!yaml) {
        fprintf(cli->err, "ringwright: out of memory\n");
        return NULL;
    }
    yaml->cli = cli;
    yaml->name = name;
    yaml->faults = json_array();
    rw_buf_init(&yaml->text, RW_CLI_YAML_MAX);
    if (read_file(yaml) && load(yaml))
        return yaml;
    rw_cli_yaml_free(yaml);
    return NULL;
}

void rw_cli_yaml_free(struct rw_cli_yaml *yaml)
{
    if (!yaml)
        return;
    if (yaml->loaded)
        yaml_document_delete(&yaml->document);
    json_decref(yaml->faults);
    rw_buf_done(&yaml->text);
    rw_free(yaml);
}

/* ------------------------------------------------------------------ nodes */

int rw_cli_yaml_root(const struct rw_cli_yaml *yaml)
{
    return yaml_document_get_root_node((yaml_document_t *)&yaml->document) ? 1 : 0;
}

bool rw_cli_yaml_is_map(const struct rw_cli_yaml *yaml, int node)
{
    const yaml_node_t *n = node_of(yaml, node);

    return n && n->type == YAML_MAPPING_NODE;
}

bool rw_cli_yaml_is_list(const struct rw_cli_yaml *yaml, int node)
{
    const yaml_node_t *n = node_of(yaml, node);

    return n && n->type == YAML_SEQUENCE_NODE;
}

const char *rw_cli_yaml_text(const struct rw_cli_yaml *yaml, int node)
{
    const yaml_node_t *n = node_of(yaml, node);
    const char *text;

    if (!n || n->type != YAML_SCALAR_NODE)
        return NULL;
    text = (const char *)n->data.scalar.value;
    if (n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
        (!*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0))
        return NULL;
    return text;
}

int rw_cli_yaml_item(const struct rw_cli_yaml *yaml, int list, size_t i)
{
    const yaml_node_t *n = node_of(yaml, list);
    const yaml_node_item_t *items;

    if (!n || n->type != YAML_SEQUENCE_NODE)
        return 0;
    items = n->data.sequence.items.start;
    return i < (size_t)(n->data.sequence.items.top - items) ? items[i] : 0;
}

int rw_cli_yaml_pair(const struct rw_cli_yaml *yaml, int map, size_t i, int *ret_key)
{
    const yaml_node_t *n = node_of(yaml, map);
    const yaml_node_pair_t *pairs;

    if (!n || n->type != YAML_MAPPING_NODE)
        return 0;
    pairs = n->data.mapping.pairs.start;
    if (i >= (size_t)(n->data.mapping.pairs.top - pairs))
        return 0;
    *ret_key = pairs[i].key;
    return pairs[i].value;
}

int rw_cli_yaml_member(const struct rw_cli_yaml *yaml, int map, const char *name)
{
    int key, value;

    for (size_t i = 0; (value = rw_cli_yaml_pair(yaml, map, i, &key)) != 0; i++) {
        const char *text = rw_cli_yaml_text(yaml, key);

        if (text && strcmp(text, name) == 0)
            return value;
    }
    return 0;
}

const char *rw_cli_yaml_name(const struct rw_cli_yaml *yaml)
{
    return yaml->name;
}

struct rw_slice rw_cli_yaml_source(const struct rw_cli_yaml *yaml)
{
    return rw_buf_slice(&yaml->text);
}
