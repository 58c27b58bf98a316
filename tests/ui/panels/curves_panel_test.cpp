// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/curves_panel.h"

#include <QFile>
#include <QLabel>
#include <QMap>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <qcustomplot.h>

#include "base/error.h"
#include "panels/label_places.h"
#include "ui/panels/example_session.h"

namespace lamscope::ui {

using test::addReady;
using test::exampleResult;
using test::giveResult;
using test::makeStale;

namespace {

QPoint pixelOf(const QCustomPlot& plot, double alpha) {
    return {qRound(plot.xAxis->coordToPixel(alpha)), plot.axisRect()->center().y()};
}

}  // namespace

class CurvesPanelTest : public QObject {
    Q_OBJECT

    [[nodiscard]] QLabel* readout() const;

    std::unique_ptr<Session> session_;
    std::unique_ptr<CurvesPanel> panel_;
    QList<QCustomPlot*> plots_;
    NetworkId first_ = 0;
    NetworkId second_ = 0;

private slots:
    void init();
    void cleanup();

    void everyShownNetworkHasItsCurves();
    void curvesRunFromTheBaselineToTheImage();
    void aMarkShowsWhereThePathRests();
    void theCumulativePlotHasTheTargets();
    void staleCurvesAreFaintAndTheSelectedIsThick();
    void curvesEndWithTheirDigits();
    void digitsOfCurvesThatEndAtTheAxisStayAboveIt();
    void labelsKeepApartAndInside();
    void hiddenNetworksHaveNoCurve();
    void theValueAxisFitsTheCurves();
    void hoveringTellsThePathPosition();
    void theReadoutInterpolates();
    void leavingTakesTheCursorAway();
    void pdfIsWrittenWhole();
    void thePictureIsBlackOnWhite();
    void aBrokenResultDrawsGaps();
};

void CurvesPanelTest::init() {
    session_ = std::make_unique<Session>();
    first_ = addReady(*session_, "first.pth");
    second_ = addReady(*session_, "second.pth");
    giveResult(*session_, first_, exampleResult(9.5, 80.0));
    giveResult(*session_, second_, exampleResult(20.0, 60.0, 9));
    panel_ = std::make_unique<CurvesPanel>(*session_);
    panel_->resize(1000, 220);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    plots_ = panel_->findChildren<QCustomPlot*>();
    QCOMPARE(plots_.size(), 3);
    for (auto* plot : plots_) {
        plot->replot();  // lays out the axes now
    }
}

void CurvesPanelTest::cleanup() {
    panel_.reset();
    session_.reset();
}

QLabel* CurvesPanelTest::readout() const {
    for (auto* label : panel_->findChildren<QLabel*>()) {
        if (label->isWindow()) {
            return label;
        }
    }
    return nullptr;
}

void CurvesPanelTest::everyShownNetworkHasItsCurves() {
    // The selected network, here the first, is drawn last.
    QCOMPARE(session_->selected(), first_);
    const auto& result = *session_->network(first_)->result;
    const auto& curves = result.curves;
    const std::array<const std::vector<double>*, 2> expected{&curves.detector, &curves.pathSpeed};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        auto* plot = plots_[static_cast<int>(i)];
        const int before = i == 0 ? 1 : 0;  // D is known at α = 0, the speed is not
        QCOMPARE(plot->graphCount(), 2);
        QCOMPARE(plot->graph(0)->dataCount(), 9 + 2 * before);
        QCOMPARE(plot->graph(1)->dataCount(), 27 + 2 * before);
        QCOMPARE(plot->graph(1)->name(), QStringLiteral("1 first"));
        QCOMPARE(plot->graph(1)->pen().color(), session_->network(first_)->colour);
        for (int node = 0; node < 27; ++node) {
            const auto& point = *plot->graph(1)->data()->at(node + before);
            QCOMPARE(point.key, curves.alpha[static_cast<std::size_t>(node)]);
            QCOMPARE(point.value, (*expected.at(i))[static_cast<std::size_t>(node)]);
        }
    }
}

void CurvesPanelTest::curvesRunFromTheBaselineToTheImage() {
    const auto& result = *session_->network(first_)->result;
    const auto* detector = plots_[0]->graph(1);
    const auto* cumulative = plots_[2]->graph(2);  // two networks with a target each
    for (const auto* graph : {detector, cumulative}) {
        QCOMPARE(graph->dataMainKey(0), 0.0);
        QCOMPARE(graph->dataMainKey(graph->dataCount() - 1), 1.0);
    }
    QCOMPARE(detector->dataMainValue(0), result.detectorBaseline);
    QCOMPARE(detector->dataMainValue(detector->dataCount() - 1), result.detectorImage);
    QCOMPARE(cumulative->dataMainValue(0), 0.0);
    QCOMPARE(cumulative->dataMainValue(cumulative->dataCount() - 1), result.attributionSum);
    // A preset with a node at the end keeps that node's value.
    auto ended = result;
    ended.curves.alpha.back() = 1.0;
    ended.curves.detector.back() = 70.0;
    giveResult(*session_, first_, ended);
    QCOMPARE(plots_[0]->graph(1)->dataCount(), 28);
    QCOMPARE(plots_[0]->graph(1)->dataMainValue(27), 70.0);
}

void CurvesPanelTest::aMarkShowsWhereThePathRests() {
    const auto markOf = [](QCustomPlot* plot) -> std::optional<double> {
        for (int i = 0; i < plot->itemCount(); ++i) {
            const auto* line = qobject_cast<QCPItemStraightLine*>(plot->item(i));
            if (line != nullptr && line->pen().style() == Qt::DotLine && line->visible()) {
                return line->point1->key();
            }
        }
        return std::nullopt;
    };
    for (auto* plot : plots_) {
        QVERIFY(!markOf(plot));
    }
    auto result = *session_->network(first_)->result;
    result.curves.restsFrom = 0.75;
    giveResult(*session_, first_, result);
    for (auto* plot : plots_) {
        QCOMPARE(markOf(plot), std::optional(0.75));
    }
    QTest::mouseMove(plots_[0], pixelOf(*plots_[0], 0.6));
    QVERIFY(!readout()->text().contains(QStringLiteral("rest")));
    QTest::mouseMove(plots_[0], pixelOf(*plots_[0], 0.9));
    QVERIFY(readout()->text().contains(QStringLiteral("rest")));
    session_->select(second_);  // whose path moves to its end
    QVERIFY(!markOf(plots_[0]));
}

void CurvesPanelTest::theCumulativePlotHasTheTargets() {
    auto* plot = plots_[2];
    QCOMPARE(plot->graphCount(), 4);
    std::vector<double> targets;
    for (int i = 0; i < plot->graphCount(); ++i) {
        if (plot->graph(i)->pen().style() == Qt::DashLine) {
            QCOMPARE(plot->graph(i)->dataMainKey(0), 0.0);
            QCOMPARE(plot->graph(i)->dataMainKey(1), 1.0);
            QCOMPARE(plot->graph(i)->dataMainValue(0), plot->graph(i)->dataMainValue(1));
            targets.push_back(plot->graph(i)->dataMainValue(0));
        }
    }
    std::ranges::sort(targets);
    QCOMPARE(targets, (std::vector<double>{60.0, 80.0}));
}

void CurvesPanelTest::staleCurvesAreFaintAndTheSelectedIsThick() {
    auto* plot = plots_[0];
    QVERIFY(plot->graph(1)->pen().widthF() > plot->graph(0)->pen().widthF());
    session_->select(second_);
    QCOMPARE(plot->graph(1)->name(), QStringLiteral("2 second"));
    makeStale(*session_, first_);
    QVERIFY(plot->graph(0)->pen().color().alphaF() < 0.5F);
    QCOMPARE(plot->graph(1)->pen().color().alphaF(), 1.0F);
}

namespace {

/// The places of the digits at the ends of curves.
QMap<QString, QPointF> digitsOf(QCustomPlot* plot) {
    QMap<QString, QPointF> digits;
    for (int i = 0; i < plot->itemCount(); ++i) {
        const auto* text = qobject_cast<QCPItemText*>(plot->item(i));
        if (text != nullptr && text->text().size() == 1) {
            digits[text->text()] = text->position->pixelPosition();
        }
    }
    return digits;
}

}  // namespace

void CurvesPanelTest::curvesEndWithTheirDigits() {
    auto result = exampleResult(9.5, 60.0);  // both curves end at one value
    result.detectorImage = session_->network(second_)->result->detectorImage;
    giveResult(*session_, first_, result);
    plots_[0]->replot();
    const auto digits = digitsOf(plots_[0]);
    QCOMPARE(digits.keys(), (QStringList{QStringLiteral("1"), QStringLiteral("2")}));
    const double right = plots_[0]->axisRect()->right();
    for (const auto& place : digits) {
        QVERIFY(place.x() > right && place.x() < plots_[0]->width() - 5);
    }
    QVERIFY(std::abs(digits[QStringLiteral("1")].y() - digits[QStringLiteral("2")].y()) >= 6.0);
    session_->setShown(first_, false);
    QCOMPARE(digitsOf(plots_[0]).keys(), QStringList{QStringLiteral("2")});
}

void CurvesPanelTest::digitsOfCurvesThatEndAtTheAxisStayAboveIt() {
    for (const auto id : {first_, second_}) {
        auto result = *session_->network(id)->result;
        result.curves.pathSpeed.back() = 0.0;
        giveResult(*session_, id, result);
    }
    auto* plot = plots_[1];
    plot->replot();
    const auto digits = digitsOf(plot);
    QCOMPARE(digits.size(), 2);
    for (const auto& place : digits) {
        QVERIFY(place.y() < plot->axisRect()->bottom() - 2.0);
    }
    QVERIFY(std::abs(digits[QStringLiteral("1")].y() - digits[QStringLiteral("2")].y()) >= 6.0);
}

void CurvesPanelTest::labelsKeepApartAndInside() {
    using Places = std::vector<double>;
    QCOMPARE(placedApart({}, 10.0, 0.0, 100.0), Places());
    QCOMPARE(placedApart({70.0, 20.0, 50.0}, 10.0, 0.0, 100.0), (Places{70.0, 20.0, 50.0}));
    // Equal places part to both sides; the mean, and so the sum of squares, is least where it was.
    QCOMPARE(placedApart({50.0, 50.0, 50.0}, 10.0, 0.0, 100.0), (Places{40.0, 50.0, 60.0}));
    QCOMPARE(placedApart({52.0, 50.0}, 10.0, 0.0, 100.0), (Places{56.0, 46.0}));
    // Pushed from the end, the block takes the next label with it.
    QCOMPARE(placedApart({100.0, 100.0, 88.0}, 10.0, 0.0, 96.0), (Places{86.0, 96.0, 76.0}));
    QCOMPARE(placedApart({-5.0, 3.0, 60.0}, 10.0, 0.0, 100.0), (Places{0.0, 10.0, 60.0}));
    // Ten labels of 20 in a room of 90: equal distances of 10.
    const auto crowded = placedApart(Places(10, 45.0), 20.0, 0.0, 90.0);
    for (std::size_t i = 0; i < crowded.size(); ++i) {
        QCOMPARE(crowded[i], 10.0 * static_cast<double>(i));
    }
}

void CurvesPanelTest::hiddenNetworksHaveNoCurve() {
    session_->setShown(second_, false);
    QCOMPARE(plots_[0]->graphCount(), 1);
    session_->setShown(first_, false);
    QCOMPARE(plots_[0]->graphCount(), 0);
    QVERIFY(!plots_[0]->isVisible());  // in its place: when curves will appear
}

void CurvesPanelTest::theValueAxisFitsTheCurves() {
    QVERIFY(plots_[2]->yAxis->range().contains(80.0));
    QVERIFY(plots_[2]->yAxis->range().contains(0.0));
    auto result = exampleResult(9.5, -300.0);
    giveResult(*session_, first_, result);
    QVERIFY(plots_[2]->yAxis->range().contains(-300.0));
    QCOMPARE(plots_[2]->xAxis->range().lower, 0.0);
    QCOMPARE(plots_[2]->xAxis->range().upper, 1.0);
}

void CurvesPanelTest::hoveringTellsThePathPosition() {
    const QSignalSpy hovered(panel_.get(), &CurvesPanel::pathPositionHovered);
    QTest::mouseMove(plots_[1], pixelOf(*plots_[1], 0.5));
    QVERIFY(!hovered.isEmpty());
    const double width = plots_[1]->axisRect()->width();
    QVERIFY(std::abs(hovered.last().front().toDouble() - 0.5) <= 1.0 / width);
    // One cursor through all plots.
    for (auto* plot : plots_) {
        QVERIFY(plot->item(0)->visible());
        const auto* line = qobject_cast<QCPItemStraightLine*>(plot->item(0));
        QVERIFY(line != nullptr);
        QCOMPARE(line->point1->key(), hovered.last().front().toDouble());
    }
}

void CurvesPanelTest::theReadoutInterpolates() {
    // The speed 2 + 6α is linear, so that interpolation is exact, and the blur falls from 1.2 to 0.
    const QSignalSpy hovered(panel_.get(), &CurvesPanel::pathPositionHovered);
    QTest::mouseMove(plots_[0], pixelOf(*plots_[0], 0.25));
    QVERIFY(!hovered.isEmpty());
    const double alpha = hovered.last().front().toDouble();
    QVERIFY(readout() != nullptr);
    QVERIFY(readout()->isVisible());
    const auto text = readout()->text();
    QVERIFY2(text.contains(QString::number(2.0 + 6.0 * alpha, 'f', 2)), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("σ ") + QString::number(1.2 * (1.0 - alpha), 'f', 2)), qPrintable(text));
}

void CurvesPanelTest::leavingTakesTheCursorAway() {
    const QSignalSpy left(panel_.get(), &CurvesPanel::pathPositionLeft);
    QTest::mouseMove(plots_[0], pixelOf(*plots_[0], 0.6));
    QVERIFY(plots_[2]->item(0)->visible());
    QTest::mouseMove(plots_[0], QPoint(2, 2));  // beside the title, outside the axes
    QCOMPARE(left.count(), 1);
    QVERIFY(!plots_[2]->item(0)->visible());
    QVERIFY(!readout()->isVisible());
}

void CurvesPanelTest::pdfIsWrittenWhole() {
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "curves.pdf";
    panel_->savePdf(path);
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto bytes = file.readAll();
    QVERIFY(bytes.startsWith("%PDF-"));
    QVERIFY(bytes.trimmed().endsWith("%%EOF"));
    QVERIFY_EXCEPTION_THROWN(panel_->savePdf(path.parent_path() / "missing" / "curves.pdf"), Error);
}

void CurvesPanelTest::thePictureIsBlackOnWhite() {
    QPalette dark;
    dark.setColor(QPalette::Base, QColor(30, 30, 30));
    dark.setColor(QPalette::Text, QColor(230, 230, 230));
    panel_->setPalette(dark);
    const auto picture = panel_->picture(2.0);
    QCOMPARE(picture.pixelColor(1, 1), QColor(Qt::white));
    QCOMPARE(picture.pixelColor(picture.width() / 2, 1), QColor(Qt::white));
    // Somewhere the first network's colour.
    bool found = false;
    for (int y = 0; y < picture.height() && !found; ++y) {
        for (int x = 0; x < picture.width() && !found; ++x) {
            found = picture.pixelColor(x, y) == session_->network(first_)->colour;
        }
    }
    QVERIFY(found);
    // The window keeps its own colours.
    plots_[0]->replot();
    QCOMPARE(plots_[0]->grab().toImage().pixelColor(1, 1), QColor(30, 30, 30));
}

void CurvesPanelTest::aBrokenResultDrawsGaps() {
    auto result = exampleResult(9.5, 80.0);
    result.curves.detector[3] = std::numeric_limits<double>::quiet_NaN();
    result.detectorImage = std::numeric_limits<double>::quiet_NaN();
    giveResult(*session_, first_, result);
    for (auto* plot : plots_) {
        plot->replot();
        QVERIFY(std::isfinite(plot->yAxis->range().lower));
        QVERIFY(std::isfinite(plot->yAxis->range().upper));
    }
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::CurvesPanelTest)
#include "curves_panel_test.moc"
