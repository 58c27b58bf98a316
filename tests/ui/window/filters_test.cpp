// SPDX-License-Identifier: GPL-3.0-or-later
// The workspace of filters: a pair is loaded, run, looked at, changed and saved by mouse and keyboard.
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSlider>
#include <QStyle>
#include <QStyleOptionSlider>
#include <QTabBar>
#include <QTableView>
#include <QTableWidget>
#include <QTimer>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "image/image_file.h"
#include "method/faig/filter_ranking.h"
#include "model/checkpoint/checkpoint.h"
#include "panels/masking_plot.h"
#include "session/session_file.h"
#include "study/faig/faig_picture.h"
#include "study/faig/faig_run.h"
#include "support/filter_pair.h"
#include "ui/window/window_fixture.h"
#include "workspaces/filters/filter_map_view.h"
#include "workspaces/filters/filters_workspace.h"
#include "workspaces/filters/layer_detail.h"
#include "workspaces/filters/linked_picture.h"

namespace lamscope::ui {

using testing::patienceMs;
using testing::WindowFixture;

namespace {

/// A window with a small pair of networks.
class FiltersFixture : public WindowFixture {
public:
    FiltersFixture()
        : WindowFixture(144)  // a smaller image is taken for LR
        , pair(test::writeFilterPair(files.path())) {
        window->resize(1400, 900);
        openFilters();
    }

    void openFilters() const { key(Qt::Key_3, Qt::ControlModifier); }
    [[nodiscard]] FiltersWorkspace& workspace() const {
        return dynamic_cast<FiltersWorkspace&>(*window->workspaces().find(QStringLiteral("filters")));
    }
    [[nodiscard]] FaigController& filters() const { return workspace().filters(); }
    template <typename Widget>
    [[nodiscard]] Widget& find(const char* name) const {
        auto* found = window->findChild<Widget*>(QLatin1String(name));
        if (found == nullptr) {
            throw std::logic_error(std::string("there is no ") + name);
        }
        return *found;
    }
    template <typename Button>
    void click(const char* name) const {
        QTest::mouseClick(&find<Button>(name), Qt::LeftButton);
    }
    void dropOn(QWidget& widget, const std::filesystem::path& file) const {
        testing::drop(*window, widget.mapTo(window.get(), widget.rect().center()),
                      {QString::fromStdString(file.string())});
    }
    void showTab(const QString& text) const {
        for (auto* bar : window->findChildren<QTabBar*>()) {
            for (int i = 0; i < bar->count(); ++i) {
                if (bar->tabText(i) == text) {
                    QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(i).center());
                    return;
                }
            }
        }
        QFAIL("no such tab");
    }
    /// Image and both networks, by mouse; few nodes.
    void load() {
        openImage();
        QTRY_VERIFY_WITH_TIMEOUT(session().hasImage(), patienceMs);
        dropOn(find<QComboBox>("baseline"), pair.baseline);
        dropOn(find<QComboBox>("target"), pair.target);
        auto state = filters().state();
        state.options.nodes = 9;
        filters().change(QStringLiteral("nodes"), state);
    }
    void run() const { click<QToolButton>("runFilters"); }
    [[nodiscard]] bool waitForScores() const {
        return QTest::qWaitFor([this] { return !filters().isRunning() && filters().ranked() != nullptr; }, patienceMs);
    }
    [[nodiscard]] bool waitForCurves() const {
        return waitForScores()
               && QTest::qWaitFor([this] { return !filters().curves().empty() && !filters().isReadingOut(); },
                                  patienceMs);
    }
    [[nodiscard]] bool waitForPictures() const {
        return QTest::qWaitFor(
            [this] {
                const auto& shown = filters().pictures();
                return shown.changed && shown.baseline && shown.change == filters().shownChange() && !shown.part;
            },
            patienceMs);
    }
    [[nodiscard]] QTableView& table() const { return find<QTableView>("filterTable"); }
    [[nodiscard]] QString cell(int row, int column) const {
        return table().model()->index(row, column).data().toString();
    }
    /// Where the handle of the slider is for a value.
    [[nodiscard]] QPoint handleAt(const QSlider& slider, int value) const {
        QStyleOptionSlider option;
        option.initFrom(&slider);
        option.orientation = slider.orientation();
        option.minimum = slider.minimum();
        option.maximum = slider.maximum();
        option.sliderPosition = value;
        option.sliderValue = value;
        option.tickPosition = slider.tickPosition();
        option.tickInterval = slider.tickInterval();
        return slider.style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, &slider).center();
    }

    test::FilterPairFiles pair;
};

}  // namespace

class FiltersTest : public QObject {
    Q_OBJECT

private slots:
    void theEmptyStateSaysWhatItAnswers();
    void aPairIsRunAndLookedAt();
    void networksAreChosenAmongThoseThatAreOpen();
    void keysGoThroughTheMap();
    void theTableIsSortedAndCopied();
    void theCurveShowsMasksAndChoosesAShare();
    void theSliderMovesThePicturesAndIsUndone();
    void picturesZoomTogether();
    void theChangedNetworkIsSaved();
    void ofAndAgainstAreExchanged();
    void theWindowAnswersWhileItRuns();
    void cancelKeepsWhatIsFinished();
    void aChangedSetupSaysThatItIsStale();
    void aPairThatDoesNotFitIsSaidInWords();
    void aRecipeThatCannotBeReadIsSaidInWords();
    void itIsThereAgainAfterReopening();
    void anotherEngineGoesOn();
    void newFiltersAreUndoneAndRunAgain();
    void whatIsExportedIsWhatTheCommandComputes();
    void pixelIgRanks();
    void scoresOfAnotherImageAreNotTaken();
    void theCommandNamesWhatIsChosen();
};

void FiltersTest::theEmptyStateSaysWhatItAnswers() {
    const FiltersFixture fixture;
    QVERIFY(fixture.workspace().isEmpty());
    QVERIFY(fixture.find<QPushButton>("tryFilters").isVisible());
    QVERIFY(testing::shownTexts(*fixture.workspace().centre())
                .join(QLatin1Char(' '))
                .contains(QStringLiteral("Which filters of a network do one job?")));
    QVERIFY(!fixture.find<QToolButton>("runFilters").isEnabled());
    QVERIFY(fixture.find<QLabel>("filtersHint").isVisible());  // what is missing
}

void FiltersTest::aPairIsRunAndLookedAt() {
    FiltersFixture fixture;
    fixture.load();
    QVERIFY(fixture.find<QToolButton>("runFilters").isEnabled());
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QVERIFY(fixture.waitForPictures());
    const auto& filters = fixture.filters();
    const auto& index = filters.opened()->filters;
    QCOMPARE(index.size(), 3 * 4 + 4 * 4 * 4 + 4 * 16 + 4 * 4 + 4 * 3);
    QCOMPARE(filters.results().size(), std::size_t{2});

    // The first of the ranking is selected; a click selects another everywhere.
    QCOMPARE(*filters.look().filter, filters.ranked()->order.front());
    auto& map = fixture.find<FilterMapView>("filterMap");
    QVERIFY(map.isVisible());
    constexpr std::size_t other = 40;
    QTest::mouseClick(&map, Qt::LeftButton, {}, map.placeOf(other));
    QVERIFY(filters.look().filter.has_value());
    QCOMPARE(index.place(static_cast<int>(*filters.look().filter)).layer, index.place(other).layer);
    const auto chosen = *filters.look().filter;
    QCOMPARE(fixture.table().currentIndex().row(), static_cast<int>(filters.ranked()->ranks[chosen]));
    auto& detail = fixture.find<LayerDetail>("layerDetail");
    QTRY_VERIFY_WITH_TIMEOUT(detail.weights().has_value(), patienceMs);
    const auto& layer = index.layers()[index.place(static_cast<int>(chosen)).layer];
    const auto target = readCheckpoint(fixture.pair.target);
    const auto from = (chosen - static_cast<std::size_t>(layer.firstFilter)) * 9;
    QCOMPARE(detail.weights()->target.front(), target.find(layer.key)->values[from]);
    QVERIFY(testing::shownTexts(*fixture.workspace().centre())
                .join(QLatin1Char(' '))
                .contains(QString::fromStdString(layer.key)));

    // In the detail every filter has its place.
    const auto last = static_cast<std::size_t>(layer.firstFilter + layer.filters() - 1);
    QTest::mouseClick(&detail, Qt::LeftButton, {}, detail.placeOf(last));
    QCOMPARE(*filters.look().filter, last);
    detail.setFocus();
    fixture.key(Qt::Key_Left);
    QCOMPARE(*filters.look().filter, last - 1);

    // A click on a bar selects the best of its layer.
    QTest::mouseClick(&map, Qt::LeftButton, {}, map.placeOfBar(0));
    const auto first = *filters.look().filter;
    QCOMPARE(index.place(static_cast<int>(first)).layer, std::size_t{0});
    for (std::size_t each = 0; each < static_cast<std::size_t>(index.layers()[0].filters()); ++each) {
        QVERIFY(filters.ranked()->ranks[first] <= filters.ranked()->ranks[each]);
    }
}

void FiltersTest::networksAreChosenAmongThoseThatAreOpen() {
    FiltersFixture fixture;
    fixture.openImage();
    fixture.add(fixture.pair.baseline.c_str());
    fixture.add(fixture.pair.target.c_str());
    QVERIFY(fixture.waitForMaps());
    auto& target = fixture.find<QComboBox>("target");
    QCOMPARE(target.count(), 2);
    target.setFocus();
    fixture.key(Qt::Key_End);
    QTRY_VERIFY(fixture.filters().state().target.has_value());
    QCOMPARE(QString::fromStdString(fixture.filters().state().target->file.string()),
             QString::fromStdString(fixture.pair.target.string()));
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(!fixture.filters().state().target.has_value());
}

void FiltersTest::keysGoThroughTheMap() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    const auto& filters = fixture.filters();
    const auto& index = filters.opened()->filters;
    const auto layer = [&] { return index.place(static_cast<int>(*filters.look().filter)).layer; };
    fixture.find<FilterMapView>("filterMap").setFocus();
    fixture.key(Qt::Key_Home);
    QCOMPARE(layer(), std::size_t{0});
    fixture.key(Qt::Key_Right);
    QCOMPARE(layer(), std::size_t{1});
    const auto rank = filters.ranked()->ranks[*filters.look().filter];
    fixture.key(Qt::Key_Down);
    QCOMPARE(layer(), std::size_t{1});
    QVERIFY(filters.ranked()->ranks[*filters.look().filter] > rank);
    fixture.key(Qt::Key_Up);
    QCOMPARE(filters.ranked()->ranks[*filters.look().filter], rank);
    fixture.key(Qt::Key_PageDown);
    QCOMPARE(filters.ranked()->ranks[*filters.look().filter], rank + 1);
    fixture.key(Qt::Key_End);
    QCOMPARE(layer(), index.layers().size() - 1);
}

void FiltersTest::theTableIsSortedAndCopied() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    auto state = fixture.filters().state();
    state.percent = 10.0;
    fixture.filters().change(QStringLiteral("share"), state);
    const auto top = fixture.filters().top();
    QVERIFY(top.size() > 10);
    fixture.showTab(QStringLiteral("Ranking"));
    auto& table = fixture.table();
    QTRY_VERIFY(table.isVisible());
    QCOMPARE(table.model()->rowCount(), fixture.filters().opened()->filters.size());
    QCOMPARE(fixture.cell(0, 0), QStringLiteral("1"));

    // By the input channel: a click on its heading.
    constexpr int inColumn = 3;
    auto* header = table.horizontalHeader();
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                      QPoint(header->sectionViewportPosition(inColumn) + 5, header->height() / 2));
    int before = -1;
    bool falls = fixture.cell(0, inColumn).toInt() > fixture.cell(table.model()->rowCount() - 1, inColumn).toInt();
    for (int row = 0; row < table.model()->rowCount(); ++row) {
        const int in = fixture.cell(row, inColumn).toInt();
        QVERIFY(row == 0 || (falls ? in <= before : in >= before));
        before = in;
    }

    // The top filters are copied, as they are sorted.
    fixture.click<QToolButton>("copyFilterCsv");
    const auto lines = QApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), static_cast<qsizetype>(top.size()) + 1);
    QStringList shown;
    for (int row = 0; row < table.model()->rowCount(); ++row) {
        if (fixture.cell(row, 0).toInt() <= static_cast<int>(top.size())) {
            shown << fixture.cell(row, 0);
        }
    }
    QStringList copied;
    for (qsizetype i = 1; i < lines.size(); ++i) {
        copied << lines[i].section(QLatin1Char(','), 0, 0);
    }
    QCOMPARE(copied, shown);
    fixture.click<QToolButton>("copyFilterLatex");
    QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("\\toprule")));
    fixture.click<QToolButton>("copyFilterText");
    QVERIFY(!QApplication::clipboard()->text().contains(QLatin1Char(',')));

    // A row selects its filter in the map.
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualRect(table.model()->index(2, 0)).center());
    const auto rank = static_cast<std::size_t>(fixture.cell(2, 0).toInt()) - 1;
    QCOMPARE(fixture.find<FilterMapView>("filterMap").selected(),
             std::optional(fixture.filters().ranked()->order[rank]));
}

void FiltersTest::theCurveShowsMasksAndChoosesAShare() {
    FiltersFixture fixture;
    fixture.load();
    auto look = fixture.filters().look();
    look.rivals = false;
    fixture.filters().setLook(look);
    fixture.run();
    QVERIFY(fixture.waitForCurves());
    auto& plot = *fixture.window->findChild<MaskingPlot*>();
    QCOMPARE(plot.curves().series.size(), std::size_t{2});  // on blur and on noise
    QCOMPARE(plot.curves().levels.size(), std::size_t{4});
    for (const auto& series : plot.curves().series) {
        QVERIFY(std::ranges::all_of(series.values, [](double value) { return std::isfinite(value); }));
    }
    // Hardly anything masked: the target.
    QVERIFY(std::abs(plot.curves().series[0].values.front() - plot.curves().levels[0].value) < 1e-9);

    fixture.showTab(QStringLiteral("Masking curve"));
    auto* inside = plot.findChild<QWidget*>(QStringLiteral("maskingCurve"));
    QTest::mouseClick(inside, Qt::LeftButton, {}, plot.placeOf(10.0));
    QVERIFY2(std::abs(fixture.filters().state().percent - 10.0) < 0.5,
             qPrintable(QString::number(fixture.filters().state().percent)));
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(fixture.filters().state().percent, 1.0);

    // The rivals come when they are asked for.
    QTest::mouseClick(&fixture.find<QCheckBox>("maskingRivals"), Qt::LeftButton, {}, QPoint(8, 8));
    QVERIFY(fixture.filters().look().rivals);
    QVERIFY(fixture.waitForCurves());
    QTRY_COMPARE(plot.curves().series.size(), std::size_t{8});  // FAIG, change, pixel IG, random, on both
    QCOMPARE(std::ranges::count_if(plot.curves().series, [](const auto& each) { return !each.lowest.empty(); }),
             std::ptrdiff_t{2});
    fixture.find<QComboBox>("maskingReadout").setFocus();
    fixture.key(Qt::Key_Down);
    QVERIFY(fixture.filters().look().gradients);
    QVERIFY(plot.curves().levels.empty());
}

void FiltersTest::theSliderMovesThePicturesAndIsUndone() {
    FiltersFixture fixture;
    fixture.load();
    auto state = fixture.filters().state();
    state.percent = 50.0;
    fixture.filters().change(QStringLiteral("share"), state);
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QVERIFY(fixture.waitForPictures());
    const auto masked = fixture.filters().pictures().changed;
    // What is of another share is not shown as if it were of this one.
    auto* pane = fixture.window->findChildren<LinkedPicture*>()[3];
    QTRY_VERIFY(pane->picture().base && !pane->picture().dimmed && !pane->value().isEmpty());
    state.percent = 40.0;
    fixture.filters().change(QStringLiteral("share"), state);
    QVERIFY(pane->picture().dimmed && pane->value().isEmpty());
    state.percent = 50.0;
    fixture.filters().change(QStringLiteral("share"), state);
    QVERIFY(fixture.waitForPictures());
    QTRY_VERIFY(!pane->picture().dimmed && !pane->value().isEmpty());
    auto& slider = fixture.find<QSlider>("lambda");
    const int steps = fixture.session().undoStack().count();
    QTest::mousePress(&slider, Qt::LeftButton, {}, fixture.handleAt(slider, 0));
    QTest::mouseMove(&slider, fixture.handleAt(slider, 60));
    QTRY_VERIFY(fixture.filters().lambda() > 0.3);
    // While it is held the pictures follow, and nothing is to be undone yet.
    QTRY_VERIFY_WITH_TIMEOUT(fixture.filters().pictures().change.lambda > 0.3, patienceMs);
    QCOMPARE(fixture.session().undoStack().count(), steps);
    QTest::mouseMove(&slider, fixture.handleAt(slider, 100));
    QTest::mouseRelease(&slider, Qt::LeftButton, {}, fixture.handleAt(slider, 100));
    QCOMPARE(fixture.session().undoStack().count(), steps + 1);
    const double released = fixture.filters().state().lambda;
    QVERIFY(std::abs(released - 1.0) < 0.1);
    QVERIFY(fixture.waitForPictures());
    QVERIFY(fixture.filters().pictures().changed != masked);

    fixture.find<QDoubleSpinBox>("lambdaNumber").setValue(1.0);
    QVERIFY(fixture.waitForPictures());
    QVERIFY(std::ranges::equal(fixture.filters().pictures().changed->values(),
                               fixture.filters().pictures().target->values()));
    fixture.filters().setLambda(released);
    while (fixture.filters().state().lambda != 0.0 && fixture.session().undoStack().canUndo()) {
        fixture.key(Qt::Key_Z, Qt::ControlModifier);
    }
    QCOMPARE(fixture.filters().state().lambda, 0.0);
    QCOMPARE(slider.value(), 0);
    QVERIFY(fixture.waitForPictures());
    QVERIFY(std::ranges::equal(fixture.filters().pictures().changed->values(), masked->values()));
    fixture.key(Qt::Key_Y, Qt::ControlModifier);
    QVERIFY(fixture.filters().state().lambda > 0.0);
}

void FiltersTest::picturesZoomTogether() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QVERIFY(fixture.waitForPictures());
    auto pictures = fixture.window->findChildren<LinkedPicture*>();
    QCOMPARE(pictures.size(), 6);
    QTRY_VERIFY(std::ranges::all_of(pictures, [](const auto* each) { return each->picture().base != nullptr; }));
    for (const auto* each : pictures) {
        QVERIFY(each->isVisible() && each->width() > 60 && each->height() > 60);
        QVERIFY(!each->accessibleName().isEmpty());
        QCOMPARE(each->size(), pictures.front()->size());
    }
    QVERIFY(pictures[2]->value().endsWith(QStringLiteral("dB")));
    auto* view = pictures.front();
    view->setFocus();
    const auto before = view->grab().toImage();
    const auto otherBefore = pictures.back()->grab().toImage();
    for (int i = 0; i < 4; ++i) {
        fixture.key(Qt::Key_Plus);
    }
    QVERIFY(view->grab().toImage() != before);
    QVERIFY(pictures[4]->grab().toImage() != otherBefore);
    fixture.key(Qt::Key_F);
    QCOMPARE(view->grab().toImage(), before);
}

void FiltersTest::theChangedNetworkIsSaved() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    auto state = fixture.filters().state();
    state.percent = 10.0;
    fixture.filters().change(QStringLiteral("share"), state);
    const auto file = fixture.files.path() / "masked.safetensors";
    QAction* save = nullptr;
    for (auto* action : fixture.window->findChildren<QAction*>()) {
        save = action->text() == QStringLiteral("Save network…") ? action : save;
    }
    QVERIFY(save != nullptr && save->isEnabled());
    save->trigger();
    testing::chooseInDialog(QString::fromStdString(file.string()));
    QVERIFY(fixture.waitForMessage(QStringLiteral("masked.safetensors")));
    const auto saved = readCheckpoint(file);
    const auto baseline = readCheckpoint(fixture.pair.baseline);
    const auto target = readCheckpoint(fixture.pair.target);
    const auto top = fixture.filters().top();
    const auto& index = fixture.filters().opened()->filters;
    for (const auto& layer : index.layers()) {
        for (int filter = 0; filter < layer.filters(); ++filter) {
            const bool masked = std::ranges::find(top, layer.firstFilter + filter) != top.end();
            const auto& from = masked ? baseline : target;
            for (int weight = 0; weight < 9; ++weight) {
                const auto at = static_cast<std::size_t>(filter * 9 + weight);
                QCOMPARE(saved.find(layer.key)->values[at], from.find(layer.key)->values[at]);
            }
        }
    }
}

void FiltersTest::ofAndAgainstAreExchanged() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    const auto values = fixture.filters().ranked()->values;
    fixture.find<QComboBox>("filtersOf").setFocus();
    fixture.key(Qt::Key_Down);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.filters().ranked()->ranking.of == "noise", patienceMs);
    QCOMPARE(fixture.filters().ranked()->ranking.against, std::optional<std::string>("blur"));
    for (std::size_t filter = 0; filter < values.size(); ++filter) {
        QCOMPARE(fixture.filters().ranked()->values[filter], -values[filter]);
    }
}

void FiltersTest::theWindowAnswersWhileItRuns() {
    FiltersFixture fixture;
    fixture.load();
    auto state = fixture.filters().state();
    state.options.preset = FaigPreset::Official;  // 100 nodes
    state.options.nodes.reset();
    fixture.filters().change(QStringLiteral("preset"), state);
    fixture.run();
    QVERIFY(fixture.filters().isRunning());
    // The event loop goes round between two gradients, again and again.
    int turns = 0;
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [&] { turns += fixture.filters().isRunning() ? 1 : 0; });
    timer.start(0);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.filters().progress().done > 0.0, patienceMs);
    const double before = fixture.filters().progress().done;
    QTRY_VERIFY_WITH_TIMEOUT(fixture.filters().progress().done > before || !fixture.filters().isRunning(), patienceMs);
    QVERIFY(turns > 10);
    auto& names = fixture.find<QDoubleSpinBox>("filtersPercent");
    names.setFocus();
    fixture.key(Qt::Key_Up);  // served meanwhile
    QVERIFY(fixture.filters().state().percent > 1.0);
    QVERIFY(fixture.waitForScores());
    QVERIFY(fixture.waitForPictures());
    state = fixture.filters().state();
    state.percent = 0.01;  // no filter at all
    fixture.filters().change(QStringLiteral("share"), state);
    QVERIFY(fixture.filters().top().empty());
    QVERIFY(fixture.waitForPictures());
    QVERIFY(std::ranges::equal(fixture.filters().pictures().changed->values(),
                               fixture.filters().pictures().target->values()));
}

void FiltersTest::cancelKeepsWhatIsFinished() {
    FiltersFixture fixture;
    fixture.load();
    QStringList images;
    for (int i = 0; i < 6; ++i) {
        Image picture(48, 48);
        std::ranges::fill(picture.values(), 0.1F * static_cast<float>(i + 1));
        picture.at(0, 5, 5 + i) = 1.0F;
        const auto file = fixture.files.path() / ("image" + std::to_string(i) + ".png");
        WindowFixture::writePng(file, picture);
        images << QString::fromStdString(file.string());
    }
    fixture.filters().addImages(images);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.find<QListWidget>("filterImages").count(), 6, patienceMs);
    auto state = fixture.filters().state();
    state.options.preset = FaigPreset::Official;
    state.options.nodes = 40;
    fixture.filters().change(QStringLiteral("preset"), state);
    fixture.run();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.filters().finishedImages() >= 1, patienceMs);
    QVERIFY(fixture.filters().isRunning());
    fixture.run();  // the same button
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.filters().isRunning(), patienceMs);
    const int finished = fixture.filters().finishedImages();
    QVERIFY(finished >= 1 && finished < 6);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.filters().ranked() != nullptr, patienceMs);
    QVERIFY(fixture.filters().remark().contains(QStringLiteral("Stopped")));
    // The curve is over the images whose target and baseline are known.
    auto look = fixture.filters().look();
    look.rivals = false;
    fixture.filters().setLook(look);
    QVERIFY(fixture.waitForCurves());
    QCOMPARE(fixture.filters().curves().front().images, finished);
    const auto levels = fixture.filters().levels(0, static_cast<std::size_t>(finished));
    QCOMPARE(fixture.filters().document().degradations[0].readoutTarget, std::optional(levels.first));
    fixture.run();
    QVERIFY(QTest::qWaitFor([&] { return fixture.filters().finishedImages() == 6; }, patienceMs));
    QCOMPARE(fixture.filters().results().front().images.size(), std::size_t{6});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.find<QTableWidget>("filtersAccuracy").rowCount(), 12, patienceMs);
}

void FiltersTest::aChangedSetupSaysThatItIsStale() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QVERIFY(!fixture.filters().isStale());
    auto* recipe = [&]() -> QLineEdit* {
        for (auto* edit : fixture.window->findChildren<QLineEdit*>()) {
            if (edit->accessibleName() == QStringLiteral("Recipe of degradation 2")) {
                return edit;
            }
        }
        return nullptr;
    }();
    QVERIFY(recipe != nullptr);
    recipe->setFocus();
    recipe->selectAll();
    QTest::keyClicks(recipe, QStringLiteral("noise:15"));
    QTest::keyClick(recipe, Qt::Key_Return);
    QVERIFY(fixture.filters().isStale());
    QVERIFY(fixture.find<QLabel>("filtersHint").text().contains(QStringLiteral("run it again")));
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QVERIFY(!fixture.filters().isStale());
    QCOMPARE(fixture.filters().results()[1].degradation.recipe, std::string("noise:15"));
}

void FiltersTest::aPairThatDoesNotFitIsSaidInWords() {
    FiltersFixture fixture;
    fixture.load();
    const auto wide = test::writeFilterPair(fixture.files.path(), 6, 2, "wide");
    fixture.dropOn(fixture.find<QComboBox>("target"), wide.target);
    fixture.run();
    QVERIFY(fixture.waitForMessage(QStringLiteral("conv_first.weight")));
    QTRY_VERIFY(!fixture.filters().isRunning());
    QVERIFY(fixture.workspace().isEmpty());
}

void FiltersTest::aRecipeThatCannotBeReadIsSaidInWords() {
    FiltersFixture fixture;
    for (auto* edit : fixture.window->findChildren<QLineEdit*>()) {
        if (edit->accessibleName() == QStringLiteral("Recipe of degradation 1")) {
            edit->setFocus();
            edit->selectAll();
            QTest::keyClicks(edit, QStringLiteral("blurr:2"));
            QTest::keyClick(edit, Qt::Key_Return);
            QVERIFY(fixture.waitForMessage(QStringLiteral("blurr")));
            QCOMPARE(edit->text(), QStringLiteral("blur:2:21"));
            return;
        }
    }
    QFAIL("there is no recipe");
}

void FiltersTest::itIsThereAgainAfterReopening() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    auto state = fixture.filters().state();
    state.percent = 5.0;
    state.lambda = 0.4;
    state.options.of = "noise";
    fixture.filters().change(QStringLiteral("state"), state);
    fixture.filters().select(7);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.filters().ranked()->ranking.of == "noise", patienceMs);
    const auto look = fixture.filters().look();
    const auto values = fixture.filters().ranked()->values;
    const auto completeness = fixture.filters().worstCompleteness();
    const auto file = (fixture.files.path() / "filters.lamscope").string();
    fixture.window->files().saveSession(QString::fromStdString(file));
    QVERIFY(fixture.waitForMessage(QStringLiteral("Saved")));
    fixture.open();  // another window: nothing of this one lives on
    fixture.window->files().openSession(QString::fromStdString(file));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.window->workspaces().find(QStringLiteral("filters")) != nullptr, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.filters().state().percent, 5.0, patienceMs);
    QVERIFY(fixture.filters().state() == state);
    QVERIFY(fixture.filters().look() == look);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), patienceMs);
    // The scores are there without being computed again, and so is all that follows from them.
    QTRY_VERIFY_WITH_TIMEOUT(fixture.filters().ranked() != nullptr, patienceMs);
    QVERIFY(!fixture.filters().isRunning());
    QCOMPARE(fixture.filters().ranked()->ranking.of, std::string("noise"));
    QCOMPARE(fixture.filters().ranked()->values, values);
    QCOMPARE(fixture.filters().worstCompleteness(), completeness);
    QCOMPARE(fixture.filters().look().filter, std::optional<std::size_t>(7));
    QVERIFY(fixture.waitForPictures());
    QVERIFY(fixture.waitForCurves());

    // What was kept is computed again.
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QCOMPARE(fixture.filters().finishedImages(), 1);
    QVERIFY(fixture.waitForPictures());
}

void FiltersTest::newFiltersAreUndoneAndRunAgain() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    const auto state = fixture.filters().state();
    fixture.filters().startAnew();
    QVERIFY(fixture.workspace().isEmpty());
    QVERIFY(!fixture.filters().state().target.has_value());
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(fixture.filters().state() == state);
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QVERIFY(fixture.waitForPictures());
}

void FiltersTest::whatIsExportedIsWhatTheCommandComputes() {
    FiltersFixture fixture;
    fixture.load();
    auto state = fixture.filters().state();
    state.options.mask = {5.0, 20.0};
    state.percent = 10.0;
    fixture.filters().change(QStringLiteral("shares"), state);
    auto look = fixture.filters().look();
    look.rivals = false;
    fixture.filters().setLook(look);
    fixture.run();
    QVERIFY(fixture.waitForCurves());
    const auto own = fixture.filters().document();
    const auto theirs = runFaig(*fixture.filters().experiment());
    QVERIFY(theirs.has_value());
    QCOMPARE(own.masking.size(), theirs->masking.size());
    for (std::size_t i = 0; i < own.masking.size(); ++i) {
        QCOMPARE(own.masking[i].percent, theirs->masking[i].percent);
        QCOMPARE(own.masking[i].filters, theirs->masking[i].filters);
        QCOMPARE(own.masking[i].against, theirs->masking[i].against);
        QCOMPARE(own.masking[i].against, std::optional<std::string>("noise"));
        QVERIFY(std::abs(own.masking[i].readouts[0].psnr - theirs->masking[i].readouts[0].psnr) < 0.05);
    }
    QVERIFY(std::abs(*own.degradations[1].readoutBaseline - *theirs->degradations[1].readoutBaseline) < 1e-3);

    // The picture has the bars of the share that is chosen.
    const auto file = fixture.files.path() / "map.png";
    for (auto* action : fixture.window->findChildren<QAction*>()) {
        if (action->text() == QStringLiteral("Picture of map and curve…")) {
            action->trigger();
            break;
        }
    }
    testing::chooseInDialog(QString::fromStdString(file.string()));
    QVERIFY(fixture.waitForMessage(QStringLiteral("map.png")));
    const auto saved = readImage(file, {}).image;
    const auto wanted = drawFaig(own, 10.0);
    QCOMPARE(saved.width(), wanted.width());
    QCOMPARE(saved.height(), wanted.height());
    const auto other = drawFaig(own);
    const auto distance = [&saved](const Image& drawn) {
        float largest = 0.0F;
        for (std::size_t i = 0; i < drawn.values().size(); ++i) {
            largest = std::max(largest, std::abs(drawn.values()[i] - saved.values()[i]));
        }
        return largest;
    };
    QVERIFY(distance(wanted) < 0.01F);
    QVERIFY(distance(other) > 0.5F);
}

void FiltersTest::pixelIgRanks() {
    FiltersFixture fixture;
    fixture.load();
    auto state = fixture.filters().state();
    state.options.rank = FilterRule::PixelIg;  // before there is anything to rank
    fixture.filters().change(QStringLiteral("rank"), state);
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QVERIFY(fixture.filters().ranked()->ranking.rule == FilterRule::PixelIg);
    QVERIFY(fixture.waitForCurves());
    QVERIFY(fixture.filters().curves().front().rule == FilterRule::PixelIg);
}

void FiltersTest::scoresOfAnotherImageAreNotTaken() {
    FiltersFixture fixture;
    fixture.load();
    const auto image = fixture.files.path() / "scene.png";
    const auto write = [&image](float level) {
        Image picture(48, 48);
        std::ranges::fill(picture.values(), 0.3F);
        picture.at(0, 7, 9) = level;
        WindowFixture::writePng(image, picture);
    };
    write(0.9F);
    fixture.filters().addImages({QString::fromStdString(image.string())});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.filters().state().images.size(), std::size_t{1}, patienceMs);
    fixture.run();
    QVERIFY(fixture.waitForScores());
    const auto file = QString::fromStdString((fixture.files.path() / "filters.lamscope").string());
    fixture.window->files().saveSession(file);
    QVERIFY(fixture.waitForMessage(QStringLiteral("Saved")));
    fixture.open();
    write(0.1F);  // other pixels under the same name
    fixture.window->files().openSession(file);
    QVERIFY(fixture.waitForMessage(QStringLiteral("The file of an image has changed")));
    QVERIFY(fixture.filters().ranked() == nullptr);
    QVERIFY(fixture.workspace().isEmpty());
    fixture.run();
    QVERIFY(fixture.waitForScores());
}

void FiltersTest::anotherEngineGoesOn() {
    FiltersFixture fixture;
    fixture.load();
    fixture.run();
    QVERIFY(fixture.waitForScores());
    QVERIFY(fixture.waitForPictures());
    LiveEngineOptions options;
    options.load = test::loadAnalytic;
    fixture.window->controller().restart(options);
    fixture.filters().setLambda(0.7);
    QVERIFY(fixture.waitForPictures());  // the pair is loaded again
    QCOMPARE(fixture.filters().pictures().change.lambda, 0.7);
    QVERIFY(fixture.filters().ranked() != nullptr);
    fixture.run();
    QVERIFY(fixture.waitForScores());
}

void FiltersTest::theCommandNamesWhatIsChosen() {
    FiltersFixture fixture;
    fixture.load();
    fixture.window->actions().copyCommand->trigger();
    const auto line = QApplication::clipboard()->text();
    QVERIFY2(line.startsWith(QStringLiteral("lamscope-cli faig")), qPrintable(line));
    QVERIFY(line.contains(QString::fromStdString(fixture.pair.target.filename().string())));
    QVERIFY(line.contains(QStringLiteral("blur=blur:2:21")));
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::FiltersTest)
#include "filters_test.moc"
