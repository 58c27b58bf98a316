// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope --picture` as its users meet it: a process, judged by exit code, messages and the picture.
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTest>

#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

struct Outcome {
    int exitCode = -1;
    QString messages;
};

QString toQString(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

/// Whether there is a square of one saturated red: an LR pixel of a map on white. Lines of the box are thinner, and the
/// colour bar changes from row to row.
bool hasRedSquare(const QImage& picture) {
    constexpr int side = 6;
    for (int y = 0; y + side <= picture.height(); ++y) {
        for (int x = 0; x + side <= picture.width(); ++x) {
            const QColor colour = picture.pixelColor(x, y);
            if (colour.red() < 120 || colour.green() > 60 || colour.blue() > 60) {
                continue;
            }
            QImage square(side, side, picture.format());
            square.fill(colour);
            if (picture.copy(x, y, side, side) == square) {
                return true;
            }
        }
    }
    return false;
}

class WindowPictureTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { writeImage(folder_ / "scene.png", drawScene()); }

    void isAsLargeAsAskedFor() const {
        const auto outcome = run({picture(), "--size", "1234x801", file("scene.png"), "bicubic"});
        QCOMPARE(outcome.messages, QString());
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(QImage(picture()).size(), QSize(1234, 801));
    }

    void isNoneOfTheFilesThatItShows() const {
        const auto before = QImage(file("scene.png"));
        const auto outcome = run({file("scene.png"), file("scene.png"), "bicubic"});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.messages.contains("which is read"), qPrintable(outcome.messages));
        QVERIFY(QImage(file("scene.png")) == before);
    }

    void isNoneOfTheFilesOfASession() const {
        writeSession();
        const auto before = QImage(file("scene.png"));
        const auto outcome = run({file("scene.png"), file("one.lamscope")});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.messages.contains("which is read"), qPrintable(outcome.messages));
        QVERIFY(QImage(file("scene.png")) == before);
    }

    void showsANetworkThatFailsAsFailed() const {
        const auto outcome = run({picture(), file("scene.png"), file("missing.pth"), "bicubic"});
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY2(outcome.messages.contains("missing.pth"), qPrintable(outcome.messages));
        QCOMPARE(QImage(picture()).size(), QSize(1400, 900));
    }

    void showsTheMapsOfASession() const {
        writeSession();
        const auto outcome = run({picture(), file("one.lamscope")});
        QCOMPARE(outcome.messages, QString());
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(hasRedSquare(QImage(picture())));
    }

    void showsTheBoxWhereItWasAskedFor() const {
        QCOMPARE(run({picture(), "--patch", "40,48", file("scene.png"), "bicubic"}).exitCode, 0);
        const QImage there(picture());
        QCOMPARE(run({picture(), "--patch", "40,48,16", file("scene.png"), "bicubic"}).exitCode, 0);
        const QImage again(picture());
        QCOMPARE(run({picture(), "--patch", "160,48", file("scene.png"), "bicubic"}).exitCode, 0);
        const QImage elsewhere(picture());
        // The results and the status line tell how long the map took.
        const QRect panes(0, 0, there.width() * 2 / 3, there.height() * 2 / 3);
        QVERIFY(there.copy(panes) == again.copy(panes));
        QVERIFY(there.copy(panes) != elsewhere.copy(panes));
    }

    void failsWithoutLeavingAPicture_data() const {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("message");
        const auto scene = file("scene.png");
        QTest::newRow("no image") << QStringList{picture(), file("none.png"), "bicubic"} << 1 << "none.png";
        QTest::newRow("no session") << QStringList{picture(), file("none.lamscope")} << 1 << "none.lamscope";
        QTest::newRow("no folder") << QStringList{file("none/picture.png"), scene} << 1 << "none";
        QTest::newRow("no files") << QStringList{picture()} << 2 << "files";
        for (const auto* place : {"40", "a,b", "-1,4", "1,2,3,4", "1,2,0"}) {
            QTest::newRow(place) << QStringList{picture(), "--patch", place, scene} << 2 << "place";
        }
        for (const auto* size : {"1400", "0x900", "axb", "1400x900x2", "99999x900"}) {
            QTest::newRow(size) << QStringList{picture(), "--size", size, scene} << 2 << size;
        }
    }
    void failsWithoutLeavingAPicture() const {
        QFETCH(const QStringList, arguments);
        QFETCH(const int, exitCode);
        QFETCH(const QString, message);
        QFile::remove(picture());
        const auto outcome = run(arguments);
        QCOMPARE(outcome.exitCode, exitCode);
        QVERIFY2(outcome.messages.contains(message), qPrintable(outcome.messages));
        QVERIFY(!QFile::exists(picture()));
    }

    void leavesTheUsersSettingsAlone() const {
        const auto settings = folder_ / "config" / "lamscope";
        std::filesystem::create_directories(settings);
        static_cast<void>(folder_.write("config/lamscope/lamscope.ini", "[General]\ntheme=dark\n"));
        const auto outcome = run({picture(), file("scene.png")});
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(test::contentOf(settings / "lamscope.ini"), std::string("[General]\ntheme=dark\n"));
        const auto count = std::distance(std::filesystem::directory_iterator(settings), {});
        QCOMPARE(static_cast<int>(count), 1);
        const QImage shown(picture());
        const auto corner = shown.pixelColor(shown.width() - 3, shown.height() / 2);
        QVERIFY2(corner.lightness() < 80, "the user's dark theme");
        std::filesystem::remove_all(folder_ / "config");
    }

private:
    /// one.lamscope, with scene.png.
    void writeSession() const {
        const QByteArray session = R"({"lamscope": {"version": "0.1.0"}, "format": 1,
            "image": {"file": "scene.png", "sha256": "", "role": "hr", "reduction": "pillow"},
            "networks": [{"file": "bicubic", "built_in": true, "settings": {}, "sha256": "", "shown": true}],
            "reference": null, "selected": 0, "patches": [{"x": 100, "y": 60, "size": 16, "grid_scale": 1}],
            "options": {"preset": "exact", "path": "blur", "sigma": 1.2, "kernel": 9, "detector": "gradient",
                        "nodes": null, "tolerance": null, "context": null},
            "view": {"layer": "map", "overlay": "follow-map", "overlay_on_lr": false, "opacity": 1.0,
                     "colour_map": "white-red", "normalisation": "own", "areas_of_interest": false}})";
        static_cast<void>(folder_.write("one.lamscope", session.toStdString()));
    }

    [[nodiscard]] QString file(const char* name) const { return toQString(folder_ / name); }
    [[nodiscard]] QString picture() const { return file("picture.png"); }

    [[nodiscard]] Outcome run(const QStringList& arguments) const {
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), file("config"));
        for (const auto* variable : {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "QT_SCALE_FACTOR"}) {
            environment.remove(QLatin1String(variable));
        }
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(LAMSCOPE_WINDOW), QStringList{QStringLiteral("--picture")} + arguments);
        constexpr int patienceMs = 300000;
        if (!process.waitForFinished(patienceMs) || process.exitStatus() != QProcess::NormalExit) {
            return {-1, process.errorString()};
        }
        return {process.exitCode(), QString::fromLocal8Bit(process.readAllStandardError())};
    }

    test::TemporaryFolder folder_;
};

}  // namespace
}  // namespace lamscope

QTEST_GUILESS_MAIN(lamscope::WindowPictureTest)
#include "window_picture_test.moc"
