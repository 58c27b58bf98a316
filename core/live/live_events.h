// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "live/live_input.h"
#include "method/lam/lam.h"
#include "model/model_card.h"

namespace lamscope {

/// What a LiveEngine reports; jobs that are added to it report by themselves. Plain values; images and results are
/// shared and never change.
namespace live {

/// The first event: where networks are evaluated.
struct DeviceChosen {
    std::string device;  ///< "cpu" or "cuda"
    int threads = 0;
    std::string trouble;  ///< why it is not the device asked for; empty if it is
};

struct ImageOpened {
    OpenedImage image;
    std::vector<std::string> warnings;
};

struct ImageFailed {
    std::string message;
};

/// A network can be used.
struct NetworkLoaded {
    NetworkId id = 0;
    ModelCard card;
};

/// Its card with what had to be measured.
struct CardMeasured {
    NetworkId id = 0;
    ModelCard card;
};

struct NetworkFailed {
    NetworkId id = 0;
    std::string message;
};

/// The server in whose process the network runs is gone. It is tried again and again: NetworkLoaded says when the
/// network is back, NetworkFailed that it will not be.
struct NetworkConnecting {
    NetworkId id = 0;
    std::string message;  ///< why
};

/// The network's whole input and output. `sr` is null until it is computed.
struct NetworkImages {
    NetworkId id = 0;
    InputIdentity input;
    std::shared_ptr<const Image> lr;
    std::shared_ptr<const Image> sr;
    std::shared_ptr<const Image> hr{};            ///< the reference of `sr`; null where it is not known
    std::shared_ptr<const Image> rain{};          ///< that a degradation added, see LowResolutionPair; null without
    std::shared_ptr<const PixelMask> rainMask{};  ///< of a network of scale 1, see rainMaskOf(); null: not known
};

/// What networks of scale 1 get of a degraded image. Said with a new input where there is such a network or none at
/// all, and with a new network of scale 1.
struct InputDegraded {
    InputIdentity input;
    std::shared_ptr<const Image> degraded;
    std::shared_ptr<const PixelMask> rainMask{};  ///< null without rain
};

/// A part of a network's output that is known before the whole.
struct SrPart {
    Rect place;                       ///< LR pixels of the whole input
    std::shared_ptr<const Image> sr;  ///< as it will be in the whole
    std::shared_ptr<const Image> hr;  ///< HR there; null where it is not known
};

/// A tile of a network's SR image, made before the others.
struct SrTile {
    NetworkId id = 0;
    InputIdentity input;
    SrPart part;
};

/// A level of refinement of a map.
struct MapReady {
    std::int64_t request = 0;  ///< number of the request that asked for it
    NetworkId id = 0;
    InputIdentity input;  ///< it was computed with
    LamOptions options;   ///< the same, the patch included
    std::shared_ptr<const LamResult> result;
    bool finished = false;        ///< as exact as the request's options ask for
    double latencySeconds = 0.0;  ///< since the request
};

/// The network's map, or its images, cannot be computed.
struct MapFailed {
    std::int64_t request = 0;  ///< 0: nobody asked, as for its images
    NetworkId id = 0;
    InputIdentity input;
    std::optional<LamOptions> options;  ///< of the map, the patch included; unset: its images
    std::string message;
    bool connectionLost = false;  ///< for the engine, which says NetworkConnecting in its place
};

/// Why work that was asked for has ended.
enum class EndReason {
    Done,
    Cancelled,     ///< or the same was asked for anew
    InputChanged,  ///< another image, role, reduction or degradation: what is still to come could not be compared any
                   ///< more
    EngineGone,    ///< said by whoever owned the engine
};

struct Progress {
    std::string what;          ///< e.g. "IMDN", "reading photo.png"
    std::int64_t done = 0;     ///< gradients: one for each node of each map
    std::int64_t planned = 0;  ///< the most that can be needed; 0 where there are none
    bool stoppable = true;     ///< LiveEngine::stop() ends it
};

/// Nothing is left to do, or everything was stopped.
struct Idle {
    std::int64_t request = 0;  ///< the latest request served
};

}  // namespace live

using LiveEvent =
    std::variant<live::DeviceChosen, live::ImageOpened, live::ImageFailed, live::NetworkLoaded, live::CardMeasured,
                 live::NetworkFailed, live::NetworkConnecting, live::NetworkImages, live::InputDegraded, live::SrTile,
                 live::MapReady, live::MapFailed, live::Progress, live::Idle>;

}  // namespace lamscope
