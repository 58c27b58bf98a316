// SPDX-License-Identifier: GPL-3.0-or-later
// The window as a person uses it: real mouse and key events on the real window.
#include <QAbstractButton>
#include <QApplication>
#include <QPointer>
#include <QSignalSpy>
#include <QSpinBox>
#include <QWheelEvent>
#include <set>

#include "dialogs/settings_dialog.h"
#include "runtime/processors.h"
#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::WindowFixture;

class ProbingTest : public QObject {
    Q_OBJECT

private slots:
    void aDragMovesTheBoxInEveryPaneAndTheMapsFollow();
    void aMapOfAnOldPositionIsNeverShownAsCurrent();
    void keysMoveTheBoxAndUndoBringsItBack();
    void theWheelResizesTheBoxAndZoomsAllPanes();
    void everyLayerLooksDifferent();
    void networksComeAndGoWhileTheyCompute();
    void digitsShowAndHideAndChooseTheReference();
    void aDigitThatIsHeldShowsThatNetworkInThePane();
    void pauseAndCancelStopTheWork();
    void hidingTheLastNetworkAndShowingItAgainKeepsItsMap();
    void optionsChangeTheMapAndUndoRestoresIt();
    void networksOfDifferentScalesShareTheScene();
    void theRoleOfTheImageIsOneClick();
    void hoveringTheCurvesShowsThePathImage();
    void theNumberOfThreadsGoesBackToAutomatic();
};

void ProbingTest::aDragMovesTheBoxInEveryPaneAndTheMapsFollow() {
    WindowFixture fixture;
    fixture.openImage();
    const auto first = fixture.add("global.pth:name=First");
    const auto second = fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    const auto before = fixture.session().box();

    auto& view = fixture.view(first);
    const auto grip = fixture.at(first, before.x + before.size / 2.0, before.y + before.size / 2.0);
    const auto target = fixture.at(first, before.x + before.size / 2.0 + 40, before.y + before.size / 2.0 - 60);
    QTest::mousePress(&view, Qt::LeftButton, Qt::NoModifier, grip);
    QTest::mouseMove(&view, (grip + target) / 2);
    QVERIFY(fixture.session().isDragging());
    QVERIFY(fixture.entry(first).stale);
    QTest::mouseMove(&view, target);
    // While the box is held, coarse maps arrive.
    QVERIFY(QTest::qWaitFor([&] { return fixture.entry(first).currentResult() != nullptr; }, testing::patienceMs));
    QTest::mouseRelease(&view, Qt::LeftButton, Qt::NoModifier, target);
    QVERIFY(fixture.waitForMaps());

    const auto box = fixture.session().box();
    QVERIFY(std::abs(box.x - before.x - 40) <= 2);
    QVERIFY(std::abs(box.y - before.y + 60) <= 2);
    for (const auto id : {first, second}) {
        QCOMPARE(fixture.entry(id).result->patch.x, box.x);
        QCOMPARE(fixture.entry(id).result->patch.y, box.y);
    }
    QCOMPARE(fixture.session().undoStack().count(), 1);
}

void ProbingTest::aMapOfAnOldPositionIsNeverShownAsCurrent() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("slow.pth");
    QVERIFY(QTest::qWaitFor([&] { return fixture.entry(id).currentResult() != nullptr; }, testing::patienceMs));
    auto wrong = 0;
    auto seen = 0;
    connect(&fixture.session(), &Session::networkChanged, this, [&](int) {
        const auto* result = fixture.entry(id).currentResult();
        if (result != nullptr) {
            ++seen;
            wrong += result->patch == fixture.session().patchFor(fixture.entry(id)) ? 0 : 1;
        }
    });
    auto& view = fixture.view(id);
    QTest::mousePress(&view, Qt::LeftButton, Qt::NoModifier, fixture.at(id, 100, 100));
    for (int i = 0; i < 60; ++i) {
        QTest::mouseMove(&view, fixture.at(id, 100 + i * 3, 100 + i));
        QTest::qWait(10);
    }
    QTest::mouseRelease(&view, Qt::LeftButton, Qt::NoModifier, fixture.at(id, 280, 160));
    QVERIFY(QTest::qWaitFor([&] { return fixture.entry(id).currentResult() != nullptr; }, testing::patienceMs));
    QVERIFY(seen > 0);
    QCOMPARE(wrong, 0);
}

void ProbingTest::keysMoveTheBoxAndUndoBringsItBack() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    const auto start = fixture.session().box();
    fixture.window->probe().grid().setFocus();
    fixture.key(Qt::Key_Right);
    QCOMPARE(fixture.session().box(), (Box{start.x + 1, start.y, start.size}));
    fixture.key(Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(fixture.session().box(), (Box{start.x + 1, start.y + start.size, start.size}));
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.entry(id).result->patch.y, start.y + start.size);
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(fixture.session().box(), (Box{start.x + 1, start.y, start.size}));
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(fixture.session().box(), start);
    fixture.key(Qt::Key_Y, Qt::ControlModifier);
    QCOMPARE(fixture.session().box(), (Box{start.x + 1, start.y, start.size}));
    QVERIFY(fixture.waitForMaps());
}

void ProbingTest::theWheelResizesTheBoxAndZoomsAllPanes() {
    WindowFixture fixture;
    fixture.openImage();
    const auto first = fixture.add("bicubic");
    const auto second = fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    const auto wheel = [](QWidget& widget, QPoint position, Qt::KeyboardModifiers modifiers) {
        constexpr int oneNotch = 120;
        QWheelEvent event(position, widget.mapToGlobal(position), {}, {0, oneNotch}, Qt::NoButton, modifiers,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&widget, &event);
    };
    wheel(fixture.view(first), fixture.at(first, 100, 100), Qt::ControlModifier);
    QCOMPARE(fixture.session().box().size, 17);

    const auto zoom = fixture.window->probe().grid().transform().zoom();
    const auto place = fixture.view(second).fromScene({100, 100});
    wheel(fixture.view(first), fixture.at(first, 150, 150), Qt::NoModifier);
    QVERIFY(fixture.window->probe().grid().transform().zoom() > zoom);
    QVERIFY(fixture.view(second).fromScene({100, 100}) != place);
    // All panes show the same part of the scene.
    const auto same = fixture.view(first).fromScene({100, 100}) - fixture.view(second).fromScene({100, 100});
    QVERIFY(std::abs(same.x()) < 1.5 && std::abs(same.y()) < 1.5);
    fixture.key(Qt::Key_F);
    QVERIFY(fixture.window->probe().grid().transform().isFitted());
    fixture.key(Qt::Key_F);  // and back to the context, which the whole image of 96 LR pixels is not
    QVERIFY(fixture.window->probe().grid().transform().showsRegion());
}

void ProbingTest::everyLayerLooksDifferent() {
    WindowFixture fixture(256);
    fixture.openImage();
    fixture.add("bicubic");
    const auto id = fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.session().role() == ImageRole::Hr);
    std::set<Layer> seen;
    std::vector<QImage> pictures;
    for (int i = 0; i < 8; ++i) {
        fixture.key(Qt::Key_L);
        seen.insert(fixture.session().view().layer);
        QTest::qWait(300);  // the area of contribution is computed beside
        pictures.push_back(fixture.view(id).grab().toImage());
    }
    QCOMPARE(seen.size(), std::size_t{8});
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            QVERIFY2(pictures[i] != pictures[j], qPrintable(QStringLiteral("%1 and %2").arg(i).arg(j)));
        }
    }
}

void ProbingTest::networksComeAndGoWhileTheyCompute() {
    WindowFixture fixture;
    fixture.openImage();
    const auto slow = fixture.add("slow.pth:name=A");
    const auto other = fixture.add("slow.pth:name=B");
    QVERIFY(QTest::qWaitFor([&] { return fixture.entry(slow).result != nullptr; }, testing::patienceMs));
    const auto late = fixture.add("global.pth:name=C");
    fixture.session().moveNetwork(late, 0);
    QCOMPARE(fixture.session().networks().front().id, late);
    fixture.session().removeNetwork(slow);
    fixture.session().setShown(other, false);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.window->probe().grid().panes().size(), std::size_t{2});  // the input and C
    fixture.session().setShown(other, true);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.window->probe().grid().panes().size(), std::size_t{3});
}

void ProbingTest::digitsShowAndHideAndChooseTheReference() {
    WindowFixture fixture;
    fixture.openImage();
    const auto first = fixture.add("bicubic");
    const auto second = fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    fixture.key(Qt::Key_1);
    QVERIFY(!fixture.entry(first).shown);
    fixture.key(Qt::Key_1);
    QVERIFY(fixture.entry(first).shown);
    QCOMPARE(fixture.session().selected(), first);
    QCOMPARE(fixture.session().reference(), first);
    fixture.key(Qt::Key_2, Qt::ShiftModifier);
    QCOMPARE(fixture.session().reference(), second);
}

void ProbingTest::aDigitThatIsHeldShowsThatNetworkInThePane() {
    WindowFixture fixture;
    fixture.openImage();
    const auto first = fixture.add("bicubic");
    const auto second = fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    auto& grid = fixture.window->probe().grid();
    grid.setFocus();
    const auto nameOf = [&](NetworkId id) { return fixture.entry(id).name(); };
    const auto shownAt = [&](std::size_t position) { return grid.panes().at(position)->accessibleName(); };
    QTest::mouseMove(&fixture.view(first), {30, 30});

    // A key that repeats is held.
    QTest::keyPress(&grid, Qt::Key_2);
    QCOMPARE(shownAt(1), nameOf(first));
    QTest::simulateEvent(&grid, true, Qt::Key_2, Qt::NoModifier, QStringLiteral("2"), true);
    QCOMPARE(shownAt(1), nameOf(second));
    QCOMPARE(shownAt(2), nameOf(second));
    QTest::simulateEvent(&grid, false, Qt::Key_2, Qt::NoModifier, QStringLiteral("2"), true);
    QTest::simulateEvent(&grid, true, Qt::Key_2, Qt::NoModifier, QStringLiteral("2"), true);
    QCOMPARE(shownAt(1), nameOf(second));
    QTest::keyRelease(&grid, Qt::Key_2);
    QCOMPARE(shownAt(1), nameOf(first));
    QVERIFY(fixture.entry(second).shown);
    QCOMPARE(fixture.session().selected(), first);
    // So is one that stays down.
    QTest::keyPress(&grid, Qt::Key_2);
    QTRY_COMPARE(shownAt(1), nameOf(second));
    QTest::keyRelease(&grid, Qt::Key_2);
    QCOMPARE(shownAt(1), nameOf(first));
    QVERIFY(fixture.entry(second).shown);
    // Losing the window ends it without doing anything.
    QTest::keyPress(&grid, Qt::Key_2);
    QTRY_COMPARE(shownAt(1), nameOf(second));
    QEvent deactivate(QEvent::WindowDeactivate);
    QApplication::sendEvent(fixture.window.get(), &deactivate);
    QCOMPARE(shownAt(1), nameOf(first));
    QTest::keyRelease(&grid, Qt::Key_2);
    QVERIFY(fixture.entry(second).shown);
    // From the menu there is nothing to hold.
    fixture.window->actions().showNetwork[1]->trigger();
    QVERIFY(!fixture.entry(second).shown);
    // A digit that is typed into a field is no command.
    auto* field = fixture.window->findChild<QSpinBox*>();
    QVERIFY(field != nullptr);
    field->setFocus();
    QTest::keyClick(field, Qt::Key_2);
    QVERIFY(!fixture.entry(second).shown);
}

void ProbingTest::pauseAndCancelStopTheWork() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("slow.pth");
    QVERIFY(QTest::qWaitFor([&] { return fixture.entry(id).result != nullptr; }, testing::patienceMs));
    fixture.key(Qt::Key_Escape);
    QVERIFY(QTest::qWaitFor([&] { return !fixture.session().progress().busy; }, testing::patienceMs));
    QTest::qWait(200);
    QVERIFY(!fixture.entry(id).finished);

    fixture.key(Qt::Key_Space);
    QVERIFY(fixture.session().isPaused());
    fixture.key(Qt::Key_Right);
    QTest::qWait(300);
    QVERIFY(fixture.entry(id).stale);
    fixture.key(Qt::Key_Space);
    QVERIFY(fixture.waitForMaps());
}

void ProbingTest::hidingTheLastNetworkAndShowingItAgainKeepsItsMap() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    fixture.session().setShown(id, false);
    QTest::qWait(100);
    fixture.session().setShown(id, true);
    QTest::qWait(100);
    QVERIFY(fixture.entry(id).currentResult() != nullptr);
    QVERIFY(fixture.entry(id).finished);
}

void ProbingTest::optionsChangeTheMapAndUndoRestoresIt() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    const auto before = *fixture.entry(id).result->diffusionIndex;
    auto options = fixture.session().options();
    options.preset = Preset::Official;
    fixture.session().setOptions(options);
    QVERIFY(fixture.entry(id).stale);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.entry(id).result->nodes, 50);
    QVERIFY(*fixture.entry(id).result->diffusionIndex != before);
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(*fixture.entry(id).result->diffusionIndex, before);
}

void ProbingTest::networksOfDifferentScalesShareTheScene() {
    WindowFixture fixture;
    fixture.openImage();
    const auto four = fixture.add("global.pth:scale=4,name=Four");
    const auto two = fixture.add("global.pth:scale=2,name=Two");
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.entry(four).result->patch.size, 16);
    QCOMPARE(fixture.entry(two).result->patch.size, 8);
    QCOMPARE(fixture.entry(two).result->patch.x * 2, fixture.entry(four).result->patch.x);
}

void ProbingTest::theRoleOfTheImageIsOneClick() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!fixture.entry(id).result->psnr.has_value());
    QCOMPARE(fixture.entry(id).result->lr.width(), 64);  // the context, of 96
    QAbstractButton* hr = nullptr;
    for (auto* button : fixture.window->probe().grid().findChildren<QAbstractButton*>()) {
        if (button->text() == QLatin1String("HR") && button->isVisible()) {
            hr = button;
        }
    }
    QVERIFY(hr != nullptr);
    QTest::mouseClick(hr, Qt::LeftButton);
    QVERIFY(fixture.session().role() == ImageRole::Hr);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.entry(id).result->psnr.has_value());
    QCOMPARE(fixture.entry(id).result->lr.width(), 24);
}

void ProbingTest::hoveringTheCurvesShowsThePathImage() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    auto* preview = fixture.window->findChild<QWidget*>(QStringLiteral("pathPreview"));
    if (preview == nullptr) {
        QFAIL("there is no preview");
    }
    QVERIFY(!preview->isVisible());
    auto* panel = fixture.window->findChild<QWidget*>(QStringLiteral("curves"));
    QVERIFY(panel != nullptr);
    for (auto* child : panel->findChildren<QWidget*>()) {
        if (child->inherits("QCustomPlot") && child->isVisible()) {
            QTest::mouseMove(child, child->rect().center());
            QTest::mouseMove(child, child->rect().center() + QPoint(3, 0));
            break;
        }
    }
    QVERIFY(QTest::qWaitFor([&] { return preview->isVisible(); }, testing::patienceMs));
}

void ProbingTest::theNumberOfThreadsGoesBackToAutomatic() {
    WindowFixture fixture;
    const auto choose = [&](int threads) {
        fixture.key(Qt::Key_Comma, Qt::ControlModifier);
        const QPointer<SettingsDialog> dialog = fixture.window->findChild<SettingsDialog*>();
        QVERIFY(!dialog.isNull());
        QTRY_VERIFY(dialog->isVisible());
        for (auto* number : dialog->findChildren<QSpinBox*>()) {
            if (number->specialValueText().startsWith(QStringLiteral("automatic"))) {
                number->setFocus();
                number->selectAll();
                QTest::keyClicks(number, QString::number(threads));
            }
        }
        QTest::keyClick(dialog, Qt::Key_Return);
        QTRY_VERIFY(dialog.isNull());
    };
    const int other = defaultThreads() + 1;
    choose(other);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().threads(), other, testing::patienceMs);
    choose(0);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().threads(), defaultThreads(), testing::patienceMs);
}

}  // namespace lamscope::ui

int main(int argc, char** argv) {
    QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    QApplication application(argc, argv);
    lamscope::ui::ProbingTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "probing_test.moc"
