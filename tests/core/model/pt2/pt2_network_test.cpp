// SPDX-License-Identifier: GPL-3.0-or-later
// Cards, sizes and batches of exported programs.
#include "model/pt2/pt2_network.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/pt2/small_program.h"
#include "model/loaders.h"
#include "model/probe/range_probe.h"
#include "model/sr_model.h"
#include "model/sr_model_implementation.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

using nlohmann::json;
using test::nodeOf;
using test::tensorNamed;
using testing::Contains;
using testing::HasSubstr;

json numberArgument(double value) {
    return {{"as_float", value}};
}

class Pt2Loading : public testing::Test {
protected:
    /// The graph of these nodes; the last one makes y.
    void replaceNodes(const std::vector<json>& nodes) {
        auto& module = parts_.program["graph_module"];
        module["graph"]["nodes"] = nodes;
        module["graph"]["outputs"] = json::array({tensorNamed("y")});
        module["signature"]["output_specs"] = json::array({{{"user_output", {{"arg", tensorNamed("y")}}}}});
    }

    /// One size of the input: of batch, channels, height, width.
    json& inputSize(std::size_t index) {
        return parts_.program["graph_module"]["graph"]["tensor_values"]["x"]["sizes"][index];
    }

    void setGuards(const std::vector<std::string>& guards) { parts_.program["guards_code"] = guards; }
    void setCard(const json& card) { parts_.members.emplace_back("extra/lamscope.json", card.dump()); }

    [[nodiscard]] SrModel load() const {
        return loadModel(test::specOf(folder_.write("net.pt2", test::packed(parts_)), ":range=1"));
    }

    void expectRefused(const std::vector<std::string>& words) const {
        test::expectError(ErrorCode::UnsupportedModel, words, [this] { static_cast<void>(load()); });
    }

    static void expectForbidden(const SrModel& model, int width, int height, const std::vector<std::string>& words) {
        test::expectError(ErrorCode::InvalidArgument, words,
                          [&] { static_cast<void>(model.upscale(test::testImage(width, height))); });
    }

    test::TemporaryFolder folder_;
    test::ArchiveParts parts_ = test::smallArchive();
};

TEST_F(Pt2Loading, ProgramWithoutRulesTakesEverySize) {
    const auto model = load();
    EXPECT_EQ(model.card().architecture, "torch.export");
    EXPECT_EQ(model.card().container, "torch-export");
    EXPECT_EQ(model.card().scale, 1);
    EXPECT_EQ(model.card().parameters, 3);
    EXPECT_FALSE(model.card().guards);
    const auto lr = test::testImage(9, 7);
    EXPECT_EQ(model.upscale(lr)->at(1, 3, 4), 2.0F * lr.at(1, 3, 4));
}

TEST_F(Pt2Loading, GuardsOfTheProgramAreRulesWithoutACard) {
    setGuards({"L['x'].size()[2] % 5 != 0", "L['x'].size()[0] >= 2"});
    const auto model = load();
    EXPECT_TRUE(model.card().guards);
    EXPECT_THAT(model.card().warnings, Contains(HasSubstr("has no card")));
    EXPECT_TRUE(model.upscale(test::testImage(40, 41)).has_value());
    expectForbidden(model, 41, 40, {"L['x'].size()[2] % 5 != 0", "41x40", "lamscope_export.py"});
    // Probes keep to the rules: 20 rows are forbidden, the example has 56x64.
    EXPECT_EQ(probeSize(model.card(), {20, 20}), std::pair(56, 64));
    EXPECT_EQ(probeSize(model.card(), {24, 24}), std::pair(24, 24));
}

TEST_F(Pt2Loading, CardSaysWhichGuardsMatter) {
    setGuards({"L['x'].size()[2] % 5 != 0", "L['x'].size()[3] % 3 != 0"});
    setCard({{"scale", 1}, {"guards", {"L['x'].size()[2] % 5 != 0"}}});
    const auto model = load();
    EXPECT_TRUE(model.upscale(test::testImage(48, 41)).has_value());
    expectForbidden(model, 41, 40, {"L['x'].size()[2] % 5 != 0"});
}

TEST_F(Pt2Loading, CardWithoutGuardsAllowsEverySize) {
    setGuards({"L['x'].size()[2] == 64"});
    setCard({{"scale", 1}, {"batch", "any"}, {"minimum_side", 12}});
    const auto model = load();
    EXPECT_FALSE(model.card().guards);
    EXPECT_TRUE(model.upscale(test::testImage(20, 12)).has_value());
    expectForbidden(model, 20, 11, {"at least 12 pixels"});
}

TEST_F(Pt2Loading, OnlyACardThatComparedSizesOverrulesTheProgram) {
    setGuards({"L['x'].size()[2] == 64"});
    const auto expectRule = [this] { expectForbidden(load(), 24, 24, {"L['x'].size()[2] == 64"}); };
    setCard({{"range", 1}, {"size_multiple", 2}, {"minimum_side", 8}});
    expectRule();
    parts_.members.pop_back();
    static_cast<void>(folder_.write("net.lamscope.json", R"({"batch": 1, "size_multiple": 2})"));
    expectRule();
    static_cast<void>(folder_.write("net.lamscope.json", R"({"guards": []})"));
    EXPECT_TRUE(load().upscale(test::testImage(24, 24)).has_value());
}

TEST_F(Pt2Loading, UnreadableGuardOfACardHoldsNowhere) {
    setCard({{"guards", {"len(x) == 3"}}});
    const auto model = load();
    expectForbidden(model, 24, 24, {"len(x) == 3"});
}

TEST_F(Pt2Loading, FixedSidesAreTheOnlySize) {
    inputSize(2) = {{"as_int", 24}};
    inputSize(3) = {{"as_int", 40}};
    const auto model = load();
    EXPECT_THAT(model.card().fixedSize, testing::Optional(testing::Pair(40, 24)));
    expectForbidden(model, 24, 24, {"40x24"});
}

TEST_F(Pt2Loading, OneFixedSideIsARule) {
    inputSize(2) = {{"as_int", 24}};
    setCard({{"scale", 1}, {"batch", "any"}});
    const auto model = load();
    EXPECT_TRUE(model.upscale(test::testImage(31, 24)).has_value());
    expectForbidden(model, 24, 31, {"a height of 24", "24x31"});
}

TEST_F(Pt2Loading, RangesOfSidesAreRulesWithACard) {
    auto& ranges = parts_.program["range_constraints"];
    ranges["s53"]["max_val"] = 128;
    ranges["s0"]["min_val"] = 15;
    setCard({{"scale", 1}, {"batch", "any"}, {"size_multiple", 4}});
    const auto model = load();
    EXPECT_TRUE(model.upscale(test::testImage(13, 128)).has_value());  // padded to 16x128
    expectForbidden(model, 16, 129, {"height <= 128"});
    expectForbidden(model, 12, 16, {"width >= 15"});
}

TEST_F(Pt2Loading, BatchesThatMixImagesAreTakenApart) {
    replaceNodes({nodeOf("torch.ops.aten.sum.default", {{"self", tensorNamed("x")}}, {tensorNamed("sum")}),
                  nodeOf("torch.ops.aten.mul.Tensor", {{"self", tensorNamed("x")}, {"other", tensorNamed("sum")}},
                         {tensorNamed("y")})});
    const auto model = load();
    EXPECT_THAT(model.card().warnings, Contains(HasSubstr("one by one")));
    const auto& network = model.implementation().network();
    const auto batch = torch::rand({3, 3, 8, 8});
    EXPECT_TRUE(at::equal(network.forward(batch).narrow(0, 2, 1), network.forward(batch.narrow(0, 2, 1))));
}

TEST_F(Pt2Loading, BatchOfOneIsWrittenOnTheCardOrInTheProgram) {
    replaceNodes({nodeOf("torch.ops.aten.sum.default", {{"self", tensorNamed("x")}}, {tensorNamed("sum")}),
                  nodeOf("torch.ops.aten.mul.Tensor", {{"self", tensorNamed("x")}, {"other", tensorNamed("sum")}},
                         {tensorNamed("y")})});
    const auto apart = [this] {
        const auto model = load();
        EXPECT_THAT(model.card().warnings, testing::Not(Contains(HasSubstr("one by one"))));
        const auto& network = model.implementation().network();
        const auto batch = torch::rand({2, 3, 8, 8});
        return at::equal(network.forward(batch).narrow(0, 1, 1), network.forward(batch.narrow(0, 1, 1)));
    };
    setCard({{"batch", 1}});
    EXPECT_TRUE(apart());
    parts_.members.pop_back();
    inputSize(0) = {{"as_int", 1}};
    EXPECT_TRUE(apart());
    inputSize(0) = {{"as_int", 4}};
    expectRefused({"batches of 4 images only"});
}

TEST_F(Pt2Loading, ChannelsAreThreeOrOne) {
    inputSize(1) = {{"as_int", 4}};
    expectRefused({"net.pt2", "images of 4 channels"});
    inputSize(1) = {{"as_int", 3}};
    setCard({{"colour", "y"}});
    expectRefused({"images of 3 channels", "\"colour\": \"y\""});
}

TEST_F(Pt2Loading, GradientThatOperatorsInPlaceBreakIsRefusedAtOnce) {
    replaceNodes({nodeOf("torch.ops.aten.exp.default", {{"self", tensorNamed("x")}}, {tensorNamed("grown")}),
                  nodeOf("torch.ops.aten.mul_.Scalar", {{"self", tensorNamed("grown")}, {"other", numberArgument(0.5)}},
                         {tensorNamed("y")})});
    expectRefused({"net.pt2", "gradient", "inplace", "run_decompositions({})"});
}

TEST_F(Pt2Loading, OutputWithoutGradientIsRefused) {
    replaceNodes({nodeOf("torch.ops.aten.detach.default", {{"self", tensorNamed("x")}}, {tensorNamed("y")})});
    expectRefused({"no gradient", "torch.no_grad()"});
}

TEST_F(Pt2Loading, ImpossibleCardIsNamed) {
    const auto expectBad = [this](const json& card, const std::string& words) {
        setCard(card);
        test::expectError(ErrorCode::BadFile, {"net.pt2", words}, [this] { static_cast<void>(load()); });
        parts_.members.pop_back();
    };
    expectBad({{"batch", 2}}, R"("batch": 2, expected "any" or 1)");
    expectBad({{"batch", "all"}}, R"("batch": "all")");
    expectBad({{"guards", "h % 5 != 0"}}, "a list of up to 64 texts");
    expectBad({{"guards", std::vector<std::string>(65, "1 == 1")}}, "a list of up to 64 texts");
}

}  // namespace
}  // namespace lamscope
