// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sha256.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/error.h"

namespace lamscope {
namespace {

[[noreturn]] void throwUnreadable(const std::filesystem::path& path, const std::string& reason) {
    throw Error(ErrorCode::BadFile, fmt::format("'{}' cannot be read: {}", path.string(), reason));
}

void require(int opensslResult) {
    if (opensslResult != 1) {
        throw Error(ErrorCode::BadFile, "the cryptographic library could not compute a SHA-256 checksum");
    }
}

/// False when stopped.
bool addFile(EVP_MD_CTX* context, const std::filesystem::path& path, const std::stop_token& stop) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        throwUnreadable(path, "it is a folder, not a file");
    }
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        throwUnreadable(path, std::generic_category().message(errno));
    }
    std::vector<char> block(std::size_t{1} << 16);
    while (stream) {
        if (stop.stop_requested()) {
            return false;
        }
        stream.read(block.data(), static_cast<std::streamsize>(block.size()));
        require(EVP_DigestUpdate(context, block.data(), static_cast<std::size_t>(stream.gcount())));
    }
    if (!stream.eof()) {
        throwUnreadable(path, "the system reported an error while reading");
    }
    return true;
}

/// A checksum at work.
class Digest {
public:
    Digest() {
        require(context_ ? 1 : 0);
        require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
    }

    [[nodiscard]] EVP_MD_CTX* context() const { return context_.get(); }

    /// In hexadecimal digits. To be called once.
    [[nodiscard]] std::string text() const {
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
        unsigned length = 0;
        require(EVP_DigestFinal_ex(context_.get(), bytes.data(), &length));
        std::string digits;
        for (unsigned i = 0; i < length; ++i) {
            digits += fmt::format("{:02x}", bytes[i]);
        }
        return digits;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace

std::string sha256OfFile(const std::filesystem::path& path) {
    return sha256OfFiles({path});
}

std::string sha256OfFiles(const std::vector<std::filesystem::path>& paths) {
    return *sha256OfFiles(paths, std::stop_token());
}

std::optional<std::string> sha256OfFiles(const std::vector<std::filesystem::path>& paths, const std::stop_token& stop) {
    const Digest digest;
    for (const auto& path : paths) {
        if (!addFile(digest.context(), path, stop)) {
            return std::nullopt;
        }
    }
    return digest.text();
}

std::string sha256OfText(std::string_view text) {
    const Digest digest;
    require(EVP_DigestUpdate(digest.context(), text.data(), text.size()));
    return digest.text();
}

}  // namespace lamscope
