// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/live_engine.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "image/image_file.h"
#include "live/compute_thread.h"
#include "live/jobs/network_jobs.h"
#include "live/jobs/probe_job.h"
#include "live/server_networks.h"
#include "method/lam/batch_calibration.h"
#include "model/stoppable_evaluation.h"
#include "runtime/device.h"
#include "runtime/process_memory.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t mostRetainedBytes = 2LL << 30;

/// The window's thread goes first: this one and the threads that LibTorch starts from it take what is left.
constexpr int niceness = 10;

}  // namespace

std::int64_t LiveEngineOptions::defaultRetainedBytes() {
    return std::min(physicalMemory() / 8, mostRetainedBytes);
}

/// Everything here but `sink_`, `probe_`'s owesMap(), `latestInput_` and `thread_` is touched on the compute thread
/// alone.
class LiveEngine::Inside {
public:
    Inside(EventSink sink, LiveEngineOptions options)
        : options_(std::move(options))
        , sink_([this, sink = std::move(sink)](LiveEvent event) { pass(sink, std::move(event)); })
        , batches_(BatchCalibration::defaultFile())
        , probe_(std::make_shared<ProbeJob>(state_, sink_, budget_, batches_))
        , images_(std::make_shared<ImageJob>(state_, sink_))
        , jobs_{probe_, images_, std::make_shared<CardJob>(state_, sink_)}
        , servers_([this](const ModelSpec& spec) { return options_.load(spec, "cpu"); },
                   [this](NetworkId id, const ModelSpec& spec, const std::shared_ptr<const SrModel>& model,
                          const std::string& trouble) {
                       post([this, id, spec, model, trouble] { takeFromServer(id, spec, model, trouble); });
                   })
        , thread_([this](const std::stop_token& stop) { return step(stop); }, [this] { start(); }) {}
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { servers_.close(); }  // before the thread that they report to

    void post(ComputeThread::Task task, bool interrupt = true) { thread_.post(std::move(task), interrupt); }

    void add(const JobMaker& make) { jobs_.push_back(make(state_)); }

    void openImage(const std::filesystem::path& file, const ImageReading& reading) {
        sink_(live::Progress{fmt::format("reading {}", file.filename().string()), 0, 0});
        try {
            auto loaded = readImage(file, reading);
            OpenedImage image{.file = file.string(), .sha256 = sha256OfFile(file), .pixels = nullptr};
            image.pixels = std::make_shared<const Image>(std::move(loaded.image));
            image.reading = reading;
            image.offers = std::move(loaded.offers);
            loaded.warnings.resize(loaded.warnings.size() - image.offers.size());  // their notes, which come with them
            sink_(live::ImageOpened{std::move(image), std::move(loaded.warnings)});
        } catch (const std::exception& error) {
            sink_(live::ImageFailed{error.what()});
        }
    }

    void setInput(const InputIdentity& given) {
        for (const auto& job : jobs_) {
            job->inputChanged();
        }
        state_.input = given;
        state_.moving = false;
        state_.awaitsRequest = true;
        inputs_.clear();
        for (auto& [id, network] : state_.networks) {
            network.input = {};
            network.sr.reset();
            network.tiles.reset();
            network.srFailed = false;
            giveInput(id, network);
        }
        sayDegraded();
    }

    /// Numbers inputs, so that one that was overtaken is not made. Any thread.
    [[nodiscard]] std::int64_t nextInput() { return ++latestInput_; }
    [[nodiscard]] bool isLatestInput(std::int64_t number) const { return number == latestInput_; }

    void addNetwork(NetworkId id, const ModelSpec& spec) {
        if (spec.isRemote()) {
            servers_.begin(id, spec, /*again=*/false);
            return;
        }
        sink_(live::Progress{fmt::format("loading {}", spec.file.filename().string()), 0, 0});
        try {
            use(id, spec, std::make_shared<const SrModel>(state_.load(spec)));
        } catch (const std::exception& error) {
            sink_(live::NetworkFailed{id, error.what()});
        }
    }

    void removeNetwork(NetworkId id) {
        for (const auto& job : jobs_) {
            job->forget(id);
        }
        state_.networks.erase(id);
        servers_.remove(id);
    }

    void setRequest(const ProbeRequest& request, Clock::time_point asked) {
        probe_->setRequest(request, asked);
        std::vector<NetworkId> shown;
        for (const auto& target : request.targets) {
            shown.push_back(target.id);
            images_->lookAt(target);
        }
        show(std::move(shown), request.moving);
    }
    void cancelProbe(std::vector<NetworkId> shown) {
        probe_->cancel();
        show(std::move(shown), false);
    }

    void stop() {
        for (const auto& job : jobs_) {
            job->cancel();
        }
        state_.moving = false;
        state_.awaitsRequest = true;
    }

    void setRetainedBytes(std::int64_t bytes) {
        budget_.limit = bytes;
        probe_->dropContexts();
    }

    [[nodiscard]] bool owesMap(NetworkId id) const { return probe_->owesMap(id); }

private:
    /// From any thread of the engine.
    void pass(const EventSink& sink, LiveEvent event) {
        if (const auto* failed = std::get_if<live::MapFailed>(&event); failed != nullptr && failed->connectionLost) {
            post([this, id = failed->id, why = failed->message] { connectAgain(id, why); });  // not within a job's step
            return;
        }
        sink(std::move(event));
    }

    void use(NetworkId id, const ModelSpec& spec, std::shared_ptr<const SrModel> model) {
        auto& network = state_.networks[id];
        state_.awaitsRequest = true;
        network.spec = spec;
        network.model = std::move(model);
        sink_(live::NetworkLoaded{id, network.model->card()});
        giveInput(id, network);
        if (network.model->card().scale == 1) {
            sayDegraded();
        }
    }

    void takeFromServer(NetworkId id, const ModelSpec& spec, std::shared_ptr<const SrModel> model,
                        const std::string& trouble) {
        if (!servers_.contains(id)) {
            return;  // removed meanwhile
        }
        servers_.remove(id);
        if (model) {
            use(id, spec, std::move(model));
        } else {
            sink_(live::NetworkFailed{id, trouble});
        }
    }

    void connectAgain(NetworkId id, const std::string& why) {
        const auto found = state_.networks.find(id);
        if (found == state_.networks.end()) {
            return;
        }
        const auto spec = found->second.spec;
        removeNetwork(id);
        sink_(live::NetworkConnecting{id, why});
        servers_.begin(id, spec, /*again=*/true);
    }

    void start() {
        setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
        setComputeThreads(options_.threads);
        budget_.limit = options_.retainedBytes;
        live::DeviceChosen chosen;
        try {
            state_.device = resolveDevice(options_.device);
        } catch (const Error& error) {
            state_.device = "cpu";
            chosen.trouble = error.what();
        }
        state_.load = [this](const ModelSpec& spec) { return options_.load(spec, state_.device); };
        state_.sayProgress = [this](live::Progress progress) { sink_(std::move(progress)); };
        chosen.device = state_.device;
        chosen.threads = computeThreads();
        sink_(chosen);
    }

    bool step(const std::stop_token& stop) {
        LiveJob* next = nullptr;
        for (const auto& job : jobs_) {
            if (job->hasWork() && (next == nullptr || job->priority() > next->priority())) {
                next = job.get();
            }
        }
        if (next == nullptr) {
            sink_(live::Idle{probe_->number()});
            return false;
        }
        const StoppableRequests stoppable(stop);
        try {
            next->step(stop);
        } catch (const EvaluationStopped&) {
            return true;  // the step is taken again
        }
        return true;
    }

    void show(std::vector<NetworkId> networks, bool moving) {
        images_->show(std::move(networks));
        state_.moving = moving;
        state_.awaitsRequest = false;
    }

    void giveInput(NetworkId id, LiveNetwork& network) {
        const auto& input = state_.input;
        if (!input.pixels) {
            return;
        }
        try {
            network.input = inputFor(network.model->card().scale);
            sink_(networkImages(id, network));
        } catch (const std::exception& error) {
            sink_(live::MapFailed{.request = 0, .id = id, .input = input, .options = {}, .message = error.what()});
        }
    }

    void sayDegraded() {
        const auto& input = state_.input;
        const bool isKnown = state_.networks.empty() || inputs_.contains(1);
        if (!input.pixels || isInputItself(input.recipe(), 1) || !isKnown) {
            return;
        }
        try {
            const auto& made = inputFor(1);
            sink_(live::InputDegraded{input, made.lr, made.rainMask});
        } catch (const std::exception&) {
            return;  // whoever needs the input says why there is none
        }
    }

    const ScaledInput& inputFor(int scale) {
        const auto known = inputs_.find(scale);
        if (known != inputs_.end()) {
            return known->second;
        }
        const auto& of = state_.input;
        const auto recipe = of.recipe();
        ScaledInput input{.of = of, .lr = nullptr, .hr = nullptr};
        const Image none;
        auto pair = makeInput(*of.pixels, of.reference ? *of.reference : none, recipe, scale);
        if (auto mask = rainMaskOf(pair, recipe, scale); !mask.empty()) {
            input.rainMask = std::make_shared<const PixelMask>(std::move(mask));
        }
        const auto shared = [](Image image) {
            return image.empty() ? nullptr : std::make_shared<const Image>(std::move(image));
        };
        input.lr = isInputItself(recipe, scale) ? of.pixels : shared(std::move(pair.lr));
        input.hr = shared(std::move(pair.hr));
        input.rain = shared(std::move(pair.rain));
        return inputs_.emplace(scale, std::move(input)).first->second;
    }

    LiveEngineOptions options_;
    EventSink sink_;
    std::map<int, ScaledInput> inputs_;  // by scale
    std::atomic<std::int64_t> latestInput_{0};
    RetentionBudget budget_;  // outlives the contexts of the probe
    BatchCalibration batches_;
    LiveState state_;  // outlives the jobs
    std::shared_ptr<ProbeJob> probe_;
    std::shared_ptr<ImageJob> images_;
    std::vector<std::shared_ptr<LiveJob>> jobs_;
    ServerNetworks servers_;
    ComputeThread thread_;  // last: it uses all the others
};

LiveEngine::LiveEngine(EventSink sink, LiveEngineOptions options)
    : inside_(std::make_unique<Inside>(std::move(sink), std::move(options))) {}

LiveEngine::~LiveEngine() = default;

void LiveEngine::openImage(const std::filesystem::path& file, const ImageReading& reading) {
    inside_->post([inside = inside_.get(), file, reading] { inside->openImage(file, reading); });
}

void LiveEngine::setInput(const InputIdentity& input) {
    inside_->post([inside = inside_.get(), input, number = inside_->nextInput()] {
        if (inside->isLatestInput(number)) {
            inside->setInput(input);
        }
    });
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

void LiveEngine::setRetainedBytes(std::int64_t bytes) {
    inside_->post([inside = inside_.get(), bytes] { inside->setRetainedBytes(bytes); });
}

void LiveEngine::addJob(JobMaker make) {
    inside_->post([inside = inside_.get(), make = std::move(make)] { inside->add(make); }, /*interrupt=*/false);
}

void LiveEngine::tell(std::function<void()> task, bool interrupt) {
    inside_->post(std::move(task), interrupt);
}

}  // namespace lamscope
