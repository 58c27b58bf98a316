// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/layers.h"

#include <QPainter>
#include <QTest>

#include "base/error.h"
#include "ui/view/view_test_data.h"
#include "view/areas_of_interest.h"
#include "view/pane_picture.h"
#include "view/pyramid.h"
#include "view/sr_error.h"

namespace lamscope::ui {

using testing::resultOf;

namespace {

const QRgb white = qRgb(255, 255, 255);

ViewSettings viewOf(Layer layer) {
    ViewSettings view;
    view.layer = layer;
    return view;
}

/// How a pane looks, one screen pixel per LR pixel of a context at the origin, over a plain grey image.
QImage painted(const LayerMap& map, bool opaque, bool dimmed = false) {
    PanePicture picture;
    const int height = map.picture.height();
    picture.base = std::make_shared<const Pyramid>(makePyramid(*testing::plainImage(map.width, height, 0.4F)));
    picture.basePlace = map.place;
    picture.map = map;
    picture.opaqueMap = opaque;
    picture.dimmed = dimmed;
    if (dimmed) {
        picture.map.picture = desaturated(map.picture);
    }
    QImage image(map.width, height, QImage::Format_RGB32);
    QPainter painter(&image);
    paintPanePicture(painter, picture, {}, image.rect(), 1);
    return image;
}

bool isNear(QRgb colour, int red, int green, int blue) {
    constexpr int rounding = 1;  // of 8-bit blending
    return std::abs(qRed(colour) - red) <= rounding && std::abs(qGreen(colour) - green) <= rounding
           && std::abs(qBlue(colour) - blue) <= rounding;
}

}  // namespace

class LayersTest : public QObject {
    Q_OBJECT

private slots:
    void whiteRedIsThePapersMap();
    void viridisHasThePublishedEnds();
    void divergingMapIsWhiteAtZeroAndEquallyDarkAtBothEnds();
    void colourOutOfRangeIsClampedAndNanIsTheLowest();
    void unknownColourMapIsAnErrorThatNamesTheKnown();

    void mapHasRowZeroOnTopAndColumnsFromTheLeft();
    void mapLiesWhereItsContextIs();
    void sharedMaximumDividesByItInstead();
    void signedLayerIsWhiteAtZeroAndDividedByTheLargestMagnitude();
    void differenceOfEqualMapsIsWhite();
    void differenceTakesTheReferencesPixelAtTheSamePlaceOfTheScene();
    void differenceOutsideOfTheReferencesContextIsTheMapItself();
    void followMapBlendsByValueAndOpacity();
    void halfAndHalfIsHalfMapHalfImage();
    void staleMapIsGreyAndFaint();
    void undefinedMapSaysWhy();
    void imageIsClampedOnlyForDisplay();
    void srErrorIsSignedAndHasOneScale();
    void areaOfOnePixelSaysThatThereIsNone();
    void areaBandsShrinkWithTheLevel();

    void massSetTakesTheFewestPixels();
    void areasOfInterestCountsNetworks();
    void areasAreRedAboveHalfAndBlueBelow();
};

void LayersTest::whiteRedIsThePapersMap() {
    const auto& map = colourMap("white-red");
    QCOMPARE(map.at(0.0), qRgb(255, 255, 255));
    QVERIFY(isNear(map.at(0.25), 255, 127, 127));
    QVERIFY(isNear(map.at(0.5), 255, 0, 0));
    QVERIFY(isNear(map.at(0.75), 191, 0, 0));
    QVERIFY(isNear(map.at(1.0), 128, 0, 0));
    QCOMPARE(colourMapNames().front(), std::string("white-red"));
}

void LayersTest::viridisHasThePublishedEnds() {
    QCOMPARE(colourMap("viridis").at(0.0), qRgb(0x44, 0x01, 0x54));
    QCOMPARE(colourMap("viridis").at(1.0), qRgb(0xfd, 0xe7, 0x25));
    for (const auto& name : colourMapNames()) {
        QVERIFY(!colourMap(name).isDiverging());
        QCOMPARE(colourMap(name).name(), name);
    }
}

void LayersTest::divergingMapIsWhiteAtZeroAndEquallyDarkAtBothEnds() {
    const auto& map = divergingColourMap();
    QVERIFY(map.isDiverging());
    QCOMPARE(map.ofValue(0.0), white);
    const auto linear = [](int level) {
        const double v = level / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    const auto luminance = [&](QRgb c) {
        return 0.2126 * linear(qRed(c)) + 0.7152 * linear(qGreen(c)) + 0.0722 * linear(qBlue(c));
    };
    for (const double value : {0.25, 0.5, 1.0}) {
        const QRgb low = map.ofValue(-value);
        const QRgb high = map.ofValue(value);
        QVERIFY(qBlue(low) > qRed(low));
        QVERIFY(qRed(high) > qBlue(high));
        QVERIFY(std::abs(luminance(low) - luminance(high)) < 0.01);
    }
}

void LayersTest::colourOutOfRangeIsClampedAndNanIsTheLowest() {
    const auto& map = colourMap("white-red");
    QCOMPARE(map.at(-3.0), map.at(0.0));
    QCOMPARE(map.at(7.0), map.at(1.0));
    QCOMPARE(map.at(std::nan("")), map.at(0.0));
}

void LayersTest::unknownColourMapIsAnErrorThatNamesTheKnown() {
    try {
        static_cast<void>(colourMap("jet"));
        QFAIL("no error");
    } catch (const Error& error) {
        QVERIFY(QString::fromUtf8(error.what()).contains(QStringLiteral("viridis")));
    }
}

void LayersTest::mapHasRowZeroOnTopAndColumnsFromTheLeft() {
    const auto result = resultOf({4, 2, 0, 0, -1, -4}, {0, 0, 3, 2});
    const auto map = makeLayer({&result, 4.0}, {}, viewOf(Layer::Map), 0.0);
    const auto& colours = colourMap("white-red");
    QCOMPARE(map.picture.size(), QSize(3, 2));
    QCOMPARE(map.picture.pixel(0, 0), colours.at(1.0));
    QCOMPARE(map.picture.pixel(1, 0), colours.at(0.5));
    QCOMPARE(map.picture.pixel(2, 0), white);
    QCOMPARE(map.picture.pixel(0, 1), white);
    QCOMPARE(map.picture.pixel(1, 1), colours.at(0.25));
    QCOMPARE(map.picture.pixel(2, 1), colours.at(1.0));
    const auto screen = painted(makeLayer({&result, 1.0}, {}, viewOf(Layer::Map), 0.0), true);
    QCOMPARE(screen.pixel(0, 0), colours.at(1.0));
    QCOMPARE(screen.pixel(2, 0), white);
    QCOMPARE(screen.pixel(1, 1), colours.at(0.25));
}

void LayersTest::mapLiesWhereItsContextIs() {
    const auto result = resultOf({1, 0, 0, 0, 0, 0}, {5, 7, 3, 2});
    const auto map = makeLayer({&result, 4.0}, {}, viewOf(Layer::Map), 0.0);
    QCOMPARE(map.place, QRectF(20.0, 28.0, 12.0, 8.0));
}

void LayersTest::sharedMaximumDividesByItInstead() {
    const auto result = resultOf({2, -1}, {0, 0, 2, 1});
    QCOMPARE(attributionMaximum(result), 2.0);
    const auto map = makeLayer({&result, 1.0}, {}, viewOf(Layer::Map), 8.0);
    QCOMPARE(map.values, (std::vector<double>{0.25, 0.125}));
}

void LayersTest::signedLayerIsWhiteAtZeroAndDividedByTheLargestMagnitude() {
    const auto result = resultOf({2, 0, -4}, {0, 0, 3, 1});
    const auto map = makeLayer({&result, 1.0}, {}, viewOf(Layer::Signed), 0.0);
    QCOMPARE(map.values, (std::vector<double>{0.5, 0.0, -1.0}));
    QCOMPARE(map.picture.pixel(1, 0), white);
    QCOMPARE(map.picture.pixel(0, 0), divergingColourMap().at(0.75));
    QCOMPARE(map.picture.pixel(2, 0), divergingColourMap().at(0.0));
}

void LayersTest::differenceOfEqualMapsIsWhite() {
    const auto result = resultOf({4, 2, 0, 0, 1, 3}, {2, 1, 3, 2});
    const auto map = makeLayer({&result, 4.0}, {&result, 4.0}, viewOf(Layer::Difference), 0.0);
    for (int i = 0; i < 6; ++i) {
        QCOMPARE(map.picture.pixel(i % 3, i / 3), white);
    }
}

void LayersTest::differenceTakesTheReferencesPixelAtTheSamePlaceOfTheScene() {
    // One LR pixel of the reference covers 2 x 2 of this network's, on the grid of an x4 and an x2 network.
    const auto mine = resultOf({4, 4, 4, 4, 4, 4, 4, 4}, {0, 0, 4, 2});
    const auto theirs = resultOf({4, 1}, {0, 0, 2, 1});
    const auto map = makeLayer({&mine, 2.0}, {&theirs, 4.0}, viewOf(Layer::Difference), 0.0);
    QCOMPARE(map.values, (std::vector<double>{0.0, 0.0, 0.75, 0.75, 0.0, 0.0, 0.75, 0.75}));
}

void LayersTest::differenceOutsideOfTheReferencesContextIsTheMapItself() {
    const auto mine = resultOf({4, 2}, {0, 0, 2, 1});
    const auto theirs = resultOf({1}, {1, 0, 1, 1});
    const auto map = makeLayer({&mine, 1.0}, {&theirs, 1.0}, viewOf(Layer::Difference), 0.0);
    QCOMPARE(map.values, (std::vector<double>{1.0, -0.5}));
    const auto alone = makeLayer({&mine, 1.0}, {}, viewOf(Layer::Difference), 0.0);
    QVERIFY(alone.picture.isNull());
    QVERIFY(!alone.trouble.isEmpty());
}

void LayersTest::followMapBlendsByValueAndOpacity() {
    auto view = viewOf(Layer::Overlay);
    const auto result = resultOf({4, 2, 0}, {0, 0, 3, 1});
    const auto full = painted(makeLayer({&result, 1.0}, {}, view, 0.0), false);
    QVERIFY(isNear(full.pixel(0, 0), 128, 0, 0));                // value 1: the map's colour
    QVERIFY(isNear(full.pixel(1, 0), (102 + 255) / 2, 51, 51));  // value 1/2: half of red, half of the image
    QVERIFY(isNear(full.pixel(2, 0), 102, 102, 102));            // value 0: the image
    view.opacity = 0.5;
    const auto half = painted(makeLayer({&result, 1.0}, {}, view, 0.0), false);
    QVERIFY(isNear(half.pixel(0, 0), (128 + 102) / 2, 51, 51));
}

void LayersTest::halfAndHalfIsHalfMapHalfImage() {
    auto view = viewOf(Layer::Overlay);
    view.overlay = OverlayStyle::HalfAndHalf;
    const auto result = resultOf({4, 2, 0}, {0, 0, 3, 1});
    const auto screen = painted(makeLayer({&result, 1.0}, {}, view, 0.0), false);
    QVERIFY(isNear(screen.pixel(0, 0), (128 + 102) / 2, 51, 51));
    QVERIFY(isNear(screen.pixel(1, 0), (255 + 102) / 2, 51, 51));
    QVERIFY(isNear(screen.pixel(2, 0), (255 + 102) / 2, (255 + 102) / 2, (255 + 102) / 2));
}

void LayersTest::staleMapIsGreyAndFaint() {
    const auto result = resultOf({4, 2, 0}, {0, 0, 3, 1});
    const auto screen = painted(makeLayer({&result, 1.0}, {}, viewOf(Layer::Map), 0.0), true, true);
    const QRgb darkest = screen.pixel(0, 0);
    QCOMPARE(qRed(darkest), qBlue(darkest));
    // 45 % of the grey of dark red (11/32 of 128, Qt's weights) over white.
    const int expected = static_cast<int>(std::lround(0.45 * 128 * 11 / 32 + 0.55 * 255));
    QVERIFY(isNear(darkest, expected, expected, expected));
    QCOMPARE(screen.pixel(2, 0), white);
}

void LayersTest::undefinedMapSaysWhy() {
    auto result = resultOf({1, 1}, {0, 0, 2, 1});
    result.diffusionIndex.reset();
    result.warnings = {"the patch is flat"};
    for (const auto layer : {Layer::Map, Layer::Overlay, Layer::Signed, Layer::Difference}) {
        const auto map = makeLayer({&result, 1.0}, {&result, 1.0}, viewOf(layer), 0.0);
        QVERIFY(map.picture.isNull());
        QVERIFY(map.trouble.contains(QStringLiteral("the patch is flat")));
    }
    QVERIFY(areaOfContribution(result).trouble.contains(QStringLiteral("the patch is flat")));
}

void LayersTest::imageIsClampedOnlyForDisplay() {
    Image image(2, 1);
    image.at(0, 0, 0) = 1.5F;
    image.at(1, 0, 0) = -0.5F;
    image.at(2, 0, 1) = 0.2F;
    const auto picture = toQImage(image);
    QCOMPARE(picture.pixel(0, 0), qRgb(255, 0, 0));
    QCOMPARE(picture.pixel(1, 0), qRgb(0, 0, 51));
}

void LayersTest::srErrorIsSignedAndHasOneScale() {
    Image hr(4, 1);
    Image sr(3, 1);  // a x3 network leaves a column of HR over
    for (auto& value : hr.values()) {
        value = 0.4F;  // level 102
    }
    for (int c = 0; c < Image::channels; ++c) {
        sr.at(c, 0, 0) = 0.4F;
        sr.at(c, 0, 2) = -2.0F;
    }
    sr.at(0, 0, 1) = 0.4F + 24.0F / 255.0F;
    sr.at(1, 0, 1) = 0.4F + 24.0F / 255.0F;
    sr.at(2, 0, 1) = 0.4F;
    QVERIFY(std::abs(srErrorAt(sr, hr, {0, 0})) < 1e-4);
    QVERIFY(std::abs(srErrorAt(sr, hr, {1, 0}) - 16.0) < 1e-4);
    QVERIFY(std::abs(srErrorAt(sr, hr, {2, 0}) + 102.0) < 1e-4);  // clamped: a file holds no less than 0
    const auto pyramid = makeSrErrorPyramid(sr, hr).pyramid;
    QCOMPARE(pyramid.size(), QSize(3, 1));
    const auto& picture = pyramid.levels.front();
    const auto& colours = divergingColourMap();
    QCOMPARE(picture.pixel(0, 0), colours.ofValue(0.0));
    QCOMPARE(picture.pixel(1, 0), colours.ofValue(16.0 / srErrorRange));
    QCOMPARE(picture.pixel(2, 0), colours.ofValue(-1.0));
}

void LayersTest::areaOfOnePixelSaysThatThereIsNone() {
    std::vector<double> sums(25, 0.0);
    sums[12] = 1.0;
    const auto area = areaOfContribution(resultOf(sums, {0, 0, 5, 5}));
    QVERIFY(area.bands.empty());
    QVERIFY(!area.trouble.isEmpty());
}

void LayersTest::areaBandsShrinkWithTheLevel() {
    std::vector<double> sums(static_cast<std::size_t>(31 * 31));
    for (int i = 0; i < 31 * 31; ++i) {
        sums[static_cast<std::size_t>(i)] = std::exp(-0.02 * (std::pow(i % 31 - 15, 2) + std::pow(i / 31 - 15, 2)));
    }
    const auto area = areaOfContribution(resultOf(sums, {0, 0, 31, 31}));
    QVERIFY(area.trouble.isEmpty());
    for (std::size_t i = 1; i < area.bands.size(); ++i) {
        QVERIFY(area.bands[i].level > area.bands[i - 1].level);
        QVERIFY(area.bands[i - 1].outline.contains(area.bands[i].outline.boundingRect().center()));
        QVERIFY(area.bands[i - 1].outline.boundingRect().contains(area.bands[i].outline.boundingRect()));
    }
    QVERIFY(area.bands.back().outline.contains(QPointF(15.5, 15.5)));  // the middle of the middle pixel
}

void LayersTest::massSetTakesTheFewestPixels() {
    // 90 + 5 are 95 % of 100.
    const auto set = massSet(resultOf({1, 90, 2, 5, 2, 0}, {3, 4, 3, 2}));
    QCOMPARE(set.inside, (std::vector<char>{0, 1, 0, 1, 0, 0}));
    QVERIFY(set.context == (Rect{3, 4, 3, 2}));
    auto undefined = resultOf({1, 1}, {0, 0, 2, 1});
    undefined.diffusionIndex.reset();
    QVERIFY(massSet(undefined).inside.empty());
}

void LayersTest::areasOfInterestCountsNetworks() {
    const auto set = [](std::vector<char> inside, const Rect& context) {
        return std::make_shared<const MassSet>(MassSet{context, std::move(inside)});
    };
    const auto areas = areasOfInterest({set({1, 1, 0, 0}, {10, 5, 4, 1}), set({1, 0, 1, 0}, {10, 5, 4, 1}),
                                        set({1, 1}, {12, 5, 1, 2}), set({}, {0, 0, 0, 0})});
    QCOMPARE(areas.networks, 3);
    QVERIFY(areas.place == (Rect{10, 5, 4, 2}));
    QCOMPARE(areas.counts, (std::vector<int>{2, 1, 2, 0, 0, 0, 1, 0}));
    QCOMPARE(areasOfInterest({}).networks, 0);
    QVERIFY(areasPicture(areasOfInterest({})).isNull());
}

void LayersTest::areasAreRedAboveHalfAndBlueBelow() {
    AreasOfInterest areas{{0, 0, 4, 1}, {0, 1, 2, 3}, 4};
    const auto picture = areasPicture(areas);
    QCOMPARE(qAlpha(picture.pixel(0, 0)), 0);
    const auto isBlue = [&](int x) { return qBlue(picture.pixel(x, 0)) > qRed(picture.pixel(x, 0)); };
    QVERIFY(isBlue(1));
    QVERIFY(isBlue(2));  // exactly half is not most
    QVERIFY(!isBlue(3));
    QVERIFY(qRed(picture.pixel(3, 0)) > 0);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::LayersTest)
#include "layers_test.moc"
