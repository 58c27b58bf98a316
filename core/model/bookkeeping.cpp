// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/bookkeeping.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>

#include "model/checkpoint/weight_names.h"

namespace lamscope {

namespace {

constexpr std::array<std::string_view, 15> counters{
    "num_batches_tracked", "n_averaged", "num_updates", "step",    "steps", "step_counter", "global_step", "iter",
    "iteration",           "iterations", "epoch",       "initted", "decay", "ema_decay",    "counter"};

std::string_view lastSegment(std::string_view name) {
    return name.substr(name.rfind('.') + 1);
}

bool isCounter(const std::string& name, const TensorData& data) {
    return data.numel() <= 1 && std::ranges::find(counters, lastSegment(name)) != counters.end();
}

/// True for at most four numbers under a name like "val_psnr.total": no layer of a network looks like that.
bool isMetricState(const std::string& name, const TensorData& data) {
    const auto segments = detail::segmentsOf(name);
    constexpr std::int64_t most = 4;
    return data.shape.size() <= 1 && data.numel() <= most && segments.size() > 1
           && detail::roleOf(std::string_view(segments.front())) == detail::WeightRole::Companion;
}

bool isConstant(const TensorData& data) {
    return std::ranges::adjacent_find(data.values, std::not_equal_to<>()) == data.values.end();
}

}  // namespace

bool areBookkeeping(const std::vector<std::string>& extra, const Checkpoint& checkpoint) {
    const std::set<std::string_view> unasked(extra.begin(), extra.end());
    const auto isSecondName = [&](const TensorData& data) {
        return std::ranges::any_of(checkpoint.tensors, [&](const auto& entry) {
            return !unasked.contains(entry.first) && entry.second.shape == data.shape
                   && entry.second.values == data.values;
        });
    };
    bool hasConstant = false;  // biases of zeros can be equal by chance; they count only beside equal weights
    bool hasOther = false;
    for (const std::string& name : extra) {
        const TensorData* data = checkpoint.find(name);
        if (data == nullptr) {
            return false;
        }
        if (data->values.empty() || isCounter(name, *data) || isMetricState(name, *data)) {
            continue;
        }
        if (!isSecondName(*data)) {
            return false;
        }
        (isConstant(*data) ? hasConstant : hasOther) = true;
    }
    return hasOther || !hasConstant;
}

}  // namespace lamscope
