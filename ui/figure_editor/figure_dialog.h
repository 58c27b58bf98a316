// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <vector>

#include "attribution/lam_json.h"
#include "session/figure_layout.h"

class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace lamscope::ui {

class FigureForm;
class FigurePreview;

/// Edits the layout of a paper figure and shows it while it is edited. It computes nothing: the owner answers
/// layoutChanged() with setDocuments() or setMessage(). Not modal.
class FigureDialog final : public QDialog {
    Q_OBJECT

public:
    explicit FigureDialog(const FigureLayout& layout, QWidget* parent = nullptr);

    [[nodiscard]] const FigureLayout& figureLayout() const;
    [[nodiscard]] const std::vector<LamDocument>& documents() const { return documents_; }
    [[nodiscard]] int dpi() const;

    /// What the figure shows, see layOutFigure().
    void setDocuments(std::vector<LamDocument> documents);
    /// Why there is nothing to show yet.
    void setMessage(const QString& text);

signals:
    void layoutChanged(const lamscope::ui::FigureLayout& layout);
    void exportRequested();

private:
    void showFigure();

    std::vector<LamDocument> documents_;
    FigureForm* form_;
    FigurePreview* preview_;
    QPlainTextEdit* caption_;
    QSpinBox* dpi_;
    QPushButton* export_;
};

}  // namespace lamscope::ui
