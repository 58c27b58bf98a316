// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/image_pane.h"

#include <QSignalSpy>
#include <QTest>
#include <limits>
#include <optional>

#include "session/layer_table.h"
#include "ui/view/grid_fixture.h"
#include "view/colour_bar.h"
#include "view/sr_error.h"

namespace lamscope::ui {

using testing::hotPixel;
using testing::lrSide;
using testing::plainImage;
using testing::sharedResultOf;
using testing::side;

class ImagePaneTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        f_ = std::make_unique<testing::GridFixture>();
        QVERIFY(f_->isReady());
    }
    void cleanup() { f_.reset(); }

    void headerShowsDiffusionIndexAndDifference();
    void staleResultIsDimmedAndGreyed();
    void mapAppearsAtItsPlaceInThePane();
    void sharedScaleComparesNetworks();
    void undefinedMapAndFailureAreSaidInWords();
    void differenceOfSrToHrTellsTheErrorOfThePatch();
    void theSrOfTheContextIsSeenBeforeThatOfTheWhole();
    void tilesOfTheSrAreSeenAsTheyCome();
    void layersOfTheHrImageWaitForAnImage();
    void everyLayerShowsAnImage();
    void areaAppearsWhenItIsComputed();
    void areasOfInterestLieOverTheInput();
    void networksOfDifferentScaleShareTheScene();
    void readoutTellsPixelColourAndValue();
    void readoutFollowsTheMapUnderAPointerThatRests();
    void panesHaveAccessibleNames();

private:
    std::unique_ptr<testing::GridFixture> f_;
};

void ImagePaneTest::headerShowsDiffusionIndexAndDifference() {
    const auto give = [&](NetworkId id, double index) {
        auto result = *f_->session.network(id)->result;
        result.diffusionIndex = index;
        f_->session.updateNetwork(
            id, [&](NetworkEntry& entry) { entry.result = std::make_shared<const LamResult>(std::move(result)); });
    };
    give(f_->first, 20.094);
    give(f_->second, 15.474);
    QCOMPARE(f_->pane(1).header().value(), QStringLiteral("DI 20.09"));
    QCOMPARE(f_->pane(1).header().detail(), QString());
    QCOMPARE(f_->pane(2).header().value(), QStringLiteral("DI 15.47"));
    QCOMPARE(f_->pane(2).header().detail(), QStringLiteral("\u22124.62"));
    f_->session.setReference(f_->second);
    QCOMPARE(f_->pane(1).header().detail(), QStringLiteral("+4.62"));
    f_->session.updateNetwork(f_->second, [](NetworkEntry& entry) { entry.stale = true; });
    QCOMPARE(f_->pane(1).header().detail(), QString());
}

void ImagePaneTest::staleResultIsDimmedAndGreyed() {
    f_->change([](ViewSettings& settings) { settings.layer = Layer::Map; });
    f_->session.setBox({200, 200, 16});
    const auto fresh = f_->colourAt(1, {162.0, 82.0});
    const auto header = f_->header(1).grab().toImage();
    f_->session.updateNetwork(f_->first, [](NetworkEntry& entry) { entry.stale = true; });
    const auto stale = f_->colourAt(1, {162.0, 82.0});
    QCOMPARE(fresh, qRgb(128, 0, 0));
    QCOMPARE(qRed(stale), qGreen(stale));
    QVERIFY(qRed(stale) > 140);
    QVERIFY(f_->header(1).grab().toImage() != header);
    QVERIFY(f_->pane(1).accessibleDescription().contains(QStringLiteral("older")));
}

void ImagePaneTest::mapAppearsAtItsPlaceInThePane() {
    f_->session.setBox({200, 200, 16});
    QCOMPARE(f_->colourAt(1, {160.5, 80.5}), qRgb(128, 0, 0));  // LR pixel (40, 20) is SR (160…163, 80…83)
    QCOMPARE(f_->colourAt(1, {163.5, 83.5}), qRgb(128, 0, 0));
    constexpr auto paled = qRgb(133, 133, 133);  // 255 - 0.8 (255 - 102): under a map, an image is grey and paler
    QCOMPARE(f_->colourAt(1, {164.5, 83.5}), paled);
    QCOMPARE(f_->colourAt(1, {159.5, 80.5}), paled);
    QCOMPARE(f_->colourAt(2, {41.0, 201.0}), qRgb(128, 0, 0));
    f_->change([](ViewSettings& settings) { settings.layer = Layer::Sr; });
    QCOMPARE(f_->colourAt(1, {161.0, 81.0}), paled);  // no flash of an empty pane
    QTRY_COMPARE(f_->colourAt(1, {161.0, 81.0}), qRgb(102, 102, 102));
    f_->change([](ViewSettings& settings) { settings.layer = Layer::HrWithBox; });
    QTRY_COMPARE(f_->colourAt(1, {161.0, 81.0}), qRgb(204, 204, 204));
    QCOMPARE(f_->colourAt(1, {200.5, 208.0}), qRgb(225, 25, 35));  // the box: red inside, white outside
    QCOMPARE(f_->colourAt(1, {199.5, 208.0}), qRgb(255, 255, 255));
    QCOMPARE(f_->colourAt(1, {215.5, 208.0}), qRgb(225, 25, 35));
    QCOMPARE(f_->colourAt(1, {216.5, 208.0}), qRgb(255, 255, 255));
}

void ImagePaneTest::sharedScaleComparesNetworks() {
    f_->change([](ViewSettings& settings) {
        settings.layer = Layer::Map;
        settings.normalisation = Normalisation::Shared;
    });
    QCOMPARE(f_->colourAt(1, {161.0, 81.0}), colourMap("white-red").at(1.0));
    QCOMPARE(f_->colourAt(2, {41.0, 201.0}), colourMap("white-red").at(0.5));  // its maximum is half the other's
    f_->session.setShown(f_->first, false);
    QCOMPARE(f_->colourAt(1, {41.0, 201.0}), colourMap("white-red").at(1.0));
}

void ImagePaneTest::undefinedMapAndFailureAreSaidInWords() {
    LamResult flat = *f_->session.network(f_->first)->result;
    flat.diffusionIndex.reset();
    flat.warnings = {"the patch is flat"};
    f_->session.updateNetwork(
        f_->first, [&](NetworkEntry& entry) { entry.result = std::make_shared<const LamResult>(std::move(flat)); });
    QVERIFY(f_->view(1).notice().contains(QStringLiteral("the patch is flat")));
    QVERIFY(f_->view(1).picture().map.picture.isNull());
    f_->session.updateNetwork(f_->second, [](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Failed;
        entry.message = QStringLiteral("the file is truncated");
    });
    QVERIFY(f_->view(2).notice().contains(QStringLiteral("RFDN failed")));
    QVERIFY(f_->view(2).notice().contains(QStringLiteral("the file is truncated")));
}

void ImagePaneTest::differenceOfSrToHrTellsTheErrorOfThePatch() {
    const auto give = [&](NetworkId id, double decibels, float level) {
        auto result = *f_->session.network(id)->result;
        result.psnrPatch = decibels;
        f_->session.updateNetwork(id, [&](NetworkEntry& entry) {
            entry.result = std::make_shared<const LamResult>(std::move(result));
            entry.sr = plainImage(side, side, level);
        });
    };
    give(f_->first, 27.306, 0.8F);                  // as the HR image
    give(f_->second, 26.1, 0.8F - 16.0F / 255.0F);  // half of the scale below it
    f_->change([](ViewSettings& settings) { settings.layer = Layer::SrError; });
    const auto& colours = divergingColourMap();
    QTRY_COMPARE(f_->colourAt(1, {20.5, 20.5}), colours.ofValue(0.0));
    QTRY_COMPARE(f_->colourAt(2, {20.5, 20.5}), colours.ofValue(-0.5));
    QCOMPARE(f_->header(1).value(), QStringLiteral("PSNR 27.31 dB"));
    QCOMPARE(f_->header(2).value(), QStringLiteral("PSNR 26.10 dB"));
    QCOMPARE(f_->header(2).detail(), QStringLiteral("\u22121.21"));
    QCOMPARE(f_->pane(2).accessibleDescription(), QStringLiteral("PSNR 26.10 dB"));
    QCOMPARE(f_->pane(2).findChild<ColourBar*>()->colours(), &colours);
    std::optional<Readout> seen;
    connect(&f_->grid, &ViewGrid::hovered, this, [&](const Readout& readout) { seen = readout; });
    QTest::mouseMove(&f_->view(2), f_->at(2, {30.0, 30.0}));
    QVERIFY(seen.has_value());
    QCOMPARE(seen->value, QStringLiteral("SR − HR -16.0"));

    give(f_->first, std::numeric_limits<double>::infinity(), 0.8F);
    QCOMPARE(f_->header(1).value(), QStringLiteral("PSNR \u221e dB"));
    f_->session.updateNetwork(f_->second, [](NetworkEntry& entry) { entry.sr = nullptr; });
    QVERIFY(f_->view(2).notice().contains(QStringLiteral("not computed yet")));
    f_->session.setRole(ImageRole::Lr);
    QVERIFY(f_->view(1).notice().contains(QStringLiteral("no HR image")));
    QVERIFY(f_->pane(1).findChild<ColourBar*>()->colours() == nullptr);
}

void ImagePaneTest::theSrOfTheContextIsSeenBeforeThatOfTheWhole() {
    constexpr int scale = side / lrSide;
    auto result = *f_->session.network(f_->first)->result;
    result.context = {10, 20, 8, 8};
    result.sr = *plainImage(8 * scale, 8 * scale, 0.6F);
    result.hr = *plainImage(8 * scale, 8 * scale, 0.6F - 16.0F / 255.0F);
    f_->session.updateNetwork(f_->first, [&](NetworkEntry& entry) {
        entry.result = std::make_shared<const LamResult>(std::move(result));
        entry.sr = nullptr;
    });
    f_->session.setBox({200, 200, 16});
    f_->change([](ViewSettings& settings) { settings.layer = Layer::Sr; });
    constexpr QPointF inside(11.5 * scale, 21.5 * scale);
    constexpr QPointF outside(19.0 * scale, 21.5 * scale);
    QTRY_COMPARE(f_->colourAt(1, inside), qRgb(153, 153, 153));
    QTRY_COMPARE(f_->colourAt(1, outside), qRgb(102, 102, 102));  // the LR image
    std::optional<Readout> seen;
    connect(&f_->grid, &ViewGrid::hovered, this, [&](const Readout& readout) { seen = readout; });
    QTest::mouseMove(&f_->view(1), f_->at(1, inside));
    QVERIFY(seen && seen->colour == qRgb(153, 153, 153));

    f_->change([](ViewSettings& settings) { settings.layer = Layer::SrError; });
    QTRY_COMPARE(f_->colourAt(1, inside), divergingColourMap().ofValue(0.5));
    QVERIFY(f_->view(1).notice().contains(QStringLiteral("Outside of the context")));

    f_->session.updateNetwork(f_->first, [](NetworkEntry& entry) { entry.sr = plainImage(side, side, 0.8F); });
    f_->change([](ViewSettings& settings) { settings.layer = Layer::Sr; });
    QTRY_COMPARE(f_->colourAt(1, outside), qRgb(204, 204, 204));
    QCOMPARE(f_->colourAt(1, inside), qRgb(204, 204, 204));
}

void ImagePaneTest::tilesOfTheSrAreSeenAsTheyCome() {
    constexpr int scale = side / lrSide;
    const auto tile = [](const Rect& place, float level) {
        return live::SrPart{.place = place,
                            .sr = plainImage(place.width * scale, place.height * scale, level),
                            .hr = plainImage(place.width * scale, place.height * scale, level - 16.0F / 255.0F)};
    };
    f_->session.updateNetwork(f_->first, [](NetworkEntry& entry) { entry.sr = nullptr; });
    f_->session.setBox({200, 200, 16});
    f_->change([](ViewSettings& settings) { settings.layer = Layer::Sr; });
    constexpr QPointF first(11.5 * scale, 21.5 * scale);
    constexpr QPointF second(19.0 * scale, 21.5 * scale);
    QTRY_COMPARE(f_->colourAt(1, first), qRgb(102, 102, 102));  // the LR image
    f_->session.updateNetwork(f_->first, [&](NetworkEntry& entry) {
        entry.srParts.push_back(tile({10, 20, 8, 8}, 0.6F));
    });
    QTRY_COMPARE(f_->colourAt(1, first), qRgb(153, 153, 153));
    QCOMPARE(f_->colourAt(1, second), qRgb(102, 102, 102));
    f_->session.updateNetwork(f_->first, [&](NetworkEntry& entry) {
        entry.srParts.push_back(tile({18, 20, 8, 8}, 0.8F));
    });
    QTRY_COMPARE(f_->colourAt(1, second), qRgb(204, 204, 204));
    QCOMPARE(f_->colourAt(1, first), qRgb(153, 153, 153));
    std::optional<Readout> seen;
    connect(&f_->grid, &ViewGrid::hovered, this, [&](const Readout& readout) { seen = readout; });
    QTest::mouseMove(&f_->view(1), f_->at(1, second));
    QVERIFY(seen && seen->colour == qRgb(204, 204, 204));

    f_->change([](ViewSettings& settings) { settings.layer = Layer::SrError; });
    QTRY_COMPARE(f_->colourAt(1, first), divergingColourMap().ofValue(0.5));
    QVERIFY(f_->view(1).notice().contains(QStringLiteral("The rest of the SR image")));
    QTest::mouseMove(&f_->view(1), f_->at(1, first));
    QCOMPARE(seen->value, QStringLiteral("SR − HR 16.0"));

    // The tiles stay until the picture of the whole is there: no flash of the LR image or of an empty pane.
    f_->change([](ViewSettings& settings) { settings.layer = Layer::Sr; });
    QTRY_COMPARE(f_->colourAt(1, first), qRgb(153, 153, 153));
    f_->session.updateNetwork(f_->first, [](NetworkEntry& entry) {
        entry.sr = plainImage(side, side, 0.2F);
        entry.srParts.clear();
    });
    QCOMPARE(f_->colourAt(1, first), qRgb(153, 153, 153));
    QTRY_COMPARE(f_->colourAt(1, first), qRgb(51, 51, 51));
    QCOMPARE(f_->colourAt(1, second), qRgb(51, 51, 51));
}

void ImagePaneTest::layersOfTheHrImageWaitForAnImage() {
    Session empty;  // a network can be loaded before the image
    ViewGrid grid(empty);
    const auto id = empty.addNetwork({});
    for (const auto layer : {Layer::HrWithBox, Layer::SrError}) {
        auto view = empty.view();
        view.layer = layer;
        empty.setView(view);
        empty.updateNetwork(id, [](NetworkEntry& entry) {
            entry.state = NetworkEntry::State::Ready;
            entry.card.scale = 4;
        });
        QVERIFY(grid.panes().at(1)->view().picture().image == nullptr);
    }
}

void ImagePaneTest::everyLayerShowsAnImage() {
    for (const auto& row : layerTable) {
        f_->change([&](ViewSettings& settings) { settings.layer = row.layer; });
        QTRY_VERIFY2(f_->view(1).picture().base != nullptr, row.title);
        QVERIFY2(!f_->view(1).picture().basePlace.isEmpty(), row.title);
    }
}

void ImagePaneTest::areaAppearsWhenItIsComputed() {
    std::vector<double> sums(static_cast<std::size_t>(lrSide * lrSide), 0.0);
    for (int i = 0; i < lrSide * lrSide; ++i) {
        sums[static_cast<std::size_t>(i)] =
            std::exp(-0.05 * (std::pow(i % lrSide - 32, 2) + std::pow(i / lrSide - 32, 2)));
    }
    f_->session.updateNetwork(f_->first, [&](NetworkEntry& entry) {
        entry.result = sharedResultOf(sums, {0, 0, lrSide, lrSide});
    });
    f_->session.setBox({200, 200, 16});
    f_->change([](ViewSettings& settings) { settings.layer = Layer::Area; });
    QTRY_VERIFY(f_->view(1).picture().map.areas.size() > 2);
    QTRY_VERIFY(!f_->view(2).notice().isEmpty());  // one pixel has no area
    const auto middle = f_->colourAt(1, {130.0, 130.0});
    QVERIFY(qRed(middle) > qGreen(middle) + 40);
    QCOMPARE(f_->colourAt(1, {20.0, 20.0}), qRgb(102, 102, 102));
}

void ImagePaneTest::areasOfInterestLieOverTheInput() {
    f_->session.setBox({200, 200, 16});
    f_->add("PAN", hotPixel(40, 20, 1.0));
    f_->change([](ViewSettings& settings) { settings.areasOfInterest = true; });
    QTRY_VERIFY(!f_->view(0).picture().interest.isNull());
    f_->grid.transform().setZoom(1.0);
    const auto most = f_->colourAt(0, {162.0, 82.0});  // two of three
    const auto some = f_->colourAt(0, {42.0, 202.0});  // one of three
    QVERIFY(qRed(most) > qBlue(most));
    QVERIFY(qBlue(some) > qRed(some));
    QCOMPARE(f_->colourAt(0, {100.0, 100.0}), qRgb(204, 204, 204));
}

void ImagePaneTest::networksOfDifferentScaleShareTheScene() {
    f_->session.setImage({"lr.png", "", plainImage(lrSide, lrSide, 0.5F)});
    QVERIFY(f_->session.role() == ImageRole::Lr);
    f_->session.updateNetwork(f_->first, [](NetworkEntry& entry) {
        entry.lr = plainImage(lrSide, lrSide, 0.4F);
        entry.sr = plainImage(side, side, 0.4F);
        entry.result = hotPixel(40, 20, 1.0);
    });
    f_->session.updateNetwork(f_->second, [](NetworkEntry& entry) {
        entry.card.scale = 2;
        entry.lr = plainImage(lrSide, lrSide, 0.4F);
        entry.sr = plainImage(side / 2, side / 2, 0.4F);
        entry.result = hotPixel(40, 20, 1.0);
    });
    f_->session.setBox({101, 51, 16});
    QCOMPARE(f_->view(1).picture().map.place, f_->view(2).picture().map.place);
    QCOMPARE(f_->view(1).picture().box, QRectF(101.0, 51.0, 16.0, 16.0));
    const auto patch = f_->session.patchFor(*f_->session.network(f_->second));
    QCOMPARE(f_->view(2).picture().box, QRectF(2.0 * patch.x, 2.0 * patch.y, 2.0 * patch.size, 2.0 * patch.size));
    QTRY_VERIFY(f_->view(1).picture().base != nullptr && f_->view(2).picture().base != nullptr);
    QCOMPARE(f_->view(2).picture().basePlace, QRectF(0.0, 0.0, side, side));
    f_->grid.transform().setZoom(1.0);
    QCOMPARE(f_->colourAt(1, {162.0, 82.0}), qRgb(128, 0, 0));
    QCOMPARE(f_->colourAt(2, {162.0, 82.0}), qRgb(128, 0, 0));

    // Without the x4 network the box grid is half as fine; the same part of the scene stays in view.
    f_->session.removeNetwork(f_->first);
    QCOMPARE(f_->session.gridWidth(), side / 2);
    QCOMPARE(f_->grid.transform().zoom(), 2.0);
    QCOMPARE(f_->colourAt(1, {81.0, 41.0}), qRgb(128, 0, 0));
}

void ImagePaneTest::readoutTellsPixelColourAndValue() {
    std::optional<Readout> seen;
    connect(&f_->grid, &ViewGrid::hovered, this, [&](const Readout& readout) { seen = readout; });
    QSignalSpy left(&f_->grid, &ViewGrid::left);
    QTest::mouseMove(&f_->view(1), f_->at(1, {162.0, 82.0}));
    QVERIFY(seen.has_value());
    QCOMPARE(seen->network, f_->first);
    QCOMPARE(seen->lr, QPointF(40.5, 20.5));
    QCOMPARE(seen->sr, QPoint(162, 82));
    QCOMPARE(*seen->colour, qRgb(102, 102, 102));  // the image's own, not the paler one that is drawn
    QCOMPARE(seen->value, QStringLiteral("map 1.000"));
    QTest::mouseMove(&f_->view(0), f_->at(0, {8.0, 4.0}));
    QCOMPARE(seen->network, ImagePane::input);
    QCOMPARE(seen->lr, QPointF(2.0, 1.0));
    QCOMPARE(*seen->colour, qRgb(204, 204, 204));
    QCOMPARE(seen->value, QString());
    left.clear();
    QTest::mouseMove(&f_->view(0), f_->at(0, {-5.0, 4.0}));
    QCOMPARE(left.count(), 1);
}

void ImagePaneTest::readoutFollowsTheMapUnderAPointerThatRests() {
    std::optional<Readout> seen;
    connect(&f_->grid, &ViewGrid::hovered, this, [&](const Readout& readout) { seen = readout; });
    // To the brightest pixel of the map, from elsewhere: a pointer that stays where another test left it does not move.
    QTest::mouseMove(&f_->view(0), f_->at(0, {8.0, 4.0}));
    QTest::mouseMove(&f_->view(1), f_->at(1, {162.0, 82.0}));
    QVERIFY(seen.has_value());
    QCOMPARE(seen->value, QStringLiteral("map 1.000"));
    f_->session.updateNetwork(f_->first, [](NetworkEntry& entry) { entry.stale = true; });
    QCOMPARE(seen->value, QStringLiteral("map 1.000 (old)"));
    f_->session.updateNetwork(f_->first, [](NetworkEntry& entry) { entry.stale = false; });
    QCOMPARE(seen->value, QStringLiteral("map 1.000"));
}

void ImagePaneTest::panesHaveAccessibleNames() {
    QCOMPARE(f_->pane(0).accessibleName(), QStringLiteral("Input"));
    QCOMPARE(f_->pane(1).accessibleName(), QStringLiteral("IMDN"));
    QCOMPARE(f_->pane(1).accessibleDescription(), QStringLiteral("DI 50.00"));
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::ImagePaneTest)
#include "image_pane_test.moc"
