// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/pasted_blocks.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"

namespace lamscope {

namespace {

constexpr std::size_t patchColours = 3;

[[noreturn]] void refusePasting(const std::string& message) {
    throw Error(ErrorCode::InvalidArgument, message);
}

void swapRedAndBlue(std::vector<std::uint8_t>& patch) {
    for (std::size_t i = 0; i < patch.size(); i += patchColours) {
        std::swap(patch[i], patch[i + 2]);
    }
}

}  // namespace

PastedBlocks::PastedBlocks(const CemInput& input, std::shared_ptr<const CemInterventions> interventions,
                           const CemOptions& options, const CemGrid& grid)
    : input_(input)
    , interventions_(std::move(interventions))
    , options_(options)
    , grid_(grid) {
    if (!interventions_ || interventions_->count() == 0) {
        refusePasting(
            "there is no patch that could take the place of a block; say where they are with --interventions");
    }
    const auto& given = *interventions_;
    if (given.isRecord) {
        const auto coarse = grid.blocks() * static_cast<std::size_t>(options.coarse);
        if (given.side != grid.side) {
            refusePasting(fmt::format("{}: a block has {}x{} LR pixels, the recorded ones have {}x{}", given.source,
                                      grid.side, grid.side, given.side, given.side));
        }
        if (given.count() < coarse) {
            refusePasting(fmt::format("{}: {} blocks with {} coarse draws each need {} entries, found {}", given.source,
                                      grid.blocks(), options.coarse, coarse, given.count()));
        }
        setFineBlocks(given.recordedFine);
        return;
    }
    if (input.noise && grid.side != given.side) {
        refusePasting(fmt::format("patches are not resized for noise: a block must have {0}x{0} pixels, found {1}x{1}",
                                  given.side, grid.side));
    }
    ready_.reserve(given.count() * static_cast<std::size_t>(grid.side) * static_cast<std::size_t>(grid.side)
                   * patchColours);
    for (std::size_t i = 0; i < given.count(); ++i) {
        auto patch = resizedPatch(given.patch(i), given.side, grid.side);
        if (options.preset == CemPreset::Official) {
            swapRedAndBlue(patch);
        }
        ready_.insert(ready_.end(), patch.begin(), patch.end());
    }
}

void PastedBlocks::setFineBlocks(const std::vector<std::size_t>& blocks) {
    if (!interventions_->isRecord || blocks.empty() || !recordedFine_.empty()) {
        return;
    }
    const auto entries = grid_.blocks() * static_cast<std::size_t>(options_.coarse)
                         + blocks.size() * static_cast<std::size_t>(options_.fine);
    if (interventions_->count() != entries) {
        refusePasting(
            fmt::format("{}: {} blocks with {} coarse draws and {} with {} fine ones make {} entries, found {}",
                        interventions_->source, grid_.blocks(), options_.coarse, blocks.size(), options_.fine, entries,
                        interventions_->count()));
    }
    recordedFine_ = blocks;
}

std::size_t PastedBlocks::patchOf(const CemDraw& draw) const {
    const auto index = static_cast<std::size_t>(draw.index);
    if (!interventions_->isRecord) {
        return drawnPatch(draw, options_.seed, interventions_->count());
    }
    const auto coarse = static_cast<std::size_t>(options_.coarse);
    if (draw.stage == CemStage::Coarse) {
        return blockOf(draw) * coarse + index;
    }
    const auto place = std::ranges::lower_bound(recordedFine_, blockOf(draw)) - recordedFine_.begin();
    return grid_.blocks() * coarse + static_cast<std::size_t>(place) * static_cast<std::size_t>(options_.fine) + index;
}

std::vector<float> PastedBlocks::pixels(const CemDraw& draw) const {
    const auto side = static_cast<std::size_t>(grid_.side);
    const auto size = side * side * patchColours;
    const auto index = patchOf(draw);
    const auto patch =
        interventions_->isRecord ? interventions_->patch(index) : std::span(ready_).subspan(index * size, size);
    std::vector<std::uint8_t> levels(patch.begin(), patch.end());
    if (input_.noise && !interventions_->isRecord) {
        addNoise(levels, grid_.side, draw, options_.seed, *input_.noise);
    }
    const auto rect = grid_.rectOf(blockOf(draw));
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(rect.width) * static_cast<std::size_t>(rect.height) * patchColours);
    for (std::size_t colour = 0; colour < patchColours; ++colour) {
        for (int y = 0; y < rect.height; ++y) {
            for (int x = 0; x < rect.width; ++x) {
                auto level =
                    levels[(static_cast<std::size_t>(y) * side + static_cast<std::size_t>(x)) * patchColours + colour];
                if (input_.rain && !interventions_->isRecord) {
                    const double rain =
                        static_cast<double>(input_.rain->at(static_cast<int>(colour), rect.y + y, rect.x + x));
                    level = static_cast<std::uint8_t>(nearestLevel(level / 255.0 + rain, 255));
                }
                values.push_back(static_cast<float>(level) / 255.0F);
            }
        }
    }
    return values;
}

}  // namespace lamscope
