// SPDX-License-Identifier: GPL-3.0-or-later
// The study workspace: a study that is described, run, followed and looked into by mouse and keyboard.
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabBar>
#include <QTabWidget>
#include <QToolBar>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "method/lam/lam_experiment.h"
#include "panels/study_plot_view.h"
#include "study/studies/study_plan.h"
#include "study/studies/study_report.h"
#include "study/studies/study_run.h"
#include "ui/window/study_fixture.h"

namespace lamscope::ui {

using testing::patienceMs;
using testing::StudyFixture;
using testing::writeTasks;

namespace {

constexpr int diColumn = 6;

}  // namespace

class StudyTest : public QObject {
    Q_OBJECT

private slots:
    void theSampleRunsToItsEnd();
    void oneIsDescribedInTheWindowAndRun();
    void networksAreTickedByKeyboard();
    void tabGoesThroughTheStudy();
    void anotherStudyShowsItsOwnPictures();
    void pausesAndGoesOn();
    void aRowOpensItsMapInTheProbeAndEscLeadsBack();
    void escKeepsItsMeaningInTheProbe();
    void escInTheProbePausesNoStudy();
    void escLeadsBackAlsoFromAProbeThatWasOpened();
    void aPointOpensItsMapInTheProbe();
    void aStoreThatGrowsIsFollowed();
    void tablesAreCopiedAsTheReportWritesThem();
    void aBrokenFileIsSaidInTheBar();
    void whatFailsIsListedAndTriedAgain();
    void theBoxIsServedWhileAStudyRuns();
    void anotherEngineGoesOn();
    void aStudyThatIsChangedShowsItsMapsAsTheyWere();
    void networksHaveTheColoursOfTheFigures();
};

void StudyTest::theSampleRunsToItsEnd() {
    const StudyFixture fixture;
    fixture.openStudyWorkspace();
    QVERIFY(fixture.workspace().isEmpty());
    QVERIFY(fixture.find<QPushButton>("trySample").isVisible());
    fixture.click<QPushButton>("trySample");
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress() && fixture.study().progress()->tasks > 0, patienceMs);
    for (std::size_t done = 0; fixture.study().isRunning() && done < fixture.study().progress()->tasks; ++done) {
        QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress()->done > done, patienceMs);
    }
    QVERIFY(fixture.waitForEnd());
    const auto& snapshot = *fixture.study().snapshot();
    QCOMPARE(snapshot.status.failed, 0);
    const int rows = fixture.networks().model()->rowCount();
    QVERIFY(rows > 1);
    QVERIFY(fixture.networks().isVisible());
    double before = 0.0;
    for (int row = 0; row < rows; ++row) {  // from the smallest mean DI to the largest
        const double di = fixture.cell(row, diColumn).section(QLatin1Char(' '), 0, 0).toDouble();
        QVERIFY2(di > before, qPrintable(fixture.cell(row, diColumn)));
        before = di;
    }
}

void StudyTest::oneIsDescribedInTheWindowAndRun() {
    const StudyFixture fixture;
    fixture.openImage();
    fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    fixture.openStudyWorkspace();
    QVERIFY(!fixture.find<QToolButton>("runStudy").isEnabled());
    fixture.click<QPushButton>("addOpenImage");
    QTRY_COMPARE_WITH_TIMEOUT(fixture.study().description().experiment.scenes.size(), std::size_t{1}, patienceMs);
    QVERIFY(!fixture.find<QPushButton>("addOpenImage").isVisible());

    auto& networks = fixture.networkTicks();
    QCOMPARE(networks.count(), 1);
    constexpr int inTheBox = 10;
    const auto row = networks.visualItemRect(networks.item(0));
    QTest::mouseClick(networks.viewport(), Qt::LeftButton, {}, QPoint(row.left() + inTheBox, row.center().y()));
    QCOMPARE(fixture.study().tasks(), std::size_t{1});

    const auto file = fixture.files.path() / "own.sqlite";
    fixture.clickRun();
    testing::chooseInDialog(QString::fromStdString(file.string()));
    QVERIFY(fixture.waitForEnd());
    QCOMPARE(fixture.images(), QStringList{QStringLiteral("1")});
    const auto written = readStudyDescription(fixture.files.path() / "own.json");
    QVERIFY(written.experiment.scenes.front().image == fixture.image);
    QCOMPARE(StudyStore(file, StudyStore::Access::Read).studyId(), written.id);
}

void StudyTest::networksAreTickedByKeyboard() {
    const StudyFixture fixture;
    fixture.openStudyWorkspace();
    fixture.openStudy(fixture.slowStudy(2));
    auto& networks = fixture.networkTicks();
    const auto isTicked = [&] { return fixture.study().description().experiment.networks.front().shown; };
    const bool paused = fixture.session().isPaused();
    QVERIFY(isTicked());
    networks.setFocus();
    fixture.key(Qt::Key_Home);
    fixture.key(Qt::Key_Space);
    QVERIFY(!isTicked());
    fixture.key(Qt::Key_Space);
    QVERIFY(isTicked());
    QCOMPARE(fixture.session().isPaused(), paused);  // Space is the window's key for that
}

void StudyTest::tabGoesThroughTheStudy() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.finishedStore());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
    fixture.window->findChild<QTabWidget*>()->tabBar()->setFocus();
    constexpr int controls = 30;  // more than stand before the table
    for (int i = 0; i < controls && !fixture.networks().hasFocus(); ++i) {
        fixture.key(Qt::Key_Tab);
    }
    QVERIFY(fixture.networks().hasFocus());
    fixture.key(Qt::Key_Down);
    fixture.key(Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.isStudyInFront(), patienceMs);
}

void StudyTest::anotherStudyShowsItsOwnPictures() {
    const StudyFixture fixture;
    const auto captions = [&] {
        QStringList texts;
        for (const auto* label : fixture.window->findChildren<QLabel*>()) {
            texts << label->accessibleName();
        }
        return texts;
    };
    const auto open = [&](const std::vector<int>& sides, const char* name) {
        const auto file = fixture.files.path() / name;
        writeTasks(test::smallStudy(fixture.files, sides), file, 1000);
        fixture.openStudy(file);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.study().store() == file && fixture.study().snapshot() != nullptr, patienceMs);
    };
    open({64, 72}, "first.sqlite");
    QVERIFY(captions().contains(QStringLiteral("scene64.png")));
    open({80, 88}, "second.sqlite");
    QVERIFY(captions().contains(QStringLiteral("scene80.png")));
    QVERIFY(!captions().contains(QStringLiteral("scene64.png")));
}

void StudyTest::pausesAndGoesOn() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.slowStudy(12));
    QVERIFY(!fixture.study().isRunning());
    fixture.clickRun();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress() && fixture.study().progress()->done > 0, patienceMs);
    fixture.clickRun();
    QVERIFY(!fixture.study().isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().snapshot() != nullptr && fixture.study().snapshot()->status.done > 0,
                             patienceMs);
    const auto done = fixture.study().snapshot()->status.done;
    QVERIFY(done < 12);
    // The file alone holds the results: it can be copied.
    const auto store = fixture.study().store();
    QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(store.string() + "-wal"), patienceMs);
    const auto copy = fixture.files.path() / "copy.sqlite";
    std::filesystem::copy_file(store, copy);
    QVERIFY(statusOf(StudyStore(copy, StudyStore::Access::Read)).done >= done);
    QCOMPARE(fixture.find<QToolButton>("runStudy").text(), QStringLiteral("Continue"));
    fixture.key(Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(fixture.study().isRunning());
    QVERIFY(fixture.waitForEnd());
    QCOMPARE(fixture.study().snapshot()->status.done, 12);
    QVERIFY(fixture.study().progress()->maps < 12);  // nothing was computed twice
}

void StudyTest::aRowOpensItsMapInTheProbeAndEscLeadsBack() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.finishedStore());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
    const auto name = fixture.cell(1, 0);
    double mean = 0.0;
    std::vector<StudyPlace> places;
    for (const auto& place : fixture.study().snapshot()->places) {
        if (place.network == name.toStdString()) {
            places.push_back(place);
            mean += *place.di / 3.0;
        }
    }
    QCOMPARE(places.size(), std::size_t{3});
    const auto nearest =
        std::ranges::min_element(places, {}, [mean](const StudyPlace& place) { return std::abs(*place.di - mean); });

    fixture.clickRow(1);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.isStudyInFront(), patienceMs);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.session().image().file, nearest->imageFile);
    QCOMPARE(fixture.session().box().x, nearest->patch->x);
    QCOMPARE(fixture.session().box().y, nearest->patch->y);
    QCOMPARE(fixture.session().networks().size(), std::size_t{2});
    const auto& entry = fixture.entry(fixture.session().selected());
    QCOMPARE(*entry.result->diffusionIndex, *nearest->di);  // the very map
    QVERIFY(fixture.window->probe().grid().hasFocus());

    fixture.key(Qt::Key_Escape);
    QVERIFY(fixture.isStudyInFront());
    QVERIFY(fixture.networks().isVisible());
}

void StudyTest::escKeepsItsMeaningInTheProbe() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.finishedStore());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
    fixture.clickRow(0);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.isStudyInFront(), patienceMs);
    fixture.key(Qt::Key_1, Qt::ControlModifier);  // who opens the probe, stays there
    fixture.key(Qt::Key_Escape);
    QVERIFY(!fixture.isStudyInFront());
    QCOMPARE(fixture.window->actions().cancel->text(), QStringLiteral("Stop computing"));
}

void StudyTest::escInTheProbePausesNoStudy() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.slowStudy(8));
    fixture.clickRun();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress() && fixture.study().progress()->done > 0, patienceMs);
    fixture.key(Qt::Key_1, Qt::ControlModifier);
    QVERIFY(!fixture.isStudyInFront());
    fixture.key(Qt::Key_Escape);
    QVERIFY(fixture.study().isRunning());
    const auto done = fixture.study().progress()->done;
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress()->done > done, patienceMs);
    QVERIFY(fixture.study().isRunning());
    // Nothing offers to stop it where that would not.
    for (const auto* button : fixture.window->findChildren<QToolButton*>()) {
        QVERIFY(button->accessibleName() != QStringLiteral("Stop computing") || !button->isVisible());
    }
    QVERIFY(fixture.waitForEnd());
    QCOMPARE(fixture.study().snapshot()->status.done, 8);
}

void StudyTest::escLeadsBackAlsoFromAProbeThatWasOpened() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.finishedStore());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
    fixture.clickRow(0);  // the map is looked up in the file
    fixture.key(Qt::Key_1, Qt::ControlModifier);
    QVERIFY(fixture.waitForMessage(QStringLiteral("Esc leads back")));
    fixture.key(Qt::Key_Escape);
    QVERIFY(fixture.isStudyInFront());
}

void StudyTest::aPointOpensItsMapInTheProbe() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.finishedStore());
    auto& tabs = *fixture.window->findChild<QTabWidget*>();
    int tab = -1;
    QTRY_VERIFY_WITH_TIMEOUT(([&] {
                                 for (int i = 0; i < tabs.count(); ++i) {
                                     tab = tabs.tabText(i) == QStringLiteral("DI over image content") ? i : tab;
                                 }
                                 return tab >= 0;
                             }()),
                             patienceMs);
    auto* view = tabs.widget(tab)->findChild<StudyPlotView*>();
    QVERIFY(view != nullptr);
    const QSignalSpy drawn(view->findChild<QWidget*>(), SIGNAL(afterReplot()));
    QTest::mouseClick(tabs.tabBar(), Qt::LeftButton, {}, tabs.tabBar()->tabRect(tab).center());
    QTRY_VERIFY(view->isVisible() && !drawn.isEmpty());  // it is laid out when it is drawn
    const auto point = view->plot().points.front();
    const auto at = view->pixelOf(0);
    auto* plot = view->childAt(at);
    QVERIFY(plot != nullptr);
    QTest::mouseClick(plot, Qt::LeftButton, {}, plot->mapFrom(view, at));
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.isStudyInFront(), patienceMs);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(*fixture.entry(fixture.session().selected()).result->diffusionIndex, point.y);

    fixture.key(Qt::Key_Escape);
    QVERIFY(fixture.isStudyInFront());
    plot->setFocus();
    fixture.key(Qt::Key_Right);
    const auto leftmost = std::ranges::min_element(
        view->plot().points, {}, [](const StudyPlotPoint& each) { return std::pair(each.x, each.y); });
    const auto& name = view->plot().networks[leftmost->network];
    QVERIFY(plot->accessibleDescription().startsWith(QString::fromStdString(name)));
    fixture.key(Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.isStudyInFront(), patienceMs);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(*fixture.entry(fixture.session().selected()).result->diffusionIndex, leftmost->y);
}

void StudyTest::aStoreThatGrowsIsFollowed() {
    const StudyFixture fixture;
    const auto file = fixture.files.path() / "cluster.sqlite";
    const auto study = test::smallStudy(fixture.files);
    const auto plan = planStudy(study, file.parent_path());
    StudyStore store(file, StudyStore::Access::Write);  // as another program does, which stays at work
    StudyRun run(plan, store);
    while (run.outcome().done < 2) {
        run.next();
    }
    fixture.openStudy(file);
    const QStringList one{QStringLiteral("1"), QStringLiteral("1")};
    const QStringList all{QStringLiteral("3"), QStringLiteral("3")};
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images(), one, patienceMs);
    while (!run.finished()) {
        run.next();
    }
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images(), all, patienceMs);
    QCOMPARE(fixture.study().snapshot()->status.left, 0);
}

void StudyTest::tablesAreCopiedAsTheReportWritesThem() {
    const StudyFixture fixture;
    const auto file = fixture.finishedStore();
    fixture.openStudy(file);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
    const auto table = networkTable(networkNumbers(StudyStore(file, StudyStore::Access::Read)));
    fixture.click<QToolButton>("copyStudyCsv");
    QCOMPARE(QApplication::clipboard()->text().toStdString(), csvOf(table));
    fixture.click<QToolButton>("copyStudyLatex");
    QCOMPARE(QApplication::clipboard()->text().toStdString(), latexOf(table));
}

void StudyTest::aBrokenFileIsSaidInTheBar() {
    const StudyFixture fixture;
    const auto file = fixture.files.path() / "broken.sqlite";
    writeFileAtomically(file, std::string_view("this is no database, but a text that is long enough for one"));
    fixture.openFile(file);
    QVERIFY(fixture.waitForMessage(QStringLiteral("broken.sqlite")));
    QVERIFY(fixture.isStudyInFront());
    QVERIFY(fixture.workspace().isEmpty());
    const auto description = fixture.files.path() / "broken.json";
    writeFileAtomically(description, std::string_view("{\"study\": "));
    fixture.openFile(description);
    QVERIFY(fixture.waitForMessage(QStringLiteral("broken.json")));
    QVERIFY(fixture.workspace().isEmpty());
}

void StudyTest::whatFailsIsListedAndTriedAgain() {
    const StudyFixture fixture;
    auto study = test::smallStudy(fixture.files, {64, 72}, {"bicubic"});
    const auto image = study.experiment.scenes.front().image;
    const auto kept = fixture.files.path() / "kept.png";
    std::filesystem::rename(image, kept);
    const auto file = fixture.files.path() / "failing.json";
    writeStudyDescription(study, file);
    fixture.openStudy(file);
    fixture.clickRun();
    QVERIFY(fixture.waitForEnd());
    QCOMPARE(fixture.study().snapshot()->status.failed, 1);
    auto& retry = fixture.find<QPushButton>("retryFailed");
    QTRY_VERIFY(retry.isVisible());
    QVERIFY(fixture.study().snapshot()->status.failures.front().error.find("scene64.png") != std::string::npos);

    auto without = study;
    without.experiment.networks.front().shown = false;
    fixture.study().setDescription(without);
    QVERIFY(!retry.isEnabled());  // there is nothing to try
    fixture.study().setDescription(study);

    std::filesystem::rename(kept, image);
    QTest::mouseClick(&retry, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.study().isRunning() && fixture.study().snapshot()->status.done == 2, patienceMs);
    QTRY_VERIFY(!retry.isVisible());
}

void StudyTest::theBoxIsServedWhileAStudyRuns() {
    const StudyFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    fixture.openStudy(fixture.slowStudy(60));
    fixture.clickRun();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress() && fixture.study().progress()->done > 0, patienceMs);
    fixture.key(Qt::Key_1, Qt::ControlModifier);
    const auto before = fixture.session().box();
    const auto middle = [&] {
        const auto& box = fixture.session().box();
        return fixture.at(id, box.x + box.size / 2.0, box.y + box.size / 2.0);
    };
    auto& view = fixture.view(id);
    const auto from = middle();
    QTest::mousePress(&view, Qt::LeftButton, {}, from);
    QTest::mouseMove(&view, from + QPoint(12, 8));
    QTest::mouseMove(&view, from + QPoint(24, 16));
    QTest::mouseRelease(&view, Qt::LeftButton, {}, from + QPoint(24, 16));
    QVERIFY(fixture.session().box() != before);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.study().isRunning());  // the map did not wait for the study
    const auto done = fixture.study().progress()->done;
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress()->done > done, patienceMs);  // and it goes on
}

void StudyTest::anotherEngineGoesOn() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.slowStudy(8));
    fixture.clickRun();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress() && fixture.study().progress()->done > 0, patienceMs);
    LiveEngineOptions options;
    options.load = test::loadAnalytic;
    fixture.window->controller().restart(options);
    QVERIFY(fixture.waitForEnd());
    QCOMPARE(fixture.study().snapshot()->status.done, 8);
}

void StudyTest::networksHaveTheColoursOfTheFigures() {
    const StudyFixture fixture;
    fixture.add("bicubic:scale=2");  // open networks have colours of their own elsewhere
    fixture.openStudy(fixture.finishedStore());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
    QVERIFY(!fixture.study().snapshot()->plots.empty());
    const auto& plot = fixture.study().snapshot()->plots.front();
    QCOMPARE(plot.networks.size(), std::size_t{2});
    for (int row = 0; row < 2; ++row) {
        const auto name = fixture.cell(row, 0).trimmed().toStdString();
        const auto network = std::ranges::find(plot.networks, name) - plot.networks.begin();
        const auto colour = fixture.networks().model()->index(row, 0).data(Qt::DecorationRole).value<QColor>();
        QCOMPARE(colour, networkSign(plot, static_cast<std::size_t>(network)).colour);
    }
}

void StudyTest::aStudyThatIsChangedShowsItsMapsAsTheyWere() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.finishedStore());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
    const auto isMarked = [&fixture] {
        return std::ranges::any_of(fixture.window->findChildren<QLabel*>(), [](const QLabel* label) {
            return label->isVisible() && label->text().startsWith(QStringLiteral("The study was changed"));
        });
    };
    QVERIFY(!isMarked());
    auto changed = fixture.study().description();
    auto options = lamOptionsOf(changed.experiment);
    const auto nodes = options.nodes;
    options.nodes = 5;
    setLamOptions(changed.experiment, options);
    fixture.study().setDescription(changed);
    QVERIFY(isMarked());
    fixture.clickRow(0);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.isStudyInFront(), patienceMs);
    QVERIFY(fixture.session().options().nodes == nodes);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::StudyTest)

#include "study_test.moc"
