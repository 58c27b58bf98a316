// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/server_networks.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <utility>

#include "live/live_job.h"
#include "model/remote/script_ended.h"
#include "model/stoppable_evaluation.h"

namespace lamscope {

namespace {

constexpr auto firstPause = std::chrono::milliseconds(250);
constexpr auto longestPause = std::chrono::milliseconds(30'000);
/// Attempts of a script that ends by itself each time.
constexpr int mostEnds = 3;

}  // namespace

ServerNetworks::ServerNetworks(Load load, Done done)
    : load_(std::move(load))
    , done_(std::move(done)) {}

ServerNetworks::~ServerNetworks() {
    close();
}

void ServerNetworks::begin(NetworkId id, const ModelSpec& spec, bool again) {
    remove(id);
    const std::scoped_lock lock(mutex_);
    if (!closed_) {
        threads_[id] =
            std::jthread([this, id, spec, again](const std::stop_token& stop) { make(id, spec, again, stop); });
    }
}

bool ServerNetworks::contains(NetworkId id) const {
    const std::scoped_lock lock(mutex_);
    return threads_.contains(id);
}

void ServerNetworks::remove(NetworkId id) {
    std::jthread ended;  // joined without the lock
    const std::scoped_lock lock(mutex_);
    if (const auto found = threads_.find(id); found != threads_.end()) {
        ended = std::move(found->second);
        threads_.erase(found);
    }
}

void ServerNetworks::close() {
    std::map<NetworkId, std::jthread> ended;
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        ended.swap(threads_);
    }
    for (auto& [id, thread] : ended) {
        thread.request_stop();
    }
}

void ServerNetworks::make(NetworkId id, const ModelSpec& spec, bool again, const std::stop_token& stop) const {
    const StoppableRequests stoppable(stop);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    int ends = 0;
    for (auto pause = firstPause; !stop.stop_requested(); pause = std::min(2 * pause, longestPause)) {
        try {
            done_(id, spec, std::make_shared<const SrModel>(load_(spec)), {});
            return;
        } catch (const EvaluationStopped&) {
            return;
        } catch (const std::exception& error) {
            ends += dynamic_cast<const remote::ScriptEnded*>(&error) != nullptr ? 1 : 0;
            if (!again || !isConnectionLost(error) || ends == mostEnds) {
                done_(id, spec, nullptr, messageOf(error));
                return;
            }
        }
        never.wait_for(lock, stop, pause, [] { return false; });
    }
}

}  // namespace lamscope
