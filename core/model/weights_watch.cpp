// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/weights_watch.h"

#include <fmt/format.h>

#include "base/error.h"
#include "model/sr_model_implementation.h"
#include "runtime/evaluation_stopped.h"
#include "runtime/torch_errors.h"

namespace lamscope {

WeightsWatch::WeightsWatch(const SrModel::Implementation& model)
    : model_(model)
    , changes_(model.network().weightChanges()) {}

void WeightsWatch::check() const {
    if (model_.network().weightChanges() != changes_) {
        throwWeightsChanged(model_.card().name);
    }
}

EvaluationEnd evaluateWatched(const SrModel::Implementation& model, std::optional<WeightsWatch>& weights,
                              std::string_view fault, const std::function<void()>& evaluate) {
    try {
        evaluate();
        if (!weights) {
            weights.emplace(model);
        }
        weights->check();
    } catch (const EvaluationStopped&) {
        return {.stopped = true};
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        if (!isOutOfMemory(error)) {
            throw Error(ErrorCode::ModelFailure,
                        fmt::format("{}: {}: {}", model.card().name, fault, briefMessage(error)));
        }
        return {.lackOfMemory = briefMessage(error)};
    }
    return {};
}

void throwWeightsChanged(const std::string& name) {
    throw Error(ErrorCode::WeightsChanged,
                fmt::format("{}: its weights change while it is evaluated, and the result would be of no network: use "
                            "server.paused() where it is trained",
                            name));
}

}  // namespace lamscope
