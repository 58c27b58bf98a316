// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/live_engine.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <new>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "image/image_file.h"
#include "live/compute_thread.h"
#include "live/di_map_run.h"
#include "live/probe.h"
#include "live/sanity_check.h"
#include "method/lam/batch_calibration.h"
#include "runtime/device.h"
#include "runtime/process_memory.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t mostRetainedBytes = 2LL << 30;

/// During a fast drag every position would cancel the one before it and no map would ever be seen: after this long
/// without one, the map of the most urgent network, if it is at work, is finished first.
constexpr auto longestWithoutMap = std::chrono::milliseconds(150);

/// The window's thread goes first: this one and the threads that LibTorch starts from it take what is left.
constexpr int niceness = 10;

}  // namespace

std::int64_t LiveEngineOptions::defaultRetainedBytes() {
    return std::min(physicalMemory() / 8, mostRetainedBytes);
}

/// Everything here but `sink_`, `lastMap_`, `workingFor_` and `thread_` is touched on the compute thread alone.
class LiveEngine::Inside {
public:
    Inside(EventSink sink, LiveEngineOptions options)
        : options_(std::move(options))
        , sink_([this, inner = std::move(sink)](LiveEvent event) {
            if (std::holds_alternative<live::MapReady>(event)) {
                lastMap_ = Clock::now().time_since_epoch().count();
            }
            inner(std::move(event));
        })
        , batches_(BatchCalibration::defaultFile())
        , probe_(networks_, sink_, budget_, batches_)
        , thread_([this](const std::stop_token& stop) { return step(stop); }, [this] { start(); }) {}

    void post(ComputeThread::Task task, bool interrupt = true) { thread_.post(std::move(task), interrupt); }

    void openImage(const std::filesystem::path& file, ExifOrientation orientation) {
        sink_(live::Progress{fmt::format("reading {}", file.filename().string()), 0, 0});
        try {
            auto loaded = readImage(file, orientation);
            OpenedImage image{.file = file.string(), .sha256 = sha256OfFile(file), .pixels = nullptr};
            image.pixels = std::make_shared<const Image>(std::move(loaded.image));
            image.upright = orientation == ExifOrientation::Applied;
            if (loaded.orientation != 1) {
                image.turnNote = std::move(loaded.warnings.back());
                loaded.warnings.pop_back();
            }
            sink_(live::ImageOpened{std::move(image), std::move(loaded.warnings)});
        } catch (const std::exception& error) {
            sink_(live::ImageFailed{error.what()});
        }
    }

    void setInput(const OpenedImage& image, ImageRole role, Reduction reduction) {
        probe_.clear();
        diMaps_.clear();
        endSanityCheck(live::SanityEnded::Reason::InputChanged);
        input_ = {image.pixels, role, reduction};
        inputs_.clear();
        stopped_ = false;
        awaitsRequest_ = true;
        for (auto& [id, network] : networks_) {
            network.dropInput();
            giveInput(id, network);
        }
    }

    void addNetwork(NetworkId id, const ModelSpec& spec) {
        sink_(live::Progress{fmt::format("loading {}", spec.file.filename().string()), 0, 0});
        try {
            auto& network = networks_[id];
            stopped_ = false;
            awaitsRequest_ = true;
            network.model = std::make_unique<SrModel>(options_.load(spec, device_));
            sink_(live::NetworkLoaded{id, network.model->card()});
            giveInput(id, network);
        } catch (const std::exception& error) {
            networks_.erase(id);
            sink_(live::NetworkFailed{id, error.what()});
        }
    }

    void removeNetwork(NetworkId id) {
        diMaps_.remove(id);  // it looks at the network
        networks_.erase(id);
    }
    void setRequest(const ProbeRequest& request, Clock::time_point asked) {
        probe_.setRequest(request, asked);
        shown_.clear();
        std::ranges::transform(request.targets, std::back_inserter(shown_), &ProbeTarget::id);
        stopped_ = awaitsRequest_ = false;
    }
    void cancelProbe(std::vector<NetworkId> shown) {
        probe_.clear();
        shown_ = std::move(shown);
        stopped_ = awaitsRequest_ = false;
    }

    void stop() {
        probe_.clear();
        diMaps_.stop();
        cancelSanityCheck();
        stopped_ = true;
    }

    void checkSanity(std::int64_t run, std::vector<SanityCheck::Network> networks) {
        cancelSanityCheck();
        sanity_.emplace(run, std::move(networks),
                        [this](const ModelSpec& spec) { return options_.load(spec, device_); });
        stopped_ = false;
    }
    void cancelSanityCheck() { endSanityCheck(live::SanityEnded::Reason::Cancelled); }

    void scanDiMaps(const std::vector<DiMapTarget>& targets, const LamOptions& options) {
        diMaps_.start(targets, options);
        stopped_ = false;
    }
    void cancelDiMaps() { diMaps_.stop(); }

    void setRetainedBytes(std::int64_t bytes) {
        budget_.limit = bytes;
        for (auto& [id, network] : networks_) {
            network.dropContext();
        }
    }

    /// True when a map of this network is at work that should be finished before a newer request is served.
    [[nodiscard]] bool owesMap(NetworkId id) const {
        return workingFor_ == id
               && Clock::now().time_since_epoch().count() - lastMap_ > Clock::duration(longestWithoutMap).count();
    }

private:
    void start() {
        setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
        setComputeThreads(options_.threads);
        budget_.limit = options_.retainedBytes;
        live::DeviceChosen chosen;
        try {
            device_ = resolveDevice(options_.device);
        } catch (const Error& error) {
            device_ = "cpu";
            chosen.trouble = error.what();
        }
        chosen.device = device_;
        chosen.threads = computeThreads();
        sink_(chosen);
    }

    bool step(const std::stop_token& stop) {
        if (stopped_) {
            sink_(live::Idle{probe_.number()});
            return false;
        }
        if (const auto* target = probe_.nextCoarse()) {
            workingFor_ = target->id;
            probe_.refine(*target, stop);
            workingFor_ = 0;
            takeImage(target->id);
            return true;
        }
        // One evaluation of the whole image cannot be interrupted: a moving box does not wait for it.
        const bool moving = probe_.request() != nullptr && probe_.request()->moving;
        if (const auto id = moving ? 0 : nextWithoutImage(); id != 0) {
            makeImage(id, stop);
            return true;
        }
        if (const auto* target = probe_.nextFine()) {
            probe_.refine(*target, stop);
            return true;
        }
        if (const auto id = moving ? 0 : nextWithoutMeasuredCard(); id != 0) {
            measureCard(id, stop);
            return true;
        }
        if (sanity_) {
            sink_(live::Progress{"parameter randomisation", 0, 0});
            if (!sanity_->finished()) {
                sanity_->step(networks_, sink_, stop);
            }
            if (sanity_->finished()) {
                endSanityCheck(live::SanityEnded::Reason::Done);
            }
            return true;
        }
        if (diMaps_.hasWork()) {
            diMaps_.step(networks_, sink_, stop);
            return true;
        }
        sink_(live::Idle{probe_.number()});
        return false;
    }

    void endSanityCheck(live::SanityEnded::Reason reason) {
        if (sanity_) {
            sink_(live::SanityEnded{sanity_->run(), reason});
            sanity_.reset();
        }
    }

    void giveInput(NetworkId id, LiveNetwork& network) {
        if (!input_.pixels) {
            return;
        }
        try {
            network.input = inputFor(network.model->card().scale);
            sink_(live::NetworkImages{id, input_, network.input.lr, nullptr});
        } catch (const std::exception& error) {
            network.refused = true;
            sink_(live::MapFailed{.request = 0, .id = id, .input = input_, .options = {}, .message = error.what()});
        }
    }

    const ScaledInput& inputFor(int scale) {
        const auto known = inputs_.find(scale);
        if (known != inputs_.end()) {
            return known->second;
        }
        ScaledInput input{.of = input_, .lr = nullptr, .hr = nullptr};
        if (input_.role == ImageRole::Hr) {
            auto pair = makeLowResolution(*input_.pixels, scale, input_.reduction);
            input.lr = std::make_shared<const Image>(std::move(pair.lr));
            input.hr = std::make_shared<const Image>(std::move(pair.hr));
        } else {
            input.lr = input_.pixels;
        }
        return inputs_.emplace(scale, std::move(input)).first->second;
    }

    /// Where the context is the whole image, its SR is the image's.
    void takeImage(NetworkId id) {
        auto& network = networks_.at(id);
        const auto& context = network.context;
        if (!network.sr && context
            && context->region() == Rect{0, 0, network.input.lr->width(), network.input.lr->height()}) {
            try {
                network.sr = std::make_shared<const Image>(context->sr());
            } catch (const std::bad_alloc&) {
                network.failed = true;  // the map is there; its image is one too many
                return;
            }
            sink_(live::NetworkImages{id, network.input.of, network.input.lr, network.sr});
        }
    }

    /// Of the networks that are shown, which have their first maps by now.
    [[nodiscard]] NetworkId nextWithoutImage() const {
        const auto found = std::ranges::find_if(shown_, [this](NetworkId id) {
            const auto network = networks_.find(id);
            return network != networks_.end() && network->second.input.lr && !network->second.sr
                   && !network->second.failed;
        });
        return awaitsRequest_ || found == shown_.end() ? 0 : *found;
    }

    [[nodiscard]] NetworkId nextWithoutMeasuredCard() const {
        const auto found = std::ranges::find_if(networks_, [](const auto& each) { return !each.second.measured; });
        return awaitsRequest_ || found == networks_.end() ? 0 : found->first;
    }

    void measureCard(NetworkId id, const std::stop_token& stop) {
        auto& network = networks_.at(id);
        sink_(live::Progress{fmt::format("measuring {}", network.model->card().name), 0, 0});
        try {
            const auto card = measuredCard(*network.model, stop);
            if (!card) {
                return;  // its turn comes again
            }
            network.measured = true;
            sink_(live::CardMeasured{id, *card});
        } catch (const std::exception&) {
            network.measured = true;  // the card stays as it is; what is wrong with the network shows with its map
        }
    }

    void makeImage(NetworkId id, const std::stop_token& stop) {
        auto& network = networks_.at(id);
        sink_(live::Progress{fmt::format("{}: SR image", network.model->card().name), 0, 0});
        try {
            auto sr = network.model->upscale(*network.input.lr, stop);
            if (sr) {
                network.sr = std::make_shared<const Image>(std::move(*sr));
                sink_(live::NetworkImages{id, network.input.of, network.input.lr, network.sr});
            }
        } catch (const std::exception& error) {
            network.failed = true;
            sink_(live::MapFailed{
                .request = 0, .id = id, .input = network.input.of, .options = {}, .message = error.what()});
        }
    }

    LiveEngineOptions options_;
    std::string device_;
    std::atomic<Clock::rep> lastMap_{0};
    std::atomic<NetworkId> workingFor_{0};  // whose first map is at work; 0: none
    EventSink sink_;
    InputIdentity input_;
    std::map<int, ScaledInput> inputs_;  // by scale
    RetentionBudget budget_;             // outlives the networks' contexts
    BatchCalibration batches_;
    Probe::Networks networks_;
    Probe probe_;
    std::optional<SanityCheck> sanity_;
    DiMapRun diMaps_;
    std::vector<NetworkId> shown_;  // whose SR images are wanted
    bool stopped_ = false;
    bool awaitsRequest_ = false;  ///< of whoever set the input or added a network
    ComputeThread thread_;        // last: it uses all the others
};

LiveEngine::LiveEngine(EventSink sink, LiveEngineOptions options)
    : inside_(std::make_unique<Inside>(std::move(sink), std::move(options))) {}

LiveEngine::~LiveEngine() = default;

void LiveEngine::openImage(const std::filesystem::path& file, ExifOrientation orientation) {
    inside_->post([inside = inside_.get(), file, orientation] { inside->openImage(file, orientation); });
}

void LiveEngine::setInput(const OpenedImage& image, ImageRole role, Reduction reduction) {
    inside_->post([inside = inside_.get(), image, role, reduction] { inside->setInput(image, role, reduction); });
}

void LiveEngine::addNetwork(NetworkId id, const ModelSpec& spec) {
    inside_->post([inside = inside_.get(), id, spec] { inside->addNetwork(id, spec); });
}

void LiveEngine::removeNetwork(NetworkId id) {
    inside_->post([inside = inside_.get(), id] { inside->removeNetwork(id); });
}

void LiveEngine::probe(const ProbeRequest& request) {
    const bool finishFirst = request.moving && !request.targets.empty() && inside_->owesMap(request.targets.front().id);
    inside_->post([inside = inside_.get(), request, asked = Clock::now()] { inside->setRequest(request, asked); },
                  !finishFirst);
}

void LiveEngine::cancelProbe(const std::vector<NetworkId>& shown) {
    inside_->post([inside = inside_.get(), shown] { inside->cancelProbe(shown); });
}

void LiveEngine::stop() {
    inside_->post([inside = inside_.get()] { inside->stop(); });
}

void LiveEngine::checkSanity(std::int64_t run, const std::vector<std::pair<ProbeTarget, ModelSpec>>& networks,
                             const LamOptions& options) {
    std::vector<SanityCheck::Network> checked;
    for (const auto& [target, spec] : networks) {
        auto withPatch = options;
        withPatch.patch = target.patch;
        checked.push_back({target.id, spec, withPatch});
    }
    inside_->post([inside = inside_.get(), run, checked] { inside->checkSanity(run, checked); }, /*interrupt=*/false);
}

void LiveEngine::cancelSanityCheck() {
    inside_->post([inside = inside_.get()] { inside->cancelSanityCheck(); });
}

void LiveEngine::scanDiMaps(const std::vector<DiMapTarget>& targets, const LamOptions& options) {
    inside_->post([inside = inside_.get(), targets, options] { inside->scanDiMaps(targets, options); });
}

void LiveEngine::cancelDiMaps() {
    inside_->post([inside = inside_.get()] { inside->cancelDiMaps(); });
}

void LiveEngine::setRetainedBytes(std::int64_t bytes) {
    inside_->post([inside = inside_.get(), bytes] { inside->setRetainedBytes(bytes); });
}

}  // namespace lamscope
