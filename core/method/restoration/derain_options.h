// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "base/option_table.h"
#include "metrics/psnr_ssim.h"

namespace lamscope {

struct DerainOptions {
    double maskThreshold = 0.0;      ///< levels of 0 to 255; rain above it belongs to the mask
    Channel channel = Channel::Rgb;  ///< of PSNR and SSIM
    int seed = 0;                    ///< of the random numbers of recipes

    friend bool operator==(const DerainOptions&, const DerainOptions&) = default;
};

/// The options in the order of --help and of JSON. Thread-safe.
[[nodiscard]] const std::vector<OptionRow<DerainOptions>>& derainOptionTable();

/// Throws Error(InvalidArgument) for a number out of its range.
void checkDerainOptions(const DerainOptions& options);

}  // namespace lamscope
