// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "session/features_controller.h"

class QListWidget;

namespace lamscope::ui {

class MutedLabel;

/// Patches as pictures, LR beside SR. GUI thread only; the controller must outlive it.
class PatchList final : public QWidget {
    Q_OBJECT

public:
    explicit PatchList(FeaturesController& features, QWidget* parent = nullptr);

    /// @param title   what they are. @param withSr  has SR computed and shown beside LR.
    void setPatches(const QString& title, const std::vector<PatchSrRequest>& patches, bool withSr);
    [[nodiscard]] QListWidget& list() const { return *list_; }
    /// How many have their SR.
    [[nodiscard]] int withSr() const;

private:
    void fill();
    void followSr();
    [[nodiscard]] QPixmap pictureOf(const PatchSrRequest& patch) const;

    FeaturesController& features_;
    MutedLabel* title_;
    QListWidget* list_;
    std::vector<PatchSrRequest> patches_;
    bool withSr_ = false;
};

}  // namespace lamscope::ui
