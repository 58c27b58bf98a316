// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/model_files.h"

#include <algorithm>
#include <iterator>
#include <system_error>

#include "base/error.h"
#include "model/checkpoint/model_files.h"

namespace lamscope {

namespace {

std::vector<std::filesystem::path> filesReadFor(const std::filesystem::path& model) {
    try {
        auto files = modelFiles(model);
        std::error_code error;
        if (!std::filesystem::is_directory(model, error)) {
            files.push_back(model);  // an index does not name itself
            return files;
        }
        for (std::filesystem::directory_iterator entry(model, error), end; !error && entry != end;
             entry.increment(error)) {
            if (entry->path().filename().string().ends_with(".index.json")) {
                files.push_back(entry->path());
            }
        }
        return files;
    } catch (const Error&) {
        return {model};
    }
}

}  // namespace

std::vector<std::filesystem::path> filesOf(std::span<const ModelSpec> models) {
    std::vector<std::filesystem::path> files;
    for (const auto& model : models) {
        if (!model.isAnalytic()) {
            std::ranges::move(filesReadFor(model.file), std::back_inserter(files));
        }
    }
    return files;
}

}  // namespace lamscope
