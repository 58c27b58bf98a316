// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace lamscope::ui {

/// What the filters' workspace shows before anything was computed: what it answers, and ways to begin. GUI thread only.
class FiltersStart final : public QWidget {
    Q_OBJECT

public:
    explicit FiltersStart(QWidget* parent = nullptr);

signals:
    void sampleRequested();
};

}  // namespace lamscope::ui
