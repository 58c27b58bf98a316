// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <vector>

#include "figure/figure_file.h"
#include "report/lam_json.h"
#include "session/figure_layout.h"

class QCheckBox;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace lamscope::ui {

class FigureForm;
class FigurePreview;
class FigureScenes;

/// Edits the layout of a paper figure and shows it while it is edited. It computes nothing: the owner answers
/// layoutChanged() with setDocuments() or setMessage(), and the requests for images with setFurtherImages(). Not modal.
class FigureDialog final : public QDialog {
    Q_OBJECT

public:
    explicit FigureDialog(const FigureLayout& layout, QWidget* parent = nullptr);

    [[nodiscard]] const FigureLayout& figureLayout() const;
    [[nodiscard]] const std::vector<LamDocument>& documents() const { return documents_; }
    /// What the user has chosen for the file.
    [[nodiscard]] FigureFileOptions fileOptions() const;

    /// What the figure shows, see layOutFigure().
    void setDocuments(std::vector<LamDocument> documents);
    /// The images that the figure shows beside the open one, as the user reads them.
    void setFurtherImages(const QStringList& names);
    /// Why there is nothing to show yet.
    void setMessage(const QString& text);

signals:
    void layoutChanged(const lamscope::ui::FigureLayout& layout);
    void exportRequested();
    void keepImageRequested();  ///< the open image shall stay in the figure
    void removeImageRequested(int index);

private:
    void showFigure();

    std::vector<LamDocument> documents_;
    FigureForm* form_;
    FigureScenes* scenes_;
    FigurePreview* preview_;
    QPlainTextEdit* caption_;
    QSpinBox* dpi_;
    QCheckBox* timeStamp_;
    QPushButton* export_;
};

}  // namespace lamscope::ui
