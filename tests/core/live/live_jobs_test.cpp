// SPDX-License-Identifier: GPL-3.0-or-later
// In which order a LiveEngine does its work, and how each piece of it ends.
#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "live/job_handle.h"
#include "live/jobs/sanity_job.h"
#include "live/live_engine.h"
#include "live/live_job.h"
#include "support/analytic_networks.h"
#include "support/evaluations.h"
#include "support/event_recorder.h"

namespace lamscope::live_jobs_test {
namespace {

using live::CardMeasured;
using live::Idle;
using live::MapFailed;
using live::MapReady;
using live::NetworkImages;
using live::NetworkLoaded;
using live::SanityChecked;
using live::SanityEnded;
using live::SrTile;

constexpr int networkScale = 2;
constexpr int imageSide = 40;
constexpr int contextSide = 24;
constexpr NetworkId id = 1;

OpenedImage opened(int side) {
    return {.file = "test.png", .sha256 = "", .pixels = std::make_shared<const Image>(test::testImage(side, side))};
}

class LiveJobs : public testing::Test {
protected:
    LiveJobs() {
        options_.context = contextSide;
        engine_.setInput(image_, ImageRole::Lr, Reduction::Pillow);
        engine_.addNetwork(id, {.file = "global", .settings = {}});
    }

    /// Waits until the network is loaded and nothing is left to do.
    [[nodiscard]] bool sleeps() { return events_.waitFor<NetworkLoaded>() && events_.waitFor<Idle>({}, loading_); }

    [[nodiscard]] ProbeRequest request(std::int64_t number, std::vector<ProbeTarget> targets) const {
        return {.number = number, .options = options_, .targets = std::move(targets), .moving = false};
    }
    [[nodiscard]] std::optional<MapReady> finished(std::int64_t number) {
        return events_.waitFor<MapReady>(
            [number](const MapReady& map) { return map.request == number && map.finished; });
    }

    void checkSanity(std::int64_t run) {
        auto options = options_;
        options.patch = target_.patch;
        const std::vector<SanityJob::Network> networks{{id, {.file = "global", .settings = {}}, options}};
        sanity_.tell([run, networks](SanityJob& job) { job.start(run, networks); }, /*interrupt=*/false);
    }
    [[nodiscard]] std::optional<SanityEnded> ended(std::int64_t run) {
        return events_.waitFor<SanityEnded>([run](const SanityEnded& end) { return end.run == run; });
    }
    [[nodiscard]] int checksOf(std::int64_t run) {
        return static_cast<int>(
            std::ranges::count(events_.all<SanityChecked>(), run, [](const SanityChecked& each) { return each.run; }));
    }

    LiveEngineOptions engineOptions() {
        LiveEngineOptions options;
        options.retainedBytes = 0;  // every node shows as an evaluation
        options.load = [this](const ModelSpec& /*spec*/, const std::string& /*device*/) {
            loading_ = events_.count();
            return test::makeModel(
                [this](const torch::Tensor& lr) {
                    evaluations_.add(static_cast<int>(lr.size(3)));
                    return test::enlargeByCopying(lr.square(), networkScale) * (1.0 + lr.mean({1, 2, 3}, true));
                },
                networkScale);
        };
        return options;
    }

    const ProbeTarget target_{id, {20, 20, 8}};
    const OpenedImage image_ = opened(imageSide);
    const InputIdentity input_{image_.pixels, ImageRole::Lr, Reduction::Pillow};
    LamOptions options_;
    test::Evaluations evaluations_;
    test::EventRecorder events_;
    std::atomic<std::size_t> loading_{0};  // events before the network was loaded
    LiveEngine engine_{events_.sink(), engineOptions()};
    JobHandle<SanityJob> sanity_{engine_, events_.sink<SanityJob::Event>()};
};

TEST_F(LiveJobs, TheFirstMapOfAnImageNeverWaitsForTheSrOfTheWhole) {
    ASSERT_TRUE(sleeps());
    EXPECT_THAT(evaluations_.widths(), testing::IsEmpty());
    engine_.probe(request(1, {target_}));
    ASSERT_TRUE(events_.waitFor<NetworkImages>([](const NetworkImages& event) { return event.sr != nullptr; }));
    const auto widths = evaluations_.widths();
    EXPECT_EQ(widths.front(), contextSide);
    EXPECT_THAT(widths, testing::Contains(imageSide));
    ASSERT_TRUE(finished(1));
}

TEST_F(LiveJobs, ANetworkThatNobodyLooksAtIsNotEvaluatedOnTheWholeImage) {
    engine_.probe(request(1, {}));
    ASSERT_TRUE(events_.waitFor<Idle>([](const Idle& idle) { return idle.request == 1; }));
    engine_.cancelProbe();
    engine_.probe(request(2, {}));
    ASSERT_TRUE(events_.waitFor<Idle>([](const Idle& idle) { return idle.request == 2; }));
    EXPECT_THAT(evaluations_.widths(), testing::Not(testing::Contains(imageSide)));
    engine_.probe(request(3, {target_}));
    EXPECT_TRUE(events_.waitFor<NetworkImages>([](const NetworkImages& event) { return event.sr != nullptr; }));
}

TEST_F(LiveJobs, AMovingBoxDoesNotWaitForTheWholeImage) {
    auto moving = request(1, {target_});
    moving.moving = true;
    engine_.probe(moving);
    ASSERT_TRUE(events_.waitFor<Idle>([](const Idle& idle) { return idle.request == 1; }));
    EXPECT_THAT(evaluations_.widths(), testing::Not(testing::Contains(imageSide)));
    engine_.probe(request(2, {target_}));
    EXPECT_TRUE(events_.waitFor<NetworkImages>([](const NetworkImages& event) { return event.sr != nullptr; }));
}

TEST(LargeInput, SrComesInTilesBehindTheMapsFromTheBoxOn) {
    constexpr int width = 600;  // 4 x 2 tiles of 150 x 200 pixels and what they overlap by
    constexpr int height = 400;
    constexpr int reach = 3;
    test::Evaluations evaluations;
    test::EventRecorder events;
    LiveEngineOptions engineOptions;
    engineOptions.retainedBytes = 0;
    engineOptions.load = [&](const ModelSpec& /*spec*/, const std::string& /*device*/) {
        ModelCard card;
        card.name = "copying";
        card.scale = networkScale;
        card.receptiveField = {.global = false, .radius = reach, .evidence = "test"};
        card.cropping.multiple = 1;
        const auto formula = [&evaluations](const torch::Tensor& lr) {
            evaluations.add(static_cast<int>(lr.size(3)));
            return test::enlargeByCopying(lr.square(), networkScale);
        };
        return SrModel(std::make_unique<SrModel::Implementation>(std::make_unique<test::FormulaNetwork>(formula), card,
                                                                 torch::kCPU, torch::kFloat32));
    };
    LiveEngine engine(events.sink(), engineOptions);
    const OpenedImage image{
        .file = "large.png", .sha256 = "", .pixels = std::make_shared<const Image>(test::testImage(width, height))};
    engine.setInput(image, ImageRole::Lr, Reduction::Pillow);
    engine.addNetwork(id, {.file = "copying", .settings = {}});
    LamOptions options;
    options.context = contextSide;
    const auto request = [&](std::int64_t number, int x) {
        return ProbeRequest{.number = number, .options = options, .targets = {{id, {x, 500, 8}}}, .moving = false};
    };
    const auto isTile = [](int extent) { return extent > 2 * contextSide; };
    int tiles = 0;
    evaluations.at([&](std::size_t /*number*/, int extent) { return isTile(extent) && ++tiles == 2; },
                   [&] { engine.probe(request(2, 1100)); });
    engine.probe(request(1, 700));
    const auto images = events.waitFor<NetworkImages>([](const NetworkImages& event) { return event.sr != nullptr; });
    ASSERT_TRUE(images);
    ASSERT_TRUE(events.waitFor<Idle>([](const Idle& idle) { return idle.request == 2; }));

    // The second box's maps came between the tiles, of which none was made twice.
    auto widths = evaluations.widths();
    const auto firstTile = std::ranges::find_if(widths, isTile);
    const auto firstMapAfter = std::find(firstTile, widths.end(), contextSide);
    EXPECT_TRUE(std::any_of(firstMapAfter, widths.end(), isTile));
    std::erase_if(widths, [&](int extent) { return !isTile(extent); });
    EXPECT_EQ(widths.size(), 8U);
    EXPECT_EQ(std::ranges::count(widths, 150 + reach), 4);
    EXPECT_EQ(std::ranges::count(widths, 150 + 2 * reach), 4);

    // The first tile lies under the first box, and those after the second box at that.
    const auto tilesSeen = events.all<SrTile>();
    ASSERT_EQ(tilesSeen.size(), 7U);  // the last comes with the whole
    EXPECT_EQ(tilesSeen[0].part.place, (Rect{300, 200, 150, 200}));
    EXPECT_EQ(tilesSeen[2].part.place, (Rect{450, 200, 150, 200}));
    for (const auto& [network, input, part] : tilesSeen) {
        EXPECT_EQ(network, id);
        EXPECT_EQ(input, (InputIdentity{image.pixels, ImageRole::Lr, Reduction::Pillow}));
        ASSERT_EQ(part.sr->width(), networkScale * part.place.width);
        const float value = image.pixels->at(1, part.place.y + 50, part.place.x + 149);
        EXPECT_NEAR(part.sr->at(1, networkScale * 50, networkScale * 149), value * value, 1e-6);
    }

    const auto& lr = *image.pixels;
    ASSERT_EQ(images->sr->width(), networkScale * width);
    for (int y = 0; y < height; y += 7) {
        for (int x = 0; x < width; ++x) {
            ASSERT_NEAR(images->sr->at(1, networkScale * y, networkScale * x), lr.at(1, y, x) * lr.at(1, y, x), 1e-6);
        }
    }
}

TEST_F(LiveJobs, ANewBoxIsServedBetweenTwoPassesOfTheMeasuring) {
    constexpr int firstProbe = 81;
    std::size_t mark = 0;
    evaluations_.at([](std::size_t /*number*/, int width) { return width == firstProbe; },
                    [&] {
                        mark = events_.count();
                        engine_.probe(request(2, {{id, {24, 20, 8}}}));
                    });
    engine_.probe(request(1, {target_}));
    ASSERT_TRUE(finished(2));
    EXPECT_TRUE(events_.waitFor<CardMeasured>());
    // Without a new box the second, larger probe would have been the next.
    const auto widths = evaluations_.widths();
    const auto first = std::ranges::find(widths, firstProbe);
    ASSERT_NE(first, widths.end());
    ASSERT_NE(first + 1, widths.end());
    EXPECT_EQ(*(first + 1), contextSide);
    const auto next = events_.waitFor<MapReady>({}, mark);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->request, 2);
}

TEST_F(LiveJobs, StopEndsAllWorkUntilSomethingIsAskedFor) {
    constexpr std::size_t enough = 20;
    ASSERT_TRUE(sleeps());
    options_.nodes = 81;
    const auto mark = events_.count();
    std::size_t atStop = 0;
    evaluations_.at([](std::size_t number, int /*width*/) { return number == enough; },
                    [&] {
                        atStop = events_.count();
                        engine_.stop();
                    });
    engine_.probe(request(1, {target_}));
    ASSERT_TRUE(events_.waitFor<Idle>({}, mark));
    EXPECT_EQ(evaluations_.widths().size(), enough);
    EXPECT_THAT(events_.all<CardMeasured>(), testing::IsEmpty());

    engine_.probe(request(2, {target_}));
    ASSERT_TRUE(finished(2));
    EXPECT_TRUE(events_.waitFor<CardMeasured>({}, atStop));
    // The map, at its level of 27 nodes by then, went on where it was: all levels of it took 81 nodes, beside the
    // image and the baseline of the context.
    const auto widths = evaluations_.widths();
    EXPECT_EQ(std::ranges::count(widths, contextSide), 81 + 2);
}

TEST_F(LiveJobs, EventsCarryTheInputThatTheyAreOf) {
    engine_.probe(request(1, {target_}));
    ASSERT_TRUE(finished(1));
    ASSERT_TRUE(events_.waitFor<NetworkImages>([](const NetworkImages& event) { return event.sr != nullptr; }));
    for (const auto& images : events_.all<NetworkImages>()) {
        EXPECT_EQ(images.input, input_);
    }
    for (const auto& map : events_.all<MapReady>()) {
        EXPECT_EQ(map.input, input_);
    }
    engine_.probe(request(2, {{id, {4000, 20, 8}}}));
    const auto failed = events_.waitFor<MapFailed>();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->input, input_);
    ASSERT_TRUE(failed->options);
    EXPECT_EQ(failed->options->patch, (Patch{4000, 20, 8}));

    const auto thin = std::make_shared<const Image>(200, 1);  // too low to be halved
    engine_.setInput({.file = "thin.png", .sha256 = "", .pixels = thin}, ImageRole::Hr, Reduction::Matlab);
    const auto thinFailed = events_.waitFor<MapFailed>([](const MapFailed& event) { return event.request == 0; });
    ASSERT_TRUE(thinFailed);
    EXPECT_EQ(thinFailed->input, (InputIdentity{thin, ImageRole::Hr, Reduction::Matlab}));
    EXPECT_FALSE(thinFailed->options);
}

TEST_F(LiveJobs, ACheckOfParametersEndsWithTheInputItBeganWith) {
    ASSERT_TRUE(sleeps());
    const auto other = opened(imageSide);
    evaluations_.at([](std::size_t number, int /*width*/) { return number == 5; },
                    [&] { engine_.setInput(other, ImageRole::Lr, Reduction::Pillow); });
    checkSanity(1);
    const auto end = ended(1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->reason, SanityEnded::Reason::InputChanged);
    EXPECT_EQ(checksOf(1), 0);

    checkSanity(2);
    const auto next = ended(2);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->reason, SanityEnded::Reason::Done);
    EXPECT_EQ(checksOf(1), 0);
    EXPECT_EQ(checksOf(2), 3);
}

TEST_F(LiveJobs, ACheckOfParametersSaysWhenItIsCancelledReplacedOrStopped) {
    ASSERT_TRUE(sleeps());
    const auto whenAtWork = [&](const test::Evaluations::Hook& hook) {
        evaluations_.at([](std::size_t number, int /*width*/) { return number == 5; }, hook);
    };
    whenAtWork([&] { sanity_.tell([](SanityJob& job) { job.cancel(); }); });
    checkSanity(1);
    ASSERT_TRUE(ended(1));
    whenAtWork([&] {
        whenAtWork([&] { engine_.stop(); });
        checkSanity(3);
    });
    checkSanity(2);
    ASSERT_TRUE(ended(2));
    ASSERT_TRUE(ended(3));
    for (const auto& end : events_.all<SanityEnded>()) {
        EXPECT_EQ(end.reason, SanityEnded::Reason::Cancelled);
    }
    EXPECT_EQ(checksOf(1), 0);
}

/// Work of so many steps, as a method would add it. Everything but the constructor on the compute thread.
class CountedJob final : public LiveJob {
public:
    CountedJob(const LiveState& state, std::function<void()> atStep)
        : state_(state)
        , atStep_(std::move(atStep)) {}

    [[nodiscard]] bool hasWork() const override { return left > 0; }
    [[nodiscard]] LivePriority priority() const override { return LivePriority::Checks; }
    void step(const std::stop_token& /*stop*/) override {
        --left;
        ++steps;
        seesNetwork = state_.usable(id) != nullptr;
        atStep_();
    }
    void forget(NetworkId network) override { forgotten.push_back(network); }
    void inputChanged() override { ++inputs; }
    void cancel() override {
        left = 0;
        ++cancels;
    }

    int left = 0;
    int steps = 0;
    bool seesNetwork = false;
    std::vector<NetworkId> forgotten;
    int inputs = 0;
    int cancels = 0;

private:
    const LiveState& state_;
    std::function<void()> atStep_;
};

TEST_F(LiveJobs, AJobThatIsAddedIsAskedAndToldAsTheEnginesOwn) {
    ASSERT_TRUE(sleeps());
    std::shared_ptr<CountedJob> job;
    std::size_t finishedMaps = 0;  // at the latest step
    engine_.addJob([&](const LiveState& state) {
        job = std::make_shared<CountedJob>(state, [&] {
            const auto maps = events_.all<MapReady>();
            finishedMaps = static_cast<std::size_t>(std::ranges::count(maps, true, &MapReady::finished));
        });
        return job;
    });
    // A map of the box is more urgent than the job.
    auto mark = events_.count();
    engine_.tell([&] {
        job->left = 3;
        engine_.probe(request(1, {target_}));  // comes before the next step
    });
    ASSERT_TRUE(events_.waitFor<Idle>({}, mark));
    EXPECT_EQ(job->steps, 3);
    EXPECT_TRUE(job->seesNetwork);
    EXPECT_EQ(finishedMaps, 1U);

    mark = events_.count();
    engine_.tell([&] { job->left = 1000000; });
    engine_.stop();
    ASSERT_TRUE(events_.waitFor<Idle>({}, mark));
    EXPECT_EQ(job->cancels, 1);
    EXPECT_LT(job->steps, 1000000);

    engine_.setInput(opened(imageSide), ImageRole::Lr, Reduction::Pillow);
    engine_.removeNetwork(id);
    std::promise<void> told;
    engine_.tell([&] { told.set_value(); });
    told.get_future().wait();
    EXPECT_EQ(job->inputs, 1);
    EXPECT_EQ(job->forgotten, std::vector<NetworkId>{id});
}

}  // namespace
}  // namespace lamscope::live_jobs_test
