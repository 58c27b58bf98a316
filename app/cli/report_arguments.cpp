// SPDX-License-Identifier: GPL-3.0-or-later
#include "report_arguments.h"

#include <cstddef>
#include <span>
#include <strings.h>

#include <fmt/format.h>

#include "console.h"
#include "image/image_file.h"
#include "program.h"

namespace lamscope::cli {

void ReportArguments::check() const {
    for (const std::filesystem::path file : figures) {
        if (strcasecmp(file.extension().c_str(), ".png") != 0) {
            throw UsageError(fmt::format("--figure: '{}' must end in .png", file.string()));
        }
    }
}

std::vector<std::filesystem::path> ReportArguments::files() const {
    std::vector<std::filesystem::path> all(figures.begin(), figures.end());
    all.emplace_back(json);
    all.emplace_back(csv);
    return all;
}

void ReportArguments::addTo(StagedFiles& staged, const std::function<Image()>& picture,
                            const std::function<std::string()>& csvText,
                            const std::function<std::string()>& jsonText) const {
    if (!figures.empty()) {
        const auto png = encodePng(picture());
        for (const auto& file : figures) {
            staged.add(file, std::span<const std::byte>(png));
        }
    }
    if (!csv.empty()) {
        staged.add(csv, csvText());
    }
    if (!json.empty()) {
        giveJson(staged, json, jsonText());
    }
}

}  // namespace lamscope::cli
