// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cropped_trunk.h"

#include <utility>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

class CroppedTrunk final : public Trunk {
public:
    CroppedTrunk(std::unique_ptr<Trunk> trunk, const Rect& whole)
        : trunk_(std::move(trunk))
        , whole_(whole) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        return trunk_->finish(region ? region : whole_);
    }

private:
    std::unique_ptr<Trunk> trunk_;
    Rect whole_;
};

}  // namespace

std::unique_ptr<Trunk> croppedTrunk(std::unique_ptr<Trunk> trunk, std::int64_t height, std::int64_t width) {
    return std::make_unique<CroppedTrunk>(std::move(trunk),
                                          Rect{0, 0, static_cast<int>(width), static_cast<int>(height)});
}

}  // namespace lamscope
