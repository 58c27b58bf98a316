// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "figure/figure_sheet.h"

namespace lamscope::ui {

/// A sheet as it will be printed, as large as fits.
class FigurePreview final : public QWidget {
    Q_OBJECT

public:
    explicit FigurePreview(QWidget* parent = nullptr);

    void setSheet(const FigureSheet& sheet);
    /// In place of the sheet: why there is none.
    void setMessage(const QString& text);
    [[nodiscard]] const FigureSheet& sheet() const { return sheet_; }

    [[nodiscard]] QSize minimumSizeHint() const override { return {320, 240}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    FigureSheet sheet_;
    QString message_;
};

}  // namespace lamscope::ui
