// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint.h"
#include "support/safetensors_file.h"

namespace lamscope::sniff_test {
namespace {

using test::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string oneTensor = test::pickled::orderedDict({{"w", test::pickled::tensor("0", {1})}});
const test::Storages oneStorage{{"0", test::bytesOf(1.5F)}};

Container sniffed(const std::string& content) {
    const TemporaryFolder folder;
    return sniffContainer(folder.write("weights.bin", content));
}

std::string sniffError(const std::filesystem::path& file) {
    try {
        static_cast<void>(sniffContainer(file));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadFile);
        EXPECT_THAT(error.what(), HasSubstr(file.string()));
        return error.what();
    }
    return "accepted";
}

TEST(Sniff, tellsTheContainersByTheirContent) {
    EXPECT_EQ(sniffed(test::legacyFile(oneTensor, oneStorage)), Container::TorchLegacy);
    EXPECT_EQ(sniffed(test::torchZip(oneTensor, oneStorage)), Container::TorchZip);
    EXPECT_EQ(sniffed(test::safetensorsFile("{}", "")), Container::Safetensors);
    EXPECT_EQ(sniffed(test::zipFile({{"net/data.pkl", "x"}, {"net/code/__torch__.py", "x"}})), Container::TorchScript);
    EXPECT_EQ(sniffed(test::zipFile({{"net/data.pkl", "x"}, {"net/constants.pkl", "x"}})), Container::TorchScript);
    EXPECT_EQ(toString(Container::TorchScript), "TorchScript");
}

TEST(Sniff, tellsProgramsOfTorchExportByTheirContent) {
    EXPECT_EQ(sniffed(test::zipFile({{"net/archive_format", "pt2"}, {"net/data/weights/weight_0", "x"}})),
              Container::ExportedProgram);
    EXPECT_EQ(sniffed(test::zipFile({{"net/models/model.json", "{}"}})), Container::ExportedProgram);
    EXPECT_EQ(sniffed(test::zipFile({{"serialized_exported_program.json", "{}"}, {"version", "5.3"}})),
              Container::ExportedProgram);
    EXPECT_EQ(toString(Container::ExportedProgram), "torch.export");
}

TEST(Sniff, refusesTorchScriptAsACheckpointByName) {
    const std::string archive = test::zipFile({{"net/data.pkl", "x"}, {"net/constants.pkl", "x"}});
    EXPECT_THAT(test::rejection(archive), HasSubstr("is a TorchScript archive"));
}

TEST(Sniff, refusesProgramsOfTorchExportAsACheckpointByName) {
    const std::string archive = test::zipFile({{"net/archive_format", "pt2"}, {"net/models/model.json", "{}"}});
    EXPECT_THAT(test::rejection(archive), HasSubstr("is a torch.export archive"));
}

TEST(Sniff, namesWhatIsNoModel) {
    const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
    EXPECT_THAT(test::rejection(pointer), AllOf(HasSubstr("Git LFS pointer"), HasSubstr("git lfs pull")));
    std::string tar(1024, '\0');
    tar.replace(257, 5, "ustar");
    EXPECT_THAT(test::rejection(tar), HasSubstr("is a tar archive"));
    EXPECT_THAT(test::rejection("\n <!DOCTYPE HTML><html>404</html>"), HasSubstr("is a web page"));
    EXPECT_THAT(test::rejection("import torch\n"), HasSubstr("text file that begins with \"import torch"));
    EXPECT_THAT(test::rejection(""), HasSubstr("is empty"));
    EXPECT_THAT(test::rejection("\x80\x04\x95plain pickle"), HasSubstr("plain Python pickle"));
    EXPECT_THAT(test::rejection("\x1F\x8B\x08 gzip"), HasSubstr("gzip"));
    EXPECT_THAT(test::rejection("\x89PNG\r\n\x1A\n"), HasSubstr("PNG"));
    EXPECT_THAT(test::rejection("\x01\x02\x03\xFE\xFF binary"), HasSubstr("first bytes are 01 02 03 fe ff 20 62 69"));
    EXPECT_THAT(test::rejection("\xFF"), HasSubstr("first bytes are ff)"));
    EXPECT_THAT(test::rejection("\x08\x08\x12\x07pytorch"), HasSubstr("ONNX"));
    EXPECT_THAT(test::rejection("\x08\x0A\x3A\x05graph"), HasSubstr("ONNX"));
    EXPECT_THAT(test::rejection("GGUF\x03 and more"), HasSubstr("GGUF"));
    EXPECT_THAT(test::rejection(std::string("\x1C\0\0\0TFL3 and more", 17)), HasSubstr("TensorFlow Lite"));
}

TEST(Sniff, namesWhatIsNoFile) {
    const TemporaryFolder folder;
    EXPECT_THAT(sniffError(folder.path() / "missing.pth"), HasSubstr("does not exist"));
    EXPECT_THAT(sniffError(folder.path()), HasSubstr("is a folder"));
    EXPECT_THROW(static_cast<void>(readCheckpoint(folder.path())), Error);
    EXPECT_THAT(sniffError("/dev/zero"), HasSubstr("not a regular file"));
}

TEST(Sniff, refusesZipArchivesOfOthers) {
    EXPECT_THAT(test::rejection(test::zipFile({{"letter.txt", "x"}})), HasSubstr("no data.pkl"));
    EXPECT_THAT(test::rejection("PK\x03\x04 and no more"), HasSubstr("truncated or damaged"));
}

}  // namespace
}  // namespace lamscope::sniff_test
