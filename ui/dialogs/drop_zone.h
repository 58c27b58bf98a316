// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QMimeData;
class QPushButton;

namespace lamscope::ui {

/// A button of a page on which nothing is open yet.
/// @param iconName  see icon().
/// @param name      its object name.
[[nodiscard]] QPushButton* largeButton(const QString& iconName, const QString& text, const QString& name,
                                       QWidget* parent = nullptr);

/// The files of this machine among what is dragged or dropped.
[[nodiscard]] QStringList localFiles(const QMimeData& data);

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
