// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/unsupported_families.h"

#include <algorithm>
#include <array>

namespace lamscope {

namespace {

struct Family {
    std::string_view name;
    std::array<std::string_view, 2> keys;  ///< which together no other network has
};

constexpr std::array families{
    Family{"GRL",
           {"layers.0.blocks.0.attn.window_attn.attn_transform.logit_scale",
            "layers.0.blocks.0.attn.stripe_attn.attn_transform1.logit_scale"}},
    Family{"DITN", {"UFONE.0.ITLs.0.attn.temperature", "UFONE.0.ITLs.0.ffn.project_in.weight"}},
    Family{"Real-CUGAN or waifu2x's CUNet", {"unet1.conv1.conv.0.weight", "unet1.conv_bottom.weight"}},
};

}  // namespace

std::optional<std::string_view> unsupportedFamily(const Checkpoint& checkpoint) {
    const auto* found = std::ranges::find_if(families, [&](const Family& family) {
        return std::ranges::all_of(family.keys, [&](std::string_view key) { return checkpoint.find(key) != nullptr; });
    });
    return found == families.end() ? std::nullopt : std::optional(found->name);
}

}  // namespace lamscope
