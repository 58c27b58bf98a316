// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/bytes.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope::npy_test {
namespace {

using test::contentOf;
using test::expectError;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The bytes of a NumPy file with this header text (version 1, not padded) and these values.
template <typename Value>
std::string npyBytes(const std::string& header, const std::vector<Value>& values) {
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() % 256);
    bytes += static_cast<char>(header.size() / 256);
    return bytes + header + test::bytesOfAll(values);
}

std::string headerText(const std::string& type, const std::string& order, const std::string& shape) {
    return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

TEST(Npy, ReadsFloat32InCOrder) {
    const TemporaryFolder folder;
    const std::vector<float> values{0.1F, 2.0F, -3.0F, 4.0F, 5.0F, 6.0F};
    const auto array = readNpy(folder.write("a.npy", npyBytes(headerText("<f4", "False", "(2, 3)"), values)));
    EXPECT_THAT(array.shape, ElementsAre(2, 3));
    EXPECT_THAT(array.values, ElementsAre(static_cast<double>(0.1F), 2.0, -3.0, 4.0, 5.0, 6.0));
}

// In Fortran order the first index runs fastest: value(i, j, k) = 100 i + 10 j + k is stored by k, then j, then i.
TEST(Npy, TurnsFortranOrderIntoCOrder) {
    const TemporaryFolder folder;
    std::vector<double> stored;
    for (int k = 0; k < 4; ++k) {
        for (int j = 0; j < 3; ++j) {
            for (int i = 0; i < 2; ++i) {
                stored.push_back(100 * i + 10 * j + k);
            }
        }
    }
    const auto array = readNpy(folder.write("f.npy", npyBytes(headerText("<f8", "True", "(2, 3, 4)"), stored)));
    std::vector<double> expected;
    for (int i = 0; i < 2; ++i) {
        for (int j = 0; j < 3; ++j) {
            for (int k = 0; k < 4; ++k) {
                expected.push_back(100 * i + 10 * j + k);
            }
        }
    }
    EXPECT_EQ(array.values, expected);
}

// 1.5 is 1.1b in binary: exponent 15 + 0, fraction 10…0 in float16.
TEST(Npy, ReadsEveryTypeInEitherByteOrder) {
    const TemporaryFolder folder;
    const auto read = [&](const std::string& type, const std::string& bytes) {
        const std::vector<char> content(bytes.begin(), bytes.end());
        return readNpy(folder.write("a.npy", npyBytes(headerText(type, "False", "(2,)"), content)));
    };
    const auto expectValues = [&](const std::string& type, const std::string& bytes, double first, double second,
                                  int maxLevel) {
        const auto array = read(type, bytes);
        EXPECT_THAT(array.values, ElementsAre(first, second)) << type;
        EXPECT_EQ(array.maxLevel, maxLevel) << type;
    };
    expectValues("<f2", std::string("\x00\x3e\x01\x00", 4), 1.5, std::ldexp(1.0, -24), 0);
    expectValues(">f2", std::string("\x3e\x00\x80\x01", 4), 1.5, -std::ldexp(1.0, -24), 0);
    expectValues(">f4", std::string("\x3f\xc0\x00\x00\xbf\x80\x00\x00", 8), 1.5, -1.0, 0);
    expectValues("=f4", std::string("\x00\x00\xc0\x3f\x00\x00\x80\xbf", 8), 1.5, -1.0, 0);
    expectValues(">f8", std::string("\x3f\xf8\0\0\0\0\0\0\xbf\xf0\0\0\0\0\0\0", 16), 1.5, -1.0, 0);
    expectValues("|u1", std::string("\x07\xff", 2), 7.0, 255.0, 255);
    expectValues("<u2", std::string("\x01\x02\xff\xff", 4), 513.0, 65535.0, 65535);
    expectValues(">u2", std::string("\x01\x02\xff\xff", 4), 258.0, 65535.0, 65535);
    EXPECT_TRUE(std::isinf(read("<f2", std::string("\x00\x7c\x01\x7c", 4)).values[0]));
    EXPECT_TRUE(std::isnan(read("<f2", std::string("\x00\x7c\x01\x7c", 4)).values[1]));
}

TEST(Npy, ReadsScalarsEmptyArraysNonFiniteValuesAndVersion2) {
    const TemporaryFolder folder;
    const std::vector<double> one{7.5};
    EXPECT_THAT(readNpy(folder.write("s.npy", npyBytes(headerText("<f8", "False", "()"), one))).values,
                ElementsAre(7.5));
    const auto empty =
        readNpy(folder.write("e.npy", npyBytes(headerText("<f4", "False", "(3, 0, 5)"), std::vector<float>{})));
    EXPECT_THAT(empty.shape, ElementsAre(3, 0, 5));
    EXPECT_TRUE(empty.values.empty());
    const std::vector<float> odd{std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
    const auto array = readNpy(folder.write("n.npy", npyBytes(headerText("<f4", "False", "(2,)"), odd)));
    EXPECT_TRUE(std::isnan(array.values[0]));
    EXPECT_TRUE(std::isinf(array.values[1]));

    const auto header = headerText("<f8", "False", "(1,)");
    std::string version2("\x93NUMPY\x02\x00", 8);
    version2 += std::string{static_cast<char>(header.size()), '\0', '\0', '\0'} + header;
    version2 += npyBytes("", one).substr(10);
    EXPECT_THAT(readNpy(folder.write("v2.npy", version2)).values, ElementsAre(7.5));
}

TEST(Npy, ReadsWhatNumPyWrote) {
    LAMSCOPE_NEED_DATA(path, "golden/imdn_x4_1_official.npy");
    const auto array = readNpy(path);
    ASSERT_FALSE(array.shape.empty());
    const auto count = std::accumulate(array.shape.begin(), array.shape.end(), std::int64_t{1}, std::multiplies<>());
    EXPECT_EQ(static_cast<std::int64_t>(array.values.size()), count);
    EXPECT_GT(count, 1000);
    for (const double value : array.values) {
        ASSERT_TRUE(std::isfinite(value));
    }
}

// The layout of the format's description: magic, version 1.0, header size, dictionary, padding to 64, data.
TEST(Npy, WritesTheDocumentedLayout) {
    const TemporaryFolder folder;
    const std::vector<float> values{1.0F, -0.5F};
    const std::vector<std::int64_t> shape{2};
    writeNpy(folder.path() / "a.npy", shape, values);
    const auto bytes = contentOf(folder.path() / "a.npy");
    ASSERT_EQ(bytes.size(), 128U + 8U);
    EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
    EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"));
    EXPECT_EQ(bytes[127], '\n');
    EXPECT_EQ(bytes.substr(128), std::string("\x00\x00\x80\x3f\x00\x00\x00\xbf", 8));
}

TEST(Npy, ReadsBackWhatItWrote) {
    const TemporaryFolder folder;
    std::vector<float> values(240);
    std::iota(values.begin(), values.end(), -7.25F);
    const std::vector<std::int64_t> shape{2, 3, 40};
    writeNpy(folder.path() / "a.npy", shape, values);
    const auto array = readNpy(folder.path() / "a.npy");
    EXPECT_EQ(array.shape, shape);
    EXPECT_EQ(array.values, std::vector<double>(values.begin(), values.end()));
    EXPECT_EQ(folder.fileCount(), 1U);
}

TEST(Npy, RefusesToWriteAShapeThatDoesNotFit) {
    const TemporaryFolder folder;
    const std::vector<float> values(6);
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{2, 4}, {5}, {}, {-2, -3}, {std::int64_t{1} << 62, 4}}) {
        expectError(ErrorCode::InvalidArgument, {"shape", "6 values"},
                    [&] { writeNpy(folder.path() / "a.npy", shape, values); });
    }
    const std::vector<std::int64_t> shape{6};
    expectError(ErrorCode::WriteFailed, {"none/a.npy"},
                [&] { writeNpy(folder.path() / "none" / "a.npy", shape, values); });
    EXPECT_EQ(folder.fileCount(), 0U);
}

void expectBadFile(const std::string& content, const std::string& part) {
    const TemporaryFolder folder;
    const auto path = folder.write("bad.npy", content);
    expectError(ErrorCode::BadFile, {"bad.npy", part}, [&] { static_cast<void>(readNpy(path)); });
}

TEST(Npy, NamesWhatIsWrongWithAFile) {
    const std::vector<float> six(6);
    const auto good = npyBytes(headerText("<f4", "False", "(2, 3)"), six);
    expectBadFile("", "not a NumPy");
    expectBadFile("text", "not a NumPy");
    expectBadFile(good.substr(0, 9), "ends inside its header");
    expectBadFile(good.substr(0, 30), "ends inside its header");
    expectBadFile(good.substr(0, good.size() - 1), "truncated");
    expectBadFile(good + "x", "damaged");
    for (const std::string type : {"|i1", "<i4", "<u4", "|b1", "<c8", "<f16", "?f4", "f4"}) {
        expectBadFile(npyBytes(headerText(type, "False", "(24,)"), six), "'" + type + "'");
    }
    expectBadFile(npyBytes(headerText("|O", "False", "(3,)"), six), "'|O'");
    expectBadFile(npyBytes(headerText("<f4", "False", "(9999999999, 9999999999, 9999999999)"), six), "shape");
    expectBadFile(npyBytes(headerText("<f4", "False", "(4611686018427387904, 4)"), six), "shape");
    expectBadFile(npyBytes(headerText("<f4", "False", "(99999999999999999999999,)"), six), "header");
    expectBadFile(npyBytes(headerText("<f4", "False", "(-2, -3)"), six), "header");
    expectBadFile(npyBytes(headerText("<f4", "False", "(2 3)"), six), "header");
    expectBadFile(npyBytes(headerText("<f4", "Maybe", "(2, 3)"), six), "header");
    expectBadFile(npyBytes("{'descr': '<f4', 'shape': (2, 3)}\n", six), "header");
    expectBadFile(npyBytes("{'descr': '<f4", six), "header");
    expectBadFile(npyBytes("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}", six), "records");
    auto future = good;
    future[6] = 9;
    expectBadFile(future, "version 9");
    expectBadFile(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12), "4294967295");
}

TEST(Npy, RefusesMissingFilesAndFolders) {
    const TemporaryFolder folder;
    expectError(ErrorCode::BadFile, {"none.npy", "No such file"},
                [&] { static_cast<void>(readNpy(folder.path() / "none.npy")); });
    expectError(ErrorCode::BadFile, {"folder"}, [&] { static_cast<void>(readNpy(folder.path())); });
}

}  // namespace
}  // namespace lamscope::npy_test
