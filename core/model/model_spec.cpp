// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/model_spec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/checkpoint/model_files.h"
#include "model/remote/address.h"

namespace lamscope {

namespace {

constexpr std::string_view knownKeys = "scale, range, name, weights, colour, arch";
constexpr std::array<std::string_view, 22> assumptions{
    "residual_scale", "slope",      "dilation",   "attention_scale", "img_range",     "mean_shift",
    "category_size",  "top_k",      "heads",      "norm_groups",     "bilinear_skip", "norm",
    "group_size",     "patch_size", "noise_seed", "window",          "base_window",   "window_ratios",
    "sigma",          "tlsc",       "passes",     "img_size"};

std::string allKeys() {
    return fmt::format("{}, {}", knownKeys, fmt::join(assumptions, ", "));
}

bool startsSettings(std::string_view text) {
    const auto end = text.find('=');
    if (end == std::string_view::npos || end == 0) {
        return false;
    }
    return text.substr(0, end).find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

template <typename Number>
Number parseNumber(std::string_view key, std::string_view text, Number low, Number high) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= low && value <= high)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the model setting {}={} is not a number from {} to {}", key, text, low, high));
    }
    return value;
}

/// Numbers joined by '/'.
std::vector<double> parseNumbers(std::string_view key, std::string_view text) {
    std::vector<double> values;
    for (;;) {
        const auto end = text.find('/');
        values.push_back(parseNumber<double>(key, text.substr(0, end), -1e6, 1e6));
        if (end == std::string_view::npos) {
            return values;
        }
        text = text.substr(end + 1);
    }
}

void applySetting(ModelSettings& settings, std::string_view item) {
    const auto equals = item.find('=');
    const auto key = item.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1);
    if (value.empty()) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("the model setting '{}' has no value; write key=value with one of {}", item, allKeys()));
    }
    if (key == "scale") {
        settings.scale = parseNumber<int>(key, value, 1, 8);
    } else if (key == "range") {
        settings.range = parseNumber<double>(key, value, 1e-3, 1e6);
    } else if (key == "name") {
        settings.name = value;
    } else if (key == "weights") {
        settings.weights = value;
    } else if (key == "colour") {
        if (value != "y" && value != "each") {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the model setting colour={} is neither y nor each", value));
        }
        settings.colour = value;
    } else if (key == "arch") {
        settings.architecture = value;
    } else if (std::ranges::find(assumptions, key) != assumptions.end()) {
        settings.assumptions[std::string(key)] = parseNumbers(key, value);
    } else {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("unknown model setting '{}'; the known ones are {}", key, allKeys()));
    }
}

/// Index of the colon that ends the file's name: the first colon that settings seem to follow, unless a file exists
/// whose name contains that colon.
std::size_t endOfFile(std::string_view text) {
    std::error_code ignored;
    const auto exists = [&](std::string_view file) {
        return !file.empty() && std::filesystem::exists(std::filesystem::path(file), ignored);
    };
    auto first = std::string_view::npos;
    auto end = std::string_view::npos;  // tried from the longest name to the shortest
    for (auto colon = text.rfind(':'); colon != std::string_view::npos;
         colon = colon == 0 ? std::string_view::npos : text.rfind(':', colon - 1)) {
        if (startsSettings(text.substr(colon + 1))) {
            if (exists(text.substr(0, end))) {
                return end;
            }
            first = end = colon;
        }
    }
    return first;
}

std::vector<std::filesystem::path> filesReadFor(const std::filesystem::path& model) {
    try {
        auto files = modelFiles(model);
        std::error_code error;
        if (!std::filesystem::is_directory(model, error)) {
            files.push_back(model);  // an index does not name itself
            return files;
        }
        for (std::filesystem::directory_iterator entry(model, error), end; !error && entry != end;
             entry.increment(error)) {
            if (entry->path().filename().string().ends_with(".index.json")) {
                files.push_back(entry->path());
            }
        }
        return files;
    } catch (const Error&) {
        return {model};
    }
}

/// What stands for a network before its server has said more; never its token.
std::string nameOfServer(const std::string& text) {
    try {
        const auto address = remote::Address::parse(text);
        if (!address.network.empty()) {
            return address.network;
        }
        return address.transport == remote::Address::Transport::Tcp
                   ? fmt::format("{}:{}", address.host, address.port)
                   : std::filesystem::path(address.socket + address.script).stem().string();
    } catch (const Error&) {
        return "server";  // a session that was written by hand
    }
}

}  // namespace

std::span<const std::string_view> assumptionNames() {
    return assumptions;
}

ModelSpec ModelSpec::parse(const std::string& text) {
    ModelSpec spec;
    const std::string_view view = text;
    const auto colon = endOfFile(view);
    spec.file = std::string(view.substr(0, colon));
    if (spec.file.empty()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the model '{}' names no file", text));
    }
    if (spec.isRemote()) {
        static_cast<void>(remote::Address::parse(spec.file.string()));
    }
    if (colon == std::string_view::npos) {
        return spec;
    }
    auto rest = view.substr(colon + 1);
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        applySetting(spec.settings, rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    return spec;
}

std::string ModelSpec::toString() const {
    std::vector<std::string> items;
    if (settings.scale) {
        items.push_back(fmt::format("scale={}", *settings.scale));
    }
    if (settings.range) {
        items.push_back(fmt::format("range={}", *settings.range));
    }
    if (settings.name) {
        items.push_back("name=" + *settings.name);
    }
    if (settings.weights) {
        items.push_back("weights=" + *settings.weights);
    }
    if (settings.colour) {
        items.push_back("colour=" + *settings.colour);
    }
    if (settings.architecture) {
        items.push_back("arch=" + *settings.architecture);
    }
    for (const auto& [name, values] : settings.assumptions) {
        items.push_back(fmt::format("{}={}", name, fmt::join(values, "/")));
    }
    return items.empty() ? file.string() : fmt::format("{}:{}", file.string(), fmt::join(items, ","));
}

bool ModelSpec::isAnalytic() const {
    std::error_code ignored;
    return file == "bicubic" && !std::filesystem::exists(file, ignored);
}

std::optional<std::string> ModelSpec::scriptStarted() const {
    if (!isRemote()) {
        return std::nullopt;
    }
    try {
        const auto address = remote::Address::parse(file.string());
        if (address.transport != remote::Address::Transport::Ssh) {
            return std::nullopt;
        }
        return fmt::format("{} {} on {}{}{}", address.python.empty() ? "python3" : address.python, address.script,
                           address.user, address.user.empty() ? "" : "@", address.host);
    } catch (const Error&) {
        return std::nullopt;  // whoever connects says what is wrong with the address
    }
}

ModelSpec ModelSpec::withoutToken() const {
    auto spec = *this;
    try {
        if (isRemote()) {
            spec.file = remote::Address::parse(file.string()).shown();
        }
    } catch (const Error&) {
        spec.file = remote::hidingToken(file.string());
    }
    return spec;
}

bool ModelSpec::isRemote() const {
    return remote::isAddress(file.native());
}

std::string ModelSpec::displayName() const {
    if (settings.name) {
        return *settings.name;
    }
    if (isRemote()) {
        return nameOfServer(file.string());
    }
    return isAnalytic() ? "Bicubic" : file.stem().string();
}

std::vector<std::filesystem::path> filesOf(std::span<const ModelSpec> models) {
    std::vector<std::filesystem::path> files;
    for (const auto& model : models) {
        if (!model.isAnalytic() && !model.isRemote()) {
            std::ranges::move(filesReadFor(model.file), std::back_inserter(files));
        }
    }
    return files;
}

}  // namespace lamscope
