// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>
#include <array>
#include <filesystem>
#include <optional>

#include "session/session.h"

class QCPPainter;
class QLabel;
class QStackedLayout;

namespace lamscope::ui {

class CurvePlot;

/// What happens along the path, for all shown networks in their colours: the detector's value, the path's speed, and
/// the attribution summed so far against the ΔD that it should reach. One cursor runs through the three plots and reads
/// the values off. `session` must outlive it.
class CurvesPanel final : public QWidget {
    Q_OBJECT

public:
    explicit CurvesPanel(Session& session, QWidget* parent = nullptr);

    /// The three plots on one page, as vectors, black on white. Throws Error(WriteFailed).
    void savePdf(const std::filesystem::path& file) const;
    /// The same as an image, `scale` device pixels per pixel of the screen.
    [[nodiscard]] QImage picture(double scale = 2.0) const;

signals:
    void pathPositionHovered(double alpha);  ///< 0…1; the path image there is of interest
    void pathPositionLeft();

protected:
    void hideEvent(QHideEvent* event) override;

private:
    static constexpr int plotCount = 3;

    void refresh();
    void hover(double alpha);
    void leave();
    void showReadout(double alpha);
    [[nodiscard]] QString readoutHtml(double alpha) const;
    /// Of the selected network's path, or the first one's: see LamCurves.
    [[nodiscard]] std::optional<double> restsFrom() const;
    void paintPlots(QCPPainter& painter) const;

    Session& session_;
    std::array<CurvePlot*, plotCount> plots_;
    QStackedLayout* stack_;
    QLabel* readout_;
    std::optional<double> hovered_;
};

}  // namespace lamscope::ui
