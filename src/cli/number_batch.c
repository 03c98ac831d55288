#include "cli/number_batch.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cli/number_json.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define BLOCK (256u << 10) /* bytes read, and bytes written, at once */
#define KEPT 1024u         /* of a line that is longer than a block; more than the engine reads */
#define PROGRESS_MS 250

struct state {
    const struct rw_cli_batch *batch;
    struct rw_buf out;
    char *block;
    size_t have;       /* bytes in block: a line's beginning */
    uint64_t dropped;  /* bytes of that line that were left out behind its first KEPT - 1 */
    uint64_t lines;    /* done */
    uint64_t begun_ms; /* when the first was read */
    uint64_t told_ms;  /* when progress was shown */
};

/* ------------------------------------------------------------------ descriptors */

/* True when it is worth trying again: a signal came, or a descriptor that does not wait is not ready. */
static bool again(int fd, short events)
{
    struct pollfd wait = {.fd = fd, .events = events};

    if (errno == EINTR)
        return true;
    if (errno != EAGAIN)
        return false;
    return poll(&wait, 1, -1) >= 0 || errno == EINTR;
}

static ssize_t read_some(int fd, char *dst, size_t size)
{
    ssize_t n;

    do
        n = read(fd, dst, size);
    while (n < 0 && again(fd, POLLIN));
    return n;
}

static const char *write_out(struct state *s)
{
    size_t at = 0;

    if (s->out.failed) {
        errno = ENOMEM;
        return "cannot keep the answers";
    }
    while (at < s->out.len) {
        ssize_t n = write(s->batch->out, s->out.p + at, s->out.len - at);

        if (n >= 0)
            at += (size_t)n;
        else if (!again(s->batch->out, POLLOUT))
            return "cannot write the answers";
    }
    rw_buf_clear(&s->out);
    return NULL;
}

/* ------------------------------------------------------------------ progress */

static void tell(struct state *s, bool last)
{
    uint64_t now = rw_clock_mono_ms(), passed = now - s->begun_ms;

    if (!s->batch->progress || (!last && now - s->told_ms < PROGRESS_MS))
        return;
    s->told_ms = now;
    fprintf(s->batch->progress, "\r%llu lines, %llu a second   %s", (unsigned long long)s->lines,
            (unsigned long long)(s->lines * 1000 / (passed ? passed : 1)), last ? "\n" : "");
    (void)fflush(s->batch->progress);
}

/* ------------------------------------------------------------------ lines */

/* One line without its "\n". */
static const char *line(struct state *s, struct rw_slice text)
{
    struct rw_json_writer w = rw_json_writer(&s->out);
    struct rw_address address;

    if (text.n && text.p[text.n - 1] == '\r')
        text.n--;
    rw_address_judge(text.p, text.n, s->batch->policy, &address);
    rw_cli_number_json(&w, text, text.n + s->dropped, &address, false);
    rw_buf_putc(&s->out, '\n');
    s->dropped = 0;
    s->lines++;
    return s->out.len >= BLOCK || s->out.failed ? write_out(s) : NULL;
}

/* Keeps the beginning of a line that fills the block, and its last byte, which may be the "\r". */
static void shorten(struct state *s)
{
    if (s->have <= KEPT)
        return;
    s->block[KEPT - 1] = s->block[s->have - 1];
    s->dropped += s->have - KEPT;
    s->have = KEPT;
}

/* The block has `fresh` more bytes: does the lines that are whole, moves the rest to its front. */
static const char *lines(struct state *s, size_t fresh)
{
    size_t from = 0, look = s->have;
    const char *wrong = NULL;

    s->have += fresh;
    while (!wrong) {
        const char *lf = look < s->have ? memchr(s->block + look, '\n', s->have - look) : NULL;
        size_t end = lf ? (size_t)(lf - s->block) : 0;

        if (!lf)
            break;
        wrong = line(s, (struct rw_slice){s->block + from, end - from});
        from = look = end + 1;
    }
    s->have -= from;
    memmove(s->block, s->block + from, s->have);
    shorten(s);
    return wrong;
}

static const char *run(struct state *s)
{
    const char *wrong;

    for (;;) {
        ssize_t n = read_some(s->batch->in, s->block + s->have, BLOCK - s->have);

        if (n < 0)
            return "cannot read the list";
        if (n == 0)
            break;
        if (!s->begun_ms)
            s->begun_ms = s->told_ms = rw_clock_mono_ms();
        wrong = lines(s, (size_t)n);
        if (!wrong)
            wrong = write_out(s);
        if (wrong)
            return wrong;
        tell(s, false);
    }
    wrong = s->have ? line(s, (struct rw_slice){s->block, s->have}) : NULL;
    return wrong ? wrong : write_out(s);
}

const char *rw_cli_number_batch(const struct rw_cli_batch *batch)
{
    struct state s = {.batch = batch, .block = rw_calloc(BLOCK, 1)};
    const char *wrong = "cannot keep the list";
    int why = ENOMEM;

    rw_buf_init(&s.out, BLOCK + RW_CLI_NUMBER_JSON_MAX);
    if (s.block) {
        wrong = run(&s);
        why = errno;
        tell(&s, true);
    }
    rw_buf_done(&s.out);
    rw_free(s.block);
    errno = why;
    return wrong;
}
