#include "daemon/config_address.h"

#include "daemon/config.h"

static enum rw_class refuse(const char *option, struct rw_slice word, const char *expected,
                            struct rw_err *err)
{
    enum rw_class class = rw_fail(err, RW_MALFORMED, "config.bad_value", "%s can't be \"%.*s\"",
                                  option, RW_SLICE_ARG(word));

    rw_err_found(err, "%.*s", RW_SLICE_ARG(word));
    rw_err_expected(err, "%s", expected);
    return class;
}

/* The next word of a list "a,b, c"; empty at its end. */
static struct rw_slice next_word(const char **list)
{
    struct rw_slice word;

    *list += strspn(*list, ", ");
    word = (struct rw_slice){*list, strcspn(*list, ", ")};
    *list += word.n;
    return word;
}

static bool is_region(struct rw_slice word)
{
    char region[3];

    return word.n == 2 && rw_slice_copy(region, sizeof(region), word) &&
           *rw_address_region_name(region);
}

static bool add_type(struct rw_slice word, uint32_t *types)
{
    for (unsigned type = 0; type < RW_ADDRESS_TYPES; type++)
        if (rw_slice_eq(word, rw_slice_str(rw_address_type_name((enum rw_address_type)type)))) {
            *types |= UINT32_C(1) << type;
            return true;
        }
    return false;
}

enum rw_class rw_config_address(const struct rw_config *config, struct rw_address_policy *ret,
                                struct rw_err *err)
{
    const char *list = config->address_refuse_types;
    struct rw_slice word = {config->address_region, strlen(config->address_region)};

    rw_address_policy_init(ret);
    if (word.n && !is_region(word))
        return refuse("address.region", word, "a region of ISO 3166-1 such as SG", err);
    (void)rw_slice_copy(ret->region, sizeof(ret->region), word);
    ret->refuse_unassigned = strcmp(config->address_unassigned, "refuse") == 0;
    while ((word = next_word(&list)).n)
        if (!add_type(word, &ret->refuse_types))
            return refuse("address.refuse_types", word,
                          "fixed, mobile, fixed_or_mobile, toll_free, premium, shared_cost, voip, "
                          "personal, pager, uan, voicemail or satellite",
                          err);
    list = config->address_refuse_regions;
    while ((word = next_word(&list)).n)
        if (!is_region(word))
            return refuse("address.refuse_regions", word, "regions of ISO 3166-1 such as CU,KP",
                          err);
    ret->refuse_regions = config->address_refuse_regions;
    return RW_OK;
}
