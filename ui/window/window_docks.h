// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QMainWindow>
#include <QObject>
#include <vector>

class QDockWidget;

namespace lamscope::ui {

/// The panels of a window, which can be dragged, floated, put over each other as tabs, and closed. Hides them where the
/// views need all of the room, and then remembers how the user had them. GUI thread only.
class WindowDocks final : public QObject {
    Q_OBJECT

public:
    explicit WindowDocks(QMainWindow& window);

    /// @param name  of the dock in saved layouts; never renamed.
    QDockWidget* add(Qt::DockWidgetArea area, const QString& title, const char* name, QWidget* content);
    /// Puts docks over each other as tabs, the first one in front.
    void stack(const QList<QDockWidget*>& docks);
    /// For a menu: what shows and closes each dock.
    [[nodiscard]] QList<QAction*> toggleActions() const;
    /// Shows a dock, in front of those it shares its place with.
    void bringToFront(QDockWidget& dock);

    /// Hides these docks until setAside(…, false) shows them as they were.
    void setAside(const QList<QDockWidget*>& docks, bool aside);
    /// Hides all docks, or shows them as they were before.
    void toggleAll();
    [[nodiscard]] bool anyShown() const;

    /// The layout that the user chose, for restore() in a later run.
    [[nodiscard]] QByteArray saved() const;
    /// Does nothing with the layout of a version that had other docks.
    void restore(const QByteArray& saved);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Dock {
        QDockWidget* widget;
        QWidget* title;
        QWidget* noTitle;  ///< while a tab has the title
    };

    void hideTemporarily(bool all, const QList<QDockWidget*>& aside);
    void updateTitles();
    void updateTitlesLater();

    QMainWindow& window_;
    std::vector<Dock> docks_;
    QByteArray chosen_;          ///< the user's layout while docks are hidden temporarily
    bool allHidden_ = false;     ///< by toggleAll()
    QList<QDockWidget*> aside_;  ///< hidden by setAside()
    bool titlesAreDue_ = false;
};

}  // namespace lamscope::ui
