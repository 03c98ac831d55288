/*
 * base/mem.h - the only door to malloc. Tests can make the n-th allocation fail.
 *
 * Owner    whoever asked; released by rw_free().
 * Threads  safe; the counters of the tests are per thread.
 * Errors   NULL when memory is out.
 */
#ifndef RW_BASE_MEM_H
#define RW_BASE_MEM_H

#include <stddef.h>

void *rw_calloc(size_t n, size_t size);          /* zeroed; NULL on overflow too */
void *rw_regrow(void *p, size_t n, size_t size); /* like reallocarray(); p stays valid on NULL */
char *rw_strdup(const char *s);
void rw_free(void *p); /* NULL is fine */

/* For tests: n more allocations of this thread succeed, then all fail; -1 = never fail. */
void rw_mem_fail_after(long n);
/* For tests: like rw_mem_fail_after(), but only the one after n fails. */
void rw_mem_fail_once(long n);
long rw_mem_live(void); /* blocks this thread took and has not given back */

#endif
