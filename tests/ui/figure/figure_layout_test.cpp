// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/figure_layout.h"

#include <QTest>

#include "base/error.h"
#include "session/session_file.h"

using namespace lamscope;
using namespace lamscope::ui;

namespace {

/// The message of the Error that `action` throws; empty if none.
template <typename Action>
QString messageOf(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return QString::fromStdString(error.what());
    }
    return {};
}

FigureLayout everythingChanged() {
    FigureLayout layout;
    layout.kind = FigureKind::Interest;
    layout.widthMm = 100.5;
    layout.cells = {FigureCell::Area, FigureCell::Map};
    layout.networksDown = true;
    layout.colourMap = std::string("viridis");
    layout.colourBar = false;
    layout.opacity = 0.25;
    layout.normalisation = Normalisation::Shared;
    layout.crop = 32;
    layout.surroundings = 2.5;
    layout.inset = true;
    layout.boxColour = std::string("#00ff7f");
    layout.boxWidth = 1.5;
    layout.labels = false;
    layout.letters = true;
    layout.decimals = 1;
    layout.decimalMark = std::string(",");
    layout.font = std::string("DejaVu Serif");
    layout.fontSize = 8.0;
    layout.smallFontSize = 6.5;
    layout.lineWidth = 0.75;
    layout.paths = {PathKind::Blur};
    layout.alphas = {0.0, 0.125};
    layout.gradients = false;
    return layout;
}

}  // namespace

class FigureLayoutTest : public QObject {
    Q_OBJECT

private slots:
    void jsonAndBack();
    void sessionsKeepIt();
    void settingsByName();
    void wrongSettingsAreNamed();
    void widthsByName();
};

void FigureLayoutTest::jsonAndBack() {
    QVERIFY(figureLayoutFromJson(toJson(everythingChanged())) == everythingChanged());
    QVERIFY(figureLayoutFromJson(R"({"layout": "fig4"})") == defaultLayout(FigureKind::Maps));
    QVERIFY(figureLayoutFromJson(R"({"layout": "fig1"})") == defaultLayout(FigureKind::Networks));
}

void FigureLayoutTest::sessionsKeepIt() {
    Experiment session;
    setFigure(session, everythingChanged());
    QVERIFY(figureOf(sessionFromText(toJson(session, "/folder"), "/folder/a.lamscope")) == everythingChanged());
    setFigure(session, std::nullopt);
    QVERIFY(!figureOf(sessionFromText(toJson(session, "/folder"), "/folder/a.lamscope")));
}

void FigureLayoutTest::settingsByName() {
    FigureLayout layout;
    setLayoutField(layout, "cells", "map,area");
    QVERIFY((layout.cells == std::vector{FigureCell::Map, FigureCell::Area}));
    setLayoutField(layout, "cells", "overlay");
    QVERIFY((layout.cells == std::vector{FigureCell::Overlay}));
    setLayoutField(layout, "letters", "true");
    QVERIFY(layout.letters);
    setLayoutField(layout, "alphas", "0,0.5,1");
    QVERIFY((layout.alphas == std::vector{0.0, 0.5, 1.0}));
    setLayoutField(layout, "decimal_mark", ",");
    QCOMPARE(layout.decimalMark, std::string(","));
    setLayoutField(layout, "crop", "48");
    QCOMPARE(layout.crop, 48);
}

void FigureLayoutTest::wrongSettingsAreNamed() {
    FigureLayout layout;
    const auto message = [&](const char* name, const char* value) {
        return messageOf([&] { setLayoutField(layout, name, value); });
    };
    QVERIFY(message("fontsize", "8").contains(QLatin1String("font_size")));
    QVERIFY(message("font_size", "5.9").contains(QLatin1String("within 6 and 24")));
    QVERIFY(message("font_size", "large").contains(QLatin1String("font_size")));
    QVERIFY(message("font_size", "nan").contains(QLatin1String("font_size")));
    QVERIFY(message("decimals", "1.5").contains(QLatin1String("whole number")));
    QVERIFY(message("crop", "1e300").contains(QLatin1String("crop")));
    QVERIFY(message("cells", "map,maps").contains(QLatin1String("patch, map, overlay, area")));
    QVERIFY(message("box_colour", "red").contains(QLatin1String("#e1191f")));
    QVERIFY(message("alphas", "0,2").contains(QLatin1String("alphas")));
    QVERIFY(layout == FigureLayout());
    QVERIFY(!messageOf([] { static_cast<void>(figureLayoutFromJson("[1]")); }).isEmpty());
    QVERIFY(messageOf([] {
                static_cast<void>(figureLayoutFromJson(R"({"layout": "fig2"})"));
            }).contains(QLatin1String("fig3, fig4, fig5, fig6")));
}

void FigureLayoutTest::widthsByName() {
    QCOMPARE(figureWidthFromString("cvpr-one"), 82.55);    // 3.25 inches
    QCOMPARE(figureWidthFromString("cvpr-two"), 174.625);  // 6.875 inches
    QCOMPARE(figureWidthFromString("90.5"), 90.5);
    QVERIFY(messageOf([] { static_cast<void>(figureWidthFromString("nature")); }).contains(QLatin1String("ieee-two")));
    QVERIFY(!messageOf([] { static_cast<void>(figureWidthFromString("5")); }).isEmpty());
}

QTEST_APPLESS_MAIN(FigureLayoutTest)
#include "figure_layout_test.moc"
