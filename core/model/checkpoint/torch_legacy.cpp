// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "model/checkpoint/torch_file.h"
#include "model/checkpoint/torch_object.h"

namespace lamscope::detail {

namespace {

/// The magic number 0x1950A86A20F9469CFC6C as a pickle stores it.
constexpr std::string_view magic("\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19", 10);
constexpr std::int64_t protocolVersion = 1001;

class LegacyReader {
public:
    explicit LegacyReader(std::span<const std::byte> data)
        : rest_(data)
        , budget_(Budget::forFile(data.size())) {}

    std::unique_ptr<TensorFile> open() {
        readPreamble();
        Pickle object = next();
        const Pickle keys = next();
        StorageTable storages(object, budget_);
        locate(keys, storages);
        return makeTorchFile(Container::TorchLegacy, std::move(object), std::move(storages), budget_);
    }

private:
    Pickle next() {
        Pickle pickle = readPickle(rest_, budget_);
        rest_ = rest_.subspan(pickle.length);
        return pickle;
    }

    /// Reads the magic number, the protocol, and the description of the machine that wrote the file.
    void readPreamble() {
        if (const Pickle first = next(); first.top().kind != NodeKind::BigInt || first.top().text != magic) {
            throw FormatError("is no PyTorch file: its magic number is wrong; use another copy");
        }
        if (const Pickle second = next();
            second.top().kind != NodeKind::Int || second.top().integer != protocolVersion) {
            throw FormatError("is a PyTorch file of an unknown version: save it again with a current PyTorch");
        }
        const Pickle info = next();
        const NodeId endianness = dictValue(info, info.root, "little_endian");
        if (endianness == noNode || info[endianness].kind != NodeKind::Bool) {
            throw FormatError("is damaged: it does not tell its byte order; use another copy");
        }
        if (info[endianness].integer == 0) {
            throw FormatError(
                "was written on a big-endian machine, which is not supported: save it again on a little-endian one");
        }
    }

    /// Finds the bytes of every storage. They follow in the order of `keys` and fill the rest of the file.
    void locate(const Pickle& keys, StorageTable& storages) {
        const Node& list = keys.top();
        if (list.kind != NodeKind::List) {
            throw FormatError("is damaged: the list of its storages is missing; use another copy");
        }
        for (const NodeId id : list.items) {
            const auto found = storages.all().find(keys[id].text);
            if (keys[id].kind != NodeKind::Text || found == storages.all().end() || found->second.loaded) {
                throw FormatError(
                    fmt::format("is damaged: its storage '{}' is not used or named twice; use another copy",
                                printable(keys[id].text)));
            }
            Storage& storage = found->second;
            std::uint64_t count = 0;
            std::memcpy(&count, take(sizeof(count), 1, found->first).data(), sizeof(count));
            if (count != storage.count) {
                throw FormatError(
                    fmt::format("is damaged: its storage '{}' should hold {} values and announces {}; use another copy",
                                printable(found->first), storage.count, count));
            }
            storage.bytes = take(count, itemSize(storage.dtype), found->first);
            storage.loaded = true;
        }
        for (const auto& [key, storage] : storages.all()) {
            if (!storage.loaded) {
                throw FormatError(fmt::format(
                    "is truncated or damaged: its storage '{}' is missing; download or copy it again", printable(key)));
            }
        }
        if (!rest_.empty()) {
            throw FormatError(
                fmt::format("has {} bytes after the last of its storages, so it is damaged; download or copy it again",
                            rest_.size()));
        }
    }

    std::span<const std::byte> take(std::uint64_t count, std::size_t item, std::string_view key) {
        if (count > rest_.size() / item) {
            throw FormatError(fmt::format(
                "is truncated: its storage '{}' needs {} values of {} bytes and {} bytes are left; download or copy it "
                "again",
                printable(key), count, item, rest_.size()));
        }
        const auto part = rest_.first(static_cast<std::size_t>(count) * item);
        rest_ = rest_.subspan(part.size());
        return part;
    }

    std::span<const std::byte> rest_;
    Budget budget_;
};

}  // namespace

bool isTorchLegacy(std::span<const std::byte> head) {
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    if (text.size() < 2 || text[0] != '\x80' || text[1] < 2 || text[1] > 5) {
        return false;
    }
    const std::size_t frame = text.size() > 2 && text[2] == '\x95' ? 9 : 0;  // protocols 4 and 5
    return text.size() >= 2 + frame && text.substr(2 + frame).starts_with("\x8A\x0A")
           && text.substr(4 + frame).starts_with(magic);
}

std::unique_ptr<TensorFile> openTorchLegacy(std::span<const std::byte> data) {
    return LegacyReader(data).open();
}

}  // namespace lamscope::detail
