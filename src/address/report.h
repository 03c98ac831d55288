/*
 * address/report.h - an address's judgement as the program's own error and warnings.
 *
 * Not part of the public library: it knows base/err.h.
 * Threads  any. Errors: none; texts are cut as base/err.h says.
 */
#ifndef RW_ADDRESS_REPORT_H
#define RW_ADDRESS_REPORT_H

#include "address/address.h"
#include "base/err.h"

/*
 * Fills *err from a judgement that is not OK, about the string at `pointer`: offset in bytes of that
 * string, length in code points. RW_FORBIDDEN for what the policy refuses by type or region, otherwise
 * RW_MALFORMED: an emergency number is no matter of permissions. Returns the class; RW_OK, with *err
 * untouched, for a sound address.
 */
enum rw_class rw_address_error(const struct rw_address *address, struct rw_slice input,
                               const char *pointer, struct rw_err *err);

/*
 * What stood at the fault of a judgement: "U+0049 LATIN CAPITAL LETTER I", or the text in quotation marks,
 * cut where it is long at a whole character. Empty when nothing stood there. Not cleaned: whoever shows it
 * escapes it.
 */
#define RW_ADDRESS_FOUND_MAX 144
struct rw_slice rw_address_found(const struct rw_address *address, struct rw_slice input,
                                 char dst[RW_ADDRESS_FOUND_MAX]);

/* Fills *err from note number i, for warnings: class RW_OK, code "address.<note>". */
void rw_address_warning(const struct rw_address *address, uint32_t i, const char *pointer,
                        struct rw_err *err);

#endif
