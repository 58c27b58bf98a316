// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QWidget>

#include "dialogs/recent_files.h"
#include "window/file_opener.h"
#include "window/window_actions.h"
#include "workspaces/file_choice.h"

namespace lamscope::ui {

/// What the File menu does with images, networks and sessions; the window's title names those that are open. GUI thread
/// only.
class FileActions final : public QObject {
    Q_OBJECT

public:
    /// All must outlive this.
    FileActions(Session& session, FileOpener& opener, const WindowActions& actions, RecentFiles& recent,
                const FileChoice& choice, QWidget& window);

private:
    void connectImages();
    void connectSessions();
    void saveSession();
    void saveSessionAs();
    void listRecentFiles(const QStringList& files);
    void updateTitle();

    Session& session_;
    FileOpener& opener_;
    const WindowActions& actions_;
    RecentFiles& recent_;
    const FileChoice& choice_;
    QWidget& window_;
    QString sessionFile_;
};

}  // namespace lamscope::ui
