// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "method/cem/cem_grid.h"
#include "method/cem/cem_scan.h"
#include "method/cem/interventions.h"

namespace lamscope {

/// What takes the place of blocks. Const members are thread-safe.
class PastedBlocks {
public:
    /// Throws Error(InvalidArgument) where there is no patch, a record does not fit, or patches are to stay as they are
    /// (noise) and have another size than blocks.
    PastedBlocks(const CemInput& input, std::shared_ptr<const CemInterventions> interventions,
                 const CemOptions& options, const CemGrid& grid);

    /// Of a record: which blocks its fine draws are of, ascending. Throws Error(InvalidArgument) where it holds another
    /// number of draws. To be called before the first fine draw; without effect otherwise.
    void setFineBlocks(const std::vector<std::size_t>& blocks);

    /// The blocks of a record's fine draws; empty where they are not known or there is no record.
    [[nodiscard]] const std::vector<std::size_t>& recordedFine() const { return recordedFine_; }

    /// The index of the patch, or of the entry of a record.
    [[nodiscard]] std::size_t patchOf(const CemDraw& draw) const;

    /// The LR pixels of a block's rectangle (CemGrid::rectOf()), [0, 1], planes R, G, B.
    [[nodiscard]] std::vector<float> pixels(const CemDraw& draw) const;

private:
    [[nodiscard]] std::size_t blockOf(const CemDraw& draw) const {
        return static_cast<std::size_t>(draw.row) * static_cast<std::size_t>(grid_.columns())
               + static_cast<std::size_t>(draw.column);
    }

    CemInput input_;
    std::shared_ptr<const CemInterventions> interventions_;
    CemOptions options_;
    CemGrid grid_;
    std::vector<std::uint8_t> ready_;  // patches at the side of a block, as they are pasted
    std::vector<std::size_t> recordedFine_;
};

}  // namespace lamscope
