// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "live/live_input.h"
#include "method/lam/di_map.h"
#include "method/lam/lam.h"
#include "method/lam/parameter_randomisation.h"
#include "model/model_card.h"

namespace lamscope {

/// What a LiveEngine reports. Plain values; images and results are shared and never change.
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

/// The network's whole input and output. `sr` is null until it is computed.
struct NetworkImages {
    NetworkId id = 0;
    InputIdentity input;
    std::shared_ptr<const Image> lr;
    std::shared_ptr<const Image> sr;
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
};

/// One map of the parameter-randomisation check, see SanityCheck.
struct SanityChecked {
    std::int64_t run = 0;  ///< number of the check that it belongs to
    NetworkId id = 0;
    RandomisedLayers layers = RandomisedLayers::Last;
    std::optional<double> correlation;  ///< of the signed map with the trained network's, -1...1
    std::optional<double> completenessError;
    std::string message;  ///< why there is no correlation; empty if all is well
    int done = 0;         ///< maps so far, this one included
    int total = 0;
};

/// Why work that was asked for has ended.
enum class EndReason {
    Done,
    Cancelled,     ///< or the same was asked for anew
    InputChanged,  ///< another image, role or reduction: what is still to come could not be compared any more
    EngineGone,    ///< said by whoever owned the engine
};

/// A check has ended: nothing more comes of it.
struct SanityEnded {
    using Reason = EndReason;

    std::int64_t run = 0;
    Reason reason = Reason::Done;
};

/// A network's DI map as far as it has come.
struct DiMapReady {
    NetworkId id = 0;
    InputIdentity input;
    LamOptions options;  ///< of the request; of the patch the size alone counts
    std::shared_ptr<const DiMap> map;
    bool finished = false;
};

/// The network's DI map cannot be computed.
struct DiMapFailed {
    NetworkId id = 0;
    InputIdentity input;
    LamOptions options;  ///< as of DiMapReady
    int stride = 0;      ///< that was asked for, SR pixels
    std::string message;
};

struct Progress {
    std::string what;          ///< e.g. "IMDN", "reading photo.png"
    std::int64_t done = 0;     ///< gradients: one for each node of each map
    std::int64_t planned = 0;  ///< the most that can be needed; 0 where there are none
};

/// Nothing is left to do, or everything was stopped.
struct Idle {
    std::int64_t request = 0;  ///< the latest request served
};

}  // namespace live

using LiveEvent =
    std::variant<live::DeviceChosen, live::ImageOpened, live::ImageFailed, live::NetworkLoaded, live::CardMeasured,
                 live::NetworkFailed, live::NetworkImages, live::MapReady, live::MapFailed, live::SanityChecked,
                 live::SanityEnded, live::DiMapReady, live::DiMapFailed, live::Progress, live::Idle>;

}  // namespace lamscope
