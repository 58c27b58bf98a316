// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/samples.h"

#include <algorithm>
#include <utility>

#include "image/image_file.h"
#include "session/queued_call.h"
#include "view/pyramid.h"

namespace lamscope::ui {

namespace {

Scene beginningOf(const ShippedScene& scene) {
    const auto& [x, y, size] = scene.patches.front().patch;
    return {.image = scene.hr, .boxes = {{.x = x, .y = y, .size = size}}};
}

}  // namespace

Samples::Samples(const WorkspaceHost& host, StartPage& page)
    : host_(host) {
    pool_.setMaxThreadCount(1);
    connect(&page, &StartPage::sampleChosen, this, [this](int index) { open(static_cast<std::size_t>(index)); });
    startOn(pool_, [this, &page] {
        std::vector<Sample> samples;
        std::vector<Opened> opened;
        try {
            read(samples, opened);
        } catch (const std::exception& error) {
            callQueued(this,
                       [this, text = QString::fromStdString(error.what())] { host_.session.reportTrouble(text); });
        }
        callQueued(this, [this, &page, samples, opened] {
            opened_ = opened;
            page.setSamples(samples);
        });
    });
}

void Samples::read(std::vector<Sample>& samples, std::vector<Opened>& opened) {
    const auto networks = shippedNetworks();
    for (const auto& scene : shippedScenes()) {
        samples.push_back({.title = QString::fromStdString(scene.title),
                           .description = QString::fromStdString(scene.description),
                           .thumbnail = toQImage(readImage(scene.hr).image)});
        opened.push_back({beginningOf(scene), networks});
    }
    for (const auto& restoration : shippedRestorations()) {
        const auto clean = readImage(restoration.scene.hr).image;
        const auto input = degrade(clean, /*scale=*/1, Reduction::Pillow, restoration.degradation, restoration.seed);
        samples.push_back({.title = QString::fromStdString(restoration.title),
                           .description = QString::fromStdString(restoration.description),
                           .thumbnail = toQImage(input.lr)});
        auto scene = beginningOf(restoration.scene);
        scene.degradation = restoration.degradation;
        scene.degradationSeed = restoration.seed;
        opened.push_back({std::move(scene), restoration.networks});
    }
}

void Samples::open(std::size_t index) {
    const auto& [scene, networks] = opened_.at(index);
    host_.openAt(scene);
    for (const auto& spec : networks) {
        const auto isSame = [&](const NetworkEntry& entry) { return entry.spec.file == spec.file; };
        if (std::ranges::none_of(host_.session.networks(), isSame)) {
            host_.session.addNetwork(spec);
        }
    }
}

}  // namespace lamscope::ui
