// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

namespace lamscope {

/// Counts the tensor memory that this thread allocates and frees on the CPU during this object's life, through
/// LibTorch's hook for memory profilers. Scratch memory inside single operations is not counted.
class AllocationMeter {
public:
    AllocationMeter();
    AllocationMeter(const AllocationMeter&) = delete;
    AllocationMeter& operator=(const AllocationMeter&) = delete;
    ~AllocationMeter();

    [[nodiscard]] std::int64_t heldBytes() const;  ///< allocated and not yet freed
    [[nodiscard]] std::int64_t peakBytes() const;  ///< the maximum of heldBytes() so far

private:
    class Guard;
    std::unique_ptr<Guard> guard_;
};

}  // namespace lamscope
