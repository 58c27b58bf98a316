// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/tensor_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint_file.h"
#include "support/expect_error.h"
#include "support/safetensors_file.h"
#include "support/test_data.h"

namespace lamscope::tensor_listing_test {
namespace {

namespace pickled = test::pickled;
using test::bytesOfAll;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Shape = std::vector<std::int64_t>;

TensorListing listed(const std::string& content) {
    const test::TemporaryFolder folder;
    return CheckpointFile(folder.write("model.pt", content), Programs::ReadAsData).listing();
}

StoredTensor stored(const std::string& name, std::optional<Shape> shape, const std::string& dtype) {
    return {.name = name, .shape = std::move(shape), .dtype = dtype};
}

std::string rebuilt(const std::string& function, const std::string& storage) {
    return pickled::call(
        pickled::global("torch._utils", function),
        {storage, pickled::integer(0), pickled::tuple({pickled::integer(2)}), pickled::tuple({pickled::integer(1)}),
         pickled::none(), pickled::none(), pickled::global("torch", "float8_e4m3fn")});
}

TEST(TensorListing, HasEverySetWithShapesAndTypes) {
    const auto average = pickled::orderedDict({{"body.weight", pickled::tensor("1", {2, 1, 3})}});
    const auto last =
        pickled::orderedDict({{"body.weight", pickled::tensor("1", {2, 1, 3})},
                              {"steps", pickled::tensor(pickled::storage("2", 1, "LongStorage"), 0, {}, {})}});
    const auto listing = listed(
        test::torchZip(pickled::dict({{"params", last}, {"params_ema", average}, {"epoch", pickled::integer(3)}}),
                       {{"1", bytesOfAll<float>({1, 2, 3, 4, 5, 6})}, {"2", bytesOfAll<std::int64_t>({9})}}));
    EXPECT_EQ(listing.container, Container::TorchZip);
    ASSERT_EQ(listing.sets.size(), 2U);
    EXPECT_THAT(listing.sets[0].nesting, ElementsAre("params"));
    EXPECT_THAT(listing.sets[0].tensors,
                ElementsAre(stored("body.weight", Shape{2, 1, 3}, "float32"), stored("steps", Shape{}, "int64")));
    EXPECT_EQ(listing.sets[0].tensors[0].numel(), 6);
    EXPECT_EQ(listing.sets[0].tensors[1].numel(), 1);
    EXPECT_THAT(listing.sets[1].nesting, ElementsAre("params_ema"));
    EXPECT_THAT(listing.sets[1].tensors, ElementsAre(stored("body.weight", Shape{2, 1, 3}, "float32")));
}

TEST(TensorListing, HasTensorsThatCannotBeConverted) {
    const auto listing = listed(test::torchZip(
        pickled::dict({{"quantised", rebuilt("_rebuild_qtensor", pickled::storage("0", 4, "QInt8Storage"))},
                       {"complex", pickled::tensor(pickled::storage("1", 2, "ComplexFloatStorage"), 0, {2}, {1})},
                       {"eighth", rebuilt("_rebuild_tensor_v3", pickled::storage("2", 2, "UntypedStorage"))},
                       {"sparse", rebuilt("_rebuild_sparse_tensor", pickled::storage("3", 2))}}),
        {{"0", "abcd"}, {"1", std::string(16, 'x')}, {"2", "ab"}, {"3", std::string(8, 'x')}}));
    ASSERT_EQ(listing.sets.size(), 1U);
    EXPECT_THAT(listing.sets[0].nesting, IsEmpty());
    EXPECT_THAT(
        listing.sets[0].tensors,
        ElementsAre(stored("quantised", Shape{2}, "quantized int8"), stored("complex", Shape{2}, "complex64"),
                    stored("eighth", Shape{2}, "float8_e4m3fn"), stored("sparse", std::nullopt, "sparse_tensor")));
    EXPECT_EQ(listing.sets[0].tensors[3].numel(), 0);
}

TEST(TensorListing, KeepsPrefixesOfSafetensors) {
    const auto listing =
        listed(test::safetensorsFile(R"({"module.a":{"dtype":"F16","shape":[3,0],"data_offsets":[0,0]},)"
                                     R"("module.b":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}})",
                                     "xy"));
    EXPECT_EQ(listing.container, Container::Safetensors);
    EXPECT_THAT(listing.sets[0].tensors, ElementsAre(stored("module.a", Shape{3, 0}, "float16"),
                                                     stored("module.b", Shape{2}, "float8 (F8_E4M3)")));
}

TEST(TensorListing, NamesATensorWhoseShapeIsDamaged) {
    const auto file =
        test::torchZip(pickled::dict({{"w", pickled::tensor(pickled::storage("1", 2), 0, {1000000, 1000000}, {0, 0})}}),
                       {{"1", bytesOfAll<float>({1, 2})}});
    test::expectError(ErrorCode::BadFile, {"model.pt", "more values than its storage", "tensor 'w'"},
                      [&] { static_cast<void>(listed(file)); });
}

/// An object of TorchScript as torch.jit.save() writes it: GLOBAL, an empty tuple, NEWOBJ, its attributes, BUILD.
std::string scriptObject(const pickled::Entries& attributes) {
    return pickled::build(pickled::global("__torch__.net", "Net") + ")\x81", pickled::dict(attributes));
}

std::string scriptFile(const std::string& object, const std::string& constants) {
    return test::zipFile({{"net/code/__torch__/net.py", "raise SystemExit"},
                          {"net/data.pkl", pickled::whole(object)},
                          {"net/constants.pkl", pickled::whole(constants)},
                          {"net/data/0", bytesOfAll<float>({1, 2, 3, 4})},
                          {"net/data/1", bytesOfAll<float>({5, 6})},
                          {"net/constants/0", bytesOfAll<float>({7, 8})}});
}

TEST(TensorListing, ReadsTorchScriptAsData) {
    const auto part = scriptObject(
        {{"training", pickled::boolean(false)}, {"weight", pickled::tensor("0", {2, 2})}, {"bias", pickled::none()}});
    const auto file = scriptFile(
        scriptObject(
            {{"scale", pickled::integer(4)}, {"head", part}, {"mean", pickled::tensor("1", {2})}, {"again", part}}),
        pickled::tuple({pickled::integer(3), pickled::tensor("0", {2})}));
    const auto listing = listed(file);
    EXPECT_EQ(listing.container, Container::TorchScript);
    ASSERT_EQ(listing.sets.size(), 2U);
    EXPECT_THAT(listing.sets[0].tensors,
                ElementsAre(stored("mean", Shape{2}, "float32"), stored("head.weight", Shape{2, 2}, "float32"),
                            stored("again.weight", Shape{2, 2}, "float32")));
    EXPECT_THAT(listing.sets[1].nesting, ElementsAre("CONSTANTS"));
    EXPECT_THAT(listing.sets[1].tensors, ElementsAre(stored("c1", Shape{2}, "float32")));

    const test::TemporaryFolder folder;
    CheckpointFile opened(folder.write("net.pt", file), Programs::ReadAsData);
    const auto content = opened.read(opened.groups("CONSTANTS").front());
    EXPECT_THAT(content.checkpoint.find("c1")->values, ElementsAre(7, 8));
    EXPECT_THAT(opened.read(opened.groups().front()).checkpoint.find("head.weight")->values, ElementsAre(1, 2, 3, 4));
}

TEST(TensorListing, SaysWhatIsWrongWithTorchScript) {
    const auto refused = [](const std::string& object, const std::string& sentence) {
        test::expectError(ErrorCode::BadFile, {"model.pt", sentence},
                          [&] { static_cast<void>(listed(scriptFile(object, pickled::tuple({})))); });
    };
    refused(scriptObject({{"scale", pickled::integer(4)}}), "holds no tensors");
    refused(pickled::integer(1), "no module of TorchScript");
}

TEST(TensorListing, OfPublishedFilesHasWhatTheReaderReads) {
    LAMSCOPE_NEED_DATA(file, "weights/lapsrn_x2x4.pth");
    const auto listing = CheckpointFile(file).listing();
    ASSERT_EQ(listing.sets.size(), 1U);
    const auto checkpoint = readCheckpoint(file);
    ASSERT_EQ(listing.sets[0].tensors.size(), checkpoint.tensors.size());
    for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
        const auto& [name, data] = checkpoint.tensors[i];
        EXPECT_EQ(listing.sets[0].tensors[i], stored(name, data.shape, data.dtype));
    }
}

}  // namespace
}  // namespace lamscope::tensor_listing_test
