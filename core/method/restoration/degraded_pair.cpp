// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/restoration/degraded_pair.h"

namespace lamscope {

DegradedPair degradedPair(const Image& degraded, const Image& clean, const Image* rain, DegradationSource source,
                          double threshold) {
    DegradedPair pair{.degraded = realImage(degraded), .clean = realImage(clean), .mask = {}};
    const auto added = difference(pair.degraded, pair.clean);
    if (source == DegradationSource::Files) {
        pair.isAdditive = darkenedShare(added) <= mostDarkened;
        pair.mask = layerMask(added, threshold);
    } else if (rain != nullptr && !rain->empty()) {
        pair.mask = layerMask(realImage(*rain), threshold);
    } else {
        pair.mask = layerMask(added, threshold, LayerSign::Either);
    }
    return pair;
}

}  // namespace lamscope
