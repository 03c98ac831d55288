/*
 * address/placeholder.h - the words that documentation writes where a value belongs.
 *
 * For the engine, which looks for them where a number should be, and for api/placeholder.h, where an id
 * should be. Threads: any; constant data.
 */
#ifndef RW_ADDRESS_PLACEHOLDER_H
#define RW_ADDRESS_PLACEHOLDER_H

enum rw_placeholder_of {
    RW_PLACEHOLDER_TELLS,  /* as one word among others too: "your-id", "put it here" */
    RW_PLACEHOLDER_ALONE,  /* of an id only when nothing else stands there: "none" */
    RW_PLACEHOLDER_NUMBER, /* says nothing about an id, which may be called "sales-phone" */
};

struct rw_placeholder_word {
    const char *text; /* in lower case; NULL at the end */
    enum rw_placeholder_of of;
};
extern const struct rw_placeholder_word rw_placeholder_words[];

#endif
