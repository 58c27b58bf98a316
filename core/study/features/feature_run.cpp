// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/features/feature_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "image/colour.h"
#include "method/features/feature_grams.h"
#include "method/features/tap_survey.h"
#include "metrics/psnr_ssim.h"
#include "model/sr_model.h"
#include "model/weights_watch.h"
#include "runtime/device.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The networks and the sets of patches, which both runs begin with.
class FeatureRun {
public:
    FeatureRun(const FeatureRunInput& input, int patches, int side, int seed, const FeatureRunCallback& progress)
        : input_(input)
        , source_(input.source)
        , progress_(progress) {
        source_.patches = patches;
        source_.side = side;
        source_.seed = static_cast<std::uint64_t>(seed);
        if (input.networks.empty()) {
            throw Error(ErrorCode::InvalidArgument, "there is no network");
        }
    }

    /// False when stopped.
    bool loadNetworks(const std::stop_token& stop) {
        for (const auto& spec : input_.networks) {
            if (stop.stop_requested()) {
                return false;
            }
            models.push_back(loadModel(spec, input_.device));
            cards.push_back(models.back().card());
        }
        std::vector<ModelCard*> names;
        std::ranges::transform(cards, std::back_inserter(names), [](ModelCard& card) { return &card; });
        makeNamesUnique(names);
        return true;
    }

    /// @param arrays the files that will be written into the folder of arrays.
    void checkOutputs(const std::vector<std::filesystem::path>& arrays) const {
        auto outputs = input_.outputs;
        outputs.insert(outputs.end(), arrays.begin(), arrays.end());
        auto inputs = source_.hr;
        std::ranges::transform(source_.folders, std::back_inserter(inputs), &NamedFolder::folder);
        std::ranges::transform(cards, std::back_inserter(inputs),
                               [](const ModelCard& card) { return std::filesystem::path(card.file); });
        std::erase_if(inputs, [](const std::filesystem::path& file) { return file.empty(); });
        checkOutputFiles(outputs, inputs);
    }

    /// Sets for the scales of all networks. False when stopped.
    bool makeSets(const std::stop_token& stop) {
        for (const auto& card : cards) {
            // Patches of folders are the same whatever the scale.
            const int scale = source_.folders.empty() ? card.scale : 0;
            if (!sets_.contains(scale)) {
                auto made = makePatchSets(source_, std::max(scale, 1), stop);
                if (!made) {
                    return false;
                }
                sets_.emplace(scale, *std::move(made));
            }
        }
        const auto& first = sets_.begin()->second;
        for (const auto& [scale, sets] : sets_) {
            if (sets.lr.front().size() != first.lr.front().size()) {
                throw Error(
                    ErrorCode::InvalidArgument,
                    fmt::format("the images hold {} patches for networks of the scale {} and {} for those of {}: "
                                "results of different numbers of patches are not comparable; ask for fewer "
                                "(--patches)",
                                first.lr.front().size(), sets_.begin()->first, sets.lr.front().size(), scale));
            }
            for (const auto& warning : sets.warnings) {
                warnings.push_back(sets_.size() == 1 ? warning : fmt::format("scale {}: {}", scale, warning));
            }
        }
        return true;
    }

    [[nodiscard]] const PatchSets& setsFor(std::size_t model) const {
        return sets_.at(source_.folders.empty() ? cards[model].scale : 0);
    }
    [[nodiscard]] const PatchSets& anySets() const { return sets_.begin()->second; }
    /// Of patches of recipes the size is known before there are any.
    [[nodiscard]] bool cutsPatches() const { return source_.folders.empty(); }

    [[nodiscard]] TapSurvey survey(std::size_t model) const {
        if (cutsPatches()) {
            return surveyTaps(models[model], source_.side);
        }
        const auto& set = setsFor(model).sets.front();
        return surveyTaps(models[model], set.width, set.height);
    }

    /// A network that fails is left out, so that what others gave is not lost. The last one that is left must not fail.
    template <typename Work>
    void guarded(std::size_t model, std::vector<std::string>& said, std::size_t results, const Work& work) {
        try {
            work();
        } catch (const Error& error) {
            if (!firstFailure_) {
                firstFailure_ = std::current_exception();
            }
            if (model + 1 == models.size() && results == 0) {
                std::rethrow_exception(firstFailure_);
            }
            said.push_back(fmt::format("{} is left out: {}", cards[model].name, error.what()));
        }
    }

    [[nodiscard]] FeatureMemory memory(FeaturePooling pooling) const {
        return {input_.memoryBytes > 0.0 ? input_.memoryBytes : usualFeatureMemory(), pooling};
    }

    void report(std::size_t model, const std::string& step, double share) const {
        if (progress_) {
            progress_({model, models.size(), cards[model].name, step, std::clamp(share, 0.0, 1.0)});
        }
    }

    [[nodiscard]] FeatureSource source() const {
        FeatureSource source{
            .images = source_.hr, .reading = source_.reading, .device = input_.device, .threads = computeThreads()};
        if (source_.folders.empty()) {
            source.reduce = toString(source_.reduction);
        }
        return source;
    }

    std::vector<SrModel> models;
    std::vector<ModelCard> cards;
    std::vector<std::string> warnings;

private:
    const FeatureRunInput& input_;
    PatchSource source_;
    const FeatureRunCallback& progress_;
    std::map<int, PatchSets> sets_;  // by scale
    std::exception_ptr firstFailure_;
};

/// With the reference first.
FeatureRunInput withReference(FeatureRunInput input) {
    auto& degradations = input.source.degradations;
    if (!input.source.hr.empty() && (degradations.empty() || !degradations.front().degradation.isClean())) {
        constexpr auto clean = "clean";
        if (std::ranges::find(degradations, clean, &NamedDegradation::name) != degradations.end()) {
            throw Error(ErrorCode::InvalidArgument,
                        "the name 'clean' is that of the reference, which comes first: give the recipe another name");
        }
        degradations.insert(degradations.begin(), {clean, {}});
    }
    if (std::max(degradations.size(), input.source.folders.size()) < 2) {
        throw Error(ErrorCode::InvalidArgument,
                    "there is nothing to compare with the reference: give at least one recipe (--degrade) or one set "
                    "(--set)");
    }
    return input;
}

bool equalPatches(const std::vector<Image>& first, const std::vector<Image>& second) {
    return std::ranges::equal(
        first, second, [](const Image& a, const Image& b) { return std::ranges::equal(a.values(), b.values()); });
}

/// Refuses sets of different sizes, and says which is the reference again.
void checkSrgaSets(const PatchSets& sets, std::vector<std::string>& warnings) {
    for (std::size_t s = 1; s < sets.sets.size(); ++s) {
        if (sets.sets[s].patches != sets.sets.front().patches) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the set {} has {} patches and the reference {} {}: indices of sets of different "
                                    "sizes are not comparable; give as many, or ask for the smaller number (--patches)",
                                    sets.sets[s].name, sets.sets[s].patches, sets.sets.front().name,
                                    sets.sets.front().patches));
        }
        if (equalPatches(sets.lr[s], sets.lr.front())) {
            warnings.push_back(
                fmt::format("{} holds the same patches as the reference: its index is 0", sets.sets[s].name));
        }
    }
}

/// Mean over patches of the PSNR of their SR.
class MeanPsnr {
public:
    explicit MeanPsnr(const std::vector<Image>& hr)
        : hr_(hr) {}

    void add(std::size_t patch, const Image& sr) {
        sum_ += peakSignalToNoise(quantise8(sr), quantise8(hr_[patch]), Channel::Y);
        ++count_;
    }
    [[nodiscard]] std::optional<double> value() const {
        return count_ == 0 || !std::isfinite(sum_) ? std::nullopt : std::optional(sum_ / static_cast<double>(count_));
    }

private:
    const std::vector<Image>& hr_;
    double sum_ = 0.0;
    std::size_t count_ = 0;
};

/// Labels 0, 0, …, 1, 1, … and the patch of each class.
void addLabels(DdrDocument& document) {
    for (std::size_t c = 0; c < document.classes.size(); ++c) {
        for (std::size_t i = 0; i < document.classes[c].patches; ++i) {
            document.labels.push_back(static_cast<int>(c));
            document.contents.push_back(static_cast<int>(i));
        }
    }
}

void checkClasses(const PatchSets& sets) {
    for (const auto& set : sets.sets) {
        if (sets.sets.size() < 2 || set.patches < 2) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("CH needs at least two classes of two patches, found {} class{}, {} of {} patch{}",
                                    sets.sets.size(), sets.sets.size() == 1 ? "" : "es", set.name, set.patches,
                                    set.patches == 1 ? "" : "es"));
        }
    }
}

/// nullopt when stopped.
std::optional<NamedSrgaResult> srgaOf(FeatureRun& run, std::size_t index, const std::string& tap, bool addsInput,
                                      const SrgaDocument& document, const std::stop_token& stop) {
    const auto start = Clock::now();
    const auto& sets = run.setsFor(index);
    NamedSrgaResult result{.card = run.cards[index], .tap = tap, .addsInput = addsInput};
    std::vector<GramMatrix> grams;
    std::optional<WeightsWatch> weights;  // one of all sets
    for (std::size_t s = 0; s < sets.sets.size(); ++s) {
        const auto& patches = sets.lr[s];
        FeatureGrams collector(run.models[index], {tap}, patches.size(), run.memory(FeaturePooling::None));
        MeanPsnr psnr(sets.hr);
        if (!sets.hr.empty()) {
            collector.observeSr([&](std::size_t patch, const Image& sr) { psnr.add(patch, sr); });
        }
        const auto step = fmt::format("features of {}", sets.sets[s].name);
        const bool done = collector.add(patches, stop, [&](std::size_t patch) {
            run.report(index, step, static_cast<double>(patch) / static_cast<double>(patches.size()));
        });
        if (done && !weights) {
            weights.emplace(run.models[index].implementation());
        }
        if (weights) {
            weights->check();
        }
        auto made = done ? collector.grams(stop) : std::nullopt;
        if (!made) {
            return std::nullopt;
        }
        result.dimension = made->front().dimension;
        grams.push_back(std::move(made->front().gram));
        result.psnr.push_back(psnr.value());
    }
    auto comparison = compareSets(grams, document.components, sets.contentShared, document.options, stop,
                                  [&](double share) { run.report(index, "bands", share); });
    if (!comparison) {
        return std::nullopt;
    }
    result.comparison = *std::move(comparison);
    result.seconds = secondsSince(start);
    return result;
}

/// nullopt when stopped.
std::optional<NamedDdrResult> ddrOf(FeatureRun& run, std::size_t index, const std::vector<ChosenTap>& taps,
                                    bool addsInput, const DdrDocument& document, const std::stop_token& stop) {
    const auto start = Clock::now();
    const auto& sets = run.setsFor(index);
    NamedDdrResult result{.card = run.cards[index], .addsInput = addsInput};
    std::vector<std::string> keys;
    std::ranges::transform(taps, std::back_inserter(keys), &ChosenTap::key);
    FeatureGrams collector(run.models[index], keys, document.labels.size(), run.memory(document.options.pool));
    for (std::size_t s = 0; s < sets.sets.size(); ++s) {
        const auto step = fmt::format("features of {}", sets.sets[s].name);
        const auto before = collector.done();
        const auto size = static_cast<double>(sets.lr[s].size());
        const bool done = collector.add(sets.lr[s], stop, [&](std::size_t patch) {
            run.report(index, step, static_cast<double>(patch - before) / size);
        });
        if (!done) {
            return std::nullopt;
        }
    }
    const auto grams = collector.grams(stop);
    if (!grams) {
        return std::nullopt;
    }
    const auto contents = document.contentShared ? document.contents : std::vector<int>();
    for (std::size_t k = 0; k < taps.size(); ++k) {
        const auto report = [&](double share) {  // of the tap's work
            run.report(index, "sorting the patches at each tap",
                       (static_cast<double>(k) + share) / static_cast<double>(taps.size()));
        };
        report(0.0);
        const double iterations = static_cast<double>(document.options.iterations) * document.options.starts;
        auto tap = sortPatches((*grams)[k].gram, document.labels, contents, document.options, computeThreads(), stop,
                               [&](const Embedding& embedding) { report(embedding.iterations / iterations); });
        if (!tap) {
            return std::nullopt;
        }
        tap->key = taps[k].key;
        tap->what = taps[k].what;
        tap->dimension = (*grams)[k].dimension;
        result.taps.push_back(*std::move(tap));
    }
    result.seconds = secondsSince(start);
    return result;
}

}  // namespace

std::optional<SrgaDocument> runSrga(const FeatureRunInput& given, const SrgaOptions& options,
                                    const std::stop_token& stop, const FeatureRunCallback& progress) {
    checkSrgaOptions(options);
    const auto input = withReference(given);
    FeatureRun run(input, options.patches, options.patch, options.seed, progress);
    if (!run.loadNetworks(stop)) {
        return std::nullopt;
    }
    std::vector<std::filesystem::path> arrays;
    for (const auto& card : run.cards) {
        const auto addArray = [&](const std::string& set) {
            if (!input.arrayFolder.empty()) {
                arrays.push_back(srgaScoreFile(input.arrayFolder, card.name, set));
            }
        };
        std::ranges::for_each(input.source.degradations, addArray, &NamedDegradation::name);
        std::ranges::for_each(input.source.folders, addArray, &NamedFolder::name);
    }
    run.checkOutputs(arrays);
    std::vector<std::pair<std::string, bool>> taps;
    const auto chooseTaps = [&] {
        for (std::size_t i = 0; i < run.models.size(); ++i) {
            const auto survey = run.survey(i);
            auto tap = chosenTap(survey, options.tap, run.cards[i].name);
            const bool adds = survey.addsInput && tap != srControl;
            taps.emplace_back(std::move(tap), adds);
        }
    };
    if (run.cutsPatches()) {
        chooseTaps();
    }
    if (!run.makeSets(stop)) {
        return std::nullopt;
    }
    SrgaDocument document{.options = options, .source = run.source(), .sets = run.anySets().sets};
    document.warnings = run.warnings;
    checkSrgaSets(run.anySets(), document.warnings);
    document.paired = run.anySets().contentShared;
    const auto patches = run.anySets().lr.front().size();
    checkSrgaPatches(options, patches);
    document.components = componentsOf(options, patches);
    if (!run.cutsPatches()) {
        chooseTaps();
    }
    bool stopped = false;
    for (std::size_t i = 0; i < run.models.size() && !stopped; ++i) {
        run.guarded(i, document.warnings, document.results.size(), [&] {
            auto result = srgaOf(run, i, taps[i].first, taps[i].second, document, stop);
            stopped = !result.has_value();
            if (result) {
                document.results.push_back(*std::move(result));
            }
        });
    }
    if (stopped) {
        return std::nullopt;
    }
    addSrgaWarnings(document);
    return document;
}

std::optional<DdrDocument> runDdr(const FeatureRunInput& input, const DdrOptions& options, const std::stop_token& stop,
                                  const FeatureRunCallback& progress) {
    checkDdrOptions(options);
    if (std::max(input.source.degradations.size(), input.source.folders.size()) < 2) {
        throw Error(
            ErrorCode::InvalidArgument,
            "CH needs at least two classes of two patches: give two recipes (--degrade) or two folders (--set)");
    }
    FeatureRun run(input, options.patches, options.patch, options.seed, progress);
    if (!run.loadNetworks(stop)) {
        return std::nullopt;
    }
    std::vector<std::pair<std::vector<ChosenTap>, bool>> taps;
    const auto chooseTaps = [&] {
        std::vector<std::filesystem::path> arrays;
        for (std::size_t i = 0; i < run.models.size(); ++i) {
            const auto survey = run.survey(i);
            taps.emplace_back(chosenTaps(survey, options.taps, run.cards[i].name), survey.addsInput);
            for (const auto& tap : taps.back().first) {
                if (!input.arrayFolder.empty()) {
                    arrays.push_back(ddrPointFile(input.arrayFolder, run.cards[i].name, tap.key));
                }
            }
        }
        run.checkOutputs(arrays);
    };
    run.checkOutputs({});
    if (run.cutsPatches()) {
        chooseTaps();
    }
    if (!run.makeSets(stop)) {
        return std::nullopt;
    }
    DdrDocument document{.options = options,
                         .source = run.source(),
                         .classes = run.anySets().sets,
                         .contentShared = run.anySets().contentShared,
                         .warnings = run.warnings};
    checkClasses(run.anySets());
    addLabels(document);
    checkPerplexity(options, document.labels.size());
    if (!document.contentShared) {
        document.warnings.emplace_back(
            "the folders do not hold files of the same names: labels are shuffled among all patches, not among those "
            "of one content");
    }
    if (!run.cutsPatches()) {
        chooseTaps();
    }
    bool stopped = false;
    for (std::size_t i = 0; i < run.models.size() && !stopped; ++i) {
        run.guarded(i, document.warnings, document.results.size(), [&] {
            auto result = ddrOf(run, i, taps[i].first, taps[i].second, document, stop);
            stopped = !result.has_value();
            if (!result) {
                return;
            }
            if (taps[i].first.size() == 2 && options.taps == "auto") {
                result->warnings.emplace_back(
                    "there is no layer whose features can be taken: LR and SR alone are shown");
            }
            document.results.push_back(*std::move(result));
        });
    }
    if (stopped) {
        return std::nullopt;
    }
    addDdrWarnings(document);
    return document;
}

}  // namespace lamscope
