// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/di_map.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "method/lam/lam.h"
#include "method/lam/lam_refinement.h"
#include "method/lam/patch_groups.h"

namespace lamscope {

namespace {

constexpr int defaultNodes = 9;
constexpr int defaultCells = 7;
constexpr int coarseNodes = 3;
/// The longer side of the grid has about so many coarse cells.
constexpr int coarseCells = 4;
constexpr std::int64_t mostCells = 100'000;
/// The number of cells that are computed together: the map grows on the screen by this number. 32 patches share one
/// forward pass: 1 forward and 32 backward passes.
constexpr std::size_t cellsPerGroup = 32;

DiMap emptyMap(const ModelCard& card, const Image& lr, const LamOptions& options, int stride) {
    const auto grid =
        patchGrid(lr.width() * card.scale, lr.height() * card.scale, options.detector, options.patch.size, stride);
    DiMap map{.stride = stride, .columns = grid.columns, .rows = grid.rows, .cells = {}};
    map.coarseStep = std::max((std::max(map.columns, map.rows) + coarseCells - 1) / coarseCells, 1);
    for (const auto& patch : grid.patches) {
        map.cells.push_back({.patch = patch});
    }
    return map;
}

/// Cells by this number lie in squares, and those in larger squares: the bits of column and row by turns.
std::uint64_t squareOrder(int column, int row) {
    std::uint64_t order = 0;
    for (int bit = 0; bit < 31; ++bit) {
        order |= static_cast<std::uint64_t>((column >> bit) & 1) << (2 * bit);
        order |= static_cast<std::uint64_t>((row >> bit) & 1) << (2 * bit + 1);
    }
    return order;
}

/// The coarse cell of a block of cells, kept inside the grid.
int coarsePosition(int position, int step, int count) {
    return std::min(position / step * step + step / 2, count - 1);
}

}  // namespace

PatchGrid patchGrid(int srWidth, int srHeight, DetectorKind detector, int size, int stride) {
    if (stride < 1) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a grid's stride is at least 1 pixel, found {}", stride));
    }
    const auto margin = detectorMargin(detector);
    const auto along = [&](int srSide) {
        const int room = srSide - size - margin.before - margin.after;
        return room < 0 ? 0 : room / stride + 1;
    };
    PatchGrid grid{.columns = along(srWidth), .rows = along(srHeight), .patches = {}};
    const auto count = static_cast<std::int64_t>(grid.columns) * grid.rows;
    if (count == 0) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("no patch of {0}x{0} pixels fits the output of {1}x{2} pixels", size, srWidth, srHeight));
    }
    if (count > mostCells) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a stride of {} makes {} patches; choose a larger one", stride, count));
    }
    for (int row = 0; row < grid.rows; ++row) {
        for (int column = 0; column < grid.columns; ++column) {
            grid.patches.push_back({margin.before + column * stride, margin.before + row * stride, size});
        }
    }
    return grid;
}

LamPlan diMapPlan(LamOptions options, bool hasSecantRules) {
    if (options.preset == Preset::Exact && !options.nodes && !options.tolerance) {
        const auto byDefault = hasSecantRules ? IntegrationRule::Secant : IntegrationRule::Midpoints;
        options.nodes = options.rule.value_or(byDefault) == IntegrationRule::Midpoints ? defaultNodes : defaultCells;
    }
    return makePlan(options).forNetwork(hasSecantRules);
}

const DiMapCell& DiMap::at(int column, int row) const {
    return cells.at(static_cast<std::size_t>(row) * static_cast<std::size_t>(columns)
                    + static_cast<std::size_t>(column));
}

const DiMapCell* DiMap::shownAt(int column, int row) const {
    const auto* cell = &at(column, row);
    if (cell->nodes == 0) {
        cell = &at(coarsePosition(column, coarseStep, columns), coarsePosition(row, coarseStep, rows));
    }
    return cell->nodes == 0 ? nullptr : cell;
}

const DiMapCell& DiMap::nearest(double x, double y) const {
    const auto& first = cells.front().patch;
    const auto index = [&](double place, int begin, int count) {
        const double centre = begin + first.size / 2.0;
        return static_cast<int>(std::clamp(std::round((place - centre) / stride), 0.0, count - 1.0));
    };
    return at(index(x, first.x, columns), index(y, first.y, rows));
}

class DiMapScan::Inside {
public:
    Inside(const SrModel& model, std::shared_ptr<const Image> lr, std::shared_ptr<const Image> hr,
           const LamOptions& options, int stride, const EvaluationOptions& evaluation)
        : model_(model)
        , lr_(std::move(lr))
        , clean_(options.path == PathKind::Rain ? std::move(hr) : nullptr)  // others need no PSNR of each context
        , evaluation_(evaluation)
        , plan_(diMapPlan(options, model.hasSecantRules()))
        , map_(emptyMap(model.card(), *lr_, plan_.options, stride)) {
        checkImages(model_.card(), *lr_, clean_.get(), plan_);
        for (const auto& cell : map_.cells) {
            patches_.push_back({cell.patch, checkedRegion(model_.card(), *lr_, plan_, cell.patch)});
        }
        plan_.options.patch = map_.cells.front().patch;
        std::vector<std::size_t> coarse;
        std::vector<std::size_t> all;
        for (int row = 0; row < map_.rows; ++row) {
            for (int column = 0; column < map_.columns; ++column) {
                const auto index = all.size();
                all.push_back(index);
                if (row == coarsePosition(row, map_.coarseStep, map_.rows)
                    && column == coarsePosition(column, map_.coarseStep, map_.columns)) {
                    coarse.push_back(index);
                }
            }
        }
        if (map_.coarseStep > 1) {
            auto coarseOptions = plan_.options;
            coarseOptions.nodes = coarseNodes;
            coarseOptions.tolerance.reset();
            addStage(diMapPlan(coarseOptions, model.hasSecantRules()), coarse);
        }
        // Squares of patches have smaller windows in common than rows of as many.
        std::ranges::sort(all, {}, [this](std::size_t cell) {
            const auto columns = static_cast<std::size_t>(map_.columns);
            return squareOrder(static_cast<int>(cell % columns), static_cast<int>(cell / columns));
        });
        addStage(plan_, all);
    }

    [[nodiscard]] const DiMap& map() const { return map_; }
    [[nodiscard]] const LamOptions& options() const { return plan_.options; }
    [[nodiscard]] std::int64_t gradientsPlanned() const { return gradientsPlanned_; }
    [[nodiscard]] bool finished() const { return next_ == work_.size() && !refinement_; }

    bool advance(const std::stop_token& stop, const DiMapCallback& progress) {
        DiMapProgress report{.gradientsDone = gradientsDone_, .gradientsPlanned = gradientsPlanned_};
        const auto say = [&] {
            if (progress) {
                progress(report);
            }
        };
        if (!refinement_ && !begin(stop)) {
            return false;
        }
        const auto& group = work_[next_ - 1];
        const bool complete = refinement_->next(stop, [&](std::int64_t done) {
            report.gradientsDone = gradientsDone_ + done;
            say();
        });
        if (!complete) {
            return false;
        }
        for (std::size_t i = 0; i < group.cells.size(); ++i) {
            const auto& result = *refinement_->results()[i];
            auto& cell = map_.cells[group.cells[i]];
            cell.rule = result.rule;
            cell.nodes = result.nodes;
            cell.diffusionIndex = result.diffusionIndex;
            cell.mass95Pixels = result.mass95Pixels;
            cell.radiusPixels = result.radiusPixels;
            cell.completenessError = result.completenessError;
        }
        if (refinement_->finished()) {
            gradientsDone_ += group.gradients;
            refinement_.reset();
        }
        report.map = &map_;
        say();
        return true;
    }

private:
    struct Work {
        LamPlan plan;
        Rect region;
        std::vector<std::size_t> cells{};
        std::int64_t gradients = 0;  // the most that it can need
    };

    void addStage(const LamPlan& plan, const std::vector<std::size_t>& cells) {
        std::vector<PlacedPatch> patches;
        patches.reserve(cells.size());
        for (const auto cell : cells) {
            patches.push_back(patches_[cell]);
        }
        for (const auto& group : groupPatches(model_.card(), plan, patches)) {
            for (std::size_t first = 0; first < group.patches.size(); first += cellsPerGroup) {
                Work work{.plan = plan, .region = group.region};
                for (auto i = first; i < std::min(first + cellsPerGroup, group.patches.size()); ++i) {
                    work.cells.push_back(cells[group.patches[i]]);
                }
                work.gradients = static_cast<std::int64_t>(work.cells.size()) * plan.gradients();
                gradientsPlanned_ += work.gradients;
                work_.push_back(std::move(work));
            }
        }
    }

    /// Makes the refinement of the next work; false when stopped.
    bool begin(const std::stop_token& stop) {
        const auto& work = work_[next_];
        std::vector<Patch> patches;
        patches.reserve(work.cells.size());
        for (const auto cell : work.cells) {
            patches.push_back(patches_[cell].patch);
        }
        if (!context_ || !context_->serves(work.region, work.plan)) {
            context_.reset();
            context_ =
                prepare(model_, *lr_, clean_.get(), work.plan, work.region, patches, stop, {.evaluation = evaluation_});
            if (!context_) {
                return false;
            }
        }
        refinement_ = std::make_unique<LamRefinement>(*context_, work.plan, patches, std::chrono::steady_clock::now(),
                                                      LamDetail::Numbers);
        ++next_;
        return true;
    }

    const SrModel& model_;
    std::shared_ptr<const Image> lr_;
    std::shared_ptr<const Image> clean_;  // null but for the path Rain
    EvaluationOptions evaluation_;
    LamPlan plan_;
    DiMap map_;
    std::vector<PlacedPatch> patches_;  // by cell
    std::vector<Work> work_;
    std::size_t next_ = 0;  // in `work_`: behind the one that `refinement_` does
    std::unique_ptr<LamContext> context_;
    std::unique_ptr<LamRefinement> refinement_;
    std::int64_t gradientsDone_ = 0;  // by work that is finished
    std::int64_t gradientsPlanned_ = 0;
};

DiMapScan::DiMapScan(const SrModel& model, std::shared_ptr<const Image> lr, const LamOptions& options, int stride,
                     const EvaluationOptions& evaluation, std::shared_ptr<const Image> hr)
    : inside_(std::make_unique<Inside>(model, std::move(lr), std::move(hr), options, stride, evaluation)) {}
DiMapScan::~DiMapScan() = default;

const DiMap& DiMapScan::map() const {
    return inside_->map();
}

bool DiMapScan::finished() const {
    return inside_->finished();
}

const LamOptions& DiMapScan::options() const {
    return inside_->options();
}

std::int64_t DiMapScan::gradientsPlanned() const {
    return inside_->gradientsPlanned();
}

bool DiMapScan::next(const std::stop_token& stop, const DiMapCallback& progress) {
    return finished() || inside_->advance(stop, progress);
}

std::optional<DiMap> computeDiMap(const SrModel& model, const Image& lr, const LamOptions& options, int stride,
                                  const std::stop_token& stop, const DiMapCallback& progress,
                                  const EvaluationOptions& evaluation, std::shared_ptr<const Image> hr) {
    DiMapScan scan(model, std::make_shared<const Image>(lr), options, stride, evaluation, std::move(hr));
    while (!scan.finished()) {
        if (!scan.next(stop, progress)) {
            return std::nullopt;
        }
    }
    return scan.map();
}

}  // namespace lamscope
