// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/batch_calibration.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "integrate/refinement.h"
#include "model/secant/secant_scope.h"
#include "model/sr_model_implementation.h"
#include "runtime/device.h"
#include "runtime/gradients.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr double calibrationSeconds = 1.5;
/// Larger batches hold more memory and react to a cancel later: a larger batch must be at least 3 % faster.
constexpr double worthwhileGain = 1.03;
constexpr double clearlySlower = 1.1;
constexpr int patchSide = 4;  // LR pixels

constexpr const char* measuredKey = "seconds_per_image";

/// The conditions for which a measurement holds. Image sizes count as equal if their pixel counts have the same power
/// of 2.
std::string keyOf(const SrModel::Implementation& model, GradientOf what, int width, int height, std::int64_t most) {
    const auto& card = model.card();
    const auto pixels = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
    auto where = model.device().str();
    if (card.container == "server") {  // which says itself on what it runs
        const auto device =
            std::ranges::find(card.hyperparameters, "device", &std::pair<std::string, std::string>::first);
        where = fmt::format("{}, {}", card.file, device != card.hyperparameters.end() ? device->second : "");
    }
    return fmt::format("{} {} x{}{} | 2^{} pixels, up to {} | {}, {} threads, {}, LibTorch {}", card.architecture,
                       card.sha256, card.scale, what == GradientOf::Cell ? " cells" : "", std::bit_width(pixels) - 1,
                       most, processorName(), computeThreads(), where, libtorchVersion());
}

/// Seconds for the gradients of a small patch in the middle of `images` images, computed as for a map.
double secondsOfGradients(const SrModel::Implementation& model, GradientOf what, int width, int height,
                          std::int64_t images) {
    const Rect patch{width / 2 - std::min(width, patchSide) / 2, height / 2 - std::min(height, patchSide) / 2,
                     std::min(width, patchSide), std::min(height, patchSide)};
    const auto inputOf = [&](std::int64_t count) {
        return model.toInput(torch::full({count, Image::channels, height, width}, 0.5)).requires_grad_(true);
    };
    SecantTape left;
    if (what == GradientOf::Cell) {
        const SecantScope scope(1, nullptr, left);
        static_cast<void>(model.begin(inputOf(1))->finish(patch));
    }
    const auto input = inputOf(images);
    const auto start = std::chrono::steady_clock::now();
    torch::Tensor values;
    {
        SecantTape own;
        std::optional<SecantScope> scope;
        if (what == GradientOf::Cell) {
            scope.emplace(images, &left, own);
        }
        values = model.begin(input)->finish(patch).sum();
    }
    // The sum is fetched, so that a GPU has done its work when the clock is read.
    static_cast<void>(gradientsOf({values}, {input}).front().sum().item<float>());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::vector<BatchTime> measureBatches(std::int64_t most, double budgetSeconds,
                                      const std::function<double(std::int64_t images)>& secondsFor) {
    std::vector<BatchTime> times;
    double spent = 0.0;
    double best = 0.0;  // seconds an image
    for (std::int64_t images = 1; images <= std::max<std::int64_t>(most, 1); images *= 2) {
        const auto count = static_cast<double>(images);
        if (images > 1 && spent + 2.0 * best * count > budgetSeconds) {
            break;
        }
        double seconds = 0.0;
        try {
            seconds = secondsFor(images);
            spent += seconds;
            if (spent + seconds <= budgetSeconds) {
                const double again = secondsFor(images);
                spent += again;
                seconds = std::min(seconds, again);
            }
        } catch (const std::exception& error) {
            if (images > 1 && isOutOfMemory(error)) {
                break;
            }
            throw;
        }
        times.push_back({images, seconds / count});
        best = images == 1 ? seconds : std::min(best, seconds / count);
        if (seconds / count > clearlySlower * best) {
            break;
        }
    }
    return times;
}

std::int64_t fastestBatch(const std::vector<BatchTime>& times) {
    const double best = std::ranges::min(times, {}, &BatchTime::secondsPerImage).secondsPerImage;
    return std::ranges::find_if(times,
                                [&](const BatchTime& time) { return time.secondsPerImage <= worthwhileGain * best; })
        ->images;
}

BatchCalibration::BatchCalibration(std::filesystem::path file)
    : file_(std::move(file)) {
    load();
}

std::int64_t BatchCalibration::imagesAtOnce(const SrModel::Implementation& model, GradientOf what, int width,
                                            int height, std::int64_t most) {
    if (most <= 1) {
        return 1;
    }
    latest_ = times(model, what, width, height, most);
    return std::min(fastestBatch(latest_), most);
}

const std::vector<BatchTime>& BatchCalibration::times(const SrModel::Implementation& model, GradientOf what, int width,
                                                      int height, std::int64_t most) {
    const auto key = keyOf(model, what, width, height, most);
    const bool isKept = model.card().container != "server" || !model.card().sha256.empty();
    auto& table = isKept ? known_ : ofThisRun_;
    if (const auto known = table.find(key); known != table.end()) {
        return known->second;
    }
    const auto secondsFor = [&](std::int64_t images) { return secondsOfGradients(model, what, width, height, images); };
    std::vector<BatchTime> measured;
    try {
        measured = measureBatches(most, calibrationSeconds, secondsFor);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throwGradientError(error);
    }
    const auto& times = table.emplace(key, std::move(measured)).first->second;
    if (isKept) {
        save();
    }
    return times;
}

std::filesystem::path BatchCalibration::defaultFile() {
    const auto folder = [](const char* variable) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
        const char* value = std::getenv(variable);
        return std::filesystem::path(value == nullptr ? "" : value);
    };
    auto caches = folder("XDG_CACHE_HOME");
    if (!caches.is_absolute()) {
        const auto home = folder("HOME");
        if (!home.is_absolute()) {
            return {};
        }
        caches = home / ".cache";
    }
    return caches / "lamscope" / "batches.json";
}

void BatchCalibration::load() {
    std::ifstream stream(file_);
    const auto json = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains(measuredKey) || !json[measuredKey].is_object()) {
        return;
    }
    for (const auto& [key, list] : json[measuredKey].items()) {
        std::vector<BatchTime> times;
        for (const auto& entry : list) {
            if (!entry.is_array() || entry.size() != 2 || !entry[0].is_number_integer() || !entry[1].is_number()
                || entry[0] < 1 || !(entry[1] > 0.0)) {
                times.clear();
                break;
            }
            times.push_back({entry[0].get<std::int64_t>(), entry[1].get<double>()});
        }
        if (!times.empty()) {
            known_.emplace(key, std::move(times));
        }
    }
}

void BatchCalibration::save() {
    if (file_.empty()) {
        return;
    }
    load();  // includes what other processes have measured since
    nlohmann::ordered_json json;
    for (const auto& [key, times] : known_) {
        auto& list = json[measuredKey][key] = nlohmann::ordered_json::array();
        for (const auto& time : times) {
            list.push_back({time.images, time.secondsPerImage});
        }
    }
    try {
        std::filesystem::create_directories(file_.parent_path());
        writeFileAtomically(file_, dumpJson(json));
    } catch (const std::exception&) {
        return;  // the file is a cache: without it the next run measures again
    }
}

}  // namespace lamscope
