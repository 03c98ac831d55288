/*
 * daemon/files.h - where the daemon keeps its things below its data directory.
 *
 * Errors   RW_IO daemon.* with the system's reason.
 */
#ifndef RW_DAEMON_FILES_H
#define RW_DAEMON_FILES_H

#include "base/err.h"
#include "daemon/config.h"

#define RW_PATH_TEXT (RW_CONFIG_TEXT + 32)

/* DATA_DIR/name */
void rw_files_path(const struct rw_config *config, const char *name, char ret[RW_PATH_TEXT]);

/* Makes the data directory (mode 0700) if it is not there. */
RW_NODISCARD enum rw_class rw_files_make_data_dir(const struct rw_config *config,
                                                  struct rw_err *err);

/* Replaces a file's content in one step; mode 0600. */
RW_NODISCARD enum rw_class rw_files_write(const char *path, struct rw_slice content,
                                          struct rw_err *err);

/*
 * Takes the data directory for this process: a second server on it would dial twice. The lock goes
 * with the process. RW_CONFLICT daemon.already_running.
 */
RW_NODISCARD enum rw_class rw_files_lock(const struct rw_config *config, int *ret_fd,
                                         struct rw_err *err);

#endif
