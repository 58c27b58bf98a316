// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "session/session.h"

class QToolButton;

namespace lamscope::ui {

class ElidedLabel;

/// Controls in the header of the input pane: the role of the image (HR or LR), its size, and how an HR image is
/// reduced.
class InputControls : public QWidget {
    Q_OBJECT

public:
    explicit InputControls(Session& session, QWidget* parent = nullptr);

    void refresh();

private:
    void addRole(QToolButton* button, ImageRole role);
    void addReductions();

    Session& session_;
    QToolButton* hr_;
    QToolButton* lr_;
    ElidedLabel* size_;
    QToolButton* reduction_;
};

}  // namespace lamscope::ui
