// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThreadPool>
#include <cstddef>
#include <vector>

#include "dialogs/start_page.h"
#include "study/shipped_files.h"
#include "workspaces/workspace.h"

namespace lamscope::ui {

/// The scenes that ship with the program, as samples of a start page: one click opens a scene under all networks that
/// ship, or degraded under those that restore it, at the place to begin with. They are read on another thread. GUI
/// thread only.
class Samples final : public QObject {
    Q_OBJECT

public:
    /// All must outlive this.
    Samples(const WorkspaceHost& host, StartPage& page);

private:
    /// What a sample opens.
    struct Opened {
        Scene scene;
        std::vector<ModelSpec> networks;
    };

    /// Reads all that ships; any thread.
    static void read(std::vector<Sample>& samples, std::vector<Opened>& opened);
    void open(std::size_t index);

    const WorkspaceHost& host_;
    std::vector<Opened> opened_;  ///< one a sample
    QThreadPool pool_;            // one thread; last: its work reports to the others
};

}  // namespace lamscope::ui
