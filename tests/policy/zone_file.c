#include "zone_file.h"

#include "../test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TYPES_MAX 16

static char *put(char *p, uint64_t value, int n)
{
    for (int i = n - 1; i >= 0; i--)
        *p++ = (char)(value >> (8 * i));
    return p;
}

static char *put_header(char *p, size_t times, size_t types)
{
    memcpy(p, "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    p += 20;
    for (int i = 0; i < 3; i++)
        p = put(p, 0, 4);
    p = put(p, times, 4);
    p = put(p, types, 4);
    return put(p, 4, 4);
}

size_t zone_file(char *bytes, size_t size, int32_t first_offset_s,
                 const struct zone_change *changes, size_t count, const char *rule)
{
    char *p = put_header(bytes, 0, 1);

    assert_true(size > 200 + 15 * count + strlen(rule) && count < 255);
    p = put(p, 0, 6);
    p = put(p, 0, 4);
    p = put_header(p, count, count + 1);
    for (size_t i = 0; i < count; i++)
        p = put(p, (uint64_t)changes[i].at_s, 8);
    for (size_t i = 0; i < count; i++)
        p = put(p, i + 1, 1);
    p = put(put(p, (uint32_t)first_offset_s, 4), 0, 2);
    for (size_t i = 0; i < count; i++)
        p = put(put(p, (uint32_t)changes[i].offset_s, 4), 0, 2);
    p = put(p, 0, 4);
    return (size_t)(p - bytes) + (size_t)sprintf(p, "\n%s\n", rule);
}

const char *zone_directory(const char *const names_and_rules[])
{
    static char directory[64];

    (void)snprintf(directory, sizeof(directory), "/tmp/ringwright-zones-XXXXXX");
    assert_non_null(mkdtemp(directory));
    for (const char *const *name = names_and_rules; *name; name += 2) {
        char path[128], bytes[512];
        size_t n = zone_file(bytes, sizeof(bytes), 0, NULL, 0, name[1]);
        FILE *file;

        (void)snprintf(path, sizeof(path), "%s/%s", directory, *name);
        file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, n, file), n);
        assert_int_equal(fclose(file), 0);
    }
    return directory;
}

void zone_directory_remove(const char *directory, const char *const names_and_rules[])
{
    for (const char *const *name = names_and_rules; *name; name += 2) {
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/%s", directory, *name);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(directory), 0);
}
