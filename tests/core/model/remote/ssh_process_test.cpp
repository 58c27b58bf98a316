// SPDX-License-Identifier: GPL-3.0-or-later
// An `ssh` of the test's own, found by PATH, runs the command here and forwards the socket by a link.
#include "model/remote/ssh_process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "core/model/remote/fake_server.h"
#include "model/sr_model.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"

namespace lamscope {
namespace {

using test::expectError;

TEST(SshArguments, AreQuotedForTheOtherShellAlone) {
    const auto address =
        remote::Address::parse("ssh://me@gpu:2222/home/me/my%20nets/serve.py?python=/opt/venv/bin/python");
    EXPECT_THAT(remote::sshArguments(address, "/tmp/here", "/tmp/there"),
                testing::ElementsAre("ssh", "-T", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-o",
                                     "ControlMaster=no", "-o", "ControlPath=none", "-o", "LogLevel=ERROR", "-p", "2222",
                                     "-L", "/tmp/here:/tmp/there", "-l", "me", "gpu",
                                     "exec env LAMSCOPE_SOCKET=/tmp/there LAMSCOPE_EXIT_WITH_STDIN=1 "
                                     "/opt/venv/bin/python -u '/home/me/my nets/serve.py'"));
    EXPECT_EQ(remote::sshArguments(remote::Address::parse("ssh://gpu/~/a'b.py"), "l", "r").back(),
              "exec env LAMSCOPE_SOCKET=r LAMSCOPE_EXIT_WITH_STDIN=1 python3 -u 'a'\\''b.py'");
}

/// Neither gone nor left to be waited for by somebody.
bool isRunning(pid_t process) {
    const auto state = test::contentOf("/proc/" + std::to_string(process) + "/stat");
    return !state.empty() && state.substr(state.rfind(')')).find(" Z ") != 1;
}

class SshTest : public testing::Test {
protected:
    SshTest() {
        writeProgram("ssh", R"(#!/bin/bash
while [[ $# -gt 1 ]]; do
    [[ $1 != -L ]] || forward=$2
    shift
done
ln -s "${forward#*:}" "${forward%%:*}"
eval "$1"
)");
        // NOLINTBEGIN(concurrency-mt-unsafe): nothing else runs yet
        path_ = std::getenv("PATH");
        setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
    }
    ~SshTest() override {
        setenv("PATH", path_.c_str(), 1);
        // NOLINTEND(concurrency-mt-unsafe)
    }

    void writeProgram(const std::string& name, const std::string& text) const {
        std::filesystem::permissions(folder_.write(name, text), std::filesystem::perms::owner_all);
    }

    [[nodiscard]] ModelSpec spec() const {
        return ModelSpec::parse("ssh://gpu/~/serve.py?python=" + (folder_ / "python").string());
    }

    test::TemporaryFolder folder_;
    std::string path_;
};

TEST_F(SshTest, ServerRunsAsLongAsItsNetwork) {
    const test::FakeServer server(
        folder_ / "fake.sock", [](const torch::Tensor& lr) { return test::enlargeByCopying(lr, 2); }, 2);
    writeProgram("python", R"(#!/bin/bash
echo $$ >)" + (folder_ / "pid").string()
                               + R"(
mkdir -m 0700 "${LAMSCOPE_SOCKET%/*}"
ln -s )" + (folder_ / "fake.sock").string()
                               + R"( "$LAMSCOPE_SOCKET"
cat >/dev/null
rm -r "${LAMSCOPE_SOCKET%/*}"
)");
    pid_t process = 0;
    {
        const auto model = loadModel(spec());
        EXPECT_EQ(model.card().name, "mine");
        EXPECT_TRUE(model.upscale(test::testImage(8, 8)));
        process = std::stoi(test::contentOf(folder_ / "pid"));
        EXPECT_EQ(::kill(process, 0), 0);
    }
    EXPECT_EQ(::kill(process, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

TEST_F(SshTest, EndDoesNotWaitForWhoeverHoldsTheErrors) {
    writeProgram("ssh", "#!/bin/bash\nsetsid sleep 600 &\necho $! >" + (folder_ / "pid").string() + "\nmv "
                            + (folder_ / "pid").string() + " " + (folder_ / "holder").string() + "\nexit 255\n");
    expectError(ErrorCode::ConnectionLost, {"ssh to gpu failed"}, [&] { static_cast<void>(loadModel(spec())); });
    const auto holder = std::stoi(test::contentOf(folder_ / "holder"));
    EXPECT_TRUE(isRunning(holder));
    ::kill(holder, SIGKILL);
}

TEST_F(SshTest, WhatDoesNotEndIsKilledWithAllThatItStarted) {
    const auto pid = folder_ / "pid";
    writeProgram("ssh", "#!/bin/bash\nsleep 600 &\necho $! >" + pid.string() + "\nwait\n");
    pid_t child = 0;
    {
        const remote::SshProcess process(remote::Address::parse("ssh://gpu/serve.py"));
        while (!test::contentOf(pid).ends_with('\n')) {
            std::this_thread::yield();
        }
        child = std::stoi(test::contentOf(pid));
        EXPECT_TRUE(isRunning(child));
    }
    while (isRunning(child)) {  // until it has got the signal
        std::this_thread::yield();
    }
}

TEST_F(SshTest, WhatSshSaysIsInTheMessage) {
    writeProgram("ssh", "#!/bin/bash\necho 'me@gpu: Permission denied (publickey).' >&2\nexit 255\n");
    expectError(ErrorCode::ConnectionLost, {"ssh to gpu failed", "Permission denied (publickey)"},
                [&] { static_cast<void>(loadModel(spec())); });
}

TEST_F(SshTest, ScriptThatEndsIsNamedWithItsLastLine) {
    writeProgram("python",
                 "#!/bin/bash\necho 'Traceback (most recent call last):' >&2\n"
                 "echo \"ModuleNotFoundError: No module named 'lamscope'\" >&2\nexit 1\n");
    expectError(ErrorCode::ConnectionLost, {"the script on gpu has ended", "No module named 'lamscope'"},
                [&] { static_cast<void>(loadModel(spec())); });
}

}  // namespace
}  // namespace lamscope
