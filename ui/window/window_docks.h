// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QMainWindow>
#include <QObject>
#include <QString>
#include <map>
#include <vector>

#include "workspaces/workspace.h"

class QDockWidget;

namespace lamscope::ui {

/// The panels of a window and of its workspaces, which can be dragged, floated, put over each other as tabs, and
/// closed. Hides them where the views need all of the room, and then remembers how the user had them. GUI thread only.
class WindowDocks final : public QObject {
    Q_OBJECT

public:
    explicit WindowDocks(QMainWindow& window);

    /// A panel of the window, there in every workspace. One at the bottom lies behind those of the workspace.
    QDockWidget* add(const WorkspaceDock& dock);
    /// Panels of the workspace that is shown. Those at the bottom, or at the left, and the window's own there lie over
    /// each other as tabs, the workspace's first one in front.
    void addWorkspace(const std::vector<WorkspaceDock>& docks);
    /// Hides the panels of all other workspaces, and shows those of this one as they were when it was left. Panels that
    /// toggleAll() has hidden stay hidden, those of this workspace as well.
    void showWorkspace(const QString& name);
    /// Height of the docks at the bottom, in logical pixels.
    void resizeBottom(int height);
    /// For a menu: what shows and closes each dock of the window and of the workspace that is shown.
    [[nodiscard]] QList<QAction*> toggleActions() const;
    /// Shows a dock, in front of those it shares its place with.
    void bringToFront(QDockWidget& dock);

    /// Hides the docks at the bottom until setBottomAside(false) shows them as they were.
    void setBottomAside(bool aside);
    /// Hides all docks, or shows them as they were before.
    void toggleAll();
    [[nodiscard]] bool anyShown() const;

    /// The layout that the user chose in a workspace, for restore() in a later run; empty where it was never shown.
    [[nodiscard]] QByteArray saved(const QString& workspace) const;
    /// Does nothing with the layout of a version that had other docks.
    void restore(const QString& workspace, const QByteArray& saved);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Dock {
        QDockWidget* widget;
        QWidget* title;
        QWidget* noTitle;  ///< while a tab has the title
        Qt::DockWidgetArea area;
        QString workspace;  ///< empty: the window's own
    };

    /// @param place  among `docks_`, which is the order of the tabs.
    QDockWidget* add(const WorkspaceDock& given, const QString& workspace, std::size_t place);
    [[nodiscard]] bool isShownHere(const Dock& dock) const;
    [[nodiscard]] QList<QDockWidget*> shownIn(Qt::DockWidgetArea area) const;
    [[nodiscard]] QList<QDockWidget*> bottom() const;
    /// Puts docks over each other as tabs, the first one in front.
    void stack(const QList<QDockWidget*>& docks);
    void applyLayout();
    void hideTemporarily(bool all, const QList<QDockWidget*>& aside);
    void updateTitles();
    void updateTitlesLater();

    QMainWindow& window_;
    std::vector<Dock> docks_;
    QString workspace_;                      ///< that is shown
    std::map<QString, QByteArray> layouts_;  ///< of the workspaces that are not
    QByteArray chosen_;                      ///< the user's layout while docks are hidden temporarily
    bool allHidden_ = false;                 ///< by toggleAll()
    QList<QDockWidget*> aside_;              ///< hidden by setBottomAside()
    bool titlesAreDue_ = false;
};

}  // namespace lamscope::ui
