// SPDX-License-Identifier: GPL-3.0-or-later
// Paper figures from the command line, as their users make them.
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

#include "figure/figure_file.h"
#include "image/image_file.h"
#include "scene/experiment_file.h"
#include "session/figure_layout.h"
#include "support/temporary_folder.h"
#include "ui/figure/figure_test_data.h"

using namespace lamscope;
using namespace lamscope::ui;
using lamscope::test::contentOf;

namespace {

struct Outcome {
    int exitCode = -1;
    QString output;
    QString messages;
};

}  // namespace

class FigureCommandTest : public QObject {
    Q_OBJECT

private slots:
    void init();
    void figuresComeBackByteForByte();
    void pathsAreComputedWhereTheLayoutWantsThem();
    void aLowResolutionImageKeepsItsReference();
    void severalImagesUnderOneLayout();
    void tablesOfTheSameResults();
    void theLayoutIsTheCommandLines();
    void overviewWithoutALayout();
    void wrongUsageIsTold();
    void whatIsMissingIsTold();
    void aFullDiskLeavesNothingBehind();
    void timeStampsOnlyWhereAsked();
    void reportsOfStudiesShowTheirPlots();

private:
    [[nodiscard]] QString in(const char* name) const { return QString::fromStdString((*folder_ / name).string()); }
    [[nodiscard]] static Outcome run(const QStringList& arguments);
    [[nodiscard]] static Outcome runProgram(const QString& program, const QStringList& arguments);
    [[nodiscard]] Outcome lam(const QStringList& arguments) const;

    std::unique_ptr<test::TemporaryFolder> folder_;
};

void FigureCommandTest::init() {
    folder_ = std::make_unique<test::TemporaryFolder>();
    writeImage(*folder_ / "hr.png", testing::patternImage(160, 144));
    writeImage(*folder_ / "lr.png", testing::patternImage(40, 36));
}

Outcome FigureCommandTest::run(const QStringList& arguments) {
    return runProgram(QStringLiteral(LAMSCOPE_CLI), arguments);
}

Outcome FigureCommandTest::runProgram(const QString& program, const QStringList& arguments) {
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QStringLiteral("QT_QPA_PLATFORM"));  // as in a shell without a display
    environment.remove(QStringLiteral("DISPLAY"));
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    constexpr int patience = 120'000;
    process.waitForFinished(patience);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

Outcome FigureCommandTest::lam(const QStringList& arguments) const {
    return run(QStringList{QStringLiteral("lam"), QStringLiteral("--hr"), in("hr.png"), QStringLiteral("--patch"),
                           QStringLiteral("60,60,16"), QStringLiteral("--nodes"), QStringLiteral("3"),
                           QStringLiteral("--context"), QStringLiteral("24"), QStringLiteral("--model"),
                           QStringLiteral("bicubic:scale=4,name=Four"), QStringLiteral("bicubic:scale=2,name=Two"),
                           QStringLiteral("--figure")}
               + arguments);
}

void FigureCommandTest::figuresComeBackByteForByte() {
    const QStringList names{in("a.pdf"), in("a.svg"), in("a.png"), in("a.tif")};
    const auto made = lam(names
                          + QStringList{QStringLiteral("--layout"), QStringLiteral("fig5"), QStringLiteral("--width"),
                                        QStringLiteral("eccv"), QStringLiteral("--dpi"), QStringLiteral("150")});
    QVERIFY2(made.exitCode == 0, qPrintable(made.messages));
    QVERIFY(!made.messages.contains(QLatin1String("XDG")));
    for (const auto& name : names) {
        const auto again = QString(name).replace(QLatin1String("/a."), QLatin1String("/b."));
        const auto outcome = run({QStringLiteral("figure"), name, QStringLiteral("--out"), again,
                                  QStringLiteral("--dpi"), QStringLiteral("150")});
        QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.messages));
        QCOMPARE(outcome.output, QString());
        QVERIFY(contentOf(name.toStdString()) == contentOf(again.toStdString()));
    }
}

void FigureCommandTest::pathsAreComputedWhereTheLayoutWantsThem() {
    const auto made = lam({in("a.svg"), QStringLiteral("--layout"), QStringLiteral("fig3"), QStringLiteral("--set"),
                           QStringLiteral("paths=black,blur"), QStringLiteral("--caption"), QStringLiteral("-")});
    QVERIFY2(made.exitCode == 0, qPrintable(made.messages));
    QVERIFY(made.output.contains(QLatin1String("linear path from black, blur path")));
    const auto svg = QString::fromStdString(contentOf(in("a.svg").toStdString()));
    QVERIFY(svg.contains(QLatin1String("black, linear")));
    QVERIFY(!svg.contains(QLatin1String("blurred, linear")));
}

void FigureCommandTest::aLowResolutionImageKeepsItsReference() {
    const auto made =
        run({QStringLiteral("lam"), QStringLiteral("--lr"), in("lr.png"), QStringLiteral("--reference"), in("hr.png"),
             QStringLiteral("--patch"), QStringLiteral("60,60"), QStringLiteral("--nodes"), QStringLiteral("3"),
             QStringLiteral("--model"), QStringLiteral("bicubic"), QStringLiteral("--figure"), in("a.pdf"),
             QStringLiteral("--layout"), QStringLiteral("fig5")});
    QVERIFY2(made.exitCode == 0, qPrintable(made.messages));
    const auto session = sessionOfFigure(in("a.pdf").toStdString());
    QVERIFY(session);
    const auto& scene = session->scenes.at(0);
    QVERIFY(scene.role == ImageRole::Lr);
    QCOMPARE(scene.gridScale, 4);
    QCOMPARE(scene.reference, *folder_ / "hr.png");
    const auto outcome = run({QStringLiteral("figure"), in("a.pdf"), QStringLiteral("--out"), in("b.pdf")});
    QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.messages));
    QVERIFY(contentOf(in("a.pdf").toStdString()) == contentOf(in("b.pdf").toStdString()));
}

void FigureCommandTest::severalImagesUnderOneLayout() {
    const QStringList layout{QStringLiteral("--layout"), QStringLiteral("fig6")};
    QVERIFY(lam(QStringList{in("a.svg")} + layout).exitCode == 0);
    writeImage(*folder_ / "hr.png", testing::patternImage(200, 160));
    QVERIFY(lam(QStringList{in("b.svg")} + layout).exitCode == 0);
    const auto outcome =
        run({QStringLiteral("figure"), in("a.svg"), in("b.svg"), in("b.svg"), QStringLiteral("--out"), in("c.svg")});
    QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.messages));
    // The first was made of another hr.png.
    QCOMPARE(outcome.messages.count(QLatin1String("hr.png has changed")), 1);
    QCOMPARE(sessionOfFigure(in("c.svg").toStdString())->scenes.size(), std::size_t{3});
    // A column an image: HR, LR and the areas of each.
    QCOMPARE(QString::fromStdString(contentOf(in("c.svg").toStdString())).count(QLatin1String("<image ")), 9);
    QVERIFY(run({QStringLiteral("figure"), in("c.svg"), QStringLiteral("--out"), in("d.svg")}).exitCode == 0);
    QVERIFY(contentOf(in("c.svg").toStdString()) == contentOf(in("d.svg").toStdString()));
}

void FigureCommandTest::tablesOfTheSameResults() {
    QVERIFY(lam({in("a.svg"), QStringLiteral("--layout"), QStringLiteral("fig4")}).exitCode == 0);
    const auto outcome =
        run({QStringLiteral("figure"), in("a.svg"), QStringLiteral("--out"), in("a.md"), in("a.tex"), in("a.csv")});
    QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.messages));
    const auto markdown = QString::fromStdString(contentOf(in("a.md").toStdString())).split(u'\n');
    QCOMPARE(markdown.size(), 5);  // heading, rule, two networks, the end
    QVERIFY(markdown[2].startsWith(QLatin1String("| Four | ")));
    for (int line = 0; line < 4; ++line) {
        QCOMPARE(markdown[line].count(u'|'), markdown[0].count(u'|'));
    }
    QVERIFY(contentOf(in("a.tex").toStdString()).find("\\toprule") != std::string::npos);
    QVERIFY(contentOf(in("a.csv").toStdString()).starts_with("network,"));
}

void FigureCommandTest::theLayoutIsTheCommandLines() {
    QVERIFY(lam({in("a.svg"), QStringLiteral("--layout"), QStringLiteral("fig4")}).exitCode == 0);
    const auto outcome = run({QStringLiteral("figure"), in("a.svg"), QStringLiteral("--out"), in("b.svg"),
                              QStringLiteral("--layout"), QStringLiteral("fig6"), QStringLiteral("--width"),
                              QStringLiteral("100"), QStringLiteral("--set"), QStringLiteral("letters=true")});
    QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.messages));
    const auto layout = figureOf(*sessionOfFigure(in("b.svg").toStdString()));
    QVERIFY(layout);
    QVERIFY(layout->kind == FigureKind::Interest);
    QCOMPARE(layout->widthMm, 100.0);
    QVERIFY(layout->letters);
}

void FigureCommandTest::overviewWithoutALayout() {
    const auto made = lam({in("a.png"), in("a.pdf")});
    QVERIFY2(made.exitCode == 0, qPrintable(made.messages));
    QVERIFY(!sessionOfFigure(in("a.png").toStdString()));
    QVERIFY(sessionOfFigure(in("a.pdf").toStdString()));
}

void FigureCommandTest::wrongUsageIsTold() {
    const auto expectUsage = [&](const QStringList& arguments, const char* part) {
        const auto outcome = lam(arguments);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.messages.contains(QLatin1String(part)), qPrintable(outcome.messages));
        QCOMPARE(folder_->fileCount(), std::size_t{2});
    };
    expectUsage({in("a.jpg")}, "a.jpg");
    expectUsage({in("a.pdf"), QStringLiteral("--layout"), QStringLiteral("fig2")}, "fig3, fig4, fig5, fig6");
    expectUsage({in("a.pdf"), QStringLiteral("--width"), QStringLiteral("wide")}, "cvpr-two");
    expectUsage({in("a.pdf"), QStringLiteral("--set"), QStringLiteral("letters")}, "NAME=VALUE");
    expectUsage({in("a.pdf"), QStringLiteral("--set"), QStringLiteral("lettres=true")}, "letters");
    expectUsage({in("a.pdf"), QStringLiteral("--set"), QStringLiteral("colour_map=jet")}, "viridis");
    QCOMPARE(run({QStringLiteral("figure"), in("a.pdf")}).exitCode, 2);
    Experiment session;
    session.networks.push_back({.spec = ModelSpec::parse("ssh://gpu/work/serve.py")});
    writeExperiment(session, in("s.lamscope").toStdString());
    const auto outcome = run({QStringLiteral("figure"), in("s.lamscope"), QStringLiteral("--out"), in("s.pdf")});
    QCOMPARE(outcome.exitCode, 2);
    QVERIFY2(outcome.messages.contains(QStringLiteral("python3 /work/serve.py on gpu")), qPrintable(outcome.messages));
}

void FigureCommandTest::whatIsMissingIsTold() {
    auto outcome = run({QStringLiteral("figure"), in("hr.png"), QStringLiteral("--out"), in("b.pdf")});
    QCOMPARE(outcome.exitCode, 1);
    QVERIFY(outcome.messages.contains(QLatin1String("hr.png")));

    QVERIFY(lam({in("a.pdf"), QStringLiteral("--layout"), QStringLiteral("fig5")}).exitCode == 0);
    writeImage(*folder_ / "hr.png", testing::patternImage(164, 144));
    outcome = run({QStringLiteral("figure"), in("a.pdf"), QStringLiteral("--out"), in("b.pdf")});
    QCOMPARE(outcome.exitCode, 0);
    QVERIFY2(outcome.messages.contains(QLatin1String("hr.png has changed")), qPrintable(outcome.messages));

    std::filesystem::remove(*folder_ / "hr.png");
    outcome = run({QStringLiteral("figure"), in("a.pdf"), QStringLiteral("--out"), in("c.pdf")});
    QCOMPARE(outcome.exitCode, 1);
    QVERIFY(outcome.messages.contains(QLatin1String("hr.png")));
    QVERIFY(!std::filesystem::exists(*folder_ / "c.pdf"));

    writeImage(*folder_ / "hr.png", testing::patternImage(164, 144));
    outcome = run({QStringLiteral("figure"), in("b.pdf"), QStringLiteral("--out"), in("absent/c.pdf")});
    QCOMPARE(outcome.exitCode, 1);
    QVERIFY2(outcome.messages.contains(in("absent/c.pdf")), qPrintable(outcome.messages));
}

void FigureCommandTest::aFullDiskLeavesNothingBehind() {
    // A disk of 64 KiB in a name space of its own, so that nothing outside is touched.
    const auto program = QStandardPaths::findExecutable(QStringLiteral("unshare"));
    const QStringList apart{QStringLiteral("--map-root-user"), QStringLiteral("--mount"), QStringLiteral("sh"),
                            QStringLiteral("-c")};
    const auto mount = QStringLiteral("mount -t tmpfs -o size=64k lamscope \"$0\"");
    std::filesystem::create_directory(*folder_ / "disk");
    if (program.isEmpty() || runProgram(program, apart + QStringList{mount, in("disk")}).exitCode != 0) {
        QSKIP("this user or this machine may not mount a small disk");
    }
    QVERIFY(lam({in("a.svg"), QStringLiteral("--layout"), QStringLiteral("fig5")}).exitCode == 0);
    for (const auto* name : {"disk/a.png", "disk/a.tif", "disk/a.pdf", "disk/a.svg"}) {
        // It fits no figure, but the file that was there.
        const auto script =
            mount + QStringLiteral(R"( && head -c 50000 /dev/zero > "$0/full" && echo old > "$1" && shift
"$@"; code=$?; ls -A "$0"; cat "$0"/a.*; exit $code)");
        const auto outcome =
            runProgram(program, apart
                                    + QStringList{script, in("disk"), in(name), QStringLiteral(LAMSCOPE_CLI),
                                                  QStringLiteral("figure"), in("a.svg"), QStringLiteral("--out"),
                                                  in(name), QStringLiteral("--set"), QStringLiteral("inset=true")});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.messages.contains(QStringLiteral("'%1' could not be written: No space left").arg(in(name))),
                 qPrintable(outcome.messages));
        QCOMPARE(outcome.messages.count(QLatin1String("error")), 1);
        QCOMPARE(outcome.output, QString::fromLatin1(name).mid(5) + QStringLiteral("\nfull\nold\n"));
    }
}

void FigureCommandTest::timeStampsOnlyWhereAsked() {
    QVERIFY(lam({in("a.svg"), QStringLiteral("--layout"), QStringLiteral("fig4")}).exitCode == 0);
    QVERIFY(
        lam({in("b.svg"), QStringLiteral("--layout"), QStringLiteral("fig4"), QStringLiteral("--timestamp")}).exitCode
        == 0);
    const auto plain = QString::fromStdString(contentOf(in("a.svg").toStdString()));
    auto stamped = QString::fromStdString(contentOf(in("b.svg").toStdString()));
    const QRegularExpression stamp(QStringLiteral(R"((<desc>[^<,]*), \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ</desc>)"));
    QVERIFY(stamped.contains(stamp));
    QCOMPARE(stamped.replace(stamp, QStringLiteral("\\1</desc>")), plain);
}

void FigureCommandTest::reportsOfStudiesShowTheirPlots() {
    const QString study = QStringLiteral("study");
    std::filesystem::create_directory(*folder_ / "set");
    for (const int side : {72, 80, 88}) {
        writeImage(*folder_ / ("set/scene" + std::to_string(side) + ".png"), testing::patternImage(side, side));
    }
    QVERIFY(
        run({study, QStringLiteral("new"), in("s.json"), QStringLiteral("--hr"), in("set"), QStringLiteral("--model"),
             QStringLiteral("bicubic:scale=4,name=Four"), QStringLiteral("bicubic:scale=2,name=Two"),
             QStringLiteral("--nodes"), QStringLiteral("3"), QStringLiteral("--no-trial")})
            .exitCode
        == 0);
    QVERIFY(run({study, QStringLiteral("run"), in("s.json")}).exitCode == 0);
    const QStringList report{study, QStringLiteral("report"), in("s.sqlite"), QStringLiteral("--out")};
    const auto usual = run(report + QStringList{in("usual")});
    QVERIFY2(usual.exitCode == 0, qPrintable(usual.messages));
    for (const auto* name : {"psnr_over_di", "ssim_over_di", "di_over_images", "pair_1"}) {
        QVERIFY(usual.output.contains(QStringLiteral("](<plots/%1.svg>)").arg(QLatin1String(name))));
        QVERIFY(contentOf(*folder_ / "usual/plots" / (std::string(name) + ".svg")).find("<svg") != std::string::npos);
    }
    QVERIFY(usual.output.contains(QStringLiteral("n = 2 networks")));

    const auto asked = run(report
                           + QStringList{in("asked"), QStringLiteral("--plots"), QStringLiteral("pdf,png,tif"),
                                         QStringLiteral("--image"), QStringLiteral("scene72"),
                                         QStringLiteral("--image"), QStringLiteral("scene80.png"),
                                         QStringLiteral("--dpi"), QStringLiteral("150"), QStringLiteral("--device"),
                                         QStringLiteral("cpu"), QStringLiteral("--threads"), QStringLiteral("1")});
    QVERIFY2(asked.exitCode == 0, qPrintable(asked.messages));
    for (const auto* name : {"psnr_over_di", "maps_scene72", "maps_scene80", "interest"}) {
        for (const auto* ending : {".pdf", ".png", ".tif"}) {
            QVERIFY(std::filesystem::exists(*folder_ / "asked/plots" / (std::string(name) + ending)));
        }
    }
    QVERIFY(!std::filesystem::exists(*folder_ / "asked/plots/psnr_over_di.svg"));
    QVERIFY(asked.output.contains(
        QStringLiteral("--plots pdf,png,tif --image scene72 --image scene80.png --dpi 150 --device cpu --threads 1")));
    const auto session = sessionOfFigure(*folder_ / "asked/plots/interest.pdf");
    QVERIFY(session && session->scenes.size() == 2 && session->networks.size() == 2);

    const auto expectTrouble = [&](const QStringList& arguments, int code, const char* part) {
        const auto outcome = run(report + QStringList{in("refused")} + arguments);
        QCOMPARE(outcome.exitCode, code);
        QVERIFY2(outcome.messages.contains(QLatin1String(part)), qPrintable(outcome.messages));
        QVERIFY(!std::filesystem::exists(*folder_ / "refused"));
    };
    expectTrouble({QStringLiteral("--plots"), QStringLiteral("gif")}, 2, "'gif'");
    expectTrouble({QStringLiteral("--width"), QStringLiteral("wide")}, 2, "cvpr-two");
    expectTrouble({QStringLiteral("--image"), QStringLiteral("absent")}, 1, "'absent'");
    std::filesystem::remove(*folder_ / "set/scene72.png");
    const auto without = run(report + QStringList{in("without")});
    QCOMPARE(without.exitCode, 0);
    QVERIFY2(without.output.contains(QStringLiteral("Without a picture: ")), qPrintable(without.output));
}

QTEST_GUILESS_MAIN(FigureCommandTest)
#include "figure_command_test.moc"
