// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/cem_scan.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"
#include "method/cem/pasted_blocks.h"
#include "model/luma.h"
#include "model/sr_model_implementation.h"
#include "model/stoppable_evaluation.h"
#include "model/weights_watch.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double notRun = std::numeric_limits<double>::quiet_NaN();

/// The most LR pixels that are evaluated at once: on a CPU the activations of a few 64x64 images still fit its caches,
/// a GPU wants many.
constexpr std::int64_t pixelsAtOnceCpu = 16384;
constexpr std::int64_t pixelsAtOnceCuda = 32L * 16384;

constexpr std::size_t fewPatches = 100;
constexpr double lowPsnr = 15.0;

std::shared_ptr<const Image> asFile(const std::shared_ptr<const Image>& image) {
    return image && image->bitDepth != 8 ? std::make_shared<const Image>(quantise8(*image)) : image;
}

CemInput checkedInput(CemInput input, const ModelCard& card) {
    if (!input.lr || !input.hr || input.hr->empty()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the effect of a block is a change of PSNR, which needs the HR image: give it with {}, "
                                "or beside the input with --reference",
                                card.scale == 1 ? "--hr and --degrade" : "--hr"));
    }
    const auto& lr = *input.lr;
    const int width = lr.width() * card.scale;
    const int height = lr.height() * card.scale;
    if (input.hr->width() != width || input.hr->height() != height) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("the HR image has {}x{} pixels; {} enlarges the {}x{} LR image to {}x{}", input.hr->width(),
                        input.hr->height(), card.name, lr.width(), lr.height(), width, height));
    }
    if (input.rain && (input.rain->width() != lr.width() || input.rain->height() != lr.height())) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the rain has {}x{} pixels and the image {}x{}", input.rain->width(),
                                input.rain->height(), lr.width(), lr.height()));
    }
    input.lr = asFile(input.lr);
    input.hr = asFile(input.hr);
    return input;
}

CemPlace checkedPlace(const ModelCard& card, const Image& lr, const CemOptions& options, const Patch& roi) {
    checkCemOptions(options);
    auto place = cemPlace(card, lr.width(), lr.height(), options, roi);
    checkSize(card, place.window.width, place.window.height);
    return place;
}

/// Fine draws after each round: an eighth, a quarter, half of them, all; rounded down, at least two.
std::vector<int> roundsOf(int fine) {
    std::vector<int> rounds;
    for (const int part : {8, 4, 2, 1}) {
        const int draws = std::max(fine / part, 2);
        if (rounds.empty() || draws > rounds.back()) {
            rounds.push_back(draws);
        }
    }
    return rounds;
}

/// [3, h, w] float32 on the CPU.
torch::Tensor planesOf(const Image& image) {
    auto planes = torch::empty({Image::channels, image.height(), image.width()}, torch::kFloat32);
    std::memcpy(planes.data_ptr<float>(), image.values().data(), image.values().size_bytes());
    return planes;
}

/// Copies the pixels of a block to planes of `window`; what lies outside is left out.
void putBlock(float* planes, const Rect& window, std::span<const float> pixels, const Rect& block) {
    const int left = std::max(block.x, window.x);
    const int right = std::min(block.x + block.width, window.x + window.width);
    if (left >= right) {
        return;
    }
    for (int colour = 0; colour < Image::channels; ++colour) {
        for (int y = std::max(block.y, window.y); y < std::min(block.y + block.height, window.y + window.height); ++y) {
            const auto from =
                (static_cast<std::ptrdiff_t>(colour) * block.height + y - block.y) * block.width + left - block.x;
            const auto to =
                (static_cast<std::ptrdiff_t>(colour) * window.height + y - window.y) * window.width + left - window.x;
            std::copy_n(pixels.begin() + from, right - left, planes + to);
        }
    }
}

}  // namespace

double shownLimit(const CemInput& input) {
    return input.rain ? 2.0 : input.noise ? 1.0 : 2.5;
}

class CemScan::Inside {
public:
    Inside(const SrModel& model, CemInput input, std::shared_ptr<const CemInterventions> interventions,
           const CemOptions& options, const Patch& roi)
        : model_(model)
        , options_(options)
        , input_(checkedInput(std::move(input), model.card()))
        , place_(checkedPlace(model.card(), *input_.lr, options, roi))
        , rounds_(roundsOf(options.fine))
        , blocks_(input_, interventions, options, place_.grid)
        , order_(outwardBlocks(place_, model.card().scale)) {
        const auto pixels = static_cast<std::int64_t>(place_.window.width) * place_.window.height;
        const auto most = model.implementation().device().is_cuda() ? pixelsAtOnceCuda : pixelsAtOnceCpu;
        atOnce_ = options.batch ? *options.batch : std::max<std::int64_t>(most / pixels, 1);
        window_ = planesOf(input_.lr->cropped(place_.window));
        hrLevels_ = planesOf(input_.hr->cropped({roi.x, roi.y, roi.size, roi.size}))
                        .mul(255.0)
                        .round()
                        .to(model.implementation().device(), torch::kFloat64);
        const auto count = place_.grid.blocks();
        coarse_.assign(count * static_cast<std::size_t>(options.coarse), notRun);
        fine_.assign(count * static_cast<std::size_t>(options.fine), notRun);
        coarseDone_.assign(count, 0);
        fineDone_.assign(count, 0);
        addWarnings(*interventions);
    }

    [[nodiscard]] Phase phase() const { return phase_; }
    [[nodiscard]] int roundsDraws() const { return drawsDone_; }
    [[nodiscard]] std::int64_t done() const {
        return phase_ == Phase::Fine || phase_ == Phase::Finished ? fineCursor_ : cursor_;
    }

    [[nodiscard]] std::int64_t planned() const {
        switch (phase_) {
            case Phase::Origin:
                return 1;
            case Phase::Coarse:
                return std::ssize(order_) * options_.coarse;
            case Phase::Fine:
            case Phase::Finished:
                break;
        }
        return std::ssize(fineOrder_) * options_.fine;
    }

    bool next(const std::stop_token& stop) {
        if (phase_ == Phase::Finished) {
            return true;
        }
        const auto start = Clock::now();
        const auto draws = nextDraws();
        const auto psnr = evaluate(draws, stop);
        seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
        if (!psnr) {
            return false;
        }
        if (phase_ == Phase::Origin) {
            takeOrigin(psnr->front());
        } else {
            for (std::size_t i = 0; i < psnr->size(); ++i) {
                take(draws[i], (*psnr)[i]);
            }
            cursor_ += std::ssize(*psnr);
            fineCursor_ += phase_ == Phase::Fine ? std::ssize(*psnr) : 0;
        }
        endPhase();
        return true;
    }

    [[nodiscard]] CemResult result() const {
        const int columns = place_.grid.columns();
        CemResult result{.place = place_,
                         .shownLimit = shownLimit(input_),
                         .psnrOrigin = origin_,
                         .blocks = estimates(),
                         .coarsePsnr = coarse_,
                         .finePsnr = fine_,
                         .coarseDraws = options_.coarse,
                         .fineDraws = options_.fine,
                         .evaluatedBlocks = static_cast<int>(order_.size()),
                         .fineBlocks = static_cast<int>(fineOrder_.size()),
                         .forwards = forwards_,
                         .nonfiniteOutputs = nonfinite_,
                         .seconds = seconds_,
                         .warnings = warnings_};
        result.outside = cemCounts(result.blocks, columns, place_.roiBlocks);
        result.countsOfficial = officialCounts(result.blocks, columns, place_.officialRoiBlocks);
        if (nonfinite_ > 0) {
            result.warnings.push_back(fmt::format(
                "the output is NaN or infinite in the region of interest for {} of {} replaced blocks, which do not "
                "count",
                nonfinite_, forwards_ - 1));
        }
        if (exact_ > 0) {
            result.warnings.push_back(fmt::format(
                "{} of {} replaced blocks make the region of interest exact, so that their PSNR is infinite; they do "
                "not count",
                exact_, forwards_ - 1));
        }
        return result;
    }

    [[nodiscard]] const CemPlace& place() const { return place_; }

    [[nodiscard]] Image replaced(const CemDraw& draw) const {
        auto image = *input_.lr;
        putBlock(image.values().data(), {0, 0, image.width(), image.height()}, blocks_.pixels(draw),
                 place_.grid.rectOf(blockOf(draw)));
        return image;
    }

    [[nodiscard]] std::size_t patchOf(const CemDraw& draw) const { return blocks_.patchOf(draw); }

private:
    [[nodiscard]] std::size_t blockOf(const CemDraw& draw) const {
        return static_cast<std::size_t>(draw.row) * static_cast<std::size_t>(place_.grid.columns())
               + static_cast<std::size_t>(draw.column);
    }

    void addWarnings(const CemInterventions& interventions) {
        const auto& card = model_.card();
        if (!interventions.isRecord && interventions.count() < fewPatches) {
            warnings_.push_back(fmt::format("{}: only {} patches take the place of blocks; give at least {}",
                                            interventions.source, interventions.count(), fewPatches));
        }
        const int side = place_.grid.side * card.scale;
        const auto& [x, y, size] = place_.roi;
        if (x % side != 0 || y % side != 0 || size % side != 0) {
            warnings_.push_back(fmt::format(
                "the region of interest does not lie on the grid of blocks of {0}x{0} SR pixels: blocks that overlap "
                "it in part count as inside",
                side));
        }
        if (place_.isCut) {
            warnings_.push_back(fmt::format(
                "the network sees {0}x{0} LR pixels around the region of interest, not the image: blocks outside have "
                "no effect, and those inside may have another",
                *options_.context));
        }
    }

    /// Those of the next batch; of the image as it is, one that nothing is done to.
    [[nodiscard]] std::vector<CemDraw> nextDraws() const {
        if (phase_ == Phase::Origin) {
            return {CemDraw()};
        }
        const bool isFine = phase_ == Phase::Fine;
        const auto& order = isFine ? fineOrder_ : order_;
        const int each = isFine ? rounds_[round_] - drawsDone_ : options_.coarse;
        const auto planned = std::ssize(order) * each;
        std::vector<CemDraw> draws;
        for (auto item = cursor_; item < std::min(cursor_ + atOnce_, planned); ++item) {
            const auto block = static_cast<int>(order[static_cast<std::size_t>(item / each)]);
            draws.push_back({.stage = isFine ? CemStage::Fine : CemStage::Coarse,
                             .row = block / place_.grid.columns(),
                             .column = block % place_.grid.columns(),
                             .index = static_cast<int>(item % each) + (isFine ? drawsDone_ : 0)});
        }
        return draws;
    }

    /// Of the first of these draws, as many as fit into memory; nullopt when stopped.
    std::optional<std::vector<double>> evaluate(std::span<const CemDraw> draws, const std::stop_token& stop) {
        for (;;) {
            if (stop.stop_requested()) {
                return std::nullopt;
            }
            std::vector<double> psnr;
            const auto end = evaluateWatched(model_.implementation(), weights_, "it cannot be evaluated", [&] {
                const StoppableEvaluation stoppable(stop);
                psnr = psnrOf(draws);
            });
            if (end.isDone()) {
                forwards_ += std::ssize(draws);
                return psnr;
            }
            if (end.stopped) {
                return std::nullopt;
            }
            if (draws.size() == 1) {
                throw Error(
                    ErrorCode::OutOfMemory,
                    fmt::format("{}: not enough memory for {}x{} LR pixels ({}); use a smaller image, or a "
                                "context",
                                model_.card().name, place_.window.width, place_.window.height, end.lackOfMemory));
            }
            draws = draws.first(draws.size() / 2);
            atOnce_ = std::ssize(draws);
        }
    }

    /// P of each draw: the squared differences are summed where the network runs, and those sums alone leave it.
    [[nodiscard]] std::vector<double> psnrOf(std::span<const CemDraw> draws) const {
        const at::NoGradGuard noGradients;
        const auto& model = model_.implementation();
        const auto input = model.toInput(batchOf(draws));
        const auto region = regionOf(model, input);
        const auto finite = region.isfinite().flatten(1).all(1).cpu();
        const auto levels = region.clamp(0.0, 1.0).mul(255.0).round();
        const auto sums = (levels.to(torch::kFloat64) - hrLevels_).square().flatten(1).sum(1).cpu();
        std::vector<double> psnr;
        const auto values = static_cast<double>(hrLevels_.numel());
        for (std::int64_t i = 0; i < std::ssize(draws); ++i) {
            psnr.push_back(finite[i].item<bool>() ? psnrOfLevels(sums[i].item<double>() / values) : notRun);
        }
        return psnr;
    }

    /// [n, 3, h, w] float32 on the CPU: the window with a block replaced.
    [[nodiscard]] torch::Tensor batchOf(std::span<const CemDraw> draws) const {
        auto batch = window_.unsqueeze(0).repeat({std::ssize(draws), 1, 1, 1});
        if (phase_ == Phase::Origin) {
            return batch;
        }
        auto* planes = batch.data_ptr<float>();
        for (const auto& draw : draws) {
            putBlock(planes, place_.window, blocks_.pixels(draw), place_.grid.rectOf(blockOf(draw)));
            planes += window_.numel();
        }
        return batch;
    }

    /// The ROI of the SR, [n, 3, size, size].
    [[nodiscard]] torch::Tensor regionOf(const SrModel::Implementation& model, const torch::Tensor& input) const {
        const auto& card = model.card();
        const auto& window = place_.window;
        const int scale = card.scale;
        const bool isLuma = card.colour == ModelCard::Colour::Y;
        const int margin = isLuma ? cemReachOfColours : 0;
        const auto& roi = place_.roiLr;
        Rect part{std::max(roi.x - margin, window.x), std::max(roi.y - margin, window.y), 0, 0};
        part.width = std::min(roi.x + roi.width + margin, window.x + window.width) - part.x;
        part.height = std::min(roi.y + roi.height + margin, window.y + window.height) - part.y;
        const Rect inWindow{part.x - window.x, part.y - window.y, part.width, part.height};
        auto sr = model.begin(input)->finish(inWindow);
        if (isLuma) {
            const auto lr = input.narrow(2, inWindow.y, inWindow.height).narrow(3, inWindow.x, inWindow.width);
            sr = withColoursOf(lr, sr, scale);
        }
        return sr.narrow(2, place_.roi.y - part.y * scale, place_.roi.size)
            .narrow(3, place_.roi.x - part.x * scale, place_.roi.size);
    }

    void takeOrigin(double psnr) {
        const auto& name = model_.card().name;
        if (std::isnan(psnr)) {
            throw Error(ErrorCode::ModelFailure,
                        fmt::format("{}: its output is NaN or infinite in the region of interest", name));
        }
        if (std::isinf(psnr)) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} reproduces the region of interest exactly: its PSNR is infinite, and no effect "
                                    "can be stated; choose another region",
                                    name));
        }
        origin_ = psnr;
        if (psnr < lowPsnr) {
            warnings_.push_back(fmt::format(
                "the region of interest has {:.1f} dB only: whether content helps or harms a wrong texture is near "
                "chance",
                psnr));
        }
    }

    void take(const CemDraw& draw, double psnr) {
        const auto block = blockOf(draw);
        const bool isFine = draw.stage == CemStage::Fine;
        const auto each = static_cast<std::size_t>(isFine ? options_.fine : options_.coarse);
        (isFine ? fine_ : coarse_)[block * each + static_cast<std::size_t>(draw.index)] = psnr;
        ++(isFine ? fineDone_ : coarseDone_)[block];
        nonfinite_ += std::isnan(psnr) ? 1 : 0;
        exact_ += std::isinf(psnr) ? 1 : 0;
    }

    void endPhase() {
        if (phase_ == Phase::Origin) {
            phase_ = Phase::Coarse;
        } else if (phase_ == Phase::Coarse && cursor_ == planned()) {
            chooseFineBlocks();
            phase_ = fineOrder_.empty() ? Phase::Finished : Phase::Fine;
            cursor_ = 0;
        } else if (phase_ == Phase::Fine && cursor_ == std::ssize(fineOrder_) * (rounds_[round_] - drawsDone_)) {
            drawsDone_ = rounds_[round_];
            ++round_;
            cursor_ = 0;
            phase_ = round_ == rounds_.size() ? Phase::Finished : Phase::Fine;
        }
    }

    void chooseFineBlocks() {
        std::vector<std::size_t> chosen;
        std::ranges::copy_if(order_, std::back_inserter(chosen),
                             [this](std::size_t block) { return isAffected(block); });
        auto ascending = chosen;
        std::ranges::sort(ascending);
        blocks_.setFineBlocks(ascending);
        if (const auto& recorded = blocks_.recordedFine(); !recorded.empty()) {
            chosen.clear();
            std::ranges::copy_if(order_, std::back_inserter(chosen),
                                 [&](std::size_t block) { return std::ranges::binary_search(recorded, block); });
        }
        fineOrder_ = std::move(chosen);
    }

    [[nodiscard]] std::span<const double> coarseOf(std::size_t block) const {
        return std::span(coarse_).subspan(block * static_cast<std::size_t>(options_.coarse),
                                          static_cast<std::size_t>(coarseDone_[block]));
    }

    [[nodiscard]] std::span<const double> fineOf(std::size_t block) const {
        return std::span(fine_).subspan(block * static_cast<std::size_t>(options_.fine),
                                        static_cast<std::size_t>(fineDone_[block]));
    }

    /// By its coarse draws.
    [[nodiscard]] bool isAffected(std::size_t block) const {
        return std::ranges::any_of(coarseOf(block), [this](double psnr) {
            return std::abs(origin_ - psnr) >= options_.tolerance;  // NaN is not
        });
    }

    [[nodiscard]] std::vector<CemBlock> estimates() const {
        std::vector<CemBlock> blocks(place_.grid.blocks(), {0.0, notRun, 0});
        auto isFine = std::vector(blocks.size(), phase_ == Phase::Origin || phase_ == Phase::Coarse);
        for (const auto block : fineOrder_) {
            isFine[block] = true;
        }
        for (const auto block : order_) {
            auto& [effect, standardError, draws] = blocks[block];
            // One fine draw alone has no error: the coarse ones stand until there are two.
            const bool hasFine = fineDone_[block] > 1;
            const auto estimate = cemEstimate(origin_, hasFine ? fineOf(block) : coarseOf(block));
            draws = estimate.draws;
            if (!hasFine && coarseDone_[block] == options_.coarse && !(isFine[block] && isAffected(block))
                && estimate.draws > 0) {
                continue;  // no effect by construction
            }
            effect = std::abs(estimate.effect) < options_.tolerance ? 0.0 : estimate.effect;
            standardError = estimate.standardError;
        }
        return blocks;
    }

    const SrModel& model_;
    CemOptions options_;
    CemInput input_;
    CemPlace place_;
    std::vector<int> rounds_;
    PastedBlocks blocks_;
    std::vector<std::size_t> order_;
    std::vector<std::size_t> fineOrder_;
    std::optional<WeightsWatch> weights_;  // since the first evaluation
    torch::Tensor window_;                 // [3, h, w] of the image as it is, float32 on the CPU
    torch::Tensor hrLevels_;               // [3, size, size] of the ROI, float64 on the device

    std::int64_t atOnce_ = 1;
    Phase phase_ = Phase::Origin;
    std::size_t round_ = 0;        // at work
    int drawsDone_ = 0;            // fine, of every block
    std::int64_t cursor_ = 0;      // draws that are done of the coarse ones, or of the round
    std::int64_t fineCursor_ = 0;  // fine draws that are done
    double origin_ = notRun;
    std::vector<double> coarse_;  // blocks x draws
    std::vector<double> fine_;
    std::vector<int> coarseDone_;  // by block
    std::vector<int> fineDone_;
    std::int64_t forwards_ = 0;
    std::int64_t nonfinite_ = 0;
    std::int64_t exact_ = 0;
    double seconds_ = 0.0;
    std::vector<std::string> warnings_;
};

std::vector<CemDraw> mostHarmful(const CemResult& result, std::size_t block, std::size_t most) {
    const auto drawsOf = [&](CemStage stage) {
        const bool isFine = stage == CemStage::Fine;
        const auto each = static_cast<std::size_t>(isFine ? result.fineDraws : result.coarseDraws);
        const auto psnr = std::span(isFine ? result.finePsnr : result.coarsePsnr).subspan(block * each, each);
        std::vector<CemDraw> draws;
        const auto columns = static_cast<std::size_t>(result.place.grid.columns());
        for (std::size_t k = 0; k < each; ++k) {
            if (std::isfinite(psnr[k])) {
                draws.push_back(
                    {stage, static_cast<int>(block / columns), static_cast<int>(block % columns), static_cast<int>(k)});
            }
        }
        std::ranges::stable_sort(draws, {},
                                 [&](const CemDraw& draw) { return psnr[static_cast<std::size_t>(draw.index)]; });
        return draws;
    };
    auto draws = drawsOf(CemStage::Fine);
    if (draws.empty()) {
        draws = drawsOf(CemStage::Coarse);
    }
    draws.resize(std::min(draws.size(), most));
    return draws;
}

CemScan::CemScan(const SrModel& model, CemInput input, std::shared_ptr<const CemInterventions> interventions,
                 const CemOptions& options, const Patch& roi)
    : inside_(std::make_unique<Inside>(model, std::move(input), std::move(interventions), options, roi)) {}
CemScan::~CemScan() = default;

CemScan::Phase CemScan::phase() const {
    return inside_->phase();
}

int CemScan::roundsDraws() const {
    return inside_->roundsDraws();
}

std::int64_t CemScan::done() const {
    return inside_->done();
}

std::int64_t CemScan::planned() const {
    return inside_->planned();
}

bool CemScan::next(const std::stop_token& stop) {
    return inside_->next(stop);
}

CemResult CemScan::result() const {
    return inside_->result();
}

const CemPlace& CemScan::place() const {
    return inside_->place();
}

Image CemScan::replaced(const CemDraw& draw) const {
    return inside_->replaced(draw);
}

std::size_t CemScan::patchOf(const CemDraw& draw) const {
    return inside_->patchOf(draw);
}

std::optional<CemResult> computeCem(const SrModel& model, const CemInput& input,
                                    std::shared_ptr<const CemInterventions> interventions, const CemOptions& options,
                                    const Patch& roi, const std::stop_token& stop, const CemCallback& progress) {
    CemScan scan(model, input, std::move(interventions), options, roi);
    while (!scan.finished()) {
        if (!scan.next(stop)) {
            return std::nullopt;
        }
        if (progress) {
            progress(scan);
        }
    }
    return scan.result();
}

}  // namespace lamscope
