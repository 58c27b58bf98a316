// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace lamscope::ui {

/// Text that matters less than what it stands beside: in a muted colour that follows the palette.
class MutedLabel final : public QLabel {
    Q_OBJECT

public:
    explicit MutedLabel(const QString& text = {}, QWidget* parent = nullptr);

    /// Makes it the heading of a panel: small bold capitals.
    void setHeading();
    /// Allows a layout to make the label narrower than its text, which is then one line that ends in "…"; the tool tip
    /// has all of the text.
    void setShortened();

    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void applyColour();

    bool shortened_ = false;
};

}  // namespace lamscope::ui
