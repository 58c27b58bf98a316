// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/checkpoint/checkpoint.h"
#include "model/loaders.h"
#include "model/probe/range_probe.h"
#include "model/sr_model.h"
#include "report/doctor.h"
#include "support/analytic_networks.h"
#include "support/safetensors_file.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using test::specOf;
using testing::HasSubstr;

std::string errorOf(const ModelSpec& spec) {
    try {
        static_cast<void>(loadModel(spec));
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(RangeProbe, KnowsAPictureWithTheInputAddedOnceMore) {
    const auto times = [](double factor) {
        return probeRange(
            test::FormulaNetwork([factor](const torch::Tensor& lr) { return factor * test::enlargeByCopying(lr, 2); }),
            2);
    };
    EXPECT_LT(times(2.0).withoutInput, 1e-6);
    EXPECT_GT(times(2.0).residual1, 0.5);
    EXPECT_LT(times(1.0).residual1, 1e-6);
    EXPECT_GT(times(1.0).withoutInput, 0.5);
}

TEST(Loaders, OneRecognisesEachKindOfModel) {
    const auto recognising = [](const ModelSource& source) {
        std::vector<std::string_view> names;
        for (const auto& loader : loaders()) {
            if (loader.recognises(source)) {
                names.push_back(loader.name);
            }
        }
        return names;
    };
    const auto file = [&](Container container) {
        return recognising({.spec = specOf("net.pth"), .files = {"net.pth"}, .container = container});
    };
    using testing::ElementsAre;
    EXPECT_THAT(recognising({.spec = specOf("bicubic"), .files = {}, .container = {}}), ElementsAre("bicubic"));
    EXPECT_THAT(recognising({.spec = specOf("net.pth"), .files = {}, .container = {}}), ElementsAre());
    EXPECT_THAT(file(Container::TorchScript), ElementsAre("TorchScript"));
    EXPECT_THAT(file(Container::ExportedProgram), ElementsAre("exported program"));
    for (const auto container : {Container::TorchLegacy, Container::TorchZip, Container::Safetensors}) {
        EXPECT_THAT(file(container), ElementsAre("weight file"));
    }
}

TEST(Load, RecognisesThePublishedNetworks) {
    struct Expected {
        const char* file;
        const char* architecture;
        int scale;
        double range;
        std::int64_t parameters;
    };
    for (const auto& expected :
         {Expected{"imdn_x4.pth", "IMDN", 4, 1.0, 715176}, Expected{"imdn_x2.pth", "IMDN", 2, 1.0, 694404},
          Expected{"rfdn_aim_x4.pth", "RFDN", 4, 255.0, 433448}, Expected{"pan_x4.pth", "PAN", 4, 1.0, 272419},
          Expected{"carn_m.pth", "CARN-M", 4, 1.0, 414811}, Expected{"rlfn_x4_ntire2022.pth", "RLFN", 4, 255.0, 317218},
          Expected{"bsrn_x4_ntire2022.pth", "BSRN-S", 4, 1.0, 156288}}) {
        LAMSCOPE_NEED_DATA(file, std::string("weights/") + expected.file);
        const auto model = loadModel(specOf(file));
        EXPECT_EQ(model.card().architecture, expected.architecture);
        EXPECT_EQ(model.card().scale, expected.scale) << expected.file;
        EXPECT_EQ(model.card().range, expected.range) << expected.file;
        EXPECT_EQ(model.card().parameters, expected.parameters) << expected.file;
        EXPECT_TRUE(model.card().warnings.empty()) << expected.file << ": " << model.card().warnings.front();
    }
}

/// The tensors of a published file, to be changed and written anew.
test::NamedTensors tensorsOf(const std::filesystem::path& file) {
    return readCheckpoint(file).tensors;
}

TEST(Load, FindsRfdnsRangeByTheProbeWhenTheFileIsUnknown) {
    LAMSCOPE_NEED_DATA(file, "weights/rfdn_aim_x4.pth");
    const test::TemporaryFolder folder;
    auto tensors = tensorsOf(file);
    tensors.front().second.values.front() += 1e-6F;  // another hash
    const auto written = folder.write("mine.safetensors", test::safetensorsFile(tensors));
    const auto model = loadModel(specOf(written));
    EXPECT_EQ(model.card().architecture, "RFDN");
    EXPECT_EQ(model.card().range, 255.0);
    EXPECT_THAT(model.card().rangeEvidence, HasSubstr("probe"));
    EXPECT_EQ(model.card().container, "safetensors");
}

TEST(Load, SettingsOverrideWhatWasDetected) {
    LAMSCOPE_NEED_DATA(file, "weights/carn_m.pth");
    const auto model = loadModel(specOf(file, ":scale=3,range=255,name=Mine"));
    EXPECT_EQ(model.card().scale, 3);
    EXPECT_EQ(model.card().range, 255.0);
    EXPECT_EQ(model.card().name, "Mine");
    EXPECT_THAT(model.card().rangeEvidence, HasSubstr("user"));
}

TEST(Load, ScaleThatTheNetworkCannotDoIsNamed) {
    LAMSCOPE_NEED_DATA(file, "weights/imdn_x4.pth");
    const auto message = errorOf(specOf(file, ":scale=3"));
    EXPECT_THAT(message, HasSubstr("scale=3"));
    EXPECT_THAT(message, HasSubstr("enlarges by 4"));
}

TEST(Load, OtherArchitectureIsNamedWithTheClosestAndItsKeys) {
    LAMSCOPE_NEED_DATA(file, "weights/imdn_x4.pth");
    const test::TemporaryFolder folder;
    auto tensors = tensorsOf(file);
    tensors.emplace_back("extra.weight", TensorData{{1}, {0.0F}, "float32"});
    tensors.erase(tensors.begin());
    const auto written = folder.write("odd.safetensors", test::safetensorsFile(tensors));
    const auto message = errorOf(specOf(written));
    EXPECT_THAT(message, HasSubstr("IMDN"));
    EXPECT_THAT(message, HasSubstr("extra.weight"));
    EXPECT_THAT(message, HasSubstr("fea_conv.weight"));

    const auto report = inspectModel(specOf(written));
    EXPECT_TRUE(report.card.architecture.empty());
    ASSERT_TRUE(report.nearest.has_value());
    EXPECT_EQ(report.nearest->architecture, "IMDN");
    EXPECT_EQ(report.nearest->extra, (std::vector<std::string>{"extra.weight"}));
    EXPECT_EQ(report.nearest->missing, (std::vector<std::string>{"fea_conv.weight"}));
}

TEST(Load, OtherShapeIsAMismatch) {
    LAMSCOPE_NEED_DATA(file, "weights/pan_x4.pth");
    const test::TemporaryFolder folder;
    auto tensors = tensorsOf(file);
    for (auto& [name, data] : tensors) {
        if (name == "trunk_conv.bias") {
            data.shape = {8, 5};
        }
    }
    const auto written = folder.write("odd.safetensors", test::safetensorsFile(tensors));
    EXPECT_THAT(errorOf(specOf(written)), HasSubstr("trunk_conv.bias: expected [40], found [8, 5]"));
}

TEST(Load, ArchitectureSettingMustBeKnownAndFit) {
    LAMSCOPE_NEED_DATA(file, "weights/pan_x4.pth");
    EXPECT_EQ(loadModel(specOf(file, ":arch=pan")).card().architecture, "PAN");
    EXPECT_THAT(errorOf(specOf(file, ":arch=pam")), testing::AllOf(HasSubstr("'pam'"), HasSubstr("swinir")));
    EXPECT_THAT(errorOf(specOf(file, ":arch=imdn")), HasSubstr("Closest is IMDN"));
}

TEST(Load, NanWeightsAreRefusedAndCounted) {
    LAMSCOPE_NEED_DATA(file, "weights/pan_x4.pth");
    const test::TemporaryFolder folder;
    auto tensors = tensorsOf(file);
    tensors[3].second.values[5] = std::numeric_limits<float>::quiet_NaN();
    tensors[4].second.values[0] = std::numeric_limits<float>::infinity();
    const auto written = folder.write("nan.safetensors", test::safetensorsFile(tensors));
    EXPECT_THAT(errorOf(specOf(written)), HasSubstr("2 of 272419 weights are NaN or infinite"));
    EXPECT_EQ(inspectModel(specOf(written)).card.nonfiniteWeights, 2);
}

TEST(Load, HugeLayerNumbersDoNotMakeHugeNetworks) {
    const test::TemporaryFolder folder;
    test::NamedTensors tensors;
    tensors.emplace_back("fea_conv.weight", TensorData{{1000, 3, 1, 1}, std::vector<float>(3000), "float32"});
    tensors.emplace_back("IMDB1.c1.weight", TensorData{{1}, {0.0F}, "float32"});
    tensors.emplace_back("IMDB2000000000.c1.weight", TensorData{{1}, {0.0F}, "float32"});
    const auto written = folder.write("huge.safetensors", test::safetensorsFile(tensors));
    EXPECT_THAT(errorOf(specOf(written)), HasSubstr("Closest is IMDN"));
}

TEST(Inspect, MeasuresWhatLoadingLeavesOut) {
    LAMSCOPE_NEED_DATA(file, "weights/pan_x4.pth");
    const auto report = inspectModel(specOf(file));
    ASSERT_TRUE(report.card.bicubicAgreementDb.has_value());
    EXPECT_GT(*report.card.bicubicAgreementDb, 40.0);
    EXPECT_EQ(report.card.receptiveField.radius, 36);
    EXPECT_THAT(toJson({report}), HasSubstr("\"receptive_field\": 36"));
}

TEST(Inspect, BicubicIsNotComparedWithItself) {
    const auto report = inspectModel(ModelSpec::parse("bicubic"));
    EXPECT_FALSE(report.card.bicubicAgreementDb.has_value());
    EXPECT_THAT(toText(report), testing::Not(HasSubstr("vs bicubic")));
}

}  // namespace
}  // namespace lamscope
