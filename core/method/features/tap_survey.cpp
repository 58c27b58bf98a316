// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/tap_survey.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "method/features/tap_layout.h"
#include "model/feature_sink.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// A tap with what only the survey needs.
struct SeenTap {
    TapPlace place;
    Tap::Kind kind = Tap::Kind::Convolution;
    std::vector<std::int64_t> output{};  // sizes with the batch
    std::int64_t rows = 0;               // of the inputs of all evaluations; of windows there are several a patch
    int last = 0;                        // when it was last evaluated
    bool channelsLast = false;
};

class ShapeSink final : public FeatureSink {
public:
    void take(const Tap& tap, const torch::Tensor& input, const torch::Tensor& output) override {
        const auto [found, isNew] = index_.emplace(tap.name, seen.size());
        if (isNew) {
            seen.push_back({.place = {.key = tap.name}, .kind = tap.kind});
        }
        if (tap.kind == Tap::Kind::Linear) {
            layout_.seeLinear(input.sizes());
        } else if (tap.kind != Tap::Kind::Block) {
            layout_.seeConvolution(input.sizes());
        }
        auto& entry = seen[found->second];
        entry.place.shape.assign(input.sizes().begin() + 1, input.sizes().end());
        entry.rows += input.size(0);
        entry.place.dimension = static_cast<std::size_t>(input.numel());
        entry.output.assign(output.sizes().begin(), output.sizes().end());
        entry.last = time_++;
    }

    /// Once the network was evaluated: where the channels lie.
    void settle() {
        for (auto& entry : seen) {
            entry.channelsLast = entry.kind == Tap::Kind::Linear
                                 || (entry.kind == Tap::Kind::Block && layout_.blockHasChannelsLast(entry.place.shape));
        }
    }

    std::vector<SeenTap> seen;

private:
    TapLayout layout_;
    std::map<std::string, std::size_t> index_;
    int time_ = 0;
};

/// Of a batch of two: which taps see both patches, and the output of one of them.
class PairSink final : public FeatureSink {
public:
    explicit PairSink(std::string key)
        : key_(std::move(key)) {}

    void take(const Tap& tap, const torch::Tensor& input, const torch::Tensor& output) override {
        rows[tap.name] += input.size(0);  // the two may be evaluated one after the other
        if (tap.name == key_) {
            result = output.detach().clone();
        }
    }

    std::map<std::string, std::int64_t> rows;
    torch::Tensor result;

private:
    std::string key_;
};

/// A picture with edges, waves and noise, so that features differ from place to place.
Image texturedPicture(int width, int height) {
    Image image(width, height);
    unsigned noise = 1;
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                noise = noise * 1664525U + 1013904223U;
                const double wave = std::sin(0.9 * x + 0.4 * y + c) + std::cos(0.35 * y - 0.15 * x * (c + 1));
                const double edge = (x / 5 + y / 7) % 2 == 0 ? 0.12 : -0.12;
                const double fine = (static_cast<double>(noise >> 16U) / 65536.0 - 0.5) * 0.2;
                image.at(c, y, x) = static_cast<float>(0.5 + 0.12 * wave + edge + fine);
            }
        }
    }
    return image;
}

/// Of the SR image of a network, and how many colours it has.
struct SrSizes {
    std::int64_t colours = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
};

bool isConvolution(const SeenTap& seen) {
    return seen.kind == Tap::Kind::Convolution || seen.kind == Tap::Kind::TransposedConvolution;
}

/// How many times finer than a convolution's output the image is that a pixel shuffle makes of it; 0 where its output
/// is no image of these sizes.
int shuffleOf(const SeenTap& seen, const SrSizes& sr) {
    const auto colours = sr.colours;
    if (!isConvolution(seen) || seen.output.size() != 4 || seen.output[1] % colours != 0) {
        return 0;
    }
    const auto factor = std::lround(std::sqrt(static_cast<double>(seen.output[1] / colours)));
    const auto reaches = [factor](std::int64_t made, std::int64_t wanted) {
        return made * factor >= wanted && made * factor < 2 * wanted;
    };
    const bool fits = factor * factor * colours == seen.output[1] && reaches(seen.output[2], sr.height)
                      && reaches(seen.output[3], sr.width);
    return fits ? static_cast<int>(factor) : 0;
}

/// The last convolution that makes the image of features: shifts of the mean and convolutions that enlarge the input
/// beside the network read an image.
std::optional<std::size_t> deepestOf(const std::vector<SeenTap>& seen, const SrSizes& sr) {
    const auto readsFeatures = [](const SeenTap& tap) {
        return tap.place.shape.size() == 3 && tap.place.shape[0] > Image::channels;
    };
    const bool hasFeatures =
        std::ranges::any_of(seen, [&](const SeenTap& tap) { return readsFeatures(tap) && shuffleOf(tap, sr) > 0; });
    std::optional<std::size_t> deepest;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const auto& entry = seen[i];
        // A network of three features or fewer: whatever makes the image last.
        if ((readsFeatures(entry) || !hasFeatures) && shuffleOf(entry, sr) > 0
            && (!deepest || entry.last > seen[*deepest].last)) {
            deepest = i;
        }
    }
    return deepest;
}

/// The share of the variance of `target` that no linear combination of `parts` explains.
double unexplained(const torch::Tensor& target, const std::vector<torch::Tensor>& parts) {
    std::vector<torch::Tensor> columns;
    for (const auto& part : parts) {
        const auto flat = part.reshape({-1});
        columns.push_back(flat - flat.mean());
    }
    const auto matrix = at::stack(columns, 1);
    const auto flat = target.reshape({-1, 1});
    const auto wanted = flat - flat.mean();
    const auto solution = std::get<0>(at::linalg_lstsq(matrix, wanted));
    const double all = wanted.square().sum().item<double>();
    return all > 0.0 ? (wanted - at::mm(matrix, solution)).square().sum().item<double>() / all : 0.0;
}

/// Compares the SR with what the last convolution makes: the rest is nothing, or looks like the input.
bool addsInputTo(const torch::Tensor& made, int shuffle, const torch::Tensor& lr, const torch::Tensor& sr) {
    constexpr double nothing = 1e-7;  // above the rounding of float32
    const auto height = sr.size(2);
    const auto width = sr.size(3);
    auto image = made.to(torch::kCPU, torch::kFloat64);
    if (shuffle > 1) {
        image = at::pixel_shuffle(image, shuffle);
    }
    image = image.narrow(2, 0, height).narrow(3, 0, width);
    const auto target = sr.to(torch::kCPU, torch::kFloat64);
    const auto input = at::upsample_bilinear2d(lr.to(torch::kCPU, torch::kFloat64), {height, width}, false);
    for (std::int64_t c = 0; c < target.size(1); ++c) {
        const auto plane = [c](const torch::Tensor& x) { return x.select(1, c); };
        const double alone = unexplained(plane(target), {plane(image)});
        if (alone > nothing && unexplained(plane(target), {plane(image), plane(input)}) < alone / 2.0) {
            return true;
        }
    }
    return false;
}

/// Collects taps in the order of evaluation; what is chosen twice is one tap of both names.
class UsualTaps {
public:
    void add(std::string_view key, const std::string& what) {
        const auto found = std::ranges::find(taps, key, &ChosenTap::key);
        if (found == taps.end()) {
            taps.push_back({std::string(key), what});
        } else {
            found->what += ", " + what;
        }
    }

    std::vector<ChosenTap> taps;
};

/// How many other blocks a block lies in.
std::size_t depthOf(const std::vector<SeenTap>& seen, const std::string& key) {
    return static_cast<std::size_t>(std::ranges::count_if(seen, [&](const SeenTap& other) {
        return other.kind == Tap::Kind::Block && key.starts_with(other.place.key + ".");
    }));
}

/// Blocks that lie in so many others.
std::vector<std::size_t> blocksAt(const std::vector<SeenTap>& seen, std::size_t depth) {
    std::vector<std::size_t> blocks;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (seen[i].kind == Tap::Kind::Block && depthOf(seen, seen[i].place.key) == depth) {
            blocks.push_back(i);
        }
    }
    return blocks;
}

/// The blocks that make the body: the outermost ones, or those in them where they are too few for quarters; in a
/// network without blocks its convolutions on the grid of the first features, so that those of attentions, which look
/// at means, are none of it.
std::vector<std::size_t> bodyOf(const std::vector<SeenTap>& seen) {
    constexpr std::size_t enough = 4;
    auto body = blocksAt(seen, 0);
    for (std::size_t depth = 1; !body.empty() && body.size() < enough; ++depth) {
        auto inner = blocksAt(seen, depth);
        if (inner.size() <= body.size()) {
            break;
        }
        body = std::move(inner);
    }
    if (body.empty()) {
        std::optional<std::pair<std::int64_t, std::int64_t>> grid;
        for (std::size_t i = 1; i + 1 < seen.size(); ++i) {
            const auto& shape = seen[i].place.shape;
            if (!isConvolution(seen[i]) || shape.size() != 3 || shape.front() <= Image::channels) {
                continue;
            }
            const std::pair here(shape[1], shape[2]);
            if (grid.value_or(here) == here) {
                grid = here;
                body.push_back(i);
            }
        }
    }
    return body;
}

/// The height of the grid that the body lies on: that of the LR image, padded, or a coarser one.
std::int64_t bodyHeight(const std::vector<SeenTap>& seen, const SeenTap& first) {
    const auto isGrid = [](const SeenTap& tap) { return isConvolution(tap) && tap.place.shape.size() == 3; };
    if (first.place.shape.size() == 3) {
        return first.place.shape[first.channelsLast ? 0 : 1];
    }
    const auto found = std::ranges::find_if(seen, isGrid);
    return found == seen.end() ? 0 : found->place.shape[1];
}

void addAfterBody(UsualTaps& usual, const std::vector<SeenTap>& seen, std::size_t lastOfBody, std::int64_t features,
                  std::int64_t lrSide, std::optional<std::size_t> deepest) {
    std::vector<std::size_t> onLr;  // convolutions on the LR grid that end the body
    std::optional<std::size_t> afterSkip;
    std::vector<std::size_t> enlarged;
    for (std::size_t i = lastOfBody + 1; i < seen.size(); ++i) {
        const auto& shape = seen[i].place.shape;
        if (!isConvolution(seen[i]) || shape.size() != 3 || shape[0] <= Image::channels || i == deepest) {
            continue;
        }
        if (shape[1] > lrSide) {
            if (enlarged.empty() || shape[1] > seen[enlarged.back()].place.shape[1]) {
                enlarged.push_back(i);
            }
        } else if (shape[1] == lrSide && enlarged.empty() && !afterSkip) {
            if (seen[i].output[1] == features && seen[i].output[2] == lrSide) {
                onLr.push_back(i);
            } else {
                afterSkip = i;
            }
        }
    }
    if (!onLr.empty()) {
        const bool one = onLr.front() == onLr.back();
        usual.add(seen[onLr.front()].place.key, one ? "end of the body" : "end of the blocks");
        if (!one) {
            usual.add(seen[onLr.back()].place.key, "last convolution of the body");
        }
    }
    if (afterSkip) {
        usual.add(seen[*afterSkip].place.key, onLr.empty() ? "end of the body" : "after the body");
    }
    for (const auto i : enlarged) {
        const auto times = static_cast<double>(seen[i].place.shape[1]) / static_cast<double>(lrSide);
        usual.add(seen[i].place.key, fmt::format("enlarged {:g} times", times));
    }
}

/// How many of so many blocks are done nearest to each quarter of the body, with what that is in words. Where a place
/// is the nearest to several quarters, it is called by the one that it is nearest to.
std::map<std::size_t, const char*> quartersOf(std::size_t blocks) {
    constexpr std::size_t parts = 4;
    const std::array<const char*, parts - 1> words{"a quarter of the body", "half of the body",
                                                   "three quarters of the body"};
    std::map<std::size_t, std::pair<std::size_t, const char*>> nearest;  // with the distance in quarters of a block
    for (std::size_t quarter = 1; quarter < parts; ++quarter) {
        const auto place = quarter * blocks;    // in quarters of a block
        const auto done = (place + 1) / parts;  // to the nearest, halves to the earlier
        const auto distance = std::max(done * parts, place) - std::min(done * parts, place);
        if (done > 0 && done < blocks) {
            const auto [found, isNew] = nearest.emplace(done, std::pair(distance, words[quarter - 1]));
            if (!isNew && distance < found->second.first) {
                found->second = {distance, words[quarter - 1]};
            }
        }
    }
    std::map<std::size_t, const char*> quarters;
    for (const auto& [done, entry] : nearest) {
        quarters.emplace(done, entry.second);
    }
    return quarters;
}

std::vector<ChosenTap> usualTaps(const std::vector<SeenTap>& seen, std::optional<std::size_t> deepest) {
    UsualTaps usual;
    usual.add(lrControl, "LR pixels");
    const auto body = bodyOf(seen);
    if (!body.empty()) {
        const auto keyAt = [&](std::size_t i) { return seen[body[i]].place.key; };
        usual.add(keyAt(0), "first features");
        for (const auto& [done, what] : quartersOf(body.size())) {
            usual.add(keyAt(done), what);
        }
        const auto outermost = blocksAt(seen, 0);
        const auto last = outermost.empty() ? body.back() : outermost.back();
        const auto& first = seen[body.front()];
        addAfterBody(usual, seen, last, first.channelsLast ? first.place.shape.back() : first.place.shape.front(),
                     bodyHeight(seen, first), deepest);
    }
    if (deepest) {
        usual.add(seen[*deepest].place.key, "input of the last convolution");
    }
    usual.add(srControl, "SR");
    return usual.taps;
}

/// Edits that turn one text into the other.
std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

[[noreturn]] void refuseTap(const TapSurvey& survey, std::string_view key, const std::string& network) {
    if (survey.taps.empty()) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("{}: there is no layer whose features can be taken, '{}' was asked for: this network shows its "
                        "LR and SR alone; the weight file of a known family, TorchScript and exported programs "
                        "have layers",
                        network, key));
    }
    constexpr std::size_t named = 5;
    std::vector<std::string> keys;
    std::ranges::transform(survey.taps, std::back_inserter(keys), &TapPlace::key);
    std::ranges::stable_sort(keys, {}, [&](const std::string& known) { return editDistance(known, key); });
    keys.resize(std::min(keys.size(), named));
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{}: there is no layer '{}' whose features can be taken; the nearest names are {} (`ddr "
                            "--taps all` looks at every layer)",
                            network, key, fmt::join(keys, ", ")));
}

}  // namespace

TapSurvey surveyTaps(const SrModel& model, int side) {
    return surveyTaps(model, side, side);
}

TapSurvey surveyTaps(const SrModel& model, int width, int height) {
    const auto& implementation = model.implementation();
    const at::NoGradGuard noGradients;
    try {
        const auto lr = implementation.toInput(texturedPicture(width, height));
        ShapeSink shapes;
        auto sr = implementation.forward(lr, &shapes);
        auto input = implementation.networkColours(lr);
        if (model.card().colour == ModelCard::Colour::Each) {  // the taps' features are those of the last colour
            sr = sr.narrow(1, sr.size(1) - 1, 1);
            input = input.narrow(1, input.size(1) - 1, 1);
        }
        shapes.settle();
        const SrSizes sizes{.colours = sr.size(1), .height = sr.size(2), .width = sr.size(3)};
        auto& seen = shapes.seen;
        if (seen.empty()) {
            return {.usual = usualTaps(seen, std::nullopt)};
        }
        const auto first = deepestOf(seen, sizes);
        PairSink pair(first ? seen[*first].place.key : "");
        static_cast<void>(implementation.forward(implementation.toInput(at::cat({lr, lr})), &pair));
        // What is computed once for all patches, as tables of positions are, are no features of theirs.
        std::erase_if(seen, [&](const SeenTap& tap) {
            const auto found = pair.rows.find(tap.place.key);
            return found == pair.rows.end() || found->second != 2 * tap.rows;
        });
        const auto deepest = deepestOf(seen, sizes);
        TapSurvey survey{.deepest = deepest};
        survey.usual = usualTaps(seen, deepest);
        if (deepest && pair.result.defined()) {
            survey.addsInput = addsInputTo(pair.result.narrow(0, 0, 1), shuffleOf(seen[*deepest], sizes), input, sr);
        }
        std::ranges::transform(seen, std::back_inserter(survey.taps), &SeenTap::place);
        return survey;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(isOutOfMemory(error) ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
                    fmt::format("{}: its layers cannot be listed on a patch of {}x{} LR pixels: {}", model.card().name,
                                width, height, briefMessage(error)));
    }
}

std::vector<ChosenTap> chosenTaps(const TapSurvey& survey, std::string_view text, const std::string& network) {
    if (text == "auto") {
        return survey.usual;
    }
    const auto wordsFor = [&](std::string_view key) {
        const auto found = std::ranges::find(survey.usual, key, &ChosenTap::key);
        return found == survey.usual.end() ? std::string() : found->what;
    };
    std::vector<ChosenTap> all{{std::string(lrControl), "LR pixels"}};
    for (const auto& tap : survey.taps) {
        all.push_back({tap.key, wordsFor(tap.key)});
    }
    all.push_back({std::string(srControl), "SR"});
    if (text == "all") {
        return all;
    }
    std::vector<bool> isChosen(all.size());
    while (true) {
        const auto comma = std::min(text.find(','), text.size());
        const auto word = text.substr(0, comma);
        const auto key = word == "deepest" ? chosenTap(survey, word, network) : std::string(word);
        const auto found = std::ranges::find(all, key, &ChosenTap::key);
        if (found == all.end()) {
            refuseTap(survey, key, network);
        }
        isChosen[static_cast<std::size_t>(found - all.begin())] = true;
        if (comma == text.size()) {
            break;
        }
        text.remove_prefix(comma + 1);
    }
    std::vector<ChosenTap> chosen;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (isChosen[i]) {
            chosen.push_back(all[i]);
        }
    }
    return chosen;
}

std::string chosenTap(const TapSurvey& survey, std::string_view text, const std::string& network) {
    if (text == "deepest") {
        if (!survey.deepest) {
            refuseTap(survey, text, network);
        }
        return survey.taps[*survey.deepest].key;
    }
    if (text == srControl || std::ranges::find(survey.taps, text, &TapPlace::key) != survey.taps.end()) {
        return std::string(text);
    }
    refuseTap(survey, text, network);
}

}  // namespace lamscope
