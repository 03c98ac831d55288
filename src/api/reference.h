/* api/reference.h - the reference page, made from api/openapi.yaml at build time: HTML, complete in itself. */
#ifndef RW_API_REFERENCE_H
#define RW_API_REFERENCE_H

#include "base/slice.h"

struct rw_slice rw_reference_html(void); /* constant data */

#endif
