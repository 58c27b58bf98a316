// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/results_table.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace lamscope::ui {

namespace {

/// With a true minus sign; an en dash where it is not defined.
std::string cell(const std::optional<double>& value, int decimals, bool withSign = false) {
    if (!value || !std::isfinite(*value)) {
        return "–";
    }
    auto text = withSign ? fmt::format("{:+.{}f}", *value, decimals) : fmt::format("{:.{}f}", *value, decimals);
    return text.starts_with('-') ? "−" + text.substr(1) : text;
}

/// A name in which nothing is taken for a mark of Markdown.
std::string plain(const std::string& name) {
    constexpr std::string_view marks = "\\`*_{}[]<>|~#";
    std::string text;
    for (const char letter : name) {
        if (marks.find(letter) != std::string_view::npos) {
            text += '\\';
        }
        text += letter;
    }
    return text;
}

std::string join(const std::vector<std::string>& parts) {
    return fmt::format("| {} |\n", fmt::join(parts, " | "));
}

}  // namespace

std::string toMarkdown(const LamDocument& document) {
    const bool withPsnr =
        std::ranges::any_of(document.results, [](const auto& named) { return named.result.psnrPatch.has_value(); });
    std::vector<std::string> heading{"Network", "DI", "95 % [px]",        "Radius [px]",
                                     "D(F(I))", "ΔD", "Completeness [%]", "Nodes"};
    std::vector<std::string> rule{"---"};
    rule.resize(heading.size(), "---:");
    if (withPsnr) {
        heading.emplace_back("PSNR [dB]");
        rule.emplace_back("---:");
    }
    auto text = join(heading) + join(rule);
    for (const auto& named : document.results) {
        const auto& result = named.result;
        auto percent = result.completenessError;
        if (percent) {
            *percent *= 100.0;
        }
        std::vector<std::string> row{plain(named.card.name),
                                     cell(result.diffusionIndex, 2),
                                     result.mass95Pixels ? std::to_string(*result.mass95Pixels) : cell({}, 0),
                                     cell(result.radiusPixels, 1),
                                     cell(result.detectorImage, 2),
                                     cell(result.detectorImage - result.detectorBaseline, 2),
                                     cell(percent, 2, true),
                                     std::to_string(result.nodes)};
        if (withPsnr) {
            row.push_back(cell(result.psnrPatch, 2));
        }
        text += join(row);
    }
    return text;
}

bool isTable(const std::filesystem::path& file) {
    const auto ending = file.extension();
    return ending == ".tex" || ending == ".csv" || ending == ".md";
}

std::string resultsTable(const std::filesystem::path& file, const std::vector<LamDocument>& documents) {
    const auto ending = file.extension();
    std::string text;
    for (const auto& document : documents) {
        if (ending == ".csv") {
            const auto table = toCsv(document);
            text += text.empty() ? table : table.substr(table.find('\n') + 1);
        } else {
            text += text.empty() ? "" : "\n";
            text += ending == ".tex" ? toLatex(document) : toMarkdown(document);
        }
    }
    return text;
}

}  // namespace lamscope::ui
