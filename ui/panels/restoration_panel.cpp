// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/restoration_panel.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "panels/copy_row.h"
#include "panels/muted_label.h"
#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "panels/restoration_plot.h"

namespace lamscope::ui {

namespace {

constexpr int restorationMargin = 6;

RestorationPoint pointOf(const RestorationMeasures& measures) {
    RestorationPoint point;
    point.er = measures.er;
    point.eb = measures.eb;
    point.transmission = measures.transmission;
    return point;
}

RestorationPoints pointsOf(const Session& session, const std::vector<BlurPoint>& line) {
    RestorationPoints points;
    for (const auto& entry : session.networks()) {
        if (!entry.shown || entry.card.scale != 1 || !entry.restoration.image) {
            continue;
        }
        const auto& measures = entry.restoration.image->measures;
        auto point = pointOf(measures);
        point.name = entry.name();
        point.digit = session.digitOf(entry.id);
        point.colour = entry.colour;
        point.stale = entry.restoration.stale;
        points.rain = entry.restoration.stale && points.rain ? points.rain : measures.rainRms;
        points.networks.push_back(std::move(point));
    }
    for (const auto& blur : line) {
        auto point = pointOf(blur.measures);
        point.name = RestorationPanel::tr("blur σ %1").arg(blur.sigma);
        points.blurs.push_back(std::move(point));
    }
    return points;
}

}  // namespace

RestorationPanel::RestorationPanel(Session& session, RestorationController& restoration, QWidget* parent)
    : QWidget(parent)
    , session_(session)
    , restoration_(restoration)
    , description_(new MutedLabel)
    , copyRow_(makeCopyRow())
    , remarks_(new QLabel)
    , empty_(new MutedLabel)
    , plot_(new RestorationPlot) {
    description_->setShortened();
    remarks_->setWordWrap(true);
    remarks_->setTextFormat(Qt::PlainText);
    remarks_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignCenter);
    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(description_, 1);
    line->addWidget(copyRow_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(restorationMargin, 0, restorationMargin, 4);
    layout->setSpacing(2);
    layout->addLayout(line);
    layout->addWidget(remarks_);
    layout->addWidget(empty_, 1);
    layout->addWidget(plot_, 1);
    for (const auto signal : {&Session::imageChanged, &Session::networkListChanged}) {
        connect(&session_, signal, this, &RestorationPanel::follow);
    }
    connect(&session_, &Session::networkChanged, this, &RestorationPanel::follow);
    connect(&restoration_, &RestorationController::blurLineChanged, this, &RestorationPanel::follow);
    applyColours();
    follow();
}

CopyRow* RestorationPanel::makeCopyRow() {
    auto* row = new CopyRow;
    auto* text =
        row->add(tr("text"), QStringLiteral("copyRestorationText"), tr("Aligned columns, rounded for reading"));
    auto* csv = row->add(tr("CSV"), QStringLiteral("copyRestorationCsv"), tr("Every number in full"));
    auto* json =
        row->add(tr("JSON"), QStringLiteral("copyRestorationJson"), tr("Every number, and how it was measured"));
    auto* command = row->add(tr("command"), QStringLiteral("copyRestorationCommand"),
                             tr("The command line that measures the same"));
    connect(text, &QToolButton::clicked, this, [this, text] { copy(toText, text); });
    connect(csv, &QToolButton::clicked, this, [this, csv] { copy(toCsv, csv); });
    connect(json, &QToolButton::clicked, this, [this, json] { copy(lamscope::toJson, json); });
    connect(command, &QToolButton::clicked, this, &RestorationPanel::commandRequested);
    return row;
}

void RestorationPanel::copy(std::string (*format)(const DerainDocument&), const QWidget* source) const {
    const auto document = restoration_.document();
    if (!document.results.empty()) {
        copyTable(QString::fromStdString(format(document)), static_cast<int>(document.results.size()), *source);
    }
}

void RestorationPanel::follow() {
    const auto missing = whyNoRestoration(session_);
    const auto document = restoration_.document();
    const bool isEmpty = !missing.isEmpty();
    empty_->setText(tr("Do restoration networks remove rain, noise or blur, and what do they spoil? %1").arg(missing));
    empty_->setVisible(isEmpty);
    plot_->setVisible(!isEmpty);
    description_->setVisible(!isEmpty);
    copyRow_->setVisible(!isEmpty);
    copyRow_->setEnabled(!document.results.empty());
    plot_->setPoints(isEmpty ? RestorationPoints() : pointsOf(session_, restoration_.blurLine()));
    description_->setText(isEmpty ? QString() : description(document));
    const auto text = isEmpty ? QString() : remarks(document);
    remarks_->setText(text);
    remarks_->setVisible(!text.isEmpty());
}

QString RestorationPanel::description(const DerainDocument& document) const {
    QStringList parts;
    if (session_.referenceImage()) {
        parts += tr("reference %1").arg(QFileInfo(QString::fromStdString(session_.referenceImage()->file)).fileName());
    } else {
        parts += QString::fromStdString(toString(session_.degradation()));
        parts += tr("seed %1").arg(session_.degradationSeed());
    }
    if (document.results.empty()) {
        parts += tr("measuring…");
    } else {
        const auto& result = document.results.front();
        parts += tr("mask %1 %").arg(fixedText(100.0 * result.measures.maskShare, 0));
        if (result.psnrInput) {
            parts += tr("PSNR of the input %1 dB").arg(fixedText(*result.psnrInput, 2));
        }
    }
    return parts.join(QStringLiteral(" · "));
}

QString RestorationPanel::remarks(const DerainDocument& document) const {
    QStringList lines;
    for (const auto& warning : document.warnings) {
        lines += QString::fromStdString(warning);
    }
    for (const auto& entry : session_.networks()) {
        const auto& [image, of, warnings, trouble, stale] = entry.restoration;
        if (!entry.shown || stale) {
            continue;
        }
        if (!trouble.isEmpty() && of == session_.input()) {
            lines += trouble;
        }
        for (const auto& warning : warnings) {
            lines += QStringLiteral("%1: %2").arg(entry.name(), QString::fromStdString(warning));
        }
    }
    return lines.join(u'\n');
}

void RestorationPanel::applyColours() {
    auto colours = palette();
    colours.setColor(QPalette::WindowText, warningText(colours));
    remarks_->setPalette(colours);
}

void RestorationPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
    }
}

}  // namespace lamscope::ui
