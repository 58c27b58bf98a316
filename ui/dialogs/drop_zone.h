// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace lamscope::ui {

/// The dashed field of the start page: says that files may be dropped, and holds the buttons to open them instead.
class DropZone : public QWidget {
    Q_OBJECT

public:
    explicit DropZone(QWidget* parent = nullptr);

    /// A file hangs over the page.
    void setInviting(bool inviting);

signals:
    void openImageRequested();
    void addNetworkRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool inviting_ = false;
};

}  // namespace lamscope::ui
