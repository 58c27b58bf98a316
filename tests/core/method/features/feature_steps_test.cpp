// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in steps: the documents of the commands, whatever comes in between.
#include "study/features/feature_steps.h"

#include <cmath>
#include <stop_token>

#include <gmock/gmock.h>

#include "image/image_file.h"
#include "study/features/feature_command_line.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope::feature_steps_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FeatureStepsTest : public testing::Test {
protected:
    FeatureStepsTest() {
        for (int i = 0; i < 2; ++i) {
            Image image(256, 256);
            for (int c = 0; c < Image::channels; ++c) {
                for (int y = 0; y < image.height(); ++y) {
                    for (int x = 0; x < image.width(); ++x) {
                        image.at(c, y, x) = static_cast<float>(0.5 + 0.25 * std::sin(0.0003 * (c + 1 + i) * x * y)
                                                               + 0.2 * std::cos(0.4 * x + 0.01 * y * y));
                    }
                }
            }
            const auto file = folder_ / ("hr" + std::to_string(i) + ".png");
            writeImage(file, image);
            input_.source.hr.push_back(file);
        }
        input_.networks = {test::specOf("models/fsrcnn-s/fsrcnn-s_x4.safetensors")};
        input_.source.degradations = namedDegradations(std::vector<std::string>{"clean", "blur:2", "noisy=noise:20"});
    }

    /// Seconds are no result.
    template <typename Document>
    static std::string textOfResults(Document document) {
        for (auto& result : document.results) {
            result.seconds = 0.0;
        }
        return toJson(document);
    }

    /// Every third step is stopped before it begins.
    template <typename Steps>
    static int finish(Steps& steps) {
        std::stop_source stopped;
        stopped.request_stop();
        int count = 0;
        while (!steps.finished()) {
            ++count;
            EXPECT_EQ(steps.next(count % 3 == 0 ? stopped.get_token() : std::stop_token()), count % 3 != 0);
        }
        return count;
    }

    test::TemporaryFolder folder_;
    FeatureRunInput input_;
    SrgaOptions srga_{.patches = 100, .patch = 8, .replicates = 3};
    DdrOptions ddr_{.patches = 12, .patch = 8, .permutations = 19};
};

TEST_F(FeatureStepsTest, GiveTheDocumentsOfTheCommandsThoughStopped) {
    SrgaSteps srga(input_, srga_);
    EXPECT_GT(finish(srga), 6);
    EXPECT_EQ(textOfResults(srga.document()), textOfResults(*runSrga(input_, srga_)));
    EXPECT_THAT(srga.places(), ElementsAre(0));
    DdrSteps ddr(input_, ddr_);
    finish(ddr);
    EXPECT_EQ(textOfResults(ddr.document()), textOfResults(*runDdr(input_, ddr_)));
}

TEST_F(FeatureStepsTest, UseFeaturesAgainThatWereComputedBefore) {
    FeatureCache cache;
    int loaded = 0;
    const FeatureStepSettings settings{.load =
                                           [&](const ModelSpec& spec) {
                                               ++loaded;
                                               return std::make_shared<const SrModel>(loadModel(spec));
                                           },
                                       .cache = &cache};
    SrgaSteps first(input_, srga_, settings);
    const int steps = finish(first);
    auto others = srga_;
    others.components = 20;
    SrgaSteps again(input_, others, settings);
    EXPECT_LE(finish(again), steps);
    EXPECT_EQ(textOfResults(again.document()), textOfResults(*runSrga(input_, others)));
    EXPECT_EQ(loaded, 2);
    EXPECT_EQ(again.document().results.front().psnr, first.document().results.front().psnr);
}

TEST_F(FeatureStepsTest, LeaveOutANetworkThatFailsWhereAnotherRemains) {
    input_.networks.insert(input_.networks.begin(), ModelSpec::parse("bicubic"));  // has no layer
    test::expectError(ErrorCode::InvalidArgument, {"there is no layer"},
                      [&] { static_cast<void>(runSrga(input_, srga_)); });
    SrgaSteps steps(input_, srga_, {.skipsFailing = true});
    finish(steps);
    const auto document = steps.document();
    ASSERT_EQ(document.results.size(), 1U);
    EXPECT_EQ(steps.places(), std::vector<std::size_t>{1});
    EXPECT_THAT(document.warnings, testing::Contains(HasSubstr("there is no layer")));
    input_.networks.pop_back();
    SrgaSteps alone(input_, srga_, {.skipsFailing = true});
    test::expectError(ErrorCode::InvalidArgument, {"there is no layer"}, [&] { finish(alone); });
}

TEST_F(FeatureStepsTest, TheirCommandLineSaysWhatDiffersFromTheDefaults) {
    input_.source.hr = {"a b.png"};
    input_.networks = {ModelSpec::parse("net.pth")};
    input_.source.reduction = Reduction::Matlab;
    EXPECT_EQ(srgaCommandLine(input_, {.patches = 200, .seed = 3}, DeviceChoice::Cpu, 2),
              "lamscope-cli srga --hr 'a b.png' --degrade clean blur:2 noisy=noise:20 --reduce matlab --model net.pth "
              "--preset exact --patches 200 --seed 3 --device cpu --threads 2");
    EXPECT_EQ(ddrCommandLine(input_, {.embed = DdrEmbedding::Tsne}),
              "lamscope-cli ddr --hr 'a b.png' --degrade clean blur:2 noisy=noise:20 --reduce matlab --model net.pth "
              "--embed tsne");
    input_.source = {.folders = {{"good", "x"}, {"bad", "y"}}};
    EXPECT_EQ(srgaCommandLine(input_, {}),
              "lamscope-cli srga --reference good=x --set bad=y --model net.pth --preset exact");
}

}  // namespace
}  // namespace lamscope::feature_steps_test
