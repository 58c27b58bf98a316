// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/synthetic_checkpoint.h"

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

bool hasKeys(const std::string& record) {
    return networksJson("networks_keys.json").contains(record) || networksJson("networks2_keys.json").contains(record);
}

}  // namespace

std::filesystem::path networksFile(const std::string& name) {
    return dataRoot().parent_path() / "design" / name;
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
    const auto& first = networksJson("networks_golden.json");
    return first.contains(name) ? first.at(name) : networksJson("networks2_golden.json").at(name);
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
        if (hasKeys(expected.record)) {
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
    const auto& first = networksJson("networks_keys.json");
    const auto& entry = first.contains(record) ? first.at(record) : networksJson("networks2_keys.json").at(record);
    const double gain = goldenRecord(record).at("fill_gain");
    const auto& fixed = entry.at("fixed");
    Checkpoint checkpoint;
    for (const auto& item : entry.at("tensors")) {
        const std::string key = item.at(0);
        TensorData data;
        data.shape = item.at(1).get<std::vector<std::int64_t>>();
        data.dtype = item.at(2);
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
        } else if (data.dtype == "float32" && isFilled(key)) {
            fillPortably(key, gain, data);
        }
        checkpoint.tensors.emplace_back(key, std::move(data));
    }
    return checkpoint;
}

}  // namespace lamscope::test
