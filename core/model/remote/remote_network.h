// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "model/network.h"
#include "model/remote/server.h"

namespace lamscope::remote {

/// A network that a server evaluates. SR pixels are asked for by regions, and the cotangent of a region is answered
/// with the gradient at the input, so that autograd goes on here. The server holds the forward passes of trunks that
/// are differentiated and drops them with the trunks; what it has dropped for want of memory is evaluated again.
///
/// Input and output are on the CPU here, float32 on the way. An evaluation is left by EvaluationStopped where it is
/// stopped (see StoppableEvaluation), otherwise by Error: ConnectionLost, ModelFailure (what the network said where it
/// runs, or an answer of another shape), WeightsChanged (a pass that has to be evaluated again, of a network in
/// training); or by a std::bad_alloc where the server lacks memory. What is no more than NaN
/// or infinite passes.
/// @param connection   of the server, on which it gave the description. Where another one says anything else of the
///                     network, or nothing of its weights, that is ConnectionLost: the network is to be loaded again.
[[nodiscard]] std::unique_ptr<Network> makeRemoteNetwork(std::shared_ptr<Server> server,
                                                         const std::shared_ptr<Connection>& connection,
                                                         const NetworkDescription& description);

}  // namespace lamscope::remote
