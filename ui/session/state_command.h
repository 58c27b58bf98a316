// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QUndoCommand>
#include <utility>

namespace lamscope::ui {

/// A step from one state of a controller to another; `Controller::apply(State)` makes it so.
template <typename Controller, typename State>
class StateCommand final : public QUndoCommand {
public:
    StateCommand(Controller& controller, const QString& text, State before, State after)
        : QUndoCommand(text)
        , controller_(&controller)
        , before_(std::move(before))
        , after_(std::move(after)) {}

    void undo() override { apply(before_); }
    void redo() override { apply(after_); }

private:
    void apply(const State& state) const {
        if (controller_ != nullptr) {
            controller_->apply(state);
        }
    }

    QPointer<Controller> controller_;  // the history outlives it
    State before_;
    State after_;
};

}  // namespace lamscope::ui
