// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/split_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

namespace lamscope::detail {

namespace {

using NamedTensor = std::pair<std::string, TensorData>;
using Shape = std::vector<std::int64_t>;

/// A tensor seen as a matrix whose rows lie along one dimension of the tensor. The value at [row, column] has the index
/// outer·rows·inner + row·inner + within, with column = outer·inner + within.
struct RowView {
    std::size_t rows = 1;
    std::size_t inner = 1;  ///< values between neighbouring rows
    std::size_t outer = 1;

    RowView(const Shape& shape, std::size_t dimension) {
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            auto& factor = axis < dimension ? outer : axis == dimension ? rows : inner;
            factor *= static_cast<std::size_t>(shape[axis]);
        }
    }

    [[nodiscard]] std::size_t columns() const { return outer * inner; }

    /// The index of a value in the tensor.
    [[nodiscard]] std::size_t at(std::size_t row, std::size_t column) const {
        return (column / inner * rows + row) * inner + column % inner;
    }
};

/// The rows over which weight normalisation takes its norms: along the dimension of g; nullopt if g does not belong to
/// a v of that shape. If g has no dimension of its own (a scalar, or all sides 1), the norm is over all values: one
/// row.
std::optional<RowView> rowsOfNorm(const Shape& g, const Shape& v) {
    const bool isScalar = std::ranges::all_of(g, [](std::int64_t side) { return side == 1; });
    if (isScalar && (g.empty() || g.size() == v.size())) {
        Shape whole{1};
        whole.insert(whole.end(), v.begin(), v.end());
        return RowView(whole, 0);
    }
    if (g.size() != v.size()) {
        return std::nullopt;
    }
    std::optional<std::size_t> dimension;
    for (std::size_t axis = 0; axis < g.size(); ++axis) {
        if (g[axis] == 1) {
            continue;
        }
        if (dimension || g[axis] != v[axis]) {
            return std::nullopt;
        }
        dimension = axis;
    }
    return RowView(v, dimension.value_or(0));
}

/// v becomes g v / |v|.
bool applyNorm(const TensorData& g, TensorData& v) {
    const auto rows = rowsOfNorm(g.shape, v.shape);
    if (!rows || v.values.empty() || g.values.size() != rows->rows) {
        return false;
    }
    for (std::size_t row = 0; row < rows->rows; ++row) {
        double squares = 0.0;
        for (std::size_t column = 0; column < rows->columns(); ++column) {
            const double value = v.values[rows->at(row, column)];
            squares += value * value;
        }
        const double factor = static_cast<double>(g.values[row]) / std::sqrt(squares);
        for (std::size_t column = 0; column < rows->columns(); ++column) {
            float& value = v.values[rows->at(row, column)];
            value = static_cast<float>(value * factor);
        }
    }
    return true;
}

double sigmaOf(const TensorData& weight, const RowView& rows, const std::vector<float>& u,
               const std::vector<float>& v) {
    double sigma = 0.0;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        double product = 0.0;
        for (std::size_t column = 0; column < rows.columns(); ++column) {
            product += static_cast<double>(weight.values[rows.at(row, column)]) * static_cast<double>(v[column]);
        }
        sigma += static_cast<double>(u[row]) * product;
    }
    return sigma;
}

/// The weight becomes weight / (uᵀ W v). The rows of W lie along dimension 0, or along dimension 1 in transposed
/// convolutions. If both dimensions fit, the right one gives the larger product, because u and v are singular vectors
/// there.
bool applySpectralNorm(const TensorData& u, const TensorData& v, TensorData& weight) {
    double sigma = 0.0;
    bool found = false;
    for (std::size_t dimension = 0; dimension < std::min<std::size_t>(weight.shape.size(), 2); ++dimension) {
        const RowView rows(weight.shape, dimension);
        if (rows.rows != u.values.size() || rows.columns() != v.values.size() || weight.values.empty()) {
            continue;
        }
        const double product = sigmaOf(weight, rows, u.values, v.values);
        if (!found || std::abs(product) > std::abs(sigma)) {
            sigma = product;
        }
        found = true;
    }
    if (found) {
        for (float& value : weight.values) {
            value = static_cast<float>(value / sigma);
        }
    }
    return found;
}

/// The weight becomes weight × mask.
bool applyMask(const TensorData& mask, TensorData& weight) {
    if (mask.shape != weight.shape) {
        return false;
    }
    std::ranges::transform(weight.values, mask.values, weight.values.begin(), std::multiplies<>());
    return true;
}

/// The tensors by name, while weights are combined.
class Parts {
public:
    explicit Parts(std::vector<NamedTensor>& tensors)
        : tensors_(tensors)
        , used_(tensors.size(), false) {
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            places_.emplace(tensors[i].first, i);
        }
    }

    [[nodiscard]] TensorData* find(const std::string& name) const {
        const auto found = places_.find(name);
        return found == places_.end() ? nullptr : &tensors_[found->second].second;
    }

    /// Notes that the tensor `main` was combined with `others`, and renames `main` to `name`.
    void combined(const std::string& main, const std::string& name, const std::vector<std::string>& others) {
        for (const std::string& other : others) {
            used_[places_.at(other)] = true;
            places_.erase(other);
        }
        const auto place = places_.at(main);
        places_.erase(main);
        places_.emplace(name, place);
        tensors_[place].first = name;
    }

    void removeUsed() {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < tensors_.size(); ++i) {
            if (!used_[i]) {
                if (kept != i) {
                    tensors_[kept] = std::move(tensors_[i]);
                }
                ++kept;
            }
        }
        tensors_.resize(kept);
    }

private:
    std::vector<NamedTensor>& tensors_;
    std::vector<bool> used_;
    std::unordered_map<std::string, std::size_t> places_;
};

/// One way to store a weight in parts. The parts are named by endings.
struct Scheme {
    std::string_view main;    ///< ending of the part that is changed and kept
    std::string_view first;   ///< ending of the other part
    std::string_view second;  ///< ending of a third part; empty if there is none
    bool parametrized;        ///< true: "a.parametrizations.weight" + …; false: "a.weight" + …
    std::size_t kind;         ///< index into `kinds`
    bool (*apply)(const TensorData& first, const TensorData* second, TensorData& main);
};

constexpr std::array<std::string_view, 3> kinds{
    "weight normalisation (g v / |v|)", "spectral normalisation (with the stored u and v)", "pruning (weight × mask)"};

bool weightNorm(const TensorData& g, const TensorData* /*second*/, TensorData& v) {
    return applyNorm(g, v);
}

bool spectralNorm(const TensorData& u, const TensorData* v, TensorData& weight) {
    return applySpectralNorm(u, *v, weight);
}

bool pruning(const TensorData& mask, const TensorData* /*second*/, TensorData& weight) {
    return applyMask(mask, weight);
}

/// In the order in which they are undone: the parts of a normalised weight may be pruned.
constexpr std::array schemes{
    Scheme{"_orig", "_mask", "", false, 2, pruning},
    Scheme{"_v", "_g", "", false, 0, weightNorm},
    Scheme{".original1", ".original0", "", true, 0, weightNorm},
    Scheme{"_orig", "_u", "_v", false, 1, spectralNorm},
    Scheme{".original", ".0._u", ".0._v", true, 1, spectralNorm},
};

constexpr std::string_view parametrizations = "parametrizations.";

/// The name of the whole weight; empty if the name of the main part does not follow the scheme.
std::string nameOf(const Scheme& scheme, const std::string& main) {
    if (!main.ends_with(scheme.main)) {
        return "";
    }
    std::string name = main.substr(0, main.size() - scheme.main.size());
    if (scheme.parametrized) {
        const std::size_t at = name.rfind(parametrizations);
        if (at == std::string::npos || (at > 0 && name[at - 1] != '.')) {
            return "";
        }
        name.erase(at, parametrizations.size());
    }
    return name.empty() || name.ends_with('.') ? "" : name;
}

}  // namespace

std::vector<std::string> combineSplitWeights(std::vector<NamedTensor>& tensors) {
    Parts parts(tensors);
    std::array<std::size_t, kinds.size()> counts{};
    for (const Scheme& scheme : schemes) {
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const std::string main = tensors[i].first;
            const std::string name = nameOf(scheme, main);
            if (name.empty() || parts.find(name) != nullptr || parts.find(main) != &tensors[i].second) {
                continue;
            }
            const std::string stem = main.substr(0, main.size() - scheme.main.size());
            std::vector<std::string> others{stem + std::string(scheme.first)};
            if (!scheme.second.empty()) {
                others.push_back(stem + std::string(scheme.second));
            }
            const auto isThere = [&](const std::string& other) { return parts.find(other) != nullptr; };
            if (std::ranges::all_of(others, isThere)
                && scheme.apply(*parts.find(others.front()), parts.find(others.back()), tensors[i].second)) {
                parts.combined(main, name, others);
                ++counts.at(scheme.kind);
            }
        }
    }
    parts.removeUsed();
    std::vector<std::string> sentences;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        if (counts.at(kind) > 0) {
            sentences.push_back(fmt::format("{} {} stored in parts and {} combined: {}.", counts.at(kind),
                                            counts.at(kind) == 1 ? "weight is" : "weights are",
                                            counts.at(kind) == 1 ? "was" : "were", kinds.at(kind)));
        }
    }
    return sentences;
}

}  // namespace lamscope::detail
