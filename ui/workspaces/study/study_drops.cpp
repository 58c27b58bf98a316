// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_drops.h"

#include <QDropEvent>
#include <QFileInfo>
#include <algorithm>

#include "base/error.h"
#include "dialogs/drop_zone.h"
#include "workspaces/file_kind.h"

namespace lamscope::ui {

namespace {

void addNetwork(StudyDescription& description, const QString& file) {
    const auto spec = ModelSpec::parse(file.toStdString());
    auto& networks = description.experiment.networks;
    if (std::ranges::find(networks, spec, &ExperimentNetwork::spec) == networks.end()) {
        networks.push_back({.spec = spec});
    }
}

}  // namespace

void giveFiles(const QStringList& files, StudyController& study, const WorkspaceHost& host) {
    QStringList images;
    auto changed = study.description();
    for (const auto& file : files) {
        const auto kind = QFileInfo(file).isDir() ? FileKind::Image : kindOfFile(file);
        switch (kind) {
            case FileKind::Image:
                images << file;
                break;
            case FileKind::Network:
                try {
                    addNetwork(changed, file);
                } catch (const Error& error) {
                    host.session.reportTrouble(QString::fromStdString(error.what()));
                }
                break;
            case FileKind::Session:
            case FileKind::Study:
                host.open({file});
                break;
        }
    }
    study.setDescription(changed);
    if (!images.isEmpty()) {
        study.addImages(images);
    }
}

StudyDrops::StudyDrops(const WorkspaceHost& host, StudyController& study, QObject* parent)
    : QObject(parent)
    , host_(host)
    , study_(study) {}

void StudyDrops::acceptOn(QWidget& widget) {
    widget.setAcceptDrops(true);
    widget.installEventFilter(this);
}

bool StudyDrops::eventFilter(QObject* watched, QEvent* event) {
    const bool enters = event->type() == QEvent::DragEnter || event->type() == QEvent::DragMove;
    if (!enters && event->type() != QEvent::Drop) {
        return QObject::eventFilter(watched, event);
    }
    auto& drop = dynamic_cast<QDropEvent&>(*event);
    const auto files = localFiles(*drop.mimeData());
    if (!files.isEmpty()) {
        drop.acceptProposedAction();
        if (!enters) {
            giveFiles(files, study_, host_);
        }
    }
    return true;
}

}  // namespace lamscope::ui
