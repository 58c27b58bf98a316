// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/erf_layer.h"

#include <QTest>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "ui/view/grid_fixture.h"
#include "view/pane_picture.h"

namespace lamscope::ui {

namespace {

constexpr double notReached = std::numeric_limits<double>::quiet_NaN();

/// Three by two LR pixels; the cell is the second of the first row.
ErfResult smallField(double side) {
    ErfResult result;
    result.frame = {3, 2, 1, 0};
    result.map = {0.009, 0.9, 0.09, 0.0, 0.0009, 9e-6};
    result.numbers.squares = {{0.5, 1.0, 1.0 / 6.0}, {0.99, side, 0.0}};
    return result;
}

}  // namespace

class ErfLayerTest : public QObject {
    Q_OBJECT

private slots:
    void levelsAreDecadesBelowTheLargest();
    void theSquareLiesAroundTheCell();
    void paneShowsTheFieldAndSaysWhyNot();
};

void ErfLayerTest::levelsAreDecadesBelowTheLargest() {
    const auto field = smallField(1.0);
    ViewSettings view;
    view.opacity = 0.5;
    const auto layer = makeErfLayer({.result = &field, .place = {10, 20, 3, 2}, .lrPixel = 2.0}, view);
    QCOMPARE(layer.width, 3);
    QCOMPARE(layer.place, QRectF(20.0, 40.0, 6.0, 4.0));
    const std::vector<double> expected{0.5, 1.0, 0.75, 0.0, 0.25, 0.0};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QVERIFY(std::abs(layer.values[i] - expected[i]) < 1e-9);
    }
    QCOMPARE(qAlpha(layer.picture.pixel(1, 0)), 128);
    QCOMPARE(qAlpha(layer.picture.pixel(0, 0)), 64);
    QCOMPARE(qAlpha(layer.picture.pixel(0, 1)), 0);
}

void ErfLayerTest::theSquareLiesAroundTheCell() {
    const auto held = smallField(3.0);
    const auto layer = makeErfLayer({.result = &held, .place = {10, 20, 3, 2}, .lrPixel = 2.0}, {});
    QCOMPARE(layer.outline.boundingRect(), QRectF(20.0, 38.0, 6.0, 6.0));
    const auto never = smallField(notReached);
    QVERIFY(makeErfLayer({.result = &never, .place = {10, 20, 3, 2}, .lrPixel = 2.0}, {}).outline.isEmpty());
}

void ErfLayerTest::paneShowsTheFieldAndSaysWhyNot() {
    testing::GridFixture f;
    QVERIFY(f.isReady());
    f.session.setBox({200, 200, 16});
    const auto give = [&](NetworkId id, const FieldHere& field) {
        f.session.updateNetwork(id, [&](NetworkEntry& entry) { entry.field = field; });
    };
    give(f.first, {.result = std::make_shared<const ErfResult>(smallField(notReached)), .place = {5, 5, 3, 2}});
    give(f.second, {.result = nullptr, .place = {}, .stale = false, .trouble = QStringLiteral("too small")});
    f.change([](ViewSettings& view) { view.layer = Layer::ErfHere; });
    QVERIFY(f.view(1).notice().isEmpty());
    QCOMPARE(f.view(2).notice(), QStringLiteral("too small"));
    // LR pixel (6, 5), the cell, is red; (5, 6) has nothing over the grey image.
    const auto cell = f.colourAt(1, {26.0, 22.0});
    QVERIFY(qRed(cell) > qBlue(cell) + 50);
    const auto empty = f.colourAt(1, {22.0, 26.0});
    QCOMPARE(qRed(empty), qBlue(empty));

    std::optional<Readout> seen;
    connect(&f.grid, &ViewGrid::hovered, this, [&](const Readout& readout) { seen = readout; });
    QTest::mouseMove(&f.view(1), f.at(1, {26.0, 22.0}));
    QVERIFY(seen.has_value());
    QCOMPARE(seen->value, QStringLiteral("90 % of the field"));

    f.session.updateNetwork(f.first, [](NetworkEntry& entry) { entry.field.stale = true; });
    QVERIFY(f.view(1).picture().dimmed);
    QCOMPARE(seen->value, QStringLiteral("90 % of the field (old)"));
    give(f.first, {});
    QVERIFY(f.view(1).notice().contains(QStringLiteral("No receptive field yet")));
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::ErfLayerTest)
#include "erf_layer_test.moc"
