// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/batch_calibration.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <new>

#include <gtest/gtest.h>

#include "method/lam/lam.h"
#include "support/analytic_networks.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

using test::makeModel;
using test::TemporaryFolder;

constexpr double plenty = 1e9;

std::vector<std::int64_t> sizesOf(const std::vector<BatchTime>& times) {
    std::vector<std::int64_t> sizes;
    sizes.reserve(times.size());
    for (const auto& time : times) {
        sizes.push_back(time.images);
    }
    return sizes;
}

TEST(Batches, ACostPerBatchMakesLargeOnesFastest) {
    const auto times = measureBatches(16, plenty, [](std::int64_t images) { return 1.0 + 0.5 * double(images); });
    EXPECT_EQ(sizesOf(times), (std::vector<std::int64_t>{1, 2, 4, 8, 16}));
    EXPECT_DOUBLE_EQ(times[0].secondsPerImage, 1.5);
    EXPECT_DOUBLE_EQ(times[4].secondsPerImage, 9.0 / 16.0);
    EXPECT_EQ(fastestBatch(times), 16);
}

TEST(Batches, WhereNothingIsGainedTheSmallestIsTaken) {
    const auto times = measureBatches(8, plenty, [](std::int64_t images) { return 0.5 * double(images); });
    EXPECT_EQ(fastestBatch(times), 1);
    // A hundredth is no gain.
    EXPECT_EQ(fastestBatch({{1, 1.0}, {2, 0.99}}), 1);
    EXPECT_EQ(fastestBatch({{1, 1.0}, {2, 0.9}, {4, 0.89}}), 2);
}

TEST(Batches, LargerOnesThatAreSlowerEndTheSearch) {
    const auto times = measureBatches(
        64, plenty, [](std::int64_t images) { return double(images) * (images <= 2 ? 1.0 / double(images) : 0.8); });
    EXPECT_EQ(sizesOf(times), (std::vector<std::int64_t>{1, 2, 4}));
    EXPECT_EQ(fastestBatch(times), 2);
}

TEST(Batches, TheFirstCallOfEachSizeMayBeSlow) {
    std::int64_t latest = 0;
    const auto times = measureBatches(2, plenty, [&](std::int64_t images) {
        const bool first = images != latest;
        latest = images;
        return double(images) + (first ? 10.0 : 0.0);
    });
    EXPECT_DOUBLE_EQ(times.at(0).secondsPerImage, 1.0);
    EXPECT_DOUBLE_EQ(times.at(1).secondsPerImage, 1.0);
}

TEST(Batches, ASlowNetworkIsTriedOnce) {
    int calls = 0;
    const auto times = measureBatches(8, 1.5, [&](std::int64_t images) {
        ++calls;
        return 3.0 * double(images);
    });
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(fastestBatch(times), 1);
}

TEST(Batches, ABatchThatDoesNotFitEndsTheSearch) {
    const auto cost = [](std::int64_t images) {
        if (images > 2) {
            throw std::bad_alloc();
        }
        return 1.0;
    };
    EXPECT_EQ(sizesOf(measureBatches(64, plenty, cost)), (std::vector<std::int64_t>{1, 2}));
    EXPECT_THROW(static_cast<void>(measureBatches(64, plenty, [](std::int64_t) -> double { throw std::bad_alloc(); })),
                 std::bad_alloc);
}

class Calibration : public testing::Test {
protected:
    /// Counts its evaluations.
    SrModel model() {
        return makeModel(
            [this](const torch::Tensor& lr) {
                ++evaluations_;
                return test::enlargeByCopying(lr, 2);
            },
            2);
    }

    TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "caches" / "batches.json";
    int evaluations_ = 0;
};

TEST_F(Calibration, IsDoneOncePerMachine) {
    const auto network = model();
    std::int64_t chosen = 0;
    {
        BatchCalibration batches(file_);
        chosen = batches.imagesAtOnce(network.implementation(), GradientOf::Point, 32, 32, 4);
        EXPECT_GE(chosen, 1);
        EXPECT_LE(chosen, 4);
        EXPECT_GT(evaluations_, 0);
        evaluations_ = 0;
        EXPECT_EQ(batches.imagesAtOnce(network.implementation(), GradientOf::Point, 33, 33, 4), chosen)
            << "about the same size";
        EXPECT_EQ(evaluations_, 0);
    }
    BatchCalibration later(file_);
    EXPECT_EQ(later.imagesAtOnce(network.implementation(), GradientOf::Point, 32, 32, 4), chosen);
    EXPECT_EQ(evaluations_, 0);
    static_cast<void>(later.imagesAtOnce(network.implementation(), GradientOf::Point, 128, 128, 4));
    EXPECT_GT(evaluations_, 0) << "another size is measured";
}

TEST_F(Calibration, TwoProgramsKeepWhatEachMeasured) {
    const auto network = model();
    BatchCalibration one(file_);
    BatchCalibration other(file_);
    static_cast<void>(one.imagesAtOnce(network.implementation(), GradientOf::Point, 32, 32, 4));
    static_cast<void>(other.imagesAtOnce(network.implementation(), GradientOf::Point, 64, 64, 4));
    evaluations_ = 0;
    BatchCalibration later(file_);
    static_cast<void>(later.imagesAtOnce(network.implementation(), GradientOf::Point, 32, 32, 4));
    static_cast<void>(later.imagesAtOnce(network.implementation(), GradientOf::Point, 64, 64, 4));
    EXPECT_EQ(evaluations_, 0);
}

TEST_F(Calibration, AFileThatMakesNoSenseIsMeasuredAnewAndReplaced) {
    std::filesystem::create_directories(file_.parent_path());
    const auto network = model();
    for (const char* content : {"", "{", "[]", R"({"seconds_per_image": 3})", R"({"seconds_per_image": {"a": 1}})",
                                R"({"seconds_per_image": {"a": [[0, 1]], "b": [["x", 1]], "c": [[1, -1]]}})"}) {
        std::ofstream(file_) << content;
        evaluations_ = 0;
        static_cast<void>(BatchCalibration(file_).imagesAtOnce(network.implementation(), GradientOf::Point, 32, 32, 4));
        EXPECT_GT(evaluations_, 0) << content;
        evaluations_ = 0;
        static_cast<void>(BatchCalibration(file_).imagesAtOnce(network.implementation(), GradientOf::Point, 32, 32, 4));
        EXPECT_EQ(evaluations_, 0) << content;
    }
}

TEST_F(Calibration, AFolderThatCannotBeMadeIsNoTrouble) {
    std::ofstream(folder_.path() / "caches") << "a file where the folder would be";
    const auto network = model();
    EXPECT_GE(BatchCalibration(file_).imagesAtOnce(network.implementation(), GradientOf::Point, 32, 32, 4), 1);
}

TEST_F(Calibration, ChangesNoMapBeyondRounding) {
    const auto network =
        makeModel([](const torch::Tensor& lr) { return test::enlargeByCopying(at::tanh(lr * 3.0) * lr, 2); }, 2);
    const auto lr = test::testImage(40, 40);  // so large that not all nodes fit one batch
    LamOptions options;
    options.patch = {8, 8, 8};
    options.nodes = 27;
    const auto fixed = computeLam(network, lr, nullptr, options);
    ASSERT_TRUE(fixed);
    BatchCalibration batches(file_);
    for (const EvaluationOptions& evaluation :
         {EvaluationOptions{.batch = 1}, EvaluationOptions{.batch = 5}, EvaluationOptions{.batches = &batches}}) {
        const auto map = computeLam(network, lr, nullptr, options, {}, {}, evaluation);
        ASSERT_TRUE(map);
        for (std::size_t i = 0; i < fixed->map.size(); ++i) {
            ASSERT_NEAR(map->map[i], fixed->map[i], 1e-5);
        }
    }
}

TEST(CalibrationFile, LiesInTheUsersFolderForCaches) {
    // Tests run with a folder of their own.
    // NOLINTBEGIN(concurrency-mt-unsafe): nothing here changes the environment
    const char* caches = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    // NOLINTEND(concurrency-mt-unsafe)
    const auto file = BatchCalibration::defaultFile();
    if (caches != nullptr && *caches == '/') {
        EXPECT_EQ(file, std::filesystem::path(caches) / "lamscope" / "batches.json");
    } else if (home != nullptr && *home == '/') {
        EXPECT_EQ(file, std::filesystem::path(home) / ".cache" / "lamscope" / "batches.json");
    } else {
        EXPECT_TRUE(file.empty());
    }
}

}  // namespace
}  // namespace lamscope
