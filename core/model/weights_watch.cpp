// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/weights_watch.h"

#include <fmt/format.h>

#include "base/error.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

WeightsWatch::WeightsWatch(const SrModel::Implementation& model)
    : model_(model)
    , changes_(model.network().weightChanges()) {}

void WeightsWatch::check() const {
    if (model_.network().weightChanges() != changes_) {
        throwWeightsChanged(model_.card().name);
    }
}

void throwWeightsChanged(const std::string& name) {
    throw Error(ErrorCode::WeightsChanged,
                fmt::format("{}: its weights change while it is evaluated, and the result would be of no network: use "
                            "server.paused() where it is trained",
                            name));
}

}  // namespace lamscope
