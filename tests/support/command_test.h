// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of commands have in common. Only for test programs that define LAMSCOPE_CLI.
#pragma once

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/image.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace lamscope::test {

/// A square whose values climb and fall back, so that no detector is 0 on it.
inline Image sawtooth(int side) {
    Image image(side, side);
    float value = 0.0F;
    for (float& sample : image.values()) {
        value = value > 0.9F ? value - 0.87F : value + 0.061F;
        sample = value;
    }
    return image;
}

/// Runs `lamscope-cli` on a temporary folder.
class CommandTest : public testing::Test {
protected:
    /// @param command  that every run is of; empty: the first word of its arguments.
    explicit CommandTest(const std::string& command = {})
        : words_(command.empty() ? std::vector<std::string>{LAMSCOPE_CLI}
                                 : std::vector<std::string>{LAMSCOPE_CLI, command}) {}

    [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }

    /// @param arguments words without spaces of their own.
    [[nodiscard]] Outcome run(const std::string& arguments) const {
        auto words = words_;
        std::istringstream stream(arguments);
        for (std::string word; stream >> word;) {
            words.push_back(word);
        }
        return runProgram(words, log_.path());
    }

    /// All that lies in the folder, with the bytes of files.
    [[nodiscard]] std::map<std::string, std::string> contents() const {
        std::map<std::string, std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
            found[entry.path().string()] = entry.is_regular_file() ? contentOf(entry.path()) : "";
        }
        return found;
    }

    /// Fails with the code, says `expected`, and leaves the folder as it was.
    void expectTrouble(const std::string& arguments, int code, const std::string& expected) const {
        const auto before = contents();
        const auto outcome = run(arguments);
        EXPECT_EQ(outcome.exitCode, code) << arguments << "\n" << outcome.messages;
        EXPECT_THAT(outcome.messages, testing::AllOf(testing::HasSubstr(expected), testing::HasSubstr("error: ")))
            << arguments;
        EXPECT_EQ(outcome.output, "");
        EXPECT_TRUE(contents() == before) << arguments;
    }

    TemporaryFolder folder_;
    TemporaryFolder log_;

private:
    std::vector<std::string> words_;
};

}  // namespace lamscope::test
