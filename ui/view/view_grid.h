// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>
#include <memory>
#include <unordered_map>
#include <vector>

#include "view/box_follower.h"
#include "view/derived_pictures.h"
#include "view/image_pane.h"
#include "view/view_transform.h"

namespace lamscope::ui {

/// The centre of the window: the input pane and a pane for each shown network, in the order of the session. Rows,
/// columns and the side of the colour bars make the images as large as possible; where the scale is shared, one colour
/// bar stands for all panes. All panes pan and zoom together. Arrow keys move the box by one SR
/// pixel, with Shift by the box's size.
class ViewGrid : public QWidget {
    Q_OBJECT

public:
    enum class Maximised { None, Input, Network };

    explicit ViewGrid(Session& session, QWidget* parent = nullptr);
    ~ViewGrid() override;
    ViewGrid(const ViewGrid&) = delete;
    ViewGrid& operator=(const ViewGrid&) = delete;

    [[nodiscard]] ViewTransform& transform() { return transform_; }
    /// Shows the whole image, or the context of the box if the whole image is in view.
    void toggleWhole() { follower_.toggleWhole(); }
    /// Fills the grid with one pane, as a double click on a header does. When that network is hidden or removed, all
    /// panes return.
    void setMaximised(Maximised what, NetworkId id = 0);
    [[nodiscard]] Maximised maximised() const { return maximised_; }
    [[nodiscard]] NetworkId maximisedNetwork() const { return maximisedNetwork_; }
    /// Shows a network's picture in the pane under the pointer, otherwise in the selected network's or the first one,
    /// until endPeek().
    void peek(NetworkId id);
    void endPeek();
    /// The panes in view, from left to right and from top to bottom.
    [[nodiscard]] std::vector<ImagePane*> panes() const;

    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void hovered(const lamscope::ui::Readout& readout);
    void left();
    void maximisedChanged();
    /// The user wants to see or change what makes the input worse.
    void degradationRequested();

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    ImagePane* addPane(NetworkId id);
    void updatePanes();
    void updateScene();
    void updateSharedScale();
    [[nodiscard]] bool sharesBar() const;
    void updateSharedBar();
    void arrange();

    Session& session_;
    ViewTransform transform_;
    BoxFollower follower_{session_, transform_, *this};
    DerivedPictures pictures_;
    std::unordered_map<NetworkId, ImagePane*> panes_;
    std::vector<ImagePane*> order_;
    ColourBar* sharedBar_;
    Maximised maximised_ = Maximised::None;
    NetworkId maximisedNetwork_ = 0;
    QPointer<ImagePane> peeking_;       ///< shows another network's picture
    std::weak_ptr<const Image> image_;  ///< the image for which the panes were last arranged
};

}  // namespace lamscope::ui
