// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/file_writer.h"

#include <QBuffer>
#include <span>

#include "session/queued_call.h"

namespace lamscope::ui {

namespace {

QByteArray pngOf(const QImage& image) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

}  // namespace

void addPng(StagedFiles& files, const std::filesystem::path& file, const QImage& image) {
    const auto bytes = pngOf(image);
    files.add(file, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
}

FileWriter::FileWriter(Session& session)
    : session_(session) {
    pool_.setMaxThreadCount(1);
}

void FileWriter::write(const QString& what, const std::function<void()>& write) {
    startOn(pool_, [this, what, write] {
        QString trouble;
        try {
            write();
        } catch (const std::exception& error) {
            trouble = QString::fromStdString(error.what());
        }
        callQueued(this, [this, what, trouble] {
            if (trouble.isEmpty()) {
                session_.reportNote(tr("Saved %1").arg(what));
            } else {
                session_.reportTrouble(trouble);
            }
        });
    });
}

void FileWriter::writePicture(const QString& file, const QImage& picture) {
    write(file, [file, picture] {
        StagedFiles files;
        addPng(files, file.toStdString(), picture);
        files.commit();
    });
}

}  // namespace lamscope::ui
