// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_log.h"

#include <fstream>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

std::string line(const TrainingLogEntry& entry) {
    Json json{{"step", entry.step},
              {"loss", numberOrNull(entry.loss)},
              {"learning_rate", entry.learningRate},
              {"seconds", entry.seconds}};
    if (entry.psnr) {
        json["psnr"] = numberOrNull(entry.psnr);
    }
    return json.dump() + "\n";
}

}  // namespace

TrainingLog::TrainingLog(std::filesystem::path file, std::int64_t step, const std::string& about)
    : file_(std::move(file)) {
    std::string kept = about.empty() ? "" : Json{{"about", about}}.dump() + "\n";
    if (step > 0) {
        std::ifstream stream(file_);
        for (std::string text; std::getline(stream, text);) {
            const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
            if (json.is_object() && json.contains("about")) {
                continue;
            }
            if (!json.is_object() || !json.contains("step")) {
                break;  // a line that a kill cut short; it is later than the state
            }
            TrainingLogEntry entry{.step = json.at("step").get<std::int64_t>(),
                                   .loss = json.at("loss").is_number() ? json.at("loss").get<double>() : 0.0,
                                   .learningRate = json.value("learning_rate", 0.0),
                                   .seconds = json.value("seconds", 0.0),
                                   .psnr = std::nullopt};
            if (entry.step > step) {
                break;
            }
            if (const auto psnr = json.find("psnr"); psnr != json.end() && psnr->is_number()) {
                entry.psnr = psnr->get<double>();
            }
            kept += text + "\n";
            entries_.push_back(entry);
        }
    }
    writeFileAtomically(file_, kept);
}

void TrainingLog::append(const TrainingLogEntry& entry) {
    std::ofstream stream(file_, std::ios::app);
    if (!(stream << line(entry) << std::flush)) {
        throw Error(ErrorCode::WriteFailed,
                    fmt::format("{}: the log cannot be written; is the disk full?", file_.string()));
    }
    entries_.push_back(entry);
}

}  // namespace lamscope
