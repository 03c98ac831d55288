/*
 * judge.c - what is meant by the numbers on the command line, and what is wrong with them.
 *
 *     cc -o judge judge.c $(pkg-config --cflags --libs ringwright-address)
 *     ./judge +6591234567 6591234567
 */
#include <ringwright/address.h>

#include <stdio.h>
#include <string.h>

static void show_number(const struct rw_address *address)
{
    char text[RW_ADDRESS_FORMAT_MAX];

    if (rw_address_write(address, RW_ADDRESS_INTERNATIONAL, text))
        printf("  %s, %s, %s %s\n", text, rw_address_type_name(address->type), address->region,
               rw_address_region_name(address->region));
    for (uint32_t i = 0; i < address->note_count; i++)
        printf("  %s\n", rw_address_note_meaning(address->notes[i].code));
}

static void show_fault(const struct rw_address *address)
{
    char text[256];

    printf("  at %u: %s [%s]\n", address->span.at, rw_address_explain(address, text, sizeof(text)),
           address->code);
    if (*rw_address_expected(address, text, sizeof(text)))
        printf("  expected: %s\n", text);
    for (uint32_t i = 0; i < address->suggestion_count; i++)
        printf("  instead: %s (%s)\n", address->suggestions[i].text,
               address->suggestions[i].reason);
}

int main(int argc, char **argv)
{
    struct rw_address_policy policy;
    int wrong = 0;

    rw_address_policy_init(&policy);
    for (int i = 1; i < argc; i++) {
        struct rw_address address;

        rw_address_judge(argv[i], strlen(argv[i]), &policy, &address);
        printf("%s: %s\n", argv[i], rw_address_verdict_name(address.verdict));
        if (address.e164[0])
            show_number(&address);
        if (address.code)
            show_fault(&address);
        wrong |= address.verdict > RW_ADDRESS_UNASSIGNED;
    }
    return wrong;
}
