// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace lamscope::test {

/// Measures what this thread allocates while it lives; one at a time. Allocations are reported to it by hooks that the
/// program is linked with: allocation_hooks_sanitizer.cpp sees every malloc(), allocation_hooks_new.cpp every operator
/// new.
class AllocationGauge {
public:
    AllocationGauge();
    AllocationGauge(const AllocationGauge&) = delete;
    AllocationGauge& operator=(const AllocationGauge&) = delete;
    ~AllocationGauge();

    [[nodiscard]] std::size_t largest() const { return largest_; }  ///< bytes of the largest single allocation
    [[nodiscard]] std::size_t peak() const { return peak_; }        ///< the most bytes that were held at once

    /// For the hooks.
    static void allocated(std::size_t bytes);
    static void released(std::size_t bytes);

private:
    std::size_t largest_ = 0;
    std::size_t peak_ = 0;
    std::ptrdiff_t held_ = 0;  ///< negative where older memory is released
};

}  // namespace lamscope::test
