// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "model/pt2/archive.h"

namespace lamscope::test {

/// The program whose JSON is `text`, with tensors of zeros of the shapes that it names, together at most 64 Ki
/// values. Throws FormatError if it is refused.
pt2::Pt2Archive withZeros(std::span<const std::byte> text);

/// Looks at everything that a program gives. Throws FormatError if an operator is refused; any other exception is a
/// finding.
void checkExport(const pt2::Pt2Archive& archive);

/// Looks at an archive as the model doctor does: its operators and tensors, also where readPt2() refuses it.
/// FormatError is taken for an answer; any other exception is a finding.
void surveyExport(std::span<const std::byte> archive);

}  // namespace lamscope::test
