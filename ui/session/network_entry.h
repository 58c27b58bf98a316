// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>
#include <memory>
#include <string>
#include <vector>

#include "live/live_events.h"
#include "live/live_input.h"
#include "method/erf/erf_measurement.h"
#include "method/lam/di_map.h"
#include "method/lam/lam.h"
#include "method/restoration/derain_document.h"
#include "model/model_card.h"
#include "model/model_spec.h"

namespace lamscope::ui {

/// A network's effective receptive field at the box.
struct FieldHere {
    std::shared_ptr<const ErfResult> result{};  ///< null before the first
    Rect place{};                               ///< of its map, LR pixels
    bool stale = false;                         ///< `result` belongs to an older box: never to be shown as current
    QString trouble{};                          ///< why there is none; empty if all is well
};

/// What a network of scale 1 removes of the degradation, and what it spoils, over the whole image.
struct Restoration {
    std::shared_ptr<const DerainImage> image{};  ///< null before the first
    InputIdentity input{};                       ///< of `image` and `trouble`: to be compared with that of the session
    std::vector<std::string> warnings{};
    QString trouble{};   ///< why there is none; empty if all is well
    bool stale = false;  ///< `image` is of another input than the session's
};

/// One network of the session as the window shows it. Results are shared and never change; a newer one replaces them.
struct NetworkEntry {
    enum class State {
        Loading,
        Ready,
        Failed,  ///< the file could not be read or fits no network; `message` says why
    };

    NetworkId id = 0;
    ModelSpec spec;
    QColor colour;      ///< its curves and markers everywhere
    bool shown = true;  ///< has a pane, curves and a row in the table; hidden networks are not computed
    State state = State::Loading;
    bool held = false;  ///< Failed, and not tried before the user says so: see Session::addNetwork()
    QString message;    ///< why it failed, or why its latest map could not be computed; empty if all is well
    ModelCard card;     ///< filled when Ready; before, only `name`

    std::shared_ptr<const Image> lr;    ///< its whole input; null until known
    std::shared_ptr<const Image> sr;    ///< its whole output, neither clamped nor rounded; null until known
    std::vector<live::SrPart> srParts;  ///< what is known of `sr` while it is null
    std::shared_ptr<const Image> hr;    ///< the reference of `sr`; null where it is not known
    std::shared_ptr<const Image> rain;  ///< that a degradation added to the input; null without

    std::shared_ptr<const LamResult> result;  ///< the latest map; null before the first
    bool stale = false;           ///< `result` belongs to an older box or older options: never to be shown as current
    bool finished = false;        ///< `result` is as exact as the options ask for
    double latencySeconds = 0.0;  ///< from the request to `result`

    std::shared_ptr<const DiMap> diMap;  ///< of the options of now, as far as it has come; null before its first cells
    bool diMapFinished = false;
    QString diMapTrouble;  ///< why there is none; empty if all is well

    FieldHere field;

    Restoration restoration;

    /// Forgets its images and what was computed of them.
    void dropInput() {
        lr = nullptr;
        sr = nullptr;
        srParts.clear();
        hr = nullptr;
        rain = nullptr;
        result = nullptr;
        restoration = {};
    }

    [[nodiscard]] QString name() const { return QString::fromStdString(card.name); }
    /// The result when it belongs to the box and options of now, otherwise null.
    [[nodiscard]] const LamResult* currentResult() const { return stale ? nullptr : result.get(); }
};

}  // namespace lamscope::ui
