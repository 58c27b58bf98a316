// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "session/faig_controller.h"
#include "workspaces/workspace.h"

class QAction;
class QComboBox;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QToolButton;
class QVBoxLayout;

namespace lamscope::ui {

class MutedLabel;
class RecipeRows;

/// What scores are computed of: baseline, target, HR images, degradations; the button that runs it, and how far it has
/// come. Files may be dropped on it. The arguments must outlive it.
class FiltersForm final : public QWidget {
    Q_OBJECT

public:
    /// @param run  begins and cancels.
    FiltersForm(const WorkspaceHost& host, FaigController& filters, QAction& run, QWidget* parent = nullptr);

    /// Gives files: images and folders become HR images, one or two networks the baseline and the target that are
    /// missing, in this order; all else is the window's.
    void give(const QStringList& files);
    /// The same for a network that is dropped on one of the two choices.
    void giveNetwork(const QString& file, bool isTarget);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeParts();
    QComboBox* addNetwork(QVBoxLayout& column, const QString& title, const QString& help, bool isTarget);
    void addImages(QVBoxLayout& column);
    void addDegradations(QVBoxLayout& column);
    void addFoot(QVBoxLayout& column, QAction& run);
    void chooseNetwork(bool isTarget, int index);
    void removeImages();
    void addDegradation();
    void takeDegradations();
    void removeDegradation(int row);
    void showDegradations();
    void follow();
    void followNetworks();
    void followRun();
    void applyColours();

    const WorkspaceHost& host_;
    FaigController& filters_;
    QComboBox* baseline_ = nullptr;
    QComboBox* target_ = nullptr;
    QListWidget* images_;
    MutedLabel* imagesTitle_ = nullptr;
    QToolButton* removeImages_ = nullptr;
    QSpinBox* mostImages_;
    RecipeRows* degradations_ = nullptr;
    QComboBox* reduction_;
    QSpinBox* seed_;
    QLabel* hint_;
    QProgressBar* progress_;
    MutedLabel* progressText_;
    QWidget* parts_;
};

}  // namespace lamscope::ui
