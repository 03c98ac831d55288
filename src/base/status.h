/* base/status.h - what an error class is outside: an HTTP status, a SIP status, an exit status. */
#ifndef RW_BASE_STATUS_H
#define RW_BASE_STATUS_H

#include "base/err.h"

unsigned rw_status_http(enum rw_class class); /* RFC 9110, section 15; 200 for RW_OK */
unsigned rw_status_sip(enum rw_class class);  /* RFC 3261, section 21; 200 for RW_OK */

/*
 * Exit status: 0 done, 1 refused or failed, 2 usage, and of sysexits(3) 69 service unavailable,
 * 70 our own fault, 75 try later, 77 no permission, 78 bad configuration.
 */
int rw_status_exit(enum rw_class class);

#endif
