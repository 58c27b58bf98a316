// SPDX-License-Identifier: GPL-3.0-or-later
// What a LiveEngine does with networks of servers that come and go.
#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include <gmock/gmock.h>

#include "core/model/remote/fake_server.h"
#include "live/live_engine.h"
#include "live/server_networks.h"
#include "model/remote/script_ended.h"
#include "support/analytic_networks.h"
#include "support/event_recorder.h"

namespace lamscope {
namespace {

using live::MapReady;
using live::NetworkConnecting;
using live::NetworkFailed;
using live::NetworkLoaded;
using test::FakeServer;

constexpr int serverScale = 2;

class LiveServerTest : public testing::Test {
protected:
    LiveServerTest() {
        start();
        engine_.setInput(
            {.file = "test.png", .sha256 = "", .pixels = std::make_shared<const Image>(test::testImage(24, 24))},
            ImageRole::Lr, Reduction::Pillow);
    }

    void start() {
        server_ = std::make_unique<FakeServer>(
            folder_ / "mine.sock",
            [](const torch::Tensor& lr) { return test::enlargeByCopying(lr.square(), serverScale); }, serverScale);
    }
    void add() { engine_.addNetwork(1, ModelSpec::parse("lamscope+unix://" + (folder_ / "mine.sock").string())); }
    void probe(std::int64_t number, const Patch& patch) {
        engine_.probe({.number = number, .options = {}, .targets = {{1, patch}}, .moving = false});
    }
    [[nodiscard]] bool finished(std::int64_t number) {
        return events_.waitFor<MapReady>([&](const MapReady& map) { return map.request == number && map.finished; })
            .has_value();
    }

    test::TemporaryFolder folder_;
    std::unique_ptr<FakeServer> server_;
    test::EventRecorder events_;
    LiveEngine engine_{events_.sink()};
};

TEST_F(LiveServerTest, MapsAreComputedThere) {
    add();
    ASSERT_TRUE(events_.waitFor<NetworkLoaded>());
    probe(1, {10, 12, 8});
    EXPECT_TRUE(finished(1));
    EXPECT_GT(server_->counts().vjps, 0);
}

TEST_F(LiveServerTest, ImageAndMapFollowWeightsThatHaveChanged) {
    add();
    ASSERT_TRUE(events_.waitFor<NetworkLoaded>());
    probe(1, {10, 12, 8});
    ASSERT_TRUE(finished(1));
    ASSERT_TRUE(events_.waitFor<live::Idle>([](const live::Idle& idle) { return idle.request == 1; }));
    const auto images = [&] {
        const auto all = events_.all<live::NetworkImages>();
        return std::ranges::count_if(all, [](const live::NetworkImages& each) { return each.sr != nullptr; });
    };
    const auto before = images();
    server_->setState(1);
    const auto since = events_.count();
    probe(2, {4, 4, 8});
    EXPECT_TRUE(finished(2));
    ASSERT_TRUE(events_.waitFor<live::Idle>([](const live::Idle& idle) { return idle.request == 2; }, since));
    EXPECT_EQ(images(), before + 1);
    EXPECT_TRUE(events_.all<live::MapFailed>().empty());
}

TEST_F(LiveServerTest, ServerThatDiesIsConnectedAgainWhenItIsBack) {
    add();
    ASSERT_TRUE(events_.waitFor<NetworkLoaded>());
    probe(1, {10, 12, 8});
    ASSERT_TRUE(finished(1));
    server_.reset();
    probe(2, {4, 4, 8});
    const auto lost = events_.waitFor<NetworkConnecting>();
    ASSERT_TRUE(lost);
    EXPECT_THAT(lost->message, testing::HasSubstr("mine.sock"));
    const auto before = events_.count();
    start();
    ASSERT_TRUE(events_.waitFor<NetworkLoaded>({}, before));
    probe(3, {4, 4, 8});
    EXPECT_TRUE(finished(3));
    EXPECT_TRUE(events_.all<NetworkFailed>().empty());
    EXPECT_TRUE(events_.all<live::MapFailed>().empty());
}

TEST_F(LiveServerTest, ServerThatIsNotThereFails) {
    server_.reset();
    add();
    const auto failed = events_.waitFor<NetworkFailed>();
    ASSERT_TRUE(failed);
    EXPECT_THAT(failed->message, testing::HasSubstr("is the server running?"));
}

TEST(ServerNetworks, ScriptThatEndsByItselfIsGivenUp) {
    std::atomic<int> attempts{0};
    std::promise<std::string> given;
    ServerNetworks networks(
        [&](const ModelSpec& /*spec*/) -> SrModel {
            ++attempts;
            throw remote::ScriptEnded("the script on gpu has ended");
        },
        [&](NetworkId /*id*/, const ModelSpec& /*spec*/, const std::shared_ptr<const SrModel>& model,
            const std::string& trouble) {
            EXPECT_EQ(model, nullptr);
            given.set_value(trouble);
        });
    networks.begin(1, ModelSpec::parse("ssh://gpu/serve.py"), /*again=*/true);
    EXPECT_EQ(given.get_future().get(), "the script on gpu has ended");
    EXPECT_EQ(attempts, 3);
}

TEST_F(LiveServerTest, EngineEndsWhileAServerNeverAnswers) {
    add();
    ASSERT_TRUE(events_.waitFor<NetworkLoaded>());
    server_->setFault(test::Fault::NeverAnswers);
    const auto before = server_->counts().requests.load();
    probe(1, {10, 12, 8});
    while (server_->counts().requests == before) {
        std::this_thread::yield();
    }
}

}  // namespace
}  // namespace lamscope
