// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBoxLayout>
#include <QWidget>
#include <optional>

#include "session/session.h"
#include "view/colour_bar.h"
#include "view/derived_pictures.h"
#include "view/image_view.h"
#include "view/pane_layer.h"
#include "view/readout.h"
#include "view/view_transform.h"

namespace lamscope::ui {

class InputControls;
class PaneHeader;

/// The pane of one network, or of the input image: header, image with box, colour bar. What it shows of a network is
/// that of the layer in view (PaneLayer). Updates itself when the session changes.
class ImagePane : public QWidget {
    Q_OBJECT

public:
    static constexpr NetworkId input = 0;

    /// @param id  a network of the session, or `input`.
    ImagePane(Session& session, ViewTransform& transform, DerivedPictures& pictures, NetworkId id,
              QWidget* parent = nullptr);

    [[nodiscard]] NetworkId id() const { return id_; }
    [[nodiscard]] const ImageView& view() const { return *view_; }
    [[nodiscard]] ImageView& view() { return *view_; }
    [[nodiscard]] const PaneHeader& header() const { return *header_; }
    [[nodiscard]] const ColourBar& bar() const { return *bar_; }
    /// The size of a pane without its image and without its colour bar, in logical pixels.
    [[nodiscard]] QSize frameSize() const;
    /// Vertical: the colour bar stands at the right of the image. Horizontal: it lies below. Nullopt: it is hidden,
    /// because another one stands for all panes.
    void setBarPlace(std::optional<Qt::Orientation> place);

    /// Shows the picture of another network in place of its own; nullopt: its own again.
    void showInstead(std::optional<NetworkId> other);

    /// The values at the ends of the colours, see sharedRange(); nullopt: each network's own.
    void setSharedRange(const std::optional<ValueRange>& range);
    void refresh();

signals:
    void hovered(const lamscope::ui::Readout& readout);
    void left();
    void headerDoubleClicked();
    void degradationRequested();  ///< of the input's pane
    void scaleChanged();          ///< bar() shows something else

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    /// The network whose picture is shown, or `input`.
    [[nodiscard]] NetworkId shown() const { return instead_.value_or(id_); }
    void setNames(const QString& name, const QString& description);
    void refreshBox();
    void refreshNetwork(const NetworkEntry& entry);
    void refreshInput();
    void refreshHeader(const NetworkEntry& entry, const PaneLayer& layer);
    [[nodiscard]] LayerInput inputOf(const NetworkEntry& entry) const;
    /// What is to be said whatever the layer is; empty: nothing.
    [[nodiscard]] static QString noticeOf(const NetworkEntry& entry);
    void addInterest(PanePicture& picture) const;
    void emitReadout(QPointF scene);

    Session& session_;
    DerivedPictures& pictures_;
    NetworkId id_;
    std::optional<NetworkId> instead_;  ///< shown in place of `id_`
    std::optional<ValueRange> sharedRange_;
    int gridScale_ = 0;  ///< grid scale of the session for which the picture's places were computed
    PaneHeader* header_;
    InputControls* controls_ = nullptr;  ///< in the input pane only
    ImageView* view_;
    std::optional<QPointF> pointer_;  // position of the pointer over the view, on the box grid
    ColourBar* bar_;
    QBoxLayout* body_;  ///< image and colour bar
};

}  // namespace lamscope::ui
