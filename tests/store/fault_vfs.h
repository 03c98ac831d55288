/*
 * tests/store/fault_vfs.h - a file system for SQLite that fails when told: the n-th write, sync or
 * truncation of the process, once or for ever.
 *
 * Threads  any; the counter is atomic.
 */
#ifndef RW_TEST_FAULT_VFS_H
#define RW_TEST_FAULT_VFS_H

#include <stdbool.h>

/* Makes it SQLite's default. Before the first connection. */
void fault_vfs_install(void);

/* n more operations succeed, the next gives rc; `forever`: and all after it. n < 0: none fails. */
void fault_vfs_arm(long n, int rc, bool forever);
bool fault_vfs_fired(void); /* since it was armed */

#endif
