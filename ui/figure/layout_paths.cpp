// SPDX-License-Identifier: GPL-3.0-or-later
#include <QObject>
#include <algorithm>

#include "figure/figure_grid.h"
#include "figure/figure_layouts.h"
#include "figure/figure_plot.h"
#include "figure/path_curves.h"

namespace lamscope::ui {

namespace {

QString pathLabel(PathKind path) {
    switch (path) {
        case PathKind::Blur:
            return QObject::tr("blur path");
        case PathKind::Black:
            return QObject::tr("black, linear");
        case PathKind::BlurredLinear:
            return QObject::tr("blurred, linear");
        case PathKind::Rain:
            return QObject::tr("clean, linear");
    }
    return {};
}

/// The same beside a row, where there is less room.
QStringList pathLines(PathKind path) {
    switch (path) {
        case PathKind::Blur:
            return {QObject::tr("blur"), QObject::tr("path")};
        case PathKind::Black:
            return {QObject::tr("black"), QObject::tr("linear")};
        case PathKind::BlurredLinear:
            return {QObject::tr("blurred"), QObject::tr("linear")};
        case PathKind::Rain:
            return {QObject::tr("clean"), QObject::tr("linear")};
    }
    return {};
}

/// Where they were computed, of all paths.
bool showsGradients(const std::vector<LamDocument>& documents, const FigureLayout& layout) {
    return layout.gradients && std::ranges::all_of(documents, [&](const LamDocument& document) {
               const auto& gradients = document.results.front().result.pathGradients;
               return std::ranges::equal(gradients, layout.alphas, {}, &PathGradient::alpha);
           });
}

const NamedLamResult& namedResultOf(const LamDocument& document) {
    return document.results.front();
}

/// A picture of the upper part with what is written under it.
struct OverviewPart {
    GridCell cell;
    QStringList lines;
    bool isMap = false;
};

/// (a) to (d): HR with box, LR, SR, and the map of every path.
std::vector<OverviewPart> overview(const std::vector<LamDocument>& documents, double shared, bool splitsNames,
                                   const FigureLayout& layout, FigureLetters& letters) {
    const auto& main = documents.back();
    const FigurePictures pictures(namedResultOf(main), layout, shared);
    const auto named = [&](const QString& what, const QString& name) {
        const auto first = letters.next() + what;
        return splitsNames ? QStringList{first, name} : QStringList{first + QStringLiteral(", ") + name};
    };
    std::vector<OverviewPart> parts;
    if (pictures.hasHr()) {
        parts.push_back({{pictures.scene(), layout.inset ? std::optional(pictures.inset()) : std::nullopt},
                         {letters.next() + QObject::tr("HR")}});
    }
    parts.push_back({{pictures.lr(), {}}, {letters.next() + QObject::tr("LR")}});
    parts.push_back(
        {{pictures.sr(), {}}, named(QObject::tr("SR"), networkLines(namedResultOf(main), main, layout).front())});
    for (const auto& document : documents) {
        const auto& result = namedResultOf(document);
        auto lines = named(QObject::tr("LAM"), pathLabel(document.plan.options.path));
        lines << QStringLiteral("DI %1").arg(numberText(result.result.diffusionIndex, layout));
        parts.push_back({{FigurePictures(result, layout, shared).map(), {}}, lines, true});
    }
    return parts;
}

/// The upper part, in as many lines as the width needs.
double placeOverview(FigureSheet& sheet, const std::vector<LamDocument>& documents, double shared, const QPointF& start,
                     double width, const FigureLayout& layout, FigureLetters& letters) {
    constexpr double smallestSide = 50.0;
    constexpr double roomForNames = 75.0;
    const auto count = static_cast<int>(documents.size()) + (namedResultOf(documents.back()).result.hr.empty() ? 2 : 3);
    const int columns = balancedColumns(count, 0, smallestSide, width);
    const auto parts = overview(documents, shared, width / columns < roomForNames, layout, letters);
    double y = start.y();
    for (std::size_t first = 0; first < parts.size(); first += static_cast<std::size_t>(columns)) {
        FigureGrid grid;
        grid.leavesBarSpace = layout.colourBar;
        auto& row = grid.rows.emplace_back();
        for (std::size_t i = first; i < first + static_cast<std::size_t>(columns); ++i) {
            const auto part = i < parts.size() ? parts[i] : OverviewPart();
            row.push_back(part.cell);
            if (layout.labels) {
                grid.under.push_back(part.lines);
            }
            if (layout.colourBar && part.isMap) {
                grid.barRow = 0;
            }
        }
        y += first > 0 ? figureGap : 0.0;
        y = placeGrid(sheet, grid, {start.x(), y}, width, layout);
    }
    return y;
}

/// The lower part: a row a path.
class PathRows {
public:
    PathRows(FigureSheet& sheet, const std::vector<LamDocument>& documents, double shared, const FigureLayout& layout,
             FigureLetters& letters)
        : sheet_(sheet)
        , documents_(documents)
        , shared_(shared)
        , layout_(layout)
        , letters_(letters)
        , gradients_(showsGradients(documents, layout)) {}

    /// Images left and curves right, or below where the width holds only one of them. Returns where they end.
    double place(double left, double top, double width) {
        constexpr double holdsBoth = 300.0;
        if (width < holdsBoth) {
            const double side = imageSide(width);
            const double y = placeImages({left, top, width}, imagesHeight(side)) + 2.0 * figureGap;
            constexpr double shape = 0.7;
            return placePlots({left, y, width}, plotsHeight(shape * plotWidth(width - namesWidth())), true);
        }
        constexpr double imagesShare = 0.46;
        const double imagesWidth = imagesShare * width;
        const double height = plotsHeight(imagesHeight(imageSide(imagesWidth)));
        const double plotsLeft = imagesWidth + figureGap;
        const double end = placeImages({left, top, imagesWidth}, height);
        return std::max(end, placePlots({left + plotsLeft, top, width - plotsLeft}, height, false));
    }

private:
    /// Where rows begin, and how wide they are.
    struct Place {
        double left;
        double top;
        double width;
    };

    [[nodiscard]] double namesWidth() const {
        return layout_.labels ? nameLines * lineHeight(labelStyle(layout_)) + 1.0 : 0.0;
    }
    [[nodiscard]] double imageSide(double width) const {
        const auto count = static_cast<double>(layout_.alphas.size());
        return downToGrid((width - namesWidth() - (count - 1.0) * figureGap) / count);
    }
    [[nodiscard]] double imagesHeight(double side) const { return gradients_ ? 2.0 * side + figureGap : side; }
    [[nodiscard]] static double plotWidth(double width) {
        return downToGrid((width - (curveCount - 1.0) * 2.0 * figureGap) / curveCount);
    }
    [[nodiscard]] double plotsHeight(double wanted) const {
        constexpr double lowest = 7.0;  // in letters
        return onGrid(std::max(wanted, lowest * layout_.smallFontSize));
    }

    void placeTitle(const QRectF& place, const QString& title) {
        sheet_.addText(place, Qt::AlignHCenter, title, labelStyle(layout_));
    }

    void placeName(const LamDocument& document, double left, double top, double height) {
        if (!layout_.labels) {
            return;
        }
        const auto lines = pathLines(document.plan.options.path);
        const double line = lineHeight(labelStyle(layout_));
        for (qsizetype i = 0; i < lines.size(); ++i) {
            sheet_.addTextUpwards({left + static_cast<double>(i) * line, top, line, height}, lines[i],
                                  labelStyle(layout_));
        }
    }

    double placeImages(const Place& place, double height) {
        const double side = imageSide(place.width);
        const auto left = [&](std::size_t column) {
            return place.left + namesWidth() + static_cast<double>(column) * (side + figureGap);
        };
        const double titleHeight = lineHeight(labelStyle(layout_));
        if (layout_.labels) {
            auto title = letters_.next() + QObject::tr("γ(α)");
            if (gradients_) {
                title += QObject::tr(", below: %1gradient there").arg(letters_.next());
            }
            placeTitle({left(0), place.top, left(layout_.alphas.size()) - figureGap - left(0), titleHeight}, title);
        }
        const double sharedGradient = sharedGradientMaximum(documents_, layout_);
        double y = place.top + titleHeight + 1.0;
        for (const auto& document : documents_) {
            const auto& named = namedResultOf(document);
            const FigurePictures pictures(named, layout_, shared_);
            placeName(document, place.left, y, height);
            for (std::size_t i = 0; i < layout_.alphas.size(); ++i) {
                const double imageHeight = gradients_ ? side : height;
                placePicture(sheet_, pictures.pathImage(document.plan.options, layout_.alphas[i]),
                             {left(i), y, side, imageHeight}, layout_);
                if (gradients_) {
                    placePicture(sheet_, pictures.pathGradient(named.result.pathGradients[i], sharedGradient),
                                 {left(i), y + height - side, side, side}, layout_);
                }
            }
            y += height + figureGap;
        }
        y -= figureGap;
        if (!layout_.labels) {
            return y;
        }
        const auto style = numberStyle(layout_);
        for (std::size_t i = 0; i < layout_.alphas.size(); ++i) {
            sheet_.addText({left(i), y + 1.0, side, lineHeight(style)}, Qt::AlignHCenter,
                           (i == 0 ? QStringLiteral("α = ") : QString()) + alphaText(layout_.alphas[i]), style);
        }
        return y + 1.0 + lineHeight(style);
    }

    double placePlots(const Place& place, double height, bool named) {
        const double names = named ? namesWidth() : 0.0;
        const double width = plotWidth(place.width - names);
        const auto left = [&](std::size_t column) {
            return place.left + names + static_cast<double>(column) * (width + 2.0 * figureGap);
        };
        const auto columns = curveColumns(documents_);
        const double titleHeight = lineHeight(labelStyle(layout_));
        for (std::size_t i = 0; i < columns.size(); ++i) {
            placeTitle({left(i), place.top, width, titleHeight}, letters_.next() + columns[i].title);
        }
        double y = place.top + titleHeight + 1.0;
        for (std::size_t row = 0; row < documents_.size(); ++row) {
            if (named) {
                placeName(documents_[row], place.left, y, height);
            }
            for (std::size_t i = 0; i < columns.size(); ++i) {
                placePlot(sheet_, {left(i), y, width, height}, columns[i].curves[row], layout_);
            }
            y += height + figureGap;
        }
        y -= figureGap;
        if (!layout_.labels) {
            return y;
        }
        const auto style = numberStyle(layout_);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            sheet_.addText({left(i), y + 1.0, width, lineHeight(style)}, Qt::AlignHCenter, QStringLiteral("α"), style);
        }
        return y + 1.0 + lineHeight(style);
    }

    [[nodiscard]] QString alphaText(double alpha) const {
        constexpr int digits = 3;
        return QString::number(alpha, 'g', digits).replace(u'.', QString::fromStdString(layout_.decimalMark));
    }

    static constexpr double curveCount = 3.0;
    static constexpr double nameLines = 2.0;
    FigureSheet& sheet_;
    const std::vector<LamDocument>& documents_;
    double shared_;
    const FigureLayout& layout_;
    FigureLetters& letters_;
    bool gradients_;
};

}  // namespace

double placePaths(FigureSheet& sheet, const std::vector<LamDocument>& documents, const QPointF& start, double width,
                  const FigureLayout& layout) {
    const double shared = sharedMaximum(documents, layout);
    FigureLetters letters(layout);
    const double y = placeOverview(sheet, documents, shared, start, width, layout, letters) + 2.0 * figureGap;
    return PathRows(sheet, documents, shared, layout, letters).place(start.x(), y, width);
}

}  // namespace lamscope::ui
