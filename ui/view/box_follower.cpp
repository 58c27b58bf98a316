// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/box_follower.h"

#include <QWidget>

namespace lamscope::ui {

namespace {

constexpr double leastLrPixel = 4.0;  // side on the screen, logical pixels
constexpr int usualContext = 64;      // LR pixels: of maps that see the whole image, what is shown around the box
constexpr int contextMargin = 8;      // LR pixels

QRectF toRectF(const Box& box) {
    return {1.0 * box.x, 1.0 * box.y, 1.0 * box.size, 1.0 * box.size};
}

}  // namespace

double BoxFollower::leastZoom() const {
    return leastLrPixel * panes_.devicePixelRatioF() / session_.boxScale();
}

QRectF BoxFollower::context() const {
    const int asked = session_.options().context.value_or(usualContext);
    const double side = ((asked > 0 ? asked : usualContext) + 2.0 * contextMargin) * session_.boxScale();
    QRectF region(0.0, 0.0, side, side);
    region.moveCenter(toRectF(session_.box()).center());
    return region;
}

void BoxFollower::follow() {
    if (!session_.hasImage()) {
        return;
    }
    const bool another = image_.lock() != session_.image().pixels || role_ != session_.role();
    const bool rescaled = scale_ != session_.boxScale();
    if (another) {
        wantsWhole_ = false;
        box_ = session_.box();
    }
    image_ = session_.image().pixels;
    role_ = session_.role();
    scale_ = session_.boxScale();
    if (another || (rescaled && !wantsWhole_ && (transform_.showsRegion() || transform_.isFitted()))) {
        transform_.showWholeOrRegion(context(), leastZoom());
    }
    if (session_.isDragging()) {
        dragged_ = dragged_ || box_ != session_.box();
    } else {
        followBox();
    }
}

void BoxFollower::followDrag() {
    dragged_ = true;
    followBox();
}

void BoxFollower::followBox() {
    const auto before = toRectF(box_);
    const auto now = toRectF(session_.box());
    if ((before == now && !dragged_) || transform_.isFitted()) {
        box_ = session_.box();
        return;
    }
    const bool jumps = !dragged_ && !before.intersects(now);
    box_ = session_.box();
    dragged_ = false;
    const auto visible = transform_.visible();
    const bool fits = now.width() <= visible.width() && now.height() <= visible.height();
    const bool isSeen = fits ? visible.contains(now) : visible.contains(now.center());
    if (!isSeen && !transform_.showsRegion() && transform_.zoom() >= leastZoom()) {
        transform_.centreOn(now.center());  // the zoom is the user's
    } else if (!isSeen || (jumps && transform_.showsRegion())) {
        transform_.showRegion(context(), leastZoom());
    }
}

void BoxFollower::toggleWhole() {
    wantsWhole_ = !transform_.isFitted();
    if (wantsWhole_) {
        transform_.fit();
    } else {
        transform_.showRegion(context(), leastZoom());
    }
}

}  // namespace lamscope::ui
