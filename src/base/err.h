/*
 * base/err.h - the one error value of the program.
 *
 * An error says what class it is of, which stable code names it, where it stands, what was found
 * there, what was expected, and what to send instead. It has a fixed size, is copied by
 * assignment and never allocates: reporting an error can't fail.
 *
 * Threads  a value like any other; no shared state.
 * Errors   none. Texts that do not fit are cut at a whole UTF-8 character; a suggestion is left out.
 * Text     every text member is one line of clean UTF-8: control characters arrive escaped.
 */
#ifndef RW_BASE_ERR_H
#define RW_BASE_ERR_H

#include "base/slice.h"

#include <stdint.h>

#define RW_NODISCARD __attribute__((warn_unused_result))
#define RW_PRINTF(f, a) __attribute__((format(printf, f, a)))

/*
 * What the caller should do about it. base/status.h maps a class to an HTTP status, to a SIP
 * status and to the exit status of a program: one table each.
 */
enum rw_class {
    RW_OK = 0,
    RW_MALFORMED,       /* the request is wrong: mend it */
    RW_UNAUTHENTICATED, /* no usable credentials */
    RW_FORBIDDEN,       /* known, but not allowed */
    RW_NOT_FOUND,       /* no such thing, or not yours */
    RW_BAD_METHOD,      /* the resource is there, the method is not */
    RW_CONFLICT,        /* contradicts what is stored */
    RW_TOO_LARGE,       /* over a size limit */
    RW_BAD_MEDIA_TYPE,  /* a body of another type than the resource reads */
    RW_LIMIT,           /* a rate or capacity limit: later */
    RW_TOO_SLOW,        /* the client did not finish in time */
    RW_NO_MEMORY,       /* later */
    RW_IO,              /* store, file or socket: later */
    RW_UNAVAILABLE,     /* draining or not started: later */
    RW_BUG,             /* a broken invariant of ours */
    RW_CLASS_COUNT
};

struct rw_err {
    enum rw_class class;
    const char *code;     /* stable token, static string: "address.missing_plus"; NULL when unset */
    char pointer[96];     /* JSON Pointer (RFC 6901) of the value; "" is the whole document */
    int32_t offset;       /* byte offset in the input the pointer belongs to, -1 = not known */
    int32_t line, column; /* 1-based, column in code points; 0 = not known */
    int32_t length;       /* code points from there that are at fault; 0 = a place between two */
    char message[200];    /* one sentence for a person */
    char found[120];      /* what was read, with code points where they matter */
    char expected[160];   /* what could stand there */
    char suggestion[120]; /* what to write instead; "" if there is nothing honest to suggest */
};

/*
 * Fills *err (NULL allowed) with class, code and message; everything else is reset (offset -1).
 * Returns class, so that failing is one line: return rw_fail(err, RW_LIMIT, "plan.full", "...");
 */
enum rw_class rw_fail(struct rw_err *err, enum rw_class class, const char *code, const char *fmt,
                      ...) RW_PRINTF(4, 5);

/* Out of memory, said the same way everywhere: class RW_NO_MEMORY, code "server.no_memory". */
enum rw_class rw_fail_memory(struct rw_err *err);

/* Refinements of an error just made; each takes NULL for err. */
void rw_err_at(struct rw_err *err, const char *pointer, int32_t offset, int32_t length);
void rw_err_found(struct rw_err *err, const char *fmt, ...) RW_PRINTF(2, 3);
void rw_err_expected(struct rw_err *err, const char *fmt, ...) RW_PRINTF(2, 3);
void rw_err_suggest(struct rw_err *err, const char *fmt, ...) RW_PRINTF(2, 3);

/*
 * Copies text into dst (size bytes, NUL-terminated), escaping control characters, C1, bidirectional
 * marks and invalid UTF-8 as \u{XXXX} or \x{XX}. Cuts at a whole character. Returns bytes written.
 */
size_t rw_text_clean(char *dst, size_t size, struct rw_slice text);

/* The faults of one request, all of them up to a bound; the rest is counted. Not for sharing. */
#define RW_FAULTS_MAX 32

struct rw_faults {
    uint32_t count;   /* entries used in at[] */
    uint32_t dropped; /* faults beyond RW_FAULTS_MAX */
    struct rw_err at[RW_FAULTS_MAX];
};

/* Appends a copy of *err; beyond the bound it is only counted. */
void rw_faults_add(struct rw_faults *faults, const struct rw_err *err);

#endif
