// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/pt2/program.h"

namespace lamscope::pt2 {

/// The shape of a network's input.
struct InputSize {
    std::int64_t batch = 1;
    std::int64_t channels = 3;
    std::int64_t height = 1;
    std::int64_t width = 1;
};

/// Whether the size satisfies a guard: a comparison in Python's grammar on `L['x'].size()[k]`, whatever the name x of
/// the only input. False also if the text cannot be read, and where a number overflows or a divisor is zero.
[[nodiscard]] bool satisfies(std::string_view guard, const InputSize& size);

/// The range of the program that forbids the height or the width, in words ("height >= 15"); nullopt if none does. A
/// lower bound of 2 is no rule.
[[nodiscard]] std::optional<std::string> violatedRangeOfSides(const Program& program, const InputSize& size);

/// The first rule of the program that forbids the size, in words for a message ("height >= 15", a guard's text…);
/// nullopt if the exporter's trace holds for it. The example's size is always allowed, also one picture of a batch that
/// may vary. Rules are the fixed numbers of the input's shape, range_constraints and guards_code; a program without
/// guards_code allows the example's size alone. A lower bound of 2 for the batch is no rule: the exporter writes it for
/// every size that may vary.
[[nodiscard]] std::optional<std::string> violatedRule(const Program& program, const InputSize& size);

}  // namespace lamscope::pt2
