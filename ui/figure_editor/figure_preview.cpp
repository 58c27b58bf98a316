// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_preview.h"

#include <QPainter>

namespace lamscope::ui {

FigurePreview::FigurePreview(QWidget* parent)
    : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void FigurePreview::setSheet(const FigureSheet& sheet) {
    sheet_ = sheet;
    message_.clear();
    setAccessibleDescription(tr("The figure, %1 by %2 points").arg(sheet.size.width()).arg(sheet.size.height()));
    update();
}

void FigurePreview::setMessage(const QString& text) {
    message_ = text;
    setAccessibleDescription(text);
    update();
}

void FigurePreview::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    if (!message_.isEmpty() || sheet_.size.isEmpty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, message_);
        return;
    }
    constexpr int margin = 8;
    const QRectF room = rect().adjusted(margin, margin, -margin, -margin);
    const auto size = sheet_.size.scaled(room.size(), Qt::KeepAspectRatio);
    painter.translate(room.left() + (room.width() - size.width()) / 2.0,
                      room.top() + (room.height() - size.height()) / 2.0);
    const double scale = size.width() / sheet_.size.width();
    painter.scale(scale, scale);
    paintSheet(painter, sheet_, false);
}

}  // namespace lamscope::ui
