// SPDX-License-Identifier: GPL-3.0-or-later
// What goes into the window and out of it: files, sessions, troubles, exports, the command line.
#include <QAbstractButton>
#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QProcess>
#include <QSignalSpy>
#include <QTimer>
#include <csignal>
#include <fstream>

#include "dialogs/sanity_dialog.h"
#include "dialogs/start_page.h"
#include "session/command_line.h"
#include "session/session_file.h"
#include "study/shipped_files.h"
#include "support/safetensors_file.h"
#include "support/test_data.h"
#include "ui/window/window_fixture.h"
#include "window/termination.h"
#include "workspaces/probe/sanity_run.h"

namespace lamscope::ui {

using testing::chooseInDialog;
using testing::WindowFixture;

namespace {

QString textOf(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

QByteArray contentOf(const QString& file) {
    QFile stream(file);
    return stream.open(QIODevice::ReadOnly) ? stream.readAll() : QByteArray();
}

/// A click on the button beside a message.
void clickOffer(const WindowFixture& fixture, const QString& text) {
    const auto buttons = fixture.window->messages().findChildren<QAbstractButton*>();
    const auto found = std::ranges::find(buttons, text, &QAbstractButton::text);
    QVERIFY(found != buttons.end());
    QTest::mouseClick(*found, Qt::LeftButton);
}

void openWhatWasKept(const MainWindow& window) {
    for (auto* button : window.findChildren<QAbstractButton*>()) {
        if (button->text() == QLatin1String("Open it")) {
            QTest::mouseClick(button, Qt::LeftButton);
            return;
        }
    }
    QFAIL("nothing is offered");
}

/// Where data is absent, tests that need it are skipped, or fail when it is required.
bool dataIsThere() {
    return std::filesystem::exists(test::dataFile("weights/pan_x4.pth"));
}

}  // namespace

class FilesTest : public QObject {
    Q_OBJECT

private slots:
    void pageKeysStepThroughTheImagesOfTheFolder();
    void imagesOfAFolderAreInNaturalOrder();
    void startsEmptyWithScenesThatOneClickOpens();
    void opensByArgumentDialogAndDrop();
    void oneClickTurnsAnImageThatIsStoredTurned();
    void oneClickStretchesLevelsOfTenBits();
    void foldersAndOddNamesAreNetworks();
    void aSessionGivesTheSameNumbersToTheLastDigit();
    void aSessionWithMissingAndChangedFilesOpensTheRest();
    void damagedSessionsAreRefusedInWords();
    void wrongFilesShowABar_data();
    void wrongFilesShowABar();
    void anUnknownNetworkNamesTheClosest();
    void anImageThatIsTooSmallIsRefusedInWords();
    void aFlatPatchIsSaidNotDrawn();
    void gradientsThatAreNotNumbersAreSaid();
    void lackOfMemoryIsSaidAndTheOthersGoOn();
    void closesWhileComputing();
    void opensAnotherImageWhileComputing();
    void theTableEqualsTheCommandLine_data();
    void theTableEqualsTheCommandLine();
    void exportsAreWhatTheyName();
    void whatACrashLeftIsOfferedOnce();
    void whatAnEndFromOutsideLeavesIsNoCrash();
    void whatALostDisplayLeavesIsNoCrash_data();
    void whatALostDisplayLeavesIsNoCrash();
    void randomisedParametersChangeTheMap();
};

void FilesTest::pageKeysStepThroughTheImagesOfTheFolder() {
    WindowFixture fixture;  // its image is stripes.png
    Image grey(150, 150);
    std::ranges::fill(grey.values(), 0.5F);
    WindowFixture::writePng(fixture.files.path() / "x2.png", grey);
    WindowFixture::writePng(fixture.files.path() / "x10.PNG", Image(40, 40));
    std::ofstream(fixture.files.path() / "x3.png") << "not an image";
    std::ofstream(fixture.files.path() / "notes.txt") << "no image";
    const auto& actions = fixture.window->actions();
    QVERIFY(!actions.nextImage->isEnabled());
    const auto isOpen = [&](const char* name) {
        const auto file = (fixture.files.path() / name).string();
        return QTest::qWaitFor([&] { return fixture.session().image().file == file; }, testing::patienceMs);
    };
    fixture.openImage();
    QVERIFY(isOpen("stripes.png"));
    QTRY_VERIFY(actions.nextImage->isEnabled());
    QVERIFY(!actions.previousImage->isEnabled());
    fixture.session().setBox({60, 20, 16});

    fixture.key(Qt::Key_PageDown);
    QVERIFY(isOpen("x2.png"));
    QVERIFY((fixture.session().box() == Box{60, 20, 16}));
    QVERIFY(!fixture.session().undoStack().canUndo());
    fixture.key(Qt::Key_PageDown);  // to a file that is no image, which the next step passes
    QVERIFY(fixture.waitForMessage(QStringLiteral("x3.png")));
    QVERIFY(isOpen("x2.png"));
    fixture.key(Qt::Key_PageDown);
    QVERIFY(isOpen("x10.PNG"));
    QTRY_VERIFY(!actions.nextImage->isEnabled());
    // As far as it fits.
    const auto box = fixture.session().box();
    QCOMPARE(box.size, 16);
    QVERIFY(box.x + box.size <= fixture.session().gridWidth());
    // Faster than they are read; the box keeps its place all the way.
    for (int i = 0; i < 3; ++i) {
        fixture.key(Qt::Key_PageUp);
    }
    QVERIFY(isOpen("stripes.png"));
    QVERIFY(fixture.session().box() == box);
    QTRY_VERIFY(!actions.previousImage->isEnabled());
    // A role that was chosen stays.
    fixture.session().setRole(ImageRole::Hr);
    fixture.key(Qt::Key_PageDown);
    QVERIFY(isOpen("x2.png"));
    QVERIFY(fixture.session().role() == ImageRole::Hr);
    fixture.session().setRole(ImageRole::Lr);
    fixture.key(Qt::Key_PageUp);
    QVERIFY(isOpen("stripes.png"));
    QTRY_VERIFY(fixture.session().role() == ImageRole::Lr);
}

void FilesTest::imagesOfAFolderAreInNaturalOrder() {
    const QStringList ordered{QStringLiteral("a"),       QStringLiteral("a1.png"),   QStringLiteral("a2.png"),
                              QStringLiteral("A2b.png"), QStringLiteral("a10.png"),  QStringLiteral("a010b.png"),
                              QStringLiteral("b.png"),   QStringLiteral("b9x1.png"), QStringLiteral("b9x01y.png")};
    for (qsizetype i = 0; i < ordered.size(); ++i) {
        for (qsizetype j = 0; j < ordered.size(); ++j) {
            QCOMPARE(naturallyBefore(ordered[i], ordered[j]), i < j);
        }
    }
}

void FilesTest::startsEmptyWithScenesThatOneClickOpens() {
    WindowFixture fixture;
    auto* page = fixture.window->findChild<StartPage*>();
    QVERIFY(page != nullptr && page->isVisible());
    auto* curves = fixture.window->findChild<QWidget*>(QStringLiteral("curves"));
    QVERIFY(!curves->isVisible());
    QAbstractButton* sample = nullptr;
    QTRY_VERIFY_WITH_TIMEOUT(
        [&] {
            for (auto* button : page->findChildren<QAbstractButton*>()) {
                if (button->isVisible() && button->text().contains(QStringLiteral("Façade"))) {
                    sample = button;
                }
            }
            return sample != nullptr;
        }(),
        testing::patienceMs);
    QTest::mouseClick(sample, Qt::LeftButton);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!page->isVisible());
    QVERIFY(curves->isVisible());
    const auto scene = shippedScenes().front();
    QCOMPARE(scene.title, std::string("Façade"));
    QCOMPARE(fixture.session().networks().size(), std::size_t{4});
    const auto& [x, y, size] = scene.patches.front().patch;
    QVERIFY((fixture.session().box() == Box{x, y, size}));
    QVERIFY(!fixture.session().undoStack().canUndo());  // there is nothing that the user did
}

// EXIF orientation 6: viewers turn the picture by 90 degrees clockwise.
void FilesTest::oneClickTurnsAnImageThatIsStoredTurned() {
    WindowFixture fixture;
    QImage picture(120, 80, QImage::Format_RGB32);
    picture.fill(Qt::darkGray);
    QByteArray jpeg;
    QBuffer buffer(&jpeg);
    QVERIFY(picture.save(&buffer, "JPG"));
    const QByteArray exif("Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 32);
    jpeg.insert(2, QByteArray("\xff\xe1\0\x22", 4) + exif);
    const auto name = textOf(fixture.files.write("turned.jpg", jpeg.toStdString()));
    fixture.window->files().open({name});
    QVERIFY(fixture.waitForMessage(QStringLiteral("90 degrees clockwise")));
    QCOMPARE(fixture.session().image().pixels->width(), 120);
    QCOMPARE(fixture.window->messages().messages().size(), std::size_t{1});

    clickOffer(fixture, QStringLiteral("Turn it"));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().image().pixels->width(), 80, testing::patienceMs);
    QCOMPARE(fixture.session().image().pixels->height(), 120);
    QVERIFY(fixture.window->messages().messages().empty());

    // What is repeated and what is saved is the turned image.
    fixture.add("bicubic:scale=2");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(commandLine(fixture.session(), DeviceChoice::Auto, 0).contains(QStringLiteral(" --upright ")));
    const auto file = fixture.files.path() / "turned.lamscope";
    writeExperiment(snapshot(fixture.session()), file);
    fixture.openImage();
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().image().pixels->width(), 96, testing::patienceMs);
    fixture.window->files().openSession(textOf(file));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().image().pixels->width(), 80, testing::patienceMs);
}

void FilesTest::oneClickStretchesLevelsOfTenBits() {
    WindowFixture fixture;
    Image dark(96, 80);
    std::ranges::fill(dark.values(), 341.0F / 65535.0F);  // a third of 1023
    const auto name = textOf(fixture.files.path() / "dark.png");
    writeImage(name.toStdString(), dark, 16);
    fixture.window->files().open({name});
    QVERIFY(fixture.waitForMessage(QStringLiteral("levels of 10 bits")));
    QCOMPARE(fixture.session().image().pixels->at(0, 0, 0), 341.0F / 65535.0F);

    clickOffer(fixture, QStringLiteral("Stretch"));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().image().pixels->at(0, 0, 0), 341.0F / 1023.0F, testing::patienceMs);
    QVERIFY(fixture.window->messages().messages().empty());

    // What is repeated and what is saved is the stretched image.
    fixture.add("bicubic:scale=2");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(commandLine(fixture.session(), DeviceChoice::Auto, 0).contains(QStringLiteral(" --stretch ")));
    const auto file = fixture.files.path() / "dark.lamscope";
    writeExperiment(snapshot(fixture.session()), file);
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().image().file == fixture.image.string(), testing::patienceMs);
    fixture.window->files().openSession(textOf(file));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().image().file == name.toStdString(), testing::patienceMs);
    QCOMPARE(fixture.session().image().pixels->at(0, 0, 0), 341.0F / 1023.0F);
}

void FilesTest::opensByArgumentDialogAndDrop() {
    WindowFixture fixture;
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);

    const auto other = fixture.files.path() / "other.png";
    WindowFixture::writePng(other, Image(140, 140));
    fixture.key(Qt::Key_O, Qt::ControlModifier);
    chooseInDialog(textOf(other));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().image().pixels->width(), 140, testing::patienceMs);
    QVERIFY(fixture.session().role() == ImageRole::Hr);

    testing::drop(*fixture.window, {10, 10}, {textOf(fixture.image), QStringLiteral("global.pth")});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().image().pixels->width(), 96, testing::patienceMs);
    QVERIFY(fixture.waitForMaps());

    fixture.key(Qt::Key_N, Qt::ControlModifier);
    const auto file = fixture.files.write("global.pth", "a formula stands for it");
    chooseInDialog(textOf(file));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().networks().size(), std::size_t{2}, testing::patienceMs);
    QVERIFY(fixture.waitForMaps());
}

void FilesTest::foldersAndOddNamesAreNetworks() {
    const test::TemporaryFolder folder;
    const auto odd = folder.write("net:scale=2.pth", "");
    QCOMPARE(kindOfFile(textOf(odd)), FileKind::Network);
    QCOMPARE(kindOfFile(textOf(folder.path())), FileKind::Network);
    QCOMPARE(kindOfFile(QStringLiteral("model.safetensors.index.json")), FileKind::Network);
    QCOMPARE(kindOfFile(QStringLiteral("net.onnx")), FileKind::Network);
    QCOMPARE(kindOfFile(QStringLiteral("net.pth:scale=2")), FileKind::Network);
    QCOMPARE(kindOfFile(QStringLiteral("photo.png")), FileKind::Image);
}

void FilesTest::aSessionGivesTheSameNumbersToTheLastDigit() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("global.pth:scale=4,name=Four");
    const auto hidden = fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    fixture.session().setBox({100, 77, 24});
    fixture.session().setShown(hidden, false);
    auto view = fixture.session().view();
    view.layer = Layer::Signed;
    view.colourMap = "viridis";
    fixture.session().setView(view);
    auto options = fixture.session().options();
    options.sigma = 1.7;
    options.context = 48;
    fixture.session().setOptions(options);
    QVERIFY(fixture.waitForMaps());
    const auto before = *fixture.session().networks().front().result;

    QSignalSpy saved(&fixture.window->files(), &FileOpener::sessionSaved);
    fixture.key(Qt::Key_S, Qt::ControlModifier);
    chooseInDialog(textOf(fixture.files.path() / "work.lamscope"));
    QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, testing::patienceMs);

    fixture.open();
    QVERIFY(!fixture.session().hasImage());
    fixture.window->files().open({textOf(fixture.files.path() / "work.lamscope")});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().networks().size(), std::size_t{2}, testing::patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.session().isPaused() && fixture.session().hasImage(), testing::patienceMs);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.session().box(), (Box{100, 77, 24}));
    QVERIFY(fixture.session().view() == view);
    QVERIFY(fixture.session().options() == options);
    QVERIFY(!fixture.session().networks().back().shown);
    const auto& after = *fixture.session().networks().front().result;
    QVERIFY(*after.diffusionIndex == *before.diffusionIndex);
    QVERIFY(after.detectorImage == before.detectorImage);
    QVERIFY(after.attribution == before.attribution);
    QVERIFY(after.map == before.map);
}

void FilesTest::aSessionWithMissingAndChangedFilesOpensTheRest() {
    WindowFixture fixture;
    fixture.openImage();
    const auto file = fixture.files.write("gone.pth", "");
    fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    const auto name = fixture.files.path() / "s.lamscope";
    QSignalSpy saved(&fixture.window->files(), &FileOpener::sessionSaved);
    fixture.window->files().saveSession(textOf(name));
    QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, testing::patienceMs);

    auto json = QJsonDocument::fromJson(contentOf(textOf(name))).object();
    auto networks = json[QStringLiteral("networks")].toArray();
    auto missing = networks.at(0).toObject();
    missing[QStringLiteral("file")] = QStringLiteral("no-such-network.pth");
    networks.append(missing);
    json[QStringLiteral("networks")] = networks;
    QFile out(textOf(name));
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(QJsonDocument(json).toJson());
    out.close();
    WindowFixture::writePng(fixture.image, Image(96, 96));  // not the image of before

    fixture.open();
    fixture.window->files().open({textOf(name)});
    QVERIFY(fixture.waitForMessage(QStringLiteral("no-such-network.pth")));
    QVERIFY(fixture.waitForMessage(QStringLiteral("has changed")));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    QVERIFY(fixture.session().networks().front().state == NetworkEntry::State::Ready);
}

void FilesTest::damagedSessionsAreRefusedInWords() {
    WindowFixture fixture;
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    for (const auto* content : {"", "{", "[]", "{\"format\": 1}", "{\"format\": 99}"}) {
        const auto file = fixture.files.write("bad.lamscope", content);
        fixture.window->messages().clear();
        fixture.window->files().open({textOf(file)});
        QVERIFY(fixture.waitForMessage(QStringLiteral("bad.lamscope")));
    }
    QVERIFY(fixture.session().hasImage());  // what was open stays
}

void FilesTest::wrongFilesShowABar_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("an empty image") << QStringLiteral("empty.png") << QByteArray();
    QTest::newRow("a text called png") << QStringLiteral("text.png") << QByteArray("not an image");
    QTest::newRow("a truncated png") << QStringLiteral("cut.png") << QByteArray("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    QTest::newRow("an empty network") << QStringLiteral("empty.pth") << QByteArray();
    QTest::newRow("a text called pth") << QStringLiteral("text.pth") << QByteArray("not a network");
    QTest::newRow("a truncated zip") << QStringLiteral("cut.pth") << QByteArray("PK\x03\x04 and no more");
    QTest::newRow("a cut safetensors") << QStringLiteral("cut.safetensors") << QByteArray("\xff\0\0\0\0\0\0\0{", 9);
}

void FilesTest::wrongFilesShowABar() {
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    WindowFixture fixture;
    const auto file =
        fixture.files.write(name.toStdString(), {content.constData(), static_cast<std::size_t>(content.size())});
    fixture.window->files().open({textOf(file)});
    QVERIFY(fixture.waitForMessage(name));
    QVERIFY(QApplication::activeModalWidget() == nullptr);
}

void FilesTest::anUnknownNetworkNamesTheClosest() {
    WindowFixture fixture;
    const auto file = fixture.files.write("unknown.safetensors", test::unknownNetworkFile());
    fixture.window->files().open({textOf(file)});
    QVERIFY(fixture.waitForMessage(QStringLiteral("Closest is IMDN")));
    QVERIFY(fixture.waitForMessage(QStringLiteral("unknown.safetensors")));
}

void FilesTest::anImageThatIsTooSmallIsRefusedInWords() {
    if (!dataIsThere() && !test::dataRequired()) {
        QSKIP("needs the test data");
    }
    WindowFixture fixture(12);
    fixture.openImage();
    fixture.add(textOf(test::dataFile("weights/rfdn_aim_x4.pth")).toUtf8().constData());
    QVERIFY(fixture.waitForMessage(QStringLiteral("at least 15")));
    // A scale that the network does not have.
    fixture.window->files().open({textOf(test::dataFile("weights/rfdn_aim_x4.pth")) + QStringLiteral(":scale=3")});
    QVERIFY(fixture.waitForMessage(QStringLiteral("scale")));
}

void FilesTest::aFlatPatchIsSaidNotDrawn() {
    WindowFixture fixture;
    WindowFixture::writePng(fixture.image, Image(96, 96));
    fixture.openImage();
    const auto id = fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!fixture.entry(id).result->diffusionIndex.has_value());
    QVERIFY(fixture.waitForMessage(QStringLiteral("not defined")));
    QVERIFY(fixture.view(id).notice().contains(QStringLiteral("not defined")));
}

void FilesTest::gradientsThatAreNotNumbersAreSaid() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("no-gradient.pth");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMessage(QStringLiteral("NaN")));
}

void FilesTest::lackOfMemoryIsSaidAndTheOthersGoOn() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("no-memory.pth");
    const auto good = fixture.add("global.pth");
    QVERIFY(fixture.waitForMessage(QStringLiteral("memory")));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.entry(good).finished, testing::patienceMs);
}

void FilesTest::closesWhileComputing() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("slow.pth");
    fixture.add("slow.pth:name=Second");
    QTRY_VERIFY_WITH_TIMEOUT(fixture.entry(id).result != nullptr, testing::patienceMs);
    QVERIFY(fixture.session().progress().busy);
    fixture.window->close();
    fixture.window.reset();
}

void FilesTest::opensAnotherImageWhileComputing() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("slow.pth");
    QTRY_VERIFY_WITH_TIMEOUT(fixture.entry(id).result != nullptr, testing::patienceMs);
    const auto other = fixture.files.path() / "other.png";
    WindowFixture::writePng(other, Image(80, 70));
    fixture.window->files().open({textOf(other)});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().image().pixels->width(), 80, testing::patienceMs);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.entry(id).lr->width(), 80);
}

void FilesTest::theTableEqualsTheCommandLine_data() {
    QTest::addColumn<int>("threads");
    QTest::newRow("threads left to the program") << 0;
    QTest::newRow("1 thread") << 1;
    QTest::newRow("3 threads") << 3;
}

void FilesTest::theTableEqualsTheCommandLine() {
    if (!dataIsThere() && !test::dataRequired()) {
        QSKIP("needs the test data");
    }
    QFETCH(const int, threads);
    WindowFixture fixture;
    fixture.threads = threads;
    fixture.open();
    fixture.window->files().open({textOf(test::dataFile("images/lam_demo/1.png")),
                                  textOf(test::dataFile("weights/pan_x4.pth")),
                                  textOf(test::dataFile("weights/carn_m.pth")) + QStringLiteral(":scale=4,name=Mine")});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().networks().size(), std::size_t{2}, testing::patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    auto options = fixture.session().options();
    options.nodes = 9;
    fixture.session().setOptions(options);
    // Here one SR value of CARN-M lies between two levels: another number of threads shows on some processors.
    fixture.session().setBox({118, 118, 20});
    QVERIFY(fixture.waitForMaps());

    fixture.key(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    const auto command = QGuiApplication::clipboard()->text();
    QVERIFY2(command.startsWith(QStringLiteral("lamscope-cli lam --hr ")), qPrintable(command));
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("PATH"), QFileInfo(QStringLiteral(LAMSCOPE_CLI)).absolutePath() + QLatin1Char(':')
                                                   + environment.value(QStringLiteral("PATH")));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), command + QStringLiteral(" --json -")});
    QVERIFY(process.waitForFinished(testing::patienceMs));
    QCOMPARE(process.exitCode(), 0);
    const auto results =
        QJsonDocument::fromJson(process.readAllStandardOutput()).object()[QStringLiteral("results")].toArray();
    QCOMPARE(results.size(), 2);
    for (int i = 0; i < 2; ++i) {
        const auto& shown = *fixture.session().networks().at(static_cast<std::size_t>(i)).result;
        const auto other = results.at(i).toObject();
        const auto compare = [&](const char* key, double value, double tolerance = 1e-6) {
            const double expected = other[QLatin1String(key)].toDouble();
            QVERIFY2(std::abs(value - expected) <= tolerance * std::abs(expected),
                     qPrintable(QStringLiteral("%1: %2, %3")
                                    .arg(QLatin1String(key))
                                    .arg(value, 0, 'g', 12)
                                    .arg(expected, 0, 'g', 12)));
        };
        // The window evaluates path images one by one, the command as many at once as is fastest here. A last bit that
        // differs by that is enlarged by the networks' kinks, on some processors: up to 2e-4 was seen with SSE 4.1,
        // 4e-5 with AVX2 and three threads. Another option would show by more.
        constexpr double kinks = 1e-3;
        compare("di", *shown.diffusionIndex, kinks);
        compare("gini", *shown.gini, kinks);
        compare("radius_pixels", *shown.radiusPixels, kinks);
        compare("mass95_pixels", static_cast<double>(*shown.mass95Pixels), kinks);
        compare("attribution_sum", shown.attributionSum, kinks);
        compare("detector_image", shown.detectorImage);
        compare("detector_baseline", shown.detectorBaseline);
        compare("psnr", *shown.psnr);
        compare("psnr_patch", *shown.psnrPatch);
        compare("nodes", shown.nodes);
    }
}

void FilesTest::exportsAreWhatTheyName() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("global.pth:name=Net");
    QVERIFY(fixture.waitForMaps());
    const auto& actions = fixture.window->probe().actions();
    const auto folder = textOf(fixture.files.path()) + QStringLiteral("/out");
    QDir().mkpath(folder);
    const auto exportTo = [&](QAction* action, const QString& file) {
        action->trigger();
        chooseInDialog(file);
        QVERIFY(fixture.waitForMessage(QStringLiteral("Saved %1").arg(file)));
    };
    exportTo(actions.exportCsv, folder + QStringLiteral("/table.csv"));
    exportTo(actions.exportLatex, folder + QStringLiteral("/table.tex"));
    exportTo(actions.exportJson, folder + QStringLiteral("/numbers.json"));
    exportTo(actions.exportCurvesPdf, folder + QStringLiteral("/curves.pdf"));
    exportTo(actions.exportCurvesPng, folder + QStringLiteral("/curves.png"));
    exportTo(fixture.window->actions().exportWindow, folder + QStringLiteral("/window.png"));
    exportTo(actions.exportArrays, folder);
    exportTo(actions.exportMaps, folder);

    QVERIFY(contentOf(folder + QStringLiteral("/table.csv")).contains("Net"));
    QVERIFY(contentOf(folder + QStringLiteral("/table.tex")).contains("\\toprule"));
    const auto json = QJsonDocument::fromJson(contentOf(folder + QStringLiteral("/numbers.json"))).object();
    const auto first = json[QStringLiteral("results")].toArray().at(0).toObject();
    QCOMPARE(first[QStringLiteral("di")].toDouble(), *fixture.session().networks().front().result->diffusionIndex);
    QCOMPARE(json[QStringLiteral("lamscope")].toObject()[QStringLiteral("device")].toString(), QStringLiteral("cpu"));
    QVERIFY(contentOf(folder + QStringLiteral("/curves.pdf")).startsWith("%PDF"));
    QCOMPARE(QImage(folder + QStringLiteral("/window.png")).size(), fixture.window->size());
    // The context of 64 x 64 LR pixels, each 4 x 4 pixels of the picture.
    // The message about the arrays, which lie in the same folder, says the same.
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + QStringLiteral("/Net.map.png")), testing::patienceMs);
    const QImage map(folder + QStringLiteral("/Net.map.png"));
    QCOMPARE(map.size(), QSize(256, 256));
    QCOMPARE(map.pixel(0, 0), map.pixel(3, 3));
    QVERIFY(QFile::exists(folder + QStringLiteral("/Net.attribution.npy")));
    QVERIFY(QFile::exists(folder + QStringLiteral("/Net.map.npy")));
}

void FilesTest::whatACrashLeftIsOfferedOnce() {
    WindowFixture fixture;
    const auto state = textOf(fixture.files.path() / "state");
    fixture.openImage();
    fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    // Ending properly leaves nothing.
    fixture.open();
    QVERIFY(fixture.window->messages().messages().empty());

    const auto left = fixture.files.path() / "state" / "autosave-0.lamscope";
    fixture.window.reset();
    QVERIFY(!std::filesystem::exists(left));
    // What a program that was killed leaves behind.
    fixture.open();
    fixture.openImage();
    fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(left), testing::patienceMs);
    const auto content = contentOf(textOf(left));
    fixture.window.reset();
    fixture.files.write("state/autosave-0.lamscope", content.toStdString());

    fixture.open();
    QVERIFY(fixture.waitForMessage(QStringLiteral("did not end properly")));
    openWhatWasKept(*fixture.window);
    QVERIFY(fixture.waitForMaps());
    fixture.open();
    QVERIFY(fixture.window->messages().messages().empty());
}

void FilesTest::whatAnEndFromOutsideLeavesIsNoCrash() {
    WindowFixture fixture;
    const auto state = fixture.files.path() / "state";
    fixture.openImage();
    fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    {
        const Termination termination(*fixture.window);
        QGuiApplication::setQuitOnLastWindowClosed(false);  // the signal alone ends the event loop
        QTimer::singleShot(0, [] { std::raise(SIGTERM); });
        QCOMPARE(QCoreApplication::exec(), 0);
        QGuiApplication::setQuitOnLastWindowClosed(true);
    }
    QVERIFY(!fixture.window->isVisible());
    fixture.open();
    QVERIFY(fixture.waitForMessage(QStringLiteral("ended by a log-out, a signal")));
    QCOMPARE(fixture.window->messages().messages().size(), std::size_t{1});
    openWhatWasKept(*fixture.window);
    QVERIFY(fixture.waitForMaps());
    // A log-out that is called off: the user goes on, and closes the window later.
    fixture.window->autosave().keep();
    QVERIFY(std::filesystem::exists(state / "kept-0.lamscope"));
    fixture.window->autosave().saveNow();
    fixture.open();
    QVERIFY(fixture.window->messages().messages().empty());
    QVERIFY(!std::filesystem::exists(state / "kept-0.lamscope"));
}

void FilesTest::whatALostDisplayLeavesIsNoCrash_data() {
    QTest::addColumn<QString>("message");
    QTest::newRow("X11") << "The X11 connection broke (error 1). Did the X11 server die?";
    QTest::newRow("Xlib") << "The X11 connection broke: I/O error (code 1)";
    QTest::newRow("Wayland") << "The Wayland connection broke. Did the Wayland compositor die?";
}

void FilesTest::whatALostDisplayLeavesIsNoCrash() {
    QFETCH(const QString, message);
    WindowFixture fixture;
    const auto state = fixture.files.path() / "state";
    const Termination termination(*fixture.window);
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    fixture.window->autosave().saveNow();
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(state / "autosave-0.lamscope"), testing::patienceMs);
    QTest::ignoreMessage(QtWarningMsg, qPrintable(message));
    qWarning("%s", qPrintable(message));  // as Qt does before it ends the process
    QVERIFY(std::filesystem::exists(state / "kept-0.lamscope"));
    QVERIFY(!std::filesystem::exists(state / "autosave-0.lamscope"));
}

void FilesTest::randomisedParametersChangeTheMap() {
    if (!dataIsThere() && !test::dataRequired()) {
        QSKIP("needs the test data");
    }
    WindowFixture fixture;
    fixture.openImage();
    const auto trained =
        fixture.add((textOf(test::dataFile("weights/carn_m.pth")) + QStringLiteral(":scale=4")).toUtf8().constData());
    fixture.add("bicubic");
    auto options = fixture.session().options();
    options.nodes = 9;
    options.context = 32;
    fixture.session().setOptions(options);
    QVERIFY(fixture.waitForMaps());
    fixture.key(Qt::Key_R, Qt::ControlModifier);
    auto* dialog = fixture.window->findChild<SanityDialog*>();
    QVERIFY(dialog != nullptr && dialog->isVisible());
    std::vector<live::SanityChecked> checks;
    connect(dialog->findChild<SanityRun*>(), &SanityRun::checked, this,
            [&](const live::SanityChecked& check) { checks.push_back(check); });
    for (auto* button : dialog->findChildren<QAbstractButton*>()) {
        if (button->isVisible() && button->text().remove(QLatin1Char('&')).startsWith(QStringLiteral("Run"))) {
            QTest::mouseClick(button, Qt::LeftButton);
            break;
        }
    }
    QTRY_COMPARE_WITH_TIMEOUT(checks.size(), std::size_t{6}, testing::patienceMs);
    std::vector<double> correlations;
    for (const auto& check : checks) {
        if (check.id == trained) {
            QVERIFY2(check.message.empty(), check.message.c_str());
            correlations.push_back(*check.correlation);
        } else {
            QVERIFY(!check.correlation);
            QVERIFY2(check.message.find("no weights") != std::string::npos, check.message.c_str());
        }
    }
    QCOMPARE(correlations.size(), std::size_t{3});
    QVERIFY(correlations.front() < 0.9999);
    QVERIFY(correlations.back() < correlations.front());
}

}  // namespace lamscope::ui

int main(int argc, char** argv) {
    QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    QApplication application(argc, argv);
    lamscope::ui::FilesTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "files_test.moc"
