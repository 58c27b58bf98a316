// SPDX-License-Identifier: GPL-3.0-or-later
// Generalised Gaussians, components, Calinski and Harabasz's ratio and t-SNE against records: of the code that the
// authors of SRGA published, of scikit-learn, and of closed forms (srga.json and ddr.json say how they were made).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "metrics/calinski_harabasz.h"
#include "metrics/generalised_gaussian.h"
#include "metrics/principal_components.h"
#include "metrics/tsne.h"
#include "support/portable_numbers.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using nlohmann::json;

json readRecords(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return json::parse(stream);
}

/// Relative, or absolute below 1.
void expectClose(double value, const json& expected, double tolerance) {
    const auto wanted = expected.get<double>();
    EXPECT_NEAR(value, wanted, tolerance * std::max(1.0, std::abs(wanted)));
}

class SrgaRecords : public testing::Test {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(file, "golden/methods/srga.json");
        records = readRecords(file);
    }

    json records;
};

TEST_F(SrgaRecords, ClosedForms) {
    for (const auto& record : records.at("closed_forms")) {
        const double kl =
            divergence({record.at("sigma1"), record.at("beta1")}, {record.at("sigma2"), record.at("beta2")});
        EXPECT_NEAR(kl, record.at("kl").get<double>(), 1e-12) << record;
        EXPECT_NEAR(srgaIndex(kl), record.at("srga").get<double>(), 1e-9) << record;
    }
}

TEST_F(SrgaRecords, Ratios) {
    for (const auto& record : records.at("rho")) {
        expectClose(shapeRatio(record.at("beta")), record.at("rho"), 1e-12);
    }
}

TEST_F(SrgaRecords, PublishedFigure) {
    ASSERT_EQ(records.at("published_figure").at("rows").size(), 8U);
    for (const auto& row : records.at("published_figure").at("rows")) {
        const auto& reference = row.at("reference");
        const auto& candidate = row.at("candidate");
        const double kl = divergence({reference[0], reference[1]}, {candidate[0], candidate[1]});
        expectClose(kl, row.at("kl"), 1e-9);
        expectClose(srgaIndex(kl), row.at("srga"), 1e-9);
    }
}

TEST_F(SrgaRecords, Estimator) {
    for (const auto& record : records.at("estimator").at("values")) {
        std::vector<double> values;
        const auto seed = test::portableSeed("srga.vector");
        for (std::uint32_t n = 0; n < record.at("count").get<std::uint32_t>(); ++n) {
            const double v = test::portableNumber(seed, n);
            values.push_back(2.5 * std::copysign(std::pow(std::abs(v), record.at("power").get<double>()), v));
        }
        const auto moments = trimmedMoments(values);
        EXPECT_EQ(moments.removed, record.at("removed").get<std::size_t>()) << record;
        EXPECT_NEAR(moments.mean, record.at("mean").get<double>(), 1e-9) << record;
        expectClose(moments.sigma, record.at("sigma"), 1e-9);
        expectClose(moments.meanAbsoluteCentred, record.at("mean_abs"), 1e-9);
        expectClose(moments.ratioCentred(), record.at("ratio"), 1e-9);
        expectClose(moments.ratio(), record.at("ratio_about_zero"), 1e-9);
        const auto shape = gridShapeOfRatio(moments.ratioCentred());
        EXPECT_NEAR(shape.beta, record.at("beta_authors").get<double>(), 1e-12) << record;
        EXPECT_EQ(shape.atEdge, record.at("at_grid_edge").get<bool>()) << record;
        const auto exact = shapeOfRatio(moments.ratio());
        EXPECT_EQ(exact.has_value(), !record.at("beta_exact").is_null()) << record;
        if (exact) {
            expectClose(*exact, record.at("beta_exact"), 1e-9);
        }
    }
}

/// The rows of a set by the rule of the records.
std::vector<double> rowsOfSet(const std::string& name, const json& set) {
    constexpr std::uint32_t rows = 60;
    constexpr std::uint32_t columns = 900;
    const auto x = test::portableSeed("srga.x." + name);
    const auto u = test::portableSeed("srga.u." + name);
    const auto w = test::portableSeed("srga.w." + name);
    std::vector<double> data;
    for (std::uint32_t i = 0; i < rows; ++i) {
        for (std::uint32_t j = 0; j < columns; ++j) {
            const double common =
                set.at("rank_one").get<double>() * test::portableNumber(u, i) * test::portableNumber(w, j);
            data.push_back(set.at("scale").get<double>() * (test::portableNumber(x, columns * i + j) + common)
                           * std::exp(-static_cast<double>(j) / 300.0));
        }
    }
    return data;
}

TEST_F(SrgaRecords, Features) {
    constexpr std::size_t components = 20;
    const auto& features = records.at("features");
    std::map<std::string, GeneralisedGaussian> official;
    std::map<std::string, GeneralisedGaussian> exact;
    for (const auto& [name, set] : features.at("sets").items()) {
        const auto principal = principalComponents(gramOf(rowsOfSet(name, set), 900), components);
        expectClose(principal.total, set.at("trace"), 1e-9);
        for (std::size_t k = 0; k < components; ++k) {
            expectClose(std::sqrt(principal.eigenvalues[k]), set.at("singular_values")[k], 1e-9);
            expectClose(std::abs(principal.score(0, k)), set.at("row0_abs_scores")[k], 1e-9);
        }
        const auto moments = trimmedMoments(principal.scores);
        EXPECT_EQ(moments.removed, set.at("removed").get<std::size_t>()) << name;
        expectClose(moments.sigma, set.at("sigma"), 1e-9);
        expectClose(moments.meanAbsoluteCentred, set.at("mean_abs"), 1e-9);
        expectClose(moments.ratioCentred(), set.at("ratio"), 1e-9);
        expectClose(moments.ratio(), set.at("ratio_about_zero"), 1e-9);
        official[name] = {moments.sigma, gridShapeOfRatio(moments.ratioCentred()).beta};
        exact[name] = {moments.sigma, shapeOfRatio(moments.ratio()).value_or(0.0)};
        EXPECT_NEAR(official[name].beta, set.at("beta_authors").get<double>(), 1e-12) << name;
        expectClose(exact[name].beta, set.at("beta_exact"), 1e-9);
    }
    for (const auto& [name, result] : features.at("results").items()) {
        const double ofAuthors = divergence(official.at("reference"), official.at(name));
        EXPECT_NEAR(ofAuthors, result.at("kl_authors").get<double>(), 1e-9) << name;
        EXPECT_NEAR(srgaIndex(ofAuthors), result.at("srga_authors").get<double>(), 1e-7) << name;
        const double ofExact = divergence(exact.at("reference"), exact.at(name));
        EXPECT_NEAR(ofExact, result.at("kl_exact").get<double>(), 1e-9) << name;
        EXPECT_NEAR(srgaIndex(ofExact), result.at("srga_exact").get<double>(), 1e-7) << name;
    }
}

class DdrRecords : public testing::Test {
protected:
    static constexpr std::uint32_t columns = 400;

    void SetUp() override {
        LAMSCOPE_NEED_DATA(file, "golden/methods/ddr.json");
        records = readRecords(file);
        const std::vector<std::string> classes{"clean", "blur", "noise"};
        const auto content = test::portableSeed("ddr.content");
        for (int c = 0; c < 3; ++c) {
            const auto direction = test::portableSeed("ddr.dir." + classes[static_cast<std::size_t>(c)]);
            const auto jitter = test::portableSeed("ddr.jitter." + classes[static_cast<std::size_t>(c)]);
            for (std::uint32_t i = 0; i < 30; ++i) {
                for (std::uint32_t j = 0; j < columns; ++j) {
                    data.push_back(test::portableNumber(content, columns * i + j)
                                   + 1.2 * test::portableNumber(direction, j)
                                   + 0.3 * test::portableNumber(jitter, columns * i + j));
                }
                labels.push_back(c);
                contents.push_back(static_cast<int>(i));
            }
        }
    }

    json records;
    std::vector<double> data;
    std::vector<int> labels;
    std::vector<int> contents;
};

TEST_F(DdrRecords, CalinskiHarabasz) {
    for (const auto& record : records.at("calinski_harabasz")) {
        if (record.contains("points")) {
            const auto gram = gramOf(record.at("points").get<std::vector<double>>(), 1);
            expectClose(calinskiHarabasz(gram, record.at("labels").get<std::vector<int>>()), record.at("ch"), 1e-12);
        }
    }
    std::vector<double> circle;
    std::vector<int> classes;
    for (int c = 0; c < 3; ++c) {
        const double angle = 2.0 * std::numbers::pi * c / 3.0;
        for (const auto& [dx, dy] : std::vector<std::pair<double, double>>{{0.5, 0}, {-0.5, 0}, {0, 0.5}, {0, -0.5}}) {
            circle.push_back(3.0 * std::cos(angle) + dx);
            circle.push_back(3.0 * std::sin(angle) + dy);
            classes.push_back(c);
        }
    }
    EXPECT_NEAR(calinskiHarabasz(gramOf(circle, 2), classes), 162.0, 1e-10);
}

TEST_F(DdrRecords, Features) {
    const auto& record = records.at("features");
    const auto gram = gramOf(data, columns);
    expectClose(calinskiHarabasz(gram, labels), record.at("ch_features"), 1e-9);
    const auto principal = principalComponents(gram, 50);
    for (std::size_t k = 0; k < 50; ++k) {
        expectClose(std::sqrt(principal.eigenvalues[k]), record.at("singular_values")[k], 1e-9);
    }
    expectClose(principal.explained(2), record.at("explained_2"), 1e-9);
    for (const auto& [components, ratio] : record.at("ch_pca").items()) {
        expectClose(calinskiHarabasz(gramOfScores(principal, std::stoul(components)), labels), ratio, 1e-9);
    }
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t k = 0; k < 4; ++k) {
            expectClose(principal.score(row, k), record.at("scores_first_rows")[row][k], 1e-9);
        }
    }
    const auto many = gramOfScores(principal, 50);
    for (const auto& [pair, ratio] : record.at("ch_pairs").items()) {
        std::vector<std::size_t> rows;
        std::vector<int> theirs;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (labels[i] == pair[0] - '0' || labels[i] == pair[2] - '0') {
                rows.push_back(i);
                theirs.push_back(labels[i]);
            }
        }
        expectClose(calinskiHarabasz(ofRows(many, rows), theirs), ratio, 1e-9);
    }
}

TEST_F(DdrRecords, ChanceLevel) {
    const auto gram = centred(gramOf(data, columns));
    const auto free = chanceOfCalinskiHarabasz(gram, labels, {}, 2000, 1);
    EXPECT_NEAR(free.mean, records.at("features").at("ch_shuffled_mean").get<double>(), 0.02);
    EXPECT_DOUBLE_EQ(free.probability, 1.0 / 2001.0);
    EXPECT_NEAR(chanceOfCalinskiHarabasz(gram, labels, contents, 2000, 1).mean, 0.75, 0.02);
}

/// t-SNE of the first 50 scores.
Tsne tsneOf(const std::vector<double>& data, std::size_t columns, int iterations) {
    const auto principal = principalComponents(gramOf(data, columns), 50);
    return {principal.scores, 50, {.perplexity = 10.0, .iterations = iterations}};
}

TEST_F(DdrRecords, AffinitiesAndGradientOfTsne) {
    const auto& record = records.at("tsne");
    const auto tsne = tsneOf(data, columns, 1);
    for (std::size_t i = 0; i < 90; ++i) {
        expectClose(tsne.precisions()[i], record.at("beta")[i], 1e-9);
    }
    // 5e-9 of the value: another bisection within 1e-10 nats moves P by 1e-9.
    const auto& p = tsne.affinities();
    EXPECT_NEAR(p[1] / record.at("p_0_1").get<double>(), 1.0, 5e-9);
    EXPECT_NEAR(p[30] / record.at("p_0_30").get<double>(), 1.0, 5e-9);
    EXPECT_NEAR(*std::ranges::max_element(p) / record.at("p_max").get<double>(), 1.0, 5e-9);
    double sum = 0.0;
    for (const double value : p) {
        sum += value;
    }
    EXPECT_NEAR(sum, record.at("p_sum").get<double>(), 1e-13);

    auto probe = tsne.usualStart();
    for (double& value : probe) {
        value *= 5.0 / 1e-4;
    }
    const auto objective = tsne.objectiveAt(probe);
    expectClose(objective.divergence, record.at("probe").at("kl"), 1e-9);
    double norm = 0.0;
    for (const double value : objective.gradient) {
        norm += value * value;
    }
    EXPECT_NEAR(std::sqrt(norm), record.at("probe").at("gradient_norm").get<double>(), 1e-9);
    const auto& rows = record.at("probe").at("gradient_rows");
    for (std::size_t row = 0; row < rows.size(); ++row) {
        EXPECT_NEAR(objective.gradient[2 * row], rows[row][0].get<double>(), 1e-9);
        EXPECT_NEAR(objective.gradient[2 * row + 1], rows[row][1].get<double>(), 1e-9);
    }
}

TEST_F(DdrRecords, IteratesOfTsne) {
    for (const auto& [iterations, record] : records.at("tsne").at("after").items()) {
        const auto tsne = tsneOf(data, columns, std::stoi(iterations));
        const auto embedding = tsne.run(tsne.usualStart());
        ASSERT_TRUE(embedding.has_value());
        // Rounding grows: of order 1 after 50 iterations.
        const double norm = record.at("norm");
        const double tolerance = (iterations == "20" ? 1e-5 : 1e-8) * norm;
        const std::vector<std::size_t> points{0, 1, 45, 89};
        for (std::size_t k = 0; k < points.size(); ++k) {
            EXPECT_NEAR(embedding->points[2 * points[k]], record.at("rows")[k][0].get<double>(), tolerance);
            EXPECT_NEAR(embedding->points[2 * points[k] + 1], record.at("rows")[k][1].get<double>(), tolerance);
        }
        double squares = 0.0;
        for (const double value : embedding->points) {
            squares += value * value;
        }
        EXPECT_NEAR(std::sqrt(squares), norm, tolerance);
    }
}

TEST_F(DdrRecords, EndOfTsne) {
    const auto tsne = tsneOf(data, columns, 1000);
    const auto embedding = tsne.run(tsne.usualStart());
    ASSERT_TRUE(embedding.has_value());
    EXPECT_GE(embedding->divergence, 0.43);
    EXPECT_LE(embedding->divergence, 0.52);
    const double ratio = calinskiHarabasz(gramOf(embedding->points, 2), labels);
    const auto& range = records.at("tsne").at("final").at("ch_range");
    EXPECT_GE(ratio, 0.7 * range[0].get<double>());
    EXPECT_LE(ratio, 1.3 * range[1].get<double>());
}

}  // namespace
}  // namespace lamscope
