#include "event/trace.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>

struct entry {
    struct rw_trace_entry head; /* message and length are filled in on reading */
    size_t at, length;          /* in bytes[] */
};

/* entries[] is a ring of `capacity`, bytes[] one of `size`; a message never wraps around its end. */
static struct {
    pthread_mutex_t lock;
    struct entry *entries;
    char *bytes;
    uint32_t capacity, first, count;
    size_t size, write_at;
    uint64_t last_n;
} ring = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_bool on;

/* ------------------------------------------------------------------ headers of a message */

/* The next header line (without its end) and the rest; false at the empty line or the end. */
static bool next_line(struct rw_slice *rest, struct rw_slice *ret_line)
{
    const char *end;
    size_t n;

    if (rest->n == 0)
        return false;
    end = memchr(rest->p, '\n', rest->n);
    n = end ? (size_t)(end - rest->p) : rest->n;
    *ret_line = (struct rw_slice){rest->p, n};
    *rest = rw_slice_from(*rest, end ? n + 1 : n);
    if (ret_line->n && ret_line->p[ret_line->n - 1] == '\r')
        ret_line->n--;
    return ret_line->n > 0;
}

/* The value when the line is a header of that name; {NULL, 0} otherwise. */
static struct rw_slice value_of(struct rw_slice line, struct rw_slice name)
{
    size_t i = name.n;

    if (line.n < name.n || !rw_slice_ieq((struct rw_slice){line.p, name.n}, name))
        return (struct rw_slice){NULL, 0};
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    if (i >= line.n || line.p[i] != ':')
        return (struct rw_slice){NULL, 0};
    i++;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    return i < line.n ? rw_slice_from(line, i) : (struct rw_slice){line.p + line.n, 0};
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "xx-<uuid>-s", of a further trunk "xx-<uuid>-t2": whose message this is. */
static void read_call_id(struct rw_slice id, struct rw_trace_entry *head)
{
    struct rw_slice uuid = {id.p + 3, RW_ID_TEXT - 1};
    size_t fixed = 3 + uuid.n + 2;
    char leg;

    if (id.n < fixed || id.n > fixed + 1 || !is_hex(id.p[0]) || !is_hex(id.p[1]) ||
        id.p[2] != '-' || !rw_id_is_uuid(uuid) || id.p[fixed - 2] != '-')
        return;
    leg = id.p[fixed - 1];
    if (leg != 't' && (leg != 's' || id.n > fixed))
        return;
    if (id.n > fixed && (id.p[fixed] < '2' || id.p[fixed] > '9'))
        return;
    (void)rw_slice_copy(head->conversation_id, sizeof(head->conversation_id), uuid);
    head->leg = leg == 's' ? 0 : 1;
}

static void find_call_id(struct rw_slice message, struct rw_trace_entry *head)
{
    struct rw_slice line;

    while (next_line(&message, &line)) {
        struct rw_slice value = value_of(line, RW_LIT("call-id"));

        if (!value.p)
            value = value_of(line, RW_LIT("i"));
        if (value.p) {
            while (value.n && (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t'))
                value.n--;
            read_call_id(value, head);
            return;
        }
    }
}

/* ------------------------------------------------------------------ secrets */

static void stars(char *p, size_t n)
{
    memset(p, '*', n);
}

static size_t skip_blank(struct rw_slice s, size_t i)
{
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    return i;
}

/* Masks the value of each `response` parameter in one line of credentials. */
static void mask_responses(char *base, struct rw_slice line)
{
    static const struct rw_slice name = {"response", 8};

    for (size_t i = 0; i + name.n < line.n; i++) {
        size_t from, to;

        if (!rw_slice_ieq((struct rw_slice){line.p + i, name.n}, name))
            continue;
        from = skip_blank(line, i + name.n);
        if (from >= line.n || line.p[from] != '=')
            continue;
        from = skip_blank(line, from + 1);
        if (from < line.n && line.p[from] == '"')
            for (to = ++from; to < line.n && line.p[to] != '"'; to++)
                ;
        else
            for (to = from; to < line.n && line.p[to] != ',' && line.p[to] != ' '; to++)
                ;
        stars(base + (line.p + from - base), to - from);
        i = to;
    }
}

/* Keys of SRTP (RFC 4568, 9.1): all behind an "inline:", wherever in the message it stands. */
static void mask_keys(char *base, size_t n)
{
    static const struct rw_slice mark = {"inline:", 7};
    const char *p = base, *end = base + n, *colon;

    while ((colon = memchr(p, ':', (size_t)(end - p)))) {
        size_t from = (size_t)(colon - base) + 1, to = from;

        p = colon + 1;
        if (from < mark.n || !rw_slice_ieq((struct rw_slice){p - mark.n, mark.n}, mark))
            continue;
        while (to < n && (unsigned char)base[to] > ' ')
            to++;
        stars(base + from, to - from);
        p = base + to;
    }
}

/* "Signal=5" of it, or all of a line that is nothing but a key. */
static void mask_key(char *line, size_t n)
{
    static const struct rw_slice mark = {"signal", 6};
    const char *equals = memchr(line, '=', n);
    size_t from = 0;

    while (from < n && (line[from] == ' ' || line[from] == '\t'))
        from++;
    if (equals &&
        (from + mark.n > n || !rw_slice_ieq((struct rw_slice){line + from, mark.n}, mark)))
        return;
    for (size_t i = equals ? (size_t)(equals - line) + 1 : from; i < n; i++)
        if ((unsigned char)line[i] >= ' ')
            line[i] = '*';
}

/* Keys that somebody pressed (sip/info.h): a card's number may be among them. */
static void mask_signal(char *base, size_t n)
{
    char *line = memmem(base, n, "\r\n\r\n", 4), *end = base + n;

    for (line = line ? line + 4 : end; line < end;) {
        char *next = memchr(line, '\n', (size_t)(end - line));

        next = next ? next + 1 : end;
        mask_key(line, (size_t)(next - line));
        line = next;
    }
}

/* base: our own copy of the message, masked in place: nothing moves. */
static void mask(char *base, size_t n)
{
    struct rw_slice rest = {base, n}, line;
    bool inside = false; /* a folded line continues credentials */

    mask_keys(base, n);
    if (n > 5 && memcmp(base, "INFO ", 5) == 0)
        mask_signal(base, n);

    while (next_line(&rest, &line)) {
        struct rw_slice value = {NULL, 0};

        if (line.p[0] != ' ' && line.p[0] != '\t') {
            value = value_of(line, RW_LIT("authorization"));
            if (!value.p)
                value = value_of(line, RW_LIT("proxy-authorization"));
            inside = value.p != NULL;
        }
        if (!inside)
            continue;
        if (value.n &&
            !(value.n > 6 && rw_slice_ieq((struct rw_slice){value.p, 6}, RW_LIT("digest"))))
            stars(base + (value.p - base), value.n);
        else
            mask_responses(base, line);
    }
}

/* ------------------------------------------------------------------ the ring */

enum rw_class rw_trace_start(uint32_t messages, size_t bytes, struct rw_err *err)
{
    if (messages == 0)
        return RW_OK;
    if (bytes < RW_TRACE_MESSAGE_MAX)
        bytes = RW_TRACE_MESSAGE_MAX;
    ring.entries = rw_calloc(messages, sizeof(*ring.entries));
    ring.bytes = rw_calloc(bytes, 1);
    if (!ring.entries || !ring.bytes) {
        rw_trace_stop();
        return rw_fail_memory(err);
    }
    ring.capacity = messages;
    ring.size = bytes;
    atomic_store(&on, true);
    return RW_OK;
}

void rw_trace_stop(void)
{
    atomic_store(&on, false);
    (void)pthread_mutex_lock(&ring.lock);
    rw_free(ring.entries);
    rw_free(ring.bytes);
    ring.entries = NULL;
    ring.bytes = NULL;
    ring.capacity = ring.first = ring.count = 0;
    ring.size = ring.write_at = 0;
    ring.last_n = 0;
    (void)pthread_mutex_unlock(&ring.lock);
}

bool rw_trace_is_on(void)
{
    return atomic_load_explicit(&on, memory_order_relaxed);
}

static void forget_oldest(void)
{
    ring.first = (ring.first + 1) % ring.capacity;
    ring.count--;
}

/*
 * A place for n bytes. The oldest messages are those that lie next after write_at, in order, so
 * forgetting from the front until none overlaps is enough.
 */
static size_t take_place(size_t n)
{
    size_t at = ring.write_at;

    if (ring.count == ring.capacity)
        forget_oldest();
    if (ring.size - at < n) {
        while (ring.count && ring.entries[ring.first].at >= at)
            forget_oldest();
        at = 0;
    }
    while (ring.count) {
        const struct entry *oldest = &ring.entries[ring.first];

        if (oldest->at >= at + n || oldest->at + oldest->length <= at)
            break;
        forget_oldest();
    }
    ring.write_at = at + n;
    return at;
}

static void copy_text(char *dst, size_t size, const char *text)
{
    (void)rw_text_clean(dst, size, rw_slice_str(text));
}

void rw_trace_add(bool sent, const char *transport, const char *local, const char *peer,
                  struct rw_slice message)
{
    struct entry e = {.head = {.sent = sent, .leg = -1, .at_ms = rw_clock_wall_ms()}};

    if (!rw_trace_is_on() || message.n == 0)
        return;
    e.head.cut = message.n > RW_TRACE_MESSAGE_MAX;
    e.length = e.head.cut ? RW_TRACE_MESSAGE_MAX : message.n;
    copy_text(e.head.transport, sizeof(e.head.transport), transport);
    copy_text(e.head.local, sizeof(e.head.local), local);
    copy_text(e.head.peer, sizeof(e.head.peer), peer);
    find_call_id(message, &e.head);
    (void)pthread_mutex_lock(&ring.lock);
    if (ring.capacity) {
        e.at = take_place(e.length);
        memcpy(ring.bytes + e.at, message.p, e.length);
        mask(ring.bytes + e.at, e.length);
        e.head.n = ++ring.last_n;
        ring.entries[(ring.first + ring.count++) % ring.capacity] = e;
    }
    (void)pthread_mutex_unlock(&ring.lock);
}

static bool wanted(const struct entry *e, uint64_t after_n, const char *conversation_id)
{
    return e->head.n > after_n &&
           (!conversation_id || strcmp(e->head.conversation_id, conversation_id) == 0);
}

/* Copies what is wanted into the arena; returns how many fitted. Called with the lock held. */
static size_t copy_out(uint64_t after_n, const char *conversation_id, struct rw_trace_entry *list,
                       size_t max, struct rw_arena *arena, uint64_t *next)
{
    size_t count = 0;

    for (uint32_t i = 0; i < ring.count && count < max; i++) {
        const struct entry *e = &ring.entries[(ring.first + i) % ring.capacity];
        char *copy;

        if (wanted(e, after_n, conversation_id)) {
            copy = rw_arena_copy(arena, (struct rw_slice){ring.bytes + e->at, e->length});
            if (!copy)
                break;
            list[count] = e->head;
            list[count].message = copy;
            list[count++].length = e->length;
        }
        if (e->head.n > *next)
            *next = e->head.n;
    }
    return count;
}

enum rw_class rw_trace_read(uint64_t after_n, const char *conversation_id, uint32_t max,
                            struct rw_arena *arena, struct rw_trace_entry **ret, size_t *ret_count,
                            uint64_t *ret_next, struct rw_err *err)
{
    struct rw_trace_entry *list = NULL;
    uint64_t next = after_n;
    size_t found = 0, count = 0;

    (void)pthread_mutex_lock(&ring.lock);
    for (uint32_t i = 0; i < ring.count && found < max; i++)
        found += wanted(&ring.entries[(ring.first + i) % ring.capacity], after_n, conversation_id);
    if (found) {
        list = rw_arena_alloc(arena, found * sizeof(*list));
        if (list)
            count = copy_out(after_n, conversation_id, list, found, arena, &next);
    } else if (ring.last_n > next) {
        next = ring.last_n;
    }
    (void)pthread_mutex_unlock(&ring.lock);
    if (found && !count)
        return rw_fail_memory(err);
    *ret = list;
    *ret_count = count;
    *ret_next = next;
    return RW_OK;
}
