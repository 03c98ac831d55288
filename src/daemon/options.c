#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STANDARD_CONFIG "/etc/ringwright/ringwright.conf"

const char rw_daemon_help[] =
    "ringwrightd - the outbound-calling server\n"
    "\n"
    "  ringwrightd [--config FILE] [--set SECTION.KEY=VALUE]...   serve until told to stop\n"
    "  ringwrightd --check                     judge the configuration and say where it is wrong\n"
    "  ringwrightd --print-config              every option, its meaning, its value and its "
    "origin\n"
    "  ringwrightd --init --tenant NAME        make a tenant and its first administrator\n"
    "  ringwrightd --init --demo --carrier HOST[:PORT][/tcp|/tls] [--carrier-ca FILE] --station "
    "SIP-URI\n"
    "                                          the same with a station, an edge, a trunk, a "
    "number\n"
    "\n"
    "  -c, --config FILE     default " STANDARD_CONFIG ", if it is there\n"
    "  -s, --set S.K=V       one option; wins over files and RINGWRIGHT_SECTION_KEY variables\n"
    "  -d, --data-dir DIR    the same as --set server.data_dir=DIR\n"
    "  -w, --workers N       the same as --set server.workers=N\n"
    "  -t, --check           judge the configuration, start nothing\n"
    "      --print-config    show the configuration, start nothing\n"
    "      --json            what --init made, as one JSON object\n"
    "  -h, --help            this text\n"
    "  -V, --version\n"
    "\n"
    "Signals: TERM or INT lets running calls end (server.drain_timeout_ms); a second one stops "
    "now.\n"
    "Exit status: 0 stopped as asked, 2 usage, 69 can't serve, 75 try later, 78 bad "
    "configuration.\n"
    "\n"
    "Example:\n"
    "  ringwrightd --data-dir ./data --init --tenant 'Example Ltd'\n"
    "  ringwrightd --data-dir ./data --set http.listen=127.0.0.1:8080\n";

enum {
    OPT_PRINT = 256,
    OPT_INIT,
    OPT_TENANT,
    OPT_DEMO,
    OPT_CARRIER,
    OPT_CARRIER_CA,
    OPT_STATION,
    OPT_JSON
};

static const struct option known[] = {
    {"config", required_argument, NULL, 'c'},
    {"set", required_argument, NULL, 's'},
    {"data-dir", required_argument, NULL, 'd'},
    {"workers", required_argument, NULL, 'w'},
    {"check", no_argument, NULL, 't'},
    {"print-config", no_argument, NULL, OPT_PRINT},
    {"init", no_argument, NULL, OPT_INIT},
    {"tenant", required_argument, NULL, OPT_TENANT},
    {"demo", no_argument, NULL, OPT_DEMO},
    {"carrier", required_argument, NULL, OPT_CARRIER},
    {"carrier-ca", required_argument, NULL, OPT_CARRIER_CA},
    {"station", required_argument, NULL, OPT_STATION},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {0},
};

#define FLAGS_MAX 64
#define TENANT_NAME_MAX 200

/* Flags win over every other source, so they are kept until those were read. */
struct flags {
    char text[FLAGS_MAX][RW_CONFIG_TEXT + 40];
    const char *origin[FLAGS_MAX];
    unsigned count;
};

static enum rw_class keep(struct flags *flags, const char *prefix, const char *value,
                          const char *origin, struct rw_err *err)
{
    size_t room = sizeof(flags->text[0]);

    if (flags->count == FLAGS_MAX)
        return rw_fail(err, RW_MALFORMED, "usage.too_many_flags", "more than %d flags", FLAGS_MAX);
    if ((size_t)snprintf(flags->text[flags->count], room, "%s%s", prefix, value) >= room)
        return rw_fail(err, RW_MALFORMED, "usage.too_long", "the value of %s is too long", origin);
    flags->origin[flags->count++] = origin;
    return RW_OK;
}

/* getopt names a short one only: it may stand among others, as in -tx. */
static enum rw_class unknown_flag(const char *word, struct rw_err *err)
{
    if (optopt > 0 && optopt < 0x80)
        return rw_fail(err, RW_MALFORMED, "usage.unknown_flag", "there is no flag -%c; see --help",
                       optopt);
    if (optopt)
        return rw_fail(err, RW_MALFORMED, "usage.unknown_flag", "%s takes no value; see --help",
                       word);
    return rw_fail(err, RW_MALFORMED, "usage.unknown_flag", "there is no flag %s; see --help",
                   word);
}

static enum rw_class scan(int argc, char **argv, struct rw_daemon_options *options,
                          struct flags *flags, const char **ret_config_file, struct rw_err *err)
{
    enum rw_class class = RW_OK;
    int c;

    opterr = 0;
    optind = 0; /* not 1: glibc then forgets where an earlier scan stopped */
    while (!class && (c = getopt_long(argc, argv, ":c:s:d:w:thV", known, NULL)) != -1) {
        switch (c) {
        case 'c':
            *ret_config_file = optarg;
            break;
        case 's':
            class = keep(flags, "", optarg, "--set", err);
            break;
        case 'd':
            class = keep(flags, "server.data_dir=", optarg, "--data-dir", err);
            break;
        case 'w':
            class = keep(flags, "server.workers=", optarg, "--workers", err);
            break;
        case 't':
            options->mode = RW_MODE_CHECK;
            break;
        case OPT_PRINT:
            options->mode = RW_MODE_PRINT_CONFIG;
            break;
        case OPT_INIT:
            options->mode = RW_MODE_INIT;
            break;
        case OPT_TENANT:
            options->tenant = optarg;
            break;
        case OPT_DEMO:
            options->demo = true;
            break;
        case OPT_CARRIER:
            options->carrier = optarg;
            break;
        case OPT_CARRIER_CA:
            options->carrier_ca = optarg;
            break;
        case OPT_STATION:
            options->station = optarg;
            break;
        case OPT_JSON:
            options->json = true;
            break;
        case 'h':
            options->mode = RW_MODE_HELP;
            return RW_OK;
        case 'V':
            options->mode = RW_MODE_VERSION;
            return RW_OK;
        case ':':
            return rw_fail(err, RW_MALFORMED, "usage.no_value", "%s needs a value",
                           argv[optind - 1]);
        default:
            return unknown_flag(argv[optind - 1], err);
        }
    }
    if (!class && optind < argc)
        class =
            rw_fail(err, RW_MALFORMED, "usage.extra", "%s is not a flag; see --help", argv[optind]);
    return class;
}

/* Whoever lists tenants on a terminal shall see the name, not obey it. */
static bool is_name(struct rw_slice name)
{
    char clean[TENANT_NAME_MAX + 1];

    return name.n && name.n <= TENANT_NAME_MAX &&
           rw_text_clean(clean, sizeof(clean), name) == name.n &&
           memcmp(clean, name.p, name.n) == 0;
}

static enum rw_class check_init(const struct rw_daemon_options *options, struct rw_err *err)
{
    bool init = options->mode == RW_MODE_INIT;

    bool of_demo = options->carrier || options->carrier_ca || options->station;

    if (!init && (options->tenant || options->demo || of_demo || options->json))
        return rw_fail(
            err, RW_MALFORMED, "usage.only_with_init",
            "--tenant, --demo, --carrier, --carrier-ca, --station and --json go with --init");
    if (!options->demo && of_demo)
        return rw_fail(err, RW_MALFORMED, "usage.only_with_demo",
                       "--carrier, --carrier-ca and --station go with --demo");
    if (options->tenant && !is_name(rw_slice_str(options->tenant))) {
        rw_fail(err, RW_MALFORMED, "usage.bad_tenant", "--tenant can't be a tenant's name");
        rw_err_found(err, "\"%.100s\"", options->tenant);
        rw_err_expected(err, "1 to %d bytes of printable text in UTF-8", TENANT_NAME_MAX);
        return RW_MALFORMED;
    }
    if (init && !options->tenant && !options->demo)
        return rw_fail(err, RW_MALFORMED, "usage.no_tenant", "--init needs --tenant NAME");
    if (init && options->demo && (!options->carrier || !options->station))
        return rw_fail(err, RW_MALFORMED, "usage.half_demo",
                       "--demo needs --carrier HOST:PORT and --station SIP-URI");
    return RW_OK;
}

enum rw_class rw_daemon_options_read(int argc, char **argv, char **environment,
                                     struct rw_daemon_options *ret, struct rw_config *ret_config,
                                     struct rw_err *err)
{
    static struct flags flags; /* 20 KB, once a process */
    struct rw_daemon_options options = {.mode = RW_MODE_RUN};
    const char *file = NULL;
    enum rw_class class;

    flags.count = 0;
    class = scan(argc, argv, &options, &flags, &file, err);
    if (!class)
        class = check_init(&options, err);
    rw_config_defaults(ret_config);
    if (!class && options.mode != RW_MODE_HELP && options.mode != RW_MODE_VERSION) {
        /* Not R_OK: one that is there and can't be read is a fault to be told. */
        if (!file && access(STANDARD_CONFIG, F_OK) == 0)
            file = STANDARD_CONFIG;
        if (file)
            class = rw_config_load(ret_config, file, err);
        if (!class)
            class = rw_config_environment(ret_config, environment, err);
        for (unsigned i = 0; !class && i < flags.count; i++)
            class = rw_config_set(ret_config, rw_slice_str(flags.text[i]), flags.origin[i], err);
        if (!class)
            class = rw_config_check(ret_config, err);
    }
    if (!class)
        *ret = options;
    return class;
}
