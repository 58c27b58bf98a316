// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope::remote {

namespace {

constexpr std::string_view unixScheme = "lamscope+unix://";
constexpr std::string_view tcpScheme = "lamscope+tcp://";
constexpr std::string_view sshScheme = "ssh://";
constexpr std::string_view pythonQuery = "python=";
constexpr std::string_view homeFolder = "/~/";
constexpr std::size_t longestAddress = 4096;
/// sun_path, less its final 0.
constexpr std::size_t longestSocket = 107;
constexpr std::string_view forms =
    "write lamscope+unix:///path/of/the.sock, lamscope+tcp://127.0.0.1:PORT/TOKEN or ssh://user@host/path/serve.py";

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw Error(ErrorCode::InvalidArgument, fmt::format("the address {} {}", hidingToken(text), why));
}

std::optional<int> hexDigit(char c) {
    constexpr int letters = 10;
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + letters;
    }
    return c >= 'A' && c <= 'F' ? std::optional(c - 'A' + letters) : std::nullopt;
}

/// Without %XX.
std::string decoded(std::string_view text, std::string_view address) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        const auto high = i + 1 < text.size() ? hexDigit(text[i + 1]) : std::nullopt;
        const auto low = i + 2 < text.size() ? hexDigit(text[i + 2]) : std::nullopt;
        if (!high || !low) {
            refuse(address, "has a % that is not followed by two hexadecimal digits: write %25 for a % itself");
        }
        constexpr int base = 16;
        result += static_cast<char>(*high * base + *low);
        i += 2;
    }
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < static_cast<unsigned char>(' '); };
    if (std::ranges::any_of(result, isControl)) {
        refuse(address, "holds control characters");
    }
    return result;
}

std::string encoded(std::string_view text) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string result;
    for (const char c : text) {
        result += plain.find(c) != std::string_view::npos ? std::string(1, c)
                                                          : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return result;
}

std::uint16_t portFrom(std::string_view text, std::string_view address) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) {
        refuse(address, fmt::format("has the port \"{}\": a number from 1 to 65535 is wanted", text));
    }
    return port;
}

/// `rest` before the first of `ends`, which it loses; all of it where there is none.
std::string_view takeUntil(std::string_view& rest, char end) {
    const auto place = rest.find(end);
    const auto part = rest.substr(0, place);
    rest = place == std::string_view::npos ? std::string_view() : rest.substr(place);
    return part;
}

/// Reads "host", "host:port", "[::1]:port".
void readHost(Address& result, std::string_view text, std::string_view address) {
    std::string_view host = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) {
            refuse(address, "has a [ without ]");
        }
        host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon);
    }
    const auto isHostCharacter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-'
               || c == '_' || c == ':' || c == '%';
    };
    if (host.empty() || host.starts_with('-') || !std::ranges::all_of(host, isHostCharacter)) {
        refuse(address, fmt::format("has the host \"{}\": a name or a number such as 127.0.0.1 is wanted", host));
    }
    result.host = host;
    if (port.starts_with(':')) {
        result.port = portFrom(port.substr(1), address);
    } else if (!port.empty()) {
        refuse(address, fmt::format("has \"{}\" where :PORT is wanted", port));
    }
}

void readUnix(Address& result, std::string_view rest, std::string_view address) {
    result.socket = decoded(rest, address);
    if (!result.socket.starts_with('/')) {
        refuse(address, "names no absolute path: three slashes follow lamscope+unix:");
    }
    if (result.socket.size() > longestSocket) {
        refuse(address,
               fmt::format("names a socket by {} characters; systems allow {}", result.socket.size(), longestSocket));
    }
}

void readTcp(Address& result, std::string_view rest, std::string_view address) {
    readHost(result, takeUntil(rest, '/'), address);
    if (result.port == 0) {
        refuse(address, "has no port: it is written behind the host, as in lamscope+tcp://127.0.0.1:41233/TOKEN");
    }
    result.token = decoded(rest.empty() ? rest : rest.substr(1), address);
}

void readSsh(Address& result, std::string_view rest, std::string_view address) {
    auto where = takeUntil(rest, '/');
    if (const auto at = where.rfind('@'); at != std::string_view::npos) {
        result.user = decoded(where.substr(0, at), address);
        where = where.substr(at + 1);
        if (result.user.empty() || result.user.starts_with('-')) {
            refuse(address, fmt::format("has the user \"{}\"", result.user));
        }
    }
    readHost(result, where, address);
    auto path = takeUntil(rest, '?');
    if (!rest.empty()) {
        rest.remove_prefix(1);
        if (!rest.starts_with(pythonQuery)) {
            refuse(address, fmt::format("has \"?{}\": only ?python=PROGRAM is known", rest));
        }
        result.python = decoded(rest.substr(pythonQuery.size()), address);
    }
    if (path.starts_with(homeFolder)) {
        path.remove_prefix(homeFolder.size());
    }
    result.script = decoded(path, address);
    if (result.script.empty() || result.script.ends_with('/')) {
        refuse(address, "names no script: the Python file that calls lamscope.serve() follows the host");
    }
    if (result.script.starts_with('-') || result.python.starts_with('-')) {
        refuse(address, "has a path that begins with -");
    }
}

std::string hostText(const Address& address) {
    auto text = address.host.find(':') == std::string::npos ? address.host : fmt::format("[{}]", address.host);
    return address.port == 0 ? text : fmt::format("{}:{}", text, address.port);
}

std::string textOf(const Address& address) {
    switch (address.transport) {
        case Address::Transport::Unix:
            return std::string(unixScheme) + encoded(address.socket);
        case Address::Transport::Tcp:
            return fmt::format("{}{}{}{}", tcpScheme, hostText(address), address.token.empty() ? "" : "/",
                               encoded(address.token));
        case Address::Transport::Ssh:
            return fmt::format("{}{}{}{}{}{}{}", sshScheme, encoded(address.user), address.user.empty() ? "" : "@",
                               hostText(address), address.script.starts_with('/') ? "" : homeFolder,
                               encoded(address.script),
                               address.python.empty() ? "" : fmt::format("?python={}", encoded(address.python)));
    }
    return {};
}

}  // namespace

std::string hidingToken(std::string_view text) {
    if (text.starts_with(unixScheme) || text.starts_with(sshScheme)) {
        return std::string(text);
    }
    const auto scheme = text.find("://");
    const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
    const auto slash = text.find('/', host);
    return slash == std::string_view::npos ? std::string(text) : fmt::format("{}/…", text.substr(0, slash));
}

bool isAddress(std::string_view text) {
    return text.starts_with(unixScheme) || text.starts_with(tcpScheme) || text.starts_with(sshScheme);
}

Address Address::parse(const std::string& text) {
    using Read = void (*)(Address&, std::string_view, std::string_view);
    struct Scheme {
        std::string_view name;
        Transport transport;
        Read read;
    };
    static constexpr std::array schemes{Scheme{unixScheme, Transport::Unix, readUnix},
                                        Scheme{tcpScheme, Transport::Tcp, readTcp},
                                        Scheme{sshScheme, Transport::Ssh, readSsh}};
    if (text.size() > longestAddress) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("an address of {} characters is none", text.size()));
    }
    const auto* scheme = std::ranges::find_if(schemes, [&](const Scheme& each) { return text.starts_with(each.name); });
    if (scheme == schemes.end()) {
        refuse(text, fmt::format("is none of a network: {}", forms));
    }
    Address result;
    result.transport = scheme->transport;
    std::string_view rest = text;
    rest.remove_prefix(scheme->name.size());
    const auto body = takeUntil(rest, '#');
    if (!rest.empty()) {
        result.network = decoded(rest.substr(1), text);
        if (result.network.empty()) {
            refuse(text, "names no network behind #");
        }
    }
    scheme->read(result, body, text);
    return result;
}

std::string Address::toString() const {
    return network.empty() ? textOf(*this) : fmt::format("{}#{}", textOf(*this), encoded(network));
}

std::string Address::shown() const {
    auto plain = *this;
    plain.token.clear();
    return plain.toString();
}

}  // namespace lamscope::remote
