// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/address.h"

#include <array>

#include "model/model_spec.h"
#include "support/expect_error.h"

namespace lamscope::remote {
namespace {

using test::expectError;
using Transport = Address::Transport;

TEST(RemoteAddress, ReadsASocket) {
    const auto address = Address::parse("lamscope+unix:///run/user/1000/lamscope/my%20net.sock#edsr%23x2");
    EXPECT_EQ(address.transport, Transport::Unix);
    EXPECT_EQ(address.socket, "/run/user/1000/lamscope/my net.sock");
    EXPECT_EQ(address.network, "edsr#x2");
}

TEST(RemoteAddress, ReadsTcpWithAToken) {
    const auto address = Address::parse("lamscope+tcp://127.0.0.1:41233/0123abc");
    EXPECT_EQ(address.transport, Transport::Tcp);
    EXPECT_EQ(address.host, "127.0.0.1");
    EXPECT_EQ(address.port, 41233);
    EXPECT_EQ(address.token, "0123abc");
    EXPECT_EQ(Address::parse("lamscope+tcp://[::1]:80/t").host, "::1");
}

TEST(RemoteAddress, ReadsAScript) {
    const auto address = Address::parse("ssh://me@gpu.example.org:2222/home/me/serve.py?python=/opt/venv/bin/python#b");
    EXPECT_EQ(address.transport, Transport::Ssh);
    EXPECT_EQ(address.user, "me");
    EXPECT_EQ(address.host, "gpu.example.org");
    EXPECT_EQ(address.port, 2222);
    EXPECT_EQ(address.script, "/home/me/serve.py");
    EXPECT_EQ(address.python, "/opt/venv/bin/python");
    EXPECT_EQ(address.network, "b");
    EXPECT_EQ(Address::parse("ssh://gpu/~/nets/serve.py").script, "nets/serve.py");
}

TEST(RemoteAddress, TextIsReadBackAsTheSame) {
    for (const std::string text :
         {"lamscope+unix:///tmp/a%20b.sock", "lamscope+unix:///tmp/a.sock#net%2F1", "lamscope+tcp://[::1]:80/t",
          "lamscope+tcp://localhost:80", "ssh://gpu/serve.py", "ssh://me@gpu:22/~/a%27b.py?python=python3.11#x"}) {
        const auto address = Address::parse(text);
        EXPECT_EQ(Address::parse(address.toString()), address) << text;
    }
}

TEST(RemoteAddress, WhatIsShownHoldsNoToken) {
    EXPECT_EQ(Address::parse("lamscope+tcp://127.0.0.1:41233/secret#a").shown(), "lamscope+tcp://127.0.0.1:41233#a");
    EXPECT_EQ(ModelSpec::parse("lamscope+tcp://127.0.0.1:41233/secret#a:scale=4").withoutToken().toString(),
              "lamscope+tcp://127.0.0.1:41233#a:scale=4");
    EXPECT_EQ(ModelSpec::parse("a.pth:scale=4").withoutToken().toString(), "a.pth:scale=4");
}

TEST(RemoteAddress, RefusalQuotesNoToken) {
    for (const std::string text : {"lamscope+tcp://localhost/secret", "lamscope+tcp://localhost:70000/secret",
                                   "lamscope+tcp://localhost:80/secret%", "lamscope+tcp://localhost:80/secret#",
                                   "lamscope+tpc://localhost:80/secret", "localhost:80/secret"}) {
        try {
            static_cast<void>(Address::parse(text));
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_THAT(error.what(),
                        testing::AllOf(testing::HasSubstr("localhost"), testing::Not(testing::HasSubstr("secret"))));
        }
    }
}

TEST(RemoteAddress, RefusalSaysWhatIsWrong) {
    struct Case {
        const char* text;
        const char* why;
    };
    constexpr std::array cases{Case{"http://localhost", "none of a network"},
                               Case{"lamscope+unix://tmp/a", "three slashes"},
                               Case{"lamscope+unix:///a%2", "two hexadecimal digits"},
                               Case{"lamscope+unix:///a%0Ab", "control characters"},
                               Case{"lamscope+unix:///a#", "behind #"},
                               Case{"lamscope+tcp://localhost/token", "has no port"},
                               Case{"lamscope+tcp://localhost:70000/token", "70000"},
                               Case{"lamscope+tcp://:80/token", "host"},
                               Case{"lamscope+tcp://[::1/t", "without ]"},
                               Case{"ssh://-oProxyCommand=x/serve.py", "host"},
                               Case{"ssh://-l@gpu/serve.py", "user"},
                               Case{"ssh://gpu", "names no script"},
                               Case{"ssh://gpu/folder/", "names no script"},
                               Case{"ssh://gpu/~/-c", "begins with -"},
                               Case{"ssh://gpu/serve.py?shell=sh", "only ?python="}};
    for (const auto& [text, why] : cases) {
        SCOPED_TRACE(text);
        expectError(ErrorCode::InvalidArgument, {why},
                    [&, text = std::string(text)] { static_cast<void>(Address::parse(text)); });
    }
    expectError(ErrorCode::InvalidArgument, {"107"},
                [] { static_cast<void>(Address::parse("lamscope+unix:///" + std::string(200, 'a'))); });
}

TEST(RemoteAddress, IsAModelWithSettings) {
    const auto spec = ModelSpec::parse("lamscope+tcp://127.0.0.1:41233/token#edsr:name=Mine,scale=4");
    EXPECT_TRUE(spec.isRemote());
    EXPECT_EQ(spec.file, "lamscope+tcp://127.0.0.1:41233/token#edsr");
    EXPECT_EQ(spec.settings.name, "Mine");
    EXPECT_EQ(ModelSpec::parse(spec.toString()), spec);
    EXPECT_TRUE(filesOf(std::span(&spec, 1)).empty());
    expectError(ErrorCode::InvalidArgument, {"has no port"},
                [] { static_cast<void>(ModelSpec::parse("lamscope+tcp://localhost")); });
}

TEST(RemoteAddress, NameBeforeLoadingHoldsNoToken) {
    EXPECT_EQ(ModelSpec::parse("lamscope+tcp://127.0.0.1:41233/token").displayName(), "127.0.0.1:41233");
    EXPECT_EQ(ModelSpec::parse("lamscope+tcp://127.0.0.1:41233/token#edsr").displayName(), "edsr");
    EXPECT_EQ(ModelSpec::parse("lamscope+unix:///tmp/mine.sock").displayName(), "mine");
    EXPECT_EQ(ModelSpec::parse("ssh://gpu/nets/serve.py").displayName(), "serve");
}

}  // namespace
}  // namespace lamscope::remote
