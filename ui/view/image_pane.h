// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>

#include "session/session.h"
#include "view/derived_pictures.h"
#include "view/image_view.h"
#include "view/readout.h"
#include "view/view_transform.h"

namespace lamscope::ui {

class ColourBar;
class InputControls;
class PaneHeader;

/// One network of the session, or its input: header, image with box, colour bar. Follows the session by itself.
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
    /// What a pane takes up beside its image, in logical pixels.
    [[nodiscard]] QSize frameSize() const;

    /// The attribution that stands for 1; 0: each map's own maximum.
    void setSharedMaximum(double maximum);
    /// The indices at the ends of a DI map's colours; nullopt: each map's own.
    void setSharedDiRange(const std::optional<DiRange>& range);
    void refresh();

signals:
    void hovered(const lamscope::ui::Readout& readout);
    void left();
    void headerDoubleClicked();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refreshBox();
    void refreshNetwork(const NetworkEntry& entry);
    void refreshInput();
    void refreshHeader(const NetworkEntry& entry);
    [[nodiscard]] PanePicture pictureOf(const NetworkEntry& entry) const;
    void addBase(PanePicture& picture, const NetworkEntry& entry) const;
    void addArea(PanePicture& picture, const NetworkEntry& entry) const;
    void addInterest(PanePicture& picture) const;
    void addDiMap(PanePicture& picture, const NetworkEntry& entry) const;
    [[nodiscard]] std::optional<DiRange> rangeOf(const DiMap& map) const;
    [[nodiscard]] QString noticeFor(const NetworkEntry& entry, const PanePicture& picture) const;
    void refreshBar(const PanePicture& picture);
    void emitReadout(QPointF scene);

    Session& session_;
    DerivedPictures& pictures_;
    NetworkId id_;
    double sharedMaximum_ = 0.0;
    std::optional<DiRange> sharedDiRange_;
    int gridScale_ = 0;  ///< that the places of the picture are meant for
    PaneHeader* header_;
    InputControls* controls_ = nullptr;  ///< of the input pane
    ImageView* view_;
    std::optional<QPointF> pointer_;  // where it is over the view, on the box grid
    ColourBar* bar_;
};

}  // namespace lamscope::ui
