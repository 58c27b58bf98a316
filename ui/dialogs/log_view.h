// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTime>
#include <QWidget>
#include <vector>

class QLabel;
class QPlainTextEdit;

namespace lamscope::ui {

/// Everything that this run of the program had to say, with its time: a panel that keeps at most the last 5000 entries,
/// also while it is hidden. GUI thread only.
class LogView : public QWidget {
    Q_OBJECT

public:
    enum class Severity { Info, Note, Trouble };

    explicit LogView(QWidget* parent = nullptr);

    /// Adds an entry with the time of now.
    void append(Severity severity, const QString& text);
    /// One line an entry (further lines of a text are indented): time, severity, text, separated by tabs.
    [[nodiscard]] QString plainText() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Entry {
        QTime time;
        Severity severity;
        QString text;
    };

    void addLine(const Entry& entry);
    void copyAll();
    void chooseFile();
    void save(const QString& file);

    std::vector<Entry> entries_;
    QPlainTextEdit* lines_;
    QLabel* outcome_;
};

}  // namespace lamscope::ui
