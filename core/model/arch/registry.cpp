// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "model/arch/architecture.h"

namespace lamscope {

std::span<const Architecture> architectures() {
    static const std::array all{carnArchitecture, bsrnArchitecture, rfdnArchitecture,
                                rlfnArchitecture, panArchitecture,  imdnArchitecture};
    return all;
}

}  // namespace lamscope
