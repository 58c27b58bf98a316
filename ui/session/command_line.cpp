// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/command_line.h"

#include <QRegularExpression>
#include <QStringList>
#include <map>

#include "method/lam/lam_option_table.h"

namespace lamscope::ui {

namespace {

QString quoted(const QString& text) {
    static const QRegularExpression harmless(QStringLiteral("^[A-Za-z0-9_@%+=:,./-]+$"));
    if (harmless.match(text).hasMatch()) {
        return text;
    }
    return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QLatin1String("'\\''")) + QLatin1Char('\'');
}

QString textOf(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// What differs from the defaults; the preset always, for it decides about what is not stated.
QStringList optionArguments(const LamOptions& options) {
    QStringList arguments;
    for (const auto& row : lamOptionTable()) {
        const auto value = row.get(options);
        if (row.name == "preset" || value != row.get({})) {
            arguments << QStringLiteral("--") + textOf(row.name) << QString::fromStdString(optionText(row, value));
        }
    }
    return arguments;
}

}  // namespace

QString commandLine(const Session& session, DeviceChoice device, int threads) {
    if (!session.hasImage()) {
        return {};
    }
    std::map<int, QStringList, std::greater<>> modelsOfScale;
    std::map<int, Patch> patchOfScale;
    for (const auto& entry : session.networks()) {
        if (entry.shown && entry.state == NetworkEntry::State::Ready) {
            // With an HR image the patch is the same at every scale.
            const int key = session.role() == ImageRole::Hr ? 0 : entry.card.scale;
            modelsOfScale[key] << QString::fromStdString(entry.spec.toString());
            patchOfScale[key] = session.patchFor(entry);
        }
    }
    QStringList lines;
    for (const auto& [scale, models] : modelsOfScale) {
        const auto& patch = patchOfScale[scale];
        const bool hr = session.role() == ImageRole::Hr;
        QStringList arguments{QStringLiteral("lamscope-cli"), QStringLiteral("lam"),
                              hr ? QStringLiteral("--hr") : QStringLiteral("--lr"),
                              QString::fromStdString(session.image().file)};
        if (session.image().upright) {
            arguments << QStringLiteral("--upright");
        }
        if (hr && session.reduction() != Reduction::Pillow) {
            arguments << QStringLiteral("--reduce") << textOf(toString(session.reduction()));
        }
        for (const auto& model : models) {
            arguments << QStringLiteral("--model") << model;
        }
        arguments << QStringLiteral("--patch") << QStringLiteral("%1,%2,%3").arg(patch.x).arg(patch.y).arg(patch.size);
        arguments += optionArguments(session.options());
        if (device != DeviceChoice::Auto) {
            arguments << QStringLiteral("--device") << session.device();
        }
        if (threads > 0) {
            arguments << QStringLiteral("--threads") << QString::number(threads);
        }
        for (auto& argument : arguments) {
            argument = quoted(argument);
        }
        lines << arguments.join(QLatin1Char(' '));
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace lamscope::ui
