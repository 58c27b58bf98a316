// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/about_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <QtMath>
#include <qcustomplot.h>

#include "base/version.h"
#include "dialogs/icons.h"
#include "runtime/device.h"

namespace lamscope::ui {

namespace {

QLabel* selectable(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse);
    label->setWordWrap(true);
    return label;
}

QLayout* heading(QWidget* parent) {
    auto* picture = new QLabel(parent);
    picture->setPixmap(applicationIcon().pixmap(QSize(72, 72), parent->devicePixelRatioF()));
    picture->setAccessibleName(AboutDialog::tr("Icon"));
    auto* name = new QLabel(QStringLiteral("Lamscope %1").arg(QString::fromStdString(version())), parent);
    auto font = name->font();
    font.setPointSizeF(font.pointSizeF() * 1.8);
    font.setBold(true);
    name->setFont(font);
    auto* what = new QLabel(AboutDialog::tr("A microscope for image super-resolution networks"), parent);
    auto* texts = new QVBoxLayout;
    texts->addStretch(1);
    texts->addWidget(name);
    texts->addWidget(what);
    texts->addStretch(1);
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    row->addWidget(picture);
    row->addLayout(texts, 1);
    return row;
}

QLayout* facts(QWidget* parent) {
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(18);
    form->addRow(AboutDialog::tr("LibTorch"), selectable(QString::fromStdString(libtorchVersion()), parent));
    form->addRow(AboutDialog::tr("Qt"), selectable(QString::fromLatin1(qVersion()), parent));
    form->addRow(AboutDialog::tr("QCustomPlot"), selectable(QStringLiteral(QCUSTOMPLOT_VERSION_STR), parent));
    form->addRow(AboutDialog::tr("Licence"),
                 selectable(AboutDialog::tr("GPL-3.0-or-later: free software, to use, study, share and improve under "
                                            "the GNU General Public License, version 3 or later; without any warranty"),
                            parent));
    return form;
}

}  // namespace

QString paperBibTeX() {
    return QStringLiteral(
        "@inproceedings{gu2021interpreting,\n"
        "  title     = {Interpreting Super-Resolution Networks with Local Attribution Maps},\n"
        "  author    = {Gu, Jinjin and Dong, Chao},\n"
        "  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},\n"
        "  pages     = {9199--9208},\n"
        "  year      = {2021}\n"
        "}\n");
}

AboutDialog::AboutDialog(QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("About Lamscope"));
    auto* cite = new QLabel(tr("The method is by Jinjin Gu and Chao Dong. Please cite their paper:"), this);
    cite->setWordWrap(true);
    auto* entry = new QPlainTextEdit(paperBibTeX().trimmed(), this);
    entry->setReadOnly(true);
    entry->setLineWrapMode(QPlainTextEdit::NoWrap);
    entry->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    entry->setAccessibleName(tr("BibTeX entry"));
    const auto metrics = entry->fontMetrics();
    const int margins = 2 * (entry->frameWidth() + qCeil(entry->document()->documentMargin()));
    entry->setFixedHeight(entry->blockCount() * metrics.lineSpacing() + margins + metrics.lineSpacing() / 2);
    entry->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    entry->setMinimumWidth(metrics.horizontalAdvance(QLatin1Char('x')) * 92 + margins);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* copy = buttons->addButton(tr("&Copy BibTeX"), QDialogButtonBox::ActionRole);
    copy->setObjectName(QStringLiteral("copy"));
    copy->setIcon(icon(QStringLiteral("copy")));
    connect(copy, &QPushButton::clicked, this, [copy] {
        QGuiApplication::clipboard()->setText(paperBibTeX());
        copy->setText(tr("Copied"));
        copy->setIcon(icon(QStringLiteral("check")));
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* column = new QVBoxLayout(this);
    column->setSizeConstraint(QLayout::SetFixedSize);
    column->setContentsMargins(20, 18, 20, 14);
    column->setSpacing(14);
    column->addLayout(heading(this));
    column->addLayout(facts(this));
    column->addWidget(cite);
    column->addWidget(entry);
    column->addWidget(buttons);
}

}  // namespace lamscope::ui
