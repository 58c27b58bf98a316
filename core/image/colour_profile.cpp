// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/colour_profile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <lcms2.h>
#include <memory>
#include <vector>

#include <fmt/format.h>

namespace lamscope::detail {
namespace {

using Profile = std::unique_ptr<void, decltype(&cmsCloseProfile)>;
using Transform = std::unique_ptr<void, decltype(&cmsDeleteTransform)>;

void appendUtf8(std::string& text, std::uint32_t character) {
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    const auto rest = [&](unsigned shift) { add(0x80U | (character >> shift & 0x3FU)); };
    if (character < 0x20 || (character >= 0x7F && character < 0xA0) || character > 0x10FFFF) {
        return;  // a control character, which a terminal would obey, or none at all
    }
    if (character < 0x80) {
        add(character);
    } else if (character < 0x800) {
        add(0xC0U | character >> 6U);
        rest(0);
    } else if (character < 0x10000) {
        add(0xE0U | character >> 12U);
        rest(6);
        rest(0);
    } else {
        add(0xF0U | character >> 18U);
        rest(12);
        rest(6);
        rest(0);
    }
}

/// The description in English or, where there is none, in another language.
std::string description(const Profile& profile) {
    constexpr std::size_t longestName = 80;  // characters
    const auto bytes = cmsGetProfileInfo(profile.get(), cmsInfoDescription, "en", "US", nullptr, 0);
    std::vector<wchar_t> units(bytes / sizeof(wchar_t) + 1, L'\0');
    cmsGetProfileInfo(profile.get(), cmsInfoDescription, "en", "US", units.data(), bytes);
    std::string text;
    // Little CMS hands each unit of UTF-16 on by itself.
    const auto isHalf = [](std::uint32_t unit, std::uint32_t first) { return unit >= first && unit < first + 0x400; };
    for (std::size_t i = 0, characters = 0; units[i] != L'\0' && characters < longestName; ++i, ++characters) {
        auto character = static_cast<std::uint32_t>(units[i]);
        const auto next = static_cast<std::uint32_t>(units[i + 1]);
        if (isHalf(character, 0xD800) && isHalf(next, 0xDC00)) {
            character = 0x10000 + ((character - 0xD800) << 10U) + (next - 0xDC00);
            ++i;
        }
        if (character >= 0xFFFFFF80U) {
            character &= 0xFFU;  // Latin-1, of which Little CMS extends the sign
        }
        constexpr std::uint32_t replacement = 0xFFFD;
        appendUtf8(text, character >= 0xD800 && character < 0xE000 ? replacement : character);
    }
    return text;
}

/// Whether colours of the profile are those of sRGB: on a grid of them, within the tolerance.
bool equalsSrgb(const Profile& profile) {
    constexpr int steps = 16;
    constexpr float tolerance = 2.0F / 255.0F;
    const auto space = cmsGetColorSpace(profile.get());
    const bool grey = space == cmsSigGrayData;
    if (!grey && space != cmsSigRgbData) {
        return false;
    }
    const Profile srgb(cmsCreate_sRGBProfile(), &cmsCloseProfile);
    const Transform transform(
        cmsCreateTransform(profile.get(), grey ? TYPE_GRAY_FLT : TYPE_RGB_FLT, srgb.get(), TYPE_RGB_FLT,
                           INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE),
        &cmsDeleteTransform);
    if (!transform) {
        return false;
    }
    const auto agrees = [&](const std::array<float, 3>& colour) {
        std::array<float, 3> asSrgb{};
        cmsDoTransform(transform.get(), colour.data(), asSrgb.data(), 1);
        return std::ranges::equal(asSrgb, colour, [](float a, float b) { return std::abs(a - b) <= tolerance; });
    };
    const auto level = [](int step) { return static_cast<float>(step) / (steps - 1); };
    for (int i = 0; i < steps * steps * steps; ++i) {
        const std::array<float, 3> colour{level(i % steps), level(i / steps % steps), level(i / steps / steps)};
        if (!agrees(grey ? std::array<float, 3>{colour[0], colour[0], colour[0]} : colour)) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::string otherProfile(std::span<const std::byte> icc) {
    if (icc.empty()) {
        return {};
    }
    const Profile profile(cmsOpenProfileFromMem(icc.data(), static_cast<cmsUInt32Number>(icc.size())),
                          &cmsCloseProfile);
    if (!profile) {
        return "a colour profile that cannot be read";
    }
    if (equalsSrgb(profile)) {
        return {};
    }
    const auto name = description(profile);
    if (name.empty()) {
        return "a colour profile without a name";
    }
    return fmt::format("the colour profile '{}'{}", name, name.starts_with("sRGB") ? ", which differs from sRGB" : "");
}

}  // namespace lamscope::detail
