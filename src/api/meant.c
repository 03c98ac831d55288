#include "api/meant.h"

#include "api/number.h"
#include "base/utf8.h"

#include <stdio.h>

#define CALLER_NAME_MAX 64 /* characters, as the description has it of callerIdName */
#define REMOTE_MAX 2
#define CHOICES_MAX 4 /* more are not told apart */

struct choice {
    const struct rw_guess_find *find;
    char e164[17];    /* "": nobody can say */
    uint32_t choices; /* different numbers equally near; none is chosen then */
};

/* Not even an attempt at a number. */
static bool is_none(const char *code)
{
    static const char *const codes[] = {"address.placeholder",
                                        "address.is_an_id",
                                        "address.empty",
                                        "address.no_digits",
                                        "address.not_a_number",
                                        "address.scheme_unknown",
                                        NULL};

    for (size_t i = 0; code && codes[i]; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

static bool counts(const struct rw_guess_find *find, enum rw_foreign_role role, unsigned remote)
{
    return find->role == role && find->remote == remote && (!find->agent || find->documented);
}

/* What was seen so far, as E.164 numbers where it can be, to tell whether two texts mean the same. */
struct seen {
    uint32_t count;
    char at[CHOICES_MAX][17];
};

static bool is_new(struct seen *seen, const char *e164)
{
    for (uint32_t i = 0; i < seen->count; i++)
        if (strcmp(seen->at[i], e164) == 0)
            return false;
    if (seen->count < CHOICES_MAX)
        (void)snprintf(seen->at[seen->count++], sizeof(seen->at[0]), "%s", e164);
    return true;
}

/* Chooses among what is equally near. False: there is nothing that could be a number. */
static bool choose_at(const struct rw_guess *guess, enum rw_foreign_role role, unsigned remote,
                      struct choice *ret)
{
    struct seen seen = {.count = 0};
    struct choice choice = {.find = NULL};

    for (uint32_t i = 0; i < guess->count; i++) {
        const struct rw_guess_find *find = &guess->at[i];
        struct rw_address address;
        char key[17];
        bool usable;

        if (!counts(find, role, remote))
            continue;
        usable = rw_number_guess(find->text, rw_guess_policy(guess, role), &address);
        if (!usable && is_none(address.code))
            continue;
        (void)snprintf(key, sizeof(key), "%.*s", (int)(find->text.n < 16 ? find->text.n : 16),
                       find->text.p);
        if (!is_new(&seen, usable ? address.e164 : key))
            continue;
        choice.choices++;
        choice.find = find;
        (void)snprintf(choice.e164, sizeof(choice.e164), "%s", usable ? address.e164 : "");
    }
    if (!choice.choices)
        return false;
    *ret = choice;
    if (choice.choices > 1)
        *ret = (struct choice){.choices = choice.choices};
    else
        ret->choices = 0;
    return true;
}

static struct choice choose(const struct rw_guess *guess, enum rw_foreign_role role)
{
    struct choice choice = {.find = NULL};

    for (unsigned remote = 0; remote <= REMOTE_MAX; remote++)
        if (choose_at(guess, role, remote, &choice))
            break;
    return choice;
}

/* The first thing that stands where one should be found; documented places before others. */
static const struct rw_guess_find *first_of(const struct rw_guess *guess, enum rw_foreign_role role)
{
    for (unsigned remote = 0; remote <= REMOTE_MAX; remote++)
        for (uint32_t i = 0; i < guess->count; i++)
            if (counts(&guess->at[i], role, remote))
                return &guess->at[i];
    return NULL;
}

/* A name to show that could be shown. */
static const char *name_of(const json_t *value)
{
    const char *name = json_string_value(value);

    for (const char *p = name; p && *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return NULL;
    if (!name || !*name || rw_utf8_count(rw_slice_str(name)) > CALLER_NAME_MAX)
        return NULL;
    return name;
}

void rw_meant_choose(const struct rw_guess *guess, const json_t *body, struct rw_meant *ret)
{
    struct choice to = choose(guess, RW_FOREIGN_DESTINATION);
    struct choice from = choose(guess, RW_FOREIGN_CALLER);
    const struct rw_guess_find *provider = first_of(guess, RW_FOREIGN_PROVIDER);
    const struct rw_guess_find *caller = from.find ? from.find : first_of(guess, RW_FOREIGN_CALLER);

    *ret = (struct rw_meant){
        .wish = {.to_at = "/to/phoneNumber",
                 .from_at = "/from/phoneNumber",
                 .provider_at = "/providerId",
                 .contract_form = json_is_string(json_object_get(body, "phoneNumber")),
                 .caller_name = name_of(json_object_get(body, "callerIdName"))},
        .to_choices = to.choices,
    };
    if (to.find) {
        ret->wish.to = to.find->text;
        memcpy(ret->wish.to_at, to.find->at, sizeof(ret->wish.to_at));
        memcpy(ret->to_e164, to.e164, sizeof(ret->to_e164));
    } else if (!to.choices) {
        ret->like = first_of(guess, RW_FOREIGN_DESTINATION);
    }
    if (caller) {
        ret->wish.from = caller->text;
        memcpy(ret->wish.from_at, caller->at, sizeof(ret->wish.from_at));
        memcpy(ret->from_e164, from.e164, sizeof(ret->from_e164));
    }
    if (provider && provider->text.n) {
        ret->wish.provider_id = provider->text;
        ret->wish.provider_at = provider->at;
    }
}
