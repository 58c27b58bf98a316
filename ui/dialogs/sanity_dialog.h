// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <optional>
#include <vector>

class QLabel;
class QProgressBar;
class QPushButton;
class QTreeWidget;

namespace lamscope::ui {

/// One line of the parameter-randomisation check.
struct SanityRow {
    QString network;
    QString layers;                     ///< which were randomised: "last", "half", "all"
    std::optional<double> correlation;  ///< of the map with the trained network's, -1…1; unset: not computed yet
    std::optional<double> completenessError;  ///< (Σ attribution − ΔD) / ΔD of the randomised network's map
    QString trouble;                          ///< why there is no number; empty if all is well
};

/// Does the map depend on what the network has learnt? Shows, network by network, how far the map changes when weights
/// are randomised. Not modal; it computes nothing: the owner answers runRequested() with setRows() and setProgress().
class SanityDialog : public QDialog {
    Q_OBJECT

public:
    explicit SanityDialog(QWidget* parent = nullptr);

    void setRows(const std::vector<SanityRow>& rows);
    /// What the rows are of: image, place and options, in words.
    void setSubject(const QString& text);
    /// How the check ended, or what it is at; empty: none.
    void setRemark(const QString& text);
    /// `total` 0: how much there is to do cannot be told.
    void setProgress(int done, int total);
    /// Running: Cancel and the progress bar are there, Run is not, and Esc cancels in place of closing.
    void setRunning(bool running);

signals:
    void runRequested();
    void cancelRequested();

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void showRows();

    std::vector<SanityRow> rows_;
    bool running_ = false;
    QLabel* subject_;
    QTreeWidget* table_;
    QLabel* verdict_;
    QLabel* remark_;
    QProgressBar* progress_;
    QPushButton* run_;
    QPushButton* cancel_;
};

}  // namespace lamscope::ui
