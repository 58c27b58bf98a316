// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lamscope::detail {

/// What an ICC profile in an image file is, as the object of "has": "the colour profile 'Display P3'", after the
/// profile's description, or "a colour profile without a name". Empty if the description begins with "sRGB", or there
/// are no bytes. No number in the profile is trusted; the name has at most 80 characters, none of them a control
/// character.
///
/// Source: ICC.1:2022, 7.3 (tag table), 9.2.41 (profileDescriptionTag), 10.15 (multiLocalizedUnicodeType); ICC.1:2001,
/// 6.5.17 (textDescriptionType).
[[nodiscard]] std::string otherProfile(std::span<const std::byte> icc);

}  // namespace lamscope::detail
