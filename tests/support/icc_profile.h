// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <lcms2.h>
#include <memory>
#include <string>

#include "support/exif.h"

namespace lamscope::test {

/// An ICC profile of RGB colours with one tag, its description: a text of version 2, or of version 4 in two languages,
/// of which the second is English.
inline std::string iccProfile(const std::string& description, int version) {
    std::string tag;
    if (version == 2) {
        tag = "desc" + bigEndian32(0) + bigEndian32(description.size() + 1) + description + '\0';
    } else {
        std::string english;
        for (const char letter : description) {
            english += {'\0', letter};
        }
        const std::string french("\0d\0'\0u\0n", 8);
        tag = "mluc" + bigEndian32(0) + bigEndian32(2) + bigEndian32(12) + "frFR" + bigEndian32(french.size())
              + bigEndian32(40) + "enUS" + bigEndian32(english.size()) + bigEndian32(40 + french.size()) + french
              + english;
    }
    constexpr std::size_t headerSize = 128;
    const auto start = headerSize + 4 + 12;
    std::string header = bigEndian32(start + tag.size()) + "none" + static_cast<char>(version);
    header.resize(12, '\0');
    header += "mntrRGB XYZ ";
    header.resize(36, '\0');
    header += "acsp";
    header.resize(headerSize, '\0');
    return header + bigEndian32(1) + "desc" + bigEndian32(start) + bigEndian32(tag.size()) + tag;
}

using ToneCurve = std::unique_ptr<cmsToneCurve, decltype(&cmsFreeToneCurve)>;

/// IEC 61966-2-1.
inline ToneCurve srgbCurve() {
    constexpr std::array<double, 5> numbers{2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045};
    return {cmsBuildParametricToneCurve(nullptr, 4, numbers.data()), &cmsFreeToneCurve};
}

inline ToneCurve gammaCurve(double gamma) {
    return {cmsBuildGamma(nullptr, gamma), &cmsFreeToneCurve};
}

/// Chromaticities of red, green and blue.
inline constexpr cmsCIExyYTRIPLE srgbPrimaries{{0.64, 0.33, 1.0}, {0.30, 0.60, 1.0}, {0.15, 0.06, 1.0}};
inline constexpr cmsCIExyYTRIPLE adobeRgbPrimaries{{0.64, 0.33, 1.0}, {0.21, 0.71, 1.0}, {0.15, 0.06, 1.0}};
inline constexpr cmsCIExyYTRIPLE displayP3Primaries{{0.68, 0.32, 1.0}, {0.265, 0.69, 1.0}, {0.15, 0.06, 1.0}};

/// Names a profile, which it closes, and writes it in version 2 (with tables for curves) or 4.
inline std::string writtenProfile(cmsHPROFILE profile, const std::string& name, int version) {
    cmsSetProfileVersion(profile, version == 2 ? 2.1 : 4.3);
    auto* const names = cmsMLUalloc(nullptr, 1);
    cmsMLUsetASCII(names, "en", "US", name.c_str());
    cmsWriteTag(profile, cmsSigProfileDescriptionTag, names);
    cmsMLUfree(names);
    cmsUInt32Number size = 0;
    cmsSaveProfileToMem(profile, nullptr, &size);
    std::string content(size, '\0');
    cmsSaveProfileToMem(profile, content.data(), &size);
    cmsCloseProfile(profile);
    return content;
}

/// A whole profile of these colours, whose white is D65.
inline std::string rgbProfile(const std::string& name, const cmsCIExyYTRIPLE& primaries, const ToneCurve& curve,
                              int version) {
    constexpr cmsCIExyY white{0.3127, 0.3290, 1.0};
    const std::array<cmsToneCurve*, 3> curves{curve.get(), curve.get(), curve.get()};
    return writtenProfile(cmsCreateRGBProfile(&white, &primaries, curves.data()), name, version);
}

}  // namespace lamscope::test
