// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/gram_matrix.h"

#include <numeric>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

void checkGram(const GramMatrix& gram) {
    if (gram.rows == 0 || gram.values.size() != gram.rows * gram.rows) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a Gram matrix of {} rows cannot have {} values", gram.rows, gram.values.size()));
    }
}

}  // namespace

GramMatrix gramOf(std::span<const double> data, std::size_t columns) {
    if (columns == 0 || data.empty() || data.size() % columns != 0) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} values are no whole number of rows of {}", data.size(), columns));
    }
    GramMatrix gram{.rows = data.size() / columns};
    gram.values.resize(gram.rows * gram.rows);
    for (std::size_t i = 0; i < gram.rows; ++i) {
        const auto first = data.subspan(i * columns, columns);
        for (std::size_t j = 0; j <= i; ++j) {
            const auto second = data.subspan(j * columns, columns);
            const double product = std::inner_product(first.begin(), first.end(), second.begin(), 0.0);
            gram.values[i * gram.rows + j] = product;
            gram.values[j * gram.rows + i] = product;
        }
    }
    return gram;
}

GramMatrix centred(const GramMatrix& gram) {
    checkGram(gram);
    const auto n = gram.rows;
    std::vector<double> means(n);
    double mean = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            means[i] += gram.at(i, j);
        }
        means[i] /= static_cast<double>(n);
        mean += means[i];
    }
    mean /= static_cast<double>(n);
    GramMatrix result{.rows = n, .values = std::vector<double>(n * n)};
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            result.values[i * n + j] = gram.at(i, j) - means[i] - means[j] + mean;
        }
    }
    return result;
}

GramMatrix ofRows(const GramMatrix& gram, std::span<const std::size_t> rows) {
    checkGram(gram);
    for (const auto row : rows) {
        if (row >= gram.rows) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("there is no row {} in a Gram matrix of {}", row, gram.rows));
        }
    }
    GramMatrix result{.rows = rows.size(), .values = {}};
    result.values.reserve(rows.size() * rows.size());
    for (const auto i : rows) {
        for (const auto j : rows) {
            result.values.push_back(gram.at(i, j));
        }
    }
    return result;
}

double totalVariation(const GramMatrix& gram) {
    checkGram(gram);
    double trace = 0.0;
    for (std::size_t i = 0; i < gram.rows; ++i) {
        trace += gram.at(i, i);
    }
    return trace - std::accumulate(gram.values.begin(), gram.values.end(), 0.0) / static_cast<double>(gram.rows);
}

}  // namespace lamscope
