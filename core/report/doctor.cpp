// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/doctor.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "report/checkpoint_report.h"
#include "report/program_report.h"
#include "scene/document_blocks.h"
#include "scene/grid_words.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t keysShown = 10;

Json nearestJson(const std::optional<KeyDifference>& nearest) {
    if (!nearest) {
        return nullptr;
    }
    return {{"architecture", nearest->architecture},
            {"missing", nearest->missing},
            {"extra", nearest->extra},
            {"mismatched", nearest->mismatched}};
}

Json hyperparametersJson(const ModelCard& card) {
    auto json = Json::object();
    for (const auto& [name, value] : card.hyperparameters) {
        const bool number =
            !value.empty() && std::ranges::all_of(value, [](unsigned char c) { return c >= '0' && c <= '9'; });
        json[name] = number ? Json(std::stoll(value)) : Json(value);
    }
    return json;
}

const char* nameInDocuments(ModelCard::Colour colour) {
    switch (colour) {
        case ModelCard::Colour::Rgb:
            return "rgb";
        case ModelCard::Colour::Y:
            return "y";
        case ModelCard::Colour::Each:
            return "each";
    }
    return "";
}

/// What bicubic enlargement by the network's scale gives; nothing is enlarged at scale 1.
const char* agreementWith(const ModelCard& card) {
    return card.scale == 1 ? "input" : "bicubic";
}

Json receptiveFieldJson(const ReceptiveField& field) {
    if (field.global) {
        return "global";
    }
    return field.radius ? Json(*field.radius) : Json(nullptr);
}

std::string croppingInWords(const Cropping& cropping) {
    const auto parts = !cropping.multiple ? std::string("whole images only")
                       : *cropping.multiple == 1
                           ? std::string("parts of images too")
                           : fmt::format("parts of images too, at multiples of {}", *cropping.multiple);
    return cropping.evidence.empty() ? parts : fmt::format("{} ({})", parts, cropping.evidence);
}

/// The rules themselves where they are few: an exporter records hundreds.
std::string sizeRulesInWords(const SizeGuards& guards) {
    constexpr std::size_t most = 3;
    const auto rules = guards.texts.size() <= most ? fmt::format("{}", fmt::join(guards.texts, "; "))
                                                   : fmt::format("{} of the exporter's", guards.texts.size());
    return fmt::format("{}; {}x{} LR pixels satisfy them", rules, guards.example.first, guards.example.second);
}

void addKeys(std::string& text, std::string_view heading, const std::vector<std::string>& keys) {
    if (keys.empty()) {
        return;
    }
    text += fmt::format("  {} ({}):\n", heading, keys.size());
    for (std::size_t i = 0; i < std::min(keys.size(), keysShown); ++i) {
        text += fmt::format("    {}\n", keys[i]);
    }
    if (keys.size() > keysShown) {
        text += fmt::format("    … and {} more\n", keys.size() - keysShown);
    }
}

}  // namespace

Json jsonOf(const ModelReport& report) {
    const auto& card = report.card;
    const bool known = !card.architecture.empty();
    Json json;
    json["name"] = card.name;
    json["file"] = card.file;
    json["sha256"] = card.sha256;
    json["container"] = card.container;
    json["nesting"] = card.nesting;
    json["tensors"] = card.tensors;
    json["parameters"] = card.parameters;
    json["architecture"] = known ? Json(card.architecture) : Json(nullptr);
    json["hyperparameters"] = hyperparametersJson(card);
    json["assumed"] = card.assumed;
    json["scale"] = known ? Json(card.scale) : Json(nullptr);
    json["scales"] = card.scales;
    json["range"] = known ? Json(card.range) : Json(nullptr);
    json["range_evidence"] = card.rangeEvidence;
    json["mean"] = card.mean;
    json["colour"] = nameInDocuments(card.colour);
    json["side_inputs"] = sideInputsJson(card);
    json["size_multiple"] = card.sizeMultiple;
    json["minimum_side"] = card.minimumSide;
    json["fixed_size"] = card.fixedSize ? Json{card.fixedSize->first, card.fixedSize->second} : Json(nullptr);
    json["receptive_field"] = receptiveFieldJson(card.receptiveField);
    json["receptive_field_evidence"] = card.receptiveField.evidence;
    json["cropping_multiple"] = card.cropping.multiple ? Json(*card.cropping.multiple) : Json(nullptr);
    json["cropping_evidence"] = card.cropping.evidence;
    json["routing"] = card.routing.empty() ? Json(nullptr) : Json(card.routing);
    json["randomness"] = card.randomness.empty() ? Json(nullptr) : Json(card.randomness);
    json["bicubic_agreement_db"] = numberOrNull(card.bicubicAgreementDb);
    json["agreement_with"] = agreementWith(card);
    json["nonfinite_weights"] = card.nonfiniteWeights;
    json["nearest"] = nearestJson(report.nearest);
    json["warnings"] = card.warnings;
    if (report.program) {
        json["refusal"] = report.refusal.empty() ? Json(nullptr) : Json(report.refusal);
        json["size_rules"] = card.guards.texts;
        json["program"] = jsonOf(*report.program);
    }
    return json;
}

std::string toJson(const std::vector<ModelReport>& reports, const std::optional<CheckpointComparison>& comparison) {
    Json json;
    json["lamscope"] = programJson("cpu");
    json["results"] = Json::array();
    for (const auto& report : reports) {
        json["results"].push_back(jsonOf(report));
    }
    json["comparison"] = comparison ? jsonOf(*comparison) : Json(nullptr);
    return dumpJson(json);
}

std::string toText(const ModelReport& report) {
    const auto& card = report.card;
    auto text = fmt::format("{}\n", card.file.empty() ? card.name : card.file);
    const auto line = [&](std::string_view label, const std::string& value) {
        text += fmt::format("  {:<16}{}\n", label, value);
    };
    if (!report.refusal.empty()) {
        line("refused", report.refusal);
    } else if (card.architecture.empty()) {
        line("architecture", "unknown");
    } else {
        std::vector<std::string> settings;
        for (const auto& [name, value] : card.hyperparameters) {
            settings.push_back(fmt::format("{} {}", value, name));
        }
        line("architecture", settings.empty() ? card.architecture
                                              : fmt::format("{}, {}", card.architecture, fmt::join(settings, ", ")));
        if (!card.assumed.empty()) {
            line("assumed", fmt::format("{}", fmt::join(card.assumed, "; ")));
        }
        line("scale", card.scales.size() > 1
                          ? fmt::format("x{} (the file can do {})", card.scale, fmt::join(card.scales, ", "))
                          : fmt::format("x{}", card.scale));
        line("value range", fmt::format("[0, {}] ({})", card.range, card.rangeEvidence));
        if (!card.mean.empty()) {
            line("mean", fmt::format("{:.4f}", fmt::join(card.mean, ", ")));
        }
        if (card.colour == ModelCard::Colour::Y) {
            line("works on", "Y (luma); colours are enlarged bicubically, the attribution is that of Y");
        }
        if (card.colour == ModelCard::Colour::Each) {
            line("works on", "each colour by itself: the network takes one channel");
        }
        for (const auto& [name, value, unit, evidence] : card.sideInputs) {
            line("reads too", fmt::format("{} {}, {} ({})", name, value, unit, evidence));
        }
        const auto words = gridWords(card.scale);
        const auto& field = card.receptiveField;
        line("receptive field", fmt::format("{} ({})",
                                            field.global   ? "global"
                                            : field.radius ? fmt::format("±{} {} pixels", *field.radius, words.input)
                                                           : "unknown",
                                            field.evidence));
        if (!field.global) {
            line("evaluated on", croppingInWords(card.cropping));
        }
        if (!card.routing.empty()) {
            line("routes", card.routing + ": not continuous along a path, completeness says nothing about the nodes");
        }
        if (!card.randomness.empty()) {
            line("random", card.randomness);
        }
        if (card.fixedSize) {
            line("image size",
                 fmt::format("{}x{} {} pixels only", card.fixedSize->first, card.fixedSize->second, words.input));
        } else {
            line("smallest image",
                 fmt::format(
                     "{0}x{0} {1} pixels{2}", card.minimumSide, words.input,
                     card.sizeMultiple > 1 ? fmt::format(", padded to multiples of {}", card.sizeMultiple) : ""));
        }
        if (card.guards) {
            line("size rules", sizeRulesInWords(card.guards));
        }
        if (card.bicubicAgreementDb) {
            line(fmt::format("vs {}", agreementWith(card)),
                 fmt::format("{:.1f} dB on a smooth picture", *card.bicubicAgreementDb));
        }
    }
    line("parameters", fmt::format("{} in {} tensors", card.parameters, card.tensors));
    line("container", card.nesting.empty()
                          ? card.container
                          : fmt::format("{}, under {}", card.container, fmt::join(card.nesting, " > ")));
    if (card.nonfiniteWeights > 0) {
        line("damaged", fmt::format("{} NaN or infinite", card.nonfiniteWeights == 1
                                                              ? "1 weight is"
                                                              : fmt::format("{} weights are", card.nonfiniteWeights)));
    }
    if (!card.sha256.empty()) {
        line("sha256", card.sha256);
    }
    if (report.program) {
        text += toText(*report.program);
    }
    if (report.nearest) {
        text += fmt::format("  The closest network is {}. What differs:\n", report.nearest->architecture);
        addKeys(text, "missing from the file", report.nearest->missing);
        addKeys(text, "not known to the network", report.nearest->extra);
        addKeys(text, "of another shape", report.nearest->mismatched);
    }
    if (report.card.architecture.empty() && report.refusal.empty()) {
        text +=
            "  To use it here, export it as TorchScript, with packaging/export/lamscope_export.py beside your code:\n"
            "    from lamscope_export import export; export(net, \"net.pt\", scale=4, range=1.0)\n"
            "  What the arguments mean is in docs/your-network.md.\n";
    }
    for (const auto& warning : card.warnings) {
        text += fmt::format("  warning: {}\n", warning);
    }
    return text;
}

}  // namespace lamscope
