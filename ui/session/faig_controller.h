// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <QTimer>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "live/job_handle.h"
#include "live/jobs/faig_job.h"
#include "method/faig/faig_document.h"
#include "session/faig_results_file.h"
#include "session/live_controller.h"
#include "session/session.h"
#include "session/state_command.h"

namespace lamscope::ui {

/// What the user has chosen of FAIG; undo knows all of it.
struct FaigState {
    std::optional<ModelSpec> baseline{};
    std::optional<ModelSpec> target{};
    std::vector<Scene> images{};  ///< HR; empty: the open image
    FaigOptions options{};        ///< `mask` are the shares of the curve
    double percent = 1.0;         ///< of all filters: the top ones, which are masked or re-weighted
    double lambda = 0.0;          ///< of the changed network: 0 masked, 1 the target

    friend bool operator==(const FaigState&, const FaigState&) = default;
};

/// What is looked at. Not part of undo.
struct FaigLook {
    std::size_t image = 0;
    std::size_t degradation = 0;
    std::optional<std::size_t> filter{};  ///< that all panes show
    bool gradients = false;               ///< the curve shows the gradient MSE in place of PSNR
    bool rivals = true;                   ///< the curve has other rankings beside it

    friend bool operator==(const FaigLook&, const FaigLook&) = default;
};

/// Another ranking that curves are compared with.
struct FaigRival {
    FilterRule rule = FilterRule::Faig;
    std::uint64_t seed = 0;                ///< of the random rule
    std::optional<std::string> against{};  ///< of FAIG
    std::vector<int> order{};              ///< empty: of pixel IG, which is computed when its turn comes
};

/// Filters of a pair of networks in the order of a ranking.
struct FaigRanked {
    FaigRanking ranking;
    std::vector<FaigRival> rivals;
    std::vector<double> values;  ///< one a filter, finite: what the map shows, the score of the ranking
    /// What `values` are the difference to; nullopt: of a score of its own. Of a rule without scores they are FAIG's.
    std::optional<std::string> valuesAgainst;
    std::vector<std::size_t> order;  ///< as the ranking's
    std::vector<std::size_t> ranks;  ///< by filter, from 0
};

/// The SR images of one LR image. Shared and never changed.
struct FaigPictures {
    std::size_t image = 0;
    std::size_t degradation = 0;
    std::shared_ptr<const FaigImages> images;
    std::shared_ptr<const Image> target;
    std::shared_ptr<const Image> baseline;
    std::shared_ptr<const Image> changed;
    std::shared_ptr<const Image> difference;  ///< ten times changed − target, around grey
    Rect partPlace{};                         ///< LR pixels
    std::shared_ptr<const Image> part;        ///< newer than `changed`; null: none
    std::shared_ptr<const Image> partDifference;
    std::optional<double> psnrTarget{};
    std::optional<double> psnrBaseline{};
    std::optional<double> psnrChanged{};  ///< of `changed`
    FilterChange change{};                ///< of the newest of `changed` and `part`
    FilterChange wholeChange{};           ///< of `changed`
};

/// A curve as far as it has come: means over the images that are done.
struct FaigCurve {
    FilterRule rule = FilterRule::Faig;
    std::optional<std::string> against{};  ///< of FAIG, the degradation that the ranking is against
    std::uint64_t seed = 0;
    /// [degradation][share]; NaN before the first image.
    std::vector<std::vector<double>> psnr;
    std::vector<std::vector<double>> gradientMse;
    int images = 0;  ///< of the least advanced share
};

/// The window's FAIG: which filters of a network do one job. Holds what is chosen, has it computed behind what is more
/// urgent, and keeps what has come of it. GUI thread only; `session` and `controller` must outlive it.
class FaigController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FaigController)

public:
    FaigController(Session& session, LiveController& controller, QObject* parent = nullptr);
    ~FaigController() override;

    // --- what is chosen
    [[nodiscard]] const FaigState& state() const { return state_; }
    /// One step of the session's undo history; nothing where the state is equal. Reports what cannot be, and keeps the
    /// state then. @param text  what changes, for the undo button.
    void change(const QString& text, const FaigState& state);
    /// Adds the images among files and folders, which are looked through on another thread.
    void addImages(const QStringList& filesAndFolders);
    /// What the chosen state computes; nullopt where something is missing, which whatIsMissing() says.
    [[nodiscard]] std::optional<FaigSetup> setup() const;
    [[nodiscard]] QString whatIsMissing() const;
    /// State and look as JSON, and back. Throws as experimentFromJson(), faigOptionsOf(), nlohmann::json::exception.
    [[nodiscard]] nlohmann::ordered_json kept() const;
    void restore(const nlohmann::ordered_json& kept);
    /// Forgets what was computed and chosen, e.g. for another session.
    void clear();
    /// The same as a step of the undo history, which brings back what was chosen.
    void startAnew();
    /// Where scores are kept from one run of the program to the next; empty: nowhere. restore() looks for them there.
    void setResultsFolder(const std::filesystem::path& folder) { resultsFolder_ = folder; }

    // --- what is looked at
    [[nodiscard]] const FaigLook& look() const { return look_; }
    void setLook(const FaigLook& look);
    void select(std::optional<std::size_t> filter);
    /// LR pixels of the shown image that are in view; empty: all.
    void setVisible(const Rect& visible);
    /// λ while it is dragged: pictures follow, the state does not.
    void previewLambda(double lambda);
    /// λ of what is shown.
    [[nodiscard]] double lambda() const { return preview_.value_or(state_.lambda); }
    /// Ends previewLambda(), as one step of the undo history.
    void setLambda(double lambda);

    // --- the run
    /// Computes scores, then curves. What an earlier run of the same setup has computed stays.
    void run();
    /// Ends the run; what is computed stays, and run() goes on.
    void cancel();
    [[nodiscard]] bool isRunning() const { return running_; }
    [[nodiscard]] bool isReadingOut() const { return readingOut_; }
    [[nodiscard]] const live::FaigProgressed& progress() const { return progress_; }
    /// Mean PSNR of target and baseline on a degradation over the images that the first curve is over by now,
    /// otherwise over all that are finished; NaN before the first.
    [[nodiscard]] std::pair<double, double> levels(std::size_t degradation) const;
    /// The same over the first `images` that are finished.
    [[nodiscard]] std::pair<double, double> levels(std::size_t degradation, std::size_t images) const;
    /// Why the latest run ended before its end; empty if it did not.
    [[nodiscard]] const QString& remark() const { return remark_; }

    // --- what has come of it
    /// Of the results; null before the pair was loaded.
    [[nodiscard]] const live::FaigOpened* opened() const { return opened_ ? &*opened_ : nullptr; }
    /// The setup of the results; nullopt before the first run.
    [[nodiscard]] const std::optional<FaigSetup>& ran() const { return ran_; }
    /// Results are of another setup than the chosen one.
    [[nodiscard]] bool isStale() const;
    /// One a degradation, over the images that are finished in all of them; empty before the first.
    [[nodiscard]] const std::vector<FaigDegradationResult>& results() const { return results_; }
    [[nodiscard]] int finishedImages() const { return finishedImages_; }
    /// Null before the first image is finished.
    [[nodiscard]] const std::shared_ptr<const FaigRanked>& ranked() const { return ranked_; }
    /// The filters that the percentage chooses; empty before there is a ranking.
    [[nodiscard]] std::vector<int> top() const;
    [[nodiscard]] FilterChange shownChange() const;
    [[nodiscard]] const FaigPictures& pictures() const { return pictures_; }
    [[nodiscard]] const std::vector<FaigCurve>& curves() const { return curves_; }
    /// The shares of curves().
    [[nodiscard]] const std::vector<double>& curvePercents() const { return curvePercents_; }
    /// The weights of the selected filter's layer; null: not known yet.
    [[nodiscard]] std::shared_ptr<const LayerWeights> weights() const;
    /// The largest absolute completeness error of all images; nullopt before the first.
    [[nodiscard]] std::optional<double> worstCompleteness() const;
    [[nodiscard]] QStringList warnings() const;
    /// All of it as `lamscope-cli faig` writes it, of the curves those that are complete. There must be results.
    [[nodiscard]] FaigDocument document() const;
    /// The experiment of the chosen state, for *Copy as command*; nullopt where something is missing.
    [[nodiscard]] std::optional<Experiment> experiment() const;

signals:
    void stateChanged();
    void lookChanged();
    void runChanged();  ///< begun or ended
    void progressChanged();
    void resultsChanged();   ///< pair, scores, warnings
    void rankingChanged();   ///< also the filters that the percentage chooses
    void picturesChanged();  ///< or the λ that is shown
    void curvesChanged();
    void weightsChanged();

private:
    friend class StateCommand<FaigController, FaigState>;

    void apply(const FaigState& state);
    void takeEngine();
    void clearResults();
    /// Forgets what was computed, before another state comes; sayForgotten() follows.
    void forget();
    void sayForgotten();
    /// Drops results that were kept: they are of other files than those that are there now.
    void dropKept(const QString& why);
    void saveResults();
    /// Reads the results that a session had, as soon as it is known what they were of.
    void lookForResults();
    void takeResults(const SavedFaigResults& saved);
    void finishImages();
    void rankSoon();
    void takeRanking(const std::shared_ptr<const FaigRanked>& ranked);
    [[nodiscard]] FaigOptions rankingOptions() const;
    void requestPicture();
    void sendPicture();
    void requestCurves();
    void requestWeights();
    void tell(std::function<void(FaigJob&)> ask, bool interrupt);

    void receive(const live::FaigOpened& event);
    void receive(const live::FaigImageReady& event);
    void receive(const live::FaigProgressed& event);
    void receive(const live::FaigScored& event);
    void receive(const live::FaigEnded& event);
    void receive(const live::FaigPicture& event);
    void receive(const live::FaigPictureFailed& event);
    void receive(const live::FaigCurvePoint& event);
    void receive(const live::FaigCurvesEnded& event);
    void receive(const live::FaigPixelIg& event);
    void receive(const live::FaigLayerWeights& event);

    Session& session_;
    LiveController& controller_;
    std::optional<JobHandle<FaigJob>> job_;
    FaigState state_;
    FaigLook look_;
    std::optional<double> preview_;

    std::optional<FaigSetup> ran_;
    std::int64_t setupNumber_ = 0;
    bool jobKnowsIt_ = false;  ///< the job has the scores that are here
    bool running_ = false;
    bool readingOut_ = false;
    live::FaigProgressed progress_;
    QString remark_;
    double seconds_ = 0.0;

    std::optional<live::FaigOpened> opened_;
    std::map<std::size_t, std::pair<std::string, std::vector<std::string>>> files_;  ///< hash and warnings, by image
    std::map<std::size_t, std::map<std::size_t, live::FaigScored>> arrived_;         ///< by image; of unfinished images
    std::vector<std::vector<std::pair<double, double>>> psnrs_;  ///< [finished image][degradation]: target, baseline
    std::vector<FaigDegradationResult> results_;
    int finishedImages_ = 0;
    std::shared_ptr<const FaigRanked> ranked_;
    std::int64_t ranking_ = 0;  ///< counts what was ranked: what comes late is dropped
    QTimer rankTimer_;

    FaigPictures pictures_;
    Rect visible_;
    std::int64_t pictureNumber_ = 0;
    bool pictureAtWork_ = false;  ///< the job has not answered yet
    bool pictureWanted_ = false;  ///< another one was asked for meanwhile

    std::vector<FaigCurve> curves_;
    std::vector<std::vector<int>> curveCounts_;  ///< [curve][share]: images that have come
    std::vector<double> curvePercents_;
    int curveImages_ = 0;  ///< the images that they are over in the end
    std::int64_t curvesNumber_ = 0;

    std::map<std::size_t, std::shared_ptr<const LayerWeights>> weights_;  ///< of the layer shown last
    std::filesystem::path resultsFolder_;
    bool hadResults_ = false;                     ///< the session that was restored had some, and they are not here yet
    std::pair<std::string, std::string> hashes_;  ///< of the networks of results that were read; empty: computed here
    std::vector<std::string> imageHashes_;        ///< the same of the images
    QThreadPool pool_;                            // one thread; last: its work reports to the others
};

}  // namespace lamscope::ui
