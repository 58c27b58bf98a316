// SPDX-License-Identifier: GPL-3.0-or-later
// The server in Python, where there is a Python that has PyTorch: LAMSCOPE_PYTHON in the environment, or the one that
// CMake found.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/error.h"
#include "base/shell_word.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "runtime/gradients.h"
#include "support/analytic_networks.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

const char* const script = "tests/bridge/serve_for_tests.py";

std::string pythonWithPyTorch() {
#ifdef LAMSCOPE_TEST_PYTHON
    const std::string found = LAMSCOPE_TEST_PYTHON;
#else
    const std::string found;
#endif
    // NOLINTBEGIN(concurrency-mt-unsafe): nothing here changes the environment
    const char* named = std::getenv("LAMSCOPE_PYTHON");
    const std::string python = named != nullptr && *named != '\0' ? named : found;
    const bool has =
        !python.empty() && std::system((shellWord(python) + " -c 'import torch' 2>/dev/null").c_str()) == 0;
    // NOLINTEND(concurrency-mt-unsafe)
    return has ? python : "";
}

/// The process of a server; it ends with its standard input.
class PythonServer {
public:
    PythonServer(const std::string& python, const std::string& socket) {
        std::array<int, 2> input{};
        if (::pipe(input.data()) != 0) {
            throw std::runtime_error("no pipe");
        }
        std::array<std::string, 5> words{"env", "LAMSCOPE_SOCKET=" + socket, "LAMSCOPE_EXIT_WITH_STDIN=1", python,
                                         script};
        std::array<char*, 6> arguments{};
        for (std::size_t i = 0; i < words.size(); ++i) {
            arguments.at(i) = words.at(i).data();
        }
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
        posix_spawn_file_actions_addclose(&actions, input[1]);
        if (::posix_spawnp(&process_, "env", &actions, nullptr, arguments.data(), ::environ) != 0) {
            throw std::runtime_error("the server cannot be started");
        }
        posix_spawn_file_actions_destroy(&actions);
        ::close(input[0]);
        input_ = input[1];
    }
    PythonServer(const PythonServer&) = delete;
    PythonServer& operator=(const PythonServer&) = delete;
    ~PythonServer() {
        ::close(input_);
        wait();
    }

    /// As the system does where memory is short.
    void kill() {
        ::kill(process_, SIGKILL);
        wait();
    }

    /// False once it has ended.
    [[nodiscard]] bool runs() {
        if (process_ > 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) {
            process_ = -1;
        }
        return process_ > 0;
    }

private:
    void wait() {
        if (process_ > 0) {
            ::waitpid(process_, nullptr, 0);
            process_ = -1;
        }
    }

    pid_t process_ = -1;
    int input_ = -1;
};

class PythonServerTest : public testing::Test {
protected:
    void SetUp() override {
        static const auto python = pythonWithPyTorch();
        if (python.empty() || !std::filesystem::exists(script)) {
            GTEST_SKIP() << "there is no Python with PyTorch: name one by LAMSCOPE_PYTHON";
        }
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
        server_ = std::make_unique<PythonServer>(python, (folder_ / "socket").string());
    }

    /// The first network, once the server listens.
    [[nodiscard]] SrModel load() {
        for (;;) {
            try {
                return loadModel(ModelSpec::parse("lamscope+unix://" + (folder_ / "socket").string()));
            } catch (const Error& error) {
                if (error.code() != ErrorCode::ConnectionLost || !server_->runs()) {
                    throw;
                }
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
            }
        }
    }

    test::TemporaryFolder folder_;
    std::unique_ptr<PythonServer> server_;
};

TEST_F(PythonServerTest, GradientsAreThoseOfDifferences) {
    const auto model = load();
    const auto& inside = model.implementation();
    const auto x = inside.toInput(test::testImage(16, 16)).requires_grad_(true);
    const auto trunk = inside.begin(x);
    const Rect region{5, 6, 3, 2};
    const auto sr = trunk->finish(region);
    const auto gradient = gradientsOf({sr.sum()}, {x}).front();
    const at::NoGradGuard noGradients;
    const auto direction = gradient / gradient.norm();
    constexpr double step = 1e-2;
    const auto valueAt = [&](double factor) {
        return inside.begin(x.detach() + factor * step * direction)->finish(region).sum().item<double>();
    };
    const double slope = (valueAt(1.0) - valueAt(-1.0)) / (2.0 * step);
    EXPECT_NEAR((gradient * direction).sum().item<double>(), slope, 0.02 * std::abs(slope));
    EXPECT_TRUE(at::allclose(inside.begin(x)->finish(region),
                             inside.forward(x)
                                 .narrow(2, region.y * model.card().scale, region.height * model.card().scale)
                                 .narrow(3, region.x * model.card().scale, region.width * model.card().scale)));
}

TEST_F(PythonServerTest, MapIsComputed) {
    const auto model = load();
    const auto lr = test::testImage(32, 32);
    LamOptions options;
    options.patch = {16, 16, 8};
    const auto map = computeLam(model, lr, nullptr, options);
    ASSERT_TRUE(map);
    EXPECT_TRUE(map->diffusionIndex.has_value());
    EXPECT_EQ(map->nonfiniteGradients, 0);
}

TEST_F(PythonServerTest, KilledServerIsAnError) {
    const auto model = load();
    server_->kill();
    try {
        static_cast<void>(model.upscale(test::testImage(16, 16)));
        ADD_FAILURE() << "a killed server answers";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::ConnectionLost) << error.what();
    }
}

}  // namespace
}  // namespace lamscope
