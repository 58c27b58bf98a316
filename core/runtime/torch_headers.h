// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The part of LibTorch that networks and attribution use: tensors, operations on tensors, autograd. <torch/torch.h>
// also includes modules, optimisers and data loaders, which costs several seconds for each source.
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
