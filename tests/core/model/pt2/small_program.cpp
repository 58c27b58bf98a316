// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pt2/small_program.h"

#include "core/model/checkpoint/writers.h"
#include "support/bytes.h"

namespace lamscope::test {

using nlohmann::json;

json tensorNamed(const std::string& name) {
    return {{"as_tensor", {{"name", name}}}};
}

json nodeOf(const std::string& target, const std::vector<std::pair<std::string, json>>& inputs,
            const std::vector<json>& outputs) {
    json arguments = json::array();
    for (const auto& [name, argument] : inputs) {
        arguments.push_back({{"name", name}, {"arg", argument}, {"kind", 1}});
    }
    return {{"target", target}, {"inputs", arguments}, {"outputs", outputs}, {"metadata", json::object()}};
}

json symbolicSize(const std::string& symbol, std::int64_t example) {
    return {{"as_expr",
             {{"expr_str", "Symbol('" + symbol + "', positive=True, integer=True)"}, {"hint", {{"as_int", example}}}}}};
}

json tensorMeta(const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& strides, std::int64_t offset,
                int type) {
    const auto numbers = [](const std::vector<std::int64_t>& values) {
        json list = json::array();
        for (const auto value : values) {
            list.push_back({{"as_int", value}});
        }
        return list;
    };
    return {{"dtype", type},
            {"sizes", numbers(sizes)},
            {"strides", numbers(strides)},
            {"storage_offset", {{"as_int", offset}}},
            {"layout", 7}};
}

json configEntry(const std::string& record, const json& meta, bool isParameter) {
    return {{"path_name", record}, {"is_param", isParameter}, {"use_pickle", false}, {"tensor_meta", meta}};
}

json smallProgram() {
    const json sizes = {symbolicSize("s77", 2), {{"as_int", 3}}, symbolicSize("s53", 64), symbolicSize("s0", 56)};
    const json range = {{"min_val", 2}, {"max_val", nullptr}};
    const json graph = {
        {"inputs", {tensorNamed("p_weight"), tensorNamed("x")}},
        {"nodes",
         {nodeOf("torch.ops.aten.mul.Tensor", {{"self", tensorNamed("x")}, {"other", tensorNamed("p_weight")}},
                 {tensorNamed("mul")}),
          nodeOf("torch.ops.aten.relu.default", {{"self", tensorNamed("mul")}}, {tensorNamed("relu")})}},
        {"outputs", json::array({tensorNamed("relu")})},
        {"tensor_values", {{"x", {{"dtype", 7}, {"sizes", sizes}}}}}};
    const json signature = {{"input_specs",
                             {{{"parameter", {{"arg", {{"name", "p_weight"}}}, {"parameter_name", "weight"}}}},
                              {{"user_input", {{"arg", tensorNamed("x")}}}}}},
                            {"output_specs", json::array({{{"user_output", {{"arg", tensorNamed("relu")}}}}})}};
    return {{"graph_module", {{"graph", graph}, {"signature", signature}}},
            {"schema_version", {{"major", 8}, {"minor", 17}}},
            {"range_constraints", {{"s77", range}, {"s53", range}, {"s0", range}}},
            {"torch_version", "2.11.0"},
            {"guards_code", json::array()}};
}

ArchiveParts smallArchive() {
    ArchiveParts parts;
    parts.weights = {{"config", {{"weight", configEntry("weight_0", tensorMeta({3, 1, 1}, {1, 1, 1}))}}}};
    parts.members = {{"data/weights/weight_0", bytesOfAll<float>({1, 2, 3})},
                     {"archive_format", "pt2"},
                     {"archive_version", "0"},
                     {"byteorder", "little"}};
    return parts;
}

std::string packed(const ArchiveParts& parts, bool compress) {
    std::vector<std::pair<std::string, std::string>> entries{
        {"net/models/model.json", parts.program.dump()},
        {"net/data/weights/model_weights_config.json", parts.weights.dump()},
        {"net/data/constants/model_constants_config.json", parts.constants.dump()}};
    for (const auto& [name, content] : parts.members) {
        entries.emplace_back("net/" + name, content);
    }
    return zipFile(entries, {.compress = compress});
}

}  // namespace lamscope::test
