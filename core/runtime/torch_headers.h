// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What networks and attribution use of LibTorch: tensors, their operations, autograd. <torch/torch.h> brings modules,
// optimisers and data loaders as well, at several seconds a source.
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
