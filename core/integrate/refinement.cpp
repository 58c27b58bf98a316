// SPDX-License-Identifier: GPL-3.0-or-later
#include "integrate/refinement.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// The number that a tensor repeats by its strides; nullopt where it holds more than one.
std::optional<double> repeatedNumber(const torch::Tensor& tensor) {
    for (std::int64_t i = 0; i < tensor.dim(); ++i) {
        if (tensor.stride(i) != 0 && tensor.size(i) != 1) {
            return std::nullopt;
        }
    }
    return tensor.as_strided({}, {}).item<double>();
}

}  // namespace

Refinement::Refinement(const Path& path, GradientSource& gradients, std::size_t functionals, std::int64_t batch,
                       Levels levels)
    : path_(path)
    , gradients_(gradients)
    , batch_(std::clamp<std::int64_t>(batch, 1, gradients.largestBatch()))
    , levels_(std::move(levels))
    , integrals_(functionals) {}

void Refinement::finish(std::size_t functional) {
    auto& integral = integrals_[functional];
    integral.finished = true;
    integral.samples.clear();
}

bool Refinement::next(const std::stop_token& stop, const IntegrationProgress& progress) {
    while (true) {
        if (atWork_.empty()) {
            begin();
        }
        if (atWork_.empty()) {
            break;
        }
        if (!sampleAll(stop, progress)) {
            return false;
        }
        atWork_.clear();
    }
    next_ = 0;
    ++level_;
    for (std::size_t i = 0; level_ == levels_.count && i < integrals_.size(); ++i) {
        finish(i);
    }
    return true;
}

bool Refinement::sampleAll(const std::stop_token& stop, const IntegrationProgress& progress) {
    const bool asTheyCome = levels_.nested || level_ + 1 == levels_.count;
    for (std::size_t node = 0; node < nodes_.size();) {
        if (!sampleBatch(node, stop, progress)) {
            return false;
        }
        if (asTheyCome) {
            addUp();
        }
    }
    addUp();
    return true;
}

void Refinement::begin() {
    const bool together = level_ < levels_.firstOwn;
    for (; next_ < integrals_.size() && (together || atWork_.empty()); ++next_) {
        if (!integrals_[next_].finished) {
            atWork_.push_back(next_);
        }
    }
    if (atWork_.empty()) {
        return;
    }
    nodes_ = together ? levels_.nodes(level_) : levels_.ownNodes(level_, atWork_.front());
    added_ = 0;
    constexpr double start = 0.0;
    const auto shape = path_.at({&start, 1});
    for (const auto functional : atWork_) {
        auto& level = integrals_[functional].level;
        if (levels_.nested && level_ > 0) {
            // The same sum over cells that are narrower by the same factor.
            const double narrower = static_cast<double>(level.nodes.size()) / static_cast<double>(nodes_.size());
            for (const auto& sum : level.attribution) {
                sum.mul_(narrower);
            }
            level.nodes = nodes_;
            level.values.clear();
            level.cumulative.clear();
            level.sizes.clear();
            continue;
        }
        level = {.nodes = nodes_, .values = {}, .cumulative = {}, .sizes = {}, .attribution = {}};
        for (const auto& point : shape) {
            level.attribution.push_back(torch::zeros_like(point[0]));
        }
    }
}

std::vector<std::size_t> Refinement::wanting(std::size_t node) const {
    std::vector<std::size_t> functionals;
    if (node < added_ || (node > 0 && nodes_.place(node) == nodes_.place(node - 1))) {
        return functionals;
    }
    std::ranges::copy_if(atWork_, std::back_inserter(functionals), [&](std::size_t functional) {
        const auto& integral = integrals_[functional];
        const auto place = nodes_.place(node);
        return !integral.samples.contains(place) && !integral.added.contains(place);
    });
    return functionals;
}

bool Refinement::sampleBatch(std::size_t& first, const std::stop_token& stop, const IntegrationProgress& progress) {
    const auto functionals = wanting(first);
    if (functionals.empty()) {
        ++first;
        return true;
    }
    std::vector<SamplePlace> places;
    auto behind = first;
    for (; behind < nodes_.size() && std::ssize(places) < batch_; ++behind) {
        const auto wanted = wanting(behind);
        if (wanted == functionals) {
            places.push_back(nodes_.place(behind));
        } else if (!wanted.empty()) {
            break;
        }
    }
    try {
        const bool complete = gradients_.sample(
            places, functionals, stop, [&](std::size_t functional, std::vector<GradientSample> samples) {
                for (std::size_t i = 0; i < places.size(); ++i) {
                    integrals_[functional].samples.emplace(places[i], std::move(samples[i]));
                }
                gradientsDone_ += std::ssize(places);
                if (progress) {
                    progress(gradientsDone_);
                }
            });
        if (!complete) {
            return false;
        }
        first = behind;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        if (!isOutOfMemory(error) || batch_ == 1) {
            throwGradientError(error);
        }
        warnings_.push_back(
            fmt::format("not enough memory for {} path images at once; going on with {}", batch_, batch_ / 2));
        batch_ /= 2;
    }
    return true;
}

void Refinement::addUp() {
    const bool last = level_ + 1 == levels_.count;
    for (; added_ < nodes_.size(); ++added_) {
        const auto place = nodes_.place(added_);
        const auto lacks = [&](std::size_t functional) {
            return !integrals_[functional].samples.contains(place) && !integrals_[functional].added.contains(place);
        };
        if (std::ranges::any_of(atWork_, lacks)) {
            return;
        }
        const auto increment = path_.increment(nodes_.edge[added_], nodes_.edge[added_ + 1]);
        // Cells of one level are none of the next.
        const bool neededAgain =
            (!last && !nodes_.cells) || (added_ + 1 < nodes_.size() && nodes_.place(added_ + 1) == place);
        for (const auto functional : atWork_) {
            auto& integral = integrals_[functional];
            if (levels_.nested) {
                addNested(integral, place, nodes_.edge[added_ + 1] - nodes_.edge[added_], increment);
                continue;
            }
            const auto sample = integral.samples.find(place);
            add(integral, sample->second, increment);
            if (!neededAgain) {
                integral.samples.erase(sample);
            }
        }
    }
}

void Refinement::add(Integral& integral, const GradientSample& sample, const TensorList& increment) {
    auto& level = integral.level;
    double total = level.cumulative.empty() ? 0.0 : level.cumulative.back();
    TensorList attribution;  // all of it only where somebody measures it
    for (std::size_t t = 0; t < increment.size(); ++t) {
        if (const auto number = levels_.nested ? repeatedNumber(increment[t]) : std::nullopt) {
            // No copy of what may be very large.
            level.attribution[t].add_(sample.gradient[t], *number);
            total += *number * sample.gradient[t].sum().item<double>();
            continue;
        }
        auto part = sample.gradient[t].to(torch::kFloat64) * increment[t];
        level.attribution[t].add_(part);
        total += part.sum().item<double>();
        if (levels_.size) {
            attribution.push_back(std::move(part));
        }
    }
    if (levels_.size) {
        level.sizes.push_back(levels_.size(attribution));
    }
    level.values.push_back(sample.value);
    level.cumulative.push_back(total);
    level.nonfiniteGradients += sample.nonfinite;
}

void Refinement::addNested(Integral& integral, const SamplePlace& place, double width, const TensorList& increment) {
    auto& level = integral.level;
    const double before = level.cumulative.empty() ? 0.0 : level.cumulative.back();
    if (const auto known = integral.added.find(place); known != integral.added.end()) {
        auto& [value, total, itsWidth] = known->second;
        total *= width / itsWidth;
        itsWidth = width;
        level.values.push_back(value);
        level.cumulative.push_back(before + total);
        return;
    }
    const auto sample = integral.samples.find(place);
    add(integral, sample->second, increment);
    integral.added[place] = {.value = sample->second.value, .total = level.cumulative.back() - before, .width = width};
    integral.samples.erase(sample);
}

}  // namespace lamscope
