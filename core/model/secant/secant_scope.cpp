// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/secant/secant_scope.h"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <fmt/format.h>

#include "base/error.h"
#include "model/secant/secant_rules.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

thread_local SecantScope* openScope = nullptr;

}  // namespace

SecantScope::SecantScope(std::int64_t slots, const SecantTape* left, SecantTape& own)
    : slots_(slots)
    , left_(left)
    , own_(own)
    , intercepted_(c10::impl::tls_is_dispatch_key_included(secantKey)) {
    if (openScope != nullptr) {
        throw Error(ErrorCode::ModelFailure, "an evaluation over cells began within another");
    }
    registerSecantRules();
    own_.tensors_.clear();
    openScope = this;
    c10::impl::tls_set_dispatch_key_included(secantKey, true);
}

SecantScope::~SecantScope() {
    c10::impl::tls_set_dispatch_key_included(secantKey, intercepted_);
    openScope = nullptr;
}

SecantScope* SecantScope::current() {
    return openScope;
}

torch::Tensor SecantScope::atLeftEnds(const torch::Tensor& value) {
    const auto own = value.detach();
    if (own.dim() == 0 || own.size(0) % slots_ != 0) {
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("a batch of {} images is not the first dimension of a tensor of {} dimensions inside "
                                "the network",
                                slots_, own.dim()));
    }
    const auto length = own.size(0) / slots_;
    const auto position = own_.tensors_.size();
    // Of a batch only the last slot is kept; a slice would keep the whole batch alive.
    own_.tensors_.push_back(slots_ == 1 ? own : own.narrow(0, own.size(0) - length, length).clone());
    auto before = own.narrow(0, 0, length);
    if (left_ != nullptr) {
        if (position >= left_->tensors_.size() || left_->tensors_[position].sizes() != before.sizes()) {
            throw Error(ErrorCode::ModelFailure, "the network's operations differ from one image to the next");
        }
        before = left_->tensors_[position];
    }
    return slots_ == 1 ? before : at::cat({before, own.narrow(0, 0, own.size(0) - length)});
}

bool secantScopeIsOpen() {
    return openScope != nullptr;
}

}  // namespace lamscope
