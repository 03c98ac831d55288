#include "api/guess.h"

#include "api/schema.h"

#include <math.h>
#include <stdio.h>

/* What a misspelt name may have been meant to be: the documented names, at the top and in a party. */
static const char *const top_names[] = {"to",           "phoneNumber", "callUserId", "callQueueId",
                                        "participants", "from",        "callerId",   "callerIdName",
                                        "providerId",   "callType",    NULL};
static const char *const party_names[] = {"phoneNumber", NULL};

/* Where a value stands, as far as its parents tell. */
struct place {
    enum rw_foreign_place place;
    enum rw_foreign_role role;
    bool agent;
    unsigned remote;
};

struct frame {
    json_t *node;
    void *member;  /* of an object: the next one */
    size_t next;   /* of an array */
    size_t length; /* of the pointer to the node */
    struct place place;
};

struct walk {
    struct rw_arena *arena;
    struct rw_guess *guess;
    char at[sizeof(((struct rw_guess_find *)0)->at)];
    struct frame stack[RW_GUESS_DEPTH];
    unsigned depth;
};

bool rw_guess_within(const char *outer, const char *inner)
{
    size_t n = strlen(outer);

    return strncmp(outer, inner, n) == 0 && (inner[n] == '\0' || inner[n] == '/');
}

/* ------------------------------------------------------------------ names */

/* Adds a token to the pointer. False for a name that no program gives to a number. */
static bool step(struct walk *w, const char *token)
{
    size_t n = strlen(w->at);

    if (n + 2 >= sizeof(w->at))
        return false;
    w->at[n++] = '/';
    for (; *token; token++) {
        bool escaped = *token == '~' || *token == '/';

        if (n + 3 >= sizeof(w->at) || (unsigned char)*token < ' ' || (unsigned char)*token >= 0x7f)
            return false;
        w->at[n++] = escaped ? '~' : *token;
        if (escaped)
            w->at[n++] = *token == '~' ? '0' : '1';
    }
    w->at[n] = '\0';
    return true;
}

static const struct rw_foreign *row_of(enum rw_foreign_place place, const char *name,
                                       const json_t *value)
{
    const struct rw_foreign *row = rw_foreign_find(place, name, value);
    const char *near = NULL;

    if (row)
        return row;
    if (place == RW_FOREIGN_TOP)
        near = rw_schema_near(top_names, rw_slice_str(name));
    else if (place == RW_FOREIGN_PARTY)
        near = rw_schema_near(party_names, rw_slice_str(name));
    return near ? rw_foreign_find(place, near, value) : NULL;
}

/* "id", "contactId", "external_id", but not "paid". */
static bool names_an_id(const char *name)
{
    size_t n = strlen(name);

    if (n < 2 || strcasecmp(name + n - 2, "id") != 0)
        return false;
    return n == 2 || name[n - 2] == 'I' || name[n - 3] == '_' || name[n - 3] == '-';
}

static bool documented(const char *at)
{
    static const char *const places[] = {"/to/phoneNumber", "/phoneNumber", "/from/phoneNumber",
                                         "/callerId",       "/providerId",  "/externalContactId",
                                         "/languageId"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (strcmp(places[i], at) == 0)
            return true;
    return false;
}

static bool has_a_number(enum rw_foreign_role role)
{
    return role == RW_FOREIGN_DESTINATION || role == RW_FOREIGN_CALLER;
}

static bool is_party(enum rw_foreign_role role)
{
    return has_a_number(role) || role == RW_FOREIGN_PROVIDER || role == RW_FOREIGN_USER ||
           role == RW_FOREIGN_QUEUE;
}

/* The id of a party that is one end of the call is a user's, or of no concern to us. */
static enum rw_foreign_role role_of_id(enum rw_foreign_role party)
{
    if (party == RW_FOREIGN_CALLER)
        return RW_FOREIGN_USER;
    return is_party(party) && party != RW_FOREIGN_DESTINATION ? party : RW_FOREIGN_OTHER;
}

/* Some give a number as the id of a telephone. */
static bool is_number_as_id(const struct rw_foreign *row, const struct place *parent,
                            const json_t *value)
{
    const char *text = json_string_value(value);

    return row->role == RW_FOREIGN_ID && has_a_number(parent->role) && text && *text == '+';
}

/* What a member is, by its name and by what it stands in. */
static struct place place_of(const struct place *parent, const char *name, const json_t *value)
{
    const struct rw_foreign *row = row_of(parent->place, name, value);
    struct place place = {RW_FOREIGN_DEEP, RW_FOREIGN_NOTHING, false, 2};

    if (parent->place != RW_FOREIGN_DEEP)
        place.remote = parent->place == RW_FOREIGN_PARTY ? parent->remote : 1;
    if (!row) {
        if (names_an_id(name) && !json_is_object(value) && !json_is_array(value))
            place.role = RW_FOREIGN_OTHER;
        return place;
    }
    if (parent->place == RW_FOREIGN_TOP && !row->why)
        place.remote = 0;
    place.role = row->role;
    if (row->role == RW_FOREIGN_SAME || is_number_as_id(row, parent, value)) {
        place.role = has_a_number(parent->role) ? parent->role : RW_FOREIGN_NOTHING;
        place.agent = parent->agent;
    } else if (row->role == RW_FOREIGN_ID) {
        place.role = role_of_id(parent->role);
    }
    if (is_party(place.role))
        place.place = RW_FOREIGN_PARTY;
    return place;
}

/* Does the party say of itself that it is a user? */
static bool says_agent(const json_t *party)
{
    json_t *walked = (json_t *)party; /* jansson's walk takes no const, and changes nothing */
    const char *name;
    json_t *value;

    json_object_foreach(walked, name, value)
    {
        const struct rw_foreign *row = rw_foreign_find(RW_FOREIGN_PARTY, name, value);

        if (row && row->role == RW_FOREIGN_AGENT)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ values */

/*
 * A number that somebody forgot to quote, as its digits. A fraction is a whole number that some
 * program keeps so, unless its last digits are gone; then it is shown as a spreadsheet shows it.
 */
static const char *digits_of(const json_t *value, struct rw_arena *arena)
{
    double real;

    if (json_is_integer(value))
        return rw_arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    real = json_real_value(value);
    if (fabs(real) < 1e15 && floor(real) >= real && fabs(fmod(real, 1000)) > 0)
        return rw_arena_printf(arena, "%.15g", real);
    return rw_arena_printf(arena, "%.5E", real);
}

/* Keeps a text or number that stands at a place with a meaning. False when memory is out. */
static bool keep(struct walk *w, const struct place *place, const json_t *value)
{
    struct rw_guess *guess = w->guess;
    struct rw_guess_find *find;
    struct rw_slice text;

    if (place->role == RW_FOREIGN_NOTHING || place->role == RW_FOREIGN_AGENT ||
        place->role == RW_FOREIGN_DATA)
        return true;
    if (json_is_string(value))
        text = (struct rw_slice){json_string_value(value), json_string_length(value)};
    else if (json_is_number(value))
        text = rw_slice_str(digits_of(value, w->arena));
    else
        return true;
    if (!text.p)
        return false;
    if (guess->count == RW_GUESS_MAX) {
        guess->dropped++;
        return true;
    }
    find = &guess->at[guess->count++];
    *find = (struct rw_guess_find){.role = place->role,
                                   .agent = place->agent,
                                   .documented = documented(w->at),
                                   .remote = place->remote,
                                   .text = text};
    memcpy(find->at, w->at, sizeof(find->at));
    return true;
}

/* Enters a container, or keeps what is none. False when memory is out. */
static bool take(struct walk *w, const struct place *place, json_t *value)
{
    struct frame *frame;

    if (!json_is_object(value) && !json_is_array(value))
        return keep(w, place, value);
    if (w->depth == RW_GUESS_DEPTH || place->role == RW_FOREIGN_DATA)
        return true;
    frame = &w->stack[w->depth++];
    *frame = (struct frame){
        .node = value, .member = json_object_iter(value), .length = strlen(w->at), .place = *place};
    if (json_is_object(value) && place->place == RW_FOREIGN_PARTY && says_agent(value))
        frame->place.agent = true;
    return true;
}

/* The next member or entry of the innermost container. False when memory is out. */
static bool advance(struct walk *w)
{
    struct frame *frame = &w->stack[w->depth - 1];
    struct place place = frame->place;
    json_t *value;

    w->at[frame->length] = '\0';
    if (json_is_array(frame->node)) {
        char index[24];

        value = json_array_get(frame->node, frame->next);
        (void)snprintf(index, sizeof(index), "%zu", frame->next++);
        if (!value)
            w->depth--;
        return !value || !step(w, index) || take(w, &place, value);
    }
    if (!frame->member) {
        w->depth--;
        return true;
    }
    value = json_object_iter_value(frame->member);
    place = place_of(&frame->place, json_object_iter_key(frame->member), value);
    if (!step(w, json_object_iter_key(frame->member)))
        value = NULL;
    frame->member = json_object_iter_next(frame->node, frame->member);
    return !value || take(w, &place, value);
}

const struct rw_address_policy *rw_guess_policy(const struct rw_guess *guess,
                                                enum rw_foreign_role role)
{
    if (!guess->numbers)
        return NULL;
    return role == RW_FOREIGN_CALLER ? &guess->numbers->caller : &guess->numbers->called;
}

bool rw_guess_read(const json_t *body, struct rw_arena *arena, struct rw_guess *ret)
{
    struct walk walk = {.arena = arena, .guess = ret};
    struct place top = {RW_FOREIGN_TOP, RW_FOREIGN_NOTHING, false, 1};
    bool enough;

    ret->count = ret->dropped = 0;
    ret->numbers = NULL;
    enough = take(&walk, &top, (json_t *)body); /* the walk changes nothing */
    while (enough && walk.depth)
        enough = advance(&walk);
    return enough;
}
