// SPDX-License-Identifier: GPL-3.0-or-later
// What networks remove and spoil, measured on a LiveEngine: on which input, of which networks, and when.
#include "live/jobs/restoration_job.h"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "live/live_engine.h"
#include "support/analytic_networks.h"
#include "support/event_recorder.h"

namespace lamscope::restoration_job_test {
namespace {

using live::BlurLineMeasured;
using live::RestorationFailed;
using live::RestorationMeasured;

constexpr int side = 48;
constexpr NetworkId copy = 1;
constexpr NetworkId half = 2;
constexpr NetworkId broken = 3;
constexpr NetworkId enlarging = 4;

SrModel loadFormula(const ModelSpec& spec, const std::string& /*device*/) {
    const auto name = spec.file.string();
    if (name == "enlarging") {
        return test::makeModel([](const torch::Tensor& input) { return test::enlargeByCopying(input, 2); }, 2);
    }
    const double factor = name == "copy" ? 1.0 : name == "half" ? 0.5 : std::nan("");
    return test::makeModel([factor](const torch::Tensor& input) { return input * factor; }, 1);
}

class RestorationJobTest : public testing::Test {
protected:
    RestorationJobTest() {
        for (const auto& [id, name] : {std::pair(copy, "copy"), std::pair(half, "half"), std::pair(broken, "broken"),
                                       std::pair(enlarging, "enlarging")}) {
            engine_.addNetwork(id, {.file = name, .settings = {}});
        }
        engine_.addJob([this](const LiveState& state) {
            job_ = std::make_shared<RestorationJob>(state, events_.sink<RestorationJob::Event>());
            return job_;
        });
    }

    static LiveEngineOptions engineOptions() {
        LiveEngineOptions options;
        options.load = loadFormula;
        return options;
    }

    [[nodiscard]] InputIdentity input(const std::string& recipe, std::uint64_t seed) const {
        return {.pixels = clean_,
                .role = ImageRole::Hr,
                .degradation = degradationFromString(recipe),
                .degradationSeed = seed};
    }
    void measure(const std::vector<NetworkId>& networks) {
        engine_.tell([this, networks] { job_->measure(networks); });
        engine_.cancelProbe(networks);  // their outputs are wanted
    }
    [[nodiscard]] std::optional<RestorationMeasured> measured(NetworkId id, const InputIdentity& of) {
        return events_.waitFor<RestorationMeasured>(
            [&](const RestorationMeasured& event) { return event.id == id && event.input == of; });
    }

    const std::shared_ptr<const Image> clean_ = std::make_shared<const Image>(test::testImage(side, side));
    std::shared_ptr<RestorationJob> job_;
    test::EventRecorder events_;
    LiveEngine engine_{events_.sink(), engineOptions()};
};

TEST_F(RestorationJobTest, MeasuresWhatTheFunctionsOfTheCommandDo) {
    const auto rain = input("rain:small:0.5", 4);
    engine_.setInput(rain);
    measure({copy, half});
    const auto ofCopy = measured(copy, rain);
    const auto ofHalf = measured(half, rain);
    ASSERT_TRUE(ofCopy && ofHalf);
    EXPECT_EQ(ofCopy->image->measures.er, 0.0);
    EXPECT_EQ(ofCopy->image->measures.transmission, 1.0);
    EXPECT_EQ(ofCopy->image->measures.cleanChange, 0.0);
    EXPECT_NEAR(*ofHalf->image->measures.transmission, 0.5, 1e-6);
    const auto made = degrade(*clean_, 1, Reduction::Pillow, rain.degradation, 4);
    const auto pair = degradedPair(made.lr, *clean_, &made.rain, DegradationSource::Recipe);
    auto restored = pair.degraded;
    auto restoredClean = pair.clean;
    for (auto* image : {&restored, &restoredClean}) {
        for (auto& value : image->values) {
            value *= 0.5;
        }
    }
    const auto moments = restorationMoments(pair.degraded, pair.clean, restored, pair.mask, &restoredClean);
    const auto expected = restorationMeasures({&moments, 1});
    EXPECT_NEAR(*ofHalf->image->measures.er, *expected.er, 1e-6);
    EXPECT_NEAR(*ofHalf->image->measures.eb, *expected.eb, 1e-6);
    EXPECT_NEAR(*ofHalf->image->measures.removedSlope, *expected.removedSlope, 1e-6);
    EXPECT_EQ(ofHalf->image->measures.maskShare, expected.maskShare);

    const auto blurs = events_.waitFor<BlurLineMeasured>();
    ASSERT_TRUE(blurs);
    EXPECT_EQ(blurs->input, rain);
    ASSERT_EQ(blurs->line.size(), blurLineSigmas().size());
    const auto blur = blurMoments(pair.degraded, pair.clean, pair.mask, blurLineSigmas()[3]);
    EXPECT_NEAR(*blurs->line[3].measures.eb, *restorationMeasures({&blur, 1}).eb, 1e-12);
}

TEST_F(RestorationJobTest, AnotherInputIsMeasuredAnewAndWhatCannotBeIsLeft) {
    engine_.setInput({.pixels = clean_, .role = ImageRole::Hr});  // its own input: nothing to compare with
    measure({copy, enlarging});
    const auto first = input("noise:10", 1);
    engine_.setInput(first);
    engine_.cancelProbe({copy, enlarging});
    ASSERT_TRUE(measured(copy, first));
    EXPECT_GT(measured(copy, first)->image->measures.maskShare, 0.9);  // noise is on both sides of 0
    const auto second = input("noise:10", 2);
    engine_.setInput(second);
    engine_.cancelProbe({copy, enlarging});
    ASSERT_TRUE(measured(copy, second));
    EXPECT_NE(*measured(copy, second)->image->psnrInput, *measured(copy, first)->image->psnrInput);
    for (const auto& event : events_.all<RestorationMeasured>()) {
        EXPECT_EQ(event.id, copy);
    }
}

TEST_F(RestorationJobTest, AReferenceIsTheCleanImageAndDarkeningIsNoRain) {
    auto dark = std::make_shared<Image>(*clean_);
    for (float& value : dark->values()) {
        value *= 0.5F;
    }
    const InputIdentity beside{.pixels = dark, .role = ImageRole::Lr, .reference = clean_};
    engine_.setInput(beside);
    measure({copy});
    const auto event = measured(copy, beside);
    ASSERT_TRUE(event);
    EXPECT_FALSE(event->image->measures.transmission);
    EXPECT_THAT(event->warnings, testing::Contains(testing::HasSubstr("not additive rain")));
}

TEST_F(RestorationJobTest, AnOutputWithoutNumbersIsSaid) {
    engine_.setInput(input("rain:small", 0));
    measure({broken, copy});
    const auto failed = events_.waitFor<RestorationFailed>();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->id, broken);
    EXPECT_THAT(failed->message, testing::HasSubstr("not finite"));
    EXPECT_TRUE(measured(copy, failed->input));  // the others go on
}

}  // namespace
}  // namespace lamscope::restoration_job_test
