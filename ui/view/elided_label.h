// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

namespace lamscope::ui {

/// One line of text that gives way in a layout. What does not fit is told by the tool tip.
class ElidedLabel : public QWidget {
    Q_OBJECT

public:
    enum class TooLong {
        Shorten,  ///< in its middle, but not to less than a few letters
        Omit,     ///< altogether: part of a number misleads
    };

    ElidedLabel(TooLong tooLong, QWidget* parent);

    void setText(const QString& text);
    [[nodiscard]] const QString& text() const { return text_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void updateToolTip();

    TooLong tooLong_;
    QString text_;
};

}  // namespace lamscope::ui
