// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_networks.h"

#include <QGuiApplication>
#include <algorithm>
#include <filesystem>

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

std::map<std::string, NetworkSign> signsOf(const StudyController& study, const Session& session) {
    std::map<std::string, NetworkSign> signs;
    if (study.snapshot() == nullptr) {
        return signs;
    }
    const auto specs = shownNetworks(study.description().experiment);
    std::size_t others = specs.size();
    for (const auto& network : study.snapshot()->networks) {
        const auto spec = networkOf(study.description(), network.name);
        const auto place = spec ? std::ranges::find(specs, *spec) : specs.end();
        const auto index = place == specs.end() ? others++ : static_cast<std::size_t>(place - specs.begin());
        auto sign = networkSign(index);
        if (const auto id = spec ? openNetwork(session, *spec) : 0; id != 0) {
            sign.colour = session.network(id)->colour;
        }
        if (sign.colour == Qt::black && isDark(QGuiApplication::palette())) {
            sign.colour = Qt::white;
        }
        signs[network.name] = sign;
    }
    return signs;
}

}  // namespace lamscope::ui
