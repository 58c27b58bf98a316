// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace lamscope::ui {

class ElidedLabel;

/// The line over a pane's image: colour and name of the network, and at the right the numbers of its map.
class PaneHeader : public QWidget {
    Q_OBJECT

public:
    explicit PaneHeader(QWidget* parent = nullptr);

    /// @param digit  the key of the network, written on its colour; may be empty.
    void setTitle(const QColor& colour, const QString& name, const QString& digit = {});
    /// Shows `value` in bold at the right, with `detail` smaller and grey before it. `greyed`: the value belongs to an
    /// older box.
    void setValue(const QString& value, const QString& detail, bool greyed);
    /// Puts a widget to the right of the name.
    void addWidget(QWidget* widget);

    [[nodiscard]] QString value() const;
    [[nodiscard]] QString detail() const;

signals:
    void pressed();
    void doubleClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    QColor colour_;
    QString digit_;
    QHBoxLayout* layout_;
    ElidedLabel* name_;
    QLabel* detail_;
    QLabel* value_;
};

}  // namespace lamscope::ui
