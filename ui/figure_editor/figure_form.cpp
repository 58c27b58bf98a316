// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_form.h"

#include <QCheckBox>
#include <QColorDialog>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFontComboBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "view/colour_map.h"

namespace lamscope::ui {

namespace {

QString textOf(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QDoubleSpinBox* number(double least, double most, double step, const QString& suffix, QWidget* parent,
                       int decimals = 2) {
    auto* box = new QDoubleSpinBox(parent);
    box->setRange(least, most);
    box->setSingleStep(step);
    box->setDecimals(decimals);
    box->setSuffix(suffix);
    box->setKeyboardTracking(false);
    return box;
}

QSpinBox* whole(int least, int most, const QString& suffix, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setRange(least, most);
    box->setSuffix(suffix);
    box->setKeyboardTracking(false);
    return box;
}

QHBoxLayout* inLine(QWidget* first, QWidget* second) {
    auto* line = new QHBoxLayout;
    line->addWidget(first, 1);
    line->addWidget(second, 1);
    return line;
}

}  // namespace

FigureForm::FigureForm(QWidget* parent)
    : QWidget(parent)
    , kind_(new QComboBox(this))
    , width_(new QComboBox(this))
    , millimetres_(number(40.0, 600.0, 0.5, tr(" mm"), this, 3))
    , direction_(new QComboBox(this))
    , colourMap_(new QComboBox(this))
    , colourBar_(new QCheckBox(tr("Colour &bar"), this))
    , opacity_(number(0.0, 1.0, 0.1, {}, this))
    , shared_(new QCheckBox(tr("All maps on one &scale"), this))
    , crop_(whole(0, 1 << 16, tr(" px"), this))
    , surroundings_(number(1.0, 32.0, 0.5, tr(" × the patch"), this))
    , inset_(new QCheckBox(tr("Patch en&larged in a corner"), this))
    , boxColour_(new QPushButton(this))
    , boxWidth_(number(0.1, 10.0, 0.25, tr(" pt"), this))
    , labels_(new QCheckBox(tr("&Names and labels"), this))
    , letters_(new QCheckBox(tr("Letters (&a), (b), …"), this))
    , decimals_(whole(0, 6, {}, this))
    , decimalMark_(new QComboBox(this))
    , font_(new QFontComboBox(this))
    , fontSize_(number(6.0, 24.0, 0.5, tr(" pt"), this))
    , smallFontSize_(number(6.0, 24.0, 0.5, tr(" pt"), this))
    , lineWidth_(number(0.1, 10.0, 0.25, tr(" pt"), this))
    , gradients_(new QCheckBox(tr("&Gradients along the path"), this)) {
    makeFields();
    arrange();
    setFigureLayout(layout_);
}

void FigureForm::makeFields() {
    kind_->addItem(tr("Networks side by side (fig. 1, 5)"), static_cast<int>(FigureKind::Networks));
    kind_->addItem(tr("Maps by DI (fig. 4)"), static_cast<int>(FigureKind::Maps));
    kind_->addItem(tr("Areas of interest (fig. 6)"), static_cast<int>(FigureKind::Interest));
    kind_->addItem(tr("Baselines and paths (fig. 3)"), static_cast<int>(FigureKind::Paths));
    for (const auto& width : figureWidths) {
        width_->addItem(textOf(width.name), width.millimetres);
    }
    width_->addItem(tr("other"));
    for (std::size_t i = 0; i < figureCells.size(); ++i) {
        cells_.at(i) = new QCheckBox(QObject::tr(figureCells.at(i).choice), this);
        connect(cells_.at(i), &QCheckBox::toggled, this, &FigureForm::readFields);
    }
    direction_->addItem(tr("a column a network"));
    direction_->addItem(tr("a row a network"));
    for (const auto& name : colourMapNames()) {
        colourMap_->addItem(QString::fromStdString(name));
    }
    crop_->setSpecialValueText(tr("all"));
    crop_->setToolTip(tr("Side of the part of the LR image that is shown, around the patch"));
    surroundings_->setToolTip(tr("Side of what the picture of the patch shows, in sides of the patch"));
    decimalMark_->addItems({QStringLiteral("."), QStringLiteral(",")});
    boxColour_->setToolTip(tr("Colour of the box around the patch"));
    // Two fields in one line have one label, or none.
    const std::array<std::pair<QWidget*, QString>, 9> names{{{width_, tr("Width")},
                                                             {millimetres_, tr("Width in millimetres")},
                                                             {boxColour_, tr("Colour of the box")},
                                                             {boxWidth_, tr("Line width of the box")},
                                                             {font_, tr("Typeface")},
                                                             {fontSize_, tr("Size of labels")},
                                                             {smallFontSize_, tr("Size of numbers")},
                                                             {decimals_, tr("Decimals")},
                                                             {decimalMark_, tr("Decimal mark")}}};
    for (const auto& [field, name] : names) {
        field->setAccessibleName(name);
    }
    font_->lineEdit()->setAccessibleName(tr("Typeface"));

    connect(kind_, &QComboBox::activated, this, &FigureForm::chooseKind);
    connect(width_, &QComboBox::activated, this, [this] {
        if (const auto millimetres = width_->currentData(); millimetres.isValid()) {
            millimetres_->setValue(millimetres.toDouble());
        }
    });
    connect(boxColour_, &QPushButton::clicked, this, &FigureForm::chooseColour);
    for (auto* box : {direction_, colourMap_, decimalMark_}) {
        connect(box, &QComboBox::currentIndexChanged, this, &FigureForm::readFields);
    }
    for (auto* box : {colourBar_, shared_, inset_, labels_, letters_, gradients_}) {
        connect(box, &QCheckBox::toggled, this, &FigureForm::readFields);
    }
    for (auto* box : {millimetres_, opacity_, surroundings_, boxWidth_, fontSize_, smallFontSize_, lineWidth_}) {
        connect(box, &QDoubleSpinBox::valueChanged, this, &FigureForm::readFields);
    }
    for (auto* box : {crop_, decimals_}) {
        connect(box, &QSpinBox::valueChanged, this, &FigureForm::readFields);
    }
    connect(font_, &QFontComboBox::currentFontChanged, this, &FigureForm::readFields);
}

void FigureForm::arrange() {
    auto* page = new QFormLayout;
    page->addRow(tr("&Layout"), kind_);
    page->addRow(tr("Width"), inLine(width_, millimetres_));
    page->addRow(tr("&Direction"), direction_);
    auto* pictures = new QGroupBox(tr("Pictures of a network"), this);
    auto* pictureForm = new QFormLayout(pictures);
    pictureForm->addRow(inLine(cells_[0], cells_[1]));
    pictureForm->addRow(inLine(cells_[2], cells_[3]));
    pictureForm->addRow(tr("Part shown"), crop_);
    pictureForm->addRow(tr("Patch picture"), surroundings_);
    pictureForm->addRow(tr("Box"), inLine(boxColour_, boxWidth_));
    pictureForm->addRow(inset_);
    auto* maps = new QGroupBox(tr("Maps"), this);
    auto* mapForm = new QFormLayout(maps);
    mapForm->addRow(tr("&Colours"), colourMap_);
    mapForm->addRow(tr("O&pacity over SR"), opacity_);
    mapForm->addRow(colourBar_);
    mapForm->addRow(shared_);
    mapForm->addRow(gradients_);
    auto* text = new QGroupBox(tr("Text and lines"), this);
    auto* textForm = new QFormLayout(text);
    textForm->addRow(labels_);
    textForm->addRow(letters_);
    textForm->addRow(tr("&Typeface"), font_);
    textForm->addRow(tr("Labels, numbers"), inLine(fontSize_, smallFontSize_));
    textForm->addRow(tr("Decimals, mark"), inLine(decimals_, decimalMark_));
    textForm->addRow(tr("L&ines"), lineWidth_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(page);
    column->addWidget(pictures);
    column->addWidget(maps);
    column->addWidget(text);
    column->addStretch(1);
    font_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void FigureForm::setFigureLayout(const FigureLayout& layout) {
    layout_ = layout;
    filling_ = true;
    kind_->setCurrentIndex(kind_->findData(static_cast<int>(layout.kind)));
    millimetres_->setValue(layout.widthMm);
    for (std::size_t i = 0; i < figureCells.size(); ++i) {
        cells_.at(i)->setChecked(std::ranges::find(layout.cells, figureCells.at(i).cell) != layout.cells.end());
    }
    direction_->setCurrentIndex(layout.networksDown ? 1 : 0);
    colourMap_->setCurrentText(QString::fromStdString(layout.colourMap));
    colourBar_->setChecked(layout.colourBar);
    opacity_->setValue(layout.opacity);
    shared_->setChecked(layout.normalisation == Normalisation::Shared);
    crop_->setValue(layout.crop);
    surroundings_->setValue(layout.surroundings);
    inset_->setChecked(layout.inset);
    chosenColour_ = QColor(QString::fromStdString(layout.boxColour));
    boxWidth_->setValue(layout.boxWidth);
    labels_->setChecked(layout.labels);
    letters_->setChecked(layout.letters);
    decimals_->setValue(layout.decimals);
    decimalMark_->setCurrentText(QString::fromStdString(layout.decimalMark));
    font_->setCurrentFont(QFont(QString::fromStdString(layout.font)));
    fontSize_->setValue(layout.fontSize);
    smallFontSize_->setValue(layout.smallFontSize);
    lineWidth_->setValue(layout.lineWidth);
    gradients_->setChecked(layout.gradients);
    filling_ = false;
    enableWhatCounts();
}

void FigureForm::readFields() {
    if (filling_) {
        return;
    }
    layout_.widthMm = millimetres_->value();
    // The order of those that stay is the layout's own.
    for (std::size_t i = 0; i < figureCells.size(); ++i) {
        const auto found = std::ranges::find(layout_.cells, figureCells.at(i).cell);
        if (cells_.at(i)->isChecked() && found == layout_.cells.end()) {
            layout_.cells.push_back(figureCells.at(i).cell);
            std::ranges::sort(layout_.cells);
        } else if (!cells_.at(i)->isChecked() && found != layout_.cells.end()) {
            layout_.cells.erase(found);
        }
    }
    layout_.networksDown = direction_->currentIndex() == 1;
    layout_.colourMap = colourMap_->currentText().toStdString();
    layout_.colourBar = colourBar_->isChecked();
    layout_.opacity = opacity_->value();
    layout_.normalisation = shared_->isChecked() ? Normalisation::Shared : Normalisation::Own;
    layout_.crop = crop_->value();
    layout_.surroundings = surroundings_->value();
    layout_.inset = inset_->isChecked();
    layout_.boxColour = chosenColour_.name().toStdString();
    layout_.boxWidth = boxWidth_->value();
    layout_.labels = labels_->isChecked();
    layout_.letters = letters_->isChecked();
    layout_.decimals = decimals_->value();
    layout_.decimalMark = decimalMark_->currentText().toStdString();
    layout_.font = font_->currentFont().family().toStdString();
    layout_.fontSize = fontSize_->value();
    layout_.smallFontSize = smallFontSize_->value();
    layout_.lineWidth = lineWidth_->value();
    layout_.gradients = gradients_->isChecked();
    enableWhatCounts();
    emit changed(layout_);
}

void FigureForm::chooseKind() {
    const auto kind = static_cast<FigureKind>(kind_->currentData().toInt());
    if (kind == layout_.kind) {
        return;
    }
    // What the paper shows in a figure comes with it; how things look stays.
    auto layout = layout_;
    layout.kind = kind;
    layout.cells = defaultLayout(kind).cells;
    setFigureLayout(layout);
    emit changed(layout_);
}

void FigureForm::chooseColour() {
    auto* dialog = new QColorDialog(chosenColour_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QColorDialog::colorSelected, this, [this](const QColor& colour) {
        chosenColour_ = colour;
        readFields();
    });
    dialog->open();
}

void FigureForm::showColour() {
    constexpr QSize size(24, 12);
    QPixmap sample(size);
    sample.fill(chosenColour_);
    boxColour_->setIcon(sample);
    boxColour_->setText(chosenColour_.name());
}

void FigureForm::enableWhatCounts() {
    const bool networks = layout_.kind == FigureKind::Networks;
    const bool maps = layout_.kind == FigureKind::Maps;
    direction_->setEnabled(networks);
    for (std::size_t i = 0; i < figureCells.size(); ++i) {
        // One picture at least: the last one cannot be taken away.
        const bool only = layout_.cells.size() == 1 && layout_.cells.front() == figureCells.at(i).cell;
        cells_.at(i)->setEnabled((networks || maps) && !only);
    }
    surroundings_->setEnabled(networks || maps);
    opacity_->setEnabled(networks || maps);
    inset_->setEnabled(networks || layout_.kind == FigureKind::Paths);
    colourBar_->setEnabled(layout_.kind != FigureKind::Interest);
    shared_->setEnabled(layout_.kind != FigureKind::Interest);
    gradients_->setEnabled(layout_.kind == FigureKind::Paths);
    decimals_->setEnabled(layout_.kind != FigureKind::Interest);
    const auto* const width = std::ranges::find_if(figureWidths, [this](const auto& known) {
        constexpr double tolerance = 0.001;
        return std::abs(known.millimetres - layout_.widthMm) < tolerance;
    });
    width_->setCurrentIndex(static_cast<int>(width - figureWidths.begin()));
    showColour();
}

}  // namespace lamscope::ui
