// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "study/studies/study_records.h"
#include "support/small_study.h"

namespace lamscope::test {

/// Writes a store with chosen numbers: DI and PSNR of each network, N0, N1, …, on each image, two patches an image.
/// @param di, psnr  by network and image. @param cards  of the networks; none: they were never loaded.
inline StudyPlan fillStudy(const TemporaryFolder& folder, const std::filesystem::path& file,
                           const std::vector<std::vector<double>>& di, const std::vector<std::vector<double>>& psnr,
                           const std::vector<ModelCard>& cards = {}) {
    std::vector<std::string> networks;
    for (std::size_t n = 0; n < di.size(); ++n) {
        networks.push_back(fmt::format("bicubic:scale={},name=N{}", 2 + n, n));
    }
    std::vector<int> sides;
    for (std::size_t i = 0; i < di.front().size(); ++i) {
        sides.push_back(64 + 4 * static_cast<int>(i));
    }
    auto plan = planStudy(smallStudy(folder, sides, networks), folder.path());
    StudyStore store(file, StudyStore::Access::Write);
    keepPlan(store, plan);
    for (const auto& task : plan.tasks) {
        const ModelCard card;
        LamResult low;
        LamResult high;
        // The mean over the patches is the number that was asked for.
        low.diffusionIndex = di[task.network][task.image] - 0.25;
        high.diffusionIndex = di[task.network][task.image] + 0.25;
        const ContextQuality quality{.luma = Quality{.psnr = psnr[task.network][task.image], .ssim = 0.5}};
        std::vector<StudyRow> rows;
        for (const auto* map : {&low, &high}) {
            rows.push_back(rowOf({.card = card, .map = *map, .quality = quality}, false));
        }
        keepResults(store, task.key, rows, 1.0);
    }
    for (std::size_t n = 0; n < cards.size(); ++n) {
        keepCard(store, plan.networks[n], cards[n]);
    }
    return plan;
}

}  // namespace lamscope::test
