// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>
#include <optional>
#include <set>

#include "session/session_file.h"
#include "ui/view/grid_fixture.h"
#include "view/di_map_layer.h"

namespace lamscope::ui {

namespace {

/// Three of four cells have an index; the last one's map is not defined.
DiMap fourCells(double first, double second, double third) {
    DiMap map{.stride = 16, .columns = 2, .rows = 2, .cells = {}};
    map.cells = {{.patch = {0, 0, 16}, .nodes = 9, .diffusionIndex = first},
                 {.patch = {16, 0, 16}, .nodes = 9, .diffusionIndex = second},
                 {.patch = {0, 16, 16}, .nodes = 9, .diffusionIndex = third},
                 {.patch = {16, 16, 16}, .nodes = 9}};
    return map;
}

PlacedDiMap placed(const DiMap& map, double srPixel = 1.0) {
    return {std::make_shared<const DiMap>(map), srPixel};
}

}  // namespace

class DiMapLayerTest : public QObject {
    Q_OBJECT

private slots:
    void colourFollowsTheIndex();
    void tilesLieAroundTheMiddleOfTheirPatches();
    void coarseCellsStandForTheirBlocks();
    void paneShowsTilesHatchesAndReadsOut();
    void sharedScaleComparesNetworks();
    void clickPutsTheBoxOnTheCell();
    void dragStillMovesTheBoxFreely();
    void sessionsKeepLayerAndStride();

private:
    static void show(testing::GridFixture& fixture, NetworkId id, const DiMap& map) {
        fixture.session.updateNetwork(id,
                                      [&](NetworkEntry& entry) { entry.diMap = std::make_shared<const DiMap>(map); });
        fixture.change([](ViewSettings& view) { view.layer = Layer::DiMap; });
    }
};

void DiMapLayerTest::colourFollowsTheIndex() {
    const auto map = fourCells(10.0, 15.0, 30.0);
    const auto range = diRange(map);
    QVERIFY(range.has_value());
    QCOMPARE(range->least, 10.0);
    QCOMPARE(range->largest, 30.0);
    ViewSettings view;
    const auto layer = makeDiMapLayer(placed(map), view, *range);
    QCOMPARE(layer.values[0], 0.0);
    QCOMPARE(layer.values[1], 0.25);
    QCOMPARE(layer.values[2], 1.0);
    QVERIFY(std::isnan(layer.values[3]));
    QCOMPARE(layer.colours->name(), std::string("viridis"));  // steps of white to red would not look equal
    QCOMPARE(qAlpha(layer.picture.pixel(1, 1)), 0);
    QVERIFY(!layer.undefined.contains(QPointF(8.0, 24.0)));
    QVERIFY(layer.undefined.contains(QPointF(24.0, 24.0)));
    view.opacity = 0.0;
    view.colourMap = "magma";
    const auto clear = makeDiMapLayer(placed(map), view, *range);
    QCOMPARE(clear.colours->name(), std::string("magma"));
    QCOMPARE(qAlpha(clear.picture.pixel(0, 0)), 0);
    QVERIFY(!diRange(DiMap{.stride = 1, .columns = 1, .rows = 1, .cells = {{}}}).has_value());
}

void DiMapLayerTest::tilesLieAroundTheMiddleOfTheirPatches() {
    DiMap map{.stride = 16, .columns = 2, .rows = 1, .cells = {}};
    map.cells = {{.patch = {4, 4, 8}, .nodes = 9}, {.patch = {20, 4, 8}, .nodes = 9}};
    // The middles are (8, 8) and (24, 8); a network of half the scale has pixels twice as large.
    const auto two = placed(map, 2.0);
    QCOMPARE(makeDiMapLayer(two, {}, {}).place, QRectF(0.0, 0.0, 64.0, 32.0));
    QCOMPARE(cellUnder(two, {31.9, 31.9}), std::optional(QPoint(0, 0)));
    QCOMPARE(cellUnder(two, {32.0, 0.0}), std::optional(QPoint(1, 0)));
    QVERIFY(!cellUnder(two, {32.0, 32.0}).has_value());
    QVERIFY(!cellUnder(two, {-0.1, 5.0}).has_value());
    QVERIFY((boxOfCell(two, {1, 0}) == Box{40, 8, 16}));
}

void DiMapLayerTest::coarseCellsStandForTheirBlocks() {
    DiMap map{.stride = 4, .columns = 3, .rows = 3, .coarseStep = 3, .cells = {}};
    for (int i = 0; i < 9; ++i) {
        map.cells.push_back({.patch = {i % 3 * 4, i / 3 * 4, 4}});
    }
    const auto before = makeDiMapLayer(placed(map), {}, {});
    QVERIFY(std::ranges::all_of(before.values, [](double value) { return std::isnan(value); }));
    QVERIFY(before.undefined.isEmpty());  // still to come is not undefined
    map.cells[4].nodes = 3;
    map.cells[4].diffusionIndex = 5.0;
    map.cells[8].nodes = 9;
    map.cells[8].diffusionIndex = 9.0;
    const auto layer = makeDiMapLayer(placed(map), {}, {1.0, 9.0});
    for (std::size_t i = 0; i < 8; ++i) {
        QCOMPARE(layer.values[i], 0.5);
    }
    QCOMPARE(layer.values[8], 1.0);
}

void DiMapLayerTest::paneShowsTilesHatchesAndReadsOut() {
    testing::GridFixture f;
    QVERIFY(f.isReady());
    f.session.setBox({200, 200, 16});
    auto map = fourCells(7.32, 15.0, 30.0);
    map.cells[0].mass95Pixels = 412;
    map.cells[0].radiusPixels = 8.1;
    show(f, f.first, map);
    QVERIFY(f.view(2).notice().contains(QStringLiteral("No DI map")));
    const auto low = f.colourAt(1, {8.5, 8.5});
    const auto high = f.colourAt(1, {8.5, 24.5});
    QVERIFY(qBlue(low) > qGreen(low));  // viridis: from violet to yellow
    QVERIFY(qGreen(high) > qBlue(high));
    const auto hatched = f.view(1).grab().toImage().copy(QRect(f.at(1, {17.0, 17.0}), QSize(14, 14)));
    std::set<QRgb> colours;
    for (int y = 0; y < hatched.height(); ++y) {
        for (int x = 0; x < hatched.width(); ++x) {
            colours.insert(hatched.pixel(x, y));
        }
    }
    QCOMPARE(colours.size(), std::size_t{2});
    QCOMPARE(qRed(f.colourAt(1, {100.5, 100.5})), qBlue(f.colourAt(1, {100.5, 100.5})));  // the image, unveiled

    std::optional<Readout> seen;
    connect(&f.grid, &ViewGrid::hovered, this, [&](const Readout& readout) { seen = readout; });
    QTest::mouseMove(&f.view(1), f.at(1, {9.0, 9.0}));
    QVERIFY(seen.has_value());
    QCOMPARE(seen->value, QStringLiteral("DI 7.32 · 95 % 412 px · radius 8.1 px · patch (0, 0) · 9 nodes"));
    QTest::mouseMove(&f.view(1), f.at(1, {20.0, 20.0}));
    QCOMPARE(seen->value, QStringLiteral("DI not defined · patch (16, 16)"));
    QTest::mouseMove(&f.view(1), f.at(1, {100.0, 9.0}));
    QCOMPARE(seen->value, QString());
}

void DiMapLayerTest::sharedScaleComparesNetworks() {
    testing::GridFixture f;
    QVERIFY(f.isReady());
    show(f, f.first, fourCells(10.0, 20.0, 30.0));
    show(f, f.second, fourCells(20.0, 25.0, 50.0));
    QCOMPARE(f.view(1).picture().map.values[1], 0.5);
    f.change([](ViewSettings& view) { view.normalisation = Normalisation::Shared; });
    QCOMPARE(f.view(1).picture().map.values[1], 0.25);
    QCOMPARE(f.view(2).picture().map.values[0], 0.25);
    QCOMPARE(f.view(2).picture().map.values[2], 1.0);
    f.session.setShown(f.second, false);
    QCOMPARE(f.view(1).picture().map.values[1], 0.5);
}

void DiMapLayerTest::clickPutsTheBoxOnTheCell() {
    testing::GridFixture f;
    QVERIFY(f.isReady());
    f.session.setBox({200, 200, 16});
    const auto steps = f.session.undoStack().count();
    show(f, f.first, fourCells(10.0, 20.0, 30.0));
    QTest::mouseClick(&f.view(1), Qt::LeftButton, {}, f.at(1, {29.0, 3.0}));
    QVERIFY((f.session.box() == Box{16, 0, 16}));
    QVERIFY(!f.session.isDragging());
    QCOMPARE(f.session.undoStack().count(), steps + 2);  // the layer, the box
    // Also a click into the box that lies askew on the cells.
    f.session.setBox({10, 4, 16});
    QTest::mouseClick(&f.view(1), Qt::LeftButton, {}, f.at(1, {12.0, 17.0}));
    QVERIFY((f.session.box() == Box{0, 16, 16}));
    f.session.undoStack().undo();
    QVERIFY((f.session.box() == Box{10, 4, 16}));
    // Beyond the tiles the box comes as on other layers.
    QTest::mouseClick(&f.view(1), Qt::LeftButton, {}, f.at(1, {100.0, 100.0}));
    QVERIFY((f.session.box() == Box{92, 92, 16}));
}

void DiMapLayerTest::dragStillMovesTheBoxFreely() {
    testing::GridFixture f;
    QVERIFY(f.isReady());
    f.session.setBox({200, 200, 16});
    show(f, f.first, fourCells(10.0, 20.0, 30.0));
    const auto from = f.at(1, {8.0, 8.0});
    QTest::mousePress(&f.view(1), Qt::LeftButton, {}, from);
    QTest::mouseMove(&f.view(1), from + QPoint(1, 1));  // a hand is never quite still
    QVERIFY((f.session.box() == Box{0, 0, 16}));
    QTest::mouseMove(&f.view(1), from + QPoint(37, 21));
    QTest::mouseRelease(&f.view(1), Qt::LeftButton, {}, from + QPoint(37, 21));
    QVERIFY((f.session.box() == Box{37, 21, 16}));
    f.session.undoStack().undo();
    QVERIFY((f.session.box() == Box{200, 200, 16}));
}

void DiMapLayerTest::sessionsKeepLayerAndStride() {
    Session session;
    auto view = session.view();
    view.layer = Layer::DiMap;
    view.diMapStride = 32;
    session.setView(view);
    auto text = toJson(snapshot(session), "/folder");
    QVERIFY(viewOf(sessionFromText(text, "/folder/a.lamscope")) == view);
    // Files of older versions do not have the stride.
    const std::string added = ",\n    \"di_map_stride\": 32";
    const auto place = text.find(added);
    QVERIFY(place != std::string::npos);
    text.erase(place, added.size());
    QCOMPARE(viewOf(sessionFromText(text, "/folder/a.lamscope")).diMapStride, 0);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::DiMapLayerTest)
#include "di_map_test.moc"
