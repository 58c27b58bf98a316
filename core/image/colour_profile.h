// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lamscope::detail {

/// What an ICC profile in an image file is, as the object of "has": "the colour profile 'Display P3'", after the
/// profile's description, "a colour profile without a name" or "… that cannot be read". Empty where its colours are
/// those of sRGB (IEC 61966-2-1) within 2 of 255 levels, whatever its name, or there are no bytes; of a grey profile
/// the curve counts. One that calls itself sRGB with other colours is said to differ. No number in the profile is
/// trusted; the name has at most 80 characters, none of them a control character. Takes a few milliseconds.
/// Thread-safe.
[[nodiscard]] std::string otherProfile(std::span<const std::byte> icc);

}  // namespace lamscope::detail
