// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;
class QToolButton;

namespace lamscope::ui {

/// "Copy as:" with a button a format, which look like links.
class CopyRow final : public QWidget {
    Q_OBJECT

public:
    explicit CopyRow(QWidget* parent = nullptr);

    QToolButton* add(const QString& text, const QString& name, const QString& help);

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColours();

    QHBoxLayout* layout_;
};

/// Puts a text on the clipboard and says at the button that it did.
void copyTable(const QString& text, int networks, const QWidget& button);

}  // namespace lamscope::ui
