// SPDX-License-Identifier: GPL-3.0-or-later
// The dialog of paper figures in the window, and figures opened as the sessions they hold.
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <algorithm>
#include <stdexcept>

#include "figure/figure_file.h"
#include "figure/figure_run.h"
#include "figure_editor/figure_form.h"
#include "figure_editor/figure_preview.h"
#include "method/lam/lam_experiment.h"
#include "ui/figure/figure_test_data.h"
#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::chooseInDialog;
using testing::WindowFixture;

namespace {

QComboBox* boxWith(const QWidget& form, const QString& text) {
    for (auto* box : form.findChildren<QComboBox*>()) {
        if (box->findText(text) >= 0) {
            return box;
        }
    }
    return nullptr;
}

QPushButton* button(const QWidget& dialog, const QString& text) {
    for (auto* each : dialog.findChildren<QPushButton*>()) {
        if (each->text() == text) {
            return each;
        }
    }
    throw std::logic_error("no such button");
}

/// As the user's click on an entry of the list.
void choose(const QWidget& form, const QString& text) {
    auto* box = boxWith(form, text);
    QVERIFY(box != nullptr);
    box->setCurrentIndex(box->findText(text));
    emit box->activated(box->currentIndex());
}

}  // namespace

class FigureEditorTest : public QObject {
    Q_OBJECT

private slots:
    void theDialogFollowsTheSessionAndEditsItsLayout();
    void figuresOverPathsAreComputed();
    void anExportedFigureOpensAsItsSession();
    void keptImagesStayInTheFigure();
    void aFigureOfSeveralImagesComesBackWhole();
    void withoutAMapThereIsNothingToExport();
    void mapsFollowTheBoxWhileAFigureIsComputed();
    void stoppedItGoesOnWhenAskedAgainAndMayEndWithTheWindow();
};

void FigureEditorTest::theDialogFollowsTheSessionAndEditsItsLayout() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("bicubic:scale=2,name=Two");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!fixture.session().figureLayout());
    fixture.window->probe().actions().exportFigure->trigger();
    auto* dialog = fixture.window->probe().figureEditor().dialog();
    QVERIFY(dialog != nullptr && dialog->isVisible());
    QVERIFY(fixture.session().figureLayout() == FigureLayout());
    auto* preview = dialog->findChild<FigurePreview*>();
    auto* form = dialog->findChild<FigureForm*>();
    const auto pictures = [&] {
        return std::ranges::count_if(preview->sheet().items,
                                     [](const auto& item) { return std::holds_alternative<SheetPicture>(item); });
    };
    QCOMPARE(pictures(), 6);  // LR twice, three of the network, the colour bar
    QVERIFY(dialog->findChild<QPlainTextEdit*>()->toPlainText().contains(QLatin1String("stripes.png")));

    choose(*form, QStringLiteral("eccv"));
    QCOMPARE(fixture.session().figureLayout()->widthMm, 122.0);
    for (auto* check : form->findChildren<QCheckBox*>()) {
        if (check->text() == QStringLiteral("Letters (&a), (b), …")) {
            check->click();
        }
    }
    QVERIFY(fixture.session().figureLayout()->letters);
    choose(*form, QStringLiteral("Maps by DI (fig. 4)"));
    QVERIFY(fixture.session().figureLayout()->kind == FigureKind::Maps);
    QCOMPARE(fixture.session().figureLayout()->widthMm, 122.0);
    QCOMPARE(pictures(), 2);

    // Another network comes.
    fixture.add("bicubic:scale=4,name=Four");
    QVERIFY(fixture.waitForMaps());
    QTRY_COMPARE(pictures(), 3);
}

void FigureEditorTest::figuresOverPathsAreComputed() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("bicubic:scale=2");
    QVERIFY(fixture.waitForMaps());
    auto options = fixture.session().options();
    options.nodes = 3;
    fixture.session().setOptions(options);
    fixture.window->probe().actions().exportFigure->trigger();
    auto* dialog = fixture.window->probe().figureEditor().dialog();
    choose(*dialog->findChild<FigureForm*>(), QStringLiteral("Baselines and paths (fig. 3)"));
    QTRY_COMPARE_WITH_TIMEOUT(dialog->documents().size(), std::size_t{3}, testing::patienceMs);
    QVERIFY(dialog->documents().back().plan.options.path == PathKind::Blur);
    // Closed in the midst of work.
    fixture.session().setBox({10, 10, 16});
    QTest::qWait(200);
    dialog->close();
}

void FigureEditorTest::anExportedFigureOpensAsItsSession() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("bicubic:scale=2,name=Two");
    fixture.add("bicubic:scale=4,name=Four");
    QVERIFY(fixture.waitForMaps());
    fixture.session().setBox({20, 24, 12});
    QVERIFY(fixture.waitForMaps());
    fixture.window->probe().actions().exportFigure->trigger();
    const auto before = fixture.session().box();
    for (const auto* name : {"a.png", "a.pdf"}) {
        auto* dialog = fixture.window->probe().figureEditor().dialog();
        const auto file = QString::fromStdString((fixture.files.path() / name).string());
        emit dialog->exportRequested();
        chooseInDialog(file);
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(file.toStdString()), testing::patienceMs);
        const auto content = test::contentOf(file.toStdString());  // whole, as all exports

        // Another box and another network are open when the figure is.
        fixture.session().setBox({60, 60, 16});
        fixture.add("bicubic:scale=3,name=Three");
        QSignalSpy opened(&fixture.window->files(), &FileOpener::opened);
        fixture.window->files().open({file});
        QTRY_VERIFY_WITH_TIMEOUT(!opened.isEmpty(), testing::patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(fixture.session().networks().size(), std::size_t{2}, testing::patienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.session().box() == before, testing::patienceMs);
        QVERIFY(fixture.waitForMaps());

        // The same session makes the same file.
        const auto again = QString(file).replace(QLatin1String("/a."), QLatin1String("/b."));
        QTRY_COMPARE(dialog->documents().size(), std::size_t{1});
        QTest::qWait(400);  // the dialog takes the last maps
        emit dialog->exportRequested();
        chooseInDialog(again);
        QTRY_COMPARE_WITH_TIMEOUT(test::contentOf(again.toStdString()) == content, true, testing::patienceMs);
    }
}

void FigureEditorTest::keptImagesStayInTheFigure() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("bicubic:scale=2");
    QVERIFY(fixture.waitForMaps());
    fixture.window->probe().actions().exportFigure->trigger();
    auto* dialog = fixture.window->probe().figureEditor().dialog();
    auto* list = dialog->findChild<QListWidget*>();
    QCOMPARE(dialog->documents().size(), std::size_t{1});
    const auto place = fixture.session().box();
    button(*dialog, QStringLiteral("&Keep the open image"))->click();
    QTRY_COMPARE(list->count(), 1);
    button(*dialog, QStringLiteral("&Keep the open image"))->click();  // it is there already
    QTest::qWait(300);
    QCOMPARE(list->count(), 1);
    QCOMPARE(dialog->documents().size(), std::size_t{1});  // and is not shown twice
    QCOMPARE(fixture.window->probe().figureEditor().session().scenes.size(), std::size_t{1});

    // Another place in the image: the kept one is shown below.
    fixture.session().setBox({10, 12, 16});
    QTRY_COMPARE_WITH_TIMEOUT(dialog->documents().size(), std::size_t{2}, testing::patienceMs);
    const auto& kept = dialog->documents().back().results.front().result.patch;
    QCOMPARE(kept.x, place.x);
    QCOMPARE(kept.y, place.y);
    QTRY_COMPARE(dialog->documents().front().results.front().result.patch.x, 10);

    list->setCurrentRow(0);
    button(*dialog, QStringLiteral("Remo&ve"))->click();
    QTRY_COMPARE(dialog->documents().size(), std::size_t{1});
    QCOMPARE(list->count(), 0);
}

void FigureEditorTest::aFigureOfSeveralImagesComesBackWhole() {
    WindowFixture fixture;
    const auto other = fixture.files.path() / "other.png";
    WindowFixture::writePng(other, testing::patternImage(120, 100));
    Experiment session;
    session.scenes = {{.image = fixture.image, .boxes = {{40, 40, 16}}}, {.image = other, .boxes = {{50, 30, 16}}}};
    session.networks = {{.spec = ModelSpec::parse("bicubic:scale=2,name=Two")}};
    LamOptions options;
    options.nodes = 3;
    setLamOptions(session, options);
    setFigure(session, defaultLayout(FigureKind::Interest));
    const auto run = computeFigure(session, "cpu");
    QVERIFY(run);
    QCOMPARE(run->documents.size(), std::size_t{2});
    const auto file = fixture.files.path() / "both.svg";
    StagedFiles files;
    static_cast<void>(addFigures(files, {file}, session, run->documents));
    files.commit();

    QSignalSpy notes(&fixture.session(), &Session::noteReported);
    fixture.window->files().open({QString::fromStdString(file.string())});
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!notes.isEmpty());
    QVERIFY(notes.front().front().toString().contains(QLatin1String("2 images")));
    QCOMPARE(fixture.session().moreScenes().size(), std::size_t{1});
    fixture.window->probe().actions().exportFigure->trigger();
    auto* dialog = fixture.window->probe().figureEditor().dialog();
    QTRY_COMPARE_WITH_TIMEOUT(dialog->documents().size(), std::size_t{2}, testing::patienceMs);
    QCOMPARE(dialog->findChild<QListWidget*>()->count(), 1);

    // It goes out as it came in: the pictures are the same, the session's hashes are new.
    const auto again = fixture.files.path() / "again.svg";
    emit dialog->exportRequested();
    chooseInDialog(QString::fromStdString(again.string()));
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(again), testing::patienceMs);
    const auto pictures = [](const std::filesystem::path& svg) {
        const auto text = test::contentOf(svg);
        return text.substr(text.find("</metadata>"));
    };
    QVERIFY(pictures(again) == pictures(file));
    QCOMPARE(sessionOfFigure(again)->scenes.at(1).image, other);
}

void FigureEditorTest::withoutAMapThereIsNothingToExport() {
    const WindowFixture fixture;
    fixture.window->probe().actions().exportFigure->trigger();
    auto* dialog = fixture.window->probe().figureEditor().dialog();
    QVERIFY(!button(*dialog, QStringLiteral("&Export…"))->isEnabled());
}

void FigureEditorTest::mapsFollowTheBoxWhileAFigureIsComputed() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("watched.pth");
    QVERIFY(fixture.waitForMaps());
    fixture.window->probe().actions().exportFigure->trigger();
    auto* dialog = fixture.window->probe().figureEditor().dialog();
    button(*dialog, QStringLiteral("&Keep the open image"))->click();

    // The kept image is computed from the first map of another place on.
    auto& view = fixture.view(id);
    const auto box = fixture.session().box();
    const double x = box.x + box.size / 2.0;
    const double y = box.y + box.size / 2.0;
    QTest::mousePress(&view, Qt::LeftButton, Qt::NoModifier, fixture.at(id, x, y));
    for (const int shift : {6, 12, 18}) {
        QTest::mouseMove(&view, fixture.at(id, x + shift, y));
        QVERIFY(fixture.session().isDragging());
        QVERIFY(fixture.session().box().x > box.x);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.entry(id).currentResult() != nullptr, testing::patienceMs);
    }
    QTest::mouseRelease(&view, Qt::LeftButton, Qt::NoModifier, fixture.at(id, x + 18, y));
    QTRY_COMPARE_WITH_TIMEOUT(dialog->documents().size(), std::size_t{2}, testing::patienceMs);
    QCOMPARE(dialog->documents().back().results.front().result.patch.x, box.x);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(test::mostAtOnce(), 1);

    // Maps of another device or number of threads are not shown beside those of now.
    LiveEngineOptions options;
    options.load = test::loadAnalytic;
    options.threads = dialog->documents().back().threads + 1;
    fixture.window->controller().restart(options);
    const auto isNew = [&](const LamDocument& document) { return document.threads == options.threads; };
    QTRY_VERIFY_WITH_TIMEOUT(dialog->documents().size() == 2 && std::ranges::all_of(dialog->documents(), isNew),
                             testing::patienceMs);
}

void FigureEditorTest::stoppedItGoesOnWhenAskedAgainAndMayEndWithTheWindow() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("slow.pth");
    QVERIFY(fixture.waitForMaps());
    fixture.session().setPaused(true);  // the figure alone is computed
    auto options = fixture.session().options();
    options.nodes = 9999;
    fixture.session().setOptions(options);
    fixture.window->probe().actions().exportFigure->trigger();
    auto* dialog = fixture.window->probe().figureEditor().dialog();
    choose(*dialog->findChild<FigureForm*>(), QStringLiteral("Baselines and paths (fig. 3)"));
    const auto atWork = [&] {
        return fixture.session().progress().busy
               && fixture.session().progress().what.startsWith(QLatin1String("figure"));
    };
    const auto says = [&](const QString& words) {
        return dialog->findChild<FigurePreview*>()->accessibleDescription().contains(words);
    };
    QTRY_VERIFY_WITH_TIMEOUT(atWork(), testing::patienceMs);
    fixture.window->actions()
        .cancel->trigger();  // Esc in the window; here the dialog is in front, which it would close
    QTRY_VERIFY_WITH_TIMEOUT(says(QStringLiteral("Stopped before its end")), testing::patienceMs);
    QVERIFY(!fixture.session().progress().busy);
    QVERIFY(dialog->documents().empty());

    fixture.window->probe().actions().exportFigure->trigger();
    QVERIFY(says(QStringLiteral("Computing the maps of all paths")));
    QTRY_VERIFY_WITH_TIMEOUT(atWork(), testing::patienceMs);
    fixture.window->close();
    fixture.window.reset();
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::FigureEditorTest)
#include "figure_editor_test.moc"
