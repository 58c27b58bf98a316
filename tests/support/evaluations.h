// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace lamscope::test {

/// The extents that a network was evaluated on, and what happens at one of them, on the compute thread.
class Evaluations {
public:
    using Hook = std::function<void()>;

    /// Once, at the first evaluation for which `where` holds, given its number and width from here on.
    void at(std::function<bool(std::size_t number, int width)> where, Hook hook) {
        const std::scoped_lock lock(mutex_);
        widths_.clear();
        where_ = std::move(where);
        hook_ = std::move(hook);
    }

    void add(int width) {
        Hook hook;
        {
            const std::scoped_lock lock(mutex_);
            widths_.push_back(width);
            if (where_ && where_(widths_.size(), width)) {
                hook = std::exchange(hook_, {});
                where_ = {};
            }
        }
        if (hook) {
            hook();
        }
    }

    [[nodiscard]] std::vector<int> widths() {
        const std::scoped_lock lock(mutex_);
        return widths_;
    }

private:
    std::mutex mutex_;
    std::vector<int> widths_;
    std::function<bool(std::size_t, int)> where_;
    Hook hook_;
};

}  // namespace lamscope::test
