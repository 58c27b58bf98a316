// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/colour_map.h"

#include <QFile>
#include <QTextStream>
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"

/// The macro declares a function of the global namespace, so it cannot be used in another.
static void initialiseResources() {
    Q_INIT_RESOURCE(colour_maps);
}

namespace lamscope::ui {

namespace {

ColourMap readTable(const std::string& name, bool diverging) {
    initialiseResources();
    QFile file(QStringLiteral(":/colour_maps/%1.txt").arg(QString::fromStdString(name)));
    if (!file.open(QIODevice::ReadOnly)) {
        throw Error(ErrorCode::BadFile, "the colour map " + name + " is missing from the program");
    }
    QTextStream text(&file);
    std::array<QRgb, ColourMap::size> colours{};
    for (auto& colour : colours) {
        int red = 0;
        int green = 0;
        int blue = 0;
        text >> red >> green >> blue;
        colour = qRgb(red, green, blue);
    }
    if (text.status() != QTextStream::Ok) {
        throw Error(ErrorCode::BadFile, "the colour map " + name + " does not have 256 lines of three numbers");
    }
    return {name, diverging, colours};
}

}  // namespace

ColourMap::ColourMap(std::string name, bool diverging, const std::array<QRgb, size>& colours)
    : name_(std::move(name))
    , diverging_(diverging)
    , colours_(colours) {}

QRgb ColourMap::at(double t) const {
    if (std::isnan(t)) {
        return colours_.front();
    }
    return colours_[static_cast<std::size_t>(std::lround(std::clamp(t, 0.0, 1.0) * (size - 1)))];
}

const std::vector<std::string>& colourMapNames() {
    static const std::vector<std::string> names{"white-red", "viridis", "inferno", "magma"};
    return names;
}

const ColourMap& colourMap(std::string_view name) {
    static const std::vector<ColourMap> maps = [] {
        std::vector<ColourMap> result;
        for (const auto& each : colourMapNames()) {
            result.push_back(readTable(each, false));
        }
        return result;
    }();
    const auto found = std::find_if(maps.begin(), maps.end(), [&](const ColourMap& map) { return map.name() == name; });
    if (found == maps.end()) {
        std::string known;
        for (const auto& each : colourMapNames()) {
            known += (known.empty() ? "" : ", ") + each;
        }
        throw Error(ErrorCode::InvalidArgument, "unknown colour map '" + std::string(name) + "'; known are " + known);
    }
    return *found;
}

const ColourMap& divergingColourMap() {
    static const ColourMap map = readTable("blue-white-red", true);
    return map;
}

}  // namespace lamscope::ui
