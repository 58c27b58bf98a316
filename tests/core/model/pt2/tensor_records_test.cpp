// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/tensor_records.h"

#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/comparison.h"
#include "model/pt2/archive.h"
#include "support/expect_error.h"
#include "support/test_data.h"

namespace lamscope::pt2_tensor_records_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CheckpointFile opened(const std::filesystem::path& file) {
    return {file, pt2::openTensorRecords(file)};
}

/// One value of a stored tensor of float32 or float64, by its definition: offset + Σ index·stride.
float valueAt(const pt2::StoredTensor& tensor, std::int64_t flat) {
    std::int64_t place = tensor.offset;
    for (std::size_t axis = tensor.sizes.size(); axis-- > 0;) {
        place += flat % tensor.sizes[axis] * tensor.strides[axis];
        flat /= tensor.sizes[axis];
    }
    const auto load = [&](auto value) {
        std::memcpy(&value, tensor.record->data() + static_cast<std::size_t>(place) * sizeof(value), sizeof(value));
        return static_cast<float>(value);
    };
    return tensor.type == pt2::ScalarType::Double ? load(0.0) : load(0.0F);
}

TEST(Pt2TensorRecords, HaveTheValuesThatTheProgramGets) {
    // Tied, transposed and offset weights of one record, constants, a float64 constant.
    LAMSCOPE_NEED_DATA(file, "pt2/constants.pt2");
    const auto archive = pt2::readPt2(file);
    const auto records = pt2::openTensorRecords(file);
    std::size_t found = 0;
    for (std::size_t place = 0; place < records->dictionaries().size(); ++place) {
        const auto& names = records->dictionaries()[place].names;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto& stored = archive.tensors.at(names[i]);
            if (stored.type != pt2::ScalarType::Float && stored.type != pt2::ScalarType::Double) {
                continue;
            }
            ++found;
            const auto data = records->load(place, i);
            EXPECT_EQ(data.shape, stored.sizes) << names[i];
            ASSERT_EQ(data.numel(), stored.numel()) << names[i];
            for (std::int64_t flat = 0; flat < stored.numel(); ++flat) {
                ASSERT_EQ(data.values[static_cast<std::size_t>(flat)], valueAt(stored, flat)) << names[i];
            }
            EXPECT_EQ(records->describe(place, i).shape, stored.sizes);
        }
    }
    EXPECT_GE(found, 10U);
}

TEST(Pt2TensorRecords, OfTheLegacyLayoutAreThoseOfTheSameNetwork) {
    LAMSCOPE_NEED_DATA(legacy, "pt2/legacy.pt2");
    auto old = opened(legacy);
    auto current = opened(test::dataFile("pt2/residual.pt2"));
    EXPECT_EQ(old.listing().container, Container::ExportedProgram);
    const auto comparison = compareCheckpoints(current, "", old, "");
    EXPECT_THAT(comparison.missing, IsEmpty());
    EXPECT_THAT(comparison.otherShapes, IsEmpty());
    EXPECT_GT(comparison.distances.size(), 4U);
    EXPECT_EQ(comparison.all.largest, 0.0);
}

TEST(Pt2TensorRecords, ListPickledTensorsWithoutReadingThem) {
    LAMSCOPE_NEED_DATA(pickled, "pt2/pickled.pt2");
    auto file = opened(pickled);
    const auto listing = file.listing();
    ASSERT_EQ(listing.sets.size(), 1U);
    const auto found = std::ranges::find(listing.sets[0].tensors, "head.weight", &StoredTensor::name);
    ASSERT_NE(found, listing.sets[0].tensors.end());
    EXPECT_THAT(found->shape.value(), ElementsAre(8, 3, 3, 3));
    EXPECT_EQ(found->dtype, "float32");
    EXPECT_THAT(file.read(file.groups().front()).refusal, HasSubstr("stores a tensor as a pickle"));
}

std::string archiveOf(const std::string& config, const std::string& record) {
    return test::zipFile({{"net/archive_format", "pt2"},
                          {"net/data/weights/model_weights_config.json", config},
                          {"net/data/weights/weight_0", record}});
}

std::string entryOf(const std::string& sizes, const std::string& offset = "0") {
    return R"({"config":{"w":{"path_name":"weight_0","is_param":true,"use_pickle":false,"tensor_meta":{"dtype":7,"sizes":[)"
           + sizes + R"(],"strides":[{"as_int":1}],"storage_offset":{"as_int":)" + offset + R"(},"layout":7}}}})";
}

TEST(Pt2TensorRecords, RefuseWhatReachesPastARecord) {
    const auto file = archiveOf(entryOf(R"({"as_int":2})", "1"), test::bytesOfAll<float>({1, 2}));
    const auto records = pt2::openTensorRecords(test::asBytes(file));
    EXPECT_THROW(static_cast<void>(records->load(0, 0)), detail::FormatError);
    const auto sound = archiveOf(entryOf(R"({"as_int":1})", "1"), test::bytesOfAll<float>({1, 2}));
    EXPECT_THAT(pt2::openTensorRecords(test::asBytes(sound))->load(0, 0).values, ElementsAre(2));
}

TEST(Pt2TensorRecords, RefuseDamagedConfigurations) {
    for (const auto& config : {std::string("{"), std::string("{}"), std::string(R"({"config":[]})"),
                               entryOf(R"({"as_int":-1})"), entryOf(R"({"as_expr":{"expr_str":"s0"}})")}) {
        const auto file = archiveOf(config, "abcd");
        EXPECT_THROW(static_cast<void>(pt2::openTensorRecords(test::asBytes(file))), detail::FormatError) << config;
    }
    const auto without = test::zipFile({{"net/archive_format", "pt2"}, {"net/models/model.json", "{}"}});
    EXPECT_THROW(static_cast<void>(pt2::openTensorRecords(test::asBytes(without))), detail::FormatError);
}

}  // namespace
}  // namespace lamscope::pt2_tensor_records_test
