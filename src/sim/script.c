#include "sim/script.h"

enum meaning { FIXED, ANSWER_S, HANGUP_S, GREETING_S, BUSY_S, STATUS };

/*
 * A member of plan that stays 0 means: as the default has it. NOW stands for 0 ms. The table is laid
 * out by hand: an entry on two lines reads better than on eight.
 */
#define NEVER RW_SIM_NEVER
#define NOW (-2)

static const struct script {
    uint16_t first, last; /* last four digits */
    enum meaning meaning; /* of the digits that vary */
    const char *digits;   /* as people read it */
    struct rw_sim_plan plan;
    const char *what;
} scripts[] = {
    /* clang-format off */
    {9000, 9099, ANSWER_S, "90NN", {.name = "answer_after"},
     "answers NN seconds after the INVITE (00: at once)"},
    {9100, 9199, HANGUP_S, "91NN", {.name = "hang_up_after"},
     "answers, and hangs up NN seconds after the ACK"},
    {9200, 9299, GREETING_S, "92NN", {.name = "machine", .sound = RW_SIM_MACHINE},
     "answering machine: a greeting of NN seconds, a beep, then it listens"},
    {9401, 9401, FIXED, "9401", {.name = "challenge_401", .challenge = 401},
     "401: wants credentials, then answers"},
    {9407, 9407, FIXED, "9407", {.name = "challenge_407", .challenge = 407},
     "407: wants credentials, then answers"},
    {9486, 9486, FIXED, "9486", {.name = "busy", .final_ms = NOW, .final_code = 486, .q850 = 17},
     "busy: 486, Q.850 cause 17"},
    {9503, 9503, FIXED, "9503",
     {.name = "overload", .final_ms = NOW, .final_code = 503, .q850 = 42,
      .quirks = RW_SIM_RETRY_AFTER},
     "503 with Retry-After: 30"},
    {9300, 9699, STATUS, "9300 to 9699", {.name = "reject", .final_ms = NOW},
     "rejects with the SIP status of the last three digits, 300 to 699; 3xx with a Contact"},
    {9700, 9700, FIXED, "9700", {.name = "no_answer", .final_ms = NEVER},
     "rings for ever"},
    {9701, 9701, FIXED, "9701",
     {.name = "silence", .ring_ms = NEVER, .final_ms = NEVER, .quirks = RW_SIM_MUTE},
     "not one answer to the INVITE"},
    {9702, 9702, FIXED, "9702", {.name = "trying_only", .ring_ms = NEVER, .final_ms = NEVER},
     "100, and nothing more"},
    {9703, 9703, FIXED, "9703", {.name = "slow", .ring_ms = 3000, .final_ms = 6000},
     "slow: 100 at once, 180 after 3 s, 200 after 6 s"},
    {9704, 9704, FIXED, "9704",
     {.name = "early_then_answer", .ring_code = 183, .early = true, .final_ms = 3000},
     "183 with an announcement, 200 after 3 s"},
    {9705, 9705, FIXED, "9705",
     {.name = "early_then_busy", .ring_code = 183, .early = true, .final_ms = 3000,
      .final_code = 486, .q850 = 17},
     "183 with an announcement, 486 with Q.850 cause 17 after 3 s"},
    {9706, 9706, FIXED, "9706",
     {.name = "early_then_unallocated", .ring_code = 183, .early = true, .final_ms = 3000,
      .final_code = 404, .q850 = 1},
     "183 with an announcement, 404 with Q.850 cause 1 (no such number) after 3 s"},
    {9707, 9707, FIXED, "9707",
     {.name = "early_for_ever", .ring_code = 183, .early = true, .final_ms = NEVER},
     "183 with an announcement for ever"},
    {9708, 9708, FIXED, "9708", {.name = "ringing_with_media", .early = true, .final_ms = 3000},
     "180 with an announcement, 200 after 3 s"},
    {9710, 9710, FIXED, "9710", {.name = "answers_twice", .quirks = RW_SIM_FORKS},
     "two telephones answer: a second 200 with another To tag"},
    {9711, 9711, FIXED, "9711",
     {.name = "early_fork", .ring_code = 183, .early = true, .quirks = RW_SIM_FORKS_EARLY},
     "183 from one telephone, 200 from another"},
    {9712, 9712, FIXED, "9712", {.name = "ignores_bye", .quirks = RW_SIM_IGNORES_BYE},
     "answers, and never answers a BYE"},
    {9713, 9713, FIXED, "9713", {.name = "forgets_call", .quirks = RW_SIM_FORGETS_CALL},
     "answers, and says 481 to the BYE"},
    {9714, 9714, FIXED, "9714",
     {.name = "answers_cancelled", .final_ms = NEVER, .quirks = RW_SIM_ANSWERS_CANCELLED},
     "rings until the CANCEL, and then says 200 to the INVITE"},
    {9715, 9715, FIXED, "9715",
     {.name = "ignores_cancel", .final_ms = NEVER, .quirks = RW_SIM_IGNORES_CANCEL},
     "rings; says 200 to the CANCEL, but never 487 to the INVITE"},
    {9716, 9716, FIXED, "9716", {.name = "bye_glare", .quirks = RW_SIM_BYE_GLARE},
     "answers; sends its own BYE before it answers the far end's"},
    {9717, 9717, FIXED, "9717",
     {.name = "reliable", .ring_code = 183, .early = true, .quirks = RW_SIM_RELIABLE},
     "183 that wants a PRACK, then 200 without a description; 421 to who does not know 100rel"},
    {9718, 9718, FIXED, "9718", {.name = "session_timer", .quirks = RW_SIM_REFRESHED},
     "agrees to the session timer asked for; the events tell each refresh by UPDATE or re-INVITE"},
    {9719, 9719, FIXED, "9719", {.name = "forgets_refresh", .quirks = RW_SIM_FORGETS_REFRESH},
     "agrees to the session timer, wants to refresh it itself, and never does"},
    {9720, 9720, FIXED, "9720", {.name = "garbage_sdp", .answer = RW_SIM_SDP_GARBAGE},
     "200 with a description that is none"},
    {9721, 9721, FIXED, "9721", {.name = "no_sdp", .answer = RW_SIM_SDP_MISSING},
     "200 without a description"},
    {9722, 9722, FIXED, "9722", {.name = "refused_stream", .answer = RW_SIM_SDP_REFUSED},
     "200 that refuses the stream (port 0)"},
    {9723, 9723, FIXED, "9723", {.name = "other_codec", .answer = RW_SIM_SDP_G729},
     "200 with a codec that was not offered (G.729)"},
    {9724, 9724, FIXED, "9724", {.name = "pcma_only", .answer = RW_SIM_SDP_PCMA},
     "takes PCMA alone"},
    {9725, 9725, FIXED, "9725",
     {.name = "on_hold", .answer = RW_SIM_SDP_HELD, .sound = RW_SIM_NOTHING},
     "answers on hold (a=inactive)"},
    {9726, 9726, FIXED, "9726",
     {.name = "event_96", .answer = RW_SIM_SDP_EVENT_96, .sound = RW_SIM_EVENTS},
     "digits 1 5 9 # as telephone events under payload type 96"},
    {9727, 9727, FIXED, "9727", {.name = "in_the_clear", .answer = RW_SIM_SDP_CLEAR},
     "plain RTP, also when SRTP was offered"},
    {9728, 9728, FIXED, "9728", {.name = "bad_key", .answer = RW_SIM_SDP_BAD_KEY},
     "SRTP with a key that is too short"},
    {9730, 9730, FIXED, "9730", {.name = "huge_contact", .quirks = RW_SIM_HUGE_CONTACT},
     "200 with a Contact of 3,000 bytes"},
    {9731, 9731, FIXED, "9731", {.name = "no_contact", .quirks = RW_SIM_NO_CONTACT},
     "200 without a Contact"},
    {9732, 9732, FIXED, "9732",
     {.name = "garbage", .ring_ms = NEVER, .final_ms = NEVER,
      .quirks = RW_SIM_MUTE | RW_SIM_GARBAGE},
     "answers with bytes that are no SIP (over UDP)"},
    {9733, 9733, FIXED, "9733", {.name = "record_route", .quirks = RW_SIM_RECORD_ROUTE},
     "adds a Record-Route; the events say whether later requests carry the Route"},
    {9734, 9734, FIXED, "9734", {.name = "reinvite", .quirks = RW_SIM_REINVITES},
     "answers, and sends a re-INVITE one second after the ACK"},
    {9740, 9740, FIXED, "9740", {.name = "events", .sound = RW_SIM_EVENTS},
     "digits 1 5 9 # as telephone events (RFC 4733), then the tone"},
    {9741, 9741, FIXED, "9741", {.name = "dtmf", .sound = RW_SIM_DTMF},
     "digits 1 5 9 # as sound, then the tone"},
    {9742, 9742, FIXED, "9742", {.name = "echo", .sound = RW_SIM_ECHO},
     "sends back what it hears"},
    {9743, 9743, FIXED, "9743", {.name = "no_media", .sound = RW_SIM_NOTHING},
     "answers, and sends no RTP"},
    {9744, 9744, FIXED, "9744", {.name = "other_port", .quirks = RW_SIM_OTHER_RTP_PORT},
     "sends its RTP from another port than it named, as from behind NAT"},
    {9745, 9745, FIXED, "9745", {.name = "quiet", .sound = RW_SIM_SILENCE},
     "answers, and sends RTP without sound"},
    {9746, 9746, FIXED, "9746",
     {.name = "astray", .sound = RW_SIM_ECHO, .quirks = RW_SIM_RTP_ASTRAY},
     "hears, and sends back what it hears to a port where nobody listens: one way"},
    {9747, 9747, FIXED, "9747", {.name = "info", .quirks = RW_SIM_SENDS_INFO},
     "digits 1 5 9 # by INFO (application/dtmf-relay)"},
    {9800, 9899, BUSY_S, "98NN", {.name = "busy_after", .final_code = 486, .q850 = 17},
     "rings NN seconds, then busy: 486, Q.850 cause 17"},
    /* clang-format on */
};

/* The last four characters, when they are digits. */
static int last_four(struct rw_slice user)
{
    int n = 0;

    if (user.n < 4)
        return -1;
    for (size_t i = user.n - 4; i < user.n; i++) {
        if (user.p[i] < '0' || user.p[i] > '9')
            return -1;
        n = n * 10 + (user.p[i] - '0');
    }
    return n;
}

/* Q.850 cause for a status, as RFC 3398 section 7.2.4.1 has it the other way round; 0 = none. */
static uint16_t cause_of(uint16_t code)
{
    static const struct {
        uint16_t code, cause;
    } causes[] = {{403, 21}, {404, 1},  {408, 102}, {410, 22}, {480, 18}, {484, 28}, {486, 17},
                  {488, 65}, {500, 41}, {502, 38},  {503, 41}, {600, 17}, {603, 21}, {604, 1}};

    for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++)
        if (causes[i].code == code)
            return causes[i].cause;
    return 0;
}

static void apply_meaning(struct rw_sim_plan *plan, enum meaning meaning, int digits)
{
    int32_t nn_ms = digits % 100 * 1000;

    switch (meaning) {
    case ANSWER_S:
        plan->final_ms = nn_ms;
        break;
    case HANGUP_S:
        plan->hangup_ms = nn_ms;
        break;
    case GREETING_S:
        plan->greeting_ms = (uint32_t)nn_ms;
        break;
    case BUSY_S:
        plan->final_ms = nn_ms;
        break;
    case STATUS:
        plan->final_code = (uint16_t)(digits % 1000);
        plan->q850 = cause_of(plan->final_code);
        break;
    case FIXED:
        break;
    }
}

static const struct script *find(int digits)
{
    for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
        if (digits >= scripts[i].first && digits <= scripts[i].last)
            return &scripts[i];
    return NULL;
}

struct rw_sim_plan rw_sim_script_find(struct rw_slice user, const struct rw_sim_timing *timing)
{
    int digits = last_four(user);
    const struct script *script = find(digits);
    struct rw_sim_plan plan = {.name = "default"};

    if (script)
        plan = script->plan;
    if (plan.ring_ms == 0)
        plan.ring_ms = timing->ring_ms;
    if (plan.final_ms == 0)
        plan.final_ms = timing->answer_ms;
    if (plan.hangup_ms == 0)
        plan.hangup_ms = timing->hangup_ms;
    if (plan.final_ms == NOW)
        plan.final_ms = 0;
    if (plan.ring_code == 0)
        plan.ring_code = 180;
    if (plan.final_code == 0)
        plan.final_code = 200;
    plan.early_sound = RW_SIM_ANNOUNCEMENT;
    if (script)
        apply_meaning(&plan, script->meaning, digits);
    return plan;
}

void rw_sim_script_list(struct rw_buf *buf, bool markdown)
{
    for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
        rw_buf_printf(buf, markdown ? "| %s | `%s` | %s |\n" : "  %-13s %-24s %s\n",
                      scripts[i].digits, scripts[i].plan.name, scripts[i].what);
}

const char *rw_sim_phrase(unsigned code)
{
    static const struct {
        unsigned code;
        const char *phrase;
    } phrases[] = {{180, "Ringing"},
                   {183, "Session Progress"},
                   {200, "OK"},
                   {300, "Multiple Choices"},
                   {301, "Moved Permanently"},
                   {302, "Moved Temporarily"},
                   {305, "Use Proxy"},
                   {380, "Alternative Service"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {402, "Payment Required"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {406, "Not Acceptable"},
                   {407, "Proxy Authentication Required"},
                   {408, "Request Timeout"},
                   {410, "Gone"},
                   {413, "Request Entity Too Large"},
                   {414, "Request-URI Too Long"},
                   {415, "Unsupported Media Type"},
                   {416, "Unsupported URI Scheme"},
                   {420, "Bad Extension"},
                   {421, "Extension Required"},
                   {423, "Interval Too Brief"},
                   {480, "Temporarily Unavailable"},
                   {481, "Call/Transaction Does Not Exist"},
                   {482, "Loop Detected"},
                   {483, "Too Many Hops"},
                   {484, "Address Incomplete"},
                   {485, "Ambiguous"},
                   {486, "Busy Here"},
                   {487, "Request Terminated"},
                   {488, "Not Acceptable Here"},
                   {491, "Request Pending"},
                   {493, "Undecipherable"},
                   {500, "Server Internal Error"},
                   {501, "Not Implemented"},
                   {502, "Bad Gateway"},
                   {503, "Service Unavailable"},
                   {504, "Server Time-out"},
                   {505, "Version Not Supported"},
                   {513, "Message Too Large"},
                   {600, "Busy Everywhere"},
                   {603, "Decline"},
                   {604, "Does Not Exist Anywhere"},
                   {606, "Not Acceptable"}};

    for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
        if (phrases[i].code == code)
            return phrases[i].phrase;
    return code < 400   ? "Redirected"
           : code < 500 ? "Refused"
           : code < 600 ? "Failed"
                        : "Refused Everywhere";
}
