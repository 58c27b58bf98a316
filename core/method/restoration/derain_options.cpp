// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/restoration/derain_options.h"

#include <array>

namespace lamscope {

namespace {

constexpr auto derainChannels = std::to_array<OptionChoice<Channel>>(
    {{Channel::Rgb, {"rgb", "RGB", "all colours"}},
     {Channel::Y, {"y", "Y", "the luma of BT.601 in studio range, as deraining papers have it"}}});

constexpr double largestDerainSeed = 2147483647.0;

}  // namespace

const std::vector<OptionRow<DerainOptions>>& derainOptionTable() {
    static const std::vector<OptionRow<DerainOptions>> rows{
        numberRow({.name = "mask-threshold",
                   .title = "Mask above",
                   .subject = "the threshold of the mask",
                   .help = "pixels with more rain than this belong to the mask",
                   .unit = "levels of 0 to 255"},
                  &DerainOptions::maskThreshold, {.least = 0.0, .most = 254.0}),
        choiceRow({.name = "channel", .title = "PSNR of", .subject = "the channel", .help = "of PSNR and SSIM"},
                  &DerainOptions::channel, derainChannels),
        numberRow({.name = "seed",
                   .title = "Seed",
                   .subject = "the seed",
                   .help = "of the recipes' random numbers, which also depend on the image's name"},
                  &DerainOptions::seed, {.least = 0, .most = largestDerainSeed}),
    };
    return rows;
}

void checkDerainOptions(const DerainOptions& options) {
    checkOptions(derainOptionTable(), options);
}

}  // namespace lamscope
