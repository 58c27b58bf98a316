// SPDX-License-Identifier: GPL-3.0-or-later
#include "model_arguments.h"

namespace lamscope::cli {

void ModelArguments::addTo(CLI::App& command, bool modelsRequired) {
    auto* option =
        command.add_option("-m,--model", models,
                           "network: a file (.pth, .pt, .pt2, .pkl, .safetensors, TorchScript) or 'bicubic', with "
                           "settings where needed: net.pth:scale=4,range=255,name=Mine,weights=params_ema,"
                           "arch=rfdn. Give several to compare them");
    option->required(modelsRequired)->type_name("M")->allow_extra_args();
    addMachineTo(command);
}

void ModelArguments::addMachineTo(CLI::App& command) {
    command.add_option("--device", device, "cpu, cuda or auto (cuda where it is there)")
        ->capture_default_str()
        ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
    command
        .add_option("--threads", threads,
                    "processor threads to use; 0: as many as there are processors for this process")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
}

std::vector<ModelSpec> ModelArguments::specs() const {
    std::vector<ModelSpec> result;
    for (const auto& text : models) {
        result.push_back(asUsage([&] { return ModelSpec::parse(text); }));
    }
    return result;
}

std::string ModelArguments::prepareDevice() const {
    setComputeThreads(threads);
    if (device == "cpu") {
        return resolveDevice(DeviceChoice::Cpu);
    }
    return resolveDevice(device == "cuda" ? DeviceChoice::Cuda : DeviceChoice::Auto);
}

}  // namespace lamscope::cli
