// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/allocation_gauge.h"

#include <algorithm>

namespace lamscope::test {

namespace {

thread_local AllocationGauge* current = nullptr;

}  // namespace

AllocationGauge::AllocationGauge() {
    current = this;
}

AllocationGauge::~AllocationGauge() {
    current = nullptr;
}

void AllocationGauge::allocated(std::size_t bytes) {
    if (current != nullptr) {
        current->largest_ = std::max(current->largest_, bytes);
        current->held_ += static_cast<std::ptrdiff_t>(bytes);
        current->peak_ =
            std::max(current->peak_, static_cast<std::size_t>(std::max<std::ptrdiff_t>(current->held_, 0)));
    }
}

void AllocationGauge::released(std::size_t bytes) {
    if (current != nullptr) {
        current->held_ -= static_cast<std::ptrdiff_t>(bytes);
    }
}

}  // namespace lamscope::test
