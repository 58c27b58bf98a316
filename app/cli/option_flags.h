// SPDX-License-Identifier: GPL-3.0-or-later
// Flags from tables: of a method's options, and of how images are read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/option_table.h"
#include "image/image_reading.h"
#include "image/low_resolution.h"
#include "program.h"

namespace lamscope::cli {

/// Adds a flag for each row of imageReadingTable. @param reading must outlive the command.
inline void addReadingFlags(CLI::App& command, ImageReading& reading) {
    for (const auto& row : imageReadingTable) {
        command.add_flag(fmt::format("--{}", row.name), reading.*row.member, row.help);
    }
}

/// Adds --reduce, the rule by which HR images become LR images. @param reduce  its name; must outlive the command.
inline void addReduceFlag(CLI::App& command, std::string& reduce) {
    command.add_option("--reduce", reduce, fmt::format("whose rule reduces HR images: {}", reductionNames()))
        ->capture_default_str();
}

/// What follows the flag of each row of a table; unset where the flag was not given.
using OptionTexts = std::vector<std::optional<std::string>>;

/// What --help says of the text that follows a flag.
inline std::string typeNameOf(const OptionDescription& option) {
    if (*option.zeroWord != '\0') {
        return fmt::format("N|{}", option.zeroWord);
    }
    switch (option.type) {
        case OptionType::Choice:
            return "TEXT";
        case OptionType::Whole:
            return "INT";
        case OptionType::Number:
            return "FLOAT";
    }
    return {};
}

/// Adds a flag for each row. @param texts one a row; must outlive the command.
template <typename Options>
void addOptionFlags(CLI::App& command, const std::vector<OptionRow<Options>>& rows, OptionTexts& texts) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto* option = command.add_option(fmt::format("--{}", rows[i].name), texts[i], optionHelp(rows[i]));
        option->type_name(typeNameOf(rows[i]));
        if (!rows[i].mayBeUnset) {
            option->default_str(optionText(rows[i], rows[i].get({})));
        }
    }
}

/// The options that the texts give; those that were not given have their defaults. Throws UsageError that names the
/// flag.
template <typename Options>
[[nodiscard]] Options optionsOfFlags(const std::vector<OptionRow<Options>>& rows, const OptionTexts& texts) {
    Options options;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        try {
            if (texts[i]) {
                rows[i].set(options, optionValueOf(rows[i], *texts[i]));
            }
        } catch (const Error& error) {
            throw UsageError(fmt::format("--{}: {}", rows[i].name, error.what()));
        }
    }
    return options;
}

}  // namespace lamscope::cli
