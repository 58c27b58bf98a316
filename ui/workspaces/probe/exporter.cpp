// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/exporter.h"

#include <QImage>
#include <QStringList>
#include <span>
#include <utility>
#include <vector>

#include "figure/figure_file.h"
#include "panels/results_document.h"
#include "report/lam_json.h"
#include "report/result_tables.h"
#include "scene/document_blocks.h"
#include "view/layers.h"

namespace lamscope::ui {

namespace {

/// A layer of a map alone, each LR pixel as large as its SR pixels.
QImage layerPicture(const LamResult& result, int scale, ViewSettings view, Layer layer) {
    view.layer = layer;
    const auto made = makeLayer({.result = &result, .lrPixel = static_cast<double>(scale)}, {}, view, 0.0);
    return made.picture.scaled(made.picture.size() * scale, Qt::IgnoreAspectRatio, Qt::FastTransformation);
}

}  // namespace

bool Exporter::hasResults() {
    if (resultsDocument(session_).results.empty()) {
        session_.reportTrouble(
            tr("There is no current map to export: open an image and a network, and let a map be "
               "computed."));
        return false;
    }
    return true;
}

void Exporter::exportMaps(const QString& folder) {
    if (!hasResults()) {
        return;
    }
    writer_.write(folder, [document = resultsDocument(session_), view = session_.view(), folder] {
        const std::filesystem::path target(folder.toStdString());
        std::filesystem::create_directories(target);
        StagedFiles files;
        for (const auto& [card, result, attributionFile, mapFile, restoration] : document.results) {
            for (const auto layer : {Layer::Map, Layer::Signed}) {
                addPng(files, target / (card.name + "." + std::string(toString(layer)) + ".png"),
                       layerPicture(result, card.scale, view, layer));
            }
        }
        files.commit();
    });
}

void Exporter::exportArrays(const QString& folder) {
    if (!hasResults()) {
        return;
    }
    writer_.write(folder, [document = resultsDocument(session_), folder] {
        auto named = document;
        StagedFiles files;
        addLamArrays(files, named, folder.toStdString());
        files.commit();
    });
}

void Exporter::exportDiMaps(const QString& folder) {
    LamDocument document;
    QStringList missing;
    for (const auto& entry : session_.networks()) {
        if (entry.shown && entry.diMap && entry.diMapFinished) {
            document.grids.push_back({entry.card, *entry.diMap, {}});
        } else if (entry.shown) {
            missing << entry.name();
        }
    }
    if (document.grids.empty()) {
        session_.reportTrouble(
            tr("There is no finished DI map to export: choose the layer \u201cDI map\u201d, and let it "
               "be computed."));
        return;
    }
    if (!missing.isEmpty()) {
        session_.reportNote(
            tr("Not exported, for lack of a finished DI map: %1.").arg(missing.join(QStringLiteral(", "))));
    }
    std::vector<ModelCard*> cards;
    for (auto& grid : document.grids) {
        cards.push_back(&grid.card);
    }
    makeNamesUnique(cards);
    writer_.write(folder, [document, folder] {
        auto named = document;
        const std::filesystem::path target(folder.toStdString());
        StagedFiles files;
        addLamArrays(files, named, target);
        const auto csv = toCsv(named);
        files.add(target / "di.csv", std::as_bytes(std::span(csv)));
        files.commit();
    });
}

void Exporter::exportCsv(const QString& file) {
    if (hasResults()) {
        writer_.write(file, [text = toCsv(resultsDocument(session_)), file] {
            writeFileAtomically(file.toStdString(), std::string_view(text));
        });
    }
}

void Exporter::exportJson(const QString& file) {
    if (hasResults()) {
        writer_.write(file, [text = toJson(resultsDocument(session_)), file] {
            writeFileAtomically(file.toStdString(), std::string_view(text));
        });
    }
}

void Exporter::exportLatex(const QString& file) {
    if (hasResults()) {
        writer_.write(file, [text = toLatex(resultsDocument(session_)), file] {
            writeFileAtomically(file.toStdString(), std::string_view(text));
        });
    }
}

void Exporter::exportFigure(const QString& file, const Experiment& saved, const std::vector<LamDocument>& documents,
                            const FigureFileOptions& options) {
    writer_.write(file, [file, saved, documents, options] {
        StagedFiles files;
        static_cast<void>(addFigures(files, {file.toStdString()}, saved, documents, options));
        files.commit();
    });
}

}  // namespace lamscope::ui
