// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace lamscope::ui {

/// Draws a row of the NetworkListModel as a card: a tick box in the network's colour, its digit, name over details, DI
/// over a round button "i" at the right. A click on the tick box shows or hides the network, one on the button asks for
/// everything that is known about it.
class NetworkDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    /// Where the tick box is within an item's rectangle.
    [[nodiscard]] static QRect tickRect(const QStyleOptionViewItem& option);
    /// The same of the button "i".
    [[nodiscard]] static QRect cardButtonRect(const QStyleOptionViewItem& option);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;

signals:
    void cardRequested(const QModelIndex& index);
};

}  // namespace lamscope::ui
