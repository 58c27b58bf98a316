// SPDX-License-Identifier: GPL-3.0-or-later
// The DI map in the window: computed while its layer is shown, behind the maps of the box.
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <cstring>

#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::chooseInDialog;
using testing::patienceMs;
using testing::WindowFixture;

namespace {

constexpr int lrSide = 64;  // an LR image, whole in one context

QComboBox* comboNamed(const WindowFixture& fixture, const QString& name) {
    for (auto* combo : fixture.window->findChildren<QComboBox*>()) {
        if (combo->accessibleName() == name) {
            return combo;
        }
    }
    throw std::logic_error("no such control");
}

int computedCells(const NetworkEntry& entry) {
    return entry.diMap ? static_cast<int>(
               std::ranges::count_if(entry.diMap->cells, [](const DiMapCell& cell) { return cell.nodes > 0; }))
                       : 0;
}

bool waitForSomeOf(const WindowFixture& fixture, NetworkId id) {
    return QTest::qWaitFor([&] { return computedCells(fixture.entry(id)) > 0; }, patienceMs);
}

bool waitForAllOf(const WindowFixture& fixture, NetworkId id) {
    return QTest::qWaitFor([&] { return fixture.entry(id).diMap && fixture.entry(id).diMapFinished; }, patienceMs);
}

void setStride(const WindowFixture& fixture, int stride) {
    auto view = fixture.session().view();
    view.diMapStride = stride;
    fixture.session().setView(view);
}

void setNodes(const WindowFixture& fixture, int nodes) {
    auto options = fixture.session().options();
    options.nodes = nodes;
    fixture.session().setOptions(options);
}

}  // namespace

class DiMapWindowTest : public QObject {
    Q_OBJECT

private slots:
    void choosingTheLayerComputesItAndAClickProbesTheCell();
    void theBoxComesFirstAndTheMapGoesOn();
    void stoppedItGoesOnWhenAskedAndWithTheLayerAgain();
    void networksMayGoMeanwhile();
    void otherOptionsMakeAnotherMap();
    void finishedMapsAreExported();
};

void DiMapWindowTest::choosingTheLayerComputesItAndAClickProbesTheCell() {
    WindowFixture fixture(lrSide);
    fixture.openImage();
    const auto id = fixture.add("global.pth");
    setNodes(fixture, 9);
    QVERIFY(fixture.waitForMaps());
    const auto start = fixture.session().box();
    auto* stride = comboNamed(fixture, QStringLiteral("Stride"));
    QVERIFY(!stride->isVisible());
    auto* layer = comboNamed(fixture, QStringLiteral("Layer"));
    QTest::keyClick(layer, Qt::Key_End);
    QVERIFY(fixture.session().view().layer == Layer::DiMap);
    QTRY_VERIFY(stride->isVisible());
    QTest::keyClick(stride, Qt::Key_End);
    QCOMPARE(fixture.session().view().diMapStride, 64);
    QVERIFY(waitForAllOf(fixture, id));
    // Patches of 16 of 256 SR pixels, of which the detector reads one more: at 0, 64, 128, 192.
    const auto& map = *fixture.entry(id).diMap;
    QCOMPARE(map.columns, 4);
    QCOMPARE(map.rows, 4);
    QCOMPARE(fixture.view(id).picture().map.picture.size(), QSize(4, 4));

    const auto place = fixture.at(id, 64 + 3, 128 + 5);
    QTest::mouseMove(&fixture.view(id), place);
    const auto& cell = map.at(1, 2);
    const auto expected = QStringLiteral("DI %1 · 95 % %2 px · radius %3 px · patch (64, 128) · 9 nodes")
                              .arg(*cell.diffusionIndex, 0, 'f', 2)
                              .arg(*cell.mass95Pixels)
                              .arg(*cell.radiusPixels, 0, 'f', 1);
    QVERIFY(testing::shownTexts(*fixture.window).contains(expected));
    QTest::mouseClick(&fixture.view(id), Qt::LeftButton, {}, place);
    QVERIFY((fixture.session().box() == Box{64, 128, 16}));
    QVERIFY(fixture.waitForMaps());
    QVERIFY(std::abs(*fixture.entry(id).result->diffusionIndex - *cell.diffusionIndex) < 1e-3);
    QVERIFY(fixture.entry(id).diMapFinished);
    fixture.window->probe().grid().setFocus();
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(fixture.session().box() == start);
    QVERIFY(fixture.entry(id).diMap != nullptr);
}

void DiMapWindowTest::theBoxComesFirstAndTheMapGoesOn() {
    WindowFixture fixture(lrSide);
    fixture.openImage();
    const auto id = fixture.add("slow.pth");
    QVERIFY(fixture.waitForMaps());
    setStride(fixture, 32);
    fixture.key(Qt::Key_G);
    QVERIFY(waitForSomeOf(fixture, id));
    QVERIFY(!fixture.entry(id).diMapFinished);
    auto& view = fixture.view(id);
    QTest::mousePress(&view, Qt::LeftButton, {}, fixture.at(id, 100, 100));
    for (int i = 1; i <= 5; ++i) {
        QTest::mouseMove(&view, fixture.at(id, 100 + 10 * i, 100));
        QVERIFY(fixture.entry(id).diMap != nullptr);
        QVERIFY(QTest::qWaitFor([&] { return fixture.entry(id).currentResult() != nullptr; }, patienceMs));
    }
    QVERIFY(!fixture.entry(id).diMapFinished);
    QTest::mouseRelease(&view, Qt::LeftButton, {}, fixture.at(id, 150, 100));
    QVERIFY(fixture.waitForMaps());
    QVERIFY(waitForAllOf(fixture, id));
    QCOMPARE(computedCells(fixture.entry(id)), 64);
    QVERIFY(QTest::qWaitFor([&] { return !fixture.session().progress().busy; }, patienceMs));
}

void DiMapWindowTest::stoppedItGoesOnWhenAskedAndWithTheLayerAgain() {
    WindowFixture fixture(lrSide);
    fixture.openImage();
    const auto id = fixture.add("slow.pth");
    QVERIFY(fixture.waitForMaps());
    setStride(fixture, 32);
    fixture.key(Qt::Key_G);
    QVERIFY(waitForSomeOf(fixture, id));
    QVERIFY(fixture.session().progress().what.contains(QStringLiteral("DI map")));
    QVERIFY(fixture.session().progress().planned > 0);
    fixture.key(Qt::Key_Escape);
    QVERIFY(QTest::qWaitFor([&] { return !fixture.session().progress().busy; }, patienceMs));
    const auto cells = computedCells(fixture.entry(id));
    QTest::qWait(300);
    QCOMPARE(computedCells(fixture.entry(id)), cells);
    QVERIFY(!fixture.entry(id).diMapFinished);
    // Moving the box does not start what was stopped.
    fixture.key(Qt::Key_Right);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!fixture.entry(id).diMapFinished);

    fixture.key(Qt::Key_G);
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().progress().busy; }, patienceMs));
    fixture.key(Qt::Key_L);  // another layer: it stops by itself
    QVERIFY(fixture.session().view().layer == Layer::Sr);
    QVERIFY(QTest::qWaitFor([&] { return !fixture.session().progress().busy; }, patienceMs));
    QVERIFY(!fixture.entry(id).diMapFinished);
    fixture.key(Qt::Key_G);
    QVERIFY(waitForAllOf(fixture, id));
}

void DiMapWindowTest::networksMayGoMeanwhile() {
    WindowFixture fixture(lrSide);
    fixture.openImage();
    const auto first = fixture.add("slow.pth:name=A");
    const auto second = fixture.add("global.pth:name=B");
    QVERIFY(fixture.waitForMaps());
    setStride(fixture, 64);
    fixture.key(Qt::Key_G);
    QVERIFY(waitForSomeOf(fixture, first));
    fixture.session().select(first);
    fixture.key(Qt::Key_Delete, Qt::ControlModifier);
    QCOMPARE(fixture.session().networks().size(), std::size_t{1});
    QVERIFY(waitForAllOf(fixture, second));
    QVERIFY(fixture.entry(second).diMapTrouble.isEmpty());
    const auto late = fixture.add("global.pth:name=C");
    QVERIFY(waitForAllOf(fixture, late));
    QVERIFY(fixture.entry(second).diMapFinished);
}

void DiMapWindowTest::otherOptionsMakeAnotherMap() {
    WindowFixture fixture(lrSide);
    fixture.openImage();
    const auto id = fixture.add("global.pth");
    setStride(fixture, 64);
    fixture.key(Qt::Key_G);
    QVERIFY(waitForAllOf(fixture, id));
    QCOMPARE(fixture.entry(id).diMap->cells.front().nodes, 9);
    setNodes(fixture, 3);
    QVERIFY(fixture.entry(id).diMap == nullptr);  // never shown as if it were of the new options
    QVERIFY(waitForAllOf(fixture, id));
    QCOMPARE(fixture.entry(id).diMap->cells.front().nodes, 3);
    auto box = fixture.session().box();
    box.size = 32;
    fixture.session().setBox(box);
    QVERIFY(fixture.entry(id).diMap == nullptr);
    QVERIFY(waitForAllOf(fixture, id));
    QCOMPARE(fixture.entry(id).diMap->cells.front().patch.size, 32);
    fixture.session().undoStack().undo();
    fixture.session().undoStack().undo();
    QVERIFY(waitForAllOf(fixture, id));
    QCOMPARE(fixture.entry(id).diMap->cells.front().nodes, 9);
}

void DiMapWindowTest::finishedMapsAreExported() {
    WindowFixture fixture(lrSide);
    fixture.openImage();
    const auto id = fixture.add("global.pth:name=Net");
    fixture.window->probe().actions().exportDiMaps->trigger();
    const auto folder = QString::fromStdString((fixture.files.path() / "out").string());
    QDir().mkpath(folder);
    chooseInDialog(folder);
    QVERIFY(fixture.waitForMessage(QStringLiteral("no finished DI map")));
    setStride(fixture, 64);
    fixture.key(Qt::Key_G);
    QVERIFY(waitForAllOf(fixture, id));
    fixture.window->probe().actions().exportDiMaps->trigger();
    chooseInDialog(folder);
    QVERIFY(fixture.waitForMessage(QStringLiteral("Saved %1").arg(folder)));
    QFile array(folder + QStringLiteral("/Net.di.npy"));
    QVERIFY(array.open(QIODevice::ReadOnly));
    const auto bytes = array.readAll();
    QVERIFY(bytes.contains("(4, 4)"));
    float last = 0.0F;
    std::memcpy(&last, bytes.constData() + bytes.size() - qsizetype{sizeof last}, sizeof last);
    QCOMPARE(last, static_cast<float>(*fixture.entry(id).diMap->at(3, 3).diffusionIndex));
    QFile table(folder + QStringLiteral("/di.csv"));
    QVERIFY(table.open(QIODevice::ReadOnly));
    const auto lines = table.readAll().trimmed().split('\n');
    QCOMPARE(lines.size(), qsizetype{17});
    QVERIFY(lines[1].startsWith("Net,0,0,16,"));

    // A network whose map is not finished is named.
    fixture.session().setPaused(true);
    fixture.add("global.pth:name=Late");
    fixture.window->probe().actions().exportDiMaps->trigger();
    chooseInDialog(folder);
    QVERIFY(fixture.waitForMessage(QStringLiteral("lack of a finished DI map: Late")));
}

}  // namespace lamscope::ui

int main(int argc, char** argv) {
    QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    QApplication application(argc, argv);
    lamscope::ui::DiMapWindowTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "di_map_test.moc"
