// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "live/live_events.h"
#include "live/live_job.h"
#include "method/features/tap_survey.h"
#include "study/features/feature_run.h"
#include "study/features/feature_steps.h"

namespace lamscope {

/// What a run in the window needs: networks that are open, and either method's options.
struct FeaturesRequest {
    std::vector<NetworkId> networks;  ///< those of `input.networks`, in the same order
    FeatureRunInput input;            ///< without a device, which is the engine's
    std::variant<SrgaOptions, DdrOptions> options;
};

/// The SR of one patch.
struct PatchSrRequest {
    NetworkId network = 0;
    std::size_t set = 0;
    std::size_t patch = 0;

    friend auto operator<=>(const PatchSrRequest&, const PatchSrRequest&) = default;
};

namespace live {

/// Where features of a network can be taken.
struct FeaturesSurveyed {
    NetworkId network = 0;
    std::shared_ptr<const TapSurvey> survey;  ///< null where it cannot be said
    std::string message;                      ///< why
};

struct FeaturesProgressed {
    std::int64_t run = 0;
    std::string what;    ///< e.g. "IMDN, features of blur 2"
    double share = 0.0;  ///< of the run, 0…1
    std::optional<double> secondsLeft{};
};

/// The sets of patches of the networks of a run.
struct FeaturesSetsReady {
    std::int64_t run = 0;
    std::vector<std::pair<NetworkId, std::shared_ptr<const PatchSets>>> sets;
};

/// What a run has found so far, after each network.
struct SrgaReady {
    std::int64_t run = 0;
    std::vector<NetworkId> networks;  ///< of the results, in their order
    std::shared_ptr<const SrgaDocument> document;
};
struct DdrReady {
    std::int64_t run = 0;
    std::vector<NetworkId> networks;
    std::shared_ptr<const DdrDocument> document;
};

/// t-SNE at work.
struct FeaturesEmbedding {
    std::int64_t run = 0;
    NetworkId network = 0;
    std::string tap;
    std::vector<double> points;  ///< x0, y0, …
    int iterations = 0;
};

/// Nothing more comes of a run.
struct FeaturesEnded {
    std::int64_t run = 0;
    EndReason reason = EndReason::Done;
    std::string message;  ///< why it failed; empty where it did not
};

/// The SR of a patch of the latest run of a view.
struct PatchSr {
    std::int64_t of = 0;  ///< the number that sendSr() was given
    PatchSrRequest request;
    std::shared_ptr<const Image> sr;  ///< null where the network fails
};

}  // namespace live

/// SRGA and DDR of open networks, a batch of patches a step, behind what is more urgent; features that were computed
/// before for the same patches are used again. SR of single patches and surveys of networks come first.
class FeaturesJob final : public LiveJob {
public:
    using Event =
        std::variant<live::FeaturesSurveyed, live::FeaturesProgressed, live::FeaturesSetsReady, live::SrgaReady,
                     live::DdrReady, live::FeaturesEmbedding, live::FeaturesEnded, live::PatchSr>;
    using Sink = std::function<void(Event)>;

    /// @param sink called on the compute thread; must not block and must not throw.
    FeaturesJob(const LiveState& state, Sink sink);
    ~FeaturesJob() override;

    /// Takes the place of an earlier run, which is cancelled.
    /// @param run its number, above 0, which its events carry.
    void start(std::int64_t run, FeaturesRequest request);
    /// Looks at a network once.
    void survey(NetworkId network, int side);
    /// The SR of patches of these sets, in their order; takes the place of earlier requests.
    void sendSr(std::int64_t of, std::vector<std::pair<PatchSrRequest, std::shared_ptr<const PatchSets>>> wanted);

    [[nodiscard]] bool hasWork() const override;
    [[nodiscard]] LivePriority priority() const override;
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override;
    void cancel() override;

private:
    class Run;

    void stepSr(const std::stop_token& stop);
    void stepSurvey();
    void end(live::EndReason reason, const std::string& message);

    const LiveState& state_;
    Sink sink_;
    FeatureCache cache_;
    std::unique_ptr<Run> run_;  // null: none is at work
    std::deque<std::pair<NetworkId, int>> surveys_;
    std::int64_t srOf_ = 0;
    std::deque<std::pair<PatchSrRequest, std::shared_ptr<const PatchSets>>> wantedSr_;
};

}  // namespace lamscope
