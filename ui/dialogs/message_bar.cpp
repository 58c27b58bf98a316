// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/message_bar.h"

#include <QKeyEvent>
#include <QVBoxLayout>
#include <algorithm>

#include "dialogs/message_row.h"

namespace lamscope::ui {

namespace {

constexpr std::size_t mostMessages = 3;

}  // namespace

MessageBar::MessageBar(QWidget* parent)
    : QWidget(parent)
    , layout_(new QVBoxLayout(this)) {
    layout_->setContentsMargins(6, 6, 6, 6);
    layout_->setSpacing(5);
    setAccessibleName(tr("Messages"));
    setVisible(false);
}

void MessageBar::showTrouble(const QString& text, std::vector<MessageAction> actions) {
    add(Kind::Trouble, text, std::move(actions));
}

void MessageBar::showNote(const QString& text, std::vector<MessageAction> actions) {
    add(Kind::Note, text, std::move(actions));
}

void MessageBar::clear() {
    while (!rows_.empty()) {
        remove(rows_.back());
    }
}

std::vector<MessageBar::Message> MessageBar::messages() const {
    std::vector<Message> result;
    std::transform(rows_.begin(), rows_.end(), std::back_inserter(result),
                   [](const MessageRow* row) { return row->message(); });
    return result;
}

void MessageBar::add(Kind kind, const QString& text, std::vector<MessageAction> actions) {
    const auto same = std::find_if(rows_.begin(), rows_.end(), [&](const MessageRow* row) {
        return row->message().kind == kind && row->message().text == text;
    });
    if (same != rows_.end()) {
        (*same)->countUp();
        return;
    }
    if (rows_.size() == mostMessages) {
        makeRoom();
    }
    auto* row = new MessageRow({kind, text, 1}, std::move(actions), this);
    connect(row, &MessageRow::closeRequested, this, [this, row] { remove(row); });
    connect(row, &MessageRow::logRequested, this, &MessageBar::logRequested);
    rows_.insert(rows_.begin(), row);
    layout_->insertWidget(0, row);
    setVisible(true);
}

void MessageBar::makeRoom() {
    const auto oldestNote = std::find_if(rows_.rbegin(), rows_.rend(),
                                         [](const MessageRow* row) { return row->message().kind == Kind::Note; });
    remove(oldestNote != rows_.rend() ? *oldestNote : rows_.back());
}

void MessageBar::remove(MessageRow* row) {
    const auto place = std::find(rows_.begin(), rows_.end(), row);
    if (place == rows_.end()) {
        return;  // an action closed it already
    }
    rows_.erase(place);
    layout_->removeWidget(row);
    row->hide();
    row->deleteLater();
    setVisible(!rows_.empty());
}

bool MessageBar::event(QEvent* event) {
    // Escape means this bar before it means any shortcut of the window.
    const auto* const key = dynamic_cast<QKeyEvent*>(event);
    if (event->type() == QEvent::ShortcutOverride && key != nullptr && key->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void MessageBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && !rows_.empty()) {
        remove(rows_.front());
        if (!rows_.empty()) {
            rows_.front()->setFocus();
        }
        return;
    }
    QWidget::keyPressEvent(event);
}

}  // namespace lamscope::ui
