// SPDX-License-Identifier: GPL-3.0-or-later
// Linked into every program and test program. start() runs before the program's libraries are initialised.
#include "runtime/spinning.h"

namespace {

void start(int /*count*/, char** arguments, char** environment) {
    lamscope::limitSpinning(arguments, environment);
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): the loader's table
__attribute__((section(".preinit_array"), used)) void (*const beforeAll)(int, char**, char**) = start;

}  // namespace
