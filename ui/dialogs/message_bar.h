// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>
#include <functional>
#include <vector>

class QVBoxLayout;

namespace lamscope::ui {

class MessageRow;

/// A remedy offered beside a message.
struct MessageAction {
    QString text;
    std::function<void()> run;  ///< called on a click; the message is closed afterwards
};

/// Troubles and notes in words, stacked above the panes: never a modal box. A trouble stays until it is closed, a note
/// fades after 12 s (later while the pointer or the keyboard is on it). At most three are shown; the oldest note, then
/// the oldest trouble gives way. The same message again counts up instead. Escape closes the newest. Hidden while
/// there is nothing to say; in a layout, give the panes below it a stretch. GUI thread only.
class MessageBar : public QWidget {
    Q_OBJECT

public:
    enum class Kind { Trouble, Note };

    struct Message {
        Kind kind;
        QString text;
        int count;  ///< how often it was reported

        friend bool operator==(const Message&, const Message&) = default;
    };

    explicit MessageBar(QWidget* parent = nullptr);

    void showTrouble(const QString& text, std::vector<MessageAction> actions = {});
    void showNote(const QString& text, std::vector<MessageAction> actions = {});
    void clear();
    /// What is shown, newest first, in full.
    [[nodiscard]] std::vector<Message> messages() const;

signals:
    /// A message too long for the bar was cut, and the user wants to read all of it.
    void logRequested();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void add(Kind kind, const QString& text, std::vector<MessageAction> actions);
    void makeRoom();
    void remove(MessageRow* row);

    QVBoxLayout* layout_;
    std::vector<MessageRow*> rows_;  ///< newest first
};

}  // namespace lamscope::ui
