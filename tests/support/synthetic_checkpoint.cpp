// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/synthetic_checkpoint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string_view>

#include "support/network_expectations.h"
#include "support/portable_numbers.h"
#include "support/test_data.h"

namespace lamscope::test {

namespace {

bool isFilled(const std::string& key) {
    static constexpr std::array skipped{"sub_mean",
                                        "add_mean",
                                        "running_mean",
                                        "running_var",
                                        "num_batches_tracked",
                                        "escape_NaN",
                                        "rpe_biases",
                                        "attn_mask",
                                        "relative_position_index",
                                        "init_pos",
                                        "biases_h",
                                        "biases_v"};
    return std::ranges::none_of(skipped, [&](const char* part) { return key.find(part) != std::string::npos; });
}

/// The records of one survey of networks, and the tensors of their classes.
struct Sheet {
    const char* records;
    const char* keys;
};

constexpr std::array sheets{Sheet{"networks_golden.json", "networks_keys.json"},
                            Sheet{"networks2_golden.json", "networks2_keys.json"},
                            Sheet{"derain_networks.json", "derain_networks_keys.json"}};

/// Null where no sheet at hand has it.
const Sheet* sheetOf(const std::string& record) {
    const auto* found = std::ranges::find_if(sheets, [&](const Sheet& sheet) {
        return std::filesystem::exists(networksFile(sheet.records)) && networksJson(sheet.records).contains(record);
    });
    return found == sheets.end() ? nullptr : found;
}

const Sheet& knownSheetOf(const std::string& record) {
    const auto* sheet = sheetOf(record);
    if (sheet == nullptr) {
        throw std::runtime_error("no sheet at hand has the record " + record);
    }
    return *sheet;
}

bool hasKeys(const std::string& record) {
    const auto* sheet = sheetOf(record);
    return sheet != nullptr && networksJson(sheet->keys).contains(record);
}

/// What the newer sheets leave out, which list names and shapes alone.
std::string typeOf(const nlohmann::json& item, const std::string& key) {
    if (item.size() > 2) {
        return item.at(2);
    }
    return key.ends_with("num_batches_tracked") || key.ends_with("relative_position_index") ? "int64" : "float32";
}

/// The one slope that all activations of MPRNet share under many names, which is not filled.
bool isSharedSlope(const std::string& record, const TensorData& data) {
    return record.starts_with("MPRNet") && data.shape == std::vector<std::int64_t>{1};
}

double gainOf(const nlohmann::json& record, const std::string& key) {
    if (const auto prefixes = record.find("fill_gain_prefix"); prefixes != record.end()) {
        for (const auto& [prefix, gain] : prefixes->items()) {
            if (key.starts_with(prefix)) {
                return gain;
            }
        }
    }
    return record.at("fill_gain");
}

}  // namespace

std::filesystem::path networksFile(const std::string& name) {
    return name.starts_with("derain_") ? dataFile("golden/methods") / name : dataRoot().parent_path() / "design" / name;
}

const nlohmann::json& networksJson(const std::string& name) {
    static std::map<std::string, nlohmann::json> documents;
    if (const auto found = documents.find(name); found != documents.end()) {
        return found->second;
    }
    std::ifstream stream(networksFile(name));
    if (!stream) {
        throw std::runtime_error(missingData(networksFile(name)));
    }
    return documents[name] = nlohmann::json::parse(stream);
}

const nlohmann::json& goldenRecord(const std::string& name) {
    return networksJson(knownSheetOf(name).records).at(name);
}

std::filesystem::path weightsFile(const std::string& name) {
    const auto first = dataFile("weights") / name;
    return std::filesystem::exists(first) ? first : dataFile("weights2") / name;
}

std::vector<std::string> syntheticRecords() {
    if (!std::filesystem::exists(networksFile("networks_keys.json"))) {
        return {"no records"};
    }
    std::vector<std::string> names;
    for (const auto& expected : expectedNetworks()) {
        if (expected.file.empty() && hasKeys(expected.record)) {
            names.push_back(expected.record);
        }
    }
    return names;
}

std::string recordTestName(const testing::TestParamInfo<std::string>& tested) {
    std::string name = tested.param.substr(0, tested.param.find(" ("));
    std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
    return name;
}

void fillPortably(const std::string& key, double gain, TensorData& data) {
    const auto seed = portableSeed(key);
    const auto rank = data.shape.size();
    const double fan = rank >= 2 ? static_cast<double>(data.numel()) / static_cast<double>(data.shape[0]) : 1.0;
    for (std::size_t n = 0; n < data.values.size(); ++n) {
        const double v = portableNumber(seed, static_cast<std::uint32_t>(n));
        const double value = rank >= 2                  ? v * (gain * std::sqrt(3.0 / fan))
                             : key.ends_with(".weight") ? 0.5 + 0.1 * v
                                                        : 0.05 * v;
        data.values[n] = static_cast<float>(value);
    }
}

Checkpoint syntheticCheckpoint(const std::string& record) {
    const auto& entry = networksJson(knownSheetOf(record).keys).at(record);
    const bool isList = entry.is_array();
    const auto fixed = isList ? nlohmann::json::object() : entry.at("fixed");
    Checkpoint checkpoint;
    for (const auto& item : isList ? entry : entry.at("tensors")) {
        const std::string key = item.at(0);
        TensorData data;
        data.shape = item.at(1).get<std::vector<std::int64_t>>();
        data.dtype = typeOf(item, key);
        std::size_t count = 1;
        for (const auto side : data.shape) {
            count *= static_cast<std::size_t>(side);
        }
        // What neither rule covers has the classes' defaults: a variance of 1, else 0. The centres of CATANet have been
        // trained.
        const bool isOne = key.ends_with("running_var") || key.ends_with(".initted");
        data.values.assign(count, isOne ? 1.0F : 0.0F);
        if (fixed.contains(key)) {
            data.values = fixed.at(key).get<std::vector<float>>();
        } else if (isSharedSlope(record, data)) {
            data.values = {0.25F};
        } else if (data.dtype == "float32" && isFilled(key)) {
            fillPortably(key, gainOf(goldenRecord(record), key), data);
        }
        checkpoint.tensors.emplace_back(key, std::move(data));
    }
    return checkpoint;
}

}  // namespace lamscope::test
