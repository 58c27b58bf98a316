// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QString>
#include <QStringList>

class QComboBox;
class QLabel;
class QPushButton;

namespace lamscope::ui {

/// "Connect to a network": asks for the address of a server in whose process networks run, and says while typing what
/// is wrong with it. Whether anybody listens there is found out by whoever connects.
class ConnectDialog : public QDialog {
    Q_OBJECT

public:
    /// @param recent  addresses to choose from, newest first.
    explicit ConnectDialog(const QStringList& recent, QWidget* parent = nullptr);

    /// What was typed, without the spaces around it and the word before it in the line that a server prints.
    [[nodiscard]] QString address() const;

signals:
    void chosen(const QString& address);

private:
    void check();
    void choose();

    QComboBox* address_;
    QLabel* help_;
    QPushButton* connect_;
};

}  // namespace lamscope::ui
