// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <any>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "live/live_engine.h"

namespace lamscope::test {

/// Keeps what a LiveEngine and its jobs report, in the order in which they do, and lets a test wait for it.
class EventRecorder {
public:
    /// @tparam Events a variant: what is recorded is the event that it holds.
    template <typename Events = LiveEvent>
    [[nodiscard]] std::function<void(Events)> sink() {
        return [this](Events event) {
            const std::scoped_lock lock(mutex_);
            std::visit([this](auto& which) { events_.emplace_back(std::move(which)); }, event);
            changed_.notify_all();
        };
    }

    /// How many events there are.
    [[nodiscard]] std::size_t count() {
        const std::scoped_lock lock(mutex_);
        return events_.size();
    }

    /// Waits until an event of this type, not counting the first `from` of any type, satisfies `wanted`, and returns a
    /// copy of it; nullopt after a minute.
    template <typename Event>
    [[nodiscard]] std::optional<Event> waitFor(const std::function<bool(const Event&)>& wanted = {},
                                               std::size_t from = 0) {
        std::optional<Event> found;
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::minutes(1), [&] {
            for (auto i = from; i < events_.size(); ++i) {
                const auto* candidate = std::any_cast<Event>(&events_[i]);
                if (candidate != nullptr && (!wanted || wanted(*candidate))) {
                    found = *candidate;
                    return true;
                }
            }
            return false;
        });
        return found;
    }

    /// All events of one type so far.
    template <typename Event>
    [[nodiscard]] std::vector<Event> all() {
        const std::scoped_lock lock(mutex_);
        std::vector<Event> found;
        for (const auto& event : events_) {
            if (const auto* candidate = std::any_cast<Event>(&event)) {
                found.push_back(*candidate);
            }
        }
        return found;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::any> events_;
};

}  // namespace lamscope::test
