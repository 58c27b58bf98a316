// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "session/session.h"
#include "ui/view/view_test_data.h"
#include "view/pane_header.h"
#include "view/view_grid.h"

namespace lamscope::ui::testing {

inline constexpr int side = 256;
inline constexpr int lrSide = 64;

/// All of the attribution in one LR pixel.
inline std::shared_ptr<const LamResult> hotPixel(int x, int y, double value) {
    constexpr std::size_t columns = lrSide;
    std::vector<double> sums(columns * columns, 0.0);
    sums[static_cast<std::size_t>(y) * columns + static_cast<std::size_t>(x)] = value;
    return sharedResultOf(sums, {0, 0, lrSide, lrSide});
}

/// A grid on a grey HR image with two x4 networks, one pixel of the box grid to one of the screen.
class GridFixture {
public:
    GridFixture() {
        grid.resize(1000, 700);
        grid.show();
        session.setImage({"scene.png", "", plainImage(side, side, 0.8F)});
        first = add("IMDN", hotPixel(40, 20, 2.0));
        second = add("RFDN", hotPixel(10, 50, 1.0));
        grid.setFocus();
    }

    /// Waits until the panes have their images.
    [[nodiscard]] bool isReady() {
        const auto drawn = [this] {
            return std::ranges::all_of(grid.panes(),
                                       [](ImagePane* each) { return each->view().picture().base != nullptr; });
        };
        const bool ready = QTest::qWaitForWindowActive(&grid) && QTest::qWaitFor(drawn);
        grid.transform().setZoom(1.0);
        return ready;
    }

    NetworkId add(const char* name, const std::shared_ptr<const LamResult>& result) {
        const auto id = session.addNetwork({});
        session.updateNetwork(id, [&](NetworkEntry& entry) {
            entry.state = NetworkEntry::State::Ready;
            entry.card.name = name;
            entry.card.scale = side / lrSide;
            entry.lr = plainImage(lrSide, lrSide, 0.4F);
            entry.sr = plainImage(side, side, 0.4F);
            entry.result = result;
        });
        return id;
    }

    [[nodiscard]] ImagePane& pane(std::size_t position) const { return *grid.panes().at(position); }
    [[nodiscard]] ImageView& view(std::size_t position) const { return pane(position).view(); }
    [[nodiscard]] PaneHeader& header(std::size_t position) const { return *pane(position).findChild<PaneHeader*>(); }
    /// The pixel of a pane's view under a point of the scene.
    [[nodiscard]] QPoint at(std::size_t position, QPointF scene) const {
        const auto place = view(position).fromScene(scene);
        return {static_cast<int>(std::floor(place.x())), static_cast<int>(std::floor(place.y()))};
    }
    [[nodiscard]] QRgb colourAt(std::size_t position, QPointF scene) const {
        return view(position).grab().toImage().pixel(at(position, scene));
    }
    void change(const std::function<void(ViewSettings&)>& edit) {
        auto settings = session.view();
        edit(settings);
        session.setView(settings);
    }

    Session session;
    ViewGrid grid{session};
    NetworkId first = 0;
    NetworkId second = 0;
};

}  // namespace lamscope::ui::testing
