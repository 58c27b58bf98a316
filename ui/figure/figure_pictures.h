// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPainterPath>
#include <QRectF>
#include <vector>

#include "report/lam_json.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

/// An outline filled with a colour, in the pixels of its picture.
struct FigureBand {
    QPainterPath outline;
    QColor colour;
};

/// One picture of a figure, in its own pixels.
struct FigurePicture {
    QImage image;  ///< opaque
    QRectF box{};  ///< the patch in pixels of `image`; empty: not drawn
    std::vector<FigureBand> bands{};
    bool framed = false;  ///< white to its edges: a line shows where it ends
};

/// The pictures of one network's result as a layout wants them. The result must outlive it.
class FigurePictures {
public:
    /// @param sharedMaximum the attribution that stands for 1 in maps; 0: each map's own.
    FigurePictures(const NamedLamResult& named, const FigureLayout& layout, double sharedMaximum);

    [[nodiscard]] FigurePicture cell(FigureCell cell) const;

    /// The scene: HR, or the LR where HR is not known, with the box.
    [[nodiscard]] FigurePicture scene() const;
    [[nodiscard]] FigurePicture lr() const;   ///< with the box
    [[nodiscard]] FigurePicture sr() const;   ///< with the box
    [[nodiscard]] FigurePicture map() const;  ///< on white, one pixel a value
    /// The patch and its surroundings from the scene, as FigureCell::Patch from the SR image.
    [[nodiscard]] FigurePicture scenePatch() const;
    /// The patch alone, from the scene.
    [[nodiscard]] FigurePicture inset() const;
    /// γ(α) of the path of `options`.
    [[nodiscard]] FigurePicture pathImage(const LamOptions& options, double alpha) const;
    /// The gradient at a point of the path, one pixel a value. @param sharedMaximum what stands for 1; 0: its own
    /// maximum.
    [[nodiscard]] FigurePicture pathGradient(const PathGradient& gradient, double sharedMaximum) const;

    [[nodiscard]] bool hasHr() const;
    /// The part of the context that pictures of the whole show, LR pixels of the context.
    [[nodiscard]] Rect shown() const { return shown_; }

private:
    [[nodiscard]] FigurePicture patch() const;
    [[nodiscard]] FigurePicture overlay() const;
    [[nodiscard]] FigurePicture area() const;
    /// The shown part of a picture of values, framed.
    [[nodiscard]] FigurePicture croppedMap(const QImage& map) const;
    /// The shown part of a picture of the context whose pixels are `finer` times as fine as the LR's, with the box.
    [[nodiscard]] FigurePicture cropped(const QImage& context, int finer) const;
    /// The patch with `sides` times its side of an image of the context.
    [[nodiscard]] FigurePicture around(const Image& context, int finer, double sides) const;

    const NamedLamResult& named_;
    const FigureLayout& layout_;
    double sharedMaximum_;
    Rect shown_;
    QRectF boxSr_;  // the patch in SR pixels of the context
};

/// The attribution that stands for 1 in all maps of a figure with shared normalisation; 0 with their own.
[[nodiscard]] double sharedMaximum(const std::vector<LamDocument>& documents, const FigureLayout& layout);

/// The gradient that stands for 1 in all gradients of a figure with shared normalisation; 0 with their own.
[[nodiscard]] double sharedGradientMaximum(const std::vector<LamDocument>& documents, const FigureLayout& layout);

/// True when the LR pixels of both results are the same ones.
[[nodiscard]] bool sharesGrid(const NamedLamResult& named, const NamedLamResult& other);

/// Where the networks of a document look, over the LR image of its first result. Results on other grids than the first
/// one's (another scale) are left out.
[[nodiscard]] FigurePicture interestPicture(const LamDocument& document, const FigureLayout& layout);

}  // namespace lamscope::ui
