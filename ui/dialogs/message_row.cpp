// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/message_row.h"

#include <QAccessible>
#include <QEvent>
#include <QGraphicsOpacityEffect>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPropertyAnimation>
#include <QPushButton>
#include <QToolButton>
#include <chrono>

#include "dialogs/icons.h"
#include "dialogs/theme.h"

namespace lamscope::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto noteLifetime = 12s;
constexpr auto fadeTime = 400ms;
constexpr int iconSide = 20;
constexpr int longestText = 420;  // characters; about four lines at the width of the panes

QString shortened(const QString& text) {
    if (text.size() <= longestText) {
        return text;
    }
    const auto space = text.lastIndexOf(QLatin1Char(' '), longestText);
    return text.left(space > longestText / 2 ? space : longestText) + QStringLiteral(" …");
}

}  // namespace

MessageRow::MessageRow(MessageBar::Message message, std::vector<MessageAction> actions, QWidget* parent)
    : QFrame(parent)
    , message_(std::move(message))
    , icon_(new QLabel(this))
    , count_(new QLabel(this)) {
    auto* text = new QLabel(shortened(message_.text), this);
    text->setObjectName(QStringLiteral("text"));
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    count_->setObjectName(QStringLiteral("count"));
    count_->setVisible(false);
    icon_->setFixedSize(iconSide, iconSide);

    auto* close = new QToolButton(this);
    close->setObjectName(QStringLiteral("close"));
    close->setIcon(icon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this message (Esc)"));
    close->setAccessibleName(tr("Close this message"));
    connect(close, &QToolButton::clicked, this, &MessageRow::closeRequested);
    setFocusProxy(close);

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 6, 6);
    row->setSpacing(10);
    row->addWidget(icon_, 0, Qt::AlignVCenter);
    row->addWidget(text, 1);
    row->addWidget(count_);
    if (message_.text.size() > longestText) {
        auto* all = new QPushButton(tr("Show all"), this);
        connect(all, &QPushButton::clicked, this, &MessageRow::logRequested);
        row->addWidget(all);
    }
    for (auto& action : actions) {
        auto* button = new QPushButton(action.text, this);
        connect(button, &QPushButton::clicked, this, [this, run = std::move(action.run)] {
            run();
            emit closeRequested();
        });
        row->addWidget(button);
    }
    row->addWidget(close);

    const bool trouble = message_.kind == MessageBar::Kind::Trouble;
    icon_->setAccessibleName(trouble ? tr("Trouble") : tr("Note"));
    setAccessibleName(trouble ? tr("Trouble: %1").arg(message_.text) : tr("Note: %1").arg(message_.text));
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);

    lifetime_.setObjectName(QStringLiteral("lifetime"));
    lifetime_.setInterval(noteLifetime);
    lifetime_.setSingleShot(true);
    connect(&lifetime_, &QTimer::timeout, this, &MessageRow::fade);
    if (!trouble) {
        lifetime_.start();
    }
    recolour();
}

void MessageRow::countUp() {
    ++message_.count;
    count_->setText(tr("%1 times").arg(message_.count));
    count_->setVisible(true);
    if (message_.kind == MessageBar::Kind::Note) {
        setGraphicsEffect(nullptr);  // if it was fading
        lifetime_.start();
    }
}

void MessageRow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        recolour();
    }
    QFrame::changeEvent(event);
}

bool MessageRow::event(QEvent* event) {
    if (event->type() == QEvent::ScreenChangeInternal) {
        recolour();
    }
    return QFrame::event(event);
}

void MessageRow::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(mixed(palette().color(QPalette::Base), accent(), 0.45), 1.0));
    painter.setBrush(mixed(palette().color(QPalette::Base), accent(), 0.10));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5.0, 5.0);
}

void MessageRow::recolour() {
    const auto name = message_.kind == MessageBar::Kind::Trouble ? QStringLiteral("warning") : QStringLiteral("info");
    icon_->setPixmap(iconPixmap(name, iconSide, accent(), devicePixelRatioF()));
    update();
}

QColor MessageRow::accent() const {
    const auto colours = statusColours(palette());
    return message_.kind == MessageBar::Kind::Trouble ? colours.trouble : colours.note;
}

void MessageRow::fade() {
    const auto* focus = focusWidget();
    if (underMouse() || (focus != nullptr && focus->hasFocus())) {
        lifetime_.start();  // it is being read
        return;
    }
    auto* effect = new QGraphicsOpacityEffect(this);
    setGraphicsEffect(effect);
    auto* animation = new QPropertyAnimation(effect, "opacity", effect);
    animation->setDuration(static_cast<int>(std::chrono::milliseconds(fadeTime).count()));
    animation->setEndValue(0.0);
    connect(animation, &QPropertyAnimation::finished, this, &MessageRow::closeRequested);
    animation->start();
}

}  // namespace lamscope::ui
