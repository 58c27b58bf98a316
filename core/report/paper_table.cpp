// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/paper_table.h"

#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lamscope {

namespace {

std::string latexLine(const std::vector<std::string>& cells) {
    return fmt::format("{} \\\\\n", fmt::join(cells, " & "));
}

std::string markdownLine(const std::vector<std::string>& cells) {
    return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

}  // namespace

std::string latexText(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '\\':
                escaped += "\\textbackslash{}";
                break;
            case '~':
                escaped += "\\textasciitilde{}";
                break;
            case '^':
                escaped += "\\textasciicircum{}";
                break;
            case '[':
            case '*':
                // At the start of a row they would be arguments of the command before.
                escaped += fmt::format("{{{}}}", c);
                break;
            case '&':
            case '%':
            case '$':
            case '#':
            case '_':
            case '{':
            case '}':
                escaped += '\\';
                [[fallthrough]];
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string latexNumber(const std::string& digits) {
    return digits.starts_with('-') || digits.starts_with('+') ? fmt::format("${}$", digits) : digits;
}

std::string markdownText(const std::string& text) {
    constexpr std::string_view marks = "\\`*_{}[]<>|~#";
    std::string escaped;
    for (const char letter : text) {
        if (marks.find(letter) != std::string_view::npos) {
            escaped += '\\';
        }
        escaped += letter;
    }
    return escaped;
}

std::string markdownNumber(const std::string& digits) {
    return digits.starts_with('-') ? "−" + digits.substr(1) : digits;
}

std::string latexTable(const std::vector<PaperHeading>& headings, const std::vector<std::vector<std::string>>& rows) {
    std::string sides;
    std::vector<std::string> texts;
    for (const auto& heading : headings) {
        sides += heading.side == ColumnSide::Left ? 'l' : 'r';
        texts.push_back(heading.text);
    }
    auto table = fmt::format("\\begin{{tabular}}{{{}}}\n\\toprule\n{}\\midrule\n", sides, latexLine(texts));
    for (const auto& row : rows) {
        table += latexLine(row);
    }
    return table + "\\bottomrule\n\\end{tabular}\n";
}

std::string markdownTable(const std::vector<PaperHeading>& headings,
                          const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::string> texts;
    std::vector<std::string> rule;
    for (const auto& heading : headings) {
        texts.push_back(heading.text);
        rule.emplace_back(heading.side == ColumnSide::Left ? "---" : "---:");
    }
    auto table = markdownLine(texts) + markdownLine(rule);
    for (const auto& row : rows) {
        table += markdownLine(row);
    }
    return table;
}

}  // namespace lamscope
