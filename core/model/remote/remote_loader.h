// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/loaders.h"

namespace lamscope::remote {

/// Connects to the server that the spec's address names, and makes the network and its card of what the server states.
/// Can be stopped, see StoppableRequests. Throws Error: ConnectionLost, ModelFailure (the server does not follow the
/// protocol), InvalidArgument (the address is none, the server has no such network, a setting does not fit),
/// UnsupportedModel (a network of several frames).
void loadRemote(const ModelSource& source, Candidate& candidate);

}  // namespace lamscope::remote
