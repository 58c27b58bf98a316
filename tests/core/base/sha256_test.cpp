// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sha256.h"

#include <stop_token>

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::sha256_test {
namespace {

using test::expectError;
using test::TemporaryFolder;

// The examples of FIPS 180-2, appendix B, and the well-known digest of nothing.
TEST(Sha256, MatchesThePublishedExamples) {
    const TemporaryFolder folder;
    EXPECT_EQ(sha256OfFile(folder.write("empty", "")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256OfFile(folder.write("abc", "abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256OfFile(folder.write("million", std::string(1000000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfATextIsThatOfItsBytes) {
    EXPECT_EQ(sha256OfText("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfFilesIsThatOfTheirBytesInARowUnlessItIsStopped) {
    const TemporaryFolder folder;
    const std::vector files{folder.write("first", "a"), folder.write("second", "bc")};
    std::stop_source source;
    EXPECT_EQ(sha256OfFiles(files, source.get_token()), sha256OfText("abc"));
    source.request_stop();
    EXPECT_FALSE(sha256OfFiles(files, source.get_token()).has_value());
}

TEST(Sha256, RefusesMissingFilesAndFolders) {
    const TemporaryFolder folder;
    expectError(ErrorCode::BadFile, {"none", "No such file"},
                [&] { static_cast<void>(sha256OfFile(folder.path() / "none")); });
    expectError(ErrorCode::BadFile, {"folder"}, [&] { static_cast<void>(sha256OfFile(folder.path())); });
}

}  // namespace
}  // namespace lamscope::sha256_test
