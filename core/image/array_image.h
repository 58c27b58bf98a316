// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "image/image_file.h"

namespace lamscope::detail {

// Private to the library of image files.

/// readImage() for NumPy arrays.
[[nodiscard]] LoadedImage readArrayImage(const std::filesystem::path& path, const ImageReading& reading);

/// Throws Error(BadFile), stating the range found, unless all values are finite and in [-0.01, 1.01].
void checkValues(const std::filesystem::path& path, std::span<const float> values);

/// Throws Error(BadFile). The message is the file's name, followed by `reason`.
[[noreturn]] void throwBadFile(const std::filesystem::path& path, const std::string& reason);

}  // namespace lamscope::detail
