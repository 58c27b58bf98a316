// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lamscope::remote {

/// Where a network runs that is evaluated over the bridge, see docs/bridge-protocol.md:
///   lamscope+unix:///run/user/1000/lamscope/mine.sock  a Unix socket
///   lamscope+tcp://127.0.0.1:41233/TOKEN               TCP, with the token that the server asks for
///   ssh://user@host:22/path/serve.py?python=PROGRAM    a script that is started there
/// each with `#ID` at the end where one of the server's networks is meant. Plain data.
struct Address {
    enum class Transport { Unix, Tcp, Ssh };

    Transport transport = Transport::Unix;
    std::string socket;      ///< Unix: absolute path
    std::string host;        ///< Tcp, Ssh: without brackets
    std::uint16_t port = 0;  ///< Tcp, Ssh; 0: ssh's own default
    std::string token;       ///< Tcp; may be empty
    std::string user;        ///< Ssh; empty: ssh's own default
    std::string script;      ///< Ssh: absolute path there, or relative to the home folder
    std::string python;      ///< Ssh: the interpreter; empty: python3
    std::string network;     ///< the id of one of the server's networks; empty: the first

    /// Throws Error(InvalidArgument), which says what is wrong with the text.
    static Address parse(const std::string& text);

    /// The inverse of parse().
    [[nodiscard]] std::string toString() const;

    /// The same without the token, for what others may read.
    [[nodiscard]] std::string shown() const;

    friend bool operator==(const Address&, const Address&) = default;
};

/// A text that may not be an address, without what would be its token.
[[nodiscard]] std::string hidingToken(std::string_view text);

/// Whether the text begins as an address does: parse() may still refuse it.
[[nodiscard]] bool isAddress(std::string_view text);

}  // namespace lamscope::remote
