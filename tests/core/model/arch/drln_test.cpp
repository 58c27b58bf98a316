// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/small_networks.h"

namespace lamscope::drln_test {
namespace {

constexpr std::int64_t features = 4;

/// The SR after `change(key, index, value)` of every value of the file.
template <typename Change>
torch::Tensor changedSr(const Checkpoint& original, const Change& change) {
    auto checkpoint = original;
    for (auto& [key, data] : checkpoint.tensors) {
        for (std::size_t i = 0; i < data.values.size(); ++i) {
            data.values[i] = change(key, i, data.values[i]);
        }
    }
    return test::recogniseInFloat64(checkpoint)(test::picture(6, 5));
}

TEST(Drln, OtherDepthsWidthsAndScalesAreRead) {
    struct Variant {
        std::vector<int> groups;
        std::vector<std::int64_t> upsampling;
        int scale;
    };
    for (const auto& [groups, upsampling, scale] :
         std::vector<Variant>{{{3}, {2}, 2}, {{2, 4}, {3}, 3}, {{3, 3, 1}, {2, 2, 2}, 8}}) {
        const auto network = test::recogniseInFloat64(test::drln(features, groups, upsampling).checkpoint());
        int modules = 0;
        for (const int count : groups) {
            modules += count;
        }
        EXPECT_EQ(network.card.architecture, "DRLN");
        EXPECT_EQ(network.scale, scale);
        EXPECT_EQ(network.range, 255.0);
        EXPECT_EQ(network.card.hyperparameters, (std::vector<std::pair<std::string, std::string>>{
                                                    {"features", "4"}, {"blocks", std::to_string(modules)}}));
        EXPECT_TRUE(network.card.receptiveField.global);
        EXPECT_EQ(network(test::picture(1, 3)).sizes().vec(), (std::vector<std::int64_t>{1, 3, scale, 3L * scale}));
        EXPECT_LT(test::regionError(network), 1e-10);
    }
}

TEST(Drln, MeanIsInUnitsOfTheRange) {
    const auto network = test::recogniseInFloat64(test::drln(features, {1}, {2}).checkpoint());
    EXPECT_NEAR(network.card.mean.at(0), 0.4488 / 255.0, 1e-8);
}

TEST(Drln, FifthModuleReadsWhatTheFourthRead) {
    const auto checkpoint = test::drln(features, {3, 3}, {2}).checkpoint();
    const auto withoutFusion = [&](const std::string& prefix) {
        return changedSr(checkpoint, [&](const std::string& key, std::size_t /*index*/, float value) {
            return key.starts_with(prefix) ? 0.0F : value;
        });
    };
    const auto sr = withoutFusion("nothing");
    EXPECT_EQ(test::distance(withoutFusion("c4."), sr), 0.0);
    EXPECT_GT(test::distance(withoutFusion("c5."), sr), 1e-6);
    EXPECT_GT(test::distance(withoutFusion("c1."), sr), 1e-6);
}

TEST(Drln, OnlyCentreTapsOfTheAttentionAct) {
    const auto checkpoint = test::drln(features, {3}, {2}).checkpoint();
    const auto without = [&](bool centre) {
        return changedSr(checkpoint, [&](const std::string& key, std::size_t index, float value) {
            constexpr std::size_t taps = 9;
            constexpr std::size_t middle = 4;
            const bool isTap = key.find(".ca.c") != std::string::npos && key.ends_with(".weight");
            return isTap && (index % taps == middle) == centre ? 0.0F : value;
        });
    };
    const auto sr = changedSr(checkpoint, [](const std::string&, std::size_t, float value) { return value; });
    EXPECT_LT(test::distance(without(false), sr), 1e-13);
    EXPECT_GT(test::distance(without(true), sr), 1e-6);
}

}  // namespace
}  // namespace lamscope::drln_test
