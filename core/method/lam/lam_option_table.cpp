// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_option_table.h"

#include <array>

namespace lamscope {

namespace {

constexpr auto presets = std::to_array<OptionChoice<Preset>>(
    {{Preset::Official, {"official", "official", "the authors' demo, 50 steps"}},
     {Preset::Paper, {"paper", "paper", "the same with 100 steps"}},
     {Preset::Exact, {"exact", "exact", "refined until the map's estimated error is under the tolerance"}}});

constexpr auto paths = std::to_array<OptionChoice<PathKind>>(
    {{PathKind::Blur, {"blur", "blur", "Gaussian blur that falls to 0"}},
     {PathKind::Black, {"black", "black", "linear from black"}},
     {PathKind::BlurredLinear, {"blurred-linear", "blurred, linear", "linear from the blurred image"}},
     {PathKind::Rain, {"rain", "clean, linear", "linear from the clean image, where it is known: scale 1 alone"}}});

constexpr auto detectors = std::to_array<OptionChoice<DetectorKind>>(
    {{DetectorKind::Gradient, {"gradient", "gradient", "edges: differences of neighbouring pixels"}},
     {DetectorKind::Intensity, {"intensity", "intensity", "the sum of all values"}},
     {DetectorKind::Gabor, {"gabor", "gabor", "texture: a horizontal Gabor kernel of 9 x 9 pixels"}}});

/// Of the preset exact; the other rule is that of official and paper alone.
constexpr auto rules = std::to_array<OptionChoice<IntegrationRule>>(
    {{IntegrationRule::Midpoints, {"midpoint", "midpoints", "gradients at points of the path"}},
     {IntegrationRule::Secant,
      {"secant", "secant", "gradients averaged over cells of the path: fewer are needed, and their sum is exact"}}});

}  // namespace

const std::vector<OptionRow<LamOptions>>& lamOptionTable() {
    static const std::vector<OptionRow<LamOptions>> rows{
        choiceRow({.name = "preset", .title = "Preset", .subject = "the preset", .help = "recipe for nodes and rule"},
                  &LamOptions::preset, presets),
        choiceRow(
            {.name = "path", .title = "Path", .subject = "the path", .help = "how the baseline becomes the image"},
            &LamOptions::path, paths),
        numberRow({.name = "sigma",
                   .title = "Blur σ",
                   .subject = "sigma",
                   .help = "standard deviation of the baseline's blur",
                   .unit = "LR px"},
                  &LamOptions::sigma, {.least = 0.05, .most = 100.0}),
        numberRow({.name = "kernel",
                   .title = "Kernel",
                   .subject = "the kernel side",
                   .help = "side of the blur kernel",
                   .unit = "LR px"},
                  &LamOptions::kernel, {.least = 1, .most = 255, .odd = true}),
        choiceRow({.name = "rule",
                   .title = "Rule",
                   .subject = "the rule",
                   .help = "how the preset exact adds up gradients; secant, which needs a network of a known family, "
                           "unless the network is of none"},
                  &LamOptions::rule, rules),
        numberRow({.name = "nodes",
                   .title = "Nodes",
                   .subject = "the number of nodes",
                   .help = "path images to evaluate; with the preset exact alone exactly this number, with a "
                           "tolerance at most this number"},
                  &LamOptions::nodes, {.least = 1, .most = 100000}),
        numberRow({.name = "tolerance",
                   .title = "Tolerance",
                   .subject = "the tolerance",
                   .help = "estimated map error at which the preset exact stops refining, 0.05 unless the nodes are "
                           "given"},
                  &LamOptions::tolerance, {.positive = true}),
        choiceRow({.name = "detector",
                   .title = "Detector",
                   .subject = "the detector",
                   .help = "what is measured in the patch of the output"},
                  &LamOptions::detector, detectors),
        numberRow({.name = "context",
                   .title = "Context",
                   .subject = "the context",
                   .help = "side of the square around the patch that the networks see, on which DI depends; official "
                           "and paper: whole, exact: 64",
                   .unit = "LR px",
                   .zeroWord = "whole"},
                  &LamOptions::context, {.least = 0, .most = 1 << 20}),
    };
    return rows;
}

std::string_view toString(Preset preset) {
    return choiceName(presets, preset);
}
std::string_view toString(PathKind path) {
    return choiceName(paths, path);
}
std::string_view toString(DetectorKind detector) {
    return choiceName(detectors, detector);
}

std::string_view toString(IntegrationRule rule) {
    return rule == IntegrationRule::RightEndpoints ? "right-endpoint" : choiceName(rules, rule);
}

Preset presetFromString(std::string_view name) {
    return choiceNamed(presets, "preset", name);
}
PathKind pathFromString(std::string_view name) {
    return choiceNamed(paths, "path", name);
}
DetectorKind detectorFromString(std::string_view name) {
    return choiceNamed(detectors, "detector", name);
}

}  // namespace lamscope
