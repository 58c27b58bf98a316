// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/network_panel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QItemSelectionModel>
#include <QListView>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "panels/card_view.h"
#include "panels/muted_label.h"
#include "panels/network_delegate.h"
#include "panels/network_list_model.h"

namespace lamscope::ui {

namespace {

/// As high as its cards, so that the card of the selected one follows directly; scrolls where there is less room.
class NetworkList final : public QListView {
public:
    using QListView::QListView;

    [[nodiscard]] QSize sizeHint() const override { return {250, heightOf(model()->rowCount())}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, heightOf(std::min(model()->rowCount(), 3))}; }

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
    , stack_(new QStackedWidget)
    , sort_(new QPushButton(tr("Sort by DI"))) {
    makeList();
    makeActions();

    auto* title = new MutedLabel(tr("Networks"));
    title->setHeading();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(title);
    layout->addWidget(makeListArea(), 3);
    layout->addWidget(card_, 2);

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
    list_->setItemDelegate(new NetworkDelegate(list_));
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

QWidget* NetworkPanel::makeListArea() {
    auto* empty = new MutedLabel(tr("Add a network: drop a .pth, .pt, .safetensors or TorchScript file here"));
    empty->setWordWrap(true);
    empty->setAlignment(Qt::AlignCenter);
    empty->setMargin(12);
    empty->setMinimumHeight(96);
    stack_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    stack_->addWidget(empty);
    stack_->addWidget(list_);

    auto* add = new QPushButton(tr("Add network…"));
    connect(add, &QPushButton::clicked, this, &NetworkPanel::addRequested);
    sort_->setToolTip(tr("Largest diffusion index first; networks without one go last"));
    connect(sort_, &QPushButton::clicked, &session_, &Session::sortByDiffusionIndex);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(add);
    buttons->addWidget(sort_);

    auto* area = new QWidget;
    area->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(stack_);
    layout->addLayout(buttons);
    return area;
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
    showAlone_ = addAction(tr("Show alone"), {}, &NetworkPanel::showAlone);
    makeReference_ = addAction(tr("Set as reference"), {}, &NetworkPanel::makeReference);
    moveUp_ = addAction(tr("Move up"), Qt::ALT | Qt::Key_Up, &NetworkPanel::moveUp);
    moveDown_ = addAction(tr("Move down"), Qt::ALT | Qt::Key_Down, &NetworkPanel::moveDown);
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
    stack_->setCurrentIndex(session_.networks().empty() ? 0 : 1);
    list_->updateGeometry();
    card_->showNetwork(selectedNetwork());
    updateActions();
}

void NetworkPanel::updateActions() {
    const auto* entry = selectedNetwork();
    const int row = model_->rowOf(session_.selected());
    const auto& networks = session_.networks();
    for (auto* action : {showAlone_, remove_}) {
        action->setEnabled(entry != nullptr);
    }
    makeReference_->setEnabled(entry != nullptr && entry->state == NetworkEntry::State::Ready
                               && session_.reference() != entry->id);
    moveUp_->setEnabled(row > 0);
    moveDown_->setEnabled(row >= 0 && row + 1 < model_->rowCount());
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

void NetworkPanel::copyPath() {
    if (const auto* entry = selectedNetwork()) {
        QApplication::clipboard()->setText(QString::fromStdString(entry->spec.file.string()));
    }
}

}  // namespace lamscope::ui
