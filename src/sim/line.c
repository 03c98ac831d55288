#include "sim/line.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <unistd.h>

#define LINE_MAX 8192

void rw_sim_line_init(struct rw_sim_line *line, int fd)
{
    rw_buf_init(&line->buf, LINE_MAX);
    line->fd = fd;
    line->on = false;
}

void rw_sim_line_done(struct rw_sim_line *line)
{
    rw_buf_done(&line->buf);
}

/* RFC 8259, section 7. Bytes that are no UTF-8 become U+FFFD. */
static void put_string(struct rw_buf *buf, struct rw_slice text)
{
    rw_buf_putc(buf, '"');
    while (text.n) {
        uint32_t cp;
        size_t n = rw_utf8_decode(text, &cp);

        if (n == 0) {
            rw_buf_puts(buf, "\\ufffd");
            n = 1;
        } else if (cp < 0x20) {
            rw_buf_printf(buf, "\\u%04x", cp);
        } else {
            if (cp == '"' || cp == '\\')
                rw_buf_putc(buf, '\\');
            rw_buf_put(buf, (struct rw_slice){text.p, n});
        }
        text.p += n;
        text.n -= n;
    }
    rw_buf_putc(buf, '"');
}

static void put_key(struct rw_sim_line *line, const char *key)
{
    rw_buf_printf(&line->buf, ",\"%s\":", key);
}

void rw_sim_line_begin(struct rw_sim_line *line, const char *event, struct rw_slice call_id)
{
    line->on = line->fd >= 0;
    if (!line->on)
        return;
    rw_buf_clear(&line->buf);
    rw_buf_printf(&line->buf, "{\"event\":\"%s\"", event);
    rw_sim_line_number(line, "t_ms", rw_clock_wall_ms());
    if (call_id.n)
        rw_sim_line_text(line, "call_id", call_id);
}

void rw_sim_line_text(struct rw_sim_line *line, const char *key, struct rw_slice value)
{
    if (!line->on)
        return;
    put_key(line, key);
    put_string(&line->buf, value);
}

void rw_sim_line_number(struct rw_sim_line *line, const char *key, uint64_t value)
{
    if (!line->on)
        return;
    put_key(line, key);
    rw_buf_putu(&line->buf, value);
}

void rw_sim_line_level(struct rw_sim_line *line, const char *key, double value)
{
    if (!line->on)
        return;
    put_key(line, key);
    rw_buf_printf(&line->buf, "%.1f", value);
}

void rw_sim_line_flag(struct rw_sim_line *line, const char *key, bool value)
{
    if (!line->on)
        return;
    put_key(line, key);
    rw_buf_puts(&line->buf, value ? "true" : "false");
}

void rw_sim_line_end(struct rw_sim_line *line)
{
    ssize_t written;

    if (!line->on)
        return;
    line->on = false;
    rw_buf_puts(&line->buf, "}\n");
    if (line->buf.failed)
        return;
    written = write(line->fd, line->buf.p, line->buf.len);
    (void)written; /* nobody reads any more */
}
