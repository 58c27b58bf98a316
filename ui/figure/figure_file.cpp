// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure_file.h"

#include <QFile>
#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"
#include "figure/figure.h"
#include "figure/figure_formats.h"
#include "session/session_file.h"

namespace lamscope::ui {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<std::string_view, FigureFormat>, 5> endings{{{".pdf", FigureFormat::Pdf},
                                                                            {".svg", FigureFormat::Svg},
                                                                            {".png", FigureFormat::Png},
                                                                            {".tif", FigureFormat::Tiff},
                                                                            {".tiff", FigureFormat::Tiff}}};

Json resultJson(const NamedLamResult& named) {
    Json json{{"network", named.card.name},
              {"sha256", named.card.sha256},
              {"nodes", named.result.nodes},
              {"di", valueOrNull(named.result.diffusionIndex)},
              {"completeness_error", valueOrNull(named.result.completenessError)},
              {"estimated_map_error", valueOrNull(named.result.estimatedMapError)}};
    if (named.result.rule == IntegrationRule::Secant) {
        json["rule"] = describe(named.result.rule);  // others as 0.1.0 wrote them, byte for byte
    }
    return json;
}

std::optional<std::string> embeddedText(const QByteArray& content, const std::filesystem::path& file) {
    if (content.startsWith("%PDF-")) {
        return textOfPdf(content);
    }
    if (content.startsWith("\x89PNG")) {
        return textOfPng(content);
    }
    if (content.startsWith("II*") || content.startsWith("MM")) {
        return textOfTiff(file);
    }
    if (content.startsWith("<?xml") || content.startsWith("<svg")) {
        return textOfSvg(content);
    }
    return std::nullopt;
}

}  // namespace

std::optional<FigureFormat> figureFormat(const std::filesystem::path& file) {
    auto ending = file.extension().string();
    std::ranges::transform(ending, ending.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    const auto* const found = std::ranges::find(endings, ending, &std::pair<std::string_view, FigureFormat>::first);
    return found == endings.end() ? std::nullopt : std::optional(found->second);
}

QByteArray encodeFigure(const FigureSheet& sheet, FigureFormat format, const FigureFileOptions& options) {
    switch (format) {
        case FigureFormat::Pdf:
            return encodePdf(sheet, options);
        case FigureFormat::Svg:
            return encodeSvg(sheet, options);
        case FigureFormat::Png:
        case FigureFormat::Tiff:
            return encodeRaster(sheet, format, options);
    }
    return {};
}

std::string embeddedSession(const Experiment& session, const std::vector<LamDocument>& documents,
                            const std::filesystem::path& folder) {
    auto json = Json::parse(toJson(withoutTokens(session), folder));
    auto& made = json["made_of"] = Json::array();
    for (const auto& document : documents) {
        Json part{{"image_sha256", document.scene().sha256},
                  {"preset", toString(document.plan.options.preset)},
                  {"path", toString(document.plan.options.path)},
                  {"sigma", document.plan.options.sigma},
                  {"results", Json::array()}};
        for (const auto& named : document.results) {
            part["results"].push_back(resultJson(named));
        }
        made.push_back(std::move(part));
    }
    return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> addFigures(StagedFiles& files, const std::vector<std::filesystem::path>& names,
                                    const Experiment& session, const std::vector<LamDocument>& documents,
                                    FigureFileOptions options) {
    for (const auto& name : names) {
        if (!figureFormat(name)) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{}: a figure's name ends in .pdf, .svg, .png, .tif or .tiff", name.string()));
        }
    }
    const auto layout = figureOf(session).value_or(FigureLayout());
    auto saved = session;
    setFigure(saved, layout);
    const auto sheet = layOutFigure(documents, layout);
    for (const auto& name : names) {
        const auto folder = std::filesystem::absolute(name).parent_path();
        options.session = embeddedSession(saved, documents, folder);
        const auto bytes = encodeFigure(sheet, *figureFormat(name), options);
        files.add(name, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
    }
    std::vector<std::string> warnings;
    for (const auto& warning : sheet.warnings) {
        warnings.push_back(warning.toStdString());
    }
    return warnings;
}

std::optional<Experiment> sessionOfFigure(const std::filesystem::path& file) {
    QFile stream(QString::fromStdString(file.string()));
    if (!stream.open(QIODevice::ReadOnly)) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: cannot be opened; check the name and the permissions", file.string()));
    }
    const auto text = embeddedText(stream.readAll(), file);
    return text ? std::optional(sessionFromText(*text, file)) : std::nullopt;
}

Experiment readAnySession(const std::filesystem::path& file) {
    if (auto session = figureFormat(file) ? sessionOfFigure(file) : std::optional(readSession(file))) {
        return *std::move(session);
    }
    throw Error(ErrorCode::BadFile,
                fmt::format("{}: no session is embedded in it; figures made by Lamscope hold theirs, unless another "
                            "program has written them anew",
                            file.string()));
}

}  // namespace lamscope::ui
