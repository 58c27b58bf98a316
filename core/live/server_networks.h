// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "live/live_input.h"
#include "model/model_spec.h"
#include "model/sr_model.h"

namespace lamscope {

/// Makes networks that run on servers, each on a thread of its own, so that nobody else waits for a server.
/// Thread-safe.
class ServerNetworks {
public:
    using Load = std::function<SrModel(const ModelSpec& spec)>;
    /// A network is there, or, where `model` is null, will not come: `trouble` says why. Called on another thread.
    using Done = std::function<void(NetworkId id, const ModelSpec& spec, std::shared_ptr<const SrModel> model,
                                    const std::string& trouble)>;

    ServerNetworks(Load load, Done done);
    ServerNetworks(const ServerNetworks&) = delete;
    ServerNetworks& operator=(const ServerNetworks&) = delete;
    ~ServerNetworks();

    /// Begins to make a network. `again`: it was there before, and is tried until it is there, at first after a quarter
    /// of a second, later after 30 s; not where another attempt would fail for the same reason, and no more than three
    /// times where a script over ssh ends by itself.
    void begin(NetworkId id, const ModelSpec& spec, bool again);
    /// Whether it is being made, or was and has not been removed.
    [[nodiscard]] bool contains(NetworkId id) const;
    /// Stops making it.
    void remove(NetworkId id);
    /// Stops all; nothing is begun any more.
    void close();

private:
    void make(NetworkId id, const ModelSpec& spec, bool again, const std::stop_token& stop) const;

    Load load_;
    Done done_;
    mutable std::mutex mutex_;
    bool closed_ = false;
    std::map<NetworkId, std::jthread> threads_;
};

}  // namespace lamscope
