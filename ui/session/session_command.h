// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUndoCommand>
#include <utility>

#include "session/session.h"

namespace lamscope::ui {

/// A step from one state of a session to another.
class SessionCommand final : public QUndoCommand {
public:
    /// @param drag steps of the same drag become one; 0: never.
    SessionCommand(Session& session, const QString& text, UndoableState before, UndoableState after, int drag)
        : QUndoCommand(text)
        , session_(session)
        , before_(std::move(before))
        , after_(std::move(after))
        , drag_(drag) {}

    void undo() override { session_.apply(before_); }
    void redo() override { session_.apply(after_); }
    [[nodiscard]] int id() const override { return drag_ == 0 ? -1 : drag_; }

    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = dynamic_cast<const SessionCommand*>(other);
        if (next == nullptr) {
            return false;
        }
        after_ = next->after_;
        return true;
    }

private:
    Session& session_;
    UndoableState before_;
    UndoableState after_;
    int drag_;
};

}  // namespace lamscope::ui
