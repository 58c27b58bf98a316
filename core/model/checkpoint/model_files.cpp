// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/model_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "model/checkpoint/format_error.h"

namespace lamscope {

namespace {

using detail::printable;
using Path = std::filesystem::path;

constexpr std::string_view indexEnding = ".index.json";
constexpr std::array<std::string_view, 9> weightEndings{".safetensors", ".pth", ".pt",  ".ckpt",  ".bin",
                                                        ".pkl",         ".th",  ".tar", ".pickle"};
constexpr std::array<std::string_view, 12> trainingStems{
    "optimizer",     "optimiser",     "scheduler", "lr_scheduler",      "scaler",  "random_states",
    "training_args", "trainer_state", "rng_state", "custom_checkpoint", "sampler", "dl_state_dict"};

[[noreturn]] void refuse(const Path& path, const std::string& predicate) {
    throw Error(ErrorCode::BadFile, fmt::format("The file '{}' {}.", path.string(), predicate));
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool isIndex(const Path& path) {
    return lower(path.filename().string()).ends_with(indexEnding);
}

/// The fields of a name like "model-00002-of-00005.safetensors"; all empty for other names.
struct Part {
    std::string stem;
    std::string number;
    std::string of;
};

Part partOf(const Path& path) {
    constexpr std::size_t digits = 5;
    constexpr std::string_view middle = "-of-";
    const std::string stem = path.stem().string();
    constexpr std::size_t length = 1 + 2 * digits + middle.size();
    if (stem.size() <= length) {
        return {};
    }
    const std::string_view tail = std::string_view(stem).substr(stem.size() - length);
    const auto isNumber = [](std::string_view text) {
        return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    };
    const std::string_view number = tail.substr(1, digits);
    const std::string_view of = tail.substr(1 + digits + middle.size());
    const bool fits =
        tail[0] == '-' && tail.substr(1 + digits, middle.size()) == middle && isNumber(number) && isNumber(of);
    return fits ? Part{stem.substr(0, stem.size() - length), std::string(number), std::string(of)} : Part{};
}

bool isAlone(const Part& part) {
    return part.of.empty() || std::stoi(part.of) == 1;
}

bool isWeightFile(const Path& path) {
    const std::string name = lower(path.filename().string());
    return !name.starts_with('.')
           && std::ranges::any_of(weightEndings, [&](std::string_view ending) { return name.ends_with(ending); })
           && std::ranges::none_of(trainingStems, [&](std::string_view stem) { return name.starts_with(stem); });
}

/// The parts that an index names, in the index's own folder.
std::vector<Path> filesOfIndex(const Path& index) {
    constexpr std::uintmax_t largest = std::uintmax_t{64} << 20U;
    constexpr std::size_t most = 4096;
    std::error_code failure;
    const auto size = std::filesystem::file_size(index, failure);
    std::ifstream stream(index, std::ios::binary);
    if (failure || !stream) {
        refuse(index, "cannot be opened: check that it exists and that you may read it");
    }
    if (size > largest) {
        refuse(index, "is too large for the index of a sharded model; use another copy");
    }
    const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object()
        || json["weight_map"].empty()) {
        refuse(index, "is no index of a sharded model (it has no \"weight_map\"); give the weight file itself");
    }
    std::set<std::string> names;
    for (const auto& [tensor, file] : json["weight_map"].items()) {
        const std::string name = file.is_string() ? file.get<std::string>() : "";
        if (name.empty() || name != Path(name).filename().string() || name == "." || name == ".."
            || !detail::isPlainText(name)) {
            refuse(index,
                   fmt::format("names the part '{}', which is no file beside it; use another copy", printable(name)));
        }
        names.insert(name);
        if (names.size() > most) {
            refuse(index, "names more parts than any model has; use another copy");
        }
    }
    std::vector<Path> files;
    for (const std::string& name : names) {
        files.push_back(index.parent_path() / name);
        if (!std::filesystem::is_regular_file(files.back(), failure)) {
            refuse(index, fmt::format("names the part '{}', which is missing: put all {} parts into its folder",
                                      printable(name), names.size()));
        }
    }
    return files;
}

std::vector<Path> entriesOf(const Path& folder) {
    constexpr std::size_t most = 10000;
    std::error_code failure;
    std::vector<Path> entries;
    for (std::filesystem::directory_iterator entry(folder, failure), end;
         !failure && entry != end && entries.size() < most; entry.increment(failure)) {
        if (std::error_code ignored; entry->is_regular_file(ignored)) {
            entries.push_back(entry->path());
        }
    }
    if (failure) {
        refuse(folder, fmt::format("is a folder that cannot be read ({})", failure.message()));
    }
    std::ranges::sort(entries);
    return entries;
}

std::string namesOf(const std::vector<Path>& files) {
    constexpr std::size_t shown = 5;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(files.size(), shown); ++i) {
        names.push_back(printable(files[i].filename().string()));
    }
    return fmt::format("{}{}", fmt::join(names, ", "), files.size() > shown ? ", ..." : "");
}

constexpr std::string_view distributedAdvice =
    "turn it into one file with \"python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER net.pth\"";

/// True if the files hold the same weights in two formats, as Hugging Face's libraries write them.
bool areCopiesOf(const Path& safetensors, const std::vector<Path>& files) {
    return std::ranges::all_of(files, [&](const Path& file) {
        return file == safetensors || file.stem() == safetensors.stem()
               || file.filename().string().starts_with("pytorch_model");
    });
}

std::vector<Path> filesInFolder(const Path& folder) {
    const std::vector<Path> entries = entriesOf(folder);
    if (std::ranges::any_of(entries, [](const Path& path) { return path.extension() == ".distcp"; })) {
        refuse(folder,
               fmt::format("is a folder of torch.distributed.checkpoint (DCP), whose tensors are spread over its "
                           "files: {}",
                           distributedAdvice));
    }
    std::vector<Path> models;
    std::ranges::copy_if(entries, std::back_inserter(models), [&](const Path& path) {
        return isIndex(path) || (isWeightFile(path) && isAlone(partOf(path)));
    });
    const auto isSafetensors = [](const Path& path) {
        return path.filename().string().find(".safetensors") != std::string::npos;
    };
    if (std::ranges::count_if(models, isSafetensors) == 1) {
        const Path safetensors = *std::ranges::find_if(models, isSafetensors);
        if (areCopiesOf(safetensors, models)) {
            models = {safetensors};
        }
    }
    if (models.empty()) {
        const bool hasParts = std::ranges::any_of(entries, isWeightFile);
        refuse(folder, hasParts
                           ? fmt::format("is a folder with parts of a sharded model but without their index "
                                         "(…{}): download the index too",
                                         indexEnding)
                           : "is a folder without a model file (.safetensors, .pth, .pt, .bin, .ckpt): give a model "
                             "file");
    }
    if (models.size() > 1) {
        refuse(folder, fmt::format("is a folder with {} model files ({}): give the one you mean", models.size(),
                                   namesOf(models)));
    }
    return isIndex(models.front()) ? filesOfIndex(models.front()) : models;
}

}  // namespace

std::vector<Path> modelFiles(const Path& path) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) {
        return filesInFolder(path);
    }
    if (isIndex(path)) {
        return filesOfIndex(path);
    }
    const Part part = partOf(path);
    if (!isAlone(part) && std::filesystem::exists(path, failure)) {
        refuse(path, fmt::format("is part {} of {} of a sharded model: give its index ({}{}{}) or the folder with all "
                                 "parts",
                                 std::stoi(part.number), std::stoi(part.of), part.stem, path.extension().string(),
                                 indexEnding));
    }
    if (path.extension() == ".distcp") {
        refuse(path,
               fmt::format("is one file of a folder of torch.distributed.checkpoint (DCP): {}", distributedAdvice));
    }
    return {path};
}

}  // namespace lamscope
