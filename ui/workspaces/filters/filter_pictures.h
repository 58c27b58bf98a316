// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "session/faig_controller.h"
#include "view/derived_pictures.h"
#include "view/view_transform.h"
#include "workspaces/filters/linked_picture.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace lamscope::ui {

class MutedLabel;

/// What the changed network makes of an image, beside target and baseline: the degraded inputs, the SR images, ten
/// times the difference, with linked zoom; above them image, degradation and the slider of λ. The controller must
/// outlive it.
class FilterPictures final : public QWidget {
    Q_OBJECT

public:
    explicit FilterPictures(FaigController& filters, QWidget* parent = nullptr);
    ~FilterPictures() override;

    [[nodiscard]] ViewTransform& transform() { return transform_; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 130}; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    enum Pane { Input, OtherInput, Target, Changed, Baseline, Difference, panes };

    QWidget* makeControls();
    void follow();
    void followControls();
    void followPictures();
    void followVisible();
    void arrange();
    /// Small parts are drawn at once, so that they follow the slider; each is made ready once.
    [[nodiscard]] std::shared_ptr<const Pyramid> partPyramid(std::size_t which,
                                                             const std::shared_ptr<const Image>& image);
    [[nodiscard]] PanePicture pictureOf(const std::shared_ptr<const Image>& image);
    /// The degradation of the second input: that which the ranking is against, or another one.
    [[nodiscard]] std::size_t otherDegradation() const;

    FaigController& filters_;
    ViewTransform transform_;
    DerivedPictures derived_;
    QComboBox* image_;
    QComboBox* degradation_;
    QSlider* lambda_;
    QDoubleSpinBox* lambdaNumber_;
    QWidget* controls_;
    QWidget* area_;
    std::array<LinkedPicture*, panes> pictures_{};
    std::weak_ptr<const FaigImages> shown_;
    std::array<std::pair<std::shared_ptr<const Image>, std::shared_ptr<const Pyramid>>, 2> parts_;
};

}  // namespace lamscope::ui
