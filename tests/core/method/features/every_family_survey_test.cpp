// SPDX-License-Identifier: GPL-3.0-or-later
// The deepest features of every family, and whether it adds its enlarged input to what is made of them.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
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

/// As the authors' source names the layer. Of families with several tails, one a tail.
const std::map<std::string, std::set<std::string>>& deepestKeys() {
    static const std::map<std::string, std::set<std::string>> keys{
        {"A2N", {"conv_last"}},
        {"BSRN-S", {"upsampler.upsampleOneStep.0"}},
        {"CARN", {"exit"}},
        {"CATANet", {"last_conv"}},
        {"DAT", {"conv_last", "upsample.0"}},
        {"DBPN", {"output_conv.conv"}},
        {"DDBPN", {"reconstruction.0"}},
        {"DRCT", {"conv_last"}},
        {"DnCNN", {"model.11", "model.47"}},
        {"DRUNet", {"m_tail"}},
        {"EDSR", {"tail.1"}},
        {"ESPAN", {"tea_upsampler.0.eval_conv"}},
        {"FDnCNN", {"model.10"}},
        {"FFDNet", {"model.8"}},
        {"FSRCNN", {"last_part"}},
        {"HAT", {"conv_last"}},
        {"IMDN", {"upsampler.0", "model.2"}},
        {"IRCNN", {"model.12"}},
        {"LapSRN", {"convt_R2"}},
        {"MPRNet", {"tail"}},
        {"MSRN", {"tail.3"}},
        {"MSRResNet", {"conv_last"}},
        {"NAFNet", {"ending"}},
        {"OmniSR", {"up.0"}},
        {"PAN", {"conv_last"}},
        {"PReNet", {"conv.0"}},
        {"PRN_r", {"conv.0"}},
        {"RCAN", {"tail.1"}},
        {"Restormer", {"output"}},
        {"RFDN", {"upsampler.0"}},
        {"RLFN", {"upsampler.0"}},
        {"RRDBNet", {"conv_last"}},
        {"SAFMN", {"to_img.0"}},
        {"SAN", {"tail.1"}},
        {"SPAN", {"upsampler.0"}},
        {"SRCNN", {"conv3"}},
        {"SRResNet", {"conv_output"}},
        {"SwinIR", {"conv_last", "upsample.0"}},
        {"Uformer", {"output_proj.proj.0"}},
    };
    return keys;
}

/// Families whose last step is the sum with the enlarged input.
const std::set<std::string>& addsInput() {
    static const std::set<std::string> families{"A2N",    "CATANet", "Compact",   "DnCNN",   "ESC",     "IRCNN",
                                                "LapSRN", "MPRNet",  "MSRResNet", "NAFNet",  "PAN",     "PLKSR",
                                                "PReNet", "PRN_r",   "Restormer", "SAFMN++", "SAFMNv3", "Uformer"};
    return families;
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
    ASSERT_TRUE(survey.deepest.has_value());
    const auto& deepest = survey.taps[*survey.deepest].key;
    if (const auto found = deepestKeys().find(architecture); found != deepestKeys().end()) {
        EXPECT_TRUE(found->second.contains(deepest)) << deepest;
    }
    // RealPLKSR adds the input to features that are enlarged and convolved; at scale 1, to the image. SwinIR adds it
    // where it does not enlarge.
    const bool addsAtScale1 = architecture == "RealPLKSR" || architecture == "SwinIR";
    const bool adds = addsInput().contains(architecture) || (addsAtScale1 && card.scale == 1);
    EXPECT_EQ(survey.addsInput, adds);
    ASSERT_GE(survey.usual.size(), 3U);
    EXPECT_EQ(survey.usual.front().key, lrControl);
    EXPECT_EQ(survey.usual.back().key, srControl);
    EXPECT_EQ(survey.usual[survey.usual.size() - 2].key, deepest);
}

INSTANTIATE_TEST_SUITE_P(AllFamilies, FamilySurvey, testing::ValuesIn(test::networksToEvaluate()),
                         test::recordTestName);

}  // namespace
}  // namespace lamscope::every_family_survey_test
