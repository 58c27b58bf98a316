// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QModelIndex>
#include <algorithm>
#include <cstddef>
#include <vector>

#include "live/live_input.h"

namespace lamscope::ui {

/// An item model (list or table) with one row a network. The session announces that its list changed; views want to
/// know which rows came, went and moved, so that selection and scroll position survive. This finds the steps.
template <typename Model>
class NetworkRows : public Model {
public:
    using Model::Model;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(ids_.size());
    }
    /// The network in a row; 0 without one.
    [[nodiscard]] NetworkId idAt(int row) const {
        return row >= 0 && row < rowCount() ? ids_[static_cast<std::size_t>(row)] : 0;
    }
    /// -1 if the network has no row.
    [[nodiscard]] int rowOf(NetworkId id) const {
        const auto place = std::ranges::find(ids_, id);
        return place == ids_.end() ? -1 : static_cast<int>(place - ids_.begin());
    }
    /// True while rows follow the session: what a view then selects is not the user's choice.
    [[nodiscard]] bool isSyncing() const { return syncing_; }

protected:
    void syncRows(const std::vector<NetworkId>& wanted) {
        syncing_ = true;
        for (int row = rowCount() - 1; row >= 0; --row) {
            if (std::ranges::find(wanted, idAt(row)) == wanted.end()) {
                this->beginRemoveRows({}, row, row);
                ids_.erase(ids_.begin() + row);
                this->endRemoveRows();
            }
        }
        for (int row = 0; row < static_cast<int>(wanted.size()); ++row) {
            const auto id = wanted[static_cast<std::size_t>(row)];
            const int from = rowOf(id);
            if (from < 0) {
                this->beginInsertRows({}, row, row);
                ids_.insert(ids_.begin() + row, id);
                this->endInsertRows();
            } else if (from != row) {
                this->beginMoveRows({}, from, from, {}, row);
                std::rotate(ids_.begin() + row, ids_.begin() + from, ids_.begin() + from + 1);
                this->endMoveRows();
            }
        }
        syncing_ = false;
    }

private:
    std::vector<NetworkId> ids_;
    bool syncing_ = false;
};

}  // namespace lamscope::ui
