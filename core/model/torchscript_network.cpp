// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/torchscript_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/script.h>
#include <torch/torch.h>

#include "error.h"
#include "model/torch_errors.h"

namespace lamscope {

namespace {

class TorchScriptNetwork final : public Network {
public:
    explicit TorchScriptNetwork(torch::jit::Module module)
        : module_(std::move(module)) {
        module_.eval();
        for (auto parameter : module_.parameters()) {
            parameter.requires_grad_(false);
        }
    }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        // Without the profiling optimiser the first runs are not slower than the later ones, and results do not depend
        // on how often the network ran before.
        const torch::jit::GraphOptimizerEnabledGuard plain(false);
        auto result = torch::jit::Module(module_).forward({lr});
        if (!result.isTensor()) {
            throw Error(ErrorCode::ModelFailure, "the TorchScript network does not return a single tensor");
        }
        return result.toTensor();
    }

    [[nodiscard]] std::vector<torch::Tensor> parameters() const override {
        std::vector<torch::Tensor> all;
        for (const auto& parameter : module_.parameters()) {
            all.push_back(parameter);
        }
        return all;
    }

    void to(torch::Device device, torch::ScalarType type) override { module_.to(device, type); }

private:
    torch::jit::Module module_;
};

/// SR side / LR side for a square input.
int scaleAt(const Network& network, std::int64_t side, const std::filesystem::path& file) {
    torch::Tensor sr;
    try {
        const torch::NoGradGuard noGradients;
        sr = network.forward(torch::full({1, 3, side, side}, 0.5));
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(ErrorCode::UnsupportedModel, fmt::format("{}: the network fails on a 1x3x{}x{} input: {}",
                                                             file.string(), side, side, briefMessage(error)));
    }
    if (sr.dim() != 4 || sr.size(0) != 1 || sr.size(1) != 3 || sr.size(2) % side != 0 || sr.size(2) != sr.size(3)
        || sr.size(2) / side < 1 || sr.size(2) / side > 8) {
        throw Error(ErrorCode::UnsupportedModel,
                    fmt::format("{}: a super-resolution network maps 1x3x{}x{} to three channels and a whole multiple "
                                "of that size, this one gives {}",
                                file.string(), side, side, fmt::join(sr.sizes().vec(), "x")));
    }
    return static_cast<int>(sr.size(2) / side);
}

}  // namespace

std::unique_ptr<Network> loadTorchScript(const std::filesystem::path& file) {
    try {
        return std::make_unique<TorchScriptNetwork>(torch::jit::load(file.string(), torch::kCPU));
    } catch (const std::exception& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: LibTorch cannot read this TorchScript archive: {}",
                                                    file.string(), briefMessage(error)));
    }
}

int measureScale(const Network& network, const std::filesystem::path& file) {
    const int scale = scaleAt(network, 48, file);
    const int other = scaleAt(network, 64, file);
    if (scale != other) {
        throw Error(
            ErrorCode::UnsupportedModel,
            fmt::format("{}: the network enlarges 48x48 pixels by {} and 64x64 by {}: it was traced for one "
                        "input size. Export it with torch.jit.script, or write its forward() so that sizes come "
                        "from the input",
                        file.string(), scale, other));
    }
    return scale;
}

}  // namespace lamscope
