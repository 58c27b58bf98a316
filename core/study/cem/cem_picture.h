// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "image/image.h"
#include "method/cem/cem_document.h"

namespace lamscope {

/// The maps of a document as one picture, a panel a network, in the published colours: red where the true content
/// helps, blue where it harms, 0.9 of the map over 0.1 of the LR image, blocks enlarged without smoothing (see
/// shownEffect()). Blocks whose sign is not certain are hatched; the region of interest is outlined in green. Beside
/// each panel, the scale from the smallest effect to the largest, cut at the limit of the colours.
///
/// Throws Error(InvalidArgument) when the document holds no result.
[[nodiscard]] Image drawCem(const CemDocument& document);

}  // namespace lamscope
