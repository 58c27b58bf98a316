// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/faig_results_file.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "scene/experiment_file.h"

namespace lamscope::ui {

namespace {

using FaigJson = nlohmann::ordered_json;

constexpr std::size_t mostKeptResults = 12;

FaigJson setupJson(const FaigSetup& setup) {
    Experiment experiment;
    experiment.scenes = setup.images;
    for (auto& scene : experiment.scenes) {
        scene.sha256.clear();  // known to some sessions only
    }
    experiment.networks = {{.spec = setup.baseline}, {.spec = setup.target}};
    setFaigOptions(experiment, setup.options);
    return jsonOf(experiment);
}

FaigJson imageJson(const FaigScores& scores) {
    FaigJson json{{"loss_target", scores.lossTarget},         {"loss_baseline", scores.lossBaseline},
                  {"attribution_sum", scores.attributionSum}, {"nodes", scores.nodes},
                  {"nonfinite", scores.nonfiniteGradients},   {"seconds", scores.seconds}};
    json["completeness_error"] = scores.completenessError ? FaigJson(*scores.completenessError) : FaigJson(nullptr);
    json["estimated_error"] = scores.estimatedError ? FaigJson(*scores.estimatedError) : FaigJson(nullptr);
    return json;
}

std::optional<double> numberOrNone(const FaigJson& json) {
    return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

FaigScores imageOf(const FaigJson& json) {
    FaigScores scores;
    scores.lossTarget = json.at("loss_target");
    scores.lossBaseline = json.at("loss_baseline");
    scores.attributionSum = json.at("attribution_sum");
    scores.nodes = json.at("nodes");
    scores.nonfiniteGradients = json.at("nonfinite");
    scores.seconds = json.at("seconds");
    scores.completenessError = numberOrNone(json.at("completeness_error"));
    scores.estimatedError = numberOrNone(json.at("estimated_error"));
    return scores;
}

/// JSON has no infinite PSNR.
FaigJson decibelJson(double value) {
    return std::isfinite(value) ? FaigJson(value) : FaigJson(nullptr);
}

double decibelOf(const FaigJson& json) {
    return json.is_null() ? std::numeric_limits<double>::infinity() : json.get<double>();
}

void removeOldest(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        if (entry.path().extension() == ".json") {
            files.emplace_back(entry.last_write_time(ignored), entry.path());
        }
    }
    std::ranges::sort(files, std::greater());
    for (std::size_t i = mostKeptResults; i < files.size(); ++i) {
        fs::remove(files[i].second, ignored);
    }
}

}  // namespace

std::filesystem::path faigResultsFile(const std::filesystem::path& folder, const FaigSetup& setup) {
    constexpr std::size_t digits = 24;
    return folder / (sha256OfText(setupJson(setup).dump()).substr(0, digits) + ".json");
}

void writeFaigResults(const SavedFaigResults& saved, const std::filesystem::path& folder) {
    FaigJson json;
    json["setup"] = setupJson(saved.setup);
    json["baseline"] = saved.baselineSha256;
    json["target"] = saved.targetSha256;
    json["images"] = saved.imageSha256;
    json["seconds"] = saved.seconds;
    json["psnr"] = FaigJson::array();
    for (const auto& image : saved.psnrs) {
        auto pairs = FaigJson::array();
        for (const auto& [target, baseline] : image) {
            pairs.push_back({decibelJson(target), decibelJson(baseline)});
        }
        json["psnr"].push_back(std::move(pairs));
    }
    json["degradations"] = FaigJson::array();
    for (const auto& result : saved.results) {
        auto images = FaigJson::array();
        for (const auto& [file, scores] : result.images) {
            images.push_back(imageJson(scores));
        }
        json["degradations"].push_back({{"psnr_target", decibelJson(result.psnrTarget)},
                                        {"psnr_baseline", decibelJson(result.psnrBaseline)},
                                        {"scores", result.scores},
                                        {"per_layer", result.perLayer},
                                        {"images", std::move(images)}});
    }
    const auto file = faigResultsFile(folder, saved.setup);
    StagedFiles files;
    files.makeFolder(folder);
    files.add(file, std::string_view(json.dump()));
    files.commit();
    removeOldest(folder);
}

SavedFaigResults readFaigResults(const std::filesystem::path& folder, const FaigSetup& setup) {
    const auto file = faigResultsFile(folder, setup);
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        throw Error(ErrorCode::BadFile, fmt::format("{} cannot be read", file.string()));
    }
    const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    try {
        const auto json = FaigJson::parse(text);
        if (json.at("setup") != setupJson(setup)) {
            throw Error(ErrorCode::BadFile, fmt::format("{} has the scores of another setup", file.string()));
        }
        SavedFaigResults saved{.setup = setup,
                               .baselineSha256 = json.at("baseline"),
                               .targetSha256 = json.at("target"),
                               .imageSha256 = json.at("images").get<std::vector<std::string>>(),
                               .results = {},
                               .psnrs = {},
                               .seconds = json.at("seconds")};
        for (const auto& image : json.at("psnr")) {
            auto& pairs = saved.psnrs.emplace_back();
            for (const auto& pair : image) {
                pairs.emplace_back(decibelOf(pair.at(0)), decibelOf(pair.at(1)));
            }
        }
        const auto& degradations = setup.options.degradations;
        const auto& listed = json.at("degradations");
        const auto isWhole = [&](const std::vector<std::pair<double, double>>& image) {
            return image.size() == degradations.size();
        };
        if (listed.size() != degradations.size() || saved.psnrs.size() > setup.images.size()
            || saved.imageSha256.size() != saved.psnrs.size() || !std::ranges::all_of(saved.psnrs, isWhole)) {
            throw Error(ErrorCode::BadFile, fmt::format("{} is damaged", file.string()));
        }
        for (std::size_t i = 0; i < degradations.size(); ++i) {
            FaigDegradationResult result;
            result.degradation = degradations[i];
            result.psnrTarget = decibelOf(listed[i].at("psnr_target"));
            result.psnrBaseline = decibelOf(listed[i].at("psnr_baseline"));
            result.scores = listed[i].at("scores").get<std::vector<double>>();
            result.perLayer = listed[i].at("per_layer").get<std::vector<double>>();
            for (const auto& image : listed[i].at("images")) {
                const auto place = result.images.size();
                if (place >= saved.psnrs.size()) {
                    throw Error(ErrorCode::BadFile, fmt::format("{} is damaged", file.string()));
                }
                result.images.push_back({setup.images[place].image.string(), imageOf(image)});
            }
            saved.results.push_back(std::move(result));
        }
        return saved;
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::BadFile, fmt::format("{} is damaged", file.string()));
    }
}

}  // namespace lamscope::ui
