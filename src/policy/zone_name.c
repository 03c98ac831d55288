#include "policy/zone_name.h"

#include "base/mem.h"
#include "base/near.h"
#include "policy/zones.h"

#include <stdio.h>

#define FAR 4u      /* slips that a whole name may have, and one more */
#define CITY_FAR 3u /* the same of a city alone */

bool rw_zone_name_known(const char *directory, struct rw_slice name)
{
    struct rw_zones *zones;
    bool known;

    if (rw_zones_new(&zones, directory, NULL) != RW_OK)
        return false;
    known = rw_zones_get(zones, name) != NULL;
    rw_zones_free(zones);
    return known;
}

/* The third column of "SG\t+0117+10351\tAsia/Singapore\tcomment"; empty where there is none. */
static struct rw_slice name_in(const char *line)
{
    const char *at = line;

    for (int column = 0; column < 2; column++) {
        at = strchr(at, '\t');
        if (!at)
            return (struct rw_slice){line, 0};
        at++;
    }
    return (struct rw_slice){at, *line == '#' ? 0 : strcspn(at, "\t\r\n")};
}

static struct rw_slice city_of(struct rw_slice name)
{
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '/')
            return rw_slice_from(name, i + 1);
    return name;
}

/* The city alone is less sure than the whole name. */
static unsigned distance(struct rw_slice given, struct rw_slice zone)
{
    unsigned whole = rw_near_distance(given, zone);
    unsigned city = rw_near_distance(given, city_of(zone));

    if (whole < FAR)
        return whole;
    return city < CITY_FAR && given.n > 3 * (size_t)city ? FAR + city : RW_NEAR_FAR;
}

bool rw_zone_name_nearest(const char *directory, struct rw_slice name, char dst[RW_ZONE_NAME_SIZE])
{
    char path[256], line[512], given[RW_ZONE_NAME_SIZE];
    unsigned least = RW_NEAR_FAR;
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/zone.tab", directory);
    if (!name.n || !rw_slice_copy(given, sizeof(given), name))
        return false;
    for (char *p = given; *p; p++)
        if (*p == ' ')
            *p = '_'; /* New York is New_York */
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        struct rw_slice zone = name_in(line);
        unsigned far = zone.n ? distance(rw_slice_str(given), zone) : RW_NEAR_FAR;

        if (far < least && rw_slice_copy(dst, RW_ZONE_NAME_SIZE, zone))
            least = far;
    }
    if (file)
        (void)fclose(file);
    return least < RW_NEAR_FAR;
}
