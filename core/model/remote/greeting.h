// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace lamscope::remote {

/// The version of the protocol that is spoken here.
constexpr int protocolVersion = 1;

/// What a server says of one of its networks.
struct NetworkDescription {
    std::string id;  ///< names it in requests
    std::string name;
    int scale = 0;             ///< SR side / LR side, 1…8
    double range = 1.0;        ///< values are in [0, range], 0.001…1e6
    std::vector<double> mean;  ///< RGB subtracted inside, in [0, 1]; empty when there is none
    int channels = 3;          ///< 3: RGB; 1: Y
    int frames = 1;
    int sizeMultiple = 1;
    int minimumSide = 1;
    std::optional<std::pair<int, int>> fixedSize;  ///< LR width and height
    std::optional<std::int64_t> parameters;
    std::string device;         ///< in words; empty where the server does not say
    std::string framework;      ///< in words; empty where the server does not say
    std::string weightsSha256;  ///< 64 lower-case hexadecimal digits; empty where there are none

    friend bool operator==(const NetworkDescription&, const NetworkDescription&) = default;
};

/// The answer to `hello`.
struct Greeting {
    std::string server;                        ///< in words
    std::uint64_t mostPayload = 0;             ///< bytes of a request's payload
    int inFlight = 1;                          ///< requests that may wait or run at once
    std::vector<NetworkDescription> networks;  ///< at least one
};

/// Throws ProtocolError where the answer does not follow the protocol, speaks another version, or has no network.
[[nodiscard]] Greeting greetingFrom(const nlohmann::json& answer);

/// "updates" in words where the versions do not fit: who is older, and what to do.
[[nodiscard]] std::string versionTrouble(std::int64_t serversVersion);

}  // namespace lamscope::remote
