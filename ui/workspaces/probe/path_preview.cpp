// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/path_preview.h"

#include <QEvent>
#include <QLabel>
#include <QMetaObject>
#include <QVBoxLayout>
#include <algorithm>

#include "method/lam/path_image.h"
#include "session/queued_call.h"
#include "view/pyramid.h"

namespace lamscope::ui {

namespace {

constexpr int pictureSide = 192;
constexpr int margin = 12;

}  // namespace

PathPreview::PathPreview(Session& session, QWidget* over)
    : QFrame(over)
    , session_(session)
    , picture_(new QLabel)
    , caption_(new QLabel) {
    pool_.setMaxThreadCount(1);
    setObjectName(QStringLiteral("pathPreview"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 4);
    layout->setSpacing(3);
    layout->addWidget(picture_, 0, Qt::AlignCenter);
    layout->addWidget(caption_, 0, Qt::AlignCenter);
    over->installEventFilter(this);
    hide();
}

PathPreview::~PathPreview() = default;

void PathPreview::showAt(double alpha) {
    wanted_ = alpha;
    if (!computing_) {
        compute();
    }
}

void PathPreview::leave() {
    wanted_ = -1.0;
    hide();
}

void PathPreview::compute() {
    const auto* network = session_.network(session_.selected());
    if (network == nullptr || !network->result) {
        hide();
        return;
    }
    computing_ = true;
    const auto alpha = wanted_;
    computeOn(
        pool_, this,
        [alpha, result = network->result, options = session_.options()] {
            return toQImage(pathImage(result->lr, result->hr, options, alpha));
        },
        [this, alpha](const QImage& picture) { present(picture, alpha); },
        [this, alpha](const QString& reason) { presentTrouble(reason, alpha); });
}

void PathPreview::present(const QImage& picture, double alpha) {
    computing_ = false;
    if (wanted_ < 0.0) {
        return;
    }
    const auto ratio = devicePixelRatioF();
    const int side = qRound(pictureSide * ratio);
    // Whole multiples keep the pixels square; images larger than the frame are reduced smoothly.
    const int factor = std::max(side / std::max(picture.width(), picture.height()), 0);
    auto enlarged = factor > 0 ? picture.scaled(picture.size() * factor)
                               : picture.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    enlarged.setDevicePixelRatio(ratio);
    picture_->setPixmap(QPixmap::fromImage(enlarged));
    const auto& options = session_.options();
    caption_->setText(
        options.path == PathKind::Blur
            ? tr("γ(α)  ·  α %1  ·  σ %2").arg(alpha, 0, 'f', 3).arg(options.sigma * (1.0 - alpha), 0, 'f', 2)
            : tr("γ(α)  ·  α %1").arg(alpha, 0, 'f', 3));
    finish(alpha);
}

void PathPreview::presentTrouble(const QString& reason, double alpha) {
    computing_ = false;
    if (wanted_ < 0.0) {
        return;
    }
    picture_->clear();
    caption_->setText(tr("γ(α) cannot be shown: %1").arg(reason));
    finish(alpha);
}

void PathPreview::finish(double alpha) {
    place();
    show();
    raise();
    if (wanted_ != alpha) {
        compute();
    }
}

void PathPreview::place() {
    adjustSize();
    move(margin, std::max(parentWidget()->height() - height() - margin, 0));
}

bool PathPreview::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize && isVisible()) {
        place();
    }
    return QFrame::eventFilter(watched, event);
}

}  // namespace lamscope::ui
