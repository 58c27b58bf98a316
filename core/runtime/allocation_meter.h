// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

namespace lamscope {

/// Counts the memory of the tensors that this thread makes and frees on the CPU while it exists: through LibTorch's
/// hook for memory profilers. Scratch memory inside single operations is not seen.
class AllocationMeter {
public:
    AllocationMeter();
    AllocationMeter(const AllocationMeter&) = delete;
    AllocationMeter& operator=(const AllocationMeter&) = delete;
    ~AllocationMeter();

    [[nodiscard]] std::int64_t heldBytes() const;  ///< made and not yet freed
    [[nodiscard]] std::int64_t peakBytes() const;  ///< the most that was held at once

private:
    class Guard;
    std::unique_ptr<Guard> guard_;
};

}  // namespace lamscope
