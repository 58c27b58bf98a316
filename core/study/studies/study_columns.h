// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of a study's results: place, measures and cost of resultColumns(), and what a study measures in addition.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "method/faithfulness/faithfulness.h"
#include "metrics/lpips.h"
#include "metrics/psnr_ssim.h"
#include "report/result_columns.h"
#include "study/studies/packed_map.h"

namespace lamscope {

/// SR against HR of a context as the field compares them: rounded to 8 bits, without a border of `scale` pixels. Unset
/// where HR is not known or too small.
struct ContextQuality {
    std::optional<Quality> luma{};    ///< on Y
    std::optional<Quality> colour{};  ///< on RGB
    std::optional<double> lpips{};    ///< on RGB; unset where it was not asked for
};

/// The qualities of the contexts of one network and image: patches that share a context share the comparison, which
/// takes longer than the numbers of a map.
class ContextQualities {
public:
    /// @param lpips  null: LPIPS is not measured. Must outlive the object.
    explicit ContextQualities(const Lpips* lpips = nullptr)
        : lpips_(lpips) {}

    /// That of the context of `map`. Throws as Lpips::distance().
    [[nodiscard]] const ContextQuality& of(const ModelCard& card, const LamResult& map);

private:
    const Lpips* lpips_;
    std::map<std::array<int, 4>, ContextQuality> known_;  // by x, y, width and height, LR pixels
};

/// What the columns are made of.
struct StudyResult {
    const ModelCard& card;
    const LamResult& map;
    ContextQuality quality{};
    const FaithfulnessResult* faithfulness = nullptr;  ///< null: it was not measured
};

struct StudyColumn {
    std::string name;       ///< in the store; never renamed
    std::string_view unit;  ///< empty: none
    std::string explanation;
    std::function<ResultValue(const StudyResult&)> value;
};

/// In the order of the table. Thread-safe.
[[nodiscard]] const std::vector<StudyColumn>& studyColumns();

/// What a store keeps of one map, or of a patch or a task that has none: a few kilobytes, however large the images.
struct StudyRow {
    std::vector<ResultValue> values{};  ///< of studyColumns(); empty where nothing is known
    std::optional<PackedMap> map{};
    std::string error{};  ///< why there is no map; empty where there is one
};

[[nodiscard]] StudyRow rowOf(const StudyResult& result, bool withMap);

/// Of a patch that has no map: its place and the reason.
[[nodiscard]] StudyRow failedRow(const ModelCard& card, const Patch& patch, const std::string& error);

}  // namespace lamscope
