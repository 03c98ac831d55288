#include "cli/number_json.h"

#include "address/report.h"
#include "base/utf8.h"

const char rw_cli_number_members[] =
    "Members of the JSON object, one a line with --batch; what would be empty is left out:\n"
    "  always                   input, verdict, possible, valid\n"
    "  of a number              e164, extension, region, type, timeZones\n"
    "  of a fault               code, at, length, found, expected,\n"
    "                           suggestions [{text, reason}]\n"
    "  of what was normalised   notes [{code, at, length, count}]\n"
    "  of a line over 512 bytes inputBytes; input is its beginning\n"
    "  without --batch          message, of a fault\n";

static void set(struct rw_json_writer *w, const char *key, const char *text)
{
    if (text && *text)
        rw_json_str(w, key, text);
}

/* In the words of the server's refusals. */
static void set_found(struct rw_json_writer *w, struct rw_slice input, const struct rw_address *a)
{
    char text[RW_ADDRESS_FOUND_MAX];
    struct rw_slice found = rw_address_found(a, input, text);

    if (found.n)
        rw_json_slice(w, "found", found);
}

static void set_place(struct rw_json_writer *w, const struct rw_address_span *span)
{
    rw_json_uint(w, "at", span->at);
    rw_json_uint(w, "length", span->length);
}

static void set_zones(struct rw_json_writer *w, const char *zones)
{
    if (!zones || !*zones)
        return;
    rw_json_open_array(w, "timeZones");
    while (*zones) {
        size_t n = strcspn(zones, ",");

        rw_json_slice(w, NULL, (struct rw_slice){zones, n});
        zones += n + (zones[n] == ',');
    }
    rw_json_close(w);
}

static void set_number(struct rw_json_writer *w, const struct rw_address *a)
{
    rw_json_str(w, "e164", a->e164);
    set(w, "extension", a->extension);
    set(w, "region", a->region);
    rw_json_str(w, "type", rw_address_type_name(a->type));
    set_zones(w, a->time_zones);
}

static void set_fault(struct rw_json_writer *w, struct rw_slice input, const struct rw_address *a,
                      bool message)
{
    char text[256];

    rw_json_str(w, "code", a->code);
    if (message)
        set(w, "message", rw_address_explain(a, text, sizeof(text)));
    set_place(w, &a->span);
    set_found(w, input, a);
    set(w, "expected", rw_address_expected(a, text, sizeof(text)));
    if (!a->suggestion_count)
        return;
    rw_json_open_array(w, "suggestions");
    for (uint32_t i = 0; i < a->suggestion_count; i++) {
        rw_json_open_object(w, NULL);
        rw_json_str(w, "text", a->suggestions[i].text);
        rw_json_str(w, "reason", a->suggestions[i].reason);
        rw_json_close(w);
    }
    rw_json_close(w);
}

static void set_notes(struct rw_json_writer *w, const struct rw_address *a)
{
    if (!a->note_count)
        return;
    rw_json_open_array(w, "notes");
    for (uint32_t i = 0; i < a->note_count; i++) {
        rw_json_open_object(w, NULL);
        rw_json_str(w, "code", a->notes[i].code);
        set_place(w, &a->notes[i].span);
        rw_json_uint(w, "count", a->notes[i].count);
        rw_json_close(w);
    }
    rw_json_close(w);
}

void rw_cli_number_json(struct rw_json_writer *w, struct rw_slice input, uint64_t bytes,
                        const struct rw_address *a, bool message)
{
    struct rw_slice shown = rw_utf8_cut(input, RW_ADDRESS_INPUT_MAX);

    w->ascii = true;
    rw_json_open_object(w, NULL);
    rw_json_slice(w, "input", shown);
    if (shown.n < bytes)
        rw_json_uint(w, "inputBytes", bytes);
    rw_json_str(w, "verdict", rw_address_verdict_name(a->verdict));
    rw_json_bool(w, "possible", a->possible);
    rw_json_bool(w, "valid", a->valid);
    if (a->e164[0])
        set_number(w, a);
    if (a->code)
        set_fault(w, input, a, message);
    set_notes(w, a);
    rw_json_close(w);
}
