// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QStringList>
#include <QWidget>
#include <vector>

class QGridLayout;
class QLabel;
class QVBoxLayout;

namespace lamscope::ui {

class DropZone;

/// Something to look at without having anything.
struct Sample {
    QString title;
    QString description;  ///< up to three short lines
    QImage thumbnail;
};

/// What the window shows while nothing is open: samples, recent files, ways to open one's own. A file may be dropped
/// anywhere on it. GUI thread only.
class StartPage : public QWidget {
    Q_OBJECT

public:
    explicit StartPage(QWidget* parent = nullptr);

    /// Without any, their part of the page is hidden.
    void setSamples(const std::vector<Sample>& samples);
    /// Shown in the given order, at most ten; leave out those that are gone (RecentFiles::existing() does).
    void setRecentFiles(const QStringList& files);

signals:
    void sampleChosen(int index);
    /// A recent file was clicked, or a file was dropped; one signal for each file.
    void fileChosen(const QString& file);
    void openImageRequested();
    void addNetworkRequested();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QLabel* samplesTitle_;
    QWidget* samplesArea_;
    QGridLayout* samples_;
    QWidget* recentArea_;
    QVBoxLayout* recent_;
    DropZone* dropZone_;
};

}  // namespace lamscope::ui
