// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filter_pictures.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "view/pane_arrangement.h"

namespace lamscope::ui {

namespace {

constexpr int lambdaSteps = 150;  // 0…1.5
constexpr double lambdaStep = 0.01;
constexpr int gapOfPictures = 4;

QString decibels(const std::optional<double>& psnr) {
    return psnr ? FilterPictures::tr("%1 dB").arg(fixedText(*psnr, 2)) : QString();
}

}  // namespace

FilterPictures::FilterPictures(FaigController& filters, QWidget* parent)
    : QWidget(parent)
    , filters_(filters)
    , image_(new QComboBox)
    , degradation_(new QComboBox)
    , lambda_(new QSlider(Qt::Horizontal))
    , lambdaNumber_(new QDoubleSpinBox)
    , controls_(makeControls())
    , area_(new QWidget) {
    const std::array names{tr("Input"),  tr("Other input"), tr("Target"),
                           tr("Masked"), tr("Baseline"),    tr("Masked − target, ×10")};
    for (std::size_t i = 0; i < panes; ++i) {
        pictures_[i] = new LinkedPicture(transform_, names[i], area_);
    }
    pictures_[Difference]->setHelp(tr("Ten times the difference of the changed network to the target, around grey"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(controls_);
    column->addWidget(area_, 1);
    setAccessibleName(tr("Pictures of the changed network"));
    connect(&filters_, &FaigController::picturesChanged, this, &FilterPictures::followPictures);
    connect(&filters_, &FaigController::rankingChanged, this, &FilterPictures::follow);
    connect(&filters_, &FaigController::resultsChanged, this, &FilterPictures::follow);
    connect(&filters_, &FaigController::lookChanged, this, &FilterPictures::follow);
    connect(&filters_, &FaigController::stateChanged, this, &FilterPictures::follow);
    connect(&filters_, &FaigController::runChanged, this, &FilterPictures::followPictures);
    connect(&derived_, &DerivedPictures::ready, this, &FilterPictures::followPictures);
    connect(&transform_, &ViewTransform::changed, this, &FilterPictures::followVisible);
    follow();
}

/// The panes use the transform, which would go first.
FilterPictures::~FilterPictures() {
    delete area_;
}

QWidget* FilterPictures::makeControls() {
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(6, 2, 6, 0);
    row->setSpacing(6);
    const auto add = [&](const QString& text, QWidget* control, const QString& help) {
        auto* caption = new MutedLabel(text);
        caption->setBuddy(control);
        control->setAccessibleName(text);
        control->setToolTip(help);
        row->addWidget(caption);
        row->addWidget(control);
        return caption;
    };
    image_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    image_->setMaximumWidth(150);
    image_->setObjectName(QStringLiteral("shownImage"));
    degradation_->setObjectName(QStringLiteral("shownDegradation"));
    add(tr("Image"), image_, tr("Whose pictures stand below"));
    add(tr("degraded by"), degradation_, tr("What the networks are given"));
    row->addSpacing(8);
    lambda_->setRange(0, lambdaSteps);
    lambda_->setSingleStep(5);
    lambda_->setPageStep(10);
    lambda_->setTickPosition(QSlider::TicksBelow);
    lambda_->setTickInterval(50);
    lambda_->setMinimumWidth(90);
    lambda_->setObjectName(QStringLiteral("lambda"));
    add(tr("λ"), lambda_,
        tr("Weights of the top filters: λ · target + (1 − λ) · baseline. 0: masked; 1: the target; beyond 1 "
           "exaggerates"));
    lambda_->setAccessibleName(tr("λ of the top filters"));
    row->setStretchFactor(lambda_, 1);
    lambdaNumber_->setRange(0.0, lambdaSteps * lambdaStep);
    lambdaNumber_->setSingleStep(0.1);
    lambdaNumber_->setDecimals(2);
    lambdaNumber_->setKeyboardTracking(false);
    lambdaNumber_->setAccessibleName(tr("λ of the top filters, as a number"));
    lambdaNumber_->setObjectName(QStringLiteral("lambdaNumber"));
    row->addWidget(lambdaNumber_);
    connect(image_, &QComboBox::activated, this, [this](int index) {
        auto look = filters_.look();
        look.image = static_cast<std::size_t>(index);
        filters_.setLook(look);
    });
    connect(degradation_, &QComboBox::activated, this, [this](int index) {
        auto look = filters_.look();
        look.degradation = static_cast<std::size_t>(index);
        filters_.setLook(look);
    });
    // While the slider is held the pictures follow; what it is let go at is a step of the undo history.
    connect(lambda_, &QSlider::valueChanged, this, [this](int value) {
        if (lambda_->isSliderDown()) {
            filters_.previewLambda(value * lambdaStep);
        } else {
            filters_.setLambda(value * lambdaStep);
        }
    });
    connect(lambda_, &QSlider::sliderReleased, this, [this] { filters_.setLambda(lambda_->value() * lambdaStep); });
    connect(lambdaNumber_, &QDoubleSpinBox::valueChanged, &filters_, &FaigController::setLambda);
    return controls;
}

std::size_t FilterPictures::otherDegradation() const {
    const auto& ran = filters_.ran();
    const auto shown = filters_.look().degradation;
    const auto count = ran ? ran->options.degradations.size() : 0;
    if (count < 2) {
        return shown;
    }
    const auto& against = filters_.state().options.against;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != shown && ran->options.degradations[i].name == against) {
            return i;
        }
    }
    return shown == 0 ? 1 : 0;
}

void FilterPictures::follow() {
    followControls();
    followPictures();
}

void FilterPictures::followControls() {
    const auto& ran = filters_.ran();
    QStringList images;
    QStringList degradations;
    if (ran) {
        const auto most = static_cast<std::size_t>(std::max(ran->options.images, 0));  // the others are not computed
        for (std::size_t i = 0; i < std::min(ran->images.size(), most); ++i) {
            images << QString::fromStdString(ran->images[i].image.stem().string());
        }
        for (const auto& degradation : ran->options.degradations) {
            degradations << QString::fromStdString(degradation.name);
        }
    }
    const auto fill = [](QComboBox* box, const QStringList& texts, std::size_t chosen) {
        const QSignalBlocker quiet(box);
        QStringList listed;
        for (int i = 0; i < box->count(); ++i) {
            listed << box->itemText(i);
        }
        if (listed != texts) {
            box->clear();
            box->addItems(texts);
        }
        box->setCurrentIndex(std::min(static_cast<int>(chosen), box->count() - 1));
        box->setEnabled(box->count() > 1);
    };
    fill(image_, images, filters_.look().image);
    fill(degradation_, degradations, filters_.look().degradation);
}

std::shared_ptr<const Pyramid> FilterPictures::partPyramid(std::size_t which,
                                                           const std::shared_ptr<const Image>& image) {
    auto& [of, pyramid] = parts_.at(which);
    if (of != image) {
        of = image;
        pyramid = std::make_shared<const Pyramid>(makePyramid(*image));
    }
    return pyramid;
}

PanePicture FilterPictures::pictureOf(const std::shared_ptr<const Image>& image) {
    PanePicture picture;
    if (image) {
        picture.image = image;
        picture.base = derived_.pyramid(image);
        const auto& hr = filters_.pictures().images->hr;
        picture.basePlace = QRectF(0.0, 0.0, hr.width(), hr.height());
    }
    return picture;
}

void FilterPictures::followPictures() {
    const auto& shown = filters_.pictures();
    const QSignalBlocker quiet(lambda_);
    const QSignalBlocker quietNumber(lambdaNumber_);
    const double lambda = filters_.lambda();
    if (!lambda_->isSliderDown()) {
        lambda_->setValue(static_cast<int>(std::lround(lambda / lambdaStep)));
    }
    lambdaNumber_->setValue(lambda);
    const bool hasTop = filters_.ranked() != nullptr;
    lambda_->setEnabled(hasTop);
    lambdaNumber_->setEnabled(hasTop);

    const auto& ran = filters_.ran();
    const bool isThere = shown.images != nullptr && ran && shown.image == filters_.look().image
                         && filters_.look().degradation < shown.images->lr.size();
    const auto nameOf = [&](std::size_t degradation) {
        return ran && degradation < ran->options.degradations.size()
                   ? QString::fromStdString(ran->options.degradations[degradation].name)
                   : QString();
    };
    const auto own = filters_.look().degradation;
    const auto other = otherDegradation();
    pictures_[Input]->setTitle(ran ? tr("Input, %1").arg(nameOf(own)) : tr("Input"));
    pictures_[OtherInput]->setTitle(ran ? tr("Input, %1").arg(nameOf(other)) : tr("Other input"));
    const auto top = filters_.top().size();
    pictures_[Changed]->setTitle(lambda == 0.0 ? tr("Masked") : tr("λ = %1").arg(fixedText(lambda, 2)));
    pictures_[Changed]->setHelp(tr("The target with its top %1 filters (%2 %) at λ = %3")
                                    .arg(top)
                                    .arg(filters_.state().percent)
                                    .arg(fixedText(lambda, 2)));
    pictures_[Difference]->setTitle(lambda == 0.0 ? tr("Masked − target, ×10") : tr("λ − target, ×10"));
    const std::array notices{
        QString(), QString(),
        QString(), hasTop ? QString() : filters_.isRunning() ? tr("after the scores") : tr("no ranking yet"),
        QString(), QString()};
    for (std::size_t i = 0; i < panes; ++i) {
        pictures_[i]->setNotice(notices.at(i));
    }
    if (!isThere) {
        for (auto* picture : pictures_) {
            picture->setPicture({});
            picture->setValue({});
        }
        return;
    }
    const auto& hr = shown.images->hr;
    if (shown_.lock() != shown.images) {
        const bool isFirst = shown_.expired();
        shown_ = shown.images;
        transform_.setSceneSize(QSizeF(hr.width(), hr.height()));
        if (isFirst) {
            transform_.fit();
        }
        arrange();
    }
    // A degraded image belongs to the others: they share one lifetime.
    const auto lrOf = [&](std::size_t degradation) {
        return std::shared_ptr<const Image>(shown.images, &shown.images->lr[degradation]);
    };
    const bool isOwn = shown.degradation == own;
    pictures_[Input]->setPicture(pictureOf(lrOf(own)));
    pictures_[OtherInput]->setPicture(pictureOf(lrOf(std::min(other, shown.images->lr.size() - 1))));
    pictures_[Target]->setPicture(isOwn ? pictureOf(shown.target) : PanePicture());
    pictures_[Baseline]->setPicture(isOwn ? pictureOf(shown.baseline) : PanePicture());
    pictures_[Target]->setValue(isOwn ? decibels(shown.psnrTarget) : QString());
    pictures_[Baseline]->setValue(isOwn ? decibels(shown.psnrBaseline) : QString());
    const bool hasChanged = isOwn && hasTop;  // without a ranking nothing is changed
    auto changed = hasChanged ? pictureOf(shown.changed) : PanePicture();
    auto difference = hasChanged ? pictureOf(shown.difference) : PanePicture();
    const bool hasPart = hasChanged && shown.part != nullptr;
    // What is of another λ, share or ranking than the title says is dimmed until it is replaced.
    const auto wanted = filters_.shownChange();
    const bool isNew = shown.wholeChange == wanted;
    const bool isPartNew = hasPart && shown.change == wanted;
    changed.dimmed = !isNew;
    difference.dimmed = !isNew;
    if (hasPart && changed.image) {
        const double scale = static_cast<double>(shown.part->width()) / std::max(shown.partPlace.width, 1);
        const QRectF place(shown.partPlace.x * scale, shown.partPlace.y * scale, shown.part->width(),
                           shown.part->height());
        changed.parts.push_back({shown.part, nullptr, partPyramid(0, shown.part), place});
        if (difference.image && shown.partDifference) {
            difference.parts.push_back({shown.partDifference, nullptr, partPyramid(1, shown.partDifference), place});
        }
    }
    // The picture of before stays until the new one is ready to be drawn.
    const auto put = [isPartNew](LinkedPicture& pane, const PanePicture& picture) {
        if (picture.base || !picture.image || !pane.picture().base) {
            pane.setPicture(picture, isPartNew);
        } else {
            auto before = pane.picture();
            before.dimmed = true;
            pane.setPicture(before);
        }
    };
    put(*pictures_[Changed], changed);
    put(*pictures_[Difference], difference);
    pictures_[Changed]->setValue(hasChanged && isNew && !hasPart ? decibels(shown.psnrChanged) : QString());
    followVisible();
}

/// Tells the controller which LR pixels are in view.
void FilterPictures::followVisible() {
    const auto& images = filters_.pictures().images;
    if (!images || images->lr.empty()) {
        filters_.setVisible({});
        return;
    }
    if (filters_.pictures().image != filters_.look().image) {
        filters_.setVisible({});  // what is in view is of another image
        return;
    }
    const auto& lr = images->lr.front();
    const double scale = static_cast<double>(images->hr.width()) / lr.width();
    const auto visible = transform_.visible();
    const int left = std::clamp(static_cast<int>(std::floor(visible.left() / scale)), 0, lr.width());
    const int top = std::clamp(static_cast<int>(std::floor(visible.top() / scale)), 0, lr.height());
    const int right = std::clamp(static_cast<int>(std::ceil(visible.right() / scale)), left, lr.width());
    const int bottom = std::clamp(static_cast<int>(std::ceil(visible.bottom() / scale)), top, lr.height());
    filters_.setVisible({left, top, right - left, bottom - top});
}

void FilterPictures::arrange() {
    const auto images = shown_.lock();
    const QSizeF scene = images ? QSizeF(images->hr.width(), images->hr.height()) : QSizeF(4.0, 3.0);
    const PanesToArrange wanted{.count = panes,
                                .scene = scene,
                                .frame = {0, pictures_.front()->titleHeight()},
                                .bar = {0, 0},
                                .sharesBar = true,
                                .gap = gapOfPictures};
    const auto best = arrangePanes(wanted, area_->size());
    for (int i = 0; i < panes; ++i) {
        const QPoint corner(i % best.columns * (best.pane.width() + gapOfPictures),
                            i / best.columns * (best.pane.height() + gapOfPictures));
        pictures_.at(static_cast<std::size_t>(i))->setGeometry(QRect(corner, best.pane));
    }
    transform_.setViewport(QSizeF(best.image) * devicePixelRatioF());
}

void FilterPictures::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layout()->activate();
    arrange();
}

void FilterPictures::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    arrange();
}

}  // namespace lamscope::ui
