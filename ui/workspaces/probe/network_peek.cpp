// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/network_peek.h"

#include <QAction>
#include <QCoreApplication>
#include <QKeyEvent>
#include <chrono>
#include <utility>

#include "view/view_grid.h"

namespace lamscope::ui {

namespace {

constexpr std::chrono::milliseconds longestPress{250};

}  // namespace

NetworkPeek::NetworkPeek(ViewGrid& grid, QObject* parent)
    : QObject(parent)
    , grid_(grid) {
    held_.setSingleShot(true);
    held_.setInterval(longestPress);
    connect(&held_, &QTimer::timeout, this, &NetworkPeek::begin);
    QCoreApplication::instance()->installEventFilter(this);
}

void NetworkPeek::add(QAction* action, std::function<NetworkId()> network, std::function<void()> press) {
    action->setAutoRepeat(false);
    connect(action, &QAction::triggered, this, [this, action, network = std::move(network), press = std::move(press)] {
        end();
        if (!isOn_ || down_ == 0 || down_ != action->shortcut()[0].key()) {
            press();  // from a menu, or there is nothing to compare
            return;
        }
        pending_ = down_;
        network_ = network;
        press_ = press;
        held_.start();
    });
}

void NetworkPeek::setOn(bool on) {
    end();
    isOn_ = on;
}

void NetworkPeek::begin() {
    held_.stop();
    shows_ = true;
    grid_.peek(network_());
}

void NetworkPeek::end() {
    held_.stop();
    pending_ = 0;
    if (std::exchange(shows_, false)) {
        grid_.endPeek();
    }
}

bool NetworkPeek::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {  // comes before the shortcut
        const auto& press = static_cast<const QKeyEvent&>(*event);
        down_ = press.key();
        if (press.isAutoRepeat() && pending_ == down_ && !shows_) {
            begin();
        }
    } else if (event->type() == QEvent::KeyRelease) {
        const auto& release = static_cast<const QKeyEvent&>(*event);
        if (!release.isAutoRepeat() && release.key() == down_) {
            down_ = 0;
        }
        if (!release.isAutoRepeat() && pending_ != 0 && release.key() == pending_) {
            const bool wasShort = !shows_;
            const auto press = press_;
            end();
            if (wasShort) {
                press();
            }
        }
    } else if (event->type() == QEvent::ApplicationDeactivate || event->type() == QEvent::WindowDeactivate) {
        down_ = 0;  // the release goes elsewhere
        end();
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace lamscope::ui
