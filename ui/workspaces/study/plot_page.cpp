// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/plot_page.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "view/pyramid.h"

namespace lamscope::ui {

namespace {

constexpr int shownSide = 96;

QPixmap pixmapOf(const StudyPicture& picture) {
    auto image = toQImage(picture.picture);
    if (picture.patch) {
        QPainter painter(&image);
        painter.setPen(QPen(QColor(255, 60, 60), 1.5));
        const auto& patch = *picture.patch;
        painter.drawRect(QRectF(patch.x, patch.y, patch.width, patch.height).adjusted(-0.5, -0.5, 0.5, 0.5));
    }
    return QPixmap::fromImage(image.scaled(shownSide, shownSide, Qt::KeepAspectRatio, Qt::SmoothTransformation));
}

}  // namespace

PlotPage::PlotPage(QWidget* parent)
    : QWidget(parent)
    , view_(new StudyPlotView)
    , pictures_(new QWidget)
    , pictureRow_(new QHBoxLayout(pictures_))
    , remark_(new MutedLabel) {
    pictureRow_->setContentsMargins(12, 0, 12, 0);
    remark_->setWordWrap(true);
    remark_->setContentsMargins(12, 0, 12, 4);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(view_, 1);
    column->addWidget(pictures_);
    column->addWidget(remark_);
}

void PlotPage::show(const StudyPlot& plot, const std::vector<StudyPicture>& pictures,
                    const std::map<std::string, NetworkSign>& signs) {
    view_->setPlot(plot, signs);
    showPictures(plot, pictures);
    remark_->setText(QString::fromStdString(plot.remark));
    remark_->setVisible(!plot.remark.empty());
}

void PlotPage::showPictures(const StudyPlot& plot, const std::vector<StudyPicture>& pictures) {
    pictures_->setVisible(!pictures.empty());
    while (auto* item = pictureRow_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const auto name = QFileInfo(QString::fromStdString(plot.images[i].file)).fileName();
        auto* picture = new QLabel;
        picture->setAlignment(Qt::AlignHCenter | Qt::AlignBottom);
        picture->setToolTip(name);
        picture->setAccessibleName(name);
        if (pictures[i].picture.empty()) {
            picture->setText(QStringLiteral("?"));
            picture->setToolTip(QString::fromStdString(pictures[i].trouble));
        } else {
            picture->setPixmap(pixmapOf(pictures[i]));
        }
        auto* caption = new MutedLabel(tr("%1  %2").arg(fixedText(plot.images[i].x, 0), name));
        caption->setShortened();
        auto* cell = new QWidget;
        auto* column = new QVBoxLayout(cell);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(1);
        column->addWidget(picture, 1);
        column->addWidget(caption, 0, Qt::AlignHCenter);
        if (i == pictures.size() / 2 && pictures.size() > 1) {
            pictureRow_->addStretch(1);  // between the ends of the ranking
        }
        pictureRow_->addWidget(cell);
    }
}

}  // namespace lamscope::ui
