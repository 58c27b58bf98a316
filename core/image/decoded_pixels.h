// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>

namespace lamscope::detail {

// Private to the library of image files: what the readers of the formats return.

/// The levels of a picture as its file stores them, rows from the top, the channels of a pixel side by side. 1 channel:
/// grey; 2: grey, alpha; 3: R, G, B; 4: R, G, B, and alpha or a channel without meaning.
template <typename Level>
class Pixels {
public:
    /// The levels have no values yet, and no memory is touched before they get some: a header may claim any size.
    /// The picture has at least one and at most maxImagePixels pixels.
    Pixels(std::int64_t width, std::int64_t height, int channels)
        : width_(static_cast<int>(width))
        , height_(static_cast<int>(height))
        , channels_(channels)
        , levels_(std::make_unique_for_overwrite<Level[]>(size())) {}  // NOLINT(*-avoid-c-arrays): no other is so lazy

    [[nodiscard]] int width() const { return width_; }
    [[nodiscard]] int height() const { return height_; }
    [[nodiscard]] int channels() const { return channels_; }

    [[nodiscard]] std::span<Level> row(int y) { return {levels_.get() + rowSize() * asSize(y), rowSize()}; }
    [[nodiscard]] std::span<const Level> row(int y) const { return {levels_.get() + rowSize() * asSize(y), rowSize()}; }
    [[nodiscard]] std::span<const Level> levels() const { return {levels_.get(), size()}; }

private:
    static std::size_t asSize(int value) { return static_cast<std::size_t>(value); }
    [[nodiscard]] std::size_t rowSize() const { return asSize(width_) * asSize(channels_); }
    [[nodiscard]] std::size_t size() const { return rowSize() * asSize(height_); }

    int width_;
    int height_;
    int channels_;
    std::unique_ptr<Level[]> levels_;  // NOLINT(*-avoid-c-arrays)
};

using AnyPixels = std::variant<Pixels<std::uint8_t>, Pixels<std::uint16_t>, Pixels<float>>;

/// Why a reader could not decode a file.
class DecodeFailure : public std::runtime_error {
public:
    enum class Cause { Damaged, Truncated };

    /// @param reason of the format's library, or empty.
    explicit DecodeFailure(Cause cause, const std::string& reason = {})
        : std::runtime_error(reason)
        , cause_(cause) {}

    [[nodiscard]] Cause cause() const noexcept { return cause_; }

private:
    Cause cause_;
};

}  // namespace lamscope::detail
