// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPainterPath>
#include <QRectF>
#include <vector>

#include "report/lam_json.h"
#include "session/figure_layout.h"

namespace lamscope::ui {

/// An outline filled with a colour, in pixels of its picture.
struct FigureBand {
    QPainterPath outline;
    QColor colour;
};

/// One picture of a figure; all coordinates are in the picture's own pixels.
struct FigurePicture {
    QImage image;  ///< opaque
    QRectF box{};  ///< the patch; empty: not drawn
    std::vector<FigureBand> bands{};
    bool framed = false;  ///< the picture is white at its edges: a frame shows where it ends
};

/// The pictures of one network's result, as a layout wants them. `named` and `layout` must outlive this object.
class FigurePictures {
public:
    /// @param sharedMaximum the attribution that maps to 1; 0: each map's own maximum.
    FigurePictures(const NamedLamResult& named, const FigureLayout& layout, double sharedMaximum);

    [[nodiscard]] FigurePicture cell(FigureCell cell) const;

    /// The scene with the box: the HR image, or the LR image if HR is not known.
    [[nodiscard]] FigurePicture scene() const;
    [[nodiscard]] FigurePicture lr() const;   ///< with the box
    [[nodiscard]] FigurePicture sr() const;   ///< with the box
    [[nodiscard]] FigurePicture map() const;  ///< on white, one pixel per value
    /// The patch and its surroundings in the scene, the same part as FigureCell::Patch shows of the SR image.
    [[nodiscard]] FigurePicture scenePatch() const;
    /// The patch alone, in the scene.
    [[nodiscard]] FigurePicture inset() const;
    /// γ(α) of the path that `options` describe.
    [[nodiscard]] FigurePicture pathImage(const LamOptions& options, double alpha) const;
    /// The gradient at a point of the path, one pixel per value.
    /// @param sharedMaximum the gradient that maps to 1; 0: this gradient's own maximum.
    [[nodiscard]] FigurePicture pathGradient(const PathGradient& gradient, double sharedMaximum) const;

    [[nodiscard]] bool hasHr() const;
    /// The part of the context that pictures of the whole context show, LR pixels of the context.
    [[nodiscard]] Rect shown() const { return shown_; }

private:
    [[nodiscard]] FigurePicture patch() const;
    [[nodiscard]] FigurePicture overlay() const;
    [[nodiscard]] FigurePicture area() const;
    /// The shown part of a map's picture, with a frame.
    [[nodiscard]] FigurePicture croppedMap(const QImage& map) const;
    /// The shown part of a picture of the context, with the box; `finer` picture pixels lie along an LR pixel.
    [[nodiscard]] FigurePicture cropped(const QImage& context, int finer) const;
    /// The patch and its surroundings, cut out of an image of the context; the side is `sides` times the patch's side.
    [[nodiscard]] FigurePicture around(const Image& context, int finer, double sides) const;

    const NamedLamResult& named_;
    const FigureLayout& layout_;
    double sharedMaximum_;
    Rect shown_;
    QRectF boxSr_;  // the patch in SR pixels of the context
};

/// The attribution that maps to 1 in all maps of a figure with shared normalisation; 0 with own normalisation.
[[nodiscard]] double sharedMaximum(const std::vector<LamDocument>& documents, const FigureLayout& layout);

/// The gradient that maps to 1 in all gradients of a figure with shared normalisation; 0 with own normalisation.
[[nodiscard]] double sharedGradientMaximum(const std::vector<LamDocument>& documents, const FigureLayout& layout);

/// True when both results lie on one LR grid.
[[nodiscard]] bool sharesGrid(const NamedLamResult& named, const NamedLamResult& other);

/// Where the networks of a document look, over the LR image of the first result. Results on another grid than the first
/// result (another scale) are left out.
[[nodiscard]] FigurePicture interestPicture(const LamDocument& document, const FigureLayout& layout);

}  // namespace lamscope::ui
