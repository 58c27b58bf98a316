// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>

#include "live/live_input.h"

class QAction;

namespace lamscope::ui {

class ViewGrid;

/// The keys of networks, for comparing two pictures in one place: while the key is held, a pane shows that network's
/// picture (see ViewGrid::peek()); a short press is the action's own. A key is held when it repeats or has been down
/// for a quarter of a second. GUI thread only.
class NetworkPeek final : public QObject {
    Q_OBJECT

public:
    explicit NetworkPeek(ViewGrid& grid, QObject* parent = nullptr);
    Q_DISABLE_COPY_MOVE(NetworkPeek)

    /// Tells apart how the action is triggered, whose shortcut is one key without modifiers.
    /// @param network  the network to show; 0: none.
    /// @param press    what the action does on a short press of its key, and when it is chosen from a menu.
    void add(QAction* action, std::function<NetworkId()> network, std::function<void()> press);
    /// Off, as it is at first, there is nothing to show: each press is a short one.
    void setOn(bool on);

protected:
    /// Of the application: the release of the key goes to whatever has the focus.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void begin();
    void end();

    ViewGrid& grid_;
    int down_ = 0;     ///< the key that is down; 0: none
    int pending_ = 0;  ///< the key of the action that was triggered by a press and is not done yet; 0: none
    bool shows_ = false;
    bool isOn_ = false;
    std::function<NetworkId()> network_;  ///< of `pending_`
    std::function<void()> press_;
    QTimer held_;
};

}  // namespace lamscope::ui
