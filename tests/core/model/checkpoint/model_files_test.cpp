// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/model_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/checkpoint/checkpoint.h"
#include "support/bytes.h"
#include "support/safetensors_file.h"
#include "support/temporary_folder.h"

namespace lamscope::model_files_test {
namespace {

using test::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string one(const std::string& name, float value) {
    return test::safetensorsFile(test::NamedTensors{{name, {.shape = {1}, .values = {value}, .dtype = "float32"}}});
}

std::string refusal(const std::filesystem::path& path) {
    try {
        static_cast<void>(modelFiles(path));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadFile);
        EXPECT_THAT(error.what(), HasSubstr(path.string()));
        return error.what();
    }
    return "accepted";
}

TEST(ModelFiles, AFileStandsForItself) {
    const TemporaryFolder folder;
    const auto file = folder.write("net.pth", "x");
    EXPECT_THAT(modelFiles(file), ElementsAre(file));
    EXPECT_THAT(modelFiles(folder / "missing.pth"), ElementsAre(folder / "missing.pth"));
}

TEST(ModelFiles, AFolderStandsForItsOneModel) {
    const TemporaryFolder folder;
    EXPECT_THAT(refusal(folder.path()), HasSubstr("folder without a model file"));
    const auto model = folder.write("model.safetensors", one("w", 1));
    for (const char* other : {"config.json", "README.md", "optimizer.bin", "scheduler.bin", "random_states_0.pkl",
                              "training_args.bin", "trainer_state.json", ".hidden.pth"}) {
        folder.write(other, "x");
    }
    EXPECT_THAT(modelFiles(folder.path()), ElementsAre(model));
    EXPECT_EQ(readCheckpoint(folder.path()).find("w")->values, std::vector<float>{1});
    folder.write("pytorch_model.bin", "the same weights in PyTorch's format");
    EXPECT_THAT(modelFiles(folder.path()), ElementsAre(model));
    folder.write("net_g.pth", "x");
    EXPECT_THAT(refusal(folder.path()), AllOf(HasSubstr("3 model files"), HasSubstr("net_g.pth")));
}

TEST(ModelFiles, AnIndexStandsForItsParts) {
    const TemporaryFolder folder;
    folder.write("model-00001-of-00002.safetensors", one("a.weight", 1));
    folder.write("model-00002-of-00002.safetensors", one("b.weight", 2));
    EXPECT_THAT(refusal(folder.path()), HasSubstr("without their index"));
    const auto index = folder.write("model.safetensors.index.json", R"({"metadata": {"total_size": 8}, "weight_map": {
        "b.weight": "model-00002-of-00002.safetensors", "a.weight": "model-00001-of-00002.safetensors"}})");
    for (const auto& path : {folder.path(), index}) {
        EXPECT_THAT(modelFiles(path), ElementsAre(folder / "model-00001-of-00002.safetensors",
                                                  folder / "model-00002-of-00002.safetensors"));
        const auto checkpoint = readCheckpoint(path);
        ASSERT_EQ(checkpoint.tensors.size(), 2U);
        EXPECT_EQ(checkpoint.find("b.weight")->values, std::vector<float>{2});
    }
    EXPECT_THAT(refusal(folder / "model-00002-of-00002.safetensors"),
                AllOf(HasSubstr("part 2 of 2"), HasSubstr("model.safetensors.index.json")));
    folder.write("model-00002-of-00002.safetensors", one("a.weight", 2));
    EXPECT_THROW(static_cast<void>(readCheckpoint(index)), Error) << "one name in two parts";
}

TEST(ModelFiles, AnIndexNamesFilesBesideItOnly) {
    const TemporaryFolder folder;
    const auto with = [&](const std::string& json) { return refusal(folder.write("m.index.json", json)); };
    EXPECT_THAT(with(R"({"weight_map": {"w": "missing.safetensors"}})"),
                HasSubstr("'missing.safetensors', which is m"));
    EXPECT_THAT(with(R"({"weight_map": {"w": "../net.pth"}})"), HasSubstr("no file beside it"));
    EXPECT_THAT(with(R"({"weight_map": {"w": "/etc/passwd"}})"), HasSubstr("no file beside it"));
    EXPECT_THAT(with(R"({"weight_map": {"w": 3}})"), HasSubstr("no file beside it"));
    EXPECT_THAT(with(R"({"weight_map": {"w": ".."}})"), HasSubstr("no file beside it"));
    for (const char* json : {"{", "[]", "{}", R"({"weight_map": 3})", R"({"weight_map": {}})"}) {
        EXPECT_THAT(with(json), HasSubstr("no index of a sharded model")) << json;
    }
}

TEST(ModelFiles, APartThatIsTheWholeOpens) {
    const TemporaryFolder folder;
    const auto file = folder.write("model-00001-of-00001.safetensors", one("w", 1));
    EXPECT_THAT(modelFiles(file), ElementsAre(file));
    EXPECT_THAT(modelFiles(folder.path()), ElementsAre(file));
}

TEST(ModelFiles, DistributedCheckpointsAreNamed) {
    const TemporaryFolder folder;
    folder.write(".metadata", "x");
    const auto part = folder.write("__0_0.distcp", "x");
    for (const auto& path : {folder.path(), part}) {
        EXPECT_THAT(refusal(path), AllOf(HasSubstr("torch.distributed.checkpoint"), HasSubstr("dcp_to_torch")));
    }
}

}  // namespace
}  // namespace lamscope::model_files_test
