// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/card_view.h"

#include <QApplication>
#include <QClipboard>
#include <QCursor>
#include <QEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QToolTip>
#include <utility>

#include "panels/number_text.h"
#include "panels/panel_colours.h"
#include "session/scale_words.h"

namespace lamscope::ui {

namespace {

QString fromUtf8(const std::string& text) {
    return QString::fromStdString(text);
}

/// Builds the card paragraph by paragraph: the panel is too narrow for columns.
class CardText {
public:
    explicit CardText(const QPalette& palette)
        : muted_(mutedText(palette).name())
        , warning_(warningText(palette).name())
        , trouble_(troubleText(palette).name()) {}

    /// `evidence` goes below the value in small print. Lines without a value are left out.
    void line(const QString& label, const QString& value, const QString& evidence = {}) {
        if (!value.isEmpty()) {
            htmlLine(label, value.toHtmlEscaped(), evidence);
        }
    }

    void htmlLine(const QString& label, const QString& valueHtml, const QString& evidence = {}) {
        lines_ += QStringLiteral("<p style='margin:0 0 5px 0'><span style='color:%1'>%2</span>&nbsp; %3")
                      .arg(muted_, label.toHtmlEscaped(), valueHtml);
        if (!evidence.isEmpty()) {
            lines_ += QStringLiteral("<br><span style='color:%1; font-size:small'>%2</span>")
                          .arg(muted_, evidence.toHtmlEscaped());
        }
        lines_ += QStringLiteral("</p>");
    }

    void warning(const QString& text) { remark(warning_, text); }
    void trouble(const QString& text) { remark(trouble_, text); }

    [[nodiscard]] QString html(const QString& title) const {
        return QStringLiteral("<p style='margin:0 0 6px 0'><b>%1</b></p>%2%3")
            .arg(title.toHtmlEscaped(), remarks_, lines_);
    }

private:
    void remark(const QString& colour, const QString& text) {
        remarks_ += QStringLiteral("<p style='color:%1; margin:0 0 6px 0; white-space:pre-wrap'>%2</p>")
                        .arg(colour, text.toHtmlEscaped());
    }

    QString muted_;
    QString warning_;
    QString trouble_;
    QString remarks_;
    QString lines_;
};

QString joined(const std::vector<std::string>& parts, const QString& separator) {
    QStringList list;
    for (const auto& part : parts) {
        list += fromUtf8(part);
    }
    return list.join(separator);
}

QString architectureText(const ModelCard& card) {
    auto text = fromUtf8(card.architecture);
    for (const auto& [name, value] : card.hyperparameters) {
        text += QStringLiteral(", %1 %2").arg(fromUtf8(value), fromUtf8(name));
    }
    return text;
}

QString otherScales(const ModelCard& card) {
    QStringList others;
    for (const int scale : card.scales) {
        if (scale != card.scale) {
            others += QStringLiteral("×%1").arg(scale);
        }
    }
    return others.isEmpty() ? QString() : CardView::tr("can also do %1").arg(others.join(QStringLiteral(", ")));
}

QString meanText(const ModelCard& card) {
    QStringList values;
    for (const double value : card.mean) {
        values += fixedText(value, 4);
    }
    return values.join(QStringLiteral(", "));
}

QString receptiveFieldText(const ModelCard& card) {
    const auto& field = card.receptiveField;
    if (field.global) {
        return CardView::tr("global");
    }
    return field.radius ? inScaleWords(CardView::tr("±%1 LR pixels"), card.scale == 1).arg(*field.radius) : QString();
}

QString croppingText(const Cropping& cropping) {
    if (!cropping.multiple) {
        return CardView::tr("whole images only");
    }
    return *cropping.multiple == 1 ? CardView::tr("parts of images too")
                                   : CardView::tr("parts of images too, at multiples of %1").arg(*cropping.multiple);
}

QString sizeText(const ModelCard& card) {
    if (card.fixedSize) {
        return inScaleWords(CardView::tr("%1 × %2 LR pixels only"), card.scale == 1)
            .arg(card.fixedSize->first)
            .arg(card.fixedSize->second);
    }
    auto text = inScaleWords(CardView::tr("at least %1 × %1 LR pixels"), card.scale == 1).arg(card.minimumSide);
    if (card.sizeMultiple > 1) {
        text += CardView::tr(", padded to multiples of %1").arg(card.sizeMultiple);
    }
    if (card.guards) {
        const auto [width, height] = card.guards.example;
        text += CardView::tr(", where the guards of its export hold, e.g. %1 × %2").arg(width).arg(height);
    }
    return text;
}

QString hashHtml(const ModelCard& card) {
    const auto hash = fromUtf8(card.sha256);
    return QStringLiteral("<span title='%1'>%2…</span> <a href='copy:%1'>%3</a>")
        .arg(hash, hash.left(12), CardView::tr("copy"));
}

void addCard(CardText& text, const ModelCard& card) {
    for (const auto& warning : card.warnings) {
        text.warning(fromUtf8(warning));
    }
    const auto& field = card.receptiveField;
    text.line(CardView::tr("Architecture"), architectureText(card));
    text.line(CardView::tr("Assumed"), joined(card.assumed, QStringLiteral(", ")));
    text.line(CardView::tr("Scale"),
              card.scale == 1 ? CardView::tr("1: keeps the size") : QStringLiteral("×%1").arg(card.scale),
              otherScales(card));
    text.line(CardView::tr("Value range"), QStringLiteral("[0, %1]").arg(card.range), fromUtf8(card.rangeEvidence));
    if (card.colour == ModelCard::Colour::Y) {
        text.line(CardView::tr("Works on"), CardView::tr("Y (luma)"),
                  CardView::tr("colours are enlarged bicubically; the attribution is that of Y"));
    }
    if (card.colour == ModelCard::Colour::Each) {
        text.line(CardView::tr("Works on"), CardView::tr("each colour by itself"),
                  CardView::tr("the network takes one channel"));
    }
    for (const auto& [name, value, unit, evidence] : card.sideInputs) {
        text.line(CardView::tr("Reads too"), QStringLiteral("%1 %2").arg(fromUtf8(name), QString::number(value)),
                  QStringLiteral("%1; %2").arg(fromUtf8(unit), fromUtf8(evidence)));
    }
    text.line(CardView::tr("Mean"), meanText(card), CardView::tr("RGB, subtracted inside"));
    text.line(CardView::tr("Parameters"), groupedText(card.parameters),
              card.tensors > 0 ? CardView::tr("in %1 tensors").arg(card.tensors) : QString());
    text.line(CardView::tr("Receptive field"), receptiveFieldText(card), fromUtf8(field.evidence));
    if (!field.global) {
        text.line(CardView::tr("Evaluated on"), croppingText(card.cropping), fromUtf8(card.cropping.evidence));
    }
    if (!card.routing.empty()) {
        text.line(CardView::tr("Routes"), fromUtf8(card.routing),
                  CardView::tr("not continuous along a path: completeness says nothing about the nodes"));
    }
    text.line(CardView::tr("Random"), fromUtf8(card.randomness));
    text.line(CardView::tr("Sizes"), sizeText(card));
    if (card.bicubicAgreementDb) {
        text.line(card.scale == 1 ? CardView::tr("vs input") : CardView::tr("vs bicubic"),
                  CardView::tr("%1 dB").arg(fixedText(*card.bicubicAgreementDb, 1)),
                  CardView::tr("PSNR on a smooth picture"));
    }
    text.line(CardView::tr("Container"), fromUtf8(card.container),
              card.nesting.empty() ? QString()
                                   : CardView::tr("weights under %1").arg(joined(card.nesting, QStringLiteral(" → "))));
}

QString cardHtml(const NetworkEntry& entry, const QPalette& palette) {
    CardText text(palette);
    if (!entry.message.isEmpty()) {
        text.trouble(entry.message);
    }
    if (entry.state == NetworkEntry::State::Ready) {
        addCard(text, entry.card);
    }
    const auto path = QString::fromStdString(entry.spec.file.string());
    if (entry.spec.isRemote()) {
        text.line(CardView::tr("Address"), fromUtf8(entry.card.file));
    } else if (!entry.spec.isAnalytic()) {
        text.line(CardView::tr("File"), QFileInfo(path).fileName(), QFileInfo(path).path());
    }
    if (!entry.card.sha256.empty()) {
        text.htmlLine(QStringLiteral("SHA-256"), hashHtml(entry.card));
    }
    return text.html(entry.name());
}

}  // namespace

CardView::CardView(QWidget* parent)
    : QTextBrowser(parent) {
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setMinimumHeight(120);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    document()->setDocumentMargin(2.0);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Card of the selected network"));
    connect(this, &QTextBrowser::anchorClicked, this, &CardView::copyHash);
    render();
}

void CardView::showNetwork(const NetworkEntry* entry) {
    empty_ = entry == nullptr;
    entry_ = entry != nullptr ? *entry : NetworkEntry();
    render();
}

void CardView::render() {
    auto html = empty_ ? QStringLiteral("<p style='color:%1'>%2</p>")
                             .arg(mutedText(palette()).name(), tr("Select a network to see how it was recognised."))
                       : cardHtml(entry_, palette());
    if (html != html_) {
        html_ = std::move(html);
        setHtml(html_);
    }
}

bool CardView::event(QEvent* event) {
    // Escape means the card before it means any shortcut of the window.
    if (event->type() == QEvent::ShortcutOverride && dynamic_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    return QTextBrowser::event(event);
}

void CardView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        emit closeRequested();
        return;
    }
    QTextBrowser::keyPressEvent(event);
}

void CardView::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        render();
    }
}

void CardView::copyHash(const QUrl& link) {
    QApplication::clipboard()->setText(link.path());
    QToolTip::showText(QCursor::pos(), tr("SHA-256 copied"), this);
}

}  // namespace lamscope::ui
