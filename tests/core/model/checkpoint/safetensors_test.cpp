// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint.h"
#include "support/safetensors_file.h"

namespace lamscope::safetensors_test {
namespace {

using test::bytesOf;
using test::bytesOfAll;
using test::rejection;
using test::safetensorsFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Checkpoint read(const std::string& content) {
    const test::TemporaryFolder folder;
    return readCheckpoint(folder.write("model.safetensors", content));
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& range) {
    return '"' + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + range + '}';
}

const std::string fourFloats = bytesOfAll<float>({1, 2, 3, 4});

TEST(Safetensors, readsTensorsInTheHeadersOrder) {
    const std::string header = R"({"__metadata__":{"format":"pt"},)" + entry("module.z", "F32", "[1,3]", "[4,16]") + ","
                               + entry("module.a", "F32", "[]", "[0,4]") + ","
                               + entry("module.empty", "F16", "[0,5]", "[16,16]") + "}   ";
    const Checkpoint checkpoint = read(safetensorsFile(header, fourFloats));
    EXPECT_EQ(checkpoint.container, Container::Safetensors);
    EXPECT_EQ(checkpoint.prefix, "module.");
    ASSERT_EQ(checkpoint.tensors.size(), 3U);
    EXPECT_EQ(checkpoint.tensors[0].first, "z");
    EXPECT_THAT(checkpoint.find("z")->shape, ElementsAre(1, 3));
    EXPECT_THAT(checkpoint.find("z")->values, ElementsAre(2, 3, 4));
    EXPECT_THAT(checkpoint.find("a")->shape, IsEmpty());
    EXPECT_THAT(checkpoint.find("a")->values, ElementsAre(1));
    EXPECT_THAT(checkpoint.find("empty")->shape, ElementsAre(0, 5));
    EXPECT_EQ(checkpoint.find("empty")->numel(), 0);
}

TEST(Safetensors, readsEveryTypeAtAnyAlignment) {
    std::string header;
    std::string buffer;
    const auto add = [&](const std::string& dtype, const std::string& bytes) {
        header +=
            (header.empty() ? "{" : ",")
            + entry(dtype, dtype, "[2]",
                    "[" + std::to_string(buffer.size()) + "," + std::to_string(buffer.size() + bytes.size()) + "]");
        buffer += bytes;
    };
    add("BOOL", std::string("\x01\x00", 2));
    add("U8", "\x01\xFF");
    header += "," + entry("odd", "U8", "[1]", "[4,5]");
    buffer += "\x07";
    add("F16", bytesOfAll<std::uint16_t>({0x3C00, 0x3800}));
    add("BF16", bytesOfAll<std::uint16_t>({0x3F80, 0x3F00}));
    add("F64", bytesOfAll<double>({1, 0.5}));
    add("F32", bytesOfAll<float>({1, 0.5}));
    add("I8", "\x01\xFF");
    add("I16", bytesOfAll<std::int16_t>({1, -1}));
    add("I32", bytesOfAll<std::int32_t>({1, -1}));
    add("I64", bytesOfAll<std::int64_t>({1, -1}));
    add("U16", bytesOfAll<std::uint16_t>({1, 65535}));
    add("U32", bytesOfAll<std::uint32_t>({1, 65536}));
    add("U64", bytesOfAll<std::uint64_t>({1, 65536}));
    const Checkpoint checkpoint = read(safetensorsFile(header + "}", buffer));
    for (const char* name : {"F16", "BF16", "F64", "F32"}) {
        EXPECT_THAT(checkpoint.find(name)->values, ElementsAre(1, 0.5)) << name;
    }
    for (const char* name : {"I8", "I16", "I32", "I64"}) {
        EXPECT_THAT(checkpoint.find(name)->values, ElementsAre(1, -1)) << name;
    }
    EXPECT_THAT(checkpoint.find("BOOL")->values, ElementsAre(1, 0));
    EXPECT_THAT(checkpoint.find("U8")->values, ElementsAre(1, 255));
    EXPECT_THAT(checkpoint.find("U16")->values, ElementsAre(1, 65535));
    EXPECT_THAT(checkpoint.find("U64")->values, ElementsAre(1, 65536));
    EXPECT_EQ(checkpoint.find("BF16")->dtype, "bfloat16");
    EXPECT_EQ(checkpoint.warnings.size(), 3U);
}

TEST(Safetensors, refusesSizesThatLie) {
    const std::string good = "{" + entry("w", "F32", "[4]", "[0,16]") + "}";
    EXPECT_EQ(read(safetensorsFile(good, fourFloats)).tensors.size(), 1U);
    EXPECT_THAT(rejection(safetensorsFile(good, fourFloats + "x")), HasSubstr("1 bytes that belong to no tensor"));
    EXPECT_THAT(rejection(safetensorsFile(good, fourFloats.substr(1))), HasSubstr("truncated"));
    const auto withEntries = [](const std::string& entries) {
        return rejection(safetensorsFile("{" + entries + "}", fourFloats));
    };
    EXPECT_THAT(withEntries(entry("w", "F32", "[3]", "[0,16]")), HasSubstr("should have 3 values"));
    EXPECT_THAT(withEntries(entry("w", "F32", "[5]", "[0,16]")), HasSubstr("more values"));
    EXPECT_THAT(withEntries(entry("w", "F32", "[4294967296,4294967296]", "[0,16]")), HasSubstr("more values"));
    EXPECT_THAT(withEntries(entry("w", "F32", "[18446744073709551615]", "[0,16]")), HasSubstr("beyond all bounds"));
    EXPECT_THAT(withEntries(entry("w", "F32", "[4]", "[16,0]")), HasSubstr("damaged"));
    EXPECT_THAT(withEntries(entry("w", "F32", "[0]", "[16,0]")), HasSubstr("damaged"));
    EXPECT_THAT(withEntries(entry("w", "F32", "[4]", "[0,18446744073709551615]")), HasSubstr("damaged"));
    EXPECT_THAT(withEntries(entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[2]", "[8,16]")),
                HasSubstr("'b' lies at bytes 8 to 16 where 4 of 16 should follow"));
    EXPECT_THAT(withEntries(entry("a", "F32", "[4]", "[0,16]") + "," + entry("b", "F32", "[2]", "[8,16]")),
                HasSubstr("damaged"));
}

TEST(Safetensors, refusesOtherStructures) {
    const auto withHeader = [](const std::string& header) { return rejection(safetensorsFile(header, fourFloats)); };
    const std::string good = entry("w", "F32", "[4]", "[0,16]");
    EXPECT_THAT(withHeader("{" + good + "," + good + "}"), HasSubstr("names 'w' twice"));
    EXPECT_THAT(withHeader(R"({"w":{"dtype":"F32","dtype":"F32","shape":[4],"data_offsets":[0,16]}})"),
                HasSubstr("'dtype' twice"));
    EXPECT_THAT(withHeader("{" + entry("w", "F8_E4M3", "[16]", "[0,16]") + "}"), HasSubstr("F8_E4M3"));
    EXPECT_THAT(withHeader("{" + entry("a.weight", "I8", "[4,4]", "[0,16]") + "}"), HasSubstr("int8, quantised"));
    EXPECT_THAT(withHeader("{" + entry("w", "F32", "[-4]", "[0,16]") + "}"), HasSubstr("negative number"));
    EXPECT_THAT(withHeader("{" + entry("w", "F32", "[4.0]", "[0,16]") + "}"), HasSubstr("fraction"));
    EXPECT_THAT(withHeader("{" + entry("w", "F32", "[4]", "[0,16,16]") + "}"), HasSubstr("a number"));
    EXPECT_THAT(withHeader("{" + entry("w", "F32", "[4]", "[0]") + "}"), HasSubstr("incomplete"));
    EXPECT_THAT(withHeader("{" + entry("w", "F32", "[[4]]", "[0,16]") + "}"), HasSubstr("a list"));
    EXPECT_THAT(withHeader("{" + entry("w", "F32", "4", "[0,16]") + "}"), HasSubstr("a number"));
    EXPECT_THAT(withHeader(R"({"w":{"dtype":"F32","shape":[4]}})"), HasSubstr("incomplete"));
    EXPECT_THAT(withHeader(R"({"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"more":{}}})"),
                HasSubstr("object"));
    EXPECT_THAT(withHeader(R"({"w":{"dtype":null,"shape":[4],"data_offsets":[0,16]}})"), HasSubstr("null"));
    EXPECT_THAT(withHeader(R"({"w":[]})"), HasSubstr("a list"));
    EXPECT_THAT(withHeader(R"({"w":7})"), HasSubstr("a number"));
    EXPECT_THAT(withHeader("{" + entry("a\\nb", "F32", "[4]", "[0,16]") + "}"), HasSubstr("cannot be the name"));
    EXPECT_THAT(withHeader(R"({"__metadata__":{"a":[1]},)" + good + "}"), HasSubstr("a list"));
    EXPECT_THAT(withHeader("{" + std::string(70000, '\n') + good + "}"), HasSubstr("far more line breaks"));
    EXPECT_THAT(withHeader("{" + good), HasSubstr("no valid JSON"));
    EXPECT_THAT(withHeader("{" + good + "} x"), HasSubstr("no valid JSON"));
    EXPECT_THAT(withHeader("{\"\xFF\xFE\":1}"), HasSubstr("no valid JSON"));
    EXPECT_THAT(withHeader("{" + std::string(100000, '[')), HasSubstr("no valid JSON"));
    EXPECT_THAT(rejection(safetensorsFile("{}", "")), HasSubstr("no tensors"));
}

TEST(Safetensors, refusesHeadersBeyondTheFile) {
    const std::string file = safetensorsFile("{" + entry("w", "F32", "[4]", "[0,16]") + "}", fourFloats);
    EXPECT_THAT(rejection(bytesOf(std::uint64_t{99'999'999}) + file.substr(8)), HasSubstr("ends inside its header"));
    EXPECT_THAT(rejection(bytesOf(std::uint64_t{100'000'001}) + file.substr(8)), HasSubstr("first bytes"));
    for (std::size_t length = 0; length < file.size(); ++length) {
        EXPECT_NE(rejection(std::string_view(file).substr(0, length)), "") << length;
    }
}

TEST(Safetensors, hasNoNamedWeightSets) {
    const std::string file = safetensorsFile("{" + entry("w", "F32", "[4]", "[0,16]") + "}", fourFloats);
    EXPECT_THAT(rejection(file, "params_ema"), HasSubstr("no weight set called 'params_ema'"));
}

}  // namespace
}  // namespace lamscope::safetensors_test
