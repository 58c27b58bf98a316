// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/samples.h"

#include <algorithm>
#include <utility>

#include "image/image_file.h"
#include "session/queued_call.h"
#include "view/pyramid.h"

namespace lamscope::ui {

Samples::Samples(const WorkspaceHost& host, StartPage& page)
    : host_(host) {
    pool_.setMaxThreadCount(1);
    connect(&page, &StartPage::sampleChosen, this, [this](int index) { open(static_cast<std::size_t>(index)); });
    startOn(pool_, [this, &page] {
        std::vector<ShippedScene> scenes;
        std::vector<ModelSpec> networks;
        std::vector<Sample> samples;
        try {
            networks = shippedNetworks();
            for (auto& scene : shippedScenes()) {
                samples.push_back({.title = QString::fromStdString(scene.title),
                                   .description = QString::fromStdString(scene.description),
                                   .thumbnail = toQImage(readImage(scene.hr).image)});
                scenes.push_back(std::move(scene));
            }
        } catch (const std::exception& error) {
            callQueued(this,
                       [this, text = QString::fromStdString(error.what())] { host_.session.reportTrouble(text); });
        }
        callQueued(this, [this, &page, scenes, networks, samples] {
            scenes_ = scenes;
            networks_ = networks;
            page.setSamples(samples);
        });
    });
}

void Samples::open(std::size_t index) {
    const auto& scene = scenes_.at(index);
    const auto& [x, y, size] = scene.patches.front().patch;
    host_.openAt({.image = scene.hr, .boxes = {{.x = x, .y = y, .size = size}}});
    for (const auto& spec : networks_) {
        const auto isSame = [&](const NetworkEntry& entry) { return entry.spec.file == spec.file; };
        if (std::ranges::none_of(host_.session.networks(), isSame)) {
            host_.session.addNetwork(spec);
        }
    }
}

}  // namespace lamscope::ui
