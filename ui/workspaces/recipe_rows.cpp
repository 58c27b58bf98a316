// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/recipe_rows.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "dialogs/icons.h"
#include "workspaces/form_parts.h"

namespace lamscope::ui {

namespace {

void showText(QLineEdit* edit, const std::string& text) {
    const auto shown = QString::fromStdString(text);
    if (edit != nullptr && edit->text() != shown) {
        edit->setText(shown);
    }
}

}  // namespace

RecipeRows::RecipeRows(Kind kind, const QString& drawnFor, QWidget* parent)
    : QWidget(parent)
    , kind_(kind)
    , help_(tr("Steps joined by +: blur:σ[:side], rain:RANGE[:amplitude], noise:s, jpeg:q; clean: none.\n"
               "σ in HR pixels; RANGE small, medium, large or a file NAME.json, amplitude 0…1; s in levels of 0…255; "
               "q 1…100;\na..b: drawn for each %1")
                .arg(drawnFor))
    , column_(new QVBoxLayout(this)) {
    column_->setContentsMargins(0, 0, 0, 0);
    column_->setSpacing(2);
}

void RecipeRows::addRow() {
    constexpr int leastField = 40;
    auto* widget = new QWidget;
    auto* line = new QHBoxLayout(widget);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(2);
    const auto place = static_cast<int>(rows_.size());
    const bool isNamed = kind_ == Kind::Named;
    auto* name = isNamed ? new QLineEdit : nullptr;
    auto* recipe = new QLineEdit;
    recipe->setObjectName(isNamed ? QStringLiteral("recipe%1").arg(place + 1) : QStringLiteral("recipe"));
    recipe->setAccessibleName(isNamed ? tr("Recipe of degradation %1").arg(place + 1) : tr("Recipe"));
    recipe->setToolTip(help_);
    recipe->setMinimumWidth(leastField);
    connect(recipe, &QLineEdit::editingFinished, this, &RecipeRows::edited);
    if (isNamed) {
        name->setObjectName(QStringLiteral("recipeName%1").arg(place + 1));
        name->setAccessibleName(tr("Name of degradation %1").arg(place + 1));
        name->setToolTip(tr("Name in results"));
        name->setMinimumWidth(leastField);
        connect(name, &QLineEdit::editingFinished, this, &RecipeRows::edited);
        line->addWidget(name, 2);
    }
    line->addWidget(recipe, 3);
    if (isNamed) {
        auto* remove =
            formButton({}, tr("Remove degradation %1").arg(place + 1), QStringLiteral("removeRecipe%1").arg(place + 1));
        remove->setIcon(icon(QStringLiteral("remove")));
        line->addWidget(remove);
        connect(remove, &QToolButton::clicked, this, [this, place] { emit removed(place); });
    }
    column_->addWidget(widget);
    rows_.push_back({widget, name, recipe});
}

void RecipeRows::setTexts(const std::vector<Texts>& rows) {
    while (rows_.size() > rows.size()) {
        rows_.back().widget->deleteLater();
        rows_.back().widget->hide();
        rows_.pop_back();
    }
    while (rows_.size() < rows.size()) {
        addRow();
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        showText(rows_[i].name, rows[i].name);
        showText(rows_[i].recipe, rows[i].recipe);
    }
}

std::vector<RecipeRows::Texts> RecipeRows::texts() const {
    std::vector<Texts> texts;
    for (const auto& row : rows_) {
        texts.push_back({.name = row.name == nullptr ? std::string() : row.name->text().trimmed().toStdString(),
                         .recipe = row.recipe->text().trimmed().toStdString()});
    }
    return texts;
}

NamedDegradation nextDegradation(const std::vector<std::string>& namesThere, const std::vector<std::string>& usual) {
    const auto isFree = [&namesThere](const NamedDegradation& each) {
        return std::ranges::find(namesThere, each.name) == namesThere.end();
    };
    const auto all = namedDegradations(usual);
    if (const auto found = std::ranges::find_if(all, isFree); found != all.end()) {
        return *found;
    }
    for (int number = 2;; ++number) {
        NamedDegradation numbered{"blur" + std::to_string(number), degradationFromString("blur:3")};
        if (isFree(numbered)) {
            return numbered;
        }
    }
}

}  // namespace lamscope::ui
