// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/figure_layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/option_table.h"
#include "scene/experiment.h"

namespace lamscope::ui {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto kinds = std::to_array<OptionChoice<FigureKind>>({{FigureKind::Paths, {"fig3"}},
                                                                {FigureKind::Maps, {"fig4"}},
                                                                {FigureKind::Networks, {"fig5"}},
                                                                {FigureKind::Interest, {"fig6"}}});
constexpr auto cells = [] {
    std::array<OptionChoice<FigureCell>, figureCells.size()> choices{};
    std::ranges::transform(figureCells, choices.begin(), [](const FigureCellRow& row) {
        return OptionChoice<FigureCell>{row.cell, {row.name}};
    });
    return choices;
}();
static_assert(std::ranges::all_of(figureCells,
                                  [](const FigureCellRow& row) { return &figureCellRow(row.cell) == &row; }),
              "the rows stand in the order of FigureCell");

FigureCell cellFromString(std::string_view name) {
    return choiceNamed(cells, "picture", name);
}

/// One setting: its name, and how it gets into JSON and back.
struct Field {
    std::string_view name;
    std::function<Json(const FigureLayout&)> get;
    std::function<void(FigureLayout&, const Json&)> set;
};

Field number(std::string_view name, double FigureLayout::*member, double least, double most) {
    return {name, [member](const FigureLayout& layout) { return Json(layout.*member); },
            [=](FigureLayout& layout, const Json& json) {
                const double value = json.get<double>();
                if (!(value >= least && value <= most)) {
                    throw Error(ErrorCode::InvalidArgument,
                                fmt::format("'{}' is {}, but must be within {} and {}", name, value, least, most));
                }
                layout.*member = value;
            }};
}

Field integer(std::string_view name, int FigureLayout::*member, int least, int most) {
    return {name, [member](const FigureLayout& layout) { return Json(layout.*member); },
            [=](FigureLayout& layout, const Json& json) {
                const double value = json.get<double>();
                if (!(value >= least && value <= most) || value != std::floor(value)) {
                    throw Error(ErrorCode::InvalidArgument,
                                fmt::format("'{}' is {}, but must be a whole number within {} and {}", name, value,
                                            least, most));
                }
                layout.*member = static_cast<int>(value);
            }};
}

Field flag(std::string_view name, bool FigureLayout::*member) {
    return {name, [member](const FigureLayout& layout) { return Json(layout.*member); },
            [member](FigureLayout& layout, const Json& json) { layout.*member = json.get<bool>(); }};
}

Field text(std::string_view name, std::string FigureLayout::*member, bool (*isGood)(const std::string&),
           std::string_view wanted) {
    return {name, [member](const FigureLayout& layout) { return Json(layout.*member); },
            [=](FigureLayout& layout, const Json& json) {
                auto value = json.get<std::string>();
                if (!isGood(value)) {
                    throw Error(ErrorCode::InvalidArgument,
                                fmt::format("'{}' is \"{}\", but must be {}", name, value, wanted));
                }
                layout.*member = std::move(value);
            }};
}

template <typename Value, typename Parse>
Field named(std::string_view name, Value FigureLayout::*member, Parse parse) {
    return {name, [member](const FigureLayout& layout) { return Json(toString(layout.*member)); },
            [=](FigureLayout& layout, const Json& json) { layout.*member = parse(json.get<std::string>()); }};
}

/// A list with at least one entry.
template <typename Value, typename Write, typename Read>
Field list(std::string_view name, std::vector<Value> FigureLayout::*member, Write write, Read read) {
    return {name,
            [=](const FigureLayout& layout) {
                Json json = Json::array();
                for (const auto& value : layout.*member) {
                    json.push_back(write(value));
                }
                return json;
            },
            [=](FigureLayout& layout, const Json& json) {
                std::vector<Value> values;
                for (const auto& each : json.is_array() ? json : Json::array({json})) {
                    values.push_back(read(each));
                }
                constexpr std::size_t most = 16;
                if (values.empty() || values.size() > most) {
                    throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' must have 1 to {} entries", name, most));
                }
                layout.*member = std::move(values);
            }};
}

bool isColour(const std::string& text) {
    return text.size() == 7 && text[0] == '#'
           && text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
}

bool isDecimalMark(const std::string& text) {
    return text == "." || text == ",";
}

bool isName(const std::string& text) {
    return !text.empty() && text.size() <= 100;
}

double alphaFrom(const Json& json) {
    const double alpha = json.get<double>();
    if (!(alpha >= 0.0 && alpha <= 1.0)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("'alphas' holds {}, which is not within 0 and 1", alpha));
    }
    return alpha;
}

const std::vector<Field>& fields() {
    using Layout = FigureLayout;
    const auto nameIn = [](const auto& value) { return Json(toString(value)); };
    static const std::vector<Field> all{
        number("width_mm", &Layout::widthMm, 40.0, 600.0),
        list("cells", &Layout::cells, nameIn, [](const Json& json) { return cellFromString(json.get<std::string>()); }),
        flag("networks_down", &Layout::networksDown),
        text("colour_map", &Layout::colourMap, isName, "the name of a colour map"),
        flag("colour_bar", &Layout::colourBar),
        number("opacity", &Layout::opacity, 0.0, 1.0),
        named("normalisation", &Layout::normalisation, normalisationFromString),
        integer("crop", &Layout::crop, 0, 1 << 16),
        number("surroundings", &Layout::surroundings, 1.0, 32.0),
        flag("inset", &Layout::inset),
        text("box_colour", &Layout::boxColour, isColour, "a colour like #e1191f"),
        number("box_width", &Layout::boxWidth, 0.1, 10.0),
        flag("labels", &Layout::labels),
        flag("letters", &Layout::letters),
        integer("decimals", &Layout::decimals, 0, 6),
        text("decimal_mark", &Layout::decimalMark, isDecimalMark, R"("." or ",")"),
        text("font", &Layout::font, isName, "the name of a typeface"),
        number("font_size", &Layout::fontSize, 6.0, 24.0),
        number("small_font_size", &Layout::smallFontSize, 6.0, 24.0),
        number("line_width", &Layout::lineWidth, 0.1, 10.0),
        list("paths", &Layout::paths, nameIn, [](const Json& json) { return pathFromString(json.get<std::string>()); }),
        list(
            "alphas", &Layout::alphas, [](double alpha) { return Json(alpha); }, alphaFrom),
        flag("gradients", &Layout::gradients),
    };
    return all;
}

constexpr std::string_view kindName = "layout";

Json jsonOf(const FigureLayout& layout) {
    Json json{{kindName, toString(layout.kind)}};
    for (const auto& field : fields()) {
        json[field.name] = field.get(layout);
    }
    return json;
}

void setField(FigureLayout& layout, std::string_view name, const Json& value) {
    const auto found = std::ranges::find(fields(), name, &Field::name);
    if (found == fields().end()) {
        std::string known;
        for (const auto& field : fields()) {
            known += fmt::format("{}{}", known.empty() ? "" : ", ", field.name);
        }
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("there is no setting '{}' of a figure; known: {}", name, known));
    }
    try {
        found->set(layout, value);
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the figure's setting '{}' cannot be {}", name, value.dump()));
    }
}

FigureLayout layoutFrom(const Json& json) {
    if (!json.is_object() || !json.contains(kindName) || !json[kindName].is_string()) {
        throw Error(ErrorCode::InvalidArgument, "the figure's layout is not described");
    }
    auto layout = defaultLayout(figureKindFromString(json[kindName].get<std::string>()));
    for (const auto& [name, value] : json.items()) {
        if (name != kindName) {
            setField(layout, name, value);
        }
    }
    return layout;
}

/// A word of a setting given as text: a number, true, false, or itself.
Json wordJson(const std::string& word) {
    auto json = Json::parse(word, nullptr, false);
    return json.is_number() || json.is_boolean() ? json : Json(word);
}

}  // namespace

std::string_view toString(FigureKind kind) {
    return choiceName(kinds, kind);
}

FigureKind figureKindFromString(std::string_view name) {
    return name == "fig1" ? FigureKind::Networks : choiceNamed(kinds, "layout", name);
}

std::string_view toString(FigureCell cell) {
    return choiceName(cells, cell);
}

FigureLayout defaultLayout(FigureKind kind) {
    FigureLayout layout;
    layout.kind = kind;
    if (kind == FigureKind::Maps) {
        layout.cells = {FigureCell::Map};
    }
    return layout;
}

double figureWidthFromString(const std::string& text) {
    const auto* const found = std::ranges::find(figureWidths, text, &FigureWidth::name);
    if (found != figureWidths.end()) {
        return found->millimetres;
    }
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_number()) {
        std::string known;
        for (const auto& width : figureWidths) {
            known += fmt::format("{}{} ({} mm)", known.empty() ? "" : ", ", width.name, width.millimetres);
        }
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("unknown width '{}'; give millimetres or one of {}", text, known));
    }
    FigureLayout layout;
    setField(layout, "width_mm", json);
    return layout.widthMm;
}

std::string toJson(const FigureLayout& layout) {
    return jsonOf(layout).dump();
}

FigureLayout figureLayoutFromJson(const std::string& text) {
    return layoutFrom(Json::parse(text, nullptr, false));
}

std::optional<FigureLayout> figureOf(const Experiment& experiment) {
    return experiment.figure.is_null() ? std::nullopt : std::optional(layoutFrom(experiment.figure));
}

void setFigure(Experiment& experiment, const std::optional<FigureLayout>& layout) {
    experiment.figure = layout ? jsonOf(*layout) : Json(nullptr);
}

void setLayoutField(FigureLayout& layout, const std::string& name, const std::string& value) {
    if (name != "decimal_mark" && value.find(',') != std::string::npos) {
        Json words = Json::array();
        std::istringstream stream(value);
        for (std::string word; std::getline(stream, word, ',');) {
            words.push_back(wordJson(word));
        }
        setField(layout, name, words);
    } else {
        setField(layout, name, wordJson(value));
    }
}

}  // namespace lamscope::ui
