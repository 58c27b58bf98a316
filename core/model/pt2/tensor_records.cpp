// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/tensor_records.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/checkpoint/merged_file.h"
#include "model/checkpoint/tensor_copy.h"
#include "model/checkpoint/torch_file.h"
#include "model/pt2/json_fields.h"

namespace lamscope::pt2 {

namespace {

using detail::Budget;
using detail::TensorFile;
using detail::TensorHeader;
using detail::TensorLayout;
using detail::UnsupportedTensor;
using detail::ZipArchive;

/// The archive with the records that were read, each once. Shared by its parts.
struct Archive {
    ZipArchive zip;
    std::map<std::string, std::vector<std::byte>, std::less<>> records{};

    const std::vector<std::byte>& record(const std::string& name) {
        const auto known = records.find(name);
        return known != records.end() ? known->second : records.emplace(name, zip.read(name)).first->second;
    }

    std::string text(const std::string& name) {
        const auto bytes = zip.read(name);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

/// A tensor as a configuration describes it.
struct RecordEntry {
    std::string name;
    std::string dtype;
    TensorLayout layout;
    std::string path;  ///< in the archive
    bool isPickle = false;
};

std::int64_t sizeFrom(const Json& json) {
    const Extent extent = extentFrom(json);
    if (!extent.isFixed() || *extent.value < 0) {
        damagedJson("a size, stride or place of a tensor is symbolic or negative");
    }
    return *extent.value;
}

std::vector<std::int64_t> sizesIn(const Json& meta, const char* key) {
    std::vector<std::int64_t> sizes;
    for (const Json& item : listIn(meta, key, detail::maxRank)) {
        sizes.push_back(sizeFrom(item));
    }
    return sizes;
}

RecordEntry recordFrom(const std::string& name, const Json& entry, const std::string& folder) {
    const Json& meta = member(entry, "tensor_meta");
    return {.name = nameFrom(name),
            .dtype = std::string(nameOf(scalarTypeFrom(member(meta, "dtype")))),
            .layout = {.offset = static_cast<std::uint64_t>(sizeFrom(member(meta, "storage_offset"))),
                       .shape = sizesIn(meta, "sizes"),
                       .strides = sizesIn(meta, "strides")},
            .path = folder + nameIn(entry, "path_name"),
            .isPickle = truthFrom(member(entry, "use_pickle"))};
}

/// The raw tensors of a folder of the archive.
class RecordFile : public TensorFile {
public:
    RecordFile(std::shared_ptr<Archive> archive, const std::string& folder, const std::string& config,
               std::vector<std::string> nesting)
        : TensorFile(Container::ExportedProgram, Budget::forFile(archive->zip.fileSize()))
        , archive_(std::move(archive)) {
        const Json parsed = parseJson(archive_->text(config), "the list of its tensors");
        const Json& entries = member(parsed, "config");
        if (!entries.is_object()) {
            damagedJson("the list of its tensors is not an object");
        }
        detail::TensorDictionary dictionary{.nesting = std::move(nesting), .names = {}, .warnings = {}};
        for (const auto& [name, entry] : entries.items()) {
            if (!entry.is_object() || memberIfAny(entry, "tensor_meta") == nullptr) {
                dictionary.warnings.push_back(
                    fmt::format("'{}' is an object and no tensor, and was left out.", detail::printable(name)));
                continue;
            }
            records_.push_back(recordFrom(name, entry, folder));
            dictionary.names.push_back(records_.back().name);
        }
        add(std::move(dictionary));
    }

    [[nodiscard]] std::uint64_t storedValues() const override { return archive_->zip.fileSize(); }

    [[nodiscard]] TensorData load(std::size_t /*dictionary*/, std::size_t tensor) override {
        const RecordEntry& record = records_.at(tensor);
        if (record.isPickle) {
            throw UnsupportedTensor(UnsupportedTensor::Kind::Refused,
                                    "stores a tensor as a pickle (a quantised tensor, another subclass of tensors), "
                                    "which is not read: replace it by a plain tensor and export again");
        }
        const auto dtype = detail::dtypeNamed(record.dtype);
        if (!dtype) {
            throw UnsupportedTensor(UnsupportedTensor::Kind::Complex,
                                    fmt::format("stores a tensor of {}, which is not supported", record.dtype));
        }
        return detail::copyTensor(*dtype, archive_->record(record.path), record.layout, budget());
    }

    [[nodiscard]] TensorHeader describe(std::size_t /*dictionary*/, std::size_t tensor) const override {
        const RecordEntry& record = records_.at(tensor);
        constexpr std::uint64_t most = std::uint64_t{1} << 48U;  // a stride of 0 repeats values
        static_cast<void>(detail::checkedCount(record.layout.shape, most));
        return {.shape = record.layout.shape, .dtype = record.dtype};
    }

private:
    std::shared_ptr<Archive> archive_;
    std::vector<RecordEntry> records_;
};

/// A pickled state dictionary in the archive, which is a zip archive or a legacy file itself.
class PickledRecord : public TensorFile {
public:
    PickledRecord(const std::shared_ptr<Archive>& archive, const std::string& name)
        : PickledRecord(archive, archive->record(name)) {}

    [[nodiscard]] std::uint64_t storedValues() const override { return tensors_->storedValues(); }
    [[nodiscard]] TensorData load(std::size_t dictionary, std::size_t tensor) override {
        return tensors_->load(dictionary, tensor);
    }
    [[nodiscard]] TensorHeader describe(std::size_t dictionary, std::size_t tensor) const override {
        return tensors_->describe(dictionary, tensor);
    }

private:
    PickledRecord(std::shared_ptr<Archive> archive, const std::vector<std::byte>& bytes)
        : TensorFile(Container::ExportedProgram, Budget::forFile(bytes.size()))
        , archive_(std::move(archive))
        , tensors_(detail::isTorchLegacy(bytes) ? detail::openTorchLegacy(bytes)
                                                : detail::openTorchZip(ZipArchive(std::span(bytes)))) {
        for (const auto& dictionary : tensors_->dictionaries()) {
            add(dictionary);
        }
    }

    std::shared_ptr<Archive> archive_;  // owns the bytes
    std::unique_ptr<TensorFile> tensors_;
};

std::unique_ptr<TensorFile> openParts(ZipArchive zip) {
    const auto archive = std::make_shared<Archive>(Archive{.zip = std::move(zip)});
    std::vector<std::unique_ptr<TensorFile>> parts;
    // Names of roots and programs do not matter here: what cannot be run can have several.
    for (const std::string& name : archive->zip.names()) {
        const std::string folder = name.substr(0, name.rfind('/') + 1);
        if (name.ends_with("_weights_config.json")) {
            parts.insert(parts.begin(),
                         std::make_unique<RecordFile>(archive, folder, name, std::vector<std::string>{}));
        } else if (name.ends_with("_constants_config.json")) {
            parts.push_back(std::make_unique<RecordFile>(archive, folder, name, std::vector<std::string>{"constants"}));
        } else if (name == "serialized_state_dict.pt"
                   || (folder.ends_with("/data/weights/") && name.ends_with(".pt"))) {
            parts.push_back(std::make_unique<PickledRecord>(archive, name));
        }
    }
    if (parts.empty()) {
        throw FormatError("holds no tensors: it is a program without weights");
    }
    return detail::join(Container::ExportedProgram, std::move(parts));
}

}  // namespace

std::unique_ptr<TensorFile> openTensorRecords(const std::filesystem::path& file) {
    return openParts(ZipArchive(file));
}

std::unique_ptr<TensorFile> openTensorRecords(std::span<const std::byte> bytes) {
    return openParts(ZipArchive(bytes));
}

}  // namespace lamscope::pt2
