// SPDX-License-Identifier: GPL-3.0-or-later
#include "stroke_text.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <map>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope::scenes {

namespace {

using Stroke = std::vector<Vec2>;

struct Glyph {
    double width = 0.0;  ///< width of the letter between its axes; the cap height is 1
    std::vector<Stroke> strokes;
};

/// Points of an elliptic arc; angles in degrees, 0 to the right, 90 up.
Stroke arc(Vec2 centre, Vec2 radii, double from, double to) {
    constexpr int pieces = 12;
    Stroke points;
    for (int i = 0; i <= pieces; ++i) {
        const double angle = (from + (to - from) * i / pieces) * std::numbers::pi / 180.0;
        points.push_back(centre + Vec2{radii.x * std::cos(angle), radii.y * std::sin(angle)});
    }
    return points;
}

/// Joins strokes without a gap.
Stroke joined(std::initializer_list<Stroke> parts) {
    Stroke points;
    for (const auto& part : parts) {
        points.insert(points.end(), part.begin(), part.end());
    }
    return points;
}

/// The letters. The baseline is y = 0, the cap line y = 1.
std::map<char, Glyph> makeAlphabet() {
    const auto bowl = [](double top, double bottom, double right) {
        const double radius = (top - bottom) / 2.0;
        return joined(
            {{{0.0, top}}, arc({right - radius, bottom + radius}, {radius, radius}, 90.0, -90.0), {{0.0, bottom}}});
    };
    const Stroke stem{{0.0, 0.0}, {0.0, 1.0}};
    const Vec2 round{0.36, 0.5};
    std::map<char, Glyph> alphabet;
    alphabet[' '] = {0.35, {}};
    alphabet['-'] = {0.35, {{{0.0, 0.5}, {0.35, 0.5}}}};
    alphabet['A'] = {0.74, {{{0.0, 0.0}, {0.37, 1.0}, {0.74, 0.0}}, {{0.13, 0.33}, {0.61, 0.33}}}};
    alphabet['B'] = {0.58, {stem, bowl(1.0, 0.53, 0.52), bowl(0.53, 0.0, 0.58)}};
    alphabet['C'] = {0.66, {arc({0.36, 0.5}, round, 45.0, 315.0)}};
    alphabet['D'] = {0.64, {stem, joined({{{0.0, 1.0}}, arc({0.2, 0.5}, {0.44, 0.5}, 90.0, -90.0), {{0.0, 0.0}}})}};
    alphabet['E'] = {0.52, {{{0.52, 1.0}, {0.0, 1.0}, {0.0, 0.0}, {0.52, 0.0}}, {{0.0, 0.52}, {0.44, 0.52}}}};
    alphabet['F'] = {0.50, {{{0.50, 1.0}, {0.0, 1.0}, {0.0, 0.0}}, {{0.0, 0.50}, {0.42, 0.50}}}};
    alphabet['G'] = {0.68, {joined({arc({0.36, 0.5}, round, 45.0, 330.0), {{0.70, 0.42}, {0.42, 0.42}}})}};
    alphabet['H'] = {0.62, {stem, {{0.62, 0.0}, {0.62, 1.0}}, {{0.0, 0.52}, {0.62, 0.52}}}};
    alphabet['I'] = {0.0, {stem}};
    alphabet['K'] = {0.60, {stem, {{0.58, 1.0}, {0.0, 0.40}}, {{0.19, 0.59}, {0.60, 0.0}}}};
    alphabet['L'] = {0.48, {{{0.0, 1.0}, {0.0, 0.0}, {0.48, 0.0}}}};
    alphabet['M'] = {0.76, {{{0.0, 0.0}, {0.0, 1.0}, {0.38, 0.28}, {0.76, 1.0}, {0.76, 0.0}}}};
    alphabet['N'] = {0.64, {{{0.0, 0.0}, {0.0, 1.0}, {0.64, 0.0}, {0.64, 1.0}}}};
    alphabet['O'] = {0.76, {arc({0.38, 0.5}, {0.38, 0.5}, 0.0, 180.0), arc({0.38, 0.5}, {0.38, 0.5}, 180.0, 360.0)}};
    alphabet['P'] = {0.56, {stem, bowl(1.0, 0.46, 0.56)}};
    alphabet['Q'] = alphabet['O'];
    alphabet['Q'].strokes.push_back({{0.46, 0.24}, {0.74, -0.04}});
    alphabet['R'] = {0.58, {stem, bowl(1.0, 0.48, 0.56), {{0.27, 0.48}, {0.58, 0.0}}}};
    alphabet['S'] = {
        0.56,
        {joined({arc({0.28, 0.755}, {0.26, 0.245}, 30.0, 270.0), arc({0.28, 0.255}, {0.28, 0.255}, 90.0, -150.0)})}};
    alphabet['T'] = {0.60, {{{0.0, 1.0}, {0.60, 1.0}}, {{0.30, 1.0}, {0.30, 0.0}}}};
    alphabet['U'] = {0.62, {joined({{{0.0, 1.0}}, arc({0.31, 0.31}, {0.31, 0.31}, 180.0, 360.0), {{0.62, 1.0}}})}};
    alphabet['W'] = {0.96, {{{0.0, 1.0}, {0.24, 0.0}, {0.48, 0.9}, {0.72, 0.0}, {0.96, 1.0}}}};
    alphabet['Y'] = {0.64, {{{0.0, 1.0}, {0.32, 0.48}, {0.64, 1.0}}, {{0.32, 0.48}, {0.32, 0.0}}}};
    const auto ring = [](Vec2 centre, Vec2 radii) {
        return joined({arc(centre, radii, 0.0, 180.0), arc(centre, radii, 180.0, 360.0)});
    };
    alphabet['1'] = {0.24, {{{0.0, 0.76}, {0.24, 1.0}, {0.24, 0.0}}}};
    alphabet['2'] = {0.54, {joined({arc({0.27, 0.73}, {0.27, 0.27}, 165.0, -30.0), {{0.0, 0.0}, {0.54, 0.0}}})}};
    alphabet['4'] = {0.60, {{{0.44, 0.0}, {0.44, 1.0}, {0.0, 0.28}, {0.60, 0.28}}}};
    alphabet['5'] = {
        0.54, {joined({{{0.48, 1.0}, {0.08, 1.0}, {0.04, 0.55}}, arc({0.25, 0.32}, {0.29, 0.32}, 130.0, -145.0)})}};
    alphabet['7'] = {0.52, {{{0.0, 1.0}, {0.52, 1.0}, {0.16, 0.0}}}};
    alphabet['8'] = {0.56, {ring({0.28, 0.76}, {0.24, 0.24}), ring({0.28, 0.26}, {0.28, 0.26})}};
    return alphabet;
}

double distanceToSegment(Vec2 at, Vec2 from, Vec2 to) {
    const auto way = to - from;
    const double squared = dot(way, way);
    const double share = squared > 0.0 ? std::clamp(dot(at - from, way) / squared, 0.0, 1.0) : 0.0;
    return length(at - from - way * share);
}

}  // namespace

StrokeText::StrokeText(std::string_view text, Vec2 centre, double capHeight, double strokeWidth, double spacing)
    : strokeWidth_(strokeWidth) {
    static const auto alphabet = makeAlphabet();
    double width = -spacing;
    for (const char character : text) {
        const auto found = alphabet.find(character);
        if (found == alphabet.end()) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("the stroke alphabet has no '{}'", character));
        }
        width += found->second.width + spacing;
    }
    Vec2 pen{centre.x - width * capHeight / 2.0, centre.y - capHeight / 2.0};
    low_ = pen - Vec2{strokeWidth, strokeWidth};
    high_ = pen + Vec2{width * capHeight + strokeWidth, capHeight + strokeWidth};
    for (const char character : text) {
        const auto& glyph = alphabet.at(character);
        Letter letter{
            .left = pen.x - strokeWidth, .right = pen.x + glyph.width * capHeight + strokeWidth, .segments = {}};
        for (const auto& stroke : glyph.strokes) {
            for (std::size_t i = 1; i < stroke.size(); ++i) {
                letter.segments.push_back({pen + stroke[i - 1] * capHeight, pen + stroke[i] * capHeight});
            }
        }
        letters_.push_back(std::move(letter));
        pen.x += (glyph.width + spacing) * capHeight;
    }
}

double StrokeText::distance(Vec2 at) const {
    double nearest = std::numeric_limits<double>::max();
    if (at.x < low_.x || at.y < low_.y || at.x > high_.x || at.y > high_.y) {
        return nearest;
    }
    for (const auto& letter : letters_) {
        if (at.x < letter.left || at.x > letter.right) {
            continue;
        }
        for (const auto& segment : letter.segments) {
            nearest = std::min(nearest, distanceToSegment(at, segment.from, segment.to));
        }
    }
    return nearest - strokeWidth_ / 2.0;
}

}  // namespace lamscope::scenes
