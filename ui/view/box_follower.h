// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "session/session.h"
#include "view/view_transform.h"

class QWidget;

namespace lamscope::ui {

/// Keeps the box in view, with what the networks see around it. An image that opens is shown whole where an LR pixel
/// then covers at least 4 logical pixels of the screen; otherwise the panes show the context of the box and a margin.
/// When the box jumps, the panes show its new context. While the box is dragged, the panes stay where they are.
/// GUI thread only.
class BoxFollower {
public:
    /// @param panes  tells the device pixels per logical pixel.
    BoxFollower(const Session& session, ViewTransform& transform, const QWidget& panes)
        : session_(session)
        , transform_(transform)
        , panes_(panes) {}

    /// To be called when image, box or networks have changed, after the transform has learnt the extent of the scene.
    void follow();
    /// The same in the middle of a drag that no pointer holds, as by the arrow keys.
    void followDrag();
    /// Shows the whole image, or the context if the whole image is in view.
    void toggleWhole();

private:
    [[nodiscard]] double leastZoom() const;
    [[nodiscard]] QRectF context() const;
    void followBox();

    const Session& session_;
    ViewTransform& transform_;
    const QWidget& panes_;
    std::weak_ptr<const Image> image_;  ///< that was shown last
    ImageRole role_ = ImageRole::Hr;    ///< of `image_`
    int scale_ = 0;                     ///< of the LR pixels, when `image_` was shown
    Box box_;                           ///< that was followed last
    bool dragged_ = false;              ///< `box_` was left alone because it was being dragged
    bool wantsWhole_ = false;           ///< the user does, of this image
};

}  // namespace lamscope::ui
