// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

#include "base/temporary_folder.h"
#include "model/remote/address.h"

namespace lamscope::remote {

/// A server that was started over ssh, with its socket forwarded to this machine. It ends with this object.
///
/// `ssh` is found by PATH and started without a shell; it may ask for nothing (BatchMode), so that keys or an agent are
/// needed. Thread-safe.
class SshProcess {
public:
    /// Starts it and does not wait. Throws Error(ConnectionLost) where there is no `ssh`, Error(WriteFailed) where its
    /// socket has no place.
    /// @param address  of Transport::Ssh.
    explicit SshProcess(const Address& address);
    SshProcess(const SshProcess&) = delete;
    SshProcess& operator=(const SshProcess&) = delete;
    /// Waits up to two seconds for the process before it is killed.
    ~SshProcess();

    /// Where the server can be reached once it listens.
    [[nodiscard]] const Address& local() const { return local_; }

    struct End {
        std::string words;      ///< why, with what it said
        bool byItself = false;  ///< the script; ssh did its part
    };
    /// nullopt while it runs.
    [[nodiscard]] std::optional<End> ended();

private:
    void listenToErrors(int descriptor);

    Address local_;
    std::string host_;
    TemporaryFolder folder_;  // of the socket
    pid_t process_ = -1;
    int input_ = -1;   // of the process: its end is the server's
    int enough_ = -1;  // an event: nobody listens to the errors any more

    std::mutex mutex_;
    std::string said_;  // on standard error, the end of it
    bool saidAll_ = false;
    std::condition_variable changed_;
    std::optional<int> status_;
    std::thread listener_;  // last
};

/// The arguments of `ssh`, its name included. `remoteSocket` is a path on the other machine.
[[nodiscard]] std::vector<std::string> sshArguments(const Address& address, const std::string& localSocket,
                                                    const std::string& remoteSocket);

}  // namespace lamscope::remote
