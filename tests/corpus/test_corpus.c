/*
 * Requests and addresses that people sent to servers like this one and asked about in public, with the
 * answer that would have helped them: tests/corpus/README.md says what stands in which file.
 */
#include "../api/house.h"

#include "address/address.h"
#include "api/catalogue.h"

#include <stdlib.h>

static json_t *requests, *addresses;

static json_t *load(const char *name)
{
    char path[512];
    json_error_t error;
    json_t *tree;

    (void)snprintf(path, sizeof(path), "%s/%s", RW_CORPUS, name);
    tree = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!tree)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return tree;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

/* ------------------------------------------------------------------ tables of two columns */

#define ROWS_MAX 200

struct table {
    size_t count;
    char *text;
    struct {
        char *key, *value; /* value "" where the file has one column */
    } at[ROWS_MAX];
};

static void read_table(const char *name, struct table *ret)
{
    char path[512], *line, *rest = NULL;
    size_t n;
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", RW_CORPUS, name);
    file = fopen(path, "r");
    assert_non_null(file);
    ret->count = 0;
    ret->text = calloc(1, 65536);
    assert_non_null(ret->text);
    n = fread(ret->text, 1, 65535, file);
    assert_true(n > 0 && n < 65535);
    (void)fclose(file);
    for (line = strtok_r(ret->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *tab = strchr(line, '\t');

        if (*line == '#')
            continue;
        assert_true(ret->count < ROWS_MAX);
        if (tab)
            *tab = '\0';
        ret->at[ret->count].key = line;
        ret->at[ret->count++].value = tab ? tab + 1 : line + strlen(line);
    }
}

static const char *look_up(const struct table *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->at[i].key, key) == 0)
            return table->at[i].value;
    return NULL;
}

/* ------------------------------------------------------------------ what would have helped */

/* All codes that came out for a case, and how it went. */
struct outcome {
    int status; /* 100 * class: 2, 4, 5 */
    size_t count;
    const char *codes[80]; /* the first is the one the answer is about */
};

/*
 * Holds what came out against what would have helped: every code of `ideal` is among ours, the first
 * is our first, or "deviations" says why not. A deviation that has become none is a fault too.
 */
static void check_ideal(const json_t *one, const struct table *codes, const struct outcome *out)
{
    const json_t *ideal = json_object_get(one, "ideal"), *entry;
    const json_t *deviations = json_object_get(one, "deviations");
    const char *id = text_of(one, "id");
    bool ok = json_integer_value(json_object_get(ideal, "status")) / 100 == out->status / 100;
    size_t i;

    if (ok == (json_object_get(deviations, "status") != NULL))
        fail_msg("%s: status %d", id, out->status);
    json_array_foreach(json_object_get(ideal, "codes"), i, entry)
    {
        const char *theirs = json_string_value(entry), *ours = look_up(codes, theirs);
        bool found = ours && strcmp(ours, "-") == 0 && out->status < 300;

        if (!ours)
            fail_msg("%s: codes.tsv lacks %s", id, theirs);
        for (size_t k = 0; k < (i == 0 ? 1 : out->count) && k < out->count; k++)
            found |= strcmp(out->codes[k], ours) == 0;
        if (found == (json_object_get(deviations, theirs) != NULL))
            fail_msg("%s: %s, which is our %s, %s", id, theirs, ours,
                     found ? "is no deviation" : "did not come out");
    }
}

/* ------------------------------------------------------------------ requests */

static enum house_token token_of(const json_t *one)
{
    static const struct {
        const char *name;
        enum house_token token;
    } tokens[] = {{"agent", TOKEN_ANN},
                  {"viewer", TOKEN_VIEWER},
                  {"program", TOKEN_CLIENT},
                  {"agent of a tenant without routes", TOKEN_CY}};

    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
        if (strcmp(tokens[i].name, text_of(one, "token")) == 0)
            return tokens[i].token;
    fail_msg("%s: whose token?", text_of(one, "id"));
    return TOKEN_NONE;
}

/* "pointer code" of each entry of an answer's list. */
static json_t *briefly(const json_t *entries)
{
    json_t *list = json_array();
    const json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry) json_array_append_new(
        list, json_sprintf("%s %s", text_of(entry, "pointer"), text_of(entry, "code")));
    return list;
}

/* The answer in the terms of the case. */
static json_t *answered(const struct house_answer *a)
{
    json_t *fact = json_object_get(a->body, "missingFact"), *out;

    out = json_pack("{s:i, s:o}", "status", a->status, "errors",
                    briefly(json_object_get(a->body, "errors")));
    if (json_object_get(a->body, "warnings"))
        json_object_set_new(out, "warnings", briefly(json_object_get(a->body, "warnings")));
    if (json_object_get(a->body, "suggestedRequest"))
        json_object_set(out, "suggested", json_object_get(a->body, "suggestedRequest"));
    if (fact)
        json_object_set_new(out, "missing",
                            json_pack("{s:s, s:s}", "pointer", text_of(fact, "pointer"), "what",
                                      text_of(fact, "what")));
    return out;
}

static void collect(const json_t *answer, struct outcome *out)
{
    static const char *const lists[] = {"errors", "warnings"};
    const json_t *entry;
    size_t i;

    *out = (struct outcome){.status = (int)json_integer_value(json_object_get(answer, "status"))};
    for (size_t l = 0; l < 2; l++)
        json_array_foreach(json_object_get(answer, lists[l]), i, entry) out->codes[out->count++] =
            strchr(json_string_value(entry), ' ') + 1;
}

/* The suggestion is taken as it stands. */
static void post_suggestion(const json_t *one, enum house_token token, const json_t *suggested)
{
    char *text;

    if (!suggested)
        return;
    text = json_dumps(suggested, JSON_COMPACT);
    if (house_judge(token, text)->status != 200)
        fail_msg("%s: suggested was %s\n%s", text_of(one, "id"), text, house_last()->text);
    free(text);
}

static void test_requests(void **state)
{
    bool show = getenv("RINGWRIGHT_CORPUS_SHOW") != NULL;
    unsigned wrong = 0;
    struct table codes;
    const json_t *one;
    size_t i;

    (void)state;
    read_table("codes.tsv", &codes);
    json_array_foreach(requests, i, one)
    {
        enum house_token token = token_of(one);
        char *body = json_dumps(json_object_get(one, "body"), JSON_COMPACT);
        json_t *answer = answered(house_judge(token, body));
        struct outcome outcome;

        if (show || !json_equal(answer, json_object_get(one, "answer"))) {
            char *text = json_dumps(answer, JSON_INDENT(1));

            print_error("%s: %s\nis answered\n%s\n", text_of(one, "id"), body, text);
            free(text);
            wrong++;
        } else {
            post_suggestion(one, token, json_object_get(answer, "suggested"));
            collect(answer, &outcome);
            check_ideal(one, &codes, &outcome);
        }
        json_decref(answer);
        free(body);
    }
    free(codes.text);
    if (wrong)
        fail_msg("%u of %zu requests are answered otherwise", wrong, json_array_size(requests));
}

/* ------------------------------------------------------------------ addresses */

static void set_policy(const json_t *one, struct rw_address_policy *ret)
{
    const char *refused = json_string_value(json_object_get(one, "refuseRegions"));

    rw_address_policy_init(ret);
    (void)snprintf(ret->region, sizeof(ret->region), "%s", text_of(one, "region"));
    ret->refuse_regions = refused;
}

/* The judgement in the terms of the case. */
static json_t *judged(const struct rw_address *address)
{
    json_t *out = json_pack("{s:s}", "verdict", rw_address_verdict_name(address->verdict));

    if (address->e164[0])
        json_object_set_new(out, "e164", json_string(address->e164));
    if (address->code)
        json_object_set_new(out, "code", json_string(address->code));
    if (address->note_count) {
        json_t *notes = json_array();

        for (uint32_t i = 0; i < address->note_count; i++)
            json_array_append_new(notes, json_string(address->notes[i].code));
        json_object_set_new(out, "notes", notes);
    }
    if (address->suggestion_count) {
        json_t *suggestions = json_array();

        for (uint32_t i = 0; i < address->suggestion_count; i++)
            json_array_append_new(suggestions, json_string(address->suggestions[i].text));
        json_object_set_new(out, "suggestions", suggestions);
    }
    return out;
}

/* What an answer would say: the fault, then the notes under the codes that they have as warnings. */
static void collect_address(const struct rw_address *address, char notes[RW_ADDRESS_NOTES_MAX][64],
                            struct outcome *out)
{
    bool callable = address->verdict == RW_ADDRESS_OK || address->verdict == RW_ADDRESS_UNASSIGNED;

    *out = (struct outcome){.status = callable ? 200 : 400};
    if (address->code)
        out->codes[out->count++] = address->code;
    for (uint32_t i = 0; i < address->note_count; i++) {
        (void)snprintf(notes[i], sizeof(notes[i]), "address.%s", address->notes[i].code);
        out->codes[out->count++] = notes[i];
    }
}

static void test_addresses(void **state)
{
    bool show = getenv("RINGWRIGHT_CORPUS_SHOW") != NULL;
    unsigned wrong = 0;
    struct table codes;
    const json_t *one;
    size_t i;

    (void)state;
    read_table("codes.tsv", &codes);
    json_array_foreach(addresses, i, one)
    {
        const json_t *text = json_object_get(one, "address");
        char notes[RW_ADDRESS_NOTES_MAX][64];
        struct rw_address_policy policy;
        struct rw_address address;
        struct outcome outcome;
        json_t *judgement;

        set_policy(one, &policy);
        rw_address_judge(json_string_value(text), json_string_length(text), &policy, &address);
        judgement = judged(&address);
        if (show || !json_equal(judgement, json_object_get(one, "judgement"))) {
            char *found = json_dumps(judgement, JSON_INDENT(1));

            print_error("%s: %s\nis judged\n%s\n", text_of(one, "id"), json_string_value(text),
                        found);
            free(found);
            wrong++;
        } else {
            collect_address(&address, notes, &outcome);
            check_ideal(one, &codes, &outcome);
        }
        json_decref(judgement);
    }
    free(codes.text);
    if (wrong)
        fail_msg("%u of %zu addresses are judged otherwise", wrong, json_array_size(addresses));
}

/* ------------------------------------------------------------------ nothing is left out */

static unsigned cases_of(const json_t *cases, const char *id)
{
    const json_t *one;
    unsigned count = 0;
    size_t i;

    json_array_foreach(cases, i, one) count += strcmp(text_of(one, "id"), id) == 0;
    return count;
}

/* Every id has a case, or a reason why it has none; and there are no others. */
static void test_every_id_is_accounted_for(void **state)
{
    struct table ids, exceptions;
    size_t cases = 0;

    (void)state;
    read_table("ids.txt", &ids);
    read_table("exceptions.tsv", &exceptions);
    for (size_t i = 0; i < ids.count; i++) {
        unsigned found = cases_of(requests, ids.at[i].key) + cases_of(addresses, ids.at[i].key);
        const char *reason = look_up(&exceptions, ids.at[i].key);

        if ((found != 0) == (reason != NULL) || (reason && !*reason))
            fail_msg("%s: %u cases, %s", ids.at[i].key, found, reason ? reason : "no reason");
        cases += found;
    }
    assert_int_equal(cases, json_array_size(requests) + json_array_size(addresses));
    for (size_t i = 0; i < exceptions.count; i++)
        assert_non_null(look_up(&ids, exceptions.at[i].key));
    free(ids.text);
    free(exceptions.text);
}

/* Each code stands there once, and ours is in the catalogue. */
static void test_codes_are_ours(void **state)
{
    struct table codes;

    (void)state;
    read_table("codes.tsv", &codes);
    for (size_t i = 0; i < codes.count; i++) {
        const char *theirs = codes.at[i].key, *ours = codes.at[i].value;

        if (look_up(&codes, theirs) != ours)
            fail_msg("%s stands there twice", theirs);
        if (!strchr("-~", *ours) && !rw_catalogue_find(rw_slice_str(ours)))
            fail_msg("%s is no code of ours", ours);
    }
    free(codes.text);
}

static int open_corpus(void **state)
{
    requests = load("requests.json");
    addresses = load("addresses.json");
    return house_open(state);
}

static int close_corpus(void **state)
{
    json_decref(requests);
    json_decref(addresses);
    return house_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_every_id_is_accounted_for),
        cmocka_unit_test(test_codes_are_ours),
    };

    return cmocka_run_group_tests_name("corpus", tests, open_corpus, close_corpus);
}
