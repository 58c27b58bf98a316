// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/output_files.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::output_files_test {
namespace {

using test::expectError;
using Paths = std::vector<std::filesystem::path>;

void expectRefused(const Paths& outputs, const Paths& inputs, const std::vector<std::string>& parts) {
    expectError(ErrorCode::InvalidArgument, parts, [&] { checkOutputFiles(outputs, inputs); });
}

TEST(OutputFiles, AreNoneOfTheInputsByAnyName) {
    const test::TemporaryFolder folder;
    folder.write("in.png", "image");
    std::filesystem::create_directory(folder / "sub");
    std::filesystem::create_symlink(folder / "in.png", folder / "symbolic.png");
    std::filesystem::create_hard_link(folder / "in.png", folder / "hard.png");
    std::filesystem::create_directory_symlink(folder.path(), folder / "sub/back");
    for (const auto* name : {"in.png", "sub/../in.png", "symbolic.png", "hard.png", "sub/back/in.png"}) {
        expectRefused({folder / "new.json", folder / name}, {folder / "absent.png", folder / "in.png"},
                      {(folder / name).string(), (folder / "in.png").string(), "which is read"});
    }
    expectRefused({folder / "in.png"}, {folder / "symbolic.png"}, {"symbolic.png"});
    EXPECT_NO_THROW(checkOutputFiles(Paths{folder / "sub/in.png", "", "-"}, Paths{folder / "in.png", ""}));
}

TEST(OutputFiles, AreNoneOfTheFilesOfAnInputFolder) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "model");
    std::ofstream(folder / "model/weights.bin") << "x";
    expectRefused({folder / "model/weights.bin"}, {folder / "model"}, {"weights.bin"});
    EXPECT_NO_THROW(checkOutputFiles(Paths{folder / "model/report.json"}, Paths{folder / "model"}));
}

TEST(OutputFiles, DifferFromEachOther) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "sub");
    std::filesystem::create_directory_symlink(folder / "sub", folder / "link");
    std::filesystem::create_symlink(folder / "sub/a.json", folder / "b.json");
    folder.write("sub/a.json", "{}");
    expectRefused({folder / "a.json", folder / "a.json"}, {}, {"a.json", "same file"});
    expectRefused({folder / "sub/a.json", folder / "link/a.json"}, {}, {"link/a.json"});
    expectRefused({folder / "sub/a.json", folder / "b.json"}, {}, {"b.json"});
    EXPECT_NO_THROW(checkOutputFiles(Paths{folder / "a.json", folder / "sub/a.json", "-", "-"}, Paths{}));
}

}  // namespace
}  // namespace lamscope::output_files_test
