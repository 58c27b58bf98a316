// SPDX-License-Identifier: GPL-3.0-or-later
#include "attribution/signed_map.h"

namespace lamscope {

std::vector<double> signedMap(const LamResult& result) {
    const auto pixels = result.attribution.size() / Image::channels;
    std::vector<double> sums(pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        sums[i] = static_cast<double>(result.attribution[i]) + result.attribution[pixels + i]
                  + result.attribution[2 * pixels + i];
    }
    return sums;
}

}  // namespace lamscope
