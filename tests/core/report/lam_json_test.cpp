// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/lam_json.h"

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

}  // namespace
}  // namespace lamscope
