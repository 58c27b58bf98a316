// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "image/degradation.h"
#include "live/job_handle.h"
#include "live/jobs/features_job.h"
#include "runtime/device.h"
#include "session/live_controller.h"
#include "session/session.h"
#include "session/state_command.h"

namespace lamscope::ui {

/// The two ways to look at features.
enum class FeaturesView {
    Generalization,   ///< SRGA
    Representations,  ///< DDR
};

/// What the user has chosen for both views; undo knows all of it.
struct FeaturesState {
    std::vector<std::filesystem::path> images{};  ///< HR; empty: the open image
    std::vector<NamedDegradation> recipes{};      ///< a set or a class each
    Reduction reduction = Reduction::Pillow;
    SrgaOptions srga{};
    DdrOptions ddr{};

    friend bool operator==(const FeaturesState&, const FeaturesState&) = default;
};

/// What is looked at. Not part of undo.
struct FeaturesLook {
    FeaturesView view = FeaturesView::Generalization;
    NetworkId cellNetwork = 0;       ///< SRGA: the chosen cell's; 0: the first
    std::size_t cell = 0;            ///< the same: the candidate, from 0
    bool logarithmic = true;         ///< the density
    NetworkId network = 0;           ///< DDR: of the scatter; 0: the first
    std::string tap{};               ///< of the scatter; empty, or one that the network lacks: the deepest
    std::set<std::string> hidden{};  ///< classes, by name

    friend bool operator==(const FeaturesLook&, const FeaturesLook&) = default;
};

/// The window's SRGA and DDR: holds what is chosen, has it computed behind what is more urgent, and keeps what has come
/// of it. Networks are those of the session that are shown. GUI thread only; `session` and `controller` must outlive
/// it.
class FeaturesController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FeaturesController)

public:
    FeaturesController(Session& session, LiveController& controller, QObject* parent = nullptr);
    ~FeaturesController() override;

    // --- what is chosen
    [[nodiscard]] const FeaturesState& state() const { return state_; }
    /// One step of the session's undo history; nothing where the state is equal. Reports what cannot be, and keeps the
    /// state then. @param text  what changes, for the undo button.
    void change(const QString& text, const FeaturesState& state);
    /// Adds the images among files and folders, which are looked through on another thread.
    void addImages(const QStringList& filesAndFolders);
    /// Why the view cannot be computed; empty if it can.
    [[nodiscard]] QString whatIsMissing() const;
    /// Nothing was chosen and nothing computed.
    [[nodiscard]] bool isUntouched() const;
    /// State and look as JSON, and back. Throws Error and nlohmann::json::exception for what kept() cannot have given.
    [[nodiscard]] nlohmann::ordered_json kept() const;
    void restore(const nlohmann::ordered_json& kept);
    /// Forgets what was computed and chosen.
    void clear();

    // --- what is looked at
    [[nodiscard]] const FeaturesLook& look() const { return look_; }
    void setLook(const FeaturesLook& look);
    [[nodiscard]] bool isGeneralization() const { return look_.view == FeaturesView::Generalization; }

    /// Where features of a network can be taken; null while it is not known.
    [[nodiscard]] const TapSurvey* survey(NetworkId id) const;
    /// Has the networks surveyed that were not.
    void surveyNetworks();

    // --- the run of the view
    void run();
    void cancel();
    [[nodiscard]] bool isRunning() const { return running_.has_value(); }
    [[nodiscard]] std::optional<FeaturesView> running() const { return running_; }
    [[nodiscard]] const live::FeaturesProgressed& progress() const { return progress_; }
    /// Why the view's latest run ended before its end; empty if it did not.
    [[nodiscard]] QString remark() const { return results(look_.view).remark; }
    /// What is shown is of another choice than that of now.
    [[nodiscard]] bool isStale() const;

    // --- what has come of it: null before the first network is done
    [[nodiscard]] const std::shared_ptr<const SrgaDocument>& srga() const { return srga_; }
    [[nodiscard]] const std::shared_ptr<const DdrDocument>& ddr() const { return ddr_; }
    [[nodiscard]] bool hasResults() const { return isGeneralization() ? srga_ != nullptr : ddr_ != nullptr; }
    [[nodiscard]] bool hasAnyResults() const { return srga_ != nullptr || ddr_ != nullptr; }
    /// The networks of the view's results, in their order.
    [[nodiscard]] const std::vector<NetworkId>& resultNetworks() const { return results(look_.view).networks; }
    /// The colour of a result's network; a grey for one that is no longer open.
    [[nodiscard]] QColor colourOf(std::size_t result) const;
    /// Its digit; empty for one that is no longer open.
    [[nodiscard]] QString digitOf(std::size_t result) const;
    /// Indices of what is looked at among the results; nullopt without results.
    [[nodiscard]] std::optional<std::size_t> chosenResult() const;
    [[nodiscard]] std::optional<std::size_t> chosenTap() const;
    /// The patches of a network of the view's results; null where they are not known.
    [[nodiscard]] std::shared_ptr<const PatchSets> sets(NetworkId network) const;
    /// t-SNE at work at the chosen tap; null: none is.
    [[nodiscard]] const live::FeaturesEmbedding* embedding() const;

    /// SR of patches of the view's results; patchesChanged() announces each.
    void requestSr(const std::vector<PatchSrRequest>& wanted);
    [[nodiscard]] std::shared_ptr<const Image> sr(const PatchSrRequest& request) const;

    /// The `lamscope-cli` line of the view as it is chosen; empty where something is missing.
    [[nodiscard]] QString command(DeviceChoice device, int threads) const;

signals:
    void stateChanged();
    void lookChanged();
    void runChanged();  ///< begun or ended
    void progressChanged();
    void resultsChanged();
    void surveysChanged();
    void embeddingChanged();
    void patchesChanged();  ///< an SR image has come

private:
    friend class StateCommand<FeaturesController, FeaturesState>;

    /// Of a view.
    struct Results {
        std::int64_t run = 0;  ///< of what is shown
        std::vector<NetworkId> networks{};
        std::map<NetworkId, std::shared_ptr<const PatchSets>> sets{};
        std::string made{};  ///< by which command
        QString remark{};
    };

    [[nodiscard]] const Results& results(FeaturesView view) const {
        return results_[view == FeaturesView::Generalization ? 0 : 1];
    }
    [[nodiscard]] Results& results(FeaturesView view) { return results_[view == FeaturesView::Generalization ? 0 : 1]; }
    [[nodiscard]] std::optional<FeaturesRequest> request() const;
    [[nodiscard]] std::string lineOf(const FeaturesRequest& request, DeviceChoice device, int threads) const;
    [[nodiscard]] std::vector<const NetworkEntry*> usedNetworks() const;
    void apply(const FeaturesState& state);
    void takeEngine();
    void takeResults(FeaturesView view, std::int64_t run, const std::vector<NetworkId>& networks);

    void receive(const live::FeaturesSurveyed& event);
    void receive(const live::FeaturesProgressed& event);
    void receive(const live::FeaturesSetsReady& event);
    void receive(const live::SrgaReady& event);
    void receive(const live::DdrReady& event);
    void receive(const live::FeaturesEmbedding& event);
    void receive(const live::FeaturesEnded& event);
    void receive(const live::PatchSr& event);

    Session& session_;
    LiveController& controller_;
    std::optional<JobHandle<FeaturesJob>> job_;
    FeaturesState state_;
    FeaturesLook look_;
    std::map<NetworkId, std::shared_ptr<const TapSurvey>> surveys_;  ///< null: asked for, or it cannot be said

    std::int64_t run_ = 0;  ///< the latest, of both views
    std::optional<FeaturesView> running_;
    live::FeaturesProgressed progress_;
    std::string asked_;                                              ///< the command of the run at work
    std::map<NetworkId, std::shared_ptr<const PatchSets>> newSets_;  ///< of the run at work

    std::shared_ptr<const SrgaDocument> srga_;
    std::shared_ptr<const DdrDocument> ddr_;
    std::array<Results, 2> results_;
    std::optional<live::FeaturesEmbedding> embedding_;
    std::int64_t srOf_ = 0;
    std::map<std::pair<std::int64_t, PatchSrRequest>, std::shared_ptr<const Image>> sr_;  ///< by run
    std::map<std::int64_t, std::int64_t> srRuns_;                                         ///< the runs of requests
    QThreadPool pool_;  // last: its work reports to the others
};

}  // namespace lamscope::ui
