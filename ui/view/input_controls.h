// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "session/session.h"

class QToolButton;

namespace lamscope::ui {

class ElidedLabel;

/// Controls in the header of the input pane: the role of the image (HR or LR), its size, how an HR image is reduced,
/// and what it is degraded by.
class InputControls : public QWidget {
    Q_OBJECT

public:
    explicit InputControls(Session& session, QWidget* parent = nullptr);

    void refresh();

signals:
    void degradationRequested();

private:
    void addRole(QToolButton* button, ImageRole role);
    void addReductions();

    Session& session_;
    QToolButton* hr_;
    QToolButton* lr_;
    ElidedLabel* size_;
    QToolButton* reduction_;
    QToolButton* degradation_;
};

}  // namespace lamscope::ui
