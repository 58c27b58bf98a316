// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "dialogs/theme.h"

namespace lamscope::ui {

namespace {

/// Our names and the freedesktop icon naming specification's; empty where it has none.
const QHash<QString, QString>& desktopNames() {
    static const QHash<QString, QString> names{
        {QStringLiteral("add-network"), QStringLiteral("list-add")},
        {QStringLiteral("camera"), QStringLiteral("camera-photo")},
        {QStringLiteral("cancel"), QStringLiteral("process-stop")},
        {QStringLiteral("check"), QString()},
        {QStringLiteral("close"), QStringLiteral("window-close")},
        {QStringLiteral("copy"), QStringLiteral("edit-copy")},
        {QStringLiteral("dice"), QString()},
        {QStringLiteral("down"), QStringLiteral("go-down")},
        {QStringLiteral("export"), QStringLiteral("document-export")},
        {QStringLiteral("features"), QString()},
        {QStringLiteral("filters"), QString()},
        {QStringLiteral("fit"), QStringLiteral("zoom-fit-best")},
        {QStringLiteral("help"), QStringLiteral("help-contents")},
        {QStringLiteral("info"), QStringLiteral("dialog-information")},
        {QStringLiteral("one-to-one"), QStringLiteral("zoom-original")},
        {QStringLiteral("open-image"), QStringLiteral("document-open")},
        {QStringLiteral("pause"), QStringLiteral("media-playback-pause")},
        {QStringLiteral("play"), QStringLiteral("media-playback-start")},
        {QStringLiteral("probe"), QString()},
        {QStringLiteral("rain"), QString()},
        {QStringLiteral("redo"), QStringLiteral("edit-redo")},
        {QStringLiteral("reference"), QString()},
        {QStringLiteral("remove"), QStringLiteral("edit-delete")},
        {QStringLiteral("save"), QStringLiteral("document-save")},
        {QStringLiteral("settings"), QStringLiteral("preferences-system")},
        {QStringLiteral("study"), QString()},
        {QStringLiteral("undo"), QStringLiteral("edit-undo")},
        {QStringLiteral("up"), QStringLiteral("go-up")},
        {QStringLiteral("warning"), QStringLiteral("dialog-warning")},
    };
    return names;
}

/// Side in device pixels.
QPixmap drawn(const QString& name, QSize size, const QColor& colour) {
    const auto key = QStringLiteral("lamscope-%1-%2x%3-%4")
                         .arg(name, QString::number(size.width()), QString::number(size.height()), colour.name());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap)) {
        return pixmap;
    }
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    QSvgRenderer renderer(file.readAll().replace("currentColor", colour.name().toLatin1()));
    renderer.setAspectRatioMode(Qt::KeepAspectRatio);
    pixmap = QPixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

/// Chooses between the desktop's icon and the drawing, and the drawing's colour, whenever it is asked to paint.
class ThemedIconEngine : public QIconEngine {
public:
    explicit ThemedIconEngine(QString name)
        : name_(std::move(name)) {
        const auto desktopName = desktopNames().value(name_);
        if (!desktopName.isEmpty()) {
            desktop_ = QIcon::fromTheme(desktopName);
        }
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        if (useDesktop()) {
            desktop_.paint(painter, rect, Qt::AlignCenter, mode, state);
            return;
        }
        const auto ratio = painter->device()->devicePixelRatioF();
        painter->drawPixmap(rect, drawn(name_, (QSizeF(rect.size()) * ratio).toSize(), colour(mode)));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return useDesktop() ? desktop_.pixmap(size, 1.0, mode, state) : drawn(name_, size, colour(mode));
    }

    [[nodiscard]] QIconEngine* clone() const override { return new ThemedIconEngine(*this); }
    [[nodiscard]] QString key() const override { return QStringLiteral("lamscope"); }

private:
    [[nodiscard]] bool useDesktop() const { return !desktop_.isNull() && desktopIconsFit(); }

    static QColor colour(QIcon::Mode mode) {
        const auto palette = QGuiApplication::palette();
        switch (mode) {
            case QIcon::Disabled:
                return palette.color(QPalette::Disabled, QPalette::ButtonText);
            case QIcon::Selected:
                return palette.color(QPalette::HighlightedText);
            case QIcon::Normal:
            case QIcon::Active:
                break;
        }
        return palette.color(QPalette::ButtonText);
    }

    QString name_;
    QIcon desktop_;
};

}  // namespace

QIcon icon(const QString& name) {
    return desktopNames().contains(name) ? QIcon(new ThemedIconEngine(name)) : QIcon();
}

QStringList iconNames() {
    auto names = desktopNames().keys();
    names.sort();
    return names;
}

QPixmap iconPixmap(const QString& name, int side, const QColor& colour, double devicePixelRatio) {
    const int deviceSide = qRound(side * devicePixelRatio);
    auto pixmap = drawn(name, {deviceSide, deviceSide}, colour);
    pixmap.setDevicePixelRatio(devicePixelRatio);
    return pixmap;
}

QIcon applicationIcon() {
    QIcon result;
    for (const int side : {16, 24, 32, 48, 64, 128, 256}) {
        result.addPixmap(drawn(QStringLiteral("lamscope"), {side, side}, Qt::black));
    }
    return result;
}

}  // namespace lamscope::ui
