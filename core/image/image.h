// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace lamscope {

/// An axis-aligned rectangle of pixels; (x, y) is the top-left pixel, x the column, y the row.
struct Rect {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;

    friend bool operator==(const Rect&, const Rect&) = default;
};

/// A colour image: three planes R, G, B of float32, each `height` x `width`, row-major, nominal
/// range [0, 1]. Grey files are repeated to three equal planes. Value type: copies are deep, and
/// different objects may be used from different threads.
class Image {
public:
    static constexpr int channels = 3;

    Image() = default;

    /// A black image. Throws Error(InvalidArgument) unless both sides are at least 1.
    Image(int width, int height);

    [[nodiscard]] int width() const noexcept { return width_; }
    [[nodiscard]] int height() const noexcept { return height_; }
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }

    /// All values, planar: index = (channel * height + y) * width + x.
    [[nodiscard]] std::span<const float> values() const noexcept { return values_; }
    [[nodiscard]] std::span<float> values() noexcept { return values_; }

    /// One channel (0 = R, 1 = G, 2 = B), height x width.
    [[nodiscard]] std::span<const float> plane(int channel) const;
    [[nodiscard]] std::span<float> plane(int channel);

    [[nodiscard]] float at(int channel, int y, int x) const { return values_[index(channel, y, x)]; }
    float& at(int channel, int y, int x) { return values_[index(channel, y, x)]; }

    /// The pixels of `rect`. Throws Error(InvalidArgument) unless `rect` lies inside the image.
    [[nodiscard]] Image cropped(const Rect& rect) const;

    /// The largest top-left part whose sides are multiples of `factor` (at least 1), so that it
    /// can be reduced by that factor. Throws Error(InvalidArgument) if a side is below `factor`.
    [[nodiscard]] Image croppedToMultiple(int factor) const;

    /// The file that the image comes from, shown to the user and used for output names; empty for computed images.
    std::string file;
    /// Bits per channel: 8 or 16 for levels of a file or of quantise8(); 32 for NumPy arrays, floating-point files and
    /// other computed images.
    int bitDepth = 32;

private:
    [[nodiscard]] std::size_t index(int channel, int y, int x) const noexcept {
        return (static_cast<std::size_t>(channel) * static_cast<std::size_t>(height_) + static_cast<std::size_t>(y))
                   * static_cast<std::size_t>(width_)
               + static_cast<std::size_t>(x);
    }

    int width_ = 0;
    int height_ = 0;
    std::vector<float> values_;
};

}  // namespace lamscope
