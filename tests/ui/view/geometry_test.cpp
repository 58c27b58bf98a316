// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainterPath>
#include <QPolygonF>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <numbers>
#include <vector>

#include "view/box_editing.h"
#include "view/contours.h"
#include "view/pane_arrangement.h"
#include "view/pyramid.h"
#include "view/view_transform.h"

namespace lamscope::ui {

namespace {

/// By the shoelace formula; holes count as negative.
double areaOf(const QPainterPath& path) {
    double area = 0.0;
    for (const auto& loop : path.toSubpathPolygons()) {
        for (qsizetype i = 0; i + 1 < loop.size(); ++i) {
            area += 0.5 * (loop[i].x() * loop[i + 1].y() - loop[i + 1].x() * loop[i].y());
        }
    }
    return std::abs(area);
}

template <typename Function>
std::vector<double> sampled(int width, int height, Function value) {
    std::vector<double> field;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            field.push_back(value(x + 0.5, y + 0.5));
        }
    }
    return field;
}

}  // namespace

class GeometryTest : public QObject {
    Q_OBJECT

private slots:
    void contourOfADiscHasItsArea();
    void contourOfARingHasAHole();
    void contourAtTheBorderIsClosedAlongIt();
    void contourOfTwoHillsHasTwoLoops();
    void contourAboveTheFieldIsEmpty();

    void centredBoxHasItsMiddleThere();
    void resizedBoxKeepsItsMiddleAndComesBack();

    void fitShowsTheWholeScene();
    void fittedViewFollowsTheViewport();
    void zoomKeepsTheAnchorInPlace();
    void zoomIsBounded();
    void panMovesByDevicePixelsAndCannotLoseTheImage();

    void panesAreArrangedForTheLargestImages_data();
    void panesAreArrangedForTheLargestImages();
    void noOtherArrangementHasLargerImages();
    void barsStandWhereThereIsRoom();
    void finerGridShowsTheSamePart();
    void aRegionIsShownAsLargeAsThePanesAllow();
    void theWholeIsShownInsteadWhereItIsLargeEnough();

    void pyramidLevelIsTheSmallestThatSuffices();
};

void GeometryTest::contourOfADiscHasItsArea() {
    constexpr double radius = 9.3;
    const auto field =
        sampled(32, 28, [](double x, double y) { return std::exp(-std::hypot(x - 15.2, y - 13.9) / radius); });
    const auto path = contour(field, 32, 28, std::exp(-1.0));
    const double expected = std::numbers::pi * radius * radius;
    QVERIFY(std::abs(areaOf(path) - expected) < 0.02 * expected);
    const auto middle = path.boundingRect().center();
    QVERIFY(std::hypot(middle.x() - 15.2, middle.y() - 13.9) < 0.1);
    QCOMPARE(path.toSubpathPolygons().size(), 1);
}

void GeometryTest::contourOfARingHasAHole() {
    const auto field = sampled(40, 40, [](double x, double y) {
        return std::max(1.0 - 0.1 * std::abs(std::hypot(x - 20.0, y - 20.0) - 12.0), 0.0);
    });
    const auto path = contour(field, 40, 40, 0.6);  // from 8 to 16
    const double expected = std::numbers::pi * (16.0 * 16.0 - 8.0 * 8.0);
    QVERIFY(std::abs(areaOf(path) - expected) < 0.02 * expected);
    QVERIFY(!path.contains(QPointF(20.0, 20.0)));
    QVERIFY(path.contains(QPointF(32.0, 20.0)));
}

void GeometryTest::contourAtTheBorderIsClosedAlongIt() {
    const std::vector<double> field(static_cast<std::size_t>(12 * 7), 1.0);
    const auto path = contour(field, 12, 7, 0.5);
    QCOMPARE(path.boundingRect(), QRectF(0.0, 0.0, 12.0, 7.0));
    // The corners are cut by less than a quarter of a pixel each.
    QVERIFY(areaOf(path) <= 12.0 * 7.0);
    QVERIFY(areaOf(path) > 12.0 * 7.0 - 1.0);
}

void GeometryTest::contourOfTwoHillsHasTwoLoops() {
    const auto field = sampled(40, 20, [](double x, double y) {
        return std::exp(-0.1 * (std::pow(x - 10.0, 2) + std::pow(y - 10.0, 2)))
               + std::exp(-0.1 * (std::pow(x - 30.0, 2) + std::pow(y - 10.0, 2)));
    });
    const auto path = contour(field, 40, 20, 0.5);
    QCOMPARE(path.toSubpathPolygons().size(), 2);
    QVERIFY(path.contains(QPointF(10.0, 10.0)));
    QVERIFY(path.contains(QPointF(30.0, 10.0)));
    QVERIFY(!path.contains(QPointF(20.0, 10.0)));
}

void GeometryTest::contourAboveTheFieldIsEmpty() {
    const std::vector<double> field(9, 0.3);
    QVERIFY(contour(field, 3, 3, 0.5).isEmpty());
}

void GeometryTest::centredBoxHasItsMiddleThere() {
    QVERIFY((centredBox({0, 0, 16}, {50.0, 30.0}) == Box{42, 22, 16}));
    QVERIFY((centredBox({0, 0, 5}, {50.5, 30.5}) == Box{48, 28, 5}));
    QVERIFY(contains({42, 22, 16}, {42.0, 22.0}));
    QVERIFY(!contains({42, 22, 16}, {58.0, 22.0}));
}

void GeometryTest::resizedBoxKeepsItsMiddleAndComesBack() {
    const Box start{40, 60, 16};
    Box box = start;
    for (int size = 17; size <= 48; ++size) {
        box = resizedBox(box, size);
        QVERIFY(std::abs(box.x + 0.5 * box.size - 48.0) <= 0.5);
        QVERIFY(std::abs(box.y + 0.5 * box.size - 68.0) <= 0.5);
    }
    QVERIFY(resizedBox(box, 16) == start);
}

void GeometryTest::fitShowsTheWholeScene() {
    ViewTransform transform;
    transform.setSceneSize({200.0, 100.0});
    transform.setViewport({400.0, 300.0});
    transform.fit();
    QCOMPARE(transform.zoom(), 2.0);
    QCOMPARE(transform.centre(), QPointF(100.0, 50.0));
    QVERIFY(transform.isFitted());
}

void GeometryTest::fittedViewFollowsTheViewport() {
    ViewTransform transform;
    transform.setSceneSize({200.0, 100.0});
    transform.setViewport({400.0, 300.0});
    transform.setViewport({200.0, 300.0});
    QCOMPARE(transform.zoom(), 1.0);
    transform.setZoom(3.0);
    transform.setViewport({400.0, 300.0});
    QCOMPARE(transform.zoom(), 3.0);
    QVERIFY(!transform.isFitted());
}

void GeometryTest::zoomKeepsTheAnchorInPlace() {
    ViewTransform transform;
    transform.setSceneSize({200.0, 100.0});
    transform.setViewport({400.0, 200.0});
    QSignalSpy changed(&transform, &ViewTransform::changed);
    transform.setZoom(8.0, {60.0, 40.0});
    QCOMPARE(changed.count(), 1);
    // At zoom 2 the anchor stood 80 and 20 device pixels from the middle.
    const QPointF offset = (QPointF(60.0, 40.0) - transform.centre()) * transform.zoom();
    QCOMPARE(offset, QPointF(-80.0, -20.0));
}

void GeometryTest::zoomIsBounded() {
    ViewTransform transform;
    transform.setSceneSize({200.0, 100.0});
    transform.setViewport({100.0, 100.0});
    transform.setZoom(1e9);
    QCOMPARE(transform.zoom(), 64.0);
    transform.setZoom(1e-9);
    QCOMPARE(transform.zoom(), 0.25);  // half of what fits
    QCOMPARE(transform.centre(), QPointF(100.0, 50.0));
}

void GeometryTest::panMovesByDevicePixelsAndCannotLoseTheImage() {
    ViewTransform transform;
    transform.setSceneSize({200.0, 100.0});
    transform.setViewport({100.0, 100.0});
    transform.setZoom(10.0, {100.0, 50.0});
    transform.pan({30.0, -20.0});
    QCOMPARE(transform.centre(), QPointF(97.0, 52.0));
    transform.pan({1e6, 1e6});
    QCOMPARE(transform.centre(), QPointF(0.0, 0.0));
    transform.pan({-1e6, -1e6});
    QCOMPARE(transform.centre(), QPointF(200.0, 100.0));
    transform.setZoom(0.5);
    transform.pan({1e6, 0.0});
    QCOMPARE(transform.centre(), QPointF(100.0, 50.0));
}

void GeometryTest::finerGridShowsTheSamePart() {
    ViewTransform transform;
    transform.setSceneSize({64.0, 64.0});
    transform.setViewport({128.0, 128.0});
    transform.setZoom(8.0, {16.0, 32.0});
    const auto centre = transform.centre();
    transform.setSceneSize({256.0, 256.0});
    QCOMPARE(transform.zoom(), 2.0);
    QCOMPARE(transform.centre(), centre * 4.0);
}

void GeometryTest::aRegionIsShownAsLargeAsThePanesAllow() {
    ViewTransform transform;
    transform.setSceneSize({2000.0, 1000.0});
    transform.setViewport({400.0, 300.0});
    transform.showRegion({900.0, 500.0, 100.0, 100.0}, 1.0);
    QCOMPARE(transform.zoom(), 3.0);
    QCOMPARE(transform.centre(), QPointF(950.0, 550.0));
    QVERIFY(transform.showsRegion());
    QVERIFY(!transform.showsAll());
    QCOMPARE(transform.visible().center(), QPointF(950.0, 550.0));
    QCOMPARE(transform.visible().height(), 100.0);
    transform.setViewport({100.0, 60.0});
    QCOMPARE(transform.zoom(), 1.0);  // no less
    transform.showRegion({0.0, 950.0, 10.0, 100.0}, 1.0);
    QCOMPARE(transform.visible(), QRectF(0.0, 940.0, 100.0, 60.0));
    transform.setSceneSize({4000.0, 2000.0});
    QCOMPARE(transform.visible(), QRectF(0.0, 1880.0, 200.0, 120.0));
    transform.pan({1.0, 0.0});
    QVERIFY(!transform.showsRegion());
}

void GeometryTest::theWholeIsShownInsteadWhereItIsLargeEnough() {
    ViewTransform transform;
    transform.setSceneSize({200.0, 100.0});
    transform.setViewport({100.0, 100.0});
    transform.showWholeOrRegion({90.0, 40.0, 20.0, 20.0}, 1.0);
    QCOMPARE(transform.zoom(), 5.0);
    transform.setViewport({300.0, 300.0});
    QVERIFY(transform.isFitted());
    QCOMPARE(transform.zoom(), 1.5);
    transform.setViewport({100.0, 100.0});
    QVERIFY(transform.showsRegion());
    // Of an image that is hardly larger than the region nothing is cut off.
    transform.showWholeOrRegion({0.0, 0.0, 200.0, 200.0}, 1.0);
    QVERIFY(transform.isFitted());
    QCOMPARE(transform.zoom(), 0.5);
}

void GeometryTest::pyramidLevelIsTheSmallestThatSuffices() {
    Image image(256, 128);
    const auto pyramid = makePyramid(image);
    QCOMPARE(pyramid.levelFor(3.0).width(), 256);
    QCOMPARE(pyramid.levelFor(0.6).width(), 256);
    QCOMPARE(pyramid.levelFor(0.5).width(), 128);
    QCOMPARE(pyramid.levelFor(0.25).width(), 64);
    QCOMPARE(pyramid.levelFor(0.01).width(), 64);  // the smallest kept: 32 pixels high
}

void GeometryTest::panesAreArrangedForTheLargestImages_data() {
    QTest::addColumn<int>("count");
    QTest::addColumn<QSize>("space");
    QTest::addColumn<QSizeF>("scene");
    QTest::addColumn<int>("columns");
    QTest::addColumn<QSize>("image");
    // Without frames, bars and gaps, the image is the space over columns and rows.
    QTest::newRow("one") << 1 << QSize(600, 400) << QSizeF(1, 1) << 1 << QSize(600, 400);
    QTest::newRow("six squares on 3 : 2") << 6 << QSize(600, 400) << QSizeF(1, 1) << 3 << QSize(200, 200);
    QTest::newRow("six squares on 6 : 1") << 6 << QSize(600, 100) << QSizeF(1, 1) << 6 << QSize(100, 100);
    QTest::newRow("six squares on 1 : 6") << 6 << QSize(100, 600) << QSizeF(1, 1) << 1 << QSize(100, 100);
    QTest::newRow("six 4 : 1 on a square") << 6 << QSize(480, 480) << QSizeF(4, 1) << 1 << QSize(480, 80);
    QTest::newRow("six 1 : 4 on a square") << 6 << QSize(480, 480) << QSizeF(1, 4) << 6 << QSize(80, 480);
    QTest::newRow("nine squares on a square") << 9 << QSize(300, 300) << QSizeF(1, 1) << 3 << QSize(100, 100);
    QTest::newRow("five squares on a square") << 5 << QSize(300, 300) << QSizeF(1, 1) << 2 << QSize(150, 100);
}

void GeometryTest::panesAreArrangedForTheLargestImages() {
    QFETCH(int, count);
    QFETCH(QSize, space);
    QFETCH(QSizeF, scene);
    const auto best = arrangePanes({.count = count, .scene = scene, .frame = {0, 0}, .bar = {0, 0}}, space);
    QTEST(best.columns, "columns");
    QTEST(best.image, "image");
    QCOMPARE(best.rows, (count + best.columns - 1) / best.columns);
    QCOMPARE(best.pane, best.image);
}

void GeometryTest::noOtherArrangementHasLargerImages() {
    const QSize frame(4, 27);
    const QSize bar(26, 15);
    constexpr int gap = 4;
    for (int count = 1; count <= 10; ++count) {
        for (const auto scene : {QSizeF(256, 256), QSizeF(2040, 1356), QSizeF(300, 900)}) {
            const QSize space(1190, 650);
            const auto best =
                arrangePanes({.count = count, .scene = scene, .frame = frame, .bar = bar, .gap = gap}, space);
            const auto zoom = [&](double width, double height) {
                return std::min(width / scene.width(), height / scene.height());
            };
            const double found = zoom(best.image.width(), best.image.height());
            QVERIFY(best.columns * best.pane.width() + (best.columns - 1) * gap <= space.width());
            QVERIFY(best.rows * best.pane.height() + (best.rows - 1) * gap <= space.height());
            QVERIFY(best.columns * best.rows >= count);
            for (int columns = 1; columns <= count; ++columns) {
                const int rows = (count + columns - 1) / columns;
                const double width = (space.width() - gap * (columns - 1)) / columns - frame.width();
                const double height = (space.height() - gap * (rows - 1)) / rows - frame.height();
                QVERIFY(zoom(width - bar.width(), height) <= found);
                QVERIFY(zoom(width, height - bar.height()) <= found);
            }
        }
    }
}

void GeometryTest::barsStandWhereThereIsRoom() {
    PanesToArrange panes{.count = 1, .scene = {100, 100}, .frame = {0, 0}, .bar = {20, 10}};
    // The square leaves room at its right, or below: its bar costs nothing.
    auto best = arrangePanes(panes, {300, 200});
    QVERIFY(best.bar == Qt::Vertical);
    QCOMPARE(best.image, QSize(280, 200));
    best = arrangePanes(panes, {200, 300});
    QVERIFY(best.bar == Qt::Horizontal);
    QCOMPARE(best.image, QSize(200, 290));
    // A shared one is taken off once.
    panes.count = 3;
    panes.sharesBar = true;
    panes.gap = 5;
    best = arrangePanes(panes, {340, 100});
    QVERIFY(best.bar == Qt::Vertical);
    QCOMPARE(best.columns, 3);
    QCOMPARE(best.image, QSize((340 - 25 - 10) / 3, 100));
    QCOMPARE(best.pane, best.image);
}

}  // namespace lamscope::ui

QTEST_APPLESS_MAIN(lamscope::ui::GeometryTest)
#include "geometry_test.moc"
