// SPDX-License-Identifier: GPL-3.0-or-later
// A network behind a fake server against the same network here.
#include "model/remote/remote_network.h"

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cmath>
#include <thread>

#include <fmt/format.h>

#include "core/model/remote/fake_server.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/lam.h"
#include "model/remote/served_identity.h"
#include "model/sr_model_implementation.h"
#include "model/stoppable_evaluation.h"
#include "runtime/gradients.h"
#include "runtime/torch_errors.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"

namespace lamscope {
namespace {

using test::expectError;
using test::FakeServer;
using test::Fault;

constexpr int scale = 2;
constexpr int side = 24;

/// Every SR pixel depends on all of the image.
torch::Tensor globalFormula(const torch::Tensor& lr) {
    return test::enlargeByCopying(lr.square(), scale) * (1.0 + lr.mean({1, 2, 3}, true));
}

class RemoteNetworkTest : public testing::Test {
protected:
    [[nodiscard]] std::filesystem::path socket() const { return folder_ / "mine.sock"; }
    [[nodiscard]] SrModel load(const std::string& more = "") const {
        return loadModel(ModelSpec::parse("lamscope+unix://" + socket().string() + more));
    }
    void start() { server_ = std::make_unique<FakeServer>(socket(), globalFormula, scale); }

    test::TemporaryFolder folder_;
    std::unique_ptr<FakeServer> server_ = std::make_unique<FakeServer>(socket(), globalFormula, scale);
    Image lr_ = test::testImage(side, side);
};

TEST_F(RemoteNetworkTest, CardIsWhatTheServerStates) {
    const auto model = load();
    const auto& card = model.card();
    EXPECT_EQ(card.name, "mine");
    EXPECT_EQ(card.scale, scale);
    EXPECT_EQ(card.range, 1.0);
    EXPECT_THAT(card.rangeEvidence, testing::HasSubstr("stated by the server"));
    EXPECT_EQ(card.sha256, std::string(64, 'a'));
    EXPECT_EQ(card.parameters, 7);
    EXPECT_EQ(card.container, "server");
    EXPECT_FALSE(card.cropping.multiple.has_value());
    EXPECT_FALSE(model.hasSecantRules());
    EXPECT_THAT(card.others, testing::ElementsAre(server_->address() + "#other"));
    EXPECT_EQ(load("#other").card().name, "other");
    EXPECT_TRUE(load("#other").card().others.empty());
}

TEST_F(RemoteNetworkTest, ReceptiveFieldIsMeasuredOnASmallImageAlone) {
    const auto model = load();
    const auto card = measuredCard(model);
    ASSERT_TRUE(card);
    EXPECT_FALSE(card->receptiveField.global);
    EXPECT_FALSE(card->receptiveField.radius.has_value());
    EXPECT_THAT(card->receptiveField.evidence, testing::HasSubstr("81x81"));
    constexpr int bytesOf321 = 321 * 321 * 3 * 4;
    EXPECT_LT(server_->counts().bytesSent, bytesOf321);
}

TEST_F(RemoteNetworkTest, BatchesOfNetworksWithoutAHashAreNotKept) {
    const auto file = folder_ / "batches.json";
    BatchCalibration batches(file);
    const auto measure = [&] {
        static_cast<void>(batches.imagesAtOnce(load().implementation(), GradientOf::Point, side, side, 2));
    };
    server_->setDescription("", 1.0);
    measure();
    const auto forwards = server_->counts().forwards.load();
    EXPECT_GT(forwards, 0);
    EXPECT_FALSE(std::filesystem::exists(file));
    measure();
    EXPECT_EQ(server_->counts().forwards, forwards) << "within one run it is known";
    server_->setDescription(std::string(64, 'b'), 1.0);
    measure();
    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(RemoteNetworkTest, MapIsThatOfTheSameNetworkHere) {
    const auto remote = load();
    const auto here = test::makeModel(globalFormula, scale);
    LamOptions options;
    options.patch = {10, 12, 8};
    const auto there = computeLam(remote, lr_, nullptr, options);
    const auto expected = computeLam(here, lr_, nullptr, options);
    ASSERT_TRUE(there && expected);
    EXPECT_EQ(there->nodes, expected->nodes);
    EXPECT_NEAR(there->detectorImage, expected->detectorImage, 1e-6 * std::abs(expected->detectorImage));
    ASSERT_EQ(there->map.size(), expected->map.size());
    for (std::size_t i = 0; i < there->map.size(); ++i) {
        ASSERT_NEAR(there->map[i], expected->map[i], 1e-5);
    }
}

TEST_F(RemoteNetworkTest, RegionsOfAHeldPassShareOneForwardPass) {
    const auto model = load();
    const auto& remote = model.implementation();
    const auto here = test::makeModel(globalFormula, scale);
    const auto x = remote.toInput(lr_).requires_grad_(true);
    const auto before = server_->counts().forwards.load();
    const auto trunk = remote.begin(x);
    const auto native = here.implementation().begin(x);
    for (const Rect region : {Rect{3, 4, 5, 6}, Rect{0, 0, 1, 1}, Rect{20, 18, 4, 6}}) {
        const auto sr = trunk->finish(region);
        const auto expected = native->finish(region);
        EXPECT_TRUE(at::allclose(sr, expected, 1e-6, 1e-6));
        const auto gradient = gradientsOf({sr.square().sum()}, {x}, /*keepGraph=*/true).front();
        EXPECT_TRUE(at::allclose(gradient, gradientsOf({expected.square().sum()}, {x}, /*keepGraph=*/true).front(),
                                 1e-5, 1e-6));
    }
    EXPECT_EQ(server_->counts().forwards - before, 1);
    EXPECT_EQ(server_->counts().reads, 2);
    EXPECT_EQ(server_->counts().vjps, 3);
}

TEST_F(RemoteNetworkTest, OnlyTheRegionCrosses) {
    const auto model = load();
    const auto x = model.implementation().toInput(lr_).requires_grad_(true);
    const auto before = server_->counts().bytesSent.load();
    const auto sr = model.implementation().begin(x)->finish(Rect{2, 2, 4, 4});
    static_cast<void>(gradientsOf({sr.sum()}, {x}));
    constexpr int values = 3 * (8 * 8 + side * side);
    constexpr int headers = 1000;
    EXPECT_LT(server_->counts().bytesSent - before, 4 * values + headers);
}

TEST_F(RemoteNetworkTest, DroppedPassesAreEvaluatedAgain) {
    const auto model = load();
    const auto x = model.implementation().toInput(lr_).requires_grad_(true);
    const auto before = server_->counts().forwards.load();
    server_->setFault(Fault::DropsPasses);
    const auto trunk = model.implementation().begin(x);
    const auto sr = trunk->finish(Rect{2, 2, 4, 4});
    const auto first = gradientsOf({sr.sum()}, {x}, /*keepGraph=*/true).front();
    const auto second = gradientsOf({sr.sum()}, {x}, /*keepGraph=*/true).front();
    EXPECT_TRUE(at::equal(first, second));
    EXPECT_EQ(server_->counts().forwards - before, 2);
}

TEST_F(RemoteNetworkTest, PassesAreReleasedWithTheirTrunk) {
    const auto model = load();
    const auto x = model.implementation().toInput(lr_).requires_grad_(true);
    static_cast<void>(model.implementation().begin(x)->finish(Rect{2, 2, 4, 4}));
    static_cast<void>(model.upscale(lr_));  // is answered after it
    EXPECT_EQ(server_->counts().released, 1);
}

TEST_F(RemoteNetworkTest, NonFiniteGradientsAreCounted) {
    const auto model = load();
    server_->setFault(Fault::NotANumber);
    const auto x = model.implementation().toInput(lr_).requires_grad_(true);
    const auto sr = model.implementation().begin(x)->finish(Rect{2, 2, 4, 4});
    EXPECT_TRUE(sr.isnan().all().item<bool>());
    EXPECT_TRUE(gradientsOf({sr.sum()}, {x}).front().isnan().all().item<bool>());
    LamOptions options;
    options.patch = {10, 12, 8};
    EXPECT_GT(computeLam(model, lr_, nullptr, options)->nonfiniteGradients, 0);
}

TEST_F(RemoteNetworkTest, FaultsBecomeErrorsAndTheNextRequestIsServed) {
    struct Case {
        Fault fault;
        ErrorCode code;
        const char* words;
    };
    constexpr std::array cases{Case{Fault::Garbage, ErrorCode::ModelFailure, "LSB1"},
                               Case{Fault::LyingHeader, ErrorCode::ModelFailure, "header of 4294967295 bytes"},
                               Case{Fault::LyingPayload, ErrorCode::ModelFailure, "bytes of values"},
                               Case{Fault::NotJson, ErrorCode::ModelFailure, "no JSON object"},
                               Case{Fault::ClosesInMidAnswer, ErrorCode::ConnectionLost, "closed the connection"},
                               Case{Fault::WrongShape, ErrorCode::ModelFailure, "1x3x47x48"},
                               Case{Fault::Exception, ErrorCode::ModelFailure, "mat1 and mat2"}};
    const auto model = load();
    for (const auto& [fault, code, words] : cases) {
        SCOPED_TRACE(words);
        server_->setFault(fault);
        expectError(code, {words}, [&] { static_cast<void>(model.upscale(lr_)); });
        server_->setFault(Fault::None);
        EXPECT_TRUE(model.upscale(lr_));
    }
}

TEST_F(RemoteNetworkTest, TracebackIsInTheMessage) {
    const auto model = load();
    server_->setFault(Fault::Exception);
    expectError(ErrorCode::ModelFailure, {"mine: RuntimeError", "net.py", "line 41"},
                [&] { static_cast<void>(model.upscale(lr_)); });
}

TEST_F(RemoteNetworkTest, LackOfMemoryThereHalvesTheBatch) {
    const auto model = load();
    server_->setFault(Fault::OutOfMemory);
    const auto batch = torch::full({2, 3, side, side}, 0.5);
    try {
        static_cast<void>(model.implementation().forward(batch));
        ADD_FAILURE() << "no error was thrown";
    } catch (const std::exception& error) {
        EXPECT_TRUE(isOutOfMemory(error)) << error.what();
    }
    LamOptions options;
    options.patch = {10, 12, 8};
    const auto map = computeLam(model, lr_, nullptr, options);
    ASSERT_TRUE(map);
    EXPECT_TRUE(map->diffusionIndex.has_value());
}

TEST_F(RemoteNetworkTest, MapOfWeightsThatChangeOnceIsOfThoseThatStay) {
    constexpr float before = 1.0F;
    constexpr float after = 3.0F;
    std::atomic<int> calls{0};
    const auto formulaOf = [](float weight) {
        return [weight](const torch::Tensor& lr) { return globalFormula(lr) + weight * globalFormula(lr).pow(3); };
    };
    constexpr int inMidMap = 2;  // the image and the baseline are evaluated
    server_.reset();
    server_ = std::make_unique<FakeServer>(
        socket(),
        [&](const torch::Tensor& lr) {
            const bool changed = ++calls > inMidMap;
            server_->setState(changed ? 2 : 1);
            return formulaOf(changed ? after : before)(lr);
        },
        scale);
    const auto model = load();
    LamOptions options;
    options.patch = {10, 12, 8};
    const auto map = computeLam(model, lr_, nullptr, options);
    const auto expected = computeLam(test::makeModel(formulaOf(after), scale), lr_, nullptr, options);
    ASSERT_TRUE(map && expected);
    ASSERT_GT(calls, inMidMap);
    EXPECT_EQ(model.weightChanges(), 1);
    EXPECT_NEAR(map->attributionSum, expected->attributionSum, 1e-4 * std::abs(expected->attributionSum));
    for (std::size_t i = 0; i < map->map.size(); ++i) {
        ASSERT_NEAR(map->map[i], expected->map[i], 1e-5);
    }
}

TEST_F(RemoteNetworkTest, NetworkThatTrainsAtEveryMomentIsNamed) {
    std::atomic<int> calls{0};
    server_.reset();
    server_ = std::make_unique<FakeServer>(
        socket(),
        [&](const torch::Tensor& lr) {
            server_->setState(++calls);
            return globalFormula(lr);
        },
        scale);
    const auto model = load();
    LamOptions options;
    options.patch = {10, 12, 8};
    expectError(ErrorCode::WeightsChanged, {"mine", "server.paused()"},
                [&] { static_cast<void>(computeLam(model, lr_, nullptr, options)); });
    EXPECT_TRUE(model.upscale(lr_));  // by one evaluation
}

TEST_F(RemoteNetworkTest, StopEndsTheWaitForAnAnswer) {
    const auto model = load();
    server_->setFault(Fault::NeverAnswers);
    const auto before = server_->counts().requests.load();
    std::stop_source stop;
    const std::jthread stopper([&] {
        while (server_->counts().requests == before) {
            std::this_thread::yield();
        }
        stop.request_stop();
    });
    EXPECT_FALSE(model.upscale(lr_, stop.get_token()));
    while (server_->counts().cancels == 0) {
        std::this_thread::yield();
    }
}

TEST_F(RemoteNetworkTest, StopEndsAGradient) {
    const auto model = load();
    const auto x = model.implementation().toInput(lr_).requires_grad_(true);
    const auto sr = model.implementation().begin(x)->finish(Rect{2, 2, 4, 4});
    server_->setFault(Fault::NeverAnswers);
    std::stop_source stop;
    stop.request_stop();
    const StoppableRequests stoppable(stop.get_token());
    EXPECT_THROW(static_cast<void>(gradientsOf({sr.sum()}, {x})), EvaluationStopped);
}

TEST_F(RemoteNetworkTest, ServerThatDiesIsFoundAgain) {
    const auto model = load();
    const auto expected = model.upscale(lr_);
    const auto x = model.implementation().toInput(lr_).requires_grad_(true);
    const auto sr = model.implementation().begin(x)->finish(Rect{2, 2, 4, 4});
    const auto gradient = gradientsOf({sr.sum()}, {x}, /*keepGraph=*/true).front();
    server_.reset();
    expectError(ErrorCode::ConnectionLost, {"mine.sock"}, [&] { static_cast<void>(model.upscale(lr_)); });
    start();
    std::optional<Image> again;
    while (!again) {
        try {
            again = model.upscale(lr_);
        } catch (const Error& error) {
            ASSERT_EQ(error.code(), ErrorCode::ConnectionLost) << error.what();  // the next attempt is due later
        }
    }
    EXPECT_TRUE(std::ranges::equal(again->values(), expected->values()));
    // The pass went with the server.
    EXPECT_TRUE(at::equal(gradientsOf({sr.sum()}, {x}).front(), gradient));
}

TEST_F(RemoteNetworkTest, ServerWithAnotherNetworkIsALoss) {
    struct Case {
        std::string before;
        std::string after;
        double range;
    };
    const std::string hash(64, 'a');
    const std::array cases{Case{hash, std::string(64, 'b'), 1.0}, Case{hash, hash, 255.0}, Case{"", "", 1.0}};
    for (const auto& [before, after, range] : cases) {
        server_->setDescription(before, 1.0);
        const auto model = load();
        EXPECT_TRUE(model.upscale(lr_));
        server_.reset();
        expectError(ErrorCode::ConnectionLost, {"mine.sock"}, [&] { static_cast<void>(model.upscale(lr_)); });
        start();
        server_->setDescription(after, range);
        while (server_->counts().connections == 0) {  // the next attempt is due later
            expectError(ErrorCode::ConnectionLost, {}, [&] { static_cast<void>(model.upscale(lr_)); });
        }
        expectError(ErrorCode::ConnectionLost, {"started again"}, [&] { static_cast<void>(model.upscale(lr_)); });
        EXPECT_TRUE(load().upscale(lr_));
    }
}

TEST_F(RemoteNetworkTest, IdentityIsMoreThanTheWeights) {
    const auto identity = [this](const std::string& more) {
        return servedIdentity(ModelSpec::parse(server_->address() + more), {}).value();
    };
    const auto first = identity("");
    EXPECT_EQ(first.sha256, std::string(64, 'a'));
    EXPECT_EQ(identity("#mine").rules, first.rules);
    EXPECT_EQ(identity("#other").sha256, first.sha256);
    EXPECT_NE(identity("#other").rules, first.rules);
    server_->setDescription(first.sha256, 255.0);
    EXPECT_NE(identity("").rules, first.rules);
}

TEST_F(RemoteNetworkTest, NetworksOfOneServerShareItsConnection) {
    const auto first = load();
    server_->setDescription(std::string(64, 'b'), 1.0);  // it has been trained since
    const auto second = load("#other");
    EXPECT_EQ(second.card().sha256, std::string(64, 'b'));
    EXPECT_TRUE(servedIdentity(ModelSpec::parse(server_->address()), {}));
    EXPECT_TRUE(first.upscale(lr_));
    EXPECT_TRUE(second.upscale(lr_));
    EXPECT_EQ(server_->counts().connections, 1);
}

TEST_F(RemoteNetworkTest, NobodyThereIsNamed) {
    server_.reset();
    expectError(ErrorCode::ConnectionLost, {"mine.sock", "is the server running?"}, [&] { static_cast<void>(load()); });
}

TEST_F(RemoteNetworkTest, WhatTheNextAttemptWouldMeetAgainIsNoLoss) {
    struct Case {
        const char* refusal;
        ErrorCode code;
    };
    for (const auto& [refusal, code] :
         {Case{"token", ErrorCode::ModelFailure}, Case{"protocol", ErrorCode::ModelFailure},
          Case{"full", ErrorCode::ConnectionLost}}) {
        SCOPED_TRACE(refusal);
        server_->refuseClients(refusal);
        expectError(code, {"the server says no"}, [&] { static_cast<void>(load()); });
    }
}

TEST_F(RemoteNetworkTest, UnknownNetworkListsThoseThatAreThere) {
    expectError(ErrorCode::InvalidArgument, {"no network edsr", "mine, other"},
                [&] { static_cast<void>(load("#edsr")); });
}

TEST_F(RemoteNetworkTest, OtherScaleIsRefused) {
    expectError(ErrorCode::InvalidArgument, {"scale=4", "enlarges by 2"}, [&] { static_cast<void>(load(":scale=4")); });
}

TEST_F(RemoteNetworkTest, OtherVersionIsSaidInWords) {
    server_.reset();
    server_ = std::make_unique<FakeServer>(socket(), globalFormula, scale, /*protocol=*/2);
    expectError(ErrorCode::ModelFailure, {"version 2", "update Lamscope here"}, [&] { static_cast<void>(load()); });
}

TEST(RemoteConnection, SilenceIsALoss) {
    const test::TemporaryFolder folder;
    FakeServer server(folder / "mine.sock", globalFormula, scale);
    remote::Patience patience;
    patience.ping = std::chrono::milliseconds(20);
    patience.silence = std::chrono::milliseconds(100);
    const auto connection = remote::Connection::open(remote::Address::parse(server.address()), patience, {});
    server.setFault(Fault::Silent);
    expectError(ErrorCode::ConnectionLost, {"silent for 0.1 s"}, [&] {
        static_cast<void>(connection->ask({{"request", "read"}, {"pass", 1}, {"region", nullptr}}, std::nullopt, {}));
    });
    EXPECT_FALSE(connection->isOpen());
}

TEST(RemoteConnection, SlowAnswersAreWaitedForWhileTheServerIsThere) {
    const test::TemporaryFolder folder;
    FakeServer server(folder / "mine.sock", globalFormula, scale);
    remote::Patience patience;
    patience.ping = std::chrono::milliseconds(5);
    patience.silence = std::chrono::minutes(10);
    const auto connection = remote::Connection::open(remote::Address::parse(server.address()), patience, {});
    server.setFault(Fault::NeverAnswers);
    std::stop_source stop;
    const auto begin = server.counts().bytesSent.load();
    const std::jthread stopper([&] {
        constexpr int answersToPing = 10 * 18;
        while (server.counts().bytesSent - begin < answersToPing) {
            std::this_thread::yield();
        }
        stop.request_stop();
    });
    EXPECT_FALSE(
        connection->ask({{"request", "read"}, {"pass", 1}, {"region", nullptr}}, std::nullopt, stop.get_token()));
    EXPECT_TRUE(connection->isOpen());
}

TEST(RemoteConnection, HostsAreNumbersOrNames) {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
    const auto port = std::to_string(acceptor.local_endpoint().port());
    for (const std::string host : {"127.0.0.1", "localhost"}) {
        const std::jthread server([&] { acceptor.accept().close(); });
        expectError(ErrorCode::ConnectionLost, {host, "closed the connection"}, [&] {
            static_cast<void>(remote::Connection::open(
                remote::Address::parse(fmt::format("lamscope+tcp://{}:{}", host, port)), {}, {}));
        });
    }
}

TEST(RemoteConnection, StopGoesBeforeALoss) {
    const test::TemporaryFolder folder;
    auto server = std::make_unique<FakeServer>(folder / "mine.sock", globalFormula, scale);
    const auto connection = remote::Connection::open(remote::Address::parse(server->address()), {}, {});
    server.reset();
    while (connection->isOpen()) {
        std::this_thread::yield();
    }
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(connection->ask({{"request", "ping"}}, std::nullopt, stop.get_token()));
}

TEST(RemoteConnection, RequestsOfSeveralThreadsAreAnsweredToTheirOwn) {
    const test::TemporaryFolder folder;
    const FakeServer server(folder / "mine.sock", globalFormula, scale);
    const auto model = loadModel(ModelSpec::parse(server.address()));
    std::vector<std::jthread> threads;
    std::atomic<int> right{0};
    constexpr int count = 8;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            Image lr(8 + i, 8);
            std::ranges::fill(lr.values(), 0.1F * static_cast<float>(i));
            const auto sr = model.upscale(lr);
            const float value = lr.at(0, 0, 0);
            const float expected = value * value * (1.0F + value);
            right += sr && sr->width() == 2 * lr.width() && std::abs(sr->at(0, 3, 3) - expected) < 1e-5F ? 1 : 0;
        });
    }
    threads.clear();
    EXPECT_EQ(right, count);
}

}  // namespace
}  // namespace lamscope
