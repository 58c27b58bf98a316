// SPDX-License-Identifier: GPL-3.0-or-later
// What the headers promise about threads, without LibTorch, so that the thread sanitizer sees every access.
#include <cmath>
#include <functional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "image/resize.h"
#include "metrics/concentration.h"
#include "metrics/kernel_density.h"
#include "metrics/psnr_ssim.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

/// Runs `work` on several threads at once and returns what each made of it.
template <typename Result>
std::vector<Result> onThreads(const std::function<Result()>& work) {
    constexpr std::size_t count = 4;
    std::vector<Result> results(count);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < count; ++i) {
            threads.emplace_back([&, i] { results[i] = work(); });
        }
    }
    return results;
}

Image pattern() {
    Image image(48, 40);
    for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 48; ++x) {
            image.at(0, y, x) = 0.5F + 0.5F * std::sin(0.3F * static_cast<float>(x * y));
        }
    }
    return image;
}

TEST(ThreadSafety, ResamplingAndMetricsGiveTheSameOnEveryThread) {
    const auto image = pattern();
    const auto work = [&] {
        const auto small = reduceBicubicMatlab(image, 4);
        const auto large = enlargeBicubicMatlab(small, 4);
        return compareImages(large, image, Channel::Y, 4).ssim;
    };
    for (const double ssim : onThreads<double>(work)) {
        EXPECT_EQ(ssim, work());
    }
}

TEST(ThreadSafety, KernelDensityGivesTheSameOnEveryThread) {
    std::vector<double> map;
    map.reserve(1024);
    for (int i = 0; i < 32 * 32; ++i) {
        map.push_back(1.0 / (1.0 + i % 37));
    }
    const auto work = [&] { return kernelDensity(map, 32, 32); };
    const auto expected = work();
    for (const auto& density : onThreads<std::vector<double>>(work)) {
        EXPECT_EQ(density, expected);
    }
}

TEST(ThreadSafety, OneFileWrittenByManyIsAlwaysWhole) {
    const test::TemporaryFolder folder;
    onThreads<int>([&] {
        for (int i = 0; i < 20; ++i) {
            writeFileAtomically(folder / "shared.txt", std::string(5000, static_cast<char>('a' + i)));
        }
        return 0;
    });
    EXPECT_EQ(std::filesystem::file_size(folder / "shared.txt"), 5000U);
    EXPECT_EQ(folder.fileCount(), 1U);
}

}  // namespace
}  // namespace lamscope
