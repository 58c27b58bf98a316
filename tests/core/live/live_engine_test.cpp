// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/live_engine.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "base/error.h"
#include "live/job_handle.h"
#include "live/jobs/di_map_job.h"
#include "method/lam/mask_mass.h"
#include "support/analytic_networks.h"
#include "support/event_recorder.h"

namespace lamscope {
namespace {

using live::DiMapFailed;
using live::DiMapReady;
using live::Idle;
using live::ImageFailed;
using live::MapFailed;
using live::MapReady;
using live::NetworkFailed;
using live::NetworkImages;
using test::EventRecorder;

constexpr int networkScale = 2;

/// A network whose attribution is neither local nor flat: bicubic times a smooth function of the image's mean.
torch::Tensor globalFormula(const torch::Tensor& lr) {
    const auto mean = lr.mean({1, 2, 3}, true);
    return test::enlargeByCopying(lr.square(), networkScale) * (1.0 + mean);
}

/// Evaluations of the slow network so far.
std::atomic<int> slowEvaluations{0};

SrModel loadAnalytic(const ModelSpec& spec, const std::string& /*device*/) {
    const auto name = spec.file.string();
    if (name == "global") {
        return test::makeModel(globalFormula, networkScale);
    }
    if (name == "slow") {
        return test::makeModel(
            [](const torch::Tensor& lr) {
                ++slowEvaluations;
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                return globalFormula(lr);
            },
            networkScale);
    }
    if (name == "restores") {
        return test::makeModel(
            [](const torch::Tensor& input) {
                return input.square() * (1.0 + input.mean({1, 2, 3}, true));
            },
            1);
    }
    if (name == "wrong") {
        return test::makeModel([](const torch::Tensor& lr) { return lr; }, networkScale);
    }
    throw Error(ErrorCode::BadFile, name + ": not a model file");
}

ModelSpec spec(const char* name) {
    return {.file = name, .settings = {}};
}

OpenedImage opened(int side) {
    return {.file = "test.png", .sha256 = "", .pixels = std::make_shared<const Image>(test::testImage(side, side))};
}

class LiveEngineTest : public testing::Test {
protected:
    LiveEngineTest() { engine_.setInput(image_, ImageRole::Lr, Reduction::Pillow); }

    [[nodiscard]] ProbeRequest request(std::int64_t number, std::vector<ProbeTarget> targets) const {
        return {.number = number, .options = options_, .targets = std::move(targets), .moving = false};
    }

    [[nodiscard]] std::optional<MapReady> finished(std::int64_t number, NetworkId id) {
        return events_.waitFor<MapReady>(
            [&](const MapReady& map) { return map.request == number && map.id == id && map.finished; });
    }

    static LiveEngineOptions engineOptions() {
        LiveEngineOptions options;
        options.load = loadAnalytic;
        return options;
    }

    LamOptions options_;
    OpenedImage image_ = opened(24);
    EventRecorder events_;
    LiveEngine engine_{events_.sink(), engineOptions()};
};

TEST_F(LiveEngineTest, LevelsEndInWhatComputeLamGives) {
    engine_.addNetwork(1, spec("global"));
    const auto model = loadAnalytic(spec("global"), "cpu");
    // The second patch is served from forward passes that the first one left.
    std::int64_t number = 0;
    for (const Patch patch : {Patch{10, 12, 8}, Patch{20, 5, 8}}) {
        engine_.probe(request(++number, {{1, patch}}));
        const auto map = finished(number, 1);
        ASSERT_TRUE(map);
        auto options = options_;
        options.patch = patch;
        const auto direct = computeLam(model, *image_.pixels, nullptr, options);
        EXPECT_EQ(map->result->nodes, direct->nodes);
        EXPECT_NEAR(*map->result->diffusionIndex, *direct->diffusionIndex, 1e-6 * *direct->diffusionIndex);
        EXPECT_NEAR(map->result->detectorImage, direct->detectorImage, 1e-6 * direct->detectorImage);
        EXPECT_NEAR(map->result->attributionSum, direct->attributionSum, 1e-5 * std::abs(direct->attributionSum));
    }
    std::vector<int> nodes;
    for (const auto& map : events_.all<MapReady>()) {
        if (map.request == 1) {
            nodes.push_back(map.result->nodes);
        }
    }
    EXPECT_EQ(nodes.front(), 3);
    EXPECT_TRUE(std::ranges::is_sorted(nodes));
}

TEST_F(LiveEngineTest, EveryNetworkGetsItsCoarseMapBeforeAnyIsRefined) {
    engine_.addNetwork(1, spec("global"));
    engine_.addNetwork(2, spec("global"));
    options_.nodes = 27;
    engine_.probe(request(1, {{2, {10, 12, 8}}, {1, {10, 12, 8}}}));
    ASSERT_TRUE(finished(1, 1));
    ASSERT_TRUE(finished(1, 2));
    std::vector<std::pair<NetworkId, int>> order;
    for (const auto& map : events_.all<MapReady>()) {
        order.emplace_back(map.id, map.result->nodes);
    }
    const std::vector<std::pair<NetworkId, int>> expected{{2, 3}, {1, 3}, {2, 9}, {1, 9}, {2, 27}, {1, 27}};
    EXPECT_EQ(order, expected);
}

TEST_F(LiveEngineTest, AMovingBoxGetsCoarseMapsAlone) {
    engine_.addNetwork(1, spec("slow"));
    auto moving = request(1, {{1, {10, 12, 8}}});
    moving.moving = true;
    engine_.probe(moving);
    ASSERT_TRUE(events_.waitFor<Idle>([](const Idle& idle) { return idle.request == 1; }));
    const auto maps = events_.all<MapReady>();
    ASSERT_EQ(maps.size(), 1U);
    EXPECT_EQ(maps.front().result->nodes, 3);
    EXPECT_FALSE(maps.front().finished);
    // At rest the same patch goes on from there.
    const int before = slowEvaluations;
    options_.nodes = 9;
    auto resting = request(2, {{1, {10, 12, 8}}});
    resting.options = moving.options;
    resting.options.nodes = 9;
    engine_.probe(resting);
    ASSERT_TRUE(finished(2, 1));
    EXPECT_LE(slowEvaluations - before, 9);
}

TEST_F(LiveEngineTest, ANewerRequestStopsTheOlderAtItsNextBatch) {
    engine_.addNetwork(1, spec("slow"));
    options_.nodes = 81;
    engine_.probe(request(1, {{1, {10, 12, 8}}}));
    ASSERT_TRUE(events_.waitFor<MapReady>());
    auto next = request(2, {{1, {20, 12, 8}}});
    next.options.nodes = 3;
    engine_.probe(next);
    ASSERT_TRUE(finished(2, 1));
    for (const auto& map : events_.all<MapReady>()) {
        EXPECT_FALSE(map.request == 1 && map.finished);
    }
}

TEST_F(LiveEngineTest, ReportsWhatCannotBeLoadedOrComputed) {
    engine_.addNetwork(1, spec("missing"));
    const auto failed = events_.waitFor<NetworkFailed>();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->id, 1);
    EXPECT_THAT(failed->message, testing::HasSubstr("not a model file"));

    engine_.addNetwork(2, spec("wrong"));
    engine_.probe(request(1, {{2, {10, 12, 8}}}));
    const auto wrong = events_.waitFor<MapFailed>([](const MapFailed& event) { return event.id == 2; });
    ASSERT_TRUE(wrong);
    EXPECT_THAT(wrong->message, testing::HasSubstr("expected an output 2 times"));

    engine_.openImage("no such image.png");
    const auto image = events_.waitFor<ImageFailed>();
    ASSERT_TRUE(image);
    EXPECT_THAT(image->message, testing::HasSubstr("no such image.png"));
}

TEST_F(LiveEngineTest, APatchOutsideIsRefusedAndTheNextIsServed) {
    engine_.addNetwork(1, spec("global"));
    engine_.probe(request(1, {{1, {100, 12, 8}}}));
    const auto refused = events_.waitFor<MapFailed>();
    ASSERT_TRUE(refused);
    EXPECT_THAT(refused->message, testing::HasSubstr("does not lie inside"));
    engine_.probe(request(2, {{1, {10, 12, 8}}}));
    EXPECT_TRUE(finished(2, 1));
}

TEST_F(LiveEngineTest, HrImagesAreReducedAndGivePsnr) {
    engine_.setInput(opened(48), ImageRole::Hr, Reduction::Matlab);
    engine_.addNetwork(1, spec("global"));
    engine_.probe(request(1, {{1, {10, 12, 8}}}));
    const auto map = finished(1, 1);
    ASSERT_TRUE(map);
    EXPECT_EQ(map->result->lr.width(), 24);
    EXPECT_TRUE(map->result->psnr.has_value());
    const auto images = events_.waitFor<NetworkImages>([](const NetworkImages& event) { return event.sr != nullptr; });
    ASSERT_TRUE(images);
    EXPECT_EQ(images->sr->width(), 48);
}

/// The images of a network once its output is there.
bool hasOutput(const NetworkImages& event) {
    return event.sr != nullptr;
}

TEST_F(LiveEngineTest, ACleanImageIsDegradedAndItsRainKnownAtScale1) {
    const auto clean = opened(48);
    const auto rain = degradationFromString("rain:small:0.5");
    engine_.addNetwork(1, spec("restores"));
    engine_.setInput({.pixels = clean.pixels, .role = ImageRole::Hr, .degradation = rain, .degradationSeed = 4});
    options_.path = PathKind::Rain;
    engine_.probe(request(1, {{1, {10, 12, 8}}}));
    const auto map = finished(1, 1);
    ASSERT_TRUE(map);
    const auto expected = degrade(*clean.pixels, 1, Reduction::Pillow, rain, 4);
    const auto images = events_.waitFor<NetworkImages>(hasOutput);
    ASSERT_TRUE(images);
    EXPECT_TRUE(std::ranges::equal(images->lr->values(), expected.lr.values()));
    EXPECT_TRUE(std::ranges::equal(images->hr->values(), clean.pixels->values()));
    EXPECT_TRUE(std::ranges::equal(images->rain->values(), expected.rain.values()));
    auto options = options_;
    options.patch = {10, 12, 8};
    auto direct = computeLam(loadAnalytic(spec("restores"), "cpu"), expected.lr, clean.pixels.get(), options).value();
    addMaskMass(direct, *images->rainMask);
    EXPECT_NEAR(map->result->attributionSum, direct.attributionSum, 1e-5 * std::abs(direct.attributionSum));
    ASSERT_TRUE(map->result->maskMassRatio);
    EXPECT_NEAR(*map->result->maskMassRatio, direct.maskMassRatio.value(), 1e-4);
    EXPECT_GT(*map->result->maskMassRatio, 1.0);  // the path moves where it rains alone
    EXPECT_TRUE(map->result->psnr);
    EXPECT_EQ(map->input.degradation, rain);
    EXPECT_NE(map->input, (InputIdentity{clean.pixels, ImageRole::Hr, Reduction::Pillow}));
}

TEST_F(LiveEngineTest, AnImageAloneIsNoReferenceAtScale1) {
    const auto image = opened(40);
    engine_.addNetwork(1, spec("restores"));
    engine_.setInput(image, ImageRole::Hr, Reduction::Pillow);
    engine_.probe(request(1, {{1, {10, 12, 8}}}));
    const auto alone = finished(1, 1);
    ASSERT_TRUE(alone);
    EXPECT_FALSE(alone->result->psnr);
    EXPECT_FALSE(alone->result->maskMassRatio);
    EXPECT_EQ(alone->result->lr.width(), 40);
    const auto clean = std::make_shared<const Image>(40, 40);
    engine_.setInput({.pixels = image.pixels, .role = ImageRole::Hr, .reference = clean});
    engine_.probe(request(2, {{1, {10, 12, 8}}}));
    const auto beside = finished(2, 1);
    ASSERT_TRUE(beside);
    EXPECT_TRUE(beside->result->psnr);
    ASSERT_TRUE(beside->result->maskMassRatio);
    EXPECT_NEAR(*beside->result->maskMassRatio, 1.0, 1e-9);  // every pixel is brighter than black
}

TEST_F(LiveEngineTest, SrImagesComeWhereNoMapIsWanted) {
    engine_.addNetwork(1, spec("global"));
    engine_.cancelProbe({1});
    const auto images = events_.waitFor<NetworkImages>([](const NetworkImages& event) { return event.sr != nullptr; });
    ASSERT_TRUE(images);
    EXPECT_EQ(images->sr->width(), 48);
}

TEST_F(LiveEngineTest, RemovingANetworkAtWorkLeavesTheOthers) {
    engine_.addNetwork(1, spec("slow"));
    engine_.addNetwork(2, spec("global"));
    options_.nodes = 81;
    engine_.probe(request(1, {{1, {10, 12, 8}}, {2, {10, 12, 8}}}));
    ASSERT_TRUE(events_.waitFor<MapReady>([](const MapReady& map) { return map.id == 1; }));
    engine_.removeNetwork(1);
    ASSERT_TRUE(finished(1, 2));
    for (const auto& map : events_.all<MapReady>()) {
        EXPECT_FALSE(map.id == 1 && map.finished);
    }
}

class DiMapTest : public LiveEngineTest {
protected:
    static constexpr int patchSize = 8;
    static constexpr int stride = 8;

    void scan(const std::vector<DiMapTarget>& targets) {
        job_.tell([targets, options = options_](DiMapJob& job) { job.start(targets, options); });
    }
    [[nodiscard]] std::optional<DiMapReady> firstMap(NetworkId id) {
        return events_.waitFor<DiMapReady>([id](const DiMapReady& event) { return event.id == id; });
    }
    [[nodiscard]] std::optional<DiMapReady> finishedMap(NetworkId id) {
        return events_.waitFor<DiMapReady>([id](const DiMapReady& event) { return event.id == id && event.finished; });
    }
    static int computedCells(const DiMap& map) {
        return static_cast<int>(std::ranges::count_if(map.cells, [](const DiMapCell& cell) { return cell.nodes > 0; }));
    }

    JobHandle<DiMapJob> job_{engine_, events_.sink<DiMapJob::Event>()};
};

TEST_F(DiMapTest, AProbeInterruptsItAndItGoesOnToWhatComputeDiMapGives) {
    engine_.addNetwork(1, spec("slow"));
    scan({{.id = 1, .patchSize = patchSize, .stride = stride}});
    const auto coarse = firstMap(1);
    ASSERT_TRUE(coarse);
    EXPECT_FALSE(coarse->finished);
    EXPECT_LT(computedCells(*coarse->map), 25);
    EXPECT_NE(coarse->map->shownAt(0, 0), nullptr);
    auto probe = request(1, {{1, {10, 12, 8}}});
    probe.options.nodes = 27;
    engine_.probe(probe);
    ASSERT_TRUE(events_.waitFor<MapReady>());
    EXPECT_FALSE(events_.all<DiMapReady>().back().finished);

    const auto map = finishedMap(1);
    ASSERT_TRUE(map);
    ASSERT_TRUE(finished(1, 1));
    auto options = options_;
    options.patch = {.x = 0, .y = 0, .size = patchSize};
    EXPECT_EQ(map->options, options);
    const auto direct = computeDiMap(loadAnalytic(spec("global"), "cpu"), *image_.pixels, options, stride);
    ASSERT_TRUE(direct);
    ASSERT_EQ(map->map->cells.size(), 25U);
    for (std::size_t i = 0; i < direct->cells.size(); ++i) {
        EXPECT_EQ(map->map->cells[i].patch, direct->cells[i].patch);
        EXPECT_EQ(map->map->cells[i].nodes, 9);
        EXPECT_NEAR(*map->map->cells[i].diffusionIndex, *direct->cells[i].diffusionIndex, 1e-4);
    }
}

TEST_F(DiMapTest, EveryNetworkGetsItsCoarseMapFirst) {
    engine_.addNetwork(1, spec("slow"));
    engine_.addNetwork(2, spec("slow"));
    scan({{.id = 1, .patchSize = patchSize, .stride = stride}, {.id = 2, .patchSize = 4, .stride = 4}});
    ASSERT_TRUE(finishedMap(1));
    ASSERT_TRUE(finishedMap(2));
    const auto maps = events_.all<DiMapReady>();
    ASSERT_GE(maps.size(), 4U);
    EXPECT_EQ(maps[0].id, 1);
    EXPECT_EQ(maps[1].id, 2);
    EXPECT_EQ(computedCells(*maps[1].map), 16);  // 11 x 11 cells have a coarse one for each block of 3 x 3
}

TEST_F(DiMapTest, CancelledItKeepsWhatItHasForTheSameRequest) {
    engine_.addNetwork(1, spec("slow"));
    const std::vector<DiMapTarget> targets{{.id = 1, .patchSize = patchSize, .stride = stride}};
    scan(targets);
    ASSERT_TRUE(firstMap(1));
    job_.tell([](DiMapJob& job) { job.cancel(); });
    engine_.probe(request(7, {}));
    ASSERT_TRUE(events_.waitFor<Idle>([](const Idle& idle) { return idle.request == 7; }));
    const auto before = events_.all<DiMapReady>();
    ASSERT_FALSE(before.back().finished);

    scan(targets);
    ASSERT_TRUE(finishedMap(1));
    const auto all = events_.all<DiMapReady>();
    EXPECT_EQ(all[before.size()].map, before.back().map);  // reported again, as it was
    for (std::size_t i = 1; i < all.size(); ++i) {
        EXPECT_GE(computedCells(*all[i].map), computedCells(*all[i - 1].map));
    }
}

TEST_F(DiMapTest, NetworksAndInputsMayGoMeanwhile) {
    engine_.addNetwork(1, spec("slow"));
    engine_.addNetwork(2, spec("slow"));
    const std::vector<DiMapTarget> targets{{.id = 1, .patchSize = patchSize, .stride = stride},
                                           {.id = 2, .patchSize = patchSize, .stride = stride}};
    scan(targets);
    ASSERT_TRUE(firstMap(1));
    engine_.removeNetwork(1);
    ASSERT_TRUE(finishedMap(2));
    EXPECT_FALSE(std::ranges::any_of(events_.all<DiMapReady>(),
                                     [](const DiMapReady& event) { return event.id == 1 && event.finished; }));
    EXPECT_TRUE(events_.all<DiMapFailed>().empty());

    engine_.setInput(opened(32), ImageRole::Lr, Reduction::Pillow);
    scan({targets[1]});
    const auto map = events_.waitFor<DiMapReady>(
        [](const DiMapReady& event) { return event.finished && event.input.pixels->width() == 32; });
    ASSERT_TRUE(map);
    EXPECT_EQ(map->map->columns, 7);
}

TEST_F(DiMapTest, WhatCannotBeComputedIsSaid) {
    engine_.addNetwork(1, spec("wrong"));
    engine_.addNetwork(2, spec("global"));
    scan({{.id = 1, .patchSize = patchSize, .stride = stride}, {.id = 2, .patchSize = 100, .stride = 8}});
    const auto wrong = events_.waitFor<DiMapFailed>([](const DiMapFailed& event) { return event.id == 1; });
    ASSERT_TRUE(wrong);
    EXPECT_THAT(wrong->message, testing::HasSubstr("expected an output 2 times"));
    const auto large = events_.waitFor<DiMapFailed>([](const DiMapFailed& event) { return event.id == 2; });
    ASSERT_TRUE(large);
    EXPECT_THAT(large->message, testing::HasSubstr("no patch of 100x100"));
}

TEST(LiveEngine, EndsInMidComputation) {
    slowEvaluations = 0;
    EventRecorder events;
    {
        LiveEngineOptions options;
        options.load = loadAnalytic;
        LiveEngine engine(events.sink(), options);
        engine.setInput(opened(24), ImageRole::Lr, Reduction::Pillow);
        engine.addNetwork(1, spec("slow"));
        engine.probe({.number = 1, .options = {}, .targets = {{1, {10, 12, 8}}}, .moving = false});
        ASSERT_TRUE(events.waitFor<MapReady>());
    }
    EXPECT_LT(slowEvaluations, 60);  // of more than 80
}

TEST(LiveEngine, WithoutRoomForForwardPassesTheNumbersAreTheSame) {
    std::vector<double> indices;
    for (const std::int64_t bytes : {std::int64_t{0}, std::int64_t{1} << 30}) {
        EventRecorder events;
        LiveEngineOptions options;
        options.load = loadAnalytic;
        options.retainedBytes = bytes;
        LiveEngine engine(events.sink(), options);
        engine.setInput(opened(24), ImageRole::Lr, Reduction::Pillow);
        engine.addNetwork(1, spec("global"));
        for (const std::int64_t number : {1, 2}) {
            const int x = static_cast<int>(10 * number);
            engine.probe({.number = number, .options = {}, .targets = {{1, {x, 12, 8}}}, .moving = false});
            const auto map = events.waitFor<MapReady>(
                [&](const MapReady& event) { return event.request == number && event.finished; });
            ASSERT_TRUE(map);
            indices.push_back(*map->result->diffusionIndex);
        }
    }
    EXPECT_DOUBLE_EQ(indices[0], indices[2]);
    EXPECT_DOUBLE_EQ(indices[1], indices[3]);
}

}  // namespace
}  // namespace lamscope
