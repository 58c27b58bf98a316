// SPDX-License-Identifier: GPL-3.0-or-later
// What the forms at the left of workspaces are made of.
#pragma once

#include <QString>
#include <utility>

class QHBoxLayout;
class QToolButton;

namespace lamscope::ui {

class MutedLabel;

/// A button beside a title or a row. @param help its tip and accessible name. @param name its object name.
[[nodiscard]] QToolButton* formButton(const QString& text, const QString& help, const QString& name);

/// A title in a row with room for buttons at its right end.
[[nodiscard]] std::pair<MutedLabel*, QHBoxLayout*> formTitle(const QString& text = {});

}  // namespace lamscope::ui
