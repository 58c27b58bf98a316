// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "study/faithfulness/faithfulness_document.h"

namespace lamscope {

/// The curves of a document as one picture: a row a network and patch; a panel of the insertion and one of the deletion
/// curve of the detector, and where HR is known two of the patch's PSNR in dB. The map's curve is coloured, the radial
/// one dark grey; the band is the mean of the random orders with a standard deviation to each side, inside the lighter
/// one that holds all of them. The axis of the replaced share is stretched near 0, as the steps are.
///
/// Throws Error(InvalidArgument) when the document holds no curve.
[[nodiscard]] Image drawFaithfulness(const FaithfulnessDocument& document);

}  // namespace lamscope
