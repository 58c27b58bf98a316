// SPDX-License-Identifier: GPL-3.0-or-later
// What is expected of the networks of the reference records: the family that each is recognised as, with what no shape
// of its file tells.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/model_spec.h"

namespace lamscope::test {

using Hyperparameters = std::map<std::string, std::string>;

struct ExpectedNetwork {
    std::string record;
    std::string architecture;
    int scale = 4;
    Hyperparameters hyperparameters = {};  ///< some of the card's, from the record's configuration
    double float32Tolerance = 1e-4;        ///< of the output's standard deviation
    Assumptions assumptions = {};          ///< settings of the record that the file does not tell
    std::string file =
        {};  ///< of weights, for records of published files that the test data may lack; see weightsFile()
};

/// All records that a family is there for, each once.
[[nodiscard]] const std::vector<ExpectedNetwork>& expectedNetworks();

/// The settings that a record is loaded with. Of a record that is not among the expected ones, none.
[[nodiscard]] ModelSettings recordSettings(const std::string& record);

}  // namespace lamscope::test
