// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/checkpoint/writers.h"

namespace lamscope::detail::pickle_test {
namespace {

namespace pickled = test::pickled;
using ::testing::HasSubstr;

Pickle read(const std::string& data) {
    Budget budget = Budget::forFile(data.size());
    return readPickle(test::asBytes(data), budget);
}

/// The message for a pickle that must be refused.
std::string refusal(const std::string& data) {
    try {
        static_cast<void>(read(data));
    } catch (const FormatError& error) {
        return error.what();
    }
    return "accepted";
}

std::int64_t integer(const std::string& opcodes) {
    const std::string data = "\x80\x02" + opcodes + ".";
    const Pickle pickle = read(data);
    EXPECT_EQ(pickle.top().kind, NodeKind::Int);
    EXPECT_EQ(pickle.length, data.size());
    return pickle.top().integer;
}

TEST(Pickle, readsIntegersOfEveryOpcode) {
    EXPECT_EQ(integer("K\xFF"), 255);
    EXPECT_EQ(integer("M\xFF\xFF"), 65535);
    EXPECT_EQ(integer(std::string("J\xFE\xFF\xFF\xFF", 5)), -2);
    EXPECT_EQ(integer(std::string("\x8A\x00", 2)), 0);
    EXPECT_EQ(integer("\x8A\x01\xFF"), -1);
    EXPECT_EQ(integer(std::string("\x8A\x02\xFF\x00", 4)), 255);
    EXPECT_EQ(integer("\x8A\x08" + test::bytesOf(std::int64_t{-123456789012345})), -123456789012345);
    EXPECT_EQ(integer(std::string("\x8B\x03\x00\x00\x00\x40\x42\x0F", 8)), 1000000);
}

TEST(Pickle, readsByteArraysOfProtocol5AndNamesBuffersOutside) {
    const Pickle pickle = read("\x80\x05\x96" + test::bytesOf(std::uint64_t{3}) + "abc.");
    EXPECT_EQ(pickle.top().kind, NodeKind::Text);
    EXPECT_EQ(pickle.top().text, "abc");
    EXPECT_THAT(refusal("\x80\x05\x96" + test::bytesOf(~std::uint64_t{0}) + "abc."), HasSubstr("truncated"));
    EXPECT_THAT(refusal("\x80\x05\x97."), HasSubstr("out-of-band"));
    EXPECT_THAT(refusal("\x80\x05N\x98."), HasSubstr("out-of-band"));
}

TEST(Pickle, keepsNumbersBeyond64BitsAsBytes) {
    const std::string data("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.", 15);
    const Pickle pickle = read(data);
    EXPECT_EQ(pickle.top().kind, NodeKind::BigInt);
    EXPECT_EQ(pickle.top().text, data.substr(4, 10));
}

TEST(Pickle, readsContainersAndTheMemo) {
    // [('a', None), True] with 'a' memoized and used again as the list's last item
    const std::string data(
        "\x80\x02](X\x01\x00\x00\x00"
        "aq\x05N\x86\x88h\x05"
        "e.",
        19);
    const Pickle pickle = read(data);
    ASSERT_EQ(pickle.top().kind, NodeKind::List);
    ASSERT_EQ(pickle.top().items.size(), 3U);
    const Node& pair = pickle[pickle.top().items[0]];
    EXPECT_EQ(pair.kind, NodeKind::Tuple);
    EXPECT_EQ(pickle[pair.items[0]].text, "a");
    EXPECT_EQ(pickle[pair.items[1]].kind, NodeKind::None);
    EXPECT_EQ(pickle[pickle.top().items[1]].integer, 1);
    EXPECT_EQ(pickle.top().items[2], pair.items[0]);
}

TEST(Pickle, readsProtocol4) {
    const std::string body(
        "\x8C\x0B"
        "collections\x94\x8C\x07"
        "Counter\x94\x93)R.");
    const std::string data = "\x80\x04\x95" + test::bytesOf(std::uint64_t{body.size()}) + body;
    const Pickle pickle = read(data);
    ASSERT_EQ(pickle.top().kind, NodeKind::Object);
    EXPECT_TRUE(pickle.isGlobal(pickle.top().items[0], "collections", "Counter"));
}

TEST(Pickle, keepsHostileCallsInert) {
    for (const auto& [module, name] : {std::pair("os", "system"), {"builtins", "exec"}, {"__builtin__", "eval"}}) {
        const std::string data =
            pickled::whole(pickled::call(pickled::global(module, name), {pickled::text("touch owned")}));
        const Pickle pickle = read(data);
        ASSERT_EQ(pickle.top().kind, NodeKind::Object);
        EXPECT_TRUE(pickle.isGlobal(pickle.top().items[0], module, name));
    }
}

TEST(Pickle, refusesOpcodesThatWeightFilesDoNotUse) {
    EXPECT_THAT(refusal("cos\nsystem\n(S'ls'\ntR."), HasSubstr("instruction 0x53"));
    EXPECT_THAT(refusal("\x80\x02(i__main__\nX\n."), HasSubstr("instruction 0x69"));
    EXPECT_THAT(refusal("\x80\x02\x82\x01."), HasSubstr("instruction 0x82"));
    EXPECT_THAT(refusal("\x80\x06N."), HasSubstr("protocol 6"));
}

TEST(Pickle, keepsCyclesWithoutFollowingThem) {
    const std::string data(
        "\x80\x02]q\x00h\x00"
        "a.",
        9);  // a list that holds itself
    const Pickle pickle = read(data);
    ASSERT_EQ(pickle.top().items.size(), 1U);
    EXPECT_EQ(pickle.top().items[0], pickle.root);
}

TEST(Pickle, survivesDeepNesting) {
    std::string data = "\x80\x02)";
    for (int depth = 0; depth < 50000; ++depth) {
        data += "\x85";  // TUPLE1 of what was there
    }
    const Pickle pickle = read(data + ".");
    EXPECT_EQ(pickle.top().kind, NodeKind::Tuple);
    EXPECT_EQ(refusal("\x80\x02" + std::string(100000, '(')).substr(0, 23), "holds a damaged pickle ");
}

TEST(Pickle, checksCountsAgainstTheBytesThatAreLeft) {
    EXPECT_THAT(refusal(std::string("\x80\x02X\xFF\xFF\xFF\xFF"
                                    "abc.",
                                    11)),
                HasSubstr("wants 4294967295 bytes"));
    EXPECT_THAT(refusal("\x80\x04\x8D" + test::bytesOf(~std::uint64_t{0}) + "abc."),
                HasSubstr("wants 18446744073709551615"));
    EXPECT_THAT(refusal(std::string("\x80\x02\x8B\xFF\xFF\xFF\x7F.", 8)), HasSubstr("wants 2147483647 bytes"));
    EXPECT_THAT(refusal("\x80\x04\x95" + test::bytesOf(~std::uint64_t{0}) + "."), HasSubstr("frame"));
    EXPECT_THAT(refusal("\x80\x02"
                        "cos\nsyst"),
                HasSubstr("truncated"));
    EXPECT_THAT(refusal(""), HasSubstr("truncated"));
}

TEST(Pickle, boundsTheMemo) {
    EXPECT_THAT(refusal(std::string("\x80\x02Nr\xFF\xFF\xFF\xFF.", 9)), HasSubstr("memo"));
    EXPECT_THAT(refusal("\x80\x02h\x07."), HasSubstr("reference to nothing"));
}

TEST(Pickle, boundsMemory) {
    std::string data =
        "\x80\x02(" + std::string(500000, ']') + "t.";  // half a megabyte that asks for half a million lists
    EXPECT_THAT(refusal(data), HasSubstr("memory"));
}

TEST(Pickle, refusesAnUnbalancedStack) {
    for (const char* opcodes : {"", "R", "t", "NR", "a", "Na", "NNs", "(u", "}(Nu", "(0N0", "\x93", "Q", "0", "1"}) {
        EXPECT_NE(refusal("\x80\x02" + std::string(opcodes) + "."), "accepted") << opcodes;
    }
    EXPECT_THAT(refusal("\x80\x02N(R."), HasSubstr("missing value"));  // nothing may be taken from below a mark
    EXPECT_THAT(refusal("\x80\x02NNR."), HasSubstr("call without arguments"));
}

}  // namespace
}  // namespace lamscope::detail::pickle_test
