/* api/events.h - requests that wait for events: see events.c. */
#ifndef RW_API_EVENTS_H
#define RW_API_EVENTS_H

struct rw_api;

/* Answers every request that waits, with what there is. */
void rw_events_release(struct rw_api *api);

#endif
