// SPDX-License-Identifier: GPL-3.0-or-later
// Rain ranges by name and from files.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "image/rain.h"
#include "image/rain_bounds.h"

namespace lamscope {

namespace {

using Json = nlohmann::json;

constexpr std::string_view example =
    R"({"quantity": [200, 300], "kernel_width": [3, 5, 7], "length": [20, 40], "angle": [-30, 30]})";

/// Reads the fields of a file; what is wrong is said with the file's name.
class RangeFile {
public:
    explicit RangeFile(std::string file)
        : file_(std::move(file)) {
        std::ifstream stream(file_, std::ios::binary);
        if (!stream) {
            refuse("cannot be read");
        }
        // A range is a line; a large file is something else.
        constexpr std::size_t most = 65536;
        std::string text(most + 1, '\0');
        stream.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
        json_ = Json::parse(text, nullptr, /*allow_exceptions=*/false);
        if (!json_.is_object() || text.size() > most) {
            refuse("is not a JSON object of at most 64 KiB");
        }
    }

    [[nodiscard]] RecipeNumber range(const char* name, const RecipeNumber& bounds, bool whole) const {
        const auto& pair = field(name);
        if (!pair.is_array() || pair.size() != 2) {
            refuse(fmt::format("'{}' is {}, not [least, greatest]", name, pair.dump()));
        }
        const RecipeNumber found{.low = number(name, pair[0], bounds, whole),
                                 .high = number(name, pair[1], bounds, whole)};
        if (found.low > found.high) {
            refuse(fmt::format("'{}' is {}: the first number must not be above the second", name, pair.dump()));
        }
        return found;
    }

    [[nodiscard]] std::vector<int> widths(const char* name) const {
        const auto& list = field(name);
        if (!list.is_array() || list.empty() || list.size() > maxWidths) {
            refuse(fmt::format("'{}' is {}, not a list of 1 to {} odd numbers", name, list.dump(), maxWidths));
        }
        std::vector<int> found;
        for (const auto& entry : list) {
            const auto width = static_cast<int>(number(name, entry, rain_bounds::kernelWidth, /*whole=*/true));
            if (width % 2 == 0) {
                refuse(fmt::format("'{}' holds {}, which is not odd", name, width));
            }
            found.push_back(width);
        }
        return found;
    }

    void expectFields(std::size_t count) const {
        if (json_.size() != count) {
            refuse(fmt::format("holds {} fields, {} are known", json_.size(), count));
        }
    }

private:
    static constexpr std::size_t maxWidths = 50;

    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: as a range of rain this file {}; write for instance {}", file_, why, example));
    }

    [[nodiscard]] const Json& field(const char* name) const {
        const auto found = json_.find(name);
        if (found == json_.end()) {
            refuse(fmt::format("lacks '{}'", name));
        }
        return *found;
    }

    [[nodiscard]] double number(const char* name, const Json& json, const RecipeNumber& bounds, bool whole) const {
        const double value = json.is_number() ? json.get<double>() : std::nan("");
        if (!(value >= bounds.low && value <= bounds.high) || (whole && value != std::floor(value))) {
            refuse(fmt::format("has {} in '{}', where {} from {} to {} are possible", json.dump(), name,
                               whole ? "whole numbers" : "numbers", bounds.low, bounds.high));
        }
        return value;
    }

    std::string file_;
    Json json_;
};

}  // namespace

RainRange rainRangeNamed(const std::string& nameOrFile) {
    const auto ranges = rainRanges();
    if (const auto found = std::ranges::find(ranges, nameOrFile, &RainRange::name); found != ranges.end()) {
        return *found;
    }
    if (!nameOrFile.ends_with(".json")) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("rain is small, medium, large or a file NAME.json that states its range, found '{}'",
                                nameOrFile));
    }
    const RangeFile file(nameOrFile);
    constexpr std::size_t fields = 4;
    RainRange range{.name = nameOrFile,
                    .quantity = file.range("quantity", rain_bounds::quantity, /*whole=*/false),
                    .kernelWidths = file.widths("kernel_width"),
                    .length = file.range("length", rain_bounds::length, /*whole=*/true),
                    .angle = file.range("angle", rain_bounds::angle, /*whole=*/false)};
    file.expectFields(fields);
    return range;
}

}  // namespace lamscope
