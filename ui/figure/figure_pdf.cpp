// SPDX-License-Identifier: GPL-3.0-or-later
#include <QBuffer>
#include <QHashSeed>
#include <QMarginsF>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>

#include "base/version.h"
#include "figure/figure_formats.h"

namespace lamscope::ui {

namespace {

constexpr int resolution = 1200;
const char* const attachmentName = "session.lamscope";

/// Qt writes fonts in the order of a hash table: with the same seed it is the same order.
class SameOrder {
public:
    SameOrder()
        : wasRandom_(QHashSeed::globalSeed() != 0) {
        QHashSeed::setDeterministicGlobalSeed();
    }
    SameOrder(const SameOrder&) = delete;
    SameOrder& operator=(const SameOrder&) = delete;
    ~SameOrder() {
        if (wasRandom_) {
            QHashSeed::resetRandomGlobalSeed();
        }
    }

private:
    bool wasRandom_;
};

/// Puts the time of writing that is wanted, or none, in place of Qt's. Offsets within the file stay, as the table at
/// its end needs.
void setTime(QByteArray& file, const std::optional<QDateTime>& created) {
    const QByteArray key("/CreationDate (");
    const auto start = file.indexOf(key);
    const auto end = start < 0 ? -1 : file.indexOf(')', start);
    if (end < 0) {
        return;
    }
    QByteArray entry;
    if (created) {
        entry = key + created->toUTC().toString(QStringLiteral("'D:'yyyyMMddhhmmss'Z'")).toLatin1() + ')';
    }
    const auto length = end + 1 - start;
    file.replace(start, length, entry.leftJustified(length, ' ', true));
}

/// Qt rounds pages to whole points; the width is the publisher's.
void setWidth(QByteArray& file, double width) {
    const QByteArray key("/MediaBox [0 0 ");
    const auto start = file.indexOf(key);
    const auto end = start < 0 ? -1 : file.indexOf(' ', start + key.size());
    if (end >= 0) {
        const auto length = end - start - key.size();
        const auto exact = QByteArray::number(width, 'f', 6);
        if (exact.size() == length) {
            file.replace(start + key.size(), length, exact);
        }
    }
}

}  // namespace

QByteArray encodePdf(const FigureSheet& sheet, const FigureFileOptions& options) {
    const SameOrder order;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setResolution(resolution);
        writer.setPageSize(QPageSize(sheet.size, QPageSize::Point, {}, QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF());
        writer.setCreator(QStringLiteral("Lamscope %1").arg(QString::fromStdString(version())));
        if (!options.session.empty()) {
            writer.addFileAttachment(QString::fromLatin1(attachmentName), QByteArray::fromStdString(options.session),
                                     QStringLiteral("application/json"));
        }
        QPainter painter(&writer);
        painter.scale(resolution / pointsPerInch, resolution / pointsPerInch);
        paintSheet(painter, sheet, false);
    }
    buffer.close();
    setTime(bytes, options.created);
    setWidth(bytes, sheet.size.width());
    return bytes;
}

std::optional<std::string> textOfPdf(const QByteArray& file) {
    // As Qt writes attachments: the name, then the number of the object that holds the compressed content.
    const QByteArray name = QByteArray("/F (") + attachmentName + ")";
    const auto place = file.indexOf(name);
    if (place < 0) {
        return std::nullopt;
    }
    const QByteArray reference("/EF <</F ");
    const auto from = file.indexOf(reference, place);
    const auto number = from < 0 ? QByteArray() : file.mid(from + reference.size(), 12).split(' ').front();
    const auto object = number.isEmpty() ? -1 : file.indexOf("\n" + number + " 0 obj");
    const QByteArray startMark("stream\n");
    const auto start = object < 0 ? -1 : file.indexOf(startMark, object);
    const auto end = start < 0 ? -1 : file.indexOf("endstream", start);
    constexpr qsizetype longest = 1 << 18;  // a session is a few kilobytes; what grows from more is no session
    if (end < 0 || end - start > longest) {
        return std::nullopt;
    }
    const auto content = file.mid(start + startMark.size(), end - start - startMark.size());
    // qUncompress() wants a first guess of the length.
    const auto text = qUncompress(QByteArray("\0\0\x40\0", 4) + content);
    return text.isEmpty() ? std::nullopt : std::optional(text.toStdString());
}

}  // namespace lamscope::ui
