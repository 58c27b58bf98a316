// SPDX-License-Identifier: GPL-3.0-or-later
// Feeds the fuzzers' seeds, what they have found, and files too large for them to the readers.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/model/checkpoint/writers.h"
#include "fuzz/allocation_gauge.h"
#include "fuzz/readers.h"
#include "fuzz/seeds.h"
#include "support/safetensors_file.h"
#include "support/temporary_folder.h"

namespace lamscope::test {
namespace {

TEST(Fuzzing, everySeedIsReadOrRefusedAsItShould) {
    std::map<Reader, int> readable;
    for (const Seed& seed : seeds()) {
        EXPECT_EQ(feed(seed.reader, asBytes(seed.bytes)), seed.readable) << nameOf(seed.reader) << '/' << seed.name;
        EXPECT_LE(seed.bytes.size(), 4096U) << seed.name << " is longer than the inputs that packaging/fuzz tries";
        readable[seed.reader] += seed.readable ? 1 : 0;
    }
    for (const Reader reader : readers) {
        EXPECT_GE(readable[reader], 4) << nameOf(reader);
    }
}

TEST(Fuzzing, everyFormerFindingIsReadOrRefused) {
    for (const Reader reader : readers) {
        const std::filesystem::path folder = std::filesystem::path("tests/fuzz/regressions") / nameOf(reader);
        ASSERT_TRUE(std::filesystem::is_directory(folder)) << folder;
        for (const auto& file : std::filesystem::directory_iterator(folder)) {
            EXPECT_NO_THROW(feed(reader, asBytes(contentOf(file.path())))) << file.path();
        }
    }
}

TEST(AllocationGauge, seesWhatIsAllocated) {
    const AllocationGauge gauge;
    { const std::vector<char> memory(300000); }
    const std::vector<char> memory(200000);
    EXPECT_GE(gauge.largest(), 300000U);
    EXPECT_LT(gauge.largest(), 310000U);
    EXPECT_GE(gauge.peak(), 300000U);
    EXPECT_LT(gauge.peak(), 400000U);
}

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int index = 0; index < times; ++index) {
        result += text;
    }
    return result;
}

/// A dictionary with a tensor "w" and what else is put on the stack between "(" and "u".
std::string dictWith(const std::string& more) {
    return "}(" + pickled::text("w") + pickled::tensor("0", {2}) + more + "u";
}

/// Files of up to some MiB that ask for far more memory than they should. Each says whether it is read nevertheless.
class Inflation : public ::testing::Test {
protected:
    static bool pickle(const std::string& object) { return feed(Reader::Pickle, asBytes(pickled::whole(object))); }
    static bool safetensors(const std::string& header, const std::string& buffer) {
        return feed(Reader::Safetensors, asBytes(safetensorsFile(header, buffer)));
    }
};

TEST_F(Inflation, byValuesOfOneByte) {
    EXPECT_FALSE(pickle("(" + std::string(500000, ']') + "t"));
    EXPECT_FALSE(pickle("(" + std::string(1000000, 'N') + "t"));
    EXPECT_FALSE(pickle("]" + repeated("(" + std::string(200000, 'N') + "e", 10)));
    EXPECT_TRUE(pickle(dictWith(repeated("K\x01N", 50000))));
}

TEST_F(Inflation, byTheMemo) {
    EXPECT_FALSE(pickle(repeated("N0", 600000) + "Nr" + bytesOf(std::uint32_t{1200000}) + "0" + dictWith("")));
}

TEST_F(Inflation, bySharedValues) {
    const std::string pair = pickled::list({pickled::text("w"), pickled::tensor("0", {2})}) + "q\x01";
    const std::string dictionary =
        pickled::global("collections", "OrderedDict") + "(](" + pair + repeated("h\x01", 200000) + "etR";
    EXPECT_TRUE(pickle(dictionary));
    const std::string leaf = pickled::module({{"w", pickled::tensor("0", {2})}}, {}, {}) + "q\x01";
    const std::string modules = "}(" + pickled::text("a") + leaf + repeated("K\x01h\x01", 1000)
                                + repeated(pickled::text("b") + "h\x01", 100000) + "u";
    EXPECT_FALSE(
        pickle(pickled::build(pickled::global("a", "N") + ")\x81",
                              "}(" + pickled::text("_parameters") + "}" + pickled::text("_modules") + modules + "u")));
}

TEST_F(Inflation, byManyNames) {
    std::string entries = pickled::text("a") + pickled::tensor("0", {2}) + "q\x01";
    for (int index = 0; index < 100000; ++index) {
        entries += pickled::text(std::to_string(index)) + "h\x01";
    }
    EXPECT_FALSE(pickle("}(" + entries + "u"));
}

TEST_F(Inflation, byDimensions) {
    const std::string sizes = "(" + repeated("K\x01", 200000) + "t";
    EXPECT_FALSE(pickle(pickled::dict({{"w", pickled::call(pickled::global("torch._utils", "_rebuild_tensor_v2"),
                                                           {pickled::storage("0", 2), pickled::integer(0), sizes, sizes,
                                                            pickled::boolean(false)})}})));
}

TEST_F(Inflation, byBytesThatBecomeFloats) {
    const auto bytes = [](std::int64_t count) {
        const std::string tensor = pickled::tensor(pickled::storage("0", count, "ByteStorage"), 0, {count}, {1});
        return feed(Reader::Pickle,
                    asBytes(legacyFile(pickled::dict({{"w", tensor}}),
                                       {{"0", std::string(static_cast<std::size_t>(count), '\1')}}, {.itemSize = 1})));
    };
    EXPECT_TRUE(bytes(500000));
    EXPECT_FALSE(bytes(2000000));
}

TEST_F(Inflation, byTiedWeightsThatAStorageWithoutBytesSeemsToAllow) {
    pickled::Entries entries{{"huge", pickled::tensor(pickled::storage("9", std::int64_t{1} << 40U), 0, {1}, {1})}};
    for (int index = 0; index < 1000; ++index) {
        entries.emplace_back(std::to_string(index), pickled::tensor("0", {100000}));
    }
    const std::string object = pickled::dict(entries);
    EXPECT_FALSE(feed(Reader::Pickle, asBytes(legacyFile(object, {{"0", std::string(400000, '\0')}}))));
}

TEST_F(Inflation, bySafetensorsHeaders) {
    EXPECT_FALSE(safetensors("{" + std::string(500000, '\n') + "x", ""));
    EXPECT_FALSE(safetensors("{\"" + std::string(1000000, 'a') + "\":", ""));
    std::string entries;
    for (int index = 0; index < 10000; ++index) {
        entries += (index == 0 ? "{\"" : ",\"") + std::to_string(index)
                   + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    }
    EXPECT_TRUE(safetensors(entries + "}", ""));
}

TEST_F(Inflation, byZipDirectories) {
    std::vector<std::pair<std::string, std::string>> entries{
        {"a/data.pkl", pickled::whole(pickled::dict({{"w", pickled::tensor("0", {2})}}))},
        {"a/data/0", std::string(8, '\0')}};
    for (int index = 0; index < 3000; ++index) {
        entries.emplace_back("a/" + std::to_string(index), "");
    }
    EXPECT_TRUE(feed(Reader::Zip, asBytes(zipFile(entries))));
}

}  // namespace
}  // namespace lamscope::test
