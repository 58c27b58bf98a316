// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/compact_tool_bar.h"

#include <QAction>
#include <QEvent>
#include <QLabel>
#include <QLayout>
#include <QToolButton>
#include <algorithm>

namespace lamscope::ui {

namespace {

/// Without its text, or no wider than `least`.
void setShort(QWidget& widget, CompactToolBar::Keep keep, int least, bool isShort) {
    if (keep == CompactToolBar::Keep::Texts) {
        dynamic_cast<QToolButton&>(widget).setToolButtonStyle(isShort ? Qt::ToolButtonIconOnly
                                                                      : Qt::ToolButtonTextBesideIcon);
        return;
    }
    const int most = isShort ? least : QWIDGETSIZE_MAX;
    if (widget.maximumWidth() != most) {
        widget.setMaximumWidth(most);
    }
}

}  // namespace

CompactToolBar::CompactToolBar(const QString& title, QWidget* parent)
    : QToolBar(title, parent) {
    setMovable(false);
    setIconSize({18, 18});
    setToolButtonStyle(Qt::ToolButtonIconOnly);
    layout()->setContentsMargins(2, 2, 2, 2);  // Qt takes the left one for all sides
    layout()->setSpacing(3);
}

QAction* CompactToolBar::addCaption(QLabel* caption, Keep keep) {
    auto* action = addWidget(caption);
    addPart(action, keep);
    return action;
}

QAction* CompactToolBar::addShrinking(QWidget* control, int leastWidth) {
    auto* action = addWidget(control);
    addPart(action, Keep::Width, leastWidth);
    return action;
}

void CompactToolBar::addButton(QToolButton* button) {
    addPart(addWidget(button), Keep::Texts);
}

void CompactToolBar::addButton(QAction* action) {
    addAction(action);
    addPart(action, Keep::Texts);
}

void CompactToolBar::addSpareButton(QAction* action) {
    addAction(action);
    addPart(action, Keep::Longest);
}

void CompactToolBar::addPart(QAction* action, Keep keep, int least) {
    Part part{.action = action, .widget = widgetForAction(action), .keep = keep, .least = least};
    measure(part);
    const auto place = std::ranges::upper_bound(parts_, keep, {}, &Part::keep);
    parts_.insert(place, part);
}

/// Done once for each look: in fit() it would make the layout ask for fit() again.
void CompactToolBar::measure(Part& part) const {
    if (part.keep == Keep::Texts) {
        setShort(*part.widget, part.keep, part.least, true);
        part.least = part.widget->sizeHint().width();
    }
    setShort(*part.widget, part.keep, part.least, false);
    part.full = std::max(part.widget->sizeHint().width(), part.least);
}

int CompactToolBar::fullWidth() const {
    const auto margins = layout()->contentsMargins();
    int all = margins.left() + margins.right();
    for (auto* action : actions()) {
        auto* widget = widgetForAction(action);
        if (action->isVisible() && widget != nullptr) {
            const auto part = std::ranges::find(parts_, action, &Part::action);
            const int needed = part != parts_.end() ? part->full
                                                    : std::clamp(widget->sizeHint().width(), widget->minimumWidth(),
                                                                 widget->maximumWidth());
            all += needed + layout()->spacing();
        }
    }
    return all;
}

void CompactToolBar::fit() {
    int excess = fullWidth() - width();
    for (const auto& part : parts_) {
        if (!part.action->isVisible()) {
            continue;
        }
        const bool isShort = excess > 0;
        setShort(*part.widget, part.keep, part.least, isShort);
        excess -= isShort ? part.full - part.least : 0;
    }
}

bool CompactToolBar::event(QEvent* event) {
    const bool done = QToolBar::event(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        std::ranges::for_each(parts_, [this](Part& part) { measure(part); });
        fit();
    } else if (event->type() == QEvent::LayoutRequest) {
        fit();
    }
    return done;
}

void CompactToolBar::resizeEvent(QResizeEvent* event) {
    QToolBar::resizeEvent(event);
    fit();
}

}  // namespace lamscope::ui
