// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/drop_zone.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

#include "dialogs/icons.h"
#include "dialogs/theme.h"

namespace lamscope::ui {

QPushButton* largeButton(const QString& iconName, const QString& text, const QString& name, QWidget* parent) {
    auto* button = new QPushButton(icon(iconName), text, parent);
    button->setIconSize({20, 20});
    button->setMinimumSize(button->sizeHint() + QSize(28, 14));
    button->setObjectName(name);
    return button;
}

QStringList localFiles(const QMimeData& data) {
    QStringList files;
    for (const auto& url : data.urls()) {
        if (url.isLocalFile()) {
            files << url.toLocalFile();
        }
    }
    return files;
}

DropZone::DropZone(QWidget* parent)
    : QWidget(parent) {
    setMinimumHeight(170);
    auto* open = largeButton(QStringLiteral("open-image"), tr("&Open image…"), QStringLiteral("open-image"), this);
    auto* add = largeButton(QStringLiteral("add-network"), tr("Add &network…"), QStringLiteral("add-network"), this);
    connect(open, &QPushButton::clicked, this, &DropZone::openImageRequested);
    connect(add, &QPushButton::clicked, this, &DropZone::addNetworkRequested);
    auto* invitation = new QLabel(tr("or drop an image or a network here"), this);
    invitation->setAlignment(Qt::AlignCenter);
    invitation->setForegroundRole(QPalette::PlaceholderText);
    auto* formats = new QLabel(
        tr("Images: PNG, JPEG, TIFF, BMP, WebP, NPY\nNetworks: .pth, .pt, .pt2, .ckpt, .pkl, .safetensors"), this);
    formats->setAlignment(Qt::AlignCenter);
    formats->setWordWrap(true);
    formats->setForegroundRole(QPalette::PlaceholderText);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(12);
    buttons->addStretch(1);
    buttons->addWidget(open);
    buttons->addWidget(add);
    buttons->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 22, 20, 18);
    column->setSpacing(12);
    column->addStretch(1);
    column->addLayout(buttons);
    column->addWidget(invitation);
    column->addWidget(formats);
    column->addStretch(1);
}

void DropZone::setInviting(bool inviting) {
    inviting_ = inviting;
    update();
}

void DropZone::paintEvent(QPaintEvent* /*event*/) {
    const auto accent = palette().color(QPalette::Highlight);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPen pen(inviting_ ? accent : quietText(palette()), 1.4);
    pen.setDashPattern({5.0, 4.0});
    painter.setPen(pen);
    painter.setBrush(inviting_ ? mixed(palette().color(QPalette::Window), accent, 0.15) : QColor(Qt::transparent));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1.0, 1.0, -1.0, -1.0), 8.0, 8.0);
}

}  // namespace lamscope::ui
