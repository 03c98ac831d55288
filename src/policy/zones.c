#include "policy/zones.h"

#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define NAME_MAX_BYTES 64u

struct known {
    char name[NAME_MAX_BYTES];
    struct rw_zone zone;
    bool there;
};

struct rw_zones {
    const char *directory;
    struct rw_arena arena;
    uint32_t count;
    struct known *known[RW_ZONES_MAX];
};

enum rw_class rw_zones_new(struct rw_zones **ret, const char *directory, struct rw_err *err)
{
    struct rw_zones *zones = rw_calloc(1, sizeof(*zones));

    if (!zones)
        return rw_fail_memory(err);
    rw_arena_init(&zones->arena, RW_ZONES_BYTES);
    zones->directory = directory;
    *ret = zones;
    return RW_OK;
}

void rw_zones_free(struct rw_zones *zones)
{
    if (!zones)
        return;
    rw_arena_done(&zones->arena);
    rw_free(zones);
}

/* Letters, digits and what stands between them in tz names: nothing that leads out of the directory. */
static bool is_name(struct rw_slice name)
{
    if (!name.n || name.n >= NAME_MAX_BYTES || name.p[0] == '/')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '_' || c == '-' || c == '+' || c == '/'))
            return false;
    }
    return true;
}

static bool read_file(const char *path, char *bytes, size_t *ret_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t got = 0;

    if (fd < 0)
        return false;
    while (n < RW_ZONE_FILE_MAX && (got = read(fd, bytes + n, RW_ZONE_FILE_MAX - n)) > 0)
        n += (size_t)got;
    (void)close(fd);
    *ret_n = n;
    return got >= 0;
}

static void load(struct rw_zones *zones, struct known *known)
{
    char path[256];
    char *bytes = rw_calloc(1, RW_ZONE_FILE_MAX);
    size_t n;

    (void)snprintf(path, sizeof(path), "%s/%s", zones->directory, known->name);
    known->there =
        bytes && read_file(path, bytes, &n) &&
        rw_zone_parse((struct rw_slice){bytes, n}, &zones->arena, &known->zone, NULL) == RW_OK;
    rw_free(bytes);
}

const struct rw_zone *rw_zones_get(struct rw_zones *zones, struct rw_slice name)
{
    struct known *known;

    for (uint32_t i = 0; i < zones->count; i++)
        if (rw_slice_eq(rw_slice_str(zones->known[i]->name), name))
            return zones->known[i]->there ? &zones->known[i]->zone : NULL;
    if (!is_name(name) || zones->count == RW_ZONES_MAX)
        return NULL;
    known = rw_arena_alloc(&zones->arena, sizeof(*known));
    if (!known)
        return NULL;
    (void)rw_slice_copy(known->name, sizeof(known->name), name);
    load(zones, known);
    zones->known[zones->count++] = known;
    return known->there ? &known->zone : NULL;
}
