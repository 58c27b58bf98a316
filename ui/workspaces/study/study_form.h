// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "session/study_controller.h"
#include "workspaces/workspace.h"

class QAction;
class QCheckBox;
class QComboBox;
class QLabel;
class QListWidget;
class QListWidgetItem;
class QPushButton;
class QSpinBox;
class QToolButton;
class QVBoxLayout;

namespace lamscope::ui {

class MutedLabel;

/// What a study is made of: images, networks, the rule of patches, where the results go. It can be changed while
/// nothing runs. The arguments must outlive it.
class StudyForm final : public QWidget {
    Q_OBJECT

public:
    /// @param run     begins and pauses.
    /// @param saveAs  chooses where the results go.
    StudyForm(const WorkspaceHost& host, StudyController& study, QAction& run, QAction& saveAs,
              QWidget* parent = nullptr);

private:
    QWidget* makeParts();
    void addImagePart(QVBoxLayout& column);
    void addNetworkPart(QVBoxLayout& column);
    void addPatchPart(QVBoxLayout& column);
    void addResultPart(QVBoxLayout& column, QAction& run, QAction& saveAs);
    void removeImages();
    void offerOpenImage();
    void tick(const QListWidgetItem& item);
    void choosePatches(int kind);
    void choosePatchList();
    void setStride(int stride);
    void follow();
    void followNetworks();

    const WorkspaceHost& host_;
    StudyController& study_;
    QLabel* imagesTitle_;
    QListWidget* images_;
    QToolButton* removeImages_;
    QPushButton* openImage_;
    QLabel* networksTitle_;
    QListWidget* networks_;
    QComboBox* patches_;
    QSpinBox* stride_;
    QToolButton* patchList_;
    MutedLabel* store_;
    QCheckBox* maps_;
    MutedLabel* tasks_;
    std::vector<ModelSpec> listed_;  ///< of the rows of networks_
    QWidget* parts_;                 ///< all that can be changed
};

}  // namespace lamscope::ui
