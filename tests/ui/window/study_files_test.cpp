// SPDX-License-Identifier: GPL-3.0-or-later
// The files and sessions of the study workspace: what is written, when, and what is refused.
#include <QApplication>
#include <QClipboard>
#include <QToolButton>
#include <algorithm>
#include <iterator>

#include "image/drawn_scene.h"
#include "scene/experiment_file.h"
#include "study/studies/study_command_line.h"
#include "study/studies/study_records.h"
#include "ui/window/study_fixture.h"

namespace lamscope::ui {

using testing::patienceMs;
using testing::StudyFixture;

class StudyFilesTest : public QObject {
    Q_OBJECT

private slots:
    void sessionsKeepTheStudy();
    void sessionsWithoutAStudyLeaveOneThatRuns();
    void aDamagedSessionIsSaid();
    void theCommandComputesTheSame();
    void whatIsSavedBeforeItRunsIsThereAgain();
    void aListThatLacksPlacesHarmsNothing();
    void theResultsOfAnotherStudyAreNotDescribed();
    void whatIsDroppedOnTheStudyIsTheStudys();
    void aStudyThatIsDroppedIsOpened();
};

void StudyFilesTest::sessionsKeepTheStudy() {
    StudyFixture fixture;
    const auto store = fixture.finishedStore();
    fixture.openStudy(store);
    const auto file = (fixture.files.path() / "study.lamscope").string();
    fixture.window->files().saveSession(QString::fromStdString(file));
    QVERIFY(fixture.waitForMessage(QStringLiteral("Saved %1").arg(QString::fromStdString(file))));
    fixture.open();
    fixture.window->files().openSession(QString::fromStdString(file));
    const auto kept = [&fixture] { return fixture.session().workspaces().kept; };
    QTRY_VERIFY_WITH_TIMEOUT(fixture.isStudyInFront(), patienceMs);
    QVERIFY(kept().contains("study"));  // also before the file was read
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.workspace().isEmpty(), patienceMs);
    QCOMPARE(kept().at("study").at("store").get<std::string>(), store.string());
    QCOMPARE(kept().at("study").at("maps").get<bool>(), false);
    fixture.study().setKeepsMaps(true);
    QCOMPARE(kept().at("study").at("maps").get<bool>(), true);
    QVERIFY(fixture.study().store() == store);
    QVERIFY(!fixture.study().isRunning());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
}

void StudyFilesTest::sessionsWithoutAStudyLeaveOneThatRuns() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.slowStudy(60));
    fixture.clickRun();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().progress().has_value(), patienceMs);
    const auto file = fixture.files.path() / "without.lamscope";
    writeExperiment({}, file);
    fixture.window->files().openSession(QString::fromStdString(file.string()));
    QVERIFY(fixture.waitForMessage(QStringLiteral("The study goes on")));
    QVERIFY(fixture.study().isRunning());
    QVERIFY(!fixture.workspace().isEmpty());
    QVERIFY(fixture.session().workspaces().kept.contains("study"));
}

void StudyFilesTest::aDamagedSessionIsSaid() {
    const StudyFixture fixture;
    fixture.openStudy(fixture.finishedStore());
    fixture.workspace().restore({{"store", 5}, {"maps", "perhaps"}});
    QVERIFY(fixture.waitForMessage(QStringLiteral("The study of the session cannot be read")));
    QVERIFY(fixture.workspace().isEmpty());
}

void StudyFilesTest::theCommandComputesTheSame() {
    const StudyFixture fixture;
    const auto copied = [&fixture] {
        QApplication::clipboard()->clear();
        fixture.key(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        return QApplication::clipboard()->text();
    };
    const auto store = fixture.finishedStore();
    const auto file = descriptionBeside(store);
    fixture.openStudy(store);
    QVERIFY(!std::filesystem::exists(file));
    QCOMPARE(copied(), QString());  // no file says what to compute
    QVERIFY(fixture.waitForMessage(QStringLiteral("There is nothing to repeat")));

    writeStudyDescription(fixture.study().description(), file);
    fixture.openStudy(file);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().isWritten(), patienceMs);
    const auto command = copied();
    QVERIFY2(command.startsWith(QStringLiteral("lamscope-cli study run ")), qPrintable(command));
    const std::filesystem::path named = command.split(QLatin1Char(' ')).at(3).toStdString();
    QVERIFY(std::filesystem::equivalent(named, file));
    const auto description = readStudyDescription(named);
    const StudyStore results(store, StudyStore::Access::Read);
    QCOMPARE(description.id, results.studyId());
    const auto states = taskStates(results);
    for (const auto& task : planStudy(description, named.parent_path()).tasks) {
        QVERIFY(states.at(task.key) == TaskState::Done);
    }

    auto changed = fixture.study().description();
    changed.patches.size = 12;
    fixture.study().setDescription(changed);
    QCOMPARE(copied(), QString());  // the file has another size
}

void StudyFilesTest::whatIsSavedBeforeItRunsIsThereAgain() {
    StudyFixture fixture;
    fixture.openStudyWorkspace();
    auto described = test::smallStudy(fixture.files, {64, 72}, {"bicubic"});
    fixture.study().setDescription(described);
    QVERIFY(fixture.session().workspaces().kept.at("study").contains("description"));  // in no file yet
    const auto store = fixture.files.path() / "saved.sqlite";
    const auto file = descriptionBeside(store);
    fixture.click<QToolButton>("saveStudyAs");
    testing::chooseInDialog(QString::fromStdString(store.string()));
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(file), patienceMs);
    QVERIFY(readStudyDescription(file) == described);
    QVERIFY(!std::filesystem::exists(store));

    described.patches.size = 12;
    fixture.study().setDescription(described);
    fixture.open();  // the window is closed at once
    QVERIFY(readStudyDescription(file) == described);
    fixture.openStudy(file);
    QVERIFY(fixture.study().description() == described);
}

void StudyFilesTest::aListThatLacksPlacesHarmsNothing() {
    const StudyFixture fixture;
    auto study = test::smallStudy(fixture.files, {64}, {"bicubic"});
    study.patches.kind = PatchRule::Kind::List;
    study.experiment.scenes.front().boxes = {{.x = 8, .y = 8, .size = 16}};
    const auto file = fixture.files.path() / "listed.json";
    writeStudyDescription(study, file);
    fixture.openStudy(file);
    fixture.study().addImages({QString::fromStdString(fixture.image.string())});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.study().description().experiment.scenes.size(), std::size_t{2}, patienceMs);
    fixture.clickRun();
    QVERIFY(fixture.waitForMessage(QStringLiteral("has no patches")));
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.study().isRunning(), patienceMs);
    QVERIFY(readStudyDescription(file) == study);
    QVERIFY(!std::filesystem::exists(storeBeside(file)));
}

void StudyFilesTest::theResultsOfAnotherStudyAreNotDescribed() {
    const StudyFixture fixture;
    const auto store = fixture.finishedStore();
    fixture.openStudyWorkspace();
    fixture.study().setDescription(test::smallStudy(fixture.files, {88}, {"bicubic"}));
    fixture.click<QToolButton>("saveStudyAs");
    testing::chooseInDialog(QString::fromStdString(store.string()));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.study().store() == store, patienceMs);
    fixture.clickRun();
    QVERIFY(fixture.waitForMessage(QStringLiteral("belongs to another study")));
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.study().isRunning(), patienceMs);
    QVERIFY(!std::filesystem::exists(descriptionBeside(store)));
    QCOMPARE(statusOf(StudyStore(store, StudyStore::Access::Read)).tasks, 6);
}

void StudyFilesTest::whatIsDroppedOnTheStudyIsTheStudys() {
    StudyFixture fixture;
    fixture.openStudyWorkspace();
    const auto folder = fixture.files.path() / "set";
    std::filesystem::create_directory(folder);
    for (const char* name : {"a.png", "b.png"}) {
        StudyFixture::writePng(folder / name, drawScene(72));
    }
    const auto network = fixture.formula("global.pth");
    const auto textOf = [](const std::filesystem::path& file) { return QString::fromStdString(file.string()); };
    const auto middleOf = [&fixture](QWidget& widget) {
        return widget.mapTo(fixture.window.get(), widget.rect().center());
    };
    const auto images = [&fixture] {
        std::vector<std::filesystem::path> files;
        std::ranges::transform(fixture.study().description().experiment.scenes, std::back_inserter(files),
                               &Scene::image);
        return files;
    };
    const QStringList dropped{textOf(fixture.image), textOf(network.file)};
    testing::drop(*fixture.window, middleOf(*fixture.workspace().centre()), dropped);
    const std::vector one{fixture.image};
    QTRY_VERIFY_WITH_TIMEOUT(images() == one, patienceMs);
    QCOMPARE(fixture.study().tasks(), std::size_t{1});
    QVERIFY(fixture.study().description().experiment.networks.front().spec == network);

    auto& run = fixture.find<QToolButton>("runStudy");  // it stands in the form
    testing::drop(*fixture.window, middleOf(run), {textOf(folder), textOf(fixture.image), textOf(network.file)});
    const std::vector all{fixture.image, folder / "a.png", folder / "b.png"};
    QTRY_VERIFY_WITH_TIMEOUT(images() == all, patienceMs);
    QCOMPARE(fixture.study().description().experiment.networks.size(), std::size_t{1});
    QVERIFY(!fixture.session().hasImage());  // nothing of it is the probe's
    QVERIFY(fixture.session().networks().empty());
}

void StudyFilesTest::aStudyThatIsDroppedIsOpened() {
    const StudyFixture fixture;
    fixture.openStudyWorkspace();
    const auto store = fixture.finishedStore();
    auto& centre = *fixture.workspace().centre();
    testing::drop(*fixture.window, centre.mapTo(fixture.window.get(), centre.rect().center()),
                  {QString::fromStdString(store.string())});
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.workspace().isEmpty(), patienceMs);
    QVERIFY(fixture.study().store() == store);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.images().size(), 2, patienceMs);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::StudyFilesTest)

#include "study_files_test.moc"
