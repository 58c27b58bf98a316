// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/results_panel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "panels/results_document.h"
#include "panels/results_model.h"
#include "report/result_tables.h"
#include "ui/panels/example_session.h"

namespace lamscope::ui {

namespace {

int columnOf(const char* key) {
    return ResultsModel::columnOf(key);
}

}  // namespace

using test::addReady;
using test::exampleResult;
using test::giveResult;
using test::makeStale;

class ResultsPanelTest : public QObject {
    Q_OBJECT

    [[nodiscard]] QString text(int row, int column) const;
    [[nodiscard]] QStringList namesInOrder() const;
    [[nodiscard]] QToolButton* button(const char* name) const;
    [[nodiscard]] bool anyLabelContains(const QString& part) const;

    std::unique_ptr<Session> session_;
    std::unique_ptr<ResultsPanel> panel_;
    QTableView* table_ = nullptr;
    NetworkId first_ = 0;
    NetworkId second_ = 0;
    NetworkId third_ = 0;

private slots:
    void init();
    void cleanup();

    void theModelKeepsTheRulesOfItemModels();
    void aRowHoldsTheNumbers();
    void headingsAreThoseOfTheWindow();
    void differencesAreToTheReference();
    void sortingIsByRawValuesWithMissingOnesLast();
    void columnsWithoutValuesAreHidden();
    void staleRowsAreMarkedAndNotCopied();
    void hiddenNetworksHaveNoRow();
    void selectionFollowsTheSessionBothWays();
    void copiedCsvIsTheCoresInTheOrderShown();
    void otherFormatsAreCopiedOrAskedFor();
    void namesInTheDocumentAreUnique();
    void titleAndDescriptionSayWhatWasComputed();
    void warningsOfTheSelectedResultAreShown();
};

void ResultsPanelTest::init() {
    session_ = std::make_unique<Session>();
    first_ = addReady(*session_, "first.pth");
    second_ = addReady(*session_, "second.pth");
    third_ = addReady(*session_, "third.pth");
    giveResult(*session_, first_, exampleResult(9.5, 78.25));
    giveResult(*session_, second_, exampleResult(20.0, 60.0));
    panel_ = std::make_unique<ResultsPanel>(*session_);
    table_ = panel_->findChild<QTableView*>();
    panel_->resize(900, 500);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
}

void ResultsPanelTest::cleanup() {
    panel_.reset();
    session_.reset();
}

QString ResultsPanelTest::text(int row, int column) const {
    return table_->model()->index(row, column).data().toString();
}

QStringList ResultsPanelTest::namesInOrder() const {
    QStringList names;
    for (int row = 0; row < table_->model()->rowCount(); ++row) {
        names += text(row, ResultsModel::Network);
    }
    return names;
}

QToolButton* ResultsPanelTest::button(const char* name) const {
    return panel_->findChild<QToolButton*>(QLatin1String(name));
}

bool ResultsPanelTest::anyLabelContains(const QString& part) const {
    const auto labels = panel_->findChildren<QLabel*>();
    return std::ranges::any_of(labels,
                               [&](const QLabel* label) { return !label->isHidden() && label->text().contains(part); });
}

void ResultsPanelTest::theModelKeepsTheRulesOfItemModels() {
    ResultsModel model(*session_);
    ResultsOrder order(model);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const QAbstractItemModelTester orderTester(&order, QAbstractItemModelTester::FailureReportingMode::QtTest);
    order.sort(columnOf("di"), Qt::DescendingOrder);
    session_->moveNetwork(first_, 2);
    session_->setShown(second_, false);
    addReady(*session_, "fourth.pth");
    session_->setShown(second_, true);
    giveResult(*session_, third_, exampleResult(1.0, 2.0));
    session_->removeNetwork(first_);
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.columnCount(), 18);
}

void ResultsPanelTest::aRowHoldsTheNumbers() {
    QCOMPARE(text(0, ResultsModel::Network), QStringLiteral("first"));
    QCOMPARE(text(0, columnOf("di")), QStringLiteral("9.50"));
    QCOMPARE(text(0, columnOf("mass95_pixels")), QStringLiteral("855"));
    QCOMPARE(text(0, columnOf("radius_pixels")), QStringLiteral("8.8"));
    QCOMPARE(text(0, columnOf("detector_image")), QStringLiteral("79.25"));
    QCOMPARE(text(0, columnOf("detector_difference")), QStringLiteral("78.25"));
    QCOMPARE(text(0, columnOf("completeness_error")), QStringLiteral("−0.40 %"));
    QCOMPARE(text(0, columnOf("nodes")), QStringLiteral("27"));
    QCOMPARE(text(0, columnOf("estimated_map_error")), QStringLiteral("0.030"));
    QCOMPARE(text(0, columnOf("seconds")), QStringLiteral("0.82 s"));
    for (int column = columnOf("di"); column < table_->model()->columnCount(); ++column) {
        QCOMPARE(text(2, column), QStringLiteral("–"));
        const auto alignment = table_->model()->index(0, column).data(Qt::TextAlignmentRole);
        QVERIFY(alignment.value<Qt::Alignment>().testFlag(Qt::AlignRight));
        QVERIFY(!table_->model()->headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
    }
}

void ResultsPanelTest::headingsAreThoseOfTheWindow() {
    QStringList headings;
    for (int column = 0; column < table_->model()->columnCount(); ++column) {
        headings += table_->model()->headerData(column, Qt::Horizontal).toString();
    }
    QCOMPARE(headings, (QStringList{"network", "DI", "ΔDI", "95 % px", "radius", "D(F(I))", "ΔD", "compl.", "nodes",
                                    "est. err", "PSNR patch", "PSNR", "time", "rain ×", "E_R", "E_B", "τ", "slope"}));
    QCOMPARE(columnOf("psnr"), 11);
    QCOMPARE(columnOf("gini"), -1);  // in CSV and JSON only
}

void ResultsPanelTest::differencesAreToTheReference() {
    const int column = columnOf("di_difference");
    QCOMPARE(text(0, column), QStringLiteral("ref"));
    QCOMPARE(text(1, column), QStringLiteral("+10.50"));
    session_->setReference(second_);
    QCOMPARE(text(0, column), QStringLiteral("−10.50"));
    QCOMPARE(text(1, column), QStringLiteral("ref"));
    makeStale(*session_, second_);  // maps of different boxes are not compared
    QCOMPARE(text(0, column), QStringLiteral("–"));
    makeStale(*session_, first_);  // nor two old ones, which may be of different boxes, too
    QCOMPARE(text(0, column), QStringLiteral("–"));
}

void ResultsPanelTest::sortingIsByRawValuesWithMissingOnesLast() {
    // As text "9.50" would come after "20.00".
    table_->sortByColumn(columnOf("di"), Qt::DescendingOrder);
    QCOMPARE(namesInOrder(), (QStringList{"second", "first", "third"}));
    table_->sortByColumn(columnOf("di"), Qt::AscendingOrder);
    QCOMPARE(namesInOrder(), (QStringList{"first", "second", "third"}));
    giveResult(*session_, third_, exampleResult(12.0, 66.0));
    QCOMPARE(namesInOrder(), (QStringList{"first", "third", "second"}));
    // A click on a header sorts; without sorting the session's order holds.
    auto* header = table_->horizontalHeader();
    const int x = header->sectionViewportPosition(columnOf("detector_difference")) + 10;
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, QPoint(x, header->height() / 2));
    QCOMPARE(header->sortIndicatorSection(), columnOf("detector_difference"));
    table_->sortByColumn(-1, Qt::AscendingOrder);
    QCOMPARE(namesInOrder(), (QStringList{"first", "second", "third"}));
}

void ResultsPanelTest::columnsWithoutValuesAreHidden() {
    QVERIFY(table_->isColumnHidden(columnOf("psnr")));
    QVERIFY(table_->isColumnHidden(columnOf("psnr_patch")));
    QVERIFY(!table_->isColumnHidden(columnOf("estimated_map_error")));
    auto result = exampleResult(9.5, 78.25);
    result.psnr = 27.128;
    result.psnrPatch = std::numeric_limits<double>::infinity();
    result.estimatedMapError.reset();
    giveResult(*session_, first_, result);
    QVERIFY(!table_->isColumnHidden(columnOf("psnr")));
    QCOMPARE(text(0, columnOf("psnr")), QStringLiteral("27.13"));
    QCOMPARE(text(0, columnOf("psnr_patch")), QStringLiteral("∞"));
    session_->setShown(second_, false);
    QVERIFY(table_->isColumnHidden(columnOf("estimated_map_error")));
}

void ResultsPanelTest::staleRowsAreMarkedAndNotCopied() {
    makeStale(*session_, first_);
    QVERIFY(table_->model()->index(0, 0).data(ResultsModel::StaleRole).toBool());
    QCOMPARE(text(0, columnOf("di")), QStringLiteral("9.50"));
    const auto document = panel_->document();
    QCOMPARE(document.results.size(), 1U);
    QCOMPARE(document.results.front().card.name, std::string("second"));
    makeStale(*session_, second_);
    QVERIFY(!button("copyCsv")->isEnabled());
}

void ResultsPanelTest::hiddenNetworksHaveNoRow() {
    session_->setShown(first_, false);
    QCOMPARE(namesInOrder(), (QStringList{"second", "third"}));
    QCOMPARE(resultsDocument(*session_).results.size(), 1U);
}

void ResultsPanelTest::selectionFollowsTheSessionBothWays() {
    table_->sortByColumn(columnOf("di"), Qt::DescendingOrder);
    session_->select(first_);
    QCOMPARE(table_->currentIndex().row(), 1);
    QTest::mouseClick(table_->viewport(), Qt::LeftButton, {},
                      table_->visualRect(table_->model()->index(0, 1)).center());
    QCOMPARE(session_->selected(), second_);
    session_->setShown(second_, false);
    QCOMPARE(session_->selected(), second_);
    QVERIFY(!table_->currentIndex().isValid());
}

void ResultsPanelTest::copiedCsvIsTheCoresInTheOrderShown() {
    table_->sortByColumn(columnOf("di"), Qt::DescendingOrder);
    QTest::mouseClick(button("copyCsv"), Qt::LeftButton);
    const auto copied = QApplication::clipboard()->text();
    QCOMPARE(copied, QString::fromStdString(toCsv(resultsDocument(*session_, {second_, first_}))));
    const auto lines = copied.split(u'\n');
    QCOMPARE(lines.size(), 4);  // the header, two networks, and what follows the last line's end
    QVERIFY(lines[1].startsWith(QStringLiteral("second,IMDN,4,715176,")));
    QVERIFY(lines[2].startsWith(QStringLiteral("first,IMDN,4,715176,")));
}

void ResultsPanelTest::otherFormatsAreCopiedOrAskedFor() {
    QTest::mouseClick(button("copyText"), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), QString::fromStdString(toText(resultsDocument(*session_))));
    QTest::mouseClick(button("copyLatex"), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), QString::fromStdString(toLatex(resultsDocument(*session_))));
    const QSignalSpy asked(panel_.get(), &ResultsPanel::commandRequested);
    QTest::mouseClick(button("copyCommand"), Qt::LeftButton);
    QCOMPARE(asked.count(), 1);
}

void ResultsPanelTest::namesInTheDocumentAreUnique() {
    const auto twin = addReady(*session_, "other/first.pth");
    giveResult(*session_, twin, exampleResult(5.0, 4.0));
    const auto document = resultsDocument(*session_, {twin, first_});
    QCOMPARE(document.results.size(), 2U);
    QCOMPARE(document.results[0].card.name, std::string("first-2"));
    QCOMPARE(document.results[1].card.name, std::string("first"));
    QCOMPARE(document.plan.options.patch, (Patch{120, 120, 16}));
}

void ResultsPanelTest::titleAndDescriptionSayWhatWasComputed() {
    session_->setImage({.file = "scene.png", .sha256 = "ab", .pixels = std::make_shared<const Image>(64, 64)});
    session_->setBox({120, 100, 16});
    QVERIFY(anyLabelContains(QStringLiteral("(120, 100) 16 × 16")));
    auto options = session_->options();
    options.preset = Preset::Official;
    session_->setOptions(options);
    QVERIFY(anyLabelContains(QStringLiteral("σ 1.2, 9 × 9 kernel, 50 right endpoints, gradient detector")));
    options.preset = Preset::Exact;
    session_->setOptions(options);
    QVERIFY(anyLabelContains(QStringLiteral("LR 64 × 64, σ 1.2, 9 × 9 kernel, secant rule, gradient detector")));
    auto byMidpoints = exampleResult(9.5, 78.25);
    byMidpoints.rule = IntegrationRule::Midpoints;
    giveResult(*session_, first_, byMidpoints);
    QVERIFY(anyLabelContains(QStringLiteral("kernel, arc-length midpoints, gradient detector")));
    QCOMPARE(text(0, columnOf("completeness_error")), QStringLiteral("−0.40 %"));
    auto byCells = byMidpoints;
    byCells.rule = IntegrationRule::Secant;
    byCells.attributionSum = byCells.detectorImage - byCells.detectorBaseline;
    byCells.completenessError = 0.0;
    giveResult(*session_, first_, byCells);
    QVERIFY(anyLabelContains(QStringLiteral("kernel, secant rule, gradient detector")));
    QCOMPARE(text(0, columnOf("completeness_error")), QStringLiteral("exact"));
    giveResult(*session_, first_, exampleResult(9.5, 78.25));
    QVERIFY(anyLabelContains(QStringLiteral("largest estimated map error 0.030")));
    const auto document = resultsDocument(*session_);
    QCOMPARE(document.scene().image, std::filesystem::path("scene.png"));
    QVERIFY(document.scene().role == ImageRole::Lr);
}

void ResultsPanelTest::warningsOfTheSelectedResultAreShown() {
    auto result = exampleResult(9.5, 78.25);
    result.warnings = {"the patch is flat"};
    giveResult(*session_, first_, result);
    session_->select(second_);
    QVERIFY(!anyLabelContains(QStringLiteral("the patch is flat")));
    session_->select(first_);
    QVERIFY(anyLabelContains(QStringLiteral("the patch is flat")));
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::ResultsPanelTest)
#include "results_panel_test.moc"
