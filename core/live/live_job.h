// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "image/image.h"
#include "live/live_events.h"
#include "live/live_input.h"
#include "model/model_spec.h"
#include "model/sr_model.h"
#include "model/tiled_image.h"

namespace lamscope {

/// LR and HR images at one scale.
struct ScaledInput {
    InputIdentity of;
    std::shared_ptr<const Image> lr;
    std::shared_ptr<const Image> hr;              ///< null where it is not known
    std::shared_ptr<const Image> rain{};          ///< as in LowResolutionPair; null without
    std::shared_ptr<const PixelMask> rainMask{};  ///< see rainMaskOf(); null where it is not known
};

/// A network of a LiveEngine. Compute thread only.
struct LiveNetwork {
    ModelSpec spec;
    std::shared_ptr<const SrModel> model;
    ScaledInput input;                    ///< empty while there is none, or when it does not fit the network
    std::shared_ptr<const Image> sr;      ///< of the whole input; null until it is computed
    std::unique_ptr<TiledImage> tiles{};  ///< the begun SR of a large input; null: none
    std::int64_t srWeights = 0;           ///< SrModel::weightChanges() of `sr` and `tiles`
    bool srFailed = false;                ///< it cannot be computed, and is not tried again for this input

    /// Whether `sr` is there, and of the weights of now.
    [[nodiscard]] bool hasSr() const { return sr && srWeights == model->weightChanges(); }
};

/// What is said of a network's images: its input, and its SR where that is there.
[[nodiscard]] inline live::NetworkImages networkImages(NetworkId id, const LiveNetwork& network) {
    const auto& input = network.input;
    return {id, input.of, input.lr, network.sr, input.hr, input.rain, input.rainMask};
}

/// What the jobs of a LiveEngine work on. Compute thread only.
struct LiveState {
    std::map<NetworkId, LiveNetwork> networks;
    InputIdentity input;
    /// The box is being dragged: nothing is begun that cannot be interrupted soon.
    bool moving = false;
    /// An image or a network is new, and whoever brought it will say what it is wanted for; or LiveEngine::stop() was
    /// called. What nobody has asked for is not begun before the next request.
    bool awaitsRequest = false;

    std::string device;  ///< where networks are evaluated, as returned by resolveDevice()
    /// Makes a network on the device for a job that needs one of its own. Throws as loadModel().
    std::function<SrModel(const ModelSpec& spec)> load;
    /// Says how far the job at work has come.
    std::function<void(live::Progress progress)> sayProgress;

    /// The network with its input; null where there is none.
    [[nodiscard]] const LiveNetwork* usable(NetworkId id) const {
        const auto found = networks.find(id);
        return found == networks.end() || !found->second.input.lr ? nullptr : &found->second;
    }
};

/// How urgent a job's next step is: the engine takes the step of the largest.
enum class LivePriority {
    Studies,      ///< many images by many networks, behind everything else
    DiMaps,       ///< whole images of maps, whenever nothing else is wanted
    Checks,       ///< asked for, and waited for by nobody in particular
    Cards,        ///< what loading has left out of the networks' cards
    LargeImages,  ///< SR of whole images that take long
    Figures,      ///< maps of a paper figure that is open
    FinerMaps,    ///< more exact maps of the box
    Images,       ///< SR of whole images
    CoarseMaps,   ///< the first map of each network
};

/// Long work of a LiveEngine, in steps. All members are called on the compute thread; none may throw.
///
/// A job says itself what it has found, by an event sink of its own: results with the options and the identity of the
/// input that they were computed with, and its end, with the number of the request that has ended, whether it is done,
/// has failed, was cancelled or has lost its input.
class LiveJob {
public:
    LiveJob() = default;
    LiveJob(const LiveJob&) = delete;
    LiveJob& operator=(const LiveJob&) = delete;
    virtual ~LiveJob() = default;

    [[nodiscard]] virtual bool hasWork() const = 0;
    /// Of the next step, while there is work.
    [[nodiscard]] virtual LivePriority priority() const = 0;
    /// Goes on with the work for a while: within one forward and backward pass, it returns when `stop` asks for it.
    /// What was stopped goes on with the next step.
    virtual void step(const std::stop_token& stop) = 0;

    /// The network is about to go.
    virtual void forget(NetworkId /*id*/) {}
    /// All networks have another input, or none.
    virtual void inputChanged() {}
    /// The user has stopped what is computed for what is in view: there is no work until somebody asks for some. A job
    /// that runs behind, and has an end of its own that is asked for, goes on.
    virtual void cancel() {}
};

/// For a network of a document that is not open: throws Error(InvalidArgument) where it would start a script on another
/// machine, which is the user's to start.
void checkStarted(const ModelSpec& spec);

/// Whether an error says that a network in training has changed, see ErrorCode::WeightsChanged.
[[nodiscard]] bool isWeightsChanged(const std::exception& error);

/// Whether an error says that the server of a network is gone, see ErrorCode::ConnectionLost.
[[nodiscard]] bool isConnectionLost(const std::exception& error);

/// An error of any library in words for the user.
[[nodiscard]] std::string messageOf(const std::exception& error);

}  // namespace lamscope
