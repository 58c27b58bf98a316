// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/shell_word.h"

namespace lamscope::test {

/// A Python that has PyTorch: LAMSCOPE_PYTHON in the environment, or the one that CMake found. Empty where there is
/// none, or where the script of PythonServer is not: the test is skipped.
inline std::string pythonWithPyTorch() {
#ifdef LAMSCOPE_TEST_PYTHON
    const std::string found = LAMSCOPE_TEST_PYTHON;
#else
    const std::string found;
#endif
    // NOLINTBEGIN(concurrency-mt-unsafe): nothing here changes the environment
    const char* named = std::getenv("LAMSCOPE_PYTHON");
    const std::string python = named != nullptr && *named != '\0' ? named : found;
    const bool has = !python.empty() && std::filesystem::exists("tests/bridge/serve_for_tests.py")
                     && std::system((shellWord(python) + " -c 'import torch' 2>/dev/null").c_str()) == 0;
    // NOLINTEND(concurrency-mt-unsafe)
    return has ? python : "";
}

/// tests/bridge/serve_for_tests.py as a process; it ends with its standard input.
class PythonServer {
public:
    /// @param socket     an absolute path in a folder of its owner's alone; empty: TCP
    /// @param arguments  of the script
    PythonServer(const std::string& python, const std::string& socket, const std::vector<std::string>& arguments = {}) {
        std::vector<std::string> words{"env", "LAMSCOPE_EXIT_WITH_STDIN=1"};
        if (!socket.empty()) {
            words.push_back("LAMSCOPE_SOCKET=" + socket);
        }
        words.insert(words.end(), {python, "tests/bridge/serve_for_tests.py"});
        if (socket.empty()) {
            words.insert(words.end(), {"--port", "0"});
        }
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> pointers;
        for (auto& word : words) {
            pointers.push_back(word.data());
        }
        pointers.push_back(nullptr);
        std::array<int, 2> input{};
        std::array<int, 2> output{};
        if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("no pipe");
        }
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
        const int failed = ::posix_spawnp(&process_, "env", &actions, nullptr, pointers.data(), ::environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(input[0]);
        ::close(output[1]);
        input_ = input[1];
        output_ = output[0];
        if (failed != 0) {
            throw std::runtime_error("the server cannot be started");
        }
    }
    PythonServer(const PythonServer&) = delete;
    PythonServer& operator=(const PythonServer&) = delete;
    ~PythonServer() {
        ::close(input_);
        wait();
        ::close(output_);
    }

    /// Of all its networks, once it listens. Throws where it ends before.
    [[nodiscard]] const std::string& address() {
        const std::string before = "\nlamscope lamscope+";
        while (address_.empty()) {
            std::array<char, 4096> piece{};
            const auto count = ::read(output_, piece.data(), piece.size());
            if (count <= 0) {
                throw std::runtime_error("the server has ended: " + said_);
            }
            said_.append(piece.data(), static_cast<std::size_t>(count));
            const auto place = said_.find(before);
            const auto end = place == std::string::npos ? place : said_.find('\n', place + 1);
            if (end != std::string::npos) {
                constexpr std::size_t command = 10;  // "\nlamscope "
                address_ = said_.substr(place + command, end - place - command);
            }
        }
        return address_;
    }

    /// As the system does where memory is short.
    void kill() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            wait();
        }
    }

private:
    void wait() {
        if (process_ > 0) {
            ::waitpid(process_, nullptr, 0);
            process_ = -1;
        }
    }

    pid_t process_ = -1;
    int input_ = -1;
    int output_ = -1;
    std::string said_ = "\n";
    std::string address_;
};

}  // namespace lamscope::test
