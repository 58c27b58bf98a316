// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include <QSignalSpy>
#include <QTest>

#include "base/error.h"
#include "method/lam/lam_experiment.h"
#include "session/command_line.h"
#include "session/layer_table.h"
#include "session/session_file.h"

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
    void aSnapshotHoldsWhatIsOpenAndChosen();
    void aSessionWithAnUnknownOptionIsRefused();
    void aSessionWithAnUnknownViewSettingOpens();
    void workspacesAreKeptAndDamagedOnesRefused();
    void theCommandHasALineForEachScaleOfAnLrImage();
    void theCommandOfAnHrImageIsOneLine();
    void theCommandOfAFieldMeasuresItAtTheBox();
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

void SessionTest::aSnapshotHoldsWhatIsOpenAndChosen() {
    Session session;
    session.setMoreScenes({{.image = "kept.png", .boxes = {{1, 2, 3}}}});
    QCOMPARE(snapshot(session).scenes.size(), std::size_t{1});  // no image is open
    session.setImage({.file = "picture.png",
                      .sha256 = "ab",
                      .pixels = std::make_shared<const Image>(64, 60),
                      .reading = {.upright = true, .stretch = true}});
    const auto first = session.addNetwork(specOf("a.pth:scale=4"));
    const auto second = session.addNetwork(specOf("b.pth"));
    makeReady(session, first, 4);
    session.updateNetwork(first, [](NetworkEntry& entry) { entry.card.sha256 = "cd"; });
    session.setShown(second, false);
    session.select(second);
    session.setReference(second);
    session.setBox({120, 60, 24});
    auto options = session.options();
    options.sigma = 2.0;
    session.setOptions(options);
    auto view = session.view();
    view.layer = Layer::Signed;
    session.setView(view);
    session.setFigureLayout(defaultLayout(FigureKind::Maps));

    const auto saved = snapshot(session);
    const Scene open{.image = "picture.png",
                     .sha256 = "ab",
                     .role = ImageRole::Lr,
                     .reading = {.upright = true, .stretch = true},
                     .gridScale = 4,
                     .boxes = {{120, 60, 24}}};
    const std::vector<Scene> scenes{open, session.moreScenes().front()};
    QVERIFY(saved.scenes == scenes);
    const std::vector<ExperimentNetwork> networks{{.spec = specOf("a.pth:scale=4"), .sha256 = "cd"},
                                                  {.spec = specOf("b.pth"), .shown = false}};
    QVERIFY(saved.networks == networks);
    QVERIFY(saved.reference == std::size_t{1} && saved.selected == std::size_t{1});
    QVERIFY(!saved.gridStride);
    QVERIFY(lamOptionsOf(saved) == options);
    QVERIFY(viewOf(saved) == view);
    QVERIFY(figureOf(saved) == defaultLayout(FigureKind::Maps));
    QVERIFY(
        sessionFromText(toJson(saved, std::filesystem::current_path()), std::filesystem::current_path() / "a.lamscope")
            .options
        == saved.options);
}

void SessionTest::aSessionWithAnUnknownOptionIsRefused() {
    auto experiment = snapshot(Session());
    experiment.options["sharpness"] = 2.0;
    const std::filesystem::path file = std::filesystem::current_path() / "newer.lamscope";
    try {
        static_cast<void>(sessionFromText(toJson(experiment, file.parent_path()), file));
        QFAIL("numbers would differ without that option");
    } catch (const Error& error) {
        QVERIFY(error.code() == ErrorCode::BadFile);
        QVERIFY(QString::fromUtf8(error.what()).startsWith(QString::fromStdString(file.string())));
        QVERIFY(QString::fromUtf8(error.what()).contains(QStringLiteral("sharpness")));
    }
}

void SessionTest::aSessionWithAnUnknownViewSettingOpens() {
    auto experiment = snapshot(Session());
    experiment.view["glow"] = true;
    const std::filesystem::path file = std::filesystem::current_path() / "newer.lamscope";
    QVERIFY(viewOf(sessionFromText(toJson(experiment, file.parent_path()), file)) == ViewSettings());
}

void SessionTest::workspacesAreKeptAndDamagedOnesRefused() {
    Session session;
    QVERIFY(snapshot(session).workspaces.is_null());
    WorkspaceStates states{.open = "study", .kept = {}};
    states.kept["study"]["rows"] = 3;
    session.setWorkspaces(states);
    QVERIFY(workspacesOf(wholeSession(session)) == states);
    QVERIFY(snapshot(session).workspaces.is_null());  // results and figures state none
    QVERIFY(workspacesOf(snapshot(session)) == WorkspaceStates());
    auto experiment = wholeSession(session);
    experiment.workspaces["open"] = 3;
    const std::filesystem::path file = std::filesystem::current_path() / "damaged.lamscope";
    try {
        static_cast<void>(sessionFromText(toJson(experiment, file.parent_path()), file));
        QFAIL("no workspace has a number for its name");
    } catch (const Error& error) {
        QVERIFY(error.code() == ErrorCode::BadFile);
        QVERIFY(QString::fromUtf8(error.what()).contains(QStringLiteral("workspaces")));
    }
}

void SessionTest::theCommandHasALineForEachScaleOfAnLrImage() {
    Session session;
    QVERIFY(commandLine(session, DeviceChoice::Auto, 0).isEmpty());
    session.setImage(imageOf(64, 64));
    const auto two = session.addNetwork(specOf("b.pth"));
    const auto four = session.addNetwork(specOf("a.pth"));
    const auto hidden = session.addNetwork(specOf("hidden.pth"));
    session.addNetwork(specOf("loading.pth"));
    QVERIFY(commandLine(session, DeviceChoice::Auto, 0).isEmpty());  // none is ready
    makeReady(session, two, 2);
    makeReady(session, four, 4);
    makeReady(session, hidden, 4);
    session.setShown(hidden, false);
    session.setBox({120, 60, 16});
    QCOMPARE(commandLine(session, DeviceChoice::Auto, 0),
             QStringLiteral("lamscope-cli lam --lr picture.png --model a.pth --patch 120,60,16 --preset exact\n"
                            "lamscope-cli lam --lr picture.png --model b.pth --patch 60,30,8 --preset exact"));
}

void SessionTest::theCommandOfAnHrImageIsOneLine() {
    Session session;
    session.setImage(imageOf(256, 256));
    makeReady(session, session.addNetwork(specOf("b.pth")), 2);
    makeReady(session, session.addNetwork(specOf("a.pth")), 4);
    session.setBox({100, 60, 16});
    session.setReduction(Reduction::Matlab);
    QCOMPARE(commandLine(session, DeviceChoice::Cpu, 2),
             QStringLiteral("lamscope-cli lam --hr picture.png --reduce matlab --model b.pth --model a.pth "
                            "--patch 100,60,16 --preset exact --device cpu --threads 2"));
}

void SessionTest::theCommandOfAFieldMeasuresItAtTheBox() {
    Session session;
    auto image = imageOf(64, 64);
    image.reading = {.upright = true, .stretch = true};
    session.setImage(image);
    makeReady(session, session.addNetwork(specOf("b.pth")), 2);
    makeReady(session, session.addNetwork(specOf("a.pth")), 4);
    session.setBox({120, 60, 16});
    session.setMoreScenes({{.image = "more.png"}});
    auto view = session.view();
    view.layer = Layer::ErfHere;
    session.setView(view);
    QCOMPARE(commandLine(session, DeviceChoice::Cpu, 2),
             QStringLiteral("lamscope-cli erf --lr picture.png --upright --stretch --model a.pth --preset exact "
                            "--at 128,68 --device cpu --threads 2\n"
                            "lamscope-cli erf --lr picture.png --upright --stretch --model b.pth --preset exact "
                            "--at 64,34 --device cpu --threads 2"));
    view.layer = Layer::Sr;
    session.setView(view);
    QVERIFY(commandLine(session, DeviceChoice::Auto, 0).startsWith(QStringLiteral("lamscope-cli lam ")));
}

void SessionTest::everyLayerIsFoundByItsName() {
    QStringList names;
    for (const auto& row : layerTable) {
        QVERIFY(toString(row.layer) == row.name);
        QVERIFY(layerFromString(row.name) == row.layer);
        names += QString::fromUtf8(row.name.data(), static_cast<qsizetype>(row.name.size()));
    }
    // Session files hold these.
    QCOMPARE(names,
             (QStringList{"sr", "map", "overlay", "signed", "area", "difference", "hr-with-box", "sr-error", "erf-here",
                          "di-map", "rain", "rain-mask", "removed", "left-over", "background-error"}));
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
