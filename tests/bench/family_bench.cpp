// SPDX-License-Identifier: GPL-3.0-or-later
// One forward+backward pass of networks on 64x64 LR pixels, beside two measures of the
// same run: what its convolutions and matrix products would take at the speed that a row of large convolutions
// sustains, and the same network as it is usually written, one operation after the other in LibTorch's default layout.
//
// usage: family_bench NETWORK…     (a file, or the name of a record of networks2_golden.json, filled by its rule)
#include <algorithm>
#include <memory>
#include <span>
#include <string>

#include <ATen/record_function.h>
#include <fmt/format.h>

#include "bench/benchmark.h"
#include "bench/plain_loop.h"
#include "bench/timing.h"
#include "image/drawn_scene.h"
#include "image/low_resolution.h"
#include "method/lam/detector.h"
#include "model/editable_model.h"
#include "model/sr_model_implementation.h"
#include "runtime/device.h"
#include "runtime/torch_headers.h"
#include "support/network_expectations.h"
#include "support/synthetic_checkpoint.h"

namespace {

using namespace lamscope;

constexpr int side = 64;
constexpr int repeats = 9;

/// Floating-point operations of an operator, known in part before it runs.
struct Operations : at::ObserverContext {
    double known = 0.0;           ///< of the whole
    double perResultValue = 0.0;  ///< of each number of the result
};

double& operationsSoFar() {
    static double operations = 0.0;
    return operations;
}

double numbers(const c10::IValue& value) {
    return value.isTensor() && value.toTensor().defined() ? static_cast<double>(value.toTensor().numel()) : 0.0;
}

double lastSide(const c10::IValue& value) {
    return static_cast<double>(value.toTensor().size(-1));
}

/// Products and sums of a convolution for each number that it gives; of a transposed one, for each that it reads.
double perNumber(const torch::Tensor& weight) {
    return 2.0 * static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0));
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& call) {
    const std::string name = call.name();
    const auto inputs = call.inputs();
    auto result = std::make_unique<Operations>();
    if (name == "aten::convolution") {  // input, weight, bias, stride, padding, dilation, transposed, …
        const double each = perNumber(inputs[1].toTensor());
        (inputs[6].toBool() ? result->known : result->perResultValue) =
            inputs[6].toBool() ? each * numbers(inputs[0]) : each;
    } else if (name == "aten::convolution_backward") {  // gradient, input, weight, bias sizes, …, mask
        const double each = perNumber(inputs[2].toTensor());
        const auto mask = inputs[10].toBoolList();
        const double parts = (mask[0] ? 1.0 : 0.0) + (mask[1] ? 1.0 : 0.0);
        result->known = parts * each * numbers(inputs[7].toBool() ? inputs[1] : inputs[0]);
    } else if (name == "aten::mm" || name == "aten::bmm") {
        result->perResultValue = 2.0 * lastSide(inputs[0]);
    } else if (name == "aten::addmm" || name == "aten::baddbmm") {
        result->perResultValue = 2.0 * lastSide(inputs[1]);
    }
    return result;
}

void end(const at::RecordFunction& call, at::ObserverContext* context) {
    const auto& operations = static_cast<const Operations&>(*context);
    const auto results = call.outputs();
    operationsSoFar() +=
        operations.known + (operations.perResultValue > 0.0 ? operations.perResultValue * numbers(results[0]) : 0.0);
}

/// Of the convolutions and matrix products in `work`.
template <typename Work>
double operationsOf(const Work& work) {
    operationsSoFar() = 0.0;
    const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(begin, end)
                                                       .needsInputs(true)
                                                       .needsOutputs(true)
                                                       .scopes({at::RecordScope::FUNCTION}));
    work();
    at::removeCallback(handle);
    return operationsSoFar();
}

SrModel networkNamed(const std::string& name) {
    const auto records = test::syntheticRecords();
    if (std::ranges::find(records, name) == records.end()) {
        return loadModel(ModelSpec::parse(name));
    }
    ModelSettings settings;
    settings.name = name;
    settings.assumptions = test::recordSettings(name).assumptions;
    return modelFromWeights(test::syntheticCheckpoint(name), settings);
}

void measure(const std::string& name, double sustained) {
    const auto model = networkNamed(name);
    const auto plain = asPlainLoopHolds(networkNamed(name));
    const int scale = model.card().scale;
    const auto lr = makeLowResolution(drawScene(side * scale), scale, Reduction::Pillow).lr;
    Patch patch;
    patch.x = patch.y = (side * scale - patch.size) / 2;

    const auto& inside = plain.implementation();
    const auto input = inside.toInput(lr).contiguous().requires_grad_(true);
    const auto pass = [&] {
        const auto value = detect(DetectorKind::Gradient, inside.forward(input), patch);
        torch::autograd::grad({value.sum()}, {input}).front().sum().item<float>();
    };
    const double operations = operationsOf(pass);
    const double usual = medianSeconds(repeats, pass);
    static_cast<void>(measureForwardBackward(model, lr, patch, 2));  // the first passes are slower
    const double seconds = measureForwardBackward(model, lr, patch, repeats);
    const double bound = operations / (sustained * 1e9);
    fmt::print("{:<32} {:>9.1f} ms {:>8.1f} GFLOP {:>8.2f} of the products' time {:>8.2f} of single operations\n",
               model.card().name, seconds * 1e3, operations * 1e-9, seconds / bound, seconds / usual);
}

}  // namespace

int main(int count, char** arguments) {
    const double sustained = measureConvolution("cpu", repeats).sustainedGflops;
    fmt::print("{} threads, {:.0f} GFLOP/s sustained by convolutions\n", computeThreads(), sustained);
    for (const std::string network : std::span(arguments, static_cast<std::size_t>(count)).subspan(1)) {
        measure(network, sustained);
    }
}
