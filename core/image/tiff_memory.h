// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <tiffio.h>
#include <vector>

namespace lamscope::detail {

// Private to the library of image files: TIFF files in memory, as libtiff reads and writes them.

using TiffHandle = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

struct TiffSource {
    std::span<const std::byte> bytes{};
    std::uint64_t position = 0;
};

struct TiffTarget {
    std::vector<std::byte> bytes{};
    std::uint64_t position = 0;
};

/// Null if libtiff refuses the file. The handle uses `source` and `reason`, which gets the first error message of
/// libtiff, now or later; warnings are left out.
[[nodiscard]] TiffHandle openTiff(TiffSource& source, std::string& reason);

/// A new file. As above. Only when the handle is gone, all bytes are there.
[[nodiscard]] TiffHandle openTiff(TiffTarget& target, std::string& reason);

/// False if the header claims what the file cannot hold: strips or tiles without a place in it, uncompressed ones with
/// too few bytes, tiles of far more pixels than the picture has, or more than 1 GiB to be decoded at once. `planes` of
/// the planes are meant, where each channel has its own.
[[nodiscard]] bool hasPlausibleBlocks(TIFF* tiff, std::uint16_t planes, std::uint64_t fileSize);

}  // namespace lamscope::detail
