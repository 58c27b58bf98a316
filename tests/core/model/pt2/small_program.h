// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace lamscope::test {

// Pieces of the JSON that torch.export writes.
nlohmann::json tensorNamed(const std::string& name);  ///< an argument or a result
nlohmann::json nodeOf(const std::string& target, const std::vector<std::pair<std::string, nlohmann::json>>& inputs,
                      const std::vector<nlohmann::json>& outputs);
nlohmann::json symbolicSize(const std::string& symbol, std::int64_t example);
nlohmann::json tensorMeta(const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& strides,
                          std::int64_t offset = 0, int type = 7);
nlohmann::json configEntry(const std::string& record, const nlohmann::json& meta, bool isParameter = true);

/// The program `y = relu(x * weight)` of a tensor x of batch, 3 channels, height s53 and width s0 (example 2x3x64x56),
/// without guards that forbid a size.
nlohmann::json smallProgram();

/// The members of an archive of torch.export.
struct ArchiveParts {
    nlohmann::json program = smallProgram();
    nlohmann::json weights;
    nlohmann::json constants = {{"config", nlohmann::json::object()}};
    std::vector<std::pair<std::string, std::string>> members;  ///< all others, without the root folder
};

/// smallProgram() with its weight [3, 1, 1] of 1, 2, 3 in float32.
ArchiveParts smallArchive();

/// The archive's bytes.
std::string packed(const ArchiveParts& parts, bool compress = false);

}  // namespace lamscope::test
