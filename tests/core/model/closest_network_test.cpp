// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of weights that no supported network has.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/recognition.h"
#include "model/sr_model.h"
#include "model/unsupported_families.h"
#include "support/expect_error.h"
#include "support/network_variants.h"
#include "support/safetensors_file.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope::closest_network {
namespace {

using test::CheckpointMaker;
using testing::Contains;
using testing::HasSubstr;

constexpr std::int64_t features = 4;

CheckpointMaker withTensors(const std::vector<std::string>& names) {
    CheckpointMaker maker;
    for (const auto& name : names) {
        maker.tensor(name, {features});
    }
    return maker;
}

const std::vector<std::string>& grlNames() {
    static const std::vector<std::string> names{"conv_first.weight", "norm_start.weight",
                                                "layers.0.blocks.0.attn.window_attn.attn_transform.logit_scale",
                                                "layers.0.blocks.0.attn.stripe_attn.attn_transform1.logit_scale"};
    return names;
}

/// An EDSR of eight blocks, x2.
Checkpoint edsr() {
    CheckpointMaker maker;
    maker.convolution("head.0", 3, features);
    constexpr int blocks = 8;
    for (int i = 0; i < blocks; ++i) {
        maker.convolution(fmt::format("body.{}.body.0", i), features, features);
        maker.convolution(fmt::format("body.{}.body.2", i), features, features);
    }
    maker.convolution(fmt::format("body.{}", blocks), features, features);
    return maker.convolution("tail.0.0", features, 4 * features).convolution("tail.1", features, 3).checkpoint();
}

std::optional<KeyDifference> nearestOf(const Checkpoint& checkpoint, const ModelSettings& settings = {}) {
    ModelCard card;
    return recognise(checkpoint, settings, card).nearest;
}

TEST(UnsupportedFamily, IsKnownByAllOfItsKeys) {
    EXPECT_EQ(unsupportedFamily(withTensors(grlNames()).checkpoint()), "GRL");
    EXPECT_EQ(
        unsupportedFamily(
            withTensors({"UFONE.0.ITLs.0.attn.temperature", "UFONE.0.ITLs.0.ffn.project_in.weight"}).checkpoint()),
        "DITN");
    auto names = grlNames();
    names.pop_back();
    EXPECT_EQ(unsupportedFamily(withTensors(names).checkpoint()), std::nullopt);
    EXPECT_EQ(unsupportedFamily(edsr()), std::nullopt);
}

TEST(UnsupportedFamily, IsNamedInPlaceOfTheClosestNetwork) {
    const test::TemporaryFolder folder;
    const auto file =
        folder.write("net.safetensors", test::safetensorsFile(withTensors(grlNames()).checkpoint().tensors));
    const auto spec = test::specOf(file);
    test::expectError(ErrorCode::UnsupportedModel, {"4 tensors", "This looks like GRL", "TorchScript"},
                      [&] { static_cast<void>(loadModel(spec)); });
    const auto report = inspectModel(spec);
    EXPECT_FALSE(report.nearest.has_value());
    EXPECT_THAT(report.card.warnings, Contains(HasSubstr("looks like GRL")));
}

TEST(ClosestNetwork, HasTheLargestShareOfTensorsInCommon) {
    int number = 0;
    const auto changed = test::renamed(edsr(), [&](const std::string& key) {
        return key.starts_with("body.") && number++ % 4 == 1 ? "other." + key : key;
    });
    const auto nearest = nearestOf(changed);
    ASSERT_TRUE(nearest.has_value());
    EXPECT_EQ(nearest->architecture, "EDSR");
    EXPECT_EQ(nearest->missing.size(), 9U);
    EXPECT_EQ(nearest->extra.size(), 9U);
}

TEST(ClosestNetwork, HasATensorInCommonOrIsNotNamed) {
    const auto foreign = withTensors({"encoder.alpha", "encoder.beta"}).checkpoint();
    EXPECT_FALSE(nearestOf(foreign).has_value());
    ModelSettings settings;
    settings.architecture = "edsr";
    EXPECT_EQ(nearestOf(foreign, settings)->architecture, "EDSR") << "asked for by name";

    const test::TemporaryFolder folder;
    const auto file = folder.write("net.safetensors", test::safetensorsFile(foreign.tensors));
    test::expectError(ErrorCode::UnsupportedModel, {"None has a tensor of these names", "TorchScript"},
                      [&] { static_cast<void>(loadModel(test::specOf(file))); });
}

}  // namespace
}  // namespace lamscope::closest_network
