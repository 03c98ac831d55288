/* zone_file.h - makes files of time zones, so that tests need none of the system's. */
#ifndef RW_TESTS_POLICY_ZONE_FILE_H
#define RW_TESTS_POLICY_ZONE_FILE_H

#include "base/slice.h"

#include <stdint.h>

struct zone_change {
    int64_t at_s;
    int32_t offset_s;
};

/* A TZif file of version 2 with these transitions and the rule behind them. Returns its bytes. */
size_t zone_file(char *bytes, size_t size, int32_t first_offset_s,
                 const struct zone_change *changes, size_t count, const char *rule);

/* A fresh directory with a zone of each name by the rule beside it; NULL ends the list. */
const char *zone_directory(const char *const names_and_rules[]);
void zone_directory_remove(const char *directory, const char *const names_and_rules[]);

#endif
