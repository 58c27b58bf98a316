// SPDX-License-Identifier: GPL-3.0-or-later
#include <QObject>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "figure/figure.h"
#include "figure/figure_grid.h"

namespace lamscope::ui {

namespace {

QString gradientsText(const FigureLayout& layout) {
    if (!layout.gradients) {
        return {};
    }
    return layout.normalisation == Normalisation::Shared
               ? QObject::tr(", below them the detector's gradient there (magnitude, all on one scale)")
               : QObject::tr(", below them the detector's gradient there (magnitude, each over its maximum)");
}

QString opening(const FigureLayout& layout) {
    switch (layout.kind) {
        case FigureKind::Paths:
            return QObject::tr(
                       "One patch under several baselines and path functions: path images%1; the detector "
                       "along the path, the path's speed, and the cumulative attribution with its target "
                       "(dashed).")
                .arg(gradientsText(layout));
        case FigureKind::Maps:
            return QObject::tr("Local attribution maps, ordered by diffusion index (DI).");
        case FigureKind::Networks:
            return QObject::tr(
                "SR patches, local attribution maps and diffusion indices (DI) of the patch in the box.");
        case FigureKind::Interest:
            return QObject::tr(
                "Areas of interest: the fewest LR pixels that carry 95 % of each map; red where more "
                "than half of the networks look, blue where some do.");
    }
    return {};
}

/// The name of the image, with the recipe that degraded it.
QString imageText(const Scene& scene) {
    const auto name = QString::fromStdString(scene.image.filename().string());
    return scene.degradation.isClean() ? name
                                       : QObject::tr("%1 degraded by %2 (seed %3)")
                                             .arg(name, QString::fromStdString(toString(scene.degradation)))
                                             .arg(scene.degradationSeed);
}

QString scenesText(const std::vector<LamDocument>& documents) {
    QStringList texts;
    for (const auto& document : documents) {
        const auto& result = document.results.front().result;
        const bool enlarges = document.results.front().card.scale > 1;
        const auto text = (enlarges ? QObject::tr("%1, patch of %2 × %2 SR pixels at (%3, %4), LR context %5 × %6")
                                    : QObject::tr("%1, patch of %2 × %2 pixels at (%3, %4), input context %5 × %6"))
                              .arg(imageText(document.scene()))
                              .arg(result.patch.size)
                              .arg(result.patch.x)
                              .arg(result.patch.y)
                              .arg(result.context.width)
                              .arg(result.context.height);
        if (!texts.contains(text)) {
            texts << text;
        }
    }
    return texts.join(QStringLiteral("; "));
}

QString pathText(const LamDocument& document) {
    const auto& options = document.plan.options;
    const auto sigma = QString::number(options.sigma);
    switch (options.path) {
        case PathKind::Blur:
            return QObject::tr("blur path from σ = %1").arg(sigma);
        case PathKind::Black:
            return QObject::tr("linear path from black");
        case PathKind::BlurredLinear:
            return QObject::tr("linear path from the image blurred with σ = %1").arg(sigma);
        case PathKind::Rain:
            return QObject::tr("linear path from the clean image");
    }
    return {};
}

std::vector<const LamResult*> resultsOf(const std::vector<LamDocument>& documents) {
    std::vector<const LamResult*> results;
    for (const auto& document : documents) {
        for (const auto& named : document.results) {
            results.push_back(&named.result);
        }
    }
    return results;
}

/// "27 nodes" or "27–81 nodes"; of the secant rule "16–36 cells (secant rule)"; both where networks differ.
QString nodesText(const std::vector<LamDocument>& documents) {
    QStringList parts;
    for (const bool cells : {false, true}) {
        auto results = resultsOf(documents);
        std::erase_if(results,
                      [cells](const auto* result) { return (result->rule == IntegrationRule::Secant) != cells; });
        if (results.empty()) {
            continue;
        }
        const auto [least, most] = std::ranges::minmax(results, {}, &LamResult::nodes);
        const auto number = least->nodes == most->nodes ? QString::number(least->nodes)
                                                        : QStringLiteral("%1–%2").arg(least->nodes).arg(most->nodes);
        parts << (cells ? QObject::tr("%1 cells (secant rule)") : QObject::tr("%1 nodes")).arg(number);
    }
    return parts.join(QObject::tr(" and "));
}

/// "completeness error at most 0.4 %", "completeness exact"; empty where it is not defined.
QString completenessText(const std::vector<LamDocument>& documents, const FigureLayout& layout) {
    std::optional<double> largest;
    bool isExact = true;
    for (const auto* result : resultsOf(documents)) {
        if (const auto& error = result->completenessError) {
            largest = std::max(largest.value_or(0.0), 100.0 * std::abs(*error));
            isExact = isExact && isExactSum(*result);
        }
    }
    if (!largest) {
        return {};
    }
    return isExact ? QObject::tr("; completeness exact")
                   : QObject::tr("; completeness error at most %1 %").arg(numberText(largest, layout));
}

}  // namespace

QString captionText(const std::vector<LamDocument>& documents, const FigureLayout& layout) {
    if (documents.empty() || documents.front().results.empty()) {
        return {};
    }
    const auto& first = documents.front();
    QStringList paths;
    for (const auto& document : documents) {
        if (!paths.contains(pathText(document))) {
            paths << pathText(document);
        }
    }
    QStringList names;
    for (const auto& named : first.results) {
        names << QStringLiteral("%1 (DI %2)")
                     .arg(networkLines(named, first, layout).front(), numberText(named.result.diffusionIndex, layout));
    }
    auto text = opening(layout) + u' ' + scenesText(documents) + QStringLiteral(". ");
    if (documents.size() == 1) {
        text += QObject::tr("Networks: %1. ").arg(names.join(QStringLiteral(", ")));
    }
    text += QObject::tr("Computed with the preset \"%1\": %2, %3, %4 detector")
                .arg(QString::fromStdString(std::string(toString(first.plan.options.preset))),
                     paths.join(QStringLiteral(", ")), nodesText(documents),
                     QString::fromStdString(std::string(toString(first.plan.options.detector))));
    text += completenessText(documents, layout) + QStringLiteral(".");
    if (const auto note = scalesNote(first); !note.empty()) {
        text += u' ' + QString::fromStdString(note) + u'.';
    }
    return text;
}

}  // namespace lamscope::ui
