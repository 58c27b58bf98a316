// SPDX-License-Identifier: GPL-3.0-or-later
// Files as training tools write them: which of their tensors become the network.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "image/image.h"
#include "model/sr_model.h"
#include "report/doctor.h"
#include "support/network_variants.h"
#include "support/safetensors_file.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using test::NamedTensors;
using test::specOf;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// EDSR of 6 features and 2 blocks, ×2, whose weights are `factor` times those of the rule.
NamedTensors edsr(const std::string& prefix = "", float factor = 1.0F) {
    constexpr std::int64_t features = 6;
    test::CheckpointMaker maker(0.5);
    maker.convolution("head.0", 3, features);
    for (int i = 0; i < 2; ++i) {
        maker.convolution(fmt::format("body.{}.body.0", i), features, features);
        maker.convolution(fmt::format("body.{}.body.2", i), features, features);
    }
    maker.convolution("body.2", features, features);
    maker.convolution("tail.0.0", features, 4 * features);
    maker.convolution("tail.1", features, 3);
    NamedTensors tensors = maker.checkpoint().tensors;
    for (auto& [name, data] : tensors) {
        name.insert(0, prefix);
        std::ranges::for_each(data.values, [&](float& value) { value *= factor; });
    }
    return tensors;
}

NamedTensors operator+(NamedTensors a, const NamedTensors& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TensorData values(std::vector<std::int64_t> shape, std::vector<float> numbers) {
    return {.shape = std::move(shape), .values = std::move(numbers), .dtype = "float32"};
}

class WeightChoice : public testing::Test {
protected:
    std::filesystem::path write(const NamedTensors& tensors, const std::string& name = "net.safetensors") {
        return folder_.write(name, test::safetensorsFile(tensors));
    }

    static std::vector<float> upscaled(const SrModel& model) {
        Image lr(9, 8);
        for (std::size_t i = 0; i < lr.values().size(); ++i) {
            lr.values()[i] = 0.5F + 0.4F * static_cast<float>(std::sin(0.7 * static_cast<double>(i)));
        }
        const auto sr = model.upscale(lr);
        return {sr->values().begin(), sr->values().end()};
    }

    /// The card of these tensors' network, which must give the same picture as the plain one times `factor`.
    ModelCard equalsPlain(const NamedTensors& tensors, const std::string& settings = "", float factor = 1.0F) {
        const auto model = loadModel(specOf(write(tensors), settings));
        EXPECT_EQ(upscaled(model), upscaled(loadModel(specOf(write(edsr("", factor), "plain.safetensors")))));
        EXPECT_EQ(model.card().architecture, "EDSR");
        return model.card();
    }

    std::string refusal(const NamedTensors& tensors, const std::string& settings = "") {
        try {
            static_cast<void>(loadModel(specOf(write(tensors), settings)));
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }

    test::TemporaryFolder folder_;
};

TEST_F(WeightChoice, APrefixOfAllNamesIsNoDifference) {
    for (const char* prefix :
         {"G.", "generator.", "sr_network.", "params_ema.", "module._orig_mod.", "a.b.", "body."}) {
        EXPECT_THAT(equalsPlain(edsr(prefix)).warnings, Not(Contains(HasSubstr("left out")))) << prefix;
    }
    auto compiled = edsr();
    for (auto& [name, data] : compiled) {
        name = test::replaced(name, "body.0.body.", "body.0._orig_mod.body.");
    }
    equalsPlain(compiled);
}

TEST_F(WeightChoice, TheAveragedOfTwoIsTakenAndTheOtherCanBeChosen) {
    const auto two =
        edsr("generator.", 0.9F) + edsr("generator_ema.") + NamedTensors{{"step_counter", values({1}, {7})}};
    const auto card = equalsPlain(two);
    const auto said = AllOf(HasSubstr("2 weight sets"), HasSubstr("generator_ema (16 tensors) was taken"),
                            HasSubstr("weights=generator (16 tensors) chooses another"));
    EXPECT_THAT(card.warnings, Contains(said));
    equalsPlain(two, ":weights=generator", 0.9F);
    EXPECT_THAT(refusal(two, ":weights=netG"), HasSubstr("no weight set called 'netG'"));

    EXPECT_THAT(toText(inspectModel(specOf(write(two)))), said);
}

TEST_F(WeightChoice, ANetworkBesideItsAverageCanBeChosenByName) {
    const auto two = edsr("", 0.9F) + edsr("ema.");
    EXPECT_THAT(equalsPlain(two).warnings,
                Contains(AllOf(HasSubstr("2 weight sets ema (16 tensors) was taken"),
                               HasSubstr("weights=network (16 tensors) chooses another"), Not(HasSubstr("body")))));
    equalsPlain(two, ":weights=network", 0.9F);
    equalsPlain(edsr("net.", 0.9F) + edsr("ema.net."), ":weights=net", 0.9F);
}

TEST_F(WeightChoice, AQuantisedAverageIsSaidToBeLeftOut) {
    auto header = nlohmann::ordered_json::object();
    std::string buffer;
    for (const auto& [name, data] : edsr("model.")) {
        const auto begin = buffer.size();
        buffer += test::bytesOfAll(data.values);
        header[name] = {{"dtype", "F32"}, {"shape", data.shape}, {"data_offsets", {begin, buffer.size()}}};
    }
    for (const char* name : {"ema.a.weight", "ema.b.weight", "ema.c.weight", "ema.d.weight"}) {
        const auto begin = buffer.size();
        buffer += '\1';
        header[name] = {{"dtype", "I8"}, {"shape", {1, 1}}, {"data_offsets", {begin, buffer.size()}}};
    }
    const auto file = folder_.write("net.safetensors", test::safetensorsFile(header.dump(), buffer));
    EXPECT_THAT(loadModel(specOf(file)).card().warnings,
                Contains(AllOf(HasSubstr("averaged weights (ema) were not used"), HasSubstr("quantised"))));
}

TEST_F(WeightChoice, CompanionsOfATrainingAreLeftOutAndSaid) {
    const NamedTensors companions{{"perceptual.vgg.features.0.weight", values({2, 3, 1, 1}, {1, 2, 3, 4, 5, 6})},
                                  {"discriminator.conv1.weight", values({1, 3, 1, 1}, {1, 2, 3})},
                                  {"val_psnr.total", values({}, {3})}};
    for (const char* prefix : {"", "model.", "net_g."}) {
        const auto card = equalsPlain(edsr(prefix) + companions);
        EXPECT_THAT(card.warnings,
                    Contains(HasSubstr("3 tensors beside the network's were left out: perceptual, discriminator, "
                                       "val_psnr")))
            << prefix;
        EXPECT_EQ(card.tensors, 16);
    }
}

TEST_F(WeightChoice, BookkeepingIsLeftOutAndSaid) {
    auto counted = edsr();
    for (const char* layer : {"", "head.0.", "body.0.", "body.0.body.1.", "tail.0.1.", "tail.1."}) {
        counted.emplace_back(std::string(layer) + "total_ops", values({1}, {100}));
        counted.emplace_back(std::string(layer) + "total_params", values({1}, {10}));
    }
    EXPECT_THAT(equalsPlain(counted).warnings, Contains(HasSubstr("12 tensors of a FLOP counter")));

    auto kept = edsr();
    kept.emplace_back("n_averaged", values({}, {5}));
    kept.emplace_back("unused", values({0}, {}));
    kept.emplace_back("first.weight", kept.front().second);
    const auto card = equalsPlain(kept);
    EXPECT_THAT(card.warnings, Contains(AllOf(HasSubstr("3 tensors"), HasSubstr("n_averaged, unused, first.weight"))));
    EXPECT_EQ(card.tensors, 16);
}

TEST_F(WeightChoice, ALayerMoreIsAnotherNetwork) {
    const auto one = values({6, 6, 1, 1}, std::vector<float>(36, 0.1F));
    for (const char* name : {"extra.weight", "attention.conv.weight", "mean"}) {
        EXPECT_THAT(refusal(edsr() + NamedTensors{{name, one}}), HasSubstr(name));
    }
    // A mixture of two sets: each lacks a layer that the other has.
    auto a = edsr("a.");
    auto b = edsr("b.");
    a.pop_back();
    b.erase(b.begin());
    EXPECT_THAT(refusal(a + b), HasSubstr("Closest is EDSR"));
}

TEST_F(WeightChoice, WeightsInTwoPartsAreCombinedAndSaid) {
    auto normalised = edsr();
    NamedTensors parts;
    for (auto& [name, data] : normalised) {
        if (name.ends_with(".weight") && name.starts_with("body.")) {
            const auto rows = static_cast<std::size_t>(data.shape.front());
            std::vector<float> norms;
            for (std::size_t row = 0; row < rows; ++row) {
                const auto columns = data.values.size() / rows;
                double squares = 0.0;
                for (std::size_t i = 0; i < columns; ++i) {
                    squares += std::pow(static_cast<double>(data.values[row * columns + i]), 2);
                }
                norms.push_back(static_cast<float>(std::sqrt(squares)));
            }
            parts.emplace_back(name + "_g", values({data.shape.front(), 1, 1, 1}, norms));
            for (float& value : data.values) {
                value *= 3.0F;  // the length of v does not matter
            }
            name += "_v";
        }
    }
    const auto model = loadModel(specOf(write(normalised + parts)));
    const auto plain = upscaled(loadModel(specOf(write(edsr(), "plain.safetensors"))));
    EXPECT_THAT(upscaled(model), testing::Pointwise(testing::FloatNear(1e-6F), plain));
    EXPECT_THAT(model.card().warnings, Contains(AllOf(HasSubstr("5 weights"), HasSubstr("weight normalisation"))));
}

TEST_F(WeightChoice, ANetworkThatIsFarFromEnlargingIsRefusedUnlessInsistedOn) {
    const auto wrong = edsr("", 8.0F);  // 8^7 times too much
    EXPECT_THAT(refusal(wrong), AllOf(HasSubstr("names and shapes of EDSR"), HasSubstr("times the value range"),
                                      HasSubstr("arch=edsr insists")));
    EXPECT_EQ(refusal(wrong, ":arch=edsr"), "no error");
    EXPECT_THAT(inspectModel(specOf(write(wrong))).card.warnings, Contains(HasSubstr("arch=edsr insists")));
}

TEST_F(WeightChoice, UntrainedNetworksOpen) {
    EXPECT_EQ(refusal(edsr()), "no error");
    EXPECT_EQ(refusal(edsr("", 0.0F)), "no error");
}

TEST_F(WeightChoice, OverflowIsSaidToBeNoFinitePicture) {
    EXPECT_THAT(refusal(edsr("", 1e30F)),
                AllOf(HasSubstr("gives no finite picture"), Not(HasSubstr("inf times")), HasSubstr("arch=edsr")));
}

TEST_F(WeightChoice, NonfiniteWeightsAreRefusedByTensor) {
    auto broken = edsr();
    broken[3].second.values[1] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(refusal(broken), AllOf(HasSubstr("NaN"), HasSubstr(broken[3].first)));
    EXPECT_THAT(toText(inspectModel(specOf(write(broken)))), HasSubstr(broken[3].first));
    auto beside = edsr("model.") + NamedTensors{{"loss.weight", values({1}, {std::nanf("")})}};
    equalsPlain(beside);
}

TEST_F(WeightChoice, FoldersAndPartsOpen) {
    const test::TemporaryFolder parts;
    const auto all = edsr();
    parts.write("config.json", "{}");
    parts.write("model-00001-of-00002.safetensors", test::safetensorsFile(NamedTensors(all.begin(), all.begin() + 7)));
    parts.write("model-00002-of-00002.safetensors", test::safetensorsFile(NamedTensors(all.begin() + 7, all.end())));
    parts.write(
        "model.safetensors.index.json",
        R"({"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}})");
    const auto plain = upscaled(loadModel(specOf(write(all))));
    const auto model = loadModel(specOf(parts.path()));
    EXPECT_EQ(upscaled(model), plain);
    EXPECT_EQ(model.card().name, parts.path().filename());
    EXPECT_EQ(model.card().sha256, loadModel(specOf(parts / "model.safetensors.index.json")).card().sha256);
    EXPECT_NE(model.card().sha256, loadModel(specOf(folder_ / "net.safetensors")).card().sha256);
}

TEST_F(WeightChoice, TheProbeDecidesTheScaleWhereTheNameIsWrong) {
    LAMSCOPE_NEED_DATA(fsrcnn, "weights/fsrcnn_x4.pth");
    const auto copy = folder_.write("fsrcnn_x3.pth", test::contentOf(fsrcnn));
    const auto card = loadModel(specOf(copy)).card();
    EXPECT_EQ(card.scale, 4);
    EXPECT_THAT(card.warnings, Contains(AllOf(HasSubstr("name says scale 3"), HasSubstr("only at scale 4"))));
    EXPECT_THAT(card.assumed, Contains(HasSubstr("scale 4 (found by a probe; the file's name says 3)")));
    EXPECT_EQ(loadModel(specOf(copy, ":scale=3,arch=fsrcnn")).card().scale, 3);
}

}  // namespace
}  // namespace lamscope
