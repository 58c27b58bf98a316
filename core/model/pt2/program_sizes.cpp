// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/program_sizes.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "model/pt2/guards.h"

namespace lamscope {

namespace {

constexpr std::size_t rowsOf = 2;     // index of the height among the input's sizes
constexpr std::size_t columnsOf = 3;  // of the width

const pt2::Extent& extentOf(const pt2::Program& program, std::size_t index) {
    return program.inputValue().facts.value().sizes[index];
}

/// A side of the example that the program was exported with.
int exampleSide(const pt2::Program& program, std::size_t index) {
    constexpr std::int64_t usual = 64;
    constexpr std::int64_t largest = 65536;
    return static_cast<int>(std::clamp<std::int64_t>(extentOf(program, index).value.value_or(usual), 1, largest));
}

/// A batch of the exporter's example, whose length guards may read: they are asked about sides.
pt2::InputSize inputOf(const pt2::Program& program, int channels, int width, int height) {
    return {.batch = extentOf(program, 0).value.value_or(1), .channels = channels, .height = height, .width = width};
}

/// Whether the program gives a side a range. A lower bound of 2 is what the exporter writes for all sizes that may
/// vary.
bool isLimited(const pt2::Program& program, std::size_t index) {
    const auto range = program.ranges.find(extentOf(program, index).expression);
    return range != program.ranges.end() && (range->second.least.value_or(0) > 2 || range->second.most);
}

/// Whether the program itself restricts the sides that are not fixed.
bool hasRules(const pt2::Program& program) {
    if (!program.guards || !program.guards->empty()
        || extentOf(program, rowsOf).expression == extentOf(program, columnsOf).expression) {  // squares alone
        return true;
    }
    return std::ranges::any_of(std::array{rowsOf, columnsOf}, [&](std::size_t index) {
        const auto& extent = extentOf(program, index);
        return extent.isFixed() || !program.ranges.contains(extent.expression) || isLimited(program, index);
    });
}

/// A side of the image as the network sees it.
int paddedSide(int side, int multiple) {
    return (side + multiple - 1) / multiple * multiple;
}

/// The rules of a card: its guards, and what the program says of single sides, which no comparison disproves.
SizeGuards guardsOfCard(const std::shared_ptr<const pt2::Program>& program, const ExportedCard& stated, int channels) {
    const auto isRestricted = [&](std::size_t index) {
        return extentOf(*program, index).isFixed() || isLimited(*program, index);
    };
    if (stated.guards.empty() && !isRestricted(rowsOf) && !isRestricted(columnsOf)) {
        return {};
    }
    const auto violated = [program, channels, texts = stated.guards, multiple = stated.sizeMultiple](
                              int width, int height) -> std::optional<std::string> {
        const auto input = inputOf(*program, channels, paddedSide(width, multiple), paddedSide(height, multiple));
        for (const auto index : {rowsOf, columnsOf}) {
            const auto& extent = extentOf(*program, index);
            if (extent.isFixed() && extent.value != (index == rowsOf ? input.height : input.width)) {
                return fmt::format("a {} of {}", index == rowsOf ? "height" : "width", extent.value.value_or(0));
            }
        }
        if (auto rule = pt2::violatedRangeOfSides(*program, input)) {
            return rule;
        }
        const auto found =
            std::ranges::find_if(texts, [&](const auto& guard) { return !pt2::satisfies(guard, input); });
        return found == texts.end() ? std::nullopt : std::optional(*found);
    };
    return {.texts = stated.guards,
            .example = {exampleSide(*program, columnsOf), exampleSide(*program, rowsOf)},
            .violated = violated};
}

SizeGuards guardsOfProgram(const std::shared_ptr<const pt2::Program>& program, int multiple, int channels) {
    const auto violated = [program, channels, multiple](int width, int height) {
        return pt2::violatedRule(
            *program, inputOf(*program, channels, paddedSide(width, multiple), paddedSide(height, multiple)));
    };
    return {.texts = program->guards.value_or(std::vector<std::string>()),
            .example = {exampleSide(*program, columnsOf), exampleSide(*program, rowsOf)},
            .violated = violated};
}

}  // namespace

ProgramSizes sizesOf(const std::shared_ptr<const pt2::Program>& program, const ExportedCard& stated, int channels) {
    ProgramSizes sizes;
    sizes.multiple = stated.sizeMultiple;
    sizes.minimumSide = stated.minimumSide;
    const LrSize example(exampleSide(*program, columnsOf), exampleSide(*program, rowsOf));
    if (stated.fixedSize) {
        sizes.fixed = stated.fixedSize;
        sizes.remark = fmt::format("it works on {} LR pixels only, as its card states", inWords(*stated.fixedSize));
    } else if (extentOf(*program, rowsOf).isFixed() && extentOf(*program, columnsOf).isFixed()) {
        sizes.fixed = example;
        sizes.remark = fmt::format("it works on {} LR pixels only, the size it was exported for", inWords(example));
    } else if (stated.statesSizes) {
        sizes.guards = guardsOfCard(program, stated, channels);
    } else if (hasRules(*program)) {
        sizes.guards = guardsOfProgram(program, stated.sizeMultiple, channels);
        sizes.remark = fmt::format(
            "it has no card that says where it is right: it is used only at sizes at which the exporter's own rules "
            "say that it is right ({} LR "
            "pixels and others); lamscope_export.py compares it with the network and writes a card",
            inWords(example));
    }
    return sizes;
}

}  // namespace lamscope
