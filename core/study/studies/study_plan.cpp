// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_plan.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <numeric>
#include <queue>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_text.h"
#include "base/sha256.h"
#include "image/image_file.h"
#include "method/lam/di_map.h"
#include "method/lam/lam_experiment.h"
#include "model/checkpoint/model_files.h"
#include "model/remote/served_identity.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

/// Of the image whose time stands for all, where networks see whole images.
constexpr double statedPixels = 256.0 * 256.0;
/// Seconds for each byte of a network that was not timed: only the proportions matter.
constexpr double secondsPerByte = 1e-6;
constexpr double secondsWithoutFile = 0.05;

struct LpipsHash {
    const char* name;  ///< among the options
    std::filesystem::path LpipsFiles::*file;
};
constexpr std::array<LpipsHash, 2> allLpipsHashes{
    {{"network_sha256", &LpipsFiles::network}, {"linear_sha256", &LpipsFiles::linear}}};

std::string keyOf(const Json& json) {
    return sha256OfText(dumpJson(json));
}

bool dependsOnSize(const StudyDescription& description, const LamPlan& lam) {
    return description.patches.kind == PatchRule::Kind::Grid || lam.context == 0;
}

/// Nullopt when stopped.
std::optional<StudyImage> imageFrom(const Scene& scene, bool withSize, const std::stop_token& stop) {
    StudyImage image{.scene = scene};
    Json key{{"role", toString(scene.role)}, {"grid_scale", scene.gridScale}};
    try {
        const auto hash = sha256OfFiles({scene.image}, stop);
        if (!hash) {
            return std::nullopt;
        }
        key["sha256"] = image.scene.sha256 = *hash;
        if (!scene.reference.empty()) {
            const auto reference = sha256OfFiles({scene.reference}, stop);
            if (!reference) {
                return std::nullopt;
            }
            key["reference"] = image.referenceSha256 = *reference;
        }
        if (withSize && stop.stop_requested()) {
            return std::nullopt;
        }
        if (withSize) {
            const auto& sr = scene.reference.empty() ? scene.image : scene.reference;
            const auto read = readImage(sr, scene.reading).image;
            image.width = read.width();
            image.height = read.height();
        }
    } catch (const Error& error) {
        image.trouble = error.what();
        key["file"] = scene.image.string();  // stands for content that is not known
    }
    if (scene.role == ImageRole::Hr) {
        key["reduce"] = toString(scene.reduction);
    }
    if (!scene.degradation.isClean()) {  // keys of others stay as they were
        key["degradation"] = toString(scene.degradation);
        key["seed"] = scene.degradationSeed;
        key["stem"] = scene.image.stem().string();  // of which the random numbers depend
    }
    for (const auto& row : imageReadingTable) {
        key[row.name] = scene.reading.*row.member;
    }
    image.key = keyOf(key);
    return image;
}

/// Without its name. Nullopt when stopped.
std::optional<StudyNetwork> networkFrom(const ModelSpec& spec, const std::stop_token& stop) {
    StudyNetwork network{.spec = spec};
    Json key{{"scale", valueOrNull(spec.settings.scale)},
             {"range", valueOrNull(spec.settings.range)},
             {"weights", valueOrNull(spec.settings.weights)},
             {"arch", valueOrNull(spec.settings.architecture)},
             {"assumptions", spec.settings.assumptions}};
    if (spec.settings.colour) {  // absent from the keys of older studies
        key["colour"] = *spec.settings.colour;
    }
    if (spec.isAnalytic()) {
        key["built_in"] = spec.file.string();
    } else {
        try {
            std::optional<std::string> hash;
            if (spec.isRemote()) {
                if (const auto served = servedIdentity(spec, stop)) {
                    hash = served->sha256;
                    key["server"] = served->rules;
                }
            } else {
                hash = sha256OfFiles(modelFiles(spec.file), stop);
            }
            if (!hash) {
                return std::nullopt;
            }
            key["sha256"] = network.sha256 = *hash;
            if (hash->empty()) {  // a server without weights
                key["file"] = spec.withoutToken().file.string();
            }
        } catch (const Error& error) {
            network.trouble = error.what();
            key["file"] = spec.withoutToken().file.string();
        }
    }
    network.key = keyOf(key);
    return network;
}

/// Of the description's file, without tokens: a store is for others to read.
std::string publicText(StudyDescription description, const std::filesystem::path& folder) {
    description.experiment = withoutTokens(std::move(description.experiment));
    return toJson(description, folder);
}

double secondsPerMapOf(const StudyNetwork& network, const StudyDescription& description) {
    const auto measured = description.secondsPerMap.find(timeKeyOf(network));
    if (measured != description.secondsPerMap.end()) {
        return measured->second;
    }
    std::uintmax_t bytes = 0;
    std::error_code failed;
    if (const auto size = std::filesystem::file_size(network.spec.file, failed); !failed) {
        bytes = size;
    }
    return bytes > 0 ? secondsPerByte * static_cast<double>(bytes) : secondsWithoutFile;
}

/// Maps of the image, in units of the time that is stated for one.
double mapsOf(const StudyImage& image, const StudyDescription& description, const LamPlan& lam) {
    double maps = 1.0;
    if (description.patches.kind == PatchRule::Kind::List) {
        maps = static_cast<double>(image.scene.boxes.size());
    } else if (description.patches.kind == PatchRule::Kind::Grid) {
        const auto& rule = description.patches;
        const auto along = [&](int side) { return std::max((side - rule.size) / rule.stride + 1, 1); };
        maps = static_cast<double>(along(image.width)) * along(image.height);
    }
    if (lam.context == 0 && image.width > 0) {
        maps *= static_cast<double>(image.width) * image.height / statedPixels;
    }
    return maps;
}

}  // namespace

std::vector<std::string> namesInStudy(std::span<const ModelSpec> specs) {
    std::vector<ModelCard> cards(specs.size());
    std::vector<ModelCard*> named;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        cards[i].name = specs[i].displayName();
        named.push_back(&cards[i]);
    }
    makeNamesUnique(named);
    std::vector<std::string> names;
    std::ranges::transform(cards, std::back_inserter(names), &ModelCard::name);
    return names;
}

std::string timeKeyOf(const StudyNetwork& network) {
    return network.sha256.empty() ? network.name : network.sha256;
}

double statedSecondsPerMap(double seconds, const LamPlan& plan, int srWidth, int srHeight) {
    return plan.context == 0 ? seconds * statedPixels / (static_cast<double>(srWidth) * srHeight) : seconds;
}

StudyPlan planStudy(const StudyDescription& description, const std::filesystem::path& folder) {
    return *planStudy(description, folder, std::stop_token());
}

void checkReadable(const StudyPlan& plan) {
    const auto check = [](const auto& files, const char* what) {
        const bool none = std::ranges::none_of(files, [](const auto& file) { return file.trouble.empty(); });
        if (none && !files.empty()) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("none of the study's {} can be read ({}); open the description that belongs to "
                                    "them, or put them where it names them",
                                    what, files.front().trouble));
        }
    };
    check(plan.images, "images");
    check(plan.networks, "networks");
}

void checkShares(const StudyPlan& plan) {
    const auto refuse = [](const std::string& trouble) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}; machines that share a study must all read the same files, or they deal its tasks "
                                "differently: give this machine the file, or take it out of the description on all",
                                trouble));
    };
    for (const auto& image : plan.images) {
        if (!image.trouble.empty()) {
            refuse(image.trouble);
        }
    }
    for (const auto& network : plan.networks) {
        if (!network.trouble.empty()) {
            refuse(network.trouble);
        }
    }
}

StudyPlanning::StudyPlanning(const StudyDescription& description, const std::filesystem::path& folder)
    : plan_{.description = description, .descriptionText = publicText(description, folder), .folder = folder}
    , specs_(shownNetworks(description.experiment)) {
    checkDescription(description);
    plan_.lam = makePlan(lamOptionsOf(description.experiment));
    plan_.options = usedOptionsJson(plan_.lam);
    if (const auto other = plan_.lam.forNetwork(false); other.rule != plan_.lam.rule) {
        // Which networks are without secant rules shows when they are loaded.
        plan_.options["without_secant_rules"] = {{"rule", describe(other.rule)}, {"nodes", other.nodes}};
    }
    plan_.options["patches"] = jsonOf(description.patches);
    if (description.lpips) {
        plan_.options["lpips"] = {{"version", "0.1"}};
    }
    if (description.faithfulness) {
        plan_.options["faithfulness"] = optionsJson(faithfulnessOptionTable(), *description.faithfulness);
    }
}

bool StudyPlanning::hasLpipsHashes() const {
    return !plan_.description.lpips || lpipsHashes_ == allLpipsHashes.size();
}

bool StudyPlanning::finished() const {
    return hasLpipsHashes() && plan_.images.size() == plan_.description.experiment.scenes.size()
           && plan_.networks.size() == specs_.size();
}

bool StudyPlanning::next(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        return false;
    }
    const auto& scenes = plan_.description.experiment.scenes;
    if (!hasLpipsHashes()) {
        const auto& [name, file] = allLpipsHashes.at(lpipsHashes_);
        const auto hash = sha256OfFiles({(*plan_.description.lpips).*file}, stop);
        if (!hash) {
            return false;
        }
        plan_.options["lpips"][name] = *hash;
        ++lpipsHashes_;
    } else if (plan_.images.size() < scenes.size()) {
        auto image = imageFrom(scenes[plan_.images.size()], dependsOnSize(plan_.description, plan_.lam), stop);
        if (!image) {
            return false;
        }
        plan_.images.push_back(*std::move(image));
    } else if (plan_.networks.size() < specs_.size()) {
        auto network = networkFrom(specs_[plan_.networks.size()], stop);
        if (!network) {
            return false;
        }
        plan_.networks.push_back(*std::move(network));
    }
    return true;
}

StudyPlan StudyPlanning::take() {
    auto plan = std::move(plan_);
    plan.optionsKey = keyOf(plan.options);
    const auto& description = plan.description;
    const auto names = namesInStudy(specs_);
    for (std::size_t n = 0; n < names.size(); ++n) {
        plan.networks[n].name = names[n];
    }
    std::set<std::string> known;
    for (std::size_t i = 0; i < plan.images.size(); ++i) {
        const auto& image = plan.images[i];
        Json boxes = Json::array();
        if (description.patches.kind == PatchRule::Kind::List) {
            for (const auto& box : image.scene.boxes) {
                boxes.push_back({box.x, box.y, box.size});
            }
        }
        const double maps = mapsOf(image, description, plan.lam);
        for (std::size_t n = 0; n < plan.networks.size(); ++n) {
            const auto& network = plan.networks[n];
            StudyTask task{.image = i, .network = n};
            task.key = keyOf({{"image", image.key},
                              {"network", network.key},
                              {"options", plan.optionsKey},
                              {"boxes", boxes},
                              {"result_version", studyResultVersion}});
            task.cost = maps * secondsPerMapOf(network, description);
            if (known.insert(task.key).second) {
                plan.tasks.push_back(std::move(task));
            }
        }
    }
    return plan;
}

std::optional<StudyPlan> planStudy(const StudyDescription& description, const std::filesystem::path& folder,
                                   const std::stop_token& stop) {
    StudyPlanning planning(description, folder);
    while (!planning.finished()) {
        if (!planning.next(stop)) {
            return std::nullopt;
        }
    }
    return planning.take();
}

std::vector<std::size_t> dealTasks(std::span<const double> costs, std::size_t count) {
    std::vector<std::size_t> order(costs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t task) { return costs[task]; });
    using Load = std::pair<double, std::size_t>;  // seconds, machine: of equal loads the first machine
    std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
    for (std::size_t machine = 0; machine < count; ++machine) {
        loads.emplace(0.0, machine);
    }
    std::vector<std::size_t> machines(costs.size());
    for (const auto task : order) {
        const auto [seconds, machine] = loads.top();
        loads.pop();
        machines[task] = machine;
        loads.emplace(seconds + costs[task], machine);
    }
    return machines;
}

}  // namespace lamscope
