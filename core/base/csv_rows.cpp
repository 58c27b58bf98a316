// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/csv_rows.h"

#include <utility>

#include "base/error.h"

namespace lamscope {

std::vector<std::vector<std::string>> csvRows(std::string_view text) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row;
    std::string field;
    bool quoted = false;
    const auto endRow = [&] {
        if (!row.empty() || !field.empty()) {
            row.push_back(std::exchange(field, {}));
            rows.push_back(std::exchange(row, {}));
        }
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            field += c;
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (quoted || (c != ',' && c != '\n' && c != '\r')) {
            field += c;
        } else if (c == ',') {
            row.push_back(std::exchange(field, {}));
        } else if (c == '\n') {
            endRow();
        }
    }
    if (quoted) {
        throw Error(ErrorCode::BadFile, "a quote is not closed");
    }
    endRow();
    return rows;
}

}  // namespace lamscope
