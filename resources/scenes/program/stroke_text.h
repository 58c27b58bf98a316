// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "vectors.h"

namespace lamscope::scenes {

/// A line of capital letters and digits, drawn as strokes of one width. The alphabet is made for the sign and holds
/// only the characters that the sign needs.
class StrokeText {
public:
    /// The line is centred on `centre`; y points up. `capHeight` is the height between the axes of the strokes.
    /// `spacing` is the gap between the axes of two letters, as a share of `capHeight`. Throws Error(InvalidArgument),
    /// naming the character, for a character that the alphabet lacks.
    StrokeText(std::string_view text, Vec2 centre, double capHeight, double strokeWidth, double spacing = 0.32);

    /// The distance from a place to the ink; negative inside, a large number far away.
    [[nodiscard]] double distance(Vec2 at) const;

private:
    struct Segment {
        Vec2 from;
        Vec2 to;
    };
    /// A letter with the range of x that its strokes reach.
    struct Letter {
        double left = 0.0;
        double right = 0.0;
        std::vector<Segment> segments;
    };

    Vec2 low_;
    Vec2 high_;
    double strokeWidth_;
    std::vector<Letter> letters_;
};

}  // namespace lamscope::scenes
