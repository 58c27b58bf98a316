// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/connect_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "base/error.h"
#include "model/remote/address.h"

namespace lamscope::ui {

namespace {

/// What lamscope.serve() prints before the address.
const QString printedWord = QStringLiteral("lamscope ");

QString usualHelp() {
    return ConnectDialog::tr(
        "In Python, lamscope.serve({\"mine\": net}, scale=4) prints the address of its networks. "
        "ssh://user@host/path/serve.py starts such a script on another machine.");
}

/// Why a text is no address; empty where it is one, or nothing yet.
QString troubleWith(const QString& text) {
    try {
        if (!text.isEmpty()) {
            static_cast<void>(remote::Address::parse(text.toStdString()));
        }
        return {};
    } catch (const Error& error) {
        return QString::fromStdString(error.what());
    }
}

}  // namespace

ConnectDialog::ConnectDialog(const QStringList& recent, QWidget* parent)
    : QDialog(parent)
    , address_(new QComboBox)
    , help_(new QLabel) {
    setWindowTitle(tr("Connect to a network"));
    constexpr int width = 560;
    address_->setEditable(true);
    address_->setInsertPolicy(QComboBox::NoInsert);
    address_->setCompleter(nullptr);  // it would append the network of an earlier address
    address_->setMinimumWidth(width);
    address_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    address_->addItems(recent);
    address_->setCurrentIndex(-1);
    address_->clearEditText();
    address_->setAccessibleName(tr("Address of the server"));
    address_->lineEdit()->setPlaceholderText(QStringLiteral("lamscope+unix://…"));
    auto* title = new QLabel(tr("&Address of the server"));
    title->setBuddy(address_);
    help_->setWordWrap(true);
    help_->setTextFormat(Qt::PlainText);
    help_->setMinimumHeight(3 * fontMetrics().height());
    help_->setAlignment(Qt::AlignTop | Qt::AlignLeft);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    connect_ = buttons->addButton(tr("Connect"), QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &ConnectDialog::choose);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(address_, &QComboBox::editTextChanged, this, &ConnectDialog::check);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(title);
    layout->addWidget(address_);
    layout->addWidget(help_);
    layout->addWidget(buttons);
    connect_->setDefault(true);  // only now: the dialog would not hear of it before
    address_->setFocus();
    check();
}

QString ConnectDialog::address() const {
    auto text = address_->currentText().trimmed();
    if (text.startsWith(printedWord)) {
        text = text.mid(printedWord.size()).trimmed();
    }
    return text;
}

void ConnectDialog::check() {
    const auto text = address();
    const auto trouble = troubleWith(text);
    help_->setText(trouble.isEmpty() ? usualHelp() : trouble);
    connect_->setEnabled(!text.isEmpty() && trouble.isEmpty());
}

void ConnectDialog::choose() {
    if (connect_->isEnabled()) {
        emit chosen(address());
        accept();
    }
}

}  // namespace lamscope::ui
