// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "image/image_file.h"
#include "image/low_resolution.h"
#include "live/live_events.h"
#include "live/live_input.h"
#include "method/lam/lam_options.h"
#include "model/model_spec.h"
#include "model/sr_model.h"
#include "runtime/device.h"

namespace lamscope {

class LiveJob;
struct LiveState;

/// Where and how a LiveEngine computes.
struct LiveEngineOptions {
    /// Makes a network; replaced by tests that need slow or analytic ones. Called on the compute thread.
    std::function<SrModel(const ModelSpec&, const std::string& device)> load = loadModel;
    DeviceChoice device = DeviceChoice::Cpu;
    int threads = 0;  ///< 0: defaultThreads()
    /// Bytes of forward passes that are kept for the next position of the box.
    std::int64_t retainedBytes = defaultRetainedBytes();

    /// An eighth of the machine's memory, at most 2 GiB.
    [[nodiscard]] static std::int64_t defaultRetainedBytes();
};

/// One network's share of a request.
struct ProbeTarget {
    NetworkId id = 0;
    Patch patch;

    friend bool operator==(const ProbeTarget&, const ProbeTarget&) = default;
};

/// Maps of one patch in several networks.
struct ProbeRequest {
    std::int64_t number = 0;           ///< larger for newer requests
    LamOptions options;                ///< `patch` is unused: each target has its own
    std::vector<ProbeTarget> targets;  ///< the most urgent first
    bool moving = false;               ///< the box is being dragged: coarse maps alone
};

/// Computes the maps of a moving patch in many networks, the newest request first, coarse to fine. One thread of its
/// own does everything slow: reading files, loading networks, hashing, evaluating. What does not depend on the patch
/// (LR and SR images, path images, forward passes as far as memory allows) is reused from request to request.
///
/// All members may be called from any thread; none blocks but the destructor, which waits for the running batch of
/// nodes. Events are delivered on the compute thread, one after the other.
class LiveEngine {
public:
    using EventSink = std::function<void(LiveEvent)>;

    /// @param sink must not block and must not throw.
    explicit LiveEngine(EventSink sink, LiveEngineOptions options = {});
    LiveEngine(const LiveEngine&) = delete;
    LiveEngine& operator=(const LiveEngine&) = delete;
    ~LiveEngine();

    /// Reads an image; ImageOpened or ImageFailed follows. It is used only after setInput().
    void openImage(const std::filesystem::path& file, const ImageReading& reading = {});
    /// Says what all networks see from now on, each what makeInput() makes of it at its scale: NetworkImages or
    /// MapFailed follows for each, and InputDegraded. The image may be null: nothing. Of inputs that come faster than
    /// they are made only the newest is.
    void setInput(const InputIdentity& input);
    void setInput(const OpenedImage& image, ImageRole role, Reduction reduction) {
        setInput({image.pixels, role, reduction});
    }

    /// Loads a network; NetworkLoaded or NetworkFailed follows, then NetworkImages with its LR when there is an input.
    /// A network that runs on a server is waited for on another thread. When that server is gone later,
    /// NetworkConnecting says so, and NetworkLoaded follows again when it is back.
    void addNetwork(NetworkId id, const ModelSpec& spec);
    void removeNetwork(NetworkId id);

    /// Replaces the current request, which stops at its next batch of nodes. While the box moves, the coarse map
    /// at work is finished first where none was seen for a while, so that something is seen during a fast drag.
    ///
    /// What takes long and that nobody waits for, the SR of whole images and the measuring of cards, is done between
    /// the coarse maps and the finer ones, and at the end. The SR of large images is made in tiles behind all maps,
    /// where the network may be cropped (see TiledImage), those nearest to the box first: an SrTile follows each, and
    /// NetworkImages the last. It goes on with the next tile after whatever came between. After setInput()
    /// and addNetwork() it waits for the request, or the cancelProbe(), that follows: the first map of a new image
    /// never waits for an evaluation of more than its context. It waits while a box moves, too.
    void probe(const ProbeRequest& request);
    /// No maps are wanted; of these networks, SR images are.
    void cancelProbe(const std::vector<NetworkId>& shown = {});

    /// Stops maps, of which what was begun is kept, SR images, measuring, and all jobs that LiveJob::cancel() ends: not
    /// a study, which is paused by StudyJob::pause(). Maps, SR images and measuring go on with the next probe() or
    /// cancelProbe(), a job with what it is asked for next.
    void stop();

    void setRetainedBytes(std::int64_t bytes);

    /// Makes a job that works on the engine's networks and its input. Called on the compute thread; must not throw.
    using JobMaker = std::function<std::shared_ptr<LiveJob>(const LiveState& state)>;
    /// Adds a job, which lives until the engine goes: this is how a method computes in the window. See JobHandle.
    void addJob(JobMaker make);
    /// Runs a short task on the compute thread, which asks a job for something. With `interrupt` the step at work is
    /// stopped, otherwise it ends first.
    void tell(std::function<void()> task, bool interrupt = false);

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace lamscope
