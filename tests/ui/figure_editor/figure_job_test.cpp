// SPDX-License-Identifier: GPL-3.0-or-later
// A figure on the compute thread, between the maps of the box.
#include "figure_editor/figure_job.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>

#include "image/image_file.h"
#include "live/job_handle.h"
#include "method/lam/lam_experiment.h"
#include "support/analytic_networks.h"
#include "support/event_recorder.h"
#include "support/temporary_folder.h"

namespace lamscope::ui {
namespace {

using live::MapReady;

constexpr int networkScale = 2;
constexpr int imageSide = 40;
constexpr int figureSide = 16;  // contexts, by which evaluations are told apart
constexpr int probeSide = 24;
constexpr NetworkId id = 1;

/// Who evaluates the network, where and when.
class Evaluations {
public:
    /// Once, at the evaluation of this number of the figure's from here on, on the compute thread.
    void atFigures(std::ptrdiff_t number, std::function<void()> hook) {
        const std::scoped_lock lock(mutex_);
        widths_.clear();
        number_ = number;
        hook_ = std::move(hook);
    }

    torch::Tensor evaluate(const torch::Tensor& lr) {
        overlapped_ = overlapped_ || ++running_ > 1;
        std::function<void()> hook;
        {
            const std::scoped_lock lock(mutex_);
            threads_.insert(std::this_thread::get_id());
            widths_.push_back(static_cast<int>(lr.size(3)));
            largestBatch_ = std::max(largestBatch_, lr.size(0));
            if (widths_.back() == figureSide && std::ranges::count(widths_, figureSide) == number_) {
                hook = std::exchange(hook_, {});
            }
        }
        if (hook) {
            hook();
        }
        auto sr = test::enlargeByCopying(lr.square(), networkScale) * (1.0 + lr.mean({1, 2, 3}, true));
        --running_;
        return sr;
    }

    [[nodiscard]] std::vector<int> widths() {
        const std::scoped_lock lock(mutex_);
        return widths_;
    }
    [[nodiscard]] std::int64_t largestBatch() {
        const std::scoped_lock lock(mutex_);
        return largestBatch_;
    }
    [[nodiscard]] bool overlapped() const { return overlapped_; }
    [[nodiscard]] std::size_t threads() {
        const std::scoped_lock lock(mutex_);
        return threads_.size();
    }

private:
    std::atomic<int> running_{0};
    std::atomic<bool> overlapped_{false};
    std::mutex mutex_;
    std::set<std::thread::id> threads_;
    std::vector<int> widths_;
    std::int64_t largestBatch_ = 0;
    std::ptrdiff_t number_ = 0;
    std::function<void()> hook_;
};

class FigureJobTest : public testing::Test {
protected:
    FigureJobTest() {
        writeImage(folder_ / "scene.png", test::testImage(imageSide, imageSide));
        session_.scenes = {{.image = folder_ / "scene.png", .role = ImageRole::Lr, .boxes = {{20, 24, 8}}}};
        session_.networks = {{.spec = spec_}};
        LamOptions options;
        options.context = figureSide;
        options.nodes = 27;
        setLamOptions(session_, options);
        const OpenedImage image{.file = "open.png",
                                .sha256 = "",
                                .pixels = std::make_shared<const Image>(test::testImage(imageSide, imageSide))};
        engine_->setInput(image, ImageRole::Lr, Reduction::Pillow);
        engine_->addNetwork(id, spec_);
    }

    void start(std::int64_t number) {
        job_.tell([number, session = session_](FigureJob& job) { job.start(number, session); }, /*interrupt=*/false);
    }
    [[nodiscard]] std::optional<FigureEnd> ended(std::int64_t number) {
        return events_.waitFor<FigureEnd>([number](const FigureEnd& end) { return end.number == number; });
    }
    [[nodiscard]] std::ptrdiff_t figuresEvaluations() { return std::ranges::count(evaluations_.widths(), figureSide); }

    void moveBox(std::int64_t request) {
        LamOptions options;
        options.context = probeSide;
        options.nodes = 9;
        engine_->probe({.number = request, .options = options, .targets = {{id, {30, 20, 8}}}, .moving = true});
    }

    LiveEngineOptions engineOptions() {
        LiveEngineOptions options;
        options.load = [this](const ModelSpec& /*spec*/, const std::string& /*device*/) {
            ++loads_;
            return test::makeModel([this](const torch::Tensor& lr) { return evaluations_.evaluate(lr); }, networkScale);
        };
        return options;
    }
    FigureJob::Sink sink() {
        return [record = events_.sink<std::variant<FigureEnd>>()](FigureEnd end) { record(std::move(end)); };
    }

    test::TemporaryFolder folder_;
    const ModelSpec spec_{.file = "global", .settings = {}};
    Experiment session_;
    Evaluations evaluations_;
    std::atomic<int> loads_{0};
    test::EventRecorder events_;
    std::unique_ptr<LiveEngine> engine_ = std::make_unique<LiveEngine>(events_.sink(), engineOptions());
    JobHandle<FigureJob> job_{*engine_, sink()};
};

TEST_F(FigureJobTest, TheBoxComesFirstAndTheFigureGoesOnToTheSameMap) {
    evaluations_.atFigures(0, {});
    start(1);
    const auto undisturbed = ended(1);
    ASSERT_TRUE(undisturbed);
    ASSERT_NE(undisturbed->run, nullptr) << undisturbed->trouble;
    const auto evaluations = figuresEvaluations();
    ASSERT_GE(evaluations, 4);  // the image, the baseline, batches of the levels

    evaluations_.atFigures(3, [&] { moveBox(1); });
    start(2);
    const auto disturbed = ended(2);
    ASSERT_TRUE(disturbed);
    ASSERT_NE(disturbed->run, nullptr) << disturbed->trouble;
    const auto maps = events_.all<MapReady>();
    ASSERT_FALSE(maps.empty());
    EXPECT_EQ(maps.front().request, 1);

    // The box waited for one batch, the figure for the box's maps, and none of its batches was evaluated twice.
    const auto widths = evaluations_.widths();
    const auto box = std::ranges::find(widths, probeSide);
    EXPECT_EQ(box - widths.begin(), 3);
    const auto goesOn = std::find(box, widths.end(), figureSide);
    EXPECT_NE(goesOn, widths.end());
    EXPECT_EQ(std::find(goesOn, widths.end(), probeSide), widths.end());
    EXPECT_EQ(figuresEvaluations(), evaluations);
    EXPECT_EQ(evaluations_.largestBatch(), 1);  // batches that are tried cannot be interrupted
    const auto& expected = undisturbed->run->documents.front().results.front().result;
    const auto& found = disturbed->run->documents.front().results.front().result;
    EXPECT_EQ(found.context.width, figureSide);
    EXPECT_EQ(found.attribution, expected.attribution);
    EXPECT_EQ(found.map, expected.map);
    EXPECT_EQ(found.diffusionIndex, expected.diffusionIndex);

    EXPECT_FALSE(evaluations_.overlapped());
    EXPECT_EQ(evaluations_.threads(), 1U);
    EXPECT_EQ(loads_, 1);  // the network that is open serves the figure
}

TEST_F(FigureJobTest, StoppedItSaysSoAndCanBeAskedForAgain) {
    evaluations_.atFigures(3, [&] { engine_->stop(); });
    start(1);
    const auto stopped = ended(1);
    ASSERT_TRUE(stopped);
    EXPECT_EQ(stopped->run, nullptr);
    EXPECT_EQ(stopped->trouble, "");
    EXPECT_EQ(figuresEvaluations(), 3);
    start(2);
    const auto done = ended(2);
    ASSERT_TRUE(done);
    EXPECT_NE(done->run, nullptr);
}

TEST_F(FigureJobTest, ANewFigureTakesThePlaceOfTheOneAtWork) {
    evaluations_.atFigures(3, [&] { start(2); });
    start(1);
    const auto replaced = ended(1);
    ASSERT_TRUE(replaced);
    EXPECT_EQ(replaced->run, nullptr);
    const auto done = ended(2);
    ASSERT_TRUE(done);
    EXPECT_NE(done->run, nullptr);
    EXPECT_EQ(events_.all<FigureEnd>().size(), 2U);
}

TEST_F(FigureJobTest, WhyItCannotBeComputedIsSaid) {
    session_.scenes.front().image = folder_ / "absent.png";
    start(1);
    const auto failed = ended(1);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->run, nullptr);
    EXPECT_THAT(failed->trouble, testing::HasSubstr("absent.png"));
}

TEST_F(FigureJobTest, TheEngineMayGoInMidComputation) {
    auto options = lamOptionsOf(session_);
    options.nodes = 50000;  // hundreds of batches are left when the engine goes
    setLamOptions(session_, options);
    std::promise<void> atWork;
    std::promise<void> going;
    evaluations_.atFigures(3, [&] {
        atWork.set_value();
        going.get_future().wait();
    });
    start(1);
    atWork.get_future().wait();
    going.set_value();
    engine_.reset();
    EXPECT_TRUE(events_.all<FigureEnd>().empty());
}

}  // namespace
}  // namespace lamscope::ui
