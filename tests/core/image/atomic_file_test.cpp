// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/atomic_file.h"

#include <array>
#include <csignal>
#include <sys/resource.h>

#include "core/image/temp_folder.h"

namespace lamscope {
namespace {

using test::contentOf;
using test::expectError;
using test::TempFolder;

TEST(AtomicFile, WritesBytesAndTextExactly) {
    const TempFolder folder;
    const std::array<std::byte, 4> bytes{std::byte{0}, std::byte{255}, std::byte{10}, std::byte{13}};
    writeFileAtomically(folder.path() / "bytes", bytes);
    EXPECT_EQ(contentOf(folder.path() / "bytes"), std::string("\0\xff\n\r", 4));
    writeFileAtomically(folder.path() / "text", "line\n");
    EXPECT_EQ(contentOf(folder.path() / "text"), "line\n");
    writeFileAtomically(folder.path() / "empty", "");
    EXPECT_EQ(std::filesystem::file_size(folder.path() / "empty"), 0U);
    EXPECT_EQ(folder.fileCount(), 3U);
}

TEST(AtomicFile, ReplacesAnExistingFileAndFollowsLinks) {
    const TempFolder folder;
    const auto target = folder.file("target", "old and longer");
    std::filesystem::create_symlink("target", folder.path() / "link");
    writeFileAtomically(folder.path() / "link", "new");
    EXPECT_EQ(contentOf(target), "new");
    EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link"));
}

TEST(AtomicFile, WritesIntoTheCurrentFolderWithoutAPath) {
    const TempFolder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    writeFileAtomically("plain", "x");
    std::filesystem::current_path(before);
    EXPECT_EQ(contentOf(folder.path() / "plain"), "x");
}

TEST(AtomicFile, AcceptsTheLongestNameAFileCanHave) {
    const TempFolder folder;
    const std::string name(255, 'n');
    writeFileAtomically(folder.path() / name, "x");
    EXPECT_EQ(contentOf(folder.path() / name), "x");
}

TEST(AtomicFile, NamesTheFileAndTheReasonWhenTheFolderIsMissing) {
    const TempFolder folder;
    expectError(ErrorCode::WriteFailed, {"missing/out.json", "No such file or directory"},
                [&] { writeFileAtomically(folder.path() / "missing" / "out.json", "x"); });
    EXPECT_EQ(folder.fileCount(), 0U);
}

TEST(AtomicFile, RefusesFoldersDevicesAndEmptyNames) {
    const TempFolder folder;
    std::filesystem::create_directory(folder.path() / "sub");
    expectError(ErrorCode::WriteFailed, {"sub", "folder"}, [&] { writeFileAtomically(folder.path() / "sub", "x"); });
    expectError(ErrorCode::WriteFailed, {"/dev/null", "regular"}, [] { writeFileAtomically("/dev/null", "x"); });
    expectError(ErrorCode::WriteFailed, {"name"}, [] { writeFileAtomically("", "x"); });
    EXPECT_EQ(folder.fileCount(), 1U);
}

// A limit on the size of files stands for a full disk: the write fails in the middle.
TEST(AtomicFile, AFailedWriteKeepsTheOldFileAndLeavesNothingElse) {
    const TempFolder folder;
    const auto target = folder.file("target", "old");
    rlimit limit{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlimit small{100000, limit.rlim_max};
    const auto previousHandler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    expectError(ErrorCode::WriteFailed, {"target", "File too large"},
                [&] { writeFileAtomically(target, std::string(200000, 'x')); });
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    std::signal(SIGXFSZ, previousHandler);
    EXPECT_EQ(contentOf(target), "old");
    EXPECT_EQ(folder.fileCount(), 1U);
}

}  // namespace
}  // namespace lamscope
