/* Every example of the catalogue that is a request gives the code that it stands for. */
#include "examples.h"
#include "house.h"

#include "api/catalogue.h"
#include "base/buf.h"
#include "base/status.h"

#include <stdlib.h>
#include <string.h>

/* The answers' id that the steps after it speak of. */
static char id_of_answer[64];

static const struct stand_in {
    const char *name, *value;
} stand_ins[] = {
    {"{token of an agent}", house.tokens[TOKEN_ANN]},
    {"{token of an agent without a station}", house.tokens[TOKEN_BOB]},
    {"{token of an administrator}", house.tokens[TOKEN_ADMIN]},
    {"{token of a viewer}", house.tokens[TOKEN_VIEWER]},
    {"{token of the scope users:readonly}", house.tokens[TOKEN_NARROW]},
    {"{token of a client}", house.tokens[TOKEN_CLIENT]},
    {"{token of an agent whose tenant has no route}", house.tokens[TOKEN_CY]},
    {"{token that has expired}", house.tokens[TOKEN_EXPIRED]},
    {"{token that was taken back}", house.tokens[TOKEN_REVOKED]},
    {"{token of an inactive user}", house.tokens[TOKEN_GONE]},
    {"{userId}", ANN},
    {"{id of another user}", BOB},
    {"{stationId}", SPARE_A},
    {"{id of an inactive user}", GONE},
    {"{e-mail address of another user}", "ann@a.example"},
    {"{edgeId}", EDGE_A},
    {"{trunkId}", TRUNK_A},
    {"{siteId}", SITE_A},
    {"{routeId}", "route-a"},
    {"{inactive number}", "+6534567892"},
    {"{id of a number for internal calls}", "internal"},
    {"{clientId}", CLIENT_A},
    {"{client secret}", house.secret},
    {"{id of the answer}", id_of_answer},
};

/* The text with its stand-ins put in. To be freed. */
static char *filled(const char *text)
{
    struct rw_buf buf;
    char *copy;

    if (!text)
        return NULL;
    rw_buf_init(&buf, 1 << 20);
    while (*text) {
        const struct stand_in *in = NULL;

        for (size_t i = 0; !in && i < sizeof(stand_ins) / sizeof(*stand_ins); i++)
            if (strncmp(text, stand_ins[i].name, strlen(stand_ins[i].name)) == 0)
                in = &stand_ins[i];
        if (in) {
            rw_buf_puts(&buf, in->value);
            text += strlen(in->name);
        } else {
            rw_buf_putc(&buf, *text++);
        }
    }
    assert_false(buf.failed);
    copy = strndup(buf.p, buf.len);
    rw_buf_done(&buf);
    return copy;
}

static void send_step(const struct example_step *step)
{
    char *path, *headers, *body;

    if (step->raw) {
        house_send_raw(step->raw, step->raw_length);
        return;
    }
    path = filled(step->path);
    headers = filled(step->headers);
    body = filled(step->body);
    house_send(TOKEN_NONE, step->method, path, headers, body);
    free(path);
    free(headers);
    free(body);
    if (strcmp(house_text("id"), "(none)") != 0)
        (void)snprintf(id_of_answer, sizeof(id_of_answer), "%s", house_text("id"));
}

static bool is_answered(const struct example *example)
{
    const struct rw_catalogue_entry *entry = rw_catalogue_find(rw_slice_str(example->code));

    assert_non_null(entry);
    if (example->warning)
        return house_warns(example->code) && house_last()->status / 100 == 2;
    if (!house_has_code(example->code))
        return false;
    return strcmp(house_text("errors/0/code"), example->code) != 0 ||
           house_number("errors/0/status") == (int)rw_status_http(entry->class);
}

static void every_example_gives_its_code(void **state)
{
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < example_count; i++) {
        const struct example *example = &examples[i];
        size_t last = example->step_count - 1;

        for (size_t k = 0; k <= last; k++)
            send_step(&example->steps[k]);
        /* What the steps before began may take a moment: a call ends by events. */
        for (int again = 0; last && again < 1000 && house_last()->status / 100 == 2; again++)
            send_step(&example->steps[last]);
        if (is_answered(example))
            continue;
        print_error("%s: %s\n", example->code, house_last()->text);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    assert_true(example_count > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_example_gives_its_code)};

    return cmocka_run_group_tests_name("examples of the catalogue", tests, house_open, house_close);
}
