#include "api/trunk_status.h"

#include "base/clock.h"
#include "trunk/board.h"

#include <stdio.h>

/* models: TrunkErrorInfo */
static void write_error(struct rw_json_writer *w, const struct rw_trunk_answer *answer)
{
    char text[200], code[16];

    if (answer->outcome == RW_TRUNK_ANSWERED) {
        (void)snprintf(text, sizeof(text), "%u %s", answer->code, answer->phrase);
        (void)snprintf(code, sizeof(code), "sip.%u", answer->code);
    } else if (answer->outcome == RW_TRUNK_SILENT && !answer->what[0]) {
        (void)snprintf(text, sizeof(text), "no answer within %u s", RW_TRUNK_PATIENCE_MS / 1000);
        (void)snprintf(code, sizeof(code), "silent");
    } else {
        (void)snprintf(text, sizeof(text), "%s",
                       answer->what[0] ? answer->what : "nothing can be sent there");
        (void)snprintf(code, sizeof(code), "unreachable");
    }
    rw_json_open_object(w, "errorInfo");
    rw_json_str(w, "text", text);
    rw_json_str(w, "code", answer->reason ? answer->reason : code);
    rw_json_close(w);
}

/* models: TrunkMetricsOptions, and what is ours */
static void write_address(struct rw_json_writer *w, const struct rw_trunk_address *address)
{
    const struct rw_trunk_answer *answer = &address->answer;

    rw_json_open_object(w, NULL);
    rw_json_str(w, "proxyAddress", answer->address);
    rw_json_bool(w, "optionState", address->health.state == RW_HEALTH_UP);
    rw_json_time(w, "optionStateTime", address->health.since_ms);
    if (!rw_health_is_life(answer))
        write_error(w, answer);
    rw_json_str(w, "state", rw_health_name(address->health.state));
    rw_json_time(w, "askedTime", address->asked_ms);
    if (answer->outcome == RW_TRUNK_ANSWERED) {
        rw_json_uint(w, "roundTripUs", answer->rtt_us);
        rw_json_uint(w, "sipCode", answer->code);
        rw_json_str(w, "sipReason", answer->phrase);
        if (answer->agent[0])
            rw_json_str(w, "agent", answer->agent);
        if (answer->allow[0])
            rw_json_str(w, "allow", answer->allow);
    }
    rw_json_close(w);
}

/* models: TrunkMetricsRegisters, and what is ours */
static void write_binding(struct rw_json_writer *w, const struct rw_trunk_binding *binding,
                          bool bound)
{
    const struct rw_trunk_answer *answer = &binding->last.answer;

    rw_json_open_object(w, NULL);
    if (answer->address[0])
        rw_json_str(w, "proxyAddress", answer->address);
    rw_json_bool(w, "registerState", bound);
    rw_json_time(w, "registerStateTime", binding->since_ms);
    if (binding->answered && binding->state != RW_REGISTRATION_BOUND)
        write_error(w, answer);
    if (bound)
        rw_json_time(w, "registeredUntil", binding->until_ms);
    rw_json_time(w, "nextTime", binding->next_ms);
    rw_json_close(w);
}

/* models: TrunkConnectedStatus. Nothing where nobody has asked, or no answer is there yet. */
static void write_connected(struct rw_json_writer *w, const struct rw_trunk_status *status,
                            bool registers, bool bound)
{
    bool known = registers && status->binding.answered, up = bound;
    uint64_t since_ms = status->binding.since_ms;

    if (status->count) {
        const struct rw_health *first = NULL;

        for (uint32_t i = 0; i < status->count; i++) {
            const struct rw_health *h = &status->at[i].health;

            known |= h->state != RW_HEALTH_UNKNOWN;
            if (!first || (h->state == RW_HEALTH_UP && first->state != RW_HEALTH_UP) ||
                (h->state == first->state && h->since_ms < first->since_ms))
                first = h;
        }
        up = first->state == RW_HEALTH_UP && (!registers || bound);
        if (!registers || first->state != RW_HEALTH_UP || first->since_ms > since_ms)
            since_ms = first->since_ms;
    }
    if (!known)
        return;
    rw_json_open_object(w, "connectedStatus");
    rw_json_bool(w, "connected", up);
    rw_json_time(w, "connectedStateTime", since_ms);
    rw_json_close(w);
}

static void write_addresses(struct rw_json_writer *w, const struct rw_trunk_status *status)
{
    if (!status->count)
        return;
    rw_json_open_array(w, "optionsStatus");
    for (uint32_t i = 0; i < status->count; i++)
        write_address(w, &status->at[i]);
    rw_json_close(w);
    rw_json_open_array(w, "proxyAddressList");
    for (uint32_t i = 0; i < status->count; i++)
        rw_json_str(w, NULL, status->at[i].answer.address);
    rw_json_close(w);
}

void rw_trunk_status_write(struct rw_json_writer *w, const struct rw_row_trunk *row,
                           struct rw_trunk_board *board)
{
    bool active = strcmp(row->state, "active") == 0, bound;
    struct rw_trunk_status status;

    if (!board || !rw_trunk_board_read(board, row->id, &status))
        memset(&status, 0, sizeof(status));
    /* the board is written when something happens; a time that is over is seen here */
    bound = status.binding.until_ms > rw_clock_wall_ms();
    rw_json_bool(w, "inService",
                 active && !rw_trunk_status_is_down(&status) && (!row->registers || bound));
    write_connected(w, &status, row->registers, bound);
    rw_json_str(w, "optionsEnabledStatus", row->options_interval_s ? "ENABLED" : "DISABLED");
    write_addresses(w, &status);
    rw_json_str(w, "registersEnabledStatus", row->registers ? "ENABLED" : "DISABLED");
    if (row->registers && status.binding.state != RW_REGISTRATION_OFF) {
        rw_json_open_array(w, "registersStatus");
        write_binding(w, &status.binding, bound);
        rw_json_close(w);
    }
}
