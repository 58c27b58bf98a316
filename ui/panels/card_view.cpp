// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/card_view.h"

#include <QApplication>
#include <QClipboard>
#include <QCursor>
#include <QEvent>
#include <QFileInfo>
#include <QToolTip>
#include <algorithm>
#include <utility>
#include <vector>

#include "panels/number_text.h"
#include "panels/panel_colours.h"

namespace lamscope::ui {

namespace {

QString fromUtf8(const std::string& text) {
    return QString::fromStdString(text);
}

/// Builds the card's table row by row.
class CardTable {
public:
    CardTable(const QPalette& palette, const QFontMetrics& metrics)
        : metrics_(metrics)
        , muted_(mutedText(palette).name())
        , warning_(warningText(palette).name())
        , trouble_(troubleText(palette).name()) {}

    /// `evidence` goes below the value in small print. Rows without a value are left out.
    void row(const QString& label, const QString& value, const QString& evidence = {}) {
        if (!value.isEmpty()) {
            htmlRow(label, value.toHtmlEscaped(), evidence);
        }
    }

    void htmlRow(const QString& label, const QString& valueHtml, const QString& evidence = {}) {
        auto cell = valueHtml;
        if (!evidence.isEmpty()) {
            cell +=
                QStringLiteral("<div style='color:%1; font-size:small'>%2</div>").arg(muted_, evidence.toHtmlEscaped());
        }
        rows_.emplace_back(label, cell);
    }

    void warning(const QString& text) { remark(warning_, text); }
    void trouble(const QString& text) { remark(trouble_, text); }

    [[nodiscard]] QString html(const QString& title) const {
        constexpr int columnGap = 12;
        // Where lines may break anywhere, a column without a width shrinks to one letter.
        int labelWidth = 0;
        for (const auto& [label, cell] : rows_) {
            labelWidth = std::max(labelWidth, metrics_.horizontalAdvance(label) + columnGap);
        }
        QString table;
        for (const auto& [label, cell] : rows_) {
            table += QStringLiteral(
                         "<tr><td width='%1' style='color:%2; padding:2px 0'>%3</td>"
                         "<td style='padding:2px 0'>%4</td></tr>")
                         .arg(QString::number(labelWidth), muted_, label.toHtmlEscaped(), cell);
        }
        return QStringLiteral(
                   "<p style='margin:0 0 6px 0'><b>%1</b></p>%2<table cellspacing='0' width='100%' "
                   "style='margin-top:4px'>%3</table>")
            .arg(title.toHtmlEscaped(), remarks_, table);
    }

private:
    void remark(const QString& colour, const QString& text) {
        remarks_ += QStringLiteral("<p style='color:%1; margin:0 0 6px 0; white-space:pre-wrap'>%2</p>")
                        .arg(colour, text.toHtmlEscaped());
    }

    QFontMetrics metrics_;
    QString muted_;
    QString warning_;
    QString trouble_;
    QString remarks_;
    std::vector<std::pair<QString, QString>> rows_;  // label, value in HTML
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

QString receptiveFieldText(const ReceptiveField& field) {
    if (field.global) {
        return CardView::tr("global");
    }
    return field.radius ? CardView::tr("±%1 LR pixels").arg(*field.radius) : QString();
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
        return CardView::tr("%1 × %2 LR pixels only").arg(card.fixedSize->first).arg(card.fixedSize->second);
    }
    auto text = CardView::tr("at least %1 × %1 LR pixels").arg(card.minimumSide);
    if (card.sizeMultiple > 1) {
        text += CardView::tr(", padded to multiples of %1").arg(card.sizeMultiple);
    }
    return text;
}

QString hashHtml(const ModelCard& card) {
    const auto hash = fromUtf8(card.sha256);
    return QStringLiteral("<span title='%1'>%2…</span> <a href='copy:%1'>%3</a>")
        .arg(hash, hash.left(12), CardView::tr("copy"));
}

void addCard(CardTable& table, const ModelCard& card) {
    for (const auto& warning : card.warnings) {
        table.warning(fromUtf8(warning));
    }
    const auto& field = card.receptiveField;
    table.row(CardView::tr("Architecture"), architectureText(card));
    table.row(CardView::tr("Assumed"), joined(card.assumed, QStringLiteral(", ")));
    table.row(CardView::tr("Scale"), QStringLiteral("×%1").arg(card.scale), otherScales(card));
    table.row(CardView::tr("Value range"), QStringLiteral("[0, %1]").arg(card.range), fromUtf8(card.rangeEvidence));
    if (card.colour == ModelCard::Colour::Y) {
        table.row(CardView::tr("Works on"), CardView::tr("Y (luma)"),
                  CardView::tr("colours are enlarged bicubically; the attribution is that of Y"));
    }
    table.row(CardView::tr("Mean"), meanText(card), CardView::tr("RGB, subtracted inside"));
    table.row(CardView::tr("Parameters"), groupedText(card.parameters),
              card.tensors > 0 ? CardView::tr("in %1 tensors").arg(card.tensors) : QString());
    table.row(CardView::tr("Receptive field"), receptiveFieldText(field), fromUtf8(field.evidence));
    if (!field.global) {
        table.row(CardView::tr("Evaluated on"), croppingText(card.cropping), fromUtf8(card.cropping.evidence));
    }
    table.row(CardView::tr("Sizes"), sizeText(card));
    if (card.bicubicAgreementDb) {
        table.row(CardView::tr("vs bicubic"), CardView::tr("%1 dB").arg(fixedText(*card.bicubicAgreementDb, 1)),
                  CardView::tr("PSNR on a smooth picture"));
    }
    table.row(CardView::tr("Container"), fromUtf8(card.container),
              card.nesting.empty() ? QString()
                                   : CardView::tr("weights under %1").arg(joined(card.nesting, QStringLiteral(" → "))));
}

QString cardHtml(const NetworkEntry& entry, const QPalette& palette, const QFontMetrics& metrics) {
    CardTable table(palette, metrics);
    if (!entry.message.isEmpty()) {
        table.trouble(entry.message);
    }
    if (entry.state == NetworkEntry::State::Ready) {
        addCard(table, entry.card);
    }
    const auto path = QString::fromStdString(entry.spec.file.string());
    if (!entry.spec.isAnalytic()) {
        table.row(CardView::tr("File"), QFileInfo(path).fileName(), QFileInfo(path).path());
    }
    if (!entry.card.sha256.empty()) {
        table.htmlRow(QStringLiteral("SHA-256"), hashHtml(entry.card));
    }
    return table.html(entry.name());
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
                       : cardHtml(entry_, palette(), fontMetrics());
    if (html != html_) {
        html_ = std::move(html);
        setHtml(html_);
    }
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
