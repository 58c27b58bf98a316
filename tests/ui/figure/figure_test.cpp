// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <variant>

#include "base/error.h"
#include "figure/figure_file.h"
#include "figure/path_curves.h"
#include "scene/experiment_file.h"
#include "support/temporary_folder.h"
#include "ui/figure/figure_test_data.h"
#include "ui/figure/sheet_faults.h"
#include "view/colour_map.h"

using namespace lamscope;
using namespace lamscope::ui;
using namespace lamscope::ui::testing;
using lamscope::test::contentOf;

namespace {

const std::string longName = "RealESRGAN_x4plus_anime_6B_finetuned_on_everything_2026-11-20_iteration_400000";

std::vector<LamDocument> documentsFor(FigureKind kind, const LamDocument& document) {
    if (kind != FigureKind::Paths) {
        return {document};
    }
    std::vector<LamDocument> paths;
    for (const auto path : {PathKind::Black, PathKind::BlurredLinear, PathKind::Blur}) {
        paths.push_back(document);
        paths.back().results.resize(1);
        paths.back().plan.options.path = path;
        addPathGradients(paths.back().results.front().result, FigureLayout().alphas);
    }
    return paths;
}

/// The colour that the file has in the middle of a pixel of a picture.
QRgb colourInFile(const QImage& file, const FigureSheet& sheet, const SheetPicture& picture, int x, int y) {
    const double scale = file.width() / sheet.size.width();
    const QPointF place(picture.place.left() + (x + 0.5) * picture.place.width() / picture.image.width(),
                        picture.place.top() + (y + 0.5) * picture.place.height() / picture.image.height());
    return file.pixel(static_cast<int>(place.x() * scale), static_cast<int>(place.y() * scale));
}

Experiment exampleSession(const std::filesystem::path& folder) {
    Experiment session;
    session.scenes = {{.image = folder / "scene.png", .sha256 = std::string(64, 'b'), .boxes = {{28, 28, 8}}}};
    session.networks = {{.spec = ModelSpec::parse("bicubic")}};
    auto layout = defaultLayout(FigureKind::Networks);
    layout.letters = true;
    setFigure(session, layout);
    return session;
}

}  // namespace

class FigureTest : public QObject {
    Q_OBJECT

private slots:
    void everyFigureIsFitToPrint_data();
    void everyFigureIsFitToPrint();
    void mapsInTheFileAreTheValuesThroughTheColourMap();
    void pixelsOfImagesAreNotSmoothed();
    void sharedNormalisationDividesByTheLargest();
    void gradientsStandUnderTheirPathImages();
    void curvesRunFromEndToEndOfThePath();
    void timeStampsOnlyWhereAsked();
    void namesAreShortenedInTheMiddle();
    void networksOfOtherScalesSaySo();
    void mapsAreOrderedByDiffusionIndex();
    void lettersNumbersAndDecimalMark();
    void anUnknownLetterIsReported();
    void pdfHasTextAndPicturesAtTheirOwnSize();
    void pdfPageHasTheWidthAskedFor();
    void pdfAndPngShowTheSame();
    void svgHasTextAndSharpPixels();
    void sameFigureSameBytes();
    void everyFormatGivesItsSessionBack();
    void damagedFilesAreRefused();
    void wholeFilesOrNone();
    void theCaptionTellsHowItWasMade();
    void nothingToShowIsAnError();
};

void FigureTest::everyFigureIsFitToPrint_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<double>("width");
    QTest::addColumn<int>("networks");
    QTest::addColumn<QString>("settings");
    for (const auto* kind : {"fig3", "fig4", "fig5", "fig6"}) {
        for (const auto& width : figureWidths) {
            for (const int networks : {1, 2, 4, 8}) {
                QTest::addRow("%s %s %d", kind, std::string(width.name).c_str(), networks)
                    << QString::fromLatin1(kind) << width.millimetres << networks << QString();
            }
        }
        for (const auto* settings :
             {"letters=true;inset=true", "labels=false", "networks_down=true;letters=true", "colour_bar=false",
              "cells=patch", "cells=patch,map,overlay,area;crop=8", "font_size=12;small_font_size=10", "box_width=4"}) {
            QTest::addRow("%s %s", kind, settings)
                << QString::fromLatin1(kind) << 174.625 << 3 << QString::fromLatin1(settings);
        }
    }
}

void FigureTest::everyFigureIsFitToPrint() {
    QFETCH(const QString, kind);
    QFETCH(const double, width);
    QFETCH(const int, networks);
    QFETCH(const QString, settings);
    for (const bool withHr : {true, false}) {
        auto document = madeDocument(networks, withHr);
        document.results.front().card.name = longName;
        auto layout = defaultLayout(figureKindFromString(kind.toStdString()));
        layout.widthMm = width;
        for (const auto& setting : settings.split(u';', Qt::SkipEmptyParts)) {
            const auto parts = setting.split(u'=');
            setLayoutField(layout, parts[0].toStdString(), parts[1].toStdString());
        }
        const auto sheet = layOutFigure(documentsFor(layout.kind, document), layout);
        QCOMPARE(faultOf(sheet), QString());
        QVERIFY(std::abs(sheet.size.width() - width / 25.4 * 72.0) < 1e-9);
        QVERIFY(sheet.warnings.empty());
    }
}

void FigureTest::mapsInTheFileAreTheValuesThroughTheColourMap() {
    for (const auto& colours : colourMapNames()) {
        auto layout = defaultLayout(FigureKind::Maps);
        layout.colourMap = colours;
        layout.widthMm = 82.55;
        const auto document = madeDocument(3);
        const auto sheet = layOutFigure({document}, layout);
        const auto bytes = encodeFigure(sheet, FigureFormat::Png, {.dpi = 300});
        const auto file = QImage::fromData(bytes);
        const auto pictures = itemsOf<SheetPicture>(sheet);
        for (std::size_t network = 0; network < 3; ++network) {
            for (int y = 0; y < 16; ++y) {
                for (int x = 0; x < 16; ++x) {
                    const double value =
                        document.results[network]
                            .result.map[16 * static_cast<std::size_t>(y) + static_cast<std::size_t>(x)];
                    QCOMPARE(colourInFile(file, sheet, pictures[network], x, y), colourMap(colours).at(value));
                }
            }
        }
    }
}

void FigureTest::pixelsOfImagesAreNotSmoothed() {
    auto layout = defaultLayout(FigureKind::Networks);
    layout.cells = {FigureCell::Patch};
    const auto document = madeDocument(1);
    const auto sheet = layOutFigure({document}, layout);
    const auto file = QImage::fromData(encodeFigure(sheet, FigureFormat::Png, {.dpi = 600}));
    // The patch of 8 SR pixels at 28 with as much around it that 32 are shown, from 16 on.
    const auto picture = itemsOf<SheetPicture>(sheet).at(1);
    QCOMPARE(picture.image.size(), QSize(32, 32));
    const auto& sr = document.results.front().result.sr;
    for (const auto& place : {QPoint(0, 0), QPoint(31, 31), QPoint(3, 20), QPoint(30, 2)}) {
        const auto level = [&](int channel) {
            return static_cast<int>(std::lround(sr.at(channel, 16 + place.y(), 16 + place.x()) * 255.0F));
        };
        QCOMPARE(colourInFile(file, sheet, picture, place.x(), place.y()), qRgb(level(0), level(1), level(2)));
    }
}

void FigureTest::sharedNormalisationDividesByTheLargest() {
    auto document = madeDocument(2);
    for (auto& value : document.results[1].result.attribution) {
        value *= 2.0F;
    }
    auto layout = defaultLayout(FigureKind::Maps);
    const auto middle = [&] {
        const auto picture = itemsOf<SheetPicture>(layOutFigure({document}, layout)).front();
        return picture.image.pixel(8, 8);
    };
    QCOMPARE(middle(), colourMap("white-red").at(1.0));
    layout.normalisation = Normalisation::Shared;
    QCOMPARE(middle(), colourMap("white-red").at(0.5));
}

void FigureTest::gradientsStandUnderTheirPathImages() {
    auto layout = defaultLayout(FigureKind::Paths);
    layout.alphas = {0.0, 1.0};
    auto document = madeDocument(1);
    auto& result = document.results.front().result;
    const auto last = [&] {  // of the overview, the path images and the gradients: the gradients at 0 and 1
        const auto pictures = itemsOf<SheetPicture>(layOutFigure({document}, layout));
        return std::pair(pictures.at(pictures.size() - 3), pictures.back());
    };
    const auto count = [&] { return itemsOf<SheetPicture>(layOutFigure({document}, layout)).size(); };
    const auto without = count();
    addPathGradients(result, {0.0, 1.0});  // the second is half as large
    QCOMPARE(count(), without + 2);
    const auto [first, second] = last();
    const auto image = itemsOf<SheetPicture>(layOutFigure({document}, layout)).at(count() - 2);
    QCOMPARE(second.place.left(), image.place.left());
    QVERIFY(second.place.top() > image.place.bottom());
    const auto& colours = colourMap("white-red");
    for (int y = 0; y < 16; ++y) {
        for (int x = 0; x < 16; ++x) {
            const double value = result.map[16 * static_cast<std::size_t>(y) + static_cast<std::size_t>(x)];
            QCOMPARE(first.image.pixel(x, y), colours.at(value));
            QCOMPARE(second.image.pixel(x, y), colours.at(value));
        }
    }
    layout.normalisation = Normalisation::Shared;
    QCOMPARE(last().second.image.pixel(8, 8), colours.at(0.5));
    layout.gradients = false;
    QCOMPARE(count(), without);
    // Made for other points of the path.
    layout.gradients = true;
    layout.alphas = {0.0, 0.5};
    QCOMPARE(count(), without);
}

void FigureTest::curvesRunFromEndToEndOfThePath() {
    auto document = madeDocument(1);
    auto& result = document.results.front().result;
    document.plan.options.path = PathKind::Black;
    double squared = 0.0;  // ‖∂γ/∂α‖ = ‖I‖ on the linear path from black
    for (const float value : result.lr.values()) {
        squared += static_cast<double>(value) * value;
    }
    const auto columns = curveColumns({document});
    QCOMPARE(columns.size(), std::size_t{3});
    for (const auto& column : columns) {
        const auto& curve = column.curves.front();
        QCOMPARE(curve.alpha.size(), std::size_t{29});
        QCOMPARE(curve.values.size(), curve.alpha.size());
        QCOMPARE(curve.alpha.front(), 0.0);
        QCOMPARE(curve.alpha.back(), 1.0);
    }
    QCOMPARE(columns[0].curves.front().values.front(), result.detectorBaseline);
    QCOMPARE(columns[0].curves.front().values.back(), result.detectorImage);
    QVERIFY(std::abs(columns[1].curves.front().values.front() / std::sqrt(squared) - 1.0) < 1e-4);
    QVERIFY(std::abs(columns[1].curves.front().values.back() / std::sqrt(squared) - 1.0) < 1e-4);
    QCOMPARE(columns[2].curves.front().values.front(), 0.0);
    QCOMPARE(columns[2].curves.front().values.back(), result.attributionSum);
    QCOMPARE(columns[2].curves.front().target.value(), result.detectorImage - result.detectorBaseline);
    // A node at the end is the end.
    result.curves.alpha.back() = 1.0;
    QCOMPARE(curveColumns({document})[0].curves.front().alpha.size(), std::size_t{28});
}

void FigureTest::timeStampsOnlyWhereAsked() {
    const auto sheet = layOutFigure({madeDocument(1)}, defaultLayout(FigureKind::Maps));
    const QDateTime time(QDate(2026, 1, 2), QTime(3, 4, 5), Qt::UTC);
    const auto stamped = [&](FigureFormat format) { return encodeFigure(sheet, format, {.dpi = 72, .created = time}); };
    const auto pdf = stamped(FigureFormat::Pdf);
    QVERIFY(pdf.contains("/CreationDate (D:20260102030405Z)"));
    QCOMPARE(pdf.size(), encodeFigure(sheet, FigureFormat::Pdf, {.dpi = 72}).size());
    QVERIFY(stamped(FigureFormat::Svg).contains(", 2026-01-02T03:04:05Z</desc>"));
    QCOMPARE(QImage::fromData(stamped(FigureFormat::Png)).text(QStringLiteral("Creation Time")),
             QStringLiteral("2026-01-02T03:04:05Z"));
    QVERIFY(stamped(FigureFormat::Tiff).contains("2026:01:02 03:04:05"));
}

void FigureTest::namesAreShortenedInTheMiddle() {
    auto document = madeDocument(4);
    document.results[1].card.name = longName;
    auto layout = defaultLayout(FigureKind::Networks);
    layout.widthMm = 82.55;
    const auto texts = textsOf(layOutFigure({document}, layout));
    const auto elided = texts.filter(QChar(0x2026));
    QCOMPARE(elided.size(), 1);
    QVERIFY(elided.front().startsWith(QLatin1String("Re")));
    QVERIFY(texts.contains(QLatin1String("Net-1")));
}

void FigureTest::networksOfOtherScalesSaySo() {
    auto document = madeDocument(1);
    document.results.push_back(madeResult("Two", 2, 32, 32, 4.0));
    const auto sheet = layOutFigure({document}, defaultLayout(FigureKind::Networks));
    QCOMPARE(faultOf(sheet), QString());
    QVERIFY(textsOf(sheet).contains(QStringLiteral("Net-1 ×4")));
    QVERIFY(textsOf(sheet).contains(QStringLiteral("Two ×2")));
    const auto areas = layOutFigure({document}, defaultLayout(FigureKind::Interest));
    QCOMPARE(areas.warnings.size(), std::size_t{1});
    QVERIFY(areas.warnings.front().contains(QLatin1String("leave out Two")));
}

void FigureTest::mapsAreOrderedByDiffusionIndex() {
    auto document = madeDocument(3);
    document.results[0].result.diffusionIndex = 20.0;
    document.results[1].result.diffusionIndex = std::nullopt;
    document.results[2].result.diffusionIndex = 5.0;
    const auto texts = textsOf(layOutFigure({document}, defaultLayout(FigureKind::Maps)));
    QVERIFY(texts.indexOf(QLatin1String("Net-3")) < texts.indexOf(QLatin1String("Net-1")));
    QVERIFY(texts.indexOf(QLatin1String("Net-1")) < texts.indexOf(QLatin1String("Net-2")));
    QVERIFY(texts.contains(QStringLiteral("DI –")));
}

void FigureTest::lettersNumbersAndDecimalMark() {
    auto layout = defaultLayout(FigureKind::Networks);
    layout.letters = true;
    layout.decimals = 1;
    layout.decimalMark = std::string(",");
    const auto texts = textsOf(layOutFigure({madeDocument(2)}, layout));
    QVERIFY(texts.contains(QLatin1String("(a) HR")));
    QVERIFY(texts.contains(QLatin1String("(c) Net-2")));
    QVERIFY(texts.contains(QLatin1String("DI 4,5")));  // 3 times a reach of 1.5
}

void FigureTest::anUnknownLetterIsReported() {
    auto document = madeDocument(1);
    document.results.front().card.name = "Сеть Ωμέγα";
    QVERIFY(layOutFigure({document}, defaultLayout(FigureKind::Networks)).warnings.empty());
    document.results.front().card.name = "\xEE\x80\x80";  // U+E000, for private use
    const auto sheet = layOutFigure({document}, defaultLayout(FigureKind::Networks));
    QCOMPARE(sheet.warnings.size(), std::size_t{1});
    auto layout = defaultLayout(FigureKind::Networks);
    layout.font = std::string("No Such Typeface");
    QCOMPARE(layOutFigure({madeDocument(1)}, layout).warnings.size(), std::size_t{1});
}

void FigureTest::pdfHasTextAndPicturesAtTheirOwnSize() {
    const auto sheet = layOutFigure({madeDocument(2)}, defaultLayout(FigureKind::Networks));
    const auto pdf = encodeFigure(sheet, FigureFormat::Pdf, {});
    QVERIFY(pdf.startsWith("%PDF-1.4"));
    QVERIFY(pdf.contains("/FontFile2"));
    QVERIFY(pdf.contains("+DejaVuSans"));
    QVERIFY(!pdf.contains("/Type3"));
    QVERIFY(!pdf.contains("/Interpolate"));
    QVERIFY(!pdf.contains("/DCTDecode"));
    QVERIFY(!pdf.contains("CreationDate"));
    // The scene, the SR patches, the maps, the LR; the colour bar; nothing else is made of pixels.
    std::multiset<int> widths;
    for (qsizetype place = pdf.indexOf("/Subtype /Image"); place >= 0;
         place = pdf.indexOf("/Subtype /Image", place + 1)) {
        const auto start = pdf.indexOf("/Width ", place) + 7;
        widths.insert(pdf.mid(start, pdf.indexOf('\n', start) - start).toInt());
    }
    QCOMPARE(widths, (std::multiset<int>{1, 16, 16, 16, 32, 32, 32, 64, 64, 64}));
}

void FigureTest::pdfPageHasTheWidthAskedFor() {
    auto layout = defaultLayout(FigureKind::Networks);
    layout.widthMm = figureWidthFromString("ieee-two");  // 7.16 inches
    const auto pdf = encodeFigure(layOutFigure({madeDocument(1)}, layout), FigureFormat::Pdf, {});
    QVERIFY(pdf.contains("/MediaBox [0 0 515.520000 "));
}

void FigureTest::pdfAndPngShowTheSame() {
    const auto program = QStandardPaths::findExecutable(QStringLiteral("pdftoppm"));
    if (program.isEmpty()) {
        QSKIP("there is no pdftoppm to draw the PDF with");
    }
    const test::TemporaryFolder folder;
    // Pixels of maps that cover many of the drawing's: poppler smooths pictures that it enlarges less than four times.
    const auto sheet = layOutFigure({madeDocument(3)}, defaultLayout(FigureKind::Maps));
    const auto pdf = encodeFigure(sheet, FigureFormat::Pdf, {});
    folder.write("a.pdf", std::string_view(pdf.constData(), static_cast<std::size_t>(pdf.size())));
    const auto file = [&](const char* name) { return QString::fromStdString((folder / name).string()); };
    QCOMPARE(QProcess::execute(program, {QStringLiteral("-r"), QStringLiteral("150"), QStringLiteral("-png"),
                                         QStringLiteral("-singlefile"), file("a.pdf"), file("a")}),
             0);
    const auto drawn = QImage(file("a.png")).convertToFormat(QImage::Format_RGB32);
    const auto png = QImage::fromData(encodeFigure(sheet, FigureFormat::Png, {.dpi = 150}));
    QVERIFY(std::abs(drawn.width() - png.width()) <= 1);
    QVERIFY(std::abs(drawn.height() - png.height()) <= 1);
    // The colours of the maps are the same; only edges and letters may be smoothed in another way.
    for (const auto& picture : itemsOf<SheetPicture>(sheet)) {
        for (int y = 0; y < std::min(picture.image.height(), 16); ++y) {
            for (int x = 0; x < picture.image.width(); ++x) {
                if (picture.image.width() > 1) {
                    QCOMPARE(colourInFile(drawn, sheet, picture, x, y), colourInFile(png, sheet, picture, x, y));
                }
            }
        }
    }
}

void FigureTest::svgHasTextAndSharpPixels() {
    auto layout = defaultLayout(FigureKind::Networks);
    layout.widthMm = 122.0;
    const auto svg =
        QString::fromUtf8(encodeFigure(layOutFigure({madeDocument(2)}, layout), FigureFormat::Svg, {.session = "<&>"}));
    QVERIFY(svg.contains(QLatin1String("width=\"122.0000mm\"")));
    QVERIFY(svg.contains(QLatin1String(">Net-2</text>")));
    QVERIFY(svg.contains(QLatin1String("font-family=\"DejaVu Sans\"")));
    QCOMPARE(svg.count(QLatin1String("<image ")), svg.count(QLatin1String("image-rendering:pixelated")));
    QCOMPARE(svg.count(QLatin1String("<image ")), 10);
    QVERIFY(svg.contains(QLatin1String("<metadata id=\"lamscope-session\">&lt;&amp;&gt;</metadata>")));
}

void FigureTest::sameFigureSameBytes() {
    auto layout = defaultLayout(FigureKind::Paths);
    layout.letters = true;
    const auto documents = documentsFor(FigureKind::Paths, madeDocument(1));
    for (const auto format : {FigureFormat::Pdf, FigureFormat::Svg, FigureFormat::Png, FigureFormat::Tiff}) {
        const FigureFileOptions options{.dpi = 150, .session = "{}"};
        QCOMPARE(encodeFigure(layOutFigure(documents, layout), format, options),
                 encodeFigure(layOutFigure(documents, layout), format, options));
    }
}

void FigureTest::everyFormatGivesItsSessionBack() {
    const test::TemporaryFolder folder;
    const auto session = exampleSession(folder.path());
    const std::vector<std::filesystem::path> names{folder / "a.pdf", folder / "a.svg", folder / "a.png",
                                                   folder / "a.tif", folder / "b.TIFF"};
    StagedFiles files;
    QVERIFY(addFigures(files, names, session, {madeDocument(1)}, {.dpi = 150}).empty());
    files.commit();
    for (const auto& name : names) {
        const auto read = readAnySession(name);
        QCOMPARE(toJson(read, folder.path()), toJson(session, folder.path()));
        // What was made of it says with what, and not when.
        const auto content = contentOf(name);
        QVERIFY(content.find("2026") == std::string::npos || name.extension() == ".pdf");
    }
    // The bytes do not depend on the file's own name.
    QCOMPARE(contentOf(names[3]), contentOf(names[4]));
    // Figures are published; the token of a server is not.
    auto served = session;
    served.networks.front().spec = ModelSpec::parse("lamscope+tcp://127.0.0.1:41233/secret#net");
    const auto text = embeddedSession(served, {}, folder.path());
    QVERIFY(text.find("lamscope+tcp://127.0.0.1:41233#net") != std::string::npos);
    QVERIFY(text.find("secret") == std::string::npos);
}

void FigureTest::damagedFilesAreRefused() {
    const test::TemporaryFolder folder;
    const auto session = exampleSession(folder.path());
    const std::vector<std::filesystem::path> names{folder / "a.pdf", folder / "a.svg", folder / "a.png",
                                                   folder / "a.tif"};
    StagedFiles files;
    static_cast<void>(addFigures(files, names, session, {madeDocument(1)}, {.dpi = 72}));
    files.commit();
    for (const auto& name : names) {
        const auto content = contentOf(name);
        const auto cut = folder / ("cut" + name.extension().string());
        for (std::size_t part = 0; part < 40; ++part) {
            folder.write(cut.filename().string(), std::string_view(content).substr(0, content.size() * part / 40));
            try {
                static_cast<void>(readAnySession(cut));  // may have been complete already
            } catch (const Error& error) {
                QVERIFY(error.code() == ErrorCode::BadFile);
                QVERIFY(std::string(error.what()).find(cut.string()) != std::string::npos);
            }
        }
    }
    QImage plain(8, 8, QImage::Format_RGB32);
    plain.fill(Qt::red);
    const auto photo = folder / "photo.png";
    QVERIFY(plain.save(QString::fromStdString(photo.string())));
    QVERIFY(!sessionOfFigure(photo));
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(readAnySession(photo)), Error);
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(readAnySession(folder / "absent.pdf")), Error);
}

void FigureTest::wholeFilesOrNone() {
    const test::TemporaryFolder folder;
    const auto session = exampleSession(folder.path());
    const auto before = folder.fileCount();
    const auto failure = [&]() -> std::optional<ErrorCode> {
        StagedFiles files;
        try {
            static_cast<void>(addFigures(files, {folder / "a.pdf", folder / "absent" / "a.svg"}, session,
                                         {madeDocument(1)}, {.dpi = 72}));
        } catch (const Error& error) {
            return error.code();
        }
        return std::nullopt;
    }();
    QVERIFY(failure == ErrorCode::WriteFailed);
    QCOMPARE(folder.fileCount(), before);
    StagedFiles files;
    QVERIFY_EXCEPTION_THROWN(
        static_cast<void>(addFigures(files, {folder / "a.jpg"}, session, {madeDocument(1)}, {.dpi = 72})), Error);
}

void FigureTest::theCaptionTellsHowItWasMade() {
    auto document = madeDocument(2);
    document.results[1].result.nodes = 81;
    const auto text = captionText({document}, defaultLayout(FigureKind::Networks));
    for (const auto* part :
         {"scene.png", "8 × 8 SR pixels at (28, 28)", "LR context 16 × 16", "Net-1 (DI 4.50)", "preset \"exact\"",
          "σ = 1.2", "27–81 nodes", "gradient detector", "completeness error at most 1.25 %"}) {
        QVERIFY2(text.contains(QString::fromUtf8(part)), qPrintable(text));
    }
}

void FigureTest::nothingToShowIsAnError() {
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(layOutFigure({}, {})), Error);
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(layOutFigure({LamDocument()}, {})), Error);
    FigureLayout layout;
    layout.colourMap = "rainbow";
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(layOutFigure({madeDocument(1)}, layout)), Error);
}

QTEST_MAIN(FigureTest)
#include "figure_test.moc"
