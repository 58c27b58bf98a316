// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/faig_controller.h"

#include <QFileInfo>
#include <QPointer>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <unordered_set>
#include <variant>

#include "base/error.h"
#include "method/faig/filter_ranking.h"
#include "method/faig/filter_readout.h"
#include "scene/experiment_file.h"
#include "session/queued_call.h"
#include "study/studies/study_scenes.h"

namespace lamscope::ui {

namespace {

constexpr double notYet = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t randomSeeds = 10;  ///< of the band

/// Shares of the curve, %.
std::vector<double> usualPercents() {
    return {0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0};
}

std::vector<FaigDegradation> usualDegradations() {
    return {{.name = "blur", .recipe = "blur:2:21"}, {.name = "noise", .recipe = "noise:25.5"}};
}

FaigState usualState() {
    FaigState state;
    state.options.degradations = usualDegradations();
    state.options.mask = usualPercents();
    return state;
}

Experiment experimentOf(const FaigState& state, const std::vector<Scene>& images) {
    Experiment experiment;
    experiment.scenes = images;
    for (const auto& spec : {state.baseline, state.target}) {
        if (spec) {
            experiment.networks.push_back({.spec = *spec});
        }
    }
    setFaigOptions(experiment, state.options);
    return experiment;
}

/// What a ranking is compared with.
std::vector<FaigRival> rivalsOf(const FaigOptions& options, const std::vector<FaigDegradationResult>& results,
                                const std::vector<double>& changes) {
    std::vector<FaigRival> rivals;
    if (options.rank != FilterRule::Faig) {
        auto byScores = options;
        byScores.rank = FilterRule::Faig;
        auto ranking = rankFilters(byScores, results, changes);
        rivals.push_back({.rule = FilterRule::Faig, .against = ranking.against, .order = std::move(ranking.order)});
    }
    if (options.rank != FilterRule::Change) {
        rivals.push_back({.rule = FilterRule::Change, .order = orderByScore(changes)});
    }
    if (options.rank != FilterRule::Random) {
        for (std::uint64_t each = 0; each < randomSeeds; ++each) {
            const auto seed = static_cast<std::uint64_t>(options.seed) + each;
            rivals.push_back({.rule = FilterRule::Random,
                              .seed = seed,
                              .order = randomOrder(static_cast<int>(changes.size()), seed)});
        }
    }
    if (options.rank != FilterRule::PixelIg) {
        rivals.push_back({.rule = FilterRule::PixelIg});
    }
    return rivals;
}

FaigRanked rankedBy(const FaigOptions& options, const std::vector<FaigDegradationResult>& results,
                    const std::vector<double>& changes) {
    FaigRanked ranked;
    ranked.rivals = rivalsOf(options, results, changes);
    ranked.ranking = rankFilters(options, results, changes);
    ranked.order.assign(ranked.ranking.order.begin(), ranked.ranking.order.end());
    ranked.ranks.assign(ranked.order.size(), 0);
    for (std::size_t rank = 0; rank < ranked.order.size(); ++rank) {
        ranked.ranks[ranked.order[rank]] = rank;
    }
    // The map of a rule without scores is that of FAIG.
    ranked.values = ranked.ranking.score;
    ranked.valuesAgainst = ranked.ranking.against;
    if (ranked.values.empty()) {
        auto byScores = options;
        byScores.rank = FilterRule::Faig;
        const auto scores = rankFilters(byScores, results, changes);
        ranked.values = scores.score;
        ranked.valuesAgainst = scores.against;
    }
    // The change of weights that were 0 is infinite: it is shown as the largest there is.
    double largest = 0.0;
    for (const double value : ranked.values) {
        largest = std::isfinite(value) ? std::max(largest, std::abs(value)) : largest;
    }
    for (auto& value : ranked.values) {
        value = std::isfinite(value) ? value : std::isinf(value) ? std::copysign(largest, value) : 0.0;
    }
    return ranked;
}

}  // namespace

FaigController::FaigController(Session& session, LiveController& controller, QObject* parent)
    : QObject(parent)
    , session_(session)
    , controller_(controller)
    , state_(usualState()) {
    pool_.setMaxThreadCount(1);
    rankTimer_.setSingleShot(true);
    rankTimer_.setInterval(0);
    connect(&rankTimer_, &QTimer::timeout, this, &FaigController::rankSoon);
    connect(&session_, &Session::imageChanged, this, &FaigController::stateChanged);  // the open image is the default
    connect(&session_, &Session::imageChanged, this, &FaigController::lookForResults);
    connect(&controller_, &LiveController::restarted, this, &FaigController::takeEngine);
    takeEngine();
}

FaigController::~FaigController() {
    pool_.clear();
    pool_.waitForDone();
}

void FaigController::takeEngine() {
    job_.emplace(controller_.engine(), controller_.sinkFor<FaigJob::Event>(this, [this](const FaigJob::Event& event) {
        std::visit([this](const auto& which) { receive(which); }, event);
    }));
    jobKnowsIt_ = false;
    pictureAtWork_ = false;
    if (std::exchange(readingOut_, false)) {
        emit curvesChanged();
    }
    if (std::exchange(running_, false)) {
        remark_ = tr("Ended because computing began anew with other settings: run it again.");
        emit runChanged();
    }
}

void FaigController::tell(std::function<void(FaigJob&)> ask, bool interrupt) {
    controller_.expectWork();
    job_->tell(
        [number = setupNumber_, setup = *ran_, ask = std::move(ask)](FaigJob& job) {
            job.use(number, setup);
            ask(job);
        },
        interrupt);
}

// --- what is chosen

void FaigController::change(const QString& text, const FaigState& state) {
    if (state == state_) {
        return;
    }
    try {
        checkFaigOptions(state.options);
    } catch (const Error& error) {
        session_.reportTrouble(QString::fromStdString(error.what()));
        emit stateChanged();  // whoever shows it shows again what holds
        return;
    }
    session_.undoStack().push(
        new StateCommand<FaigController, FaigState>(*this, text, state_, state));  // which calls apply()
}

void FaigController::apply(const FaigState& state) {
    const auto before = std::exchange(state_, state);
    preview_.reset();
    emit stateChanged();
    const bool isRanking = before.options.of != state.options.of || before.options.against != state.options.against
                           || before.options.rank != state.options.rank || before.options.biases != state.options.biases
                           || before.options.mask != state.options.mask;
    if (isRanking) {
        rankTimer_.start();
    } else if (before.percent != state.percent) {
        emit rankingChanged();
    }
    if (before.percent != state.percent || before.lambda != state.lambda) {
        emit picturesChanged();
        requestPicture();
    }
}

void FaigController::addImages(const QStringList& filesAndFolders) {
    std::vector<std::string> given;
    std::ranges::transform(filesAndFolders, std::back_inserter(given), &QString::toStdString);
    computeOn(
        pool_, this, [given] { return hrScenes(given, {}); },
        [this](const std::vector<Scene>& scenes) {
            auto changed = state_;
            std::unordered_set<std::string> there;
            for (const auto& scene : changed.images) {
                there.insert(scene.image.string());
            }
            for (const auto& scene : scenes) {
                if (there.insert(scene.image.string()).second) {
                    changed.images.push_back(scene);
                }
            }
            change(tr("images"), changed);
        },
        [this](const QString& reason) { session_.reportTrouble(reason); });
}

std::optional<FaigSetup> FaigController::setup() const {
    if (!whatIsMissing().isEmpty()) {
        return std::nullopt;
    }
    auto images = state_.images;
    if (images.empty()) {
        const auto& open = session_.image();
        images.push_back({.image = open.file, .sha256 = open.sha256, .reading = open.reading});
    }
    return FaigSetup{*state_.baseline, *state_.target, images, scoreOptions(state_.options)};
}

QString FaigController::whatIsMissing() const {
    if (!state_.baseline && !state_.target) {
        return tr("Choose a baseline and its fine-tuned target.");
    }
    if (!state_.baseline) {
        return tr("Choose the baseline that the target was fine-tuned from.");
    }
    if (!state_.target) {
        return tr("Choose the target that was fine-tuned from the baseline.");
    }
    if (state_.options.degradations.empty()) {
        return tr("Add a degradation.");
    }
    if (state_.images.empty() && !session_.hasImage()) {
        return tr("Open an HR image, or add images.");
    }
    if (state_.images.empty() && session_.role() != ImageRole::Hr) {
        return tr("The open image is LR: add HR images.");
    }
    return {};
}

nlohmann::ordered_json FaigController::kept() const {
    auto kept = nlohmann::ordered_json::object();
    kept["experiment"] = jsonOf(experimentOf(state_, state_.images));
    // The order of the networks does not tell which of the two is missing.
    kept["networks"] = {state_.baseline.has_value(), state_.target.has_value()};
    kept["percent"] = state_.percent;
    kept["lambda"] = state_.lambda;
    kept["biases"] = state_.options.biases;
    kept["image"] = look_.image;
    kept["degradation"] = look_.degradation;
    kept["filter"] = look_.filter ? nlohmann::ordered_json(*look_.filter) : nlohmann::ordered_json(nullptr);
    kept["gradients"] = look_.gradients;
    kept["rivals"] = look_.rivals;
    kept["results"] = finishedImages_ > 0 || hadResults_;
    return kept;
}

void FaigController::restore(const nlohmann::ordered_json& kept) {
    const auto experiment = experimentFromJson(kept.at("experiment"), {});
    FaigState state;
    state.images = experiment.scenes;
    state.options = faigOptionsOf(experiment);
    state.options.biases = kept.value("biases", false);
    std::size_t next = 0;
    const auto& networks = kept.at("networks");
    if (networks.at(0).get<bool>() && next < experiment.networks.size()) {
        state.baseline = experiment.networks[next++].spec;
    }
    if (networks.at(1).get<bool>() && next < experiment.networks.size()) {
        state.target = experiment.networks[next].spec;
    }
    state.percent = std::clamp(kept.value("percent", 1.0), 0.01, 100.0);
    state.lambda = std::clamp(kept.value("lambda", 0.0), 0.0, 1.5);
    FaigLook look;
    look.image = kept.value("image", std::size_t{0});
    look.degradation = kept.value("degradation", std::size_t{0});
    if (kept.contains("filter") && !kept.at("filter").is_null()) {
        look.filter = kept.at("filter").get<std::size_t>();
    }
    look.gradients = kept.value("gradients", false);
    look.rivals = kept.value("rivals", true);
    clear();
    look_ = look;
    apply(state);
    emit lookChanged();
    hadResults_ = kept.value("results", false);
    lookForResults();
}

void FaigController::saveResults() {
    if (resultsFolder_.empty() || finishedImages_ == 0 || !opened_) {
        return;
    }
    SavedFaigResults saved{.setup = *ran_,
                           .baselineSha256 = opened_->baseline.sha256,
                           .targetSha256 = opened_->target.sha256,
                           .imageSha256 = {},
                           .results = results_,
                           .psnrs = psnrs_,
                           .seconds = seconds_};
    for (std::size_t image = 0; image < psnrs_.size(); ++image) {
        const auto file = files_.find(image);
        if (file == files_.end()) {
            return;  // it could not be told later whether they are of this image
        }
        saved.imageSha256.push_back(file->second.first);
    }
    computeOn(
        pool_, this,
        [saved, folder = resultsFolder_] {
            writeFaigResults(saved, folder);
            return true;
        },
        [](bool) {}, [this](const QString& reason) { session_.reportTrouble(reason); });
}

void FaigController::lookForResults() {
    const auto wanted = setup();
    if (!hadResults_ || !wanted || ran_ || resultsFolder_.empty()) {
        return;
    }
    computeOn(
        pool_, this,
        [folder = resultsFolder_, wanted] {
            return std::make_shared<const SavedFaigResults>(readFaigResults(folder, *wanted));
        },
        [this](const std::shared_ptr<const SavedFaigResults>& saved) {
            const auto now = setup();
            if (hadResults_ && !ran_ && now && *now == saved->setup) {
                hadResults_ = false;
                takeResults(*saved);
            }
        },
        [](const QString&) {});  // they are not there, or not of these files: Run computes them
}

void FaigController::takeResults(const SavedFaigResults& saved) {
    ran_ = saved.setup;
    results_ = saved.results;
    psnrs_ = saved.psnrs;
    seconds_ = saved.seconds;
    hashes_ = {saved.baselineSha256, saved.targetSha256};
    imageHashes_ = saved.imageSha256;
    finishedImages_ = static_cast<int>(psnrs_.size());
    if (look_.image >= ran_->images.size() || look_.degradation >= ran_->options.degradations.size()) {
        auto look = look_;
        look.image = 0;
        look.degradation = 0;
        setLook(look);
    }
    emit resultsChanged();
    requestPicture();  // which loads the pair; the ranking follows
}

void FaigController::clear() {
    forget();
    apply(usualState());
    sayForgotten();
}

void FaigController::startAnew() {
    forget();
    change(tr("new filters"), usualState());
    sayForgotten();
}

void FaigController::forget() {
    if (ran_) {
        job_->tell([](FaigJob& job) { job.drop(); });  // its networks and images
    }
    clearResults();
    ran_.reset();
    hadResults_ = false;
    remark_.clear();
    look_ = {};
    if (std::exchange(running_, false)) {
        emit runChanged();
    }
}

void FaigController::sayForgotten() {
    emit lookChanged();
    emit resultsChanged();
    emit rankingChanged();
    emit picturesChanged();
    emit curvesChanged();
    emit weightsChanged();
}

void FaigController::clearResults() {
    ++setupNumber_;
    ++ranking_;
    ++curvesNumber_;
    jobKnowsIt_ = false;
    opened_.reset();
    files_.clear();
    arrived_.clear();
    psnrs_.clear();
    results_.clear();
    finishedImages_ = 0;
    seconds_ = 0.0;
    ranked_ = nullptr;
    pictures_ = {};
    pictureAtWork_ = false;
    pictureWanted_ = false;
    readingOut_ = false;
    curves_.clear();
    curveCounts_.clear();
    curveImages_ = 0;
    weights_.clear();
    preview_.reset();
    hashes_ = {};
    imageHashes_.clear();
}

void FaigController::dropKept(const QString& why) {
    clearResults();
    ran_.reset();
    const bool was = std::exchange(running_, false);
    session_.reportNote(why);
    emit resultsChanged();
    emit rankingChanged();
    emit picturesChanged();
    emit curvesChanged();
    emit weightsChanged();
    if (was) {
        emit runChanged();
    }
}

// --- what is looked at

void FaigController::setLook(const FaigLook& look) {
    if (look == look_) {
        return;
    }
    const auto before = std::exchange(look_, look);
    emit lookChanged();
    if (before.filter != look_.filter) {
        emit weightsChanged();
        requestWeights();
    }
    if (before.image != look_.image || before.degradation != look_.degradation) {
        if (before.image != look_.image) {
            visible_ = {};  // of the image of before
        }
        emit picturesChanged();
        requestPicture();
    }
    if (before.rivals != look_.rivals) {
        requestCurves();
    } else if (before.gradients != look_.gradients) {
        emit curvesChanged();
    }
}

void FaigController::select(std::optional<std::size_t> filter) {
    auto look = look_;
    look.filter = filter;
    setLook(look);
}

void FaigController::setVisible(const Rect& visible) {
    visible_ = visible;
}

void FaigController::previewLambda(double lambda) {
    if (lambda != this->lambda()) {
        preview_ = lambda;
        emit picturesChanged();
        requestPicture();
    }
}

void FaigController::setLambda(double lambda) {
    preview_.reset();
    if (lambda == state_.lambda) {
        emit picturesChanged();
        requestPicture();
        return;
    }
    auto changed = state_;
    changed.lambda = lambda;
    change(tr("λ of the top filters"), changed);
}

// --- the run

void FaigController::run() {
    const auto wanted = setup();
    if (!wanted) {
        session_.reportTrouble(whatIsMissing());
        return;
    }
    if (!ran_ || *ran_ != *wanted || !jobKnowsIt_) {
        clearResults();
        ran_ = wanted;
        jobKnowsIt_ = true;
        emit resultsChanged();
        emit rankingChanged();
        emit picturesChanged();
        emit curvesChanged();
        emit weightsChanged();
    }
    remark_.clear();
    running_ = true;
    progress_ = {.setup = setupNumber_, .what = {}, .done = 0.0};
    if (look_.image >= ran_->images.size() || look_.degradation >= ran_->options.degradations.size()) {
        auto look = look_;
        look.image = 0;
        look.degradation = 0;
        setLook(look);
    }
    tell([](FaigJob& job) { job.score(); }, /*interrupt=*/false);
    requestPicture();
    emit runChanged();
    emit progressChanged();
}

void FaigController::cancel() {
    if (running_ || readingOut_) {
        job_->tell([](FaigJob& job) { job.cancelRun(); });  // pictures go on
    }
}

bool FaigController::isStale() const {
    const auto chosen = setup();
    return ran_ && (!chosen || *chosen != *ran_);
}

std::vector<int> FaigController::top() const {
    return ranked_ ? topOf(ranked_->ranking.order, state_.percent) : std::vector<int>();
}

FilterChange FaigController::shownChange() const {
    return {.filters = top(), .lambda = lambda(), .biases = state_.options.biases};
}

std::shared_ptr<const LayerWeights> FaigController::weights() const {
    if (!look_.filter || !opened_ || *look_.filter >= static_cast<std::size_t>(opened_->filters.size())) {
        return nullptr;
    }
    const auto found = weights_.find(opened_->filters.place(static_cast<int>(*look_.filter)).layer);
    return found == weights_.end() ? nullptr : found->second;
}

std::optional<double> FaigController::worstCompleteness() const {
    std::optional<double> worst;
    for (const auto& result : results_) {
        if (!result.images.empty()) {
            worst = std::max(worst.value_or(0.0), lamscope::worstCompleteness(result));
        }
    }
    return worst;
}

std::pair<double, double> FaigController::levels(std::size_t degradation) const {
    std::size_t images = psnrs_.size();
    if (!curves_.empty() && !curvePercents_.empty()) {
        const int most = *std::ranges::max_element(curveCounts_.front());
        images = most > 0 ? static_cast<std::size_t>(most) : images;
    }
    return levels(degradation, images);
}

std::pair<double, double> FaigController::levels(std::size_t degradation, std::size_t images) const {
    images = std::min(images, psnrs_.size());
    std::pair<double, double> sum(0.0, 0.0);
    for (std::size_t image = 0; image < images; ++image) {
        sum.first += psnrs_[image][degradation].first;
        sum.second += psnrs_[image][degradation].second;
    }
    const auto count = images > 0 ? static_cast<double>(images) : notYet;
    return {sum.first / count, sum.second / count};
}

QStringList FaigController::warnings() const {
    QStringList all;
    const auto add = [&all](const std::vector<std::string>& sentences) {
        for (const auto& sentence : sentences) {
            const auto text = QString::fromStdString(sentence);
            if (!all.contains(text)) {
                all << text;
            }
        }
    };
    if (opened_) {
        add(opened_->warnings);
    }
    for (const auto& [image, file] : files_) {
        add(file.second);
    }
    for (const auto& result : results_) {
        add(warningsAbout(result));
    }
    return all;
}

FaigDocument FaigController::document() const {
    FaigDocument document;
    auto state = state_;
    state.baseline = ran_->baseline;
    state.target = ran_->target;
    auto options = rankingOptions();
    options.mask = curvePercents_.empty() ? state_.options.mask : curvePercents_;
    state.options = options;
    document.experiment = experimentOf(state, ran_->images);
    for (const auto& [image, file] : files_) {
        document.experiment.scenes[image].sha256 = file.first;
    }
    document.options = options;
    if (opened_) {
        document.baseline = opened_->baseline;
        document.target = opened_->target;
        document.filters = opened_->filters;
        document.experiment.networks[0].sha256 = opened_->baseline.sha256;
        document.experiment.networks[1].sha256 = opened_->target.sha256;
    }
    document.degradations = results_;
    if (ranked_) {
        document.ranking = ranked_->ranking;
    }
    const auto images = static_cast<std::size_t>(curveImages_);
    for (const auto& curve : curves_) {
        if (curve.images == 0 || curve.images != curveImages_) {
            continue;  // over fewer images than the others
        }
        for (std::size_t share = 0; share < curvePercents_.size(); ++share) {
            FaigMasking masking{.percent = curvePercents_[share],
                                .filters = topCount(document.filters.size(), curvePercents_[share]),
                                .rule = curve.rule,
                                .against = curve.against,
                                .seed = curve.rule == FilterRule::Random ? std::optional(curve.seed) : std::nullopt,
                                .lambda = 0.0,
                                .readouts = {}};
            for (std::size_t degradation = 0; degradation < curve.psnr.size(); ++degradation) {
                const auto [target, baseline] = levels(degradation, images);
                const double gradients = curve.gradientMse[degradation][share];
                document.degradations[degradation].readoutTarget = target;
                document.degradations[degradation].readoutBaseline = baseline;
                masking.readouts.push_back(
                    {.degradation = ran_->options.degradations[degradation].name,
                     .psnr = curve.psnr[degradation][share],
                     .gainLost = gainLost(target, curve.psnr[degradation][share], baseline),
                     .gradientMse = std::isnan(gradients) ? std::nullopt : std::optional(gradients)});
            }
            document.masking.push_back(std::move(masking));
        }
    }
    document.device = session_.device().toStdString();
    document.threads = session_.threads();
    document.seconds = seconds_;
    for (const auto& warning : warnings()) {
        document.warnings.push_back(warning.toStdString());
    }
    return document;
}

std::optional<Experiment> FaigController::experiment() const {
    const auto chosen = setup();
    return chosen ? std::optional(experimentOf(state_, chosen->images)) : std::nullopt;
}

// --- the ranking

/// Those of the results, ranked as is chosen now.
FaigOptions FaigController::rankingOptions() const {
    auto options = ran_->options;
    const auto isThere = [&options](const std::string& name) {
        return std::ranges::find(options.degradations, name, &FaigDegradation::name) != options.degradations.end();
    };
    const auto& chosen = state_.options;
    options.of = isThere(chosen.of) ? chosen.of : std::string();
    options.against = isThere(chosen.against) ? chosen.against : std::string();
    options.rank = chosen.rank;
    options.mask = chosen.mask;
    options.biases = chosen.biases;
    return options;
}

void FaigController::rankSoon() {
    if (results_.empty() || finishedImages_ == 0 || !opened_) {
        return;
    }
    const auto options = rankingOptions();
    if (options.rank == FilterRule::PixelIg) {
        const auto [of, against] = rankedDegradations(options);
        if (results_[of].pixelIg.empty()) {
            ranked_ = nullptr;
            emit rankingChanged();
            requestCurves();  // which computes it
            return;
        }
    }
    computeOn(
        pool_, this,
        [options, results = results_, changes = opened_->weightChanges] {
            return std::make_shared<const FaigRanked>(rankedBy(options, results, *changes));
        },
        [this, number = ++ranking_](const std::shared_ptr<const FaigRanked>& ranked) {
            if (number == ranking_) {
                takeRanking(ranked);
            }
        },
        [this](const QString& reason) { session_.reportTrouble(reason); });
}

void FaigController::takeRanking(const std::shared_ptr<const FaigRanked>& ranked) {
    ranked_ = ranked;
    if (!look_.filter && !ranked_->order.empty()) {
        select(ranked_->order.front());
    }
    emit rankingChanged();
    requestPicture();
    if (!running_) {
        requestCurves();
    }
}

// --- pictures

void FaigController::requestPicture() {
    if (!ran_) {
        return;
    }
    if (pictureAtWork_) {
        pictureWanted_ = true;  // the newest is sent when that at work is seen: otherwise a drag would show nothing
        return;
    }
    sendPicture();
}

void FaigController::sendPicture() {
    pictureWanted_ = false;
    pictureAtWork_ = true;
    const FaigPictureRequest request{.number = ++pictureNumber_,
                                     .image = look_.image,
                                     .degradation = look_.degradation,
                                     .change = shownChange(),
                                     .visible = visible_};
    tell([request](FaigJob& job) { job.show(request); }, /*interrupt=*/true);
}

// --- curves

void FaigController::requestCurves() {
    if (!ran_ || !opened_ || running_ || finishedImages_ == 0) {
        return;
    }
    const auto options = rankingOptions();
    const auto [of, against] = rankedDegradations(options);
    std::vector<FaigRival> wanted;
    if (ranked_) {
        wanted.push_back({.rule = ranked_->ranking.rule,
                          .seed = static_cast<std::uint64_t>(options.seed),
                          .against = ranked_->ranking.against,
                          .order = ranked_->ranking.order});
        if (look_.rivals) {
            wanted.insert(wanted.end(), ranked_->rivals.begin(), ranked_->rivals.end());
        }
    } else if (options.rank == FilterRule::PixelIg) {
        wanted.push_back({.rule = FilterRule::PixelIg});
    } else {
        return;
    }
    curvePercents_ = options.mask;
    const std::vector<double> unknown(curvePercents_.size(), notYet);
    curves_.clear();
    curveCounts_.clear();
    curveImages_ = finishedImages_;
    std::vector<FaigCurveRequest> requests;
    for (auto& curve : wanted) {
        const std::vector<std::vector<double>> values(ran_->options.degradations.size(), unknown);
        curves_.push_back({.rule = curve.rule,
                           .against = curve.against,
                           .seed = curve.seed,
                           .psnr = values,
                           .gradientMse = values,
                           .images = 0});
        curveCounts_.emplace_back(curvePercents_.size(), 0);
        requests.push_back(
            {.rule = curve.rule, .seed = curve.seed, .order = std::move(curve.order), .degradation = of});
    }
    ++curvesNumber_;
    progress_.what.clear();
    readingOut_ = !curvePercents_.empty();
    if (readingOut_) {
        tell([number = curvesNumber_, requests = std::move(requests), percents = curvePercents_,
              biases = options.biases, images = static_cast<std::size_t>(curveImages_)](
                 FaigJob& job) { job.readOut(number, requests, percents, biases, images); },
             /*interrupt=*/false);
    }
    emit curvesChanged();
}

void FaigController::requestWeights() {
    if (!ran_ || !opened_ || !look_.filter || weights() != nullptr
        || *look_.filter >= static_cast<std::size_t>(opened_->filters.size())) {
        return;
    }
    tell([layer =
              opened_->filters.place(static_cast<int>(*look_.filter)).layer](FaigJob& job) { job.sendWeights(layer); },
         /*interrupt=*/false);
}

// --- what arrives

void FaigController::receive(const live::FaigOpened& event) {
    if (event.setup != setupNumber_) {
        return;
    }
    const auto filters = static_cast<std::size_t>(event.filters.size());
    const bool isOther = !hashes_.first.empty()
                         && (hashes_ != std::pair(event.baseline.sha256, event.target.sha256)
                             || std::ranges::any_of(results_, [filters](const FaigDegradationResult& result) {
                                    return !result.scores.empty() && result.scores.size() != filters;
                                }));
    if (isOther) {
        dropKept(tr("The files of the networks have changed since their filters were scored: run it again."));
        return;
    }
    opened_ = event;
    if (results_.empty()) {
        for (const auto& degradation : ran_->options.degradations) {
            results_.push_back({.degradation = degradation, .images = {}, .scores = {}});
        }
    }
    if (look_.filter && *look_.filter >= static_cast<std::size_t>(event.filters.size())) {
        select(std::nullopt);
    }
    emit resultsChanged();
    requestWeights();
    if (finishedImages_ > 0 && !ranked_) {
        rankTimer_.start();
    }
}

void FaigController::receive(const live::FaigImageReady& event) {
    if (event.setup != setupNumber_) {
        return;
    }
    if (!event.sha256.empty()) {
        if (event.image < imageHashes_.size() && imageHashes_[event.image] != event.sha256) {
            dropKept(tr("The file of an image has changed since its filters were scored: run it again."));
            return;
        }
        files_[event.image] = {event.sha256, event.warnings};
    }
    if (event.image == look_.image) {
        if (pictures_.image != event.image || pictures_.degradation != look_.degradation) {
            pictures_ = {};
        }
        pictures_.image = event.image;
        pictures_.degradation = look_.degradation;
        pictures_.images = event.images;
        emit picturesChanged();
    }
}

void FaigController::receive(const live::FaigProgressed& event) {
    if (event.setup == setupNumber_) {
        progress_ = event;
        emit progressChanged();
    }
}

void FaigController::receive(const live::FaigScored& event) {
    if (event.setup != setupNumber_ || event.image < psnrs_.size()) {
        return;
    }
    arrived_[event.image][event.degradation] = event;
    finishImages();
}

/// Takes over the scores of images that are finished in all degradations, in their order.
void FaigController::finishImages() {
    const auto degradations = ran_->options.degradations.size();
    bool any = false;
    for (auto at = arrived_.find(psnrs_.size()); at != arrived_.end() && at->second.size() == degradations;
         at = arrived_.find(psnrs_.size())) {
        const auto image = at->first;
        auto& psnrs = psnrs_.emplace_back();
        const auto count = static_cast<double>(psnrs_.size());
        for (const auto& [degradation, scored] : at->second) {
            auto& result = results_[degradation];
            auto scores = *scored.scores;
            // The mean so far; the scores of the image alone are not kept: there can be many images.
            result.scores.resize(scores.scores.size());
            std::ranges::transform(result.scores, scores.scores, result.scores.begin(),
                                   [count](double mean, double own) { return mean + (own - mean) / count; });
            scores.scores.clear();
            scores.scores.shrink_to_fit();
            seconds_ += scores.seconds;
            result.images.push_back({ran_->images[image].image.string(), std::move(scores)});
            result.psnrTarget += (scored.psnrTarget - result.psnrTarget) / count;
            result.psnrBaseline += (scored.psnrBaseline - result.psnrBaseline) / count;
            result.pixelIg.clear();  // of fewer images
            result.perLayer = scoresOfLayers(opened_->filters, result.scores);
            psnrs.emplace_back(scored.psnrTarget, scored.psnrBaseline);
        }
        arrived_.erase(at);
        any = true;
    }
    if (any) {
        finishedImages_ = static_cast<int>(psnrs_.size());
        rankTimer_.start();
        emit resultsChanged();
    }
}

void FaigController::receive(const live::FaigEnded& event) {
    if (event.setup != setupNumber_) {
        return;
    }
    const bool was = std::exchange(running_, false);
    if (!event.message.empty()) {
        remark_ = QString::fromStdString(event.message);
        session_.reportTrouble(remark_);
        if (!opened_) {  // nothing can be computed with it
            clearResults();
            ran_.reset();
            emit resultsChanged();
        }
    } else if (event.reason == live::EndReason::Cancelled) {
        remark_ = finishedImages_ > 0 ? tr("Stopped before its end: the images that were finished stay.")
                                      : tr("Stopped before the first image was finished.");
    }
    if (was) {
        saveResults();
        emit runChanged();
    }
    if (finishedImages_ > 0) {
        rankTimer_.start();  // the curves follow the ranking, of what is finished
    }
}

void FaigController::receive(const live::FaigPicture& event) {
    if (event.setup != setupNumber_) {
        return;
    }
    const bool isOther = pictures_.image != event.image || pictures_.degradation != event.degradation;
    const bool isNewest = event.number == pictureNumber_;
    // SR of target and baseline hold for every request of the same place: the job sends each only once.
    const bool isSeen = !isOther || (event.image == look_.image && event.degradation == look_.degradation);
    if (!isNewest && (event.of == live::FaigPicture::Of::Changed || !isSeen)) {
        return;
    }
    if (isOther) {
        const auto images = pictures_.image == event.image ? pictures_.images : nullptr;
        pictures_ = {};
        pictures_.image = event.image;
        pictures_.degradation = event.degradation;
        pictures_.images = images;
    }
    switch (event.of) {
        case live::FaigPicture::Of::Target:
            pictures_.target = event.sr;
            pictures_.psnrTarget = event.psnr;
            break;
        case live::FaigPicture::Of::Baseline:
            pictures_.baseline = event.sr;
            pictures_.psnrBaseline = event.psnr;
            break;
        case live::FaigPicture::Of::Changed:
            pictures_.change = event.change;
            if (event.whole) {
                pictures_.wholeChange = event.change;
                pictures_.changed = event.sr;
                pictures_.difference = event.difference;
                pictures_.psnrChanged = event.psnr;
                pictures_.part = nullptr;
                pictures_.partDifference = nullptr;
            } else {
                pictures_.part = event.sr;
                pictures_.partDifference = event.difference;
                pictures_.partPlace = event.place;
            }
            break;
    }
    emit picturesChanged();
    if (isNewest) {
        pictureAtWork_ = false;
        if (pictureWanted_) {
            sendPicture();
        }
    }
}

void FaigController::receive(const live::FaigPictureFailed& event) {
    if (event.setup != setupNumber_ || event.number != pictureNumber_) {
        return;
    }
    pictureAtWork_ = false;
    if (pictureWanted_) {
        sendPicture();
    }
    if (!event.message.empty() && opened_) {
        session_.reportTrouble(QString::fromStdString(event.message));
    }
}

void FaigController::receive(const live::FaigCurvePoint& event) {
    if (event.setup != setupNumber_ || event.number != curvesNumber_) {
        return;
    }
    auto& curve = curves_[event.curve];
    auto& count = curveCounts_[event.curve][event.percent];
    ++count;
    for (std::size_t degradation = 0; degradation < event.psnr.size(); ++degradation) {
        const auto take = [&](double& mean, double own) {
            mean = count == 1 ? own : mean + (own - mean) / static_cast<double>(count);
        };
        take(curve.psnr[degradation][event.percent], event.psnr[degradation]);
        take(curve.gradientMse[degradation][event.percent], event.gradientMse[degradation]);
    }
    curve.images = *std::ranges::min_element(curveCounts_[event.curve]);
    progress_.what.clear();
    emit curvesChanged();
}

void FaigController::receive(const live::FaigCurvesEnded& event) {
    if (event.setup != setupNumber_ || event.number != curvesNumber_) {
        return;
    }
    readingOut_ = false;
    if (!event.message.empty()) {
        session_.reportTrouble(QString::fromStdString(event.message));
    } else if (event.reason == live::EndReason::Cancelled && !ranked_) {
        remark_ = tr("Stopped before pixel IG was finished: run it again, or rank by something else.");
        emit runChanged();
    }
    emit curvesChanged();
}

void FaigController::receive(const live::FaigPixelIg& event) {
    if (event.setup != setupNumber_) {
        return;
    }
    if (event.images != psnrs_.size()) {
        return;  // more are finished by now
    }
    results_[event.degradation].pixelIg = *event.scores;
    if (state_.options.rank == FilterRule::PixelIg) {
        rankTimer_.start();
    }
}

void FaigController::receive(const live::FaigLayerWeights& event) {
    if (event.setup != setupNumber_) {
        return;
    }
    weights_.clear();
    weights_[event.layer] = event.weights;
    emit weightsChanged();
}

}  // namespace lamscope::ui
