// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/sniff.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "model/checkpoint/format_error.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/torch_file.h"

namespace lamscope::detail {

namespace {

struct Signature {
    std::string_view start;
    std::string_view meaning;
};

constexpr std::array<Signature, 12> foreignSignatures{{
    {"\x1F\x8B", "a gzip archive: extract it and open the model file inside"},
    {"BZh", "a bzip2 archive: extract it and open the model file inside"},
    {"\xFD"
     "7zXZ",
     "an xz archive: extract it and open the model file inside"},
    {"7z\xBC\xAF", "a 7-Zip archive: extract it and open the model file inside"},
    {"Rar!", "a RAR archive: extract it and open the model file inside"},
    {"\x89PNG", "a PNG image, not a model: give a weight file (.pth, .pt, .safetensors)"},
    {"\xFF\xD8\xFF", "a JPEG image, not a model: give a weight file (.pth, .pt, .safetensors)"},
    {"\x89HDF", "an HDF5 file: export the weights with PyTorch or as safetensors"},
    {"\x93NUMPY", "a NumPy array: export the weights with PyTorch or as safetensors"},
    {"MATLAB",
     "a MATLAB file, as DnCNN, IRCNN and FFDNet were first published: give the PyTorch file of the same network (KAIR "
     "has them), or export the weights as safetensors"},
    {"GGUF", "a GGUF file, whose weights are mostly quantised: give the PyTorch or safetensors file it was made from"},
    {"%PDF", "a PDF document, not a model: give a weight file (.pth, .pt, .safetensors)"},
}};

bool isTar(std::string_view head) {
    constexpr std::size_t magicOffset = 257;
    return head.size() > magicOffset && head.substr(magicOffset).starts_with("ustar");
}

/// True for text without control characters that is mostly ASCII.
bool isText(std::string_view head) {
    const auto byteOf = [](char character) { return static_cast<unsigned char>(character); };
    const bool printableOnly = std::ranges::all_of(head, [&](char character) {
        return byteOf(character) >= 0x20U || character == '\n' || character == '\r' || character == '\t';
    });
    const auto ascii = std::ranges::count_if(head, [&](char character) { return byteOf(character) < 0x80U; });
    return printableOnly && 2 * static_cast<std::size_t>(ascii) > head.size();
}

/// ONNX has no signature. A ModelProto begins with its version (field 1); the producer's name or another of the first
/// fields follows.
bool isOnnx(std::string_view head) {
    constexpr std::string_view nextFields("\x12\x1A\x22\x28\x32\x3A\x42");
    return head.size() > 3 && head[0] == '\x08' && head[1] > 0 && head[1] < 32
           && nextFields.find(head[2]) != std::string_view::npos;
}

bool isTensorFlowLite(std::string_view head) {
    return head.size() > 8 && head.substr(4, 4) == "TFL3";
}

bool isWebPage(std::string_view head) {
    std::string start(head.substr(0, std::min<std::size_t>(head.size(), 256)));
    std::ranges::transform(start, start.begin(),
                           [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
    const std::size_t first = start.find_first_not_of(" \t\r\n");
    return first != std::string::npos
           && (start.compare(first, 9, "<!doctype") == 0 || start.compare(first, 5, "<html") == 0
               || start.compare(first, 5, "<?xml") == 0);
}

std::string firstBytes(std::string_view head) {
    std::string result;
    for (const char character : head.substr(0, 8)) {
        result += fmt::format("{}{:02x}", result.empty() ? "" : " ", static_cast<unsigned char>(character));
    }
    return result;
}

}  // namespace

Container containerOf(const ZipArchive& archive) {
    bool pickle = false;
    bool exported = false;
    for (const std::string& name : archive.names()) {
        const std::size_t slash = name.find('/');
        const std::string_view inner = slash == std::string::npos ? "" : std::string_view(name).substr(slash + 1);
        if (inner == "constants.pkl" || inner.starts_with("code/")) {
            return Container::TorchScript;
        }
        pickle = pickle || inner == "data.pkl";
        exported = exported || inner == "archive_format" || (inner.starts_with("models/") && inner.ends_with(".json"))
                   || name == "serialized_exported_program.json";
    }
    if (exported) {
        return Container::ExportedProgram;
    }
    if (!pickle) {
        throw FormatError(
            "is a zip archive, but not one that PyTorch wrote (it has no data.pkl): extract it and open the model file "
            "inside");
    }
    return Container::TorchZip;
}

Container sniff(std::span<const std::byte> head) {
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    if (text.starts_with("PK\x03\x04")) {
        return Container::TorchZip;
    }
    if (isTorchLegacy(head)) {
        return Container::TorchLegacy;
    }
    if (isSafetensors(head)) {
        return Container::Safetensors;
    }
    if (text.starts_with("version https://git-lfs")) {
        throw FormatError(
            "is a Git LFS pointer, a few lines of text in place of the weights: run \"git lfs pull\" in its repository "
            "or "
            "download the file itself");
    }
    if (isTar(text)) {
        throw FormatError(
            "is a tar archive, as PyTorch wrote before 2017: load and save it again with a current PyTorch, or extract "
            "it if it merely contains a model file");
    }
    if (isOnnx(text)) {
        throw FormatError(
            "is an ONNX model: give the PyTorch checkpoint it was made from, or export the network as TorchScript (see "
            "docs/your-network.md)");
    }
    if (isTensorFlowLite(text)) {
        throw FormatError("is a TensorFlow Lite model: export the network from PyTorch, as weights or as TorchScript");
    }
    for (const Signature& signature : foreignSignatures) {
        if (text.starts_with(signature.start)) {
            throw FormatError(fmt::format("is {}", signature.meaning));
        }
    }
    if (isWebPage(text)) {
        throw FormatError(
            "is a web page, probably the answer of a download site: open it in a browser to see what it says, and "
            "download the weights themselves");
    }
    if (text.size() >= 2 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5) {
        throw FormatError(
            "is a plain Python pickle, not written by torch.save(), or cut off: save the network's state_dict() with "
            "torch.save()");
    }
    if (isText(text)) {
        throw FormatError(
            fmt::format("is a text file that begins with \"{}\", not a model: download the weights "
                        "themselves",
                        printable(text, 40)));
    }
    throw FormatError(
        fmt::format("is no model file known here (its first bytes are {}): PyTorch files and safetensors can be read",
                    firstBytes(text)));
}

}  // namespace lamscope::detail
