// SPDX-License-Identifier: GPL-3.0-or-later
// Features on a LiveEngine: the numbers of the commands, in which order things come, and how runs end.
#include "live/jobs/features_job.h"

#include <cmath>
#include <memory>

#include <gmock/gmock.h>

#include "image/image_file.h"
#include "live/job_handle.h"
#include "live/live_engine.h"
#include "support/event_recorder.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope::features_job_test {
namespace {

using live::EndReason;
using live::FeaturesEnded;

constexpr NetworkId network = 7;

class FeaturesJobTest : public testing::Test {
protected:
    FeaturesJobTest() {
        Image image(512, 256);
        for (int c = 0; c < Image::channels; ++c) {
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    image.at(c, y, x) = static_cast<float>(0.5 + 0.25 * std::sin(0.0003 * (c + 1) * x * y)
                                                           + 0.2 * std::cos(0.4 * x + 0.01 * y * y));
                }
            }
        }
        const auto file = folder_ / "hr.png";
        writeImage(file, image);
        request_.networks = {network};
        request_.input.networks = {test::specOf("models/fsrcnn-s/fsrcnn-s_x4.safetensors")};
        request_.input.source.hr = {file};
        request_.input.source.degradations = namedDegradations(std::vector<std::string>{"clean", "blur:2"});
        request_.options = srga_;
        engine_.addNetwork(network, request_.input.networks.front());
        EXPECT_TRUE(events_.waitFor<live::NetworkLoaded>());
    }

    void start(std::int64_t run) {
        job_.tell([run, request = request_](FeaturesJob& job) { job.start(run, request); });
    }
    [[nodiscard]] std::optional<FeaturesEnded> ended(std::int64_t run) {
        return events_.waitFor<FeaturesEnded>([run](const FeaturesEnded& end) { return end.run == run; });
    }
    template <typename Document>
    static std::string textOfResults(Document document) {
        for (auto& result : document.results) {
            result.seconds = 0.0;
        }
        document.source.threads = 1;
        return toJson(document);
    }

    test::TemporaryFolder folder_;
    SrgaOptions srga_{.patches = 100, .patch = 8, .replicates = 3};
    DdrOptions ddr_{.patches = 12, .patch = 8, .permutations = 19};
    FeaturesRequest request_;
    test::EventRecorder events_;
    LiveEngine engine_{events_.sink(), {.threads = 1}};
    JobHandle<FeaturesJob> job_{engine_, events_.sink<FeaturesJob::Event>()};
};

TEST_F(FeaturesJobTest, GivesTheNumbersOfTheCommands) {
    start(1);
    auto end = ended(1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->message, "");
    EXPECT_EQ(end->reason, EndReason::Done);
    auto input = request_.input;
    input.device = "cpu";
    const auto srga = events_.all<live::SrgaReady>();
    ASSERT_FALSE(srga.empty());
    EXPECT_EQ(srga.back().networks, std::vector<NetworkId>{network});
    EXPECT_EQ(textOfResults(*srga.back().document), textOfResults(*runSrga(input, srga_)));
    const auto sets = events_.all<live::FeaturesSetsReady>();
    ASSERT_EQ(sets.size(), 1U);
    EXPECT_EQ(sets.front().sets.front().second->lr.front().size(), 100U);
    EXPECT_FALSE(events_.all<live::FeaturesProgressed>().empty());

    request_.options = ddr_;
    start(2);
    end = ended(2);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->message, "");
    EXPECT_EQ(textOfResults(*events_.all<live::DdrReady>().back().document), textOfResults(*runDdr(input, ddr_)));
}

TEST_F(FeaturesJobTest, ShowsTsneAtWork) {
    ddr_.embed = DdrEmbedding::Tsne;
    ddr_.perplexity = 5.0;
    ddr_.iterations = 250;
    ddr_.starts = 1;
    ddr_.taps = "LR,SR";
    request_.options = ddr_;
    start(1);
    const auto end = ended(1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->message, "");
    const auto seen = events_.all<live::FeaturesEmbedding>();
    ASSERT_GE(seen.size(), 4U);
    EXPECT_EQ(seen.front().tap, "LR");
    EXPECT_EQ(seen.front().iterations, 50);
    EXPECT_EQ(seen.front().points.size(), 2U * 24U);
}

TEST_F(FeaturesJobTest, EndsWhenItIsCancelledAndWhenItCannotBegin) {
    srga_.patches = 128;
    srga_.replicates = 200;
    request_.options = srga_;
    start(1);
    EXPECT_TRUE(events_.waitFor<live::FeaturesSetsReady>());
    engine_.stop();
    auto end = ended(1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->reason, EndReason::Cancelled);
    EXPECT_TRUE(events_.all<live::SrgaReady>().empty());

    request_.input.source.degradations.resize(1);
    start(2);
    end = ended(2);
    ASSERT_TRUE(end);
    EXPECT_THAT(end->message, testing::HasSubstr("nothing to compare"));
}

TEST_F(FeaturesJobTest, SendsSurveysAndTheSrOfPatches) {
    job_.tell([](FeaturesJob& job) { job.survey(network, 16); });
    const auto surveyed = events_.waitFor<live::FeaturesSurveyed>();
    ASSERT_TRUE(surveyed && surveyed->survey);
    EXPECT_TRUE(surveyed->survey->deepest.has_value());
    start(1);
    ASSERT_TRUE(ended(1));
    const auto sets = events_.all<live::FeaturesSetsReady>().front().sets.front().second;
    job_.tell([sets](FeaturesJob& job) { job.sendSr(3, {{{network, 1, 5}, sets}}); });
    const auto sr = events_.waitFor<live::PatchSr>();
    ASSERT_TRUE(sr && sr->sr);
    EXPECT_EQ(sr->of, 3);
    EXPECT_EQ(sr->sr->width(), 32);
    const auto expected = loadModel(request_.input.networks.front()).upscale(sets->lr[1][5]);
    EXPECT_TRUE(std::ranges::equal(sr->sr->values(), expected->values()));
}

}  // namespace
}  // namespace lamscope::features_job_test
