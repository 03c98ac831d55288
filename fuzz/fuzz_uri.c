/* SIP URIs, addresses, parameters and lists: whatever comes, what is handed out lies within the input. */
#include "sip/uri.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_inside(struct rw_slice part, struct rw_slice whole)
{
    if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n))
        abort();
}

static void check_uri(struct rw_slice text)
{
    struct rw_sip_uri uri;

    if (!rw_sip_uri_parse(text, &uri))
        return;
    require_inside(uri.user, text);
    require_inside(uri.host, text);
    if (uri.host.n == 0)
        abort();
}

static void check_address(struct rw_slice text)
{
    static const char *const names[] = {"tag", "branch", "lr", "received"};
    struct rw_slice uri, params, value;

    if (!rw_sip_address_split(text, &uri, &params))
        return;
    require_inside(uri, text);
    require_inside(params, text);
    check_uri(uri);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (rw_sip_param(params, names[i], &value))
            require_inside(value, params);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice text = {(const char *)data, size}, rest = text, element;

    check_uri(text);
    check_address(text);
    for (size_t left = rest.n; rw_sip_next_element(&rest, &element); left = rest.n) {
        if (rest.n >= left) /* it would never end */
            abort();
        require_inside(element, text);
        check_address(element);
    }
    return 0;
}
