// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListWidget>
#include <QToolButton>
#include <stdexcept>
#include <string>

#include "base/atomic_file.h"
#include "method/lam/lam_experiment.h"
#include "study/studies/study_plan.h"
#include "study/studies/study_run.h"
#include "support/small_study.h"
#include "ui/window/window_fixture.h"
#include "workspaces/study/report_view.h"
#include "workspaces/study/study_workspace.h"

namespace lamscope::ui::testing {

/// Writes tasks of a study into a store as `study run` does, until so many are done.
inline void writeTasks(const StudyDescription& study, const std::filesystem::path& file, std::size_t most) {
    const auto plan = planStudy(study, file.parent_path());
    StudyStore store(file, StudyStore::Access::Write);
    std::stop_source stop;
    static_cast<void>(runStudy(plan, store, {}, stop.get_token(), [&](const StudyRunProgress& progress) {
        if (progress.done >= most) {
            stop.request_stop();
        }
    }));
}

/// A window with studies of drawn images.
class StudyFixture : public WindowFixture {
public:
    static constexpr int imagesColumn = 3;  ///< of the table of networks

    void openStudyWorkspace() const { key(Qt::Key_2, Qt::ControlModifier); }
    [[nodiscard]] StudyWorkspace& workspace() const {
        return dynamic_cast<StudyWorkspace&>(*window->workspaces().find(QStringLiteral("study")));
    }
    [[nodiscard]] StudyController& study() const { return workspace().study(); }
    [[nodiscard]] bool isStudyInFront() const {
        return dynamic_cast<StudyWorkspace*>(&window->workspaces().current()) != nullptr;
    }
    template <typename Widget>
    [[nodiscard]] Widget& find(const char* name) const {
        auto* found = window->findChild<Widget*>(QLatin1String(name));
        if (found == nullptr) {
            throw std::logic_error(std::string("there is no ") + name);
        }
        return *found;
    }
    template <typename Button>
    void click(const char* name) const {
        QTest::mouseClick(&find<Button>(name), Qt::LeftButton);
    }
    [[nodiscard]] ReportView& networks() const { return find<ReportView>("studyNetworks"); }
    [[nodiscard]] QString cell(int row, int column) const {
        return networks().model()->index(row, column).data().toString();
    }
    /// The number of images of which each network has results.
    [[nodiscard]] QStringList images() const {
        QStringList texts;
        for (int row = 0; row < networks().model()->rowCount(); ++row) {
            texts << cell(row, imagesColumn);
        }
        return texts;
    }
    void openFile(const std::filesystem::path& file) const {
        window->files().open({QString::fromStdString(file.string())});
    }
    /// Opens a store or a description, and waits until it is there.
    void openStudy(const std::filesystem::path& file) const {
        openFile(file);
        QTRY_VERIFY_WITH_TIMEOUT(isStudyInFront() && !workspace().isEmpty(), patienceMs);
    }
    void clickRow(int row) const {
        auto& table = networks();
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
                          table.visualRect(table.model()->index(row, 0)).center());
    }
    /// The networks that can be ticked.
    [[nodiscard]] QListWidget& networkTicks() const {
        for (auto* list : window->findChildren<QListWidget*>()) {
            if (list->accessibleName() == QStringLiteral("Networks of the study")) {
                return *list;
            }
        }
        throw std::logic_error("there is no list of networks");
    }
    void clickRun() const { click<QToolButton>("runStudy"); }
    [[nodiscard]] bool waitForEnd() const {
        return QTest::qWaitFor(
            [this] {
                const auto& snapshot = study().snapshot();
                return !study().isRunning() && snapshot != nullptr && snapshot->status.left == 0;
            },
            patienceMs);
    }
    /// The store of a study of drawn images that is done.
    [[nodiscard]] std::filesystem::path finishedStore() const {
        const auto file = files.path() / "done.sqlite";
        writeTasks(test::smallStudy(files), file, 1000);
        return file;
    }
    /// A network given by a formula, as a file that a study can hash.
    [[nodiscard]] ModelSpec formula(const char* name) const {
        const auto file = files.path() / name;
        writeFileAtomically(file, std::string_view(name));
        return ModelSpec::parse(file.string());
    }
    /// Its description, of so many drawn images.
    [[nodiscard]] std::filesystem::path slowStudy(int count) const {
        std::vector<int> sides;
        for (int i = 0; i < count; ++i) {
            sides.push_back(64 + 4 * i);
        }
        auto study = test::smallStudy(files, sides, {});
        study.experiment.networks = {{.spec = formula("slow.pth")}};
        auto options = lamOptionsOf(study.experiment);
        options.nodes = 9;
        setLamOptions(study.experiment, options);
        const auto file = files.path() / "slow.json";
        writeStudyDescription(study, file);
        return file;
    }
};

}  // namespace lamscope::ui::testing
