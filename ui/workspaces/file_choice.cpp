// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/file_choice.h"

#include <QFileDialog>
#include <QFileInfo>

namespace lamscope::ui {

void FileChoice::files(const QString& title, const QString& filter, bool several,
                       const std::function<void(const QStringList&)>& use) const {
    auto* dialog = new QFileDialog(&window_, title, store_.value(QStringLiteral("window/folder")).toString(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(several ? QFileDialog::ExistingFiles : QFileDialog::ExistingFile);
    QObject::connect(dialog, &QFileDialog::filesSelected, &window_, [&store = store_, use](const QStringList& files) {
        store.setValue(QStringLiteral("window/folder"), QFileInfo(files.front()).absolutePath());
        use(files);
    });
    dialog->open();
}

void FileChoice::target(const QString& title, const QString& filter, const QString& suffix,
                        const std::function<void(const QString&)>& use, Existing existing) const {
    auto* dialog = new QFileDialog(&window_, title, store_.value(QStringLiteral("window/target")).toString(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    dialog->setOption(QFileDialog::DontConfirmOverwrite, existing == Existing::GoneOnWith);
    QObject::connect(dialog, &QFileDialog::fileSelected, &window_, [&store = store_, use](const QString& file) {
        store.setValue(QStringLiteral("window/target"), QFileInfo(file).absolutePath());
        use(file);
    });
    dialog->open();
}

void FileChoice::folder(const QString& title, const std::function<void(const QString&)>& use) const {
    auto* dialog = new QFileDialog(&window_, title, store_.value(QStringLiteral("window/target")).toString());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    QObject::connect(dialog, &QFileDialog::fileSelected, &window_, [&store = store_, use](const QString& folder) {
        store.setValue(QStringLiteral("window/target"), folder);
        use(folder);
    });
    dialog->open();
}

}  // namespace lamscope::ui
