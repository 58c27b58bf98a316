// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/features_controller.h"

#include <QPointer>
#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <variant>

#include "base/error.h"
#include "session/queued_call.h"
#include "study/features/feature_command_line.h"
#include "study/image_pairs.h"

namespace lamscope::ui {

namespace {

constexpr std::size_t mostKeptSr = 400;

FeaturesState usualFeatures() {
    FeaturesState state;
    state.recipes = namedDegradations(std::vector<std::string>{"clean", "blur=blur:2", "noise=noise:20"});
    state.srga.patches = 200;
    state.ddr.patches = 50;
    return state;
}

std::string textOfRecipe(const NamedDegradation& recipe) {
    return recipe.name + '=' + toString(recipe.degradation);
}

/// Of "reduce" and the like, as QString.
std::vector<std::filesystem::path> pathsOf(const nlohmann::ordered_json& json) {
    std::vector<std::filesystem::path> paths;
    for (const auto& each : json) {
        paths.emplace_back(each.get<std::string>());
    }
    return paths;
}

template <typename Options>
void takeOptions(const std::vector<OptionRow<Options>>& table, Options& options, const nlohmann::ordered_json& json) {
    for (const auto& [name, value] : json.items()) {
        setOption(table, options, name, value);
    }
}

}  // namespace

FeaturesController::FeaturesController(Session& session, LiveController& controller, QObject* parent)
    : QObject(parent)
    , session_(session)
    , controller_(controller)
    , state_(usualFeatures()) {
    pool_.setMaxThreadCount(1);
    connect(&session_, &Session::imageChanged, this, &FeaturesController::stateChanged);  // the default of images
    connect(&session_, &Session::networkListChanged, this, &FeaturesController::stateChanged);
    connect(&controller_, &LiveController::networkLoaded, this, &FeaturesController::stateChanged);
    connect(&controller_, &LiveController::restarted, this, &FeaturesController::takeEngine);
    takeEngine();
}

FeaturesController::~FeaturesController() {
    pool_.clear();
    pool_.waitForDone();
}

void FeaturesController::takeEngine() {
    job_.emplace(controller_.engine(),
                 controller_.sinkFor<FeaturesJob::Event>(this, [this](const FeaturesJob::Event& event) {
                     std::visit([this](const auto& which) { receive(which); }, event);
                 }));
    surveys_.clear();
    if (const auto view = std::exchange(running_, std::nullopt)) {
        results(*view).remark = tr("Ended because computing began anew with other settings: run it again.");
        embedding_.reset();
        emit runChanged();
    }
}

// --- what is chosen

void FeaturesController::change(const QString& text, const FeaturesState& state) {
    if (state == state_) {
        return;
    }
    try {
        checkSrgaOptions(state.srga);
        checkDdrOptions(state.ddr);
    } catch (const Error& error) {
        session_.reportTrouble(QString::fromUtf8(error.what()));
        emit stateChanged();  // whoever shows it shows again what holds
        return;
    }
    session_.undoStack().push(
        new StateCommand<FeaturesController, FeaturesState>(*this, text, state_, state));  // which calls apply()
}

void FeaturesController::apply(const FeaturesState& state) {
    state_ = state;
    emit stateChanged();
}

void FeaturesController::addImages(const QStringList& filesAndFolders) {
    std::vector<std::string> given;
    std::ranges::transform(filesAndFolders, std::back_inserter(given), &QString::toStdString);
    computeOn(
        pool_, this, [given] { return imagesNamed(given, ImageRole::Hr); },
        [this](const std::vector<std::filesystem::path>& files) {
            auto changed = state_;
            std::unordered_set<std::string> there;
            for (const auto& file : changed.images) {
                there.insert(file.string());
            }
            for (const auto& file : files) {
                if (there.insert(file.string()).second) {
                    changed.images.push_back(file);
                }
            }
            change(tr("images"), changed);
        },
        [this](const QString& reason) { session_.reportTrouble(reason); });
}

std::vector<const NetworkEntry*> FeaturesController::usedNetworks() const {
    std::vector<const NetworkEntry*> used;
    for (const auto& entry : session_.networks()) {
        if (entry.shown && entry.state == NetworkEntry::State::Ready) {
            used.push_back(&entry);
        }
    }
    return used;
}

std::optional<FeaturesRequest> FeaturesController::request() const {
    FeaturesRequest request;
    for (const auto* entry : usedNetworks()) {
        request.networks.push_back(entry->id);
        request.input.networks.push_back(entry->spec);
    }
    auto& source = request.input.source;
    source.hr = state_.images;
    if (source.hr.empty() && session_.hasImage() && session_.role() == ImageRole::Hr) {
        source.hr = {session_.image().file};
        source.reading = session_.image().reading;
    }
    source.degradations = state_.recipes;
    source.reduction = state_.reduction;
    if (isGeneralization()) {
        request.options = state_.srga;
    } else {
        request.options = state_.ddr;
    }
    return request.networks.empty() || source.hr.empty() || state_.recipes.empty() ? std::nullopt
                                                                                   : std::optional(request);
}

std::string FeaturesController::lineOf(const FeaturesRequest& request, DeviceChoice device, int threads) const {
    if (const auto* options = std::get_if<SrgaOptions>(&request.options)) {
        return srgaCommandLine(request.input, *options, device, threads);
    }
    return ddrCommandLine(request.input, std::get<DdrOptions>(request.options), device, threads);
}

QString FeaturesController::command(DeviceChoice device, int threads) const {
    const auto asked = request();
    return asked ? QString::fromStdString(lineOf(*asked, device, threads)) : QString();
}

QString FeaturesController::whatIsMissing() const {
    const auto used = usedNetworks();
    if (used.empty()) {
        return session_.networks().empty() ? tr("Open a network, or drop one here.")
                                           : tr("Tick a network that is loaded.");
    }
    if (state_.images.empty() && !session_.hasImage()) {
        return tr("Open an HR image, or add images.");
    }
    if (state_.images.empty() && session_.role() != ImageRole::Hr) {
        return tr("The open image is LR: add HR images.");
    }
    if (isGeneralization()) {
        const auto isClean = [](const NamedDegradation& recipe) { return recipe.degradation.isClean(); };
        if (std::ranges::all_of(state_.recipes, isClean)) {
            return tr("Add a recipe to compare with clean.");
        }
        if (state_.srga.patches < srgaFewestPatches) {
            return tr("SRGA needs at least %1 patches.").arg(srgaFewestPatches);
        }
    } else if (state_.recipes.size() < 2) {
        return tr("Add a recipe: at least two classes are compared.");
    }
    // What one image holds is known at once.
    if (state_.images.empty()) {
        int scale = 1;
        for (const auto* entry : used) {
            scale = std::max(scale, entry->card.scale);
        }
        const auto& pixels = *session_.image().pixels;
        const auto held = [&](int side) {
            return static_cast<int>(patchPlaces(pixels.width(), pixels.height(), side * scale).size());
        };
        const int side = isGeneralization() ? state_.srga.patch : state_.ddr.patch;
        const int needed = isGeneralization() ? srgaFewestPatches : 2;
        if (const int there = held(side); there < needed) {
            int smaller = side;
            const int least = static_cast<int>(optionRow(srgaOptionTable(), "patch").range.least);
            while (smaller > least && held(smaller) < needed) {
                --smaller;
            }
            const auto found = tr("The open image holds %1 patches of %2×%2 LR pixels at ×%3, %4 are needed: ")
                                   .arg(there)
                                   .arg(side)
                                   .arg(scale)
                                   .arg(needed);
            return found
                   + (held(smaller) >= needed ? tr("add images, or choose a side of %1.").arg(smaller)
                                              : tr("add images."));
        }
    }
    return {};
}

bool FeaturesController::isUntouched() const {
    return !hasAnyResults() && state_ == usualFeatures() && look_ == FeaturesLook();
}

nlohmann::ordered_json FeaturesController::kept() const {
    auto kept = nlohmann::ordered_json::object();
    kept["view"] = isGeneralization() ? "generalization" : "representations";
    kept["images"] = nlohmann::ordered_json::array();
    for (const auto& image : state_.images) {
        kept["images"].push_back(image.string());
    }
    kept["recipes"] = nlohmann::ordered_json::array();
    for (const auto& recipe : state_.recipes) {
        kept["recipes"].push_back(textOfRecipe(recipe));
    }
    kept["reduce"] = toString(state_.reduction);
    kept["srga"] = optionsJson(srgaOptionTable(), state_.srga);
    kept["ddr"] = optionsJson(ddrOptionTable(), state_.ddr);
    kept["logarithmic"] = look_.logarithmic;
    kept["tap"] = look_.tap;
    kept["hidden"] = look_.hidden;
    return kept;
}

void FeaturesController::restore(const nlohmann::ordered_json& kept) {
    FeaturesState state;
    state.images = pathsOf(kept.at("images"));
    state.recipes = namedDegradations(kept.at("recipes").get<std::vector<std::string>>());
    state.reduction = reductionFromString(kept.at("reduce").get<std::string>());
    takeOptions(srgaOptionTable(), state.srga, kept.at("srga"));
    takeOptions(ddrOptionTable(), state.ddr, kept.at("ddr"));
    checkSrgaOptions(state.srga);
    checkDdrOptions(state.ddr);
    FeaturesLook look;
    look.view = kept.at("view").get<std::string>() == "representations" ? FeaturesView::Representations
                                                                        : FeaturesView::Generalization;
    look.logarithmic = kept.value("logarithmic", true);
    look.tap = kept.value("tap", std::string());
    look.hidden = kept.value("hidden", std::set<std::string>());
    clear();
    look_ = look;
    apply(state);
    emit lookChanged();
}

void FeaturesController::clear() {
    job_->tell([](FeaturesJob& job) { job.cancel(); });
    ++run_;
    running_.reset();
    srga_ = nullptr;
    ddr_ = nullptr;
    results_ = {};
    embedding_.reset();
    sr_.clear();
    look_ = {};
    emit runChanged();
    apply(usualFeatures());
    emit lookChanged();
    emit resultsChanged();
}

// --- what is looked at

void FeaturesController::setLook(const FeaturesLook& look) {
    if (look == look_) {
        return;
    }
    const bool otherView = look.view != look_.view;
    look_ = look;
    emit lookChanged();
    if (otherView) {
        emit stateChanged();
        emit resultsChanged();
    }
}

const TapSurvey* FeaturesController::survey(NetworkId id) const {
    const auto found = surveys_.find(id);
    return found == surveys_.end() ? nullptr : found->second.get();
}

void FeaturesController::surveyNetworks() {
    constexpr int usualSide = 16;
    for (const auto* entry : usedNetworks()) {
        if (!surveys_.contains(entry->id) && !entry->spec.isRemote()) {
            surveys_[entry->id] = nullptr;
            const int side = std::max(usualSide, entry->card.minimumSide);
            job_->tell([id = entry->id, side](FeaturesJob& job) { job.survey(id, side); }, /*interrupt=*/false);
        }
    }
}

// --- the run

void FeaturesController::run() {
    const auto asked = request();
    if (!asked || !whatIsMissing().isEmpty()) {
        session_.reportTrouble(whatIsMissing());
        return;
    }
    running_ = look_.view;
    ++run_;
    asked_ = lineOf(*asked, DeviceChoice::Auto, 0);
    progress_ = {};
    newSets_.clear();
    embedding_.reset();
    results(look_.view).remark.clear();
    controller_.expectWork();
    job_->tell([run = run_, asked = *asked](FeaturesJob& job) { job.start(run, asked); }, /*interrupt=*/false);
    emit runChanged();
}

void FeaturesController::cancel() {
    if (running_) {
        job_->tell([](FeaturesJob& job) { job.cancel(); });
    }
}

bool FeaturesController::isStale() const {
    if (!hasResults()) {
        return false;
    }
    const auto asked = request();
    return !asked || lineOf(*asked, DeviceChoice::Auto, 0) != results(look_.view).made;
}

void FeaturesController::takeResults(FeaturesView view, std::int64_t run, const std::vector<NetworkId>& networks) {
    auto& taken = results(view);
    taken.run = run;
    taken.networks = networks;
    taken.sets = newSets_;
    taken.made = asked_;
    embedding_.reset();
    emit resultsChanged();
}

void FeaturesController::receive(const live::FeaturesSurveyed& event) {
    surveys_[event.network] = event.survey;
    emit surveysChanged();
}

void FeaturesController::receive(const live::FeaturesProgressed& event) {
    if (event.run == run_) {
        progress_ = event;
        emit progressChanged();
    }
}

void FeaturesController::receive(const live::FeaturesSetsReady& event) {
    if (event.run == run_) {
        newSets_ = {event.sets.begin(), event.sets.end()};
    }
}

void FeaturesController::receive(const live::SrgaReady& event) {
    if (event.run == run_) {
        srga_ = event.document;
        takeResults(FeaturesView::Generalization, event.run, event.networks);
    }
}

void FeaturesController::receive(const live::DdrReady& event) {
    if (event.run == run_) {
        ddr_ = event.document;
        takeResults(FeaturesView::Representations, event.run, event.networks);
    }
}

void FeaturesController::receive(const live::FeaturesEmbedding& event) {
    if (event.run == run_ && running_) {
        embedding_ = event;
        emit embeddingChanged();
    }
}

void FeaturesController::receive(const live::FeaturesEnded& event) {
    if (event.run != run_ || !running_) {
        return;
    }
    auto& ended = results(*running_);
    running_.reset();
    embedding_.reset();
    if (event.reason == live::EndReason::Cancelled) {
        ended.remark = tr("Stopped before its end: networks that are done stay.");
    } else if (!event.message.empty()) {
        ended.remark = QString::fromStdString(event.message);
        session_.reportTrouble(ended.remark);
    }
    emit runChanged();
}

void FeaturesController::receive(const live::PatchSr& event) {
    const auto of = srRuns_.find(event.of);
    if (of == srRuns_.end()) {
        return;
    }
    if (sr_.size() >= mostKeptSr) {
        sr_.clear();
    }
    sr_[{of->second, event.request}] = event.sr;
    emit patchesChanged();
}

// --- what has come of it

QColor FeaturesController::colourOf(std::size_t result) const {
    const auto& networks = resultNetworks();
    const auto* entry = result < networks.size() ? session_.network(networks[result]) : nullptr;
    return entry == nullptr ? QColor(128, 128, 128) : entry->colour;
}

QString FeaturesController::digitOf(std::size_t result) const {
    const auto& networks = resultNetworks();
    return result < networks.size() ? session_.digitOf(networks[result]) : QString();
}

std::optional<std::size_t> FeaturesController::chosenResult() const {
    const auto& networks = resultNetworks();
    if (!hasResults() || networks.empty()) {
        return std::nullopt;
    }
    const auto wanted = isGeneralization() ? look_.cellNetwork : look_.network;
    const auto found = std::ranges::find(networks, wanted);
    return found == networks.end() ? 0 : static_cast<std::size_t>(found - networks.begin());
}

std::optional<std::size_t> FeaturesController::chosenTap() const {
    const auto result = chosenResult();
    if (!result || isGeneralization() || *result >= ddr_->results.size()) {
        return std::nullopt;
    }
    const auto& taps = ddr_->results[*result].taps;
    const auto found = std::ranges::find(taps, look_.tap, &DdrTap::key);
    if (found != taps.end()) {
        return static_cast<std::size_t>(found - taps.begin());
    }
    // The deepest stands before SR.
    return taps.size() > 2 ? taps.size() - 2 : taps.empty() ? 0 : taps.size() - 1;
}

std::shared_ptr<const PatchSets> FeaturesController::sets(NetworkId network) const {
    const auto& all = results(look_.view).sets;
    const auto found = all.find(network);
    return found == all.end() ? nullptr : found->second;
}

const live::FeaturesEmbedding* FeaturesController::embedding() const {
    const auto result = chosenResult();
    const auto tap = chosenTap();
    if (!embedding_ || !result || !tap || resultNetworks()[*result] != embedding_->network
        || ddr_->results[*result].taps[*tap].key != embedding_->tap
        || embedding_->points.size() != 2 * ddr_->labels.size()) {
        return nullptr;
    }
    return &*embedding_;
}

void FeaturesController::requestSr(const std::vector<PatchSrRequest>& wanted) {
    const auto run = results(look_.view).run;
    std::vector<std::pair<PatchSrRequest, std::shared_ptr<const PatchSets>>> missing;
    for (const auto& request : wanted) {
        const auto patches = sets(request.network);
        if (patches != nullptr && request.set < patches->lr.size() && request.patch < patches->lr[request.set].size()
            && !sr_.contains({run, request})) {
            missing.emplace_back(request, patches);
        }
    }
    if (missing.empty()) {
        return;
    }
    const auto of = ++srOf_;
    srRuns_ = {{of, run}};
    controller_.expectWork();
    job_->tell([of, missing](FeaturesJob& job) { job.sendSr(of, missing); });
}

std::shared_ptr<const Image> FeaturesController::sr(const PatchSrRequest& request) const {
    const auto found = sr_.find({results(look_.view).run, request});
    return found == sr_.end() ? nullptr : found->second;
}

}  // namespace lamscope::ui
