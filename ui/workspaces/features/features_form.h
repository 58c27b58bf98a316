// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <functional>
#include <vector>

#include "session/features_controller.h"
#include "workspaces/workspace.h"

class QAction;
class QComboBox;
class QGridLayout;
class QLabel;
class QListWidget;
class QProgressBar;
class QToolButton;
class QVBoxLayout;

namespace lamscope::ui {

class MutedLabel;
class RecipeRows;

/// What features are computed of: networks, HR images, recipes, options of the view; the button that runs it, and how
/// far it has come. Files may be dropped on it. The arguments must outlive it.
class FeaturesForm final : public QWidget {
    Q_OBJECT

public:
    /// @param run  begins and cancels.
    FeaturesForm(const WorkspaceHost& host, FeaturesController& features, QAction& run, QWidget* parent = nullptr);

    /// Gives files: images and folders become HR images, all else is the window's.
    void give(const QStringList& files);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeParts();
    void addNetworks(QVBoxLayout& column);
    void addImages(QVBoxLayout& column);
    void addRecipes(QVBoxLayout& column);
    void addFoot(QVBoxLayout& column, QAction& run);
    template <typename Options>
    QWidget* makeOptions(const std::vector<OptionRow<Options>>& table, const std::vector<std::string_view>& names,
                         Options FeaturesState::*options);
    QLabel* addOptionControl(QGridLayout& grid, int place, const OptionDescription& option, QWidget* control);
    void removeImages();
    void addRecipe();
    void takeRecipes();
    void removeRecipe(int row);
    void showRecipes();
    void follow();
    void followNetworks();
    void followRun();
    void applyColours();

    const WorkspaceHost& host_;
    FeaturesController& features_;
    QListWidget* networks_;
    QListWidget* images_;
    MutedLabel* imagesTitle_ = nullptr;
    QToolButton* removeImages_ = nullptr;
    RecipeRows* recipes_ = nullptr;
    QComboBox* reduction_;
    std::vector<std::function<void()>> showOptions_;  ///< each puts a value into its control
    QWidget* srgaOptions_ = nullptr;
    QWidget* ddrOptions_ = nullptr;
    QLabel* hint_;
    QProgressBar* progress_;
    MutedLabel* progressText_;
    QWidget* parts_;
    bool follows_ = false;
};

}  // namespace lamscope::ui
