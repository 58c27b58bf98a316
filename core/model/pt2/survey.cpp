// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/survey.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "model/checkpoint/zip_archive.h"
#include "model/pt2/graph_reader.h"
#include "model/pt2/json_fields.h"
#include "model/pt2/operators.h"

namespace lamscope::pt2 {

namespace {

using detail::printable;
using detail::ZipArchive;

constexpr std::size_t mostOperators = 4096;
constexpr std::size_t mostInputs = 64;
constexpr std::size_t longestText = 65536;

/// The member of any JSON; null where there is none.
const Json& memberOrNull(const Json& json, const char* key) {
    static const Json null;
    const Json* found = json.is_object() ? memberIfAny(json, key) : nullptr;
    return found != nullptr ? *found : null;
}

std::string textIn(const Json& json, const char* key) {
    const Json& text = memberOrNull(json, key);
    return text.is_string() ? printable(text.get_ref<const std::string&>(), longestName) : std::string();
}

/// Counts the operators of graphs within graphs.
class Census {
public:
    void add(const Json& graph) {
        for (const Json& node : memberOrNull(graph, "nodes")) {
            const std::string target = textIn(node, "target");
            if (target.empty()) {
                continue;
            }
            count(target, node);
            for (const Json& input : memberOrNull(node, "inputs")) {
                add(memberOrNull(memberOrNull(memberOrNull(input, "arg"), "as_graph"), "graph"));
            }
        }
    }

    [[nodiscard]] std::size_t total() const { return total_; }

    [[nodiscard]] std::vector<OperatorUse> take() {
        std::vector<OperatorUse> uses;
        std::ranges::transform(uses_, std::back_inserter(uses), [](auto& use) { return std::move(use.second); });
        std::ranges::stable_sort(uses, std::ranges::greater(),
                                 [](const OperatorUse& use) { return std::tuple(!use.refusal.empty(), use.count); });
        return uses;
    }

private:
    void count(const std::string& target, const Json& node) {
        ++total_;
        const auto known = uses_.find(target);
        if (known != uses_.end()) {
            ++known->second.count;
        } else if (uses_.size() < mostOperators) {
            uses_.emplace(
                target,
                OperatorUse{.target = target, .count = 1, .refusal = refusalOf(target), .source = sourceOf(node)});
        }
    }

    std::map<std::string, OperatorUse> uses_;
    std::size_t total_ = 0;
};

/// What the exporter recorded about the sizes of a tensor.
std::vector<Extent> sizesOf(const Json& graph, const std::string& tensor) {
    std::vector<Extent> sizes;
    const Json& facts = memberOrNull(memberOrNull(graph, "tensor_values"), tensor.c_str());
    for (const Json& size : memberOrNull(facts, "sizes")) {
        if (sizes.size() == highestRank) {
            break;
        }
        try {
            sizes.push_back(extentFrom(size));
        } catch (const FormatError&) {
            sizes.push_back({.value = std::nullopt, .expression = "?"});
        }
    }
    return sizes;
}

std::vector<SurveyedInput> inputsOf(const Json& graphModule) {
    std::vector<SurveyedInput> inputs;
    for (const Json& spec : memberOrNull(memberOrNull(graphModule, "signature"), "input_specs")) {
        const Json& argument = memberOrNull(memberOrNull(spec, "user_input"), "arg");
        const Json& name = memberOrNull(memberOrNull(argument, "as_tensor"), "name");
        if (name.is_string() && inputs.size() < mostInputs) {
            inputs.push_back({.name = printable(name.get_ref<const std::string&>()),
                              .sizes = sizesOf(memberOrNull(graphModule, "graph"), name.get<std::string>())});
        }
    }
    return inputs;
}

std::map<std::string, SymbolRange, std::less<>> rangesOf(const Json& json) {
    std::map<std::string, SymbolRange, std::less<>> ranges;
    if (!json.is_object()) {
        return ranges;
    }
    for (const auto& [symbol, range] : json.items()) {
        const auto bound = [&, &range = range](const char* key) {
            const Json& value = memberOrNull(range, key);
            return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
        };
        ranges.emplace(printable(symbol), SymbolRange{.least = bound("min_val"), .most = bound("max_val")});
    }
    return ranges;
}

std::optional<std::vector<std::string>> guardsOf(const Json& json) {
    if (!json.is_array()) {
        return std::nullopt;
    }
    std::vector<std::string> guards;
    for (const Json& guard : json) {
        if (guard.is_string()) {
            guards.push_back(printable(guard.get_ref<const std::string&>(), longestText));
        }
    }
    return guards;
}

std::string schemaOf(const Json& program) {
    const Json& version = memberOrNull(program, "schema_version");
    const Json& major = memberOrNull(version, "major");
    const Json& minor = memberOrNull(version, "minor");
    return major.is_number_integer() && minor.is_number_integer() ? fmt::format("{}.{}", major.dump(), minor.dump())
                                                                  : std::string();
}

/// The program's JSON: of several programs the first.
std::string programIn(ZipArchive& archive) {
    for (const std::string& name : archive.names()) {
        const auto folder = name.find("/models/");
        const bool isProgram = folder != std::string::npos && folder == name.find('/') && name.ends_with(".json");
        if (isProgram || name == "serialized_exported_program.json") {
            const auto bytes = archive.read(name);
            return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        }
    }
    throw FormatError("is not an archive of torch.export: it has no program");
}

Survey surveyOf(ZipArchive archive) {
    const Json program = parseJson(programIn(archive), "its program");
    const Json& graphModule = memberOrNull(program, "graph_module");
    Census census;
    census.add(memberOrNull(graphModule, "graph"));
    return {.torchVersion = textIn(program, "torch_version"),
            .schema = schemaOf(program),
            .inputs = inputsOf(graphModule),
            .ranges = rangesOf(memberOrNull(program, "range_constraints")),
            .guards = guardsOf(memberOrNull(program, "guards_code")),
            .nodes = census.total(),
            .operators = census.take()};
}

}  // namespace

Survey surveyPt2(const std::filesystem::path& file) {
    try {
        return surveyOf(ZipArchive(file));
    } catch (const FormatError& error) {
        throw Error(ErrorCode::BadFile, fmt::format("The file '{}' {}.", file.string(), error.what()));
    } catch (const std::filesystem::filesystem_error& error) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("The file '{}' cannot be examined ({}).", file.string(), error.code().message()));
    }
}

Survey surveyPt2(std::span<const std::byte> bytes) {
    return surveyOf(ZipArchive(bytes));
}

}  // namespace lamscope::pt2
