// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_networks.h"

#include <QGuiApplication>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <vector>

#include "panels/panel_colours.h"

namespace lamscope::ui {

NetworkId openNetwork(const Session& session, const ModelSpec& spec) {
    const auto isSame = [&spec](const NetworkEntry& entry) {
        return entry.spec.settings == spec.settings
               && (entry.spec.file == spec.file
                   || std::filesystem::absolute(entry.spec.file).lexically_normal()
                          == std::filesystem::absolute(spec.file).lexically_normal());
    };
    const auto& networks = session.networks();
    const auto found = std::ranges::find_if(networks, isSame);
    return found == networks.end() ? 0 : found->id;
}

std::map<std::string, NetworkSign> signsOf(const StudyController& study) {
    std::map<std::string, NetworkSign> signs;
    const auto& snapshot = study.snapshot();
    if (snapshot == nullptr) {
        return signs;
    }
    std::vector<std::string> names;
    std::ranges::transform(snapshot->networks, std::back_inserter(names), &NetworkNumbers::name);
    for (const auto& [name, place] : placesOfNetworks(snapshot->description.value_or(StudyDescription()), names)) {
        auto sign = networkSign(place);
        if (sign.colour == Qt::black && isDark(QGuiApplication::palette())) {
            sign.colour = Qt::white;
        }
        signs[name] = sign;
    }
    return signs;
}

}  // namespace lamscope::ui
