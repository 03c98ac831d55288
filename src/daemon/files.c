#include "daemon/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void rw_files_path(const struct rw_config *config, const char *name, char ret[RW_PATH_TEXT])
{
    (void)snprintf(ret, RW_PATH_TEXT, "%s/%s", config->data_dir, name);
}

enum rw_class rw_files_make_data_dir(const struct rw_config *config, struct rw_err *err)
{
    struct stat there;

    if (mkdir(config->data_dir, 0700) == 0)
        return RW_OK;
    if (errno == EEXIST && stat(config->data_dir, &there) == 0 && S_ISDIR(there.st_mode))
        return RW_OK;
    return rw_fail(err, RW_IO, "daemon.data_dir", "the data directory %s can't be made: %s",
                   config->data_dir, strerror(errno));
}

static enum rw_class fail_write(const char *path, struct rw_err *err)
{
    return rw_fail(err, RW_IO, "daemon.write_failed", "%s can't be written: %s", path,
                   strerror(errno));
}

enum rw_class rw_files_write(const char *path, struct rw_slice content, struct rw_err *err)
{
    char temporary[RW_PATH_TEXT + 8];
    size_t done = 0;
    bool good;
    int fd;

    (void)snprintf(temporary, sizeof(temporary), "%s.new", path);
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_write(path, err);
    while (done < content.n) {
        ssize_t n = write(fd, content.p + done, content.n - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    good = done == content.n && fsync(fd) == 0;
    if (close(fd) || !good || rename(temporary, path)) {
        enum rw_class class = fail_write(path, err);

        (void)unlink(temporary);
        return class;
    }
    return RW_OK;
}

enum rw_class rw_files_lock(const struct rw_config *config, int *ret_fd, struct rw_err *err)
{
    char path[RW_PATH_TEXT];
    int fd;

    rw_files_path(config, "lock", path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_write(path, err);
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        (void)close(fd);
        return rw_fail(err, RW_CONFLICT, "daemon.already_running", "another ringwrightd runs on %s",
                       config->data_dir);
    }
    *ret_fd = fd;
    return RW_OK;
}
