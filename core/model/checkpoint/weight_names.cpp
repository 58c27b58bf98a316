// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/weight_names.h"

#include <algorithm>
#include <array>
#include <span>

namespace lamscope::detail {

namespace {

constexpr std::array<std::string_view, 8> wrapperKeys{"model_state_dict", "state_dict", "params_ema", "params-ema",
                                                      "params",           "model",      "net",        "generator"};

struct WrappingPrefix {
    std::string_view text;
    bool beforeNumbers;  ///< true: taken off before a number too
};

constexpr std::array<WrappingPrefix, 7> wrappingPrefixes{{{"module.", true},
                                                          {"_orig_mod.", true},
                                                          {"netG.", true},
                                                          {"net_g.", false},
                                                          {"generator.", false},
                                                          {"model.", false},
                                                          {"net.", false}}};

constexpr std::array<std::string_view, 7> averagedWords{"ema", "averaged", "average", "avg", "swa", "shadow", "polyak"};

constexpr std::array<std::string_view, 21> companionWords{
    "d",    "disc",       "discriminator", "discriminators", "critic", "loss",  "losses", "criterion",
    "cri",  "criterions", "criteria",      "perceptual",     "percep", "lpips", "dists",  "psnr",
    "ssim", "fid",        "inception",     "metric",         "metrics"};

constexpr std::array<std::string_view, 9> optimiserWords{"optimizer", "optimizers", "optimiser",  "optimisers", "optim",
                                                         "optims",    "scheduler",  "schedulers", "scaler"};

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// The words of a name in lower case: "net", "g" and "ema" for "netG_ema".
std::vector<std::string> wordsOf(std::string_view text) {
    std::vector<std::string> words;
    bool inside = false;
    bool lower = false;
    for (const char c : text) {
        const bool isUpper = c >= 'A' && c <= 'Z';
        const bool isLower = c >= 'a' && c <= 'z';
        if (isUpper || isLower || isDigit(c)) {
            if (!inside || (isUpper && lower)) {
                words.emplace_back();
            }
            words.back() += isUpper ? static_cast<char>(c - 'A' + 'a') : c;
        }
        inside = isUpper || isLower || isDigit(c);
        lower = isLower || isDigit(c);
    }
    return words;
}

bool hasWord(const std::vector<std::string>& words, std::span<const std::string_view> wanted) {
    return std::ranges::any_of(
        words, [&](const std::string& word) { return std::ranges::find(wanted, word) != wanted.end(); });
}

}  // namespace

WeightRole roleOf(std::string_view segment) {
    const std::vector<std::string> words = wordsOf(segment);
    if (hasWord(words, companionWords)
        || std::ranges::any_of(words, [](const std::string& word) { return word.starts_with("vgg"); })) {
        return WeightRole::Companion;
    }
    return hasWord(words, averagedWords) ? WeightRole::Averaged : WeightRole::Network;
}

WeightRole roleOf(const std::vector<std::string>& path) {
    WeightRole role = WeightRole::Network;
    for (const std::string& segment : path) {
        const WeightRole found = roleOf(std::string_view(segment));
        if (found == WeightRole::Companion) {
            return found;
        }
        role = found == WeightRole::Averaged ? found : role;
    }
    return role;
}

bool belongsToOptimiser(std::string_view key) {
    return hasWord(wordsOf(key), optimiserWords);
}

std::size_t orderOfWrapperKey(std::string_view key) {
    return static_cast<std::size_t>(std::ranges::find(wrapperKeys, key) - wrapperKeys.begin());
}

bool isWrapperKey(std::string_view key) {
    return orderOfWrapperKey(key) < wrapperKeys.size();
}

std::string commonPrefix(const std::vector<std::string_view>& names) {
    std::string common;
    const auto isCommon = [&](const WrappingPrefix& prefix) {
        return std::ranges::all_of(names, [&](std::string_view name) {
            name.remove_prefix(common.size());
            const std::size_t length = prefix.text.size();
            return name.size() > length && name.starts_with(prefix.text)
                   && (prefix.beforeNumbers || !isDigit(name[length]));
        });
    };
    for (bool again = !names.empty(); again;) {
        const auto* const found = std::ranges::find_if(wrappingPrefixes, isCommon);
        again = found != wrappingPrefixes.end();
        common += again ? found->text : "";
    }
    return common;
}

std::vector<std::string> segmentsOf(std::string_view name) {
    std::vector<std::string> segments;
    for (;;) {
        const std::size_t dot = name.find('.');
        segments.emplace_back(name.substr(0, dot));
        if (dot == std::string_view::npos) {
            return segments;
        }
        name.remove_prefix(dot + 1);
    }
}

}  // namespace lamscope::detail
