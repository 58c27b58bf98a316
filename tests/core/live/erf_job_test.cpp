// SPDX-License-Identifier: GPL-3.0-or-later
// Effective receptive fields on a LiveEngine: which crop is measured when, and how a measurement ends.
#include "live/jobs/erf_job.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "live/live_engine.h"
#include "support/analytic_networks.h"
#include "support/evaluations.h"
#include "support/event_recorder.h"

namespace lamscope::erf_job_test {
namespace {

using live::EndReason;
using live::ErfEnded;
using live::ErfFailed;
using live::ErfReady;
using live::MapReady;

constexpr int networkScale = 2;
constexpr int side = 15;         // of the crops
constexpr int imageWidth = 48;   // 3 crops
constexpr int imageHeight = 33;  // 2 crops
constexpr std::size_t crops = 6;
constexpr int contextSide = 24;
constexpr NetworkId narrow = 1;  // one layer of 3x3 means
constexpr NetworkId wide = 2;    // two of them

/// `layers` convolutions whose 3x3 weights are 1/9 each, then copies.
torch::Tensor uniformLayers(torch::Tensor lr, int layers) {
    for (int i = 0; i < layers; ++i) {
        lr = at::avg_pool2d(lr, {3, 3}, {1, 1}, {1, 1});
    }
    return test::enlargeByCopying(lr, networkScale);
}

OpenedImage opened(int width, int height) {
    return {.file = "test.png", .sha256 = "", .pixels = std::make_shared<const Image>(test::testImage(width, height))};
}

class ErfJobTest : public testing::Test {
protected:
    ErfJobTest() {
        options_.side = side;
        engine_.setInput(image_, ImageRole::Lr, Reduction::Pillow);
        engine_.addNetwork(narrow, {.file = "1", .settings = {}});
        engine_.addNetwork(wide, {.file = "2", .settings = {}});
        engine_.addJob([this](const LiveState& state) {
            job_ = std::make_shared<ErfJob>(state, [this](const ErfJob::Event& event) { receive(event); });
            return job_;
        });
    }

    LiveEngineOptions engineOptions() {
        LiveEngineOptions options;
        options.retainedBytes = 0;
        options.load = [this](const ModelSpec& spec, const std::string& /*device*/) {
            return test::makeModel(
                [this, layers = std::stoi(spec.file.string())](const torch::Tensor& lr) {
                    evaluations_.add(static_cast<int>(lr.size(3)));
                    return uniformLayers(lr, layers);
                },
                networkScale);
        };
        return options;
    }

    /// On the compute thread.
    void receive(const ErfJob::Event& event) {
        if (const auto* ready = std::get_if<ErfReady>(&event)) {
            ready_.push_back(*ready);
            const auto maps = events_.all<MapReady>();
            finishedMaps_.push_back(std::ranges::count(maps, true, &MapReady::finished));
        } else if (const auto* failed = std::get_if<ErfFailed>(&event)) {
            failed_.push_back(*failed);
        } else if (const auto* ended = std::get_if<ErfEnded>(&event)) {
            ended_.push_back(*ended);
            if (ended->run == awaited_) {
                end_.set_value(ended->reason);
            }
        }
    }

    void start(std::int64_t run, const std::vector<ErfTarget>& targets) {
        engine_.tell([this, run, targets] { job_->start(run, targets, options_); });
    }
    /// Starts a measurement and waits for its end, after which the compute thread touches nothing here.
    [[nodiscard]] EndReason measure(std::int64_t run, const std::vector<ErfTarget>& targets) {
        end_ = {};
        engine_.tell([this, run] { awaited_ = run; });
        start(run, targets);
        return end_.get_future().get();
    }
    /// Once, when a crop is evaluated for the n-th time from here on.
    void atCrop(std::size_t n, const test::Evaluations::Hook& hook) {
        evaluations_.at([n](std::size_t number, int /*width*/) { return number == n; }, hook);
    }
    [[nodiscard]] std::vector<NetworkId> order() const {
        std::vector<NetworkId> ids;
        std::ranges::transform(ready_, std::back_inserter(ids), [](const ErfReady& each) { return each.target.id; });
        return ids;
    }

    const OpenedImage image_ = opened(imageWidth, imageHeight);
    const InputIdentity input_{image_.pixels, ImageRole::Lr, Reduction::Pillow};
    ErfOptions options_;
    std::shared_ptr<ErfJob> job_;
    std::vector<ErfReady> ready_;
    std::vector<std::ptrdiff_t> finishedMaps_;  // at each of `ready_`
    std::vector<ErfFailed> failed_;
    std::vector<ErfEnded> ended_;
    std::int64_t awaited_ = 0;
    std::promise<EndReason> end_;
    test::Evaluations evaluations_;
    test::EventRecorder events_;
    LiveEngine engine_{events_.sink(), engineOptions()};
};

TEST_F(ErfJobTest, MeasuresTheNetworksInTurnOverTheWholeImage) {
    EXPECT_EQ(measure(7, {{narrow}, {wide}}), EndReason::Done);
    std::vector<NetworkId> inTurn;
    for (std::size_t i = 0; i < crops; ++i) {
        inTurn.insert(inTurn.end(), {narrow, wide});
    }
    EXPECT_EQ(order(), inTurn);
    for (std::size_t i = 0; i < ready_.size(); ++i) {
        EXPECT_EQ(ready_[i].run, 7);
        EXPECT_EQ(ready_[i].input, input_);
        EXPECT_EQ(ready_[i].options, options_);
        EXPECT_EQ(ready_[i].place, Rect());
        EXPECT_EQ(ready_[i].result->images, static_cast<int>(i / 2 + 1));
        EXPECT_EQ(ready_[i].result->imagesPlanned, static_cast<int>(crops));
        EXPECT_EQ(ready_[i].finished, i + 2 >= ready_.size());
    }
    // The share of the squares of side 1, 3, 5 is that of the 3x3 means, in each axis 1/3, 1 and 3/9, 7/9, 1.
    const auto& one = *ready_[ready_.size() - 2].result;
    EXPECT_NEAR(one.squareShares[0], 1.0 / 9.0, 1e-6);
    EXPECT_NEAR(one.squareShares[1], 1.0, 1e-6);
    const auto& two = *ready_.back().result;
    EXPECT_NEAR(two.squareShares[0], 9.0 / 81.0, 1e-6);
    EXPECT_NEAR(two.squareShares[1], 49.0 / 81.0, 1e-6);
    EXPECT_NEAR(two.squareShares[2], 1.0, 1e-6);
    ASSERT_TRUE(two.standardErrors);
    EXPECT_NEAR(two.standardErrors->radiusPixels, 0.0, 1e-6);
    EXPECT_THAT(two.warnings, testing::Contains(testing::HasSubstr("over 6 images")));
}

TEST_F(ErfJobTest, AgreesWithTheFunctionOfTheCommandLine) {
    options_.images = 4;
    ASSERT_EQ(measure(1, {{wide}}), EndReason::Done);
    const auto model = test::makeModel([](const torch::Tensor& lr) { return uniformLayers(lr, 2); }, networkScale);
    std::vector<ErfCrop> cut;
    for (const auto& place : erfPlacesOver(*image_.pixels, networkScale, side, options_.images)) {
        cut.push_back(*erfCrop(*image_.pixels, networkScale, side, place));
    }
    const auto expected = computeErf(model, cut, options_);
    const auto& measured = *ready_.back().result;
    EXPECT_EQ(measured.images, 4);
    EXPECT_EQ(measured.frame, expected->frame);
    EXPECT_EQ(measured.warnings, expected->warnings);
    EXPECT_EQ(measured.numbers.pixels, expected->numbers.pixels);
    EXPECT_NEAR(measured.numbers.radiusPixels, expected->numbers.radiusPixels, 1e-6);
    EXPECT_NEAR(measured.numbers.sum, expected->numbers.sum, 1e-6);
}

TEST_F(ErfJobTest, MapsOfTheBoxComeFirst) {
    LamOptions options;
    options.context = contextSide;
    atCrop(2, [&] {
        engine_.probe({.number = 1, .options = options, .targets = {{narrow, {20, 20, 8}}}, .moving = false});
    });
    ASSERT_EQ(measure(1, {{narrow}}), EndReason::Done);
    ASSERT_EQ(finishedMaps_.size(), crops);
    EXPECT_EQ(finishedMaps_.front(), 0);
    EXPECT_EQ(finishedMaps_[1], 1);  // the second crop was put off
    EXPECT_EQ(ready_.back().result->images, static_cast<int>(crops));
}

TEST_F(ErfJobTest, WhatIsInterruptedGoesOnWithTheSameCrop) {
    atCrop(3, [&] { engine_.tell([] {}, /*interrupt=*/true); });
    ASSERT_EQ(measure(1, {{narrow}}), EndReason::Done);
    EXPECT_EQ(evaluations_.widths().size(), crops + 1);
    EXPECT_EQ(order().size(), crops);
    EXPECT_EQ(ready_.back().result->images, static_cast<int>(crops));
}

TEST_F(ErfJobTest, StopsWithinOnePass) {
    atCrop(3, [&] { engine_.stop(); });
    EXPECT_EQ(measure(1, {{narrow}, {wide}}), EndReason::Cancelled);
    EXPECT_EQ(evaluations_.widths().size(), 3U);
    EXPECT_EQ(order(), (std::vector<NetworkId>{narrow, wide}));
    EXPECT_FALSE(ready_.back().finished);

    EXPECT_EQ(measure(2, {{wide}}), EndReason::Done);
    EXPECT_EQ(ready_.back().result->images, static_cast<int>(crops));
}

TEST_F(ErfJobTest, ANewMeasurementCancelsTheOld) {
    atCrop(2, [&] { start(2, {{wide}}); });
    EXPECT_EQ(measure(1, {{narrow}}), EndReason::Cancelled);
    EXPECT_EQ(measure(3, {{wide}}), EndReason::Done);
    EXPECT_THAT(ended_, testing::ElementsAre(testing::Field(&ErfEnded::run, 1), testing::Field(&ErfEnded::run, 2),
                                             testing::Field(&ErfEnded::run, 3)));
}

TEST_F(ErfJobTest, GoesOnWithoutANetworkThatGoes) {
    atCrop(4, [&] { engine_.removeNetwork(wide); });
    EXPECT_EQ(measure(1, {{narrow}, {wide}}), EndReason::Done);
    EXPECT_EQ(std::ranges::count(order(), narrow), static_cast<std::ptrdiff_t>(crops));
    EXPECT_EQ(std::ranges::count(order(), wide), 1);
    EXPECT_THAT(failed_, testing::IsEmpty());

    atCrop(2, [&] { engine_.removeNetwork(narrow); });
    EXPECT_EQ(measure(2, {{narrow}}), EndReason::Done);  // the last one goes
}

TEST_F(ErfJobTest, EndsWithItsInput) {
    const auto other = opened(2 * side, side);
    atCrop(3, [&] { engine_.setInput(other, ImageRole::Lr, Reduction::Pillow); });
    EXPECT_EQ(measure(1, {{narrow}}), EndReason::InputChanged);
    EXPECT_EQ(order().size(), 2U);
    ready_.clear();
    EXPECT_EQ(measure(2, {{narrow}}), EndReason::Done);
    ASSERT_EQ(ready_.size(), 2U);
    EXPECT_EQ(ready_.back().input, (InputIdentity{other.pixels, ImageRole::Lr, Reduction::Pillow}));
}

TEST_F(ErfJobTest, LooksFromOnePlaceAlsoAtTheEdge) {
    const ErfTarget inside{wide, std::pair(40, 30)};
    const ErfTarget edge{wide, std::pair(1, 65)};
    ASSERT_EQ(measure(1, {inside, edge}), EndReason::Done);
    ASSERT_EQ(ready_.size(), 2U);
    EXPECT_EQ(ready_[0].target, inside);
    EXPECT_EQ(ready_[0].place, (Rect{20 - 7, 15 - 7, side, side}));
    EXPECT_EQ(ready_[0].result->frame, (ErfFrame{side, side, 7, 7}));
    EXPECT_NEAR(ready_[0].result->numbers.radiusPixels, std::sqrt(8.0 / 3.0), 1e-5);
    // LR pixel (0, 32), the last row: the crop is moved into the image, the map still lies around the pixel.
    EXPECT_EQ(ready_[1].place, (Rect{0, imageHeight - side, side, side}));
    const auto& result = *ready_[1].result;
    EXPECT_EQ(result.frame, (ErfFrame{side, side, 0, side - 1}));
    const auto at = [&](int x, int y) { return result.map[static_cast<std::size_t>(y * side + x)]; };
    EXPECT_GT(at(0, side - 1), 0.0);
    EXPECT_GT(at(2, side - 3), 0.0);
    EXPECT_EQ(at(3, side - 1), 0.0);
    EXPECT_EQ(at(0, side - 4), 0.0);
}

TEST_F(ErfJobTest, OnePlaceIsMoreUrgentThanTheMeanOverTheImage) {
    std::promise<std::pair<LivePriority, LivePriority>> priorities;
    engine_.tell([&] {
        job_->start(1, {{narrow}}, options_);
        const auto mean = job_->priority();
        job_->start(2, {{narrow, std::pair(20, 20)}}, options_);
        priorities.set_value({mean, job_->priority()});
        job_->cancel();
    });
    EXPECT_EQ(priorities.get_future().get(), std::pair(LivePriority::DiMaps, LivePriority::FinerMaps));
}

TEST_F(ErfJobTest, SaysWhyANetworkHasNoField) {
    options_.side = imageHeight + 1;
    EXPECT_EQ(measure(1, {{narrow}, {99}}), EndReason::Done);
    EXPECT_THAT(ready_, testing::IsEmpty());
    ASSERT_EQ(failed_.size(), 2U);
    EXPECT_EQ(failed_[0].target.id, narrow);
    EXPECT_EQ(failed_[0].input, input_);
    EXPECT_THAT(failed_[0].message, testing::HasSubstr("48x33 pixels does not hold 34x34"));
    EXPECT_THAT(failed_[1].message, testing::HasSubstr("no input image"));
    EXPECT_EQ(failed_[1].input, input_);

    EXPECT_EQ(measure(2, {{narrow, std::pair(96, 0)}}), EndReason::Done);
    EXPECT_THAT(failed_.back().message, testing::HasSubstr("(96, 0) does not lie in the image"));
}

}  // namespace
}  // namespace lamscope::erf_job_test
