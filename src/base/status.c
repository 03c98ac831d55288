#include "base/status.h"

static const struct {
    unsigned short http, sip;
    unsigned char exit;
} table[RW_CLASS_COUNT] = {
    [RW_OK] = {200, 200, 0},
    [RW_MALFORMED] = {400, 400, 1},
    [RW_UNAUTHENTICATED] = {401, 401, 77},
    [RW_FORBIDDEN] = {403, 403, 77},
    [RW_NOT_FOUND] = {404, 404, 1},
    [RW_BAD_METHOD] = {405, 405, 1},
    [RW_CONFLICT] = {409, 491, 1},
    [RW_TOO_LARGE] = {413, 413, 1},
    [RW_BAD_MEDIA_TYPE] = {415, 415, 1},
    [RW_LIMIT] = {429, 480, 75},
    [RW_TOO_SLOW] = {408, 408, 75},
    [RW_NO_MEMORY] = {503, 503, 75},
    [RW_IO] = {503, 503, 75},
    [RW_UNAVAILABLE] = {503, 503, 69},
    [RW_BUG] = {500, 500, 70},
};

unsigned rw_status_http(enum rw_class class)
{
    return table[class].http;
}

unsigned rw_status_sip(enum rw_class class)
{
    return table[class].sip;
}

int rw_status_exit(enum rw_class class)
{
    return table[class].exit;
}
