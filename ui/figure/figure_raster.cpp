// SPDX-License-Identifier: GPL-3.0-or-later
#include <QBuffer>
#include <QImageReader>
#include <QPainter>
#include <cmath>
#include <memory>
#include <sstream>
#include <tiffio.h>
#include <tiffio.hxx>

#include <fmt/format.h>

#include "base/error.h"
#include "base/version.h"
#include "figure/figure_formats.h"

namespace lamscope::ui {

namespace {

const QString textKey = QStringLiteral("lamscope-session");

using TiffFile = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

std::string programText() {
    return "Lamscope " + version();
}

QImage rasterised(const FigureSheet& sheet, int dpi) {
    constexpr int leastDpi = 72;
    constexpr int mostDpi = 2400;
    if (dpi < leastDpi || dpi > mostDpi) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a resolution of {} dpi is not within {} and {}", dpi, leastDpi, mostDpi));
    }
    const double scale = dpi / pointsPerInch;
    const QSize size(static_cast<int>(std::lround(sheet.size.width() * scale)),
                     static_cast<int>(std::lround(sheet.size.height() * scale)));
    QImage image(size, QImage::Format_RGB32);
    if (image.isNull()) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("a figure of {}x{} pixels does not fit into memory: lower the "
                                                        "resolution",
                                                        size.width(), size.height()));
    }
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.scale(scale, scale);
    paintSheet(painter, sheet, true);
    painter.end();
    return image;
}

QByteArray pngOf(QImage image, const FigureFileOptions& options) {
    constexpr double inchesPerMetre = 1000.0 / 25.4;
    image.setDotsPerMeterX(static_cast<int>(std::lround(options.dpi * inchesPerMetre)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    image.setText(QStringLiteral("Software"), QString::fromStdString(programText()));
    if (options.created) {
        image.setText(QStringLiteral("Creation Time"), options.created->toUTC().toString(Qt::ISODate));
    }
    if (!options.session.empty()) {
        image.setText(textKey, QString::fromStdString(options.session));
    }
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return buffer.data();
}

QByteArray tiffOf(const QImage& picture, const FigureFileOptions& options) {
    const auto image = picture.convertToFormat(QImage::Format_RGB888);
    std::ostringstream stream;
    {
        const TiffFile file(TIFFStreamOpen("figure", static_cast<std::ostream*>(&stream)), &TIFFClose);
        auto* tiff = file.get();
        constexpr int channels = 3;
        constexpr int bits = 8;
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, image.width());
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, image.height());
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, channels);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
        TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
        TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
        TIFFSetField(tiff, TIFFTAG_XRESOLUTION, static_cast<double>(options.dpi));
        TIFFSetField(tiff, TIFFTAG_YRESOLUTION, static_cast<double>(options.dpi));
        TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
        TIFFSetField(tiff, TIFFTAG_SOFTWARE, programText().c_str());
        if (options.created) {
            const auto time = options.created->toUTC().toString(QStringLiteral("yyyy:MM:dd hh:mm:ss"));
            TIFFSetField(tiff, TIFFTAG_DATETIME, time.toLatin1().constData());
        }
        if (!options.session.empty()) {
            TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, options.session.c_str());
        }
        QByteArray row;
        for (int y = 0; y < image.height(); ++y) {
            // The predictor changes the row that it is given.
            row =
                QByteArray(reinterpret_cast<const char*>(image.constScanLine(y)), qsizetype{channels} * image.width());
            TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0);
        }
    }
    return QByteArray::fromStdString(std::move(stream).str());
}

/// Keeps libtiff's words about broken files off standard error while it lives.
class QuietTiff {
public:
    QuietTiff() = default;
    QuietTiff(const QuietTiff&) = delete;
    QuietTiff& operator=(const QuietTiff&) = delete;
    ~QuietTiff() {
        TIFFSetErrorHandler(errors_);
        TIFFSetWarningHandler(warnings_);
    }

private:
    TIFFErrorHandler errors_ = TIFFSetErrorHandler(nullptr);
    TIFFErrorHandler warnings_ = TIFFSetWarningHandler(nullptr);
};

}  // namespace

QByteArray encodeRaster(const FigureSheet& sheet, FigureFormat format, const FigureFileOptions& options) {
    const auto image = rasterised(sheet, options.dpi);
    return format == FigureFormat::Png ? pngOf(image, options) : tiffOf(image, options);
}

std::optional<std::string> textOfPng(const QByteArray& file) {
    QByteArray bytes = file;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer, "PNG");
    const auto text = reader.text(textKey);
    return text.isEmpty() ? std::nullopt : std::optional(text.toStdString());
}

std::optional<std::string> textOfTiff(const std::filesystem::path& file) {
    const QuietTiff quiet;
    const TiffFile tiff(TIFFOpen(file.c_str(), "r"), &TIFFClose);
    const char* text = nullptr;
    const char* software = nullptr;
    if (!tiff || TIFFGetField(tiff.get(), TIFFTAG_SOFTWARE, &software) != 1
        || !std::string(software).starts_with("Lamscope ")
        || TIFFGetField(tiff.get(), TIFFTAG_IMAGEDESCRIPTION, &text) != 1) {
        return std::nullopt;
    }
    return std::string(text);
}

}  // namespace lamscope::ui
