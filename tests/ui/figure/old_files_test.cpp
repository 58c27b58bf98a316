// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions and figures of 0.1.0, see tests/files/README.md.
#include <QTest>
#include <cmath>

#include "figure/figure_file.h"
#include "figure/figure_run.h"
#include "method/lam/lam_experiment.h"
#include "session/figure_layout.h"
#include "session/session_file.h"
#include "session/view_settings.h"

using namespace lamscope;
using namespace lamscope::ui;

namespace {

constexpr auto fsrcnnHash = "f0b9d41867f3964687834e132d8893251366a48fa60ffb66d0a810ab4730437d";
constexpr auto edsrHash = "36d24cfccc96d9be85355228955f4ebfb15af84e391c9993628221af1d39f747";
constexpr auto chartHash = "e9f782bb659b59b1ec443c5ed639871f558709496c5fbde01470ebe4b4c6be1f";

/// A file of this checkout, which is the folder of the tests.
std::filesystem::path here(const char* name) {
    return std::filesystem::current_path() / name;
}

ExperimentNetwork fsrcnn() {
    return {.spec = ModelSpec::parse(here("models/fsrcnn-s/fsrcnn-s_x4.safetensors").string()), .sha256 = fsrcnnHash};
}

ExperimentNetwork edsr() {
    return {.spec = ModelSpec::parse(here("models/edsr-s/edsr-s_x4.safetensors").string()), .sha256 = edsrHash};
}

ExperimentNetwork namedEdsr() {
    auto network = edsr();
    network.spec.settings.name = "EDSR";
    return network;
}

}  // namespace

class OldFilesTest : public QObject {
    Q_OBJECT

private slots:
    void theSessionOpens();
    void theFigureOfAnLrImageOpens();
    void theFigureOfTwoImagesOpens();
    void theFigureIsComputedAsItWas();
};

void OldFilesTest::theSessionOpens() {
    const auto session = readAnySession("tests/files/session.lamscope");
    const std::vector<Scene> scenes{{.image = here("resources/scenes/chart_HR.png"),
                                     .sha256 = chartHash,
                                     .role = ImageRole::Hr,
                                     .reduction = Reduction::Matlab,
                                     .gridScale = 1,
                                     .boxes = {{100, 84, 24}}}};
    QVERIFY(session.scenes == scenes);
    auto first = fsrcnn();
    first.spec.settings.range = 1.0;
    first.spec.settings.name = "Small, fast";
    const std::vector<ExperimentNetwork> networks{
        first, {.spec = ModelSpec::parse("bicubic:scale=2"), .shown = false}, edsr()};
    QVERIFY(session.networks == networks);
    QVERIFY(session.reference == std::size_t{2});
    QVERIFY(session.selected == std::size_t{0});

    LamOptions options;
    options.preset = Preset::Exact;
    options.path = PathKind::BlurredLinear;
    options.sigma = 1.5;
    options.kernel = 7;
    options.detector = DetectorKind::Intensity;
    options.rule = IntegrationRule::Midpoints;  // there was no other
    options.nodes = 9;
    options.tolerance = 0.2;
    options.context = 48;
    QVERIFY(lamOptionsOf(session) == options);
    const ViewSettings view{.layer = Layer::Signed,
                            .overlay = OverlayStyle::HalfAndHalf,
                            .overlayOnLr = true,
                            .opacity = 0.75,
                            .colourMap = "viridis",
                            .normalisation = Normalisation::Shared,
                            .areasOfInterest = true,
                            .diMapStride = 8};
    QVERIFY(viewOf(session) == view);
    auto layout = defaultLayout(FigureKind::Maps);
    layout.widthMm = 100.0;
    layout.decimals = 1;
    QVERIFY(figureOf(session) == layout);
}

void OldFilesTest::theFigureOfAnLrImageOpens() {
    const auto session = readAnySession("tests/files/lr.svg");
    const std::vector<Scene> scenes{{.image = here("resources/scenes/chart_LR.png"),
                                     .sha256 = "33ec9636ba270d65e136b833bafb165847120dd8c0f97906f0af7a7be6bb2de4",
                                     .role = ImageRole::Lr,
                                     .reduction = Reduction::Pillow,
                                     .reading = {.upright = true},
                                     .reference = here("resources/scenes/chart_HR.png"),
                                     .gridScale = 4,
                                     .boxes = {{104, 88, 24}}}};
    QVERIFY(session.scenes == scenes);
    const std::vector<ExperimentNetwork> networks{fsrcnn(), namedEdsr()};
    QVERIFY(session.networks == networks);
    LamOptions options;
    options.sigma = 1.4;
    options.rule = IntegrationRule::Midpoints;  // there was no other
    options.nodes = 9;
    options.context = 32;
    QVERIFY(lamOptionsOf(session) == options);
    QVERIFY(viewOf(session) == ViewSettings());
    auto layout = defaultLayout(FigureKind::Networks);
    layout.widthMm = 80.0;
    layout.cells = {FigureCell::Map};
    layout.crop = 24;
    QVERIFY(figureOf(session) == layout);
}

void OldFilesTest::theFigureOfTwoImagesOpens() {
    const auto session = readAnySession("tests/files/two-scenes.png");
    const std::vector<Scene> scenes{{.image = here("resources/scenes/chart_HR.png"),
                                     .sha256 = chartHash,
                                     .reduction = Reduction::Matlab,
                                     .boxes = {{120, 96, 16}}},
                                    {.image = here("resources/scenes/stripes_HR.png"),
                                     .sha256 = "0825a1f5aea7f41624b80f35803e5965dacde2fad5284955c8b8bc0dc2be8075",
                                     .reading = {.upright = true},
                                     .boxes = {{64, 72, 20}}}};
    QVERIFY(session.scenes == scenes);
    const std::vector<ExperimentNetwork> networks{fsrcnn(), namedEdsr()};
    QVERIFY(session.networks == networks);
    QVERIFY(!session.reference && !session.selected);
    LamOptions options;
    options.rule = IntegrationRule::Midpoints;  // there was no other
    options.nodes = 9;
    QVERIFY(lamOptionsOf(session) == options);
    auto layout = defaultLayout(FigureKind::Maps);
    layout.widthMm = 60.0;
    layout.crop = 24;
    QVERIFY(figureOf(session) == layout);
}

/// The diffusion indices that its file states.
void OldFilesTest::theFigureIsComputedAsItWas() {
    const auto run = computeFigure(readAnySession("tests/files/lr.svg"), "cpu");
    QVERIFY(run);
    QVERIFY(run->warnings.empty());
    const auto& results = run->documents.at(0).results;
    QCOMPARE(results.size(), std::size_t{2});
    QCOMPARE(results[0].result.nodes, 9);
    QVERIFY(std::abs(results[0].result.diffusionIndex.value() - 4.8282) < 0.02);
    QVERIFY(std::abs(results[1].result.diffusionIndex.value() - 8.4391) < 0.02);
    QVERIFY(results[0].result.psnrPatch.has_value());
}

QTEST_GUILESS_MAIN(OldFilesTest)
#include "old_files_test.moc"
