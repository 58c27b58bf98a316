// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/archive.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "core/model/checkpoint/writers.h"
#include "core/model/pt2/small_program.h"
#include "model/pt2/operators.h"
#include "support/bytes.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope::pt2 {
namespace {

using nlohmann::json;
using test::ArchiveParts;
using test::configEntry;
using test::smallArchive;
using test::tensorMeta;
using testing::AllOf;
using testing::HasSubstr;

/// The message with which an archive is refused.
std::string refused(const std::string& bytes) {
    try {
        static_cast<void>(readPt2(test::asBytes(bytes)));
    } catch (const FormatError& error) {
        return error.what();
    }
    return "is read";
}

/// The message with which an archive is refused as sound but unsupported.
std::string unsupported(const std::string& bytes) {
    try {
        static_cast<void>(readPt2(test::asBytes(bytes)));
    } catch (const UnsupportedProgram& error) {
        return error.what();
    } catch (const FormatError& error) {
        return std::string("is taken for damaged: ") + error.what();
    }
    return "is read";
}

/// The small archive with other tensors and records.
std::string withTensor(const json& meta, const std::string& record = test::bytesOfAll<float>({1, 2, 3})) {
    ArchiveParts parts = smallArchive();
    parts.weights = {{"config", {{"weight", configEntry("weight_0", meta)}}}};
    parts.members.front().second = record;
    return test::packed(parts);
}

/// The small archive with a member replaced or added.
std::string withMember(const std::string& name, const std::string& content) {
    ArchiveParts parts = smallArchive();
    const auto found = std::ranges::find(parts.members, name, [](const auto& member) { return member.first; });
    if (found != parts.members.end()) {
        found->second = content;
    } else {
        parts.members.emplace_back(name, content);
    }
    return test::packed(parts);
}

std::string withoutMember(const std::string& name) {
    ArchiveParts parts = smallArchive();
    std::erase_if(parts.members, [&](const auto& member) { return member.first == name; });
    return test::packed(parts);
}

TEST(Pt2Archive, ReadsProgramTensorsAndCard) {
    const Pt2Archive archive = readPt2(test::asBytes(withMember("extra/lamscope.json", R"({"scale": 1})")));
    EXPECT_EQ(archive.program.graph.nodes.size(), 2U);
    EXPECT_EQ(archive.card, R"({"scale": 1})");
    ASSERT_EQ(archive.tensors.size(), 1U);
    const StoredTensor& weight = archive.tensors.at("weight");
    EXPECT_EQ(weight.type, ScalarType::Float);
    EXPECT_THAT(weight.sizes, testing::ElementsAre(3, 1, 1));
    EXPECT_EQ(weight.numel(), 3);
    EXPECT_TRUE(weight.isParameter);
    float last = 0.0F;
    std::memcpy(&last, weight.record->data() + 8, sizeof(last));
    EXPECT_EQ(last, 3.0F);
}

TEST(Pt2Archive, ReadsTiedTensorsFromOneRecordAndConstantsBesideWeights) {
    ArchiveParts parts = smallArchive();
    parts.weights["config"]["again"] = configEntry("weight_0", tensorMeta({2}, {1}, 1));
    parts.constants["config"]["table"] = configEntry("tensor_0", tensorMeta({2}, {1}, 0, 5), false);
    parts.members.emplace_back("data/constants/tensor_0", test::bytesOfAll<std::int64_t>({4, 5}));
    const std::string bytes = test::packed(parts);
    const Pt2Archive archive = readPt2(test::asBytes(bytes));
    EXPECT_EQ(archive.tensors.at("weight").record, archive.tensors.at("again").record);
    EXPECT_EQ(archive.tensors.at("again").offset, 1);
    EXPECT_EQ(archive.tensors.at("table").type, ScalarType::Long);
    EXPECT_FALSE(archive.tensors.at("table").isParameter);
}

TEST(Pt2Archive, RefusesOtherArchivesInWords) {
    EXPECT_THAT(unsupported(withMember("archive_format", "pt3")), HasSubstr("archive_format is 'pt3'"));
    EXPECT_THAT(unsupported(withMember("archive_version", "1")), HasSubstr("archive_version is '1'"));
    EXPECT_THAT(refused(withMember("byteorder", "big")), HasSubstr("byte order 'big'"));
    EXPECT_THAT(unsupported(withMember("models/other.json", "{}")), HasSubstr("holds 2 programs"));
    EXPECT_THAT(refused(withoutMember("archive_format")), HasSubstr("no archive_format"));
    EXPECT_THAT(refused(test::packed(smallArchive(), true)), HasSubstr("compressed"));
    EXPECT_THAT(unsupported(test::zipFile({{"net/archive_format", "pt2"},
                                           {"net/archive_version", "0"},
                                           {"net/data/aotinductor/model/code.so", "x"}})),
                HasSubstr("AOTInductor"));
    EXPECT_THAT(unsupported(test::zipFile({{"net/archive_format", "pt2"}, {"net/archive_version", "0"}})),
                HasSubstr("holds 0 programs"));
    EXPECT_THAT(unsupported(test::zipFile({{"serialized_exported_program.json", "{}"}, {"version", "5.3"}})),
                AllOf(HasSubstr("torch 2.1 to 2.7"), HasSubstr("export again with torch 2.9 or newer")));
    EXPECT_THAT(unsupported(test::zipFile({{"net/archive_format", "pt2"},
                                           {"net/archive_version", "0"},
                                           {"net/models/model.json", test::smallProgram().dump()},
                                           {"net/data/weights/model.pt", "x"}})),
                AllOf(HasSubstr("torch 2.8"), HasSubstr("export again with torch 2.9 or newer")));
}

TEST(Pt2Archive, RefusesTooManyMembers) {
    ArchiveParts parts = smallArchive();
    for (int index = 0; index < 10000; ++index) {
        parts.members.emplace_back("extra/" + std::to_string(index), "");
    }
    EXPECT_THAT(refused(test::packed(parts)), HasSubstr("at most 10000 are read"));
}

TEST(Pt2Archive, RefusesPickledTensorsByName) {
    ArchiveParts parts = smallArchive();
    parts.weights["config"]["weight"]["use_pickle"] = true;
    EXPECT_THAT(unsupported(test::packed(parts)), HasSubstr("stores 'weight' as a pickle"));
    parts = smallArchive();
    parts.constants["config"]["thing"] = {
        {"path_name", "custom_obj_0"}, {"is_param", false}, {"use_pickle", true}, {"tensor_meta", nullptr}};
    EXPECT_THAT(unsupported(test::packed(parts)), HasSubstr("stores 'thing' as a pickle"));
}

TEST(Pt2Archive, RefusesWeightsThatAreNotThere) {
    EXPECT_THAT(unsupported(withMember("data/weights/weight_0", "")),
                HasSubstr("saved without its weights (the record of 'weight' is empty)"));
    EXPECT_THAT(refused(withoutMember("data/weights/weight_0")), HasSubstr("weight_0' is missing"));
    ArchiveParts parts = smallArchive();
    parts.weights["config"] = json::object();
    EXPECT_THAT(refused(test::packed(parts)), HasSubstr("has no tensor 'weight'"));
    parts = smallArchive();
    parts.weights["config"]["weight"]["path_name"] = "../constants/tensor_0";
    EXPECT_THAT(refused(test::packed(parts)), HasSubstr("lies in another folder"));
}

TEST(Pt2Archive, RefusesTensorsThatReachBeyondTheirRecord) {
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    const auto beyond = HasSubstr("reaches past the end of its record, which holds 3 values");
    EXPECT_EQ(refused(withTensor(tensorMeta({3}, {1}))), "is read");
    EXPECT_THAT(refused(withTensor(tensorMeta({4}, {1}))), beyond);
    EXPECT_THAT(refused(withTensor(tensorMeta({3}, {1}, 1))), beyond);
    EXPECT_THAT(refused(withTensor(tensorMeta({2}, {3}))), beyond);
    EXPECT_THAT(refused(withTensor(tensorMeta({1}, {1}, 3))), beyond);
    EXPECT_THAT(refused(withTensor(tensorMeta({1}, {1}, huge))), beyond);
    EXPECT_THAT(refused(withTensor(tensorMeta({2, 2}, {huge, huge}))), beyond);
    EXPECT_THAT(refused(withTensor(tensorMeta({3}, {1}, 0, 8))), HasSubstr("which holds 1 values"));
    EXPECT_EQ(refused(withTensor(tensorMeta({1, 3}, {huge, 1}))),
              "is read");  // the stride of a side of 1 means nothing
}

TEST(Pt2Archive, RefusesTensorsOfSenselessShapes) {
    EXPECT_THAT(refused(withTensor(tensorMeta({-1}, {1}))), HasSubstr("symbolic or negative"));
    EXPECT_THAT(refused(withTensor(tensorMeta({1}, {-1}))), HasSubstr("symbolic or negative"));
    EXPECT_THAT(refused(withTensor(tensorMeta({1}, {1}, -1))), HasSubstr("symbolic or negative"));
    EXPECT_THAT(refused(withTensor(tensorMeta({3}, {1, 1}))), HasSubstr("1 sizes and 2 strides"));
    EXPECT_THAT(refused(withTensor(tensorMeta(std::vector<std::int64_t>(9, 1), std::vector<std::int64_t>(9, 1)))),
                HasSubstr("9 dimensions, at most 8"));
    EXPECT_EQ(refused(withTensor(tensorMeta({64, 3}, {0, 1}))), "is read");
    EXPECT_THAT(refused(withTensor(tensorMeta({65, 3}, {0, 1}))), HasSubstr("repeats its stored values too often"));
    EXPECT_THAT(refused(withTensor(tensorMeta({1LL << 31, 2}, {0, 0}))), HasSubstr("more values than are read"));
    EXPECT_THAT(refused(withTensor(tensorMeta({1LL << 62, 1LL << 62, 0}, {0, 0, 0}))),
                HasSubstr("more values than are read"));
    EXPECT_THAT(refused(withTensor(tensorMeta({0, 1LL << 31, 1LL << 31, 1LL << 31}, {0, 0, 0, 0}))),
                HasSubstr("more values than are read"));
    EXPECT_EQ(refused(withTensor(tensorMeta({0, 5}, {5, 1}), "")), "is read");
}

TEST(Pt2Archive, BoundsTheBytesOfWeightsAndConstantsTogether) {
    ArchiveParts parts = smallArchive();
    constexpr int complexDouble = 11;
    const auto repeated = tensorMeta({64, 16384}, {0, 1}, 0, complexDouble);  // 16 MiB each
    for (int i = 0; i < 300; ++i) {
        parts.weights["config"]["w" + std::to_string(i)] = configEntry("weight_1", repeated);
        parts.constants["config"]["c" + std::to_string(i)] = configEntry("tensor_0", repeated, false);
    }
    const std::string record(16384 * 16, '\0');
    parts.members.emplace_back("data/weights/weight_1", record);
    parts.members.emplace_back("data/constants/tensor_0", record);
    EXPECT_THAT(unsupported(test::packed(parts)), HasSubstr("more than 8 GiB"));
    parts.constants["config"] = json::object();
    EXPECT_EQ(unsupported(test::packed(parts)), "is read");
}

TEST(Pt2Archive, NamesTheFileInErrors) {
    const test::TemporaryFolder folder;
    const auto reading = [](const std::filesystem::path& file) { return [file] { static_cast<void>(readPt2(file)); }; };
    const auto two = folder.write("two.pt2", withMember("models/other.json", "{}"));
    test::expectError(ErrorCode::UnsupportedModel, {"two.pt2", "2 programs"}, reading(two));
    ArchiveParts parts = smallArchive();
    parts.program.erase("graph_module");
    const auto part = folder.write("part.pt2", test::packed(parts));
    test::expectError(ErrorCode::BadFile, {"part.pt2", "graph_module"}, reading(part));
    const auto text = folder.write("text.pt2", "words and words");
    test::expectError(ErrorCode::BadFile, {"text.pt2", "text file"}, reading(text));
    test::expectError(ErrorCode::BadFile, {"missing.pt2", "does not exist"}, reading(folder.path() / "missing.pt2"));
    const auto script = folder.write("script.pt", test::zipFile({{"net/constants.pkl", "x"}, {"net/data.pkl", "x"}}));
    test::expectError(ErrorCode::BadFile, {"script.pt", "not an archive of torch.export"}, reading(script));
}

/// An archive of the test data, with numbers counted in it by other means.
struct Published {
    const char* name;
    std::size_t nodes;
    std::size_t tensors;
    std::size_t guards;
};

constexpr std::array published{
    Published{"baked", 35, 14, 192},
    Published{"constants", 69, 14, 0},
    Published{"no_grad", 5, 2, 0},
    Published{"norms", 26, 16, 2},
    Published{"published_bsrn", 389, 247, 19},
    Published{"published_imdn", 206, 92, 0},
    Published{"published_pan", 262, 146, 0},
    Published{"published_rfdn", 142, 128, 19},
    Published{"published_rlfn", 79, 78, 19},
    Published{"residual", 21, 17, 0},
    Published{"residual_plain", 21, 17, 0},
    Published{"sides", 37, 14, 223},
    Published{"slice_assign", 23, 8, 0},
    Published{"window", 151, 27, 0},
};

TEST(Pt2Archive, ReadsTheArchivesOfTheData) {
    LAMSCOPE_NEED_DATA(folder, "pt2");
    const json golden = json::parse(std::ifstream(folder / "golden.json"));
    for (const auto& expected : published) {
        const std::string name = expected.name;
        const Pt2Archive archive = readPt2(folder / (name + ".pt2"));
        EXPECT_EQ(archive.program.graph.nodes.size(), expected.nodes) << name;
        EXPECT_EQ(archive.tensors.size(), expected.tensors) << name;
        EXPECT_EQ(archive.program.guards.value().size(), expected.guards) << name;
        EXPECT_EQ(archive.program.inputValue().name, "x") << name;
        EXPECT_TRUE(refusedOperators(archive.program).empty()) << name;
        EXPECT_NO_THROW(checkOperators(archive.program)) << name;
        const auto counts = operatorCounts(archive.program);
        for (const auto& [target, count] : golden.at(name).at("operators").items()) {
            if (target.starts_with("aten.")) {  // the exporter's list of Python functions has names of its own
                EXPECT_EQ(counts.at("torch.ops." + target), count.get<int>()) << name << ' ' << target;
            }
        }
    }
}

TEST(Pt2Archive, SharesAndPlacesTheTensorsOfTheData) {
    LAMSCOPE_NEED_DATA(file, "pt2/constants.pt2");
    const Pt2Archive archive = readPt2(file);
    const StoredTensor& a = archive.tensors.at("a");
    const StoredTensor& b = archive.tensors.at("b");
    EXPECT_EQ(a.record, b.record);
    EXPECT_EQ(a.offset, 7);
    EXPECT_EQ(b.offset, 151);
    EXPECT_THAT(b.strides, testing::ElementsAre(1, 12));
    EXPECT_EQ(archive.tensors.at("tied.weight").record, archive.tensors.at("again.weight").record);
    EXPECT_EQ(archive.tensors.at("shades").type, ScalarType::Double);
    const auto window = std::ranges::find(archive.program.bound, "window", &BoundInput::tensor);
    ASSERT_NE(window, archive.program.bound.end());  // a buffer that is not in the state dictionary
}

TEST(Pt2Archive, RefusesTheOthersOfTheDataInWords) {
    LAMSCOPE_NEED_DATA(folder, "pt2");
    test::expectError(ErrorCode::UnsupportedModel, {"pickled.pt2", "head.weight", "pickle"},
                      [&] { static_cast<void>(readPt2(folder / "pickled.pt2")); });
    test::expectError(ErrorCode::UnsupportedModel, {"legacy.pt2", "torch 2.1 to 2.7", "2.9 or newer"},
                      [&] { static_cast<void>(readPt2(folder / "legacy.pt2")); });
    const std::map<std::string, std::string> words{{"random", "aten::randn_like, which draws random numbers"},
                                                   {"custom_op", "the custom operator lamdemo::shift"},
                                                   {"choice", "control flow"}};
    for (const auto& [name, expected] : words) {
        const Pt2Archive archive = readPt2(folder / (name + ".pt2"));
        EXPECT_THAT([&] { checkOperators(archive.program); },
                    testing::ThrowsMessage<UnsupportedProgram>(HasSubstr(expected)))
            << name;
    }
}

TEST(Pt2Archive, RefusesFilesThatAreCutAnywhere) {
    LAMSCOPE_NEED_DATA(folder, "pt2");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".pt2") {
            continue;
        }
        const std::string whole = test::contentOf(entry.path());
        for (std::size_t percent = 0; percent < 100; ++percent) {
            const std::string part = whole.substr(0, whole.size() * percent / 100);
            EXPECT_THROW(static_cast<void>(readPt2(test::asBytes(part))), FormatError)
                << entry.path() << ' ' << percent << " %";
        }
    }
}

}  // namespace
}  // namespace lamscope::pt2
