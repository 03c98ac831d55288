#include "base/log.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1000 /* with the line feed */

static _Atomic int max_level = RW_LOG_INFO;
static _Atomic bool mask_numbers = true;

void rw_log_set_level(enum rw_log_level level)
{
    max_level = (int)level;
}

void rw_log_set_mask_numbers(bool mask)
{
    mask_numbers = mask;
}

bool rw_log_enabled(enum rw_log_level level)
{
    return (int)level <= max_level;
}

void rw_log(enum rw_log_level level, const char *event, const char *fmt, ...)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    char values[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
    char at[RW_TIME_TEXT];
    va_list ap;
    int n;

    if (!rw_log_enabled(level))
        return;
    va_start(ap, fmt);
    n = vsnprintf(values, sizeof(values), fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    rw_time_format(rw_clock_wall_ms(), at);
    n = snprintf(line, sizeof(line), "%s %s %.100s ", at, names[level], event);
    if (n < 0)
        return;
    /* rw_text_clean() counts a NUL in; the line feed takes its place. */
    n += (int)rw_text_clean(line + n, sizeof(line) - (size_t)n, rw_slice_str(values));
    line[n++] = '\n';
    (void)!write(STDERR_FILENO, line, (size_t)n);
}

const char *rw_log_quote(char buf[RW_LOG_VALUE], struct rw_slice text)
{
    size_t out = 0;
    char clean[RW_LOG_VALUE];
    struct rw_slice rest = {clean, rw_text_clean(clean, sizeof(clean), text)};

    buf[out++] = '"';
    while (rest.n) {
        uint32_t cp;
        size_t n = rw_utf8_decode(rest, &cp);
        bool escape = *rest.p == '"' || *rest.p == '\\';

        if (out + escape + n > RW_LOG_VALUE - 2)
            break;
        if (escape)
            buf[out++] = '\\';
        memcpy(buf + out, rest.p, n);
        out += n;
        rest = rw_slice_from(rest, n);
    }
    buf[out++] = '"';
    buf[out] = '\0';
    return buf;
}

static bool continues(char c) /* is no first byte of a character */
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

const char *rw_log_number(char buf[RW_LOG_VALUE], struct rw_slice number)
{
    size_t n = rw_text_clean(buf, RW_LOG_VALUE, number);

    if (mask_numbers && n > 4) {
        size_t from = n > 9 ? 5 : 1, to = n - 2;

        while (continues(buf[from]))
            from--;
        while (continues(buf[to]))
            to--;
        if (to > from)
            memset(buf + from, '*', to - from);
    }
    return buf;
}

bool rw_log_allow(struct rw_log_limit *limit, uint64_t now_ms, uint64_t *ret_suppressed)
{
    if (limit->last_ms && now_ms - limit->last_ms < 1000) {
        limit->suppressed++;
        return false;
    }
    *ret_suppressed = limit->suppressed;
    limit->suppressed = 0;
    limit->last_ms = now_ms;
    return true;
}
