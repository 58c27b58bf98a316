// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <c10/core/DispatchKey.h>

namespace lamscope {

/// The framework's key for modes that see operations before autograd does. Nothing else in this program uses it.
inline constexpr auto secantKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

/// Hands the rules to the framework's dispatcher, unless that is done. They act only on threads where a SecantScope is
/// open.
void registerSecantRules();

}  // namespace lamscope
