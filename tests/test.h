/* test.h - cmocka with the headers it needs before it, in the order it needs them. */
#ifndef RW_TESTS_TEST_H
#define RW_TESTS_TEST_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
/* clang-format on */

#endif
