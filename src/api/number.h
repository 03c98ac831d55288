/*
 * api/number.h - the address engine's verdict on a text of a request, as faults and warnings.
 *
 * Threads  any. Not to be included beside re.h.
 */
#ifndef RW_API_NUMBER_H
#define RW_API_NUMBER_H

#include "address/address.h"
#include "base/arena.h"
#include "base/err.h"

/* How a server reads numbers: those that are called, and those that call (nothing is refused there that
 * is a number: whether the tenant owns it is another question). */
struct rw_number_policies {
    struct rw_address_policy called, caller;
};

/* configured: of the called number; NULL: as rw_address_policy_init() makes it. */
void rw_number_policies_init(struct rw_number_policies *policies,
                             const struct rw_address_policy *configured);

/*
 * Judges what stands at `pointer` of the body. A refusal is added to *faults; what was normalised, be it
 * on the way to a refusal, or is doubtful, to *warnings (either may be NULL: nothing is written then).
 * True when the number may be called; then ret->e164 is set.
 */
bool rw_number_judge(struct rw_slice text, const char *pointer,
                     const struct rw_address_policy *policy, struct rw_address *ret,
                     struct rw_faults *faults, struct rw_faults *warnings);

/*
 * The same for a number that an operator says is his: E.164, without an extension, which callers can't be
 * shown. What no numbering data has is only warned of: the data lags behind, and he has the contract.
 */
bool rw_number_judge_owned(struct rw_slice text, const char *pointer, struct rw_address *ret,
                           struct rw_faults *faults, struct rw_faults *warnings);

/*
 * Judges, and tries what the engine suggests instead; what is assigned before what is not. False, with
 * the verdict on the text itself in *ret: nobody can say what was meant.
 */
bool rw_number_guess(struct rw_slice text, const struct rw_address_policy *policy,
                     struct rw_address *ret);
/*
 * In a query a plus is read as a space, and a telephone number begins with no space: the text with its
 * plus. p NULL: memory is out.
 */
struct rw_slice rw_number_of_query(struct rw_slice text, struct rw_arena *arena);

#endif
