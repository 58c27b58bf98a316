// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/frame.h"

#include <array>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "model/remote/greeting.h"

namespace lamscope::remote {
namespace {

using Json = nlohmann::json;

std::array<std::byte, prefixBytes> prefixOf(const std::string& text) {
    std::array<std::byte, prefixBytes> bytes{};
    std::memcpy(bytes.data(), text.data(), bytes.size());
    return bytes;
}

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

template <typename Action>
void expectRefused(const std::string& why, Action action) {
    try {
        action();
        ADD_FAILURE() << "accepted, though " << why;
    } catch (const ProtocolError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(why));
    }
}

TEST(RemoteFrame, IsReadBackAsItWasWritten) {
    const std::array tensors{TensorEntry{.name = "x", .shape = {2, 3, 5, 7}},
                             TensorEntry{.name = "empty", .type = TensorEntry::Type::Float16, .shape = {0, 9}}};
    const auto frame = frameBefore({{"id", 7}, {"request", "forward"}}, tensors);
    const auto prefix = parsePrefix(prefixOf(frame), 840);
    EXPECT_EQ(prefix.payloadBytes, 840U);
    ASSERT_EQ(frame.size(), prefixBytes + prefix.headerBytes);
    const auto header = parseHeader(bytesOf(frame).subspan(prefixBytes));
    EXPECT_EQ(header.at("id"), 7);
    EXPECT_EQ(header.at("request"), "forward");
    const auto read = parseTensors(header, prefix.payloadBytes);
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].shape, tensors[0].shape);
    EXPECT_EQ(read[1].type, TensorEntry::Type::Float16);
    EXPECT_EQ(read[1].bytes(), 0U);
}

TEST(RemoteFrame, NumbersAreLittleEndian) {
    const auto frame = frameBefore(Json::object(), {});
    EXPECT_EQ(frame, std::string("LSB1\x02\0\0\0\0\0\0\0\0\0\0\0{}", 18));
}

TEST(RemoteFrame, PrefixIsRefusedBeyondItsBounds) {
    const std::string good("LSB1\x02\0\0\0\x10\0\0\0\0\0\0\0", prefixBytes);
    EXPECT_EQ(parsePrefix(prefixOf(good), 16).payloadBytes, 16U);
    expectRefused("16 bytes of values; 15", [&] { static_cast<void>(parsePrefix(prefixOf(good), 15)); });
    auto other = good;
    other[3] = '2';
    expectRefused("LSB1", [&] { static_cast<void>(parsePrefix(prefixOf(other), 16)); });
    auto longHeader = good;
    longHeader[6] = '\x10';  // 1 MiB and 2 bytes
    expectRefused("header of 1048578", [&] { static_cast<void>(parsePrefix(prefixOf(longHeader), 16)); });
    auto huge = good;
    huge[15] = '\xFF';
    expectRefused("bytes of values", [&] { static_cast<void>(parsePrefix(prefixOf(huge), mostPayloadBytes)); });
}

TEST(RemoteFrame, HeaderIsAnObject) {
    for (const char* text : {"", "[]", "null", "{", "{\"a\":\"\xFF\"}", "{}{}"}) {
        expectRefused("no JSON object", [&] { static_cast<void>(parseHeader(bytesOf(text))); });
    }
}

TEST(RemoteFrame, TensorsFitThePayload) {
    const auto tensors = [](const char* list, std::uint64_t payload) {
        return parseTensors({{"tensors", Json::parse(list)}}, payload);
    };
    EXPECT_EQ(tensors(R"([{"name":"y","dtype":"float32","shape":[]}])", 4).front().bytes(), 4U);
    EXPECT_TRUE(parseTensors(Json::object(), 0).empty());
    expectRefused("of which its tensors are 0", [] { static_cast<void>(parseTensors(Json::object(), 1)); });
    expectRefused("of which its tensors are 4",
                  [&] { static_cast<void>(tensors(R"([{"name":"y","dtype":"float32","shape":[1]}])", 5)); });
    expectRefused("larger than what it sends",
                  [&] { static_cast<void>(tensors(R"([{"name":"y","dtype":"float32","shape":[2]}])", 7)); });
    // The product of the sides is 0 in 64 bits.
    expectRefused("larger than what it sends", [&] {
        static_cast<void>(
            tensors(R"([{"name":"y","dtype":"float32","shape":[1073741824,1073741824,1073741824,1073741824]}])", 16));
    });
    EXPECT_EQ(tensors(R"([{"name":"y","dtype":"float32","shape":[2147483647,2147483647,0]}])", 0).front().bytes(), 0U);
    expectRefused("unknown type",
                  [&] { static_cast<void>(tensors(R"([{"name":"y","dtype":"float64","shape":[]}])", 8)); });
    for (const char* shape : {"[-1]", "[1.5]", "[2147483648]", "\"3\"", "[\"3\"]", "[1,1,1,1,1,1,1,1,1]"}) {
        expectRefused("sends a tensor", [&] {
            static_cast<void>(
                tensors((std::string(R"([{"name":"y","dtype":"float32","shape":)") + shape + "}]").c_str(), 4));
        });
    }
}

TEST(RemoteFrame, TextIsMadeFitToBeShown) {
    EXPECT_EQ(shownText("a\nb\x1B[31m\x7F"), "a b [31m ");
    EXPECT_EQ(shownText("äöü", 3), "ä");  // never half a character
    EXPECT_EQ(shownText(std::string(1000, 'x')).size(), 500U);
}

Json goodGreeting() {
    return Json::parse(
        R"({"id": 1, "protocol": 1, "server": "lamscope.py 1.0", "limits": {"payload": 1000, "in_flight": 2},
        "networks": [{"id": "mine", "name": "Mine", "scale": 4, "range": 255, "mean": [0.4, 0.5, 0.6], "channels": 3,
                      "frames": 1, "size_multiple": 8, "minimum_side": 16, "fixed_size": [64, 48], "parameters": 715176,
                      "device": "cuda:0", "framework": "PyTorch", "unknown": [1], "can": ["taps"]}]})");
}

TEST(RemoteGreeting, IsRead) {
    const auto greeting = greetingFrom(goodGreeting());
    EXPECT_EQ(greeting.mostPayload, 1000U);
    EXPECT_EQ(greeting.inFlight, 2);
    ASSERT_EQ(greeting.networks.size(), 1U);
    const auto& network = greeting.networks.front();
    EXPECT_EQ(network.name, "Mine");
    EXPECT_EQ(network.scale, 4);
    EXPECT_EQ(network.range, 255.0);
    EXPECT_THAT(network.mean, testing::ElementsAre(0.4, 0.5, 0.6));
    EXPECT_EQ(network.sizeMultiple, 8);
    EXPECT_EQ(network.minimumSide, 16);
    EXPECT_EQ(network.fixedSize, std::pair(64, 48));
    EXPECT_EQ(network.parameters, 715176);
    EXPECT_EQ(network.weightsSha256, "");
}

TEST(RemoteGreeting, VersionThatDoesNotFitSaysWhoIsOlder) {
    auto answer = goodGreeting();
    answer["protocol"] = 2;
    expectRefused("update Lamscope here", [&] { static_cast<void>(greetingFrom(answer)); });
    answer["protocol"] = 0;
    expectRefused("update lamscope.py there", [&] { static_cast<void>(greetingFrom(answer)); });
}

TEST(RemoteGreeting, ValuesBeyondTheirBoundsAreRefused) {
    const auto refuses = [](const char* member, const Json& value) {
        auto answer = goodGreeting();
        answer["networks"][0][member] = value;
        expectRefused(member, [&] { static_cast<void>(greetingFrom(answer)); });
    };
    refuses("id", "");
    refuses("id", 3);
    refuses("scale", 0);
    refuses("scale", 9);
    refuses("scale", std::numeric_limits<std::uint64_t>::max());
    refuses("scale", 4.5);
    refuses("range", 0.0);
    refuses("range", "1");
    refuses("channels", 4);
    refuses("mean", {0.1, 0.2});
    refuses("mean", {0.1, 0.2, 1.2});
    refuses("size_multiple", 513);
    refuses("fixed_size", {64});
    refuses("fixed_size", {64, 0});
    refuses("parameters", -1);
    refuses("weights_sha256", "abc");
    auto answer = goodGreeting();
    answer["networks"] = Json::array();
    expectRefused("networks", [&] { static_cast<void>(greetingFrom(answer)); });
    answer["networks"] = Json::array({1});
    expectRefused("no object", [&] { static_cast<void>(greetingFrom(answer)); });
}

}  // namespace
}  // namespace lamscope::remote
