// SPDX-License-Identifier: GPL-3.0-or-later
// Lets an AllocationGauge see everything that is allocated in a program with clang's address sanitizer.
#include <sanitizer/allocator_interface.h>

#include "fuzz/allocation_gauge.h"

namespace {

void onMalloc(const volatile void* /*memory*/, std::size_t bytes) {
    lamscope::test::AllocationGauge::allocated(bytes);
}

void onFree(const volatile void* memory) {
    lamscope::test::AllocationGauge::released(__sanitizer_get_allocated_size(memory));
}

const int installed = __sanitizer_install_malloc_and_free_hooks(onMalloc, onFree);

}  // namespace
