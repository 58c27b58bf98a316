// SPDX-License-Identifier: GPL-3.0-or-later
// Debian 12's libexpat takes random bytes by arc4random_buf(), which the C library has since 2.36 only. With this one,
// the bundle runs on older systems, too.
#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>

__attribute__((visibility("hidden"))) void arc4random_buf(void* buffer, size_t size) {
    unsigned char* next = buffer;
    while (size > 0) {
        const ssize_t taken = getrandom(next, size, 0);
        if (taken < 0) {
            abort();  // getrandom() fails only where the system call is forbidden
        }
        next += taken;
        size -= (size_t)taken;
    }
}
