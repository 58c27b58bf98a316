// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextBrowser>

#include "session/network_entry.h"

namespace lamscope::ui {

/// Everything that is known about one network, as text that scrolls and can be selected: a line for each value, with
/// the evidence for it in small print below, warnings in colour. For a failed network, why it failed.
class CardView final : public QTextBrowser {
    Q_OBJECT

public:
    explicit CardView(QWidget* parent = nullptr);

    /// Null: says that nothing is selected. What the reader has scrolled to or selected stays while the text is the
    /// same.
    void showNetwork(const NetworkEntry* entry);

signals:
    void closeRequested();  ///< Escape was pressed

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void render();
    void copyHash(const QUrl& link);

    NetworkEntry entry_;
    bool empty_ = true;
    QString html_;
};

}  // namespace lamscope::ui
