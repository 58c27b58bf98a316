// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "model/exported/exported_network.h"
#include "model/pt2/program.h"

namespace lamscope {

/// The sizes at which an exported program is right, by its card or by itself.
struct ProgramSizes {
    int multiple = 1;
    int minimumSide = 1;
    std::optional<LrSize> fixed;
    SizeGuards guards;
    std::string remark;  ///< what the user should know about them
};

/// By the card where it states sizes, else by the program. `channels`: of the network.
[[nodiscard]] ProgramSizes sizesOf(const std::shared_ptr<const pt2::Program>& program, const ExportedCard& stated,
                                   int channels);

}  // namespace lamscope
