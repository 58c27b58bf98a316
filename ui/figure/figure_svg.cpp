// SPDX-License-Identifier: GPL-3.0-or-later
#include <QBuffer>
#include <QPainter>
#include <QSvgGenerator>
#include <QXmlStreamReader>

#include "base/version.h"
#include "figure/figure_formats.h"

namespace lamscope::ui {

namespace {

const char* const metadataId = "lamscope-session";

/// The value of the first attribute of this name, replaced.
void setAttribute(QString& text, const QString& name, const QString& value) {
    const auto start = text.indexOf(name + QStringLiteral("=\"")) + name.size() + 2;
    const auto end = text.indexOf(u'"', start);
    text.replace(start, end - start, value);
}

QString millimetres(double points) {
    constexpr double perPoint = 25.4 / pointsPerInch;
    return QString::number(points * perPoint, 'f', 4) + QStringLiteral("mm");
}

}  // namespace

QByteArray encodeSvg(const FigureSheet& sheet, const FigureFileOptions& options) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setViewBox(QRectF(QPointF(), sheet.size));
        generator.setSize(sheet.size.toSize());
        auto description = QStringLiteral("Lamscope %1").arg(QString::fromStdString(version()));
        if (options.created) {
            description += QStringLiteral(", ") + options.created->toUTC().toString(Qt::ISODate);
        }
        generator.setDescription(description);
        QPainter painter(&generator);
        paintSheet(painter, sheet, false);
    }
    auto text = QString::fromUtf8(buffer.data());
    // Qt rounds the size to whole points.
    setAttribute(text, QStringLiteral("width"), millimetres(sheet.size.width()));
    setAttribute(text, QStringLiteral("height"), millimetres(sheet.size.height()));
    // Browsers know the value of CSS, Qt writes that of SVG 1.1.
    text.replace(QStringLiteral("image-rendering=\"optimizeSpeed\""),
                 QStringLiteral("style=\"image-rendering:pixelated\""));
    if (!options.session.empty()) {
        const auto metadata =
            QStringLiteral("<metadata id=\"%1\">%2</metadata>\n")
                .arg(QString::fromLatin1(metadataId), QString::fromStdString(options.session).toHtmlEscaped());
        text.insert(text.indexOf(QStringLiteral("<defs>")), metadata);
    }
    return text.toUtf8();
}

std::optional<std::string> textOfSvg(const QByteArray& file) {
    QXmlStreamReader reader(file);
    while (!reader.atEnd()) {
        if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QLatin1String("metadata")
            && reader.attributes().value(QLatin1String("id")) == QLatin1String(metadataId)) {
            return reader.readElementText(QXmlStreamReader::SkipChildElements).toStdString();
        }
    }
    return std::nullopt;
}

}  // namespace lamscope::ui
