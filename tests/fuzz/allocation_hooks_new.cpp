// SPDX-License-Identifier: GPL-3.0-or-later
// Replaces operator new for programs without a sanitizer's hooks, so that an AllocationGauge sees what C++ allocates.
#include <cstdlib>
#include <malloc.h>
#include <new>

#include "fuzz/allocation_gauge.h"

// The replacements themselves must use malloc().
// NOLINTBEGIN(cppcoreguidelines-no-malloc)
void* operator new(std::size_t bytes) {
    void* memory = std::malloc(bytes);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    lamscope::test::AllocationGauge::allocated(malloc_usable_size(memory));
    return memory;
}

void operator delete(void* memory) noexcept {
    lamscope::test::AllocationGauge::released(malloc_usable_size(memory));
    std::free(memory);
}

void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
    operator delete(memory);
}
// NOLINTEND(cppcoreguidelines-no-malloc)
