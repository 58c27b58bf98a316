// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/recognition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/bookkeeping.h"
#include "model/padded_network.h"
#include "model/per_colour_network.h"
#include "model/probe/range_probe.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// One attempt to read a checkpoint as one family.
struct Attempt {
    BuiltNetwork built;
    std::vector<std::string> assumptions;
    std::vector<std::string> unusedOverrides;
    std::vector<std::string> leftOut;
    std::optional<KeyDifference> difference;
};

Attempt tryFamily(const Architecture& architecture, const Checkpoint& checkpoint, const ModelSettings& settings,
                  int scale) {
    LayerBuilder layers(checkpoint, settings.assumptions);
    Attempt attempt;
    attempt.built = architecture.build(layers, scale);
    attempt.built.network->adopt(layers);
    attempt.assumptions = layers.assumptions();
    attempt.unusedOverrides = layers.unusedOverrides();
    attempt.difference = layers.difference(attempt.built.name);
    if (attempt.difference && attempt.difference->missing.empty() && attempt.difference->mismatched.empty()
        && areBookkeeping(attempt.difference->extra, checkpoint)) {
        attempt.leftOut = std::move(attempt.difference->extra);
        attempt.difference.reset();
    }
    return attempt;
}

/// How much of a family a checkpoint is: first the share of all tensors, of one or the other, that both have in the
/// same shape; then the number of names that both have.
std::pair<double, std::size_t> likeness(const KeyDifference& difference, const Checkpoint& checkpoint) {
    const auto named = checkpoint.tensors.size() - difference.extra.size();
    const auto same = static_cast<double>(named - difference.mismatched.size());
    return {same / static_cast<double>(checkpoint.tensors.size() + difference.missing.size()), named};
}

/// What a probe's residual is when the network is right, and how many times larger one has to be to speak for another.
constexpr double good = 0.01;
constexpr double clearlyWorse = 10.0;

/// Evaluates a smooth picture at each scale: only the right scale reproduces the picture. nullopt if no scale is
/// clearly the best.
std::optional<int> scaleByProbe(const Architecture& architecture, const Checkpoint& checkpoint,
                                const ModelSettings& settings, const BuiltNetwork& built) {
    std::vector<std::pair<double, int>> residuals;
    for (const int scale : built.scales) {
        const auto attempt = tryFamily(architecture, checkpoint, settings, scale);
        const auto probe = probeRange(*attempt.built.network, scale);
        residuals.emplace_back(probe.residual(built.defaultRange.value_or(probe.better())), scale);
    }
    std::ranges::sort(residuals);
    const bool clear = residuals.front().first < good && residuals[1].first > clearlyWorse * residuals.front().first;
    return clear ? std::optional(residuals.front().second) : std::nullopt;
}

/// Chooses a scale where the shapes leave the scale open.
Attempt withScale(const Architecture& architecture, const Checkpoint& checkpoint, const ModelSettings& settings,
                  ModelCard& card, Attempt attempt) {
    const auto& scales = attempt.built.scales;
    const auto named = scaleInName(std::filesystem::path(card.file).stem().string(), scales);
    auto scale = scaleByProbe(architecture, checkpoint, settings, attempt.built);
    std::string evidence = "found by a probe";
    if (scale && named && *scale != *named) {
        evidence += fmt::format("; the file's name says {}", *named);
        card.warnings.push_back(
            fmt::format("The file's name says scale {}, but only at scale {} does the network reproduce a smooth "
                        "picture: {} is used; "
                        "scale={} insists.",
                        *named, *scale, *scale, *named));
    } else if (named) {
        evidence = "the file's name";
        scale = named;
    }
    if (!scale) {
        evidence = fmt::format("files of scale {} have the same shapes: choose with scale=", fmt::join(scales, ", "));
        scale = scales.front();
    }
    auto result = tryFamily(architecture, checkpoint, settings, *scale);
    auto& order = result.built.scales;
    std::rotate(order.begin(), std::ranges::find(order, *scale), order.end());
    result.assumptions.push_back(fmt::format("scale {} ({})", *scale, evidence));
    return result;
}

/// Assumptions of 0 or 1 that tell apart published networks of the same keys and shapes, which are wired differently.
constexpr std::array<std::string_view, 2> wirings{"bilinear_skip", "norm"};

/// Of the better value range.
double residualOf(const BuiltNetwork& built) {
    const int side = std::max(checkProbeSize.first, built.minimumSide);
    const auto probe = probeRange(*built.network, built.scales.front(), {side, side});
    return std::min(probe.residual1, probe.residual255);
}

/// Takes the other wiring if with it alone the network reproduces a smooth picture.
Attempt withWiring(const Architecture& architecture, const Checkpoint& checkpoint, const ModelSettings& settings,
                   Attempt attempt) {
    for (const auto wiring : wirings) {
        for (const int usual : {0, 1}) {
            const auto line = fmt::format("{} {}", wiring, usual);
            if (std::ranges::find(attempt.assumptions, line) == attempt.assumptions.end()) {
                continue;  // not asked for, or decided by the user
            }
            const double residual = residualOf(attempt.built);
            if (residual < good) {
                continue;
            }
            auto otherSettings = settings;
            otherSettings.assumptions[std::string(wiring)] = {1.0 - usual};
            auto other = tryFamily(architecture, checkpoint, otherSettings, settings.scale.value_or(0));
            const double otherResidual = residualOf(other.built);
            if (otherResidual < good && residual > clearlyWorse * otherResidual) {
                *std::ranges::find_if(
                    other.assumptions,
                    [&](const std::string& text) { return text.starts_with(fmt::format("{} ", wiring)); }) =
                    fmt::format("{} {} (found by a probe; {}={} insists on the other wiring of the same layers)",
                                wiring, 1 - usual, wiring, usual);
                return other;
            }
        }
    }
    return attempt;
}

/// Refuses a network that reads a number beside the image which nobody has given.
void checkSideInputs(const ModelCard& card, const BuiltNetwork& built) {
    for (const auto& input : built.sideInputs) {
        if (std::isnan(input.value)) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{}: {} reads {} beside the image and has no default for it: give it in {}, e.g. "
                                    "{}:{}=25",
                                    card.file, built.name, input.name, input.unit, card.file, input.name));
        }
    }
}

/// Side inputs have a place of their own on the card.
std::vector<std::string> withoutSideInputs(std::vector<std::string> assumptions, const BuiltNetwork& built) {
    std::erase_if(assumptions, [&](const std::string& line) {
        return std::ranges::any_of(built.sideInputs,
                                   [&](const SideInput& input) { return line.starts_with(input.name + " "); });
    });
    return assumptions;
}

/// The scale of a network that has one alone; of others, one that enlarges.
int ownScale(const std::vector<int>& scales) {
    return scales.size() == 1 ? scales.front() : 0;
}

void describe(ModelCard& card, const Attempt& attempt, const ModelSettings& settings) {
    const auto& built = attempt.built;
    card.architecture = built.name;
    card.hyperparameters = built.hyperparameters;
    card.assumed = withoutSideInputs(attempt.assumptions, built);
    card.sideInputs = built.sideInputs;
    card.scales = built.scales;
    card.mean = built.mean;
    card.colour = coloursOf(built.network->inputShape(), ownScale(built.scales), settings, card.file);
    card.sizeMultiple = built.sizeMultiple;
    card.minimumSide = std::max(built.minimumSide, smallestPaddedSide(built.sizeMultiple));
    card.receptiveField = built.receptiveField;
    card.cropping = built.cropping;
    card.routing = built.routing;
    card.randomness = built.randomness;
}

/// Families, each with another one whose files have the same keys and shapes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 1> twins{{{"prenet", "prenet-real"}}};

bool mustBeNamed(std::string_view family) {
    return std::ranges::any_of(twins, [&](const auto& pair) { return pair.second == family; });
}

std::vector<const Architecture*> candidates(const ModelSettings& settings) {
    std::vector<const Architecture*> result;
    std::vector<std::string_view> keys;
    for (const auto& architecture : architectures()) {
        keys.push_back(architecture.key);
        const bool isWanted =
            settings.architecture ? *settings.architecture == architecture.key : !mustBeNamed(architecture.key);
        if (isWanted) {
            result.push_back(&architecture);
        }
    }
    if (result.empty()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("unknown architecture '{}'; the known ones are {}",
                                                            *settings.architecture, fmt::join(keys, ", ")));
    }
    return result;
}

}  // namespace

Recognition recognise(const Checkpoint& checkpoint, const ModelSettings& settings, ModelCard& card) {
    const LayerBuilder layers(checkpoint);
    auto families = candidates(settings);
    // Families whose signature is in the file come first: in nearly every case, the one that fits or comes closest is
    // among them.
    const auto others = std::stable_partition(families.begin(), families.end(),
                                              [&](const auto* family) { return family->matches(layers); });
    const auto signatures = static_cast<std::size_t>(others - families.begin());
    constexpr double clearlyClose = 0.5;
    std::pair<double, std::size_t> closest;
    Recognition result;
    for (std::size_t i = 0; i < families.size(); ++i) {
        if (i == signatures && result.nearest && closest.first >= clearlyClose) {
            break;
        }
        auto attempt = tryFamily(*families[i], checkpoint, settings, settings.scale.value_or(0));
        if (attempt.difference) {
            const auto found = likeness(*attempt.difference, checkpoint);
            // A family that the settings name is compared in any case.
            if ((found.second > 0 || settings.architecture) && (!result.nearest || found > closest)) {
                closest = found;
                result.nearest = std::move(attempt.difference);
            }
            continue;
        }
        if (!attempt.unusedOverrides.empty()) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format(
                    "{}: {} does not assume {}; what it assumes: {}", card.file, attempt.built.name,
                    fmt::join(attempt.unusedOverrides, ", "),
                    attempt.assumptions.empty() ? "nothing" : fmt::format("{}", fmt::join(attempt.assumptions, ", "))));
        }
        attempt = withWiring(*families[i], checkpoint, settings, std::move(attempt));
        if (attempt.built.scaleIsOpen && !settings.scale) {
            attempt = withScale(*families[i], checkpoint, settings, card, std::move(attempt));
        }
        checkSideInputs(card, attempt.built);
        describe(card, attempt, settings);
        result.family = families[i]->key;
        result.defaultRange = attempt.built.defaultRange;
        result.leftOut = std::move(attempt.leftOut);
        result.network = padToMultiple(std::move(attempt.built.network), attempt.built.sizeMultiple);
        result.nearest.reset();
        return result;
    }
    return result;
}

std::optional<std::string_view> twinOf(std::string_view family) {
    const auto* found = std::ranges::find(twins, family, &std::pair<std::string_view, std::string_view>::first);
    return found == twins.end() ? std::nullopt : std::optional(found->second);
}

bool looksLikeANetwork(const Checkpoint& checkpoint, const ModelSettings& settings) {
    const LayerBuilder layers(checkpoint);
    return std::ranges::any_of(candidates(settings), [&](const auto* family) { return family->matches(layers); });
}

std::optional<int> scaleInName(const std::string& stem, const std::vector<int>& scales) {
    const auto isDigit = [&](std::size_t i) { return i < stem.size() && stem[i] >= '0' && stem[i] <= '9'; };
    const auto isX = [&](std::size_t i) { return i < stem.size() && (stem[i] == 'x' || stem[i] == 'X'); };
    std::set<int> found;
    for (std::size_t i = 0; i < stem.size(); ++i) {
        if (!isDigit(i) || isDigit(i + 1) || (i > 0 && isDigit(i - 1))) {
            continue;
        }
        // The 4 counts in "x4" and in "4x". It does not count in "64x4", in "x2x4" and in "4x64", which name two sides.
        const bool after = i > 0 && isX(i - 1) && (i == 1 || !isDigit(i - 2)) && !(isX(i + 1) && isDigit(i + 2));
        const bool before = isX(i + 1) && !isDigit(i + 2);
        const int scale = stem[i] - '0';
        if ((after || before) && std::ranges::find(scales, scale) != scales.end()) {
            found.insert(scale);
        }
    }
    return found.size() == 1 ? std::optional(*found.begin()) : std::nullopt;
}

}  // namespace lamscope
