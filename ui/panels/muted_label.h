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

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColour();
};

}  // namespace lamscope::ui
