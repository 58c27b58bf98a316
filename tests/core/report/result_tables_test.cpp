// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/result_tables.h"

#include <algorithm>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamscope {
namespace {

LamDocument documentOf(const std::string& name, const LamResult& result) {
    LamDocument document;
    NamedLamResult named;
    named.card.name = name;
    named.result = result;
    document.results.push_back(named);
    return document;
}

LamResult defined() {
    LamResult result;
    result.diffusionIndex = 20.0849;
    result.mass95Pixels = 1828;
    result.radiusPixels = 13.06;
    result.detectorImage = 80.5;
    result.detectorBaseline = 2.25;
    result.completenessError = -0.0042;
    result.nodes = 81;
    return result;
}

TEST(Latex, RowHoldsTheRoundedNumbers) {
    const auto text = toLatex(documentOf("IMDN", defined()));
    EXPECT_THAT(text, testing::HasSubstr("\nIMDN & 20.08 & 1828 & 13.1 & 80.50 & 78.25 & $-0.42$ & 81 \\\\\n"));
    EXPECT_THAT(text, testing::StartsWith("\\begin{tabular}{lrrrrrrr}\n\\toprule\n"));
    EXPECT_THAT(text, testing::EndsWith("\\bottomrule\n\\end{tabular}\n"));
}

TEST(Latex, NamesAreEscaped) {
    const auto text = toLatex(documentOf("a_b&50%#$~^{}\\", defined()));
    EXPECT_THAT(text,
                testing::HasSubstr(R"(a\_b\&50\%\#\$\textasciitilde{}\textasciicircum{}\{\}\textbackslash{} & 20.08)"));
}

TEST(Latex, NamesAreNoArgumentsOfTheRule) {
    EXPECT_THAT(toLatex(documentOf("[net]", defined())), testing::HasSubstr("\\midrule\n{[}net] & 20.08"));
}

TEST(Latex, UndefinedValuesAreDashes) {
    LamResult flat;
    flat.nodes = 9;
    EXPECT_THAT(toLatex(documentOf("flat", flat)),
                testing::HasSubstr("\nflat & -- & -- & -- & 0.00 & 0.00 & -- & 9 \\\\\n"));
    flat.detectorImage = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THAT(toLatex(documentOf("flat", flat)), testing::HasSubstr("& -- & -- & -- & 9 \\\\\n"));
}

TEST(Latex, EveryRowHasAsManyCellsAsTheTabularHasColumns) {
    auto document = documentOf("first", defined());
    document.results.push_back(document.results.front());
    document.results.back().result.psnrPatch = 27.128;
    const auto text = toLatex(document);
    EXPECT_THAT(text, testing::StartsWith("\\begin{tabular}{lrrrrrrrr}\n"));
    EXPECT_THAT(text, testing::HasSubstr("& 81 & -- \\\\\n"));
    EXPECT_THAT(text, testing::HasSubstr("& 81 & 27.13 \\\\\n"));
    EXPECT_EQ(std::ranges::count(text, '&'), 3 * 8);
}

TEST(Csv, NamesWithCommasAndQuotesAreQuoted) {
    const auto text = toCsv(documentOf("x4, \"best\"", defined()));
    EXPECT_THAT(text, testing::HasSubstr("\n\"x4, \"\"best\"\"\","));
}

TEST(Csv, HeaderIsTheContract) {
    const auto text = toCsv(documentOf("IMDN", defined()));
    EXPECT_THAT(text,
                testing::StartsWith(
                    "network,architecture,scale,parameters,lr_width,lr_height,patch_x,patch_y,patch_size,context_x,"
                    "context_y,context_width,context_height,di,gini,mass95_pixels,radius_pixels,detector_image,"
                    "detector_baseline,attribution_sum,completeness_error,nodes,estimated_map_error,"
                    "nonfinite_gradients,psnr_patch,psnr,seconds,rule,mask_mass_ratio\n"));
}

TEST(Csv, RowHoldsAllDigitsAndNothingForWhatIsNotDefined) {
    auto document = documentOf("IMDN", defined());
    document.lrWidth = 80;
    document.lrHeight = 60;
    auto& [card, result, attributionFile, mapFile, restoration] = document.results.front();
    card.architecture = "IMDN";
    card.scale = 4;
    card.parameters = 715176;
    result.patch = {120, 104, 16};
    result.context = {2, 0, 64, 60};
    result.attributionSum = 77.875;
    result.psnr = std::numeric_limits<double>::infinity();
    result.seconds = 0.1;
    EXPECT_THAT(
        toCsv(document),
        testing::EndsWith("\nIMDN,IMDN,4,715176,80,60,120,104,16,2,0,64,60,20.0849,,1828,13.06,80.5,2.25,77.875,"
                          "-0.0042,81,,0,,,0.1,right-endpoint,\n"));
}

TEST(Csv, WithoutResultsALineACell) {
    LamDocument document;
    NamedDiMap named;
    named.card.name = "net, 1";
    named.map.columns = 2;
    named.map.rows = 1;
    named.map.cells = {{.patch = {0, 8, 16},
                        .rule = IntegrationRule::Secant,
                        .nodes = 9,
                        .diffusionIndex = 4.5,
                        .mass95Pixels = 77,
                        .radiusPixels = 3.25,
                        .completenessError = -0.01},
                       {.patch = {16, 8, 16}, .rule = IntegrationRule::Midpoints, .nodes = 3}};
    document.grids.push_back(named);
    EXPECT_EQ(toCsv(document),
              "network,patch_x,patch_y,patch_size,di,mass95_pixels,radius_pixels,completeness_error,nodes,rule\n"
              "\"net, 1\",0,8,16,4.5,77,3.25,-0.01,9,secant\n"
              "\"net, 1\",16,8,16,,,,,3,midpoint\n");
}

TEST(Text, ColumnsAreAlignedAndRounded) {
    auto document = documentOf("IMDN", defined());
    document.results.push_back(document.results.front());
    auto& flat = document.results.back();
    flat.card.name = "flat";
    flat.result = {};
    flat.result.nodes = 9;
    flat.result.estimatedMapError = 0.0307;
    flat.result.psnrPatch = 27.128;
    flat.result.seconds = 12.34;
    EXPECT_EQ(
        toText(document),
        "network     DI  95 % px  radius px  D(F(I))  delta D  compl. %  nodes  est. error  PSNR patch  seconds\n"
        "IMDN     20.08     1828       13.1    80.50    78.25     -0.42     81           -           -      0.0\n"
        "flat         -        -          -     0.00     0.00         -      9       0.031       27.13     12.3\n");
}

TEST(Text, SeveralPatchesAreToldApartByTheirPlaces) {
    auto document = documentOf("IMDN", defined());
    document.results.push_back(document.results.front());
    document.results.back().result.patch = {120, 104, 16};
    EXPECT_THAT(toText(document), testing::HasSubstr("\nIMDN 0,0      20.08"));
    EXPECT_THAT(toText(document), testing::HasSubstr("\nIMDN 120,104  20.08"));
}

TEST(Latex, HeadingsHaveUnits) {
    auto result = defined();
    EXPECT_THAT(toLatex(documentOf("IMDN", result)),
                testing::HasSubstr("\\toprule\nNetwork & DI & 95\\,\\% [px] & Radius [px] & $D(F(I))$ & $\\Delta D$ & "
                                   "Completeness [\\%] & Nodes \\\\\n\\midrule\n"));
    result.psnrPatch = 27.128;
    EXPECT_THAT(toLatex(documentOf("IMDN", result)), testing::HasSubstr(" & Nodes & PSNR [dB] \\\\\n\\midrule\n"));
}

TEST(Markdown, TableHasTheColumnsOfLatex) {
    auto result = defined();
    EXPECT_EQ(toMarkdown(documentOf("a_b", result)),
              "| Network | DI | 95 % [px] | Radius [px] | D(F(I)) | ΔD | Completeness [%] | Nodes |\n"
              "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
              "| a\\_b | 20.08 | 1828 | 13.1 | 80.50 | 78.25 | −0.42 | 81 |\n");
    result.psnrPatch = std::numeric_limits<double>::infinity();
    result.radiusPixels.reset();
    EXPECT_THAT(toMarkdown(documentOf("a_b", result)), testing::HasSubstr(" | Nodes | PSNR [dB] |\n"));
    EXPECT_THAT(toMarkdown(documentOf("a_b", result)), testing::HasSubstr("| 1828 | – | 80.50 "));
    EXPECT_THAT(toMarkdown(documentOf("a_b", result)), testing::EndsWith(" | 81 | – |\n"));
}

TEST(ResultsTable, SeveralDocumentsStandBelowEachOther) {
    const auto document = documentOf("IMDN", defined());
    const auto csv = resultsTable("a.csv", {document, document});
    EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
    EXPECT_EQ(resultsTable("a.md", {document, document}), toMarkdown(document) + "\n" + toMarkdown(document));
    EXPECT_TRUE(isTable("a.tex"));
    EXPECT_FALSE(isTable("a.pdf"));
}

}  // namespace
}  // namespace lamscope
