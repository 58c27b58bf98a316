// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/network_panel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QItemSelectionModel>
#include <QListView>
#include <QPushButton>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "panels/card_view.h"
#include "panels/muted_label.h"
#include "panels/network_delegate.h"
#include "panels/network_list_model.h"

namespace lamscope::ui {

namespace {

/// The setting of networks whose original is random when it is evaluated.
const std::string noiseSeed = "noise_seed";

/// As high as its rows, so that the buttons follow directly; scrolls where there is less room.
class NetworkList final : public QListView {
public:
    using QListView::QListView;

    [[nodiscard]] QSize sizeHint() const override { return {190, heightOf(model()->rowCount())}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {140, heightOf(std::min(model()->rowCount(), 2))}; }

private:
    [[nodiscard]] int heightOf(int rows) const { return rows > 0 ? rows * sizeHintForRow(0) : 0; }
};

}  // namespace

NetworkPanel::NetworkPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , model_(new NetworkListModel(session, this))
    , list_(new NetworkList)
    , card_(new CardView)
    , help_(new MutedLabel(tr("Add a network: drop a .pth, .pt, .pt2, .safetensors or TorchScript file here")))
    , pages_(new QStackedLayout(this))
    , sort_(new QPushButton(tr("Sort by DI"))) {
    makeList();
    makeActions();

    pages_->addWidget(makeListPage());
    pages_->addWidget(makeCardPage());

    // After the model's own connections, so that its rows are those of the session.
    connect(&session_, &Session::networkListChanged, this, &NetworkPanel::followSession);
    connect(&session_, &Session::selectionChanged, this, &NetworkPanel::followSession);
    connect(&session_, &Session::networkChanged, this, [this](int id) {
        if (id == session_.selected()) {
            card_->showNetwork(selectedNetwork());
        }
        updateActions();
    });
    followSession();
}

void NetworkPanel::makeList() {
    list_->setModel(model_);
    auto* delegate = new NetworkDelegate(list_);
    list_->setItemDelegate(delegate);
    connect(delegate, &NetworkDelegate::cardRequested, this, [this](const QModelIndex& index) {
        session_.select(model_->idAt(index.row()));
        openCard();
    });
    list_->setFrameShape(QFrame::NoFrame);
    list_->setMouseTracking(true);
    list_->setUniformItemSizes(true);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setDragDropMode(QAbstractItemView::InternalMove);
    list_->setAccessibleName(tr("Networks"));
    list_->viewport()->setAutoFillBackground(false);
    connect(list_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (!model_->isSyncing() && current.isValid()) {
            session_.select(model_->idAt(current.row()));
        }
    });
}

QWidget* NetworkPanel::makeListPage() {
    help_->setWordWrap(true);
    help_->setAlignment(Qt::AlignCenter);
    help_->setMargin(12);
    help_->setMinimumHeight(96);
    list_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);

    auto* add = new QPushButton(tr("Add…"));
    add->setToolTip(tr("Add networks"));
    add->setAccessibleName(tr("Add networks"));
    connect(add, &QPushButton::clicked, this, &NetworkPanel::addRequested);
    sort_->setToolTip(tr("Largest diffusion index first; networks without one go last"));
    connect(sort_, &QPushButton::clicked, &session_, &Session::sortByDiffusionIndex);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    buttons->addWidget(add);
    buttons->addWidget(sort_);

    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(6, 2, 6, 6);
    layout->setSpacing(4);
    layout->addWidget(help_);
    layout->addWidget(list_, 1000);
    layout->addLayout(buttons);
    layout->addStretch(1);
    return page;
}

QWidget* NetworkPanel::makeCardPage() {
    auto* back = new QToolButton;
    back->setText(tr("Back"));
    back->setArrowType(Qt::LeftArrow);
    back->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    back->setAutoRaise(true);
    back->setToolTip(tr("Back to the list of networks (Esc)"));
    connect(back, &QToolButton::clicked, this, &NetworkPanel::closeCard);
    connect(card_, &CardView::closeRequested, this, &NetworkPanel::closeCard);
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(6, 0, 2, 6);
    layout->setSpacing(2);
    layout->addWidget(back, 0, Qt::AlignLeft);
    layout->addWidget(card_, 1);
    return page;
}

bool NetworkPanel::isCardOpen() const {
    return pages_->currentIndex() == 1;
}

void NetworkPanel::openCard() {
    if (!isCardOpen()) {
        focusBefore_ = QApplication::focusWidget();
        pages_->setCurrentIndex(1);
    }
    card_->setFocus();
}

void NetworkPanel::closeCard() {
    if (!isCardOpen()) {
        return;
    }
    const auto* focus = QApplication::focusWidget();
    const bool hadFocus = focus == nullptr || isAncestorOf(focus);
    pages_->setCurrentIndex(0);
    if (hadFocus) {
        (focusBefore_ != nullptr && focusBefore_->isVisible() ? focusBefore_.data() : list_)->setFocus();
    }
}

QAction* NetworkPanel::addAction(const QString& text, const QKeySequence& key, void (NetworkPanel::*slot)()) {
    auto* action = new QAction(text, list_);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, slot);
    list_->addAction(action);
    return action;
}

void NetworkPanel::makeActions() {
    list_->setContextMenuPolicy(Qt::ActionsContextMenu);
    showCard_ = addAction(tr("Show card"), Qt::Key_Return, &NetworkPanel::openCard);
    showAlone_ = addAction(tr("Show alone"), {}, &NetworkPanel::showAlone);
    makeReference_ = addAction(tr("Set as reference"), {}, &NetworkPanel::makeReference);
    moveUp_ = addAction(tr("Move up"), Qt::ALT | Qt::Key_Up, &NetworkPanel::moveUp);
    moveDown_ = addAction(tr("Move down"), Qt::ALT | Qt::Key_Down, &NetworkPanel::moveDown);
    addSeeds_ = addAction(tr("Add with noise of seeds 1 to 5"), {}, &NetworkPanel::addSeeds);
    copyPath_ = addAction(tr("Copy path"), {}, &NetworkPanel::copyPath);
    remove_ = addAction(tr("Remove"), QKeySequence::Delete, &NetworkPanel::removeSelected);
}

const NetworkEntry* NetworkPanel::selectedNetwork() const {
    return session_.network(session_.selected());
}

void NetworkPanel::followSession() {
    const int row = model_->rowOf(session_.selected());
    if (list_->currentIndex().row() != row) {
        const auto index = row < 0 ? QModelIndex() : model_->index(row);
        list_->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
    }
    help_->setVisible(session_.networks().empty());
    list_->setVisible(!session_.networks().empty());
    if (session_.networks().empty()) {
        closeCard();
    }
    list_->updateGeometry();
    card_->showNetwork(selectedNetwork());
    updateActions();
}

void NetworkPanel::updateActions() {
    const auto* entry = selectedNetwork();
    const int row = model_->rowOf(session_.selected());
    const auto& networks = session_.networks();
    for (auto* action : {showCard_, showAlone_, remove_}) {
        action->setEnabled(entry != nullptr);
    }
    makeReference_->setEnabled(entry != nullptr && entry->state == NetworkEntry::State::Ready
                               && session_.reference() != entry->id);
    moveUp_->setEnabled(row > 0);
    moveDown_->setEnabled(row >= 0 && row + 1 < model_->rowCount());
    addSeeds_->setVisible(entry != nullptr && entry->state == NetworkEntry::State::Ready
                          && !entry->card.randomness.empty() && !entry->spec.settings.assumptions.contains(noiseSeed));
    copyPath_->setEnabled(entry != nullptr && !entry->spec.isAnalytic());
    const auto withIndex = std::ranges::count_if(networks, [](const NetworkEntry& network) {
        return network.currentResult() != nullptr && network.currentResult()->diffusionIndex;
    });
    sort_->setEnabled(withIndex > 1);
}

void NetworkPanel::showAlone() {
    const auto alone = session_.selected();
    std::vector<NetworkId> ids;
    for (const auto& entry : session_.networks()) {
        ids.push_back(entry.id);
    }
    session_.undoStack().beginMacro(tr("Show alone"));
    for (const auto id : ids) {
        session_.setShown(id, id == alone);
    }
    session_.undoStack().endMacro();
}

void NetworkPanel::makeReference() {
    session_.setReference(session_.selected());
}

void NetworkPanel::moveUp() {
    moveSelected(-1);
}

void NetworkPanel::moveDown() {
    moveSelected(1);
}

void NetworkPanel::moveSelected(int rows) {
    session_.moveNetwork(session_.selected(), model_->rowOf(session_.selected()) + rows);
}

void NetworkPanel::removeSelected() {
    session_.removeNetwork(session_.selected());
}

void NetworkPanel::addSeeds() {
    constexpr int seeds = 5;
    const auto* entry = selectedNetwork();
    if (entry == nullptr) {
        return;
    }
    auto spec = entry->spec;
    const auto name = entry->card.name;
    for (int seed = 1; seed <= seeds; ++seed) {
        spec.settings.assumptions[noiseSeed] = {static_cast<double>(seed)};
        spec.settings.name = fmt::format("{}, seed {}", name, seed);
        session_.addNetwork(spec);
    }
}

void NetworkPanel::copyPath() {
    if (const auto* entry = selectedNetwork()) {
        QApplication::clipboard()->setText(QString::fromStdString(entry->spec.file.string()));
    }
}

}  // namespace lamscope::ui
