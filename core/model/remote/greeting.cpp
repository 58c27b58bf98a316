// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/greeting.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/remote/frame.h"

namespace lamscope::remote {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t largestNumber = std::int64_t{1} << 53U;  // that JSON holds exactly everywhere
constexpr int largestScale = 8;
constexpr int largestSizeRule = 512;
constexpr int largestSide = 1 << 20;
constexpr double smallestRange = 1e-3;
constexpr double largestRange = 1e6;
constexpr std::size_t mostNetworks = 1000;
constexpr std::size_t longestName = 200;
constexpr std::size_t hashDigits = 64;

/// Null where it is missing.
const Json& optionalValue(const Json& object, const char* name) {
    static const Json nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

int ruleFrom(const Json& json, const char* name) {
    return optionalValue(json, name).is_null() ? 1 : static_cast<int>(wholeNumber(json, name, 1, largestSizeRule));
}

std::vector<double> meanFrom(const Json& json, int channels) {
    const auto& mean = optionalValue(json, "mean");
    if (mean.is_null()) {
        return {};
    }
    const auto isShare = [](const Json& value) {
        return value.is_number() && value.get<double>() >= 0.0 && value.get<double>() <= 1.0;
    };
    if (!mean.is_array() || mean.size() != static_cast<std::size_t>(channels) || !std::ranges::all_of(mean, isShare)) {
        throw ProtocolError(fmt::format("sends a \"mean\" that is no list of {} numbers from 0 to 1", channels));
    }
    return mean.get<std::vector<double>>();
}

std::optional<std::pair<int, int>> fixedSizeFrom(const Json& json) {
    const auto& size = optionalValue(json, "fixed_size");
    if (size.is_null()) {
        return std::nullopt;
    }
    const auto isSide = [](const Json& value) {
        return value.is_number_unsigned() && value.get<std::uint64_t>() >= 1
               && value.get<std::uint64_t>() <= std::uint64_t{largestSide};
    };
    if (!size.is_array() || size.size() != 2 || !std::ranges::all_of(size, isSide)) {
        throw ProtocolError("sends a \"fixed_size\" that is no [width, height]");
    }
    return std::pair(size[0].get<int>(), size[1].get<int>());
}

double rangeFrom(const Json& json) {
    const auto& range = optionalValue(json, "range");
    if (!range.is_number() || !(range.get<double>() >= smallestRange && range.get<double>() <= largestRange)) {
        throw ProtocolError(
            fmt::format("sends a \"range\" that is no number from {} to {}", smallestRange, largestRange));
    }
    return range.get<double>();
}

std::string hashFrom(const Json& json) {
    auto hash = textMember(json, "weights_sha256", 2 * hashDigits);
    const bool isHash = hash.size() == hashDigits && hash.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hash.empty() && !isHash) {
        throw ProtocolError("sends a \"weights_sha256\" that is not 64 hexadecimal digits");
    }
    return hash;
}

NetworkDescription descriptionFrom(const Json& json) {
    if (!json.is_object()) {
        throw ProtocolError("lists a network that is no object");
    }
    NetworkDescription network;
    network.id = textMember(json, "id", longestName);
    if (network.id.empty() || network.id != optionalValue(json, "id").get<std::string>()) {
        throw ProtocolError("has a network whose \"id\" is not 1 to 200 printable characters");
    }
    network.name = textMember(json, "name", longestName);
    if (network.name.empty()) {
        network.name = network.id;
    }
    network.scale = static_cast<int>(wholeNumber(json, "scale", 1, largestScale));
    network.range = rangeFrom(json);
    constexpr int colours = 3;
    network.channels = static_cast<int>(wholeNumber(json, "channels", 1, colours));
    if (network.channels == 2) {
        throw ProtocolError("has a network of 2 channels; it may have 3 (RGB) or 1 (Y)");
    }
    network.frames = ruleFrom(json, "frames");
    network.mean = meanFrom(json, network.channels);
    network.sizeMultiple = ruleFrom(json, "size_multiple");
    network.minimumSide = ruleFrom(json, "minimum_side");
    network.fixedSize = fixedSizeFrom(json);
    if (!optionalValue(json, "parameters").is_null()) {
        network.parameters = wholeNumber(json, "parameters", 0, largestNumber);
    }
    network.device = textMember(json, "device", longestName);
    network.framework = textMember(json, "framework", longestName);
    network.weightsSha256 = hashFrom(json);
    return network;
}

}  // namespace

std::string versionTrouble(std::int64_t serversVersion) {
    return serversVersion > protocolVersion
               ? fmt::format("speaks version {} of the protocol and this program version {}: update Lamscope here",
                             serversVersion, protocolVersion)
               : fmt::format("speaks version {} of the protocol and this program version {}: update lamscope.py there",
                             serversVersion, protocolVersion);
}

Greeting greetingFrom(const nlohmann::json& answer) {
    constexpr std::int64_t latestVersion = 1'000'000;
    if (const auto version = wholeNumber(answer, "protocol", 0, latestVersion); version != protocolVersion) {
        throw ProtocolError(versionTrouble(version));
    }
    Greeting greeting{.server = textMember(answer, "server"), .mostPayload = mostPayloadBytes, .networks = {}};
    if (const auto& limits = optionalValue(answer, "limits"); limits.is_object()) {
        constexpr std::int64_t mostInFlight = 1024;
        greeting.mostPayload = static_cast<std::uint64_t>(wholeNumber(limits, "payload", 0, largestNumber));
        greeting.inFlight = static_cast<int>(wholeNumber(limits, "in_flight", 1, mostInFlight));
    }
    const auto& networks = optionalValue(answer, "networks");
    if (!networks.is_array() || networks.empty() || networks.size() > mostNetworks) {
        throw ProtocolError(fmt::format("does not list 1 to {} networks", mostNetworks));
    }
    for (const auto& each : networks) {
        greeting.networks.push_back(descriptionFrom(each));
    }
    return greeting;
}

}  // namespace lamscope::remote
