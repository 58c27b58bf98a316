// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/version.h"

namespace lamscope {

std::string version() {
    return LAMSCOPE_VERSION;
}

}  // namespace lamscope
