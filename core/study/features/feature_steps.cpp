// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/features/feature_steps.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/output_files.h"
#include "base/sha256.h"
#include "image/colour.h"
#include "metrics/psnr_ssim.h"
#include "model/weights_watch.h"
#include "runtime/device.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using StepClock = std::chrono::steady_clock;

double secondsOf(StepClock::duration time) {
    return std::chrono::duration<double>(time).count();
}

constexpr std::size_t mostCachedBytes = std::size_t{256} << 20;

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

std::string hashOfPixels(const std::vector<Image>& images) {
    std::string bytes;
    for (const auto& image : images) {
        const auto values = image.values();
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the bytes are hashed
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
        bytes += fmt::format("{}x{}", image.width(), image.height());
    }
    return sha256OfText(bytes);
}

}  // namespace

std::shared_ptr<const FeatureCache::Entry> FeatureCache::find(const std::string& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : found->second;
}

void FeatureCache::put(const std::string& key, Entry entry) {
    const auto bytesOf = [](const Entry& each) { return each.gram.gram.values.size() * sizeof(double); };
    const auto added = entries_.emplace(key, std::make_shared<const Entry>(std::move(entry)));
    if (!added.second) {
        return;
    }
    order_.push_back(key);
    bytes_ += bytesOf(*added.first->second);
    while (bytes_ > mostCachedBytes && order_.size() > 1) {
        const auto oldest = entries_.find(order_.front());
        bytes_ -= bytesOf(*oldest->second);
        entries_.erase(oldest);
        order_.pop_front();
    }
}

/// The Gram matrices of a network at some taps over all patches of some sets, batch by batch.
class GramCollector {
public:
    struct Wanted {
        std::vector<std::string> keys{};                   ///< taps
        std::vector<const std::vector<Image>*> patches{};  ///< of the sets
        const std::vector<Image>* hr = nullptr;            ///< of the patches, for PSNR; null: none
        std::string cacheKey{};                            ///< of network and patches; empty: nothing is kept
        FeatureMemory memory{};
    };

    GramCollector(std::shared_ptr<const SrModel> model, Wanted wanted, FeatureCache* cache)
        : model_(std::move(model))
        , wanted_(std::move(wanted))
        , cache_(wanted_.cacheKey.empty() ? nullptr : cache)
        , found_(wanted_.keys.size()) {
        for (const auto* patches : wanted_.patches) {
            total_ += patches->size();
        }
        std::vector<std::string> missing;
        for (std::size_t k = 0; k < wanted_.keys.size(); ++k) {
            found_[k] = cache_ == nullptr ? nullptr : cache_->find(keyInCache(k));
            if (!found_[k]) {
                missing.push_back(wanted_.keys[k]);
            }
        }
        if (!missing.empty()) {
            grams_ = std::make_unique<FeatureGrams>(*model_, std::move(missing), total_, wanted_.memory);
            if (wanted_.hr != nullptr) {
                grams_->observeSr([this](std::size_t patch, const Image& sr) {
                    psnrSum_ += peakSignalToNoise(quantise8(sr), quantise8((*wanted_.hr)[patch]), Channel::Y);
                    ++psnrCount_;
                });
            }
        }
    }

    [[nodiscard]] bool finished() const { return grams_ == nullptr; }
    [[nodiscard]] double share() const {
        return finished() ? 1.0 : static_cast<double>(grams_->done()) / static_cast<double>(total_);
    }
    [[nodiscard]] double shareOfSet(std::size_t set) const {
        return set == set_ && set < wanted_.patches.size()
                   ? static_cast<double>(inSet_) / static_cast<double>(wanted_.patches[set]->size())
                   : 1.0;
    }
    /// The set whose patches come next.
    [[nodiscard]] std::size_t set() const { return set_; }

    /// One batch; after the last one, the products. False when stopped.
    bool step(const std::stop_token& stop) {
        if (grams_->done() < total_) {
            const auto& patches = *wanted_.patches[set_];
            const auto count = std::min(grams_->patchesAtOnce(patches.front()), patches.size() - inSet_);
            const auto before = grams_->done();
            const bool done = grams_->add(std::span(patches).subspan(inSet_, count), stop);
            inSet_ += grams_->done() - before;
            if (inSet_ == patches.size()) {
                inSet_ = 0;
                ++set_;
            }
            return done;
        }
        auto made = grams_->grams(stop);
        if (!made) {
            return false;
        }
        std::size_t next = 0;
        for (std::size_t k = 0; k < found_.size(); ++k) {
            if (!found_[k]) {
                FeatureCache::Entry entry{.gram = std::move((*made)[next++]), .psnr = meanPsnr()};
                found_[k] = std::make_shared<const FeatureCache::Entry>(entry);
                if (cache_ != nullptr) {
                    cache_->put(keyInCache(k), std::move(entry));
                }
            }
        }
        grams_.reset();
        return true;
    }

    /// Of the taps, once finished.
    [[nodiscard]] const FeatureGram& gram(std::size_t tap) const { return found_[tap]->gram; }
    [[nodiscard]] std::optional<double> psnr() const { return found_.front()->psnr; }

private:
    [[nodiscard]] std::string keyInCache(std::size_t k) const {
        return fmt::format("{} {} {}", wanted_.cacheKey, static_cast<int>(wanted_.memory.pooling), wanted_.keys[k]);
    }
    [[nodiscard]] std::optional<double> meanPsnr() const {
        return psnrCount_ == 0 || !std::isfinite(psnrSum_) ? std::nullopt
                                                           : std::optional(psnrSum_ / static_cast<double>(psnrCount_));
    }

    std::shared_ptr<const SrModel> model_;
    Wanted wanted_;
    FeatureCache* cache_;
    std::vector<std::shared_ptr<const FeatureCache::Entry>> found_;
    std::unique_ptr<FeatureGrams> grams_;  // null once finished
    std::size_t total_ = 0;
    std::size_t set_ = 0;    // at work
    std::size_t inSet_ = 0;  // patches of it that are done
    double psnrSum_ = 0.0;
    std::size_t psnrCount_ = 0;
};

FeatureSteps::FeatureSteps(FeatureRunInput input, int patches, int side, int seed, FeatureStepSettings settings)
    : input_(std::move(input))
    , settings_(std::move(settings)) {
    input_.source.patches = patches;
    input_.source.side = side;
    input_.source.seed = static_cast<std::uint64_t>(seed);
    if (input_.networks.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no network");
    }
    if (!settings_.load) {
        settings_.load = [device = input_.device](const ModelSpec& spec) {
            return std::make_shared<const SrModel>(loadModel(spec, device));
        };
    }
}

FeatureSteps::~FeatureSteps() = default;

/// Leaves a network out that fails, where another one remains: at work always, since others may have results.
template <typename Step>
bool FeatureSteps::guarded(std::size_t index, const Step& step) {
    try {
        return step();
    } catch (const Error& error) {
        const bool isLast = networks_.size() + (input_.networks.size() - loaded_) <= 1;
        if ((!settings_.skipsFailing && phase_ != Phase::Work) || isLast) {
            throw;
        }
        warnings_.push_back(fmt::format("{} is left out: {}", networks_[index].card.name, error.what()));
        leaveOut(index);
        networks_.erase(networks_.begin() + static_cast<std::ptrdiff_t>(index));
        return true;
    }
}

bool FeatureSteps::next(const std::stop_token& stop, const FeatureRunCallback& progress) {
    progress_ = &progress;
    if (stop.stop_requested()) {
        return false;
    }
    switch (phase_) {
        case Phase::Load:
            load();
            return true;
        case Phase::Sets:
            return makeSets(stop);
        case Phase::Survey:
            survey();
            return true;
        case Phase::Work: {
            const auto index = worked_;
            const bool done = guarded(index, [&] { return workOn(index, stop); });
            if (worked_ < networks_.size() && isDone(worked_)) {
                ++worked_;
            }
            if (worked_ == networks_.size()) {
                phase_ = Phase::Finished;
            }
            return done;
        }
        case Phase::Finished:
            return true;
    }
    return true;
}

void FeatureSteps::load() {
    const auto place = loaded_++;
    const auto& spec = input_.networks[place];
    networks_.push_back({.place = place, .spec = spec});
    networks_.back().card.name = spec.displayName();
    guarded(networks_.size() - 1, [&] {
        auto& network = networks_.back();
        network.model = settings_.load(spec);
        network.card = network.model->card();
        return true;
    });
    if (loaded_ < input_.networks.size()) {
        return;
    }
    std::vector<ModelCard*> names;
    std::ranges::transform(networks_, std::back_inserter(names), [](Network& each) { return &each.card; });
    makeNamesUnique(names);
    checkBeforeSets();
    phase_ = cutsPatches() ? Phase::Survey : Phase::Sets;
}

/// Patches of folders are the same whatever the scale.
int FeatureSteps::keyOf(const ModelCard& card) const {
    return input_.source.folders.empty() ? card.scale : 0;
}

bool FeatureSteps::makeSets(const std::stop_token& stop) {
    for (const auto& network : networks_) {
        const int scale = keyOf(network.card);
        if (!sets_.contains(scale)) {
            auto made = makePatchSets(input_.source, std::max(scale, 1), stop);
            if (!made) {
                return false;
            }
            if (settings_.cache != nullptr) {
                auto& hashes = hashes_[scale];
                std::ranges::transform(made->lr, std::back_inserter(hashes), hashOfPixels);
                const auto hr = hashOfPixels(made->hr);
                for (auto& hash : hashes) {
                    hash += hr;
                }
            }
            sets_.emplace(scale, std::make_shared<const PatchSets>(*std::move(made)));
            return true;
        }
    }
    const auto& first = anySets();
    for (const auto& [scale, sets] : sets_) {
        if (sets->lr.front().size() != first.lr.front().size()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the images hold {} patches for networks of the scale {} and {} for those of {}: "
                                    "results of different numbers of patches are not comparable; ask for fewer "
                                    "(--patches)",
                                    first.lr.front().size(), sets_.begin()->first, sets->lr.front().size(), scale));
        }
        for (const auto& warning : sets->warnings) {
            warnings_.push_back(sets_.size() == 1 ? warning : fmt::format("scale {}: {}", scale, warning));
        }
    }
    checkSets();
    hasSets_ = true;
    phase_ = cutsPatches() ? Phase::Work : Phase::Survey;
    return true;
}

void FeatureSteps::survey() {
    const auto index = surveyed_;
    bool surveyed = false;
    guarded(index, [&] {
        auto& network = networks_[index];
        if (cutsPatches()) {  // so that a wrong tap is refused before the images are read
            network.survey = surveyTaps(*network.model, input_.source.side);
        } else {
            const auto& set = setsFor(network)->sets.front();
            network.survey = surveyTaps(*network.model, set.width, set.height);
        }
        checkTaps(index);
        surveyed = true;
        return true;
    });
    surveyed_ += surveyed ? 1 : 0;
    if (surveyed_ == networks_.size()) {
        checkAll();
        phase_ = cutsPatches() ? Phase::Sets : Phase::Work;
    }
}

const std::shared_ptr<const PatchSets>& FeatureSteps::setsFor(const Network& network) const {
    return sets_.at(keyOf(network.card));
}

void FeatureSteps::checkOutputs(const std::vector<std::filesystem::path>& arrays) const {
    auto outputs = input_.outputs;
    outputs.insert(outputs.end(), arrays.begin(), arrays.end());
    auto inputs = input_.source.hr;
    std::ranges::transform(input_.source.folders, std::back_inserter(inputs), &NamedFolder::folder);
    std::ranges::transform(networks_, std::back_inserter(inputs),
                           [](const Network& each) { return std::filesystem::path(each.card.file); });
    std::erase_if(inputs, [](const std::filesystem::path& file) { return file.empty(); });
    checkOutputFiles(outputs, inputs);
}

FeatureSource FeatureSteps::source() const {
    FeatureSource source{.images = input_.source.hr,
                         .reading = input_.source.reading,
                         .device = input_.device,
                         .threads = computeThreads()};
    if (input_.source.folders.empty()) {
        source.reduce = toString(input_.source.reduction);
    }
    return source;
}

std::unique_ptr<GramCollector> FeatureSteps::collector(const Network& network, std::vector<std::string> keys,
                                                       const std::vector<std::size_t>& sets, FeaturePooling pooling,
                                                       bool withPsnr) const {
    const auto& all = *setsFor(network);
    GramCollector::Wanted wanted{
        .keys = std::move(keys),
        .memory = {input_.memoryBytes > 0.0 ? input_.memoryBytes : usualFeatureMemory(), pooling}};
    // The weights of a network that runs on a server may be in training there.
    const bool isKept = settings_.cache != nullptr && !network.spec.isRemote();
    if (isKept) {
        wanted.cacheKey = network.card.sha256 + ' ' + network.spec.toString();
    }
    for (const auto set : sets) {
        wanted.patches.push_back(&all.lr[set]);
        if (isKept) {
            wanted.cacheKey += ' ' + hashes_.at(keyOf(network.card))[set];
        }
    }
    if (withPsnr && !all.hr.empty()) {
        wanted.hr = &all.hr;
        wanted.cacheKey += isKept ? " psnr" : "";
    }
    return std::make_unique<GramCollector>(network.model, std::move(wanted), settings_.cache);
}

void FeatureSteps::report(std::size_t index, const std::string& step, double share, double done) const {
    if (progress_ != nullptr && *progress_ && index < networks_.size()) {
        (*progress_)({index, networks_.size(), networks_[index].card.name, step, std::clamp(share, 0.0, 1.0),
                      std::clamp(done, 0.0, 1.0)});
    }
}

// --- SRGA

/// What is known of the network at work.
struct SrgaSteps::Work {
    std::size_t index = 0;
    std::optional<WeightsWatch> weights{};  ///< since the first set
    std::vector<GramMatrix> grams{};
    NamedSrgaResult result{};
    std::unique_ptr<GramCollector> collector{};
    StepClock::duration time{};
};

SrgaSteps::SrgaSteps(const FeatureRunInput& input, const SrgaOptions& options, FeatureStepSettings settings)
    : FeatureSteps((checkSrgaOptions(options), withReference(input)), options.patches, options.patch, options.seed,
                   std::move(settings)) {
    document_.options = options;
}

SrgaSteps::~SrgaSteps() = default;

void SrgaSteps::checkBeforeSets() {
    std::vector<std::filesystem::path> arrays;
    for (const auto& network : networks()) {
        const auto addArray = [&](const std::string& set) {
            if (!input().arrayFolder.empty()) {
                arrays.push_back(srgaScoreFile(input().arrayFolder, network.card.name, set));
            }
        };
        std::ranges::for_each(input().source.degradations, addArray, &NamedDegradation::name);
        std::ranges::for_each(input().source.folders, addArray, &NamedFolder::name);
    }
    checkOutputs(arrays);
}

void SrgaSteps::checkSets() {
    document_.source = source();
    document_.sets = anySets().sets;
    document_.paired = anySets().contentShared;
    checkSrgaSets(anySets(), warnings_);
    const auto patches = anySets().lr.front().size();
    checkSrgaPatches(document_.options, patches);
    document_.components = componentsOf(document_.options, patches);
}

void SrgaSteps::checkTaps(std::size_t index) {
    const auto& network = networks()[index];
    auto tap = chosenTap(network.survey, document_.options.tap, network.card.name);
    const bool addsInput = network.survey.addsInput && tap != srControl;
    taps_.emplace_back(std::move(tap), addsInput);
}

void SrgaSteps::leaveOut(std::size_t index) {
    work_.reset();
    if (index < taps_.size()) {
        taps_.erase(taps_.begin() + static_cast<std::ptrdiff_t>(index));
    }
}

bool SrgaSteps::isDone(std::size_t index) const {
    return document_.results.size() > index;
}

bool SrgaSteps::workOn(std::size_t index, const std::stop_token& stop) {
    const auto start = StepClock::now();
    const auto& network = networks()[index];
    const auto& sets = setsFor(network)->sets;
    const auto& [tap, addsInput] = taps_[index];
    if (!work_) {
        work_ = std::make_unique<Work>();
        work_->result = {.card = network.card, .tap = tap, .addsInput = addsInput};
    }
    auto& work = *work_;
    const double features = document_.options.replicates > 0 ? 0.8 : 0.98;  // of the work, about
    const auto count = static_cast<double>(sets.size());
    bool done = true;
    if (work.grams.size() < sets.size()) {
        const auto set = work.grams.size();
        if (!work.collector) {
            work.collector = collector(network, {tap}, {set}, FeaturePooling::None, /*withPsnr=*/true);
        }
        done = work.collector->finished() || work.collector->step(stop);
        const double share = work.collector->share();
        report(index, fmt::format("features of {}", sets[set].name), share,
               features * (static_cast<double>(set) + share) / count);
        if (work.collector->finished()) {
            if (!work.weights) {
                work.weights.emplace(network.model->implementation());
            }
            work.weights->check();
            const auto& gram = work.collector->gram(0);
            work.result.dimension = gram.dimension;
            work.grams.push_back(gram.gram);
            work.result.psnr.push_back(work.collector->psnr());
            work.collector.reset();
        }
    } else {
        auto comparison =
            compareSets(work.grams, document_.components, document_.paired, document_.options, stop,
                        [&](double share) { report(index, "bands", share, features + (1.0 - features) * share); });
        done = comparison.has_value();
        if (done) {
            work.result.comparison = *std::move(comparison);
        }
    }
    work.time += StepClock::now() - start;
    if (done && !work.result.comparison.sets.empty()) {
        work.result.seconds = secondsOf(work.time);
        document_.results.push_back(std::move(work.result));
        places_.push_back(network.place);
        work_.reset();
    }
    return done;
}

SrgaDocument SrgaSteps::document() const {
    auto document = document_;
    document.warnings = warnings_;
    addSrgaWarnings(document);
    return document;
}

// --- DDR

struct DdrSteps::Work {
    NamedDdrResult result{};
    std::unique_ptr<GramCollector> collector{};
    StepClock::duration time{};
};

DdrSteps::DdrSteps(const FeatureRunInput& input, const DdrOptions& options, FeatureStepSettings settings)
    : FeatureSteps((checkDdrOptions(options), input), options.patches, options.patch, options.seed,
                   std::move(settings)) {
    document_.options = options;
    if (std::max(input.source.degradations.size(), input.source.folders.size()) < 2) {
        throw Error(
            ErrorCode::InvalidArgument,
            "CH needs at least two classes of two patches: give two recipes (--degrade) or two folders (--set)");
    }
}

DdrSteps::~DdrSteps() = default;

void DdrSteps::checkBeforeSets() {
    checkOutputs({});
}

void DdrSteps::checkSets() {
    document_.source = source();
    document_.classes = anySets().sets;
    document_.contentShared = anySets().contentShared;
    checkClasses(anySets());
    addLabels(document_);
    checkPerplexity(document_.options, document_.labels.size());
    if (!document_.contentShared) {
        warnings_.emplace_back(
            "the folders do not hold files of the same names: labels are shuffled among all patches, not among those "
            "of one content");
    }
}

void DdrSteps::checkTaps(std::size_t index) {
    const auto& network = networks()[index];
    taps_.push_back(chosenTaps(network.survey, document_.options.taps, network.card.name));
}

void DdrSteps::checkAll() {
    std::vector<std::filesystem::path> arrays;
    for (std::size_t i = 0; i < networks().size() && !input().arrayFolder.empty(); ++i) {
        for (const auto& tap : taps_[i]) {
            arrays.push_back(ddrPointFile(input().arrayFolder, networks()[i].card.name, tap.key));
        }
    }
    checkOutputs(arrays);
}

void DdrSteps::leaveOut(std::size_t index) {
    work_.reset();
    if (index < taps_.size()) {
        taps_.erase(taps_.begin() + static_cast<std::ptrdiff_t>(index));
    }
}

bool DdrSteps::isDone(std::size_t index) const {
    return document_.results.size() > index;
}

bool DdrSteps::workOn(std::size_t index, const std::stop_token& stop) {
    const auto start = StepClock::now();
    const auto& network = networks()[index];
    const auto& sets = setsFor(network)->sets;
    const auto& taps = taps_[index];
    const auto& options = document_.options;
    if (!work_) {
        std::vector<std::string> keys;
        std::ranges::transform(taps, std::back_inserter(keys), &ChosenTap::key);
        std::vector<std::size_t> all;
        for (std::size_t s = 0; s < sets.size(); ++s) {
            all.push_back(s);
        }
        work_ = std::make_unique<Work>();
        work_->result = {.card = network.card, .addsInput = network.survey.addsInput};
        work_->collector = collector(network, std::move(keys), all, options.pool, /*withPsnr=*/false);
    }
    auto& work = *work_;
    auto& result = work.result;
    const double features = options.embed == DdrEmbedding::Tsne ? 0.6 : 0.95;  // of the work, about
    bool done = true;
    if (!work.collector->finished()) {
        const auto set = std::min(work.collector->set(), sets.size() - 1);
        done = work.collector->step(stop);
        report(index, fmt::format("features of {}", sets[set].name), work.collector->shareOfSet(set),
               features * work.collector->share());
    } else {
        const auto k = result.taps.size();
        const double share = static_cast<double>(k) / static_cast<double>(taps.size());
        report(index, "sorting the patches at each tap", share, features + (1.0 - features) * share);
        const auto& gram = work.collector->gram(k);
        const auto contents = document_.contentShared ? document_.contents : std::vector<int>();
        const double iterations = static_cast<double>(options.iterations) * options.starts;
        auto tap = sortPatches(
            gram.gram, document_.labels, contents, options, computeThreads(), stop, [&](const Embedding& embedding) {
                const double within = embedding.iterations / iterations;
                const double sorted = (static_cast<double>(k) + within) / static_cast<double>(taps.size());
                report(index, "sorting the patches at each tap", sorted, features + (1.0 - features) * sorted);
                if (observer_) {
                    observer_(network.place, taps[k].key, embedding);
                }
            });
        done = tap.has_value();
        if (done) {
            tap->key = taps[k].key;
            tap->what = taps[k].what;
            tap->dimension = gram.dimension;
            result.taps.push_back(*std::move(tap));
        }
    }
    work.time += StepClock::now() - start;
    if (result.taps.size() == taps.size()) {
        result.seconds = secondsOf(work.time);
        if (taps.size() == 2 && options.taps == "auto") {
            result.warnings.emplace_back("there is no layer whose features can be taken: LR and SR alone are shown");
        }
        document_.results.push_back(std::move(result));
        places_.push_back(network.place);
        work_.reset();
    }
    return done;
}

DdrDocument DdrSteps::document() const {
    auto document = document_;
    document.warnings = warnings_;
    addDdrWarnings(document);
    return document;
}

}  // namespace lamscope
