/* Lists of roles and scopes, as they come from rows and requests: unknown words give nothing. */
#include "auth/permission.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char list[2048], text[RW_LIST_TEXT], again[RW_LIST_TEXT];
    struct rw_permissions permissions;
    struct rw_scopes scopes, back;

    if (!rw_slice_copy(list, sizeof(list), (struct rw_slice){(const char *)data, size}))
        return 0;
    permissions = rw_permissions_of_roles(list);
    if (rw_permissions_have(&permissions, "admin") && !strstr(list, "admin"))
        abort();
    scopes = rw_scopes_of_list(list);
    back = rw_scopes_of_list(rw_scopes_text(&scopes, text, sizeof(text)));
    if (*text && strcmp(rw_scopes_text(&back, again, sizeof(again)), text) != 0)
        abort();
    return 0;
}
