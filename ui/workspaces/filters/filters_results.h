// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <cstddef>
#include <optional>

#include "session/faig_controller.h"

class QLabel;
class QSplitter;
class QTableWidget;

namespace lamscope::ui {

class FilterMapView;
class FilterPictures;
class LayerDetail;
class MutedLabel;

/// The middle of the workspace: status, map, layer and pictures, which follow one selection. The controller must
/// outlive it.
class FiltersResults final : public QWidget {
    Q_OBJECT

public:
    explicit FiltersResults(FaigController& filters, QWidget* parent = nullptr);

    [[nodiscard]] FilterMapView& map() const { return *map_; }
    [[nodiscard]] FilterPictures& pictures() const { return *pictures_; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void followMap();
    void followSelection();
    void followWeights();
    void followStatus();
    [[nodiscard]] QString textOf(std::size_t filter) const;
    void showCaption(std::optional<std::size_t> filter);

    FaigController& filters_;
    QLabel* title_;
    QLabel* status_;
    FilterMapView* map_;
    LayerDetail* detail_;
    MutedLabel* caption_;
    FilterPictures* pictures_;
};

/// How exact the scores are, a row an image and degradation: nodes, completeness and estimated error, losses. Rows of
/// incomplete integrals are red and say so. The controller must outlive it.
class FiltersAccuracy final : public QWidget {
    Q_OBJECT

public:
    explicit FiltersAccuracy(FaigController& filters, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void follow();

    FaigController& filters_;
    QTableWidget* table_;
    std::size_t filled_ = 0;  ///< images whose rows are there
    std::size_t degradations_ = 0;
    QLabel* warnings_;
};

}  // namespace lamscope::ui
