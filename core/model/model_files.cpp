// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/model_files.h"

namespace lamscope {

std::vector<std::filesystem::path> filesOf(std::span<const ModelSpec> models) {
    std::vector<std::filesystem::path> files;
    for (const auto& model : models) {
        if (!model.isAnalytic()) {
            files.push_back(model.file);
        }
    }
    return files;
}

}  // namespace lamscope
