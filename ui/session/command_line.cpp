// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/command_line.h"

#include <QStringList>
#include <functional>
#include <map>
#include <utility>

#include "method/erf/erf_options.h"
#include "session/session_file.h"
#include "study/erf/erf_command_line.h"
#include "study/lam_command_line.h"

namespace lamscope::ui {

QString commandLine(const Session& session, DeviceChoice device, int threads) {
    if (!session.hasImage()) {
        return {};
    }
    const bool isField = session.view().layer == Layer::ErfHere;
    auto whole = snapshot(session);
    if (isField) {
        whole.scenes.resize(1);  // the open image alone
        setErfOptions(whole, {});
    }
    const auto networks = std::exchange(whole.networks, {});
    const bool hr = session.role() == ImageRole::Hr;
    std::map<int, Experiment, std::greater<>> experiments;  // by scale; with an HR image all share a patch
    for (std::size_t i = 0; i < networks.size(); ++i) {
        const auto& entry = session.networks()[i];
        if (!entry.shown || entry.state != NetworkEntry::State::Ready) {
            continue;
        }
        auto& experiment = experiments.try_emplace(hr ? 0 : entry.card.scale, whole).first->second;
        const auto [x, y, size] = session.patchFor(entry);
        experiment.scenes.front().boxes = {{x, y, size}};
        experiment.networks.push_back(networks[i]);
    }
    QStringList lines;
    for (const auto& [scale, experiment] : experiments) {
        lines << QString::fromStdString(isField ? erfCommandLine(experiment, device, threads)
                                                : lamCommandLine(experiment, device, threads));
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace lamscope::ui
