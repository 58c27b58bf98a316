// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/atomic_file.h"

#include <array>
#include <csignal>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::atomic_file_test {
namespace {

using test::contentOf;
using test::expectError;
using test::TemporaryFolder;

TEST(AtomicFile, WritesBytesAndTextExactly) {
    const TemporaryFolder folder;
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
    const TemporaryFolder folder;
    const auto target = folder.write("target", "old and longer");
    std::filesystem::create_symlink("target", folder.path() / "link");
    writeFileAtomically(folder.path() / "link", "new");
    EXPECT_EQ(contentOf(target), "new");
    EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link"));
}

TEST(AtomicFile, WritesIntoTheCurrentFolderWithoutAPath) {
    const TemporaryFolder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    writeFileAtomically("plain", "x");
    std::filesystem::current_path(before);
    EXPECT_EQ(contentOf(folder.path() / "plain"), "x");
}

TEST(AtomicFile, AcceptsTheLongestNameAFileCanHave) {
    const TemporaryFolder folder;
    const std::string name(255, 'n');
    writeFileAtomically(folder.path() / name, "x");
    EXPECT_EQ(contentOf(folder.path() / name), "x");
}

TEST(AtomicFile, NamesTheFileAndTheReasonWhenTheFolderIsMissing) {
    const TemporaryFolder folder;
    expectError(ErrorCode::WriteFailed, {"missing/out.json", "No such file or directory"},
                [&] { writeFileAtomically(folder.path() / "missing" / "out.json", "x"); });
    EXPECT_EQ(folder.fileCount(), 0U);
}

TEST(AtomicFile, RefusesFoldersDevicesAndEmptyNames) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "sub");
    expectError(ErrorCode::WriteFailed, {"sub", "folder"}, [&] { writeFileAtomically(folder.path() / "sub", "x"); });
    expectError(ErrorCode::WriteFailed, {"/dev/null", "regular"}, [] { writeFileAtomically("/dev/null", "x"); });
    expectError(ErrorCode::WriteFailed, {"name"}, [] { writeFileAtomically("", "x"); });
    EXPECT_EQ(folder.fileCount(), 1U);
}

// A limit on the size of files stands for a full disk: the write fails in the middle.
TEST(AtomicFile, AFailedWriteKeepsTheOldFileAndLeavesNothingElse) {
    const TemporaryFolder folder;
    const auto target = folder.write("target", "old");
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

TEST(StagedFiles, CommitReplacesOldFilesAndMakesNewOnes) {
    const TemporaryFolder folder;
    const auto existing = folder.write("existing", "old");
    StagedFiles files;
    files.makeFolder(folder / "made/inner");
    files.add(existing, "new");
    files.add(folder / "made/inner/fresh", "fresh");
    EXPECT_EQ(contentOf(existing), "old");
    files.commit();
    EXPECT_EQ(contentOf(existing), "new");
    EXPECT_EQ(contentOf(folder / "made/inner/fresh"), "fresh");
    EXPECT_EQ(folder.fileCount(), 2U);
}

TEST(StagedFiles, WithoutCommitNothingIsLeftBehind) {
    const TemporaryFolder folder;
    const auto existing = folder.write("existing", "old");
    {
        StagedFiles files;
        files.makeFolder(folder / "made/inner");
        files.add(existing, "new");
        files.add(folder / "made/inner/fresh", "fresh");
    }
    EXPECT_EQ(contentOf(existing), "old");
    EXPECT_EQ(folder.fileCount(), 1U);
}

// The last of the files cannot take its name, which became a folder's meanwhile.
TEST(StagedFiles, AFailedCommitTakesBackTheFilesThatHadTheirNames) {
    const TemporaryFolder folder;
    const auto existing = folder.write("existing", "old");
    const auto pointedAt = folder.write("pointed at", "old too");
    std::filesystem::create_symlink("pointed at", folder / "link");
    std::filesystem::create_symlink("nowhere", folder / "dangling");
    StagedFiles files;
    files.makeFolder(folder / "made");
    files.add(existing, "new");
    files.add(existing, "newer");
    files.add(folder / "link", "new");
    files.add(folder / "dangling", "new");
    files.add(folder / "made/fresh", "fresh");
    files.add(folder / "blocked", "fresh");
    std::filesystem::create_directory(folder / "blocked");
    expectError(ErrorCode::WriteFailed, {"blocked", "Is a directory"}, [&] { files.commit(); });
    EXPECT_EQ(contentOf(existing), "old");
    EXPECT_EQ(contentOf(pointedAt), "old too");
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(std::filesystem::read_symlink(folder / "dangling"), "nowhere");
    EXPECT_FALSE(std::filesystem::exists(folder / "made"));
    EXPECT_TRUE(std::filesystem::is_empty(folder / "blocked"));
    EXPECT_EQ(folder.fileCount(), 5U);  // existing, pointed at, link, dangling, blocked
}

}  // namespace
}  // namespace lamscope::atomic_file_test
