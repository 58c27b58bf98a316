// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <string>
#include <vector>

#include "image/degradation.h"

class QLineEdit;
class QVBoxLayout;

namespace lamscope::ui {

/// Rows of degradations that are written as text: a name, a recipe, and a button that removes the row. It shows what it
/// is given and keeps nothing.
class RecipeRows final : public QWidget {
    Q_OBJECT

public:
    enum class Kind {
        Named,  ///< any number of rows with names, which can be removed
        Single  ///< one recipe without a name
    };

    /// @param drawnFor  for what the numbers of ranges are drawn: "image", "patch"; for the tool tip.
    RecipeRows(Kind kind, const QString& drawnFor, QWidget* parent = nullptr);

    struct Texts {
        std::string name{};
        std::string recipe{};
    };

    void setTexts(const std::vector<Texts>& rows);
    /// As they are written.
    [[nodiscard]] std::vector<Texts> texts() const;

signals:
    void edited();
    void removed(int row);

private:
    struct Row {
        QWidget* widget;
        QLineEdit* name;  ///< null where there are no names
        QLineEdit* recipe;
    };

    void addRow();

    Kind kind_;
    QString help_;
    QVBoxLayout* column_;
    std::vector<Row> rows_;
};

/// The first of `usual` whose name is not there yet; without one, a blur with a number in its name.
[[nodiscard]] NamedDegradation nextDegradation(const std::vector<std::string>& namesThere,
                                               const std::vector<std::string>& usual);

}  // namespace lamscope::ui
