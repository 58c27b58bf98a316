// SPDX-License-Identifier: GPL-3.0-or-later
// A plot of a study in the window: room, names, and the keyboard.
#include "panels/study_plot_view.h"

#include <QSignalSpy>
#include <QTest>
#include <qcustomplot.h>

namespace lamscope::ui {

namespace {

/// Means of networks at places of a plot.
StudyPlot plotOf(const std::vector<QPointF>& places) {
    StudyPlot plot{.name = "psnr_over_di", .title = "PSNR over DI", .x = {"DI"}, .y = {"PSNR [dB]"}};
    plot.namesAtPoints = true;
    for (std::size_t i = 0; i < places.size(); ++i) {
        plot.networks.push_back("network-of-a-long-name-" + std::to_string(i));
        plot.points.push_back({.network = i, .image = std::nullopt, .x = places[i].x(), .y = places[i].y()});
    }
    return plot;
}

/// A shown view that has been drawn.
class ShownPlot {
public:
    explicit ShownPlot(const StudyPlot& plot, QSize size = {480, 320}) {
        view_.resize(size);
        view_.setPlot(plot, {});
        view_.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view_));
        this->plot().replot();
    }

    [[nodiscard]] StudyPlotView& view() { return view_; }
    [[nodiscard]] QCustomPlot& plot() { return *view_.findChild<QCustomPlot*>(); }
    /// From the axes to the right edge.
    [[nodiscard]] int roomAtTheRight() { return plot().width() - plot().axisRect()->outerRect().right(); }
    [[nodiscard]] int shownNames() {
        int count = 0;
        for (int i = 0; i < plot().itemCount(); ++i) {
            const auto* text = qobject_cast<QCPItemText*>(plot().item(i));
            count += text != nullptr && text->visible() ? 1 : 0;
        }
        return count;
    }

private:
    StudyPlotView view_;
};

}  // namespace

class StudyPlotViewTest : public QObject {
    Q_OBJECT

private slots:
    void aLegendThatIsNotShownHasNoRoom();
    void everyNameStandsAtItsPointOrInTheLegend();
    void aLongStatementDoesNotWidenThePlot();
    void keysGoFromPointToPoint();
};

void StudyPlotViewTest::aLegendThatIsNotShownHasNoRoom() {
    ShownPlot shown(plotOf({{1.0, 20.0}, {2.0, 25.0}}));
    QCOMPARE(shown.shownNames(), 2);
    QVERIFY(!shown.plot().legend->visible());
    QVERIFY2(shown.roomAtTheRight() <= 1, qPrintable(QString::number(shown.roomAtTheRight())));
}

void StudyPlotViewTest::everyNameStandsAtItsPointOrInTheLegend() {
    std::vector<QPointF> places;
    for (int i = 0; i < 40; ++i) {
        places.emplace_back(1.0 + 0.0001 * i, 20.0 + 0.0001 * i);
    }
    places.emplace_back(2.0, 30.0);
    ShownPlot shown(plotOf(places));
    QVERIFY(shown.plot().legend->visible());
    QVERIFY(shown.shownNames() < 41);
    QCOMPARE(shown.shownNames() + shown.plot().legend->itemCount(), 41);
    shown.view().setPlot(plotOf({{1.0, 20.0}, {2.0, 25.0}}), {});
    shown.plot().replot();
    QVERIFY(!shown.plot().legend->visible());
    QVERIFY(shown.roomAtTheRight() <= 1);
}

void StudyPlotViewTest::aLongStatementDoesNotWidenThePlot() {
    auto plot = plotOf({{1.0, 20.0}, {2.0, 25.0}, {3.0, 24.0}, {4.0, 27.0}});
    plot.correlation = StudyCorrelation{};
    plot.correlation->networks = 4;
    plot.correlation->pearson = 0.91;
    plot.correlation->spearman = 0.8;
    ShownPlot shown(plot, {200, 200});
    QVERIFY(shown.plot().axisRect()->outerRect().right() <= shown.plot().width());
}

void StudyPlotViewTest::keysGoFromPointToPoint() {
    ShownPlot shown(plotOf({{3.0, 1'234'567.0}, {1.0, -0.2}, {2.0, 25.0}}));
    qRegisterMetaType<StudyPlotPoint>();
    QSignalSpy clicked(&shown.view(), &StudyPlotView::pointClicked);
    auto& plot = shown.plot();
    plot.setFocus();
    QTest::keyClick(&plot, Qt::Key_Return);
    QCOMPARE(clicked.size(), 0);
    QTest::keyClick(&plot, Qt::Key_Right);
    QVERIFY(plot.accessibleDescription().contains(QStringLiteral("network-of-a-long-name-1")));
    QVERIFY(plot.accessibleDescription().contains(QString(QChar(0x2212)) + QStringLiteral("0.2")));
    QTest::keyClick(&plot, Qt::Key_Right);
    QTest::keyClick(&plot, Qt::Key_Right);
    QVERIFY(plot.accessibleDescription().contains(QStringLiteral("1234567")));
    QTest::keyClick(&plot, Qt::Key_Left);
    QTest::keyClick(&plot, Qt::Key_Return);
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked.front().front().value<StudyPlotPoint>().x, 2.0);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::StudyPlotViewTest)

#include "study_plot_view_test.moc"
