#include "fault_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>

static sqlite3_vfs vfs;
static sqlite3_vfs *real;
static _Atomic long left = -1;
static _Atomic int fault_rc;
static _Atomic bool stays, fired;

struct file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};

void fault_vfs_arm(long n, int rc, bool forever)
{
    left = -1;
    fired = false;
    fault_rc = rc;
    stays = forever;
    left = n;
}

bool fault_vfs_fired(void)
{
    return fired;
}

static int strike(void)
{
    if (left < 0)
        return SQLITE_OK;
    if (left > 0) {
        left--;
        return SQLITE_OK;
    }
    fired = true;
    if (!stays)
        left = -1;
    return fault_rc;
}

static sqlite3_file *behind(sqlite3_file *file)
{
    return ((struct file *)file)->real;
}

#define PASS(method, ...) (behind(file)->pMethods->method(behind(file), ##__VA_ARGS__))

static int x_close(sqlite3_file *file)
{
    return PASS(xClose);
}

static int x_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
    return PASS(xRead, p, n, at);
}

/* A failing write has often written something: half of it, here. */
static int x_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
    int rc = strike();

    if (rc == SQLITE_OK)
        return PASS(xWrite, p, n, at);
    (void)PASS(xWrite, p, n / 2, at);
    return rc;
}

static int x_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = strike();

    return rc == SQLITE_OK ? PASS(xTruncate, size) : rc;
}

static int x_sync(sqlite3_file *file, int flags)
{
    int rc = strike();

    if (rc == SQLITE_OK)
        return PASS(xSync, flags);
    return rc == SQLITE_FULL ? SQLITE_IOERR_FSYNC : rc;
}

static int x_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return PASS(xFileSize, size);
}

static int x_lock(sqlite3_file *file, int level)
{
    return PASS(xLock, level);
}

static int x_unlock(sqlite3_file *file, int level)
{
    return PASS(xUnlock, level);
}

static int x_check_lock(sqlite3_file *file, int *out)
{
    return PASS(xCheckReservedLock, out);
}

static int x_control(sqlite3_file *file, int op, void *arg)
{
    return PASS(xFileControl, op, arg);
}

static int x_sector(sqlite3_file *file)
{
    return PASS(xSectorSize);
}

static int x_device(sqlite3_file *file)
{
    return PASS(xDeviceCharacteristics);
}

static int x_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return PASS(xShmMap, page, size, extend, out);
}

static int x_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return PASS(xShmLock, offset, n, flags);
}

static void x_shm_barrier(sqlite3_file *file)
{
    PASS(xShmBarrier);
}

static int x_shm_unmap(sqlite3_file *file, int remove)
{
    return PASS(xShmUnmap, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_file_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_check_lock,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_device,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

static int x_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct file *f = (struct file *)file;
    int rc;

    (void)self;
    f->real = (sqlite3_file *)(f + 1);
    rc = real->xOpen(real, name, f->real, flags, out);
    f->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
    return rc;
}

void fault_vfs_install(void)
{
    real = sqlite3_vfs_find(NULL);
    vfs = *real;
    vfs.zName = "fault";
    vfs.szOsFile = (int)sizeof(struct file) + real->szOsFile;
    vfs.xOpen = x_open;
    (void)sqlite3_vfs_register(&vfs, 1);
}
