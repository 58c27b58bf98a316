// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "image/image_file.h"

namespace lamscope::detail {

// Private to the library of image files.

/// Recognises levels of 8, 10 or 12 bits that were stored in 16 bits without being scaled: cameras and scripts write
/// such files, which look almost black. The rule: the largest level is at most 255, 1023 or 4095, some level is odd
/// (levels in the high bits of 16 are even), and not all are multiples of 257 (8 bits expanded to 16). A dark picture
/// of 16 bits can obey it too, and so it only leads to an offer.
class LowBits {
public:
    /// A level of a colour, not of transparency.
    void add(std::uint16_t level);

    /// 8, 10 or 12; 16 where the rule does not hold; 0 where all levels are 0.
    [[nodiscard]] int count() const;
    [[nodiscard]] int largest() const { return largest_; }

private:
    std::uint16_t largest_ = 0;
    bool odd_ = false;
    bool expanded_ = true;
};

/// The level that becomes 1 in a file whose 16-bit levels are `levels`: 65535, or the largest level of the bits in use
/// where `reading` asks for it. Where it does not, the offer is added to `loaded`, whose image names the file. Where
/// other files use more bits, a warning is. Sets `levelBits`.
[[nodiscard]] float whiteLevel(const LowBits& levels, const ImageReading& reading, LoadedImage& loaded);

}  // namespace lamscope::detail
