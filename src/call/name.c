#include "call/call.h"

/* The texts by which values are stored, shown and read back. */
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char *const events[RW_EVENTS] = {"created",     "offered",   "dialing",   "ringing",
                                              "early_media", "connected", "leg_ended", "ended"};

static const char *const disconnects[] = {
    "",     "endpoint",          "client", "system",    "timeout",
    "peer", "transport.failure", "error",  "uncallable"};

static const char *const speakers[] = {"", "station", "carrier", "api", "server"};

static const char *const leg_states[] = {"none",      "calling",    "ringing", "early",
                                         "connected", "cancelling", "done"};

static const char *name(const char *const *names, size_t count, unsigned i)
{
    return i < count ? names[i] : "";
}

/* Index of text in names; -1 when it is none of them. The empty name is no name. */
static int parse(const char *const *names, size_t count, struct rw_slice text)
{
    for (size_t i = 0; i < count; i++)
        if (text.n && rw_slice_eq(rw_slice_str(names[i]), text))
            return (int)i;
    return -1;
}

const char *rw_call_event_name(enum rw_call_event event)
{
    return name(events, COUNT(events), event);
}

const char *rw_disconnect_name(enum rw_disconnect disconnect)
{
    return name(disconnects, COUNT(disconnects), disconnect);
}

const char *rw_said_by_name(enum rw_said_by said_by)
{
    return name(speakers, COUNT(speakers), said_by);
}

const char *rw_leg_state_name(enum rw_leg_state state)
{
    return name(leg_states, COUNT(leg_states), state);
}

bool rw_call_event_parse(struct rw_slice text, enum rw_call_event *ret)
{
    int i = parse(events, COUNT(events), text);

    if (i >= 0)
        *ret = (enum rw_call_event)i;
    return i >= 0;
}

bool rw_disconnect_parse(struct rw_slice text, enum rw_disconnect *ret)
{
    int i = parse(disconnects, COUNT(disconnects), text);

    if (i >= 0)
        *ret = (enum rw_disconnect)i;
    return i >= 0;
}

bool rw_said_by_parse(struct rw_slice text, enum rw_said_by *ret)
{
    int i = parse(speakers, COUNT(speakers), text);

    if (i >= 0)
        *ret = (enum rw_said_by)i;
    return i >= 0;
}
