// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lamscope {

/// Leaves an evaluation that was stopped. Not an error: nothing translates it on its way.
struct EvaluationStopped {};

}  // namespace lamscope
