// SPDX-License-Identifier: GPL-3.0-or-later
// Cards in and beside TorchScript archives, and networks that do not take every size.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "base/error.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"
#include "report/doctor.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::Pair;

/// Repeats every pixel twice; nothing in it tells a value range.
const std::string twice = R"(
def forward(self, x):
    return torch.upsample_nearest2d(x * self.gain, [x.size(2) * 2, x.size(3) * 2])
)";

/// As a trace for 24x40 (height, width): sums with a constant of that size.
const std::string fixedTwice = R"(
def forward(self, x):
    return torch.upsample_nearest2d(x + torch.zeros([1, 3, 24, 40]), [48, 80])
)";

/// Cuts the image into windows of 40 pixels.
const std::string windows = R"(
def forward(self, x):
    y = x.view([1, 3, x.size(2) // 40, 40, x.size(3) // 40, 40]).view([1, 3, x.size(2), x.size(3)])
    return torch.upsample_nearest2d(y, [x.size(2) * 2, x.size(3) * 2])
)";

std::string squareTwice(int side) {
    return "\ndef forward(self, x):\n    return torch.upsample_nearest2d(x + torch.zeros([1, 3, " + std::to_string(side)
           + ", " + std::to_string(side) + "]), [" + std::to_string(2 * side) + ", " + std::to_string(2 * side)
           + "])\n";
}

class TorchScriptCards : public testing::Test {
protected:
    /// Writes net.pt; an empty card is none. `example` is stored as torch.jit.trace does it.
    void write(const std::string& code, const std::string& card = {}, const torch::Tensor& example = {}) const {
        torch::jit::Module module("Network");
        module.register_parameter("gain", torch::full({1}, 1.0), false);
        module.define(code);
        if (example.defined()) {
            module.store_traced_inputs("forward", {example});
        }
        torch::jit::ExtraFilesMap extras;
        if (!card.empty()) {
            extras["lamscope.json"] = card;
        }
        module.save(file_.string(), extras);
    }

    void writeBeside(const std::string& card) const { folder_.write("net.lamscope.json", card); }

    [[nodiscard]] ModelCard load(const std::string& settings = {}) const {
        return loadModel(test::specOf(file_, settings)).card();
    }

    void expectBadCard(const std::string& card, const std::vector<std::string>& parts) const {
        write(twice, card);
        test::expectError(ErrorCode::BadFile, parts, [this] { static_cast<void>(load()); });
    }

    test::TemporaryFolder folder_;
    std::filesystem::path file_ = folder_ / "net.pt";
};

TEST_F(TorchScriptCards, EverythingTheCardStatesIsTaken) {
    write(twice, R"({"scale": 2, "range": 255, "mean": [0.4, 0.45, 0.5], "size_multiple": 8, "minimum_side": 16,
                     "colour": "rgb", "name": "Twice"})");
    const auto card = load();
    EXPECT_EQ(card.scale, 2);
    EXPECT_EQ(card.range, 255.0);
    EXPECT_THAT(card.rangeEvidence, HasSubstr("stated by the card in the archive; probe residual"));
    EXPECT_THAT(card.mean, ElementsAre(0.4, 0.45, 0.5));
    EXPECT_EQ(card.sizeMultiple, 8);
    EXPECT_EQ(card.minimumSide, 16);
    EXPECT_EQ(card.colour, ModelCard::Colour::Rgb);
    EXPECT_EQ(card.name, "Twice");
    EXPECT_EQ(card.fixedSize, std::nullopt);
    EXPECT_THAT(card.warnings, IsEmpty());
}

TEST_F(TorchScriptCards, UserThenArchiveThenFileBesideDecide) {
    write(twice, R"({"range": 255, "name": "Archive"})");
    writeBeside(R"({"range": 1, "name": "Beside", "minimum_side": 20})");
    auto card = load();
    EXPECT_EQ(card.range, 255.0);
    EXPECT_EQ(card.name, "Archive");
    EXPECT_EQ(card.minimumSide, 20);
    EXPECT_THAT(
        card.warnings,
        Contains("\"range\" is 255 in the card in the archive and 1 in the card net.lamscope.json: the first is "
                 "used"));
    card = load(":range=1,name=User");
    EXPECT_EQ(card.range, 1.0);
    EXPECT_EQ(card.rangeEvidence, "given by the user");
    EXPECT_EQ(card.name, "User");
    EXPECT_EQ(card.minimumSide, 20);
}

TEST_F(TorchScriptCards, FileBesideAloneIsACard) {
    write(twice);
    EXPECT_EQ(load().range, 1.0);  // nothing tells: the probe is as good at both ranges
    writeBeside(R"({"range": 255})");
    EXPECT_EQ(load().range, 255.0);
    EXPECT_THAT(load().rangeEvidence, HasSubstr("stated by the card net.lamscope.json"));
}

TEST_F(TorchScriptCards, ImpossibleValuesAreNamed) {
    expectBadCard("{", {"net.pt", "the card in the archive is not a JSON object"});
    expectBadCard("[1]", {"not a JSON object"});
    expectBadCard(R"({"scale": 0})", {"\"scale\": 0", "a whole number from 1 to 8"});
    expectBadCard(R"({"scale": 9})", {"\"scale\": 9"});
    expectBadCard(R"({"scale": 2.5})", {"\"scale\": 2.5"});
    expectBadCard(R"({"scale": "2"})", {R"("scale": "2")"});
    expectBadCard(R"({"scale": true})", {"\"scale\": true"});
    expectBadCard(R"({"range": 0})", {"\"range\": 0", "a number from 0.001 to 1000000"});
    expectBadCard(R"({"range": 1e999})", {"not a JSON object"});
    expectBadCard(R"({"mean": [0.5]})", {"\"mean\": [0.5]", "a list of 3 numbers from 0 to 1"});
    expectBadCard(R"({"mean": [114, 112, 102]})", {"\"mean\": [114,112,102]"});
    expectBadCard(R"({"colour": "y", "mean": [0.4, 0.4, 0.4]})", {"a list of 1 numbers"});
    expectBadCard(R"({"colour": "YCbCr"})", {R"("colour": "YCbCr", expected "rgb" or "y")"});
    expectBadCard(R"({"size_multiple": 1000000})", {"\"size_multiple\": 1000000", "from 1 to 512"});
    expectBadCard(R"({"minimum_side": -1})", {"\"minimum_side\": -1"});
    expectBadCard(R"({"fixed_size": 48})", {"\"fixed_size\": 48", "[width, height]"});
    expectBadCard(R"({"fixed_size": [48, 0]})", {"\"fixed_size\": [48,0]"});
    expectBadCard(R"({"fixed_size": [48, 48, 48]})", {"\"fixed_size\": [48,48,48]"});
    expectBadCard(R"({"name": ""})", {R"("name": "")"});
    expectBadCard(R"({"name": {"first": 1}})", {"\"name\": an object"});
    expectBadCard(R"({"name": ")" + std::string(100000, 'x') + R"("})", {"larger than 64 KiB"});
    expectBadCard(R"({"scale": )" + std::string(30000, '[') + std::string(30000, ']') + "}", {"\"scale\": a list"});
}

TEST_F(TorchScriptCards, UnknownKeysAreAWarningAndNullIsNothing) {
    write(twice, R"({"scale": null, "range": 1, "color": "y", "window": 8})");
    const auto card = load();
    EXPECT_EQ(card.scale, 2);
    EXPECT_THAT(card.warnings, ElementsAre("the card in the archive has keys that are not known: color, window"));
}

TEST_F(TorchScriptCards, CardOfAnotherScaleIsNoticed) {
    write(twice, R"({"scale": 4, "range": 1})");
    const auto card = load();
    EXPECT_EQ(card.scale, 2);
    EXPECT_THAT(card.warnings, ElementsAre(HasSubstr("states scale 4, but it enlarges by 2")));
}

TEST_F(TorchScriptCards, OneChannelThatIsNotEnlargedIsEachColour) {
    const std::string restoring = R"(
def forward(self, x):
    return torch.conv2d(x, torch.ones([1, 1, 1, 1]))
)";
    write(restoring, R"({"range": 1})");
    EXPECT_EQ(load().colour, ModelCard::Colour::Each);
    EXPECT_THAT(load().assumed, ElementsAre(HasSubstr("each colour by itself")));
    EXPECT_EQ(load(":colour=y").colour, ModelCard::Colour::Y);
    write(restoring, R"({"colour": "y", "range": 1})");
    EXPECT_EQ(load().colour, ModelCard::Colour::Y);
}

TEST_F(TorchScriptCards, OneChannelIsY) {
    const std::string oneChannel = R"(
def forward(self, x):
    return torch.upsample_nearest2d(torch.conv2d(x, torch.ones([1, 1, 1, 1])), [x.size(2) * 2, x.size(3) * 2])
)";
    write(oneChannel, R"({"colour": "y", "range": 1})");
    EXPECT_EQ(load().colour, ModelCard::Colour::Y);
    EXPECT_THAT(load().assumed, IsEmpty());
    write(oneChannel);
    EXPECT_EQ(load().colour, ModelCard::Colour::Y);
    EXPECT_THAT(load().assumed, ElementsAre(HasSubstr("Y channel")));
    EXPECT_EQ(load(":colour=each").colour, ModelCard::Colour::Each);
    write(oneChannel, R"({"colour": "rgb"})");
    test::expectError(ErrorCode::UnsupportedModel, {"1x3x48x48"}, [this] { static_cast<void>(load()); });
}

TEST_F(TorchScriptCards, HalfPrecisionWeightsAreWidenedAndIndicesAreNot) {
    torch::jit::Module module("Network");
    module.register_parameter("gain", torch::full({1}, 0.5, torch::kFloat16), false);
    module.register_buffer("order", torch::tensor({2, 1, 0}));
    module.define(R"(
def forward(self, x):
    return torch.upsample_nearest2d(torch.index_select(x, 1, self.order) * self.gain, [x.size(2) * 2, x.size(3) * 2])
)");
    module.save(file_.string());
    const auto model = loadModel(test::specOf(file_));
    EXPECT_THAT(model.card().warnings, Contains("weights in Half, computed in float32"));
    const auto lr = test::testImage(8, 8);
    const auto sr = model.upscale(lr);
    EXPECT_EQ(sr->at(0, 5, 7), 0.5F * lr.at(2, 2, 3));
}

TEST_F(TorchScriptCards, TraceForOneSizeIsUsedAtThatSize) {
    write(squareTwice(24));
    const auto model = loadModel(test::specOf(file_));
    EXPECT_THAT(model.card().fixedSize, Optional(Pair(24, 24)));
    EXPECT_EQ(model.card().scale, 2);
    EXPECT_THAT(model.card().warnings, Contains(HasSubstr("works on 24x24 LR pixels only")));
    EXPECT_EQ(model.upscale(test::testImage(24, 24))->width(), 48);
    test::expectError(ErrorCode::InvalidArgument, {"takes 24x24 LR pixels only", "has 64x24", "--context 24"},
                      [&] { static_cast<void>(model.upscale(test::testImage(64, 24))); });

    LamOptions options;
    options.patch = {40, 40, 16};
    options.nodes = 9;
    options.context = 24;
    EXPECT_EQ(computeLam(model, test::testImage(64, 64), nullptr, options)->context.width, 24);
    options.context = 32;
    test::expectError(ErrorCode::InvalidArgument, {"24x24", "has 32x32"},
                      [&] { static_cast<void>(computeLam(model, test::testImage(64, 64), nullptr, options)); });
}

TEST_F(TorchScriptCards, ExampleInputOfATraceTellsItsSize) {
    write(fixedTwice, {}, torch::rand({1, 3, 24, 40}));
    EXPECT_THAT(load().fixedSize, Optional(Pair(40, 24)));
    EXPECT_EQ(load().range, 1.0);
    // Without it, no usual square fits, but a card may tell.
    write(fixedTwice);
    test::expectError(ErrorCode::UnsupportedModel, {"1x3x48x48"}, [this] { static_cast<void>(load()); });
    writeBeside(R"({"fixed_size": [40, 24]})");
    EXPECT_THAT(load().fixedSize, Optional(Pair(40, 24)));
    writeBeside(R"({"fixed_size": [24, 40]})");
    test::expectError(ErrorCode::UnsupportedModel, {"1x3x40x24"}, [this] { static_cast<void>(load()); });
}

TEST_F(TorchScriptCards, SizeThatOnlyTheOutputHasIsNotGuessed) {
    // Always 128x128: from 16x16 by 8, from 32x32 by 4, from 64x64 by 2, from 128x128 by 1.
    const std::string always = "\ndef forward(self, x):\n    return torch.upsample_nearest2d(x, [128, 128])\n";
    write(always);
    test::expectError(ErrorCode::UnsupportedModel, {"16x16 by 8", "32x32 by 4", "fixed_size", "docs/your-network.md"},
                      [this] { static_cast<void>(load()); });
    EXPECT_THAT(load(":scale=4").fixedSize, Optional(Pair(32, 32)));
    write(always, R"({"scale": 2})");
    EXPECT_THAT(load().fixedSize, Optional(Pair(64, 64)));
    write(always, {}, torch::rand({1, 3, 32, 32}));
    EXPECT_THAT(load().fixedSize, Optional(Pair(32, 32)));
}

TEST_F(TorchScriptCards, WindowsArePaddedByACardOrByTrial) {
    write(windows, R"({"size_multiple": 40, "range": 1})");
    EXPECT_EQ(load().sizeMultiple, 40);
    EXPECT_EQ(load().minimumSide, 21);  // reflection needs more than half
    EXPECT_THAT(load().warnings, IsEmpty());
    write(windows, {}, torch::rand({1, 3, 40, 40}));
    const auto model = loadModel(test::specOf(file_));
    EXPECT_EQ(model.card().sizeMultiple, 40);  // works at 40, 80 and 120
    EXPECT_EQ(model.card().fixedSize, std::nullopt);
    EXPECT_THAT(model.card().warnings, Contains(HasSubstr("multiples of 40 from 40")));
    const auto lr = test::testImage(50, 30);
    EXPECT_EQ(model.upscale(lr)->at(1, 59, 99), lr.at(1, 29, 49));
}

TEST_F(TorchScriptCards, DoctorTellsTheFixedSize) {
    write(squareTwice(32), R"({"fixed_size": [32, 32], "range": 1})");
    const auto report = inspectModel(test::specOf(file_));
    EXPECT_THAT(report.card.warnings, ElementsAre(HasSubstr("32x32 LR pixels only, as its card states")));
    EXPECT_THAT(report.card.receptiveField.radius, Optional(0));  // of nearest-neighbour enlargement
    EXPECT_TRUE(report.card.bicubicAgreementDb.has_value());
    EXPECT_THAT(toText(report), HasSubstr("32x32 LR pixels only"));
    EXPECT_THAT(toJson({report}), HasSubstr("\"fixed_size\": ["));
}

}  // namespace
}  // namespace lamscope
