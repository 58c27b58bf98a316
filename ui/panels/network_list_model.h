// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>

#include "panels/network_rows.h"
#include "session/session.h"

namespace lamscope::ui {

/// The session's networks in their order. Checking shows and hides, moving a row reorders: both go to the session, from
/// which the rows follow. `session` must outlive it.
class NetworkListModel final : public NetworkRows<QAbstractListModel> {
    Q_OBJECT

public:
    enum Role {
        ColourRole = Qt::UserRole + 1,  ///< QColor
        DetailRole,                     ///< scale, parameters, receptive field; or what goes wrong
        DiffusionIndexRole,             ///< QString, "…" while there is none yet
        StaleRole,                      ///< bool: the DI is of an older box or older options
        TroubleRole,                    ///< QString: the full message of a failure, empty if all is well
        ReferenceRole,                  ///< bool
        DigitRole,  ///< QString: the key that shows and hides it, "1"…"9"; empty from the tenth on
    };

    explicit NetworkListModel(Session& session, QObject* parent = nullptr);

    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// For views that drag: one row within the list.
    bool moveRows(const QModelIndex& sourceParent, int sourceRow, int count, const QModelIndex& destinationParent,
                  int destinationChild) override;
    [[nodiscard]] Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }

private:
    void sync();

    Session& session_;
};

/// "×4 · 715 k · ±36", the last part missing while it is not known.
[[nodiscard]] QString networkSummary(const ModelCard& card);

}  // namespace lamscope::ui
