// SPDX-License-Identifier: GPL-3.0-or-later
// The workspace of features: SRGA and DDR are chosen, run, looked at and written by mouse and keyboard.
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTabBar>
#include <QTableWidget>
#include <QTimer>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "session/session_file.h"
#include "study/shipped_files.h"
#include "ui/window/window_fixture.h"
#include "workspaces/features/features_workspace.h"
#include "workspaces/features/generalization_view.h"
#include "workspaces/features/patch_list.h"
#include "workspaces/features/patch_scatter.h"
#include "workspaces/features/representations_view.h"

namespace lamscope::ui {

using testing::patienceMs;
using testing::WindowFixture;

namespace {

/// A window with a small network and an image that holds 128 patches of 8 LR pixels.
class FeaturesFixture : public WindowFixture {
public:
    FeaturesFixture()
        : picture(files.path() / "texture.png") {
        Image texture(512, 256);
        for (int c = 0; c < Image::channels; ++c) {
            for (int y = 0; y < texture.height(); ++y) {
                for (int x = 0; x < texture.width(); ++x) {
                    texture.at(c, y, x) = static_cast<float>(0.5 + 0.25 * std::sin(0.0003 * (c + 1) * x * y)
                                                             + 0.2 * std::cos(0.4 * x + 0.01 * y * y));
                }
            }
        }
        writePng(picture, texture);
        window->resize(1400, 900);
        openFeatures();
    }

    void openFeatures() const {
        const auto found = std::ranges::find(workspaces, std::string_view("features"), &WorkspaceRow::name);
        const auto place = static_cast<int>(found - workspaces.begin());
        key(static_cast<Qt::Key>(Qt::Key_1 + place), Qt::ControlModifier);
    }
    [[nodiscard]] FeaturesWorkspace& workspace() const {
        return dynamic_cast<FeaturesWorkspace&>(*window->workspaces().find(QStringLiteral("features")));
    }
    [[nodiscard]] FeaturesController& features() const { return workspace().features(); }
    template <typename Widget>
    [[nodiscard]] Widget& find(const char* name) const {
        auto* found = window->findChild<Widget*>(QLatin1String(name));
        if (found == nullptr) {
            throw std::logic_error(std::string("there is no ") + name);
        }
        return *found;
    }
    void clickTool(const char* name) const { QTest::mouseClick(&find<QToolButton>(name), Qt::LeftButton); }
    void showView(int tab) const {
        auto& tabs = find<QTabBar>("featureViews");
        QTest::mouseClick(&tabs, Qt::LeftButton, {}, tabs.tabRect(tab).center());
    }
    /// Image and networks; few half-samples.
    void load(std::size_t networks = 1) {
        window->files().open({QString::fromStdString(picture.string())});
        QTRY_VERIFY_WITH_TIMEOUT(session().hasImage(), patienceMs);
        const auto shipped = shippedNetworks();
        for (std::size_t i = 0; i < networks; ++i) {
            const auto id = add(shipped[i].toString().c_str());
            QTRY_VERIFY_WITH_TIMEOUT(entry(id).state == NetworkEntry::State::Ready, patienceMs);
        }
        auto state = features().state();
        state.srga.patches = 100;
        state.srga.patch = 8;
        state.srga.replicates = 4;
        state.ddr.patches = 12;
        state.ddr.patch = 8;
        state.ddr.permutations = 19;
        state.ddr.perplexity = 5.0;
        state.ddr.iterations = 250;
        state.ddr.starts = 1;
        features().change(QStringLiteral("options"), state);
    }
    void run() const { clickTool("runFeatures"); }
    [[nodiscard]] bool waitForResults() const {
        return QTest::qWaitFor([this] { return !features().isRunning() && features().hasResults(); }, patienceMs);
    }
    /// Triggers a command of the menus by its text.
    void trigger(const QString& text) const {
        for (auto* action : window->findChildren<QAction*>()) {
            if (action->text() == text) {
                action->trigger();
                return;
            }
        }
        QFAIL(qPrintable(QStringLiteral("no command ") + text));
    }
    [[nodiscard]] QByteArray exported(const QString& command, const char* name) const {
        const auto file = QString::fromStdString((files.path() / name).string());
        trigger(command);
        testing::chooseInDialog(file);
        static_cast<void>(QTest::qWaitFor([&] { return QFile::exists(file); }, patienceMs));
        QFile written(file);
        static_cast<void>(written.open(QIODevice::ReadOnly));
        return written.readAll();
    }

    std::filesystem::path picture;
};

}  // namespace

class FeaturesTest : public QObject {
    Q_OBJECT

private slots:
    void theEmptyStateSaysWhatItAnswers();
    void whatIsMissingIsSaid();
    void aCellShowsItsScoresAndPatches();
    void recipesOfOneFamilyAreACurve();
    void recipesAreWrittenAndUndone();
    void tapsAreChosenInCurveTableAndBox();
    void thePointerFindsSiblingsAndAClickTheirSr();
    void aLassoListsPatchesAndTheLegendHidesClasses();
    void keysGoThroughThePoints();
    void anotherPictureUsesTheSameFeatures();
    void resultsAreWritten();
    void theCommandNamesWhatIsChosen();
    void cancelEndsTheRun();
    void aHiddenNetworkIsNotComputed();
    void itIsThereAgainAfterReopening();
    void itFitsASmallScreen();
};

void FeaturesTest::theEmptyStateSaysWhatItAnswers() {
    const FeaturesFixture fixture;
    QVERIFY(fixture.workspace().isEmpty());
    const auto texts = [&] { return testing::shownTexts(*fixture.workspace().centre()).join(QLatin1Char(' ')); };
    QVERIFY(texts().contains(QStringLiteral("Does a network treat other degradations")));
    QVERIFY(fixture.find<QPushButton>("tryFeatures").isVisible());
    fixture.showView(1);
    QVERIFY(texts().contains(QStringLiteral("sort images by")));
    fixture.key(Qt::Key_G);
    QVERIFY(fixture.features().isGeneralization());
}

void FeaturesTest::whatIsMissingIsSaid() {
    FeaturesFixture fixture;
    const auto& hint = fixture.find<QLabel>("featuresHint");
    const auto& button = fixture.find<QToolButton>("runFeatures");
    QVERIFY(!button.isEnabled());
    QVERIFY(hint.text().contains(QStringLiteral("Open a network")));
    fixture.load();
    QVERIFY(button.isEnabled());
    auto& side = *fixture.find<QWidget>("srgaOptions").findChild<QSpinBox*>(QStringLiteral("patch"));
    side.setFocus();
    side.selectAll();
    QTest::keyClicks(&side, QStringLiteral("32"));
    fixture.key(Qt::Key_Return);
    QCOMPARE(fixture.features().state().srga.patch, 32);
    QVERIFY(!button.isEnabled());
    QVERIFY2(hint.text().contains(QStringLiteral("holds 8 patches")), qPrintable(hint.text()));
    QVERIFY2(hint.text().contains(QStringLiteral("a side of 8")), qPrintable(hint.text()));
}

void FeaturesTest::aCellShowsItsScoresAndPatches() {
    FeaturesFixture fixture;
    fixture.load(2);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    const auto& document = *fixture.features().srga();
    QCOMPARE(document.results.size(), std::size_t{2});
    QCOMPARE(document.sets.front().name, std::string("clean"));
    auto& table = fixture.find<QTableWidget>("srgaTable");
    QCOMPARE(table.rowCount(), 2);
    QCOMPARE(table.columnCount(), 4);  // network, floor, blur, noise
    QVERIFY(table.item(0, 0)->text().contains(QString::fromStdString(document.results[0].tap)));
    const auto& noise = document.results[1].comparison.indices[1];
    QVERIFY(table.item(1, 3)->text().startsWith(QString::number(*noise.srga, 'f', 2)));
    for (int row = 0; row < 2; ++row) {
        for (int column = 0; column < 2; ++column) {
            const auto& named = document.results[static_cast<std::size_t>(row)].comparison;
            QCOMPARE(table.item(row, 2 + column)->text().contains(QStringLiteral("not distinguishable")),
                     isInsideFloor(named.indices[static_cast<std::size_t>(column)], named.floor));
        }
    }
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualItemRect(table.item(1, 3)).center());
    QCOMPARE(fixture.features().look().cellNetwork, fixture.session().networks()[1].id);
    QCOMPARE(fixture.features().look().cell, std::size_t{1});
    auto& scores = fixture.workspace().generalization().scores();
    QCOMPARE(*scores.densities()->sets[1].fitted, *document.results[1].comparison.sets[2].fitted());
    QVERIFY(fixture.find<QLabel>("candidateWords").text().contains(QStringLiteral("noise")));
    QVERIFY(fixture.find<QLabel>("candidateWords").text().contains(QStringLiteral("trimmed")));
    QVERIFY(scores.isLogarithmic());
    fixture.find<QWidget>("logDensity").setFocus();
    fixture.key(Qt::Key_Space);
    QVERIFY(!scores.isLogarithmic());
    // Keys go on.
    table.setFocus();
    fixture.key(Qt::Key_Left);
    QCOMPARE(fixture.features().look().cell, std::size_t{0});
    QCOMPARE(scores.densities()->sets[1].name, QStringLiteral("blur"));
    const auto lists = fixture.workspace().generalization().findChildren<PatchList*>();
    QCOMPARE(lists.size(), 1);
    QCOMPARE(lists.front()->list().count(), 16);
    QTRY_COMPARE_WITH_TIMEOUT(lists.front()->withSr(), 16, patienceMs);
    QVERIFY(fixture.find<QLabel>("srgaNote").text().contains(QStringLiteral("n = 100")));
    QVERIFY(fixture.find<QLabel>("srgaNote").text().contains(QStringLiteral("k = 37")));
}

void FeaturesTest::recipesOfOneFamilyAreACurve() {
    FeaturesFixture fixture;
    fixture.load();
    auto state = fixture.features().state();
    state.recipes = namedDegradations(std::vector<std::string>{"clean", "blur:1", "blur:3", "noise:20"});
    fixture.features().change(QStringLiteral("recipes"), state);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    auto& curve = fixture.workspace().generalization().curve();
    QCOMPARE(curve.plotted().series.size(), std::size_t{1});
    QCOMPARE(curve.plotted().series.front().x, (std::vector<double>{1.0, 3.0}));
    QCOMPARE(curve.plotted().strips.size(), std::size_t{1});
    QTest::mouseClick(curve.focusProxy(), Qt::LeftButton, {}, curve.placeOf(0, 1));
    QCOMPARE(fixture.features().look().cell, std::size_t{1});  // blur:3
    QCOMPARE(fixture.find<QTableWidget>("srgaTable").currentColumn(), 3);
    QTest::keyClick(curve.focusProxy(), Qt::Key_Left);
    QCOMPARE(fixture.features().look().cell, std::size_t{0});
}

void FeaturesTest::recipesAreWrittenAndUndone() {
    FeaturesFixture fixture;
    fixture.load();
    auto& recipe = fixture.find<QLineEdit>("recipe2");
    QCOMPARE(recipe.text(), QStringLiteral("blur:2"));
    recipe.setFocus();
    recipe.selectAll();
    QTest::keyClicks(&recipe, QStringLiteral("blur:0.5+jpeg:40"));
    fixture.key(Qt::Key_Return);
    QCOMPARE(toString(fixture.features().state().recipes[1].degradation), std::string("blur:0.5+jpeg:40"));
    recipe.selectAll();
    QTest::keyClicks(&recipe, QStringLiteral("fog:3"));
    fixture.key(Qt::Key_Return);
    QVERIFY(fixture.waitForMessage(QStringLiteral("fog")));
    QCOMPARE(recipe.text(), QStringLiteral("blur:0.5+jpeg:40"));
    fixture.clickTool("addRecipe");
    QCOMPARE(fixture.features().state().recipes.back().name, std::string("jpeg"));
    fixture.clickTool("removeRecipe1");
    QCOMPARE(fixture.features().state().recipes.size(), std::size_t{3});
    fixture.session().undoStack().undo();
    fixture.session().undoStack().undo();
    fixture.session().undoStack().undo();
    QCOMPARE(toString(fixture.features().state().recipes[1].degradation), std::string("blur:2"));
    QCOMPARE(recipe.text(), QStringLiteral("blur:2"));
}

void FeaturesTest::tapsAreChosenInCurveTableAndBox() {
    FeaturesFixture fixture;
    fixture.load(2);
    fixture.showView(1);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    const auto& document = *fixture.features().ddr();
    QCOMPARE(document.results.size(), std::size_t{2});
    auto& depth = fixture.workspace().representations().depth();
    QCOMPARE(depth.plotted().series.size(), std::size_t{2});
    const auto& taps = document.results[1].taps;
    std::size_t wanted = 1;
    QTest::mouseClick(depth.focusProxy(), Qt::LeftButton, {}, depth.placeOf(1, wanted));
    QCOMPARE(fixture.features().look().tap, taps[wanted].key);
    QCOMPARE(fixture.find<QComboBox>("ddrNetwork").currentIndex(), 1);
    QCOMPARE(fixture.find<QComboBox>("ddrTap").currentIndex(), static_cast<int>(wanted));
    auto& table = fixture.find<QTableWidget>("ddrTable");
    QCOMPARE(table.rowCount(), static_cast<int>(taps.size()));
    QCOMPARE(table.currentRow(), static_cast<int>(wanted));
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualItemRect(table.item(0, 0)).center());
    QCOMPARE(fixture.features().look().tap, taps[0].key);
    QCOMPARE(fixture.workspace().representations().scatter().points().points, taps[0].scatter);
    fixture.find<QComboBox>("ddrTap").setFocus();
    fixture.key(Qt::Key_End);
    QCOMPARE(fixture.features().look().tap, taps.back().key);
    QTest::keyClick(depth.focusProxy(), Qt::Key_Left);
    QCOMPARE(fixture.features().look().tap, taps[taps.size() - 2].key);
    QVERIFY(fixture.find<QLabel>("ddrRatio").text().contains(QStringLiteral("CH ")));
}

void FeaturesTest::thePointerFindsSiblingsAndAClickTheirSr() {
    FeaturesFixture fixture;
    fixture.load();
    fixture.showView(1);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    auto& scatter = fixture.workspace().representations().scatter();
    constexpr std::size_t point = 13;
    const auto at = scatter.placeOf(point);
    QMouseEvent move(QEvent::MouseMove, at, scatter.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(&scatter, &move);
    QTRY_VERIFY(scatter.current().has_value());
    const auto siblings = scatter.siblingsOf(*scatter.current());
    QCOMPARE(siblings.size(), std::size_t{3});
    for (const auto each : siblings) {
        QCOMPARE(scatter.points().contents[each], scatter.points().contents[*scatter.current()]);
    }
    auto& patches = fixture.workspace().representations().patches();
    QCOMPARE(patches.list().count(), 3);
    QTest::mouseClick(&scatter, Qt::LeftButton, {}, scatter.placeOf(point));
    QVERIFY(patches.isVisible());
    QTRY_COMPARE_WITH_TIMEOUT(patches.withSr(), 3, patienceMs);
}

void FeaturesTest::aLassoListsPatchesAndTheLegendHidesClasses() {
    FeaturesFixture fixture;
    fixture.load();
    fixture.showView(1);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    auto& scatter = fixture.workspace().representations().scatter();
    const auto around = scatter.rect().adjusted(2, 2, -2, -2);
    const auto drag = [&](Qt::KeyboardModifiers modifiers, const std::vector<QPoint>& way) {
        QTest::mousePress(&scatter, Qt::LeftButton, modifiers, way.front());
        for (const auto& at : way) {
            QMouseEvent move(QEvent::MouseMove, at, scatter.mapToGlobal(at), Qt::NoButton, Qt::LeftButton, modifiers);
            QApplication::sendEvent(&scatter, &move);
        }
        QTest::mouseRelease(&scatter, Qt::LeftButton, modifiers, way.back());
    };
    drag(Qt::NoModifier, {around.topLeft(), around.topRight(), around.bottomRight(), around.bottomLeft()});
    QCOMPARE(scatter.selection().size(), std::size_t{36});
    auto& patches = fixture.workspace().representations().patches();
    QCOMPARE(patches.list().count(), 36);

    fixture.clickTool("class1");
    QVERIFY(fixture.features().look().hidden.contains("blur"));
    QCOMPARE(scatter.selection().size(), std::size_t{24});
    QCOMPARE(scatter.siblingsOf(0).size(), std::size_t{2});
    scatter.setFocus();
    fixture.key(Qt::Key_Escape);
    QVERIFY(scatter.selection().empty());
    drag(Qt::ShiftModifier, {around.topLeft(), around.bottomRight()});
    QCOMPARE(scatter.selection().size(), std::size_t{24});
    fixture.clickTool("class1");
    QVERIFY(fixture.features().look().hidden.empty());
}

void FeaturesTest::keysGoThroughThePoints() {
    FeaturesFixture fixture;
    fixture.load();
    fixture.showView(1);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    auto& scatter = fixture.workspace().representations().scatter();
    scatter.setFocus();
    fixture.key(Qt::Key_Right);
    QCOMPARE(scatter.current(), std::optional<std::size_t>(0));
    fixture.key(Qt::Key_Right);
    QCOMPARE(scatter.current(), std::optional<std::size_t>(1));
    fixture.key(Qt::Key_Down);
    QCOMPARE(scatter.current(), std::optional<std::size_t>(13));
    fixture.key(Qt::Key_Return);
    auto& patches = fixture.workspace().representations().patches();
    QTRY_COMPARE_WITH_TIMEOUT(patches.withSr(), 3, patienceMs);
    QVERIFY(scatter.accessibleDescription().contains(QStringLiteral("patch 2 of blur")));
}

void FeaturesTest::anotherPictureUsesTheSameFeatures() {
    FeaturesFixture fixture;
    fixture.load();
    fixture.showView(1);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    const auto before = fixture.features().ddr();
    auto& embedding = fixture.find<QComboBox>("ddrEmbedding");
    embedding.setFocus();
    fixture.key(Qt::Key_Down);
    QVERIFY(fixture.features().state().ddr.embed == DdrEmbedding::Tsne);
    QVERIFY(fixture.features().isRunning());
    QVERIFY(fixture.waitForResults());
    const auto& after = *fixture.features().ddr();
    QVERIFY(after.results[0].taps[1].tsne.has_value());
    QCOMPARE(after.results[0].taps[1].ratioFeatures, before->results[0].taps[1].ratioFeatures);
    const auto tap = *fixture.features().chosenTap();
    QCOMPARE(fixture.workspace().representations().scatter().points().points, after.results[0].taps[tap].tsne->points);
    QVERIFY(fixture.workspace().representations().scatter().points().horizontal.contains(QStringLiteral("t-SNE")));
}

void FeaturesTest::resultsAreWritten() {
    FeaturesFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForResults());
    QCOMPARE(fixture.exported(QStringLiteral("Features as JSON…"), "srga.json"),
             QByteArray::fromStdString(toJson(*fixture.features().srga())));
    QCOMPARE(fixture.exported(QStringLiteral("Features as CSV…"), "srga.csv"),
             QByteArray::fromStdString(toCsv(*fixture.features().srga())));
    QVERIFY(fixture.exported(QStringLiteral("Picture of the features…"), "srga.png").startsWith("\x89PNG"));
    QVERIFY(fixture.exported(QStringLiteral("Densities as PDF…"), "scores.pdf").startsWith("%PDF"));
    fixture.clickTool("copySrgaCsv");
    QCOMPARE(QApplication::clipboard()->text(), QString::fromStdString(toCsv(*fixture.features().srga())));
    fixture.showView(1);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    QCOMPARE(fixture.exported(QStringLiteral("Features as JSON…"), "ddr.json"),
             QByteArray::fromStdString(toJson(*fixture.features().ddr())));
    QVERIFY(fixture.exported(QStringLiteral("Curve as PDF…"), "depth.pdf").startsWith("%PDF"));
}

void FeaturesTest::theCommandNamesWhatIsChosen() {
    FeaturesFixture fixture;
    fixture.load();
    fixture.key(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    const auto line = QApplication::clipboard()->text();
    QVERIFY2(line.startsWith(QStringLiteral("lamscope-cli srga --hr ")), qPrintable(line));
    QVERIFY(line.contains(QStringLiteral("texture.png")));
    QVERIFY(line.contains(QStringLiteral("--degrade clean blur=blur:2 noise=noise:20")));
    QVERIFY(line.contains(QStringLiteral("--patch 8")));
    fixture.showView(1);
    fixture.key(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("lamscope-cli ddr --hr ")));
}

void FeaturesTest::cancelEndsTheRun() {
    FeaturesFixture fixture;
    fixture.load();
    auto state = fixture.features().state();
    state.srga.replicates = 2000;
    state.srga.patches = 128;
    fixture.features().change(QStringLiteral("half-samples"), state);
    fixture.run();
    QVERIFY(fixture.features().isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.features().progress().what.empty(), patienceMs);
    QVERIFY(!fixture.workspace().isEmpty());
    fixture.run();  // the same button
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.features().isRunning(), patienceMs);
    QVERIFY(!fixture.features().hasResults());
    QVERIFY(fixture.find<QLabel>("featuresHint").text().contains(QStringLiteral("Stopped")));
}

void FeaturesTest::aHiddenNetworkIsNotComputed() {
    FeaturesFixture fixture;
    fixture.load(2);
    auto& list = fixture.find<QListWidget>("featureNetworks");
    QCOMPARE(list.count(), 2);
    QTRY_VERIFY_WITH_TIMEOUT(list.item(0)->text().contains(QStringLiteral("tap ")), patienceMs);
    list.setFocus();
    fixture.key(Qt::Key_End);
    fixture.key(Qt::Key_Space);
    QVERIFY(!fixture.session().networks()[1].shown);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    QCOMPARE(fixture.features().resultNetworks(), std::vector<NetworkId>{fixture.session().networks()[0].id});
    QVERIFY(!fixture.features().isStale());
    list.setFocus();
    fixture.key(Qt::Key_Space);
    QVERIFY(fixture.features().isStale());
    QVERIFY(fixture.find<QLabel>("featuresHint").text().contains(QStringLiteral("Changed since it ran")));
}

void FeaturesTest::itIsThereAgainAfterReopening() {
    FeaturesFixture fixture;
    fixture.load();
    fixture.showView(1);
    auto state = fixture.features().state();
    state.recipes = namedDegradations(std::vector<std::string>{"clean", "soft=blur:3"});
    state.images = {fixture.picture};
    fixture.features().change(QStringLiteral("recipes"), state);
    const auto file = QString::fromStdString((fixture.files.path() / "session.lamscope").string());
    fixture.trigger(QStringLiteral("Save session &as…"));
    testing::chooseInDialog(file);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), patienceMs);
    fixture.open();
    fixture.window->files().open({file});
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().networks().size() == 1, patienceMs);
    fixture.openFeatures();
    QTRY_COMPARE_WITH_TIMEOUT(fixture.features().state(), state, patienceMs);
    QVERIFY(!fixture.features().isGeneralization());
    QCOMPARE(fixture.find<QLineEdit>("recipeName2").text(), QStringLiteral("soft"));
}

void FeaturesTest::itFitsASmallScreen() {
    FeaturesFixture fixture;
    fixture.window->resize(1024, 600);
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForResults());
    QTRY_VERIFY(fixture.window->width() <= 1024 && fixture.window->height() <= 600);
    fixture.showView(1);
    fixture.run();
    QVERIFY(fixture.waitForResults());
    QVERIFY(fixture.window->width() <= 1024 && fixture.window->height() <= 600);
    QVERIFY(fixture.workspace().representations().scatter().height() > 120);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::FeaturesTest)
#include "features_test.moc"
