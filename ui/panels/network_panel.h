// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "session/session.h"

class QAction;
class QListView;
class QPushButton;
class QStackedWidget;

namespace lamscope::ui {

class CardView;
class NetworkListModel;

/// The session's networks as a list of cards, and everything about the selected one below. Drag or Alt+Up and Alt+Down
/// reorder, Delete removes, the tick box shows and hides; the context menu has the rest. `session` must outlive it.
class NetworkPanel final : public QWidget {
    Q_OBJECT

public:
    explicit NetworkPanel(Session& session, QWidget* parent = nullptr);

signals:
    void addRequested();  ///< "Add network…" was pressed

private:
    void makeList();
    void makeActions();
    QAction* addAction(const QString& text, const QKeySequence& key, void (NetworkPanel::*slot)());
    QWidget* makeListArea();

    [[nodiscard]] const NetworkEntry* selectedNetwork() const;
    void followSession();
    void updateActions();
    void showAlone();
    void makeReference();
    void moveUp();
    void moveDown();
    void moveSelected(int rows);
    void removeSelected();
    void copyPath();

    Session& session_;
    NetworkListModel* model_;
    QListView* list_;
    CardView* card_;
    QStackedWidget* stack_;
    QPushButton* sort_;
    QAction* showAlone_ = nullptr;
    QAction* makeReference_ = nullptr;
    QAction* moveUp_ = nullptr;
    QAction* moveDown_ = nullptr;
    QAction* remove_ = nullptr;
    QAction* copyPath_ = nullptr;
};

}  // namespace lamscope::ui
