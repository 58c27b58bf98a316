// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <c10/core/Device.h>

namespace lamscope::test {

/// A device of LibTorch that is not the CPU, on any machine: its tensors lie in ordinary memory and its kernels are the
/// CPU's, but like a GPU it takes no tensor of another device. Registered on the first call, for the whole process. The
/// weights of native families cannot be moved there: LibTorch changes a tensor's device in place for its own alone.
[[nodiscard]] c10::Device otherDevice();

/// Kernels that have run on it.
[[nodiscard]] long otherDeviceKernels();

}  // namespace lamscope::test
