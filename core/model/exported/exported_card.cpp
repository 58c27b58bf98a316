// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/exported/exported_card.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace lamscope {

namespace {

using Json = nlohmann::json;

constexpr std::size_t largestCard = 65536;
constexpr int largestRule = 512;  // size multiple and minimum side
constexpr int largestFixedSide = 1024;
constexpr double smallestRange = 1e-3;
constexpr double largestRange = 1e6;
constexpr std::size_t longestName = 200;
constexpr std::size_t mostGuards = 64;
constexpr std::size_t longestGuard = 4096;
constexpr const char* embeddedOrigin = "the card in the archive";

/// A value and the card that states it.
struct Statement {
    Json value;
    std::string origin;
};

/// A value as messages quote it; what is nested may be of any size and depth.
std::string quoted(const Json& value) {
    const auto flat = [](const Json& item) { return !item.is_structured(); };
    if (flat(value) || (value.is_array() && value.size() <= 4 && std::ranges::all_of(value, flat))) {
        const auto text = value.dump();
        return text.size() <= longestName ? text : text.substr(0, longestName) + "…";
    }
    return value.is_array() ? "a list" : "an object";
}

/// Gives the values of known keys, checked, and complains in the words of the card that states them.
class Reader {
public:
    explicit Reader(const std::filesystem::path& file)
        : file_(file.string()) {}

    /// Adds a card whose keys count where no earlier card has them.
    void add(const std::string& card, const std::string& origin);

    [[nodiscard]] std::optional<int> whole(const std::string& key, int most) const {
        return read<int>(key, fmt::format("a whole number from 1 to {}", most),
                         [most](const Json& value) { return wholeIn(value, most); });
    }

    [[nodiscard]] std::optional<double> range() const {
        return read<double>("range", fmt::format("a number from {} to {}", smallestRange, largestRange),
                            [](const Json& value) { return numberIn(value, smallestRange, largestRange); });
    }

    [[nodiscard]] std::optional<std::string> name() const {
        return read<std::string>("name", fmt::format("a text of 1 to {} characters", longestName),
                                 [](const Json& value) -> std::optional<std::string> {
                                     if (!value.is_string()) {
                                         return std::nullopt;
                                     }
                                     auto text = value.get<std::string>();
                                     const bool fits = !text.empty() && text.size() <= longestName;
                                     return fits ? std::optional(std::move(text)) : std::nullopt;
                                 });
    }

    [[nodiscard]] std::optional<ModelCard::Colour> colour() const {
        return read<ModelCard::Colour>("colour", R"("rgb" or "y")",
                                       [](const Json& value) -> std::optional<ModelCard::Colour> {
                                           if (value == "rgb") {
                                               return ModelCard::Colour::Rgb;
                                           }
                                           return value == "y" ? std::optional(ModelCard::Colour::Y) : std::nullopt;
                                       });
    }

    [[nodiscard]] std::optional<std::vector<double>> mean(std::size_t channels) const {
        return read<std::vector<double>>(
            "mean", fmt::format("a list of {} numbers from 0 to 1", channels), [channels](const Json& value) {
                return listOf<double>(value, channels, [](const Json& item) { return numberIn(item, 0.0, 1.0); });
            });
    }

    [[nodiscard]] std::optional<std::pair<int, int>> fixedSize() const {
        const auto sides = read<std::vector<int>>(
            "fixed_size", fmt::format("[width, height], whole numbers from 1 to {}", largestFixedSide),
            [](const Json& value) {
                return listOf<int>(value, 2, [](const Json& item) { return wholeIn(item, largestFixedSide); });
            });
        return sides ? std::optional(std::pair((*sides)[0], (*sides)[1])) : std::nullopt;
    }

    /// True: any batch; false: single images.
    [[nodiscard]] std::optional<bool> anyBatch() const {
        return read<bool>("batch", R"("any" or 1)", [](const Json& value) -> std::optional<bool> {
            if (value == "any") {
                return true;
            }
            return wholeIn(value, 1) ? std::optional(false) : std::nullopt;
        });
    }

    [[nodiscard]] std::optional<std::vector<std::string>> guards() const {
        const auto isGuard = [](const Json& item) {
            return item.is_string() && item.get_ref<const std::string&>().size() <= longestGuard;
        };
        return read<std::vector<std::string>>(
            "guards", fmt::format("a list of up to {} texts of up to {} characters", mostGuards, longestGuard),
            [&](const Json& value) {
                const bool fits = value.is_array() && value.size() <= mostGuards && std::ranges::all_of(value, isGuard);
                return fits ? std::optional(value.get<std::vector<std::string>>()) : std::nullopt;
            });
    }

    [[nodiscard]] bool states(const std::string& key) const { return statements_.contains(key); }
    [[nodiscard]] const std::string& originOf(const std::string& key) const { return statements_.at(key).origin; }
    [[nodiscard]] bool isEmbedded(const std::string& key) const {
        return states(key) && originOf(key) == embeddedOrigin;
    }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    static std::optional<double> numberIn(const Json& value, double least, double most) {
        if (!value.is_number()) {
            return std::nullopt;
        }
        const auto number = value.get<double>();
        return number >= least && number <= most ? std::optional(number) : std::nullopt;
    }

    static std::optional<int> wholeIn(const Json& value, int most) {
        const auto number = value.is_number_integer() ? numberIn(value, 1.0, most) : std::nullopt;
        return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
    }

    template <typename Item, typename Convert>
    static std::optional<std::vector<Item>> listOf(const Json& value, std::size_t count, Convert convert) {
        if (!value.is_array() || value.size() != count) {
            return std::nullopt;
        }
        std::vector<Item> items;
        for (const auto& element : value) {
            const auto item = convert(element);
            if (!item) {
                return std::nullopt;
            }
            items.push_back(*item);
        }
        return items;
    }

    template <typename Value, typename Convert>
    [[nodiscard]] std::optional<Value> read(const std::string& key, const std::string& expected,
                                            Convert convert) const {
        const auto found = statements_.find(key);
        if (found == statements_.end()) {
            return std::nullopt;
        }
        auto value = convert(found->second.value);
        if (!value) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("{}: {} has \"{}\": {}, expected {}", file_, found->second.origin, key,
                                    quoted(found->second.value), expected));
        }
        return value;
    }

    std::string file_;
    std::map<std::string, Statement> statements_;
    std::vector<std::string> warnings_;
};

void Reader::add(const std::string& card, const std::string& origin) {
    static const std::array<std::string, 10> known{"scale",  "range", "mean",       "size_multiple", "minimum_side",
                                                   "colour", "name",  "fixed_size", "batch",         "guards"};
    if (card.size() > largestCard) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: {} is larger than {} KiB", file_, origin, largestCard / 1024));
    }
    auto json = Json::parse(card, nullptr, false);
    if (!json.is_object()) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: {} is not a JSON object", file_, origin));
    }
    std::vector<std::string> unknown;
    for (const auto& [key, value] : json.items()) {
        if (std::ranges::find(known, key) == known.end()) {
            unknown.push_back(key.substr(0, longestName));
        } else if (!value.is_null()) {
            const auto text = quoted(value);
            const auto [used, isNew] = statements_.try_emplace(key, Statement{std::move(value), origin});
            const auto usedText = quoted(used->second.value);
            if (!isNew && text != usedText) {
                warnings_.push_back(fmt::format("\"{}\" is {} in {} and {} in {}: the first is used", key, usedText,
                                                used->second.origin, text, origin));
            }
        }
    }
    if (!unknown.empty()) {
        warnings_.push_back(fmt::format(
            "{} has keys that are not known: {}", origin,
            fmt::join(unknown.begin(), unknown.begin() + std::min<std::ptrdiff_t>(std::ssize(unknown), 3), ", ")));
    }
}

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text(largestCard + 1, '\0');
    stream.read(text.data(), std::ssize(text));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

}  // namespace

ExportedCard readExportedCard(const std::filesystem::path& file, const std::string& embedded) {
    Reader reader(file);
    if (!embedded.empty()) {
        reader.add(embedded, embeddedOrigin);
    }
    const auto beside = std::filesystem::path(file).replace_extension(".lamscope.json");
    std::error_code ignored;
    if (std::filesystem::is_regular_file(beside, ignored)) {
        reader.add(contentOf(beside), "the card " + beside.filename().string());
    }
    ExportedCard card;
    card.name = reader.name();
    card.scale = reader.whole("scale", largestExportedScale);
    card.range = reader.range();
    if (card.range) {
        card.rangeEvidence = "stated by " + reader.originOf("range");
    }
    card.colour = reader.colour();
    card.mean = reader.mean(card.colour == ModelCard::Colour::Y ? 1 : 3).value_or(std::vector<double>());
    card.sizeMultiple = reader.whole("size_multiple", largestRule).value_or(1);
    card.minimumSide = reader.whole("minimum_side", largestRule).value_or(1);
    card.fixedSize = reader.fixedSize();
    card.anyBatch = reader.anyBatch();
    card.guards = reader.guards().value_or(std::vector<std::string>());
    card.statesSizes = reader.isEmbedded("batch") || reader.states("fixed_size") || reader.states("guards");
    card.warnings = reader.warnings();
    return card;
}

}  // namespace lamscope
