#include "base/clock.h"
#include "doctor/house.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

/* Bytes that a socket gets of those asked for; the kernel doubles them, for its own needs. */
static uint64_t granted(int fd, int option, int forced, uint32_t wanted)
{
    int n = (int)wanted, got = 0;
    socklen_t size = sizeof(got);

    if (setsockopt(fd, SOL_SOCKET, forced, &n, sizeof(n)) < 0)
        (void)setsockopt(fd, SOL_SOCKET, option, &n, sizeof(n));
    return getsockopt(fd, SOL_SOCKET, option, &got, &size) < 0 || got < 0 ? 0 : (uint64_t)got / 2;
}

static void look_at_sockets(const struct rw_doctor_house *house, struct rw_doctor_house_seen *ret)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    ret->receive = granted(fd, SO_RCVBUF, SO_RCVBUFFORCE, house->socket_buffer);
    ret->send = granted(fd, SO_SNDBUF, SO_SNDBUFFORCE, house->socket_buffer);
    (void)close(fd);
}

static void look_at_disk(const char *folder, struct rw_doctor_house_seen *ret)
{
    struct statvfs disk;

    if (statvfs(folder, &disk) < 0)
        return;
    ret->disk_known = true;
    ret->disk_read_only = disk.f_flag & ST_RDONLY;
    ret->disk_free = (uint64_t)disk.f_bavail * disk.f_frsize;
    ret->disk_size = (uint64_t)disk.f_blocks * disk.f_frsize;
}

static void look_at_clock(struct rw_doctor_house_seen *ret)
{
    struct timex state = {.modes = 0}; /* asks, and sets nothing */
    int answer = adjtimex(&state);

    ret->clock_known = answer >= 0;
    ret->clock_kept = answer >= 0 && answer != TIME_ERROR && !(state.status & STA_UNSYNC);
    ret->wall_s = rw_clock_wall_ms() / 1000;
}

static void look_at_certificate(const char *file, unsigned which, struct rw_doctor_house_seen *ret)
{
    struct rw_err err;

    if (!file || !*file)
        return;
    ret->certificates[which].file = file;
    if (rw_tls_certificate_read(file, &ret->certificates[which].certificate, &err) != RW_OK)
        (void)rw_text_clean(ret->certificates[which].trouble,
                            sizeof(ret->certificates[which].trouble), rw_slice_str(err.message));
}

void rw_doctor_house_look(const struct rw_doctor_house *house, struct rw_doctor_house_seen *ret)
{
    struct rlimit limit;

    *ret = (struct rw_doctor_house_seen){.files = 0};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        ret->files = limit.rlim_cur;
    look_at_sockets(house, ret);
    look_at_disk(house->data_dir, ret);
    look_at_clock(ret);
    look_at_certificate(house->http_cert_file, RW_DOCTOR_CERT_HTTP, ret);
    look_at_certificate(house->sip_cert_file, RW_DOCTOR_CERT_SIP, ret);
    look_at_certificate(house->stir_cert_file, RW_DOCTOR_CERT_STIR, ret);
}
