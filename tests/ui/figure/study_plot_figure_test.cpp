// SPDX-License-Identifier: GPL-3.0-or-later
// The plots of a study as paper figures.
#include "figure/study_plot_figure.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "figure/figure_file.h"
#include "figure/name_places.h"
#include "figure/round_axis.h"
#include "image/drawn_scene.h"
#include "ui/figure/sheet_faults.h"

using namespace lamscope;
using namespace lamscope::ui;
using namespace lamscope::ui::testing;

namespace {

/// So many networks, whose points crowd about a line.
StudyPlot crowdedPlot(std::size_t count, const std::string& name) {
    StudyPlot plot{.name = "psnr_over_di",
                   .title = "PSNR over DI",
                   .x = {.title = "DI (geometric mean)", .logarithmic = true},
                   .y = {.title = "PSNR [dB]"},
                   .namesAtPoints = true};
    std::mt19937 random(7);
    std::normal_distribution<double> spread(0.0, 0.3);
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < count; ++i) {
        plot.networks.push_back(name + std::to_string(i));
        const double logDi = 0.15 * static_cast<double>(i);
        x.push_back(logDi);
        y.push_back(21.0 + 0.5 * logDi + spread(random));
        plot.points.push_back({.network = i, .image = {}, .x = std::exp(x.back()), .y = y.back()});
    }
    plot.correlation = correlationBetween("psnr_y", x, y);
    return plot;
}

StudyPlot imagePlot(std::size_t networks, std::size_t images) {
    StudyPlot plot{.name = "di_over_images",
                   .title = "DI over image content",
                   .x = {.title = "image"},
                   .y = {.title = "DI", .logarithmic = true}};
    for (std::size_t network = 0; network < networks; ++network) {
        plot.networks.push_back("network-" + std::to_string(network));
        for (std::size_t image = 1; image <= images; ++image) {
            plot.points.push_back({.network = network,
                                   .image = static_cast<std::int64_t>(image),
                                   .x = static_cast<double>(image),
                                   .y = static_cast<double>((network + 1) * image)});
        }
    }
    for (const std::size_t image : {std::size_t{1}, images}) {
        plot.images.push_back({.image = static_cast<std::int64_t>(image),
                               .file = "/images/a_picture_with_a_long_name_" + std::to_string(image) + ".png",
                               .x = static_cast<double>(image)});
    }
    return plot;
}

FigureLayout layoutOfWidth(double millimetres) {
    auto layout = studyPlotLayout();
    layout.widthMm = millimetres;
    return layout;
}

std::vector<QString> labelsOf(const RoundAxis& axis, const FigureLayout& layout = {}) {
    std::vector<QString> labels;
    for (const double number : axis.numbers) {
        labels.push_back(axis.label(number, layout));
    }
    return labels;
}

QStringList labelsAround(const std::vector<double>& values, bool logarithmic, std::size_t most = 6) {
    const auto labels = labelsOf(RoundAxis::around(values, logarithmic, most));
    return {labels.begin(), labels.end()};
}

}  // namespace

class StudyPlotFigureTest : public QObject {
    Q_OBJECT

private slots:
    void axesHaveRoundNumbers();
    void axesHoldTheirValues();
    void namesLieOnNoMarkerAndNoName();
    void namesWithoutRoomStandInALegend();
    void nothingLeavesThePageOrOverlaps_data();
    void nothingLeavesThePageOrOverlaps();
    void theLineIsTheFit();
    void numbersAreStated();
    void signsDifferInMoreThanColour();
    void signsGoByThePlacesOfTheNetworks();
    void picturesStandAtBothEnds();
    void equalPlotsHaveEqualBytes();
};

void StudyPlotFigureTest::axesHaveRoundNumbers() {
    QCOMPARE(labelsAround({20.8, 22.04}, false), QStringList({"21.0", "21.5", "22.0"}));
    QCOMPARE(labelsAround({1.0, 7.0}, false, 8), QStringList({"1", "2", "3", "4", "5", "6", "7"}));
    QCOMPARE(labelsAround({1.0, 30.0}, false, 7), QStringList({"5", "10", "15", "20", "25", "30"}));
    QCOMPARE(labelsAround({1.0, 3.0}, false), QStringList({"1", "2", "3"}));  // whole: no halves
    QCOMPARE(labelsAround({-0.5, 0.5}, false), QStringList({"−0.4", "−0.2", "0.0", "0.2", "0.4"}));
    QCOMPARE(labelsAround({0.37, 1.35}, true), QStringList({"0.5", "0.7", "1"}));
    QCOMPARE(labelsAround({0.8, 19.0}, true), QStringList({"1", "2", "5", "10", "20"}));
    QCOMPARE(labelsAround({0.43, 46.0}, true), QStringList({"1", "3", "10", "30"}));
    QCOMPARE(labelsAround({1.0, 1000.0}, true), QStringList({"1", "10", "100", "1000"}));
    QCOMPARE(labelsAround({12809.0, 338219.0}, true), QStringList({"20k", "50k", "100k", "200k"}));
    QCOMPARE(labelsAround({900.0, 12e6}, true), QStringList({"1k", "10k", "100k", "1M", "10M"}));
    QCOMPARE(labelsAround({0.1, 1e11}, true), QStringList({"1", "1k", "1M", "1G"}));
    QCOMPARE(labelsAround({20.01, 20.05}, true), QStringList({"20.01", "20.02", "20.03", "20.04", "20.05"}));
    FigureLayout comma;
    comma.decimalMark = ",";
    QCOMPARE(labelsOf(RoundAxis::around(std::vector{-0.5, 0.5}, false, 6), comma).front(), QStringLiteral("−0,4"));
}

void StudyPlotFigureTest::axesHoldTheirValues() {
    for (const bool logarithmic : {false, true}) {
        for (const auto& values :
             std::vector<std::vector<double>>{{3.0}, {0.5, 0.5}, {0.001, 1e6}, {7.0, 7.0001}, {1.0, 2.0, 150.0}}) {
            const auto axis = RoundAxis::around(values, logarithmic, 6);
            for (const double value : values) {
                QVERIFY(axis.share(value) > 0.0 && axis.share(value) < 1.0);
            }
            QVERIFY(!axis.numbers.empty() && axis.numbers.size() <= 7);
            QVERIFY(std::ranges::is_sorted(axis.numbers));
            QVERIFY(axis.share(axis.numbers.front()) > -1e-9 && axis.share(axis.numbers.back()) < 1.0 + 1e-9);
            const auto labels = labelsOf(axis);
            QCOMPARE(std::set(labels.begin(), labels.end()).size(), labels.size());
        }
    }
}

void StudyPlotFigureTest::namesLieOnNoMarkerAndNoName() {
    const QRectF area(0.0, 0.0, 200.0, 140.0);
    constexpr double radius = 2.0;
    std::mt19937 random(3);
    std::uniform_real_distribution<double> unit;
    for (int trial = 0; trial < 20; ++trial) {
        std::vector<NamedPoint> points;
        const bool crowded = trial % 2 == 0;
        for (int i = 0; i < 20; ++i) {  // half of them in a corner
            const double part = crowded && i < 10 ? 0.25 : 1.0;
            points.push_back({{3.0 + 190.0 * part * unit(random), 3.0 + 130.0 * part * unit(random)},
                              {15.0 + 25.0 * unit(random), 6.0}});
        }
        const auto places = placeNames(points, radius, area, QLineF(0.0, 140.0, 200.0, 0.0));
        QCOMPARE(places.size(), points.size());
        int placed = 0;
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (!places[i]) {
                continue;
            }
            ++placed;
            const auto& rect = places[i]->rect;
            QVERIFY(area.contains(rect));
            QCOMPARE(rect.size(), points[i].name);
            for (std::size_t other = 0; other < places.size(); ++other) {
                const auto& point = points[other].point;
                QVERIFY(std::hypot(std::max({rect.left() - point.x(), point.x() - rect.right(), 0.0}),
                                   std::max({rect.top() - point.y(), point.y() - rect.bottom(), 0.0}))
                        >= radius);
                QVERIFY(other == i || !places[other] || !rect.intersects(places[other]->rect));
            }
            if (const auto& leader = places[i]->leader) {
                QVERIFY(std::abs(QLineF(points[i].point, leader->p1()).length() - radius) < 1e-9);
            }
        }
        QVERIFY(placed >= (crowded ? 15 : 20));
    }
    QVERIFY(placeNames({{{100.0, 70.0}, {30.0, 6.0}}}, radius, area, {}).front()->rect.left() > 100.0);
    QVERIFY(placeNames({{{195.0, 70.0}, {30.0, 6.0}}}, radius, area, {}).front()->rect.right() < 195.0);
    QVERIFY(!placeNames({{{100.0, 70.0}, {300.0, 6.0}}}, radius, area, {}).front());
}

void StudyPlotFigureTest::namesWithoutRoomStandInALegend() {
    auto plot = crowdedPlot(5, "a network with a name that is wider than any column ");
    const auto sheet = layOutStudyPlot(plot, {}, layoutOfWidth(60.0));
    QCOMPARE(faultOf(sheet), QString());
    QCOMPARE(textsOf(sheet).filter(QStringLiteral("a net")).size(), 5);
    for (auto& name : plot.networks) {
        name = name.back();
    }
    const auto placed = layOutStudyPlot(plot, {}, layoutOfWidth(60.0));
    QVERIFY(placed.size.height() < sheet.size.height());
}

void StudyPlotFigureTest::nothingLeavesThePageOrOverlaps_data() {
    QTest::addColumn<int>("networks");
    QTest::addColumn<double>("width");
    for (const int networks : {2, 4, 13, 48}) {
        for (const double width : {40.0, 82.55, 174.625}) {
            QTest::addRow("%d networks, %.0f mm", networks, width) << networks << width;
        }
    }
}

void StudyPlotFigureTest::nothingLeavesThePageOrOverlaps() {
    QFETCH(int, networks);
    QFETCH(double, width);
    const auto count = static_cast<std::size_t>(networks);
    const auto plot = crowdedPlot(count, "Network-");
    const auto sheet = layOutStudyPlot(plot, {}, layoutOfWidth(width));
    QCOMPARE(faultOf(sheet), QString());
    for (const auto& name : plot.networks) {
        QCOMPARE(textsOf(sheet).count(QString::fromStdString(name)), 1);
    }
    const auto images = imagePlot(count, 30);
    const std::vector<StudyPicture> pictures{{.picture = drawScene(64), .patch = Rect{28, 28, 8, 8}, .trouble = {}},
                                             {.picture = drawScene(32), .patch = {}, .trouble = {}}};
    const auto withPictures = layOutStudyPlot(images, pictures, layoutOfWidth(width));
    QCOMPARE(faultOf(withPictures), QString());
    QCOMPARE(itemsOf<SheetPicture>(withPictures).size(), std::size_t{2});
    for (const auto& name : images.networks) {  // in the legend
        QCOMPARE(textsOf(withPictures).count(QString::fromStdString(name)), 1);
    }
}

void StudyPlotFigureTest::theLineIsTheFit() {
    auto plot = crowdedPlot(6, "N");
    for (auto& point : plot.points) {
        point.y = 20.0 + 2.0 * std::log(point.x);
    }
    plot.correlation->slope = 2.0;
    plot.correlation->intercept = 20.0;
    const auto sheet = layOutStudyPlot(plot, {}, studyPlotLayout());
    std::vector<QPointF> markers;
    std::optional<QLineF> line;
    for (const auto& path : itemsOf<SheetPath>(sheet)) {
        if (path.dashed) {
            QVERIFY(!line);
            line = QLineF(path.path.elementAt(0), path.path.elementAt(1));
        } else if (path.fill.isValid() && path.fill != Qt::white) {
            const auto rect = path.path.boundingRect();
            markers.push_back(rect.center());
        }
    }
    QVERIFY(line);
    QCOMPARE(markers.size(), std::size_t{6});
    // Ends at the first and the last point; the shape of the first is a circle.
    QVERIFY(QLineF(line->p1(), markers.front()).length() < 1e-6);
    QVERIFY(line->dy() < 0.0 && line->dx() > 0.0);
    QVERIFY(std::abs(line->p2().x() - markers.back().x()) < 0.01);
}

void StudyPlotFigureTest::numbersAreStated() {
    auto plot = crowdedPlot(4, "N");
    plot.correlation->pearson = -0.914;
    plot.correlation->pearsonProbability = 0.0861;
    plot.correlation->spearman = 0.8;
    plot.correlation->spearmanProbability = 0.2;
    QCOMPARE(textsOf(layOutStudyPlot(plot, {}, studyPlotLayout())).mid(0, 2),
             QStringList({"PSNR over DI", "r = −0.91, p = 0.086;  ρ = +0.80, p = 0.20;  n = 4 networks"}));
    auto layout = studyPlotLayout();
    layout.labels = false;
    layout.decimalMark = ",";
    QCOMPARE(textsOf(layOutStudyPlot(plot, {}, layout)).front(),
             QStringLiteral("r = −0,91, p = 0,086;  ρ = +0,80, p = 0,20;  n = 4 networks"));
}

void StudyPlotFigureTest::signsDifferInMoreThanColour() {
    std::set<std::pair<QRgb, std::size_t>> signs;
    std::vector<QPainterPath> shapes;
    for (std::size_t network = 0; network < 56; ++network) {
        const auto sign = networkSign(network);
        auto found = std::ranges::find(shapes, sign.shape);
        if (found == shapes.end()) {
            found = shapes.insert(shapes.end(), sign.shape);
        }
        signs.emplace(sign.colour.rgb(), static_cast<std::size_t>(found - shapes.begin()));
        QVERIFY(networkSign(network + 1).shape != sign.shape);
    }
    QCOMPARE(signs.size(), std::size_t{56});
}

void StudyPlotFigureTest::signsGoByThePlacesOfTheNetworks() {
    const auto coloursOf = [](const StudyPlot& plot) {
        std::set<QRgb> colours;
        for (const auto& path : itemsOf<SheetPath>(layOutStudyPlot(plot, {}, studyPlotLayout()))) {
            if (path.fill.isValid()) {
                colours.insert(path.fill.rgb());
            }
        }
        return colours;
    };
    auto plot = crowdedPlot(2, "N");
    QVERIFY(coloursOf(plot).contains(networkSign(0).colour.rgb()));
    plot.places = {3, 1};
    QCOMPARE(networkSign(plot, 0).colour, networkSign(3).colour);
    const auto colours = coloursOf(plot);
    QVERIFY(colours.contains(networkSign(3).colour.rgb()) && colours.contains(networkSign(1).colour.rgb()));
    QVERIFY(!colours.contains(networkSign(0).colour.rgb()));
}

void StudyPlotFigureTest::picturesStandAtBothEnds() {
    auto plot = imagePlot(2, 9);
    plot.images.insert(plot.images.begin() + 1, {.image = 2, .file = "two.png", .x = 2.0});
    plot.images.insert(plot.images.begin() + 2, {.image = 8, .file = "eight.png", .x = 8.0});
    std::vector<StudyPicture> pictures(4);
    for (auto& one : pictures) {
        one.picture = drawScene(32);
    }
    pictures[1] = {.picture = {}, .patch = {}, .trouble = "gone"};
    const auto sheet = layOutStudyPlot(plot, pictures, studyPlotLayout());
    QCOMPARE(faultOf(sheet), QString());
    const auto shown = itemsOf<SheetPicture>(sheet);
    QCOMPARE(shown.size(), std::size_t{3});
    QVERIFY(shown[0].place.left() < 1.0);
    QVERIFY(shown[2].place.right() > sheet.size.width() - 1.5);
    QVERIFY(shown[1].place.left() - shown[0].place.right() > shown[0].place.width());
    for (auto& one : pictures) {
        one = {.picture = {}, .patch = {}, .trouble = "gone"};
    }
    QVERIFY(layOutStudyPlot(plot, pictures, studyPlotLayout()).size.height() < sheet.size.height());
}

void StudyPlotFigureTest::equalPlotsHaveEqualBytes() {
    const auto plot = crowdedPlot(13, "Network-");
    for (const auto format : {FigureFormat::Pdf, FigureFormat::Svg, FigureFormat::Png, FigureFormat::Tiff}) {
        const auto bytes = [&] {
            return encodeFigure(layOutStudyPlot(plot, {}, studyPlotLayout()), format, {.dpi = 150});
        };
        QVERIFY(bytes() == bytes());
    }
}

QTEST_MAIN(StudyPlotFigureTest)
#include "study_plot_figure_test.moc"
