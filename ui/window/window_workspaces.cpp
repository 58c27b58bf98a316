// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/window_workspaces.h"

#include <QActionGroup>
#include <QMenu>
#include <QSettings>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTabBar>
#include <algorithm>

#include "dialogs/icons.h"

namespace lamscope::ui {

WindowWorkspaces::WindowWorkspaces(const std::vector<WorkspaceRow>& rows, const WorkspaceHost& host,
                                   const WindowActions& actions)
    : host_(host)
    , actions_(actions)
    , pages_(new QStackedWidget) {
    for (const auto& row : rows) {
        entries_.push_back({row});
    }
    if (entries_.size() > 1) {
        auto* group = new QActionGroup(this);
        for (std::size_t n = 0; n < entries_.size(); ++n) {
            auto* action = entries_[n].action = actions_.workspaces->addAction(entries_[n].row.title);
            action->setShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(n + 1)));
            action->setCheckable(true);
            group->addAction(action);
            connect(action, &QAction::triggered, this, [this, n] { open(n); });
        }
        entries_.front().action->setChecked(true);
        actions_.workspaces->menuAction()->setVisible(true);
    }
    make(entries_.front());
    keep();
    connect(&host_.session, &Session::workspacesChanged, this, &WindowWorkspaces::followSession);
}

WindowWorkspaces::~WindowWorkspaces() = default;

QWidget* WindowWorkspaces::pages() {
    return pages_;
}

// --- what a workspace brings

void WindowWorkspaces::make(Entry& entry) {
    entry.menus = std::make_unique<WorkspaceMenus>(actions_.addWorkspace());
    entry.workspace = entry.row.make(host_, *entry.menus);
    auto& workspace = *entry.workspace;
    pages_->addWidget(workspace.centre());
    if (workspace.tabHidesPanels()) {
        workspace.view()->addAction(actions_.allPanels);
    }
    connect(&workspace, &Workspace::hovered, this, &WindowWorkspaces::hovered);
    connect(&workspace, &Workspace::pointerLeft, this, &WindowWorkspaces::pointerLeft);
    const auto& kept = host_.session.workspaces().kept;
    if (const auto found = kept.find(entry.row.name); found != kept.end()) {
        workspace.restore(found->second);
    }
    connect(&workspace, &Workspace::keptChanged, this, &WindowWorkspaces::keep);
    connect(&workspace, &Workspace::emptyChanged, this, &WindowWorkspaces::followEmpty);
}

void WindowWorkspaces::addDocks(WindowDocks& docks) {
    docks_ = &docks;
    docks_->showWorkspace(QLatin1String(entries_.front().row.name));
    addDocks(entries_.front());
}

void WindowWorkspaces::addDocks(const Entry& entry) {
    docks_->addWorkspace(entry.workspace->docks());
}

void WindowWorkspaces::listPanels() {
    actions_.panels->clear();
    actions_.panels->addActions(docks_->toggleActions());
}

void WindowWorkspaces::addTabs(CompactToolBar& bar) {
    if (entries_.size() < 2) {
        return;
    }
    tabs_ = new QTabBar;
    tabs_->setAccessibleName(tr("Workspaces"));
    tabs_->setDrawBase(false);
    tabs_->setExpanding(false);
    tabs_->setIconSize(bar.iconSize());
    for (const auto& [row, menus, workspace, action] : entries_) {
        const int tab = tabs_->addTab(icon(row.icon), row.title);
        tabs_->setAccessibleTabName(tab, row.title);
        tabs_->setTabToolTip(tab, tr("%1 (%2)").arg(row.title, action->shortcut().toString(QKeySequence::NativeText)));
    }
    connect(tabs_, &QTabBar::currentChanged, this, [this](int tab) { open(static_cast<std::size_t>(tab)); });
    bar.addTabs(tabs_);
    bar.addDivider();
}

void WindowWorkspaces::addControls(CompactToolBar& bar) {
    bar_ = &bar;
    controlsEnd_ = bar.addMark();
    addControls(entries_.front());
}

void WindowWorkspaces::addControls(const Entry& entry) {
    bar_->beginSection(QLatin1String(entry.row.name), controlsEnd_);
    entry.workspace->addControls(*bar_);
    bar_->endSection();
}

void WindowWorkspaces::addButtons(CompactToolBar& bar) {
    buttonsEnd_ = bar.addMark();
    addButtons(entries_.front());
}

void WindowWorkspaces::addButtons(const Entry& entry) {
    bar_->beginSection(QLatin1String(entry.row.name), buttonsEnd_);
    for (auto* action : entry.workspace->buttons()) {
        bar_->addSpareButton(action);
    }
    bar_->endSection();
}

// --- one of them in front

void WindowWorkspaces::begin(QSettings& store) {
    for (const auto& entry : entries_) {
        docks_->restore(QLatin1String(entry.row.name), store.value(layoutKey(entry)).toByteArray());
    }
    listPanels();
    followEmpty();
    current().setOpen(true);
    current().view()->setFocus();
}

void WindowWorkspaces::open(std::size_t n) {
    setVisitor(std::nullopt);
    if (n == current_) {
        return;
    }
    show(entries_[current_], false);
    emit pointerLeft();
    current_ = n;
    auto& entry = entries_.at(n);
    docks_->showWorkspace(QLatin1String(entry.row.name));
    if (entry.workspace == nullptr) {
        make(entry);
        addDocks(entry);
        addControls(entry);
        addButtons(entry);
    }
    show(entry, true);
    listPanels();
    pages_->setCurrentWidget(entry.workspace->centre());
    entry.action->setChecked(true);
    const QSignalBlocker quiet(tabs_);
    tabs_->setCurrentIndex(static_cast<int>(n));
    followEmpty();
    entry.workspace->view()->setFocus();
    keep();
}

Workspace& WindowWorkspaces::open(std::string_view name) {
    open(indexOf(name));
    return current();
}

std::size_t WindowWorkspaces::indexOf(std::string_view name) const {
    const auto found = std::ranges::find(entries_, name, [](const Entry& entry) { return entry.row.name; });
    return static_cast<std::size_t>(found - entries_.begin());
}

void WindowWorkspaces::visit(std::string_view name, std::string_view from) {
    open(name);
    if (const auto visitor = indexOf(from); visitor != current_) {
        setVisitor(visitor);
    }
}

bool WindowWorkspaces::goBack() {
    const auto visitor = visitor_;
    if (visitor) {
        open(*visitor);
    }
    return visitor.has_value();
}

/// Esc says in the menu what it does.
void WindowWorkspaces::setVisitor(std::optional<std::size_t> visitor) {
    visitor_ = visitor;
    actions_.cancel->setText(visitor ? tr("Back to %1").arg(entries_[*visitor].row.title) : tr("Stop computing"));
}

void WindowWorkspaces::show(const Entry& entry, bool shown) {
    for (const auto* section : {&entry.menus->exports, &entry.menus->view, &entry.menus->tools}) {
        section->setVisible(shown);
    }
    bar_->showSection(QLatin1String(entry.row.name), shown);
    entry.workspace->setOpen(shown);
}

Workspace* WindowWorkspaces::find(const QString& name) const {
    const auto found =
        std::ranges::find(entries_, name, [](const Entry& entry) { return QLatin1String(entry.row.name); });
    return found == entries_.end() ? nullptr : found->workspace.get();
}

void WindowWorkspaces::followEmpty() {
    // The panels below have nothing to say then, and the empty state needs the room.
    docks_->setBottomAside(current().isEmpty());
}

// --- what is saved

WorkspaceStates WindowWorkspaces::states() const {
    auto states = host_.session.workspaces();  // of those that have not been opened, what a file says
    states.open = entries_[current_].row.name;
    for (const auto& entry : entries_) {
        if (entry.workspace == nullptr) {
            continue;
        }
        if (auto kept = entry.workspace->kept(); kept.is_null()) {
            states.kept.erase(entry.row.name);
        } else {
            states.kept[entry.row.name] = std::move(kept);
        }
    }
    return states;
}

void WindowWorkspaces::keep() {
    host_.session.setWorkspaces(states());
}

/// A session was opened, unless the change is the window's own.
void WindowWorkspaces::followSession() {
    const auto saved = host_.session.workspaces();
    if (saved == states()) {
        return;
    }
    for (const auto& entry : entries_) {
        if (entry.workspace != nullptr) {
            const auto found = saved.kept.find(entry.row.name);
            entry.workspace->restore(found == saved.kept.end() ? nlohmann::ordered_json() : found->second);
        }
    }
    const auto open = std::ranges::find(entries_, saved.open, [](const Entry& entry) { return entry.row.name; });
    this->open(open == entries_.end() ? 0 : static_cast<std::size_t>(open - entries_.begin()));
    keep();
}

QString WindowWorkspaces::layoutKey(const Entry& entry) const {
    const auto key = QStringLiteral("window/layout");
    return &entry == &entries_.front() ? key : key + QLatin1Char('-') + QLatin1String(entry.row.name);
}

void WindowWorkspaces::saveLayouts(QSettings& store) const {
    for (const auto& entry : entries_) {
        const auto layout = docks_->saved(QLatin1String(entry.row.name));
        if (!layout.isEmpty()) {
            store.setValue(layoutKey(entry), layout);
        }
    }
}

}  // namespace lamscope::ui
