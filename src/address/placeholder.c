#include "address/placeholder.h"

#include <stddef.h>

const struct rw_placeholder_word rw_placeholder_words[] = {
    {"your", RW_PLACEHOLDER_TELLS},        {"my", RW_PLACEHOLDER_TELLS},
    {"some", RW_PLACEHOLDER_TELLS},        {"insert", RW_PLACEHOLDER_TELLS},
    {"enter", RW_PLACEHOLDER_TELLS},       {"put", RW_PLACEHOLDER_TELLS},
    {"replace", RW_PLACEHOLDER_TELLS},     {"here", RW_PLACEHOLDER_TELLS},
    {"placeholder", RW_PLACEHOLDER_TELLS}, {"optional", RW_PLACEHOLDER_TELLS},
    {"sample", RW_PLACEHOLDER_TELLS},      {"id", RW_PLACEHOLDER_TELLS},
    {"uuid", RW_PLACEHOLDER_TELLS},        {"guid", RW_PLACEHOLDER_TELLS},
    {"null", RW_PLACEHOLDER_ALONE},        {"none", RW_PLACEHOLDER_ALONE},
    {"undefined", RW_PLACEHOLDER_ALONE},   {"nil", RW_PLACEHOLDER_ALONE},
    {"string", RW_PLACEHOLDER_ALONE},      {"todo", RW_PLACEHOLDER_ALONE},
    {"tbd", RW_PLACEHOLDER_ALONE},         {"changeme", RW_PLACEHOLDER_ALONE},
    {"example", RW_PLACEHOLDER_ALONE},     {"number", RW_PLACEHOLDER_NUMBER},
    {"phone", RW_PLACEHOLDER_NUMBER},      {NULL, RW_PLACEHOLDER_TELLS},
};
