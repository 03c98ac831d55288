/*
 * api/vendor.h - the contract's own code for a fault, where it has one.
 *
 * The rule (docs/decisions/0012-which-code-stands-where.md): errors[].code is always ours and precise; the
 * top-level code is the contract's when it has one for this very case, and otherwise ours.
 */
#ifndef RW_API_VENDOR_H
#define RW_API_VENDOR_H

#include "base/err.h"

/* Never NULL; `code` itself when the contract has none. */
const char *rw_vendor_code(const char *code, enum rw_class class);

#endif
