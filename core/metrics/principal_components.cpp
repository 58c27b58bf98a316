// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/principal_components.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

double PrincipalComponents::explained(std::size_t components) const {
    const auto last = eigenvalues.begin() + static_cast<std::ptrdiff_t>(std::min(components, count));
    // Both sums are rounded.
    return total > 0.0 ? std::min(std::accumulate(eigenvalues.begin(), last, 0.0) / total, 1.0) : 0.0;
}

PrincipalComponents principalComponents(const GramMatrix& gram, std::size_t count) {
    if (count == 0 || count > gram.rows) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} rows have 1 to {} components, {} were asked for", gram.rows, gram.rows, count));
    }
    auto centredGram = centred(gram);
    if (!std::ranges::all_of(centredGram.values, [](double value) { return std::isfinite(value); })) {
        throw Error(ErrorCode::InvalidArgument, "components of features that are NaN or infinite were asked for");
    }
    PrincipalComponents result{.rows = gram.rows, .count = count, .total = totalVariation(centredGram)};
    const auto n = static_cast<std::int64_t>(gram.rows);
    torch::Tensor values;
    torch::Tensor vectors;
    try {
        const at::NoGradGuard noGradients;
        const auto matrix = torch::from_blob(centredGram.values.data(), {n, n}, torch::TensorOptions(torch::kFloat64));
        std::tie(values, vectors) = at::linalg_eigh(matrix);  // ascending; vectors in columns
        vectors = vectors.contiguous();
    } catch (const std::exception& error) {
        throw Error(isOutOfMemory(error) ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
                    fmt::format("the components of {} patches cannot be computed: {}", n, briefMessage(error)));
    }
    const auto* value = values.data_ptr<double>();
    const auto* vector = vectors.data_ptr<double>();
    result.scores.resize(gram.rows * count);
    for (std::size_t k = 0; k < count; ++k) {
        const auto column = gram.rows - 1 - k;
        const double eigenvalue = std::max(value[column], 0.0);
        result.eigenvalues.push_back(eigenvalue);
        double largest = 0.0;
        for (std::size_t i = 0; i < gram.rows; ++i) {
            const double entry = vector[i * gram.rows + column];
            largest = std::abs(entry) > std::abs(largest) ? entry : largest;
        }
        const double factor = std::copysign(std::sqrt(eigenvalue), largest);
        for (std::size_t i = 0; i < gram.rows; ++i) {
            result.scores[i * count + k] = factor * vector[i * gram.rows + column];
        }
    }
    return result;
}

GramMatrix gramOfScores(const PrincipalComponents& principal, std::size_t components) {
    if (components == 0 || components > principal.count) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} components were asked for, there are {}", components, principal.count));
    }
    std::vector<double> scores;
    scores.reserve(principal.rows * components);
    for (std::size_t i = 0; i < principal.rows; ++i) {
        const auto row = principal.scores.begin() + static_cast<std::ptrdiff_t>(i * principal.count);
        scores.insert(scores.end(), row, row + static_cast<std::ptrdiff_t>(components));
    }
    return gramOf(scores, components);
}

}  // namespace lamscope
