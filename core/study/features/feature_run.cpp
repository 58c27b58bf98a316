// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/features/feature_run.h"

#include "study/features/feature_steps.h"

namespace lamscope {

namespace {

/// The document of a run to its end; nullopt when stopped.
template <typename Steps>
auto documentOf(Steps steps, const std::stop_token& stop, const FeatureRunCallback& progress)
    -> std::optional<decltype(steps.document())> {
    while (!steps.finished()) {
        if (!steps.next(stop, progress)) {
            return std::nullopt;
        }
    }
    return steps.document();
}

}  // namespace

std::optional<SrgaDocument> runSrga(const FeatureRunInput& input, const SrgaOptions& options,
                                    const std::stop_token& stop, const FeatureRunCallback& progress) {
    SrgaSteps steps(input, options);
    return documentOf<SrgaSteps&>(steps, stop, progress);
}

std::optional<DdrDocument> runDdr(const FeatureRunInput& input, const DdrOptions& options, const std::stop_token& stop,
                                  const FeatureRunCallback& progress) {
    DdrSteps steps(input, options);
    return documentOf<DdrSteps&>(steps, stop, progress);
}

}  // namespace lamscope
