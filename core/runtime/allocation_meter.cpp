// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/allocation_meter.h"

#include <algorithm>

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

namespace lamscope {

namespace {

class Counter final : public c10::MemoryReportingInfoBase {
public:
    void reportMemoryUsage(void* /*ptr*/, std::int64_t size, std::size_t /*totalAllocated*/,
                           std::size_t /*totalReserved*/, c10::Device device) override {
        if (device.is_cpu()) {
            held += size;
            peak = std::max(peak, held);
        }
    }
    [[nodiscard]] bool memoryProfilingEnabled() const override { return true; }

    std::int64_t held = 0;
    std::int64_t peak = 0;
};

}  // namespace

class AllocationMeter::Guard {
public:
    std::shared_ptr<Counter> counter = std::make_shared<Counter>();
    c10::DebugInfoGuard guard{c10::DebugInfoKind::PROFILER_STATE, counter};
};

AllocationMeter::AllocationMeter()
    : guard_(std::make_unique<Guard>()) {}
AllocationMeter::~AllocationMeter() = default;

std::int64_t AllocationMeter::heldBytes() const {
    return guard_->counter->held;
}

std::int64_t AllocationMeter::peakBytes() const {
    return guard_->counter->peak;
}

}  // namespace lamscope
