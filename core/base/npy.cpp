// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/half_float.h"

namespace lamscope {
namespace {

static_assert(std::endian::native == std::endian::little, "NumPy files are written as little-endian values");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t maxHeaderSize = std::size_t{1} << 20;
constexpr std::size_t maxDimensions = 64;

[[noreturn]] void throwBadFile(const std::filesystem::path& path, const std::string& reason) {
    throw Error(ErrorCode::BadFile, fmt::format("'{}' {}", path.string(), reason));
}

/// The entries of the header's dictionary.
struct Header {
    std::string type;
    bool fortranOrder = false;
    std::vector<std::int64_t> shape;
};

/// Reads the header's Python dictionary, e.g. {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
class HeaderParser {
public:
    explicit HeaderParser(std::string_view text)
        : text_(text) {}

    /// nullopt if the text is not such a dictionary.
    std::optional<Header> parse() {
        Header header;
        bool hasType = false;
        bool hasOrder = false;
        bool hasShape = false;
        if (!accept("{")) {
            return std::nullopt;
        }
        while (!accept("}")) {
            const auto key = string();
            if (!key || !accept(":")) {
                return std::nullopt;
            }
            if (*key == "descr" && !hasType) {
                hasType = parseType(header.type);
            } else if (*key == "fortran_order" && !hasOrder) {
                header.fortranOrder = accept("True");
                hasOrder = header.fortranOrder || accept("False");
            } else if (*key == "shape" && !hasShape) {
                hasShape = parseShape(header.shape);
            } else {
                return std::nullopt;
            }
            if (!accept(",") && !next("}")) {
                return std::nullopt;
            }
        }
        skipSpace();
        const bool complete = hasType && hasOrder && hasShape && position_ == text_.size();
        return complete ? std::optional(header) : std::nullopt;
    }

private:
    void skipSpace() { position_ = std::min(text_.find_first_not_of(" \t\n\r", position_), text_.size()); }

    bool next(std::string_view token) {
        skipSpace();
        return text_.substr(position_).starts_with(token);
    }

    bool accept(std::string_view token) {
        const bool found = next(token);
        position_ += found ? token.size() : 0;
        return found;
    }

    std::optional<std::string> string() {
        if (!next("'") && !next("\"")) {
            return std::nullopt;
        }
        const char quote = text_[position_];
        const auto end = text_.find(quote, position_ + 1);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        std::string value(text_.substr(position_ + 1, end - position_ - 1));
        position_ = end + 1;
        return value;
    }

    /// Reads a type name. A record type (a list) is skipped and named "records".
    bool parseType(std::string& type) {
        if (next("[")) {
            const auto end = text_.rfind(']');
            if (end == std::string_view::npos || end < position_) {
                return false;
            }
            position_ = end + 1;
            type = "records";
            return true;
        }
        const auto value = string();
        type = value.value_or("");
        return value.has_value();
    }

    bool parseShape(std::vector<std::int64_t>& shape) {
        if (!accept("(")) {
            return false;
        }
        while (!accept(")")) {
            skipSpace();
            const auto start = position_;
            std::int64_t value = 0;
            while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') {
                if (value > std::numeric_limits<std::int64_t>::max() / 10 - 1) {
                    return false;
                }
                value = value * 10 + (text_[position_] - '0');
                ++position_;
            }
            if (position_ == start || shape.size() == maxDimensions) {
                return false;
            }
            accept("L");  // Python 2 wrote an L after integers
            shape.push_back(value);
            if (!accept(",") && !next(")")) {
                return false;
            }
        }
        return true;
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

/// The product of the sizes; nullopt if the product is above `limit` or a size is negative.
std::optional<std::uint64_t> elementCount(std::span<const std::int64_t> shape, std::uint64_t limit) {
    if (std::ranges::find(shape, 0) != shape.end()) {
        return 0;
    }
    std::uint64_t count = 1;
    for (const auto size : shape) {
        if (size < 0 || static_cast<std::uint64_t>(size) > limit / count) {
            return std::nullopt;
        }
        count *= static_cast<std::uint64_t>(size);
    }
    return count;
}

bool readExactly(std::istream& stream, void* target, std::size_t size) {
    stream.read(static_cast<char*>(target), static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(stream.gcount()) == size;
}

/// How a file stores a value.
struct ValueType {
    char kind = ' ';  ///< NumPy's letter: 'f' floating point, 'u' unsigned integer
    unsigned size = 0;
    bool bigEndian = false;
};

/// nullopt for a type that is not read. Source: NumPy's "array interface" type strings.
std::optional<ValueType> valueType(std::string_view name) {
    constexpr std::array<std::string_view, 5> known{"f2", "f4", "f8", "u1", "u2"};
    if (name.size() != 3 || std::string_view("<>|=").find(name[0]) == std::string_view::npos
        || std::ranges::find(known, name.substr(1)) == known.end()) {
        return std::nullopt;
    }
    return ValueType{.kind = name[1], .size = static_cast<unsigned>(name[2] - '0'), .bigEndian = name[0] == '>'};
}

double valueOf(const ValueType& type, std::uint64_t bits) {
    if (type.kind == 'u') {
        return static_cast<double>(bits);
    }
    switch (type.size) {
        case 2:
            return static_cast<double>(floatFromHalf(static_cast<std::uint16_t>(bits)));
        case 4:
            return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
        default:
            return std::bit_cast<double>(bits);
    }
}

/// Gives the index in C order of one value of the file after the other.
class ValuePlaces {
public:
    ValuePlaces(const std::vector<std::int64_t>& shape, bool fortranOrder)
        : fortranOrder_(fortranOrder)
        , sizes_(shape.begin(), shape.end())
        , strides_(shape.size())
        , index_(shape.size(), 0) {
        std::size_t stride = 1;
        for (std::size_t axis = sizes_.size(); axis-- > 0;) {
            strides_[axis] = stride;
            stride *= sizes_[axis];
        }
    }

    std::size_t next() {
        const auto place = place_;
        if (!fortranOrder_) {
            ++place_;
            return place;
        }
        for (std::size_t axis = 0; axis < sizes_.size(); ++axis) {  // the first index runs fastest
            place_ += strides_[axis];
            if (++index_[axis] < sizes_[axis]) {
                break;
            }
            place_ -= sizes_[axis] * strides_[axis];
            index_[axis] = 0;
        }
        return place;
    }

private:
    bool fortranOrder_;
    std::vector<std::size_t> sizes_;
    std::vector<std::size_t> strides_;
    std::vector<std::size_t> index_;
    std::size_t place_ = 0;
};

/// `count` values in C order; empty if the file ends earlier.
std::vector<double> readValues(std::istream& stream, const ValueType& type, std::size_t count, ValuePlaces places) {
    std::vector<double> values(count);
    std::vector<unsigned char> block(std::min<std::size_t>(count, std::size_t{1} << 16) * type.size);
    for (std::size_t done = 0; done < count;) {
        const auto size = std::min(block.size() / type.size, count - done);
        if (!readExactly(stream, block.data(), size * type.size)) {
            return {};
        }
        for (std::size_t i = 0; i < size; ++i) {
            std::uint64_t bits = 0;
            for (unsigned byte = 0; byte < type.size; ++byte) {
                bits = bits << 8U | block[i * type.size + (type.bigEndian ? byte : type.size - 1 - byte)];
            }
            values[places.next()] = valueOf(type, bits);
        }
        done += size;
    }
    return values;
}

std::string readHeaderText(std::istream& stream, const std::filesystem::path& path) {
    std::array<char, 8> start{};
    if (!readExactly(stream, start.data(), start.size()) || std::string_view(start.data(), magic.size()) != magic) {
        throwBadFile(path, "is not a NumPy array file (.npy): it does not begin as one");
    }
    const int version = static_cast<unsigned char>(start[6]);
    if (version < 1 || version > 3) {
        throwBadFile(
            path, fmt::format("is a NumPy file of the unknown format version {}; versions 1 to 3 are read", version));
    }
    std::array<unsigned char, 4> sizeBytes{};
    if (!readExactly(stream, sizeBytes.data(), version == 1 ? 2 : 4)) {
        throwBadFile(path, "is a truncated NumPy file: it ends inside its header");
    }
    std::size_t size = 0;
    for (std::size_t i = sizeBytes.size(); i-- > 0;) {
        size = size * 256 + sizeBytes[i];
    }
    if (size > maxHeaderSize) {
        throwBadFile(path, fmt::format("is a damaged NumPy file: it claims a header of {} bytes", size));
    }
    std::string text(size, '\0');
    if (!readExactly(stream, text.data(), size)) {
        throwBadFile(path, "is a truncated NumPy file: it ends inside its header");
    }
    return text;
}

}  // namespace

bool isNpy(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::array<char, magic.size()> start{};
    return readExactly(stream, start.data(), start.size()) && std::string_view(start.data(), start.size()) == magic;
}

NpyArray readNpy(const std::filesystem::path& path,
                 const std::function<void(std::span<const std::int64_t>)>& checkShape) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        throwBadFile(path, "cannot be read: it is a folder, not a file");
    }
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        throwBadFile(path, fmt::format("cannot be read: {}", std::generic_category().message(errno)));
    }
    const auto fileSize = std::filesystem::file_size(path, error);
    if (error) {
        throwBadFile(path, fmt::format("cannot be read: {}", error.message()));
    }

    auto header = HeaderParser(readHeaderText(stream, path)).parse();
    if (!header) {
        throwBadFile(path, "is a damaged NumPy file: its header is not what NumPy writes");
    }
    const auto type = valueType(header->type);
    if (!type) {
        throwBadFile(path,
                     fmt::format("holds values of NumPy type '{}'; floating point of 16, 32 or 64 bits and unsigned "
                                 "integers of 8 or 16 bits are read: convert it with array.astype('f4')",
                                 header->type));
    }
    const std::uint64_t valueSize = type->size;
    const std::uint64_t dataSize = fileSize - static_cast<std::uint64_t>(stream.tellg());
    const auto count = elementCount(header->shape, std::numeric_limits<std::uint64_t>::max() / valueSize);
    if (!count || *count * valueSize != dataSize) {
        throwBadFile(path, fmt::format("is {} NumPy file: its header promises an array of shape ({}), but {} bytes of "
                                       "values follow; write it again",
                                       count && *count * valueSize < dataSize ? "a damaged" : "a truncated",
                                       fmt::join(header->shape, ", "), dataSize));
    }

    if (checkShape) {
        checkShape(header->shape);
    }
    NpyArray array;
    const auto size = static_cast<std::size_t>(*count);
    array.values = readValues(stream, *type, size, ValuePlaces(header->shape, header->fortranOrder));
    array.maxLevel = type->kind == 'u' ? (1 << (8 * type->size)) - 1 : 0;
    if (array.values.size() != size) {
        throwBadFile(path, "cannot be read: the system reported an error while reading");
    }
    array.shape = std::move(header->shape);
    return array;
}

namespace {

/// @param type  as the header names it.
template <typename Value>
std::string encodeArray(std::span<const std::int64_t> shape, std::span<const Value> values, const char* type) {
    if (shape.size() > maxDimensions || elementCount(shape, values.size()) != values.size()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("an array of shape ({}) cannot be made from {} values",
                                                            fmt::join(shape, ", "), values.size()));
    }
    std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", type,
                                     fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
    // The values begin at a multiple of 64 bytes: 10 bytes of magic, version and size, the header, and its newline.
    header.append(64 - (10 + header.size() + 1) % 64, ' ');
    header += '\n';
    std::string content(magic);
    content += {'\x01', '\x00', static_cast<char>(header.size() % 256), static_cast<char>(header.size() / 256)};
    content += header;
    const auto offset = content.size();
    content.resize(offset + values.size_bytes());
    if (!values.empty()) {
        std::memcpy(content.data() + offset, values.data(), values.size_bytes());
    }
    return content;
}

}  // namespace

std::string encodeNpy(std::span<const std::int64_t> shape, std::span<const float> values) {
    return encodeArray(shape, values, "<f4");
}

std::string encodeNpy(std::span<const std::int64_t> shape, std::span<const double> values) {
    return encodeArray(shape, values, "<f8");
}

void writeNpy(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const float> values) {
    writeFileAtomically(path, encodeNpy(shape, values));
}

}  // namespace lamscope
