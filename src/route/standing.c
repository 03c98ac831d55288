/*
 * A trunk none of whose addresses answers is tried when the others have failed, and not before: each
 * attempt there would cost the caller seconds of silence. It is tried all the same, since it may be back
 * before the next question finds that out.
 */
#include "route/making.h"
#include "trunk/board.h"

/* Their new place for each old one; both count from 0. */
static void tell_places(struct rw_route_trace *trace, const uint8_t *place, const bool *down)
{
    for (uint32_t i = 0; i < trace->count; i++) {
        struct rw_route_step *step = &trace->steps[i];

        if (step->fate != RW_ROUTE_TAKEN)
            continue;
        step->down = down[step->place - 1];
        step->place = place[step->place - 1] + 1u;
    }
}

void rw_making_stand_back(struct rw_making *m)
{
    struct rw_trunk_board *board = rw_table_board(m->table);
    struct rw_making before;
    uint8_t place[RW_CALL_TRUNKS_MAX];
    bool down[RW_CALL_TRUNKS_MAX];
    uint8_t next = 0;

    if (!rw_trunk_board_has_down(board))
        return;
    before = *m;
    for (uint32_t i = 0; i < m->trunk_count; i++)
        down[i] = rw_trunk_board_is_down(board, m->trunks[i]->id);
    for (unsigned standing_back = 0; standing_back < 2; standing_back++)
        for (uint32_t i = 0; i < m->trunk_count; i++)
            if (down[i] == (standing_back == 1)) {
                m->trunks[next] = before.trunks[i];
                m->routes[next] = before.routes[i];
                place[i] = next++;
            }
    if (m->wish->trace)
        tell_places(m->wish->trace, place, down);
}
