// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/view_grid.h"

#include <QCursor>
#include <QKeyEvent>
#include <QLayout>
#include <QWindow>
#include <algorithm>
#include <optional>

#include "view/box_editing.h"
#include "view/pane_arrangement.h"
#include "view/pane_layer.h"

namespace lamscope::ui {

namespace {

constexpr int paneGap = 4;

QPoint arrowStep(int key) {
    switch (key) {
        case Qt::Key_Left:
            return {-1, 0};
        case Qt::Key_Right:
            return {1, 0};
        case Qt::Key_Up:
            return {0, -1};
        case Qt::Key_Down:
            return {0, 1};
        default:
            return {};
    }
}

}  // namespace

ViewGrid::ViewGrid(Session& session, QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , sharedBar_(new ColourBar(this)) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Views"));
    connect(&session_, &Session::imageChanged, this, &ViewGrid::updateScene);
    connect(&session_, &Session::boxChanged, this, &ViewGrid::updateScene);
    connect(&session_, &Session::networkChanged, this, &ViewGrid::updateScene);  // which can bring another scale
    connect(&session_, &Session::networkListChanged, this, &ViewGrid::updatePanes);
    connect(&session_, &Session::networkListChanged, this, &ViewGrid::updateSharedScale);
    connect(&session_, &Session::networkChanged, this, &ViewGrid::updateSharedScale);
    connect(&session_, &Session::viewChanged, this, &ViewGrid::updateSharedScale);
    connect(&session_, &Session::viewChanged, this, &ViewGrid::arrange);
    connect(&pictures_, &DerivedPictures::failed, this,
            [this](const QString& reason) { session_.reportTrouble(tr("A picture cannot be drawn: %1").arg(reason)); });
    updateScene();
    updatePanes();
    updateSharedScale();
}

/// Panes use the transform and the pictures, which are members and would go first.
ViewGrid::~ViewGrid() {
    for (const auto& [id, pane] : panes_) {
        delete pane;
    }
}

ImagePane* ViewGrid::addPane(NetworkId id) {
    auto* pane = new ImagePane(session_, transform_, pictures_, id, this);
    connect(pane, &ImagePane::hovered, this, &ViewGrid::hovered);
    connect(pane, &ImagePane::left, this, &ViewGrid::left);
    connect(pane, &ImagePane::degradationRequested, this, &ViewGrid::degradationRequested);
    connect(pane, &ImagePane::scaleChanged, this, &ViewGrid::updateSharedBar);
    connect(pane, &ImagePane::headerDoubleClicked, this, [this, id] {
        if (maximised_ != Maximised::None) {
            setMaximised(Maximised::None);
        } else if (id == ImagePane::input) {
            setMaximised(Maximised::Input);
        } else {
            setMaximised(Maximised::Network, id);
        }
    });
    return pane;
}

void ViewGrid::updatePanes() {
    std::vector<NetworkId> wanted{ImagePane::input};
    for (const auto& entry : session_.networks()) {
        if (entry.shown) {
            wanted.push_back(entry.id);
        }
    }
    std::erase_if(panes_, [&](const auto& each) {
        const bool gone = std::find(wanted.begin(), wanted.end(), each.first) == wanted.end();
        if (gone) {
            each.second->hide();
            each.second->deleteLater();  // it may be what called
        }
        return gone;
    });
    order_.clear();
    for (const auto id : wanted) {
        auto& pane = panes_[id];
        if (pane == nullptr) {
            pane = addPane(id);
        }
        order_.push_back(pane);
    }
    if (maximised_ == Maximised::Network && !panes_.contains(maximisedNetwork_)) {
        setMaximised(Maximised::None);
    } else {
        arrange();
    }
}

void ViewGrid::updateScene() {
    transform_.setSceneSize(QSizeF(session_.gridWidth(), session_.gridHeight()));
    if (session_.hasImage() && image_.lock() != session_.image().pixels) {
        image_ = session_.image().pixels;
        arrange();
    }
    follower_.follow();
}

void ViewGrid::updateSharedScale() {
    const auto shared = sharedRange(session_);
    for (auto* pane : order_) {
        pane->setSharedRange(shared);
    }
}

bool ViewGrid::sharesBar() const {
    const auto& view = session_.view();
    // Areas of interest need a key in the input's pane.
    return view.normalisation == Normalisation::Shared && paneLayer(view.layer).sharesBar() && !view.areasOfInterest;
}

/// Every network's bar is the same then; one whose map is not there yet is blank.
void ViewGrid::updateSharedBar() {
    const ImagePane* shown = nullptr;
    for (const auto* pane : order_) {
        if (pane->id() != ImagePane::input && (shown == nullptr || shown->bar().colours() == nullptr)) {
            shown = pane;
        }
    }
    if (shown != nullptr) {
        sharedBar_->copy(shown->bar());
    }
}

void ViewGrid::setMaximised(Maximised what, NetworkId id) {
    if (what == Maximised::Network && !panes_.contains(id)) {
        what = Maximised::None;
    }
    maximised_ = what;
    maximisedNetwork_ = what == Maximised::Network ? id : 0;
    arrange();
    emit maximisedChanged();
}

void ViewGrid::peek(NetworkId id) {
    endPeek();
    const auto inView = panes();
    const auto find = [&](auto is) {
        const auto found = std::find_if(inView.begin(), inView.end(), is);
        return found == inView.end() ? nullptr : *found;
    };
    peeking_ = find([](const ImagePane* pane) { return pane->rect().contains(pane->mapFromGlobal(QCursor::pos())); });
    if (peeking_ == nullptr) {
        peeking_ = find([this](const ImagePane* pane) { return pane->id() == session_.selected(); });
    }
    if (peeking_ == nullptr) {
        peeking_ = inView.front();
    }
    peeking_->showInstead(id);
}

void ViewGrid::endPeek() {
    if (peeking_ != nullptr) {
        peeking_->showInstead(std::nullopt);
        peeking_.clear();
    }
}

std::vector<ImagePane*> ViewGrid::panes() const {
    if (maximised_ == Maximised::None) {
        return order_;
    }
    return {panes_.at(maximised_ == Maximised::Input ? ImagePane::input : maximisedNetwork_)};
}

void ViewGrid::arrange() {
    const auto inView = panes();
    for (auto* pane : order_) {
        pane->setVisible(std::find(inView.begin(), inView.end(), pane) != inView.end());
        pane->view().setHasOverview(pane == inView.front());
    }
    const int count = static_cast<int>(inView.size());
    if (count == 0) {
        return;
    }
    const QSizeF scene = session_.hasImage() ? QSizeF(session_.gridWidth(), session_.gridHeight()) : QSizeF(1.0, 1.0);
    const PanesToArrange panes{.count = count,
                               .scene = scene,
                               .frame = inView.back()->frameSize(),
                               .bar = {sharedBar_->thickness(Qt::Vertical), sharedBar_->thickness(Qt::Horizontal)},
                               .sharesBar = sharesBar(),
                               .gap = paneGap};
    const auto best = arrangePanes(panes, size());
    for (int i = 0; i < count; ++i) {
        const QPoint corner(i % best.columns * (best.pane.width() + paneGap),
                            i / best.columns * (best.pane.height() + paneGap));
        auto* pane = inView[static_cast<std::size_t>(i)];
        pane->setBarPlace(panes.sharesBar ? std::nullopt : std::optional(best.bar));
        pane->setGeometry(QRect(corner, best.pane));
        pane->layout()->activate();  // images lie where this says before anything else asks
    }
    sharedBar_->setVisible(panes.sharesBar);
    sharedBar_->setOrientation(best.bar);
    const QSize thickness = sharedBar_->sizeHint();
    sharedBar_->setGeometry(best.bar == Qt::Vertical
                                ? QRect(width() - thickness.width(), 0, thickness.width(), height())
                                : QRect(0, height() - thickness.height(), width(), thickness.height()));
    transform_.setViewport(QSizeF(best.image) * devicePixelRatioF());
}

QSize ViewGrid::minimumSizeHint() const {
    return {240, 200};
}

void ViewGrid::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    // Another screen can have another number of device pixels.
    connect(window()->windowHandle(), &QWindow::screenChanged, this, &ViewGrid::arrange, Qt::UniqueConnection);
    arrange();
}

void ViewGrid::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void ViewGrid::keyPressEvent(QKeyEvent* event) {
    const auto step = arrowStep(event->key());
    const auto others = event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier);
    if (step.isNull() || others != Qt::NoModifier || !session_.hasImage()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const auto box = session_.box();
    const int factor = event->modifiers().testFlag(Qt::ShiftModifier) ? box.size : 1;
    session_.setBox(movedBox(box, step * factor), true);
    follower_.followDrag();
}

/// A key that is held down makes one step of the undo history.
void ViewGrid::keyReleaseEvent(QKeyEvent* event) {
    if (arrowStep(event->key()).isNull()) {
        QWidget::keyReleaseEvent(event);
    } else if (!event->isAutoRepeat()) {
        session_.endDrag();
    }
}

void ViewGrid::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    session_.endDrag();
}

}  // namespace lamscope::ui
