// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QTimer>

#include "dialogs/message_bar.h"

class QLabel;

namespace lamscope::ui {

/// One message of the MessageBar: icon, text, remedies, close.
class MessageRow : public QFrame {
    Q_OBJECT

public:
    MessageRow(MessageBar::Message message, std::vector<MessageAction> actions, QWidget* parent);

    [[nodiscard]] const MessageBar::Message& message() const { return message_; }
    /// The same message was reported once more: shows how often, and a note's time starts anew.
    void countUp();

signals:
    void closeRequested();
    void logRequested();

protected:
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void recolour();
    void fade();
    [[nodiscard]] QColor accent() const;

    MessageBar::Message message_;
    QLabel* icon_;
    QLabel* count_;
    QTimer lifetime_{this};
};

}  // namespace lamscope::ui
