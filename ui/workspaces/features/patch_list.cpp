// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/patch_list.h"

#include <QListWidget>
#include <QPainter>
#include <QPixmap>
#include <QVBoxLayout>
#include <algorithm>

#include "panels/muted_label.h"
#include "panels/panel_colours.h"
#include "view/pyramid.h"

namespace lamscope::ui {

namespace {

constexpr int sideOfPatch = 72;  // logical pixels
constexpr int gapOfPatches = 3;

}  // namespace

PatchList::PatchList(FeaturesController& features, QWidget* parent)
    : QWidget(parent)
    , features_(features)
    , title_(new MutedLabel)
    , list_(new QListWidget) {
    title_->setShortened();
    title_->setContentsMargins(6, 2, 6, 0);
    list_->setViewMode(QListView::IconMode);
    list_->setResizeMode(QListView::Adjust);
    list_->setMovement(QListView::Static);
    list_->setUniformItemSizes(true);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setSpacing(3);
    list_->setTextElideMode(Qt::ElideMiddle);
    list_->setAccessibleName(tr("Patches"));
    list_->setObjectName(QStringLiteral("patchList"));
    auto small = list_->font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    list_->setFont(small);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title_);
    column->addWidget(list_, 1);
    setMinimumSize(100, 60);
    connect(&features_, &FeaturesController::patchesChanged, this, &PatchList::followSr);
    connect(&features_, &FeaturesController::resultsChanged, this, [this] {  // of other patches, perhaps
        patches_.clear();
        list_->clear();
        title_->clear();
    });
}

void PatchList::setPatches(const QString& title, const std::vector<PatchSrRequest>& patches, bool withSr) {
    title_->setText(title);
    if (patches == patches_ && withSr == withSr_ && list_->count() == static_cast<int>(patches.size())) {
        return;
    }
    patches_ = patches;
    withSr_ = withSr;
    fill();
    if (withSr_) {
        features_.requestSr(patches_);
    }
}

void PatchList::fill() {
    list_->clear();
    const int width = withSr_ ? 2 * sideOfPatch + gapOfPatches : sideOfPatch;
    list_->setIconSize({width, sideOfPatch});
    list_->setGridSize({width + 8, sideOfPatch + list_->fontMetrics().height() + 8});
    for (const auto& patch : patches_) {
        const auto sets = features_.sets(patch.network);
        auto* item = new QListWidgetItem(list_);
        item->setIcon(QIcon(pictureOf(patch)));
        if (sets != nullptr && patch.set < sets->sets.size() && patch.patch < sets->lr[patch.set].size()) {
            const auto name = QString::fromStdString(sets->sets[patch.set].name);
            const auto file = QString::fromStdString(sets->lr[patch.set][patch.patch].file);
            item->setText(name);
            item->setToolTip(tr("%1, %2").arg(file, name)
                             + (withSr_ ? QLatin1Char('\n') + tr("left LR, right SR") : QString()));
        }
    }
}

QPixmap PatchList::pictureOf(const PatchSrRequest& patch) const {
    const double ratio = devicePixelRatioF();
    const int width = withSr_ ? 2 * sideOfPatch + gapOfPatches : sideOfPatch;
    QPixmap pixmap(QSizeF(width * ratio, sideOfPatch * ratio).toSize());
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    const auto sets = features_.sets(patch.network);
    if (sets == nullptr || patch.set >= sets->lr.size() || patch.patch >= sets->lr[patch.set].size()) {
        return pixmap;
    }
    QPainter painter(&pixmap);
    painter.drawImage(QRect(0, 0, sideOfPatch, sideOfPatch), toQImage(sets->lr[patch.set][patch.patch]));
    if (withSr_) {
        const QRect place(sideOfPatch + gapOfPatches, 0, sideOfPatch, sideOfPatch);
        if (const auto sr = features_.sr(patch)) {
            painter.setRenderHint(QPainter::SmoothPixmapTransform, sr->width() > place.width() * ratio);
            painter.drawImage(place, toQImage(*sr));
        } else {
            painter.setPen(borderColour(palette()));
            painter.drawRect(place.adjusted(0, 0, -1, -1));
            painter.setPen(mutedText(palette()));
            painter.drawText(place, Qt::AlignCenter, tr("SR…"));
        }
    }
    return pixmap;
}

void PatchList::followSr() {
    for (int row = 0; withSr_ && row < list_->count(); ++row) {
        const auto& patch = patches_[static_cast<std::size_t>(row)];
        if (features_.sr(patch) != nullptr) {
            list_->item(row)->setIcon(QIcon(pictureOf(patch)));
        }
    }
}

int PatchList::withSr() const {
    return static_cast<int>(
        std::ranges::count_if(patches_, [this](const auto& patch) { return features_.sr(patch) != nullptr; }));
}

}  // namespace lamscope::ui
