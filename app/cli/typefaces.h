// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGuiApplication>
#include <array>
#include <clocale>

#include <spdlog/spdlog.h>

namespace lamscope::cli {

/// Keeps Qt's remarks about the desktop (no folder for its sockets, say) from the user: they concern nobody here.
class QuietQt {
public:
    QuietQt() = default;
    QuietQt(const QuietQt&) = delete;
    QuietQt& operator=(const QuietQt&) = delete;
    ~QuietQt() { qInstallMessageHandler(before_); }

private:
    static void say(QtMsgType /*type*/, const QMessageLogContext& /*context*/, const QString& text) {
        spdlog::debug("{}", text.toStdString());
    }

    QtMessageHandler before_ = qInstallMessageHandler(say);
};

/// What Qt needs to set text. It needs no display, and never looks for one. One at a time.
class Typefaces {
public:
    Typefaces() {
        // Qt takes over the user's locale; numbers in files keep their decimal point.
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the computation's threads are idle
        std::setlocale(LC_NUMERIC, "C");
    }

private:
    QuietQt quiet_;
    std::array<char, 13> program_{"lamscope-cli"};
    std::array<char, 10> option_{"-platform"};
    std::array<char, 10> platform_{"offscreen"};
    std::array<char*, 4> values_{program_.data(), option_.data(), platform_.data(), nullptr};
    int count_ = static_cast<int>(values_.size()) - 1;
    QGuiApplication application_{count_, values_.data()};
};

}  // namespace lamscope::cli
