// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <QTimer>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "live/job_handle.h"
#include "live/jobs/study_job.h"
#include "session/live_controller.h"
#include "session/session.h"
#include "session/study_files.h"
#include "study/studies/study_description.h"
#include "study/studies/study_run.h"

namespace lamscope::ui {

/// The study of a window: what it is made of, its run behind the probe, and what its store says, also while it grows,
/// whoever writes it. Files are read and written on another thread. Trouble is reported in the session. GUI thread
/// only; `session` and `controller` must outlive it.
class StudyController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StudyController)

public:
    StudyController(Session& session, LiveController& controller, QObject* parent = nullptr);
    ~StudyController() override;

    // --- the description
    [[nodiscard]] const StudyDescription& description() const { return description_; }
    /// Of a run that is at work, the next one takes it over.
    void setDescription(const StudyDescription& description);
    /// Adds the images among files and folders that it does not have yet.
    void addImages(const QStringList& filesAndFolders);
    /// Takes over the places that a list names, and the rule `list`; images that it does not name go.
    void placeImages(const QString& list);
    /// Networks and images of the description, hidden ones left out.
    [[nodiscard]] std::size_t tasks() const;

    // --- its files
    /// The results; empty before they have a place. The description lies beside it, see descriptionBeside().
    [[nodiscard]] const std::filesystem::path& store() const { return store_; }
    /// The results go to this file from now on; one that exists is gone on with. While it has no results, the
    /// description is written beside it whenever there is something to compute, and when it changes.
    void setStore(const std::filesystem::path& store);
    /// Whether the description is the one that lies beside the store.
    [[nodiscard]] bool isWritten() const { return written_ == description_; }
    /// Opens a store or a description, paused, in place of what is open. opened() follows unless it cannot be read.
    void open(const QString& file);
    /// Begins anew, with nothing. What is running is paused.
    void clear();
    [[nodiscard]] bool keepsMaps() const { return keepsMaps_; }
    void setKeepsMaps(bool keeps);

    // --- the run
    /// Computes what the store lacks, whenever nothing more urgent is wanted, and goes on in another engine. Writes the
    /// description beside the store where it differs. There must be a store(), images and networks.
    void run(bool retryFailed = false);
    /// What is computed stays, and run() goes on. LiveController::cancel() does not pause it.
    void pause();
    [[nodiscard]] bool isRunning() const { return request_.has_value(); }
    /// Of the run at work, or of the latest; nullopt before the first of this study.
    [[nodiscard]] const std::optional<StudyRunProgress>& progress() const { return progress_; }

    // --- what the store says
    /// Null before it was read.
    [[nodiscard]] const std::shared_ptr<const StudySnapshot>& snapshot() const { return snapshot_; }
    /// Looks every 2 s, of large stores less often, whether the store has changed; otherwise only when it is told to.
    void setFollowing(bool follows);
    /// Looks up where a network was measured on an image: placeFound() follows.
    /// @param image  its number in the store; unset: the image whose DI is nearest to the network's mean.
    void findPlace(const QString& network, std::optional<std::int64_t> image);

signals:
    void descriptionChanged();
    void storeChanged();               ///< another file, or none
    void opened(const QString& file);  ///< also a description that is written for the first time
    void runChanged();                 ///< it began or ended
    void progressChanged();            ///< of the run at work
    void snapshotChanged();
    void placeFound(const lamscope::StudyPlace& place);

private:
    struct OpenedStudy;

    void takeEngine();
    /// Runs `work` on the other thread, and on this one `done` with what it gives, or `failed` with the reason why it
    /// gives nothing; without `failed`, trouble is reported.
    template <typename Work, typename Done>
    void inBackground(Work work, Done done, std::function<void(const QString& reason)> failed = {});
    void take(const OpenedStudy& opened, const QString& file);
    /// Gives the study its id unless it has one.
    void nameStudy();
    void saveDescription();
    void startJob();
    void endRun();
    /// To be called when the run that wrote the store has closed it.
    void lookAtClosed(const std::filesystem::path& store);
    void receive(const live::StudyProgressed& event);
    void receive(const live::StudyEnded& event);
    /// Reads the store unless it is as it was when it was read last.
    void look();
    void lookLater(int milliseconds);

    Session& session_;
    LiveController& controller_;
    std::optional<JobHandle<StudyJob>> job_;
    StudyDescription description_;
    std::filesystem::path store_;
    std::optional<StudyDescription> written_;  ///< the description beside the store, as it was read or written last
    std::int64_t opening_ = 0;                 ///< counts what was opened: what belongs to an earlier study is dropped
    bool keepsMaps_ = false;
    std::optional<StudyJobRequest> request_;  ///< of the run at work
    std::int64_t run_ = 0;                    ///< its number
    struct Closing {
        std::int64_t run = 0;  ///< its number; 0: none
        std::filesystem::path store{};
    };
    Closing closing_;  ///< a run that was paused and has not closed its store yet
    std::optional<StudyRunProgress> progress_;
    std::shared_ptr<const StudySnapshot> snapshot_;
    std::string seen_;  ///< the state of the store's files when they were read
    bool follows_ = false;
    bool looking_ = false;
    bool lookAgain_ = false;
    QString storeTrouble_;  ///< why the store could not be read the last time: said once
    QTimer next_;
    QTimer saving_;
    QThreadPool pool_;  // one thread; last: its work reports to the others
};

}  // namespace lamscope::ui
