// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/file_kind.h"

#include <QFileInfo>
#include <QObject>

namespace lamscope::ui {

namespace {

const QStringList& networkSuffixes() {
    static const QStringList suffixes{QStringLiteral("pth"),    QStringLiteral("pt"),          QStringLiteral("ckpt"),
                                      QStringLiteral("pkl"),    QStringLiteral("safetensors"), QStringLiteral("ts"),
                                      QStringLiteral("pickle"), QStringLiteral("bin"),         QStringLiteral("th"),
                                      QStringLiteral("pt2")};
    return suffixes;
}

/// Files of networks that are not read: whoever loads them says what to do instead.
const QStringList& foreignNetworkSuffixes() {
    static const QStringList suffixes{QStringLiteral("onnx"), QStringLiteral("distcp"), QStringLiteral("gguf"),
                                      QStringLiteral("tflite")};
    return suffixes;
}

const QString& builtInNetwork() {
    static const QString name = QStringLiteral("bicubic");
    return name;
}

QString patternsOf(const QStringList& suffixes) {
    QStringList patterns;
    for (const auto& suffix : suffixes) {
        patterns << QStringLiteral("*.") + suffix;
    }
    return patterns.join(QLatin1Char(' '));
}

}  // namespace

FileKind kindOfFile(const QString& file) {
    const bool hasSettings = file.lastIndexOf(QLatin1Char('=')) > 0 && !QFileInfo::exists(file);
    const auto spec = file.left(hasSettings ? file.indexOf(QLatin1Char(':')) : -1);
    if (QFileInfo(spec).isDir() || spec.endsWith(QLatin1String(".index.json"), Qt::CaseInsensitive)) {
        return FileKind::Network;
    }
    const auto suffix = QFileInfo(spec).suffix().toLower();
    if (suffix == QLatin1String("lamscope") || suffix == QLatin1String("pdf") || suffix == QLatin1String("svg")) {
        return FileKind::Session;
    }
    if (suffix == QLatin1String("sqlite") || suffix == QLatin1String("json")) {
        return FileKind::Study;
    }
    return networkSuffixes().contains(suffix) || foreignNetworkSuffixes().contains(suffix) || spec == builtInNetwork()
               ? FileKind::Network
               : FileKind::Image;
}

const QStringList& imageSuffixes() {
    static const QStringList suffixes{QStringLiteral("png"),  QStringLiteral("jpg"),  QStringLiteral("jpeg"),
                                      QStringLiteral("tif"),  QStringLiteral("tiff"), QStringLiteral("bmp"),
                                      QStringLiteral("webp"), QStringLiteral("npy"),  QStringLiteral("ppm"),
                                      QStringLiteral("pgm"),  QStringLiteral("pbm"),  QStringLiteral("pnm"),
                                      QStringLiteral("pfm")};
    return suffixes;
}

QString imageFilter() {
    return QObject::tr("Images (%1);;All files (*)").arg(patternsOf(imageSuffixes()));
}

QString networkFilter() {
    return QObject::tr("Networks (%1);;All files (*)").arg(patternsOf(networkSuffixes()));
}

QString sessionFilter() {
    return QObject::tr("Sessions (*.lamscope)");
}

QString savedSessionFilter() {
    return QObject::tr("Sessions and figures made of them (*.lamscope *.pdf *.svg *.png *.tif *.tiff)");
}

QString studyFilter() {
    return QObject::tr("Studies (*.sqlite *.json)");
}

}  // namespace lamscope::ui
