// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "model/checkpoint/comparison.h"
#include "model/checkpoint/tensor_listing.h"
#include "model/model_spec.h"

namespace lamscope {

/// The tensors of a model's file or files.
struct FileTensors {
    TensorListing listing;
    std::string sha256;  ///< as ModelCard::sha256
};

/// Whether the model is a file or folder that exists here: the analytic network is not.
[[nodiscard]] bool hasStoredTensors(const ModelSpec& spec);

/// Lists the tensors of a file of any container, whether a network fits them or not. Settings are not looked at. No
/// network is made and nothing in the file is executed. Throws Error(BadFile) if the file cannot be read.
[[nodiscard]] FileTensors listTensors(const ModelSpec& spec);

/// Compares the weights of two files of any container, see compareCheckpoints(); the setting `weights` chooses a set.
/// Throws Error(BadFile).
[[nodiscard]] CheckpointComparison compareModels(const ModelSpec& first, const ModelSpec& second);

}  // namespace lamscope
