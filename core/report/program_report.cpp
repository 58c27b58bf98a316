// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/program_report.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "model/pt2/operators.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;
using pt2::Extent;
using pt2::OperatorUse;
using pt2::Survey;

/// Columns of a line; what is longer begins another one.
constexpr std::size_t lineLength = 100;
constexpr std::size_t labelWidth = 16;  // of the doctor's lines
constexpr std::size_t indent = 2;

bool isRefused(const OperatorUse& use) {
    return !use.refusal.empty();
}

Json textOrNull(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

/// A number that is fixed; else what stands for it.
Json jsonOf(const Extent& size) {
    if (size.isFixed()) {
        return valueOrNull(size.value);
    }
    return {{"symbol", size.expression}, {"example", valueOrNull(size.value)}};
}

Json inputsJson(const Survey& program) {
    auto json = Json::array();
    for (const auto& input : program.inputs) {
        auto sizes = Json::array();
        for (const Extent& size : input.sizes) {
            sizes.push_back(jsonOf(size));
        }
        json.push_back({{"name", input.name}, {"sizes", sizes}});
    }
    return json;
}

/// "3", "from 2", "2 to 128", or the expression of a size that is computed from others.
std::string sizeText(const Extent& size, const Survey& program) {
    if (size.isFixed()) {
        return size.value ? fmt::format("{}", *size.value) : "?";
    }
    const auto found = program.ranges.find(size.expression);
    if (found == program.ranges.end()) {
        return size.expression;
    }
    const auto& [least, most] = found->second;
    if (most) {
        return fmt::format("{} to {}", least.value_or(0), *most);
    }
    return least ? fmt::format("from {}", *least) : "any";
}

std::string inputText(const pt2::SurveyedInput& input, const Survey& program) {
    std::vector<std::string> sizes;
    std::vector<std::string> example;
    for (const Extent& size : input.sizes) {
        sizes.push_back(sizeText(size, program));
        example.push_back(size.value ? fmt::format("{}", *size.value) : "?");
    }
    auto text = fmt::format("{}: [{}]", input.name, fmt::join(sizes, ", "));
    return std::ranges::all_of(input.sizes, &Extent::isFixed)
               ? text
               : fmt::format("{}, in the exporter's example {}", text, fmt::join(example, "x"));
}

std::string guardsText(const Survey& program) {
    if (!program.guards) {
        return "not recorded: the example's size alone is safe";
    }
    return program.guards->empty() ? "none" : fmt::format("{}; --json lists them", program.guards->size());
}

/// Adds lines of items under a label.
void addWrapped(std::string& text, std::string_view label, const std::vector<std::string>& items) {
    std::string line;
    bool isFirst = true;
    const auto end = [&] {
        text += fmt::format("{:{}}{:<{}}{}\n", "", indent, isFirst ? label : "", labelWidth, line);
        isFirst = false;
        line.clear();
    };
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto item = items[i] + (i + 1 < items.size() ? "," : "");
        if (!line.empty() && indent + labelWidth + line.size() + 1 + item.size() > lineLength) {
            end();
        }
        line += (line.empty() ? "" : " ") + item;
    }
    end();
}

}  // namespace

Json jsonOf(const Survey& program) {
    Json json;
    json["torch"] = textOrNull(program.torchVersion);
    json["schema"] = textOrNull(program.schema);
    json["inputs"] = inputsJson(program);
    json["ranges"] = Json::object();
    for (const auto& [symbol, range] : program.ranges) {
        json["ranges"][symbol] = {valueOrNull(range.least), valueOrNull(range.most)};
    }
    json["guards"] = valueOrNull(program.guards);
    json["nodes"] = program.nodes;
    json["operators"] = Json::array();
    for (const OperatorUse& use : program.operators) {
        json["operators"].push_back({{"name", pt2::operatorName(use.target)},
                                     {"count", use.count},
                                     {"outside", isRefused(use)},
                                     {"reason", textOrNull(use.refusal)},
                                     {"source", textOrNull(use.source)}});
    }
    return json;
}

std::string toText(const Survey& program) {
    std::string text;
    const auto line = [&](std::string_view label, const std::string& value) {
        text += fmt::format("{:{}}{:<{}}{}\n", "", indent, label, labelWidth, value);
    };
    line("written by",
         fmt::format("torch {}, schema {}", program.torchVersion.empty() ? "unknown" : program.torchVersion,
                     program.schema.empty() ? "unknown" : program.schema));
    for (const auto& input : program.inputs) {
        line("input", inputText(input, program));
    }
    line("size guards", guardsText(program));
    std::vector<std::string> listed;
    std::vector<const OperatorUse*> refused;
    for (const OperatorUse& use : program.operators) {
        if (isRefused(use)) {
            refused.push_back(&use);
        } else {
            listed.push_back(fmt::format("{} {}", pt2::operatorName(use.target), use.count));
        }
    }
    addWrapped(text, "operators", listed);
    if (refused.empty()) {
        line("outside of list", "none");
        return text;
    }
    text += fmt::format("  Operators outside of the list of those that run here ({}):\n", refused.size());
    for (const OperatorUse* use : refused) {
        text += fmt::format("    {} {}{}: {}\n", pt2::operatorName(use->target), use->count,
                            use->source.empty() ? "" : fmt::format(", first at {}", use->source), use->refusal);
    }
    return text;
}

}  // namespace lamscope
