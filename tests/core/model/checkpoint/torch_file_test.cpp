// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint.h"

namespace lamscope::torch_file_test {
namespace {

namespace pickled = test::pickled;
using test::bytesOf;
using test::bytesOfAll;
using test::legacyFile;
using test::rejection;
using test::torchZip;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Checkpoint read(const std::string& content) {
    const test::TemporaryFolder folder;
    return readCheckpoint(folder.write("model.pth", content));
}

const std::string twoTensors =
    pickled::orderedDict({{"b", pickled::tensor("9", {2})}, {"a", pickled::tensor("1", {1, 2})}});
const test::Storages twoStorages{{"1", bytesOfAll<float>({1, 2})}, {"9", bytesOfAll<float>({3, 4})}};

void expectTwoTensors(const Checkpoint& checkpoint) {
    ASSERT_EQ(checkpoint.tensors.size(), 2U);
    EXPECT_EQ(checkpoint.tensors[0].first, "b");  // the file's order, not the alphabet's
    EXPECT_THAT(checkpoint.tensors[0].second.values, ElementsAre(3, 4));
    EXPECT_EQ(checkpoint.tensors[1].first, "a");
    ASSERT_NE(checkpoint.find("a"), nullptr);
    EXPECT_THAT(checkpoint.find("a")->shape, ElementsAre(1, 2));
    EXPECT_THAT(checkpoint.find("a")->values, ElementsAre(1, 2));
    EXPECT_EQ(checkpoint.find("c"), nullptr);
    EXPECT_THAT(checkpoint.warnings, IsEmpty());
    EXPECT_THAT(checkpoint.nesting, IsEmpty());
    EXPECT_EQ(checkpoint.prefix, "");
}

TEST(TorchLegacy, readsTensors) {
    const Checkpoint checkpoint = read(legacyFile(twoTensors, twoStorages));
    EXPECT_EQ(checkpoint.container, Container::TorchLegacy);
    expectTwoTensors(checkpoint);
}

TEST(TorchLegacy, readsStorageViews) {
    const std::string view = pickled::tuple({pickled::text("view"), pickled::integer(3), pickled::integer(2)});
    const auto storageWith = [&](const std::string& part) {
        return pickled::tuple({pickled::text("storage"), pickled::global("torch", "FloatStorage"), pickled::text("7"),
                               pickled::text("cuda:0"), pickled::integer(6), part})
               + "Q";
    };
    const test::Storages storages{{"7", bytesOfAll<float>({0, 1, 2, 3, 4, 5})}};
    const auto fileWith = [&](const std::string& storage, const std::vector<std::int64_t>& shape) {
        return legacyFile(pickled::dict({{"w", pickled::tensor(storage, 0, shape, {1})}}), storages);
    };
    EXPECT_THAT(read(fileWith(storageWith(view), {2})).find("w")->values, ElementsAre(3, 4));
    EXPECT_THAT(read(fileWith(storageWith(pickled::none()), {3})).find("w")->values, ElementsAre(0, 1, 2));
    EXPECT_THAT(rejection(fileWith(storageWith(view), {3})), HasSubstr("more values than its storage"));
    const std::string beyond = pickled::tuple({pickled::text("view"), pickled::integer(5), pickled::integer(2)});
    EXPECT_THAT(rejection(fileWith(storageWith(beyond), {1})), HasSubstr("past the end of its storage '7'"));
}

TEST(TorchLegacy, refusesWhatDoesNotFitTogether) {
    EXPECT_THAT(rejection(legacyFile(twoTensors, twoStorages) + "x"), HasSubstr("has 1 bytes after the last"));
    EXPECT_THAT(rejection(legacyFile(twoTensors, twoStorages, {.littleEndian = false})), HasSubstr("big-endian"));
    EXPECT_THAT(rejection(legacyFile(twoTensors, twoStorages, {.protocol = 1002})), HasSubstr("unknown version"));
    EXPECT_THAT(rejection(legacyFile(twoTensors, {twoStorages[0]})), HasSubstr("storage '9' is missing"));
    EXPECT_THAT(rejection(legacyFile(twoTensors, {twoStorages[0], twoStorages[0], twoStorages[1]})),
                HasSubstr("named twice"));
    EXPECT_THAT(rejection(legacyFile(twoTensors, {{"1", bytesOfAll<float>({1, 2, 3})}, twoStorages[1]})),
                HasSubstr("should hold 2 values and announces 3"));
    const std::string file = legacyFile(twoTensors, twoStorages);
    EXPECT_THAT(rejection(file.substr(0, file.size() - 1)), HasSubstr("is truncated: its storage '9' needs 2 values"));
}

TEST(TorchLegacy, checksHugeCountsBeforeAllocating) {
    const std::string huge = pickled::tensor(pickled::storage("0", std::int64_t{1} << 40U), 0, {1}, {1});
    std::string file = legacyFile(pickled::dict({{"w", huge}}), {{"0", ""}});
    file.replace(file.size() - 8, 8, bytesOf(std::int64_t{1} << 40U));
    EXPECT_THAT(rejection(file), HasSubstr("needs 1099511627776 values"));
    EXPECT_THAT(rejection(legacyFile(pickled::dict({{"w", pickled::tensor(pickled::storage("0", -4), 0, {1}, {1})}}),
                                     {{"0", ""}})),
                HasSubstr("not a sensible number"));
}

TEST(TorchZip, readsTensorsUnderAnyRoot) {
    for (const char* root : {"archive", "net_g_145000"}) {
        const Checkpoint checkpoint = read(torchZip(twoTensors, twoStorages, root));
        EXPECT_EQ(checkpoint.container, Container::TorchZip);
        expectTwoTensors(checkpoint);
    }
}

TEST(TorchZip, refusesWhatDoesNotFitTogether) {
    EXPECT_THAT(rejection(torchZip(twoTensors, {twoStorages[0]})), HasSubstr("'archive/data/9' is missing"));
    EXPECT_THAT(rejection(torchZip(twoTensors, {{"1", bytesOfAll<float>({1, 2, 3})}, twoStorages[1]})),
                HasSubstr("should hold 2 values of float32 and has 12 bytes"));
    const std::string object = pickled::whole(twoTensors);
    const auto zip = [&](const std::string& byteOrder) {
        return test::zipFile({{"r/data.pkl", object},
                              {"r/byteorder", byteOrder},
                              {"r/data/1", twoStorages[0].second},
                              {"r/data/9", twoStorages[1].second}});
    };
    expectTwoTensors(read(zip("little")));
    EXPECT_THAT(rejection(zip("big")), HasSubstr("byte order 'big'"));
    EXPECT_THAT(rejection(test::zipFile({{"a/data.pkl", object}, {"b/data.pkl", object}})),
                HasSubstr("several models"));
}

TEST(TorchZip, refusesCompressedEntries) {
    const std::string bomb = test::zipFile({{"archive/data.pkl", std::string(1 << 20, ')')}}, {.compress = true});
    EXPECT_LT(bomb.size(), 10000U);
    EXPECT_THAT(rejection(bomb), HasSubstr("packed again"));
}

TEST(TorchZip, refusesSizesThatLie) {
    std::string file = torchZip(twoTensors, twoStorages);
    const std::size_t entry = file.rfind("PK\x01\x02");  // the central directory's last entry, archive/version
    const std::size_t storage = file.rfind("PK\x01\x02", entry - 1);
    const std::string huge = bytesOf(std::uint32_t{0x7FFFFFFF});
    file.replace(storage + 20, 8, huge + huge);
    EXPECT_THAT(rejection(file), HasSubstr("announces more bytes than the file has"));
    file.replace(storage + 20, 8, bytesOf(std::uint32_t{8}) + huge);
    EXPECT_THAT(rejection(file), HasSubstr("announces more bytes than the file has"));
}

TEST(TorchZip, readsZip64Sizes) {
    // a directory record sends to its zip64 field for size, stored size and place
    std::string file = torchZip(twoTensors, twoStorages);
    const std::size_t record = file.find("archive/data/1", file.find("PK\x01\x02")) - 46;
    const auto field = [&](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, file.data() + record + at, sizeof(value));
        return bytesOf(std::uint64_t{value});
    };
    const std::string extra =
        bytesOf(std::uint16_t{1}) + bytesOf(std::uint16_t{24}) + field(24) + field(20) + field(42);
    const std::string wide = bytesOf(std::uint32_t{0xFFFFFFFF});
    ASSERT_EQ(file.substr(record + 30, 2), bytesOf(std::uint16_t{0}));
    file.replace(record + 20, 8, wide + wide);
    file.replace(record + 30, 2, bytesOf(static_cast<std::uint16_t>(extra.size())));
    file.replace(record + 42, 4, wide);
    file.insert(record + 46 + 14, extra);
    const std::size_t end = file.rfind("PK\x05\x06");
    std::uint32_t size = 0;
    std::memcpy(&size, file.data() + end + 12, sizeof(size));
    file.replace(end + 12, 4, bytesOf(size + static_cast<std::uint32_t>(extra.size())));
    expectTwoTensors(read(file));
}

TEST(TorchZip, findsTheDirectoryBeforeAComment) {
    const std::string file = torchZip(twoTensors, twoStorages);
    const std::string comment = "PK\x05\x06 a comment";
    const std::string head = file.substr(0, file.size() - 2);
    expectTwoTensors(read(head + bytesOf(static_cast<std::uint16_t>(comment.size())) + comment));
    EXPECT_THAT(rejection(file + "x"), HasSubstr("no end record"));
}

TEST(TorchZip, refusesMoreEntriesThanTheDirectoryHolds) {
    std::string file = torchZip(twoTensors, twoStorages);
    file.replace(file.rfind("PK\x05\x06") + 10, 2, bytesOf(std::uint16_t{65535}));
    EXPECT_THAT(rejection(file), HasSubstr("fewer entries than announced"));
}

TEST(TorchZip, refusesNamesThatAppearTwice) {
    std::string file = torchZip(twoTensors, twoStorages);
    for (std::size_t at = file.find("data/9"); at != std::string::npos; at = file.find("data/9", at)) {
        file.replace(at, 6, "data/1");
    }
    EXPECT_THAT(rejection(file), HasSubstr("'archive/data/1' is there twice"));
}

TEST(TorchZip, refusesDamagedValues) {
    std::string file = torchZip(twoTensors, twoStorages);
    const std::size_t place = file.find(bytesOfAll<float>({3, 4}));
    ASSERT_NE(place, std::string::npos);
    file[place] = static_cast<char>(file[place] ^ 1);
    EXPECT_THAT(rejection(file), HasSubstr("checksum"));
}

TEST(TorchZip, refusesEntriesThatOverlap) {
    // every name of the central directory is led to the same large entry
    constexpr int count = 64;
    test::Storages storages;
    pickled::Entries tensors;
    for (int index = 0; index < count; ++index) {
        const std::string key = "k" + std::to_string(10 + index);
        storages.emplace_back(key, index == 0 ? std::string(40000, '\0') : "");
        tensors.emplace_back(key, pickled::tensor(key, {10000}));
    }
    std::string file = torchZip(pickled::dict(tensors), storages);
    std::size_t first = std::string::npos;
    for (std::size_t at = file.find("PK\x01\x02"); at != std::string::npos; at = file.find("PK\x01\x02", at + 4)) {
        if (file.compare(at + 46, 14, "archive/data/k") != 0) {
            continue;
        }
        if (first == std::string::npos) {
            first = at;
        } else {
            file.replace(at + 16, 12, file.substr(first + 16, 12));  // checksum and both sizes
            file.replace(at + 42, 4, file.substr(first + 42, 4));    // place
        }
    }
    EXPECT_THAT(rejection(file), HasSubstr("overlap"));
}

TEST(TorchZip, readsZip64Records) {
    // the end of a PyTorch file: a zip64 end record and its locator stand before the usual one
    std::string file = torchZip(twoTensors, twoStorages);
    const std::size_t end = file.rfind("PK\x05\x06");
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::uint64_t value = 0;
        std::memcpy(&value, file.data() + end + at, bytes);
        return value;
    };
    const std::uint64_t entries = number(10, 2);
    const std::uint64_t size = number(12, 4);
    const std::uint64_t offset = number(16, 4);
    const auto zip64 = [&](std::uint64_t count) {
        return "PK\x06\x06" + bytesOf(std::uint64_t{44}) + bytesOf(std::uint16_t{45}) + bytesOf(std::uint16_t{45})
               + bytesOf(std::uint32_t{0}) + bytesOf(std::uint32_t{0}) + bytesOf(count) + bytesOf(count) + bytesOf(size)
               + bytesOf(offset) + "PK\x06\x07" + bytesOf(std::uint32_t{0}) + bytesOf(static_cast<std::uint64_t>(end))
               + bytesOf(std::uint32_t{1}) + "PK\x05\x06" + bytesOf(std::uint32_t{0})
               + bytesOf(std::uint32_t{0xFFFFFFFF}) + bytesOf(std::uint32_t{0xFFFFFFFF})
               + bytesOf(std::uint32_t{0xFFFFFFFF}) + bytesOf(std::uint16_t{0});
    };
    expectTwoTensors(read(file.substr(0, end) + zip64(entries)));
    EXPECT_THAT(rejection(file.substr(0, end) + zip64(std::uint64_t{1} << 28U)), HasSubstr("damaged"));
}

TEST(TorchFile, ignoresTheExtension) {
    const test::TemporaryFolder folder;
    for (const char* name : {"a.pth", "a.pt", "a.ckpt", "a.pkl", "a.safetensors", "a"}) {
        expectTwoTensors(readCheckpoint(folder.write(name, legacyFile(twoTensors, twoStorages))));
        expectTwoTensors(readCheckpoint(folder.write(name, torchZip(twoTensors, twoStorages))));
    }
}

TEST(TorchFile, convertsOtherTypesAndSaysSo) {
    const auto typed = [](const std::string& key, const std::string& type) {
        return pickled::tensor(pickled::storage(key, 2, type), 0, {2}, {1});
    };
    const Checkpoint checkpoint = read(torchZip(pickled::dict({{"half", typed("0", "HalfStorage")},
                                                               {"brain", typed("1", "BFloat16Storage")},
                                                               {"double", typed("2", "DoubleStorage")},
                                                               {"long", typed("3", "LongStorage")},
                                                               {"bool", typed("4", "BoolStorage")}}),
                                                {{"0", bytesOfAll<std::uint16_t>({0x3C00, 0x3800})},
                                                 {"1", bytesOfAll<std::uint16_t>({0x3F80, 0x3F00})},
                                                 {"2", bytesOfAll<double>({1, 0.5})},
                                                 {"3", bytesOfAll<std::int64_t>({1, 5})},
                                                 {"4", std::string("\x01\x00", 2)}}));
    for (const char* name : {"half", "brain", "double"}) {
        EXPECT_THAT(checkpoint.find(name)->values, ElementsAre(1, 0.5)) << name;
    }
    EXPECT_THAT(checkpoint.find("long")->values, ElementsAre(1, 5));
    EXPECT_THAT(checkpoint.find("bool")->values, ElementsAre(1, 0));
    EXPECT_EQ(checkpoint.find("brain")->dtype, "bfloat16");
    EXPECT_EQ(checkpoint.find("long")->dtype, "int64");
    EXPECT_THAT(checkpoint.warnings,
                ElementsAre("1 of 5 tensors are stored as float16 and were converted to float32.",
                            "1 of 5 tensors are stored as bfloat16 and were converted to float32.",
                            "1 of 5 tensors are stored as float64 and were converted to float32."));
    EXPECT_THAT(
        rejection(torchZip(pickled::dict({{"w", typed("0", "ComplexFloatStorage")}}), {{"0", std::string(16, '\0')}})),
        HasSubstr("no weights but counters and tables"));
    EXPECT_THAT(rejection(torchZip(pickled::dict({{"w", typed("0", "OddStorage")}}), {{"0", ""}})),
                HasSubstr("torch.OddStorage"));
}

TEST(TorchFile, namesKindsOfTensorsThatItDoesNotRead) {
    const auto rebuilt = [](const std::string& function, const std::string& type = "FloatStorage") {
        return rejection(torchZip(
            pickled::dict(
                {{"w", pickled::call(pickled::global("torch._utils", function),
                                     {pickled::storage("0", 4, type), pickled::integer(0),
                                      pickled::tuple({pickled::integer(1)}), pickled::tuple({pickled::integer(1)}),
                                      pickled::none(), pickled::none(), pickled::global("torch", "float8_e4m3fn")})}}),
            {{"0", std::string(type == "FloatStorage" ? 16 : 4, '\0')}}));
    };
    EXPECT_THAT(rebuilt("_rebuild_qtensor", "QInt8Storage"),
                ::testing::AllOf(HasSubstr("quantised"), HasSubstr("floating point"), HasSubstr("'w'")));
    EXPECT_THAT(rebuilt("_rebuild_sparse_tensor"), ::testing::AllOf(HasSubstr("sparse"), HasSubstr("to_dense()")));
    EXPECT_THAT(rebuilt("_rebuild_tensor_v3", "UntypedStorage"),
                ::testing::AllOf(HasSubstr("float8_e4m3fn"), HasSubstr("float()")));
    EXPECT_THAT(rebuilt("_rebuild_meta_tensor_no_storage"), HasSubstr("no values"));
    EXPECT_THAT(rebuilt("_rebuild_wrapper_subclass"), HasSubstr("full tensors"));
    EXPECT_THAT(rebuilt("_rebuild_something_new"), HasSubstr("'_rebuild_something_new'"));
}

TEST(TorchFile, readsParametersAndScalars) {
    const std::string scalar = pickled::tensor(pickled::storage("1", 2), 1, {}, {});
    const std::string subclass =  // a tensor with attributes of its own: function, type, its arguments, state
        pickled::call(pickled::global("torch._tensor", "_rebuild_from_type_v2"),
                      {pickled::global("torch._utils", "_rebuild_tensor"), pickled::global("torch", "Tensor"),
                       pickled::tuple({pickled::storage("1", 2), pickled::integer(0),
                                       pickled::tuple({pickled::integer(1)}), pickled::tuple({pickled::integer(1)})}),
                       pickled::dict({})});
    const Checkpoint checkpoint = read(legacyFile(
        pickled::dict({{"t", subclass}, {"p", pickled::parameter(pickled::tensor("9", {2}))}, {"s", scalar}}),
        twoStorages));
    EXPECT_THAT(checkpoint.find("p")->values, ElementsAre(3, 4));
    EXPECT_THAT(checkpoint.find("s")->values, ElementsAre(2));
    ASSERT_NE(checkpoint.find("t"), nullptr);
    EXPECT_THAT(checkpoint.find("t")->values, ElementsAre(1));
    EXPECT_THAT(checkpoint.find("s")->shape, IsEmpty());
}

TEST(TorchFile, refusesTensorsOutsideTheirStorage) {
    const auto with = [](std::int64_t offset, const std::vector<std::int64_t>& shape,
                         const std::vector<std::int64_t>& strides) {
        return legacyFile(pickled::dict({{"w", pickled::tensor(pickled::storage("1", 2), offset, shape, strides)}}),
                          {twoStorages[0]});
    };
    EXPECT_EQ(read(with(0, {2}, {1})).tensors.size(), 1U);
    EXPECT_THAT(rejection(with(1, {2}, {1})), HasSubstr("past the end of its storage; use another copy (tensor 'w')"));
    EXPECT_THAT(rejection(with(0, {2}, {INT64_MAX})), HasSubstr("past the end"));
    EXPECT_THAT(rejection(with(-1, {2}, {1})), HasSubstr("malformed"));
    EXPECT_THAT(rejection(with(1, {2}, {-1})), HasSubstr("negative"));
    EXPECT_THAT(rejection(with(0, {-2}, {1})), HasSubstr("negative"));
    EXPECT_THAT(rejection(with(0, {1000000, 1000000}, {0, 0})), HasSubstr("more values"));
}

TEST(TorchFile, acceptsTiedWeightsButNoInflation) {
    constexpr std::int64_t count = 100000;
    const test::Storages storage{{"0", std::string(count * sizeof(float), '\0')}};
    const auto repeated = [](int times) {
        pickled::Entries entries;
        for (int index = 0; index < times; ++index) {
            entries.emplace_back("w" + std::to_string(index), pickled::tensor("0", {count}));
        }
        return pickled::dict(entries);
    };
    EXPECT_EQ(read(legacyFile(repeated(3), storage)).tensors.size(), 3U);
    EXPECT_THAT(rejection(legacyFile(repeated(100), storage)), HasSubstr("far more often than networks do"));
}

TEST(TorchFile, refusesContradictoryStorages) {
    const std::string object = pickled::dict({{"a", pickled::tensor(pickled::storage("1", 2), 0, {2}, {1})},
                                              {"b", pickled::tensor(pickled::storage("1", 3), 0, {2}, {1})}});
    EXPECT_THAT(rejection(legacyFile(object, {twoStorages[0]})), HasSubstr("in two ways"));
}

TEST(TorchFile, refusesHostileObjects) {
    const std::string call = pickled::call(pickled::global("os", "system"), {pickled::text("touch owned")});
    EXPECT_THAT(rejection(torchZip(call, {})), HasSubstr("no weights but a Python object of type os.system"));
    const Checkpoint checkpoint =
        read(torchZip(pickled::dict({{"w", pickled::tensor("1", {2})}, {"x", call}}), {twoStorages[0]}));
    EXPECT_EQ(checkpoint.tensors.size(), 1U);
    EXPECT_THAT(checkpoint.warnings,
                ElementsAre("1 entry beside the weights is no tensor and was ignored: x (os.system)."));
}

TEST(TorchFile, refusesNamesThatCannotBeShown) {
    EXPECT_THAT(rejection(torchZip(pickled::dict({{"a\xFF", pickled::tensor("1", {2})}}), {twoStorages[0]})),
                HasSubstr("'a\\xff' cannot be the name"));
    EXPECT_THAT(rejection(torchZip(pickled::dict({{"a\nb", pickled::tensor("1", {2})}}), {twoStorages[0]})),
                HasSubstr("'a\\x0ab' cannot be the name"));
    EXPECT_NE(read(torchZip(pickled::dict({{"größe", pickled::tensor("1", {2})}}), {twoStorages[0]})).find("größe"),
              nullptr);
}

TEST(TorchFile, neverCrashesOnTruncation) {
    const std::string object =
        pickled::dict({{"state_dict", pickled::module({{"w", pickled::tensor("1", {2})}}, {}, {})}});
    for (const std::string& file : {legacyFile(object, {twoStorages[0]}), torchZip(object, {twoStorages[0]})}) {
        EXPECT_EQ(read(file).tensors.size(), 1U);
        for (std::size_t length = 0; length < file.size(); ++length) {
            EXPECT_NE(rejection(std::string_view(file).substr(0, length)), "") << length << " of " << file.size();
        }
    }
}

}  // namespace
}  // namespace lamscope::torch_file_test
