// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/start_page.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

#include "dialogs/drop_zone.h"
#include "dialogs/icons.h"
#include "dialogs/start_card.h"

namespace lamscope::ui {

namespace {

constexpr int pageWidth = 960;
constexpr int cardsInRow = 4;
constexpr int mostRecent = 10;

QLabel* sectionTitle(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    auto font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

QLayout* heading(QWidget* parent) {
    auto* picture = new QLabel(parent);
    picture->setPixmap(applicationIcon().pixmap(QSize(64, 64), parent->devicePixelRatioF()));
    picture->setAccessibleName(StartPage::tr("Icon"));
    auto* name = new QLabel(QStringLiteral("Lamscope"), parent);
    auto font = name->font();
    font.setPointSizeF(font.pointSizeF() * 2.2);
    font.setBold(true);
    name->setFont(font);
    auto* what =
        new QLabel(StartPage::tr("Point at a patch of a super-resolved image and see, network by network, which "
                                 "input pixels were used to restore it."),
                   parent);
    what->setWordWrap(true);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(name);
    texts->addWidget(what);
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    row->addWidget(picture, 0, Qt::AlignVCenter);
    row->addLayout(texts, 1);
    return row;
}

void removeAll(QLayout* layout) {
    while (auto* item = layout->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

}  // namespace

StartPage::StartPage(QWidget* parent)
    : QWidget(parent)
    , samplesTitle_(sectionTitle(tr("Start with a sample"), this))
    , samplesArea_(new QWidget(this))
    , samples_(new QGridLayout(samplesArea_))
    , recentArea_(new QWidget(this))
    , recent_(new QVBoxLayout)
    , dropZone_(new DropZone(this)) {
    setAcceptDrops(true);
    connect(dropZone_, &DropZone::openImageRequested, this, &StartPage::openImageRequested);
    connect(dropZone_, &DropZone::addNetworkRequested, this, &StartPage::addNetworkRequested);

    samples_->setContentsMargins(0, 0, 0, 0);
    samples_->setSpacing(12);
    for (int column = 0; column < cardsInRow; ++column) {
        samples_->setColumnStretch(column, 1);  // a single card is no wider than the first of four
    }
    recent_->setSpacing(0);
    auto* recentColumn = new QVBoxLayout(recentArea_);
    recentColumn->setContentsMargins(0, 0, 0, 0);
    auto* recentTitle = sectionTitle(tr("Recent files"), recentArea_);
    recentTitle->setContentsMargins(10, 0, 0, 4);
    recentColumn->addWidget(recentTitle);
    recentColumn->addLayout(recent_);
    recentColumn->addStretch(1);

    auto* own = new QHBoxLayout;
    own->setSpacing(24);
    own->addWidget(dropZone_, 1);
    own->addWidget(recentArea_, 1);

    auto* page = new QWidget;
    page->setMaximumWidth(pageWidth);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(28, 28, 28, 28);
    column->setSpacing(12);
    column->addStretch(1);
    column->addLayout(heading(this));
    column->addSpacing(14);
    column->addWidget(samplesTitle_);
    column->addWidget(samplesArea_);
    column->addSpacing(14);
    column->addLayout(own);
    column->addStretch(2);

    auto* sheet = new QWidget;
    auto* centred = new QHBoxLayout(sheet);
    centred->setContentsMargins(0, 0, 0, 0);
    centred->addStretch(1);
    centred->addWidget(page, 1000);
    centred->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(sheet);
    scroll->setAccessibleName(tr("Start page"));
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(scroll);

    setSamples({});
    setRecentFiles({});
}

void StartPage::setSamples(const std::vector<Sample>& samples) {
    removeAll(samples_);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const int index = static_cast<int>(i);
        auto* card = new SampleCard(samples[i].title, samples[i].description, samples[i].thumbnail, samplesArea_);
        connect(card, &SampleCard::clicked, this, [this, index] { emit sampleChosen(index); });
        samples_->addWidget(card, index / cardsInRow, index % cardsInRow);
    }
    samplesTitle_->setVisible(!samples.empty());
    samplesArea_->setVisible(!samples.empty());
}

void StartPage::setRecentFiles(const QStringList& files) {
    removeAll(recent_);
    for (const auto& file : files.mid(0, mostRecent)) {
        auto* button = new RecentFileButton(file, recentArea_);
        connect(button, &RecentFileButton::clicked, this, [this, file] { emit fileChosen(file); });
        recent_->addWidget(button);
    }
    recentArea_->setVisible(!files.isEmpty());
}

void StartPage::dragEnterEvent(QDragEnterEvent* event) {
    if (!localFiles(*event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
        dropZone_->setInviting(true);
    }
}

void StartPage::dragLeaveEvent(QDragLeaveEvent* /*event*/) {
    dropZone_->setInviting(false);
}

void StartPage::dropEvent(QDropEvent* event) {
    dropZone_->setInviting(false);
    event->acceptProposedAction();
    for (const auto& file : localFiles(*event->mimeData())) {
        emit fileChosen(file);
    }
}

}  // namespace lamscope::ui
