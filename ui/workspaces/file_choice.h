// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSettings>
#include <QString>
#include <QStringList>
#include <QWidget>
#include <functional>

namespace lamscope::ui {

/// The file dialogs of a window, which begin in the folders used last. They block nothing: `use` is called when the
/// user has chosen. GUI thread only.
class FileChoice {
public:
    /// `window` and `store` must outlive this.
    FileChoice(QWidget& window, QSettings& store)
        : window_(window)
        , store_(store) {}

    void files(const QString& title, const QString& filter, bool several,
               const std::function<void(const QStringList&)>& use) const;
    /// What becomes of a file that exists: nobody is asked before it is gone on with.
    enum class Existing { Replaced, GoneOnWith };
    /// A file to write, which gets `suffix` where the user gives none.
    void target(const QString& title, const QString& filter, const QString& suffix,
                const std::function<void(const QString&)>& use, Existing existing = Existing::Replaced) const;
    /// A folder to write to.
    void folder(const QString& title, const std::function<void(const QString&)>& use) const;

private:
    QWidget& window_;
    QSettings& store_;
};

}  // namespace lamscope::ui
