#include "address/fiction.h"

#include <string.h>

/*
 * 'x' is any digit. 353: ComReg, drama numbers. 44: Ofcom, telephone numbers for use in TV and radio drama.
 * 61: ACMA, numbers for use in radio, film and television.
 */
static const char *const ranges[] = {
    "3532091xxxxx", "441134960xxx", "441144960xxx", "441154960xxx", "441164960xxx", "441174960xxx",
    "441184960xxx", "441214960xxx", "441314960xxx", "441414960xxx", "441514960xxx", "441614960xxx",
    "441632960xxx", "441914980xxx", "442079460xxx", "442896496xxx", "442920180xxx", "443069990xxx",
    "447700900xxx", "448081570xxx", "449098790xxx", "6125550xxxx",  "6127010xxxx",  "6135550xxxx",
    "6137010xxxx",  "6175550xxxx",  "6177010xxxx",  "6185550xxxx",  "6187010xxxx",  "61491570006",
    "61491570110",  "6149157015x",  "61491570313",  "61491570737",  "61491571266",  "61491571491",
    "61491571804",  "61491572549",  "61491572665",  "61491572983",  "61491573087",  "61491573770",
    "61491574118",  "61491574632",  "61491575254",  "61491575789",  "61491576398",  "61491576801",
    "61491577426",  "61491577644",  "61491578148",  "61491578888",  "61491578957",  "61491579212",
    "61491579455",  "61491579760",
};

static bool matches(const char *range, const char *digits, size_t n)
{
    if (strlen(range) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (range[i] != 'x' && range[i] != digits[i])
            return false;
    return true;
}

/* NANPA: 555-0100 to 555-0199 of every area code; of the toll-free ones 800-555-0199 alone. */
static bool north_america(const char *digits, size_t n)
{
    bool toll_free = digits[1] == '8' && digits[2] == digits[3];

    if (n != 11 || memcmp(digits + 4, "55501", 5) != 0)
        return false;
    return !toll_free || memcmp(digits, "18005550199", n) == 0;
}

bool rw_fiction_has(const char *digits, size_t n)
{
    if (n < 11)
        return false;
    if (digits[0] == '1')
        return north_america(digits, n);
    if (memcmp(digits, "44", 2) != 0 && memcmp(digits, "61", 2) != 0 &&
        memcmp(digits, "353", 3) != 0)
        return false;
    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (matches(ranges[i], digits, n))
            return true;
    return false;
}
