// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/checkpoint/checkpoint.h"

namespace lamscope::test {

/// The reference records: `networks_golden.json` and `networks2_golden.json` (float64 evaluations of the original
/// authors' classes), `networks_keys.json` and `networks2_keys.json` (all tensors of these classes) beside the test
/// data; `derain_networks.json` and `derain_networks_keys.json` (the same of restoration networks) among them.
std::filesystem::path networksFile(const std::string& name);

/// The content of one of these files, read once. Throws std::runtime_error where it is absent.
const nlohmann::json& networksJson(const std::string& name);

/// The record of that name, of whichever sheet.
const nlohmann::json& goldenRecord(const std::string& name);

/// A published file: of the folder `weights` or `weights2` of the test data.
std::filesystem::path weightsFile(const std::string& name);

/// The names of all records without a published file that expectedNetworks() has; one that stands for them where the
/// file is absent, so that their tests are known.
std::vector<std::string> syntheticRecords();

/// The record's name as a test's.
std::string recordTestName(const testing::TestParamInfo<std::string>& tested);

/// Gives the values of a tensor by the portable rule that `networks2_golden.json` describes in "_about". The shape is
/// read, and `values` have its size.
void fillPortably(const std::string& key, double gain, TensorData& data);

/// The weights of a record without a published file: the tensors that its sheet lists, filled by this rule.
Checkpoint syntheticCheckpoint(const std::string& record);

}  // namespace lamscope::test
