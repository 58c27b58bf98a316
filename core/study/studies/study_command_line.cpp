// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_command_line.h"

#include "base/shell_word.h"
#include "study/command_words.h"

namespace lamscope {

std::filesystem::path descriptionBeside(const std::filesystem::path& store) {
    auto file = store;
    return file.replace_extension(".json");
}

std::filesystem::path storeBeside(const std::filesystem::path& description) {
    auto file = description;
    return file.replace_extension(".sqlite");
}

std::string studyCommandLine(const std::filesystem::path& store, bool maps, DeviceChoice device, int threads) {
    const auto description = descriptionBeside(store);
    CommandWords words("study run");
    words.add(shellWord(description.string()));
    if (storeBeside(description) != store) {
        words.add("--out", store.string());
    }
    if (maps) {
        words.add("--maps");
    }
    words.addMachine(device, threads);
    return words.line();
}

std::string studyReportLine(const std::filesystem::path& store, const std::filesystem::path& folder) {
    CommandWords words("study report");
    words.add(shellWord(store.string()));
    words.add("--out", folder.string());
    return words.line();
}

}  // namespace lamscope
