// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_option_table.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lamscope {
namespace {

using Json = nlohmann::ordered_json;

/// No member but the patch has its default.
LamOptions changed() {
    LamOptions options;
    options.preset = Preset::Official;
    options.path = PathKind::BlurredLinear;
    options.sigma = 1.0 / 3.0;
    options.kernel = 11;
    options.rule = IntegrationRule::Secant;
    options.nodes = 27;
    options.tolerance = 0.125;
    options.detector = DetectorKind::Gabor;
    options.context = 0;
    return options;
}

TEST(LamOptionTable, EveryMemberButThePatchHasARow) {
    // What the rows carry over makes the options equal: no member is left out.
    LamOptions copy;
    for (const auto& row : lamOptionTable()) {
        EXPECT_NE(row.get(changed()), row.get({})) << row.name;
        row.set(copy, row.get(changed()));
    }
    EXPECT_EQ(copy, changed());
}

TEST(LamOptionTable, EveryRowRoundTripsThroughFlagsAndJson) {
    for (const auto& row : lamOptionTable()) {
        LamOptions fromFlag;
        row.set(fromFlag, optionValueOf(row, optionText(row, row.get(changed()))));
        EXPECT_EQ(row.get(fromFlag), row.get(changed())) << row.name;
        LamOptions fromJson = changed();
        row.set(fromJson, Json::parse(row.get({}).dump()));
        EXPECT_EQ(row.get(fromJson), row.get({})) << row.name;
    }
}

TEST(LamOptionTable, NamesAreThoseOfFlagsAndFiles) {
    EXPECT_EQ(optionsJson(lamOptionTable(), changed()).dump(),
              R"({"preset":"official","path":"blurred-linear","sigma":0.3333333333333333,"kernel":11,"rule":"secant",)"
              R"("nodes":27,"tolerance":0.125,"detector":"gabor","context":0})");
}

TEST(LamOptionTable, MakePlanRefusesWithTheRangesOfTheRows) {
    const auto refused = [](const std::string& message, const std::string& name, const Json& value) {
        LamOptions options;
        setOption(lamOptionTable(), options, name, value);
        test::expectError(ErrorCode::InvalidArgument, {message}, [&] { static_cast<void>(makePlan(options)); });
    };
    refused("sigma must lie between 0.05 and 100, found 0", "sigma", 0.0);
    refused("the kernel side must lie between 1 and 255, found -1", "kernel", -1);
    refused("the kernel side must be odd, found 8", "kernel", 8);
    refused("the number of nodes must lie between 1 and 100000, found 0", "nodes", 0);
    refused("the tolerance must be a positive number, found 0", "tolerance", 0.0);
    refused("the context must lie between 0 and 1048576, found -64", "context", -64);
}

}  // namespace
}  // namespace lamscope
