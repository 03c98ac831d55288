/* api/users.h - what the resources users and stations share. */
#ifndef RW_API_USERS_H
#define RW_API_USERS_H

#include "api/request.h"
#include "json/write.h"

/* The user of the path, or the refusal is answered: false. */
bool rw_users_find(struct rw_request *r, struct rw_row_user *ret);

/* models: UserStations, as the member "station". */
void rw_users_write_station(struct rw_request *r, struct rw_json_writer *w,
                            const struct rw_row_user *user);

/* The station associated with a user. RW_NOT_FOUND when there is none. */
enum rw_class rw_users_associated(const struct rw_request *r, const char *user_id,
                                  struct rw_row_station *ret, struct rw_err *err);

#endif
