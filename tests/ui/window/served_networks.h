// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

namespace lamscope::ui::testing {

/// A server in this process of the networks "mine" and "other", 2 times, for tests that know no LibTorch.
class ServedNetworks {
public:
    explicit ServedNetworks(const std::filesystem::path& socket);
    ServedNetworks(const ServedNetworks&) = delete;
    ServedNetworks& operator=(const ServedNetworks&) = delete;
    /// As if its process were killed.
    ~ServedNetworks();

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace lamscope::ui::testing
