#include "base/utf8.h"

size_t rw_utf8_decode(struct rw_slice s, uint32_t *ret_cp)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)s.p;
    uint32_t cp;
    size_t n;

    if (s.n == 0)
        return 0;
    if (p[0] < 0x80) {
        *ret_cp = p[0];
        return 1;
    }
    if (p[0] >= 0xc2 && p[0] < 0xe0) {
        n = 2;
        cp = p[0] & 0x1fu;
    } else if (p[0] >= 0xe0 && p[0] < 0xf0) {
        n = 3;
        cp = p[0] & 0x0fu;
    } else if (p[0] >= 0xf0 && p[0] < 0xf5) {
        n = 4;
        cp = p[0] & 0x07u;
    } else {
        return 0;
    }
    if (s.n < n)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        cp = cp << 6 | (p[i] & 0x3fu);
    }
    if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        return 0;
    *ret_cp = cp;
    return n;
}

size_t rw_utf8_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp >= 0xd800 && cp < 0xe000)
        return 0;
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    if (cp > 0x10ffff)
        return 0;
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

size_t rw_utf8_count(struct rw_slice s)
{
    size_t count = 0;

    while (s.n) {
        uint32_t cp;
        size_t n = rw_utf8_decode(s, &cp);

        s = rw_slice_from(s, n ? n : 1);
        count++;
    }
    return count;
}

size_t rw_utf8_valid_prefix(struct rw_slice s)
{
    size_t at = 0;

    while (at < s.n) {
        uint32_t cp;
        size_t n = rw_utf8_decode(rw_slice_from(s, at), &cp);

        if (n == 0)
            break;
        at += n;
    }
    return at;
}

struct rw_slice rw_utf8_cut(struct rw_slice s, size_t most)
{
    size_t n = most;

    if (s.n <= most)
        return s;
    while (n && most - n < 3 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return (struct rw_slice){s.p, n};
}
