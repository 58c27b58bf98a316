// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

namespace lamscope::ui {

/// One line of text that a layout may make narrower than the text. The tool tip shows a text that does not fit.
class ElidedLabel : public QWidget {
    Q_OBJECT

public:
    enum class TooLong {
        Shorten,  ///< leaves out the middle, but keeps a few letters
        Omit,     ///< hides the whole text: a part of a number would mislead
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
