// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/comparison.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint_file.h"
#include "support/expect_error.h"
#include "support/safetensors_file.h"
#include "support/test_data.h"

namespace lamscope::comparison_test {
namespace {

namespace pickled = test::pickled;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Shape = std::vector<std::int64_t>;

TensorData row(std::vector<float> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    return {.shape = {count}, .values = std::move(values), .dtype = "float32"};
}

CheckpointComparison compared(const std::string& first, const std::string& second, const std::string& firstSet = "",
                              const std::string& secondSet = "") {
    const test::TemporaryFolder folder;
    CheckpointFile a(folder.write("a.pth", first), Programs::ReadAsData);
    CheckpointFile b(folder.write("b.pth", second), Programs::ReadAsData);
    return compareCheckpoints(a, firstSet, b, secondSet);
}

CheckpointComparison compared(const test::NamedTensors& first, const test::NamedTensors& second) {
    return compared(test::safetensorsFile(first), test::safetensorsFile(second));
}

template <typename Item>
std::vector<std::string> namesOf(const std::vector<Item>& items) {
    std::vector<std::string> names;
    for (const auto& item : items) {
        names.push_back(item.name);
    }
    return names;
}

TEST(Comparison, StatesDistancesTheFarthestFirst) {
    // |a| = 5 and |a - b| = 1; |c| = 2 and |c - d| = 1; together 1² + 1² of 5² + 2².
    const auto result = compared({{"near", row({3, 4})}, {"far", row({0, 2})}, {"same", row({0, 0})}},
                                 {{"near", row({3, 5})}, {"far", row({-0.6F, 1.2F})}, {"same", row({0, 0})}});
    EXPECT_EQ(namesOf(result.distances), (std::vector<std::string>{"far", "near", "same"}));
    EXPECT_NEAR(result.distances[0].distance.relative.value(), 0.5, 1e-7);
    EXPECT_NEAR(result.distances[0].distance.largest, 0.8, 1e-7);
    EXPECT_NEAR(result.distances[1].distance.relative.value(), 0.2, 1e-12);
    EXPECT_EQ(result.distances[1].distance.largest, 1.0);
    EXPECT_EQ(result.distances[2].distance.relative, 0.0);
    EXPECT_NEAR(result.all.relative.value(), std::sqrt(2.0 / 29.0), 1e-7);
    EXPECT_EQ(result.all.largest, 1.0);
    EXPECT_FALSE(result.isEqual());
}

TEST(Comparison, NamesWhatIsNotInBothAndWhatHasAnotherShape) {
    const auto result = compared({{"a", row({1})}, {"b", row({1, 2})}, {"d", row({1, 2})}},
                                 {{"b", row({1, 2, 3})}, {"c", row({1})}, {"d", row({1, 2})}});
    EXPECT_THAT(namesOf(result.missing), ElementsAre("a"));
    EXPECT_THAT(namesOf(result.extra), ElementsAre("c"));
    ASSERT_THAT(namesOf(result.otherShapes), ElementsAre("b"));
    EXPECT_EQ(result.otherShapes[0].first, Shape{2});
    EXPECT_EQ(result.otherShapes[0].second, Shape{3});
    EXPECT_THAT(namesOf(result.distances), ElementsAre("d"));
    EXPECT_EQ(result.all.largest, 0.0);
    EXPECT_FALSE(result.isEqual());
}

TEST(Comparison, OfAFileWithItselfIsEqualAlsoWithNaN) {
    const auto nan = std::numeric_limits<float>::quiet_NaN();
    const auto infinity = std::numeric_limits<float>::infinity();
    const test::NamedTensors tensors{{"a", row({1, nan})}, {"b", row({infinity, 2})}};
    const auto result = compared(tensors, tensors);
    EXPECT_TRUE(result.isEqual());
    EXPECT_EQ(result.all.relative, 0.0);
}

TEST(Comparison, PutsWhatIsNotFiniteFirst) {
    const auto nan = std::numeric_limits<float>::quiet_NaN();
    const auto result = compared({{"a", row({1, 1})}, {"b", row({1, 1})}, {"c", row({0, 0})}},
                                 {{"a", row({9, 9})}, {"b", row({1, nan})}, {"c", row({0, 1})}});
    EXPECT_EQ(namesOf(result.distances), (std::vector<std::string>{"b", "c", "a"}));
    EXPECT_TRUE(std::isinf(result.distances[0].distance.largest));
    EXPECT_EQ(result.distances[0].distance.relative, std::nullopt);
    EXPECT_EQ(result.distances[1].distance.largest, 1.0);
    EXPECT_EQ(result.distances[1].distance.relative, std::nullopt) << "zeros have no relative distance";
    EXPECT_EQ(result.all.relative, std::nullopt);
}

std::string dictionaryOf(const std::string& prefix, const std::string& key) {
    pickled::Entries entries;
    for (const char* name : {"head.weight", "head.bias", "body.0.weight", "body.0.bias", "tail.weight"}) {
        entries.emplace_back(prefix + name, pickled::tensor(key, {2}));
    }
    return pickled::orderedDict(entries);
}

const test::Storages twoStorages{{"0", test::bytesOfAll<float>({3, 4})}, {"1", test::bytesOfAll<float>({3, 4.5F})}};

TEST(Comparison, TakesPrefixesOffAsTheLoaderDoes) {
    const auto plain = test::torchZip(dictionaryOf("", "0"), twoStorages);
    for (const char* prefix : {"module.", "netG.", "_orig_mod.", "a_name_of_its_own."}) {
        const auto result = compared(plain, test::torchZip(dictionaryOf(prefix, "1"), twoStorages));
        EXPECT_THAT(result.missing, IsEmpty()) << prefix;
        EXPECT_THAT(result.extra, IsEmpty()) << prefix;
        EXPECT_EQ(result.second.prefix, prefix);
        EXPECT_NEAR(result.all.relative.value(), 0.1, 1e-12) << prefix;
    }
}

TEST(Comparison, FindsTheNetworkInTheFileOfItsTraining) {
    pickled::Entries entries;
    for (const char* part : {"generator.", "discriminator."}) {
        for (const char* name : {"head.weight", "head.bias", "body.0.weight", "body.0.bias", "tail.weight"}) {
            entries.emplace_back(std::string(part) + name, pickled::tensor("1", {2}));
        }
    }
    const auto training = test::torchZip(pickled::dict({{"state_dict", pickled::orderedDict(entries)}}), twoStorages);
    const auto result = compared(test::torchZip(dictionaryOf("", "0"), twoStorages), training);
    EXPECT_EQ(result.second.prefix, "generator.");
    EXPECT_THAT(result.second.nesting, ElementsAre("state_dict"));
    EXPECT_THAT(result.extra, IsEmpty());
    EXPECT_EQ(result.distances.size(), 5U);
}

TEST(Comparison, OfAverageAndLastWeightsOfOneFile) {
    const auto file = test::torchZip(
        pickled::dict({{"params", dictionaryOf("", "0")}, {"params_ema", dictionaryOf("", "1")}}), twoStorages);
    const auto result = compared(file, file, "params", "params_ema");
    EXPECT_THAT(result.first.nesting, ElementsAre("params"));
    EXPECT_THAT(result.second.nesting, ElementsAre("params_ema"));
    EXPECT_NEAR(result.all.relative.value(), 0.1, 1e-12);
    // Without settings both are the averages, as the loader takes them.
    EXPECT_TRUE(compared(file, file).isEqual());
    test::expectError(ErrorCode::BadFile, {"b.pth", "no weight set called 'other'"},
                      [&] { static_cast<void>(compared(file, file, "params", "other")); });
}

TEST(Comparison, OfOtherNetworksIsOfTheWholeNetworks) {
    // The blocks of both are alike: more names in common than the networks have, if parts were compared.
    test::NamedTensors first{{"conv_first.weight", row({1})}};
    test::NamedTensors second{{"conv_first.weight", row({2})}};
    for (const char* name : {"a.weight", "a.bias", "b.weight", "b.bias"}) {
        for (const char* block : {"0", "1", "2", "3"}) {
            first.emplace_back(std::string("body.") + block + "." + name, row({1}));
            second.emplace_back(std::string("layers.") + block + "." + name, row({1}));
        }
    }
    const auto result = compared(first, second);
    EXPECT_EQ(result.first.tensors, 17U);
    EXPECT_EQ(result.second.tensors, 17U);
    EXPECT_THAT(namesOf(result.distances), ElementsAre("conv_first.weight"));
    EXPECT_EQ(result.missing.size(), 16U);
}

TEST(Comparison, NamesOtherTypesAndLeavesCountersOutOfTheDistance) {
    const auto file = [](const std::string& type, const std::string& values, std::int64_t steps) {
        return test::torchZip(
            pickled::dict({{"w", pickled::tensor(pickled::storage("0", 2, type), 0, {2}, {1})},
                           {"steps", pickled::tensor(pickled::storage("1", 1, "LongStorage"), 0, {}, {})}}),
            {{"0", values}, {"1", test::bytesOf(steps)}});
    };
    const auto result = compared(file("FloatStorage", test::bytesOfAll<float>({1, 2}), 1000),
                                 file("DoubleStorage", test::bytesOfAll<double>({1, 2}), 2000));
    ASSERT_THAT(namesOf(result.otherTypes), ElementsAre("w"));
    EXPECT_EQ(result.otherTypes[0].first, "float32");
    EXPECT_EQ(result.otherTypes[0].second, "float64");
    EXPECT_EQ(result.all.largest, 0.0);
    EXPECT_EQ(namesOf(result.distances), (std::vector<std::string>{"w", "steps"})) << "counters come last";
    EXPECT_EQ(result.distances[1].distance.largest, 1000.0);
    EXPECT_FALSE(result.isEqual());
}

TEST(Comparison, CombinesPartsOfWeightsFirst) {
    // w = g v / |v| = 10 (3, 4) / 5
    const test::NamedTensors plain{{"conv.weight", {.shape = {1, 2}, .values = {6, 8}, .dtype = "float32"}}};
    const test::NamedTensors parts{{"conv.weight_g", {.shape = {1, 1}, .values = {10}, .dtype = "float32"}},
                                   {"conv.weight_v", {.shape = {1, 2}, .values = {3, 4}, .dtype = "float32"}}};
    const auto result = compared(plain, parts);
    EXPECT_THAT(result.missing, IsEmpty());
    EXPECT_THAT(result.extra, IsEmpty());
    EXPECT_LT(result.all.largest, 1e-6);
}

TEST(Comparison, OfPublishedWeightsWithThemselvesUnderAnotherPrefix) {
    LAMSCOPE_NEED_DATA(prefixed, "weights/imdn_x4.pth");
    LAMSCOPE_NEED_DATA(other, "weights/imdn_x2.pth");
    const auto checkpoint = readCheckpoint(prefixed);
    const test::TemporaryFolder folder;
    CheckpointFile a(prefixed);
    CheckpointFile b(folder.write("imdn.safetensors", test::safetensorsFile(checkpoint.tensors)));
    EXPECT_TRUE(compareCheckpoints(a, "", b, "").isEqual());
    // The scales differ in the last convolution alone: 64 features to 3·4² or 3·2² channels.
    CheckpointFile x2(other);
    const auto result = compareCheckpoints(a, "", x2, "");
    EXPECT_THAT(result.missing, IsEmpty());
    EXPECT_THAT(result.extra, IsEmpty());
    ASSERT_EQ(result.otherShapes.size(), 2U);
    EXPECT_EQ(result.otherShapes[0].first, (Shape{48, 64, 3, 3}));
    EXPECT_EQ(result.otherShapes[0].second, (Shape{12, 64, 3, 3}));
    EXPECT_EQ(result.distances.size(), 90U);
}

}  // namespace
}  // namespace lamscope::comparison_test
