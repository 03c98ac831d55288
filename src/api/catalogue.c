#include "api/catalogue.h"

#include "api/schema.h"
#include "api/tables.h"

static int compare(struct rw_slice code, const char *entry)
{
    size_t n = strlen(entry);
    int order = memcmp(code.p, entry, code.n < n ? code.n : n);

    return order ? order : (code.n > n) - (code.n < n);
}

const struct rw_catalogue_entry *rw_catalogue_find(struct rw_slice code)
{
    size_t low = 0, high = rw_catalogue_size;

    if (code.n == 0)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(code, rw_catalogue[middle].code);

        if (order == 0)
            return &rw_catalogue[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct rw_catalogue_entry *rw_catalogue_at(size_t index)
{
    return index < rw_catalogue_size ? &rw_catalogue[index] : NULL;
}

size_t rw_catalogue_count(void)
{
    return rw_catalogue_size;
}

const struct rw_catalogue_entry *rw_catalogue_near(struct rw_slice code)
{
    const char *words[2] = {NULL, NULL};
    const char *best = NULL;

    /* Two at a time: the better one stays in front. */
    for (size_t i = 0; i < rw_catalogue_size; i++) {
        const char *pair[3] = {best ? best : rw_catalogue[i].code, rw_catalogue[i].code, NULL};

        words[0] = rw_schema_near(pair, code);
        if (words[0])
            best = words[0];
    }
    return best ? rw_catalogue_find(rw_slice_str(best)) : NULL;
}

const char *rw_catalogue_class_name(enum rw_class class)
{
    return (unsigned)class < RW_CLASS_COUNT && rw_class_names[class] ? rw_class_names[class]
                                                                     : "unknown";
}
