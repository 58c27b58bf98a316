// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_options.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <numbers>
#include <numeric>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "training/key_pattern.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t largestTensor = 1LL << 28;
constexpr int largestCrop = 512;
constexpr int largestSide = 8192;

/// The fields of one JSON object. Each known field is asked for once; finish() refuses all others.
class Fields {
public:
    Fields(const Json& object, std::string where)
        : object_(object)
        , where_(std::move(where)) {
        if (!object.is_object()) {
            refuse("must be an object of named fields");
        }
    }

    template <typename Value>
    void read(const std::string& name, Value& value) {
        if (const auto* found = find(name)) {
            try {
                value = found->get<Value>();
            } catch (const nlohmann::json::exception&) {
                refuse(fmt::format("has '{}' of a wrong type: {}", name, found->dump()));
            }
        }
    }

    void whole(const std::string& name, std::int64_t& value, std::int64_t least, std::int64_t most) {
        if (const auto* found = find(name)) {
            if (!found->is_number_integer() || found->get<std::int64_t>() < least
                || found->get<std::int64_t>() > most) {
                refuse(fmt::format("has {} = {}; a whole number from {} to {} is expected", name, found->dump(), least,
                                   most));
            }
            value = found->get<std::int64_t>();
        }
    }

    void whole(const std::string& name, int& value, int least, int most) {
        std::int64_t wide = value;
        whole(name, wide, std::int64_t{least}, std::int64_t{most});
        value = static_cast<int>(wide);
    }

    void number(const std::string& name, double& value, double least, double most) {
        if (const auto* found = find(name)) {
            if (!found->is_number() || !(found->get<double>() >= least && found->get<double>() <= most)) {
                refuse(
                    fmt::format("has {} = {}; a number from {} to {} is expected", name, found->dump(), least, most));
            }
            value = found->get<double>();
        }
    }

    const Json* find(const std::string& name) {
        asked_.insert(name);
        const auto found = object_.find(name);
        return found == object_.end() ? nullptr : &*found;
    }

    void finish() const {
        for (const auto& [name, value] : object_.items()) {
            if (!asked_.contains(name)) {
                refuse(fmt::format("has the field '{}', which is not known; the known ones are {}", name,
                                   fmt::join(asked_, ", ")));
            }
        }
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} {}", where_, what));
    }

private:
    const Json& object_;
    std::string where_;
    std::set<std::string> asked_;
};

std::vector<std::int64_t> shapeOf(const Json& json, const Fields& fields, const std::string& key) {
    std::vector<std::int64_t> shape;
    std::int64_t values = 1;
    for (const auto& side : json.is_array() ? json : Json::array({"?"})) {
        if (!side.is_number_integer() || side.get<std::int64_t>() < 1 || side.get<std::int64_t>() > largestTensor) {
            fields.refuse(fmt::format("gives '{}' the shape {}; a list of sizes like [64, 3, 3, 3] is expected", key,
                                      json.dump()));
        }
        shape.push_back(side.get<std::int64_t>());
        values *= shape.back();
        if (values > largestTensor) {
            fields.refuse(fmt::format("gives '{}' the shape {}, which is too large", key, json.dump()));
        }
    }
    return shape;
}

/// The bound of the uniform numbers with which PyTorch's convolutions and linear layers start: 1/√(inputs of one
/// output).
double usualBound(const std::vector<std::int64_t>& shape) {
    const auto inputs = std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
    return 1.0 / std::sqrt(static_cast<double>(inputs));
}

InitialTensor uniform(std::string key, std::vector<std::int64_t> shape, double bound) {
    return {.key = std::move(key),
            .shape = std::move(shape),
            .fill = InitialTensor::Fill::Uniform,
            .amount = bound,
            .values = {}};
}

InitialTensor constant(std::string key, std::vector<std::int64_t> shape, double value) {
    return {.key = std::move(key),
            .shape = std::move(shape),
            .fill = InitialTensor::Fill::Constant,
            .amount = value,
            .values = {}};
}

/// "layers": prefix -> shape of the layer's weight. Each layer has a bias too. A shape of one side is a
/// normalisation's.
void addLayers(const Json& layers, const Fields& fields, std::vector<InitialTensor>& tensors) {
    for (const auto& [pattern, json] : layers.items()) {
        const auto shape = shapeOf(json, fields, pattern);
        for (const auto& prefix : expandKeys(pattern)) {
            if (shape.size() == 1) {
                tensors.push_back(constant(prefix + ".weight", shape, 1.0));
                tensors.push_back(constant(prefix + ".bias", shape, 0.0));
            } else {
                tensors.push_back(uniform(prefix + ".weight", shape, usualBound(shape)));
                tensors.push_back(uniform(prefix + ".bias", {shape[0]}, usualBound(shape)));
            }
        }
    }
}

InitialTensor describedTensor(const Json& json, const std::string& pattern) {
    using Fill = InitialTensor::Fill;
    Fields fields(json, fmt::format("the tensor '{}'", pattern));
    const auto* shape = fields.find("shape");
    if (shape == nullptr) {
        fields.refuse("has no 'shape'");
    }
    InitialTensor tensor;
    tensor.shape = shapeOf(*shape, fields, pattern);
    tensor.amount = tensor.shape.size() > 1 ? usualBound(tensor.shape) : 0.0;
    constexpr double large = 1e6;
    const auto chosen = [&](const std::string& name, Fill fill) {
        if (fields.find(name) != nullptr) {
            tensor.fill = fill;
            fields.number(name, tensor.amount, -large, large);
        }
    };
    chosen("uniform", Fill::Uniform);
    chosen("normal", Fill::Normal);
    chosen("value", Fill::Constant);
    if (fields.find("values") != nullptr) {
        tensor.fill = Fill::Values;
        fields.read("values", tensor.values);
        const auto count =
            std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1}, std::multiplies<>());
        if (count != static_cast<std::int64_t>(tensor.values.size())) {
            fields.refuse(fmt::format("has {} values for {} places", tensor.values.size(), count));
        }
    }
    std::string fill;
    fields.read("fill", fill);
    if (fill == "identity") {
        tensor.fill = Fill::Identity;
    } else if (fill == "window_positions") {
        tensor.fill = Fill::WindowPositions;
    } else if (fill == "window_mask") {
        tensor.fill = Fill::WindowMask;
    } else if (!fill.empty()) {
        fields.refuse(fmt::format("has fill = '{}'; identity, window_positions or window_mask is expected", fill));
    }
    fields.finish();
    return tensor;
}

/// "tensors": key -> shape, or an object with the shape and the filling.
void addTensors(const Json& described, const Fields& fields, std::vector<InitialTensor>& tensors) {
    for (const auto& [pattern, json] : described.items()) {
        InitialTensor tensor;
        if (json.is_array()) {
            const auto shape = shapeOf(json, fields, pattern);
            tensor = uniform("", shape, shape.size() > 1 ? usualBound(shape) : 0.0);
        } else {
            tensor = describedTensor(json, pattern);
        }
        for (const auto& key : expandKeys(pattern)) {
            tensor.key = key;
            tensors.push_back(tensor);
        }
    }
}

void readNetwork(const Json& json, const std::filesystem::path& origin, TrainingOptions& options) {
    Fields fields(json, fmt::format("{}: 'network'", origin.string()));
    if (fields.find("arch") != nullptr) {
        options.architecture.emplace();
        fields.read("arch", *options.architecture);
    }
    fields.whole("scale", options.scale, 1, 8);
    if (fields.find("range") != nullptr) {
        options.range = 1.0;
        constexpr double largestRange = 65535.0;
        fields.number("range", *options.range, 1e-3, largestRange);
    }
    std::string weights;
    fields.read("weights", weights);
    const auto* layers = fields.find("layers");
    const auto* tensors = fields.find("tensors");
    fields.finish();
    if (!weights.empty()) {
        if (layers != nullptr || tensors != nullptr) {
            fields.refuse("has 'weights' to start from and also 'layers' or 'tensors'; remove one of the two");
        }
        options.initialWeights = origin.parent_path() / weights;
        return;
    }
    if (layers != nullptr) {
        addLayers(*layers, fields, options.tensors);
    }
    if (tensors != nullptr) {
        addTensors(*tensors, fields, options.tensors);
    }
    if (options.tensors.empty()) {
        fields.refuse("needs 'layers' or 'tensors' to begin with, or 'weights' to start from");
    }
    std::set<std::string> keys;
    for (const auto& tensor : options.tensors) {
        if (!keys.insert(tensor.key).second) {
            fields.refuse(fmt::format("describes the tensor '{}' twice", tensor.key));
        }
    }
}

/// A recipe, NAME=RECIPE too, whose files of rain ranges start at the description's folder, as those of weights do.
std::string besideDescription(const std::string& recipe, const std::filesystem::path& origin) {
    constexpr std::string_view rain = "rain:";
    const auto step = recipe.find(rain);
    const auto begin = step + rain.size();
    const auto file = step == std::string::npos ? "" : recipe.substr(begin, recipe.find_first_of(":+", begin) - begin);
    if (!file.ends_with(".json")) {
        return recipe;
    }
    return recipe.substr(0, begin) + (origin.parent_path() / file).string() + recipe.substr(begin + file.size());
}

/// Takes off again what besideDescription() added: documents name the file as the description does.
void nameAsDescribed(Degradation& degradation, const std::filesystem::path& origin) {
    const auto folder = (origin.parent_path() / "").string();
    if (degradation.rain && degradation.rain->range.name.starts_with(folder)) {
        degradation.rain->range.name.erase(0, folder.size());
    }
}

/// "degrade": recipes, each alone or as an object with its probability. Recipes without a probability share what is
/// left; without any of those, what is left is clean.
std::vector<SampleDegradation> readDegradations(const Json& json, const Fields& fields,
                                                const std::filesystem::path& origin) {
    if (!json.is_array() || json.empty()) {
        fields.refuse(fmt::format(R"(has degrade = {}; a list of recipes is expected, such as )"
                                  R"(["clean", {{"recipe": "blur:2", "probability": 0.5}}])",
                                  json.dump()));
    }
    std::vector<SampleDegradation> degradations;
    std::vector<std::size_t> sharing;
    double left = 1.0;
    for (const auto& entry : json) {
        std::string recipe;
        SampleDegradation sample;
        if (entry.is_string()) {
            recipe = entry.get<std::string>();
            sharing.push_back(degradations.size());
        } else {
            Fields described(entry, fmt::format("the entry {} of 'degrade'", entry.dump()));
            described.read("recipe", recipe);
            described.number("probability", sample.probability, 0.0, 1.0);
            described.finish();
            if (entry.contains("probability")) {
                left -= sample.probability;
            } else {
                sharing.push_back(degradations.size());
            }
        }
        sample.degradation = degradationFromString(besideDescription(recipe, origin));
        nameAsDescribed(sample.degradation, origin);
        degradations.push_back(std::move(sample));
    }
    constexpr double rounding = 1e-9;  // of a sum of decimal fractions
    if (left < -rounding || (left < rounding && !sharing.empty())) {
        fields.refuse(fmt::format("has degrade with probabilities of {} in all{}; they sum to at most 1", 1.0 - left,
                                  sharing.empty() ? "" : " and recipes without one, for which nothing is left"));
    }
    for (const auto index : sharing) {
        degradations[index].probability = left / static_cast<double>(sharing.size());
    }
    if (sharing.empty() && left > rounding) {
        degradations.push_back({.degradation = {}, .probability = left});
    }
    return degradations;
}

void readImages(const Json& json, const std::filesystem::path& origin, TrainingOptions& options) {
    Fields fields(json, fmt::format("{}: 'images'", origin.string()));
    std::string reduction(toString(options.reduction));
    fields.read("reduce", reduction);
    options.reduction = reductionFromString(reduction);
    if (const auto* degrade = fields.find("degrade")) {
        options.degradations = readDegradations(*degrade, fields, origin);
    }
    constexpr int largestBatch = 4096;
    constexpr int mostImages = 1'000'000;
    constexpr int mostValidationImages = 10'000;
    constexpr int mostRainLayers = 10'000;
    fields.whole("crop", options.crop, 8, largestCrop);
    fields.whole("batch", options.batch, 1, largestBatch);
    fields.whole("validation", options.validationImages, 0, mostValidationImages);
    fields.whole("backgrounds", options.backgrounds, 1, mostImages);
    fields.whole("background_crop", options.backgroundCrop, options.crop * options.scale, largestSide);
    fields.whole("rain_layers", options.rainLayers, 1, mostRainLayers);
    const bool rains = std::ranges::any_of(
        options.degradations, [](const SampleDegradation& sample) { return sample.degradation.rain.has_value(); });
    if (fields.find("rain_layers") != nullptr && !rains) {
        fields.refuse(
            "has rain_layers, but no recipe of 'degrade' has rain; add one such as \"rain:small\", or remove "
            "rain_layers");
    }
    fields.finish();
}

/// "evaluate": what is measured on the validation images when the training is done.
void readEvaluation(const Json& json, const std::filesystem::path& origin, TrainingOptions& options) {
    Fields fields(json, fmt::format("{}: 'evaluate'", origin.string()));
    std::vector<std::string> texts;
    fields.read("degrade", texts);
    if (texts.empty()) {
        fields.refuse(R"(needs 'degrade', a list of named recipes such as ["seen=rain:small", "unseen=rain:large"])");
    }
    for (auto& text : texts) {
        text = besideDescription(text, origin);
    }
    options.evaluations = namedDegradations(texts);
    for (auto& [name, degradation] : options.evaluations) {
        nameAsDescribed(degradation, origin);
    }
    if (options.scale != 1) {
        fields.refuse(
            fmt::format("measures restoration, and the network has the scale {}; it needs the scale 1", options.scale));
    }
    if (options.validationImages == 0) {
        fields.refuse("needs images that are kept out of training; images.validation is 0");
    }
    constexpr int leastSide = 16;
    fields.whole("crop", options.evaluationCrop, leastSide, largestSide);
    fields.finish();
}

void readRun(Fields& fields, TrainingOptions& options) {
    constexpr std::int64_t mostSteps = 1'000'000'000;
    fields.whole("steps", options.steps, 1, mostSteps);
    if (options.steps == 0) {
        fields.refuse("has no 'steps'");
    }
    fields.number("learning_rate", options.learningRate, 0.0, 1.0);
    fields.number("final_learning_rate", options.finalLearningRate, 0.0, options.learningRate);
    std::string schedule = "cosine";
    fields.read("schedule", schedule);
    options.schedule = schedule == "step" ? Schedule::Step : Schedule::Cosine;
    if (schedule != "cosine" && schedule != "step") {
        fields.refuse(fmt::format("has schedule = '{}'; cosine or step is expected", schedule));
    }
    fields.whole("halve_every", options.halveEvery, 1, mostSteps);
    if ((options.schedule == Schedule::Step) != (options.halveEvery > 0)) {
        fields.refuse("needs 'halve_every' with the schedule 'step', and only with that schedule");
    }
    fields.whole("warm_up", options.warmUp, 0, options.steps);
    fields.number("average_decay", options.averageDecay, 0.0, 1.0);
    std::string precision = "float32";
    fields.read("precision", precision);
    options.precision = precision == "bfloat16" ? TrainingPrecision::BFloat16 : TrainingPrecision::Float32;
    if (precision != "float32" && precision != "bfloat16") {
        fields.refuse(fmt::format("has precision = '{}'; float32 or bfloat16 is expected", precision));
    }
    std::int64_t seed = 0;
    fields.whole("seed", seed, 0, std::numeric_limits<std::int64_t>::max());
    options.seed = static_cast<std::uint64_t>(seed);
    fields.whole("report_every", options.reportEvery, 1, mostSteps);
    fields.whole("validate_every", options.validateEvery, 1, mostSteps);
    if (options.validateEvery % options.reportEvery != 0) {
        fields.refuse(fmt::format("validates every {} steps, which is no multiple of report_every = {}",
                                  options.validateEvery, options.reportEvery));
    }
}

}  // namespace

TrainingOptions readTrainingOptions(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::stringstream text;
    if (std::filesystem::is_directory(file) || !(text << stream.rdbuf())) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: the description of a training cannot be read; is the path right?", file.string()));
    }
    return parseTrainingOptions(text.str(), file);
}

TrainingOptions parseTrainingOptions(const std::string& text, const std::filesystem::path& origin) {
    Json json;
    try {
        json = Json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: this is not JSON: {}", origin.string(), error.what()));
    }
    TrainingOptions options;
    options.json = json.dump();
    Fields fields(json, origin.string() + ":");
    fields.read("name", options.name);
    if (options.name.empty() || options.name.find('/') != std::string::npos) {
        fields.refuse("needs a 'name' without a slash: the weights are written to NAME.safetensors");
    }
    const auto* network = fields.find("network");
    if (network == nullptr) {
        fields.refuse("has no 'network'");
    }
    readNetwork(*network, origin, options);
    if (const auto* images = fields.find("images")) {
        readImages(*images, origin, options);
    }
    if (const auto* evaluation = fields.find("evaluate")) {
        readEvaluation(*evaluation, origin, options);
    }
    readRun(fields, options);
    fields.read("licence", options.licence);
    fields.read("about", options.about);
    fields.finish();
    return options;
}

bool trainTheSame(const std::string& json, const std::string& otherJson) {
    const auto essence = [](const std::string& text) {
        auto parsed = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
        if (parsed.is_object()) {
            parsed.erase("licence");
            parsed.erase("about");
            parsed.erase("evaluate");
        }
        return parsed;
    };
    return essence(json) == essence(otherJson);
}

double learningRateAt(const TrainingOptions& options, std::int64_t step) {
    const double rising =
        step < options.warmUp ? static_cast<double>(step + 1) / static_cast<double>(options.warmUp) : 1.0;
    if (options.schedule == Schedule::Step) {
        const std::int64_t halvings = step / options.halveEvery;
        return rising
               * std::max(options.learningRate * std::pow(0.5, static_cast<double>(halvings)),
                          options.finalLearningRate);
    }
    const double done = static_cast<double>(step) / static_cast<double>(options.steps);
    const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * done));
    return rising * (options.finalLearningRate + (options.learningRate - options.finalLearningRate) * cosine);
}

}  // namespace lamscope
