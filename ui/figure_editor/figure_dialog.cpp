// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QVBoxLayout>
#include <utility>

#include "base/error.h"
#include "figure/figure.h"
#include "figure_editor/figure_form.h"
#include "figure_editor/figure_preview.h"
#include "figure_editor/figure_scenes.h"

namespace lamscope::ui {

FigureDialog::FigureDialog(const FigureLayout& layout, QWidget* parent)
    : QDialog(parent)
    , form_(new FigureForm)
    , scenes_(new FigureScenes)
    , preview_(new FigurePreview(this))
    , caption_(new QPlainTextEdit(this))
    , dpi_(new QSpinBox(this))
    , timeStamp_(new QCheckBox(tr("&Time stamp"), this))
    , export_(new QPushButton(tr("&Export…"), this)) {
    setWindowTitle(tr("Paper figure"));
    form_->setFigureLayout(layout);
    dpi_->setRange(72, 2400);
    dpi_->setSingleStep(100);
    dpi_->setValue(600);
    dpi_->setSuffix(tr(" dpi"));
    dpi_->setToolTip(tr("Resolution of PNG and TIFF; PDF and SVG have none"));
    timeStamp_->setToolTip(tr("Writes the date into the file; without it the same session gives the same bytes"));
    caption_->setReadOnly(true);
    caption_->setAccessibleName(tr("Caption"));
    caption_->setFixedHeight(4 * caption_->fontMetrics().lineSpacing() + 12);

    auto* settings = new QWidget;
    auto* column = new QVBoxLayout(settings);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(form_);
    column->addWidget(scenes_);
    column->addStretch();
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(settings);
    scroll->setAccessibleName(tr("Settings of the figure"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFixedWidth(settings->sizeHint().width() + scroll->verticalScrollBar()->sizeHint().width() + 6);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->addButton(export_, QDialogButtonBox::ActionRole);
    auto* copy = buttons->addButton(tr("&Copy caption"), QDialogButtonBox::ActionRole);
    export_->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(export_, &QPushButton::clicked, this, &FigureDialog::exportRequested);
    connect(scenes_, &FigureScenes::keepRequested, this, &FigureDialog::keepImageRequested);
    connect(scenes_, &FigureScenes::removeRequested, this, &FigureDialog::removeImageRequested);
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(caption_->toPlainText()); });
    connect(form_, &FigureForm::changed, this, [this](const FigureLayout& changed) {
        showFigure();
        scenes_->setEnabled(changed.kind != FigureKind::Paths);
        emit layoutChanged(changed);
    });

    dpi_->setAccessibleName(tr("Resolution of PNG and TIFF"));
    auto* last = new QHBoxLayout;
    last->addWidget(new QLabel(tr("PNG, TIFF:"), this));
    last->addWidget(dpi_);
    last->addWidget(timeStamp_);
    last->addWidget(buttons, 1);
    auto* right = new QVBoxLayout;
    right->addWidget(preview_, 1);
    right->addWidget(caption_);
    right->addLayout(last);
    auto* row = new QHBoxLayout(this);
    row->addWidget(scroll);
    row->addLayout(right, 1);
    constexpr QSize comfortable(1120, 760);
    resize(comfortable);
    scenes_->setEnabled(layout.kind != FigureKind::Paths);
    showFigure();
}

const FigureLayout& FigureDialog::figureLayout() const {
    return form_->figureLayout();
}

FigureFileOptions FigureDialog::fileOptions() const {
    FigureFileOptions options{.dpi = dpi_->value()};
    if (timeStamp_->isChecked()) {
        options.created = QDateTime::currentDateTimeUtc();
    }
    return options;
}

void FigureDialog::setDocuments(std::vector<LamDocument> documents) {
    documents_ = std::move(documents);
    showFigure();
}

void FigureDialog::setFurtherImages(const QStringList& names) {
    scenes_->setNames(names);
}

void FigureDialog::setMessage(const QString& text) {
    documents_.clear();
    showFigure();
    preview_->setMessage(text);
}

void FigureDialog::showFigure() {
    QString trouble;
    try {
        const auto sheet = layOutFigure(documents_, figureLayout());
        preview_->setSheet(sheet);
        preview_->setToolTip(sheet.warnings.empty() ? QString() : sheet.warnings.front());
    } catch (const Error& error) {
        trouble = QString::fromStdString(error.what());
        preview_->setMessage(trouble);
    }
    export_->setEnabled(trouble.isEmpty());
    caption_->setPlainText(captionText(documents_, figureLayout()));
}

}  // namespace lamscope::ui
