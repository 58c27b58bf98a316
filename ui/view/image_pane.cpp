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

#include "session/layer_table.h"
#include "view/areas_of_interest.h"
#include "view/erf_layer.h"
#include "view/input_controls.h"
#include "view/pane_header.h"

namespace lamscope::ui {

namespace {

constexpr int frameWidth = 2;
constexpr int headerPadding = 8;

/// Pixels of the box grid per LR pixel of a network.
double lrPixel(const Session& session, const NetworkEntry& entry) {
    return session.role() == ImageRole::Hr ? entry.card.scale : session.gridScale();
}

QRectF placeOf(const Image& image, double pixel) {
    return {0.0, 0.0, image.width() * pixel, image.height() * pixel};
}

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
    const double srPixel = lrPixel(session, *entry) / entry->card.scale;
    return {patch.x * srPixel, patch.y * srPixel, patch.size * srPixel, patch.size * srPixel};
}

QPoint floored(QPointF point) {
    return {static_cast<int>(std::floor(point.x())), static_cast<int>(std::floor(point.y()))};
}

/// The pixel under a point of the scene, of a picture whose pixels have this side there.
std::optional<QPoint> pixelAt(QPointF scene, const QRectF& place, double side) {
    const auto pixel = floored((scene - place.topLeft()) / side);
    const QRect all(0, 0, static_cast<int>(std::lround(place.width() / side)),
                    static_cast<int>(std::lround(place.height() / side)));
    return all.contains(pixel) ? std::optional(pixel) : std::nullopt;
}

bool hasHr(const Session& session) {
    return session.hasImage() && session.role() == ImageRole::Hr;
}

bool showsSrError(const Session& session) {
    return layerRow(session.view().layer).scale == LayerScale::SrError;
}

/// Equal images have an infinite PSNR.
QString twoDecimals(double value) {
    return std::isinf(value) ? QStringLiteral("\u221e") : QString::number(value, 'f', 2);
}

QString signedNumber(double value) {
    return (value < 0.0 ? QStringLiteral("\u2212") : QStringLiteral("+")) + QString::number(std::abs(value), 'f', 2);
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

void ImagePane::setSharedMaximum(double maximum) {
    if (maximum != sharedMaximum_) {
        sharedMaximum_ = maximum;
        refresh();
    }
}

void ImagePane::setSharedDiRange(const std::optional<DiRange>& range) {
    if (range != sharedDiRange_) {
        sharedDiRange_ = range;
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
    refreshHeader(entry);
    auto picture = pictureOf(entry);
    view_->setNotice(noticeFor(entry, picture));
    refreshBar(picture);
    view_->setPicture(std::move(picture));
    if (pointer_) {
        emitReadout(*pointer_);  // another value lies under it now
    }
}

void ImagePane::refreshHeader(const NetworkEntry& entry) {
    header_->setTitle(entry.colour, entry.name(), session_.digitOf(entry.id));
    QString value;
    QString detail;
    if (entry.state == NetworkEntry::State::Loading) {
        detail = tr("loading\u2026");
    } else if (entry.state == NetworkEntry::State::Failed) {
        value = tr("failed");
    } else if (entry.result) {
        const auto mine = measureOf(*entry.result);
        const auto text = mine ? twoDecimals(*mine) : QStringLiteral("\u2013");
        value = showsSrError(session_) ? tr("PSNR %1 dB").arg(text) : tr("DI %1").arg(text);
        const auto* reference = session_.network(session_.reference());
        if (reference != nullptr && reference->id != entry.id && !entry.stale) {
            const auto* other = reference->currentResult();
            const auto theirs = other != nullptr ? measureOf(*other) : std::nullopt;
            if (mine && theirs && std::isfinite(*mine - *theirs)) {
                detail = signedNumber(*mine - *theirs);
            }
        }
    }
    header_->setValue(value, detail, entry.stale && entry.state == NetworkEntry::State::Ready);
    setNames(entry.name(), entry.stale ? tr("%1, of an older box").arg(value) : value);
}

std::optional<double> ImagePane::measureOf(const LamResult& result) const {
    return showsSrError(session_) ? result.psnrPatch : result.diffusionIndex;
}

PanePicture ImagePane::pictureOf(const NetworkEntry& entry) const {
    PanePicture picture;
    picture.box = boxOf(session_, &entry);
    if (entry.state != NetworkEntry::State::Ready || entry.card.scale == 0) {
        return picture;
    }
    const auto& view = session_.view();
    if (showsSrError(session_) && addSrError(picture, entry)) {
        return picture;
    }
    addBase(picture, entry);
    if (view.layer == Layer::DiMap) {
        addDiMap(picture, entry);
        return picture;
    }
    if (view.layer == Layer::ErfHere) {
        addField(picture, entry);
        return picture;
    }
    picture.opaqueMap = layerRow(view.layer).cover == LayerCover::Opaque;
    const bool isItsOwnReference = layerRow(view.layer).needs.reference && session_.reference() == entry.id;
    if (!entry.result || isItsOwnReference) {
        return picture;
    }
    PlacedResult reference;
    if (const auto* other = session_.network(session_.reference())) {
        reference = {other->currentResult(), lrPixel(session_, *other)};
    }
    const PlacedResult shown{entry.result.get(), lrPixel(session_, entry)};
    picture.map = makeLayer(shown, reference, view, sharedMaximum_);
    picture.dimmed = entry.stale;
    if (picture.dimmed && !picture.map.picture.isNull()) {
        picture.map.picture = desaturated(picture.map.picture);
    }
    if (view.layer == Layer::Area) {
        addArea(picture, entry);
    }
    return picture;
}

void ImagePane::addBase(PanePicture& picture, const NetworkEntry& entry) const {
    const auto& view = session_.view();
    const double pixel = lrPixel(session_, entry);
    std::shared_ptr<const Image> image;
    const auto& layer = layerRow(view.layer);
    const bool wantsLr = layer.needs.hr || (layer.cover == LayerCover::Translucent && view.overlayOnLr);
    if (layer.needs.hr && hasHr(session_)) {
        image = session_.image().pixels;
        picture.basePlace = placeOf(*image, 1.0);
    } else {
        const bool takesLr = wantsLr || !entry.sr;
        image = takesLr ? entry.lr : entry.sr;
        if (image) {
            picture.basePlace = placeOf(*image, takesLr ? pixel : pixel / entry.card.scale);
        }
    }
    if (image) {
        // A red map over a red image would be lost; half and half is the paper's, in the image's own colours.
        const bool grey = (view.layer == Layer::Overlay && view.overlay == OverlayStyle::FollowMap && entry.result)
                          || (view.layer == Layer::ErfHere && entry.field.result)
                          || (view.layer == Layer::DiMap && entry.diMap);
        picture.image = image;
        picture.base = grey ? pictures_.greyPyramid(image) : pictures_.pyramid(image);
        // Until it is there, or there in the other colours: no flash of an empty pane.
        if (const auto& before = view_->picture(); !picture.base && before.image == image) {
            picture.base = before.base;
        } else if (!picture.base && image == entry.sr && before.image == entry.lr && before.base) {
            picture.image = before.image;
            picture.base = before.base;
            picture.basePlace = before.basePlace;
            picture.parts = before.parts;
        }
        if (!wantsLr && !entry.sr) {
            addParts(picture, entry, grey, false);
        }
    }
}

void ImagePane::addParts(PanePicture& picture, const NetworkEntry& entry, bool grey, bool error) const {
    if (const auto& result = entry.result; result && !result->sr.empty()) {
        addPart(picture, entry,
                {.place = result->context,
                 .sr = {result, &result->sr},
                 .hr = result->hr.empty() ? nullptr : std::shared_ptr<const Image>(result, &result->hr)},
                grey, error);
    }
    for (const auto& part : entry.srParts) {
        addPart(picture, entry, part, grey, error);
    }
}

void ImagePane::addPart(PanePicture& picture, const NetworkEntry& entry, const live::SrPart& known, bool grey,
                        bool error) const {
    if (error && !known.hr) {
        return;
    }
    const auto& [x, y, width, height] = known.place;
    const double pixel = lrPixel(session_, entry);
    PicturePart part{.image = known.sr,
                     .hr = known.hr,
                     .base = nullptr,
                     .place = {x * pixel, y * pixel, width * pixel, height * pixel}};
    if (error) {
        part.base = pictures_.srError(known.sr, known.hr);
    } else {
        part.base = grey ? pictures_.greyPyramid(known.sr) : pictures_.pyramid(known.sr);
    }
    if (!part.base) {
        const auto& before = view_->picture().parts;
        if (const auto same = std::ranges::find(before, part.place, &PicturePart::place); same != before.end()) {
            part.base = same->base;  // of the map before, or in other colours
        }
    }
    picture.parts.push_back(std::move(part));
}

bool ImagePane::addSrError(PanePicture& picture, const NetworkEntry& entry) const {
    if (!hasHr(session_)) {
        return false;
    }
    if (!entry.sr) {
        if (!entry.lr) {
            return false;
        }
        picture.image = entry.lr;
        picture.base = pictures_.greyPyramid(entry.lr);
        picture.basePlace = placeOf(*entry.lr, lrPixel(session_, entry));
        addParts(picture, entry, false, true);
        return true;
    }
    picture.image = entry.sr;
    picture.base = pictures_.srError(entry.sr, session_.image().pixels);
    picture.basePlace = placeOf(*entry.sr, lrPixel(session_, entry) / entry.card.scale);
    return true;
}

void ImagePane::addArea(PanePicture& picture, const NetworkEntry& entry) const {
    picture.areaColours = &colourMap(session_.view().colourMap);
    picture.area = pictures_.area(entry.result);
    const auto& before = view_->picture();
    if (!picture.area && before.area) {  // the last one, as what it is, until the new one is there
        picture.area = before.area;
        picture.map = before.map;
        picture.dimmed = true;
    }
}

void ImagePane::addField(PanePicture& picture, const NetworkEntry& entry) const {
    const auto& [result, place, stale, trouble] = entry.field;
    if (result) {
        picture.map = makeErfLayer({.result = result.get(), .place = place, .lrPixel = lrPixel(session_, entry)},
                                   session_.view());
        picture.dimmed = stale;
        if (stale) {
            picture.map.picture = desaturated(picture.map.picture);
        }
    }
}

std::optional<DiRange> ImagePane::rangeOf(const DiMap& map) const {
    return sharedDiRange_ ? sharedDiRange_ : diRange(map);
}

void ImagePane::addDiMap(PanePicture& picture, const NetworkEntry& entry) const {
    if (entry.diMap) {
        picture.diMap = {entry.diMap, lrPixel(session_, entry) / entry.card.scale};
        picture.map = makeDiMapLayer(picture.diMap, session_.view(), rangeOf(*entry.diMap).value_or(DiRange()));
    }
}

QString ImagePane::noticeFor(const NetworkEntry& entry, const PanePicture& picture) const {
    if (entry.state == NetworkEntry::State::Loading) {
        return tr("Loading %1\u2026").arg(entry.name());
    }
    if (entry.state == NetworkEntry::State::Failed) {
        return tr("%1 failed\n%2").arg(entry.name(), entry.message);
    }
    if (!entry.message.isEmpty()) {
        return entry.message;
    }
    if (layerRow(session_.view().layer).needs.reference && session_.reference() == entry.id) {
        return tr("The reference: the other maps are compared with this one's.");
    }
    if (showsSrError(session_)) {
        return session_.role() == ImageRole::Lr ? tr("There is no HR image: the image that is open is the LR image.")
               : entry.sr                       ? QString()
               : !picture.parts.empty()         ? entry.srParts.empty()
                                                      ? tr("Outside of the context the SR image is not computed yet.")
                                                      : tr("The rest of the SR image is not computed yet.")
                                                : tr("The SR image is not computed yet.");
    }
    if (session_.view().layer == Layer::DiMap) {
        return entry.diMap || !entry.diMapTrouble.isEmpty() ? entry.diMapTrouble : tr("No DI map yet.");
    }
    if (session_.view().layer == Layer::ErfHere) {
        const auto& field = entry.field;
        return field.result || !field.trouble.isEmpty() ? field.trouble : tr("No receptive field yet.");
    }
    if (entry.stale) {
        return {};
    }
    return picture.area ? picture.area->trouble : picture.map.trouble;
}

void ImagePane::refreshBar(const PanePicture& picture) {
    if (layerRow(session_.view().layer).scale == LayerScale::None) {
        bar_->setScale(nullptr, {}, false);
    } else if (showsSrError(session_)) {
        const bool known = hasHr(session_) && picture.image != nullptr;
        bar_->setScale(known ? &divergingColourMap() : nullptr, tr("8-bit levels"), false,
                       {QStringLiteral("\u2212%1").arg(srErrorRange), QStringLiteral("+%1").arg(srErrorRange)});
    } else if (picture.area && !picture.area->bands.empty()) {
        bar_->setScale(picture.areaColours, tr("density"), picture.dimmed);
    } else if (picture.diMap.map) {
        const auto range = rangeOf(*picture.diMap.map);
        const auto number = [](double index) { return QString::number(index, 'f', index < 10.0 ? 2 : 1); };
        bar_->setScale(range ? picture.map.colours : nullptr, sharedDiRange_ ? tr("DI, shared scale") : tr("DI"), false,
                       range ? ColourBar::Ends{number(range->least), number(range->largest)} : ColourBar::Ends());
    } else if (session_.view().layer == Layer::ErfHere) {
        bar_->setScale(picture.map.colours, tr("share, N = %1").arg(picture.map.width), picture.dimmed,
                       {QStringLiteral("10\u207B\u2074"), tr("largest")});
    } else {
        bar_->setScale(picture.map.colours, sharedMaximum_ > 0.0 ? tr("shared scale") : tr("own scale"),
                       picture.dimmed);
    }
    emit scaleChanged();
}

// --- the input

void ImagePane::refreshInput() {
    gridScale_ = session_.gridScale();
    header_->setTitle(QColor(128, 128, 128), tr("Input"));
    header_->setValue({}, {}, false);
    controls_->refresh();
    view_->setNotice({});
    PanePicture picture;
    if (session_.hasImage()) {
        picture.image = session_.image().pixels;
        picture.base = pictures_.pyramid(picture.image);
        picture.basePlace = placeOf(*session_.image().pixels, session_.gridScale());
        picture.box = boxOf(session_, nullptr);
        if (session_.view().areasOfInterest) {
            addInterest(picture);
        }
    }
    bar_->setKeys(picture.interest.isNull() ? std::vector<ColourBar::Key>()
                                            : std::vector<ColourBar::Key>{{mostLookColour, tr("most look here")},
                                                                          {someLookColour, tr("some do")}});
    setNames(tr("Input"), session_.role() == ImageRole::Hr ? tr("HR image") : tr("LR image"));
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
        const double pixel = lrPixel(session_, *first);
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
        const auto at = pixelAt(scene, part.place, pixel / scale);
        if (at && known && part.hr && showsSrError(session_)) {
            readout.srError = srErrorAt(*part.image, *part.hr, *at);
        }
    }
    const auto& map = picture.map;
    if (known && showsSrError(session_) && hasHr(session_) && picture.image == entry->sr) {
        if (const auto at = pixelAt(scene, picture.basePlace, pixel / scale)) {
            readout.srError = srErrorAt(*entry->sr, *session_.image().pixels, *at);
        }
    }
    if (picture.diMap.map) {
        if (const auto cell = cellUnder(picture.diMap, scene)) {
            if (const auto* shownCell = picture.diMap.map->shownAt(cell->x(), cell->y())) {
                readout.cell = *shownCell;
            }
        }
    } else if (!map.values.empty()) {
        if (const auto at = pixelAt(scene, map.place, map.place.width() / map.width)) {
            const auto index = static_cast<std::size_t>(at->y()) * static_cast<std::size_t>(map.width)
                               + static_cast<std::size_t>(at->x());
            if (known && session_.view().layer == Layer::ErfHere && entry->field.result) {
                readout.fieldShare = entry->field.result->map.at(index);
            } else {
                readout.mapValue = map.values[index];
            }
            readout.mapIsStale = picture.dimmed;
        }
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
