// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/srga_options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

constexpr auto srgaPresets = std::to_array<OptionChoice<SrgaPreset>>(
    {{SrgaPreset::Official, {"official", "official", "as the code of the authors: 300 components, shapes of a grid"}},
     {SrgaPreset::Exact, {"exact", "exact", "shapes by root finding, with a band and a floor"}}});

constexpr double largestSeed = 2147483647.0;

OptionRow<SrgaOptions> tapRow() {
    OptionRow<SrgaOptions> row{
        {{.name = "tap",
          .title = "Tap",
          .subject = "the tap",
          .help = "whose input is looked at: deepest (the last convolution that makes the image) "
                  "or the key of a layer"},
         OptionType::Choice},
        {},
        {}};
    row.get = [](const SrgaOptions& options) { return nlohmann::ordered_json(options.tap); };
    row.set = [](SrgaOptions& options, const nlohmann::ordered_json& json) { options.tap = json.get<std::string>(); };
    return row;
}

}  // namespace

std::size_t componentsOf(const SrgaOptions& options, std::size_t patches) {
    if (options.components) {
        return static_cast<std::size_t>(*options.components);
    }
    constexpr std::size_t most = srgaMostComponents;
    return options.preset == SrgaPreset::Official ? most : std::min(most, patches * 3 / 8);
}

void checkSrgaPatches(const SrgaOptions& options, std::size_t patches) {
    const auto components = componentsOf(options, patches);
    if (patches < static_cast<std::size_t>(srgaFewestPatches) || components >= patches) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} patches and {} components: at least {} patches are needed (the authors advise more "
                                "than {}), and components must be fewer than patches; give more images, more patches "
                                "(--patches) or fewer components (--components)",
                                patches, components, srgaFewestPatches, srgaAdvisedPatches));
    }
}

std::string_view toString(SrgaPreset preset) {
    return choiceName(srgaPresets, preset);
}

const std::vector<OptionRow<SrgaOptions>>& srgaOptionTable() {
    static const std::vector<OptionRow<SrgaOptions>> rows{
        choiceRow({.name = "preset", .title = "Preset", .subject = "the preset", .help = "recipe"},
                  &SrgaOptions::preset, srgaPresets),
        numberRow({.name = "patches",
                   .title = "Patches",
                   .subject = "the number of patches",
                   .help = "the most patches of a set"},
                  &SrgaOptions::patches, {.least = srgaFewestPatches, .most = 20000}),
        numberRow({.name = "patch",
                   .title = "Patch side",
                   .subject = "the side of a patch",
                   .help = "side of a patch that is cut from an HR image",
                   .unit = "LR px"},
                  &SrgaOptions::patch, {.least = 8, .most = 1024}),
        numberRow(
            {.name = "components",
             .title = "Components",
             .subject = "the number of components",
             .help = "principal components of each set (unless given, official: 300, exact: 3/8 of the patches, at "
                     "most 300)"},
            &SrgaOptions::components, {.least = 1, .most = 20000}),
        tapRow(),
        numberRow({.name = "replicates",
                   .title = "Half-samples",
                   .subject = "the number of half-samples",
                   .help = "of the band, exact alone; 0: neither band nor floor"},
                  &SrgaOptions::replicates, {.least = 0, .most = 10000}),
        numberRow({.name = "seed",
                   .title = "Seed",
                   .subject = "the seed",
                   .help = "of the places of patches, of noise and of half-samples"},
                  &SrgaOptions::seed, {.least = 0, .most = largestSeed}),
    };
    return rows;
}

void checkSrgaOptions(const SrgaOptions& options) {
    checkOptions(srgaOptionTable(), options);
    if (options.tap.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no tap; give the key of a layer, or 'deepest'");
    }
}

}  // namespace lamscope
