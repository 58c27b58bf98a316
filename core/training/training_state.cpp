// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_state.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.h"
#include "model/checkpoint/safetensors_writer.h"

namespace lamscope {

const TensorData& TrainingState::tensor(const std::string& name) const {
    const auto found = std::ranges::find(tensors, name, [](const auto& entry) { return entry.first; });
    if (found == tensors.end()) {
        throw Error(ErrorCode::BadFile, fmt::format("the state of the training lacks '{}'; begin anew", name));
    }
    return found->second;
}

void writeTrainingState(const std::filesystem::path& file, const TrainingState& state) {
    writeSafetensors(file, state.tensors,
                     {{"lamscope_training_step", std::to_string(state.step)},
                      {"lamscope_training_seconds", fmt::format("{}", state.seconds)},
                      {"lamscope_training_loss_sum", fmt::format("{}", state.lossSum)},
                      {"lamscope_training_options", state.options}});
}

std::optional<TrainingState> readTrainingState(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) {
        return std::nullopt;
    }
    TrainingState state;
    const auto metadata = readSafetensorsMetadata(file);
    const auto number = [&](const std::string& key, auto& value) {
        const auto found = metadata.find(key);
        const bool read =
            found != metadata.end()
            && std::from_chars(found->second.data(), found->second.data() + found->second.size(), value).ec
                   == std::errc();
        if (!read) {
            throw Error(ErrorCode::BadFile, fmt::format("{}: this is no state of a training; remove it, or choose "
                                                        "another folder for the output",
                                                        file.string()));
        }
    };
    number("lamscope_training_step", state.step);
    number("lamscope_training_seconds", state.seconds);
    number("lamscope_training_loss_sum", state.lossSum);
    if (const auto found = metadata.find("lamscope_training_options"); found != metadata.end()) {
        state.options = found->second;
    }
    state.tensors = readCheckpoint(file).tensors;
    return state;
}

}  // namespace lamscope
