// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/compact_tool_bar.h"

#include <QAction>
#include <QEvent>
#include <QLabel>
#include <QLayout>
#include <QTabBar>
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
    if (keep == CompactToolBar::Keep::Tabs) {
        auto& tabs = dynamic_cast<QTabBar&>(widget);
        for (int tab = 0; tab < tabs.count(); ++tab) {
            tabs.setTabText(tab, isShort ? QString() : tabs.accessibleTabName(tab));
        }
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

QAction* CompactToolBar::addMark() {
    auto* mark = addSeparator();
    mark->setVisible(false);
    return mark;
}

void CompactToolBar::beginSection(const QString& name, QAction* mark) {
    section_ = name;
    mark_ = mark;
}

void CompactToolBar::endSection() {
    section_.clear();
    mark_ = nullptr;
}

void CompactToolBar::showSection(const QString& name, bool shown) {
    for (auto& member : members_) {
        if (member.section == name) {
            member.sectionShown = shown;
            member.action->setVisible(member.shown && shown);
        }
    }
}

void CompactToolBar::setShown(QAction* place, bool shown) {
    const auto member = std::ranges::find(members_, place, &Member::action);
    if (member != members_.end()) {
        member->shown = shown;
        shown = shown && member->sectionShown;
    }
    place->setVisible(shown);
}

/// @param isOwn  it shows and hides with its section; an action of a menu does so with the menu.
void CompactToolBar::addPlace(QAction* action, bool isOwn) {
    if (isOwn && !section_.isEmpty()) {
        members_.push_back({action, section_});
    }
    const auto all = actions();
    if (mark_ == nullptr || mark_ == all.back()) {
        return;
    }
    // It is newer than what follows it, but the Tab key comes to it before.
    for (auto place = all.indexOf(action) - 1; place >= 0; --place) {
        auto* before = widgetForAction(all[place]);
        if (before != nullptr && before->focusPolicy() != Qt::NoFocus) {
            setTabOrder(before, widgetForAction(action));
            return;
        }
    }
}

QAction* CompactToolBar::addControl(QWidget* control) {
    auto* action = insertWidget(mark_, control);
    addPlace(action, true);
    return action;
}

void CompactToolBar::addDivider() {
    addPlace(insertSeparator(mark_), true);
}

QAction* CompactToolBar::addCaption(QLabel* caption, Keep keep) {
    auto* action = addControl(caption);
    addPart(action, keep);
    return action;
}

QAction* CompactToolBar::addShrinking(QWidget* control, int leastWidth) {
    auto* action = addControl(control);
    addPart(action, Keep::Width, leastWidth);
    return action;
}

void CompactToolBar::addButton(QToolButton* button) {
    addPart(addControl(button), Keep::Texts);
}

void CompactToolBar::addButton(QAction* action) {
    insertAction(mark_, action);
    addPlace(action, false);
    addPart(action, Keep::Texts);
}

void CompactToolBar::addTabs(QTabBar* tabs) {
    auto* action = addControl(tabs);
    addPart(action, Keep::Tabs);
    addPart(action, Keep::Last);
}

void CompactToolBar::addSpareButton(QAction* action) {
    insertAction(mark_, action);
    addPlace(action, false);
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
    if (part.keep == Keep::Last) {
        part.full = std::ranges::find(parts_, part.action, &Part::action)->least;  // of the icons
        return;
    }
    if (part.keep == Keep::Texts || part.keep == Keep::Tabs) {
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
