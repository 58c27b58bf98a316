// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>

#include "scene/experiment.h"
#include "study/studies/study_store.h"
#include "study/studies/study_tables.h"

namespace lamscope {

/// Images of a study as an experiment of their own: a scene for each, with the first of its patches that has a map, and
/// all networks that have a DI, from the smallest mean DI to the largest, with the options of the study. For figures of
/// single images.
/// @param names  of files, with or without their endings.
/// Throws Error(InvalidArgument) for a name that stands for no image with results, or for several; Error(BadFile,
/// WriteFailed) as the store and descriptionIn() do.
[[nodiscard]] Experiment experimentOfImages(const StudyStore& store, std::span<const NetworkNumbers> networks,
                                            std::span<const std::string> names);

}  // namespace lamscope
