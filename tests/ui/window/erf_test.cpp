// SPDX-License-Identifier: GPL-3.0-or-later
// Effective receptive fields in the window: the layer at the box, and the panel over the open image.
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QPushButton>
#include <QTabBar>
#include <QTableWidget>
#include <QToolButton>
#include <utility>
#include <vector>

#include "method/erf/erf_document.h"
#include "session/erf_controller.h"
#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::patienceMs;
using testing::WindowFixture;

namespace {

constexpr int lrSide = 64;  // an LR image
constexpr int scale = 4;

class ErfFixture : public WindowFixture {
public:
    ErfFixture()
        : WindowFixture(lrSide) {
        openImage();
    }

    [[nodiscard]] ErfController& fields() const { return window->probe().fields(); }
    [[nodiscard]] QWidget& panel() const {
        return *window->findChild<QDockWidget*>(QStringLiteral("receptive-field"))->widget();
    }
    [[nodiscard]] QPushButton& button() const {
        return *panel().findChild<QPushButton*>(QStringLiteral("measureField"));
    }
    [[nodiscard]] QTableWidget& table() const { return *panel().findChild<QTableWidget*>(); }

    /// Clicks the panel's tab.
    void openPanel() const {
        for (auto* tabs : window->findChildren<QTabBar*>()) {
            for (int i = 0; i < tabs->count(); ++i) {
                if (tabs->tabText(i) == QStringLiteral("Receptive field")) {
                    QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(i).center());
                }
            }
        }
        QTRY_VERIFY(panel().isVisible() && !panel().visibleRegion().isEmpty());
    }

    /// Goes down the list of sides.
    void chooseSide(int side) const {
        auto* list = panel().findChild<QComboBox*>();
        QTest::keyClick(list, Qt::Key_Home);
        for (int i = 0; i < list->count() && list->currentData().toInt() != side; ++i) {
            QTest::keyClick(list, Qt::Key_Down);
        }
        QCOMPARE(list->currentData().toInt(), side);
    }

    void clickMeasure() const { QTest::mouseClick(&button(), Qt::LeftButton); }
    void copy(const char* name) const {
        QTest::mouseClick(panel().findChild<QToolButton*>(QLatin1String(name)), Qt::LeftButton);
    }
    [[nodiscard]] bool waitForEnd() const {
        return QTest::qWaitFor([this] { return !fields().isMeasuring(); }, patienceMs);
    }
    [[nodiscard]] int images(NetworkId id) const {
        const auto* own = fields().measured(id);
        return own != nullptr && own->result ? own->result->images : 0;
    }

    void showLayer() const {
        for (int i = 0; i < 10 && session().view().layer != Layer::ErfHere; ++i) {
            key(Qt::Key_L);
        }
        QVERIFY(session().view().layer == Layer::ErfHere);
    }
    [[nodiscard]] bool waitForField(NetworkId id) const {
        return QTest::qWaitFor(
            [&] {
                const auto& field = entry(id).field;
                return field.result != nullptr && !field.stale;
            },
            patienceMs);
    }
    /// The LR pixel from which the field of an entry looks.
    [[nodiscard]] QPoint cellOf(NetworkId id) const {
        const auto& field = entry(id).field;
        return {field.place.x + field.result->frame.x, field.place.y + field.result->frame.y};
    }
    [[nodiscard]] QPoint middleOfBox() const {
        const auto& [x, y, size] = session().box();
        return {(x + size / 2) / scale, (y + size / 2) / scale};
    }
};

/// What the function of the command line finds on the LR image of an entry.
ErfResult fieldOf(const char* spec, const Image& lr, const ErfOptions& options) {
    const auto model = test::loadAnalytic(ModelSpec::parse(spec), "cpu");
    std::vector<ErfCrop> crops;
    for (const auto& place : erfPlacesOver(lr, scale, options.side, options.images)) {
        crops.push_back(*erfCrop(lr, scale, options.side, place));
    }
    return *computeErf(model, crops, options);
}

}  // namespace

class ErfWindowTest : public QObject {
    Q_OBJECT

private slots:
    void measureShowsTheNumbersOfTheCommandLine();
    void whatIsMeasuredStaysWhenCancelled();
    void anotherImageOrEngineEndsTheMeasurement();
    void aSideThatDoesNotFitIsSaid();
    void theLayerFollowsTheBoxWhileItIsShown();
};

void ErfWindowTest::measureShowsTheNumbersOfTheCommandLine() {
    const ErfFixture fixture;
    const auto first = fixture.add("global.pth:name=First");
    const auto second = fixture.add("bicubic:scale=4");
    QVERIFY(fixture.waitForMaps());
    fixture.openPanel();
    QVERIFY(testing::shownTexts(fixture.panel()).filter(QStringLiteral("How far do the networks look")).size() == 1);
    QVERIFY(!fixture.table().isVisible());
    fixture.chooseSide(32);
    fixture.clickMeasure();
    QVERIFY(fixture.fields().isMeasuring());
    QCOMPARE(fixture.button().text(), QStringLiteral("Cancel"));
    QVERIFY(fixture.waitForEnd());
    QCOMPARE(fixture.button().text(), QStringLiteral("Measure"));

    const auto options = fixture.fields().options();
    ErfDocument expected{.experiment = {}, .options = options, .device = {}, .warnings = {}, .results = {}};
    for (const auto& [id, spec] : {std::pair(first, "global.pth:name=First"), std::pair(second, "bicubic:scale=4")}) {
        const auto& entry = fixture.entry(id);
        expected.results.push_back({.card = entry.card, .result = fieldOf(spec, *entry.lr, options)});
        QCOMPARE(fixture.images(id), 4);
    }
    const auto cells = erfTable(expected);
    auto& table = fixture.table();
    QCOMPARE(table.rowCount(), 2);
    QCOMPARE(table.columnCount(), static_cast<int>(cells.front().size()));
    for (int column = 0; column + 1 < table.columnCount(); ++column) {  // without the seconds
        const auto at = static_cast<std::size_t>(column);
        QCOMPARE(table.horizontalHeaderItem(column)->text(), QString::fromStdString(cells[0][at]));
        for (int row = 0; row < 2; ++row) {
            auto text = table.item(row, column)->text();
            QCOMPARE(text.replace(QChar(0x2013), QLatin1Char('-')),
                     QString::fromStdString(cells[static_cast<std::size_t>(row) + 1][at]));
        }
    }

    fixture.copy("copyFieldText");
    QCOMPARE(QApplication::clipboard()->text(), QString::fromStdString(toText(fixture.fields().document())));
    fixture.copy("copyFieldCsv");
    const auto lines = QApplication::clipboard()->text().trimmed().split(QLatin1Char('\n'));
    QCOMPARE(lines.size(), qsizetype{3});
    QVERIFY(lines[0].startsWith(QStringLiteral("network,preset,scale,side,images")));
    QVERIFY(lines[1].startsWith(QStringLiteral("First,exact,4,32,4,")));

    // A network that is hidden has no row; one that comes has not been measured.
    fixture.session().setShown(first, false);
    QCOMPARE(table.rowCount(), 1);
    fixture.add("global.pth:name=Third");
    QCOMPARE(table.rowCount(), 2);
    QCOMPARE(table.item(1, 1)->text(), QString(QChar(0x2013)));
}

void ErfWindowTest::whatIsMeasuredStaysWhenCancelled() {
    const ErfFixture fixture;
    const std::vector<NetworkId> ids{fixture.add("slow.pth:name=A"), fixture.add("slow.pth:name=B"),
                                     fixture.add("slow.pth:name=C")};
    QVERIFY(fixture.waitForMaps());
    fixture.openPanel();
    fixture.chooseSide(16);  // 16 crops of each
    const auto all = [&] { return fixture.images(ids[0]) + fixture.images(ids[1]) + fixture.images(ids[2]); };
    fixture.clickMeasure();
    QVERIFY(QTest::qWaitFor([&] { return all() > 0; }, patienceMs));
    fixture.clickMeasure();
    QVERIFY(fixture.waitForEnd());
    const int measured = all();
    QVERIFY(measured > 0 && measured < 48);
    QTest::qWait(100);
    QCOMPARE(all(), measured);
    // That it was stopped is said in the panel, in the table and in the document.
    QCOMPARE(testing::shownTexts(fixture.panel()).filter(QStringLiteral("Stopped before its end")).size(),
             qsizetype{1});
    const auto document = fixture.fields().document();
    QVERIFY(document.warnings.front().starts_with("Stopped before its end"));
    bool isUnfinished = false;
    for (std::size_t i = 0; i < document.results.size(); ++i) {
        const auto& result = document.results[i].result;
        if (result.images < 16) {
            isUnfinished = true;
            QCOMPARE(fixture.table().item(static_cast<int>(i), 3)->text(),
                     QStringLiteral("%1 of 16").arg(result.images));
            QVERIFY(QString::fromStdString(toJson(document))
                        .contains(QStringLiteral("ended after %1 of 16 images").arg(result.images)));
        }
    }
    QVERIFY(isUnfinished);

    fixture.clickMeasure();
    QCOMPARE(all(), 0);
    QVERIFY(fixture.fields().remark().isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return all() > 0; }, patienceMs));
    fixture.window->probe().grid().setFocus();
    fixture.key(Qt::Key_Escape);  // stops everything
    QVERIFY(fixture.waitForEnd());
    QVERIFY(all() < 48);
}

void ErfWindowTest::anotherImageOrEngineEndsTheMeasurement() {
    const ErfFixture fixture;
    const auto id = fixture.add("slow.pth");
    QVERIFY(fixture.waitForMaps());
    fixture.openPanel();
    fixture.chooseSide(16);
    fixture.clickMeasure();
    QVERIFY(QTest::qWaitFor([&] { return fixture.images(id) > 0; }, patienceMs));
    fixture.session().setReduction(Reduction::Matlab);
    QVERIFY(fixture.fields().measured(id) == nullptr);
    QVERIFY(fixture.waitForEnd());
    QVERIFY(!fixture.table().isVisible());
    QVERIFY(fixture.fields().remark().contains(QStringLiteral("another image, role or reduction")));

    fixture.clickMeasure();
    QVERIFY(fixture.fields().isMeasuring());
    QVERIFY(QTest::qWaitFor([&] { return fixture.images(id) > 0; }, patienceMs));
    LiveEngineOptions options;
    options.threads = 1;
    options.load = test::loadAnalytic;
    fixture.window->controller().restart(options);
    QVERIFY(!fixture.fields().isMeasuring());
    QVERIFY(fixture.fields().measured(id) == nullptr);  // of the device that has gone
    QCOMPARE(testing::shownTexts(fixture.panel()).filter(QStringLiteral("computing began anew")).size(), qsizetype{1});
    QVERIFY(QTest::qWaitFor([&] { return fixture.entry(id).state == NetworkEntry::State::Ready; }, patienceMs));
    fixture.clickMeasure();
    QVERIFY(fixture.waitForEnd());
    QCOMPARE(fixture.images(id), 16);
    QVERIFY(fixture.fields().remark().isEmpty());

    // Numbers of another device or number of threads are not those of now, measured to their end or not.
    fixture.window->controller().restart(options);
    QVERIFY(fixture.fields().measured(id) == nullptr);
}

void ErfWindowTest::aSideThatDoesNotFitIsSaid() {
    const ErfFixture fixture;
    fixture.add("global.pth:name=First");
    QVERIFY(fixture.waitForMaps());
    fixture.openPanel();
    fixture.chooseSide(96);
    fixture.clickMeasure();
    QVERIFY(fixture.waitForEnd());
    const auto said = testing::shownTexts(fixture.panel()).filter(QStringLiteral("First: "));
    QCOMPARE(said.size(), qsizetype{1});
    QVERIFY(said[0].contains(QStringLiteral("does not hold 96x96")));
    const auto warnings = fixture.fields().document().warnings;
    QCOMPARE(warnings.size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(warnings.front()), said[0]);
}

void ErfWindowTest::theLayerFollowsTheBoxWhileItIsShown() {
    const ErfFixture fixture;
    const auto id = fixture.add("bicubic:scale=4");
    QVERIFY(fixture.waitForMaps());
    fixture.window->probe().grid().setFocus();
    QVERIFY(fixture.entry(id).field.result == nullptr);
    fixture.showLayer();
    QVERIFY(fixture.waitForField(id));
    QCOMPARE(fixture.cellOf(id), fixture.middleOfBox());
    const auto& picture = fixture.view(id).picture();
    QCOMPARE(picture.map.picture.size(), QSize(lrSide, lrSide));
    // The squares of bicubic with more than 99 %: 5 LR pixels, of 4 pixels of the box grid.
    QCOMPARE(picture.map.outline.boundingRect().size(), QSizeF(20.0, 20.0));
    const QPointF middle(scale * (fixture.middleOfBox().x() + 0.5), scale * (fixture.middleOfBox().y() + 0.5));
    QCOMPARE(picture.map.outline.boundingRect().center(), middle);
    QTest::mouseMove(&fixture.view(id), fixture.at(id, middle.x(), middle.y()));
    // Bicubic's share at the cell, 0.52080, is known in closed form.
    QVERIFY(testing::shownTexts(*fixture.window).contains(QStringLiteral("52.1 % of the field")));

    const auto before = fixture.cellOf(id);
    fixture.key(Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(fixture.waitForField(id));
    QCOMPARE(fixture.cellOf(id), fixture.middleOfBox());
    QVERIFY(fixture.cellOf(id) != before);
    // At the edge the crop is moved, not the pixel that it looks from.
    fixture.session().setBox({0, 0, 16});
    QVERIFY(fixture.waitForField(id));
    QCOMPARE(fixture.cellOf(id), fixture.middleOfBox());

    // Hidden, it is not computed; shown again, it is the box's of now.
    auto view = fixture.session().view();
    view.layer = Layer::Sr;
    fixture.session().setView(view);
    fixture.key(Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(fixture.waitForMaps());
    QTest::qWait(100);
    QVERIFY(fixture.entry(id).field.stale);
    fixture.showLayer();
    QVERIFY(fixture.waitForField(id));
    QCOMPARE(fixture.cellOf(id), fixture.middleOfBox());
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::ErfWindowTest)
#include "erf_test.moc"
