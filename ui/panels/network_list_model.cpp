// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/network_list_model.h"

#include "panels/number_text.h"

namespace lamscope::ui {

namespace {

constexpr int numberedNetworks = 9;

QString indexText(const NetworkEntry& entry) {
    constexpr QChar ellipsis{0x2026};
    if (entry.state == NetworkEntry::State::Failed) {
        return {};
    }
    if (entry.result) {
        return entry.result->diffusionIndex ? fixedText(*entry.result->diffusionIndex, 2) : QString(noValue);
    }
    // Hidden networks are not computed, and after a failure nothing is under way.
    return entry.shown && entry.message.isEmpty() ? QString(ellipsis) : QString(noValue);
}

QString detailText(const NetworkEntry& entry) {
    if (!entry.message.isEmpty()) {
        return entry.message;
    }
    if (entry.state != NetworkEntry::State::Loading) {
        return networkSummary(entry.card);
    }
    return entry.spec.isRemote() ? NetworkListModel::tr("connecting…") : NetworkListModel::tr("loading…");
}

QString spokenText(const NetworkEntry& entry) {
    const auto shown = entry.shown ? NetworkListModel::tr("shown") : NetworkListModel::tr("hidden");
    const auto index = indexText(entry);
    return index.isEmpty() ? NetworkListModel::tr("%1, %2").arg(entry.name(), shown)
                           : NetworkListModel::tr("%1, DI %2, %3").arg(entry.name(), index, shown);
}

}  // namespace

QString networkSummary(const ModelCard& card) {
    const QString separator = QStringLiteral(" · ");
    auto text = (card.scale == 1 ? NetworkListModel::tr("keeps the size") : QStringLiteral("×%1").arg(card.scale))
                + separator + countText(card.parameters);
    if (card.receptiveField.global) {
        text += separator + NetworkListModel::tr("global");
    } else if (card.receptiveField.radius) {
        text += separator + QStringLiteral("±%1").arg(*card.receptiveField.radius);
    }
    return text;
}

NetworkListModel::NetworkListModel(Session& session, QObject* parent)
    : NetworkRows(parent)
    , session_(session) {
    connect(&session_, &Session::networkListChanged, this, &NetworkListModel::sync);
    // Which network is the reference by default depends on all of them.
    connect(&session_, &Session::networkChanged, this, &NetworkListModel::sync);
    sync();
}

void NetworkListModel::sync() {
    std::vector<NetworkId> ids;
    for (const auto& entry : session_.networks()) {
        ids.push_back(entry.id);
    }
    syncRows(ids);
    if (!ids.empty()) {
        emit dataChanged(index(0), index(rowCount() - 1));
    }
}

QVariant NetworkListModel::data(const QModelIndex& index, int role) const {
    const auto* entry = session_.network(idAt(index.row()));
    if (!index.isValid() || entry == nullptr) {
        return {};
    }
    switch (role) {
        case Qt::DisplayRole:
            return entry->name();
        case Qt::CheckStateRole:
            return entry->shown ? Qt::Checked : Qt::Unchecked;
        case Qt::ToolTipRole:
            return entry->message.isEmpty() ? QString::fromStdString(entry->spec.withoutToken().toString())
                                            : entry->message;
        case ColourRole:
            return entry->colour;
        case DetailRole:
            return detailText(*entry);
        case DiffusionIndexRole:
            return indexText(*entry);
        case StaleRole:
            return entry->stale;
        case TroubleRole:
            return entry->message;
        case Qt::AccessibleTextRole:
            return spokenText(*entry);
        case Qt::AccessibleDescriptionRole:
            return detailText(*entry);
        case DigitRole:
            return index.row() < numberedNetworks ? QString::number(index.row() + 1) : QString();
        case ReferenceRole:
            return session_.reference() == entry->id;
        default:
            return {};
    }
}

bool NetworkListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    const auto id = idAt(index.row());
    if (role != Qt::CheckStateRole || id == 0) {
        return false;
    }
    session_.setShown(id, value.value<Qt::CheckState>() == Qt::Checked);
    return true;
}

Qt::ItemFlags NetworkListModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) {
        return Qt::ItemIsDropEnabled;
    }
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemIsDragEnabled
           | Qt::ItemNeverHasChildren;
}

bool NetworkListModel::moveRows(const QModelIndex& sourceParent, int sourceRow, int count,
                                const QModelIndex& destinationParent, int destinationChild) {
    const auto id = idAt(sourceRow);
    const bool sameList = !sourceParent.isValid() && !destinationParent.isValid();
    if (id == 0 || !sameList || count != 1 || destinationChild < 0 || destinationChild > rowCount()) {
        return false;
    }
    // Qt names the row before which to insert, the session the position after the move.
    session_.moveNetwork(id, destinationChild > sourceRow ? destinationChild - 1 : destinationChild);
    return true;
}

}  // namespace lamscope::ui
