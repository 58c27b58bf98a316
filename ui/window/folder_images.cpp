// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/folder_images.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>

#include "session/queued_call.h"
#include "workspaces/file_kind.h"

namespace lamscope::ui {

namespace {

/// From `at` on, the number that is written there, without leading zeros; moves `at` behind it.
QStringView numberAt(QStringView text, qsizetype& at) {
    while (at + 1 < text.size() && text[at] == QLatin1Char('0') && text[at + 1].isDigit()) {
        ++at;
    }
    const auto begin = at;
    while (at < text.size() && text[at].isDigit()) {
        ++at;
    }
    return text.sliced(begin, at - begin);
}

QStringList imagesBeside(const QString& file) {
    QStringList patterns;
    for (const auto& suffix : imageSuffixes()) {
        patterns += QStringLiteral("*.") + suffix;
    }
    const auto folder = QFileInfo(file).absoluteDir();
    auto names = folder.entryList(patterns, QDir::Files);  // regardless of case
    std::ranges::sort(names, naturallyBefore);
    for (auto& name : names) {
        name = folder.filePath(name);
    }
    return names;
}

}  // namespace

bool naturallyBefore(const QString& a, const QString& b) {
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < a.size() && j < b.size()) {
        if (a[i].isDigit() && b[j].isDigit()) {
            const auto left = numberAt(a, i);
            const auto right = numberAt(b, j);
            if (left.size() != right.size()) {
                return left.size() < right.size();
            }
            if (const int order = left.compare(right); order != 0) {
                return order < 0;
            }
        } else {
            const auto left = a[i++].toCaseFolded();
            const auto right = b[j++].toCaseFolded();
            if (left != right) {
                return left < right;
            }
        }
    }
    const auto restA = a.size() - i;
    const auto restB = b.size() - j;
    return restA != restB ? restA < restB : a < b;  // names that differ in case or zeros alone
}

FolderImages::FolderImages(QObject* parent)
    : QObject(parent) {
    pool_.setMaxThreadCount(1);
}

FolderImages::~FolderImages() {
    pool_.waitForDone();
}

void FolderImages::setCurrent(const QString& file) {
    current_ = QFileInfo(file).absoluteFilePath();
    position_ = files_.indexOf(current_);
    emit changed();
    startOn(pool_, [this, file = current_] {
        callQueued(this, [this, file, files = imagesBeside(file)] {
            if (file == current_) {
                files_ = files;
                position_ = files_.indexOf(file);
                emit changed();
            }
        });
    });
}

bool FolderImages::has(int step) const {
    const auto wanted = position_ + step;
    return position_ >= 0 && wanted >= 0 && wanted < files_.size();
}

QString FolderImages::take(int step) {
    if (!has(step)) {
        return {};
    }
    position_ += step;
    current_ = files_[position_];
    emit changed();
    return current_;
}

}  // namespace lamscope::ui
