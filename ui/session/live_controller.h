// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "live/live_engine.h"
#include "session/session.h"

namespace lamscope::ui {

/// Keeps a session's results current: turns what the user changes into requests to a LiveEngine, and what the engine
/// reports into entries of the session. GUI thread only; it never waits for the engine but when it is destroyed.
class LiveController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LiveController)

public:
    explicit LiveController(Session& session, LiveEngineOptions options = {}, QObject* parent = nullptr);
    ~LiveController() override;

    /// Reads an image in the background and makes it the session's, or reports why not.
    void openImage(const QString& file, ExifOrientation orientation = ExifOrientation::Ignored);

    /// Stops all that is being computed, the check of parameters too; what is shown stays. Maps go on when something
    /// changes, DI maps with scanDiMaps().
    void cancel();

    /// DI maps are computed while their layer is shown. Goes on with them after cancel().
    void scanDiMaps();

    /// Runs the parameter-randomisation check on all shown networks with the session's box and options, and returns the
    /// number that its signals carry. It ends with the input that it began with; sanityEnded() always follows.
    std::int64_t checkSanity();
    void cancelSanityCheck() { engine_->cancelSanityCheck(); }

    // For methods that compute beside the maps, as the engine has them. With restarted() all jobs are gone.
    void addJob(LiveEngine::JobMaker make) { engine_->addJob(std::move(make)); }
    void tell(std::function<void()> task, bool interrupt);
    /// Shows what a job is at, unless the user has stopped it.
    void showProgress(const live::Progress& progress);

    void setRetainedBytes(std::int64_t bytes) { engine_->setRetainedBytes(bytes); }
    /// While the box is dragged, maps follow it; otherwise they wait until it rests.
    void setLiveWhileDragging(bool live) { liveWhileDragging_ = live; }

    /// Number of the latest request.
    [[nodiscard]] std::int64_t requestNumber() const { return requestNumber_; }

    /// Goes on with another engine, which loads everything anew. Waits for the batch of nodes at work.
    void restart(LiveEngineOptions options);

signals:
    void deviceChosen(const QString& device, int threads);
    void imageOpened();
    void imageFailed(const QString& message);
    void networkLoaded(int id);
    void networkFailed(int id, const QString& message);
    /// A map of the latest request arrived; `request` is its number.
    void mapArrived(int id, qint64 request, int nodes);
    void sanityChecked(const lamscope::live::SanityChecked& check);
    void sanityEnded(const lamscope::live::SanityEnded& end);
    void idle();
    void restarted();  ///< there is another engine

private:
    void followNetworks();
    void followImage();
    /// Marks what is shown as old at once, and asks for new maps when control returns to the event loop.
    void requestSoon();
    void requestNow();
    void start(LiveEngineOptions options);
    void showNothingRunning();
    /// Drops DI maps that do not belong to the options of now, and says which the engine should compute.
    void followDiMaps();
    [[nodiscard]] DiMapTarget diMapTarget(const NetworkEntry& entry) const;
    [[nodiscard]] bool isCurrentDiMap(const NetworkEntry& entry, const LamOptions& options, int stride) const;
    /// Options, with the patch, that a map of this network must have been computed with to be current.
    [[nodiscard]] LamOptions wantedOptions(const NetworkEntry& entry) const;
    void receive(const LiveEvent& event);
    void receive(const live::DeviceChosen& event);
    void receive(const live::ImageOpened& event);
    void receive(const live::ImageFailed& event);
    void receive(const live::NetworkLoaded& event);
    void receive(const live::CardMeasured& event);
    void receive(const live::NetworkFailed& event);
    void receive(const live::NetworkImages& event);
    void receive(const live::MapReady& event);
    void receive(const live::MapFailed& event);
    void receive(const live::SanityChecked& event);
    void receive(const live::SanityEnded& event);
    void receive(const live::DiMapReady& event);
    void receive(const live::DiMapFailed& event);
    void receive(const live::Progress& event);
    void receive(const live::Idle& event);

    Session& session_;
    std::set<NetworkId> known_;               // handed to the engine
    std::map<NetworkId, QString> lastNotes_;  // so that a warning is said once, not with every position
    std::int64_t requestNumber_ = 0;
    std::int64_t sanityRun_ = 0;  // number of the latest check
    bool sanityRunning_ = false;
    bool stopped_ = false;                           // by cancel(), until something is asked for
    std::map<NetworkId, LamOptions> resultOptions_;  // what the entries' results were computed with
    std::vector<DiMapTarget> scanned_;               // what the engine was last asked for
    LamOptions scannedOptions_;
    std::map<NetworkId, LamOptions> diMapOptions_;  // what the entries' DI maps were computed with
    QTimer soon_;
    bool liveWhileDragging_ = true;
    std::unique_ptr<LiveEngine> engine_;  // last: its events use all the others
};

}  // namespace lamscope::ui
