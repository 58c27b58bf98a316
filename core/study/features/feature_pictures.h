// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "method/features/ddr_document.h"
#include "method/features/srga_document.h"

namespace lamscope {

/// A row a network, a panel a candidate: the density of the pooled scores of reference and candidate on a logarithmic
/// scale, as bars, with the generalised Gaussian fitted to each as a curve, σ and β, the index with its band, and the
/// floor. All panels of a network have one range of scores. Throws Error(InvalidArgument) without a result.
[[nodiscard]] Image drawSrga(const SrgaDocument& document);

/// A row a network, a panel a tap: each patch as a point with the colour of its class, where PCA or t-SNE puts it, and
/// the ratio in features and in the plane of the first two components. Throws Error(InvalidArgument) without a result.
[[nodiscard]] Image drawDdr(const DdrDocument& document);

}  // namespace lamscope
