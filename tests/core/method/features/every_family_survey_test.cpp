// SPDX-License-Identifier: GPL-3.0-or-later
// The deepest features of every family, and whether it adds its enlarged input to what is made of them.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "method/features/tap_survey.h"
#include "model/sr_model_implementation.h"
#include "support/every_family.h"
#include "support/network_expectations.h"
#include "support/network_variants.h"
#include "support/small_networks.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope::every_family_survey_test {
namespace {

Checkpoint checkpointOf(const std::string& name) {
    if (test::smallNetworks().contains(name)) {
        return test::smallNetworks().at(name)();
    }
    if (std::ranges::find(test::publishedFiles(), name) != test::publishedFiles().end()) {
        return readCheckpoint(test::dataRoot() / "weights" / name);
    }
    return test::syntheticCheckpoint(name);
}

class FamilySurvey : public testing::TestWithParam<std::string> {};

TEST_P(FamilySurvey, FindsTheDeepestFeatures) {
    LAMSCOPE_NEED_FILE(records, test::networksFile("networks_golden.json"));
    auto recognised = test::recogniseInFloat64(checkpointOf(GetParam()), test::recordSettings(GetParam()));
    auto card = recognised.card;
    card.scale = recognised.scale;
    card.range = recognised.range.value_or(1.0);
    const auto architecture = card.architecture;
    const int side = std::max(16, card.minimumSide);
    const SrModel model(
        std::make_unique<SrModel::Implementation>(std::move(recognised.network), card, torch::kCPU, torch::kFloat32));
    const auto survey = surveyTaps(model, side);
    const auto key = survey.deepest ? survey.taps[*survey.deepest].key : "none";
    std::string usual;
    for (const auto& tap : survey.usual) {
        usual += " | " + tap.key + ": " + tap.what;
    }
    std::printf("FAMILY %s %s deepest %s of %zu passes adds %d %s\n", GetParam().c_str(), architecture.c_str(),
                key.c_str(), survey.taps.size(), survey.addsInput ? 1 : 0, usual.c_str());
}

INSTANTIATE_TEST_SUITE_P(AllFamilies, FamilySurvey, testing::ValuesIn(test::networksToEvaluate()),
                         test::recordTestName);

}  // namespace
}  // namespace lamscope::every_family_survey_test
