// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QTimer>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "live/live_engine.h"
#include "session/queued_call.h"
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
    void openImage(const QString& file, const ImageReading& reading = {});
    /// The same for the reference beside it.
    void openReference(const QString& file, const ImageReading& reading = {});

    /// Stops what is being computed, see LiveEngine::stop(): jobs too, but no study; what is shown stays. Maps go on
    /// when something changes, jobs with what they are asked for next.
    void cancel();

    // --- for methods, which compute by jobs of their own
    /// To add a job to, see JobHandle: at once, and again whenever restarted() says that another engine has begun.
    [[nodiscard]] LiveEngine& engine() { return *engine_; }
    /// A job was asked for something: the progress of the engine is shown again after cancel().
    void expectWork() { stopped_ = false; }
    /// A sink for a job of the engine of now: `handle` gets its events on the GUI thread, as long as `receiver` lives
    /// and no other engine has begun.
    template <typename Event>
    [[nodiscard]] std::function<void(Event)> sinkFor(QObject* receiver, std::function<void(const Event&)> handle) {
        return [this, receiver = QPointer<QObject>(receiver), handle = std::move(handle)](Event event) {
            callQueued(this, [receiver, handle, event = std::move(event)] {
                if (receiver != nullptr) {
                    handle(event);
                }
            });
        };
    }

    void setRetainedBytes(std::int64_t bytes) { engine_->setRetainedBytes(bytes); }
    /// While the box is dragged, maps follow it; otherwise they wait until it rests.
    void setLiveWhileDragging(bool live) { liveWhileDragging_ = live; }

    /// Number of the latest request.
    [[nodiscard]] std::int64_t requestNumber() const { return requestNumber_; }

    /// Goes on with another engine, which loads everything anew, images on their way included; jobs have gone with the
    /// one before. Waits for the batch of nodes at work.
    void restart(LiveEngineOptions options);

signals:
    void deviceChosen(const QString& device, int threads);
    void imageOpened();
    void imageFailed(const QString& message);
    void referenceOpened();
    void referenceFailed(const QString& message);
    void networkLoaded(int id);
    void networkFailed(int id, const QString& message);
    /// A map of the latest request arrived; `request` is its number.
    void mapArrived(int id, qint64 request, int nodes);
    void idle();
    /// The engine gets an input some time after the session had it: jobs have ended with the one before.
    void inputSentLate();
    void restarted();  ///< there is another engine

private:
    struct Opening {
        QString file;
        ImageReading reading;
        bool isReference = false;
    };

    void followNetworks();
    void followImage();
    /// Gives the engine the session's input; while a control is dragged, not before the last one was answered.
    void sendInput();
    void inputAnswered(const InputIdentity& input);
    /// Marks what is shown as old at once, and asks for new maps when control returns to the event loop.
    void requestSoon();
    void requestNow();
    void start(LiveEngineOptions options);
    void showNothingRunning();
    /// Options, with the patch, that a map of this network must have been computed with to be current.
    [[nodiscard]] LamOptions wantedOptions(const NetworkEntry& entry) const;
    void receive(const LiveEvent& event);
    void receive(const live::DeviceChosen& event);
    void receive(const live::ImageOpened& event);
    void receive(const live::ImageFailed& event);
    void receive(const live::NetworkLoaded& event);
    void receive(const live::CardMeasured& event);
    void receive(const live::NetworkFailed& event);
    void receive(const live::NetworkConnecting& event);
    void receive(const live::NetworkImages& event);
    void receive(const live::InputDegraded& event);
    void receive(const live::SrTile& event);
    void receive(const live::MapReady& event);
    void receive(const live::MapFailed& event);
    void receive(const live::Progress& event);
    void receive(const live::Idle& event);

    Session& session_;
    std::deque<Opening> openings_;            // images that the engine was asked for and has not answered
    std::set<NetworkId> known_;               // handed to the engine
    std::map<NetworkId, QString> lastNotes_;  // so that a warning is said once, not with every position
    std::int64_t requestNumber_ = 0;
    bool stopped_ = false;  // by cancel(), until something is asked for
    /// With what the entries' results were computed.
    struct Computed {
        LamOptions options;
        InputIdentity input;
    };
    std::map<NetworkId, Computed> computed_;
    InputIdentity sent_;         // the engine's input
    bool awaitsAnswer_ = false;  // nothing of it was seen yet
    bool inputIsDue_ = false;    // the session's is newer
    QTimer inputTimer_;          // an answer that takes longer is not waited for
    QTimer soon_;
    bool liveWhileDragging_ = true;
    std::unique_ptr<LiveEngine> engine_;  // last: its events use all the others
};

}  // namespace lamscope::ui
