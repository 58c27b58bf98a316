// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_status.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/version.h"
#include "study/studies/store_access.h"

namespace lamscope {

StudyStatus statusOf(const StudyStore& store) {
    return storeAccess(store.file(), [&] {
        auto& database = store.database();
        StudyStatus status;
        double costDone = 0.0;
        double costLeft = 0.0;
        double secondsOfCost = 0.0;  // that costDone took
        SQLite::Statement tasks(
            database,
            "SELECT state, count(*), sum(cost), sum(seconds), sum(maps) FROM task WHERE planned = 1 "
            "GROUP BY state");
        while (tasks.executeStep()) {
            const auto state = tasks.getColumn(0).getString();
            const auto count = tasks.getColumn(1).getInt64();
            status.tasks += count;
            status.secondsDone += tasks.getColumn(3).getDouble();
            status.maps += tasks.getColumn(4).getInt64();
            if (state == "done") {
                status.done = count;
                costDone = tasks.getColumn(2).getDouble();
                secondsOfCost = tasks.getColumn(3).getDouble();
            } else if (state == "failed") {
                status.failed = count;
            } else {
                status.left = count;
                costLeft = tasks.getColumn(2).getDouble();
            }
        }
        if (costDone > 0.0) {
            status.secondsLeft = secondsOfCost * costLeft / costDone;
        }
        SQLite::Statement failures(
            database,
            "SELECT image.file, network.name, result.error FROM task JOIN result ON result.task = "
            "task.id JOIN image ON image.id = task.image JOIN network ON network.id = "
            "task.network WHERE task.planned = 1 AND task.state = 'failed' AND result.error IS NOT NULL ORDER BY "
            "task.id, result.id");
        while (failures.executeStep()) {
            status.failures.push_back({failures.getColumn(0).getString(), failures.getColumn(1).getString(),
                                       failures.getColumn(2).getString()});
        }
        return status;
    });
}

std::string toText(const StudyStatus& status) {
    auto text =
        fmt::format("{} tasks: {} done, {} failed, {} left\n", status.tasks, status.done, status.failed, status.left);
    if (status.secondsDone > 0.0) {
        text += fmt::format("{} maps in {}, {:.3g} maps a second on one machine\n", status.maps,
                            durationText(status.secondsDone), static_cast<double>(status.maps) / status.secondsDone);
    }
    if (status.left > 0 && status.secondsLeft) {
        text += fmt::format("about {} left on one machine\n", durationText(*status.secondsLeft));
    }
    std::map<std::string, std::vector<const StudyFailure*>> reasons;
    for (const auto& failure : status.failures) {
        reasons[failure.error].push_back(&failure);
    }
    for (const auto& [error, tasks] : reasons) {
        const auto others = tasks.size() > 1 ? fmt::format(" and {} more", tasks.size() - 1) : "";
        text += fmt::format("failed: {} by {}{}: {}\n", tasks.front()->image, tasks.front()->network, others, error);
    }
    return text;
}

std::string toJson(const StudyStatus& status) {
    nlohmann::ordered_json json;
    json["lamscope"] = {{"version", version()}};
    json["tasks"] = status.tasks;
    json["done"] = status.done;
    json["failed"] = status.failed;
    json["left"] = status.left;
    json["maps"] = status.maps;
    json["seconds"] = status.secondsDone;
    json["seconds_left"] = valueOrNull(status.secondsLeft);
    json["failures"] = nlohmann::ordered_json::array();
    for (const auto& [image, network, error] : status.failures) {
        json["failures"].push_back({{"image", image}, {"network", network}, {"error", error}});
    }
    return dumpJson(json);
}

std::string durationText(double seconds) {
    if (seconds < 90.0) {
        return fmt::format("{:.0f} s", seconds);
    }
    return seconds < 5400.0 ? fmt::format("{:.0f} min", seconds / 60.0) : fmt::format("{:.1f} h", seconds / 3600.0);
}

}  // namespace lamscope
