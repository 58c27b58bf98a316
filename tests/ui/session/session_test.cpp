// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include <QSignalSpy>
#include <QTest>

#include "base/error.h"
#include "session/layer_table.h"

namespace lamscope::ui {

namespace {

OpenedImage imageOf(int width, int height) {
    return {.file = "picture.png", .sha256 = "", .pixels = std::make_shared<const Image>(width, height)};
}

ModelSpec specOf(const char* file) {
    return ModelSpec::parse(file);
}

void makeReady(Session& session, NetworkId id, int scale) {
    session.updateNetwork(id, [scale](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Ready;
        entry.card.scale = scale;
    });
}

}  // namespace

class SessionTest : public QObject {
    Q_OBJECT

private slots:
    void theRoleIsGuessedFromTheSize();
    void theBoxStaysInsideWithTheDetectorsMargin();
    void aDragIsOneStepOfUndo();
    void boxesOfDifferentScalesCoverTheSameScene();
    void aNewScaleKeepsTheBoxOnItsPlace();
    void changingTheRoleKeepsThePlaceAndUndoRestoresIt();
    void undoStepsThroughOptionsViewAndOrder();
    void undoSurvivesARemovedNetwork();
    void badOptionsAreRefusedAndNothingChanges();
    void selectionMovesOnWhenANetworkIsRemoved();
    void sortingPutsTheLargestIndexFirst();
    void everyLayerIsFoundByItsName();
    void layersSayWhatTheyNeed();
};

void SessionTest::theRoleIsGuessedFromTheSize() {
    Session session;
    session.setImage(imageOf(128, 100));
    QVERIFY(session.role() == ImageRole::Lr);
    QCOMPARE(session.gridWidth(), 128 * 4);
    session.setImage(imageOf(129, 100));
    QVERIFY(session.role() == ImageRole::Hr);
    QCOMPARE(session.gridWidth(), 129);
}

void SessionTest::theBoxStaysInsideWithTheDetectorsMargin() {
    Session session;
    session.setImage(imageOf(64, 64));
    session.setBox({1000, -5, 16});
    // The gradient reads one pixel to the right: 256 - 16 - 1.
    QCOMPARE(session.box(), (Box{239, 0, 16}));
    auto options = session.options();
    options.detector = DetectorKind::Gabor;  // reads 4 pixels on every side
    session.setOptions(options);
    QCOMPARE(session.box(), (Box{236, 4, 16}));
    session.setBox({0, 0, 5000});
    QCOMPARE(session.box(), (Box{4, 4, 248}));
}

void SessionTest::aDragIsOneStepOfUndo() {
    Session session;
    session.setImage(imageOf(64, 64));
    const auto start = session.box();
    for (int x = 0; x < 20; ++x) {
        session.setBox({x, 7, 16}, true);
    }
    session.endDrag();
    for (int x = 0; x < 20; ++x) {
        session.setBox({x, 30, 16}, true);
    }
    session.endDrag();
    QCOMPARE(session.undoStack().count(), 2);
    session.undoStack().undo();
    QCOMPARE(session.box(), (Box{19, 7, 16}));
    session.undoStack().undo();
    QCOMPARE(session.box(), start);
    session.undoStack().redo();
    session.undoStack().redo();
    QCOMPARE(session.box(), (Box{19, 30, 16}));
}

void SessionTest::boxesOfDifferentScalesCoverTheSameScene() {
    Session session;
    session.setImage(imageOf(64, 64));
    const auto four = session.addNetwork(specOf("a.pth"));
    const auto two = session.addNetwork(specOf("b.pth"));
    makeReady(session, four, 4);
    makeReady(session, two, 2);
    session.setBox({120, 60, 16});
    QCOMPARE(session.patchFor(*session.network(four)), (Patch{120, 60, 16}));
    QCOMPARE(session.patchFor(*session.network(two)), (Patch{60, 30, 8}));
    // With HR the SR grids of all networks are the image's own.
    session.setRole(ImageRole::Hr);
    QCOMPARE(session.patchFor(*session.network(two)), session.patchFor(*session.network(four)));
}

void SessionTest::aNewScaleKeepsTheBoxOnItsPlace() {
    Session session;
    session.setImage(imageOf(64, 64));
    const auto two = session.addNetwork(specOf("b.pth"));
    makeReady(session, two, 2);
    session.setBox({60, 30, 8});
    const auto four = session.addNetwork(specOf("a.pth"));
    makeReady(session, four, 4);
    QCOMPARE(session.box(), (Box{120, 60, 16}));
    session.removeNetwork(four);
    QCOMPARE(session.box(), (Box{60, 30, 8}));
}

void SessionTest::changingTheRoleKeepsThePlaceAndUndoRestoresIt() {
    Session session;
    session.setImage(imageOf(100, 100));
    session.setBox({201, 101, 16});
    session.setRole(ImageRole::Hr);
    // The centre (209, 109) on the grid of 4 per pixel is (52.25, 27.25) in pixels.
    QCOMPARE(session.box(), (Box{44, 19, 16}));
    session.undoStack().undo();
    QVERIFY(session.role() == ImageRole::Lr);
    QCOMPARE(session.box(), (Box{201, 101, 16}));
}

void SessionTest::undoStepsThroughOptionsViewAndOrder() {
    Session session;
    session.setImage(imageOf(64, 64));
    const auto first = session.addNetwork(specOf("a.pth"));
    const auto second = session.addNetwork(specOf("b.pth"));
    auto options = session.options();
    options.sigma = 2.0;
    session.setOptions(options);
    auto view = session.view();
    view.layer = Layer::Signed;
    session.setView(view);
    session.moveNetwork(second, 0);
    session.setShown(first, false);
    QCOMPARE(session.networks().front().id, second);
    QVERIFY(!session.network(first)->shown);

    QSignalSpy lists(&session, &Session::networkListChanged);
    session.undoStack().undo();
    QVERIFY(session.network(first)->shown);
    session.undoStack().undo();
    QCOMPARE(session.networks().front().id, first);
    QCOMPARE(lists.count(), 2);
    session.undoStack().undo();
    QVERIFY(session.view().layer == Layer::Overlay);
    session.undoStack().undo();
    QCOMPARE(session.options().sigma, 1.2);
    QVERIFY(!session.undoStack().canUndo());
}

void SessionTest::undoSurvivesARemovedNetwork() {
    Session session;
    session.setImage(imageOf(64, 64));
    const auto first = session.addNetwork(specOf("a.pth"));
    const auto second = session.addNetwork(specOf("b.pth"));
    session.moveNetwork(second, 0);
    session.removeNetwork(second);
    const auto third = session.addNetwork(specOf("c.pth"));
    session.undoStack().undo();
    QCOMPARE(session.networks().size(), std::size_t{2});
    QCOMPARE(session.networks().front().id, first);
    QCOMPARE(session.networks().back().id, third);
}

void SessionTest::badOptionsAreRefusedAndNothingChanges() {
    Session session;
    session.setImage(imageOf(64, 64));
    auto options = session.options();
    options.kernel = 4;
    QVERIFY_EXCEPTION_THROWN(session.setOptions(options), Error);
    QCOMPARE(session.options().kernel, 9);
    QVERIFY(!session.undoStack().canUndo());
}

void SessionTest::selectionMovesOnWhenANetworkIsRemoved() {
    Session session;
    const auto first = session.addNetwork(specOf("a.pth"));
    const auto second = session.addNetwork(specOf("b.pth"));
    QCOMPARE(session.selected(), first);
    session.removeNetwork(first);
    QCOMPARE(session.selected(), second);
    session.removeNetwork(second);
    QCOMPARE(session.selected(), 0);
}

void SessionTest::sortingPutsTheLargestIndexFirst() {
    Session session;
    session.setImage(imageOf(64, 64));
    std::vector<NetworkId> ids;
    for (const double index : {3.0, 20.0, 11.0}) {
        ids.push_back(session.addNetwork(specOf("a.pth")));
        session.updateNetwork(ids.back(), [index](NetworkEntry& entry) {
            auto result = std::make_shared<LamResult>();
            result->diffusionIndex = index;
            entry.result = result;
        });
    }
    session.sortByDiffusionIndex();
    QCOMPARE(session.networks()[0].id, ids[1]);
    QCOMPARE(session.networks()[1].id, ids[2]);
    QCOMPARE(session.networks()[2].id, ids[0]);
}

void SessionTest::everyLayerIsFoundByItsName() {
    QStringList names;
    for (const auto& row : layerTable) {
        QVERIFY(toString(row.layer) == row.name);
        QVERIFY(layerFromString(row.name) == row.layer);
        names += QString::fromUtf8(row.name.data(), static_cast<qsizetype>(row.name.size()));
    }
    // Session files hold these.
    QCOMPARE(names, (QStringList{"sr", "map", "overlay", "signed", "area", "difference", "hr-with-box", "sr-error", "di-map"}));
    try {
        static_cast<void>(layerFromString("heat"));
        QFAIL("an unknown layer was taken");
    } catch (const Error& error) {
        QVERIFY(QString::fromUtf8(error.what()).contains(names.join(QStringLiteral(", "))));
    }
}

void SessionTest::layersSayWhatTheyNeed() {
    QVERIFY(layerHelp(layerRow(Layer::Difference)).contains(QStringLiteral("Needs a map and a reference network")));
    QVERIFY(layerHelp(layerRow(Layer::HrWithBox)).contains(QStringLiteral("HR image")));
    QVERIFY(!layerHelp(layerRow(Layer::Sr)).contains(QStringLiteral("Needs")));
}

}  // namespace lamscope::ui

QTEST_APPLESS_MAIN(lamscope::ui::SessionTest)
#include "session_test.moc"
