// SPDX-License-Identifier: GPL-3.0-or-later
// Networks of scale 1 in the window: from a clean photograph to rain, or from a rainy image and its reference, to maps
// and to what is removed and spoilt; by mouse and keys.
#include <QAbstractItemView>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QMenu>
#include <QPushButton>
#include <QRegularExpression>
#include <QSlider>
#include <QSpinBox>
#include <QStyleOptionSlider>
#include <QTableView>
#include <QToolButton>
#include <cmath>
#include <fstream>

#include "dialogs/message_row.h"
#include "dialogs/start_card.h"
#include "image/degradation.h"
#include "panels/restoration_plot.h"
#include "session/layer_table.h"
#include "session/restoration_controller.h"
#include "ui/window/window_fixture.h"
#include "view/pane_header.h"

namespace lamscope::ui {

using testing::patienceMs;
using testing::WindowFixture;

namespace {

constexpr int imageSide = 160;  // an HR image by its size

class RestorationFixture : public WindowFixture {
public:
    RestorationFixture()
        : WindowFixture(imageSide) {
        window->files().openImage(QString::fromStdString(image.string()));
    }

    /// Three networks: E_R and transmission of the first two follow from the formula.
    void addThree() {
        copy = add("copy.pth:scale=1,name=Copy");
        half = add("half.pth:scale=1,name=Half");
        smooth = add("smooth.pth:scale=1,name=Smooth");
    }

    [[nodiscard]] QWidget& dialog() const {
        auto* found = window->findChild<QDialog*>(QStringLiteral("degradation"));
        if (found == nullptr) {
            throw std::logic_error("the dialog was not opened");
        }
        return *found;
    }
    template <typename Widget>
    [[nodiscard]] Widget& inDialog(const char* name) const {
        auto* found = dialog().findChild<Widget*>(QLatin1String(name));
        if (found == nullptr) {
            throw std::logic_error(std::string("the dialog has no ") + name);
        }
        return *found;
    }
    void openDialog() const {
        key(Qt::Key_D, Qt::ControlModifier);
        QVERIFY(dialog().isVisible());
    }
    void tick(const char* step) const {
        auto& box = inDialog<QCheckBox>(step);
        QTest::mouseClick(&box, Qt::LeftButton, {}, {8, box.height() / 2});
    }
    void write(const QString& recipe) const {
        auto& edit = inDialog<QLineEdit>("recipe");
        edit.setFocus();
        edit.selectAll();
        QTest::keyClicks(&edit, recipe);
        QTest::keyClick(&edit, Qt::Key_Return);
    }

    /// In the dialog where it is open, otherwise in the panes: a field would take the key for its own text.
    void press(Qt::Key pressed) const {
        auto* open = window->findChild<QDialog*>(QStringLiteral("degradation"));
        if (open != nullptr && open->isVisible()) {
            auto& box = inDialog<QCheckBox>("stepRain");
            box.setFocus();
            QTest::keyClick(&box, pressed, Qt::ControlModifier);
        } else {
            window->probe().grid().setFocus();
            key(pressed, Qt::ControlModifier);
        }
    }
    void undo() const { press(Qt::Key_Z); }
    void redo() const { press(Qt::Key_Y); }

    /// Every shown network of scale 1 is measured on the input of now.
    [[nodiscard]] bool waitForMeasures() const {
        return QTest::qWaitFor(
            [this] {
                return std::ranges::all_of(session().networks(), [](const NetworkEntry& each) {
                    return each.card.scale != 1 || !each.shown || (each.restoration.image && !each.restoration.stale);
                });
            },
            patienceMs);
    }
    [[nodiscard]] const RestorationMeasures& measures(NetworkId id) const {
        return entry(id).restoration.image->measures;
    }
    [[nodiscard]] LowResolutionPair degraded() const {
        return degrade(*session().image().pixels, 1, Reduction::Pillow, session().degradation(),
                       session().degradationSeed());
    }
    /// The cell of the table of results under a heading.
    [[nodiscard]] QString cell(const QString& network, const QString& heading) const {
        const auto* table = [this]() -> QTableView* {
            for (auto* each : window->findChildren<QTableView*>()) {
                if (each->accessibleName() == QStringLiteral("Results")) {
                    return each;
                }
            }
            return nullptr;
        }();
        const auto* model = table->model();
        for (int column = 0; column < model->columnCount(); ++column) {
            const bool isIt = model->headerData(column, Qt::Horizontal).toString() == heading;
            for (int row = 0; isIt && !table->isColumnHidden(column) && row < model->rowCount(); ++row) {
                if (model->index(row, 0).data().toString() == network) {
                    return model->index(row, column).data().toString();
                }
            }
        }
        return {};
    }
    void pressInMessage(const QString& text) const {
        QAbstractButton* found = nullptr;
        const auto isThere = [&] {
            for (auto* button : window->messages().findChildren<QAbstractButton*>()) {
                found = button->text() == text && button->isVisible() ? button : found;
            }
            return found != nullptr;
        };
        QVERIFY2(QTest::qWaitFor(isThere, patienceMs), qPrintable(text));
        QTest::mouseClick(found, Qt::LeftButton);
    }
    [[nodiscard]] QString writeImage(const char* name, const Image& picture) const {
        const auto file = files.path() / name;
        writePng(file, picture);
        return QString::fromStdString(file.string());
    }

    NetworkId copy = 0;
    NetworkId half = 0;
    NetworkId smooth = 0;
};

bool equal(const Image& one, const Image& other) {
    return std::ranges::equal(one.values(), other.values());
}

}  // namespace

class RestorationTest : public QObject {
    Q_OBJECT

private slots:
    void aCleanPhotographBecomesRainyAndNetworksAreMeasured();
    void theSliderFadesTheRainAndIsOneStep();
    void recipesAreWrittenRefusedAndCopied();
    void aDroppedReferenceIsTakenOrRefused();
    void layersShowWhatWasAddedRemovedAndSpoilt();
    void aSessionComesBack();
    void wordsAreThoseOfTheScale();
    void thePlotMarksTheBlurThatSpoilsAsMuch();
    void theSampleOpensDegradedUnderItsNetworks();
};

void RestorationTest::aCleanPhotographBecomesRainyAndNetworksAreMeasured() {
    RestorationFixture fixture;
    fixture.addThree();
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.session().role() == ImageRole::Hr);
    QVERIFY(!whyNoRestoration(fixture.session()).isEmpty());
    QVERIFY(fixture.cell(QStringLiteral("Half"), QStringLiteral("E_R")).isEmpty());

    fixture.openDialog();
    fixture.tick("stepRain");
    QCOMPARE(toString(fixture.session().degradation()), std::string("rain:small"));
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    const auto pair = fixture.degraded();
    QVERIFY(equal(*fixture.entry(fixture.copy).lr, pair.lr));
    QVERIFY(equal(*fixture.view(ImagePane::input).picture().image, pair.lr));
    QVERIFY(fixture.entry(fixture.copy).result->maskMassRatio.has_value());

    // A copy removes nothing; half of everything is half of the rain, whatever happens to the background.
    QCOMPARE(*fixture.measures(fixture.copy).er, 0.0);
    QCOMPARE(*fixture.measures(fixture.copy).transmission, 1.0);
    QVERIFY(std::abs(*fixture.measures(fixture.half).transmission - 0.5) < 1e-6);
    const double smooth = *fixture.measures(fixture.smooth).transmission;
    QVERIFY(smooth > 0.0 && smooth < 1.0);
    QTRY_COMPARE(fixture.cell(QStringLiteral("Copy"), QStringLiteral("E_R")), QStringLiteral("0.000"));
    QCOMPARE(fixture.cell(QStringLiteral("Copy"), QStringLiteral("E_B")), QStringLiteral("0.000"));
    QCOMPARE(fixture.cell(QStringLiteral("Half"), QStringLiteral("τ")), QStringLiteral("0.50"));
    QVERIFY(fixture.cell(QStringLiteral("Half"), QStringLiteral("E_B")).toDouble() > 0.1);
    QVERIFY(!fixture.cell(QStringLiteral("Half"), QStringLiteral("rain ×")).isEmpty());

    // What a streak is, in numbers: a kernel of 30 makes 29.7 pixels.
    const auto numbers = fixture.inDialog<QLabel>("rainInNumbers").text();
    QVERIFY2(numbers.contains(QStringLiteral("29.7 px long")), qPrintable(numbers));
    QVERIFY(numbers.contains(QStringLiteral("brightest overlap")));
    QVERIFY(numbers.contains(QStringLiteral("% of the image")));

    // The panel has a point for each network and the line of blurs.
    auto* plot = fixture.window->findChild<RestorationPlot*>();
    QTRY_COMPARE(plot->points().blurs.size(), std::size_t{9});
    QCOMPARE(plot->points().networks.size(), std::size_t{3});
    QCOMPARE(*plot->points().networks[0].er, 0.0);

    // Undo and redo are one step each.
    fixture.undo();
    QVERIFY(fixture.session().degradation().isClean());
    QVERIFY(fixture.waitForMaps());
    QVERIFY(equal(*fixture.view(ImagePane::input).picture().image, *fixture.session().image().pixels));
    QTRY_COMPARE(fixture.cell(QStringLiteral("Half"), QStringLiteral("E_R")), QString());
    QVERIFY(!fixture.inDialog<QCheckBox>("stepRain").isChecked());
    fixture.redo();
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    QVERIFY(equal(*fixture.entry(fixture.copy).lr, pair.lr));
}

void RestorationTest::theSliderFadesTheRainAndIsOneStep() {
    RestorationFixture fixture;
    fixture.addThree();
    fixture.openDialog();
    fixture.write(QStringLiteral("rain:small"));
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    const double whole = *fixture.measures(fixture.half).rainRms;
    const auto before = fixture.session().undoStack().count();
    const auto heavy = fixture.session().degradedImage();

    auto& slider = fixture.inDialog<QSlider>("rainAmplitude");
    QStyleOptionSlider option;
    option.initFrom(&slider);
    option.orientation = Qt::Horizontal;
    option.minimum = slider.minimum();
    option.maximum = slider.maximum();
    option.sliderPosition = slider.value();
    option.sliderValue = slider.value();
    const auto handle =
        slider.style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, &slider).center();
    const auto at = [&](double share) { return QPoint(static_cast<int>(share * slider.width()), handle.y()); };
    QTest::mousePress(&slider, Qt::LeftButton, {}, handle);
    QTest::mouseMove(&slider, at(0.7));
    QVERIFY(fixture.session().isDragging());
    // The input moves while the slider is held.
    QTRY_VERIFY(fixture.session().degradedImage() != heavy);
    QTest::mouseMove(&slider, at(0.5));
    QTest::mouseRelease(&slider, Qt::LeftButton, {}, at(0.5));
    QVERIFY(!fixture.session().isDragging());
    const double amplitude = fixture.session().degradation().rain->amplitude;
    QVERIFY(amplitude > 0.3 && amplitude < 0.7);
    QCOMPARE(fixture.session().undoStack().count(), before + 1);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    QVERIFY(equal(*fixture.entry(fixture.half).lr, fixture.degraded().lr));
    QVERIFY(*fixture.measures(fixture.half).rainRms < whole);
    fixture.undo();
    QCOMPARE(fixture.session().degradation().rain->amplitude, 1.0);

    // Without any rain nothing is measured.
    slider.setFocus();
    QTest::keyClick(&slider, Qt::Key_Home);
    QCOMPARE(fixture.session().degradation().rain->amplitude, 0.0);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    QVERIFY(!fixture.measures(fixture.half).er.has_value());
    QVERIFY(!fixture.measures(fixture.half).transmission.has_value());
    QTRY_COMPARE(fixture.cell(QStringLiteral("Half"), QStringLiteral("E_R")), QString());
}

void RestorationTest::recipesAreWrittenRefusedAndCopied() {
    RestorationFixture fixture;
    fixture.addThree();
    fixture.openDialog();
    fixture.write(QStringLiteral("noise:10+blur:1"));
    QCOMPARE(toString(fixture.session().degradation()), std::string("blur:1+noise:10"));
    QCOMPARE(fixture.inDialog<QLineEdit>("recipe").text(), QStringLiteral("blur:1+noise:10"));
    QVERIFY(fixture.inDialog<QCheckBox>("stepBlur").isChecked());
    QVERIFY(!fixture.inDialog<QSlider>("rainAmplitude").isVisible());
    fixture.write(QStringLiteral("fog:3"));
    QCOMPARE(toString(fixture.session().degradation()), std::string("blur:1+noise:10"));
    QCOMPARE(fixture.inDialog<QLineEdit>("recipe").text(), QStringLiteral("blur:1+noise:10"));
    QVERIFY(testing::shownTexts(fixture.dialog()).join(QLatin1Char('\n')).contains(QStringLiteral("fog")));
    fixture.tick("stepBlur");
    QCOMPARE(toString(fixture.session().degradation()), std::string("noise:10"));
    auto& seed = fixture.inDialog<QSpinBox>("degradationSeed");
    seed.setFocus();
    seed.selectAll();
    QTest::keyClicks(&seed, QStringLiteral("7"));
    QTest::keyClick(&seed, Qt::Key_Return);
    QCOMPARE(fixture.session().degradationSeed(), std::uint64_t{7});
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    // Noise is on both sides of 0: all pixels that differ are its mask.
    QVERIFY(fixture.measures(fixture.copy).maskShare > 0.9);

    fixture.window->actions().copyCommand->trigger();
    const auto command = QApplication::clipboard()->text();
    QVERIFY2(command.contains(QStringLiteral("--degrade noise:10 --seed 7")), qPrintable(command));
    fixture.window->findChild<QToolButton*>(QStringLiteral("copyRestorationCommand"))->click();
    const auto derain = QApplication::clipboard()->text();
    QVERIFY2(derain.startsWith(QStringLiteral("lamscope-cli derain")), qPrintable(derain));
    QVERIFY2(derain.contains(QStringLiteral("noise:10")) && derain.contains(QStringLiteral("--seed 7")),
             qPrintable(derain));
    auto* plot = fixture.window->findChild<RestorationPlot*>();
    QTRY_COMPARE(plot->points().blurs.size(), std::size_t{9});
    fixture.window->findChild<QToolButton*>(QStringLiteral("copyRestorationCsv"))->click();
    QCOMPARE(QApplication::clipboard()->text().trimmed().count(QLatin1Char('\n')), 3 + 9);

    QTest::mouseClick(&fixture.inDialog<QPushButton>("noDegradation"), Qt::LeftButton);
    QVERIFY(fixture.session().degradation().isClean());
}

void RestorationTest::aDroppedReferenceIsTakenOrRefused() {
    RestorationFixture fixture;
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().hasImage(); }, patienceMs));
    const auto rainy =
        degrade(*fixture.session().image().pixels, 1, Reduction::Pillow, degradationFromString("rain:small"), 3);
    const auto rainyFile = fixture.writeImage("rainy.png", rainy.lr);
    const auto cleanFile = fixture.writeImage("clean.png", rainy.hr);
    const auto otherFile = fixture.writeImage("other.png", Image(90, 80));
    fixture.addThree();
    QVERIFY(fixture.waitForMaps());
    fixture.window->files().openImage(rainyFile);
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().image().file == rainyFile.toStdString(); }, patienceMs));
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!fixture.entry(fixture.half).result->psnr.has_value());

    // A drop may mean either: the bar asks.
    const auto middle = fixture.window->rect().center();
    testing::drop(*fixture.window, middle, {otherFile});
    QVERIFY(fixture.waitForMessage(QStringLiteral("clean reference of rainy.png")));
    fixture.pressInMessage(QStringLiteral("Reference"));
    QVERIFY(fixture.waitForMessage(QStringLiteral("90x80")));
    for (const auto& message : fixture.window->messages().messages()) {
        if (message.text.contains(QStringLiteral("90x80"))) {
            QVERIFY(message.text.contains(QStringLiteral("other.png")));
            QVERIFY(message.text.contains(QStringLiteral("rainy.png")));
        }
    }
    QVERIFY(fixture.session().referenceImage() == nullptr);

    testing::drop(*fixture.window, middle, {cleanFile});
    QVERIFY(fixture.waitForMessage(QStringLiteral("clean.png")));
    fixture.pressInMessage(QStringLiteral("Reference"));
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().referenceImage() != nullptr; }, patienceMs));
    QVERIFY(fixture.session().role() == ImageRole::Lr);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    QVERIFY(fixture.entry(fixture.half).result->psnr.has_value());
    QCOMPARE(*fixture.measures(fixture.copy).transmission, 1.0);
    QVERIFY(fixture.window->windowTitle().contains(QStringLiteral("reference clean.png")));
    QVERIFY(fixture.window->actions().removeReference->isEnabled());

    // Undo takes it away and redo brings it back; the menu removes it.
    fixture.undo();
    QVERIFY(fixture.session().referenceImage() == nullptr);
    fixture.redo();
    QVERIFY(fixture.session().referenceImage() != nullptr);
    fixture.window->actions().removeReference->trigger();
    QVERIFY(fixture.session().referenceImage() == nullptr);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!fixture.entry(fixture.half).result->psnr.has_value());

    // By the File menu's dialog, and a file that is no image.
    fixture.window->actions().openReference->trigger();
    testing::chooseInDialog(cleanFile);
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().referenceImage() != nullptr; }, patienceMs));
    const auto notAnImage = fixture.files.path() / "broken.png";
    std::ofstream(notAnImage) << "no image";
    fixture.window->files().openReference(QString::fromStdString(notAnImage.string()));
    QVERIFY(fixture.waitForMessage(QStringLiteral("broken.png")));
    QVERIFY(fixture.session().referenceImage() != nullptr);
}

void RestorationTest::layersShowWhatWasAddedRemovedAndSpoilt() {
    RestorationFixture fixture;
    fixture.addThree();
    QVERIFY(fixture.waitForMaps());
    auto& grid = fixture.window->probe().grid();
    grid.setFocus();
    const auto walk = [&] {
        std::vector<Layer> seen;
        for (std::size_t i = 0; i < layerTable.size(); ++i) {
            fixture.key(Qt::Key_L);
            if (std::ranges::find(seen, fixture.session().view().layer) == seen.end()) {
                seen.push_back(fixture.session().view().layer);
            }
        }
        return seen;
    };
    QCOMPARE(walk().size(), layerTable.size() - 5);  // what cannot be shown is passed over
    auto* combo = [&]() -> QComboBox* {
        for (auto* each : fixture.window->findChildren<QComboBox*>()) {
            if (each->accessibleName() == QStringLiteral("Layer")) {
                return each;
            }
        }
        return nullptr;
    }();
    const int removedRow = combo->findData(static_cast<int>(Layer::Removed));
    QVERIFY(!combo->model()->flags(combo->model()->index(removedRow, 0)).testFlag(Qt::ItemIsEnabled));
    QVERIFY(combo->itemData(removedRow, Qt::ToolTipRole).toString().contains(QStringLiteral("Degrade the image")));

    fixture.openDialog();
    fixture.write(QStringLiteral("rain:small"));
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    QVERIFY(combo->model()->flags(combo->model()->index(removedRow, 0)).testFlag(Qt::ItemIsEnabled));
    fixture.dialog().close();
    grid.setFocus();
    QCOMPARE(walk().size(), layerTable.size());

    const auto show = [&](Layer layer) {
        for (std::size_t i = 0; i < layerTable.size() && fixture.session().view().layer != layer; ++i) {
            fixture.key(Qt::Key_L);
        }
        QVERIFY(fixture.session().view().layer == layer);
    };
    const auto pair = fixture.degraded();
    const QPoint pixel(70, 60);
    const auto meanAt = [&](const Image& of) {
        double sum = 0.0;
        for (int c = 0; c < Image::channels; ++c) {
            sum += of.at(c, pixel.y(), pixel.x());
        }
        return 255.0 * sum / Image::channels;
    };
    const double input = meanAt(pair.lr);
    const double clean = meanAt(pair.hr);
    const bool rains = pair.rain.at(0, pixel.y(), pixel.x()) > 0.0F;
    const std::vector<std::pair<Layer, double>> expected{{Layer::Rain, input - clean},
                                                         {Layer::Removed, 0.5 * input},
                                                         {Layer::LeftOver, rains ? 0.5 * input - clean : 0.0},
                                                         {Layer::Background, rains ? 0.0 : 0.5 * input - clean}};
    for (const auto& [layer, value] : expected) {
        show(layer);
        QTest::mouseMove(&fixture.view(fixture.half), {3, 3});
        QTest::mouseMove(&fixture.view(fixture.half), fixture.at(fixture.half, pixel.x() + 0.5, pixel.y() + 0.5));
        const auto words = QObject::tr(layerRow(layer).shortTitle) + QLatin1Char(' ');
        const auto said = [&] { return testing::shownTexts(*fixture.window).filter(words); };
        QTRY_VERIFY(!said().isEmpty());
        bool isClose = false;
        for (const auto& text : said()) {
            isClose = isClose || std::abs(text.mid(words.size()).toDouble() - value) < 0.11;
        }
        QVERIFY2(isClose, qPrintable(said().join(QLatin1Char('|')) + QStringLiteral(" is not %1").arg(value)));
        QVERIFY(testing::shownTexts(*fixture.window).contains(QStringLiteral("Pixel (70, 60)")));
    }
    show(Layer::RainMask);
    QTRY_VERIFY(testing::shownTexts(*fixture.window)
                    .contains(rains ? QStringLiteral("in the mask") : QStringLiteral("beside the mask")));
}

void RestorationTest::aSessionComesBack() {
    RestorationFixture fixture;
    fixture.addThree();
    fixture.openDialog();
    fixture.write(QStringLiteral("rain:medium:0.6+noise:4"));
    QVERIFY(fixture.waitForMaps());
    const auto degradation = fixture.session().degradation();
    const auto saved = QString::fromStdString((fixture.files.path() / "rain.lamscope").string());
    fixture.window->files().saveSession(saved);
    QTRY_VERIFY(QFile::exists(saved));
    const auto pair = fixture.degraded();
    const auto rainyFile = fixture.writeImage("rainy.png", pair.lr);
    const auto cleanFile = fixture.writeImage("clean.png", pair.hr);

    fixture.open();
    fixture.window->files().openSession(saved);
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().networks().size() == 3; }, patienceMs));
    QVERIFY(QTest::qWaitFor([&] { return !fixture.session().degradation().isClean(); }, patienceMs));
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    QVERIFY(fixture.session().degradation() == degradation);
    QVERIFY(equal(*fixture.session().networks().front().lr, pair.lr));

    // The same of an input with its reference.
    fixture.window->files().openImage(rainyFile);
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().image().file == rainyFile.toStdString(); }, patienceMs));
    fixture.window->files().openReference(cleanFile);
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().referenceImage() != nullptr; }, patienceMs));
    const auto beside = QString::fromStdString((fixture.files.path() / "beside.lamscope").string());
    fixture.window->files().saveSession(beside);
    QTRY_VERIFY(QFile::exists(beside));
    fixture.open();
    fixture.window->files().openSession(beside);
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().referenceImage() != nullptr; }, patienceMs));
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.waitForMeasures());
    QCOMPARE(fixture.session().referenceImage()->file, cleanFile.toStdString());
    QVERIFY(fixture.session().role() == ImageRole::Lr);
}

void RestorationTest::wordsAreThoseOfTheScale() {
    RestorationFixture fixture;
    fixture.addThree();
    fixture.openDialog();
    fixture.write(QStringLiteral("rain:small"));
    QVERIFY(fixture.waitForMaps());
    QTest::mouseMove(&fixture.view(fixture.half), fixture.at(fixture.half, 70.5, 60.5));
    const QRegularExpression enlarging(QStringLiteral("\\b(LR|SR|HR)\\b"));
    const auto wrong = [&] {
        auto texts = testing::shownTexts(*fixture.window);
        for (const auto* button : fixture.window->findChildren<QAbstractButton*>()) {
            texts += button->isVisible() ? button->text() : QString();
        }
        for (const auto* combo : fixture.window->findChildren<QComboBox*>()) {
            texts += combo->isVisible() ? combo->currentText() : QString();
        }
        return texts.filter(enlarging);
    };
    QVERIFY2(wrong().isEmpty(), qPrintable(wrong().join(QLatin1Char('|'))));
    QVERIFY(fixture.waitForMeasures());
    // Beside a network that enlarges, the words are the common ones, and DI are not compared.
    fixture.add("global.pth:scale=4,name=Enlarges");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!fixture.session().keepsSize());
    QVERIFY(!wrong().isEmpty());
    QCOMPARE(fixture.cell(QStringLiteral("Enlarges"), QStringLiteral("E_R")), QString(QChar(0x2013)));
    QCOMPARE(fixture.cell(QStringLiteral("Enlarges"), QStringLiteral("ΔDI")), QString(QChar(0x2013)));
}

void RestorationTest::thePlotMarksTheBlurThatSpoilsAsMuch() {
    const auto blur = [](double eb, double transmission) {
        RestorationPoint point;
        point.eb = eb;
        point.transmission = transmission;
        return point;
    };
    const std::vector<RestorationPoint> line{blur(0.02, 0.9), blur(0.06, 0.7), blur(0.10, 0.6)};
    QVERIFY(std::abs(*transmissionOfBlur(line, 0.04) - 0.8) < 1e-12);
    QVERIFY(std::abs(*transmissionOfBlur(line, 0.09) - 0.625) < 1e-12);
    QVERIFY(!transmissionOfBlur(line, 0.01).has_value());
    QVERIFY(!transmissionOfBlur(line, 0.2).has_value());
    QVERIFY(!transmissionOfBlur({}, 0.05).has_value());
}

void RestorationTest::theSampleOpensDegradedUnderItsNetworks() {
    const WindowFixture fixture;
    SampleCard* card = nullptr;
    QVERIFY(QTest::qWaitFor(
        [&] {
            for (auto* each : fixture.window->findChildren<SampleCard*>()) {
                card = each->text() == QStringLiteral("Rain") ? each : card;
            }
            return card != nullptr && card->isVisible();
        },
        patienceMs));
    QTest::mouseClick(card, Qt::LeftButton);
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().degradedImage() != nullptr; }, patienceMs));
    QCOMPARE(toString(fixture.session().degradation()), std::string("rain:small"));
    QCOMPARE(fixture.session().networks().size(), std::size_t{2});
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().keepsSize(); }, patienceMs));
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::RestorationTest)
#include "restoration_test.moc"
