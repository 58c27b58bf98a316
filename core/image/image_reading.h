// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>

namespace lamscope {

/// What readImage() does to the pixels of a file beside decoding them. By default they come as they are stored.
struct ImageReading {
    bool upright = false;  ///< turned as EXIF data ask, see oriented()
    /// Levels of 8, 10 or 12 bits in a file of 16 are divided by the largest level of these bits instead of 65535.
    bool stretch = false;
    /// With `stretch`: the fewest bits that a file's levels are taken to have, 8, 10 or 12; 16: as they are stored. 0:
    /// each file shows by itself. Files that are compared must not differ, see sharedReading(). Not asked for by users.
    int bits = 0;

    friend bool operator==(const ImageReading&, const ImageReading&) = default;
};

/// One member of ImageReading that users ask for.
struct ImageReadingRow {
    const char* name;  ///< of the flag, without its dashes, and in JSON; never renamed
    bool ImageReading::*member;
    const char* help;  ///< one phrase
};

/// All of them: flags, sessions, results and *Copy as command* read these rows.
inline constexpr std::array<ImageReadingRow, 2> imageReadingTable{
    {{"upright", &ImageReading::upright, "turn the image as its EXIF data ask; otherwise it is taken as stored"},
     {"stretch", &ImageReading::stretch,
      "stretch levels of 8, 10 or 12 bits in a file of 16 to the full range; otherwise they are taken as stored"}}};

/// What would change the pixels of a file and was not asked for.
struct ImageOffer {
    bool ImageReading::*member;  ///< asks for it
    std::string note;            ///< what was found, as sentences that name the file
};

}  // namespace lamscope
