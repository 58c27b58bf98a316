// SPDX-License-Identifier: GPL-3.0-or-later
// The server in Python, where there is a Python that has PyTorch.
#include "support/python_server.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "live/live_engine.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "runtime/gradients.h"
#include "support/analytic_networks.h"
#include "support/event_recorder.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using test::PythonServer;

class PythonServerTest : public testing::Test {
protected:
    void SetUp() override {
        static const auto python = test::pythonWithPyTorch();
        if (python.empty()) {
            GTEST_SKIP() << "there is no Python with PyTorch: name one by LAMSCOPE_PYTHON";
        }
        python_ = python;
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
    }

    void start(const std::vector<std::string>& arguments = {}) {
        server_ = std::make_unique<PythonServer>(python_, (folder_ / "socket").string(), arguments);
    }
    [[nodiscard]] SrModel load() { return loadModel(ModelSpec::parse(server_->address())); }

    test::TemporaryFolder folder_;
    std::string python_;
    std::unique_ptr<PythonServer> server_;
};

TEST_F(PythonServerTest, GradientsAreThoseOfDifferences) {
    start();
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
    start();
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
    start();
    const auto model = load();
    server_->kill();
    try {
        static_cast<void>(model.upscale(test::testImage(16, 16)));
        ADD_FAILURE() << "a killed server answers";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::ConnectionLost) << error.what();
    }
}

TEST_F(PythonServerTest, MapOfImdnIsThatOfTheSameWeightsHere) {
    LAMSCOPE_NEED_DATA(weights, "weights/imdn_x4.pth");
    const auto lr = test::testImage(32, 32);
    LamOptions options;
    options.patch = {56, 60, 16};
    options.rule = IntegrationRule::Midpoints;
    options.nodes = 9;
    const auto expected = computeLam(loadModel(ModelSpec{.file = weights, .settings = {}}), lr, nullptr, options);
    ASSERT_TRUE(expected);
    for (const std::string& socket : {(folder_ / "socket").string(), std::string()}) {
        server_.reset();
        server_ = std::make_unique<PythonServer>(
            python_, socket, std::vector<std::string>{"--imdn", std::filesystem::absolute(weights).string(), "imdn"});
        SCOPED_TRACE(server_->address());
        const auto map = computeLam(load(), lr, nullptr, options);
        ASSERT_TRUE(map);
        EXPECT_EQ(map->nodes, expected->nodes);
        EXPECT_NEAR(*map->diffusionIndex, *expected->diffusionIndex, 1e-3);
        ASSERT_EQ(map->map.size(), expected->map.size());
        for (std::size_t i = 0; i < map->map.size(); ++i) {
            ASSERT_NEAR(map->map[i], expected->map[i], 1e-5) << i;
        }
    }
}

/// Of this process.
int openSockets() {
    int count = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        count += std::filesystem::read_symlink(each.path(), gone).string().starts_with("socket:") ? 1 : 0;
    }
    return count;
}

int children() {
    int count = 0;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream list(thread.path() / "children");
        for (pid_t child = 0; list >> child;) {
            ++count;
        }
    }
    return count;
}

/// The engine's network is at a link, which leads to the server of now; the next one listens before that is killed.
class PythonServerKills : public PythonServerTest {
protected:
    void prepareNext() {
        socket_ = folder_ / ("socket" + std::to_string(++started_));
        next_ = std::make_unique<PythonServer>(python_, socket_.string(), std::vector<std::string>{"imdn"});
        static_cast<void>(next_->address());
    }

    void useNext() {
        const auto link = folder_ / "new";
        std::filesystem::create_symlink(socket_, link);
        std::filesystem::rename(link, folder_ / "mine.sock");
        server_ = std::move(next_);
    }

    int started_ = 0;
    std::filesystem::path socket_;
    std::unique_ptr<PythonServer> next_;
};

TEST_F(PythonServerKills, InMidMapLeaveTheEngineUsableAndNothingBehind) {
    prepareNext();
    useNext();
    test::EventRecorder events;
    LiveEngine engine(events.sink());
    engine.setInput(
        {.file = "test.png", .sha256 = "", .pixels = std::make_shared<const Image>(test::testImage(48, 48))},
        ImageRole::Lr, Reduction::Pillow);
    engine.addNetwork(1, ModelSpec::parse("lamscope+unix://" + (folder_ / "mine.sock").string()));
    ASSERT_TRUE(events.waitFor<live::NetworkLoaded>());
    const int sockets = openSockets();
    const auto probe = [&](int number) {
        engine.probe({.number = number, .options = {}, .targets = {{1, {16 + number, 60, 16}}}, .moving = false});
    };
    constexpr int kills = 5;  // each waits for a Python with PyTorch; --gtest_repeat=10 kills fifty
    for (int i = 1; i <= kills; ++i) {
        prepareNext();
        const auto from = events.count();
        probe(i);
        ASSERT_TRUE(
            events.waitFor<live::Progress>([](const live::Progress& progress) { return progress.done > 0; }, from))
            << i;
        server_->kill();
        ASSERT_TRUE(events.waitFor<live::NetworkConnecting>({}, from)) << i;
        useNext();
        ASSERT_TRUE(events.waitFor<live::NetworkLoaded>({}, from)) << i;
    }
    probe(kills + 1);
    EXPECT_TRUE(events.waitFor<live::MapReady>(
        [](const live::MapReady& map) { return map.request == kills + 1 && map.finished; }));
    EXPECT_TRUE(events.all<live::NetworkFailed>().empty());
    EXPECT_TRUE(events.all<live::MapFailed>().empty());
    EXPECT_EQ(openSockets(), sockets);
    EXPECT_EQ(children(), 1);
}

}  // namespace
}  // namespace lamscope
