// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "method/faig/faig_document.h"
#include "runtime/device.h"
#include "study/studies/report_table.h"

namespace lamscope {

/// The top filters of the ranking: rank, filter, layer, out, in, the score of each degradation, the difference, Σ|Δθ|.
/// @param top how many; 0: all.   @param changes Σ|target − baseline| a filter, see filterChanges(); empty: left out.
[[nodiscard]] ReportTable filterTable(const FaigDocument& document, int top, const std::vector<double>& changes = {});

/// Masks and re-weightings, a line a readout: rule, percent, filters, λ, degradation, PSNR, gain lost, gradient MSE.
[[nodiscard]] ReportTable maskingTable(const FaigDocument& document);

/// Degradations: images, PSNR of target and baseline, score sum, worst completeness and estimated error, nodes.
[[nodiscard]] ReportTable degradationTable(const FaigDocument& document);

/// The `lamscope-cli faig` line that computes the experiment, for a POSIX shell. Throws Error(InvalidArgument) as
/// faigOptionsOf(), and without two networks or an image.
[[nodiscard]] std::string faigCommandLine(const Experiment& experiment, DeviceChoice device = DeviceChoice::Auto,
                                          int threads = 0);

}  // namespace lamscope
