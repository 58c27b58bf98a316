// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of RGT leave open: images that it reduces more than twice.
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "runtime/torch_headers.h"
#include "support/network_variants.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope::rgt_test {
namespace {

constexpr const char* record = "RGT 32 3,2 split 4x8 c_ratio 0.75 3conv x2 (synthetic)";

TEST(Rgt, RefusesLongImagesThatCannotBeReducedAsOften) {
    LAMSCOPE_NEED_FILE(file, test::networksFile("networks2_keys.json"));
    const auto network = test::recogniseInFloat64(test::syntheticCheckpoint(record)).network;
    const at::NoGradGuard noGradients;
    EXPECT_EQ(network->forward(test::picture(16, 200)).size(3), 400);
    try {
        static_cast<void>(network->forward(test::picture(1024, 63)));
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("at least 64"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace lamscope::rgt_test
