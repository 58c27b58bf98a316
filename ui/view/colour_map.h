// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRgb>
#include <QString>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace lamscope::ui {

/// 256 opaque colours from the lowest value to the highest. Colour maps live as long as the program. Thread-safe.
class ColourMap {
public:
    static constexpr int size = 256;

    ColourMap(std::string name, bool diverging, const std::array<QRgb, size>& colours);

    [[nodiscard]] const std::string& name() const { return name_; }
    /// True if the middle colour stands for zero: values -1…1 map to t = 0…1.
    [[nodiscard]] bool isDiverging() const { return diverging_; }
    /// The colour at `t`, clamped to 0…1; the lowest colour for NaN.
    [[nodiscard]] QRgb at(double t) const;
    /// The colour of a map's value: -1…1 for a diverging map, otherwise 0…1.
    [[nodiscard]] QRgb ofValue(double value) const { return at(diverging_ ? 0.5 * (value + 1.0) : value); }

private:
    std::string name_;
    bool diverging_;
    std::array<QRgb, size> colours_;
};

/// What a colour bar says of the colours of a picture.
struct ColourScale {
    const ColourMap* colours = nullptr;  ///< null: there is no scale
    QString caption{};
    bool dimmed = false;  ///< of an older box
    /// The texts at the ends; empty: "0" and "1", of a diverging map "−1" and "+1".
    QString lowest{};
    QString highest{};
};

/// The sequential colour maps in the order of menus. The first is the paper's: white, red, dark red.
[[nodiscard]] const std::vector<std::string>& colourMapNames();
/// The colour map with that name. Throws Error(InvalidArgument) listing the known names.
[[nodiscard]] const ColourMap& colourMap(std::string_view name);
/// The colour map blue, white, red around zero; both ends are equally dark.
[[nodiscard]] const ColourMap& divergingColourMap();

}  // namespace lamscope::ui
