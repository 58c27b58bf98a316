// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/tsne.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

constexpr double leastAffinity = std::numeric_limits<double>::epsilon();  // 2⁻⁵²
constexpr int exaggeratedIterations = 250;
constexpr double exaggeration = 12.0;
constexpr int iterationsAtOnce = 50;  // between two reports
constexpr std::size_t fewestPoints = 4;

/// Calls `work(first, last)` for parts of the rows on up to so many threads. What a row gives must not depend on the
/// part. The work must not throw, hence not allocate.
template <typename Work>
void forRows(std::size_t rows, int threads, const Work& work) {
    constexpr std::size_t rowsThatPay = 256;  // of a thread: fewer take less time than its start
    const auto parts = std::clamp<std::size_t>(rows / rowsThatPay, 1, static_cast<std::size_t>(threads));
    std::vector<std::jthread> others;
    others.reserve(parts - 1);
    std::size_t part = 1;
    try {
        for (; part < parts; ++part) {
            others.emplace_back([&work, rows, part, parts] { work(rows * part / parts, rows * (part + 1) / parts); });
        }
    } catch (const std::system_error&) {  // the system has no further thread: this one does their parts
        work(rows * part / parts, rows);
    }
    work(0, rows / parts);
}

/// The x and the y of an embedding, each in a row of its own.
struct Coordinates {
    std::vector<double> x;
    std::vector<double> y;

    explicit Coordinates(std::span<const double> points) {
        for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
            x.push_back(points[i]);
            y.push_back(points[i + 1]);
        }
    }
};

/// What one point feels from all others, its own affinity included, which has no force.
struct Forces {
    double attractionX = 0.0;  // Σ p q d
    double attractionY = 0.0;
    double repulsionX = 0.0;  // Σ q² d
    double repulsionY = 0.0;
    double weight = 0.0;  // Σ q, with its own 1
};

constexpr std::size_t lanes = 4;
using Lanes = std::array<double, lanes>;

double sumOf(const Lanes& sums) {
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Four sums side by side, so that the compiler can use vectors and the order is fixed.
Forces forcesOn(std::size_t i, const Coordinates& at, const double* affinities) {
    const std::size_t n = at.x.size();
    const double* const x = at.x.data();
    const double* const y = at.y.data();
    const double xi = x[i];
    const double yi = y[i];
    Lanes attractionX{};
    Lanes attractionY{};
    Lanes repulsionX{};
    Lanes repulsionY{};
    Lanes weight{};
    std::size_t j = 0;
    for (; j + lanes <= n; j += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const double dx = xi - x[j + lane];
            const double dy = yi - y[j + lane];
            const double q = 1.0 / (1.0 + dx * dx + dy * dy);
            const double pull = affinities[j + lane] * q;
            const double push = q * q;
            attractionX[lane] += pull * dx;
            attractionY[lane] += pull * dy;
            repulsionX[lane] += push * dx;
            repulsionY[lane] += push * dy;
            weight[lane] += q;
        }
    }
    for (; j < n; ++j) {
        const double dx = xi - x[j];
        const double dy = yi - y[j];
        const double q = 1.0 / (1.0 + dx * dx + dy * dy);
        attractionX[0] += affinities[j] * q * dx;
        attractionY[0] += affinities[j] * q * dy;
        repulsionX[0] += q * q * dx;
        repulsionY[0] += q * q * dy;
        weight[0] += q;
    }
    return {sumOf(attractionX), sumOf(attractionY), sumOf(repulsionX), sumOf(repulsionY), sumOf(weight)};
}

/// The gradient of the divergence from `factor` times the affinities, and Σ q over all pairs. That Q, too, is at least
/// 2⁻⁵² changes no digit of it.
double gradientInto(std::vector<double>& gradient, const Coordinates& at, const std::vector<double>& affinities,
                    double factor, int threads, std::vector<Forces>& forces) {
    const std::size_t n = at.x.size();
    forRows(n, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            forces[i] = forcesOn(i, at, &affinities[i * n]);
        }
    });
    double total = 0.0;
    for (const auto& force : forces) {
        total += force.weight - 1.0;
    }
    constexpr double four = 4.0;
    for (std::size_t i = 0; i < n; ++i) {
        gradient[2 * i] = four * (factor * forces[i].attractionX - forces[i].repulsionX / total);
        gradient[2 * i + 1] = four * (factor * forces[i].attractionY - forces[i].repulsionY / total);
    }
    return total;
}

double divergenceAt(const Coordinates& at, const std::vector<double>& affinities, double total, int threads) {
    const std::size_t n = at.x.size();
    std::vector<double> ofRows(n);
    forRows(n, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            double sum = 0.0;
            for (std::size_t j = 0; j < n; ++j) {
                if (j != i) {
                    const double dx = at.x[i] - at.x[j];
                    const double dy = at.y[i] - at.y[j];
                    const double q = std::max(1.0 / (1.0 + dx * dx + dy * dy) / total, leastAffinity);
                    const double p = affinities[i * n + j];
                    sum += p * std::log(p / q);
                }
            }
            ofRows[i] = sum;
        }
    });
    return std::accumulate(ofRows.begin(), ofRows.end(), 0.0);
}

/// The precision at which the affinities of one point have the entropy that is wanted; they are left in `row`.
/// @param distances of the point, squared.
double precisionFor(const double* distances, std::size_t i, std::size_t n, double entropyWanted,
                    std::span<double> row) {
    constexpr double tolerance = 1e-10;  // nats
    constexpr int mostSteps = 200;       // equal distances have one entropy at any precision
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < n; ++j) {
        nearest = j == i ? nearest : std::min(nearest, distances[j]);
    }
    double beta = 1.0;
    double low = 0.0;
    double high = std::numeric_limits<double>::infinity();
    for (int step = 0;; ++step) {
        double sum = 0.0;
        double weighted = 0.0;
        for (std::size_t j = 0; j < n; ++j) {
            const double beyond = distances[j] - nearest;
            row[j] = j == i ? 0.0 : std::exp(-beta * beyond);
            sum += row[j];
            weighted += row[j] * beyond;
        }
        const double difference = std::log(sum) + beta * weighted / sum - entropyWanted;
        if (std::abs(difference) < tolerance || step == mostSteps) {
            for (double& entry : row) {
                entry /= sum;
            }
            return beta;
        }
        (difference > 0.0 ? low : high) = beta;
        beta = std::isinf(high) ? 2.0 * beta : (low + high) / 2.0;
    }
}

std::vector<double> squaredDistances(std::span<const double> data, std::size_t columns, std::size_t n, int threads,
                                     const std::stop_token& stop) {
    std::vector<double> distances(n * n);
    forRows(n, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last && !stop.stop_requested(); ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                // Of a pair in one order, so that both entries have the same bits.
                const double* const a = &data[std::min(i, j) * columns];
                const double* const b = &data[std::max(i, j) * columns];
                Lanes sums{};
                std::size_t k = 0;
                for (; k + lanes <= columns; k += lanes) {
                    for (std::size_t lane = 0; lane < lanes; ++lane) {
                        const double difference = a[k + lane] - b[k + lane];
                        sums[lane] += difference * difference;
                    }
                }
                for (; k < columns; ++k) {
                    sums[0] += (a[k] - b[k]) * (a[k] - b[k]);
                }
                distances[i * n + j] = sumOf(sums);
            }
        }
    });
    return distances;
}

}  // namespace

double largestPerplexity(std::size_t points) {
    constexpr double neighboursOfOne = 3.0;
    return points < fewestPoints ? 0.0 : static_cast<double>(points - 1) / neighboursOfOne;
}

Tsne::Tsne(std::span<const double> data, std::size_t columns, const TsneOptions& options, const std::stop_token& stop)
    : options_(options)
    , columns_(columns) {
    const auto refuse = [](const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); };
    if (columns == 0 || data.size() % columns != 0) {
        refuse(fmt::format("{} values are no whole number of points of {}", data.size(), columns));
    }
    points_ = data.size() / columns;
    if (points_ < fewestPoints) {
        refuse(fmt::format("t-SNE needs at least {} points, found {}", fewestPoints, points_));
    }
    if (!(options.perplexity >= 1.0 && options.perplexity <= largestPerplexity(points_))) {
        refuse(
            fmt::format("the perplexity of {} points can be 1 to {:.1f} (a third of the points less one), found {:g}",
                        points_, std::floor(10.0 * largestPerplexity(points_)) / 10.0, options.perplexity));
    }
    if (options.iterations < 1 || options.threads < 1) {
        refuse(fmt::format("t-SNE needs at least 1 iteration and 1 thread, found {} and {}", options.iterations,
                           options.threads));
    }
    if (!std::ranges::all_of(data, [](double value) { return std::isfinite(value); })) {
        refuse("t-SNE of values that are NaN or infinite was asked for");
    }
    for (std::size_t i = 0; i < points_; ++i) {
        firstColumns_.push_back(data[i * columns]);
        firstColumns_.push_back(columns > 1 ? data[i * columns + 1] : 0.0);
    }
    try {
        setAffinities(squaredDistances(data, columns, points_, options.threads, stop), stop);
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::OutOfMemory,
                    fmt::format("there is not enough memory for t-SNE of {} points; give fewer patches", points_));
    }
}

void Tsne::setAffinities(const std::vector<double>& distances, const std::stop_token& stop) {
    const std::size_t n = points_;
    precisions_.resize(n);
    std::vector<double> ofPoints(n * n);
    const double entropyWanted = std::log(options_.perplexity);
    forRows(n, options_.threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last && !stop.stop_requested(); ++i) {
            precisions_[i] = precisionFor(&distances[i * n], i, n, entropyWanted, {&ofPoints[i * n], n});
        }
    });
    if (stop.stop_requested()) {
        return;
    }
    double sum = 0.0;
    for (const double value : ofPoints) {
        sum += 2.0 * value;
    }
    affinities_.resize(n * n);
    forRows(n, options_.threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                affinities_[i * n + j] = std::max((ofPoints[i * n + j] + ofPoints[j * n + i]) / sum, leastAffinity);
            }
        }
    });
}

Tsne::Objective Tsne::objectiveAt(std::span<const double> embedding) const {
    if (embedding.size() != 2 * points_) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} points have {} coordinates, found {}", points_, 2 * points_, embedding.size()));
    }
    const Coordinates at(embedding);
    Objective objective;
    objective.gradient.resize(embedding.size());
    std::vector<Forces> forces(points_);
    const double total = gradientInto(objective.gradient, at, affinities_, 1.0, options_.threads, forces);
    objective.divergence = divergenceAt(at, affinities_, total, options_.threads);
    return objective;
}

std::vector<double> Tsne::usualStart() const {
    const auto n = static_cast<double>(points_);
    double mean = 0.0;
    for (std::size_t i = 0; i < points_; ++i) {
        mean += firstColumns_[2 * i] / n;
    }
    double variance = 0.0;
    for (std::size_t i = 0; i < points_; ++i) {
        variance += (firstColumns_[2 * i] - mean) * (firstColumns_[2 * i] - mean) / n;
    }
    constexpr double size = 1e-4;
    auto start = firstColumns_;
    if (variance > 0.0) {  // otherwise all points are one
        for (double& value : start) {
            value = value / std::sqrt(variance) * size;
        }
    }
    return start;
}

std::optional<Embedding> Tsne::run(std::span<const double> start, const std::stop_token& stop,
                                   const Progress& progress) const {
    if (start.size() != 2 * points_) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the start of {} points has {} coordinates, found {}",
                                                            points_, 2 * points_, start.size()));
    }
    if (affinities_.empty()) {
        return std::nullopt;
    }
    constexpr double slowest = 50.0;
    constexpr double pointsOfRate = 4.0 * exaggeration;
    const double rate = std::max(static_cast<double>(points_) / pointsOfRate, slowest);
    Embedding embedding{.points = {start.begin(), start.end()}};
    auto& points = embedding.points;
    std::vector<double> velocity(points.size(), 0.0);
    std::vector<double> gains(points.size(), 1.0);
    std::vector<double> gradient(points.size());
    std::vector<Forces> forces(points_);
    for (int iteration = 0; iteration < options_.iterations; ++iteration) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        const bool exaggerates = iteration < exaggeratedIterations;
        if (iteration == exaggeratedIterations) {
            std::ranges::fill(velocity, 0.0);
            std::ranges::fill(gains, 1.0);
        }
        const double momentum = exaggerates ? 0.5 : 0.8;
        gradientInto(gradient, Coordinates(points), affinities_, exaggerates ? exaggeration : 1.0, options_.threads,
                     forces);
        for (std::size_t k = 0; k < points.size(); ++k) {
            gains[k] = std::max(velocity[k] * gradient[k] < 0.0 ? gains[k] + 0.2 : gains[k] * 0.8, 0.01);
            velocity[k] = momentum * velocity[k] - rate * gains[k] * gradient[k];
            points[k] += velocity[k];
        }
        embedding.iterations = iteration + 1;
        if (progress && embedding.iterations % iterationsAtOnce == 0 && embedding.iterations < options_.iterations) {
            progress(embedding);
        }
    }
    embedding.divergence = objectiveAt(points).divergence;
    if (progress) {
        progress(embedding);
    }
    return embedding;
}

}  // namespace lamscope
