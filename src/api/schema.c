#include "api/schema.h"

#include "api/foreign.h"
#include "api/schema_text.h"
#include "json/locate.h"

#include <math.h>
#include <stdio.h>

/*
 * The recursion below follows the tables, never the input: a value is looked into only where the
 * schema says what is inside, and no schema holds itself.
 */
struct check {
    enum rw_schema_direction direction;
    struct rw_faults *faults, *warnings;
    size_t length; /* of pointer */
    char pointer[256];
};

static void push(struct check *c, const char *token)
{
    if (c->length + 1 < sizeof(c->pointer))
        c->pointer[c->length++] = '/';
    for (; *token && c->length + 2 < sizeof(c->pointer); token++) {
        if (*token == '~' || *token == '/') {
            c->pointer[c->length++] = '~';
            c->pointer[c->length++] = *token == '~' ? '0' : '1';
        } else {
            c->pointer[c->length++] = *token;
        }
    }
    c->pointer[c->length] = '\0';
}

static void pop(struct check *c, size_t length)
{
    c->length = length;
    c->pointer[length] = '\0';
}

/* The value's name for a sentence: its last token. */
static const char *name_of(const struct check *c)
{
    const char *slash = strrchr(c->pointer, '/');

    return slash ? slash + 1 : "the body";
}

static struct rw_err fault(const struct check *c, const char *code)
{
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, code, "%s", "");
    rw_err_at(&err, c->pointer, -1, 0);
    return err;
}

#define SAY(err, ...) rw_schema_say((err), __VA_ARGS__)

/* ------------------------------------------------------------------ one value */

static void check_string(struct check *c, const struct rw_schema *schema, struct rw_slice text)
{
    struct rw_err err;

    if (rw_schema_judge_text(schema, text, name_of(c), &err))
        return;
    rw_err_at(&err, c->pointer, -1, 0);
    rw_faults_add(c->faults, &err);
}

static void check_number(struct check *c, const struct rw_schema *schema, double value)
{
    struct rw_err err;

    if (rw_schema_judge_number(schema, value, name_of(c), &err))
        return;
    rw_err_at(&err, c->pointer, -1, 0);
    rw_faults_add(c->faults, &err);
}

static bool has_type(const struct rw_schema *schema, const json_t *value)
{
    switch (schema->type) {
    case RW_TYPE_ANY:
        return true;
    case RW_TYPE_STRING:
        return json_is_string(value);
    case RW_TYPE_INTEGER:
        return json_is_integer(value);
    case RW_TYPE_NUMBER:
        return json_is_number(value);
    case RW_TYPE_BOOLEAN:
        return json_is_boolean(value);
    case RW_TYPE_OBJECT:
        return json_is_object(value);
    case RW_TYPE_ARRAY:
        return json_is_array(value);
    }
    return false;
}

/* What was probably meant, where the caller's own value can be put into the right shape. */
static void suggest_type(struct rw_err *err, const struct rw_schema *schema, const json_t *value)
{
    const struct rw_schema_member *only = NULL;
    char shown[RW_SCHEMA_SHOWN];
    struct rw_slice text;

    rw_schema_show(value, shown);
    switch (schema->type) {
    case RW_TYPE_STRING:
        if (json_is_number(value) || json_is_boolean(value))
            rw_err_suggest(err, "\"%s\"", shown);
        break;
    case RW_TYPE_INTEGER:
    case RW_TYPE_NUMBER:
    case RW_TYPE_BOOLEAN:
        if (json_is_string(value)) {
            text = (struct rw_slice){json_string_value(value), json_string_length(value)};
            if (rw_schema_reads_as(schema->type, text))
                rw_err_suggest(err, "%.*s", RW_SLICE_ARG(text));
        } else if (json_is_real(value) && floor(json_real_value(value)) >= json_real_value(value)) {
            rw_err_suggest(err, "%.0f", json_real_value(value));
        }
        break;
    case RW_TYPE_ARRAY:
        if (schema->items && has_type(schema->items, value) && !json_is_object(value))
            rw_err_suggest(err, "[%s]", shown);
        break;
    case RW_TYPE_OBJECT:
        for (uint32_t i = 0; i < schema->member_count; i++)
            if (schema->members[i].required)
                only = only ? &schema->members[0] : &schema->members[i];
        if (only && only->required && has_type(only->schema, value) && json_is_string(value))
            rw_err_suggest(err, "{\"%s\": %s}", only->name, shown);
        break;
    case RW_TYPE_ANY:
        break;
    }
}

static void wrong_type(struct check *c, const struct rw_schema *schema, const json_t *value)
{
    struct rw_err err = fault(c, "body.wrong_type");
    char shown[RW_SCHEMA_SHOWN];

    SAY(&err, "%s must be %s, not %s", name_of(c), rw_schema_type_words(schema->type),
        rw_schema_value_words(value));
    rw_schema_show(value, shown);
    rw_err_found(&err, "%s (%s)", shown, rw_schema_value_words(value));
    rw_schema_expect(&err, schema);
    suggest_type(&err, schema, value);
    rw_faults_add(c->faults, &err);
}

static void check_value(struct check *c, const struct rw_schema *schema, const json_t *value);

static void check_items(struct check *c, const struct rw_schema *schema, const json_t *value)
{
    size_t count = json_array_size(value), length = c->length;
    bool few = count < schema->length_min;

    if (few || (schema->length_max && count > schema->length_max)) {
        struct rw_err err = fault(c, few ? "body.too_few_items" : "body.too_many_items");

        SAY(&err, "%s has too %s entries", name_of(c), few ? "few" : "many");
        rw_err_found(&err, "%zu", count);
        rw_err_expected(&err, few ? "at least %u" : "at most %u",
                        few ? schema->length_min : schema->length_max);
        rw_faults_add(c->faults, &err);
    }
    for (size_t i = 0; schema->items && i < count && !c->faults->dropped; i++) {
        char token[24];

        (void)snprintf(token, sizeof(token), "%zu", i);
        push(c, token);
        check_value(c, schema->items, json_array_get(value, i));
        pop(c, length);
    }
}

/* ------------------------------------------------------------------ objects */

static void missing(struct check *c, const struct rw_schema_member *member)
{
    struct rw_err err = fault(c, "body.missing_member");

    SAY(&err, "the member %s is missing", member->name);
    rw_err_found(&err, "no member of this name");
    rw_schema_expect(&err, member->schema);
    if (member->schema->values && !member->schema->values[1])
        rw_err_suggest(&err, "\"%s\": \"%s\"", member->name, member->schema->values[0]);
    rw_faults_add(c->faults, &err);
}

static const struct rw_schema_member *member_of(const struct rw_schema *schema, const char *name)
{
    for (uint32_t i = 0; i < schema->member_count; i++)
        if (strcmp(schema->members[i].name, name) == 0)
            return &schema->members[i];
    return NULL;
}

/* What people write who know another API, else what is nearest to the name. */
static void unknown(struct check *c, const struct rw_schema *schema, const char *name,
                    const json_t *object)
{
    struct rw_err err = fault(c, "body.unknown_member");
    const char *near[RW_SCHEMA_NAMES_MAX + 1], *meant;
    size_t count = 0;

    /* Members that are there already, or that would be refused, were not meant. */
    for (uint32_t i = 0; i < schema->member_count && count < RW_SCHEMA_NAMES_MAX; i++)
        if (!schema->members[i].refused && !schema->members[i].read_only &&
            !json_object_get(object, schema->members[i].name))
            near[count++] = schema->members[i].name;
    near[count] = NULL;
    rw_err_found(&err, "\"%s\"", name);
    if (rw_foreign_advise(schema->name, name, json_object_get(object, name), &err)) {
        rw_faults_add(c->faults, &err);
        return;
    }
    SAY(&err, "there is no member %s here", name);
    rw_schema_expect_members(&err, schema, c->direction);
    meant = rw_schema_near(near, rw_slice_str(name));
    if (meant)
        rw_err_suggest(&err, "\"%s\"", meant);
    rw_faults_add(c->faults, &err);
}

/* Refused because of what the member is, whatever its value. */
static bool refuse_member(struct check *c, const struct rw_schema_member *member,
                          const json_t *value)
{
    const char *code = member->refused ? "body.not_supported" : "body.read_only";
    char shown[RW_SCHEMA_SHOWN];
    struct rw_err err;

    if (c->direction == RW_SCHEMA_RESPONSE || (!member->refused && !member->read_only))
        return false;
    err = fault(c, code);
    if (member->refused)
        SAY(&err, "%s is not supported: %s", member->name, member->refused);
    else
        SAY(&err, "%s is set by the server only", member->name);
    rw_schema_show(value, shown);
    rw_err_found(&err, "\"%s\": %s", member->name, shown);
    rw_err_expected(&err, "a request without this member");
    rw_faults_add(c->faults, &err);
    return true;
}

static void warn_ignored(struct check *c, const struct rw_schema_member *member)
{
    struct rw_err err;

    if (!c->warnings || !member->ignored || c->direction == RW_SCHEMA_RESPONSE)
        return;
    err = fault(c, "body.ignored_member");
    err.class = RW_OK;
    SAY(&err, "%s was accepted but has no effect", member->name);
    rw_err_found(&err, "\"%s\"", member->name);
    rw_err_expected(&err, "a request without this member means the same");
    rw_faults_add(c->warnings, &err);
}

static void check_member(struct check *c, const struct rw_schema_member *member,
                         const json_t *value)
{
    if (refuse_member(c, member, value))
        return;
    if (json_is_null(value) && (member->nullable || member->schema->type == RW_TYPE_ANY))
        return;
    if (json_is_null(value)) {
        struct rw_err err = fault(c, "body.null_member");

        SAY(&err, "%s may not be null", member->name);
        rw_err_found(&err, "null");
        rw_schema_expect(&err, member->schema);
        if (!member->required)
            rw_err_suggest(&err, "leave the member out");
        rw_faults_add(c->faults, &err);
        return;
    }
    warn_ignored(c, member);
    check_value(c, member->schema, value);
}

static void check_members(struct check *c, const struct rw_schema *schema, const json_t *value)
{
    size_t length = c->length;
    json_t *object = (json_t *)(uintptr_t)value, *inner; /* iterating changes nothing */
    const char *name;

    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct rw_schema_member *member = &schema->members[i];

        if (!member->required || json_object_get(object, member->name))
            continue;
        push(c, member->name);
        missing(c, member);
        pop(c, length);
    }
    json_object_foreach(object, name, inner)
    {
        const struct rw_schema_member *member = member_of(schema, name);

        push(c, name);
        if (member && !(member->write_only && c->direction == RW_SCHEMA_RESPONSE))
            check_member(c, member, inner);
        else if (!schema->open)
            unknown(c, schema, name, object);
        else if (schema->extra)
            check_value(c, schema->extra, inner);
        pop(c, length);
    }
}

static void check_value(struct check *c, const struct rw_schema *schema, const json_t *value)
{
    if (!has_type(schema, value)) {
        wrong_type(c, schema, value);
        return;
    }
    switch (json_typeof(value)) {
    case JSON_STRING:
        check_string(c, schema,
                     (struct rw_slice){json_string_value(value), json_string_length(value)});
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        check_number(c, schema, json_number_value(value));
        break;
    case JSON_ARRAY:
        check_items(c, schema, value);
        break;
    case JSON_OBJECT:
        check_members(c, schema, value);
        break;
    default:
        break;
    }
}

void rw_schema_check(const struct rw_schema *schema, const json_t *value,
                     enum rw_schema_direction direction, struct rw_faults *faults,
                     struct rw_faults *warnings)
{
    struct check c = {.direction = direction, .faults = faults, .warnings = warnings};

    check_value(&c, schema, value);
}

void rw_schema_locate(struct rw_slice body, struct rw_faults *faults)
{
    static const char *const of_name[] = {"body.unknown_member", "body.read_only",
                                          "body.not_supported", "body.ignored_member", NULL};

    for (uint32_t i = 0; i < faults->count; i++) {
        struct rw_err *err = &faults->at[i];
        enum rw_json_part part = RW_JSON_VALUE;

        if (err->line > 0 || !err->code || (err->pointer[0] != '/' && err->pointer[0] != '\0'))
            continue; /* located already, or not in the body */
        for (const char *const *code = of_name; *code; code++)
            if (strcmp(*code, err->code) == 0)
                part = RW_JSON_NAME;
        if (err->pointer[0] || strncmp(err->code, "body.", 5) == 0)
            rw_json_locate_err(body, part, err);
    }
}
