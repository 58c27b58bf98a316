// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/trainer.h"

#include <cmath>

#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"
#include "training/initial_weights.h"

namespace lamscope {
namespace {

/// EDSR with 4 features and one block, x2.
TrainingOptions tiny() {
    return parseTrainingOptions(R"({
        "name": "tiny",
        "network": {"arch": "edsr", "scale": 2, "layers": {
            "head.0": [4, 3, 3, 3], "body.0.body.{0,2}": [4, 4, 3, 3], "body.1": [4, 4, 3, 3],
            "tail.0.0": [16, 4, 3, 3], "tail.1": [3, 4, 3, 3]}},
        "steps": 1000, "learning_rate": 0.01, "seed": 3})",
                                "train.json");
}

/// A soft picture and its exact enlargement by area.
TrainingBatch softBatch() {
    const auto axis = at::linspace(0.0, 3.0, 16);
    const auto wave = at::sin(axis.unsqueeze(1) + 0.7 * axis.unsqueeze(0)) * 0.4 + 0.5;
    const auto hr = at::stack({wave, wave.t(), 1.0 - wave}).unsqueeze(0).contiguous();
    return {at::avg_pool2d(hr, {2, 2}), hr};
}

TEST(Trainer, TheLossIsTheMeanOfAbsoluteDifferences) {
    const auto sr = torch::tensor({0.25, 0.5, 1.0, 0.0}, torch::kFloat64).requires_grad_(true);
    const auto hr = torch::tensor({0.5, 0.25, 0.0, 0.0}, torch::kFloat64);
    const auto loss = meanAbsoluteError(sr, hr);
    EXPECT_DOUBLE_EQ(loss.item<double>(), (0.25 + 0.25 + 1.0) / 4.0);
    loss.backward();
    EXPECT_DOUBLE_EQ(sr.grad()[0].item<double>(), -0.25);  // sign / count
    EXPECT_DOUBLE_EQ(sr.grad()[1].item<double>(), 0.25);
}

TEST(Trainer, GradientOfTheLossAgreesWithFiniteDifferences) {
    const auto options = tiny();
    const EditableModel network(modelToTrain(options, initialWeights(options)));
    for (auto [key, tensor] : network.parameters()) {
        tensor.set_data(tensor.to(torch::kFloat64).contiguous());
        tensor.requires_grad_(true);
    }
    const auto batch = softBatch();
    const auto lr = batch.lr.to(torch::kFloat64);
    const auto hr = batch.hr.to(torch::kFloat64);
    const auto loss = [&] { return meanAbsoluteError(forwardIn(TrainingPrecision::Float32, network.model(), lr), hr); };
    loss().backward();
    const at::NoGradGuard noGradients;
    for (const auto& [key, tensor] : network.parameters()) {
        const auto values = tensor.view({-1});
        for (const std::int64_t i : {std::int64_t{0}, tensor.numel() / 2, tensor.numel() - 1}) {
            constexpr double step = 1e-6;
            const auto value = values[i].item<double>();
            values[i] = value + step;
            const auto above = loss().item<double>();
            values[i] = value - step;
            const auto below = loss().item<double>();
            values[i] = value;
            EXPECT_NEAR(tensor.grad().reshape({-1})[i].item<double>(), (above - below) / (2.0 * step), 1e-6)
                << key << " " << i;
        }
    }
}

TEST(Trainer, TheLossFalls) {
    const auto options = tiny();
    Trainer trainer(options, initialWeights(options));
    const auto batch = softBatch();
    const double before = trainer.step(batch);
    for (int i = 0; i < 200; ++i) {
        trainer.step(batch);
    }
    const double after = trainer.step(batch);
    EXPECT_LT(after, before / 10.0);
    EXPECT_EQ(trainer.stepsDone(), 202);
    // The average follows the weights.
    const auto sr = forwardIn(TrainingPrecision::Float32, trainer.averaged().model(), batch.lr);
    EXPECT_LT(meanAbsoluteError(sr, batch.hr).item<double>(), before / 10.0);
}

TEST(Trainer, LowPrecisionKeepsTheLossInFloat32) {
    auto options = tiny();
    const EditableModel network(modelToTrain(options, initialWeights(options)));
    const auto batch = softBatch();
    const auto exact = forwardIn(TrainingPrecision::Float32, network.model(), batch.lr);
    const auto rough = forwardIn(TrainingPrecision::BFloat16, network.model(), batch.lr);
    EXPECT_EQ(rough.scalar_type(), torch::kFloat32);
    const auto difference = (exact - rough).abs().max().item<double>();
    EXPECT_GT(difference, 0.0);
    EXPECT_LT(difference, 0.02);  // eight bits of mantissa, a few layers
    EXPECT_TRUE(at::equal(forwardIn(TrainingPrecision::Float32, network.model(), batch.lr), exact));
}

TEST(Trainer, GoesOnFromASavedStateBitForBit) {
    const test::TemporaryFolder folder;
    const auto options = tiny();
    const auto batch = softBatch();
    Trainer whole(options, initialWeights(options));
    for (int i = 0; i < 4; ++i) {
        whole.step(batch);
    }
    auto state = whole.state();
    state.lossSum = 0.1;  // no float of short text
    state.seconds = 1.0 / 3.0;
    writeTrainingState(folder / "state.safetensors", state);
    const auto read = readTrainingState(folder / "state.safetensors");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->lossSum, 0.1);
    EXPECT_EQ(read->seconds, 1.0 / 3.0);
    EXPECT_EQ(read->options, options.json);
    Trainer resumed(options, initialWeights(options));
    resumed.restore(*read);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(whole.step(batch), resumed.step(batch));
    }
    for (std::size_t i = 0; i < whole.network().parameters().size(); ++i) {
        EXPECT_TRUE(at::equal(whole.network().parameters()[i].second, resumed.network().parameters()[i].second));
        EXPECT_TRUE(at::equal(whole.averaged().parameters()[i].second, resumed.averaged().parameters()[i].second));
    }
}

TEST(Trainer, SaysThatItDiverged) {
    auto options = tiny();
    Trainer trainer(options, initialWeights(options));
    auto batch = softBatch();
    batch.hr.view({-1})[0] = std::nan("");
    test::expectError(ErrorCode::ModelFailure, {"not finite", "learning_rate"},
                      [&] { static_cast<void>(trainer.step(batch)); });
}

TEST(Trainer, NamesWhatKeepsTensorsFromBeingANetwork) {
    auto options = tiny();
    std::erase_if(options.tensors, [](const InitialTensor& tensor) { return tensor.key == "body.1.bias"; });
    test::expectError(ErrorCode::UnsupportedModel, {"body.1.bias", "EDSR"},
                      [&] { const Trainer trainer(options, initialWeights(options)); });
}

TEST(Trainer, AsksForCropsThatTheNetworkTakes) {
    LAMSCOPE_NEED_DATA(weights, "weights");
    auto options = tiny();
    options.scale = 4;
    options.architecture.reset();
    options.initialWeights = weights / "rfdn_aim_x4.pth";
    options.crop = 8;  // its attention pools over windows that no such crop holds
    test::expectError(ErrorCode::InvalidArgument, {"crop"},
                      [&] { const Trainer trainer(options, initialWeights(options)); });
}

/// Published networks of every kind can be fine-tuned: their weights take part, but for a unit that this picture leaves
/// asleep.
TEST(Trainer, PublishedNetworksCanBeTunedFurther) {
    LAMSCOPE_NEED_DATA(weights, "weights");
    for (const auto* file : {"imdn_x4.pth", "rfdn_aim_x4.pth", "pan_x4.pth", "rlfn_x4_ntire2022.pth",
                             "bsrn_x4_ntire2022.pth", "fsrcnn_x4.pth"}) {
        SCOPED_TRACE(file);
        auto options = tiny();
        options.scale = 4;
        options.architecture.reset();
        options.initialWeights = weights / file;
        options.learningRate = 1e-4;
        Trainer trainer(options, initialWeights(options));
        auto batch = softBatch();
        batch.lr = at::upsample_bilinear2d(batch.lr, {32, 32}, false);
        batch.hr = at::upsample_bilinear2d(batch.hr, {128, 128}, false);
        std::vector<torch::Tensor> before;
        for (const auto& [key, tensor] : trainer.network().parameters()) {
            before.push_back(tensor.detach().clone());
        }
        EXPECT_LT(trainer.step(batch), 0.5);
        std::size_t changed = 0;
        for (std::size_t i = 0; i < before.size(); ++i) {
            changed += at::equal(before[i], trainer.network().parameters()[i].second) ? 0 : 1;
        }
        EXPECT_GE(changed, before.size() * 9 / 10) << before.size();
    }
}

}  // namespace
}  // namespace lamscope
