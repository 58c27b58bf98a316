// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <vector>

#include "view/colour_map.h"

namespace lamscope::ui {

/// The colours of a pane's map, from the highest value at the top to the lowest, with their meaning along the side; or
/// a key to single colours. A bar without either is blank and keeps its width, so that panes keep their size when the
/// layer changes.
class ColourBar : public QWidget {
    Q_OBJECT

public:
    explicit ColourBar(QWidget* parent = nullptr);

    struct Key {
        QRgb colour;
        QString meaning;
    };

    /// The texts at the ends of a scale.
    struct Ends {
        QString lowest;
        QString highest;
    };

    /// @param ends  empty: "0" and "1", for a diverging map "−1" and "+1".
    void setScale(const ColourMap* colours, const QString& caption, bool dimmed, const Ends& ends = {});
    /// Shows single colours, each with its meaning, instead of a scale; empty: blank.
    void setKeys(const std::vector<Key>& keys);
    [[nodiscard]] const ColourMap* colours() const { return colours_; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void drawScale(QPainter& painter, const QRect& bar) const;
    void drawKeys(QPainter& painter, const QRect& bar) const;
    [[nodiscard]] QColor inked(float opacity) const;

    const ColourMap* colours_ = nullptr;
    QString caption_;
    Ends ends_;
    std::vector<Key> keys_;
    bool dimmed_ = false;
};

}  // namespace lamscope::ui
