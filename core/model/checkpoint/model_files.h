// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

namespace lamscope {

/// The files that hold the model of that name, in the order of their names; never none.
///
/// A weight file stands for itself, an index (`model.safetensors.index.json`, as Hugging Face's libraries write) for
/// the parts that it lists in its own folder, and a folder for the one model in it: the files of a training's
/// optimiser, scheduler and random state do not count, and safetensors come before PyTorch's own file of the same
/// weights.
///
/// Throws Error(BadFile) where there is none or several, for one part of a sharded model, for folders of
/// torch.distributed.checkpoint, and for an index that is damaged or names other folders.
[[nodiscard]] std::vector<std::filesystem::path> modelFiles(const std::filesystem::path& path);

}  // namespace lamscope
