// SPDX-License-Identifier: GPL-3.0-or-later
// What all programs have in common, as the system sees it.
#include <algorithm>
#include <cstdio>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace lamscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Outcome {
    int exitCode = -1;
    std::string text;  // output and messages
};

/// Runs a command line of /bin/sh.
Outcome run(const std::string& command) {
    Outcome outcome;
    auto* pipe = popen((command + " 2>&1").c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        outcome.text += static_cast<char>(c);
    }
    outcome.exitCode = WEXITSTATUS(pclose(pipe));
    return outcome;
}

/// The spin counts that GNU OpenMP says it uses, one for each time that it is loaded.
std::vector<std::string> spinCounts(const std::string& environment, const std::string& program) {
    const auto outcome = run("env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY OMP_DISPLAY_ENV=verbose " + environment + " "
                             + program + " --version");
    EXPECT_EQ(outcome.exitCode, 0) << outcome.text;
    static const std::regex line("GOMP_SPINCOUNT = '([^']*)'");
    std::vector<std::string> counts;
    for (std::sregex_iterator found(outcome.text.begin(), outcome.text.end(), line), end; found != end; ++found) {
        counts.push_back((*found)[1]);
    }
    return counts;
}

class Programs : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Programs, testing::Values(LAMSCOPE_PROGRAMS), [](const auto& program) {
    std::string name(program.param);
    name.erase(0, name.rfind('/') + 1);
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST_P(Programs, LetThreadsSpinBriefly) {
    EXPECT_THAT(spinCounts("", GetParam()), ElementsAre("1000"));
}

TEST_P(Programs, LeaveTheUsersChoiceAlone) {
    EXPECT_THAT(spinCounts("GOMP_SPINCOUNT=77", GetParam()), ElementsAre("77"));
    EXPECT_THAT(spinCounts("OMP_WAIT_POLICY=passive", GetParam()), ElementsAre("0"));
}

/// Started again, a program is what it was: name, arguments, output, exit code.
TEST_P(Programs, AreTheSameAfterTheyStartedThemselvesAgain) {
    const std::string program = GetParam();
    const std::string quietly = "env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY ";
    for (const auto* arguments : {" --version", " --help", " --no-such-option 'a b' \"c'd\" ''"}) {
        const auto again = run(quietly + program + arguments);
        const auto plain = run("GOMP_SPINCOUNT=1000 " + program + arguments);
        EXPECT_EQ(again.exitCode, plain.exitCode) << arguments;
        EXPECT_EQ(again.text, plain.text) << arguments;
    }
}

/// The dynamic loader takes the program's name as an argument: there is nothing to start again by.
TEST_P(Programs, RunThroughTheLoader) {
    const auto outcome = run("env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY /lib64/ld-linux-x86-64.so.2 "
                             + std::string(GetParam()) + " --version");
    EXPECT_EQ(outcome.exitCode, 0);
    EXPECT_THAT(outcome.text, HasSubstr("."));
}

}  // namespace
}  // namespace lamscope
