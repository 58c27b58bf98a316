// SPDX-License-Identifier: GPL-3.0-or-later
// The runs of `srga` and `ddr` in steps, so that whoever computes can do something else in between.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/features/feature_grams.h"
#include "method/features/tap_survey.h"
#include "study/features/feature_run.h"

namespace lamscope {

/// Gram matrices that were computed before, by network, tap and the pixels of the patches. The oldest go when there are
/// too many. Not thread-safe.
class FeatureCache {
public:
    struct Entry {
        FeatureGram gram;
        std::optional<double> psnr{};  ///< of the patches' SR, dB
    };

    /// Null where there is none.
    [[nodiscard]] std::shared_ptr<const Entry> find(const std::string& key) const;
    void put(const std::string& key, Entry entry);

private:
    std::map<std::string, std::shared_ptr<const Entry>> entries_;
    std::deque<std::string> order_;  // the oldest first
    std::size_t bytes_ = 0;
};

/// How a run in steps goes about it.
struct FeatureStepSettings {
    /// Gives a network; unset: loadModel() on the device of the input.
    std::function<std::shared_ptr<const SrModel>(const ModelSpec&)> load{};
    /// A network that fails before the work begins is left out with a warning, too, unless it is the last one.
    bool skipsFailing = false;
    FeatureCache* cache = nullptr;  ///< must outlive the run; null: nothing is kept
};

class GramCollector;

/// What both runs have in common. Not thread-safe.
class FeatureSteps {
public:
    /// A network of the run.
    struct Network {
        std::size_t place = 0;  ///< among the networks of the input
        ModelSpec spec{};
        std::shared_ptr<const SrModel> model{};
        ModelCard card{};    ///< with a name that is unique in the run
        TapSurvey survey{};  ///< for patches of the run
    };

    FeatureSteps(const FeatureSteps&) = delete;
    FeatureSteps& operator=(const FeatureSteps&) = delete;
    virtual ~FeatureSteps();

    [[nodiscard]] bool finished() const { return phase_ == Phase::Finished; }
    /// Goes on for a while: loads a network, makes sets, or passes a batch of patches through a network.
    /// @return false when stopped: the next call goes on where it was.
    /// Throws as runSrga() and runDdr(); the run has failed then.
    bool next(const std::stop_token& stop, const FeatureRunCallback& progress = {});

    /// All networks are loaded and all sets made.
    [[nodiscard]] bool hasSets() const { return hasSets_; }
    /// Without those that were left out.
    [[nodiscard]] const std::vector<Network>& networks() const { return networks_; }
    [[nodiscard]] const std::shared_ptr<const PatchSets>& setsFor(const Network& network) const;

protected:
    FeatureSteps(FeatureRunInput input, int patches, int side, int seed, FeatureStepSettings settings);

    virtual void checkBeforeSets() = 0;
    virtual void checkSets() = 0;
    virtual void checkTaps(std::size_t index) = 0;  ///< of networks()[index], which was surveyed last
    virtual void checkAll() = 0;
    /// Works on networks()[index]. @return false when stopped.
    virtual bool workOn(std::size_t index, const std::stop_token& stop) = 0;
    [[nodiscard]] virtual bool isDone(std::size_t index) const = 0;
    /// Forgets what was begun of a network that is left out.
    virtual void leaveOut(std::size_t index) = 0;

    void checkOutputs(const std::vector<std::filesystem::path>& arrays) const;
    [[nodiscard]] const FeatureRunInput& input() const { return input_; }
    [[nodiscard]] const PatchSets& anySets() const { return *sets_.begin()->second; }
    [[nodiscard]] FeatureSource source() const;
    [[nodiscard]] std::unique_ptr<GramCollector> collector(const Network& network, std::vector<std::string> keys,
                                                           const std::vector<std::size_t>& sets, FeaturePooling pooling,
                                                           bool withPsnr) const;
    /// @param share  of the step. @param done  of the network's work.
    void report(std::size_t index, const std::string& step, double share, double done) const;

    std::vector<std::string> warnings_;

private:
    enum class Phase { Load, Sets, Survey, Work, Finished };  ///< where patches are cut, Survey before Sets

    void load();
    bool makeSets(const std::stop_token& stop);
    void survey();
    template <typename Step>
    bool guarded(std::size_t index, const Step& step);
    [[nodiscard]] int keyOf(const ModelCard& card) const;
    /// Of patches that are cut from images the size is known before there are any.
    [[nodiscard]] bool cutsPatches() const { return input_.source.folders.empty(); }

    FeatureRunInput input_;
    FeatureStepSettings settings_;
    Phase phase_ = Phase::Load;
    bool hasSets_ = false;
    std::size_t loaded_ = 0;    // networks of the input that were tried
    std::size_t surveyed_ = 0;  // of networks_
    std::size_t worked_ = 0;    // of networks_
    std::vector<Network> networks_;
    std::map<int, std::shared_ptr<const PatchSets>> sets_;  // by scale; of folders under 0
    std::map<int, std::vector<std::string>> hashes_;        // of the sets' pixels, where they are kept
    const FeatureRunCallback* progress_ = nullptr;          // within next()
};

/// SRGA of every network and candidate, network by network.
class SrgaSteps final : public FeatureSteps {
public:
    /// Throws Error(InvalidArgument) as checkSrgaOptions(), and without networks or candidates.
    SrgaSteps(const FeatureRunInput& input, const SrgaOptions& options, FeatureStepSettings settings = {});
    ~SrgaSteps() override;

    /// With the results of the networks that are done.
    [[nodiscard]] SrgaDocument document() const;
    /// The networks of the results, as indices of the input's.
    [[nodiscard]] const std::vector<std::size_t>& places() const { return places_; }

protected:
    void checkBeforeSets() override;
    void checkSets() override;
    void checkTaps(std::size_t index) override;
    void checkAll() override {}
    bool workOn(std::size_t index, const std::stop_token& stop) override;
    [[nodiscard]] bool isDone(std::size_t index) const override;
    void leaveOut(std::size_t index) override;

private:
    struct Work;

    SrgaDocument document_;
    std::vector<std::size_t> places_;
    std::vector<std::pair<std::string, bool>> taps_;  // of networks(): key, and whether its input is added
    std::unique_ptr<Work> work_;                      // of the network at work
};

/// What the taps of every network sort the classes by, network by network.
class DdrSteps final : public FeatureSteps {
public:
    /// Throws Error(InvalidArgument) as checkDdrOptions(), and for fewer than two classes.
    DdrSteps(const FeatureRunInput& input, const DdrOptions& options, FeatureStepSettings settings = {});
    ~DdrSteps() override;

    [[nodiscard]] DdrDocument document() const;
    [[nodiscard]] const std::vector<std::size_t>& places() const { return places_; }
    /// Sees t-SNE of the first start every 50 iterations: the place of the network among the input's, the tap, the
    /// points; must not throw.
    using Observer = std::function<void(std::size_t place, const std::string& tap, const Embedding& embedding)>;
    void observeTsne(Observer observer) { observer_ = std::move(observer); }

protected:
    void checkBeforeSets() override;
    void checkSets() override;
    void checkTaps(std::size_t index) override;
    void checkAll() override;
    bool workOn(std::size_t index, const std::stop_token& stop) override;
    [[nodiscard]] bool isDone(std::size_t index) const override;
    void leaveOut(std::size_t index) override;

private:
    struct Work;

    DdrDocument document_;
    std::vector<std::size_t> places_;
    std::vector<std::vector<ChosenTap>> taps_;  // of networks()
    std::unique_ptr<Work> work_;
    Observer observer_;
};

}  // namespace lamscope
