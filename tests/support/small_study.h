// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "method/lam/lam_experiment.h"
#include "study/studies/study_description.h"
#include "support/temporary_folder.h"

namespace lamscope::test {

/// A study of drawn images by bicubic enlargement: a fraction of a second.
inline StudyDescription smallStudy(const TemporaryFolder& folder, const std::vector<int>& sides = {64, 72, 80},
                                   const std::vector<std::string>& networks = {"bicubic", "bicubic:scale=2"}) {
    StudyDescription description;
    for (const int side : sides) {
        const auto file = folder / ("scene" + std::to_string(side) + ".png");
        writeImage(file, drawScene(side));
        description.experiment.scenes.push_back({.image = file});
    }
    for (const auto& network : networks) {
        description.experiment.networks.push_back({.spec = ModelSpec::parse(network)});
    }
    LamOptions options;
    options.nodes = 3;
    setLamOptions(description.experiment, options);
    description.id = newStudyId(description);
    return description;
}

}  // namespace lamscope::test
