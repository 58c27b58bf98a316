// SPDX-License-Identifier: GPL-3.0-or-later
// Man pages and completions that are made of a program's options.
#include "command_pages.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "version_report.h"

namespace lamscope::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A program with two commands, one of them in the other, and options of each kind.
class Pages : public testing::Test {
protected:
    Pages() {
        addVersionFlags(app_, "1.2.3", [] { return ReportLines{{"plugin", "offscreen"}}; });
        auto* measure = app_.add_subcommand("measure", "find out how long it is");
        measure->add_option("-f,--file", text_, "it's [a] file: this one")->type_name("FILE");
        auto* again = measure->add_subcommand("again", "once more");
        again->add_option("--unit", text_, "of the length")->check(CLI::IsMember({"mm", "inch"}));
        again->add_option("--times", number_, "how often")->required();
        again->add_flag("--hidden", hidden_, "not shown")->group("");
    }

    /// What the bash completion offers for words of which the last one is being typed, in a folder with only.txt.
    std::string offered(const std::string& words, int last) {
        const auto script = testing::TempDir() + "completion.bash";
        std::ofstream(script) << bashCompletion(app_)
                              << "cd \"$(mktemp -d)\" && trap 'rm -r \"$PWD\"' EXIT && touch only.txt\nCOMP_WORDS=("
                              << words << "); COMP_CWORD=" << last << "; _ruler; echo \"${COMPREPLY[*]}\"\n";
        auto* pipe = popen(("bash '" + script + "' 2>&1").c_str(), "r");
        std::string answer;
        for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
            answer += static_cast<char>(c);
        }
        EXPECT_EQ(pclose(pipe), 0) << answer;
        return answer;
    }

    CLI::App app_{"Measures lengths.\n.hidden is no macro", "ruler"};
    std::string text_;
    int number_ = 0;
    bool hidden_ = false;
};

TEST_F(Pages, ManPageHasEveryOptionThatHelpLists) {
    const auto page = manPage(app_);
    EXPECT_THAT(page, HasSubstr(".TH RULER 1"));
    EXPECT_THAT(page, HasSubstr("ruler \\- Measures lengths.\n"));
    EXPECT_THAT(page, HasSubstr("\\fB\\-f\\fR, \\fB\\-\\-file\\fR \\fIFILE\\fR\nit's [a] file: this one\n"));
    EXPECT_THAT(page, HasSubstr(".SS measure again\nonce more\n"));
    EXPECT_THAT(page, HasSubstr("\\fB\\-\\-unit\\fR \\fImm|inch\\fR\n"));
    EXPECT_THAT(page, HasSubstr("how often\nRequired.\n"));
    EXPECT_THAT(page, Not(HasSubstr("hidden\\fR")));
    EXPECT_THAT(page, HasSubstr("\n\\&.hidden is no macro"));
}

TEST_F(Pages, BashOffersCommandsOptionsAndWords) {
    EXPECT_EQ(offered("ruler me", 1), "measure\n");
    EXPECT_EQ(offered("ruler measure a", 2), "again\n");
    EXPECT_EQ(offered("ruler measure --f", 2), "--file\n");
    EXPECT_EQ(offered("ruler measure again --unit \"\"", 4), "mm inch\n");
    EXPECT_EQ(offered("ruler measure again --times 1", 4), "\n");
    EXPECT_EQ(offered("ruler measure --file o", 3), "only.txt\n");
    EXPECT_EQ(offered("ruler measure again --h", 3), "--help\n");
}

TEST_F(Pages, ZshHelpIsQuoted) {
    const auto page = zshCompletion(app_);
    EXPECT_THAT(page, StartsWith("#compdef ruler\n"));
    EXPECT_THAT(page, HasSubstr("'*--file[it'\\''s \\[a\\] file\\: this one]:value:_files'"));
    EXPECT_THAT(page, HasSubstr("'*--unit[of the length]:value:(mm inch)'"));
    EXPECT_THAT(page, HasSubstr("again) _ruler_measure_again ;;"));
}

TEST_F(Pages, PagesAreGivenWhereTheyAreAskedForAlone) {
    const std::array<const char*, 3> man{"ruler", "--documentation", "man"};
    EXPECT_EQ(requestedPage(app_, 3, man.data()), manPage(app_));
    const std::array<const char*, 3> unknown{"ruler", "--documentation", "html"};
    EXPECT_EQ(requestedPage(app_, 3, unknown.data()), std::nullopt);
    EXPECT_EQ(requestedPage(app_, 2, man.data()), std::nullopt);
}

/// What --version makes a program print.
std::string versionText(CLI::App& app, const std::string& arguments) {
    try {
        app.parse(arguments);
    } catch (const CLI::CallForVersion& call) {
        return call.what();
    }
    return "nothing";
}

TEST_F(Pages, VersionIsALineAndVerboseAReport) {
    EXPECT_EQ(versionText(app_, "--version"), "1.2.3");
    const auto report = versionText(app_, "--version --verbose");
    EXPECT_THAT(report, StartsWith("1.2.3\nsystem "));
    EXPECT_THAT(report, HasSubstr("\ndevice     c"));  // cpu or cuda
    EXPECT_THAT(report, HasSubstr("\nplugin     offscreen"));
    EXPECT_THAT(report, HasSubstr("libtorch_cpu.so"));
    EXPECT_EQ(versionText(app_, "--verbose --version"), report);
}

}  // namespace
}  // namespace lamscope::cli
