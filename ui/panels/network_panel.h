// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

#include "session/session.h"

class QAction;
class QListView;
class QPushButton;
class QStackedLayout;

namespace lamscope::ui {

class CardView;
class MutedLabel;
class NetworkListModel;

/// The session's networks as a list: drag or Alt+Up and Alt+Down reorder, Delete removes, the tick box shows and hides;
/// the context menu has the rest. The button "i" of a row opens the card with everything about that network over the
/// list; "Back" and Escape bring the list back. `session` must outlive it.
class NetworkPanel final : public QWidget {
    Q_OBJECT

public:
    explicit NetworkPanel(Session& session, QWidget* parent = nullptr);

    /// Opens the card of the selected network, which then follows the selection, and gives it the focus.
    void openCard();
    /// Brings the list back. Where the card has the focus, the widget that had it before gets it back.
    void closeCard();
    [[nodiscard]] bool isCardOpen() const;

signals:
    void addRequested();  ///< "Add…" was pressed

private:
    void makeList();
    void makeActions();
    QAction* addAction(const QString& text, const QKeySequence& key, void (NetworkPanel::*slot)());
    QWidget* makeListPage();
    QWidget* makeCardPage();

    [[nodiscard]] const NetworkEntry* selectedNetwork() const;
    void followSession();
    void updateActions();
    void showAlone();
    void makeReference();
    void moveUp();
    void moveDown();
    void moveSelected(int rows);
    void removeSelected();
    void addSeeds();
    void copyPath();

    Session& session_;
    NetworkListModel* model_;
    QListView* list_;
    CardView* card_;
    MutedLabel* help_;               ///< in the place of an empty list
    QStackedLayout* pages_;          ///< the list, the card
    QPointer<QWidget> focusBefore_;  ///< where the focus was when the card was opened
    QPushButton* sort_;
    QAction* showCard_ = nullptr;
    QAction* showAlone_ = nullptr;
    QAction* makeReference_ = nullptr;
    QAction* moveUp_ = nullptr;
    QAction* moveDown_ = nullptr;
    QAction* remove_ = nullptr;
    QAction* addSeeds_ = nullptr;
    QAction* copyPath_ = nullptr;
};

}  // namespace lamscope::ui
