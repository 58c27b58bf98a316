// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/file_actions.h"

#include <QFileInfo>

#include "dialogs/connect_dialog.h"
#include "model/model_spec.h"

namespace lamscope::ui {

namespace {

QString nameInMenu(const QString& file) {
    const ModelSpec spec{.file = file.toStdString(), .settings = {}};
    auto name = spec.isRemote() ? QString::fromStdString(spec.displayName()) : QFileInfo(file).fileName();
    return name.replace(QLatin1Char('&'), QLatin1String("&&"));
}

}  // namespace

FileActions::FileActions(Session& session, FileOpener& opener, const WindowActions& actions, RecentFiles& recent,
                         const FileChoice& choice, QWidget& window)
    : session_(session)
    , opener_(opener)
    , actions_(actions)
    , recent_(recent)
    , choice_(choice)
    , window_(window) {
    connectImages();
    connectSessions();
    connect(&opener_, &FileOpener::opened, &recent_, &RecentFiles::add);
    connect(&recent_, &RecentFiles::found, this, &FileActions::listRecentFiles);
    connect(actions_.quit, &QAction::triggered, &window_, &QWidget::close);
    connect(&session_, &Session::imageChanged, this, &FileActions::updateTitle);
    updateTitle();
}

void FileActions::connectImages() {
    connect(actions_.openImage, &QAction::triggered, this, [this] {
        choice_.files(tr("Open image"), imageFilter(), false,
                      [this](const QStringList& files) { opener_.openImage(files.front()); });
    });
    connect(actions_.openReference, &QAction::triggered, this, [this] {
        choice_.files(tr("Open reference image"), imageFilter(), false,
                      [this](const QStringList& files) { opener_.openReference(files.front()); });
    });
    connect(actions_.removeReference, &QAction::triggered, &session_, [this] { session_.setReferenceImage(nullptr); });
    connect(&session_, &Session::imageChanged, this, [this] {
        actions_.openReference->setEnabled(session_.hasImage());
        actions_.removeReference->setEnabled(session_.referenceImage() != nullptr);
    });
    connect(actions_.nextImage, &QAction::triggered, &opener_, [this] { opener_.openNeighbour(1); });
    connect(actions_.previousImage, &QAction::triggered, &opener_, [this] { opener_.openNeighbour(-1); });
    connect(&opener_.images(), &FolderImages::changed, this, [this] {
        actions_.nextImage->setEnabled(opener_.images().has(1));
        actions_.previousImage->setEnabled(opener_.images().has(-1));
    });
    connect(actions_.addNetwork, &QAction::triggered, this, [this] {
        choice_.files(tr("Add networks"), networkFilter(), true, [this](const QStringList& files) {
            for (const auto& file : files) {
                opener_.openNetwork(file);
            }
        });
    });
    connect(actions_.connectNetwork, &QAction::triggered, this, [this] {
        auto* dialog = new ConnectDialog(recent_.servers(), &window_);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &ConnectDialog::chosen, &opener_, &FileOpener::openNetwork);
        dialog->open();
    });
}

void FileActions::connectSessions() {
    connect(actions_.openSession, &QAction::triggered, this, [this] {
        choice_.files(tr("Open session"), QStringLiteral("%1;;%2").arg(savedSessionFilter(), studyFilter()), false,
                      [this](const QStringList& files) {
                          if (kindOfFile(files.front()) == FileKind::Study) {
                              opener_.open(files);
                          } else {
                              opener_.openSession(files.front());
                          }
                      });
    });
    connect(actions_.saveSession, &QAction::triggered, this, &FileActions::saveSession);
    connect(actions_.saveSessionAs, &QAction::triggered, this, &FileActions::saveSessionAs);
    const auto remember = [this](const QString& file) {
        sessionFile_ = file;
        updateTitle();
    };
    connect(&opener_, &FileOpener::sessionOpened, this, remember);
    connect(&opener_, &FileOpener::sessionSaved, this, remember);
    connect(&opener_, &FileOpener::sessionSaved, this,
            [this](const QString& file) { session_.reportNote(tr("Saved %1").arg(file)); });
}

void FileActions::saveSession() {
    if (!sessionFile_.isEmpty()) {
        opener_.saveSession(sessionFile_);
    } else {
        saveSessionAs();
    }
}

void FileActions::saveSessionAs() {
    choice_.target(tr("Save session"), sessionFilter(), QStringLiteral("lamscope"),
                   [this](const QString& file) { opener_.saveSession(file); });
}

void FileActions::listRecentFiles(const QStringList& files) {
    auto* menu = actions_.recentFiles;
    menu->clear();
    for (const auto& file : files) {
        auto* action = menu->addAction(nameInMenu(file));
        action->setToolTip(file);
        connect(action, &QAction::triggered, this, [this, file] { opener_.open({file}); });
    }
    menu->setEnabled(!files.isEmpty());
    if (!files.isEmpty()) {
        menu->addSeparator();
        connect(menu->addAction(tr("Forget all")), &QAction::triggered, &recent_, &RecentFiles::clear);
    }
}

void FileActions::updateTitle() {
    QStringList parts;
    if (session_.hasImage()) {
        parts << QFileInfo(QString::fromStdString(session_.image().file)).fileName();
    }
    if (session_.referenceImage()) {
        parts << tr("reference %1").arg(QFileInfo(QString::fromStdString(session_.referenceImage()->file)).fileName());
    }
    if (!sessionFile_.isEmpty()) {
        parts << QFileInfo(sessionFile_).fileName();
    }
    parts << QStringLiteral("Lamscope");
    window_.setWindowTitle(parts.join(QStringLiteral(" – ")));
}

}  // namespace lamscope::ui
