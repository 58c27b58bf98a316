// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace lamscope {

/// The SHA-256 of a file's content: 64 hexadecimal digits in lower case, as sha256sum prints them. The file is read in
/// blocks, so that any size fits into memory. Throws Error(BadFile) when the file cannot be read. Source: FIPS 180-4,
/// by OpenSSL. Thread-safe.
[[nodiscard]] std::string sha256OfFile(const std::filesystem::path& path);

/// The SHA-256 of a text's bytes, in the same form. Thread-safe.
[[nodiscard]] std::string sha256OfText(std::string_view text);

/// The SHA-256 of the contents of all files, joined in the order of `paths`. Errors and threads as with sha256OfFile().
[[nodiscard]] std::string sha256OfFiles(const std::vector<std::filesystem::path>& paths);
/// The same, which can be stopped between blocks: nullopt then.
[[nodiscard]] std::optional<std::string> sha256OfFiles(const std::vector<std::filesystem::path>& paths,
                                                       const std::stop_token& stop);

}  // namespace lamscope
