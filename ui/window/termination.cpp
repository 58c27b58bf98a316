// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/termination.h"

#include <QGuiApplication>
#include <QSessionManager>
#include <atomic>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace lamscope::ui {

namespace {

constexpr int exitCodeOfInterrupt = 130;

// A handler of signals and a handler of messages reach nothing else.
std::atomic<int> signalSocket = -1;
std::atomic<const Autosave*> autosaveOfWindow = nullptr;
std::atomic<QtMessageHandler> handlerBefore = nullptr;

/// Passes the signal on to the event loop: little may be called here.
extern "C" void sendToEventLoop(int signal) {
    const int before = errno;
    const auto byte = static_cast<char>(signal);
    [[maybe_unused]] const auto written = write(signalSocket, &byte, 1);
    errno = before;
}

/// Qt announces the loss of the display with one of these, then ends the process by exit() or _exit(). There is no
/// other notice of it.
bool tellsLossOfDisplay(const QString& message) {
    return message.startsWith(QLatin1String("The X11 connection broke"))
           || message.startsWith(QLatin1String("The Wayland connection broke"))
           || message.startsWith(QLatin1String("The Wayland connection experienced a fatal error"));
}

void readMessage(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    const auto* autosave = autosaveOfWindow.load();
    if (autosave != nullptr && tellsLossOfDisplay(message)) {
        autosave->leave();
    }
    handlerBefore.load()(type, context, message);
}

}  // namespace

Termination::Termination(MainWindow& window)
    : window_(window) {
    handleSignals();
    connect(qGuiApp, &QGuiApplication::commitDataRequest, this, [&window](QSessionManager& manager) {
        // It would start the program with an option of its own.
        manager.setRestartHint(QSessionManager::RestartNever);
        window.autosave().keep();
    });
    autosaveOfWindow = &window_.autosave();
    handlerBefore = qInstallMessageHandler(nullptr);
    qInstallMessageHandler(readMessage);
}

Termination::~Termination() {
    qInstallMessageHandler(handlerBefore);
    autosaveOfWindow = nullptr;
    restoreSignals();
    notifier_.reset();
    signalSocket = -1;
    for (const int socket : sockets_) {
        ::close(socket);
    }
}

void Termination::handleSignals() {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets_.data()) != 0) {
        return;
    }
    signalSocket = sockets_.front();
    notifier_ = std::make_unique<QSocketNotifier>(sockets_.back(), QSocketNotifier::Read);
    connect(notifier_.get(), &QSocketNotifier::activated, this, [this] {
        char signal = 0;
        if (read(sockets_.back(), &signal, 1) == 1) {
            end(signal);
        }
    });
    struct sigaction action {};
    action.sa_handler = sendToEventLoop;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < signals_.size(); ++i) {
        sigaction(signals_.at(i), nullptr, &actionsBefore_.at(i));
        if (actionsBefore_.at(i).sa_handler != SIG_IGN) {
            sigaction(signals_.at(i), &action, nullptr);
        }
    }
}

void Termination::restoreSignals() const {
    if (notifier_) {
        for (std::size_t i = 0; i < signals_.size(); ++i) {
            sigaction(signals_.at(i), &actionsBefore_.at(i), nullptr);
        }
    }
}

void Termination::end(int signal) {
    window_.autosave().keep();
    restoreSignals();
    window_.close();
    // The window is not always the last one. After close(), which may end the event loop with 0.
    QCoreApplication::exit(signal == SIGINT ? exitCodeOfInterrupt : 0);
}

}  // namespace lamscope::ui
