// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/ssh_process.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <random>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/shell_word.h"
#include "model/remote/frame.h"

namespace lamscope::remote {

namespace {

constexpr std::size_t mostSaid = 4096;
constexpr auto untilKilled = std::chrono::seconds(2);
constexpr auto untilAllIsSaid = std::chrono::seconds(1);
constexpr auto betweenLooks = std::chrono::milliseconds(20);

std::string systemError() {
    return std::error_code(errno, std::generic_category()).message();
}

/// 16 random bytes as hexadecimal digits.
std::string randomName() {
    std::random_device source;
    std::string name;
    constexpr int words = 4;
    for (int i = 0; i < words; ++i) {
        name += fmt::format("{:08x}", static_cast<std::uint32_t>(source()));
    }
    return name;
}

/// Both ends of a pipe, closed in processes that are started.
class Pipe {
public:
    Pipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
            throw Error(ErrorCode::ConnectionLost, "no pipe can be made for ssh: " + systemError());
        }
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        for (const int end : ends_) {
            if (end >= 0) {
                ::close(end);
            }
        }
    }
    [[nodiscard]] int reading() const { return ends_[0]; }
    [[nodiscard]] int writing() const { return ends_[1]; }
    [[nodiscard]] int takeReading() { return std::exchange(ends_[0], -1); }
    [[nodiscard]] int takeWriting() { return std::exchange(ends_[1], -1); }

private:
    std::array<int, 2> ends_{-1, -1};
};

pid_t start(std::vector<std::string> arguments, int input, int errors) {
    std::vector<char*> words;
    words.reserve(arguments.size() + 1);
    for (auto& argument : arguments) {
        words.push_back(argument.data());
    }
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    // A group of its own: Ctrl-C in a terminal is for the program, and what ssh starts can be ended with it.
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    pid_t process = -1;
    const int failed = ::posix_spawnp(&process, words.front(), &actions, &attributes, words.data(), ::environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        throw Error(ErrorCode::ConnectionLost,
                    fmt::format("ssh cannot be started: {}; install it (Debian: openssh-client)",
                                std::error_code(failed, std::generic_category()).message()));
    }
    return process;
}

}  // namespace

std::vector<std::string> sshArguments(const Address& address, const std::string& localSocket,
                                      const std::string& remoteSocket) {
    // A master connection would outlive this process, and would not forward for it; what else ssh says than errors
    // would stand in messages.
    std::vector<std::string> arguments{"ssh", "-T"};
    for (const auto* option :
         {"BatchMode=yes", "ExitOnForwardFailure=yes", "ControlMaster=no", "ControlPath=none", "LogLevel=ERROR"}) {
        arguments.insert(arguments.end(), {"-o", option});
    }
    if (address.port != 0) {
        arguments.insert(arguments.end(), {"-p", std::to_string(address.port)});
    }
    arguments.insert(arguments.end(), {"-L", fmt::format("{}:{}", localSocket, remoteSocket)});
    if (!address.user.empty()) {
        arguments.insert(arguments.end(), {"-l", address.user});
    }
    arguments.push_back(address.host);
    // ssh hands one line to the shell of the other side.
    arguments.push_back(
        fmt::format("exec env LAMSCOPE_SOCKET={} LAMSCOPE_EXIT_WITH_STDIN=1 {} -u {}", shellWord(remoteSocket),
                    shellWord(address.python.empty() ? "python3" : address.python), shellWord(address.script)));
    return arguments;
}

SshProcess::SshProcess(const Address& address)
    : host_(address.host)
    , folder_("ssh") {
    try {
        local_.transport = Address::Transport::Unix;
        local_.socket = (folder_ / "socket").string();
        Pipe input;
        Pipe errors;
        enough_ = ::eventfd(0, EFD_CLOEXEC);
        if (enough_ < 0) {
            throw Error(ErrorCode::ConnectionLost, "no event can be made for ssh: " + systemError());
        }
        process_ = start(sshArguments(address, local_.socket, fmt::format("/tmp/lamscope-{}/socket", randomName())),
                         input.reading(), errors.writing());
        input_ = input.takeWriting();
        listener_ = std::thread([this, descriptor = errors.takeReading()] { listenToErrors(descriptor); });
    } catch (...) {
        if (enough_ >= 0) {
            ::close(enough_);
        }
        throw;
    }
}

SshProcess::~SshProcess() {
    ::close(input_);
    const auto end = std::chrono::steady_clock::now() + untilKilled;
    while (!ended() && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(betweenLooks);
    }
    if (!ended()) {
        ::kill(-process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    ::eventfd_write(enough_, 1);  // somebody may still hold the other end of the errors
    listener_.join();
    ::close(enough_);
}

void SshProcess::listenToErrors(int descriptor) {
    std::array<char, mostSaid> piece{};
    for (;;) {
        std::array<pollfd, 2> ends{pollfd{.fd = descriptor, .events = POLLIN, .revents = 0},
                                   pollfd{.fd = enough_, .events = POLLIN, .revents = 0}};
        if (::poll(ends.data(), ends.size(), -1) < 0 && errno == EINTR) {
            continue;
        }
        if (ends[0].revents == 0 && ends[1].revents != 0) {
            break;
        }
        const auto count = ::read(descriptor, piece.data(), piece.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        const std::scoped_lock lock(mutex_);
        said_.append(piece.data(), static_cast<std::size_t>(count));
        if (said_.size() > mostSaid) {
            said_.erase(0, said_.size() - mostSaid);
        }
    }
    ::close(descriptor);
    const std::scoped_lock lock(mutex_);
    saidAll_ = true;
    changed_.notify_all();
}

std::optional<SshProcess::End> SshProcess::ended() {
    std::unique_lock lock(mutex_);
    if (!status_) {
        int status = 0;
        if (::waitpid(process_, &status, WNOHANG) != process_) {
            return std::nullopt;
        }
        status_ = status;
        changed_.wait_for(lock, untilAllIsSaid, [this] { return saidAll_; });  // unless a process of its own goes on
    }
    auto words = said_;
    while (!words.empty() && (words.back() == '\n' || words.back() == '\r')) {
        words.pop_back();
    }
    const auto last = words.rfind('\n');
    const auto line = shownText(last == std::string::npos ? words : words.substr(last + 1));
    constexpr int notFound = 127;
    constexpr int ofSshItself = 255;
    const int code = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : -1;
    if (code == ofSshItself) {
        return End{.words = fmt::format("ssh to {} failed{}", host_, line.empty() ? "" : ": " + line)};
    }
    if (code == notFound) {
        return End{.words = fmt::format(
                       "{} has no such Python: {}; name it by ?python=PROGRAM at the end of the address", host_, line),
                   .byItself = true};
    }
    return End{.words = fmt::format("the script on {} has ended{}", host_, line.empty() ? "" : ": " + line),
               .byItself = true};
}

}  // namespace lamscope::remote
