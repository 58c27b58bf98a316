// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "method/lam/lam_options.h"
#include "session/view_settings.h"

namespace lamscope {
struct Experiment;
}

namespace lamscope::ui {

/// The figures of the LAM paper (Gu and Dong, CVPR 2021) by their numbers there.
enum class FigureKind {
    Paths,     ///< fig3: one patch under several baselines and paths, with curves
    Maps,      ///< fig4: maps ordered by DI
    Networks,  ///< fig5, and with one image fig1: HR, then a column a network
    Interest,  ///< fig6: where most networks look and where only some do
};

/// What is shown of a network, a picture each.
enum class FigureCell {
    Patch,    ///< the SR patch with its surroundings
    Map,      ///< the attribution map on white
    Overlay,  ///< the map over the SR image
    Area,     ///< the area of contribution over the LR image
};

/// How a cell is named, and which layer of the panes it shows.
struct FigureCellRow {
    FigureCell cell;
    Layer layer;
    std::string_view name;  ///< in session files and with --set; never renamed
    const char* label;      ///< beside the pictures in the figure
    const char* choice;     ///< in the figure editor, with its mnemonic
};

/// In the order of FigureCell.
inline constexpr std::array<FigureCellRow, 4> figureCells{
    {{FigureCell::Patch, Layer::Sr, "patch", QT_TRANSLATE_NOOP("QObject", "SR patch"),
      QT_TRANSLATE_NOOP("QObject", "SR &patch")},
     {FigureCell::Map, Layer::Map, "map", QT_TRANSLATE_NOOP("QObject", "LAM"), QT_TRANSLATE_NOOP("QObject", "&Map")},
     {FigureCell::Overlay, Layer::Overlay, "overlay", QT_TRANSLATE_NOOP("QObject", "LAM on SR"),
      QT_TRANSLATE_NOOP("QObject", "Map &over SR")},
     {FigureCell::Area, Layer::Area, "area", QT_TRANSLATE_NOOP("QObject", "Contribution"),
      QT_TRANSLATE_NOOP("QObject", "A&rea of contribution")}}};

[[nodiscard]] constexpr const FigureCellRow& figureCellRow(FigureCell cell) {
    return figureCells[static_cast<std::size_t>(cell)];
}

/// A width of text that publishers ask for.
struct FigureWidth {
    std::string_view name;
    double millimetres;
};

/// Columns and text widths of the usual templates.
inline constexpr std::array<FigureWidth, 5> figureWidths{
    {{"cvpr-one", 82.55}, {"cvpr-two", 174.625}, {"eccv", 122.0}, {"ieee-one", 88.9}, {"ieee-two", 181.864}}};

/// How a paper figure looks; nothing here changes a number. Lengths of lines and sizes of letters in points (1/72
/// inch).
struct FigureLayout {
    FigureKind kind = FigureKind::Networks;
    bool networksDown = false;  ///< a row a network instead of a column
    double widthMm = 174.625;   ///< 40…600
    std::vector<FigureCell> cells{FigureCell::Patch, FigureCell::Overlay, FigureCell::Area};  ///< of a network

    std::string colourMap = "white-red";  ///< a name of colourMapNames()
    bool colourBar = true;
    double opacity = 0.5;  ///< of the map over the SR image, 0…1
    Normalisation normalisation = Normalisation::Own;

    bool inset = false;       ///< the patch, enlarged, in a corner of the HR image
    int crop = 0;             ///< side of the part of the maps that is shown, LR pixels around the patch; 0: all
    double surroundings = 4;  ///< side of what the patch picture shows, in sides of the patch, 1…32
    std::string boxColour = "#e1191f";
    double boxWidth = 0.75;  ///< 0.1…10

    bool labels = true;             ///< names under the pictures, what they show beside them
    bool letters = false;           ///< (a), (b), … before the labels
    int decimals = 2;               ///< of numbers, 0…6
    std::string decimalMark = ".";  ///< "." or ","
    std::string font = "DejaVu Sans";
    double fontSize = 7;       ///< of labels, 6…24
    double smallFontSize = 6;  ///< of numbers at axes, 6…24
    double lineWidth = 0.5;    ///< of axes and curves, 0.1…10

    std::vector<PathKind> paths{PathKind::Black, PathKind::BlurredLinear, PathKind::Blur};  ///< fig3
    std::vector<double> alphas{0.0, 0.25, 0.5, 0.75, 1.0};                                  ///< fig3: path images shown
    bool gradients = true;  ///< fig3: under each of them

    friend bool operator==(const FigureLayout&, const FigureLayout&) = default;
};

[[nodiscard]] std::string_view toString(FigureKind kind);
/// "fig3", "fig4", "fig5" or "fig6"; "fig1" is fig5 by another name. Throws Error(InvalidArgument) listing them.
[[nodiscard]] FigureKind figureKindFromString(std::string_view name);

[[nodiscard]] std::string_view toString(FigureCell cell);

/// What suits a kind of figure: the widths and pictures of the paper.
[[nodiscard]] FigureLayout defaultLayout(FigureKind kind);

/// A name of `figureWidths`, or a number of millimetres. Throws Error(InvalidArgument) listing the names.
[[nodiscard]] double figureWidthFromString(const std::string& text);

/// The layout as JSON text, one member a setting; enumerations by name.
[[nodiscard]] std::string toJson(const FigureLayout& layout);

/// The inverse; settings that are not there keep the default of their kind. Throws Error(InvalidArgument) naming the
/// setting that is unknown, of the wrong type or out of its range.
[[nodiscard]] FigureLayout figureLayoutFromJson(const std::string& text);

/// The paper figure of an experiment; none before one was made. Throws as figureLayoutFromJson().
[[nodiscard]] std::optional<FigureLayout> figureOf(const Experiment& experiment);
void setFigure(Experiment& experiment, const std::optional<FigureLayout>& layout);

/// Changes one setting by its name in the JSON: a number, true, false, a name, or several names or numbers with commas
/// between them. Throws as figureLayoutFromJson().
void setLayoutField(FigureLayout& layout, const std::string& name, const std::string& value);

}  // namespace lamscope::ui
