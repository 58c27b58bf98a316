// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace lamscope {

struct TsneOptions {
    double perplexity = 30.0;  ///< about how many neighbours count; at most largestPerplexity()
    int iterations = 1000;     ///< at least 1; the first 250 exaggerate
    int threads = 1;           ///< at least 1; no number changes a bit of what equal data give
};

/// The largest perplexity for so many points, (points − 1)/3.
[[nodiscard]] double largestPerplexity(std::size_t points);

/// A picture of points in the plane. Distances between groups, their sizes and their shapes mean nothing.
struct Embedding {
    std::vector<double> points{};  ///< x0, y0, x1, y1, …
    double divergence = 0.0;       ///< what the method makes small, nats
    int iterations = 0;            ///< that were done
};

/// t-distributed stochastic neighbour embedding, exact (O(n²) an iteration), in float64, without random numbers. Sums
/// have a fixed order: input of equal bytes gives equal bytes on one machine, whatever the number of threads.
///
/// The affinities and the schedule are those of scikit-learn (`method="exact"`, `learning_rate="auto"`), without its
/// early end: 250 iterations at exaggeration 12 and momentum 0.5, then velocities 0, gains 1 and momentum 0.8; learning
/// rate max(n/48, 50). An embedding is chaotic all the same: a change of 1e-15 in the start is of order 1 after 50
/// iterations. Across machines, compare the divergence.
///
/// Source: van der Maaten & Hinton, Visualizing Data using t-SNE, JMLR 2008.
class Tsne {
public:
    /// @param data  row-major, `columns` values a point, as a rule the first 50 principal scores.
    /// @param stop  polled at every point; once stopped there are no affinities, and run() gives nullopt.
    /// Throws Error(InvalidArgument) for sizes that do not fit, values that are not finite, fewer than four points, and
    /// options out of their ranges, Error(OutOfMemory).
    Tsne(std::span<const double> data, std::size_t columns, const TsneOptions& options,
         const std::stop_token& stop = {});

    [[nodiscard]] std::size_t points() const { return points_; }

    /// β of each point: affinities fall with exp(−β·d²), so that the entropy is ln(perplexity) to 1e-10 nats.
    [[nodiscard]] const std::vector<double>& precisions() const { return precisions_; }

    /// The symmetric affinities, points x points, with the sum 1, none below 2⁻⁵².
    [[nodiscard]] const std::vector<double>& affinities() const { return affinities_; }

    /// What the method makes small, nats, and its gradient in the coordinates of the embedding.
    struct Objective {
        double divergence = 0.0;
        std::vector<double> gradient{};
    };
    /// Throws Error(InvalidArgument) for coordinates of another number.
    [[nodiscard]] Objective objectiveAt(std::span<const double> embedding) const;

    /// The usual start: the first two columns of the data (of principal scores) over the deviation of the first, times
    /// 1e-4.
    [[nodiscard]] std::vector<double> usualStart() const;

    /// Called on the calling thread every 50 iterations and at the end; the divergence is not computed before that.
    using Progress = std::function<void(const Embedding&)>;

    /// From a start, x0, y0, …. @return nullopt when stopped, which is polled in every iteration. Throws
    /// Error(InvalidArgument) for a start of another size.
    [[nodiscard]] std::optional<Embedding> run(std::span<const double> start, const std::stop_token& stop = {},
                                               const Progress& progress = {}) const;

private:
    void setAffinities(const std::vector<double>& distances, const std::stop_token& stop);

    TsneOptions options_;
    std::size_t points_ = 0;
    std::size_t columns_ = 0;
    std::vector<double> firstColumns_;  // two a point
    std::vector<double> precisions_;
    std::vector<double> affinities_;
};

}  // namespace lamscope
