// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/checkpoint_report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "base/table_text.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t rowsShown = 20;
/// With the other columns, and in the tables with the most of them, a line has 100 columns.
constexpr std::size_t longestNameShown = 46;
constexpr std::size_t longestShapeShown = 18;

std::string shapeText(const std::optional<std::vector<std::int64_t>>& shape) {
    return !shape ? "?" : shape->empty() ? "scalar" : fmt::format("{}", fmt::join(*shape, "x"));
}

/// The text without its middle, if it is longer than `longest`: the ends of names tell them apart.
std::string shortened(const std::string& text, std::size_t longest) {
    constexpr std::string_view gap = "...";
    if (text.size() <= longest) {
        return text;
    }
    const std::size_t front = (longest - gap.size()) / 3;
    return fmt::format("{}{}{}", text.substr(0, front), gap, text.substr(text.size() - (longest - gap.size() - front)));
}

std::string nameCell(const std::string& name) {
    return shortened(name, longestNameShown);
}

std::string shapeCell(const std::optional<std::vector<std::int64_t>>& shape) {
    return shortened(shapeText(shape), longestShapeShown);
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Json shapeJson(const std::optional<std::vector<std::int64_t>>& shape) {
    return valueOrNull(shape);
}

Json jsonOf(const std::vector<StoredTensor>& tensors) {
    auto json = Json::array();
    for (const StoredTensor& tensor : tensors) {
        json.push_back({{"name", tensor.name}, {"shape", shapeJson(tensor.shape)}, {"dtype", tensor.dtype}});
    }
    return json;
}

Json jsonOf(const ComparedSet& set) {
    return {{"file", set.file.string()},
            {"nesting", set.nesting},
            {"prefix", set.prefix},
            {"tensors", set.tensors},
            {"warnings", set.warnings}};
}

std::int64_t valuesOf(const StoredSet& set) {
    std::int64_t values = 0;
    for (const StoredTensor& tensor : set.tensors) {
        values += tensor.numel();
    }
    return values;
}

Json jsonOf(const FileTensors& file) {
    Json json;
    json["file"] = file.listing.file.string();
    json["sha256"] = file.sha256;
    json["container"] = nameInDocuments(file.listing.container);
    json["sets"] = Json::array();
    for (const StoredSet& set : file.listing.sets) {
        json["sets"].push_back({{"nesting", set.nesting},
                                {"tensors", set.tensors.size()},
                                {"values", valuesOf(set)},
                                {"keys", jsonOf(set.tensors)},
                                {"warnings", set.warnings}});
    }
    return json;
}

/// Rows under a heading, indented; only the first ones, with the number of the others. Nothing where there are none.
template <typename Item>
void addTable(std::string& text, const std::string& heading, const std::vector<std::string>& columns,
              const std::vector<Item>& items, const std::function<std::vector<std::string>(const Item&)>& rowOf) {
    if (items.empty()) {
        return;
    }
    Rows rows{columns};
    for (std::size_t i = 0; i < std::min(items.size(), rowsShown); ++i) {
        rows.push_back(rowOf(items[i]));
    }
    text += fmt::format("\n  {} ({})\n", heading, items.size());
    const std::string table = aligned(rows);
    for (std::size_t begin = 0; begin < table.size();) {
        const std::size_t end = table.find('\n', begin) + 1;
        text += "    " + table.substr(begin, end - begin);
        begin = end;
    }
    if (items.size() > rowsShown) {
        text += fmt::format("    ... and {} more; --json has all\n", items.size() - rowsShown);
    }
}

std::string setLine(const ComparedSet& set) {
    auto line = fmt::format("{}: {}", set.file.string(), counted(set.tensors, "tensor"));
    if (!set.nesting.empty()) {
        line += fmt::format(", under {}", fmt::join(set.nesting, " > "));
    }
    if (!set.prefix.empty()) {
        line += fmt::format(", without the prefix {}", set.prefix);
    }
    return line;
}

std::string relativeText(const Distance& distance) {
    return distance.relative ? fmt::format("{:.3g}", *distance.relative) : "not finite";
}

std::string largestText(const Distance& distance) {
    return std::isfinite(distance.largest) ? fmt::format("{:.3g}", distance.largest) : "not finite";
}

std::string distanceLine(const CheckpointComparison& comparison, std::size_t differing) {
    const std::size_t both = comparison.distances.size();
    if (both == 0) {
        return "no tensor is in both in one shape";
    }
    if (differing == 0) {
        return fmt::format("none over {}", counted(both, "tensor"));
    }
    return fmt::format("relative L2 {}, largest |A - B| {}; {} of {} differ", relativeText(comparison.all),
                       largestText(comparison.all), differing, counted(both, "tensor"));
}

}  // namespace

Json jsonOf(const CheckpointComparison& comparison) {
    Json json;
    json["first"] = jsonOf(comparison.first);
    json["second"] = jsonOf(comparison.second);
    json["equal"] = comparison.isEqual();
    json["missing"] = jsonOf(comparison.missing);
    json["extra"] = jsonOf(comparison.extra);
    json["other_shape"] = Json::array();
    for (const OtherShape& tensor : comparison.otherShapes) {
        json["other_shape"].push_back({{"name", tensor.name}, {"first", tensor.first}, {"second", tensor.second}});
    }
    json["other_type"] = Json::array();
    for (const OtherType& tensor : comparison.otherTypes) {
        json["other_type"].push_back({{"name", tensor.name}, {"first", tensor.first}, {"second", tensor.second}});
    }
    json["largest"] = numberOrNull(comparison.all.largest);
    json["relative_l2"] = numberOrNull(comparison.all.relative);
    json["distances"] = Json::array();
    for (const TensorDistance& tensor : comparison.distances) {
        json["distances"].push_back({{"name", tensor.name},
                                     {"shape", tensor.shape},
                                     {"counter", tensor.isCounter},
                                     {"largest", numberOrNull(tensor.distance.largest)},
                                     {"relative_l2", numberOrNull(tensor.distance.relative)}});
    }
    return json;
}

std::string toJson(const std::vector<FileTensors>& files, const std::optional<CheckpointComparison>& comparison) {
    Json json;
    json["lamscope"] = programJson("cpu");
    json["results"] = Json::array();
    for (const FileTensors& file : files) {
        json["results"].push_back(jsonOf(file));
    }
    json["comparison"] = comparison ? jsonOf(*comparison) : Json(nullptr);
    return dumpJson(json);
}

std::string toText(const FileTensors& file) {
    auto text = fmt::format("{}\n  {:<16}{}\n  {:<16}{}\n", file.listing.file.string(), "container",
                            nameInDocuments(file.listing.container), "sha256", file.sha256);
    for (const StoredSet& set : file.listing.sets) {
        text += fmt::format("  {}{}, {} values\n",
                            set.nesting.empty() ? "" : fmt::format("{}: ", fmt::join(set.nesting, " > ")),
                            counted(set.tensors.size(), "tensor"), valuesOf(set));
        std::size_t nameWidth = 0;
        std::size_t shapeWidth = 0;
        for (const StoredTensor& tensor : set.tensors) {
            nameWidth = std::max(nameWidth, tensor.name.size());
            shapeWidth = std::max(shapeWidth, shapeText(tensor.shape).size());
        }
        for (const StoredTensor& tensor : set.tensors) {
            text += fmt::format("    {:<{}}  {:<{}}  {}\n", tensor.name, nameWidth, shapeText(tensor.shape), shapeWidth,
                                tensor.dtype);
        }
        for (const std::string& warning : set.warnings) {
            text += fmt::format("  warning: {}\n", warning);
        }
    }
    return text;
}

std::string toText(const CheckpointComparison& comparison) {
    const auto differs = [](const TensorDistance& tensor) { return tensor.distance.largest > 0.0; };
    std::vector<TensorDistance> differing;
    std::ranges::copy_if(comparison.distances, std::back_inserter(differing), differs);
    auto text = fmt::format("comparison\n  {:<16}{}\n  {:<16}{}\n  {:<16}{}\n", "A", setLine(comparison.first), "B",
                            setLine(comparison.second), "distance", distanceLine(comparison, differing.size()));
    const std::function storedRow = [](const StoredTensor& tensor) {
        return std::vector{nameCell(tensor.name), shapeCell(tensor.shape), tensor.dtype};
    };
    addTable(text, "missing from B", {"tensor", "shape", "type"}, comparison.missing, storedRow);
    addTable(text, "in B alone", {"tensor", "shape", "type"}, comparison.extra, storedRow);
    addTable<OtherShape>(
        text, "of another shape", {"tensor", "A", "B"}, comparison.otherShapes, [](const OtherShape& tensor) {
            return std::vector{nameCell(tensor.name), shapeCell(tensor.first), shapeCell(tensor.second)};
        });
    addTable<OtherType>(text, "of another type", {"tensor", "A", "B"}, comparison.otherTypes,
                        [](const OtherType& tensor) {
                            return std::vector{nameCell(tensor.name), tensor.first, tensor.second};
                        });
    addTable<TensorDistance>(text, "of other values, the farthest first",
                             {"tensor", "shape", "relative L2", "max |A - B|"}, differing,
                             [](const TensorDistance& tensor) {
                                 return std::vector{nameCell(tensor.name), shapeCell(tensor.shape),
                                                    relativeText(tensor.distance), largestText(tensor.distance)};
                             });
    for (const ComparedSet* set : {&comparison.first, &comparison.second}) {
        for (const std::string& warning : set->warnings) {
            text += fmt::format("  warning: {}: {}\n", set == &comparison.first ? "A" : "B", warning);
        }
    }
    return text;
}

}  // namespace lamscope
