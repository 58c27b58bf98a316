// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "session/workspace_states.h"
#include "window/window_actions.h"
#include "window/window_docks.h"
#include "workspaces/workspace.h"

class QSettings;
class QStackedWidget;
class QTabBar;

namespace lamscope::ui {

/// The workspaces of a window: makes each when it is first opened, shows one at a time, and keeps in the session which
/// one it is and what each of them saves. A window of several has tabs on its toolbar and the keys Ctrl+1 …. GUI thread
/// only.
class WindowWorkspaces final : public QObject {
    Q_OBJECT

public:
    /// Makes the first workspace. It is put into the window by the calls that follow, each made once; their order is
    /// that of the keyboard's focus.
    WindowWorkspaces(const std::vector<WorkspaceRow>& rows, const WorkspaceHost& host, const WindowActions& actions);
    ~WindowWorkspaces() override;
    Q_DISABLE_COPY_MOVE(WindowWorkspaces)

    /// What stands in the middle of the window, which owns it.
    [[nodiscard]] QWidget* pages();
    void addDocks(WindowDocks& docks);
    void addTabs(CompactToolBar& bar);
    void addControls(CompactToolBar& bar);
    void addButtons(CompactToolBar& bar);
    /// Shows the first workspace, when all is in place.
    void begin(QSettings& store);

    void saveLayouts(QSettings& store) const;

    /// Brings the n-th to the front.
    void open(std::size_t n);
    /// The same by the name of its row, which must exist.
    Workspace& open(std::string_view name);
    /// The same until goBack(), which leads to the workspace `from`, or until another one is opened.
    void visit(std::string_view name, std::string_view from);
    /// @return whether there was a visit to end.
    bool goBack();
    [[nodiscard]] Workspace& current() const { return *entries_[current_].workspace; }
    /// Null where it has not been opened yet.
    [[nodiscard]] Workspace* find(const QString& name) const;

signals:
    void hovered(const lamscope::ui::Readout& readout);
    void pointerLeft();

private:
    struct Entry {
        WorkspaceRow row;
        std::unique_ptr<WorkspaceMenus> menus{};
        std::unique_ptr<Workspace> workspace{};  ///< null until it is opened
        QAction* action = nullptr;               ///< null in a window of one
    };

    void make(Entry& entry);
    void addDocks(const Entry& entry);
    void addControls(const Entry& entry);
    void addButtons(const Entry& entry);
    /// Shows or hides its commands and controls.
    void show(const Entry& entry, bool shown);
    /// By the name of its row, which must exist.
    [[nodiscard]] std::size_t indexOf(std::string_view name) const;
    void setVisitor(std::optional<std::size_t> visitor);
    void listPanels();
    void followEmpty();
    [[nodiscard]] WorkspaceStates states() const;
    void keep();
    void followSession();
    [[nodiscard]] QString layoutKey(const Entry& entry) const;

    WorkspaceHost host_;
    const WindowActions& actions_;
    std::vector<Entry> entries_;
    std::size_t current_ = 0;
    std::optional<std::size_t> visitor_;  ///< from where the one in front is visited
    QStackedWidget* pages_;
    QTabBar* tabs_ = nullptr;
    WindowDocks* docks_ = nullptr;
    CompactToolBar* bar_ = nullptr;
    QAction* controlsEnd_ = nullptr;
    QAction* buttonsEnd_ = nullptr;
};

}  // namespace lamscope::ui
