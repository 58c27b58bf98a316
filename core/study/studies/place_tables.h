// SPDX-License-Identifier: GPL-3.0-or-later
// Single results and failures of a study as tables.
#pragma once

#include <vector>

#include "study/studies/report_table.h"
#include "study/studies/study_places.h"
#include "study/studies/study_status.h"

namespace lamscope {

/// A row a place, in their order: network, image, patch, DI, PSNR of the context and of the patch, and the remark of
/// one that has no map. Images are named by their files, in tables for people without folders.
[[nodiscard]] ReportTable placeTable(const std::vector<StudyPlace>& places);

/// A row a failure, in their order: image, network, reason. Images are named as in placeTable().
[[nodiscard]] ReportTable failureTable(const std::vector<StudyFailure>& failures);

}  // namespace lamscope
