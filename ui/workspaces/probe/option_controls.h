// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "session/session.h"
#include "workspaces/compact_tool_bar.h"

class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QSlider;
class QSpinBox;
class QToolButton;

namespace lamscope::ui {

/// The part of the toolbar that says what is computed: preset, path, detector, context, patch. Each change is one step
/// of the session's undo history; what does not fit together is refused in words.
class ComputeControls final : public QObject {
    Q_OBJECT

public:
    /// Adds its controls to `bar`, which owns them.
    ComputeControls(Session& session, CompactToolBar& bar);

private:
    void addPreset(CompactToolBar& bar);
    void addPath(CompactToolBar& bar);
    void addChoices(QComboBox* box, std::string_view option, const std::function<void(LamOptions&)>& alsoChange = {});
    template <typename SpinBox>
    void addNumber(QFormLayout* form, SpinBox* box, std::string_view option);
    void change(const std::function<void(LamOptions&)>& what);
    void follow();

    Session& session_;
    bool keepsSize_ = false;  ///< as the contexts are named
    QComboBox* preset_;
    QComboBox* rule_;
    QSpinBox* nodes_;
    QDoubleSpinBox* tolerance_;
    QToolButton* accuracy_ = nullptr;
    QToolButton* pathButton_ = nullptr;
    QComboBox* path_;
    QDoubleSpinBox* sigma_;
    QSpinBox* kernel_;
    QComboBox* detector_;
    QComboBox* context_;
    QComboBox* patch_;
};

/// The part of the toolbar that says how it looks: layer, opacity, colour map, normalisation.
class ViewControls final : public QObject {
    Q_OBJECT

public:
    ViewControls(Session& session, CompactToolBar& bar);

private:
    void change(const std::function<void(ViewSettings&)>& what);
    void follow();
    /// In the words for the networks of now; those that cannot be chosen are grey.
    void nameLayers();

    Session& session_;
    bool keepsSize_ = false;  ///< as the layers are named
    CompactToolBar& bar_;
    QComboBox* layer_;
    QSlider* opacity_;
    QComboBox* colourMap_;
    QComboBox* normalisation_;
    QComboBox* stride_;
    std::array<QAction*, 2> strideActions_{};  ///< of its caption and itself on the bar
};

}  // namespace lamscope::ui
