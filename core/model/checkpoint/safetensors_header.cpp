// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/checkpoint/tensor_copy.h"

namespace lamscope::detail {

namespace {

using Json = nlohmann::json;

constexpr std::size_t maxControls = std::size_t{1} << 16U;

/// Reads the header piece by piece, so that JSON of another structure is never built up in memory.
class HeaderHandler : public nlohmann::json_sax<Json> {
public:
    explicit HeaderHandler(Budget& budget)
        : budget_(budget) {}

    std::vector<SafetensorsEntry> entries;

    bool null() override { unexpected("null"); }
    bool boolean(bool /*value*/) override { unexpected("true or false"); }
    bool number_integer(number_integer_t /*value*/) override { unexpected("a negative number"); }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { unexpected("a fraction"); }
    bool binary(binary_t& /*value*/) override { unexpected("binary data"); }

    bool number_unsigned(number_unsigned_t value) override {
        if (state_ == State::Shape) {
            if (entries.back().shape.size() >= maxRank
                || value > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
                unexpected("a shape beyond all bounds");
            }
            entries.back().shape.push_back(static_cast<std::int64_t>(value));
        } else if (state_ == State::Offsets && offsets_ < 2) {
            (offsets_++ == 0 ? entries.back().begin : entries.back().end) = value;
        } else {
            unexpected("a number");
        }
        return true;
    }

    bool string(string_t& value) override {
        if (state_ == State::Entry && field_ == "dtype") {
            const auto dtype = dtypeOfSafetensors(value);
            if (!dtype) {
                throw FormatError(fmt::format("stores '{}' as {}, which is not supported: save its weights as F32",
                                              printable(entries.back().name), printable(value)));
            }
            entries.back().dtype = *dtype;
        } else if (state_ != State::Metadata) {
            unexpected("a text");
        }
        return true;
    }

    bool start_object(std::size_t /*size*/) override {
        if (state_ == State::Start) {
            state_ = State::Root;
        } else if (state_ == State::Root) {
            state_ = field_ == "__metadata__" ? State::Metadata : State::Entry;
            if (state_ == State::Entry) {
                budget_.reserve(entries, entries.size() + 1);
                entries.push_back({.name = field_, .dtype = {}, .shape = {}, .begin = 0, .end = 0});
                seen_.clear();
            }
        } else {
            unexpected("an object");
        }
        return true;
    }

    bool key(string_t& value) override {
        field_ = value;
        if (state_ == State::Root) {
            checkName(value);
        } else if (state_ == State::Entry && !seen_.insert(value).second) {
            unexpected(fmt::format("'{}' twice", printable(value)));
        }
        return true;
    }

    bool end_object() override {
        if (state_ == State::Entry && (seen_.size() != 3 || offsets_ != 2)) {
            unexpected("an incomplete entry");
        }
        offsets_ = 0;
        state_ = state_ == State::Root ? State::End : State::Root;
        return true;
    }

    bool start_array(std::size_t /*size*/) override {
        if (state_ == State::Entry && field_ == "shape") {
            state_ = State::Shape;
        } else if (state_ == State::Entry && field_ == "data_offsets") {
            state_ = State::Offsets;
        } else {
            unexpected("a list");
        }
        return true;
    }

    bool end_array() override {
        state_ = State::Entry;
        return true;
    }

    bool parse_error(std::size_t position, const std::string& /*token*/, const Json::exception& /*error*/) override {
        throw FormatError(
            fmt::format("has a damaged header (no valid JSON at its byte {}); download or copy it again", position));
    }

private:
    enum class State { Start, Root, Metadata, Entry, Shape, Offsets, End };

    [[noreturn]] void unexpected(std::string_view what) const {
        throw FormatError(
            fmt::format("has a header that safetensors files do not have: {} under '{}'; use another copy", what,
                        printable(entries.empty() ? field_ : entries.back().name)));
    }

    void checkName(const std::string& name) {
        if (!names_.insert(name).second) {
            throw FormatError(
                fmt::format("names '{}' twice, so its weights are ambiguous; use another copy", printable(name)));
        }
        if (name.empty() || name.size() > maxTensorNameLength || !isPlainText(name)) {
            throw FormatError(
                fmt::format("is damaged: '{}' cannot be the name of a tensor; use another copy", printable(name)));
        }
        constexpr std::size_t overhead = 128;
        budget_.charge(4 * name.size() + overhead);
    }

    Budget& budget_;
    State state_ = State::Start;
    std::string field_;
    int offsets_ = 0;
    std::unordered_set<std::string> names_;
    std::unordered_set<std::string> seen_;  ///< fields read so far of the current entry
};

}  // namespace

std::vector<SafetensorsEntry> parseSafetensorsHeader(std::span<const std::byte> json, Budget& budget) {
    // The JSON library quotes text that it cannot read, and writes each control character as eight characters.
    if (static_cast<std::size_t>(std::ranges::count_if(json, [](std::byte byte) { return byte < std::byte{0x20}; }))
        > maxControls) {
        throw FormatError("has a header with far more line breaks than safetensors files have; use another copy");
    }
    HeaderHandler handler(budget);
    const auto* text = reinterpret_cast<const char*>(json.data());
    Json::sax_parse(text, text + json.size(), &handler);
    return std::move(handler.entries);
}

}  // namespace lamscope::detail
