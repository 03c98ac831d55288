/* ringwright-sim: reads its options, runs the simulator in one worker, waits for a signal. */
#include "base/status.h"
#include "sim/line.h"
#include "sim/sim.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct program {
    struct rw_sim_options options;
    const char *port_file;
    struct rw_sim *sim; /* the worker's */
    struct rw_sim_line line;
    struct rw_sim_counts counts; /* at the end */
};

static const char usage[] =
    "usage: ringwright-sim [options]\n"
    "\n"
    "A carrier (or a station) that answers SIP calls, for tests, demos and CI. It prints one line "
    "of\n"
    "JSON when it is ready and one with its counts when it ends (SIGTERM, SIGINT or "
    "--exit-after).\n"
    "\n"
    "  --listen ADDRESS:PORT     where to listen; port 0 = any (127.0.0.1:5060)\n"
    "  --advertise ADDRESS       address in Contact and SDP, needed when listening on 0.0.0.0\n"
    "  --tcp                     listen on TCP too\n"
    "  --tls-cert FILE           listen on TLS instead, and show this certificate (PEM)\n"
    "  --tls-key FILE            its key\n"
    "  --station                 be a telephone: same scripts, tone of 440 Hz\n"
    "  --digest USER:PASSWORD    challenge INVITEs and REGISTERs (scripts 9401, 9407: sim:secret)\n"
    "  --ring-ms N               180 so long after the INVITE (200)\n"
    "  --answer-ms N             200 so long after the INVITE (1000)\n"
    "  --hangup-ms N             hang up so long after the ACK (never)\n"
    "  --tone HZ                 what it plays (carrier 1004, station 440)\n"
    "  --no-media                name a port, but send and read no RTP\n"
    "  --json-events             a line of JSON for each thing that happens\n"
    "  --port-file FILE          write the port there when ready\n"
    "  --exit-after N            end when N calls have ended and none is up\n"
    "  --scripts                 print the table below as Markdown and exit\n"
    "  --help                    this text\n"
    "\n"
    "example: ringwright-sim --listen 127.0.0.1:0 --json-events\n"
    "\n"
    "The last four digits of the called number choose what happens; so does a user part such as\n"
    "sip:9486@host. Any other number rings, answers, plays its tone and waits for the BYE.\n"
    "\n";

static int fail(const struct rw_err *err)
{
    (void)fprintf(stderr, "ringwright-sim: %s (%s)", err->message, err->code);
    if (err->found[0])
        (void)fprintf(stderr, ": %s", err->found);
    if (err->expected[0])
        (void)fprintf(stderr, "; expected %s", err->expected);
    (void)fputc('\n', stderr);
    return rw_status_exit(err->class);
}

static void print_scripts(bool markdown)
{
    struct rw_buf buf;

    rw_buf_init(&buf, 65536);
    rw_sim_script_list(&buf, markdown);
    if (!buf.failed)
        (void)fputs(buf.p, stdout);
    rw_buf_done(&buf);
}

static int32_t number(const char *text, long max)
{
    char *rest;
    long n = strtol(text, &rest, 10);

    if (*text == '\0' || *rest || n < 0 || n > max) {
        (void)fprintf(stderr, "ringwright-sim: %s is not a number from 0 to %ld\n", text, max);
        exit(2);
    }
    return (int32_t)n;
}

enum {
    LISTEN = 256,
    ADVERTISE,
    TCP,
    TLS_CERT,
    TLS_KEY,
    STATION,
    DIGEST,
    RING,
    ANSWER,
    HANGUP,
    TONE,
    NO_MEDIA,
    EVENTS,
    PORT_FILE,
    EXIT_AFTER,
    SCRIPTS,
    HELP
};

static const struct option long_options[] = {{"listen", required_argument, NULL, LISTEN},
                                             {"advertise", required_argument, NULL, ADVERTISE},
                                             {"tcp", no_argument, NULL, TCP},
                                             {"tls-cert", required_argument, NULL, TLS_CERT},
                                             {"tls-key", required_argument, NULL, TLS_KEY},
                                             {"station", no_argument, NULL, STATION},
                                             {"digest", required_argument, NULL, DIGEST},
                                             {"ring-ms", required_argument, NULL, RING},
                                             {"answer-ms", required_argument, NULL, ANSWER},
                                             {"hangup-ms", required_argument, NULL, HANGUP},
                                             {"tone", required_argument, NULL, TONE},
                                             {"no-media", no_argument, NULL, NO_MEDIA},
                                             {"json-events", no_argument, NULL, EVENTS},
                                             {"port-file", required_argument, NULL, PORT_FILE},
                                             {"exit-after", required_argument, NULL, EXIT_AFTER},
                                             {"scripts", no_argument, NULL, SCRIPTS},
                                             {"help", no_argument, NULL, HELP},
                                             {NULL, 0, NULL, 0}};

#define HOUR_MS 3600000

static void set_option(struct program *program, int option)
{
    struct rw_sim_options *o = &program->options;

    switch (option) {
    case LISTEN:
        o->listen = optarg;
        break;
    case ADVERTISE:
        o->advertise = optarg;
        break;
    case TCP:
        o->tcp = true;
        break;
    case TLS_CERT:
        o->cert_file = optarg;
        break;
    case TLS_KEY:
        o->key_file = optarg;
        break;
    case STATION:
        o->station = true;
        break;
    case DIGEST:
        o->digest = optarg;
        break;
    case RING:
        o->timing.ring_ms = number(optarg, HOUR_MS);
        break;
    case ANSWER:
        o->timing.answer_ms = number(optarg, HOUR_MS);
        break;
    case HANGUP:
        o->timing.hangup_ms = number(optarg, HOUR_MS);
        break;
    case TONE:
        o->tone_hz = (unsigned)number(optarg, 3400);
        break;
    case NO_MEDIA:
        o->media = false;
        break;
    case EVENTS:
        o->events_fd = STDOUT_FILENO;
        break;
    case PORT_FILE:
        program->port_file = optarg;
        break;
    case EXIT_AFTER:
        o->exit_after = (uint64_t)number(optarg, 1000000000);
        break;
    case SCRIPTS:
        print_scripts(true);
        exit(0);
    case HELP:
        (void)fputs(usage, stdout);
        print_scripts(false);
        exit(0);
    default:
        (void)fprintf(stderr, "see ringwright-sim --help\n");
        exit(2);
    }
}

static void read_arguments(struct program *program, int argc, char **argv)
{
    int option;

    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        set_option(program, option);
    if (optind < argc) {
        (void)fprintf(stderr, "ringwright-sim: what is %s? see ringwright-sim --help\n",
                      argv[optind]);
        exit(2);
    }
    if (!program->options.cert_file != !program->options.key_file ||
        (program->options.cert_file && program->options.tcp)) {
        (void)fprintf(stderr,
                      "ringwright-sim: --tls-cert and --tls-key go together, without --tcp\n");
        exit(2);
    }
    if (program->options.tone_hz == 0)
        program->options.tone_hz = program->options.station ? RW_SIM_STATION_HZ : RW_SIM_CARRIER_HZ;
}

/* Written beside it and renamed, so that who waits for the file never reads half of it. */
static bool write_port_file(const char *path, const char *address)
{
    char part[4096];
    FILE *f;
    bool good;

    if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
        return false;
    f = fopen(part, "we");
    if (!f)
        return false;
    good = fprintf(f, "%s\n", strrchr(address, ':') + 1) > 0;
    return fclose(f) == 0 && good && rename(part, path) == 0;
}

static void say_ready(struct program *program)
{
    const struct rw_sim_options *o = &program->options;
    struct rw_sim_line *line = &program->line;

    rw_sim_line_begin(line, "ready", (struct rw_slice){NULL, 0});
    rw_sim_line_text(line, "sip", rw_slice_str(rw_sim_address(program->sim)));
    rw_sim_line_text(line, "role", rw_slice_str(o->station ? "station" : "carrier"));
    rw_sim_line_flag(line, "tcp", o->tcp);
    rw_sim_line_flag(line, "tls", o->cert_file != NULL);
    rw_sim_line_number(line, "tone_hz", o->tone_hz);
    rw_sim_line_number(line, "pid", (uint64_t)getpid());
    rw_sim_line_end(line);
}

static enum rw_class start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct program *program = arg;
    enum rw_class class = rw_sim_new(&program->sim, &program->options, err);

    (void)worker;
    if (class != RW_OK)
        return class;
    if (program->port_file && !write_port_file(program->port_file, rw_sim_address(program->sim))) {
        rw_sim_free(program->sim);
        return rw_fail(err, RW_IO, "sim.port_file", "the port file can't be written");
    }
    say_ready(program);
    return RW_OK;
}

static void stop(struct rw_worker *worker, void *arg)
{
    struct program *program = arg;

    (void)worker;
    rw_sim_read_counts(program->sim, &program->counts);
    rw_sim_free(program->sim);
}

static void say_summary(struct program *program)
{
    const struct rw_sim_counts *c = &program->counts;
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"calls", c->calls},
                  {"challenged", c->challenged},
                  {"answered", c->answered},
                  {"rejected", c->rejected},
                  {"cancelled", c->cancelled},
                  {"acks", c->acks},
                  {"acks_missing", c->acks_missing},
                  {"byes_received", c->byes_received},
                  {"byes_sent", c->byes_sent},
                  {"byes_unanswered", c->byes_unanswered},
                  {"ended", c->ended},
                  {"rtp_sent", c->rtp_sent},
                  {"rtp_received", c->rtp_received},
                  {"unexpected", c->unexpected}};

    rw_sim_line_begin(&program->line, "summary", (struct rw_slice){NULL, 0});
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        rw_sim_line_number(&program->line, counts[i].key, counts[i].value);
    rw_sim_line_end(&program->line);
}

/* The main thread waits for this signal in any case. */
static void finished(void *arg)
{
    (void)arg;
    (void)kill(getpid(), SIGTERM);
}

int main(int argc, char **argv)
{
    struct program program = {.options = {.listen = "127.0.0.1:5060",
                                          .media = true,
                                          .timing = {200, 1000, RW_SIM_NEVER},
                                          .finished = finished,
                                          .events_fd = -1}};
    struct rw_workers *workers = NULL;
    struct rw_err err;
    sigset_t signals;
    int got;

    read_arguments(&program, argc, argv);
    rw_sim_line_init(&program.line, STDOUT_FILENO);
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL); /* inherited by the worker */
    (void)signal(SIGPIPE, SIG_IGN);
    if (rw_workers_new(&workers, 1, &err) != RW_OK)
        return fail(&err);
    if (rw_workers_start(workers, start, stop, &program, &err) != RW_OK) {
        rw_workers_free(workers);
        return fail(&err);
    }
    (void)sigwait(&signals, &got);
    rw_workers_stop(workers);
    rw_workers_free(workers);
    say_summary(&program);
    rw_sim_line_done(&program.line);
    return 0;
}
