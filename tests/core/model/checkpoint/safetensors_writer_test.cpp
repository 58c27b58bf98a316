// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/safetensors_writer.h"

#include <fstream>
#include <iterator>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_folder.h"

namespace lamscope::safetensors_writer_test {
namespace {

const std::vector<std::pair<std::string, TensorData>> tensors{
    {"b.weight",
     {.shape = {2, 2},
      .values = {0.1F, -1.0F / 3.0F, std::numeric_limits<float>::denorm_min(), 3e38F},
      .dtype = "float32"}},
    {"a.index", {.shape = {3}, .values = {0.0F, 7.0F, 224.0F}, .dtype = "int64"}},
    {"scale", {.shape = {}, .values = {2.0F}, .dtype = "float32"}}};

std::string bytesOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(SafetensorsWriter, WhatIsWrittenIsReadBitForBit) {
    const test::TemporaryFolder folder;
    writeSafetensors(folder / "net.safetensors", tensors, {{"format", "pt"}, {"note", "a \"quoted\" word"}});
    const auto read = readCheckpoint(folder / "net.safetensors");
    ASSERT_EQ(read.tensors.size(), tensors.size());
    for (const auto& [name, data] : tensors) {
        const auto* found = read.find(name);
        ASSERT_NE(found, nullptr) << name;
        EXPECT_EQ(found->shape, data.shape);
        EXPECT_EQ(found->values, data.values);
        EXPECT_EQ(found->dtype, data.dtype);
    }
    EXPECT_THAT(
        readSafetensorsMetadata(folder / "net.safetensors"),
        testing::UnorderedElementsAre(testing::Pair("format", "pt"), testing::Pair("note", "a \"quoted\" word")));
}

TEST(SafetensorsWriter, TheSameTensorsGiveTheSameBytesWithAlignedValues) {
    const test::TemporaryFolder folder;
    writeSafetensors(folder / "a", tensors, {});
    writeSafetensors(folder / "b", tensors, {});
    const auto bytes = bytesOf(folder / "a");
    EXPECT_EQ(bytes, bytesOf(folder / "b"));
    EXPECT_EQ(static_cast<unsigned char>(bytes[0]) % 8, 0);  // the header's length, little-endian
    EXPECT_TRUE(readSafetensorsMetadata(folder / "a").empty());
}

TEST(SafetensorsWriter, RefusesWhatNoReaderWouldUnderstand) {
    const test::TemporaryFolder folder;
    const TensorData wrong{.shape = {3}, .values = {1.0F}, .dtype = "float32"};
    EXPECT_THROW(writeSafetensors(folder / "a", {{"t", wrong}}), Error);
    const TensorData right{.shape = {1}, .values = {1.0F}, .dtype = "float32"};
    EXPECT_THROW(writeSafetensors(folder / "a", {{"t", right}, {"t", right}}), Error);
    EXPECT_EQ(folder.fileCount(), 0U);
    std::ofstream(folder / "text") << "this is no safetensors file, and its first bytes make a huge length";
    EXPECT_THROW(static_cast<void>(readSafetensorsMetadata(folder / "text")), Error);
    EXPECT_THROW(static_cast<void>(readSafetensorsMetadata(folder / "missing")), Error);
}

}  // namespace
}  // namespace lamscope::safetensors_writer_test
