// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/stored_tensors.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/model_files.h"
#include "model/checkpoint/tensor_file.h"
#include "model/pt2/tensor_records.h"

namespace lamscope {

namespace {

CheckpointFile openTensors(const ModelSpec& spec) {
    const auto files = modelFiles(spec.file);
    if (files.size() > 1 || sniffContainer(files.front()) != Container::ExportedProgram) {
        return CheckpointFile(spec.file, Programs::ReadAsData);
    }
    try {
        return {spec.file, pt2::openTensorRecords(files.front())};
    } catch (const detail::FormatError& error) {
        throw Error(ErrorCode::BadFile, fmt::format("The file '{}' {}.", spec.file.string(), error.what()));
    }
}

}  // namespace

bool hasStoredTensors(const ModelSpec& spec) {
    std::error_code ignored;
    return !spec.isAnalytic() && std::filesystem::exists(spec.file, ignored);
}

FileTensors listTensors(const ModelSpec& spec) {
    const CheckpointFile file = openTensors(spec);
    return {.listing = file.listing(), .sha256 = sha256OfFiles(modelFiles(spec.file))};
}

CheckpointComparison compareModels(const ModelSpec& first, const ModelSpec& second) {
    CheckpointFile a = openTensors(first);
    CheckpointFile b = openTensors(second);
    return compareCheckpoints(a, first.settings.weights.value_or(""), b, second.settings.weights.value_or(""));
}

}  // namespace lamscope
