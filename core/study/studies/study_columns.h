// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of a study's results: place, measures and cost of resultColumns(), and what a study measures in addition.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/psnr_ssim.h"
#include "report/result_columns.h"

namespace lamscope {

/// What a study keeps of one map.
struct StudyResult {
    const ModelCard& card;
    const LamResult& map;
    std::optional<Quality> luma{};    ///< of the SR of the context on Y; where HR is known and large enough
    std::optional<Quality> colour{};  ///< the same on RGB
};

/// Compares SR and HR of the context as the field does: rounded to 8 bits, without a border of `scale` pixels.
[[nodiscard]] StudyResult studyResultOf(const ModelCard& card, const LamResult& map);

struct StudyColumn {
    std::string_view name;  ///< in the store; never renamed
    std::string_view unit;  ///< empty: none
    std::string explanation;
    std::function<ResultValue(const StudyResult&)> value;
};

/// In the order of the table. Thread-safe.
[[nodiscard]] const std::vector<StudyColumn>& studyColumns();

}  // namespace lamscope
