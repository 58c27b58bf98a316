// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

namespace lamscope {

/// The files that hold the model at `path`, in the order of their names; at least one.
///
/// A weight file stands for itself. An index (`model.safetensors.index.json`, as Hugging Face's libraries write) stands
/// for the parts that it lists in its own folder. A folder stands for the one model in it: the files of a training's
/// optimiser, scheduler and random state do not count, and safetensors come before PyTorch's own file of the same
/// weights.
///
/// Throws Error(BadFile) if a folder holds no model or several, for one part of a sharded model, for folders of
/// torch.distributed.checkpoint, and for an index that is damaged or names other folders.
[[nodiscard]] std::vector<std::filesystem::path> modelFiles(const std::filesystem::path& path);

}  // namespace lamscope
