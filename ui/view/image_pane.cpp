// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/image_pane.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "session/scale_words.h"
#include "view/areas_of_interest.h"
#include "view/image_layer.h"
#include "view/input_controls.h"
#include "view/pane_header.h"
#include "view/pane_layer.h"

namespace lamscope::ui {

namespace {

constexpr int frameWidth = 2;
constexpr int headerPadding = 8;

QRectF toQRectF(const Box& box) {
    return {static_cast<double>(box.x), static_cast<double>(box.y), static_cast<double>(box.size),
            static_cast<double>(box.size)};
}

/// The box as a network has it: rounded to its own SR pixels.
QRectF boxOf(const Session& session, const NetworkEntry* entry) {
    if (!session.hasImage()) {
        return {};
    }
    if (entry == nullptr || entry->card.scale == 0) {
        return toQRectF(session.box());
    }
    const auto patch = session.patchFor(*entry);
    const double srPixel = session.lrPixel(*entry) / entry->card.scale;
    return {patch.x * srPixel, patch.y * srPixel, patch.size * srPixel, patch.size * srPixel};
}

QPoint floored(QPointF point) {
    return {static_cast<int>(std::floor(point.x())), static_cast<int>(std::floor(point.y()))};
}

/// What the layers ask of a network.
bool isReady(const NetworkEntry& entry) {
    return entry.state == NetworkEntry::State::Ready && entry.card.scale != 0;
}

/// Equal images have an infinite PSNR.
QString numberText(double value, int decimals) {
    return std::isinf(value) ? QStringLiteral("\u221e") : QString::number(value, 'f', decimals);
}

QString signedNumber(double value, int decimals) {
    return (value < 0.0 ? QStringLiteral("\u2212") : QStringLiteral("+"))
           + QString::number(std::abs(value), 'f', decimals);
}

}  // namespace

ImagePane::ImagePane(Session& session, ViewTransform& transform, DerivedPictures& pictures, NetworkId id,
                     QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , pictures_(pictures)
    , id_(id)
    , header_(new PaneHeader(this))
    , view_(new ImageView(session, transform, this))
    , bar_(new ColourBar(this))
    , body_(new QBoxLayout(QBoxLayout::LeftToRight)) {
    header_->setFixedHeight(fontMetrics().height() + headerPadding);
    if (id_ == input) {
        controls_ = new InputControls(session, header_);
        header_->addWidget(controls_);
        connect(controls_, &InputControls::degradationRequested, this, &ImagePane::degradationRequested);
    }
    body_->setSpacing(0);
    body_->addWidget(view_, 1);
    body_->addWidget(bar_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(frameWidth, frameWidth, frameWidth, frameWidth);
    layout->setSpacing(0);
    layout->addWidget(header_);
    layout->addLayout(body_, 1);

    const auto select = [this] {
        if (id_ != input) {
            session_.select(id_);
        }
    };
    connect(header_, &PaneHeader::pressed, this, select);
    connect(header_, &PaneHeader::doubleClicked, this, &ImagePane::headerDoubleClicked);
    connect(view_, &ImageView::pressed, this, select);
    connect(view_, &ImageView::hovered, this, &ImagePane::emitReadout);
    connect(view_, &ImageView::left, this, [this] {
        pointer_.reset();
        emit left();
    });
    connect(&session_, &Session::networkChanged, this, [this](NetworkId changed) {
        if (changed == shown() || changed == session_.reference() || id_ == input) {
            refresh();
        }
    });
    connect(&session_, &Session::boxChanged, this, &ImagePane::refreshBox);
    connect(&session_, &Session::imageChanged, this, &ImagePane::refresh);
    connect(&session_, &Session::degradedImageChanged, this, [this] {
        if (shown() == input) {
            refresh();
        }
    });
    connect(&session_, &Session::networkListChanged, this, &ImagePane::refresh);
    connect(&session_, &Session::viewChanged, this, &ImagePane::refresh);
    connect(&session_, &Session::selectionChanged, this, qOverload<>(&QWidget::update));
    connect(qApp, &QApplication::focusChanged, this, qOverload<>(&QWidget::update));
    connect(&pictures_, &DerivedPictures::ready, this, &ImagePane::refresh);
    refresh();
}

QSize ImagePane::frameSize() const {
    return {2 * frameWidth, 2 * frameWidth + header_->height()};
}

void ImagePane::setBarPlace(std::optional<Qt::Orientation> place) {
    bar_->setVisible(place.has_value());
    if (place) {
        bar_->setOrientation(*place);
        body_->setDirection(*place == Qt::Vertical ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    }
}

void ImagePane::setSharedRange(const std::optional<ValueRange>& range) {
    if (range != sharedRange_) {
        sharedRange_ = range;
        refresh();
    }
}

void ImagePane::showInstead(std::optional<NetworkId> other) {
    instead_ = other;
    if (controls_ != nullptr && other) {
        controls_->hide();
    }
    refresh();
}

void ImagePane::refresh() {
    if (shown() == input) {
        refreshInput();
        return;
    }
    const auto* entry = session_.network(shown());
    if (entry != nullptr) {  // otherwise it was removed, and so will this pane be
        refreshNetwork(*entry);
    }
}

void ImagePane::refreshBox() {
    if (session_.gridScale() != gridScale_) {
        refresh();
    } else {
        view_->setBox(boxOf(session_, session_.network(shown())));
    }
}

// --- a network

void ImagePane::refreshNetwork(const NetworkEntry& entry) {
    gridScale_ = session_.gridScale();
    const auto& layer = paneLayer(session_.view().layer);
    const auto given = inputOf(entry);
    const bool drawn = isReady(entry);
    refreshHeader(entry, layer);
    auto picture = drawn ? layer.picture(given) : PanePicture();
    picture.box = boxOf(session_, &entry);
    view_->setNotice(entry.message.isEmpty() && drawn ? layer.notice(given, picture) : noticeOf(entry));
    bar_->setScale(drawn ? layer.scale(given, picture) : ColourScale());
    emit scaleChanged();
    view_->setPicture(std::move(picture));
    if (pointer_) {
        emitReadout(*pointer_);  // another value lies under it now
    }
}

LayerInput ImagePane::inputOf(const NetworkEntry& entry) const {
    return {session_, pictures_, entry, sharedRange_, view_->picture()};
}

void ImagePane::refreshHeader(const NetworkEntry& entry, const PaneLayer& layer) {
    header_->setTitle(entry.colour, entry.name(), session_.digitOf(entry.id));
    const auto mine = isReady(entry) ? layer.measure(entry) : std::nullopt;
    const bool stale = mine && mine->stale;
    QString value;
    QString detail;
    if (entry.state == NetworkEntry::State::Loading) {
        detail = tr("loading\u2026");
    } else if (entry.state == NetworkEntry::State::Failed) {
        value = tr("failed");
    } else if (mine) {
        value = mine->text.arg(mine->value ? numberText(*mine->value, mine->decimals) : QStringLiteral("\u2013"));
        const auto* reference = session_.network(session_.reference());
        // DI of scale 1 and of others are not comparable.
        if (reference != nullptr && reference->id != entry.id && !stale
            && (reference->card.scale == 1) == (entry.card.scale == 1)) {
            const auto theirs = layer.measure(*reference);
            if (mine->value && theirs && !theirs->stale && theirs->value
                && std::isfinite(*mine->value - *theirs->value)) {
                detail = signedNumber(*mine->value - *theirs->value, mine->decimals);
            }
        }
    }
    header_->setValue(value, detail, stale);
    setNames(entry.name(), stale ? tr("%1, of an older box").arg(value) : value);
}

QString ImagePane::noticeOf(const NetworkEntry& entry) {
    switch (entry.state) {
        case NetworkEntry::State::Loading:
            return tr("Loading %1\u2026").arg(entry.name());
        case NetworkEntry::State::Failed:
            return tr("%1 failed\n%2").arg(entry.name(), entry.message);
        case NetworkEntry::State::Ready:
            break;
    }
    return entry.message;
}

// --- the input

void ImagePane::refreshInput() {
    gridScale_ = session_.gridScale();
    header_->setTitle(QColor(128, 128, 128), tr("Input"));
    const auto& degraded = session_.degradedImage();
    const bool showsDegraded = degraded && (session_.keepsSize() || session_.networks().empty());
    const auto recipe = showsDegraded ? QString::fromStdString(toString(session_.degradation())) : QString();
    header_->setValue({}, {}, false);
    controls_->refresh();
    view_->setNotice({});
    PanePicture picture;
    if (session_.hasImage()) {
        picture.image = showsDegraded ? degraded : session_.image().pixels;
        picture.base = pictures_.pyramid(picture.image);
        if (!picture.base && showsDegraded) {
            picture.base = view_->picture().base;  // no flash of an empty pane
        }
        picture.basePlace = placeOfImage(*session_.image().pixels, session_.gridScale());
        picture.box = boxOf(session_, nullptr);
        if (session_.view().areasOfInterest) {
            addInterest(picture);
        }
    }
    bar_->setKeys(picture.interest.isNull() ? std::vector<ColourBar::Key>()
                                            : std::vector<ColourBar::Key>{{mostLookColour, tr("most look here")},
                                                                          {someLookColour, tr("some do")}});
    const auto role = session_.role() == ImageRole::Hr ? tr("HR image") : tr("LR image");
    setNames(tr("Input"), showsDegraded ? tr("degraded by %1").arg(recipe) : inScaleWords(role, session_.keepsSize()));
    view_->setPicture(std::move(picture));
}

void ImagePane::addInterest(PanePicture& picture) const {
    std::vector<std::shared_ptr<const MassSet>> sets;
    bool complete = true;
    const NetworkEntry* first = nullptr;
    QStringList leftOut;
    for (const auto& entry : session_.networks()) {
        if (!entry.shown || !entry.result || !entry.lr) {
            continue;
        }
        first = first == nullptr ? &entry : first;
        if (entry.lr->width() != first->lr->width() || entry.lr->height() != first->lr->height()) {
            leftOut += entry.name();
            continue;
        }
        const auto set = entry.stale ? nullptr : pictures_.mass(entry.result);
        complete = complete && set != nullptr;
        sets.push_back(set);
    }
    view_->setNotice(
        leftOut.isEmpty()
            ? QString()
            : tr("Not counted, because their LR images have another size: %1").arg(leftOut.join(QStringLiteral(", "))));
    if (sets.empty()) {
        return;
    }
    if (complete) {
        const auto areas = areasOfInterest(sets);
        const double pixel = session_.lrPixel(*first);
        picture.interest = areasPicture(areas);
        picture.interestPlace = {areas.place.x * pixel, areas.place.y * pixel, areas.place.width * pixel,
                                 areas.place.height * pixel};
    } else {  // the last ones, as what they are, until all are there
        picture.interest = view_->picture().interest;
        picture.interestPlace = view_->picture().interestPlace;
        picture.dimmed = true;
    }
}

// --- both

void ImagePane::setNames(const QString& name, const QString& description) {
    setAccessibleName(name);
    setAccessibleDescription(description);
    view_->setAccessibleName(tr("Picture of %1").arg(name));
    bar_->setAccessibleName(tr("Colours of %1").arg(name));
}

void ImagePane::emitReadout(QPointF scene) {
    pointer_ = scene;
    const auto& picture = view_->picture();
    if (!pixelAt(scene, {0.0, 0.0, 1.0 * session_.gridWidth(), 1.0 * session_.gridHeight()}, 1.0)) {
        emit left();
        return;
    }
    const auto* entry = session_.network(shown());
    const bool known = entry != nullptr && entry->card.scale > 0;
    const int scale = known ? entry->card.scale : session_.boxScale();
    const double pixel = session_.role() == ImageRole::Hr ? scale : session_.gridScale();
    Readout readout;
    readout.network = shown();
    readout.scale = scale;
    readout.lr = scene / pixel;
    readout.sr = floored(scene / pixel * scale);
    const auto readColour = [&](const std::shared_ptr<const Image>& image, const QRectF& place) {
        const auto at = image ? pixelAt(scene, place, place.width() / image->width()) : std::nullopt;
        if (at) {
            readout.colour = colourAt(*image, *at);
        }
    };
    readColour(picture.image, picture.basePlace);
    for (const auto& part : picture.parts) {
        readColour(part.image, part.place);
    }
    if (entry != nullptr && isReady(*entry)) {
        readout.value = paneLayer(session_.view().layer).readout(inputOf(*entry), picture, scene);
    }
    emit hovered(readout);
}

void ImagePane::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().window());
    // The keys of the panes change the selected network, or the box alone where none has a pane.
    const auto* selected = session_.network(session_.selected());
    const bool isSelected = selected != nullptr && selected->shown ? selected->id == id_ : id_ == input;
    const bool hasKeys = isSelected && parentWidget() != nullptr && parentWidget()->hasFocus();
    const bool marked = hasKeys || (isSelected && id_ != input);
    QColor line = palette().color(marked ? QPalette::Highlight : QPalette::WindowText);
    line.setAlphaF(marked ? 1.0F : 0.18F);
    const int width = hasKeys ? frameWidth : 1;
    const QRect inner = rect().adjusted(width, width, -width, -width);
    painter.setClipRegion(QRegion(rect()).subtracted(inner));
    painter.fillRect(rect(), line);
}

}  // namespace lamscope::ui
