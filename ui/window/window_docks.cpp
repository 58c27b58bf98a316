// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/window_docks.h"

#include <QDockWidget>
#include <QEvent>
#include <QHBoxLayout>
#include <QTabBar>
#include <QToolButton>
#include <algorithm>

#include "dialogs/icons.h"
#include "panels/muted_label.h"

namespace lamscope::ui {

namespace {

/// Raised when docks or toolbars change, so that a layout saved by an older version is not applied to them.
constexpr int layoutVersion = 3;

/// A slim title: the name, by which the dock is dragged, and a button that closes the dock.
class DockTitle final : public QWidget {
public:
    explicit DockTitle(QDockWidget& dock)
        : QWidget(&dock) {
        constexpr int buttonSide = 18;
        auto* name = new MutedLabel(dock.windowTitle());
        name->setHeading();
        auto* close = new QToolButton;
        close->setIcon(icon(QStringLiteral("close")));
        close->setIconSize({12, 12});
        close->setFixedSize(buttonSide, buttonSide);
        close->setAutoRaise(true);
        close->setToolTip(WindowDocks::tr("Close; the View menu brings the panel back"));
        close->setAccessibleName(WindowDocks::tr("Close %1").arg(dock.windowTitle()));
        connect(close, &QToolButton::clicked, &dock, &QWidget::close);
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(8, 2, 4, 0);
        row->addWidget(name, 1);
        row->addWidget(close);
    }
};

}  // namespace

WindowDocks::WindowDocks(QMainWindow& window)
    : QObject(&window)
    , window_(window) {
    // GroupedDragging lets the user drag a single tab out of a group.
    window_.setDockOptions(QMainWindow::AllowNestedDocks | QMainWindow::AllowTabbedDocks
                           | QMainWindow::GroupedDragging);
    window_.setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    window_.setDocumentMode(true);
    // Tables and curves get the whole width.
    window_.setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    window_.setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
    window_.installEventFilter(this);
}

bool WindowDocks::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Show) {
        // Qt makes a row of tabs wherever docks come to lie on each other.
        for (auto* tabs : window_.findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
            tabs->setAccessibleName(tr("Panels"));
        }
    }
    return QObject::eventFilter(watched, event);
}

QDockWidget* WindowDocks::add(const WorkspaceDock& dock) {
    auto* added = add(dock, {}, docks_.size());
    if (const auto all = bottom(); all.size() > 1 && all.contains(added)) {
        stack(all);
    }
    return added;
}

QDockWidget* WindowDocks::add(const WorkspaceDock& given, const QString& workspace, std::size_t place) {
    auto* dock = new QDockWidget(given.title);
    dock->setObjectName(QLatin1String(given.name));
    dock->setWidget(given.content);
    dock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable
                      | QDockWidget::DockWidgetFloatable);
    auto* noTitle = new QWidget(dock);
    noTitle->hide();
    auto* title = new DockTitle(*dock);
    docks_.insert(docks_.begin() + static_cast<std::ptrdiff_t>(place), {dock, title, noTitle, given.area, workspace});
    dock->setTitleBarWidget(title);
    window_.addDockWidget(given.area, dock);
    connect(dock, &QDockWidget::topLevelChanged, this, &WindowDocks::updateTitlesLater);
    connect(dock, &QDockWidget::dockLocationChanged, this, &WindowDocks::updateTitlesLater);
    connect(dock->toggleViewAction(), &QAction::toggled, this, &WindowDocks::updateTitlesLater);
    return dock;
}

void WindowDocks::addWorkspace(const std::vector<WorkspaceDock>& docks) {
    const bool stayHidden = allHidden_;
    const auto aside = aside_;
    hideTemporarily(false, {});  // what is hidden would not be part of the layout
    // Before the window's own at the bottom, if they are there already.
    const auto own = std::ranges::find_if(
        docks_, [](const Dock& each) { return each.workspace.isEmpty() && each.area == Qt::BottomDockWidgetArea; });
    auto place = static_cast<std::size_t>(own - docks_.begin());
    const bool isLast = own == docks_.end();
    for (const auto& dock : docks) {
        // Qt hides a new dock that joins docks which were set aside just before.
        add(dock, workspace_, place++)->show();
    }
    if (!isLast) {
        stack(bottom());
    }
    // Beside the images there is no height for several.
    if (auto left = shownIn(Qt::LeftDockWidgetArea); left.size() > 1) {
        std::ranges::reverse(left);
        stack(left);
    }
    applyLayout();
    hideTemporarily(stayHidden, aside);
}

void WindowDocks::resizeBottom(int height) {
    window_.resizeDocks({bottom().front()}, {height}, Qt::Vertical);
}

void WindowDocks::showWorkspace(const QString& name) {
    const bool staysHidden = allHidden_ && !anyShown();
    if (!workspace_.isEmpty()) {
        hideTemporarily(false, {});
        layouts_[workspace_] = window_.saveState(layoutVersion);
    }
    workspace_ = name;
    for (const auto& dock : docks_) {
        if (!dock.workspace.isEmpty()) {
            dock.widget->setVisible(isShownHere(dock));
        }
    }
    applyLayout();
    if (staysHidden) {
        hideTemporarily(true, {});
    }
}

/// The layout that the workspace was left with.
void WindowDocks::applyLayout() {
    const auto layout = layouts_.find(workspace_);
    if (layout == layouts_.end()) {
        return;
    }
    window_.restoreState(layout->second, layoutVersion);
    for (const auto& dock : docks_) {
        if (!isShownHere(dock)) {
            dock.widget->hide();
        }
    }
    updateTitles();
}

bool WindowDocks::isShownHere(const Dock& dock) const {
    return dock.workspace.isEmpty() || dock.workspace == workspace_;
}

QList<QDockWidget*> WindowDocks::shownIn(Qt::DockWidgetArea area) const {
    QList<QDockWidget*> docks;
    for (const auto& dock : docks_) {
        if (isShownHere(dock) && dock.area == area) {
            docks << dock.widget;
        }
    }
    return docks;
}

QList<QDockWidget*> WindowDocks::bottom() const {
    return shownIn(Qt::BottomDockWidgetArea);
}

void WindowDocks::stack(const QList<QDockWidget*>& docks) {
    for (qsizetype i = 1; i < docks.size(); ++i) {
        window_.tabifyDockWidget(docks[i - 1], docks[i]);
    }
    docks.front()->raise();
    updateTitles();
}

QList<QAction*> WindowDocks::toggleActions() const {
    QList<QAction*> actions;
    for (const auto& dock : docks_) {
        if (isShownHere(dock)) {
            actions << dock.widget->toggleViewAction();
        }
    }
    return actions;
}

void WindowDocks::bringToFront(QDockWidget& dock) {
    dock.show();
    dock.raise();
}

bool WindowDocks::anyShown() const {
    return std::ranges::any_of(docks_, [](const Dock& dock) { return !dock.widget->isHidden(); });
}

void WindowDocks::setBottomAside(bool aside) {
    hideTemporarily(allHidden_, aside ? bottom() : QList<QDockWidget*>());
}

void WindowDocks::toggleAll() {
    const bool hide = anyShown();
    if (!hide && chosen_.isEmpty()) {  // the user closed every single one
        for (const auto& dock : docks_) {
            dock.widget->setVisible(isShownHere(dock));
        }
        return;
    }
    hideTemporarily(hide, aside_);
}

void WindowDocks::hideTemporarily(bool all, const QList<QDockWidget*>& aside) {
    if (!allHidden_ && aside_.empty()) {
        chosen_ = window_.saveState(layoutVersion);
    } else if (!(all && allHidden_)) {
        window_.restoreState(chosen_, layoutVersion);
    }
    allHidden_ = all;
    aside_ = aside;
    for (const auto& dock : docks_) {
        if (allHidden_ || aside_.contains(dock.widget)) {
            dock.widget->hide();
        }
    }
    if (!allHidden_ && aside_.empty()) {
        chosen_.clear();
    }
    updateTitles();
}

QByteArray WindowDocks::saved(const QString& workspace) const {
    if (workspace == workspace_) {
        return chosen_.isEmpty() ? window_.saveState(layoutVersion) : chosen_;
    }
    const auto layout = layouts_.find(workspace);
    return layout == layouts_.end() ? QByteArray() : layout->second;
}

void WindowDocks::restore(const QString& workspace, const QByteArray& saved) {
    if (workspace != workspace_) {
        layouts_[workspace] = saved;
        return;
    }
    window_.restoreState(saved, layoutVersion);
    updateTitles();
}

void WindowDocks::updateTitlesLater() {
    if (!titlesAreDue_) {
        titlesAreDue_ = true;
        // Qt is still moving the dock that announces this.
        QMetaObject::invokeMethod(this, &WindowDocks::updateTitles, Qt::QueuedConnection);
    }
}

/// A floating dock has its window's title, one among others the tab's.
void WindowDocks::updateTitles() {
    titlesAreDue_ = false;
    for (const auto& dock : docks_) {
        const auto others = window_.tabifiedDockWidgets(dock.widget);
        const bool hasTab = std::ranges::any_of(
            others, [](const QDockWidget* other) { return !other->isHidden() && !other->isFloating(); });
        auto* title = dock.widget->isFloating() ? nullptr : hasTab ? dock.noTitle : dock.title;
        if (dock.widget->titleBarWidget() != title) {
            dock.widget->setTitleBarWidget(title);
        }
    }
}

}  // namespace lamscope::ui
