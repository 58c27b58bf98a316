// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/served_networks.h"

#include "core/model/remote/fake_server.h"
#include "support/analytic_networks.h"

namespace lamscope::ui::testing {

class ServedNetworks::Inside {
public:
    explicit Inside(const std::filesystem::path& socket)
        : server_(
            socket, [](const torch::Tensor& lr) { return test::enlargeByCopying(lr.square(), 2); }, 2) {}

private:
    test::FakeServer server_;
};

ServedNetworks::ServedNetworks(const std::filesystem::path& socket)
    : inside_(std::make_unique<Inside>(socket)) {}

ServedNetworks::~ServedNetworks() = default;

}  // namespace lamscope::ui::testing
