// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QString>
#include <memory>
#include <optional>

#include "scene/network_input.h"
#include "session/session.h"
#include "view/colour_map.h"
#include "view/pane_picture.h"

namespace lamscope::ui {

class DerivedPictures;

/// From what a layer makes its picture of a network.
struct LayerInput {
    const Session& session;
    DerivedPictures& pictures;
    const NetworkEntry& entry;                ///< Ready
    const std::optional<ValueRange>& shared;  ///< sharedRange(), or nullopt: the network's own range
    const PanePicture& before;                ///< what the pane has shown until now: better than a flash of nothing

    [[nodiscard]] const ViewSettings& view() const { return session.view(); }
    /// Sides of an LR and of an SR pixel of the network, in pixels of the box grid.
    [[nodiscard]] double lrPixel() const { return session.lrPixel(entry); }
    [[nodiscard]] double srPixel() const { return lrPixel() / entry.card.scale; }
    /// The truth beside the network's output; null where it is not known.
    [[nodiscard]] std::shared_ptr<const Image> hr() const {
        const bool isImage = session.hasImage() && !isInputItself(session.input().recipe(), entry.card.scale);
        return isImage ? session.image().pixels : entry.hr;
    }
    /// Side of its pixels, in pixels of the box grid.
    [[nodiscard]] double hrPixel() const { return session.role() == ImageRole::Hr ? 1.0 : srPixel(); }
};

/// The range of the values that a network's picture has by itself.
struct LayerRange {
    ValueRange values;
    bool stale = false;  ///< of an older box or of older options
};

/// The number in the header of a pane.
struct HeaderMeasure {
    QString text;                 ///< "%1" stands for the number
    std::optional<double> value;  ///< nullopt: not defined
    bool stale = false;           ///< of an older box or of older options
    int decimals = 2;
};

/// What a layer of layerTable brings to the panes of networks. The pane draws what a layer gives and knows no method; a
/// layer holds nothing between two calls. GUI thread only.
class PaneLayer {
public:
    PaneLayer() = default;
    virtual ~PaneLayer() = default;
    PaneLayer(const PaneLayer&) = delete;
    PaneLayer& operator=(const PaneLayer&) = delete;

    /// The image and what lies over it, without the box. Quick: what takes long is a derived picture.
    [[nodiscard]] virtual PanePicture picture(const LayerInput& input) const = 0;
    /// What the pane says in words over `picture`, as why something is missing; empty: nothing.
    [[nodiscard]] virtual QString notice(const LayerInput& input, const PanePicture& picture) const;
    /// What the colours of `picture` mean; without colours the pane's bar is blank.
    [[nodiscard]] virtual ColourScale scale(const LayerInput& input, const PanePicture& picture) const;
    /// The value of `picture` under a point of the box grid, for the status bar; empty: none.
    [[nodiscard]] virtual QString readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const;
    /// The header's number; nullopt: none. The DI of the network's map unless the layer has one of its own.
    [[nodiscard]] virtual std::optional<HeaderMeasure> measure(const NetworkEntry& entry) const;

    /// The values that a scale for all panes must cover for this network; nullopt: none, or the layer's scale is fixed.
    [[nodiscard]] virtual std::optional<LayerRange> range(const NetworkEntry& entry) const;
    /// The colours mean the same in all panes once their range is shared: one bar can stand for all.
    [[nodiscard]] virtual bool sharesBar() const { return true; }
    /// What the status bar says when the user has stopped computing.
    [[nodiscard]] virtual QString stoppedText() const;
};

/// The object of a layer; defined in pane_layers.cpp, which lists them.
[[nodiscard]] const PaneLayer& paneLayer(Layer layer);

/// The range over all networks shown of the layer in view: of those that are not stale, if there are any. Nullopt where
/// each network has its own scale, and while nothing is known.
[[nodiscard]] std::optional<ValueRange> sharedRange(const Session& session);

}  // namespace lamscope::ui
