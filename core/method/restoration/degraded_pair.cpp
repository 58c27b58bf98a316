// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/restoration/degraded_pair.h"

namespace lamscope {

namespace {

RestorationMoments whatCanBeSaid(const DegradedPair& pair, const RestorationMoments& moments) {
    return pair.isAdditive() ? moments : withoutTransmission(moments);
}

}  // namespace

DegradedPair degradedPair(const Image& degraded, const Image& clean, const Image* rain, DegradationSource source,
                          double threshold) {
    DegradedPair pair{.degraded = realImage(degraded), .clean = realImage(clean), .mask = {}};
    const auto added = difference(pair.degraded, pair.clean);
    const bool isRead = source == DegradationSource::Files;
    if (isRead) {
        pair.darkened = darkenedShare(added);
    }
    pair.mask = rain != nullptr && !rain->empty()
                    ? layerMask(realImage(*rain), threshold)
                    : layerMask(added, threshold, isRead ? LayerSign::Added : LayerSign::Either);
    return pair;
}

RestorationMoments momentsOf(const DegradedPair& pair, const RealImage& restored, const RealImage* restoredClean) {
    return whatCanBeSaid(pair, restorationMoments(pair.degraded, pair.clean, restored, pair.mask, restoredClean));
}

RestorationMoments blurMomentsOf(const DegradedPair& pair, double sigma) {
    return whatCanBeSaid(pair, blurMoments(pair.degraded, pair.clean, pair.mask, sigma));
}

}  // namespace lamscope
